"""What is open under policies, what others would strand of it, and what comes of those that strand nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
import yaml

from domain.errors import Refusal
from domain.policy.policy_set import Policy, PolicyKind, PolicySet, is_older, read_policy
from domain.policy.under_way import (
    OpenCase,
    OpenResponse,
    OpenSitting,
    Strand,
    UnderWay,
    effects,
    of_another_place,
    refusals,
    stranded,
)
from tests.domain.given import nancheng, policy_text, year_of

Change = Callable[[dict[str, Any]], None]
CASE = OpenCase("NC-1", "nancheng@2", "mudan-garden", "lift", "estate", "check_in")
LADDERS = {"nancheng@2": nancheng().ladder}


@dataclass(frozen=True)
class Held:
    role: str
    unit: str | None


@dataclass(frozen=True)
class Account:
    id: str
    posts: Sequence[Held]
    disabled: bool = False


def changed(kind: PolicyKind, change: Change | None) -> Policy:
    """Nancheng's policy, changed."""
    data = yaml.load(policy_text(f"{kind}.yaml"), Loader=yaml.BaseLoader)
    if change is not None:
        change(data)
    if kind == "ladder":
        _numbers(data)
    return read_policy(kind, json.dumps(data, ensure_ascii=False), f"{kind}.yaml")


def _numbers(value: Any) -> None:
    """The base loader leaves numbers and truth as text."""
    pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
    for key, item in pairs:
        if isinstance(item, dict | list):
            _numbers(item)
        elif key != "version" and isinstance(item, str) and (item.isdecimal() or item in ("true", "false")):
            value[key] = int(item) if item.isdecimal() else item == "true"


def policies(ladder: Change | None = None, organisation: Change | None = None) -> PolicySet:
    """Nancheng's policies, with a change of the ladder or of the organisation."""
    found = PolicySet.of([changed("ladder", ladder), changed("organisation", organisation)])
    assert found is not None
    years = (read_policy("calendar", policy_text(f"calendar-{year}.yaml"), "x") for year in (2025, 2026))
    return found.with_all(years)


NANCHENG = policies()


def community(data: dict[str, Any], id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in data["root"]["units"] if one["id"] == id)
    return found


def without_estate(data: dict[str, Any]) -> None:
    laocheng = community(data, "laocheng")
    laocheng["units"] = [one for one in laocheng["units"] if one["id"] != "mudan-garden"]


def without_laocheng(data: dict[str, Any]) -> None:
    """Its estates go to Guangfu."""
    laocheng = community(data, "laocheng")
    data["root"]["units"].remove(laocheng)
    community(data, "guangfu")["units"] += laocheng["units"]


def without(list_: str, key: str, id: str) -> Change:
    def change(data: dict[str, Any]) -> None:
        data[list_] = [one for one in data[list_] if one[key] != id]

    return change


def flat(data: dict[str, Any]) -> None:
    """An organisation without communities."""
    data["tiers"] = ["alliance", "estate"]
    data["root"]["units"] = [estate for one in data["root"]["units"] for estate in one["units"]]


def two_rungs(data: dict[str, Any]) -> None:
    data["tiers"] = [tier for tier in data["tiers"] if tier["id"] != "community"]


def under_way(*cases: OpenCase, **more: Any) -> UnderWay:
    return UnderWay(cases=cases, ladders=LADDERS, **more)


def refused(after: PolicySet, open_: UnderWay, before: PolicySet = NANCHENG) -> list[tuple[str, Any, Any]]:
    return [(one.code, one.params["missing"], one.params["open"]) for one in refusals(before, after, open_)]


# ---------------------------------------------------------------- what is refused


def test_policies_that_take_nothing_away_are_not_refused() -> None:
    sitting = OpenSitting("laocheng-2026-03", "laocheng", ahead=False)
    response = OpenResponse("NC-1-E1", frozenset({"urban", "laocheng"}), frozenset({"mudan-garden", "laocheng"}))
    open_ = under_way(CASE, sittings=[sitting], responses=[response])
    assert refused(policies(organisation=lambda data: data.update(version="2")), open_) == []


def test_what_has_nothing_open_may_go() -> None:
    other = replace(CASE, estate="guangfu-huating", category="noise")
    assert refused(policies(organisation=without_estate), under_way(other)) == []
    assert refused(policies(organisation=without("categories", "id", "lift")), under_way(other)) == []
    assert refused(policies(organisation=without("departments", "code", "social")), under_way(other)) == []


