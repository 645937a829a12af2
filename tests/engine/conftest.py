"""A worker of this test's own, on a database and a task queue of its own, beside a Temporal in rehearsal."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

import worker
from activities.each import ANSWER_WITHIN
from activities.emergencies import Emergencies
from activities.enforcing import Enforcer
from activities.meetings import Meetings
from activities.notices import Notifier
from activities.record import RECORDERS, Recorder, recorder_of
from domain.case import AnyCommand, CaseState, Command, OpenCase, SealedRef
from domain.joint_response import AnyResponseCommand, ResponseCommand, ResponseState
from domain.notices import Channels
from domain.permission import Actor
from domain.policy.calendar import SHANGHAI
from domain.policy.forum import Sitting, sittings
from domain.policy.rules import Rules
from domain.sitting import SittingBody, SittingCommand, SittingState
from runtime import temporal, versions
from runtime.clock import Clock
from runtime.rehearsal import Town, fast_forward
from runtime.settings import Settings
from runtime.temporal import TASK_QUEUE
from stack.temporal import TemporalServer
from store.documents import Documents
from store.folding import fold_response, fold_rows, fold_sitting
from store.log import EventLog, StoredEvent
from store.notices import Notices
from store.policies import Policies
from store.registry import CASES, REGISTRY
from store.rulebook import Rulebook
from store.sittings import Sittings
from tests.support.namespaces import new_namespace
from tests.support.policies import load_town
from tests.support.town import Starting
from workflows.client import Processes, ProcessUnavailable

if TYPE_CHECKING:
    from store.database import Pool

_BODY: TypeAdapter[Any] = TypeAdapter(AnyCommand)
_SITTING_BODY: TypeAdapter[Any] = TypeAdapter(SittingBody)
_RESPONSE_BODY: TypeAdapter[Any] = TypeAdapter(AnyResponseCommand)
SETTLED_AFTER = 0.4
DEPLOYMENT = "hongxiu"


@dataclass
class Engine:
    """The whole engine without its HTTP side; cases are called by short names and numbered apart."""

    client: Client
    town: Town
    clock: Clock
    log: EventLog
    rulebook: Rulebook
    sittings: Sittings
    documents: Documents
    pool: Pool
    worker: Worker | None = None
    channels: Channels = field(default_factory=Channels)
    environ: dict[str, str] = field(default_factory=dict)
    answer_within: float = ANSWER_WITHIN
    prefix: str = field(default_factory=lambda: uuid.uuid4().hex[:8].upper())

    @property
    def skipper(self) -> TimeSkipper:
        return self.town.skipper

    @cached_property
    def processes(self) -> Processes:
        return Processes(self.town.client, TASK_QUEUE)

    @property
    def rules(self) -> Rules:
        return self.rulebook.current

    def number(self, name: str) -> str:
        return f"NC-{self.prefix}-{name}"

    def handle(self, name: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(self.number(name))

    async def open(
        self,
        name: str,
        estate: str = "mudan-garden",
        command_id: str | None = None,
        emergency: str | None = None,
        processes: Processes | None = None,
        joint_names: int | None = None,
    ) -> int:
        words = SealedRef(id=f"w-{name}", resident=f"r-{name}", digest="0" * 64)
        body = OpenCase(
            number=self.number(name) if emergency else None,
            estate=estate,
            category="lift",
            channel="phone",
            words=words,
            emergency=emergency,
            joint_names=joint_names,
        )
        actor = officer("nancheng" if emergency else estate)
        command = Command(id=command_id or f"{self.number(name)}:open", actor=actor, body=body)
        return await (processes or self.processes).open(self.rules, self.number(name), command)

    async def send(
        self,
        name: str,
        kind: str,
        *,
        by: Actor | None = None,
        id: str | None = None,
        if_version: int | None = None,
        **fields: Any,
    ) -> int:
        body = _BODY.validate_python({"kind": kind, **fields})
        actor = by or officer("nancheng")
        command = Command(id=id or uuid.uuid4().hex, actor=actor, body=body, if_version=if_version)
        return await self.processes.send(self.number(name), command)

    async def rows(self, name: str) -> tuple[StoredEvent, ...]:
        return await self.log.read(self.number(name))

    async def types(self, name: str) -> list[str]:
        return [row.type for row in await self.rows(name)]

    async def state(self, name: str) -> CaseState:
        state = fold_rows(self.number(name), await self.rows(name))
        assert state is not None
        return state

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """A worker for the length of the block."""
        await self.start_worker()
        try:
            yield
        finally:
            await self.stop_worker()

    async def start_worker(
        self, processes: Processes | None = None, recorder: Recorder | None = None, build: str = ""
    ) -> None:
        """A worker begins to serve; its activities reach others by ``processes``, and record cases by ``recorder``."""
        self.worker = self._worker(processes, recorder, build)
        self._serving = asyncio.create_task(self.worker.run())
        if build:
            await versions.make_current(self.client, DEPLOYMENT, build)

    def _worker(self, processes: Processes | None, recorder: Recorder | None, build: str) -> Worker:
        others = processes or self.processes
        meetings = Meetings(
            self.pool,
            self.rulebook,
            others,
            self.town.client,
            self.clock,
            task_queue=TASK_QUEUE,
            settled_after=SETTLED_AFTER,
            answer_within=self.answer_within,
        )
        notifier = self.notifier(self.channels, self.environ)
        emergencies = Emergencies(self.pool, self.rulebook, lambda: others, answer_within=self.answer_within)
        enforcer = Enforcer(self.pool, others, self.town.client, self.clock, task_queue=TASK_QUEUE)
        special = {**RECORDERS, CASES.id: lambda pool, book: recorder} if recorder is not None else RECORDERS
        recorders = [recorder_of(entry, self.pool, self.rulebook, special) for entry in REGISTRY]
        owners: tuple[worker.Activities, ...] = (*recorders, meetings, emergencies, enforcer, notifier)
        return worker.build(
            self.client,
            *owners,
            clock=self.clock,
            finishes_within=timedelta(0),
            strict=True,
            deployment=versions.deployment(DEPLOYMENT, build),
        )

    def notifier(self, channels: Channels, environ: Mapping[str, str]) -> Notifier:
        return Notifier(self.pool, self.rulebook, channels, "http://hongxiu.example", self.clock, environ)

    async def stop_worker(self) -> None:
        """It is told to stop; what it was doing is cancelled."""
        assert self.worker is not None
        await self.worker.shutdown()
        await self._serving

    async def restart_worker(self, processes: Processes | None = None, recorder: Recorder | None = None) -> None:
        """Stops it in the middle of what it does, and starts another."""
        await self.stop_worker()
        await self.start_worker(processes, recorder)

    def next_sitting(self, forum: str, later: int = 0) -> Sitting:
        """The first sitting of a forum whose agenda is not drafted yet; or the one so many after it."""
        soon = self.clock.now() + timedelta(hours=2)
        return [sitting for sitting in self._ahead(forum) if sitting.drafts_at > soon][later]

    def sitting_that_takes_cases(self, forum: str, later: int = 0) -> Sitting:
        """The first sitting of a forum that is not frozen yet, which a case picks; or the one so many after it."""
        soon = self.clock.now() + timedelta(hours=2)
        return [sitting for sitting in self._ahead(forum) if sitting.freezes_at > soon][later]

    def _ahead(self, forum: str) -> list[Sitting]:
        now = self.clock.now()
        return list(sittings(self.rules.forums[forum], self.rules.calendar, now, now + timedelta(days=150)))

    async def convene(self, sitting: Sitting) -> int:
        return await self.processes.convene(self.rules, sitting.id, dates=sitting)

    async def command(
        self, sitting: str, kind: str, *, by: Actor | None = None, id: str | None = None, **fields: Any
    ) -> int:
        body = _SITTING_BODY.validate_python({"kind": kind, **fields})
        command = SittingCommand(id=id or uuid.uuid4().hex, actor=by or officer("nancheng"), body=body)
        return await self.processes.send(sitting, command)

    async def sitting_types(self, sitting: str) -> list[str]:
        return [row.type for row in await self.log.read(sitting)]

    async def sitting_state(self, sitting: str) -> SittingState:
        state = fold_sitting(await self.log.read(sitting))
        assert state is not None
        return state

    # ---------------------------------------------------------------- joint responses

    def emergency(self, name: str, count: int = 1) -> str:
        return f"{self.number(name)}-E{count}"

    async def declare(self, name: str, playbook: str, **fields: Any) -> str:
        """The alliance declares an emergency on an open case; its response, once it is there."""
        await self.send(name, "emergency", playbook=playbook, reason="情况紧急", **fields)
        emergency = (await self.state(name)).emergency_id
        assert emergency is not None
        await until(lambda: self._has(emergency, self.number(name)))
        if sitting := (await self.response(emergency)).sitting:
            await until(lambda: self._has_begun(sitting))
        return emergency

    async def _has(self, emergency: str, number: str) -> bool:
        state = fold_response(emergency, await self.log.read(emergency))
        return state is not None and number in [case.number for case in state.cases]

    async def _has_begun(self, sitting: str) -> bool:
        return bool(await self.log.read(sitting))

    async def response(self, emergency: str) -> ResponseState:
        state = fold_response(emergency, await self.log.read(emergency))
        assert state is not None
        return state

    async def response_types(self, emergency: str) -> list[str]:
        return [row.type for row in await self.log.read(emergency)]

    async def report(
        self, emergency: str, kind: str, *, by: Actor | None = None, id: str | None = None, **fields: Any
    ) -> int:
        """What a party or the alliance asks of a response."""
        body = _RESPONSE_BODY.validate_python({"kind": kind, **fields})
        command = ResponseCommand(id=id or uuid.uuid4().hex, actor=by or officer("nancheng"), body=body)
        return await self.processes.send(emergency, command)

    async def finish(self, emergency: str, *tasks: str) -> None:
        """Has the alliance sign for these tasks and report them done, in order; all that are open, without any."""
        state = await self.response(emergency)
        for task in tasks or [task.id for task in state.tasks if task.status in ("open", "signed")]:
            if (found := state.task(task)) is not None and found.status != "signed":
                await self.report(emergency, "sign", task=task)
            await self.report(emergency, "done", task=task, note="已办妥", **self._records(state, task))

    def _records(self, state: ResponseState, task: str) -> dict[str, Any]:
        planned = self.rules.playbook(state.playbook).task(task)
        if planned.records == "provider":
            return {"provider": next(one.id for one in self.rules.organisation.companies if one.state_owned)}
        return {"filed_on": state.at.astimezone(SHANGHAI).date()} if planned.records == "contract" else {}

    async def insist(self, emergency: str, kind: str, *, by: Actor, id: str, **fields: Any) -> None:
        """Sends again, the same command, while no worker answers."""
        for _ in range(20):
            try:
                await self.report(emergency, kind, by=by, id=id, **fields)
            except ProcessUnavailable:
                continue
            return
        raise AssertionError("nobody answered")

    # ---------------------------------------------------------------- what comes about by itself

    async def has_response(self, name: str) -> bool:
        return await self._has(self.emergency(name), self.number(name))

    async def has_happened(self, name: str, type_: str) -> bool:
        return type_ in await self.types(name)

    async def is_at(self, name: str, stage: str) -> bool:
        return (await self.state(name)).stage == stage

    async def is_not_at(self, name: str, stage: str) -> bool:
        return not await self.is_at(name, stage)

    async def is_linked(self, emergency: str, other: str) -> bool:
        return other in (await self.response(emergency)).linked

    async def sitting_is(self, sitting: str, *statuses: str) -> bool:
        return (await self.sitting_state(sitting)).status in statuses

    async def has_notice(self, unit: str, emergency: str, kind: str = "tasks") -> bool:
        notices = await Notices(self.pool).list(unit, limit=200)
        return any((notice.emergency, notice.kind) == (emergency, kind) for notice in notices)

    async def details(self, workflow: str) -> str:
        """A process's current details, as the Temporal UI shows them."""
        handle = self.client.get_workflow_handle(workflow)
        told = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        return str(told.current_details)

    async def attribute(self, name: str, key: str) -> Any:
        """A case's search attribute, None without it."""
        described = await self.handle(name).describe()
        found = (pair.value for pair in described.typed_search_attributes.search_attributes if pair.key.name == key)
        return next(found, None)

    async def is_calm(self, workflow: str) -> bool:
        """Whether every activity of a process has ended."""
        events = (await self.client.get_workflow_handle(workflow).fetch_history()).events
        asked = sum(event.HasField("activity_task_scheduled_event_attributes") for event in events)
        return asked == sum(event.HasField("activity_task_completed_event_attributes") for event in events)

    async def pass_response(self, emergency: str, **length: float) -> None:
        """Moves a response's clock, and what happens on the way."""
        await fast_forward(self.skipper, self.client.get_workflow_handle(emergency), timedelta(**length))

    async def pass_sitting_to(self, sitting: str, instant: datetime) -> None:
        """Moves a sitting's clock to ``instant`` and a little beyond."""
        handle = self.client.get_workflow_handle(sitting)
        now = await self.skipper.get_current_time(handle)
        await fast_forward(self.skipper, handle, instant - now + timedelta(seconds=1))

    async def pass_case_to(self, name: str, instant: datetime) -> None:
        """Moves a case's clock to ``instant`` and a little beyond."""
        now = await self.skipper.get_current_time(self.handle(name))
        await fast_forward(self.skipper, self.handle(name), instant - now + timedelta(seconds=1))

    async def pass_time(self, name: str, **length: float) -> None:
        """Moves the case's clock, and a little more, so that what is due has happened when this returns."""
        await fast_forward(self.skipper, self.handle(name), timedelta(**length))


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Until it holds; what another process does by itself takes a moment."""
    for _ in range(400):
        if await holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come about")


def department(code: str) -> Actor:
    return Actor(id=f"dept-{code}", role="department", unit=code)


def officer(unit: str) -> Actor:
    return Actor(id=f"officer-{unit}", role="officer", unit=unit)


async def load_nancheng(pool: Pool) -> None:
    """The sample policies, as ``hongxiu up`` loads them, with the calendars of the tests' years: in force, and
    enforced."""
    loaded = await load_town(pool)
    if loaded.enactment is not None:
        await Policies(pool).mark_enforced(loaded.enactment.id)


@pytest.fixture
async def engine(pool: Pool, temporal_server: TemporalServer) -> AsyncIterator[Engine]:
    async with running_engine(pool, temporal_server.address) as engine:
        yield engine


@asynccontextmanager
async def running_engine(pool: Pool, address: str) -> AsyncIterator[Engine]:
    """A worker with the sample policies in a namespace of its own, where it is ``NOW``."""
    await load_nancheng(pool)
    rulebook = Rulebook(pool)
    await worker.put_at_hand(rulebook)
    client = await temporal.connect(Settings(temporal_address=address, temporal_namespace=await new_namespace(address)))
    clock = Starting()
    town = Town(client, clock)
    engine = Engine(client, town, clock, EventLog(pool), rulebook, Sittings(pool), Documents(pool), pool)
    async with engine.serving():
        yield engine
