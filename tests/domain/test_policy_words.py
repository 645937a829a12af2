"""Every mistake that a policy can have is told in both languages."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ValidationError

from demo.script import SCRIPT, Demo
from domain.notices import Channels
from domain.policy.calendar import CalendarYear
from domain.policy.ladder import Ladder
from domain.policy.organisation import Organisation
from domain.policy.organisation_files import as_table, read_tables
from domain.policy.playbook import Playbook, misfits
from domain.policy.policy_file import PolicyError, PolicyProblem, faults_of_validation, parse_policy
from domain.words.policy_words import FAULTS, FIELDS, Fault, fault
from operations import playbooks
from services.policy_folder import read_folder
from tests.domain.given import POLICIES, nancheng, policy_text
from tests.domain.test_organisation import FOUR_TIERS

CHINESE = re.compile("[\u4e00-\u9fff]")
PLAYBOOK = "playbooks/property_withdrawal.yaml"
FILES: list[tuple[type[BaseModel], str]] = [
    (Ladder, "ladder.yaml"),
    (Organisation, "organisation.yaml"),
    (CalendarYear, "calendar-2026.yaml"),
    (Playbook, PLAYBOOK),
    (Channels, "notices.yaml"),
]
BAD: list[Any] = ["", "x" * 100, "25:99", "2026-13-45", None, -1, 10**9, 1.5, [], [None], ["no such"], {"a": 1}]
Step = str | int
Place = tuple[Step, ...]


def told_well(message: Fault) -> None:
    """In both languages, and nothing of the one in the other but what was quoted."""
    assert CHINESE.search(message.zh), message
    assert not re.search(r"\{[a-z_]+\}|Input should|should have|不合要求", message.zh), message
    assert message.en, message
    assert not CHINESE.search(re.sub(r"\(got .*\)$|'[^']*'", "", message.en)), message


# ---------------------------------------------------------------- a field


def places(data: Any, at: Place = ()) -> Iterator[Place]:
    """Every kind of place in a file: of a list's items the first."""
    yield at
    if isinstance(data, dict):
        for key, item in data.items():
            yield from places(item, (*at, key))
    if isinstance(data, list) and data:
        yield from places(data[0], (*at, 0))


def changed(data: Any, at: Place, to: Any) -> Any:
    """The same file with something else in a place."""
    whole = deepcopy(data)
    if not at:
        return to
    held = whole
    for step in at[:-1]:
        held = held[step]
    held[at[-1]] = to
    return whole


def found_in(data: Any, at: Place) -> Any:
    for step in at:
        data = data[step]
    return data


def spoilt(data: Any, at: Place) -> Iterator[Any]:
    """The file with another value in a place, with a field too many, with a field missing."""
    yield from (changed(data, at, bad) for bad in BAD)
    here = found_in(data, at)
    if isinstance(here, dict):
        yield changed(data, at, {**here, "colour": "red"})
        yield from (changed(data, at, {key: here[key] for key in here if key != gone}) for gone in here)
    if isinstance(here, list):
        yield changed(data, at, here * 90)


def faults(model: type[BaseModel], data: Any) -> list[Fault]:
    try:
        model.model_validate(data)
    except ValidationError as error:
        return [message for _, message in faults_of_validation(error)]
    return []


def plain(text: str) -> Any:
    """A file's values as our reader gives them: days and times are words."""
    return yaml.load(text, Loader=yaml.BaseLoader) if "\ndays:" in text else yaml.safe_load(text)


@pytest.mark.parametrize(("model", "file"), FILES, ids=[file for _, file in FILES])
def test_whatever_stands_in_a_field_that_may_not_is_told_in_both_languages(model: type[BaseModel], file: str) -> None:
    data = plain(policy_text(file))
    found = [one for at in places(data) for wrong in spoilt(data, at) for one in faults(model, wrong)]
    assert len(found) > 20
    for message in found:
        told_well(message)
        assert message.code in FAULTS or message.code in FIELDS, message


def test_every_type_of_mistake_in_a_field_can_be_made() -> None:
    made = {
        one.code
        for model, file in FILES
        for data in [plain(policy_text(file))]
        for at in places(data)
        for wrong in spoilt(data, at)
        for one in faults(model, wrong)
    }
    assert set(FIELDS) - made == set()


# ---------------------------------------------------------------- what our own checks find


def parsed(model: type[BaseModel], text: str) -> list[PolicyProblem]:
    try:
        parse_policy(model, text, "x.yaml")
    except PolicyError as error:
        return list(error.problems)
    return []


def ladder(*edits: tuple[str, str]) -> list[PolicyProblem]:
    return parsed(Ladder, edited(policy_text("ladder.yaml"), *edits))