def test_an_estate_with_open_cases_stays() -> None:
    cases = [replace(CASE, number=f"NC-{n}") for n in range(7)]
    (refusal,) = refusals(NANCHENG, policies(organisation=without_estate), under_way(*cases))
    assert refusal.code == "unit_has_open_cases"
    assert refusal.params == {
        "missing": ["mudan-garden"],
        "count": 7,
        "open": ["NC-0", "NC-1", "NC-2", "NC-3", "NC-4", "…"],
    }


def test_an_estate_that_becomes_a_community_is_an_estate_no_longer() -> None:
    def promoted(data: dict[str, Any]) -> None:
        without_estate(data)
        estate = {"id": "below", "name": {"zh": "甲", "en": "A"}, "kind": "self_governed"}
        data["root"]["units"].append({"id": "mudan-garden", "name": {"zh": "乙", "en": "B"}, "units": [estate]})

    assert refused(policies(organisation=promoted), under_way(CASE)) == [
        ("unit_has_open_cases", ["mudan-garden"], ["NC-1"])
    ]


def test_a_category_with_open_cases_stays() -> None:
    after = policies(organisation=without("categories", "id", "lift"))
    assert refused(after, under_way(CASE)) == [("category_has_open_cases", ["lift"], ["NC-1"])]


@pytest.mark.parametrize(
    ("lead", "co_handlers", "gone"),
    [("social", (), True), ("urban", ("police", "social"), True), ("urban", ("police",), False), ("王师傅", (), False)],
)
def test_a_department_that_leads_or_helps_in_an_open_plan_stays(
    lead: str, co_handlers: tuple[str, ...], gone: bool
) -> None:
    after = policies(organisation=without("departments", "code", "social"))
    planned = replace(CASE, stage="action", lead=lead, co_handlers=co_handlers)
    assert refused(after, under_way(planned)) == ([("party_has_open_cases", ["social"], ["NC-1"])] if gone else [])


def test_a_community_that_leads_an_open_plan_stays() -> None:
    planned = replace(CASE, stage="action", lead="laocheng")
    assert refused(policies(organisation=without_laocheng), under_way(planned)) == [
        ("party_has_open_cases", ["laocheng"], ["NC-1"])
    ]


@pytest.mark.parametrize(("tier", "stays"), [("estate", True), ("community", True), ("alliance", False)])
def test_a_tier_stays_while_a_case_is_there_or_can_still_climb_to_it(tier: str, stays: bool) -> None:
    case = replace(CASE, tier=tier, stage="action")
    found = refused(policies(two_rungs, flat), under_way(case))
    assert found == ([("tier_has_open_cases", ["community"], ["NC-1"])] if stays else [])


def test_a_stage_stays_while_a_case_is_at_it_and_only_its_name_may_change() -> None:
    def renamed(data: dict[str, Any]) -> None:
        data["tiers"][0]["stage"] = {"id": "check_in", "name": {"zh": "每日碰头", "en": "daily check-in"}}

    def another(data: dict[str, Any]) -> None:
        data["tiers"][0]["stage"]["id"] = "daily"

    assert refused(policies(renamed), under_way(CASE)) == []
    assert refused(policies(another), under_way(CASE)) == [("stage_has_open_cases", ["check_in"], ["NC-1"])]
    assert refused(policies(another), under_way(replace(CASE, stage="action"))) == []


def test_a_unit_whose_sitting_is_in_session_stays_and_one_whose_sitting_is_ahead_goes() -> None:
    after = policies(organisation=without_laocheng)
    session = OpenSitting("laocheng-2026-03", "laocheng", ahead=False)
    assert refused(after, under_way(sittings=[session])) == [
        ("forum_is_in_session", ["laocheng"], ["laocheng-2026-03"])
    ]
    ahead = replace(session, ahead=True)
    assert refused(after, under_way(sittings=[ahead])) == []
    assert effects(NANCHENG, after, under_way(sittings=[ahead])).cancelled == ("laocheng-2026-03",)


def test_a_sitting_in_session_is_not_moved_by_another_cadence_or_a_calendar() -> None:
    def friday(data: dict[str, Any]) -> None:
        data["tiers"][1]["cadence"]["weekday"] = "friday"

    off = year_of(2026, d0304="off")
    holiday = Policy("calendar", "", off, "calendar-2026.yaml")
    session = OpenSitting("laocheng-2026-03", "laocheng", ahead=False)
    for after in (policies(friday), NANCHENG.with_(holiday)):
        assert refused(after, under_way(sittings=[session])) == [
            ("session_would_move", ["laocheng-2026-03"], ["laocheng-2026-03"])
        ]
        assert refused(after, under_way(sittings=[replace(session, ahead=True)])) == []
    april = replace(session, id="laocheng-2026-04")
    assert refused(NANCHENG.with_(holiday), under_way(sittings=[april])) == []


