"""Lists made anew from the log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from store.cases import CaseList, CaseQuery
from store.folding import KINDS
from store.log import EventLog, StoredEvent
from store.rebuild import compare, rebuild
from store.tables.lists import CASE_LIST
from tests.store.given import NOTED, Noted, event, fold, recorded, row

if TYPE_CHECKING:
    from store.database import Pool

CATALOGUE = """
SELECT 'index', indexdef FROM pg_indexes WHERE tablename = 'cases'
UNION ALL SELECT 'acl', relacl::text FROM pg_class WHERE relname = 'cases'
UNION ALL SELECT 'options', reloptions::text FROM pg_class WHERE relname = 'cases'
UNION ALL
SELECT 'column', format('%s %s %s %s %s', attnum, attname, atttypid::regtype, attnotnull, attcollation)
    FROM pg_attribute WHERE attrelid = 'public.cases'::regclass AND attnum > 0
UNION ALL SELECT 'comment', obj_description('public.cases'::regclass)
UNION ALL SELECT 'schema', nspname FROM pg_namespace WHERE nspname = 'hx_rebuild'
ORDER BY 1, 2
"""


async def some_cases(log: EventLog) -> None:
    """Three cases, and a sitting's stream that is no case."""
    await recorded(log, "NC-1", times=3, lead="fire", co_handlers=["urban"], overdue=True)
    await recorded(log, "NC-2", times=1, emergency_id="EM-1")
    await recorded(log, "NC-3", times=2, closed_as="settled", wait=None)
    await recorded(log, "sitting-1", times=2, case_row=False)


async def test_a_rebuilt_list_equals_the_live_one(pool: Pool, owner_pool: Pool) -> None:
    await some_cases(EventLog(pool))
    before = await CaseList(pool).all(CaseQuery())

    assert await compare(pool, [NOTED]) == {"cases": ()}
    assert await rebuild(owner_pool, [NOTED]) == {"cases": 3}

    assert await CaseList(pool).all(CaseQuery()) == before
    assert await compare(pool, [NOTED]) == {"cases": ()}


async def test_rows_that_differ_are_named(pool: Pool, owner_pool: Pool) -> None:
    await some_cases(EventLog(pool))
    await owner_pool.execute("UPDATE cases SET wait = '{}' WHERE number = 'NC-1'")
    await owner_pool.execute("DELETE FROM cases WHERE number = 'NC-2'")
    await owner_pool.execute("INSERT INTO cases SELECT * FROM jsonb_populate_record(NULL::cases, $1)", row("NC-9"))
    assert await compare(pool, [NOTED]) == {"cases": ("NC-1", "NC-2", "NC-9")}


async def test_rebuilding_puts_a_damaged_list_right(pool: Pool, owner_pool: Pool) -> None:
    await some_cases(EventLog(pool))
    before = await CaseList(pool).all(CaseQuery())
    await owner_pool.execute("UPDATE cases SET stage = 'odd' WHERE number = 'NC-1'")
    await owner_pool.execute("DELETE FROM cases WHERE number = 'NC-2'")
    await owner_pool.execute("INSERT INTO cases SELECT * FROM jsonb_populate_record(NULL::cases, $1)", row("NC-9"))

    await rebuild(owner_pool, [NOTED])

    assert await CaseList(pool).all(CaseQuery()) == before


async def test_a_rebuilt_list_has_the_same_columns_indexes_and_privileges(pool: Pool, owner_pool: Pool) -> None:
    await some_cases(EventLog(pool))
    before = await owner_pool.fetch(CATALOGUE)
    await rebuild(owner_pool, [NOTED])
    await rebuild(owner_pool, [NOTED])
    assert await owner_pool.fetch(CATALOGUE) == before


