"""Playbooks: Nancheng's are good, a wrong one says which line and why, and lengths of time are what they say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import Refusal
from domain.policy.playbook import Playbook, misfits
from domain.policy.policy_file import PolicyError, PolicyProblem, parse_policy
from domain.policy.span import Span, at_least, later
from tests.domain.given import at, clock, nancheng, policy_text, read_playbooks

FILE = "playbooks/lift_entrapment.yaml"
TEXT = policy_text(FILE)
SHIPPED = {playbook.playbook: playbook for playbook in read_playbooks()}
KINDS = (
    "fire",
    "flooding",
    "gas_leak",
    "heating_failure",
    "lift_entrapment",
    "mass_dispute",
    "property_withdrawal",
    "property_withdrawal_planned",
    "structural_danger",
    "water_power_cut",
)


def problems(text: str) -> tuple[PolicyProblem, ...]:
    with pytest.raises(PolicyError) as caught:
        parse_policy(Playbook, text, FILE)
    return caught.value.problems


def block(task: str, text: str = TEXT) -> str:
    """The lines of one task."""
    start = text.index(f"  - id: {task}\n")
    ends = [text.find(mark, start + 1) for mark in ("\n  - id: ", "\n\n", "\n  # ")]
    return text[start : min(end for end in ends if end > 0) + 1]


def with_task(task: str, old: str, new: str) -> tuple[str, range]:
    """The lift playbook with ``old`` changed to ``new`` in one task, and the task's lines."""
    before = block(task)
    assert old in before, before
    after = before.replace(old, new, 1)
    first = TEXT[: TEXT.index(before)].count("\n") + 1
    return TEXT.replace(before, after), range(first, first + after.count("\n"))


def changed(old: str, new: str) -> tuple[str, int]:
    assert old in TEXT, old
    return TEXT.replace(old, new, 1), TEXT[: TEXT.index(old)].count("\n") + 1


# ---------------------------------------------------------------- what is shipped


