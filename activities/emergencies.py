"""What joins a joint response to its cases, to others on the same estate, and to its extraordinary sitting.

Response and cases are peers: each finds the other by its id, and each step can be done again by whoever comes first,
the processes' own effects or the interface. A command's id says what it is about, so the log takes it once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from temporalio import activity

from activities.each import ANSWER_WITHIN, each
from domain.case import CaseState, Command, EmergencyDeclared, StandDown
from domain.errors import Refusal
from domain.joint_response import (
    CaseOfIt,
    Declare,
    JoinCase,
    LinkResponse,
    ResponseCommand,
    ResponseDeclared,
    ResponseEvent,
    ResponseState,
    ResponseStoodDown,
)
from domain.permission import SYSTEM, Actor
from domain.policy.forum import extraordinary
from domain.sitting import Cancel, SittingCommand, SittingState
from store.folding import CASES, RESPONSES, SITTINGS, event_of
from store.joint_responses import Responses
from store.log import EventLog, StoredEvent
from store.rulebook import Rulebook
from store.sittings import Sittings
from workflows import names
from workflows.client import Processes, ProcessGone
from workflows.kind import Sendable
from workflows.messages import EmergencyOrder, ResponseOrder

if TYPE_CHECKING:
    from store.database import Pool

CALLED_OFF = ("联动处置已解除", "the emergency was stood down")


class Emergencies:
    """The steps between responses, cases and sittings, on the log and the running processes."""

    def __init__(
        self,
        pool: Pool,
        rulebook: Rulebook,
        processes: Callable[[], Processes],
        *,
        answer_within: float = ANSWER_WITHIN,
    ) -> None:
        self._log = EventLog(pool)
        self._rulebook = rulebook
        self._responses = Responses(pool)
        self._sittings = Sittings(pool)
        self._processes = processes
        self._answer_within = answer_within

    def activities(self) -> Sequence[Callable[..., Any]]:
        """Everything that a worker registers for joint responses beside their recorder."""
        return [
            self.open_response,
            self.tell_its_cases,
            self.link_responses,
            self.convene_extraordinary,
            self.cancel_extraordinary,
        ]

    @activity.defn(name=names.OPEN_RESPONSE)
    async def open_response(self, order: EmergencyOrder) -> None:
        """Opens the response that a case has declared, or brings the case under one that runs."""
        await self.opened(order.case, order.emergency)

    @activity.defn(name=names.TELL_ITS_CASES)
    async def tell_its_cases(self, order: ResponseOrder) -> None:
        """Tells every case of a response that it is stood down."""
        await self.told(order.response)

    @activity.defn(name=names.LINK_RESPONSES)
    async def link_responses(self, order: ResponseOrder) -> None:
        """Links the response and every other that is open on one of its estates, both ways; none is merged."""
        await self.linked(order.response)

    @activity.defn(name=names.CONVENE_EXTRAORDINARY)
    async def convene_extraordinary(self, order: ResponseOrder) -> None:
        """Begins the process of the extraordinary sitting that the playbook asks for; one that has begun stands."""
        await self.convened(order.response)

    @activity.defn(name=names.CANCEL_EXTRAORDINARY)
    async def cancel_extraordinary(self, order: ResponseOrder) -> None:
        """Cancels the response's sitting if it has not begun: there is nothing left to decide."""
        await self.called_off(order.response)

    # ---------------------------------------------------------------- for the interface and the auditor as well

    async def state(self, response: str) -> ResponseState:
        """A response as the log has it. Raises Refusal ``unknown_emergency``."""
        state = RESPONSES.state(await self._rows(response))
        if state is None:
            raise Refusal("unknown_emergency", emergency=response)
        return state

    async def opened(self, number: str, emergency: str) -> None:
        """Sees to it that the emergency of a case has its response, and that this has the case.

        Raises Refusal ``unknown_emergency`` (the case has declared none such), ProcessUnavailable, StoreUnavailable.
        """
        rows = await self._log.read(number)
        case, declared = CASES.state(rows), _declared(rows, emergency)
        if case is None or declared is None:
            raise Refusal("unknown_emergency", emergency=emergency)
        found = RESPONSES.state(await self._log.read(emergency))
        if found is None:
            await self._declare(case, declared, emergency)
        elif all(one.number != number for one in found.cases):
            await self._join(case, declared, found)
        else:
            await self._make_known(found)

    async def told(self, response: str) -> None:
        """Tells every case of a response that has been stood down, side by side.

        Raises Unreached, which names those that were not told; StoreUnavailable.
        """
        rows = await self._rows(response)
        state, ended = RESPONSES.state(rows), next(_events(rows, "response_stood_down"), None)
        if state is None or ended is None:
            return
        numbers = [case.number for case in state.cases]
        await each(numbers, lambda number: self._stand_down(number, state, ended), within=self._answer_within)

    async def linked(self, response: str) -> None:
        """Links a response and every other that is open on one of its estates, both ways, side by side.

        Raises Unreached, which names those that were not told; StoreUnavailable.
        """
        state = await self.state(response)
        others = [row for row in await self._responses.open_on([it.estate for it in state.cases]) if row.id != state.id]
        wanted = {f"{state.id}→{row.id}": (state.id, row.id) for row in others if row.id not in state.linked}
        wanted |= {f"{row.id}→{state.id}": (row.id, state.id) for row in others if state.id not in row.linked}
        await each(wanted, lambda link: self._link(*wanted[link]), within=self._answer_within)

    async def called_off(self, response: str) -> None:
        """Cancels a response's sitting if it has not begun. Raises ProcessUnavailable, StoreUnavailable."""
        state = await self.state(response)
        row = await self._sittings.get(state.sitting) if state.sitting else None
        if row is None or not row.is_ahead:
            return
        cause = CALLED_OFF[1 if state.language.startswith("en") else 0]
        command = SittingCommand(id=f"{state.id}:cancel_sitting", actor=SYSTEM, body=Cancel(reason=cause))
        try:
            await self._processes().send(row.id, command)
        except (Refusal, ProcessGone):  # it has begun meanwhile; or it is the auditor's
            return

    async def convened(self, response: str) -> None:
        """Sees to it that the sitting that a response's playbook asks for has begun, while the response runs.

        Raises ProcessUnavailable, StoreUnavailable.
        """
        rows = await self._rows(response)
        state, rules = RESPONSES.state(rows), await self._rulebook.rules()
        if state is None or state.sitting is None or state.status != "open":
            return
        declared = RESPONSES.event(rows[0]).fact
        assert isinstance(declared, ResponseDeclared)
        called = declared.sitting
        if called is None or called.forum not in rules.forums:
            return
        convened = SITTINGS.state(await self._log.read(state.sitting))
        if convened is not None:
            await self._make_known(convened)
            return
        forum = rules.forums[called.forum]
        dates = extraordinary(forum, rules.calendar, state.sitting, state.declared_at, called.at, called.ends_at)
        await self._processes().convene(rules, dates.id, dates=dates)

    # ---------------------------------------------------------------- steps

    async def _declare(self, case: CaseState, declared: StoredEvent, emergency: str) -> None:
        event = event_of(declared)
        fact = event.fact
        assert isinstance(fact, EmergencyDeclared)
        linked = tuple(row.id for row in await self._responses.open_on([case.estate]) if row.id != emergency)
        body = Declare(
            playbook=fact.playbook,
            case=_case_of_it(case),
            declared_at=event.at,
            linked=linked,
        )
        command = ResponseCommand(id=f"{emergency}:declare", actor=event.actor, body=body)
        await self._processes().declare(await self._rulebook.rules(), emergency, command)

    async def _join(self, case: CaseState, declared: StoredEvent, state: ResponseState) -> None:
        actor: Actor = event_of(declared).actor
        command = ResponseCommand(
            id=f"{state.id}:join:{case.number}", actor=actor, body=JoinCase(case=_case_of_it(case))
        )
        try:
            await self._send(state, command)
        except Refusal:  # it was stood down in the moment between: then the case follows at once
            rows = await self._rows(state.id)
            ended = next(_events(rows, "response_stood_down"), None)
            if ended is None:
                raise
            await self._stand_down(case.number, state, ended)

    async def _stand_down(self, number: str, state: ResponseState, ended: ResponseEvent) -> None:
        case = CASES.state(await self._log.read(number))
        if case is None or case.closed or case.emergency_id != state.id or case.stage != "joint_response":
            return
        how = ended.fact
        assert isinstance(how, ResponseStoodDown)
        body = StandDown(
            emergency_id=state.id,
            outcome=how.outcome,
            tier=how.tier,
            reason=ended.reason or "",
            watch_until=how.watch_until,
        )
        command = Command(id=f"{state.id}:stand_down:{number}", actor=SYSTEM, body=body)
        await self._send(case, command)

    async def _link(self, response: str, other: str) -> None:
        command = ResponseCommand(id=f"{response}:link:{other}", actor=SYSTEM, body=LinkResponse(other=other))
        try:
            await self._processes().send(response, command)
        except (Refusal, ProcessGone):  # it has ended meanwhile
            return

    async def _send(self, state: CaseState | ResponseState, command: Sendable) -> None:
        """Sends a command to an open process; one that is gone, or has fallen behind its log, is put right first."""
        number = state.number if isinstance(state, CaseState) else state.id
        try:
            await self._processes().send(number, command)
        except ProcessGone:
            await self._processes().restart(state)
            await self._processes().send(number, command)
        except Refusal:
            await self._processes().nudge(number)
            await self._processes().send(number, command)

    async def _make_known(self, state: ResponseState | SittingState) -> None:
        """Who began it may not know that it was recorded, nor may its process."""
        try:
            await self._processes().make_known(state)
        except ProcessGone:
            if not state.closed:
                await self._processes().restart(state)

    async def _rows(self, response: str) -> tuple[StoredEvent, ...]:
        return await self._log.read(response)


def _declared(rows: Sequence[StoredEvent], emergency: str) -> StoredEvent | None:
    """The event by which a case has declared an emergency."""
    declared = (row for row in rows if row.type == "emergency_declared")
    return next((row for row in declared if row.data["detail"]["emergency"] == emergency), None)


def _events(rows: Sequence[StoredEvent], type_: str) -> Any:
    return (RESPONSES.event(row) for row in rows if row.type == type_)


def _case_of_it(case: CaseState) -> CaseOfIt:
    return CaseOfIt(number=case.number, estate=case.estate, units=case.units)