async def test_cases_go_on_while_their_list_is_rebuilt(pool: Pool, owner_pool: Pool) -> None:
    log = EventLog(pool)
    rebuilt = asyncio.Event()

    async def work(officer: int) -> int:
        written = 0
        while not (rebuilt.is_set() and written > 20):
            await recorded(log, f"NC-{officer}-{written}", times=3, lead=f"officer-{officer}")
            await CaseList(pool).page(CaseQuery(open=True, limit=3))
            written += 1
        return written

    working = [asyncio.create_task(work(officer)) for officer in range(6)]
    await asyncio.sleep(0.2)
    for _ in range(3):
        await rebuild(owner_pool, [NOTED])
    rebuilt.set()
    written = sum(await asyncio.gather(*working))

    assert await CaseList(pool).count(CaseQuery()) == written
    assert await compare(pool, [NOTED]) == {"cases": ()}
    assert (await log.verify_all()).whole


async def test_a_rebuild_that_fails_leaves_the_live_list(pool: Pool, owner_pool: Pool) -> None:
    await some_cases(EventLog(pool))
    before = await CaseList(pool).all(CaseQuery())

    def broken(events: Sequence[StoredEvent]) -> dict[str, object] | None:
        if events[0].stream == "NC-3":
            raise ZeroDivisionError
        return fold(events)

    with pytest.raises(ZeroDivisionError):
        await rebuild(owner_pool, [Noted(broken)])

    assert await CaseList(pool).all(CaseQuery()) == before
    assert await rebuild(owner_pool, [NOTED]) == {"cases": 3}


async def test_a_fold_that_forgets_a_column_is_refused(pool: Pool, owner_pool: Pool) -> None:
    await some_cases(EventLog(pool))

    def short(events: Sequence[StoredEvent]) -> dict[str, object] | None:
        whole = fold(events)
        return {key: whole[key] for key in whole if key != "lead"} if whole else None

    with pytest.raises(ValueError, match="lead"):
        await rebuild(owner_pool, [Noted(short)])
    with pytest.raises(ValueError, match="lead"):
        await compare(pool, [Noted(short)])


async def test_progress_counts_the_streams(pool: Pool, owner_pool: Pool) -> None:
    await some_cases(EventLog(pool))
    seen: list[int] = []
    await rebuild(owner_pool, [NOTED], seen.append)
    assert seen == [1, 2, 3, 4]


async def test_two_rebuilds_at_once_take_turns(pool: Pool, owner_pool: Pool) -> None:
    await some_cases(EventLog(pool))
    first, second = await asyncio.gather(rebuild(owner_pool, [NOTED]), rebuild(owner_pool, [NOTED]))
    assert first == second == {"cases": 3}


async def test_an_append_after_a_rebuild_is_seen_in_the_list(pool: Pool, owner_pool: Pool) -> None:
    log = EventLog(pool)
    (first,) = await recorded(log, "NC-1")
    await rebuild(owner_pool, [NOTED])
    await log.append("NC-1", 1, first.hash, "later", [event()], row("NC-1", 2, stage="action"), CASE_LIST)
    found = await CaseList(pool).get("NC-1")
    assert found is not None
    assert (found.version, found.stage) == (2, "action")


async def test_an_empty_log_gives_an_empty_list(pool: Pool, owner_pool: Pool) -> None:
    assert await rebuild(owner_pool, [NOTED]) == {"cases": 0}
    assert await compare(pool, [NOTED]) == {"cases": ()}


async def test_the_lists_of_all_kinds_are_compared_and_made_anew_in_one_pass(pool: Pool, owner_pool: Pool) -> None:
    nothing: dict[str, tuple[str, ...]] = {kind.listing.name: () for kind in KINDS}
    await some_cases(EventLog(pool))  # of no kind that the program knows: their events are none of a case's
    assert await compare(pool) == {**nothing, "cases": ("NC-1", "NC-2", "NC-3")}
    seen: list[int] = []

    assert await rebuild(owner_pool, progress=seen.append) == dict.fromkeys(nothing, 0)

    assert await compare(pool) == nothing
    assert seen == [1, 2, 3, 4]
