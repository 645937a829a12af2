"""A worker of this test's own, on a database and a task queue of its own, beside a Temporal in rehearsal."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

import worker
from activities.meetings import Meetings
from activities.notices import Notifier
from activities.record import Recorder
from domain.case import AnyCommand, CaseState, Command, OpenCase, SealedRef
from domain.forum import Sitting, sittings
from domain.notices import Channels
from domain.permission import Actor
from domain.rules import Rules
from domain.sitting import SittingBody, SittingCommand, SittingState
from runtime import temporal
from runtime.rehearsal import fast_forward
from runtime.settings import Settings
from stack.temporal import TemporalServer
from store.documents import Documents
from store.folding import fold_rows, fold_sitting
from store.log import EventLog, StoredEvent
from store.policies import Policies
from store.rulebook import Rulebook
from store.sittings import Sittings
from workflows.client import Processes

if TYPE_CHECKING:
    from store.database import Pool

NANCHENG = Path(__file__).parents[2] / "policies" / "nancheng"
_BODY: TypeAdapter[Any] = TypeAdapter(AnyCommand)
_SITTING_BODY: TypeAdapter[Any] = TypeAdapter(SittingBody)
SETTLED_AFTER = 0.4
"""Seconds; see ``activities.meetings``."""


@dataclass
class Engine:
    """The whole engine without its HTTP side; cases are called by short names and numbered apart."""

    client: Client
    skipper: TimeSkipper
    processes: Processes
    log: EventLog
    rulebook: Rulebook
    task_queue: str
    sittings: Sittings
    documents: Documents
    pool: Pool
    worker: Worker | None = None
    convened: list[str] = field(default_factory=list)
    channels: Channels = field(default_factory=Channels)
    environ: dict[str, str] = field(default_factory=dict)
    prefix: str = field(default_factory=lambda: uuid.uuid4().hex[:8].upper())

    @property
    def rules(self) -> Rules:
        return self.rulebook.current

    def number(self, name: str) -> str:
        return f"NC-{self.prefix}-{name}"

    def handle(self, name: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(self.number(name))

    async def open(self, name: str, estate: str = "mudan-garden", command_id: str | None = None) -> int:
        words = SealedRef(id=f"w-{name}", resident=f"r-{name}", digest="0" * 64)
        body = OpenCase(estate=estate, category="lift", channel="phone", words=words)
        command = Command(id=command_id or f"{self.number(name)}:open", actor=officer(estate), body=body)
        return await self.processes.open(self.rules, self.number(name), command)

    async def send(
        self, name: str, kind: str, *, by: Actor | None = None, id: str | None = None,
        if_version: int | None = None, **fields: Any,
    ) -> int:  # fmt: skip
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

    async def start_worker(self, processes: Processes | None = None) -> None:
        """A worker begins to serve; its activities reach others by ``processes``."""
        meetings = Meetings(
            self.pool, self.rulebook, processes or self.processes, self.client, task_queue=self.task_queue,
            settled_after=SETTLED_AFTER,
        )  # fmt: skip
        notifier = Notifier(self.pool, self.rulebook, self.channels, "http://hongxiu.example", self.environ)
        owners = (Recorder(self.log, self.rulebook), meetings, notifier)
        self.worker = worker.build(self.client, *owners, task_queue=self.task_queue)
        self._serving = asyncio.create_task(self.worker.run())

    async def stop_worker(self) -> None:
        """It is told to stop; what it was doing is cancelled."""
        assert self.worker is not None
        await self.worker.shutdown()
        await self._serving

    async def restart_worker(self, processes: Processes | None = None) -> None:
        """Stops it in the middle of what it does, and starts another."""
        await self.stop_worker()
        await self.start_worker(processes)

    def next_sitting(self, forum: str, later: int = 0) -> Sitting:
        """The first sitting of a forum whose agenda is not drafted yet; or the one so many after it."""
        now = datetime.now(UTC)
        ahead = sittings(self.rules.forums[forum], self.rules.calendar, now, now + timedelta(days=120))
        return [sitting for sitting in ahead if sitting.drafts_at > now + timedelta(hours=2)][later]

    async def convene(self, sitting: Sitting) -> int:
        """Begins a sitting; it is ended with the test, since the next one may convene the same."""
        self.convened.append(sitting.id)
        return await self.processes.convene(self.rules, sitting.id, dates=sitting)

    async def end_sittings(self) -> None:
        """Ends what this test has convened; the server is the next test's too."""
        for sitting in self.convened:
            with suppress(RPCError):
                await self.client.get_workflow_handle(sitting).terminate()

    async def command(
        self, sitting: str, kind: str, *, by: Actor | None = None, id: str | None = None, **fields: Any
    ) -> int:
        body = _SITTING_BODY.validate_python({"kind": kind, **fields})
        command = SittingCommand(id=id or uuid.uuid4().hex, actor=by or officer("nancheng"), body=body)
        return await self.processes.send_to_sitting(sitting, command)

    async def sitting_types(self, sitting: str) -> list[str]:
        return [row.type for row in await self.log.read(sitting)]

    async def sitting_state(self, sitting: str) -> SittingState:
        state = fold_sitting(await self.log.read(sitting))
        assert state is not None
        return state

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


def officer(unit: str) -> Actor:
    return Actor(id=f"officer-{unit}", role="officer", unit=unit)


async def load_nancheng(pool: Pool) -> None:
    """The sample policies, as ``hongxiu up`` loads them."""
    policies = Policies(pool)
    for kind, name in (("ladder", "nancheng"), ("organisation", "nancheng")):
        await policies.put(kind, name, "1", (NANCHENG / f"{kind}.yaml").read_text("utf-8"))  # type: ignore[arg-type]
    for year in ("2025", "2026"):
        await policies.put("calendar", year, "1", (NANCHENG / f"calendar-{year}.yaml").read_text("utf-8"))


@pytest.fixture
async def engine(pool: Pool, temporal_server: TemporalServer) -> AsyncIterator[Engine]:
    async with running_engine(pool, temporal_server.address) as engine:
        yield engine


@asynccontextmanager
async def running_engine(pool: Pool, address: str) -> AsyncIterator[Engine]:
    """A worker with the sample policies, serving a task queue of its own."""
    await load_nancheng(pool)
    rulebook = Rulebook(pool)
    await worker.put_at_hand(rulebook)
    client = await temporal.connect(Settings(temporal_address=address))
    skipper = temporal.skipper(client)
    queue = f"hongxiu-{uuid.uuid4().hex[:8]}"
    log = EventLog(pool)
    processes = Processes(skipper.client, queue)
    engine = Engine(client, skipper, processes, log, rulebook, queue, Sittings(pool), Documents(pool), pool)
    async with engine.serving():
        yield engine
        await engine.end_sittings()
