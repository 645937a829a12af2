"""Objections 异议, 指定管理, and the coded grounds of what is handed back or not taken on (Heze, Art. 28)."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from domain.case import CaseReferred
from domain.case.events import CaseRejected, ObjectionGround, RejectionGround
from domain.permission import allowed_now
from domain.policy.ladder import Ladder
from domain.policy.policy_file import PolicyError, parse_policy
from tests.domain.given import (
    ALLIANCE,
    COMMUNITY,
    ESTATE,
    Case,
    as_read,
    case_at,
    clock,
    decision,
    department,
    officer,
    policy_text,
    rules_with,
)

OTHER = officer("gulou-yuan")


def rerouted() -> Case:
    """A case that Mudan Garden has handed over to Gulou Yuan."""
    case = Case()
    case.does("reroute", by=ESTATE, estate="gulou-yuan")
    return case


# ------------------------------------------------------------------ the first goes back


def test_what_was_rerouted_is_not_handed_on_but_objected_to_and_goes_back() -> None:
    case = rerouted()
    assert case.refuses("reroute", by=OTHER, estate="guangfu-huating").code == "reroute_needs_supervisor"
    assert case.does("object", by=OTHER, ground="not_our_area") == ["case_objected"]
    assert (case.state.estate, case.state.stage) == ("mudan-garden", "contact")
    assert case.state.units["community"] == "laocheng"
    assert case.state.objections == 1


def test_what_was_returned_goes_back_to_the_meeting_that_returned_it() -> None:
    case = case_at("community")
    case.does("return", by=COMMUNITY, ground="not_our_duty")
    case.does("object", by=ESTATE)
    assert case.where == ("community", "community")


def test_what_nobody_handed_over_goes_one_tier_up() -> None:
    case = Case()
    case.does("object", by=ESTATE)
    assert case.where == ("community", "community")


def test_a_plans_lead_objects_and_it_goes_back_to_the_tier_that_made_it() -> None:
    case = case_at("community")
    case.does("plan", by=COMMUNITY)
    assert case.does("object", by=department("urban")) == ["case_objected"]
    assert case.where == ("community", "community")
    assert case.state.plan is None
    assert not case.state.overdue


def test_who_has_nothing_to_do_with_it_does_not_object() -> None:
    case = case_at("action")
    assert case.refuses("object", by=department("police")).code == "forbidden"
    assert case.refuses("object", by=OTHER).code == "forbidden"


# ------------------------------------------------------------------ the second waits for the district


def test_the_second_objection_waits_for_the_district_until_one_instant() -> None:
    case = rerouted()
    case.does("object", by=OTHER)
    assert case.does("object", by=ESTATE) == ["case_objected"]
    assert case.state.stage == "designation"
    assert (case.waits_for, case.then, clock(case.wait.until)) == (
        "designation",
        "designation_missed",
        "2026-03-09 10:00",
    )


def test_a_designation_that_does_not_come_is_late_and_is_waited_for_again() -> None:
    case = case_at("designation")
    assert case.passes() == ["designation_missed"]
    assert case.state.overdue
    assert case.state.stage == "designation"
    assert clock(case.wait.until) == "2026-03-16 10:00"


def test_only_the_highest_tier_records_what_the_district_designates() -> None:
    case = case_at("designation")
    for by in (ESTATE, COMMUNITY):
        assert "designate" not in allowed_now(case.rules, by, case.state)
        assert case.refuses("designate", by=by).code == "forbidden"
    assert {"designate", "emergency", "refer", "duplicate"} <= set(allowed_now(case.rules, ALLIANCE, case.state))


@pytest.mark.parametrize(
    ("unit", "where", "estate"),
    [
        ("mudan-garden", ("estate", "contact"), "mudan-garden"),
        ("gulou-yuan", ("estate", "contact"), "gulou-yuan"),
        ("laocheng", ("community", "community"), "mudan-garden"),
        ("nancheng", ("alliance", "alliance"), "mudan-garden"),
        ("urban", ("estate", "check_in"), "mudan-garden"),
    ],
)
def test_what_is_designated_goes_where_it_belongs_with_the_papers_number(
    unit: str, where: tuple[str, str], estate: str
) -> None:
    case = case_at("designation")
    assert case.does("designate", unit=unit, document="牡政办字〔2026〕15号") == ["case_designated"]
    assert (case.where, case.state.estate, case.state.designated) == (where, estate, unit)
    assert case.last[0].fact.detail()["document"] == "牡政办字〔2026〕15号"


@pytest.mark.parametrize(("unit", "code"), [("guangfu", "not_over_its_estate"), ("atlantis", "unknown_unit")])
def test_it_is_not_designated_to_nobody_and_not_to_a_unit_elsewhere(unit: str, code: str) -> None:
    assert case_at("designation").refuses("designate", unit=unit).code == code


def test_what_was_designated_is_not_returned_handed_on_or_objected_to() -> None:
    case = case_at("designation")
    case.does("designate", unit="laocheng")
    assert not {"object", "return", "reroute"} & set(allowed_now(case.rules, ALLIANCE, case.state))
    assert case.refuses("return", by=COMMUNITY).code == "designated_stays"
    case = case_at("designation")
    case.does("designate", unit="gulou-yuan")
    assert case.refuses("object", by=OTHER).code == "designated_stays"
    assert case.refuses("reroute", by=OTHER, estate="guangfu-huating").code == "designated_stays"


def test_another_districts_policy_may_let_it_be_returned_or_take_more_objections() -> None:
    text = policy_text("ladder.yaml").replace("    final: true ", "    final: false ")
    case = Case(rules_with(ladder=text.replace("    objections: 1 ", "    objections: 0 ")))
    case.does("object", by=ESTATE)
    assert case.state.stage == "designation"
    case.does("designate", unit="laocheng")
    assert case.does("return", by=COMMUNITY) == ["case_returned"]


def test_a_ladder_that_takes_objections_says_how_long_the_district_has() -> None:
    text = policy_text("ladder.yaml")
    start, end = text.index("  designation:"), text.index("  joint_response:")
    with pytest.raises(PolicyError, match="an objection needs"):
        parse_policy(Ladder, text[:start] + text[end:], "ladder.yaml")


# ------------------------------------------------------------------ grounds


@pytest.mark.parametrize("ground", get_args(ObjectionGround))
def test_every_ground_of_an_objection_is_kept(ground: str) -> None:
    case = Case()
    case.does("object", by=ESTATE, ground=ground)
    assert as_read(case.last[0]).fact.detail()["ground"] == ground


@pytest.mark.parametrize("fields", [{"ground": None}, {"ground": "weather"}, {"reason": None}])
def test_an_objection_needs_a_known_ground_and_a_reason(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        decision("object", **fields)


@pytest.mark.parametrize("ground", get_args(RejectionGround))
def test_what_is_not_taken_on_has_a_coded_ground(ground: str) -> None:
    case = Case()
    case.does("reject", by=ESTATE, ground=ground)
    assert case.state.closed
    fact = as_read(case.last[0]).fact
    assert isinstance(fact, CaseRejected)
    assert fact.ground == ground


def test_what_becomes_a_petition_leaves_with_its_dates() -> None:
    case = Case()
    case.does("refer", to_whom="区信访局", petition=True)
    fact = case.last[0].fact
    assert isinstance(fact, CaseReferred)
    assert (str(fact.notice_by), str(fact.concluded_by)) == ("2026-03-17", "2026-05-01")
    case = Case()
    case.does("refer")
    fact = case.last[0].fact
    assert isinstance(fact, CaseReferred)
    assert fact.notice_by is None
