"""A rehearsal's one clock over HTTP: it is told, moved in the order of what is due, and everything goes by it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio.client import Client

from runtime.temporal import connect
from store.database import connect as connect_store
from store.town import KeptClock
from tests.support.accounts import apart
from tests.support.console import visiting
from tests.support.meetings import Meeting, escalated, sitting_of
from tests.support.stack import Caller, Stack
from tests.support.town import NOW, in_days


@pytest.fixture(scope="module")
def stack(town: Stack) -> Stack:
    """The module's own, since it moves the time."""
    return town


def moved(caller: Caller, **body: Any) -> dict[str, Any]:
    answer = caller.post("/dev/fast-forward", body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def sittings(caller: Caller, forum: str, since: str, until: str) -> list[dict[str, Any]]:
    span: dict[str, Any] = {"from": since, "to": until}
    items: list[dict[str, Any]] = caller.get(f"/forums/{forum}/sittings", None, **span).json()["items"]
    return items


def instants(caller: Caller, number: str) -> list[datetime]:
    return [datetime.fromisoformat(event["at"]) for event in caller.get(f"/cases/{number}/events").json()["items"]]


@pytest.mark.long
def test_the_town_starts_where_it_is_told_to_and_its_clock_runs_on_by_itself(nobody: Caller) -> None:
    first, second = nobody.now(), nobody.now()
    assert NOW <= first < second


def test_a_clock_is_moved_without_naming_anybody_and_never_goes_back(nobody: Caller) -> None:
    before = nobody.now()
    after = datetime.fromisoformat(moved(nobody, hours=1)["now"])
    assert after >= before + timedelta(hours=1)
    assert datetime.fromisoformat(moved(nobody, until=before.isoformat())["now"]) >= after


@pytest.mark.parametrize(
    "body", [{}, {"days": 1, "until": NOW.isoformat()}, {"days": -1}, {"days": 801}, {"case": "a", "workflow_id": "b"}]
)
def test_what_is_no_way_to_move_it_is_refused_and_moves_nothing(nobody: Caller, body: dict[str, Any]) -> None:
    before = nobody.now()
    assert nobody.post("/dev/fast-forward", body).status_code == 422
    assert nobody.now() - before < timedelta(minutes=10)


def test_naming_a_process_brings_the_whole_town_to_the_same_instant(estate: Caller) -> None:
    named, other = (estate.open()["number"] for _ in range(2))
    until = estate.case(named)["wait"]["until"]
    told = moved(estate, case=named, until=until)
    assert (told["stage"], told["version"]) == ("check_in", 2)
    assert estate.types(other) == ["case_opened", "contact_missed"]
    assert estate.post("/dev/fast-forward", {"case": "NC-2020-000001", "days": 1}).json()["code"] == "unknown_case"


def test_what_begins_later_begins_there_and_what_lags_is_brought_along_before_it_is_spoken_to(
    estate: Caller, alliance: Caller
) -> None:
    planned = estate.open()["number"]
    estate.decide(planned, "contact", how="电话", outcome="已约")
    due = (estate.now() + timedelta(days=60)).date().isoformat()
    estate.decide(planned, "plan", lead="urban", deliverable="更换曳引机", due_date=due)
    moved(estate, days=3)  # nothing of this case is due on the way
    now = estate.now()
    opened = estate.open()
    assert datetime.fromisoformat(opened["opened_at"]) >= now
    estate.decide(planned, "note", text="曳引机已到货")
    assert instants(estate, planned)[-1] >= now
    assert alliance.get("/cases", q=opened["number"]).json()["items"][0]["opened_at"] == opened["opened_at"]


def test_everything_due_on_the_way_happens_in_the_order_in_which_it_is_due(alliance: Caller, estate: Caller) -> None:
    number = escalated(alliance, "mudan-garden")
    meeting = Meeting(alliance, sitting_of(alliance, number))
    dates = meeting.read()
    moved(alliance, until=dates["minutes_due"])
    minutes = meeting.paper("minutes")
    assert number in [carried["case"] for carried in minutes["carried_over"]]
    agenda = meeting.paper("agenda")
    assert number in [item["case"] for section in agenda["sections"] for item in section["items"]]
    assert dates["freezes_at"] <= agenda["frozen_at"] < dates["starts_at"]
    for forum in ("mudan-garden", "gulou-yuan", "guangfu-huating"):
        held = sittings(alliance, forum, NOW.isoformat(), estate.now().isoformat())
        over = [one for one in held if one["minutes_due"] < alliance.now().isoformat()]
        assert over
        assert {one["status"] for one in over} == {"closed"}, forum


def test_nothing_is_held_twice_and_nothing_from_before_is_held(alliance: Caller) -> None:
    items = sittings(alliance, "laocheng", in_days(-400), in_days(300))
    assert len({one["id"] for one in items}) == len(items)
    assert all(one["version"] for one in items if one["minutes_due"] < alliance.now().isoformat())
    gone = f"laocheng-{NOW.year - 1}-03"
    assert alliance.get(f"/sittings/{gone}").json()["code"] == "unknown_sitting"
    assert alliance.post(f"/sittings/{gone}/cancel", {"reason": "没有"}).json()["code"] == "unknown_sitting"


async def test_two_who_move_it_at_once_take_turns(stack: Stack, estate: Caller) -> None:
    number = estate.open()["number"]
    begins = estate.now()
    answers = await asyncio.gather(
        *(asyncio.to_thread(moved, caller, days=days) for days, caller in ((1, estate), (2, estate), (1, estate)))
    )
    assert max(datetime.fromisoformat(answer["now"]) for answer in answers) >= begins + timedelta(days=2)
    assert estate.types(number).count("contact_missed") == 1


async def test_a_process_that_was_lost_and_started_again_is_where_the_town_is(stack: Stack, estate: Caller) -> None:
    number = estate.open()["number"]
    moved(estate, days=1)
    client: Client = await connect(stack.settings)
    await client.get_workflow_handle(number).terminate("lost")
    before = estate.now()
    estate.decide(number, "note", text="又接上了")
    assert instants(estate, number)[-1] >= before


def test_what_comes_due_while_the_clock_runs_on_happens_in_a_process_that_lags(stack: Stack, estate: Caller) -> None:
    number = estate.open()["number"]
    until = datetime.fromisoformat(estate.case(number)["wait"]["until"])
    moved(estate, until=(until - timedelta(hours=1)).isoformat())

    async def set_close() -> None:
        pool = await connect_store(stack.settings.database())
        await KeptClock(pool).set(until - timedelta(seconds=1))
        await pool.close()

    apart(set_close())  # as if an hour had passed: nobody has moved the process
    deadline = until + timedelta(seconds=30)
    while estate.types(number)[-1] != "contact_missed":
        assert estate.now() < deadline


def test_the_banner_tells_the_time_and_moves_it(stack: Stack, estate: Caller) -> None:
    number = estate.open()["number"]
    until = datetime.fromisoformat(estate.case(number)["wait"]["until"])
    with visiting(stack, "estate-mudan-garden") as officer:
        page = officer.get(f"/cases/{number}")
        now = estate.now()
        assert f"演练时钟 {now.year}年{now.month}月{now.day}日" in page.text
        answer = officer.post("/clock", {"by": "next", "back": f"/cases/{number}"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{number}")
        while estate.now() < until:
            assert officer.post("/clock", {"by": "next"}).status_code == 303
        assert "演练时钟已到" in officer.get("/").text
        for wrong in ({"by": "year"}, {}):
            assert officer.post("/clock", wrong).status_code == 400
        away = officer.post("/clock", {"by": "hour", "back": "https://example.com/"})
        assert away.headers["location"].startswith("/")
    assert estate.types(number)[-1] == "contact_missed"
    with visiting(stack) as stranger:
        assert stranger.post("/clock", {"by": "hour"}).status_code in (303, 401, 403)
        assert 'action="/clock"' not in stranger.get("/r").text


@pytest.mark.long
def test_a_signed_in_session_and_a_token_outlive_the_towns_years(stack: Stack, estate: Caller) -> None:
    with visiting(stack, "estate-mudan-garden") as officer:
        moved(estate, days=40)
        assert officer.is_signed_in
        assert estate.get("/cases").status_code == 200
