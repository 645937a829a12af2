"""Dates at the edges: freezes, make-up workdays, holidays, years not yet published, and other ladders."""

from __future__ import annotations

import pytest

from domain.case import Reproject
from domain.permission import SYSTEM
from domain.policy.rules import Rules
from tests.domain.given import (
    ALLIANCE,
    COMMUNITY,
    Case,
    case_at,
    clock,
    nancheng,
    officer,
    policy_text,
    rules_with,
    year_of,
)

WEDNESDAY_MEETING = '{every: month, nth: 1, weekday: wednesday, time: "15:00"'
WEDNESDAY_CHECK_IN = 'cadence: {every: week, weekday: wednesday, time: "16:00"'


def reproject(case: Case, rules: Rules, when: str) -> list[str]:
    case.rules = rules
    return case.send(Reproject(cause="放假安排公布"), by=SYSTEM, when=when)


# ------------------------------------------------------------------ the agenda's freeze


@pytest.mark.parametrize(
    ("when", "starts_at"),
    [
        ("2026-03-30 14:59", "2026-04-01 15:00"),
        ("2026-03-30 15:00", "2026-05-06 15:00"),
        ("2026-04-01 14:00", "2026-05-06 15:00"),
        ("2026-04-29 14:59", "2026-05-06 15:00"),
        ("2026-04-29 15:00", "2026-06-03 15:00"),
    ],
    ids=["before the freeze", "at the freeze", "on the day", "before a holiday", "frozen over a holiday"],
)
def test_a_case_that_comes_after_the_freeze_is_taken_by_the_next_sitting(when: str, starts_at: str) -> None:
    case = case_at("check_in")
    case.does("escalate", when=when)
    assert clock(case.wait.starts_at) == starts_at


def test_a_check_in_takes_cases_until_it_begins() -> None:
    early, late = Case(), Case()
    early.does("contact", when="2026-03-04 15:59")
    late.does("contact", when="2026-03-04 16:00")
    assert clock(early.wait.starts_at) == "2026-03-04 16:00"
    assert clock(late.wait.starts_at) == "2026-03-11 16:00"


# ------------------------------------------------------------------ 调休 and holidays


def test_a_check_in_on_saturdays_is_held_on_the_make_up_saturday_before_spring_festival() -> None:
    ladder = policy_text("ladder.yaml").replace(
        WEDNESDAY_CHECK_IN, 'cadence: {every: week, weekday: saturday, time: "10:00"'
    )
    case = Case(rules_with(ladder), opened="2026-02-10 10:00")
    case.does("contact")
    assert clock(case.wait.starts_at) == "2026-02-14 10:00"
    assert clock(case.wait.until) == "2026-02-15 11:00"
    assert not case.is_provisional()

    case.passes()  # the next Saturday is a holiday: its check-in is on the first workday after it
    assert clock(case.wait.starts_at) == "2026-02-24 10:00"


def test_minutes_due_in_workdays_count_the_make_up_saturday_and_skip_the_festival() -> None:
    ladder = policy_text("ladder.yaml").replace(
        WEDNESDAY_MEETING, '{every: month, nth: 2, weekday: friday, time: "15:00"'
    )
    case = Case(rules_with(ladder), opened="2026-02-10 10:00")
    case.does("escalate")
    assert clock(case.wait.starts_at) == "2026-02-13 15:00"
    assert clock(case.wait.until) == "2026-02-24 17:00"


def test_the_communitys_october_meeting_moves_behind_national_day_with_its_freeze_and_minutes() -> None:
    case = Case(opened="2026-09-15 10:00")
    case.does("escalate", when="2026-09-29 14:59")
    assert clock(case.wait.starts_at) == "2026-10-08 15:00"
    assert clock(case.wait.until) == "2026-10-10 17:00"  # a Saturday, worked
    assert case.wait.sitting_id == "laocheng-2026-10"

    late = Case(opened="2026-09-15 10:00")
    late.does("escalate", when="2026-09-29 15:00")
    assert late.wait.sitting_id == "laocheng-2026-11"


def test_a_plan_is_due_on_its_day_holiday_or_not() -> None:
    case = Case(opened="2026-09-15 10:00")
    case.does("plan", due_date="2026-10-03")
    assert clock(case.wait.until) == "2026-10-04 00:00"
    case.passes()
    assert clock(case.wait.starts_at) == "2026-10-08 16:00"


# ------------------------------------------------------------------ unpublished years


