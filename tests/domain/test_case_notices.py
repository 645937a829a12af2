"""Who hears that a word to the resident was missed, and what they read."""

from __future__ import annotations

from domain.notices import CASE_KINDS, case_wording, who_hears
from tests.domain.given import COMMUNITY, Case, at, case_at


def test_the_unit_that_has_the_case_the_one_above_and_the_plans_department_hear_of_it() -> None:
    case = case_at("check_in")
    assert who_hears(case.rules, case.state) == ("mudan-garden", "laocheng")
    case = case_at("community")
    assert who_hears(case.rules, case.state) == ("laocheng", "nancheng")
    case.does("plan", by=COMMUNITY)
    assert who_hears(case.rules, case.state) == ("laocheng", "nancheng", "urban")
    case = case_at("alliance")
    assert who_hears(case.rules, case.state) == ("nancheng",)


def test_a_notice_says_what_was_missed_when_and_where_to_read_on() -> None:
    state = Case().state
    for kind in CASE_KINDS.values():
        subject, body = case_wording(state, kind, at("2026-03-09 10:00"), "https://x.example")
        assert state.number in subject
        assert "3月9日 10:00" in body
        assert body.endswith(f"https://x.example/cases/{state.number}")
