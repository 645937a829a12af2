"""PostgreSQL goes away and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stack.ports import free_port
from stack.postgres import Postgres
from store import migrate
from store.cases import CaseList, CaseQuery
from store.claims import claim
from store.database import connect, transaction
from store.errors import StoreUnavailable
from store.log import EventLog
from store.tables.lists import CASE_LIST
from tests.store.given import event, recorded, row

if TYPE_CHECKING:
    from store.database import Executor, Pool


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Postgres]:
    """A server that may be killed."""
    server = Postgres(tmp_path / "a folder", free_port())
    try:
        server.start()
        server.create_database("hongxiu")
        migrate.upgrade(server.owner_dsn("hongxiu"), server.app_password)
        yield server
    finally:
        server.stop()


async def use_until_it_fails(executor: Executor) -> None:
    """A session outlives the server's first process by a moment."""
    for attempt in range(500):
        await CaseList(executor).put_title("NC-2026-000001", None, f"第{attempt}次")
        await asyncio.sleep(0.01)


async def test_without_postgresql_every_call_says_unavailable_and_works_again_after(mortal: Postgres) -> None:
    pool = await connect(mortal.app_dsn("hongxiu"), max_size=4)
    log = EventLog(pool)
    (first,) = await recorded(log, "NC-1")

    mortal.kill()
    with pytest.raises(StoreUnavailable):
        await use_until_it_fails(pool)
    with pytest.raises(StoreUnavailable):
        await log.append("NC-1", 1, first.hash, "next", [event()], row("NC-1", 2), CASE_LIST)
    with pytest.raises(StoreUnavailable):
        await log.read("NC-1")
    with pytest.raises(StoreUnavailable):
        await log.verify_all()
    with pytest.raises(StoreUnavailable):
        await CaseList(pool).page(CaseQuery())
    with pytest.raises(StoreUnavailable):
        await claim(pool, "key", "abc")
    with pytest.raises(StoreUnavailable):
        async with transaction(pool):
            pass
    with pytest.raises(StoreUnavailable):
        await connect(mortal.app_dsn("hongxiu"))

    mortal.start()
    done = await log.append("NC-1", 1, first.hash, "next", [event()], row("NC-1", 2), CASE_LIST)
    assert done.status == "appended"
    assert (await log.verify_all()).whole
    await pool.close()


@pytest.mark.long
async def test_a_connection_lost_within_a_transaction_leaves_nothing(mortal: Postgres) -> None:
    pool = await connect(mortal.app_dsn("hongxiu"), max_size=4)

    async def interrupted() -> None:
        async with transaction(pool) as connection:
            await claim(connection, "key", "abc", number_prefix="NC-2026")
            mortal.kill()
            await use_until_it_fails(connection)

    with pytest.raises(StoreUnavailable):
        await interrupted()
    mortal.start()
    again = await claim(pool, "key", "abc", number_prefix="NC-2026")
    assert (again.subject, again.fresh) == ("NC-2026-000001", True)
    assert await CaseList(pool).titles(["NC-2026-000001"]) == {}
    await pool.close()


async def test_a_closed_pool_says_unavailable(pool: Pool) -> None:
    await pool.close()
    with pytest.raises(StoreUnavailable):
        await EventLog(pool).read("NC-1")
