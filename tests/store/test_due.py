"""What the open processes of every kind wait for next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.sitting import Cancel
from store.due import due
from store.folding import CASES, KINDS, RESPONSES, SITTINGS
from store.log import EventLog
from tests.store.given import OPENED, recorded
from tests.store.test_responses import declared
from tests.store.test_sittings import APRIL, MARCH, sitting

if TYPE_CHECKING:
    from store.database import Pool

FAR = OPENED + timedelta(days=90)


async def some_of_every_kind(pool: Pool) -> None:
    await recorded(EventLog(pool), "NC-1", until=OPENED + timedelta(days=60))
    await recorded(EventLog(pool), "NC-2", until=OPENED, closed_at=OPENED, closed_as="settled")
    await declared(pool, "NC-1")
    await sitting(pool, MARCH)
    await sitting(pool, APRIL, Cancel(reason="没有议题"))


async def test_what_is_due_of_every_kind_comes_in_order_and_what_has_ended_not_at_all(pool: Pool) -> None:
    await some_of_every_kind(pool)
    found = await due(pool, FAR)
    assert {one.id: KINDS[one.turn] for one in found} == {"NC-1": CASES, "NC-1-E1": RESPONSES, MARCH: SITTINGS}
    assert list(found) == sorted(found)
    assert [one.id for one in await due(pool, FAR, but=["NC-1-E1"])] == [one.id for one in found if one.turn != 1]
    assert await due(pool, FAR, most=1) == found[:1]


async def test_at_one_instant_a_case_comes_before_a_response_and_that_before_a_sitting(
    pool: Pool, owner_pool: Pool
) -> None:
    await some_of_every_kind(pool)
    for kind in KINDS:
        table, until = kind.listing.name, kind.listing.until.name
        await owner_pool.execute(f"UPDATE {table} SET {until} = $1 WHERE {until} IS NOT NULL", OPENED)
    assert [one.id for one in await due(pool, OPENED)] == ["NC-1", "NC-1-E1", MARCH]
