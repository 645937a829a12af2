"""The case list's orders and columns, whose turn it is in SQL, and the views that accounts keep."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from domain.acting import Turn
from domain.errors import Refusal
from store.case_views import MOST, CaseViews
from store.cases import CaseList, CaseQuery, Sort
from store.database import connect
from store.log import EventLog
from tests.store.given import OPENED, event, recorded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from store.database import Pool
    from tests.conftest import Database

STAGES = ("contact", "check_in", "community", "action", "suspended", "joint_response", "verification", "closed")
WAITS = {
    "contact": "contact",
    "check_in": "sitting",
    "community": "sitting",
    "action": "plan",
    "suspended": "suspension",
    "joint_response": "stand_down",
    "verification": "verification",
}


@pytest.fixture(scope="module")
def filled(new_database: Callable[[], Database]) -> Database:
    return new_database()


@pytest.fixture
async def cases(filled: Database) -> AsyncIterator[CaseList]:
    """Sixty cases of all kinds, the same each time."""
    pool = await connect(filled.dsn)
    if await pool.fetchval("SELECT count(*) FROM cases") == 0:
        await _fill(pool)
    yield CaseList(pool)
    await pool.close()


async def _fill(pool: Pool) -> None:
    log, chance = EventLog(pool), random.Random(4)
    for n in range(1, 61):
        await recorded(log, f"NC-2026-{n:06d}", **_made(chance, n))


def _made(chance: random.Random, n: int) -> dict[str, Any]:
    stage = chance.choice(STAGES)
    estate, community = chance.choice([("mudan", "laocheng"), ("huafu", "laocheng"), ("jinxiu", "dongguan")])
    until = OPENED + timedelta(days=chance.randint(1, 9)) if stage != "closed" else None
    forum = estate if stage == "check_in" else community
    kind = WAITS.get(stage)
    wait = {"kind": kind, **({"forum": forum, "sitting_id": f"{forum}-1"} if kind == "sitting" else {})}
    led = stage in ("action", "suspended")
    return {
        "stage": stage,
        "tier": "community" if stage == "community" else chance.choice(["estate", "community"]),
        "estate": estate,
        "community": community,
        "units": sorted([estate, community, "nancheng"]),
        "opened_at": OPENED + timedelta(hours=n),
        "tier_since": OPENED + timedelta(hours=chance.randint(1, 50)),
        "until": until,
        "wait": wait if until else None,
        "overdue": until is not None and chance.random() < 0.3,
        "closed_at": None if until else OPENED,
        "closed_as": None if until else "settled",
        "lead": chance.choice(["urban", "fire", "laocheng", "牡丹嘉园物业"]) if led else None,
        "co_handlers": ["fire"] if led and chance.random() < 0.4 else [],
        "duplicate_of": "NC-2026-000007" if n % 20 == 0 else None,
        "answer_due": OPENED + timedelta(days=n % 7) if until and n % 4 else None,
    }


async def _all(cases: CaseList, sort: Sort, limit: int) -> list[Any]:
    """Every page of an order, one after the other."""
    query = CaseQuery(open=True, sort=sort, limit=limit)
    page = await cases.page(query)
    found = list(page.items)
    while page.next_cursor:
        page = await cases.page(CaseQuery(open=True, sort=sort, limit=limit, cursor=page.next_cursor))
        found.extend(page.items)
    return found


@pytest.mark.parametrize("limit", [1, 7, 200])
async def test_late_cases_come_first_and_then_what_is_due_first(cases: CaseList, limit: int) -> None:
    found = await _all(cases, "due", limit)
    assert found == sorted(found, key=lambda row: (not row.overdue, row.until, row.number))
    assert len({row.number for row in found}) == len(found) == await cases.count(CaseQuery(open=True))


@pytest.mark.parametrize("limit", [1, 7, 200])
async def test_what_is_longest_at_its_tier_comes_first(cases: CaseList, limit: int) -> None:
    found = await _all(cases, "longest", limit)
    assert found == sorted(found, key=lambda row: (row.tier_since, row.number))
    assert len({row.number for row in found}) == len(found) == await cases.count(CaseQuery(open=True))


@pytest.mark.parametrize("limit", [1, 7, 200])
async def test_whose_resident_is_to_hear_first_comes_first_and_who_is_owed_nothing_not(
    cases: CaseList, limit: int
) -> None:
    found = await _all(cases, "promised", limit)
    assert found == sorted(found, key=lambda row: (row.answer_due, row.number))
    owed = await cases.count(CaseQuery(open=True)) - await cases.count(CaseQuery(open=True, answer="none"))
    assert len({row.number for row in found}) == len(found) == owed > 0


async def test_a_cursor_is_good_for_its_own_order_alone(cases: CaseList) -> None:
    cursors = {
        sort: (await cases.page(CaseQuery(open=True, sort=sort, limit=1))).next_cursor for sort in ("due", "longest")
    }  # type: dict[Any, Any]
    for sort, cursor in (("due", cursors["longest"]), ("longest", cursors["due"]), ("newest", cursors["due"])):
        with pytest.raises(Refusal, match="bad_cursor"):
            await cases.page(CaseQuery(sort=sort, cursor=cursor))  # type: ignore[arg-type]


async def test_a_column_has_its_stages_cases_due_first_and_no_more_than_it_may(cases: CaseList) -> None:
    columns = await cases.columns(CaseQuery(open=True), ["contact", "action", "nowhere"], 3)
    assert list(columns) == ["contact", "action", "nowhere"]
    assert columns["nowhere"] == ()
    for stage in ("contact", "action"):
        every = await cases.page(CaseQuery(open=True, stage=stage, sort="due", limit=200))
        assert columns[stage] == every.items[:3]
    mudan = await cases.columns(CaseQuery(open=True, units=("mudan",)), ["contact"], 50)
    assert {row.estate for row in mudan["contact"]} == {"mudan"}


async def test_tallies_count_by_tier_and_stage_and_what_is_late(cases: CaseList) -> None:
    tallies = await cases.tallies(CaseQuery(open=True))
    assert sum(one.cases for one in tallies) == await cases.count(CaseQuery(open=True))
    assert sum(one.late for one in tallies) == await cases.count(CaseQuery(open=True, overdue=True))


TURNS = {
    "an estate": Turn("mudan", "estate", contacts=True, parties=("urban", "fire", "laocheng", "mudan")),
    "a community": Turn("laocheng", "community", parties=("urban", "fire", "laocheng")),
    "the alliance": Turn("nancheng", "alliance", declares=True, parties=("urban", "fire", "laocheng")),
    "a department": Turn("fire"),
    "another department": Turn("social"),
}


@pytest.mark.parametrize("who", TURNS)
async def test_the_list_knows_whose_turn_it_is_as_the_rules_do(cases: CaseList, who: str) -> None:
    turn = TURNS[who]
    every = await cases.all(CaseQuery(open=True))
    expected = {row.number for row in every if turn.has(row)}
    found = {row.number for row in await cases.all(CaseQuery(open=True, turn=turn))}
    assert found == expected
    assert expected or who == "another department"


@pytest.mark.parametrize("who", TURNS)
async def test_the_list_knows_who_owes_a_resident_a_word_as_the_rules_do(cases: CaseList, who: str) -> None:
    turn = TURNS[who]
    every = await cases.all(CaseQuery(open=True, sort="promised"))
    expected = {row.number for row in every if turn.answers(row)}
    assert {row.number for row in await cases.all(CaseQuery(open=True, answers=turn))} == expected
    assert expected or who not in ("an estate", "a community")


async def test_further_filters_narrow(cases: CaseList) -> None:
    every = await cases.all(CaseQuery())
    day = OPENED + timedelta(hours=24)
    filters: list[tuple[CaseQuery, Any]] = [
        (CaseQuery(estates=("mudan", "jinxiu")), lambda row: row.estate in ("mudan", "jinxiu")),
        (CaseQuery(estates=()), lambda row: False),
        (CaseQuery(closed_as="settled"), lambda row: row.closed_as == "settled"),
        (CaseQuery(lead="fire"), lambda row: row.lead == "fire" or "fire" in row.co_handlers),
        (CaseQuery(lead="\x00"), lambda row: False),
        (CaseQuery(opened_from=day), lambda row: row.opened_at >= day),
        (CaseQuery(opened_to=day), lambda row: row.opened_at < day),
        (CaseQuery(duplicate_of="NC-2026-000007"), lambda row: row.duplicate_of is not None),
    ]
    for query, fits in filters:
        found = {row.number for row in await cases.all(query)}
        assert found == {row.number for row in every if fits(row)}, query


async def test_it_is_known_how_many_wait_for_a_sitting(cases: CaseList) -> None:
    every = await cases.all(CaseQuery(open=True))
    waiting = await cases.waiting_for(["laocheng-1", "mudan-1", "none-1"])
    for sitting in ("laocheng-1", "mudan-1"):
        assert waiting.get(sitting, 0) == sum(1 for row in every if row.wait and row.wait.get("sitting_id") == sitting)
    assert "none-1" not in waiting


async def test_the_last_event_of_some_kinds_is_found_for_many_streams(pool: Pool) -> None:
    log = EventLog(pool)
    first = await log.append("A", 0, "", "a-1", [event("contact_missed", OPENED)])
    later = OPENED + timedelta(days=1)
    await log.append("A", 1, first.events[0].hash, "a-2", [event("plan_overdue", later), event("note_added", later)])
    await log.append("B", 0, "", "b-1", [event("note_added", OPENED)])
    assert await log.last_of(["A", "B", "C"], ["contact_missed", "plan_overdue"]) == {"A": ("plan_overdue", later)}


# ---------------------------------------------------------------- views


async def test_an_account_keeps_its_own_views_by_name(pool: Pool) -> None:
    views = CaseViews(pool)
    assert await views.put("a", "逾期", "overdue=1")
    assert await views.put("a", "逾期", "overdue=1&tier=estate")
    assert await views.put("b", "逾期", "")
    (kept,) = await views.of("a")
    assert (kept.name, kept.query) == ("逾期", "overdue=1&tier=estate")
    await views.remove("b", kept.id)
    assert await views.of("a") == (kept,)
    await views.remove("a", kept.id)
    assert await views.of("a") == ()


async def test_an_account_keeps_no_more_views_than_it_may(pool: Pool) -> None:
    views = CaseViews(pool)
    assert all([await views.put("a", f"视图 {n}", "") for n in range(MOST)])
    assert not await views.put("a", "one more", "")
    assert await views.put("a", "视图 1", "q=x")
