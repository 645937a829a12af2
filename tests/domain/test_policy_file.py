"""A mistake in a policy file names its file, line, field and reason."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.policy.cadence import Cadence
from domain.policy.calendar import ClockTime
from domain.policy.policy_file import MOST_PROBLEMS, Misplaced, PolicyError, PolicyProblem, parse_policy, repeated
from domain.words.policy_words import fault


class Meeting(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    state: Literal["on", "off"] = "on"
    at: ClockTime = time(9)
    chairs: Annotated[int, Field(ge=1)] = 1
    cadence: Cadence | None = None


class Meetings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    meetings: tuple[Meeting, ...]

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        faults = repeated((meeting.id for meeting in self.meetings), "meetings")
        if faults:
            raise Misplaced(faults)
        return self


def problems(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(PolicyError) as caught:
        parse_policy(Meetings, text, "meetings.yaml")
    assert all(problem.path == "meetings.yaml" for problem in caught.value.problems)
    return [(problem.line, problem.field, problem.message.en) for problem in caught.value.problems]


def problem(text: str) -> tuple[int, str, str]:
    (only,) = problems(text)
    return only


def test_a_right_file_becomes_the_policy() -> None:
    text = "meetings:\n  - id: one\n    cadence: {every: week, weekday: monday, time: 15:00, minutes: 60}\n"
    (meeting,) = parse_policy(Meetings, text, "meetings.yaml").meetings
    assert meeting.cadence is not None
    assert meeting.cadence.time == time(15)


@pytest.mark.parametrize("written", ["15:00", '"15:00"'])
def test_a_time_of_day_is_a_time_of_day_with_or_without_quotes(written: str) -> None:
    assert parse_policy(Meetings, f"meetings: [{{id: a, at: {written}}}]", "f").meetings[0].at == time(15)


def test_off_is_the_word_off() -> None:
    assert parse_policy(Meetings, "meetings: [{id: a, state: off}]", "f").meetings[0].state == "off"


def test_a_bad_weekday_is_named_with_its_line_and_what_was_written() -> None:
    text = (
        "meetings:\n  - id: one\n    cadence:\n      every: week\n"
        "      weekday: wensday\n      time: 15:00\n      minutes: 60\n"
    )
    line, field, message = problem(text)
    assert (line, field) == (5, "meetings[0].cadence.weekday")
    assert "'monday'" in message
    assert "got 'wensday'" in message


def test_an_unknown_field_is_named_with_its_line() -> None:
    text = "meetings:\n  - id: one\n    chiars: 3\n"
    assert problem(text) == (3, "meetings[0].chiars", "is not a field of this policy")


def test_a_missing_field_is_named_at_the_line_of_what_lacks_it() -> None:
    assert problem("meetings:\n  - id: one\n  - chairs: 3\n") == (3, "meetings[1].id", "is missing")


def test_a_missing_field_of_a_cadence_is_named_without_its_kind() -> None:
    text = "meetings:\n  - id: one\n    cadence: {every: month, nth: 1, weekday: monday, time: 15:00}\n"
    assert problem(text) == (3, "meetings[0].cadence.minutes", "is missing")


def test_a_number_out_of_bounds_is_named_with_what_was_written() -> None:
    line, field, message = problem("meetings:\n- id: one\n  chairs: 0\n")
    assert (line, field) == (3, "meetings[0].chairs")
    assert "greater than or equal to 1 (got 0)" in message


def test_a_time_that_is_not_on_a_clock_is_refused() -> None:
    assert problem("meetings: [{id: a, at: noon}]")[1] == "meetings[0].at"
    assert problem("meetings: [{id: a, at: 25:00}]")[1] == "meetings[0].at"
    assert problem("meetings: [{id: a, at: 900}]")[1] == "meetings[0].at"


def test_a_repeated_key_is_named_with_both_lines() -> None:
    text = "meetings:\n  - id: one\n    chairs: 1\n    chairs: 2\n"
    assert problem(text) == (4, "meetings[0].chairs", "the key is repeated; it is first on line 3")


def test_a_models_own_rule_points_inside_the_file() -> None:
    text = "meetings:\n  - id: one\n  - id: two\n  - id: one\n"
    assert problem(text) == (4, "meetings[2].id", "'one' is already used by meetings[0]")


def test_every_mistake_is_reported_at_once_in_the_order_of_the_lines() -> None:
    text = "meetings:\n  - id: one\n    chairs: none\n    extra: 1\nmore: 2\n"
    assert [line for line, _, _ in problems(text)] == [3, 4, 5]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("meetings:\n  - id: [one\nmore: 2\n", 3),
        ("meetings:\n\t- id: one\n", 2),
        ('meetings:\n  - id: "one\n', 3),
        ("meetings: []\n---\nmeetings: []\n", 2),
        ("meetings:\n  - id: \x00\n", 2),
        ("meetings: &all []\nmore: *all\n", 2),
    ],
    ids=["open bracket", "tab", "open quote", "second document", "NUL", "alias"],
)
def test_malformed_yaml_is_named_with_its_line(text: str, line: int) -> None:
    found, field, message = problem(text)
    assert (found, field) == (line, "")
    assert message.startswith("not YAML: ")


def test_an_empty_file_is_said_to_be_empty() -> None:
    assert problem("# nothing but a comment\n") == (1, "", "the file is empty")


def test_a_file_that_is_no_mapping_is_refused() -> None:
    assert problem("just words")[0] == 1


@pytest.mark.parametrize("value", ["!!python/name:os.system x", "!secret x", "9" * 5000])
def test_tags_and_endless_numbers_are_refused(value: str) -> None:
    line, field, message = problem(f"meetings:\n  - id: a\n    chairs: {value}\n")
    assert (line, field) == (3, "meetings[0].chairs")
    assert "not a plain value" in message


def test_a_key_that_is_no_word_is_refused() -> None:
    assert problem("meetings: []\n[a, b]: 1\n") == (2, "", "a key must be a plain word")


def test_a_file_nested_without_end_is_refused() -> None:
    assert "nested too deeply" in problem("[" * 20_000)[2]


def test_of_many_mistakes_some_are_named_and_the_others_counted() -> None:
    found = problems("".join(f"k{n}: 1\n" for n in range(22_000)))
    assert len(found) == MOST_PROBLEMS + 1
    assert found[1][:2] == (1, "k0")
    line, field, message = found[-1]
    assert (line, field) == (MOST_PROBLEMS, "")
    assert message == "from here on there are 21801 more mistakes"


def test_a_problem_reads_as_one_line() -> None:
    assert str(PolicyProblem("a.yaml", 3, "tiers[0].id", fault("missing"))) == "a.yaml:3: tiers[0].id: is missing"
    assert str(PolicyProblem("a.yaml", 1, "", fault("empty"))) == "a.yaml:1: the file is empty"


@given(st.text(alphabet=st.sampled_from("ab:- \n[]{},\"'&*!|>#?%@\t\x00\ud800é0."), max_size=60))
def test_no_text_whatever_does_anything_but_parse_or_name_its_problems(text: str) -> None:
    found: tuple[PolicyProblem, ...] = ()
    try:
        assert parse_policy(Meetings, text, "any.yaml")
    except PolicyError as error:
        found = error.problems or (PolicyProblem("no problem named", 0, "", fault("empty")),)
    assert all(1 <= problem.line <= text.count("\n") + 2 for problem in found)
