"""MISSION's ladder table: what each stage waits for, what happens at expiry, what it accepts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case import WaitExpired
from domain.permission import RESIDENT, SYSTEM
from domain.policy.ladder import DECISIONS
from domain.policy.span import later
from tests.domain.given import ALLIANCE, COMMUNITY, ESTATE, STAGES, SUPERVISOR, Case, case_at, clock

EVERYWHERE = {"contact", "answer", "withdraw", "note", "assign", "supervise"}
ACCEPTS: dict[str, set[str]] = {
    "contact": {"resolve", "plan", "escalate", "object", "emergency", "reject", "duplicate", "reroute", "refer"},
    "check_in": {
        "resolve",
        "plan",
        "hold",
        "escalate",
        "object",
        "suspend",
        "emergency",
        "refer",
        "duplicate",
        "reroute",
    },
    "community": {"resolve", "plan", "hold", "escalate", "return", "suspend", "emergency", "refer"},
    "alliance": {"resolve", "plan", "hold", "return", "suspend", "emergency", "refer"},
    "action": {"complete", "extend", "escalate", "object", "suspend", "emergency"},
    "suspended": {"resume", "extend", "emergency"},
    "designation": {"designate", "emergency", "refer", "duplicate"},
    "joint_response": set(),
    "verification": {"confirm", "dispute"},
}
LEADS_TO: dict[str, str] = {
    "designate": "check_in",
    "resolve": "verification",
    "plan": "action",
    "complete": "verification",
    "suspend": "suspended",
    "resume": "check_in",
    "refer": "closed",
    "reject": "closed",
    "duplicate": "closed",
    "reroute": "contact",
    "withdraw": "closed",
    "confirm": "closed",
    "dispute": "check_in",
    "reopen": "check_in",
    "emergency": "joint_response",
}
NEXT_UP = {"contact": "community", "check_in": "community", "community": "alliance", "action": "community"}
NEXT_DOWN = {"community": "check_in", "alliance": "community"}
BACK_TO = {"contact": "community", "check_in": "community", "action": "check_in"}


def accepted(stage: str) -> set[str]:
    return {"reopen"} if stage == "closed" else ACCEPTS[stage] | EVERYWHERE


def leads_to(stage: str, kind: str) -> str:
    if kind == "escalate":
        return NEXT_UP[stage]
    if kind == "return":
        return NEXT_DOWN[stage]
    if kind == "object":
        return BACK_TO[stage]
    if kind == "contact":
        return "check_in" if stage == "contact" else stage
    return LEADS_TO.get(kind, stage)


@pytest.mark.parametrize("kind", [kind for kind in DECISIONS if kind != "accept"])  # only where it is promised
@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_takes_the_decisions_of_the_ladder_and_names_them_when_it_refuses_another(
    stage: str, kind: str
) -> None:
    case = case_at(stage)
    who = SUPERVISOR if kind == "supervise" else ALLIANCE

    if kind in accepted(stage):
        case.does(kind, by=who)
        assert case.state.stage == leads_to(stage, kind)
        return

    refusal = case.refuses(kind, by=who)
    may = accepted(stage) & {"supervise", "note"} if kind == "supervise" else accepted(stage) - {"supervise"}
    assert refusal.code == "not_allowed_now"
    assert refusal.params["stage"] == stage
    assert refusal.params["decision"] == kind
    assert refusal.params["allowed"] == [one for one in DECISIONS if one in may]


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2026-03-02 10:00", "2026-03-02 12:00"),
        ("2026-03-02 07:15", "2026-03-02 10:00"),
        ("2026-03-02 18:00", "2026-03-02 20:00"),
        ("2026-03-02 19:30", "2026-03-03 09:30"),
        ("2026-03-02 23:59", "2026-03-03 10:00"),
        ("2026-12-31 19:30", "2027-01-01 09:30"),
        ("2026-10-01 10:00", "2026-10-01 12:00"),
    ],
    ids=["in hours", "early", "to the last minute", "over the evening", "at night", "over new year", "holiday"],
)
def test_the_first_contact_is_due_within_two_hours_of_duty_time(opened: str, due: str) -> None:
    case = Case(opened=opened)
    assert case.where == ("estate", "contact")
    assert case.waits_for == "contact"
    assert clock(case.wait.until) == due
    assert case.state.at == case.state.opened_at


def test_a_missed_contact_goes_to_the_check_in_flagged() -> None:
    case = Case()
    assert case.passes() == ["contact_missed"]
    assert case.where == ("estate", "check_in")
    assert case.state.overdue
    assert case.wait.sitting_id == "mudan-garden-2026-W10"


def test_a_contact_stops_the_clock_and_brings_the_case_to_the_next_check_in() -> None:
    case = Case()
    assert case.does("contact", by=ESTATE, when="2026-03-02 11:00") == ["resident_contacted"]
    assert case.last[0].fact.detail() == {"how": "电话", "outcome": "已说明情况"}
    assert not case.state.overdue
    assert case.waits_for == "sitting"
    assert clock(case.wait.starts_at) == "2026-03-04 16:00"
    assert clock(case.wait.until) == "2026-03-05 17:00"
    assert case.wait.where == "牡丹花园 · 每周碰头"


def test_after_the_second_missed_check_in_the_case_escalates_to_the_community() -> None:
    case = case_at("check_in")
    assert case.then == "carry_over"

    assert case.passes() == ["case_carried_over"]
    assert case.where == ("estate", "check_in")
    assert case.state.carried_over == 1
    assert case.wait.sitting_id == "mudan-garden-2026-W11"
    assert case.then == "escalate"
    assert not case.state.supervised

    assert case.passes() == ["case_escalated"]
    assert case.where == ("community", "community")
    assert case.state.carried_over == 0
    assert case.last[0].fact.detail() == {
        "from_tier": "estate",
        "to_tier": "community",
        "cause": "carry_over_limit",
        "sitting": "mudan-garden-2026-W11",
        "answer_due": {"since": "2026-03-12T09:00:00Z", "until": "2026-03-19T09:00:00Z"},
    }


def test_after_its_first_carry_over_the_community_escalates_to_the_alliance() -> None:
    case = case_at("community")
    assert clock(case.wait.starts_at) == "2026-03-04 15:00"
    assert clock(case.wait.until) == "2026-03-06 17:00"

    assert case.passes() == ["case_carried_over"]
    assert case.where == ("community", "community")
    assert clock(case.wait.starts_at) == "2026-04-01 15:00"
    assert case.then == "escalate"

    assert case.passes() == ["case_escalated"]
    assert case.where == ("alliance", "alliance")


def test_the_alliance_carries_over_marked_raises_after_the_third_and_never_drops() -> None:
    case = case_at("alliance")
    assert case.passes() == ["case_carried_over"]
    assert case.state.supervised
    assert case.passes() == ["case_carried_over"]

    assert case.passes() == ["case_carried_over", "case_raised_to_district"]
    assert case.state.raised
    assert case.state.carried_over == 3

    for count in range(4, 30):
        assert case.passes() == ["case_carried_over"]
        assert case.where == ("alliance", "alliance")
        assert case.state.carried_over == count
        assert case.then == "carry_over"


def test_a_plan_that_runs_over_its_date_comes_back_supervised_to_the_sitting_of_its_tier() -> None:
    case = case_at("community")
    case.does("plan", by=COMMUNITY, due_date="2026-03-20")
    assert case.where == ("community", "action")
    assert clock(case.wait.until) == "2026-03-21 00:00"

    assert case.passes() == ["plan_overdue"]
    assert case.where == ("community", "community")
    assert case.state.supervised
    assert case.state.overdue
    assert case.state.plan is None
    assert clock(case.wait.starts_at) == "2026-04-01 15:00"


def test_a_resident_who_says_nothing_for_seven_days_closes_the_case_without_word() -> None:
    case = case_at("verification")
    assert clock(case.wait.until) == "2026-03-09 10:00"
    assert case.passes() == ["closed_without_word"]
    assert case.state.closed
    assert case.state.closing is not None
    assert case.state.closing.closed_as == "no_word"


def test_a_suspension_ends_on_its_day_as_duty_begins_and_resumes_where_it_was() -> None:
    case = case_at("check_in")
    case.does("suspend", by=ESTATE, resume_date="2026-03-31")
    assert clock(case.wait.until) == "2026-03-31 08:00"
    assert case.passes() == ["case_resumed"]
    assert case.where == ("estate", "check_in")
    assert case.wait.sitting_id == "mudan-garden-2026-W14"


def test_an_emergency_beyond_its_playbooks_cap_is_reviewed_day_by_day() -> None:
    case = case_at("joint_response")
    cap = later(case.rules.calendar, case.now, case.rules.playbook("gas_leak").cap)
    assert case.wait.until == cap
    assert case.passes() == ["emergency_review_missed"]
    assert case.state.overdue
    assert case.state.stage == "joint_response"
    assert case.wait.until == cap + timedelta(days=1)


def test_an_overdue_case_stays_overdue_until_somebody_decides() -> None:
    case = Case()
    case.passes()
    case.does("note")
    assert case.state.overdue
    case.passes()
    assert case.state.overdue
    assert case.passes() == ["case_escalated"]
    assert case.state.overdue
    case.does("plan")
    assert not case.state.overdue


def test_a_late_expiry_does_nothing_once_something_else_came_first() -> None:
    case = Case()
    missed = case.wait
    case.does("contact", when="2026-03-02 11:59")
    before = case.state
    assert case.send(WaitExpired(wait="contact", until=missed.until), by=SYSTEM, when=missed.until) == []
    assert case.send(WaitExpired(wait="sitting", until=case.wait.until), by=SYSTEM, when=missed.until) == []
    assert case.state == before


def test_time_does_not_run_back_when_the_log_is_ahead_of_the_clock() -> None:
    case = case_at("check_in")
    noted = case.state.at
    case.does("note", when="2026-03-01 09:00")
    assert case.state.at == noted


def test_the_resident_may_withdraw_at_every_open_stage() -> None:
    for stage in STAGES[:-1]:
        case = case_at(stage)
        assert case.does("withdraw", by=RESIDENT) == ["case_withdrawn"]
        assert case.state.closing is not None
        assert case.state.closing.closed_as == "withdrawn"
