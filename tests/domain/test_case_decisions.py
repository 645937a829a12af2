"""What each decision does, needs and refuses (MISSION, "What each decision does" and "Who may")."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.case import Command, OpenCase, Reproject, StandDown, before_sitting, decide, summary
from domain.errors import Refusal
from domain.permission import RESIDENT, SYSTEM, Actor, allowed_now, may_open, may_read
from tests.domain.given import (
    ADMINISTRATOR,
    ALLIANCE,
    COMMUNITY,
    ESTATE,
    SEALED,
    STAGES,
    SUPERVISOR,
    WORDS,
    Case,
    at,
    case_at,
    clock,
    decision,
    department,
    nancheng,
    officer,
    policy_text,
    rules_with,
)


def stand_down(outcome: str, emergency: str = "NC-2026-000001-E1", tier: str | None = None) -> StandDown:
    fields = {"emergency_id": emergency, "outcome": outcome, "tier": tier, "reason": "供水已恢复"}
    return StandDown.model_validate(fields)


# ------------------------------------------------------------------ opening


def test_an_opened_case_keeps_its_ladder_its_units_and_where_its_words_lie() -> None:
    case = Case(severity="high")
    state = case.state
    assert case.types == ["case_opened"]
    assert state.ladder == "nancheng@2"
    assert state.units == {"estate": "mudan-garden", "community": "laocheng", "alliance": "nancheng"}
    assert (state.category, state.channel, state.severity) == ("lift", "phone", "high")
    assert state.words == WORDS
    assert state.version == 1


def test_a_case_opened_as_an_emergency_starts_in_the_joint_response() -> None:
    case = Case(by=ALLIANCE, emergency="gas_leak", number="NC-2026-000001")
    assert case.types == ["case_opened", "emergency_declared"]
    assert case.where == ("estate", "joint_response")
    assert case.state.emergency_id == "NC-2026-000001-E1"


def test_a_number_is_taken_once() -> None:
    case = Case()
    with pytest.raises(Refusal) as caught:
        case.send(OpenCase(estate="mudan-garden", category="lift", channel="phone", words=WORDS), by=ESTATE)
    assert caught.value.code == "case_exists"


@pytest.mark.parametrize(
    ("fields", "by", "code"),
    [
        ({"estate": "atlantis"}, ALLIANCE, "unknown_estate"),
        ({"estate": "laocheng"}, ALLIANCE, "unknown_estate"),
        ({"category": "ufo"}, ALLIANCE, "unknown_category"),
        ({"emergency": "godzilla", "number": "NC-2026-000001"}, ALLIANCE, "unknown_playbook"),
        ({"emergency": "fire", "number": "NC-2026-000001"}, ESTATE, "forbidden"),
        ({}, officer("gulou-yuan"), "forbidden"),
        ({}, SUPERVISOR, "forbidden"),
        ({}, department("urban"), "forbidden"),
    ],
)
def test_a_case_is_not_opened_where_it_does_not_belong(fields: dict[str, Any], by: Actor, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        Case(by=by, **fields)
    assert caught.value.code == code


def test_nothing_but_opening_is_possible_for_a_case_that_is_not_there() -> None:
    command = Command(id="c", actor=ALLIANCE, body=decision("note"))
    with pytest.raises(Refusal) as caught:
        decide(nancheng(), None, command, at("2026-03-02 10:00"))
    assert caught.value.code == "unknown_case"


def test_a_decision_on_an_older_version_is_a_conflict() -> None:
    case = case_at("check_in")
    refusal = case.refuses("resolve", if_version=1)
    assert refusal.code == "version_conflict"
    assert refusal.params == {"expected": 1, "current": 2}
    assert case.does("resolve", if_version=2) == ["case_resolved"]


def test_who_may_not_decide_hears_that_before_anything_of_the_version() -> None:
    for by in (department("social"), officer("gulou-yuan"), ADMINISTRATOR):
        assert case_at("check_in").refuses("resolve", by=by, if_version=0).code == "forbidden"
    response = case_at("joint_response")
    stand_down = StandDown(emergency_id=response.state.emergency_id or "", outcome="resolved", reason="已解除")
    for by, code in ((department("social"), "forbidden"), (ALLIANCE, "version_conflict")):
        command = Command(id="x", actor=by, body=stand_down, if_version=0)
        with pytest.raises(Refusal, match=code):
            decide(nancheng(), response.state, command, response.now)


def test_every_decision_keeps_who_in_what_capacity_and_why() -> None:
    case = case_at("check_in")
    case.does("escalate", by=COMMUNITY, reason="两次碰头未果")
    (event,) = case.last
    assert event.actor == COMMUNITY
    assert event.reason == "两次碰头未果"
    assert event.fact.words is None


# ------------------------------------------------------------------ the sitting's decisions


def test_hold_stays_for_the_next_sitting_of_the_tier_and_counts_as_a_carry_over() -> None:
    case = case_at("check_in")
    assert case.does("hold", by=ESTATE) == ["case_held"]
    assert case.where == ("estate", "check_in")
    assert case.wait.sitting_id == "mudan-garden-2026-W11"
    assert case.state.carried_over == 1
    assert case.last[0].fact.detail()["sitting"] == "mudan-garden-2026-W10"

    refusal = case.refuses("hold", by=ESTATE)
    assert (refusal.code, refusal.params["limit"]) == ("carry_over_limit", 1)
    assert case.passes() == ["case_escalated"]


def test_hold_in_the_hours_for_minutes_is_for_the_next_sitting_too() -> None:
    case = case_at("check_in")
    case.does("hold", by=ESTATE, when="2026-03-04 17:30")
    assert case.wait.sitting_id == "mudan-garden-2026-W11"


def test_the_alliance_holds_as_often_as_it_must_and_raises_after_the_third() -> None:
    case = case_at("alliance")
    assert case.does("hold") == ["case_held"]
    assert case.state.supervised
    assert case.passes() == ["case_carried_over"]
    assert case.does("hold") == ["case_held", "case_raised_to_district"]
    assert case.does("hold") == ["case_held"]


@pytest.mark.parametrize("stage", ["contact", "check_in", "action"])
def test_escalate_goes_to_the_next_sitting_of_the_tier_above(stage: str) -> None:
    case = case_at(stage)
    assert case.does("escalate", by=ESTATE) == ["case_escalated"]
    assert case.where == ("community", "community")
    assert case.wait.forum == "laocheng"
    assert case.state.plan is None


def test_escalate_from_action_goes_above_the_tier_that_planned() -> None:
    case = case_at("community")
    case.does("plan", by=COMMUNITY)
    case.does("escalate", by=COMMUNITY)
    assert case.where == ("alliance", "alliance")


def test_the_alliances_own_plan_has_no_tier_above_and_does_not_offer_one() -> None:
    case = case_at("alliance")
    case.does("plan")
    assert case.refuses("escalate").code == "no_tier_above"
    assert "escalate" not in allowed_now(case.rules, ALLIANCE, case.state)


def test_only_the_alliance_takes_a_case_up_over_a_tier() -> None:
    case = case_at("check_in")
    for by in (ESTATE, COMMUNITY):
        refusal = case.refuses("escalate", by=by, to="alliance")
        assert refusal.code == "skips_a_tier"
        assert refusal.params == {"tier": "alliance", "next": "community"}
    case.does("escalate", by=ALLIANCE, to="alliance")
    assert case.where == ("alliance", "alliance")


@pytest.mark.parametrize(
    ("to", "code"),
    [("community", "not_a_higher_tier"), ("estate", "not_a_higher_tier"), ("heaven", "unknown_tier")],
)
def test_escalate_names_a_tier_above(to: str, code: str) -> None:
    assert case_at("community").refuses("escalate", to=to).code == code


def test_the_next_tier_may_be_named_by_anybody_who_escalates() -> None:
    case = case_at("check_in")
    case.does("escalate", by=ESTATE, to="community")
    assert case.where == ("community", "community")


def test_return_goes_to_the_tier_below_and_starts_its_count_again() -> None:
    case = case_at("alliance")
    case.passes()
    assert case.does("return") == ["case_returned"]
    assert case.where == ("community", "community")
    assert case.state.carried_over == 0
    case.does("return", by=COMMUNITY)
    assert case.where == ("estate", "check_in")
    assert case.refuses("return").code == "not_allowed_now"


# ------------------------------------------------------------------ plans


def test_a_plan_names_lead_co_handlers_deliverable_and_due_date() -> None:
    case = case_at("check_in")
    case.does("plan", by=ESTATE, co_handlers=["police", "fire"], due_date="2026-03-20")
    plan = case.state.plan
    assert plan is not None
    assert (plan.lead, plan.co_handlers, plan.deliverable) == ("urban", ("police", "fire"), "更换水泵")
    assert (plan.due_date, plan.made_at_tier, plan.extensions) == (date(2026, 3, 20), "estate", 0)
    assert case.wait.who == "城建"


@pytest.mark.parametrize(
    ("due", "code", "bound"),
    [
        ("2026-03-01", "date_too_early", {"field": "due_date", "earliest": "2026-03-02"}),
        ("2027-03-04", "date_too_late", {"field": "due_date", "latest": "2027-03-03"}),
        ("9999-12-31", "date_too_late", {"field": "due_date", "latest": "2027-03-03"}),
    ],
)
def test_a_due_date_lies_ahead_and_within_a_year(due: str, code: str, bound: dict[str, str]) -> None:
    refusal = case_at("check_in").refuses("plan", due_date=due)
    assert (refusal.code, refusal.params) == (code, bound)


def test_a_plan_may_be_due_today_and_is_due_at_the_days_end() -> None:
    case = case_at("check_in")
    case.does("plan", due_date="2026-03-02")
    assert clock(case.wait.until) == "2026-03-03 00:00"


def test_extensions_move_the_date_and_are_counted() -> None:
    case = case_at("action")
    case.does("extend", by=department("urban"), new_date="2026-05-10")
    case.does("extend", by=ESTATE, new_date="2026-05-20")
    assert case.state.plan is not None
    assert (case.state.plan.due_date, case.state.plan.extensions) == (date(2026, 5, 20), 2)
    assert clock(case.wait.until) == "2026-05-21 00:00"
    assert case.last[0].reason == "配件未到"
    assert case.refuses("extend", new_date="2026-05-20").code == "date_too_early"
    assert case.refuses("extend", new_date="2027-03-04").code == "date_too_late"


def test_a_completed_plan_asks_the_resident() -> None:
    case = case_at("action")
    assert case.does("complete", by=department("urban")) == ["plan_completed"]
    assert case.state.stage == "verification"
    assert case.state.plan is None


# ------------------------------------------------------------------ suspension: the clocks stop


def test_a_suspended_plan_has_after_it_what_was_left_of_it_before() -> None:
    case = case_at("check_in")
    case.does("plan", due_date="2026-03-20")
    case.does("suspend", when="2026-03-05 09:00", resume_date="2026-03-25")
    assert case.state.plan is not None
    assert case.state.suspension is not None
    assert case.state.suspension.condition == "等供电公司停电窗口"

    assert case.does("resume", when="2026-03-15 17:00") == ["case_resumed"]
    assert case.where == ("estate", "action")
    assert case.state.plan.due_date == date(2026, 3, 30)
    assert clock(case.wait.until) == "2026-03-31 00:00"
    assert case.last[0].fact.detail()["days_suspended"] == 10
    assert case.state.suspension is None


def test_a_suspension_keeps_the_carry_overs_and_resumes_at_the_sitting_then_next() -> None:
    case = case_at("check_in")
    case.passes()
    case.does("suspend", by=ESTATE, resume_date="2026-04-20")
    case.does("resume", by=ESTATE, when="2026-04-07 09:00")
    assert case.state.carried_over == 1
    assert case.wait.sitting_id == "mudan-garden-2026-W15"
    assert case.then == "escalate"


def test_a_suspension_is_extended_ahead_and_counted() -> None:
    case = case_at("suspended")
    case.does("extend", new_date="2026-06-01")
    assert case.state.suspension is not None
    assert (case.state.suspension.resume_date, case.state.suspension.extensions) == (date(2026, 6, 1), 1)
    assert clock(case.wait.until) == "2026-06-01 08:00"
    assert case.refuses("extend", new_date="2026-06-01").code == "date_too_early"
    assert case.refuses("extend", new_date="2028-06-01").code == "date_too_late"


def test_a_suspension_always_has_a_resume_date_from_tomorrow_on() -> None:
    case = case_at("check_in")
    assert case.refuses("suspend", resume_date="2026-03-02").code == "date_too_early"
    assert case.refuses("suspend", resume_date="2028-03-02").code == "date_too_late"
    with pytest.raises(ValidationError):
        decision("suspend", resume_date=None)


def test_a_suspension_at_the_alliance_resumes_there() -> None:
    case = case_at("alliance")
    case.does("suspend")
    case.does("resume", when="2026-03-20 10:00")
    assert case.where == ("alliance", "alliance")
    assert clock(case.wait.starts_at) == "2026-04-16 09:00"


# ------------------------------------------------------------------ closing


@pytest.mark.parametrize(
    ("stage", "kind", "event", "closed_as"),
    [
        ("contact", "reject", "case_rejected", "rejected"),
        ("community", "refer", "case_referred", "referred"),
        ("check_in", "duplicate", "case_marked_duplicate", "duplicate"),
        ("verification", "confirm", "outcome_confirmed", "settled"),
    ],
)
def test_a_closed_case_says_how_it_was_closed(stage: str, kind: str, event: str, closed_as: str) -> None:
    case = case_at(stage)
    tier = case.state.tier
    assert case.does(kind) == [event]
    assert case.where == (tier, "closed")
    assert case.state.closing is not None
    assert case.state.closing.closed_as == closed_as
    assert case.state.closing.stars == (5 if kind == "confirm" else None)


def test_a_referral_says_to_whom_and_under_what_reference() -> None:
    case = case_at("alliance")
    case.does("refer")
    detail = case.last[0].fact.detail()
    assert (detail["to_whom"], detail["reference"]) == ("区住建局", "转2026-15")


def test_a_duplicate_follows_the_other_case_and_never_itself() -> None:
    case = case_at("contact")
    assert case.refuses("duplicate", of="NC-2026-000001").code == "duplicate_of_itself"
    case.does("duplicate")
    assert case.state.duplicate_of == "NC-2026-000002"


def test_a_case_is_rejected_only_before_it_came_to_a_sitting() -> None:
    for stage in STAGES[1:]:
        assert case_at(stage).refuses("reject").code == "not_allowed_now"


# ------------------------------------------------------------------ reroute


def test_a_rerouted_case_starts_contact_where_it_belongs() -> None:
    case = case_at("check_in")
    case.does("reroute", by=ESTATE, when="2026-03-03 19:30", estate="guangfu-huating", category="water")
    assert case.where == ("estate", "contact")
    assert clock(case.wait.until) == "2026-03-04 09:30"
    assert (case.state.estate, case.state.category) == ("guangfu-huating", "water")
    assert case.state.units == {"estate": "guangfu-huating", "community": "guangfu", "alliance": "nancheng"}
    assert case.refuses("contact", by=ESTATE).code == "forbidden"
    case.does("contact", by=officer("guangfu-huating"))
    assert case.wait.forum == "guangfu-huating"


def test_a_second_reroute_needs_a_supervisor_and_so_does_the_third() -> None:
    case = case_at("contact")
    case.does("reroute", estate="gulou-yuan")
    refusal = case.refuses("reroute", estate="caozhou-li")
    assert (refusal.code, refusal.params) == ("reroute_needs_supervisor", {"reroutes": 1})

    case.does("supervise", by=SUPERVISOR)
    case.does("reroute", estate="caozhou-li")
    assert case.refuses("reroute", estate="mudan-garden").code == "reroute_needs_supervisor"
    assert case.state.reroutes == 2


def test_a_mark_for_an_overdue_plan_is_no_supervisor_for_another_reroute() -> None:
    case = case_at("contact")
    case.does("reroute")
    case.does("plan", due_date="2026-03-03")
    case.passes()
    assert case.state.supervised
    assert case.refuses("reroute", estate="caozhou-li").code == "reroute_needs_supervisor"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"estate": "mudan-garden", "category": "lift"}, "already_there"),
        ({"estate": "atlantis"}, "unknown_estate"),
        ({"estate": None, "category": "ufo"}, "unknown_category"),
    ],
)
def test_a_reroute_names_a_right_place(fields: dict[str, Any], code: str) -> None:
    assert case_at("contact").refuses("reroute", **fields).code == code


def test_a_reroute_says_where_to() -> None:
    with pytest.raises(ValidationError, match="name the right estate"):
        decision("reroute", estate=None)


# ------------------------------------------------------------------ the resident's word, and reopening


def test_a_dispute_goes_back_to_the_tier_that_solved_it_once_and_then_one_tier_up() -> None:
    case = case_at("action")
    case.does("complete")
    tiers = []
    for _ in range(4):
        assert case.does("dispute", by=RESIDENT, reason=None, words=SEALED) == ["outcome_disputed"]
        assert case.last[0].fact.words == SEALED
        tiers.append(case.where)
        case.does("resolve")
    assert tiers == [
        ("estate", "check_in"),
        ("community", "community"),
        ("alliance", "alliance"),
        ("alliance", "alliance"),
    ]
    assert case.state.disputes == 4


def test_a_dispute_needs_a_reason_or_the_residents_own_words() -> None:
    case = case_at("verification")
    assert case.refuses("dispute", by=RESIDENT, reason=None).code == "reason_required"


@pytest.mark.parametrize("stars", [0, 6, 4.5, True, "5"])
def test_a_resident_gives_one_to_five_stars(stars: object) -> None:
    with pytest.raises(ValidationError):
        decision("confirm", stars=stars)


@pytest.mark.parametrize("stage", ["check_in", "community", "alliance"])
def test_a_closed_case_is_reopened_at_the_tier_that_closed_it(stage: str) -> None:
    case = case_at(stage)
    case.does("refer")
    assert case.does("reopen", when="2026-04-01 10:00") == ["case_reopened"]
    assert case.state.stage == stage
    assert case.state.closing is None
    assert not case.state.closed


def test_a_case_is_reopened_within_thirty_days_and_not_later() -> None:
    case = case_at("closed")
    refusal = case.refuses("reopen", when="2026-04-01 10:00:01")
    assert refusal.code == "reopen_too_late"
    case.does("reopen", when="2026-04-01 10:00")
    assert case.where == ("estate", "check_in")


def test_a_reopened_duplicate_follows_nobody() -> None:
    case = case_at("contact")
    case.does("duplicate")
    case.does("reopen")
    assert case.state.duplicate_of is None


# ------------------------------------------------------------------ emergencies


@pytest.mark.parametrize("stage", ["contact", "check_in", "community", "alliance", "action", "suspended"])
def test_an_emergency_pauses_the_ladder_and_stands_down_both_ways(stage: str) -> None:
    case = case_at(stage)
    tier = case.state.tier
    assert case.does("emergency") == ["emergency_declared"]
    assert case.where == (tier, "joint_response")
    assert case.waits_for == "stand_down"
    assert case.state.emergency_id == "NC-2026-000001-E1"
    assert case.state.suspension is None

    assert case.send(stand_down("returned"), by=SYSTEM) == ["emergency_stood_down"]
    assert case.state.tier == tier
    assert case.waits_for == "sitting"

    case.does("emergency", playbook="fire")
    assert case.state.emergency_id == "NC-2026-000001-E2"
    case.send(stand_down("resolved", "NC-2026-000001-E2"), by=ALLIANCE)
    assert case.where == (tier, "verification")
    assert case.last[0].reason == "供水已恢复"


def test_an_emergency_names_its_response_its_own_or_one_that_runs_for_another_case() -> None:
    case = case_at("check_in")
    case.does("emergency")
    assert case.last[0].fact.detail()["emergency"] == "NC-2026-000001-E1"
    other = case_at("check_in")
    other.does("emergency", response="NC-2026-000007-E2")
    assert other.state.emergency_id == "NC-2026-000007-E2"
    other.send(stand_down("returned", "NC-2026-000007-E2"), by=SYSTEM)
    other.does("emergency")
    assert other.state.emergency_id == "NC-2026-000001-E2"
    opened = Case(by=ALLIANCE, emergency="gas_leak", number="NC-2026-000001")
    assert opened.last[1].fact.detail()["emergency"] == "NC-2026-000001-E1"
    with pytest.raises(ValidationError):
        Case(by=ALLIANCE, emergency="gas_leak")


def test_a_resolved_emergency_waits_for_the_resident_at_least_as_long_as_it_is_watched() -> None:
    for days, waited in ((30, 30), (2, 7)):
        case = case_at("joint_response")
        watched = case.now + timedelta(days=days)
        case.send(stand_down("resolved").model_copy(update={"watch_until": watched}), by=SYSTEM)
        assert case.wait.until == case.now + timedelta(days=waited)


def test_a_stand_down_may_return_the_case_to_a_tier_of_its_choice() -> None:
    case = case_at("joint_response")
    case.send(stand_down("returned", tier="alliance"), by=SYSTEM)
    assert case.where == ("alliance", "alliance")


@pytest.mark.parametrize(
    ("stage", "body", "by", "code"),
    [
        ("check_in", stand_down("resolved"), SYSTEM, "not_in_emergency"),
        ("joint_response", stand_down("resolved", "NC-2026-000001-E7"), SYSTEM, "not_in_emergency"),
        ("joint_response", stand_down("returned", tier="heaven"), SYSTEM, "unknown_tier"),
        ("joint_response", stand_down("resolved"), ESTATE, "forbidden"),
        ("joint_response", stand_down("resolved"), COMMUNITY, "forbidden"),
        ("joint_response", stand_down("resolved"), SUPERVISOR, "forbidden"),
    ],
)
def test_a_stand_down_fits_its_emergency_and_is_the_alliances(
    stage: str, body: StandDown, by: Actor, code: str
) -> None:
    case = case_at(stage)
    before = case.state
    with pytest.raises(Refusal) as caught:
        case.send(body, by=by)
    assert caught.value.code == code
    assert case.state == before


def test_who_may_declare_emergencies_elsewhere_stands_down_only_its_own() -> None:
    ladder = policy_text("ladder.yaml").replace("declared_by: [alliance]", "declared_by: [alliance, community]")
    case = Case(rules_with(ladder))
    case.does("emergency", by=COMMUNITY)
    with pytest.raises(Refusal) as caught:
        case.send(stand_down("resolved"), by=officer("guangfu"))
    assert caught.value.code == "forbidden"
    assert case.send(stand_down("resolved"), by=COMMUNITY) == ["emergency_stood_down"]


def test_an_unknown_playbook_names_the_known_ones() -> None:
    refusal = case_at("check_in").refuses("emergency", playbook="godzilla")
    assert refusal.code == "unknown_playbook"
    assert "gas_leak" in str(refusal.params["known"])


# ------------------------------------------------------------------ no change of stage


@pytest.mark.parametrize("stage", STAGES[:-1])
def test_notes_assignments_and_supervision_change_no_stage(stage: str) -> None:
    case = case_at(stage)
    place = case.state.place
    for kind, by in (("note", ALLIANCE), ("assign", ALLIANCE), ("supervise", SUPERVISOR)):
        case.does(kind, by=by, when="2026-03-02 10:30")
        assert case.state.place == place
    assert case.state.assigned_to == "officer-7"
    assert case.state.supervised


# ------------------------------------------------------------------ who may

MAY: dict[str, dict[str, str]] = {
    # stage: who: the decisions that this one may take there (beside contact, answer, note and assign for officers)
    "contact": {
        "estate": "resolve plan escalate object reject duplicate reroute refer",
        "community": "resolve plan escalate object reject duplicate reroute refer",
    },
    "check_in": {
        "estate": "resolve plan hold escalate object suspend refer duplicate reroute",
        "community": "resolve plan hold escalate object suspend refer duplicate reroute",
    },
    "community": {"estate": "", "community": "resolve plan hold escalate return suspend refer"},
    "alliance": {"estate": "", "community": ""},
    "action": {
        "estate": "complete extend escalate object suspend",
        "community": "complete extend escalate object suspend",
    },
    "suspended": {"estate": "resume extend", "community": "resume extend"},
    "designation": {"estate": "refer duplicate", "community": "refer duplicate"},
    "joint_response": {"estate": "", "community": ""},
    "verification": {"estate": "", "community": ""},
}


@pytest.mark.parametrize("stage", STAGES[:-1])
def test_each_post_may_take_the_decisions_of_its_place(stage: str) -> None:
    case = case_at(stage)

    def may(actor: Actor) -> set[str]:
        return set(allowed_now(case.rules, actor, case.state))

    always = {"contact", "answer", "note", "assign"}
    assert may(ESTATE) == set(MAY[stage]["estate"].split()) | always
    assert may(COMMUNITY) == set(MAY[stage]["community"].split()) | always
    assert may(SUPERVISOR) == {"note", "supervise"}
    assert may(ADMINISTRATOR) == set()
    assert may(officer("gulou-yuan")) == set()
    assert may(officer("guangfu")) == set()
    assert may(department("police")) == set()
    resident = {"confirm", "dispute", "withdraw"} if stage == "verification" else {"withdraw"}
    assert may(RESIDENT) == resident


def test_a_department_works_its_own_task_and_a_co_handler_remarks_on_it() -> None:
    case = case_at("check_in")
    case.does("plan", co_handlers=["police"])
    lead = {"contact", "answer", "complete", "extend", "object", "note"}
    assert set(allowed_now(case.rules, department("urban"), case.state)) == lead
    assert set(allowed_now(case.rules, department("police"), case.state)) == {"note"}
    assert set(allowed_now(case.rules, department("fire"), case.state)) == set()


def test_an_estate_completes_the_plan_it_leads_though_a_higher_tier_made_it() -> None:
    case = case_at("alliance")
    case.does("plan", lead="mudan-garden")
    own = {"contact", "answer", "complete", "extend", "object", "note", "assign"}
    assert set(allowed_now(case.rules, ESTATE, case.state)) == own
    assert case.refuses("escalate", by=ESTATE).code == "forbidden"
    assert case.does("complete", by=ESTATE) == ["plan_completed"]


@pytest.mark.parametrize(
    ("kind", "by"),
    [
        ("resolve", officer("gulou-yuan")),
        ("resolve", officer("nowhere")),
        ("resolve", Actor(id="x", role="officer")),
        ("resolve", department("urban")),
        ("resolve", SUPERVISOR),
        ("resolve", ADMINISTRATOR),
        ("note", ADMINISTRATOR),
        ("resolve", RESIDENT),
        ("emergency", ESTATE),
        ("emergency", COMMUNITY),
        ("supervise", ALLIANCE),
        ("confirm", ESTATE),
        ("withdraw", COMMUNITY),
    ],
)
def test_who_has_no_right_is_told_so(kind: str, by: Actor) -> None:
    refusal = case_at("check_in").refuses(kind, by=by)
    assert refusal.code == "forbidden"
    assert refusal.params["decision"] == kind


@pytest.mark.parametrize("stage", ["verification", "joint_response"])
def test_an_officer_in_charge_hears_what_the_stage_takes_not_that_the_post_has_no_right(stage: str) -> None:
    refusal = case_at(stage).refuses("resolve", by=ESTATE)
    assert refusal.code == "not_allowed_now"
    assert refusal.params["allowed"] == ["contact", "answer", "note", "assign"]


def test_reading_is_for_who_covers_works_supervises_or_administers() -> None:
    case = case_at("action")
    readers = (ESTATE, COMMUNITY, ALLIANCE, SUPERVISOR, ADMINISTRATOR, department("urban"))
    assert all(may_read(case.rules, actor, case.state) for actor in readers)
    others = (officer("gulou-yuan"), officer("guangfu"), department("police"), RESIDENT)
    assert not any(may_read(case.rules, actor, case.state) for actor in others)


def test_officers_of_every_tier_open_cases_of_their_estates() -> None:
    rules = nancheng()
    assert all(may_open(rules, who, "mudan-garden", emergency=False) for who in (ESTATE, COMMUNITY, ALLIANCE))
    assert may_open(rules, ALLIANCE, "mudan-garden", emergency=True)
    assert not may_open(rules, COMMUNITY, "mudan-garden", emergency=True)
    assert not may_open(rules, officer("guangfu"), "mudan-garden", emergency=False)


# ------------------------------------------------------------------ what is asked of words


@pytest.mark.parametrize("kind", ["extend", "hold", "escalate", "return", "resume", "refer", "reject", "reopen"])
def test_a_reason_is_asked_for(kind: str) -> None:
    with pytest.raises(ValidationError):
        decision(kind, reason=None)


@pytest.mark.parametrize(
    "text", ["", "   ", "电话13812345678", "身份证11010519491231002X", "a\x00b", "\ud800", "x" * 2001]
)
def test_working_text_is_words_without_personal_data(text: str) -> None:
    with pytest.raises(ValidationError):
        decision("hold", reason=text)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError):
        decision("hold", colour="red")


def test_a_reprojection_that_changes_nothing_is_no_event() -> None:
    for stage in STAGES:
        assert case_at(stage).send(Reproject(cause="2027年放假安排公布"), by=SYSTEM) == []


# ------------------------------------------------------------------ the row of the list


def test_the_lists_row_says_where_a_case_stands_and_who_works_it() -> None:
    case = case_at("check_in")
    case.does("plan", co_handlers=["police"], due_date="2026-03-20")
    row = summary(case.state)
    assert row["units"] == ["laocheng", "mudan-garden", "nancheng"]
    assert (row["tier"], row["stage"], row["community"]) == ("estate", "action", "laocheng")
    assert (row["lead"], row["co_handlers"], row["resident"]) == ("urban", ["police"], "r-1")
    assert row["opened_at"] == "2026-03-02T02:00:00+00:00"
    assert row["until"] == "2026-03-20T16:00:00+00:00"
    assert row["wait"]["kind"] == "plan"
    assert (row["closed_at"], row["closed_as"]) == (None, None)


def test_a_closed_cases_row_waits_for_nothing() -> None:
    row = summary(case_at("closed").state)
    assert (row["wait"], row["until"], row["closed_as"]) == (None, None, "settled")
    assert row["closed_at"] == row["updated_at"]


# ------------------------------------------------------------------ since when it is at its tier


def test_a_case_keeps_since_when_it_is_at_its_tier() -> None:
    case = Case()
    assert clock(case.state.tier_since) == "2026-03-02 10:00"
    case.does("contact", when="2026-03-02 11:00")
    assert clock(case.state.tier_since) == "2026-03-02 10:00"
    case.does("escalate", when="2026-03-03 09:00")
    assert clock(case.state.tier_since) == "2026-03-03 09:00"
    case.does("hold", when="2026-03-04 09:00")
    case.does("plan", when="2026-03-04 09:30")
    assert clock(case.state.tier_since) == "2026-03-03 09:00"
    assert summary(case.state)["tier_since"] == "2026-03-03T01:00:00+00:00"


def test_a_case_that_is_rerouted_or_reopened_comes_to_its_tier_anew() -> None:
    case = Case()
    case.does("reroute", when="2026-03-02 12:00")
    assert clock(case.state.tier_since) == "2026-03-02 12:00"
    case.does("reject", when="2026-03-02 13:00")
    case.does("reopen", when="2026-03-03 13:00")
    assert clock(case.state.tier_since) == "2026-03-03 13:00"


def test_a_sitting_has_a_case_before_it_from_its_beginning_until_its_minutes_are_due() -> None:
    case = case_at("check_in")
    wait = case.wait
    assert wait.starts_at is not None
    assert before_sitting(case.state, wait.starts_at - timedelta(seconds=1)) is None
    for now in (wait.starts_at, wait.until):
        assert before_sitting(case.state, now) == wait.sitting_id
    assert before_sitting(case.state, wait.until + timedelta(seconds=1)) is None
    assert before_sitting(case_at("action").state, wait.starts_at) is None