def test_a_date_in_an_unpublished_year_is_provisional_until_its_calendar_arrives() -> None:
    case = Case(opened="2026-12-10 10:00")
    case.does("escalate", by=COMMUNITY)
    assert clock(case.wait.starts_at) == "2027-01-06 15:00"
    assert case.is_provisional()

    published = rules_with(years=[year_of(2027, d0101="off", d0106="off", d0107="off", d0109="workday")])
    assert reproject(case, published, "2026-12-15 09:00") == ["wait_reprojected"]
    assert clock(case.wait.starts_at) == "2027-01-08 15:00"
    assert clock(case.wait.until) == "2027-01-11 17:00"  # the 9th is a worked Saturday
    assert not case.is_provisional()
    assert case.wait.sitting_id == "laocheng-2027-01"
    assert case.last[0].reason == "放假安排公布"
    assert case.where == ("community", "community")


def test_a_calendar_that_moves_nothing_still_makes_the_date_certain() -> None:
    case = Case(opened="2026-12-10 10:00")
    case.does("escalate", by=COMMUNITY)
    until = case.wait.until
    assert reproject(case, rules_with(years=[year_of(2027)]), "2026-12-15 09:00") == ["wait_reprojected"]
    assert case.wait.until == until
    assert not case.is_provisional()
    assert reproject(case, rules_with(years=[year_of(2027)]), "2026-12-16 09:00") == []


def test_a_reprojection_keeps_the_count_and_what_happens_at_expiry() -> None:
    case = Case(opened="2026-11-10 10:00")
    case.does("escalate", by=COMMUNITY)
    case.passes()
    assert case.is_provisional()
    assert reproject(case, rules_with(years=[year_of(2027)]), "2026-12-15 09:00") == ["wait_reprojected"]
    assert (case.state.carried_over, case.then) == (1, "escalate")
    assert case.passes() == ["case_escalated"]


def test_the_years_turn_in_hours_needs_no_calendar() -> None:
    case = case_at("check_in", opened="2026-12-28 10:00")
    assert clock(case.wait.starts_at) == "2026-12-30 16:00"
    assert not case.is_provisional()


def test_a_sitting_swallowed_by_a_holiday_hands_its_cases_to_the_next_one() -> None:
    case = Case(nancheng(2025), opened="2026-02-10 10:00", estate="gulou-yuan")
    case.does("contact", by=officer("gulou-yuan"))
    assert clock(case.wait.starts_at) == "2026-02-16 16:00"
    assert case.is_provisional()

    assert reproject(case, nancheng(), "2026-02-11 09:00") == ["wait_reprojected"]
    assert case.wait.sitting_id == "gulou-yuan-2026-W09"
    assert clock(case.wait.starts_at) == "2026-02-24 16:00"
    assert case.state.carried_over == 0


def test_a_sitting_moved_into_the_past_hands_its_cases_to_the_next_one_uncounted() -> None:
    case = case_at("check_in", opened="2026-03-03 12:00")
    assert case.wait.sitting_id == "mudan-garden-2026-W10"
    ladder = policy_text("ladder.yaml").replace(
        WEDNESDAY_CHECK_IN, 'cadence: {every: week, weekday: monday, time: "08:00"'
    )
    ladder = ladder.replace("minutes_due: {hours: 24}", "minutes_due: {hours: 2}")

    assert reproject(case, rules_with(ladder), "2026-03-03 12:30") == ["wait_reprojected"]
    assert case.wait.sitting_id == "mudan-garden-2026-W11"
    assert clock(case.wait.starts_at) == "2026-03-09 08:00"
    assert case.state.carried_over == 0


def test_a_forum_that_is_gone_with_its_estate_leaves_the_case_as_it_is() -> None:
    case = case_at("check_in")
    organisation = policy_text("organisation.yaml").replace("mudan-garden", "mudan-yuan")
    assert reproject(case, rules_with(organisation=organisation), "2026-03-03 09:00") == []


# ------------------------------------------------------------------ another subdistrict: four tiers

