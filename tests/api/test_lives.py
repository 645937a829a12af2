"""Whole lives of cases over HTTP, with skipped time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from runtime.temporal import connect
from tests.support.stack import Caller, Stack
from tests.support.town import YEARS


@pytest.fixture(scope="module")
def stack(town: Stack) -> Stack:
    """The module's own, since it moves the time."""
    return town


def test_a_case_settled_at_its_estate_ends_with_the_residents_stars(estate: Caller, nobody: Caller) -> None:
    opened = estate.open()
    number = opened["number"]
    estate.decide(number, "contact", how="电话", outcome="已约定现场查看")
    decided = estate.decide(number, "resolve", what_was_done="更换了门机皮带")
    assert decided["stage"] == "verification"
    word = {"code": opened["code"], "kind": "confirm", "stars": 5}
    assert nobody.post(f"/cases/{number}/word", word).json()["closed"]["kind"] == "settled"
    case = estate.case(number)
    assert (case["stage"], case["wait"], case["closed_as"]) == ("closed", None, "settled")


@pytest.mark.long
def test_a_case_that_nobody_touches_climbs_to_the_alliance_and_is_raised(estate: Caller, alliance: Caller) -> None:
    number = estate.open()["number"]
    alliance.pass_time(number, days=260)
    happened = alliance.types(number)
    assert happened[:2] == ["case_opened", "contact_missed"]
    assert happened.count("case_escalated") == 2
    assert "case_raised_to_district" in happened
    case = alliance.case(number)
    assert (case["tier"], case["supervised"], case["raised"]) == ("alliance", True, True)
    until = datetime.fromisoformat(case["wait"]["until"])
    assert until.utcoffset() == timedelta(hours=8)
    assert case["wait"]["provisional"] is (until.year not in YEARS)


@pytest.mark.long
def test_a_broken_plan_comes_back_to_the_tiers_sitting_supervised(estate: Caller, community: Caller) -> None:
    number = estate.open()["number"]
    estate.decide(number, "contact", how="上门", outcome="已了解")
    estate.decide(number, "escalate", reason="需动用维修资金")
    due = (datetime.fromisoformat(community.case(number)["updated_at"]) + timedelta(days=20)).date()
    planned = community.decide(
        number, "plan", lead="urban", co_handlers=["fire"], deliverable="更换曳引机", due_date=due.isoformat()
    )
    assert planned["wait"]["kind"] == "plan"
    community.pass_time(number, days=22)
    case = community.case(number)
    assert (case["stage"], case["supervised"], case["overdue"], case["plan"]) == ("community", True, True, None)


@pytest.mark.long
def test_a_suspended_case_resumes_where_it_was(estate: Caller) -> None:
    number = estate.open()["number"]
    estate.decide(number, "contact", how="电话", outcome="等配件")
    resume = (datetime.fromisoformat(estate.case(number)["updated_at"]) + timedelta(days=30)).date()
    estate.decide(number, "suspend", condition="等厂家配件到货", resume_date=resume.isoformat())
    assert estate.case(number)["suspended_for"] == "等厂家配件到货"
    assert estate.pass_time(number, days=31)["stage"] == "check_in"


def test_a_disputed_outcome_is_done_again_and_the_second_time_one_tier_up(estate: Caller, nobody: Caller) -> None:
    opened = estate.open()
    number, dispute = opened["number"], {"code": opened["code"], "kind": "dispute", "reason": "又停了，打13900001111"}
    estate.decide(number, "resolve", what_was_done="已复位")
    assert nobody.post(f"/cases/{number}/word", dispute).json()["stage_kind"] == "check_in"
    estate.decide(number, "resolve", what_was_done="已更换")
    assert nobody.post(f"/cases/{number}/word", dispute).json()["stage_kind"] == "community"
    events = estate.get(f"/cases/{number}/events").json()["items"]
    disputed = [event for event in events if event["type"] == "outcome_disputed"]
    assert [event["data"]["words"] for event in disputed] == ["又停了，打13900001111"] * 2
    assert all(event["reason"] is None for event in disputed)


