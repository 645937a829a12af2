"""A worker of this test's own, on a database and a task queue of its own, beside a Temporal in rehearsal."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper

import worker
from activities.record import Recorder
from domain.case import AnyCommand, CaseState, Command, OpenCase, SealedRef
from domain.permission import Actor
from domain.rules import Rules
from runtime import temporal
from runtime.rehearsal import fast_forward
from runtime.settings import Settings
from stack.temporal import TemporalServer
from store.folding import fold_rows
from store.log import EventLog, StoredEvent
from store.policies import Policies
from store.rulebook import Rulebook
from workflows.client import Processes

if TYPE_CHECKING:
    from store.database import Pool

NANCHENG = Path(__file__).parents[2] / "policies" / "nancheng"
_BODY: TypeAdapter[Any] = TypeAdapter(AnyCommand)


@dataclass
class Engine:
    """The whole engine without its HTTP side; cases are called by short names and numbered apart."""

    client: Client
    skipper: TimeSkipper
    processes: Processes
    log: EventLog
    rulebook: Rulebook
    task_queue: str
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
    async with worker.build(client, Recorder(log, rulebook), task_queue=queue):
        yield Engine(client, skipper, Processes(skipper.client, queue), log, rulebook, queue)