FOUR_TIERS = """
ladder: beihu
version: "2"
language: en
duty: {start: "09:00", end: "18:00"}
reroutes_without_supervisor: 0
tiers:
  - id: estate
    name: {zh: 小区, en: estate}
    stage: {id: circle, name: {zh: 议事圈, en: circle}}
    cadence: {every: week, weekday: monday, time: "10:00", minutes: 30}
    draft_workdays: 1
    freeze_workdays: 0
    minutes_due: {hours: 4}
    carry_overs: 0
    then: escalate
    decisions: [resolve, plan, escalate]
  - id: grid
    name: {zh: 网格, en: grid}
    stage: {id: grid, name: {zh: 网格例会, en: grid round}}
    cadence: {every: week, weekday: thursday, time: "10:00", minutes: 30}
    draft_workdays: 2
    freeze_workdays: 1
    minutes_due: {workdays: 1}
    carry_overs: 2
    then: escalate
    decisions: [resolve, plan, hold, escalate, return]
  - id: community
    name: {zh: 社区, en: community}
    stage: {id: council, name: {zh: 社区会, en: council}}
    cadence: {every: month, nth: -1, weekday: friday, time: "15:00", minutes: 60}
    draft_workdays: 3
    freeze_workdays: 2
    minutes_due: {workdays: 2}
    carry_overs: 1
    then: escalate
    decisions: [resolve, plan, hold, escalate, return]
  - id: alliance
    name: {zh: 联盟, en: alliance}
    stage: {id: joint, name: {zh: 联席会, en: joint meeting}}
    cadence: {every: month, nth: 3, weekday: thursday, time: "09:00", minutes: 60}
    draft_workdays: 3
    freeze_workdays: 2
    minutes_due: {workdays: 2}
    carry_overs: 1
    then: raise
    decisions: [resolve, plan, hold, return]
stages:
  contact: {duty_hours: 4, decisions: [contact, resolve, reroute]}
  action: {max_days: 60, decisions: [complete, escalate]}
  suspended: {max_days: 60, decisions: [resume]}
  joint_response: {review_hours: 12, declared_by: [alliance]}
  verification: {days: 3, same_tier_disputes: 0, decisions: [confirm, dispute]}
  closed: {reopen_days: 10}
"""

FOUR_TIER_TREE = """
version: "1"
name: {zh: 北湖, en: Beihu}
tiers: [alliance, community, grid, estate]
departments: [{code: urban, name: {zh: 城建, en: Urban Construction}}]
categories: [{id: lift, name: {zh: 电梯, en: Lifts}}]
root:
  id: beihu
  name: {zh: 北湖, en: Beihu}
  units:
    - id: huxin
      name: {zh: 湖心社区, en: Huxin}
      units:
        - id: huxin-g1
          name: {zh: 一网格, en: Grid One}
          units:
            - {id: hupan, name: {zh: 湖畔, en: Lakeside}, kind: self_governed}
"""


@pytest.fixture
def four_tiers() -> Case:
    return Case(rules_with(FOUR_TIERS, FOUR_TIER_TREE), estate="hupan")


def test_a_ladder_of_four_tiers_climbs_all_four(four_tiers: Case) -> None:
    case = four_tiers
    assert clock(case.wait.until) == "2026-03-02 14:00"
    steps = []
    while not case.state.raised:
        case.passes()
        steps.append((case.state.tier, case.state.stage, case.wait.forum))
    assert steps == [
        ("estate", "circle", "hupan"),
        *[("grid", "grid", "huxin-g1")] * 3,
        *[("community", "council", "huxin")] * 2,
        *[("alliance", "joint", "beihu")] * 2,
    ]
    assert not case.state.supervised  # this policy does not mark
    assert case.wait.where == "Beihu · joint meeting"


def test_a_ladder_of_four_tiers_goes_down_again_rung_by_rung(four_tiers: Case) -> None:
    case = four_tiers
    top = officer("beihu")
    case.does("contact", by=top)
    case.does("escalate", by=top, to="alliance")
    for stage in ("council", "grid", "circle"):
        case.does("return", by=top)
        assert case.state.stage == stage
    assert case.refuses("hold", by=top).code == "not_allowed_now"


def test_another_ladder_has_its_own_windows(four_tiers: Case) -> None:
    case = four_tiers
    top = officer("beihu")
    assert case.refuses("escalate", by=top).code == "not_allowed_now"
    assert case.refuses("reroute", by=top, estate="hupan", category="lift").code == "already_there"
    case.does("resolve", by=top)
    assert clock(case.wait.until) == "2026-03-05 10:00"
    case.does("dispute", by=top)
    assert case.where == ("grid", "grid")
    case.does("plan", by=top)
    assert case.refuses("suspend", by=top).code == "not_allowed_now"
    assert case.refuses("extend", by=top).code == "not_allowed_now"


def test_a_case_keeps_the_ladder_it_was_opened_under_while_its_forums_sit_by_todays() -> None:
    first = nancheng()
    text = policy_text("ladder.yaml").replace('version: "1"', 'version: "2"')
    text = text.replace("carry_overs: 1    ", "carry_overs: 2    ").replace(
        WEDNESDAY_CHECK_IN, WEDNESDAY_CHECK_IN.replace("16", "17")
    )
    today = rules_with(text)
    case = Case(first)
    case.rules = today.under(first.ladder)
    case.does("contact")
    assert clock(case.wait.starts_at) == "2026-03-04 17:00"
    assert case.state.ladder == "nancheng@2"
    case.passes()
    assert case.passes() == ["case_escalated"]

    newer = Case(today)
    newer.does("contact", by=ALLIANCE)
    newer.passes()
    assert newer.passes() == ["case_carried_over"]