def test_silence_after_seven_days_closes_without_word_and_a_reopening_goes_on(estate: Caller) -> None:
    number = estate.open()["number"]
    estate.decide(number, "resolve", what_was_done="已修")
    moved = estate.pass_time(number, days=8)
    assert moved["stage"] == "closed"
    assert estate.case(number)["closed_as"] == "no_word"
    assert estate.post("/dev/fast-forward", {"case": number, "days": 1}).json()["code"] == "not_running"
    refused = estate.post(f"/cases/{number}/decisions", {"kind": "note", "text": "晚了"})
    assert (refused.status_code, refused.json()["allowed"]) == (409, ["reopen"])
    assert estate.decide(number, "reopen", reason="居民来电说又坏了")["stage"] == "check_in"
    before = datetime.fromisoformat(estate.case(number)["updated_at"])
    after = datetime.fromisoformat(estate.pass_time(number, days=1)["now"])
    assert after >= before + timedelta(days=1)


@pytest.mark.long
def test_an_emergency_that_is_never_stood_down_is_reviewed_when_its_cap_has_passed(alliance: Caller) -> None:
    number = alliance.open()["number"]
    decided = alliance.decide(number, "emergency", playbook="lift_entrapment")
    cap = datetime.fromisoformat(decided["wait"]["until"])
    assert alliance.get(f"/emergencies/{number}-E1").json()["cap_at"] == decided["wait"]["until"]
    declared = datetime.fromisoformat(alliance.case(number)["updated_at"])
    alliance.pass_time(number, days=(cap - declared).days + 1)
    assert alliance.types(number)[-1] == "emergency_review_missed"
    assert alliance.get(f"/emergencies/{number}-E7").json()["code"] == "unknown_emergency"


def test_a_duplicate_follows_the_other_case(estate: Caller, nobody: Caller) -> None:
    first, second, third = (estate.open() for _ in range(3))
    estate.decide(second["number"], "duplicate", of=first["number"])
    seen = nobody.get(f"/cases/{second['number']}/track", code=second["code"]).json()
    assert seen["follows"]["number"] == first["number"]
    for of, code in (
        (second["number"], "duplicate_of_duplicate"),
        ("NC-2026-999999", "duplicate_of_unknown"),
        (third["number"], "duplicate_of_itself"),
    ):
        refused = estate.post(f"/cases/{third['number']}/decisions", {"kind": "duplicate", "of": of})
        assert refused.json()["code"] == code
    estate.decide(first["number"], "resolve", what_was_done="已修")
    seen = nobody.get(f"/cases/{second['number']}/track", code=second["code"]).json()
    assert seen["follows"]["stage"] == "回访"


def test_a_case_can_be_rerouted_once_without_a_supervisor(
    estate: Caller, community: Caller, supervisor: Caller, alliance: Caller
) -> None:
    number = estate.open()["number"]
    estate.decide(number, "reroute", estate="gulou-yuan")
    assert estate.get(f"/cases/{number}").status_code == 403
    again = {"kind": "reroute", "estate": "mudan-garden"}
    assert community.post(f"/cases/{number}/decisions", again).json()["code"] == "reroute_needs_supervisor"
    supervisor.decide(number, "supervise", reason="来回转派")
    community.decide(number, "reroute", estate="mudan-garden")
    assert estate.case(number)["stage"] == "contact"


async def test_a_case_whose_process_is_lost_goes_on_from_the_log(stack: Stack, estate: Caller) -> None:
    number = estate.open()["number"]
    client = await connect(stack.settings)
    await client.get_workflow_handle(number).terminate("lost")
    assert estate.decide(number, "contact", how="电话", outcome="已了解")["version"] == 2
    await client.get_workflow_handle(number).terminate("lost again")
    refused = estate.post(f"/cases/{number}/decisions", {"kind": "reject", "ground": "other", "reason": "另有途径"})
    assert refused.json()["code"] == "not_allowed_now"
    until = datetime.fromisoformat(estate.case(number)["wait"]["until"])
    left = until - datetime.fromisoformat(estate.case(number)["updated_at"])
    assert estate.pass_time(number, hours=left // timedelta(hours=1) + 1)["stage"] == "check_in"
    assert estate.types(number)[-1] == "case_carried_over"
