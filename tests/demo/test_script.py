"""The demo's file: what it must show, and what it must not contain."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.script import SCRIPT, AddToAgenda, Decide, DemoCase, Say, StandDown, WaitFor, load
from domain.policy.organisation import Organisation
from domain.policy.policy_file import PolicyError, parse_policy

NANCHENG = Path(__file__).parents[2] / "policies" / "nancheng"
CASES = load().cases


def decisions() -> set[str]:
    return {step.decide for case in CASES for step in case.script if isinstance(step, Decide)}


def test_it_files_some_forty_issues_over_several_communities() -> None:
    organisation = parse_policy(Organisation, (NANCHENG / "organisation.yaml").read_text("utf-8"), "organisation.yaml")
    communities = {organisation.ancestor(case.estate, "community").id for case in CASES}
    assert 38 <= len(CASES) <= 50
    assert [step for case in CASES for step in case.script if isinstance(step, AddToAgenda)]
    assert len(communities) >= 4


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_an_issue_names_what_the_organisation_has(case: DemoCase) -> None:
    organisation = parse_policy(Organisation, (NANCHENG / "organisation.yaml").read_text("utf-8"), "organisation.yaml")
    organisation.estate(case.estate)
    organisation.category(case.category)
    codes = {department.code for department in organisation.departments}
    for step in case.script:
        if isinstance(step, Decide) and step.by.startswith("dept-"):
            assert step.by.removeprefix("dept-") in codes


def test_it_shows_every_decision_and_the_resident_s_word() -> None:
    words = {step.word for case in CASES for step in case.script if isinstance(step, Say)}
    assert decisions() >= {
        "contact",
        "resolve",
        "plan",
        "complete",
        "extend",
        "hold",
        "escalate",
        "return",
        "suspend",
        "resume",
        "refer",
        "reject",
        "duplicate",
        "reroute",
        "reopen",
        "note",
        "assign",
        "supervise",
    }
    assert words == {"confirm", "dispute", "withdraw"}


def test_it_shows_an_emergency_missed_sittings_and_every_ending() -> None:
    steps = [step for case in CASES for step in case.script]
    assert [case for case in CASES if case.emergency and any(isinstance(step, StandDown) for step in case.script)]
    assert [step for step in steps if isinstance(step, WaitFor) and step.wait_for == "expiry"]
    endings = {case.ends.closed_as for case in CASES}
    assert endings == {None, "settled", "no_word", "withdrawn", "referred", "rejected", "duplicate"}


def test_its_phone_numbers_belong_to_nobody_and_are_told_apart() -> None:
    phones = [case.reporter.phone for case in CASES]
    assert len(set(phones)) == len(phones)
    assert all(phone.startswith("1380000") for phone in phones)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{decide: plan, as: estate, lead: urban, deliverable: 修好}", "in_days"),
        ("{decide: resolve, as: estate}", "what_was_done"),
        ("{decide: resolve, as: mayor, what_was_done: 修好}", "as"),
        ("{wait_for: rain}", "wait_for"),
        ("{do: something}", "a step is one of"),
        ("{decide: duplicate, as: estate, of: nobody}", "no case before this one"),
    ],
)
def test_a_mistake_in_a_script_is_named_by_its_line(text: str, says: str) -> None:
    whole = SCRIPT.read_text("utf-8")
    first = "      - {decide: contact, as: estate, how: 电话, outcome: 已联系，约定本周碰头会上请维保单位到场}"
    line = whole.splitlines().index(first) + 1
    with pytest.raises(PolicyError) as caught:
        load_text(whole.replace(first, f"      - {text}"))
    told = str(caught.value)
    assert says in told
    assert any(abs(problem.line - line) <= 2 for problem in caught.value.problems), told


def load_text(text: str) -> None:
    from demo.script import Demo

    parse_policy(Demo, text, "cases.yaml")


def test_a_case_brings_the_one_that_it_follows() -> None:
    keys = [case.key for case in load().only(["square-dance-again"])]
    assert keys == ["square-dance", "square-dance-again"]


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(ValueError, match="no-such-case"):
        load().only(["no-such-case"])
