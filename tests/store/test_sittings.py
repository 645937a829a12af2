"""Sittings and their documents in the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest

from domain.permission import SYSTEM
from domain.sitting import Cancel, Convene, Reschedule, SittingCommand, SittingState, decide, evolve, summary
from store.cases import CaseList, CaseQuery
from store.documents import Documents
from store.errors import NotCanonical
from store.folding import SITTINGS, fold_sitting
from store.log import EventLog
from store.rebuild import compare, rebuild
from store.sittings import Sittings
from store.tables.lists import CASE_LIST
from tests.domain.given import at, nancheng
from tests.store.given import NOTED, event, recorded, row

if TYPE_CHECKING:
    from store.database import Pool

NOW = at("2026-02-20 10:00")
MARCH, APRIL = "laocheng-2026-03", "laocheng-2026-04"


async def sitting(pool: Pool, sitting_id: str, *bodies: Reschedule | Cancel) -> SittingState:
    """A sitting that was convened, and what came then; each command recorded as a process would."""
    rules = nancheng()
    log, state, head = EventLog(pool), None, ""
    for number, body in enumerate((Convene(sitting=rules.sitting("laocheng", sitting_id)), *bodies)):
        command = SittingCommand(id=f"{sitting_id}/{number}", actor=SYSTEM, body=body)
        version = state.version if state else 0
        events = decide(rules, state, command, NOW)
        for happened in events:
            state = evolve(state, happened.fact, command_id=command.id)
        assert state is not None
        rows = [SITTINGS.new(happened) for happened in events]
        done = await log.append(sitting_id, version, head, command.id, rows, summary(state), SITTINGS.listing)
        head = done.events[-1].hash
    assert state is not None
    return state


async def test_a_sitting_is_listed_as_its_events_fold(pool: Pool) -> None:
    state = await sitting(pool, MARCH, Reschedule(starts_at=at("2026-03-10 15:00"), reason="会场另用"))
    found = await Sittings(pool).get(MARCH)
    assert found is not None
    assert (found.dates, found.version, found.sequence) == (state.dates, 2, 1)
    assert fold_sitting(await EventLog(pool).read(MARCH)) == state
    assert await compare(pool, [SITTINGS]) == {"sittings": ()}


async def test_a_forums_sittings_come_in_order_within_a_time(pool: Pool) -> None:
    await sitting(pool, APRIL)
    await sitting(pool, MARCH)
    sittings, start = Sittings(pool), at("2026-03-01 00:00")
    assert [one.id for one in await sittings.of_forum("laocheng", start, start + timedelta(days=60))] == [MARCH, APRIL]
    assert [one.id for one in await sittings.of_forum("laocheng", start, start + timedelta(days=20))] == [MARCH]
    assert await sittings.of_forum("guangfu", start, start + timedelta(days=60)) == ()
    assert set(await sittings.some([MARCH, "unknown-2026-03"])) == {MARCH}


async def test_moved_and_cancelled_sittings_are_what_the_rules_hear_of(pool: Pool) -> None:
    sittings = Sittings(pool)
    before = await sittings.moves()
    assert await sittings.moved() == {}
    moved = await sitting(pool, MARCH, Reschedule(starts_at=at("2026-03-10 15:00"), reason="会场另用"))
    await sitting(pool, APRIL, Cancel(reason="没有议题"))
    assert await sittings.moves() != before
    assert await sittings.moved() == {MARCH: moved.dates, APRIL: None}


async def test_the_cases_that_wait_for_a_sitting_are_found(pool: Pool) -> None:
    log = EventLog(pool)
    wait = {"kind": "sitting", "sitting_id": MARCH, "starts_at": "2026-03-04T07:00:00Z"}
    await recorded(log, "NC-2", wait=wait)
    await recorded(log, "NC-1", wait=wait)
    await recorded(log, "NC-3", wait={**wait, "sitting_id": APRIL})
    await recorded(log, "NC-4", wait=wait, closed_at=datetime(2026, 3, 1, tzinfo=UTC))
    found = await Sittings(pool).waiting_cases(MARCH)
    assert [one.number for one in found] == ["NC-1", "NC-2"]
    assert found[0].starts_at == datetime(2026, 3, 4, 7, tzinfo=UTC)


async def test_the_cases_that_a_sitting_has_heard_are_found_by_their_events(pool: Pool) -> None:
    await sitting(pool, MARCH)
    log = EventLog(pool)
    note = event(detail={"sitting": MARCH})
    await log.append("NC-1", 0, "", "held", [note], row("NC-1"), CASE_LIST)
    await log.append("NC-2", 0, "", "other", [event(detail={"sitting": APRIL})], row("NC-2"), CASE_LIST)
    assert await Sittings(pool).heard(MARCH) == ("NC-1",)


async def test_a_damaged_list_of_sittings_is_named_and_put_right(pool: Pool, owner_pool: Pool) -> None:
    await sitting(pool, MARCH)
    await sitting(pool, APRIL, Cancel(reason="没有议题"))
    await recorded(EventLog(pool), "NC-1", times=2)
    await owner_pool.execute("UPDATE sittings SET status = 'closed' WHERE id = $1", MARCH)
    await owner_pool.execute("DELETE FROM sittings WHERE id = $1", APRIL)
    assert await compare(pool, [SITTINGS]) == {"sittings": (MARCH, APRIL)}
    assert await rebuild(owner_pool, [SITTINGS]) == {"sittings": 2}
    assert await compare(pool, [SITTINGS]) == {"sittings": ()}


async def test_sittings_are_no_cases_when_the_case_list_is_rebuilt(pool: Pool, owner_pool: Pool) -> None:
    await sitting(pool, MARCH)
    await recorded(EventLog(pool), "NC-1", times=2)
    assert await rebuild(owner_pool, [NOTED]) == {"cases": 1}
    assert await compare(pool, [NOTED]) == {"cases": ()}
    assert await CaseList(pool).count(CaseQuery()) == 1
    found = await Sittings(pool).get(MARCH)
    assert found is not None


async def test_a_document_written_twice_is_one_and_another_text_is_another(pool: Pool) -> None:
    documents = Documents(pool)
    first = await documents.put(MARCH, "agenda", "draft", {"items": ["一"]}, 1, NOW)
    again = await documents.put(MARCH, "agenda", "draft", {"items": ["一"]}, 1, NOW)
    other = await documents.put(MARCH, "agenda", "frozen", {"items": ["一", "二"]}, 2, NOW)
    assert first == again
    assert first.id != other.id
    assert [(one.id, one.version) for one in await documents.of_sitting(MARCH)] == [(first.id, 1), (other.id, 2)]
    found = await documents.get(first.id)
    assert found is not None
    assert (found.content, found.digest) == ({"items": ["一"]}, first.digest)


async def test_a_document_that_would_not_survive_is_refused(pool: Pool) -> None:
    with pytest.raises(NotCanonical):
        await Documents(pool).put(MARCH, "agenda", "draft", {"share": 0.5}, 1, NOW)


@pytest.mark.parametrize(
    "statement", ["UPDATE documents SET digest = 'x'", "DELETE FROM documents", "DELETE FROM sittings"]
)
async def test_the_application_cannot_change_a_document_or_drop_a_sitting(pool: Pool, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)
