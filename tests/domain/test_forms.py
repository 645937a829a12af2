"""Forms are read from the commands' models: words, limits, choices and dates are declared beside each field."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

import pytest
from pydantic import BaseModel, Field

from domain.case import Command
from domain.forms import choices
from domain.forms.asking import Asked, Offer, Offered, Situation
from domain.forms.reading import commands_of, example_of, fields_of, question_of, questions_of
from domain.joint_response import ResponseCommand
from domain.permission import Actor
from domain.text.writing import Line, WorkingText
from domain.words.bilingual import Name, both
from tests.domain.given import ALLIANCE, COMMUNITY, SUPERVISOR, Case, case_at, nancheng
from tests.domain.responses import Response
from workflows.kinds import KINDS

CHINESE = re.compile(r"[\u4e00-\u9fff]")
GIVEN: list[tuple[str, type[Offered]]] = [
    (f"{kind.id} {name}", command) for kind in KINDS for name, command in commands_of(kind.command).items()
]
"""Every command that people give to a process of any kind."""
each_command = pytest.mark.parametrize("command", [one for _, one in GIVEN], ids=[name for name, _ in GIVEN])


def situation(case: Case, by: Actor = ALLIANCE, language: str = "zh-CN", **found: Any) -> Situation[Any]:
    return Situation(case.rules, by, case.now, language, case.state, found=found)


def said(name: Name) -> bool:
    return bool(CHINESE.search(name.zh)) and bool(name.en) and not CHINESE.search(name.en)


# ---------------------------------------------------------------- every command of every kind


def test_people_give_commands_to_every_kind_of_process() -> None:
    assert {name.partition(" ")[0] for name, _ in GIVEN} == {kind.id for kind in KINDS}


@each_command
def test_every_field_of_every_command_says_in_both_languages_what_it_asks_for(command: type[Offered]) -> None:
    assert {one.name for one in questions_of(command)} == set(command.model_fields) - {"kind"}
    for one in questions_of(command):
        words = (one.label, one.help, one.asked.empty, one.asked.unchosen)
        assert all(said(name) for name in words if name is not None), one.name
    assert said(command.offer.label)
    assert command.offer.lead is None or said(command.offer.lead)


@each_command
def test_the_example_of_every_command_is_one_that_its_model_takes(command: type[Offered]) -> None:
    given = {one.name: "verify" for one in questions_of(command) if not one.asked.offered and one.required}
    assert command.model_validate_json(json.dumps({**example_of(command), **given})).model_dump()["kind"]


@each_command
def test_the_apis_document_has_the_words_of_every_field(command: type[Offered]) -> None:
    properties = command.model_json_schema()["properties"]
    for one in questions_of(command):
        assert properties[one.name]["title"] == one.label.en
        assert properties[one.name]["description"].startswith(one.label.zh)


# ---------------------------------------------------------------- a command that is new


class Prune(Offered):
    """A tree is cut back."""

    offer: ClassVar[Offer] = Offer(both("修剪", "prune"))
    kind: Literal["prune"] = "prune"
    by: Annotated[Line, Asked(both("由谁", "By whom"), choices=choices.departments)]
    why: Annotated[WorkingText | None, Asked(both("缘由", "Why"))] = None
    branches: Annotated[int, Field(ge=1, le=9), Asked(both("几枝", "Branches"))]
    photos: Annotated[bool, Asked(both("拍照", "With photographs"))] = False
    known: Annotated[str, Asked(both("树", "Tree"), offered=False)] = ""


class Shed(BaseModel):
    """What a tree tells itself."""

    kind: Literal["shed"] = "shed"


class ToTree(BaseModel):
    body: Prune | Shed


def test_a_command_with_its_fields_is_all_that_a_form_needs() -> None:
    case = case_at("check_in")
    assert commands_of(ToTree) == {"prune": Prune}
    fields = fields_of(Prune, situation(case, language="en"))
    assert [(one.name, one.widget, one.required) for one in fields] == [
        ("by", "choice", True),
        ("why", "area", False),
        ("branches", "number", True),
        ("photos", "tick", False),
    ]
    assert (fields[0].longest, fields[1].longest, fields[2].least, fields[2].greatest) == (80, 2000, 1, 9)
    assert [code for code, _ in fields[0].options] == [one.code for one in case.rules.organisation.departments]
    assert question_of(Prune, "known").label.en == "Tree"
    with pytest.raises(KeyError):
        question_of(Prune, "kind")


# ---------------------------------------------------------------- what a case's forms ask for


def names(case: Case, kind: str, by: Actor = ALLIANCE, **found: Any) -> list[str]:
    return [one.name for one in fields_of(commands_of(Command)[kind], situation(case, by, **found))]


def test_a_form_asks_in_the_order_in_which_its_command_is_written() -> None:
    case = case_at("check_in")
    assert names(case, "plan") == ["lead", "due_date", "deliverable", "co_handlers", "answer"]
    assert names(case, "refer") == ["to_whom", "reference", "reason", "petition", "answer"]
    assert names(case, "withdraw") == ["answer"]


def test_every_playbook_in_force_can_be_chosen() -> None:
    case = case_at("check_in")
    playbook = fields_of(commands_of(Command)["emergency"], situation(case))[0]
    assert [kind for kind, _ in playbook.options] == case.rules.playbook_kinds
    assert len(playbook.options) == 10


def test_who_takes_a_case_up_directly_is_asked_to_which_tier_and_others_are_not() -> None:
    case = case_at("check_in")
    assert names(case, "escalate") == ["to", "reason", "answer"]
    assert names(case, "escalate", by=COMMUNITY) == ["reason", "answer"]


def test_a_response_under_which_a_case_may_come_is_asked_for_where_one_runs() -> None:
    case = case_at("check_in")
    assert names(case, "emergency") == ["playbook", "reason", "answer"]
    assert names(case, "emergency", response=(("NC-2026-000009-E1", "古楼苑"),)) == [
        "playbook",
        "response",
        "reason",
        "answer",
    ]


def test_dates_lie_between_what_the_policy_allows() -> None:
    case = case_at("check_in")
    due = fields_of(commands_of(Command)["plan"], situation(case))[1]
    assert due.first is not None
    assert due.last is not None
    longest = case.rules.ladder.stages.action.max_days
    assert (due.last - due.first).days == longest
    assert due.first < date.fromisoformat(due.value) < due.last


def test_where_a_case_belongs_is_anywhere_but_where_it_is() -> None:
    case = case_at("check_in")
    estate, category = fields_of(commands_of(Command)["reroute"], situation(case))[:2]
    everywhere = {one.id for one in nancheng().organisation.estates}
    assert {id for id, _ in estate.options} == everywhere - {case.state.estate}
    assert case.state.category not in {id for id, _ in category.options}


def test_who_may_answer_the_resident_is_asked_for_it_with_every_decision_and_offered_words() -> None:
    case = case_at("check_in")
    assert "answer" in names(case, "note", by=COMMUNITY)
    assert "answer" not in names(case, "note", by=SUPERVISOR)
    assert names(case, "answer") == ["text"]
    ((said, _),) = fields_of(commands_of(Command)["answer"], situation(case))[0].suggested
    assert said == "您的诉求已列入牡丹花园 · 每周碰头（2026-03-04 16:00），会后2026-03-05 17:00前告诉您结果。"


def test_the_district_can_designate_departments_and_every_unit() -> None:
    case = case_at("designation")
    unit = fields_of(commands_of(Command)["designate"], situation(case))[0]
    assert {"urban", "nancheng", "laocheng", "gulou-yuan"} <= {id for id, _ in unit.options}


# ---------------------------------------------------------------- what a response's forms ask for


def test_a_tasks_completion_asks_for_what_the_task_records() -> None:
    response = Response("property_withdrawal")
    done = commands_of(ResponseCommand)["done"]

    def asked(task: str) -> list[tuple[str, bool]]:
        about = Situation(response.rules, ALLIANCE, response.now, "zh-CN", response.state, about=task)
        return [(one.name, one.required) for one in fields_of(done, about)]

    assert asked("verify") == [("note", False)]
    assert asked("interim_provider") == [("provider", True), ("note", False)]
    assert asked("inventory") == [("note", True)]
    assert asked("contract_filed") == [("filed_on", True), ("note", False)]
