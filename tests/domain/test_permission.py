"""Who may do what: every role × unit × stage × decision, against a table written from MISSION and not from the code."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from domain.permission import (
    Actor,
    allowed_now,
    may_administer,
    may_decide,
    may_open,
    may_read,
    may_read_papers,
    may_run,
    may_stand_down,
)
from domain.policy.calendar import CalendarYear, WorkingCalendar
from domain.policy.ladder import DECISIONS, DecisionKind, Ladder
from domain.policy.organisation import Organisation
from domain.policy.policy_file import parse_policy
from domain.policy.rules import Rules
from services.scope import scope_of

NANCHENG = Path(__file__).parents[2] / "policies" / "nancheng"


@dataclass(frozen=True)
class Work:
    lead: str
    co_handlers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    stage: str
    tier: str
    estate: str = "mudan-garden"
    plan: Work | None = None
    units: tuple[str, ...] = ("mudan-garden", "laocheng", "nancheng")
    owes_acceptance: bool = True
    designated: str | None = None

    @property
    def lead(self) -> str | None:
        return self.plan.lead if self.plan else None

    @property
    def co_handlers(self) -> tuple[str, ...]:
        return self.plan.co_handlers if self.plan else ()


@pytest.fixture(scope="module")
def rules() -> Rules:
    def read(model: Any, name: str) -> Any:
        return parse_policy(model, (NANCHENG / name).read_text("utf-8"), name)

    return Rules(
        read(Ladder, "ladder.yaml"),
        read(Organisation, "organisation.yaml"),
        WorkingCalendar.of([read(CalendarYear, "calendar-2026.yaml")]),
    )


ACTORS: dict[str, Actor] = {
    "its estate's officer": Actor(id="a", role="officer", unit="mudan-garden"),
    "another estate's officer": Actor(id="b", role="officer", unit="gulou-yuan"),
    "its community's officer": Actor(id="c", role="officer", unit="laocheng"),
    "another community's officer": Actor(id="d", role="officer", unit="OTHER-COMMUNITY"),
    "the alliance's officer": Actor(id="e", role="officer", unit="nancheng"),
    "the plan's lead department": Actor(id="f", role="department", unit="urban"),
    "the plan's co-handler": Actor(id="g", role="department", unit="fire"),
    "another department": Actor(id="h", role="department", unit="police"),
    "a supervisor": Actor(id="i", role="supervisor"),
    "an administrator": Actor(id="j", role="administrator"),
    "the resident": Actor(id="resident", role="resident"),
}
STAGES = (
    "contact",
    "check_in",
    "community",
    "alliance",
    "action",
    "suspended",
    "designation",
    "joint_response",
    "verification",
    "closed",
)
TIERS = ("estate", "community", "alliance")
OWN_STAGE = {"check_in": "estate", "community": "community", "alliance": "alliance", "contact": "estate"}

OF_THE_LADDER: set[str] = {
    "resolve",
    "plan",
    "complete",
    "extend",
    "hold",
    "escalate",
    "return",
    "object",
    "accept",
    "suspend",
    "resume",
    "refer",
    "reject",
    "duplicate",
    "reroute",
    "reopen",
}
ANYWHERE_COVERED = {"contact", "answer", "note", "assign"}
LEADS = {"contact", "answer", "complete", "extend", "object", "note"}
RESIDENTS = {"withdraw", "confirm", "dispute"}


def expected(who: str, tier: str) -> set[str]:
    """MISSION, "Who may", as a table: the decisions that this actor has the right to."""
    above_it = {"estate": 0, "community": 1, "alliance": 2}[tier]
    if who == "the alliance's officer":  # may take any decision in the alliance; supervise is a supervisor's
        return {kind for kind in DECISIONS if kind != "supervise"}
    if who in ("its estate's officer", "its community's officer"):
        reach = {"its estate's officer": 0, "its community's officer": 1}[who]
        ladder = OF_THE_LADDER if reach >= above_it else set()
        return ladder | ANYWHERE_COVERED
    return {
        "another estate's officer": set(),
        "another community's officer": set(),
        "the plan's lead department": LEADS,
        "the plan's co-handler": {"note"},
        "another department": set(),
        "a supervisor": {"supervise", "note"},
        "an administrator": set(),
        "the resident": RESIDENTS,
    }[who]


def _actor(rules: Rules, who: str) -> Actor:
    actor = ACTORS[who]
    if actor.unit != "OTHER-COMMUNITY":
        return actor
    other = next(unit for unit in rules.organisation.units_at("community") if unit.id != "laocheng")
    return actor.model_copy(update={"unit": other.id})


def _cases() -> list[tuple[str, str]]:
    return [(stage, tier) for stage, tier in product(STAGES, TIERS) if OWN_STAGE.get(stage, tier) == tier]


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize(("stage", "tier"), _cases())
def test_each_may_do_what_the_mission_says_and_nothing_else(who: str, stage: str, tier: str, rules: Rules) -> None:
    actor = _actor(rules, who)
    case = Case(stage, tier, plan=Work("urban", ("fire",)))
    granted = {kind for kind in DECISIONS if may_decide(rules, actor, case, kind)}
    assert granted == expected(who, tier)
    taken = {
        "contact": "resolve plan escalate object emergency reject duplicate reroute refer",
        "check_in": "resolve plan hold escalate object suspend emergency refer duplicate reroute",
        "community": "resolve plan hold escalate return suspend emergency refer",
        "alliance": "resolve plan hold return suspend emergency refer",
        "action": "complete extend escalate object suspend emergency",
        "suspended": "resume extend emergency",
        "designation": "designate emergency refer duplicate",
        "joint_response": "",
        "verification": "confirm dispute withdraw",
        "closed": "reopen",
    }[stage].split()
    if tier == "alliance":
        taken = [kind for kind in taken if kind != "escalate"]  # there is no tier above
    anywhere = (
        {"contact", "answer", "accept", "withdraw", "note", "assign", "supervise"} if stage != "closed" else set()
    )
    assert set(allowed_now(rules, actor, case)) == granted & (set(taken) | anywhere)


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize("stage", STAGES)
def test_each_reads_what_the_mission_says(who: str, stage: str, rules: Rules) -> None:
    actor = _actor(rules, who)
    everything = {"a supervisor", "an administrator"}
    theirs = {"its estate's officer", "its community's officer", "the alliance's officer"}
    planned = {"the plan's lead department", "the plan's co-handler"}
    for plan, readers in ((None, theirs | everything), (Work("urban", ("fire",)), theirs | everything | planned)):
        case = Case(stage, "estate", plan=plan)
        departments = planned | {"another department"} if stage == "joint_response" else set()
        assert may_read(rules, actor, case) == (who in readers | departments)


@pytest.mark.parametrize("who", [who for who in ACTORS if who != "the resident"])
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("plan", [None, Work("urban", ("fire",))])
def test_lists_and_streams_show_what_each_may_read(who: str, stage: str, plan: Work | None, rules: Rules) -> None:
    actor = _actor(rules, who)
    case = Case(stage, "estate", plan=plan)
    assert scope_of(actor).sees(case) == may_read(rules, actor, case)


def test_a_resident_has_no_scope_but_the_case_whose_code_they_hold() -> None:
    assert not scope_of(ACTORS["the resident"]).sees(Case("verification", "estate"))


@pytest.mark.parametrize("who", ACTORS)
def test_cases_are_filed_by_the_officers_of_the_estate_and_by_residents(who: str, rules: Rules) -> None:
    actor = _actor(rules, who)
    filers = {"its estate's officer", "its community's officer", "the alliance's officer", "the resident"}
    assert may_open(rules, actor, "mudan-garden", emergency=False) == (who in filers)
    assert may_open(rules, actor, "mudan-garden", emergency=True) == (who == "the alliance's officer")


@pytest.mark.parametrize("who", ACTORS)
def test_the_alliance_stands_emergencies_down_and_administrators_administer(who: str, rules: Rules) -> None:
    actor = _actor(rules, who)
    assert may_stand_down(rules, actor) == (who == "the alliance's officer")
    assert may_administer(actor) == (who == "an administrator")


@pytest.mark.parametrize("unit", ["mudan-garden", "laocheng"])
def test_an_officer_who_leads_a_plan_made_above_completes_it(unit: str, rules: Rules) -> None:
    case = Case("action", "alliance", plan=Work(unit))
    own: set[DecisionKind] = {"contact", "answer", "complete", "extend", "object", "note", "assign"}
    assert {k for k in DECISIONS if may_decide(rules, Actor(id="x", role="officer", unit=unit), case, k)} == own


@pytest.mark.parametrize("who", ACTORS)
def test_a_forums_sittings_are_run_by_its_officers_and_those_above_and_its_papers_read_below_too(
    who: str, rules: Rules
) -> None:
    actor = _actor(rules, who)
    assert may_run(rules, actor, "laocheng") == (who in {"its community's officer", "the alliance's officer"})
    assert may_read_papers(rules, actor, "laocheng") == (who not in {"another community's officer", "the resident"})
    below = actor.role == "officer" and who != "the alliance's officer"
    assert may_run(rules, actor, "nancheng") == (who == "the alliance's officer")
    assert may_read_papers(rules, actor, "nancheng") or not below