def organisation(*edits: tuple[str, str]) -> list[PolicyProblem]:
    return parsed(Organisation, edited(FOUR_TIERS, *edits))


def calendar(*edits: tuple[str, str]) -> list[PolicyProblem]:
    day = "{date: 2026-01-01, kind: off, name: {zh: 元旦, en: N}, notice: n}"
    return parsed(CalendarYear, edited(f"version: 1\nyear: 2026\ndays: [{day}]\n", *edits))


def edited(text: str, *edits: tuple[str, str]) -> str:
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def playbook(**fields: Any) -> list[Fault]:
    """What is wrong with a playbook whose fields are these."""
    return faults(Playbook, {**yaml.safe_load(policy_text(PLAYBOOK)), **fields})


def task(id: str, **fields: Any) -> list[Fault]:
    """The same where one task's fields are these."""
    tasks = yaml.safe_load(policy_text(PLAYBOOK))["tasks"]
    return playbook(tasks=[{**one, **fields} if one["id"] == id else one for one in tasks])


def sitting(**fields: Any) -> list[Fault]:
    return playbook(sitting={**yaml.safe_load(policy_text(PLAYBOOK))["sitting"], **fields})


def misfit(*edits: tuple[str, str]) -> list[Fault]:
    rules = nancheng()
    read = parse_policy(Playbook, edited(policy_text(PLAYBOOK), *edits), PLAYBOOK)
    return [message for _, message in misfits(read, rules.organisation, rules.ladder)]


def without(party: str) -> str:
    """The playbook with that party's tasks given to another."""
    return policy_text(PLAYBOOK).replace(f"party: {party}\n", "party: urban\n")


def later_for(party: str) -> str:
    """The playbook where nothing of that party's begins at once."""
    data = yaml.safe_load(policy_text(PLAYBOOK))
    for one in data["tasks"]:
        if one["party"] == party and "opens" not in one:
            one["opens"] = "5min"
    return yaml.safe_dump(data, allow_unicode=True)


def tables(*edits: tuple[str, str], **more: str) -> list[PolicyProblem]:
    beside = parse_policy(Organisation, FOUR_TIERS, "x")
    files = {
        "units.csv": edited(as_table(beside, "units"), *edits),
        **{f"{name}.csv": text for name, text in more.items()},
    }
    try:
        read_tables(files, beside, "8")
    except PolicyError as error:
        return list(error.problems)
    return []


def folder(change: Callable[[Path], object]) -> Callable[[Path], list[PolicyProblem]]:
    """What is wrong with Nancheng's folder after a change."""

    def read(tmp_path: Path) -> list[PolicyProblem]:
        copy = Path(shutil.copytree(POLICIES, tmp_path / "policies"))
        change(copy)
        try:
            return list(read_folder(copy).strangers())
        except PolicyError as error:
            return list(error.problems)

    return read


def no_playbooks(tmp_path: Path) -> list[PolicyProblem]:
    copy = Path(shutil.copytree(POLICIES, tmp_path / "policies"))
    shutil.rmtree(copy / "playbooks")
    with pytest.raises(PolicyError) as caught:
        playbooks.read_folder(copy)
    return list(caught.value.problems)


