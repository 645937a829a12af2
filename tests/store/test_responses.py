"""Joint responses in the store: the list, its pages and scopes, made anew from the log."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from domain.errors import Refusal
from domain.joint_response import CaseOfIt, Declare, ResponseCommand, ResponseState, decide, evolve, summary
from domain.permission import SYSTEM
from store.folding import RESPONSES
from store.joint_responses import ResponseQuery, Responses
from store.log import EventLog
from store.rebuild import compare, rebuild
from tests.domain.given import at, nancheng
from tests.store.given import recorded

if TYPE_CHECKING:
    from store.database import Pool

T0 = at("2026-03-02 09:00")
UNITS = {"estate": "mudan-garden", "community": "laocheng", "alliance": "nancheng"}


async def declared(pool: Pool, number: str, *, hours: int = 0, **units: str) -> ResponseState:
    """A response that was declared, recorded as its process would."""
    rules, emergency = nancheng(), f"{number}-E1"
    over = {**UNITS, **units}
    case = CaseOfIt(number=number, estate=over["estate"], units=over)
    body = Declare(playbook="lift_entrapment", case=case, declared_at=T0 + timedelta(hours=hours))
    command = ResponseCommand(id=f"{emergency}:declare", actor=SYSTEM, body=body)
    state: ResponseState | None = None
    events = decide(rules, None, command, T0)
    for event in events:
        state = evolve(state, event.fact, response_id=emergency, command_id=command.id)
    assert state is not None
    rows = [RESPONSES.new(event) for event in events]
    await EventLog(pool).append(emergency, 0, "", command.id, rows, summary(state), RESPONSES.listing)
    return state


async def test_a_response_is_listed_as_its_events_fold(pool: Pool) -> None:
    state = await declared(pool, "NC-1")
    found = await Responses(pool).get("NC-1-E1")
    assert found is not None
    assert (found.version, found.phase, found.cases) == (state.version, state.phase, ["NC-1"])
    assert set(found.departments) >= {department.code for department in nancheng().organisation.departments}
    assert RESPONSES.state(await EventLog(pool).read("NC-1-E1")) == state
    assert await compare(pool, [RESPONSES]) == {"responses": ()}


async def test_those_that_run_come_first_then_the_newest_page_by_page(pool: Pool, owner_pool: Pool) -> None:
    for hours, number in enumerate(("NC-1", "NC-2", "NC-3", "NC-4")):
        await declared(pool, number, hours=hours)
    await owner_pool.execute("UPDATE responses SET status = 'closed' WHERE id IN ('NC-2-E1', 'NC-4-E1')")
    responses, seen = Responses(pool), list[str]()
    page = await responses.page(ResponseQuery(limit=1))
    seen += [item.id for item in page.items]
    while page.next_cursor is not None:
        page = await responses.page(ResponseQuery(limit=1, cursor=page.next_cursor))
        seen += [item.id for item in page.items]
    assert seen == ["NC-3-E1", "NC-1-E1", "NC-4-E1", "NC-2-E1"]
    assert [item.id for item in await responses.open()] == ["NC-1-E1", "NC-3-E1"]
    with pytest.raises(Refusal, match="bad_cursor"):
        await responses.page(ResponseQuery(cursor="nonsense"))


async def test_a_list_is_in_the_scope_of_units_or_of_departments_with_a_task(pool: Pool) -> None:
    await declared(pool, "NC-1")
    await declared(pool, "NC-2", estate="gulou-yuan")
    responses = Responses(pool)

    async def seen(query: ResponseQuery) -> list[str]:
        return sorted(item.id for item in (await responses.page(query)).items)

    assert await seen(ResponseQuery(units=("mudan-garden",))) == ["NC-1-E1"]
    assert await seen(ResponseQuery(units=("nancheng",))) == ["NC-1-E1", "NC-2-E1"]
    assert await seen(ResponseQuery(departments=("fire",))) == ["NC-1-E1", "NC-2-E1"]
    assert await seen(ResponseQuery(departments=("nobody",))) == []
    assert await seen(ResponseQuery(playbook="fire")) == []
    assert [item.id for item in await responses.open_on(["gulou-yuan"])] == ["NC-2-E1"]


async def test_a_damaged_list_is_named_and_put_right(pool: Pool, owner_pool: Pool) -> None:
    await declared(pool, "NC-1")
    await declared(pool, "NC-2")
    await recorded(EventLog(pool), "NC-1", times=2)
    await owner_pool.execute("UPDATE responses SET late = true WHERE id = 'NC-1-E1'")
    await owner_pool.execute("DELETE FROM responses WHERE id = 'NC-2-E1'")
    assert await compare(pool, [RESPONSES]) == {"responses": ("NC-1-E1", "NC-2-E1")}
    assert await rebuild(owner_pool, [RESPONSES]) == {"responses": 2}
    assert await compare(pool, [RESPONSES]) == {"responses": ()}
