"""An estate comes to another community, or a community's forum is no more: what becomes of open cases."""

from __future__ import annotations

import json

import pytest

from domain.case import Reproject
from domain.permission import SYSTEM
from domain.policy.organisation import Organisation
from domain.policy.organisation_files import as_yaml
from domain.policy.rules import Rules
from tests.domain.given import COMMUNITY, Case, at, case_at, nancheng, rules_with

CAUSE = "organisation nancheng@2"


def moved(estate: str, to: str) -> Rules:
    """Nancheng's rules, with an estate in another community."""
    data = nancheng().organisation.model_dump(mode="json")
    communities = data["root"]["units"]
    (entry,) = [unit for one in communities for unit in one["units"] if unit["id"] == estate]
    for one in communities:
        one["units"] = [unit for unit in one["units"] if unit["id"] != estate]
        if one["id"] == to:
            one["units"].append(entry)
    return rules_with(organisation=as_yaml(Organisation.model_validate(data)))


def reproject(case: Case, rules: Rules, now: str) -> list[str]:
    case.rules, case.now = rules, at(now)
    return case.send(Reproject(cause=CAUSE), by=SYSTEM)


def test_a_case_at_the_community_goes_to_the_next_meeting_of_the_estates_new_community() -> None:
    case = Case(opened="2026-03-02 10:00")
    case.does("escalate", by=COMMUNITY)
    assert case.wait.forum == "laocheng"
    rules = moved("mudan-garden", "guangfu")
    assert reproject(case, rules, "2026-03-03 09:00") == ["wait_reprojected"]
    assert case.wait.forum == "guangfu"
    assert case.state.units == {"estate": "mudan-garden", "community": "guangfu", "alliance": "nancheng"}
    assert reproject(case, rules, "2026-03-03 09:01") == []


@pytest.mark.parametrize("stage", ["contact", "check_in", "action", "suspended", "joint_response", "verification"])
def test_any_other_open_case_belongs_to_the_new_community_and_waits_for_what_it_waited_for(stage: str) -> None:
    case = case_at(stage)
    before = case.state
    case.rules = moved("mudan-garden", "guangfu")
    assert case.send(Reproject(cause=CAUSE), by=SYSTEM) == ["wait_reprojected"]
    assert case.state.units["community"] == "guangfu"
    same = case.state.model_copy(update={"units": before.units, "version": before.version, "at": before.at})
    ignored = {"recent", "commands", "heads"}
    assert same.model_dump(exclude=ignored) == before.model_dump(exclude=ignored)
    assert json.dumps(case.state.units) != json.dumps(before.units)


def test_a_case_of_an_estate_that_is_no_more_stays_as_it_is() -> None:
    data = nancheng().organisation.model_dump(mode="json")
    data["root"]["units"][0]["units"].pop(0)
    case = case_at("check_in")
    assert case.state.estate == nancheng().organisation.model_dump()["root"]["units"][0]["units"][0]["id"]
    rules = rules_with(organisation=as_yaml(Organisation.model_validate(data)))
    assert reproject(case, rules, "2026-03-03 12:00") == []
