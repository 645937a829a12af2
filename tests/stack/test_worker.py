"""A worker that is told to stop finishes what it is doing, and leaves what takes too long to another."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from domain.case import AddNote, Command, OpenCase, SealedRef
from domain.permission import Actor
from domain.policy.forum import sittings
from domain.sitting import Cancel, SittingCommand
from runtime import temporal
from runtime.settings import Settings
from stack.keys import ensure_keys
from stack.ports import free_port
from stack.process import Child
from stack.temporal import TemporalServer
from store.log import EventLog
from store.notices import Notices
from store.rulebook import Rulebook
from tests.conftest import Database
from tests.engine.conftest import load_nancheng
from workflows import attributes
from workflows.client import Processes

if TYPE_CHECKING:
    from store.database import Pool

REPOSITORY = Path(__file__).parents[2]
STOP_WITHIN = 20.0
"""Seconds; as ``stack.services`` has it."""
OFFICER = Actor(id="officer-mudan", role="officer", unit="mudan-garden")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TemporalServer]:
    """A Temporal of its own: no other worker serves its queue."""
    made = TemporalServer(
        None,
        free_port(),
        search_attributes={key.name: key.indexed_value_type.name.capitalize() for key in attributes.ALL},
        log_file=tmp_path / "temporal.log",
    )
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def settings(tmp_path: Path, database: Database, server: TemporalServer) -> Settings:
    made = Settings(
        data=tmp_path,
        embedded=True,
        database_url=database.dsn,
        database_owner_url=database.owner_dsn,
        temporal_address=server.address,
        log_format="json",
        policies=REPOSITORY / "policies" / "nancheng",
    )
    ensure_keys(made)
    return made


@contextmanager
def working(settings: Settings, name: str = "worker") -> Iterator[Child]:
    env = {**os.environ, **settings.environment(), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    child = Child(
        name, [sys.executable, "-m", "worker"], log_file=settings.data / f"{name}.log", env=env, cwd=REPOSITORY
    )
    child.launch()
    try:
        yield child
    finally:
        child.kill()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(600):
        if await holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come about")


async def opened(pool: Pool, processes: Processes) -> str:
    rulebook, number = Rulebook(pool), f"NC-{uuid.uuid4().hex[:8].upper()}"
    words = SealedRef(id=f"w-{number}", resident="r-1", digest="0" * 64)
    body = OpenCase(estate="mudan-garden", category="lift", channel="phone", words=words)
    await rulebook.refresh()
    await processes.open(rulebook.current, number, Command(id=f"{number}:open", actor=OFFICER, body=body))
    return number


def note(number: str) -> Command:
    return Command(id=f"{number}:note", actor=OFFICER, body=AddNote(kind="note", text="已到现场"))


@asynccontextmanager
async def held(database: Database, statement: str) -> AsyncIterator[asyncpg.Connection]:
    """Another holds a lock: what needs it waits in the middle."""
    holder = await asyncpg.connect(database.owner_dsn)
    await holder.execute("BEGIN")
    await holder.execute(statement)
    try:
        yield holder
    finally:
        holder.terminate()


APPENDS = "SELECT pg_advisory_xact_lock(7357)"
NOTICES = "LOCK TABLE notices IN EXCLUSIVE MODE"


@pytest.mark.long
async def test_a_recording_that_is_under_way_when_it_is_told_to_stop_is_answered(
    pool: Pool, database: Database, settings: Settings
) -> None:
    await load_nancheng(pool)
    processes = Processes(await temporal.connect(settings), temporal.TASK_QUEUE)
    with working(settings) as child:
        number = await opened(pool, processes)
        async with held(database, APPENDS) as holder:
            answering = asyncio.create_task(processes.send(number, note(number)))
            await until(lambda: somebody_waits(holder))
            stopping = asyncio.create_task(asyncio.to_thread(child.stop, STOP_WITHIN))
            await until(lambda: says(child, "worker stops"))
        assert await answering == 2
        await stopping
        assert child.returncode == 0
    assert [row.type for row in await EventLog(pool).read(number)] == ["case_opened", "note_added"]


@pytest.mark.long
async def test_a_notice_that_is_being_written_when_it_is_told_to_stop_is_written(
    pool: Pool, database: Database, settings: Settings
) -> None:
    await load_nancheng(pool)
    processes = Processes(await temporal.connect(settings), temporal.TASK_QUEUE)
    with working(settings) as child:
        async with held(database, NOTICES) as holder:
            sitting = await convened(pool, processes)
            await processes.send(sitting, called_off(sitting))
            await until(lambda: somebody_waits(holder))
            stopping = asyncio.create_task(asyncio.to_thread(child.stop, STOP_WITHIN))
            await until(lambda: says(child, "worker stops"))
        await stopping
        assert child.returncode == 0
    assert {notice.kind for notice in await Notices(pool).list(None)} == {"cancelled"}


async def somebody_waits(holder: asyncpg.Connection) -> bool:
    return bool(await holder.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))


async def says(child: Child, words: str) -> bool:
    return words in child.log_file.read_text("utf-8", "replace")


async def convened(pool: Pool, processes: Processes) -> str:
    """A sitting whose agenda is not to be drafted for a while."""
    rulebook, now = Rulebook(pool), datetime.now(UTC)
    await rulebook.refresh()
    rules = rulebook.current
    ahead = sittings(rules.forums["laocheng"], rules.calendar, now, now + timedelta(days=120))
    sitting = next(one for one in ahead if one.drafts_at > now + timedelta(hours=2))
    await processes.convene(rules, sitting.id, dates=sitting)
    return sitting.id


def called_off(sitting: str) -> SittingCommand:
    actor = Actor(id="officer-nancheng", role="officer", unit="nancheng")
    return SittingCommand(id=f"{sitting}:cancel", actor=actor, body=Cancel(reason="没有议题"))