def unlink_all(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink()


def rewrite(file: Path, *edits: tuple[str, str]) -> None:
    file.write_text(edited(file.read_text("utf-8"), *edits), "utf-8")


ONE = "id,name_zh,name_en,tier,parent,kind,company,cadence\r\n"
DESIGNATION = policy_text("ladder.yaml").partition("  designation:")[2].partition("  joint_response:")[0]
MADE: dict[str, Callable[[], Iterable[PolicyProblem | Fault]]] = {
    "not_yaml": lambda: parsed(Ladder, "version: ["),
    "aliases": lambda: parsed(Ladder, "a: &x 1\nb: *x\n"),
    "nested": lambda: parsed(Ladder, "[" * 20_000),
    "empty": lambda: parsed(Ladder, ""),
    "and_more": lambda: parsed(Ladder, "".join(f"k{n}: 1\n" for n in range(300))),
    "odd_key": lambda: parsed(Ladder, "[a, b]: 1\n"),
    "key_repeated": lambda: parsed(Ladder, "a: 1\na: 2\n"),
    "not_plain": lambda: parsed(Ladder, "a: !!binary x\n"),
    "unprintable_text": lambda: ladder(("language: zh-CN", 'language: "zh\\uffff"')),
    "missing": lambda: ladder(("language: zh-CN\n", ""), ("duty: ", "# duty: ")),
    "extra_forbidden": lambda: ladder(("language: zh-CN\n", "colour: red\n")),
    "repeated": lambda: ladder(("id: community\n", "id: estate\n")),
    "time_of_day": lambda: ladder(('start: "08:00"', 'start: "8 am"')),
    "duty_ends": lambda: ladder(('start: "08:00"', 'start: "21:00"')),
    "hours_or_workdays": lambda: ladder(("minutes_due: {hours: 24}", "minutes_due: {}")),
    "not_in_year": lambda: calendar(("2026-01-01", "2025-01-01")),
    "no_weekend_day": lambda: calendar(("kind: off", "kind: workday")),
    "stage_taken": lambda: ladder(("stage: {id: check_in", "stage: {id: action")),
    "only_the_top_raises": lambda: ladder(("then: escalate", "then: raise")),
    "nothing_above": lambda: ladder(("then: raise", "then: escalate")),
    "no_tier_to_escalate_to": lambda: ladder(
        ("decisions: [resolve, plan, hold, return, suspend", "decisions: [resolve, plan, hold, escalate, suspend")
    ),
    "no_tier_to_return_to": lambda: ladder(
        ("decisions: [resolve, plan, hold, escalate, object", "decisions: [resolve, plan, hold, return, object")
    ),
    "no_designation": lambda: ladder((f"  designation:{DESIGNATION}", "")),
    "must_accept": lambda: ladder(("decisions: [complete, extend", "decisions: [extend")),
    "cannot_accept": lambda: ladder(("decisions: [complete, extend", "decisions: [complete, confirm")),
    "no_tiers": lambda: ladder(("declared_by: [alliance]", "declared_by: [union]")),
    "unit_twice": lambda: organisation(("id: yuan-2", "id: yuan-1")),
    "too_deep": lambda: organisation(("tiers: [alliance, area, community, estate]", "tiers: [alliance, area, estate]")),
    "needs_units": lambda: organisation(
        ("tiers: [alliance, area, community, estate]", "tiers: [alliance, area, community, estate, court]")
    ),
    "has_no": lambda: organisation(("    - id: east\n", "    - id: east\n      kind: market\n")),
    "needs_kind": lambda: organisation((", kind: self_governed", "")),
    "no_company": lambda: organisation(("company: anju", "company: nobody")),
    "needs_company": lambda: organisation((", company: anju", "")),
    "tier_twice": lambda: organisation(("tiers: [alliance, area,", "tiers: [alliance, alliance,")),
    "cap_after_t0": lambda: playbook(cap="0d"),
    "watch_length": lambda: playbook(watch="0d"),
    "no_phase": lambda: task("verify", phase="nowhere"),
    "no_task": lambda: task("verify", after=["nothing"]),
    "phase_without_task": lambda: playbook(
        phases=[*yaml.safe_load(policy_text(PLAYBOOK))["phases"], {"id": "idle", "name": {"zh": "空", "en": "idle"}}]
    ),
    "circle": lambda: task("verify", after=["interim_provider"]),
    "opens_too_late": lambda: task("verify", opens="1h"),
    "earlier_too_late": lambda: task("interim_provider", complete_by="20min"),
    "beyond_the_cap": lambda: playbook(cap="1d"),
    "no_plain_length": lambda: task("verify", sign_within="1workday"),
    "no_length": lambda: task("verify", sign_within="0min"),
    "state_owned": lambda: task("verify", state_owned=True),
    "signed_too_late": lambda: task("verify", sign_within="45min"),
    "over_before_signed": lambda: task("contract_filed", complete_within="1d"),
    "hangs_on_optional": lambda: task("verify", required=False),
    "rungs": lambda: playbook(escalation=[{"after": "1h", "to": "lead"}, {"after": "1h", "to": "secretary"}]),
    "last_rung": lambda: playbook(escalation=[{"after": "1h", "to": "lead"}]),
    "due_before_the_sitting": lambda: sitting(at="1d"),
    "sitting_after_t0": lambda: sitting(at="0min"),
    "sitting_before_the_cap": lambda: sitting(at="12months"),
    "alarm_between": lambda: playbook(alarms=[{"id": "late", "at": "12months", "name": {"zh": "迟", "en": "late"}}]),
    "no_party": lambda: misfit(("party: governance", "party: navy")),
    "external_taken": lambda: misfit(("id: water-company,", "id: police,"), ("party: water-company", "party: urban")),
    "no_department": lambda: misfit(("\nlead: urban", "\nlead: navy")),
    "no_such_tier": lambda: (
        misfit(("\nwatch: ", "\nreturns_to: nowhere\nwatch: "))
        if "returns_to" not in policy_text(PLAYBOOK)
        else misfit(("returns_to: ", "returns_to: no-"))
    ),
    "department_without_task": lambda: _misfits_of(without("police")),
    "department_waits": lambda: _misfits_of(later_for("police")),
    "not_filed": lambda: parsed(
        Demo,
        edited(
            SCRIPT.read_text("utf-8"),
            (
                "{decide: contact, as: estate, how: 电话,",
                "{decide: duplicate, as: estate, of: nobody}\n      - {decide: contact, as: estate, how: 电话,",
            ),
        ),
    ),
    "no_table": lambda: tables(more="a,b\n"),
    "table_twice": lambda: tables(again=ONE),
    "column_missing": lambda: tables(("id,name_zh,name_en,tier", "id,name_zh,name_en")),
    "column_unknown": lambda: tables(("id,name_zh,name_en,tier", "id,name_zh,name_en,colour")),
    "too_many_cells": lambda: tables(("Alliance", "Alliance,,,,,,,")),
    "not_csv": lambda: tables(("Alliance", '"Alliance"x')),
    "true_or_false": lambda: tables(companies="id,name_zh,name_en,state_owned\nanju,安居,Anju,perhaps\n"),
    "line_taken": lambda: tables(("yuan-2,", "yuan-1,")),
    "no_unit": lambda: tables((",community,east,", ",community,nowhere,")),
    "many_tops": lambda: tables((",area,beicheng,", ",area,,")),
    "no_top": lambda: tables((",alliance,,", ",alliance,east,")),
    "belongs_to_itself": lambda: tables((",area,beicheng,", ",area,qingnian,")),
    "tier_by_parent": lambda: tables((",area,beicheng,", ",estate,beicheng,")),
    "cadence_form": lambda: tables(("market,anju,", "market,anju,often")),
    "encoding": lambda: [fault("encoding")],
    "version_taken": lambda: [fault("version_taken", version="1", free="2")],
    "year_twice": lambda: [fault("year_twice")],
}
"""A mistake of each code. Those of a folder are below; the last three need a form or a database."""

IN_A_FOLDER: dict[str, Callable[[Path], Iterable[PolicyProblem]]] = {
    "unreadable": folder(lambda copy: (copy / "ladder.yaml").unlink()),
    "no_calendar": folder(lambda copy: unlink_all(copy.glob("calendar-*.yaml"))),
    "no_playbook": no_playbooks,
    "another_file": folder(lambda copy: shutil.copy(copy / "calendar-2026.yaml", copy / "calendar-26.yaml")),
    "no_unit_or_department": folder(
        lambda copy: (copy / "notices.yaml").write_text("version: '1'\nunits:\n  navy: [ONE]\n", "utf-8")
    ),
    "other_tiers": folder(
        lambda copy: rewrite(copy / "ladder.yaml", ("id: alliance", "id: union"), ("[alliance]", "[union]"))
    ),
    "no_kind": folder(lambda copy: rewrite(copy / "ladder.yaml", ("sitting: []", "council: [note]"))),
    "not_sendable": folder(lambda copy: rewrite(copy / "ladder.yaml", ("case: [note]", "case: [wait_expired]"))),
}


def _misfits_of(text: str) -> list[Fault]:
    rules = nancheng()
    read = parse_policy(Playbook, text, PLAYBOOK)
    return [message for _, message in misfits(read, rules.organisation, rules.ladder)]


def test_there_is_a_mistake_of_each_code() -> None:
    assert {*MADE, *IN_A_FOLDER} == set(FAULTS)


def said(found: Iterable[PolicyProblem | Fault]) -> list[Fault]:
    return [one.message if isinstance(one, PolicyProblem) else one for one in found]


@pytest.mark.parametrize("code", MADE)
def test_a_mistake_is_told_in_both_languages(code: str) -> None:
    found = said(MADE[code]())
    assert code in {one.code for one in found}, found
    for message in found:
        told_well(message)


@pytest.mark.parametrize("code", IN_A_FOLDER)
def test_a_folders_mistake_is_told_in_both_languages(code: str, tmp_path: Path) -> None:
    found = said(IN_A_FOLDER[code](tmp_path))
    assert code in {one.code for one in found}, found
    for message in found:
        told_well(message)


@pytest.mark.parametrize("code", FAULTS)
def test_a_mistakes_words_have_the_same_gaps_in_both_languages(code: str) -> None:
    zh, en = (set(re.findall(r"\{([a-z_]+)", words)) for words in (FAULTS[code].zh, FAULTS[code].en))
    assert {"kind" if gap == "called" else gap for gap in zh} == en


def test_a_problem_is_one_line_in_either_language() -> None:
    (problem,) = calendar(("2026-01-01", "2025-01-01"))
    assert problem.in_("zh-CN") == "x.yaml:3: days[0].date: 2025-01-01 不在 2026 年"
    assert str(problem) == problem.in_("en") == "x.yaml:3: days[0].date: 2025-01-01 is not in 2026"
