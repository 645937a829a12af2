"""How callers (API, activities, operators' commands) reach a process: open it, send to it, start it again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import QueryRejectCondition, WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.case import CaseState, Command, OpenCase, decide, evolve
from domain.errors import Refusal
from domain.joint_response import Declare, ResponseCommand, ResponseState
from domain.permission import SYSTEM, Actor
from domain.policy.forum import Sitting, forum_of, meeting_name
from domain.policy.rules import Rules
from domain.sitting import Convene, SittingCommand, SittingState
from domain.words.dates import moment
from workflows import attributes, names
from workflows.kind import AnyKind, Keeping, Kinds, Sendable
from workflows.kinds import CASE, KINDS, RESPONSE, SITTING
from workflows.ledger import REFUSED
from workflows.messages import ConveneOrder, Enforced, EnforceOrder, ProcessInput, Standing

PATIENCE = timedelta(seconds=30)
T = TypeVar("T")


class ProcessUnavailable(Exception):
    """The process did not answer: Temporal, every worker or the log is away. Safe to send again."""


class ProcessGone(Exception):
    """No such process is running: the case has ended, was never opened, or Temporal has lost it."""


class Processes:
    """The running processes of ``kinds``, by number."""

    def __init__(self, client: Client, task_queue: str, kinds: Kinds = KINDS) -> None:
        self._client = client
        self._task_queue = task_queue
        self._kinds = kinds

    async def open(self, rules: Rules, number: str, command: Command) -> int:
        """Starts the case's process with the command that opens it; answers when its events are committed.

        The same call again is the same case. Raises Refusal, ProcessUnavailable.
        """
        body = command.body
        assert isinstance(body, OpenCase)
        organisation, language = rules.organisation, rules.ladder.language
        estate, category = organisation.estate(body.estate), organisation.category(body.category)
        summary = f"{category.name.in_(language)} · {estate.name.in_(language)}"
        values = attributes.of_case(_foretold(rules, number, command))
        start = self._start(CASE, ProcessInput[CaseState](number=number), values, summary)
        return await self._with_start(start, command)

    async def send(self, number: str, command: Sendable) -> int:
        """Sends a command to a running process; answers with the version once it is committed.

        Each sending is an update of its own: the server would answer the same update's failure for ever, and
        what makes a command one is its id, which process and log know.
        Raises Refusal, ProcessGone, ProcessUnavailable.
        """
        handle = self._client.get_workflow_handle(number)
        try:
            version: int = await _patiently(
                handle.execute_update(self._update_of(command), command, result_type=int, rpc_timeout=PATIENCE)
            )
        except Exception as error:
            raise _translated(error, number) from error
        return version

    async def tell(self, number: str, command: Sendable) -> None:
        """Sends a command as a signal: nobody learns what comes of it but by the log.

        Its actor is recorded as it claims to be; policy says what is taken so. Raises ProcessGone, ProcessUnavailable.
        """
        handle = self._client.get_workflow_handle(number)
        try:
            await handle.signal(self._update_of(command), command, rpc_timeout=PATIENCE)
        except Exception as error:
            raise _translated(error, number) from error

    async def convene(self, rules: Rules, sitting_id: str, *, dates: Sitting | None = None, by: Actor = SYSTEM) -> int:
        """Begins a sitting's process with the dates that the calendar gives it, or with ``dates``; where it has
        begun, that one stands. Before its agenda is due it waits for that.

        Raises Refusal ``unknown_sitting``, ``unknown_forum``, ``forbidden``; ProcessUnavailable.
        """
        sitting = dates or rules.sitting(forum_of(sitting_id), sitting_id)
        if sitting.forum not in rules.forums:
            raise Refusal("unknown_forum", forum=sitting.forum)
        forum, language = rules.forums[sitting.forum], rules.ladder.language
        summary = f"{meeting_name(forum, sitting_id).in_(language)} · {moment(sitting.starts_at, language)}"
        values: attributes.Values = {
            attributes.FORUM: forum.id,
            attributes.TIER: forum.tier,
            attributes.STAGE: "announced",
        }
        start = self._start(SITTING, ProcessInput[SittingState](number=sitting_id), values, summary)
        command = SittingCommand(id=f"{sitting_id}:convene", actor=by, body=Convene(sitting=sitting))
        return await self._with_start(start, command)

    async def convene_due(self, rules: Rules, sitting: Sitting) -> None:
        """Has a worker convene a sitting that its forum's schedule has not begun, as soon as one is there.

        Raises ProcessUnavailable.
        """
        forum = rules.forums[sitting.forum]
        try:
            await self._client.start_workflow(
                names.CONVENE_WORKFLOW,
                ConveneOrder(forum=forum.id, at=sitting.drafts_at),
                id=f"召集 {sitting.id}",
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=forum.name.in_(rules.ladder.language),
                rpc_timeout=PATIENCE,
            )
        except RPCError as error:
            raise _translated(error, sitting.id) from error

    async def declare(self, rules: Rules, name: str, command: ResponseCommand) -> int:
        """Begins a joint response's process with the command that declares it; where it has begun, that one stands.

        The same call again is the same response. Raises Refusal, ProcessUnavailable.
        """
        body = command.body
        assert isinstance(body, Declare)
        playbook, language = rules.playbook(body.playbook), rules.ladder.language
        estate = rules.organisation.estate(body.case.estate)
        summary = f"{playbook.name.in_(language)} · {estate.name.in_(language)}"
        values: attributes.Values = {
            attributes.EMERGENCY: True,
            attributes.PLAYBOOK: playbook.playbook,
            attributes.ESTATE: estate.id,
            attributes.COMMUNITY: body.case.units.get("community"),
            attributes.STAGE: playbook.phases[0].id,
            attributes.TIER: rules.ladder.tiers[-1].id,
            attributes.OVERDUE: False,
        }
        start = self._start(RESPONSE, ProcessInput[ResponseState](number=name), values, summary)
        return await self._with_start(start, command)

    async def begin(self, number: str, command: Sendable) -> int:
        """Begins the process of any kind with the command that opens one; where it has begun, that one stands.

        Raises Refusal, ProcessUnavailable.
        """
        start = self._start(self._kinds.of_command(command), ProcessInput[Any](number=number), {}, number)
        return await self._with_start(start, command)

    async def restart(self, state: Keeping, command: Sendable | None = None) -> int:
        """Starts a process again from the log; with ``command`` sends it along (a case's reopening).

        Raises Refusal, ProcessUnavailable. Where it is running already, that one is used.
        """
        kind = self._kinds.of_state(state)
        number, values = kind.number(state), kind.shows(state)
        again = ProcessInput[Any](number=number, restore=True, expects=command is not None)
        if command is not None:
            return await self._with_start(self._start(kind, again, values, number), command)
        await self._begin(kind, again, values)
        return state.version

    async def make_known(self, state: Keeping) -> None:
        """Has a process that is behind ``state``, which is the log's, read the log.

        For whoever finds in the log what they would have sent: when Temporal goes down between the commit and the end
        of the process's step, log and process part. Raises ProcessGone, ProcessUnavailable.
        """
        kind = self._kinds.of_state(state)
        number = kind.number(state)
        if (await self.standing(kind, number)).version < state.version:
            await self.nudge(number)

    async def standing(self, kind: AnyKind, number: str) -> Standing[Any]:
        """What a running process knows and waits for.

        Raises ProcessGone, ProcessUnavailable.
        """
        handle = self._client.get_workflow_handle(number)
        try:
            answer: Standing[Any] = await handle.query(
                names.STANDING,
                result_type=kind.standing,
                rpc_timeout=PATIENCE,
                reject_condition=QueryRejectCondition.NOT_OPEN,
            )
        except WorkflowQueryRejectedError as error:
            raise ProcessGone(number) from error
        except Exception as error:
            raise _translated(error, number) from error
        return answer

    async def enforce(self, order: EnforceOrder) -> None:
        """Begins to bring what is under way in line with policies; where that is going on, it goes on.

        Raises ProcessUnavailable.
        """
        try:
            await self._client.start_workflow(
                names.ENFORCE_WORKFLOW,
                order,
                id=_enforcing(order),
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=_enforcing(order),
                rpc_timeout=PATIENCE,
            )
        except RPCError as error:
            raise _translated(error, order.cause) from error

    async def enforcement(self, order: EnforceOrder) -> Enforced | None:
        """What policies' coming into force has moved; None while that is going on.

        Raises ProcessGone where it never began, was ended or failed; ProcessUnavailable.
        """
        handle = self._client.get_workflow_handle(_enforcing(order), result_type=Enforced)
        try:
            described = await handle.describe(rpc_timeout=PATIENCE)
            if described.status == WorkflowExecutionStatus.RUNNING:
                return None
            if described.status == WorkflowExecutionStatus.COMPLETED:
                done: Enforced = await handle.result(rpc_timeout=PATIENCE)
                return done
        except Exception as error:
            raise _translated(error, order.cause) from error
        raise ProcessGone(order.cause)

    async def nudge(self, number: str) -> int:
        """Makes a running process read the log again; answers with its version. Raises as ``send``."""
        handle = self._client.get_workflow_handle(number)
        try:
            version: int = await _patiently(handle.execute_update(names.NUDGE, result_type=int, rpc_timeout=PATIENCE))
        except Exception as error:
            raise _translated(error, number) from error
        return version

    async def running(self, kind: AnyKind) -> AsyncIterator[str]:
        """The ids of all running processes of a kind, as the server's visibility has them (a moment behind)."""
        query = f"WorkflowType = '{kind.names.workflow}' AND ExecutionStatus = 'Running'"
        async for execution in self._client.list_workflows(query):
            yield execution.id

    def _start(
        self,
        kind: AnyKind,
        start: ProcessInput[Any],
        values: attributes.Values,
        summary: str,
    ) -> WithStartWorkflowOperation[object, object]:
        return WithStartWorkflowOperation(
            kind.names.workflow,
            start,
            id=start.number,
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=attributes.typed(_present(values)),
            static_summary=summary,
        )

    def _update_of(self, command: Sendable) -> str:
        """The name of the update that carries a command."""
        return self._kinds.of_command(command).names.updates[command.kind]

    async def _begin(self, kind: AnyKind, start: ProcessInput[Any], values: attributes.Values) -> None:
        try:
            await self._client.start_workflow(
                kind.names.workflow,
                start,
                id=start.number,
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                search_attributes=attributes.typed(_present(values)),
                rpc_timeout=PATIENCE,
            )
        except RPCError as error:
            raise _translated(error, start.number) from error

    async def _with_start(self, start: WithStartWorkflowOperation[object, object], command: Sendable) -> int:
        try:
            version: int = await _patiently(
                self._client.execute_update_with_start_workflow(
                    self._update_of(command),
                    command,
                    start_workflow_operation=start,
                    result_type=int,
                    rpc_timeout=PATIENCE,
                )
            )
        except Exception as error:
            raise _translated(error, command.id) from error
        return version


def _foretold(rules: Rules, number: str, command: Command) -> CaseState:
    """The case as it will stand once it is open: what its process would show then is given with its start, and costs no
    event. Where it comes otherwise (in a rehearsal, whose clock is another) the process sets it right."""
    state: CaseState | None = None
    for event in decide(rules, None, command, datetime.now(UTC)):
        state = evolve(state, event.fact, number=number, command_id=command.id)
    assert state is not None
    return state


def _enforcing(order: EnforceOrder) -> str:
    """The process's id, and its summary."""
    return f"施行 {order.cause}"


async def _patiently(call: Awaitable[T]) -> T:
    """Bounds an update as a whole: its own ``rpc_timeout`` is for each of the polls that it is made of."""
    async with asyncio.timeout(PATIENCE.total_seconds()):
        return await call


def _present(values: attributes.Values) -> attributes.Values:
    return {key: value for key, value in values.items() if value is not None}


_AWAY = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.INTERNAL,
    RPCStatusCode.UNKNOWN,
    RPCStatusCode.ABORTED,
)


def _translated(error: Exception, what: str) -> Exception:
    if isinstance(error, WorkflowUpdateFailedError):
        return _of_update(error, what)
    if isinstance(error, WorkflowUpdateRPCTimeoutOrCancelledError | TimeoutError):
        return ProcessUnavailable(what)
    if isinstance(error, RPCError):
        if error.status == RPCStatusCode.NOT_FOUND:
            return ProcessGone(what)
        if error.status in _AWAY:
            return ProcessUnavailable(f"{what}: {error.message}")
    return error


def _of_update(error: WorkflowUpdateFailedError, what: str) -> Exception:
    cause = error.cause
    if not isinstance(cause, ApplicationError):
        return ProcessUnavailable(f"{what}: {cause}")
    if cause.type == REFUSED:
        params = cause.details[0] if cause.details else {}
        return Refusal(cause.message, **(params if isinstance(params, dict) else {}))
    if cause.type == "AcceptedUpdateCompletedWorkflow":
        return ProcessGone(what)
    return ProcessUnavailable(f"{what}: {cause.message}")