def test_departments_with_unfinished_tasks_and_the_lead_stay_until_the_stand_down() -> None:
    after = policies(organisation=without("departments", "code", "social"))
    response = OpenResponse("NC-1-E1", frozenset({"urban", "social"}), frozenset({"mudan-garden", "laocheng"}))
    assert refused(after, under_way(responses=[response])) == [("party_has_open_tasks", ["social"], ["NC-1-E1"])]
    finished = replace(response, working=frozenset({"urban"}))
    assert refused(after, under_way(responses=[finished])) == []


def test_a_unit_over_a_case_of_an_open_response_stays() -> None:
    response = OpenResponse("NC-1-E1", frozenset({"urban"}), frozenset({"mudan-garden", "laocheng", "nancheng"}))
    assert refused(policies(organisation=without_laocheng), under_way(responses=[response])) == [
        ("unit_has_open_responses", ["laocheng"], ["NC-1-E1"])
    ]


def test_everything_that_stands_in_the_way_is_told_at_once() -> None:
    def less(data: dict[str, Any]) -> None:
        without_estate(data)
        without("categories", "id", "lift")(data)

    codes = [code for code, _, _ in refused(policies(organisation=less), under_way(CASE))]
    assert codes == ["unit_has_open_cases", "category_has_open_cases"]


def test_what_is_stranded_already_is_not_held_against_the_next_policy() -> None:
    lost = policies(organisation=without_estate)
    assert stranded(lost, under_way(CASE)) == {Strand("estate", "mudan-garden", "NC-1")}

    def still_less(data: dict[str, Any]) -> None:
        without_estate(data)
        without("categories", "id", "noise")(data)

    assert refused(policies(organisation=still_less), under_way(CASE), before=lost) == []
    assert refused(NANCHENG, under_way(CASE), before=lost) == []
    assert stranded(NANCHENG, under_way(CASE)) == frozenset()


def test_policies_with_other_names_are_another_places() -> None:
    def beicheng(data: dict[str, Any]) -> None:
        data["root"]["id"] = "beicheng"

    elsewhere = of_another_place(NANCHENG, policies(lambda data: data.update(ladder="beicheng"), beicheng))
    assert isinstance(elsewhere, Refusal)
    assert elsewhere.params == {
        "in_force": "ladder nancheng, organisation nancheng",
        "given": "ladder beicheng, organisation beicheng",
    }
    assert of_another_place(NANCHENG, policies(organisation=lambda data: data.update(version="9"))) is None


# ---------------------------------------------------------------- what comes of them


def test_posts_that_are_no_more_are_told_and_those_that_were_gone_before_are_not() -> None:
    accounts = [
        Account("a", [Held("officer", "mudan-garden"), Held("supervisor", None)]),
        Account("b", [Held("officer", "nowhere"), Held("department", "urban")]),
    ]
    after = policies(organisation=without_estate)
    assert effects(NANCHENG, after, under_way(accounts=accounts)).astray == (("a", Held("officer", "mudan-garden")),)


def test_a_sitting_that_cases_wait_for_is_told_with_both_dates() -> None:
    def friday(data: dict[str, Any]) -> None:
        data["tiers"][1]["cadence"]["weekday"] = "friday"

    came = effects(NANCHENG, policies(friday), under_way(awaited={"laocheng-2026-04": 3, "nancheng-2026-04": 2}))
    (moved,) = came.moved
    assert (moved.sitting, moved.cases, came.waits) == ("laocheng-2026-04", 3, 3)
    assert moved.after is not None
    assert (f"{moved.before.starts_at:%A}", f"{moved.after.starts_at:%A}") == ("Wednesday", "Friday")


def test_cases_that_come_to_other_units_with_their_estates_are_counted() -> None:
    cases = [CASE, replace(CASE, number="NC-2"), replace(CASE, number="NC-3", estate="guangfu-huating")]
    came = effects(NANCHENG, policies(organisation=without_laocheng), under_way(*cases))
    assert came.elsewhere == {"mudan-garden": 2}


# ---------------------------------------------------------------- versions


@pytest.mark.parametrize(
    ("one", "other", "older"),
    [
        ("1", "2", True),
        ("2", "1", False),
        ("1.9", "1.10", True),
        ("1", "1.1", True),
        ("1", "1", False),
        ("rehearsal", "1", False),
        ("1", "rehearsal", False),
        ("1.", "2", False),
    ],
)
def test_versions_are_compared_as_numbers_and_where_they_are_none_not_at_all(one: str, other: str, older: bool) -> None:
    assert is_older(one, other) is older
