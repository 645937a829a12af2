"""Joint responses over HTTP as time passes: missed clocks, notices, the watch. Each is stood down by its own test: what
nobody ends goes on climbing whenever the town is brought on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.api.test_emergencies import SEVEN, declared, shown, waive_what_is_required
from tests.support.stack import Caller, Stack


@pytest.fixture(scope="module")
def stack(town: Stack) -> Stack:
    """The module's own, since it moves the time."""
    return town


@pytest.fixture
def departments(stack: Stack) -> Iterator[dict[str, Caller]]:
    with ExitStack() as calls:
        yield {code: calls.enter_context(stack.calling(f"dept-{code}")) for code in SEVEN}


def stood_down(alliance: Caller, emergency: str) -> None:
    waive_what_is_required(alliance, emergency)
    down = {"outcome": "resolved", "reason": "险情排除"}
    assert alliance.post(f"/emergencies/{emergency}/stand-down", down).status_code == 200


@pytest.mark.long
def test_missed_clocks_climb_as_time_passes(alliance: Caller) -> None:
    number, emergency = declared(alliance)
    moved = alliance.pass_time(number, hours=6)
    view = shown(alliance, emergency)
    assert all(branch["late"] for branch in view["branches"])
    assert {one["to"] for one in view["escalations"]} == {"lead", "alliance", "secretary"}
    assert view["waits"][0]["until"] > moved["now"]
    sitting = alliance.get(f"/sittings/{view['sitting_id']}").json()
    assert (sitting["status"], sitting["emergency"]) == ("minutes", emergency)
    agenda = alliance.get(f"/sittings/{view['sitting_id']}/agenda.json").json()
    assert [item["case"] for item in agenda["sections"][0]["items"]] == [number]
    for ending in ("md", "html", "docx", "ics"):
        assert alliance.get(f"/sittings/{view['sitting_id']}/agenda.{ending}").status_code == 200
    answer = alliance.post("/dev/fast-forward", {"workflow_id": emergency, "days": 1}).json()
    assert (answer["stage"], answer["version"]) == ("secure", shown(alliance, emergency)["version"])
    listed = alliance.get("/forums/nancheng/sittings", to=sitting["starts_at"][:10] + "T23:59:59+08:00").json()["items"]
    assert view["sitting_id"] in [item["id"] for item in listed] or sitting["starts_at"] < moved["now"]
    stood_down(alliance, emergency)


@pytest.mark.long
def test_departments_find_their_tasks_in_the_inbox_once(alliance: Caller, departments: dict[str, Caller]) -> None:
    number, emergency = declared(alliance, "lift_entrapment")
    alliance.pass_time(number, hours=3)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = departments["emergency"].get("/notices", limit=200).json()["items"]
        ours = [notice for notice in found if notice["emergency"] == emergency]
        if {"tasks", "late"} <= {notice["kind"] for notice in ours}:
            break
    assert {"tasks", "late"} <= {notice["kind"] for notice in ours}
    assert all(notice["sitting"] is None for notice in ours)
    assert len({notice["id"] for notice in ours}) == len(ours)
    stood_down(alliance, emergency)


@pytest.mark.long
def test_a_resolved_emergency_asks_the_resident_for_as_long_as_it_is_watched(alliance: Caller, nobody: Caller) -> None:
    opened = alliance.open()
    number = opened["number"]
    alliance.decide(number, "emergency", playbook="property_withdrawal", reason="物业撤走")
    emergency = alliance.case(number)["emergency_id"]
    waive_what_is_required(alliance, emergency)
    down = {"outcome": "resolved", "reason": "新物业已进场"}
    body = alliance.post(f"/emergencies/{emergency}/stand-down", down).json()
    assert (body["stage"], body["wait"]["until"]) == ("verification", shown(alliance, emergency)["watch_until"])
    seen = nobody.get(f"/cases/{number}/track", code=opened["code"]).json()
    assert (seen["stage_kind"], "emergency" in seen) == ("verification", False)
    alliance.pass_time(number, days=32)
    assert shown(alliance, emergency)["status"] == "closed"
    assert alliance.case(number)["closed_as"] == "no_word"
    assert alliance.post(f"/emergencies/{emergency}/stand-down", down).json()["code"] == "response_over"
