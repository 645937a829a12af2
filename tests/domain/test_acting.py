"""Whose turn it is: what waits for whom."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from domain.acting import Turn, turn_of
from domain.case import CaseState
from domain.permission import RESIDENT, Actor
from tests.domain.given import (
    ADMINISTRATOR,
    ALLIANCE,
    COMMUNITY,
    ESTATE,
    SUPERVISOR,
    Case,
    case_at,
    department,
    nancheng,
    officer,
)


@dataclass
class Listed:
    """A case as the list has it."""

    state: CaseState

    def __post_init__(self) -> None:
        state, plan = self.state, self.state.plan
        self.waits_for = state.wait.kind if state.wait else None
        self.forum = state.wait.forum if state.wait else None
        self.tier, self.units = state.tier, sorted(state.units.values())
        self.lead = plan.lead if plan else None
        self.co_handlers = list(plan.co_handlers) if plan else []


PEOPLE = {
    "estate": ESTATE,
    "community": COMMUNITY,
    "alliance": ALLIANCE,
    "other estate": officer("gulou-yuan"),
    "other community": officer("heping"),
    "urban": department("urban"),
    "fire": department("fire"),
}


def whose(case: Case) -> set[str]:
    """Those whose turn it is."""
    turns: dict[str, Turn | None] = {name: turn_of(case.rules, actor) for name, actor in PEOPLE.items()}
    return {name for name, turn in turns.items() if turn is not None and turn.has(Listed(case.state))}


@pytest.mark.parametrize(
    ("stage", "turn"),
    [
        ("contact", {"estate"}),
        ("check_in", {"estate"}),
        ("community", {"community"}),
        ("alliance", {"alliance"}),
        ("action", {"urban"}),
        ("suspended", {"estate"}),
        ("joint_response", {"alliance"}),
        ("verification", set()),
        ("closed", set()),
    ],
)
def test_a_case_waits_for_whom_the_ladder_says(stage: str, turn: set[str]) -> None:
    assert whose(case_at(stage)) == turn


def test_a_department_that_helps_with_a_plan_has_it_before_it_too() -> None:
    case = case_at("check_in")
    case.does("plan", lead="urban", co_handlers=["fire"])
    assert whose(case) == {"urban", "fire"}


def test_a_units_own_plan_is_that_units() -> None:
    case = case_at("check_in")
    case.does("plan", lead="laocheng")
    assert whose(case) == {"community"}


def test_a_plan_that_a_company_leads_is_watched_by_the_tier_that_made_it() -> None:
    case = case_at("community")
    case.does("plan", lead="牡丹嘉园物业")
    assert whose(case) == {"community"}


def test_a_suspended_case_is_its_tiers() -> None:
    case = case_at("community")
    case.does("suspend")
    assert whose(case) == {"community"}


@pytest.mark.parametrize(
    ("stage", "owed_by"),
    [
        ("contact", {"estate"}),
        ("community", {"community"}),
        ("alliance", {"alliance"}),
        ("action", {"estate", "urban"}),
        ("joint_response", {"estate"}),
    ],
)
def test_a_resident_hears_from_the_unit_that_has_the_case_and_from_who_leads_its_plan(
    stage: str, owed_by: set[str]
) -> None:
    case = case_at(stage)
    turns = {name: turn_of(case.rules, actor) for name, actor in PEOPLE.items()}
    assert {name for name, turn in turns.items() if turn is not None and turn.answers(Listed(case.state))} == owed_by


@pytest.mark.parametrize("actor", [SUPERVISOR, ADMINISTRATOR, RESIDENT, Actor(id="x", role="officer")])
def test_who_decides_nothing_has_no_turn(actor: Actor) -> None:
    assert turn_of(nancheng(), actor) is None