def test_nancheng_has_a_playbook_for_each_kind_of_emergency() -> None:
    assert tuple(sorted(SHIPPED)) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_shipped_playbook_fits_the_organisation_and_the_ladder(kind: str) -> None:
    rules = nancheng()
    assert list(misfits(SHIPPED[kind], rules.organisation, rules.ladder)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_clock_of_a_shipped_playbook_has_its_source(kind: str) -> None:
    for task in SHIPPED[kind].tasks:
        assert task.source is not None, task.id
        assert "†" in task.source.zh, task.id
        assert "†" in task.source.en, task.id


@pytest.mark.parametrize(
    ("kind", "lead", "numbers"),
    [
        ("property_withdrawal", "urban", {"110", "119"}),
        ("fire", "fire", {"119", "120"}),
        ("lift_entrapment", "emergency", {"119", "120"}),
        ("water_power_cut", "urban", {"119", "120"}),
        ("heating_failure", "urban", {"119", "120"}),
        ("gas_leak", "urban", {"110", "119", "120"}),
        ("structural_danger", "urban", {"119", "120"}),
        ("flooding", "emergency", {"119", "120"}),
        ("mass_dispute", "governance", {"110", "120"}),
    ],
)
def test_the_leads_are_the_missions_and_what_belongs_to_110_119_120_comes_first(
    kind: str, lead: str, numbers: set[str]
) -> None:
    playbook = SHIPPED[kind]
    assert playbook.lead == lead
    assert {call.number for call in playbook.call_first} == numbers


def test_the_withdrawals_table_is_the_missions() -> None:
    playbook = SHIPPED["property_withdrawal"]
    due = {task.id: (task.party, task.role, task.complete_by) for task in playbook.tasks}
    assert due["verify"] == ("urban", "lead", "30min")
    assert due["sweep_fire"] == ("fire", "lead", "2h")
    assert due["sweep_equipment"] == ("emergency", "lead", "2h")
    assert due["sweep_refuse"] == ("citymgmt", "support", "2h")
    assert due["sweep_gates"] == ("police", "support", "2h")
    assert due["interim_provider"] == ("urban", "lead", "4h")
    assert due["minimum_service"] == ("urban", "lead", "24h")
    assert due["notice_posted"] == ("urban", "lead", "24h")
    assert due["mediation"][:2] == ("governance", "lead")
    assert due["public_order"][:2] == ("police", "support")
    assert due["inventory"] == ("urban", "lead", "3d")
    assert due["company_out"] == ("urban", "lead", "30d")
    assert playbook.task("contract_filed").complete_within == "10d"
    assert [alarm.at for alarm in playbook.alarms] == ["3months"]
    assert (playbook.cap, playbook.watch) == ("6months", "30d")
    assert playbook.sitting is not None
    assert playbook.sitting.decides == "interim_provider"


@pytest.mark.parametrize(
    ("kind", "task", "party", "by"),
    [
        ("lift_entrapment", "maintainer_on_site", "lift-maintainer", "30min"),
        ("mass_dispute", "written_answer", "governance", "2workdays"),
        ("gas_leak", "scene_command", "fire", "15min"),
        ("gas_leak", "cordon", "police", "15min"),
    ],
)
def test_the_missions_other_lines_are_there(kind: str, task: str, party: str, by: str) -> None:
    found = SHIPPED[kind].task(task)
    assert (found.party, found.complete_by) == (party, by)


def test_emergency_supply_begins_after_24_hours_unless_the_water_is_back() -> None:
    task = SHIPPED["water_power_cut"].task("emergency_supply")
    assert (task.opens, task.unless, task.required) == ("24h", ("restored",), True)


# ---------------------------------------------------------------- what is wrong, by line

IN_TASKS = [
    ("freed", "after: [command]", "after: [commend]", "tasks[5].after[0]", "no task 'commend'"),
    ("freed", "after: [command]", "after: [freed]", "tasks[5].after", "a circle: freed → freed"),
    ("repaired", "after: [freed, maintainer_on_site]", "after: [residents_told]", "tasks[7].after", "a circle"),
    ("residents_told", "after: [repaired]", "after: [visited]", "tasks[8].after[0]", "which is not required"),
    ("freed", "phase: rescue", "phase: dance", "tasks[5].phase", "no phase 'dance'"),
    ("freed", "complete_by: 1h", "complete_by: 10min", "tasks[5].complete_by", "'command', which comes before it"),
    ("freed", "complete_by: 1h", "complete_by: 8d", "tasks[5].complete_by", "beyond the cap (7d)"),
    ("freed", "sign_within: 10min", "sign_within: 50min", "tasks[5].sign_within", "has 50min from its opening"),
    ("freed", "sign_within: 10min", "sign_within: 0min", "tasks[5].sign_within", "longer than nothing"),
    ("freed", "sign_within: 10min", "sign_within: 1workday", "tasks[5].sign_within", "it is a length"),
    ("freed", "complete_by: 1h", "complete_by: soon", "tasks[5].complete_by", "match pattern"),
    ("freed", "role: lead", "opens: 2h\n    role: lead", "tasks[5].complete_by", "the task opens 2h after T0"),
    ("freed", "role: lead", "role: lead\n    state_owned: true", "tasks[5].state_owned", "records the provider"),
    ("freed", "role: lead", "role: lead\n    complete_within: 5min", "tasks[5].complete_within", "it can't be met"),
    ("freed", "role: lead", "role: lead\n    remind_before: 1month", "tasks[5].remind_before", "it is a length"),
    ("freed", "role: lead", "role: lead\n    unless: [nothing]", "tasks[5].unless[0]", "no task 'nothing'"),
    ("freed", "id: freed", "id: command", "tasks[5].id", "already used by tasks[0]"),
    ("freed", "role: lead", "role: star", "tasks[5].role", "Input should be"),
]


@pytest.mark.parametrize(
    ("task", "old", "new", "field", "why"), IN_TASKS, ids=[f"{case[2]} {case[4]}" for case in IN_TASKS]
)
def test_a_wrong_task_says_the_file_the_line_the_field_and_why(
    task: str, old: str, new: str, field: str, why: str
) -> None:
    text, lines = with_task(task, old, new)
    found = [problem for problem in problems(text) if problem.field == field]
    assert found, [str(problem) for problem in problems(text)]
    assert any(why in problem.message.en for problem in found), [str(problem) for problem in found]
    assert found[0].path == FILE
    named = text.splitlines()[found[0].line - 1]
    assert field.rpartition(".")[2].partition("[")[0] in named
    assert found[0].line in lines


ELSEWHERE = [
    ("{after: 10min, to: alliance}", "{after: 3min, to: alliance}", "escalation[1].after", "one after the other"),
    ("{after: 5min, to: lead}", "{after: 0min, to: lead}", "escalation[0].after", "one after the other"),
    ("{after: 5min, to: lead}", "{after: 1workday, to: lead}", "escalation[0].after", "it is a length"),
    ("{after: 20min, to: secretary}", "{after: 20min, to: alliance}", "escalation[2].to", "party secretary"),
    ("{after: 20min, to: secretary}", "{after: 20min, to: mayor}", "escalation[2].to", "Input should be"),
    ("escalation_repeats: 12h", "escalation_repeats: 1month", "escalation_repeats", "it is a length"),
    ("remind_before: 5min\ne", "remind_before: 0min\ne", "remind_before", "it is a length"),
    ("every: 1h}", "every: 0h}", "situation_reports.every", "longer than nothing"),
    ("reports_every: 12h", "reports_every: 0h", "phases[1].reports_every", "longer than nothing"),
    ("cap: 7d", "cap: 0d", "cap", "the cap is after T0"),
    ("watch: 7d", "watch: 0d", "watch", "longer than nothing"),
    ("watch: 7d", "watch: 7d\nsittings: 3", "sittings", "is not a field"),
    ('version: "1"', "version: 1", "version", "valid string"),
    ("  - {id: restore,", "  - {id: rest, name: {zh: 休整, en: rest}}\n  - {id: restore,", "phases[1]", "has no task"),
    ("{id: market-supervision,", "{id: lift-maintainer,", "externals[1].id", "already used"),
    ('number: "119"', 'number: "one"', "call_first[0].number", "match pattern"),
]


@pytest.mark.parametrize(("old", "new", "field", "why"), ELSEWHERE, ids=[f"{case[1]} {case[3]}" for case in ELSEWHERE])
def test_a_wrong_playbook_says_the_file_the_line_the_field_and_why(old: str, new: str, field: str, why: str) -> None:
    text, line = changed(old, new)
    found = [problem for problem in problems(text) if problem.field == field]
    assert found, [str(problem) for problem in problems(text)]
    assert any(why in problem.message.en for problem in found)
    assert line <= found[0].line <= line + 1


WITHDRAWAL = policy_text("playbooks/property_withdrawal.yaml")
IN_THE_WITHDRAWAL = [
    ("  decides: interim_provider", "  decides: nothing", "sitting.decides", "no task 'nothing'"),
    ("  decides: interim_provider", "  decides: verify", "sitting.decides", "is due before the sitting ends"),
    ("  at: 3h", "  at: 0h", "sitting.at", "after T0"),
    ("  at: 3h", "  at: 7months", "sitting.at", "before the cap"),
    ("    unless: [successor]", "    unless: [heir]", "alarms[0].unless[0]", "no task 'heir'"),
    ("    at: 3months", "    at: 6months", "alarms[0].at", "between T0 and the cap"),
]


@pytest.mark.parametrize(
    ("old", "new", "field", "why"), IN_THE_WITHDRAWAL, ids=[f"{case[1].strip()}" for case in IN_THE_WITHDRAWAL]
)
def test_a_wrong_sitting_or_alarm_says_its_line(old: str, new: str, field: str, why: str) -> None:
    assert old in WITHDRAWAL
    found = [problem for problem in problems(WITHDRAWAL.replace(old, new, 1)) if problem.field == field]
    assert any(why in problem.message.en for problem in found)
    assert found[0].line == WITHDRAWAL[: WITHDRAWAL.index(old)].count("\n") + 1


def test_every_fault_is_told_at_once() -> None:
    text, _ = with_task("freed", "phase: rescue", "phase: dance")
    text = text.replace("to: secretary", "to: alliance").replace("cap: 7d", "cap: 0d")
    assert {problem.field for problem in problems(text)} >= {"tasks[5].phase", "escalation[2].to", "cap"}


# ---------------------------------------------------------------- beside the organisation and the ladder


def misfit(text: str) -> list[tuple[str, str]]:
    rules = nancheng()
    found = misfits(parse_policy(Playbook, text, FILE), rules.organisation, rules.ladder)
    return [(".".join(map(str, where)), message.en) for where, message in found]


def test_an_unknown_party_is_named() -> None:
    text, _ = with_task("freed", "party: emergency", "party: navy")
    ((where, message),) = misfit(text)
    assert where == "tasks.5.party"
    assert message.startswith("there is no party 'navy'; there are: citymgmt, emergency,")


def test_a_department_without_a_task_is_named() -> None:
    text = TEXT.replace(block("standby_social"), "")
    assert misfit(text) == [("tasks", "the department 'social' has no task")]


def test_a_department_whose_branch_does_not_begin_at_once_is_named() -> None:
    text, _ = with_task("standby_social", "sign_within: 30min", "opens: 1h\n    sign_within: 30min")
    assert misfit(text) == [("tasks", "the department 'social' has no task that opens at T0 with nothing before it")]


@pytest.mark.parametrize(
    ("old", "new", "where", "why"),
    [
        ("lead: emergency", "lead: navy", "lead", "no department 'navy'"),
        ("returns_to: alliance", "returns_to: moon", "returns_to", "no tier 'moon'"),
        ("reported_by: emergency", "reported_by: navy", "externals.0.reported_by", "no department 'navy'"),
        ("{id: market-supervision,", "{id: police,", "externals.1.id", "is a department or a tier"),
    ],
)
def test_what_does_not_fit_is_named(old: str, new: str, where: str, why: str) -> None:
    text, _ = changed(old, new)
    text = text.replace("party: market-supervision", "party: fire") if "police" in new else text
    assert any(found == where and why in message for found, message in misfit(text))


# ---------------------------------------------------------------- lengths of time


@pytest.mark.parametrize(
    ("span", "instant", "after"),
    [
        ("30min", "2026-03-02 10:00", "2026-03-02 10:30"),
        ("24h", "2026-03-02 10:00", "2026-03-03 10:00"),
        ("1w", "2026-03-02 10:00", "2026-03-09 10:00"),
        ("2workdays", "2026-03-06 10:00", "2026-03-10 10:00"),  # over a weekend
        ("1workday", "2026-09-30 10:00", "2026-10-08 10:00"),  # over National Day
        ("1month", "2026-01-31 10:00", "2026-02-28 10:00"),  # the day is clamped
        ("3months", "2026-11-30 23:30", "2027-02-28 23:30"),
        ("6months", "2026-03-02 00:10", "2026-09-02 00:10"),  # Shanghai's date, another one in UTC
    ],
)
def test_a_length_of_time_is_what_it_says(span: str, instant: str, after: str) -> None:
    assert clock(later(nancheng().calendar, at(instant), span)) == after


def test_working_days_of_an_unpublished_year_are_provisional() -> None:
    calendar, newyears_eve = nancheng().calendar, at("2026-12-31 10:00")
    assert Span.parse("2workdays").provisional(newyears_eve, calendar)
    assert not Span.parse("2d").provisional(newyears_eve, calendar)
    assert not Span.parse("2workdays").provisional(at("2026-03-02 10:00"), calendar)


@pytest.mark.parametrize("text", ["", "h", "2 h", "-1h", "2hours", "99999h", "1.5h"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a length of time"):
        Span.parse(text)


def test_lengths_are_compared_by_what_they_are_at_least() -> None:
    spans = ["30min", "2h", "1workday", "2d", "1w", "1month", "30d"]
    assert spans == sorted(spans, key=at_least)
    assert at_least("1month") == timedelta(days=28)


def test_the_rules_know_a_playbook_by_kind_and_by_version_and_name_the_kinds_they_know() -> None:
    rules = nancheng()
    assert rules.playbook("fire") is rules.playbook("fire@1")
    assert rules.under(rules.ladder.model_copy(update={"version": "0"})).playbooks is rules.playbooks
    with pytest.raises(Refusal) as caught:
        rules.playbook("godzilla")
    assert caught.value.params["known"] == list(KINDS)


def test_no_clock_is_from_somewhere_else_without_saying_where() -> None:
    for playbook in read_playbooks():
        text = playbook.model_dump_json()
        assert "外地做法" not in text
        assert "practice elsewhere" not in text
    withdrawal = policy_text("playbooks/property_withdrawal.yaml")
    assert "淄博" in withdrawal
    assert "不超过六个月" in withdrawal


def test_a_mass_disputes_two_days_are_word_whether_it_is_accepted() -> None:
    (dispute,) = [one for one in read_playbooks() if one.playbook == "mass_dispute"]
    (word,) = [task for task in dispute.tasks if task.id == "written_answer"]
    assert (word.name.zh, word.complete_by) == ("书面告知是否受理", "2workdays")
    assert word.source is not None
    assert "第二十八条" in word.source.zh
