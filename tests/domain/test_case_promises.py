"""What a case promises beside the wait of its place: 阶段答复, and word whether it is accepted (Heze, Art. 28).

In spring 2026 all days from Monday to Friday are worked but for 6 April (清明) and 1–5 May; 5 working days from Monday
2 March 10:00 end on Monday 9 March 10:00.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.case import Reproject, WaitExpired, promised, waits
from domain.effects import foresee
from domain.permission import RESIDENT, SYSTEM, Actor, allowed_now
from domain.telling import current_details, timer_summary
from tests.domain.given import (
    ALLIANCE,
    COMMUNITY,
    ESTATE,
    SUPERVISOR,
    Case,
    at,
    case_at,
    clock,
    decision,
    department,
    policy_text,
    rules_with,
    year_of,
)

SAID = "已约维保单位周三上门，周四告诉您结果"


def due(case: Case) -> str:
    """Until when the answer is promised."""
    assert case.state.answer is not None
    return clock(case.state.answer.term.until)


def pending(case: Case) -> list[str]:
    return [wait.kind for wait in promised(case.state)]


# ------------------------------------------------------------------ it is promised


def test_from_its_opening_a_case_promises_an_answer_in_five_working_days_beside_the_wait_of_its_place() -> None:
    case = Case(opened="2026-03-02 10:00")
    first, beside = waits(case.state)
    assert (first.kind, beside.kind, beside.on_expiry) == ("contact", "answer", "answer_missed")
    assert due(case) == "2026-03-09 10:00"


def test_days_off_do_not_count_and_make_up_days_do() -> None:
    assert due(Case(opened="2026-04-30 10:00")) == "2026-05-11 10:00"  # 1–5 May are off, Saturday 9 May is worked


def test_over_a_year_that_is_not_published_the_day_is_provisional_and_is_computed_again() -> None:
    case = Case(opened="2026-12-30 10:00")
    assert promised(case.state)[0].provisional
    before = due(case)
    case.rules = rules_with(years=[year_of(2027, d0101="off", d0104="off")])
    assert case.send(Reproject(cause="公布"), by=SYSTEM) == ["wait_reprojected"]
    assert due(case) > before
    assert not promised(case.state)[0].provisional
    assert case.waits_for == "contact"


STEPS: dict[str, tuple[str, str, Actor]] = {
    "hold": ("check_in", "case_held", ESTATE),
    "plan": ("check_in", "plan_made", ESTATE),
    "extend": ("action", "plan_extended", ALLIANCE),
    "suspend": ("check_in", "case_suspended", ESTATE),
    "return": ("community", "case_returned", COMMUNITY),
    "escalate": ("check_in", "case_escalated", ESTATE),
}


@pytest.mark.parametrize("kind", STEPS)
def test_what_makes_the_resident_wait_longer_begins_the_promise_anew(kind: str) -> None:
    stage, happens, by = STEPS[kind]
    case = case_at(stage)
    assert case.does(kind, by=by, when="2026-03-04 10:00") == [happens]
    assert due(case) == "2026-03-11 10:00"
    assert pending(case) == ["answer"]


def test_an_extended_suspension_begins_it_anew() -> None:
    case = case_at("suspended")
    case.does("extend", when="2026-03-04 10:00")
    assert due(case) == "2026-03-11 10:00"


def test_a_carry_over_and_a_climb_that_nobody_decided_begin_it_anew() -> None:
    case = case_at("check_in")
    assert case.passes() == ["case_carried_over"]
    assert case.state.answer is not None
    assert case.state.answer.term.since == case.state.at
    assert case.passes() == ["case_escalated"]
    assert case.state.answer.term.since == case.state.at
    assert pending(case) == ["answer"]


@pytest.mark.parametrize("kind", ["contact", "note", "assign", "reroute", "supervise"])
def test_other_steps_leave_it_running(kind: str) -> None:
    case = Case()
    case.does(kind, by=SUPERVISOR if kind == "supervise" else ALLIANCE, when="2026-03-02 11:00")
    assert due(case) == "2026-03-09 10:00"


@pytest.mark.parametrize("stage", ["verification", "closed"])
def test_a_solved_and_a_closed_case_promise_nothing(stage: str) -> None:
    assert pending(case_at(stage)) == []
    assert case_at(stage).state.answer is None


def test_a_disputed_and_a_reopened_case_promise_again() -> None:
    case = case_at("verification")
    case.does("dispute", by=RESIDENT)
    assert pending(case) == ["answer"]
    case = case_at("closed")
    case.does("reopen")
    assert pending(case) == ["answer"]


def test_an_emergency_keeps_the_promise_running() -> None:
    case = Case()
    case.does("emergency")
    assert due(case) == "2026-03-09 10:00"
    assert pending(case) == ["answer"]


def test_a_ladder_from_before_promises_nothing_and_takes_answers_all_the_same() -> None:
    text = policy_text("ladder.yaml")
    start, end = text.index("promises:"), text.index("petition:")
    case = Case(rules_with(ladder=text[:start] + text[end:]), joint_names=30)
    assert waits(case.state) == (case.wait,)
    assert case.does("answer") == ["answer_given"]


# ------------------------------------------------------------------ it is kept


def test_an_answer_keeps_it_and_moves_nothing() -> None:
    case = case_at("check_in")
    before = case.state.place
    assert case.does("answer", by=ESTATE, text=SAID) == ["answer_given"]
    assert case.state.place == before
    assert pending(case) == []
    assert case.state.answer is not None
    assert (case.state.answer.text, case.state.answer.missed) == (SAID, False)
    assert case.last[0].fact.answer_kept


@pytest.mark.parametrize("kind", ["contact", "note", "assign"])
def test_any_decision_carries_an_answer(kind: str) -> None:
    case = Case()
    case.does(kind, by=ESTATE, answer=SAID)
    assert case.state.answer is not None
    assert case.state.answer.text == SAID
    assert pending(case) == []


def test_a_decision_that_begins_it_anew_and_says_the_answer_has_kept_it() -> None:
    case = case_at("check_in")
    case.does("hold", by=ESTATE, answer=SAID)
    assert pending(case) == []
    assert case.last[0].fact.answer_kept
    assert case.state.answer is not None
    assert case.state.answer.given_at == case.now


@pytest.mark.parametrize("kind", ["resolve", "refer", "duplicate"])
def test_how_it_ends_is_the_answer_itself(kind: str) -> None:
    case = case_at("check_in")
    case.does(kind)
    assert case.last[0].fact.answer_kept


def test_a_second_answer_is_told_and_keeps_nothing_more() -> None:
    case = case_at("check_in")
    case.does("answer")
    case.does("answer", text="配件已到")
    assert not case.last[0].fact.answer_kept
    assert case.state.answer is not None
    assert case.state.answer.text == "配件已到"


def test_an_answer_may_be_written_as_its_text_or_as_an_object() -> None:
    assert decision("hold", answer={"text": SAID}).answer == decision("hold", answer=SAID).answer == SAID
    for wrong in ({"text": SAID, "more": 1}, {}, "", "  ", "电话 13800138000"):
        with pytest.raises(ValidationError):
            decision("hold", answer=wrong)
    with pytest.raises(ValidationError):
        decision("answer", answer=SAID)


@pytest.mark.parametrize(
    ("stage", "by"),
    [("contact", ESTATE), ("community", ESTATE), ("alliance", COMMUNITY), ("action", department("urban"))],
)
def test_who_covers_the_estate_and_who_leads_the_plan_may_answer_and_contact(stage: str, by: Actor) -> None:
    case = case_at(stage)
    assert {"answer", "contact"} <= set(allowed_now(case.rules, by, case.state))
    assert case.does("answer", by=by) == ["answer_given"]


def test_who_may_not_answer_may_not_do_so_with_another_decision_either() -> None:
    case = case_at("verification")
    assert case.refuses("dispute", by=RESIDENT, answer=SAID).code == "forbidden"
    case = case_at("check_in")
    assert case.refuses("supervise", by=SUPERVISOR, answer=SAID).code == "forbidden"
    assert case.refuses("answer", by=RESIDENT).code == "forbidden"


# ------------------------------------------------------------------ it is missed


def test_a_missed_answer_is_an_event_and_a_mark_and_moves_nothing() -> None:
    case = case_at("alliance")
    wait = next(wait for wait in waits(case.state) if wait.kind == "answer")
    before = case.state.place
    case.send(WaitExpired(wait="answer", until=wait.until), by=SYSTEM, when=wait.until - timedelta(seconds=1))
    assert case.types == []
    assert case.expires(wait) == ["answer_missed"]
    assert case.state.place == before
    assert case.state.misses_word
    assert not case.state.overdue
    assert pending(case) == []
    assert "答复逾期" in current_details(case.state, "x", None)


def test_an_answer_after_its_time_is_late_and_ends_the_mark() -> None:
    case = case_at("alliance")
    case.lives_until("2026-03-16 10:00")
    assert case.types == ["answer_missed"]
    assert case.does("answer", by=COMMUNITY) == ["answer_given"]
    assert not case.last[0].fact.answer_kept
    assert not case.state.misses_word
    assert case.state.answer is not None
    assert case.state.answer.missed


def test_what_begins_anew_is_no_longer_missed() -> None:
    case = case_at("alliance")
    case.lives_until("2026-03-16 10:00")
    case.does("suspend")
    assert not case.state.misses_word
    assert pending(case) == ["answer"]


def test_a_timer_that_comes_too_late_does_nothing() -> None:
    case = case_at("check_in")
    until = promised(case.state)[0].until
    case.does("answer")
    case.send(WaitExpired(wait="answer", until=until), by=SYSTEM, when=until)
    assert case.types == []


# ------------------------------------------------------------------ whether it is accepted


@pytest.mark.parametrize(
    ("fields", "owed"),
    [
        ({"joint_names": 10}, True),
        ({"joint_names": 9}, False),
        ({"reporter_kind": "owners_committee"}, True),
        ({"reporter_kind": "residents_committee"}, True),
        ({"reporter_kind": "company"}, True),
        ({}, False),
    ],
)
def test_ten_owners_or_a_body_are_promised_word_of_acceptance_in_two_working_days(
    fields: dict[str, Any], owed: bool
) -> None:
    case = Case(opened="2026-03-06 10:00", **fields)
    acceptance = [wait for wait in waits(case.state) if wait.kind == "acceptance"]
    assert [clock(wait.until) for wait in acceptance] == (["2026-03-10 10:00"] if owed else [])
    assert ("accept" in allowed_now(case.rules, ESTATE, case.state)) == owed


def test_the_word_of_acceptance_is_not_the_answer_and_the_answer_is_not_the_word() -> None:
    case = Case(joint_names=12)
    case.does("answer", by=ESTATE)
    assert pending(case) == ["acceptance"]
    case.does("accept", by=ESTATE, text="已受理")
    assert pending(case) == []
    assert case.state.acceptance is not None
    assert case.state.acceptance.text == "已受理"


def test_it_is_given_once_and_only_where_it_is_promised() -> None:
    assert Case().refuses("accept", by=ESTATE).code == "nothing_to_accept"
    case = Case(joint_names=12)
    case.does("accept", by=ESTATE)
    assert case.refuses("accept", by=ESTATE).code == "nothing_to_accept"
    assert "accept" not in allowed_now(case.rules, ESTATE, case.state)


def test_word_of_acceptance_that_is_missed_is_an_event_and_may_still_be_given() -> None:
    case = Case(joint_names=12)
    case.does("contact", by=ESTATE)
    case.lives_until("2026-03-04 10:00")
    assert case.types == ["acceptance_missed"]
    assert case.state.misses_word
    assert case.does("accept", by=ESTATE, when="2026-03-04 11:00") == ["case_accepted"]
    assert not case.state.misses_word


# ------------------------------------------------------------------ contact wherever it is open


def test_contact_is_possible_wherever_a_case_is_open_and_ends_the_lateness_of_a_missed_one() -> None:
    case = Case()
    case.passes()
    assert case.state.overdue
    assert "contact" in allowed_now(case.rules, ESTATE, case.state)
    before = case.state.place
    assert case.does("contact", by=ESTATE) == ["resident_contacted"]
    assert case.state.place == before
    assert not case.state.overdue


def test_contact_does_not_end_another_lateness() -> None:
    case = case_at("action")
    case.passes()
    assert case.state.overdue
    case.does("contact", by=ESTATE)
    assert case.state.overdue


# ------------------------------------------------------------------ in words


def test_a_decision_tells_by_when_the_resident_is_to_be_answered_or_that_they_are() -> None:
    case = case_at("check_in")
    case.now = at("2026-03-03 10:00")
    silent = foresee(case.rules, case.state, ESTATE, decision("hold"), case.now)
    assert silent.told("zh-CN").endswith("3月10日 10:00 前要给居民阶段答复。")
    telling = foresee(case.rules, case.state, ESTATE, decision("hold", answer=SAID), case.now)
    assert telling.told("en").endswith("The resident reads the answer.")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_each_promises_timer_has_words(language: str) -> None:
    case = Case(joint_names=12)
    words = [timer_summary(wait, language) for wait in promised(case.state)]
    assert len(set(words)) == 2
    assert all(0 < len(said.encode()) <= 200 for said in words)


# ------------------------------------------------------------------ whatever happens

ONE = st.sampled_from(
    ["hold", "answer", "plan", "escalate", "return", "suspend", "resume", "contact", "resolve", "dispute"]
)


@given(st.lists(st.tuples(ONE, st.booleans(), st.integers(0, 9)), max_size=20))
def test_at_most_one_answer_is_promised_and_each_is_kept_or_missed_once(steps: list[tuple[str, bool, int]]) -> None:
    case = Case()
    for kind, says, days in steps:
        case.lives_until(case.now + timedelta(days=days))
        if kind not in allowed_now(case.rules, ALLIANCE, case.state):
            continue
        fields: dict[str, Any] = {"answer": SAID} if says and kind != "answer" else {}
        day = (case.now + timedelta(days=9)).date()
        if kind == "plan":
            fields["due_date"] = day
        if kind == "suspend":
            fields["resume_date"] = day
        if kind == "hold" and case.then == "escalate":
            continue
        case.does(kind, **fields)
    begun = sum(event.fact.answer_due is not None for event, _ in case.log)
    kept = sum(event.fact.answer_kept for event, _ in case.log)
    missed = sum(event.type == "answer_missed" for event, _ in case.log)
    assert len([wait for wait in promised(case.state) if wait.kind == "answer"]) <= 1
    assert kept + missed <= begun
