"""What is wrong with a field, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.edge.problem_words import PROBLEMS, both
from domain.forms.reading import commands_of
from domain.words.bilingual import Name, alternatives, text
from domain.words.refusal_words import REFUSALS
from workflows.kinds import KINDS

_MOMENT = both(
    "应为日期和时间，如 2026-03-04T15:00:00+08:00。", "This is a date and time, like 2026-03-04T15:00:00+08:00."
)
_MESSAGES: dict[str, Name] = {
    "missing": both("必填。", "This is required."),
    "extra_forbidden": both("没有这个字段。", "There is no such field."),
    "string_type": both("应为文字。", "This is text."),
    "string_too_short": both("不能为空。", "This cannot be empty."),
    "string_too_long": both("太长，最多 {max_length} 个字符。", "Too long: at most {max_length} characters."),
    "string_pattern_mismatch": both("格式不对。", "This is not in the right form."),
    "literal_error": both("可选：{expected}。", "One of {expected}."),
    "enum": both("可选：{expected}。", "One of {expected}."),
    "union_tag_invalid": both("没有这个 kind，可选：{expected_tags}。", "No such kind; there are: {expected_tags}."),
    "union_tag_not_found": both("请写明 kind。", "Say which kind."),
    "int_type": both("应为整数。", "This is a whole number."),
    "int_parsing": both("应为整数。", "This is a whole number."),
    "int_from_float": both("应为整数。", "This is a whole number."),
    "float_type": both("应为数字。", "This is a number."),
    "float_parsing": both("应为数字。", "This is a number."),
    "finite_number": both("应为有限的数字。", "This is a finite number."),
    "bool_type": both("应为 true 或 false。", "This is true or false."),
    "bool_parsing": both("应为 true 或 false。", "This is true or false."),
    "greater_than": both("应大于 {gt}。", "This is more than {gt}."),
    "greater_than_equal": both("不小于 {ge}。", "This is at least {ge}."),
    "less_than_equal": both("不大于 {le}。", "This is at most {le}."),
    "too_long": both("太多，最多 {max_length} 个。", "Too many: at most {max_length}."),
    "date_type": both("应为日期，如 2026-03-04。", "This is a date, like 2026-03-04."),
    "date_parsing": both("应为日期，如 2026-03-04。", "This is a date, like 2026-03-04."),
    "date_from_datetime_parsing": both("应为日期，如 2026-03-04。", "This is a date, like 2026-03-04."),
    "date_from_datetime_inexact": both("应为日期，如 2026-03-04。", "This is a date, like 2026-03-04."),
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "timezone_aware": both("请写明时区，如 +08:00。", "Give the time zone, like +08:00."),
    "date_out_of_range": REFUSALS["date_out_of_range"],
    "model_type": both("应为对象。", "This is an object."),
    "model_attributes_type": both("应为对象。", "This is an object."),
    "dict_type": both("应为对象。", "This is an object."),
    "tuple_type": both("应为列表。", "This is a list."),
    "list_type": both("应为列表。", "This is a list."),
    "string_unicode": PROBLEMS["unprintable_text"][2],
    "unprintable_text": PROBLEMS["unprintable_text"][2],
    "personal_data": PROBLEMS["personal_data"][2],
    "password_short": both("太短，至少 {least} 个字符。", "Too short: at least {least} characters."),
    "password_easy": both(
        "太容易被猜到，请换一个（可以是一句只有自己知道的话）。",
        "Too easy to guess; take another (a sentence that only you know will do).",
    ),
    "password_wrong": both("现在的密码不对。", "This is not the password now."),
    "phone_or_anonymous": both("请留下电话，或者选择匿名。", "Leave a telephone number, or stay anonymous."),
    "days_or_hours": both("请给出 days 或 hours。", "Give days, hours, or both."),
    "and_more": both("另有 {more} 处有误。", "There are {more} more mistakes."),
    "where_to": both("请写明正确的小区、类别或两者。", "Name the right estate, the right category, or both."),
}
_CODES = {"string_unicode": "unprintable_text"}
"""What pydantic calls otherwise."""
_TAGS = frozenset(tag for kind in KINDS for tag in commands_of(kind.command))
"""What tells the commands of a union apart stands in an error's place before the field."""
_UNKNOWN_FIELD = both("填写有误。", "This is not valid.")


def field_error(field: str, code: str, spoken: str, **params: object) -> dict[str, str]:
    """One entry of a problem's ``errors``."""
    return {"field": field, "code": code, "message": text(_MESSAGES.get(code, _UNKNOWN_FIELD), spoken, **params)}


MOST_ERRORS = 100
"""So many mistakes are named; how many more there are is the last that is said."""


def field_errors(errors: Sequence[Mapping[str, Any]], spoken: str) -> list[dict[str, str]]:
    """What pydantic finds wrong, as entries of a problem's ``errors``: ``MOST_ERRORS``, and how many more there are.

    Those that give a problem its own code come first, so that none of them is among the others."""
    first = sorted(errors, key=lambda error: code_of(error) not in TELLING)
    told = [_field_error(error, spoken) for error in first[:MOST_ERRORS]]
    if len(first) > MOST_ERRORS:
        told.append(field_error("", "and_more", spoken, more=len(first) - MOST_ERRORS))
    return told


TELLING = ("personal_data", "unprintable_text")
"""The codes of fields that a problem is called by."""


def code_of(error: Mapping[str, Any]) -> str:
    """What is wrong with a field, in a word."""
    kind = str(error["type"])
    return _CODES.get(kind, kind)


def _field_error(error: Mapping[str, Any], spoken: str) -> dict[str, str]:
    kind = str(error["type"])
    field = "kind" if kind.startswith("union_tag") else _field(error["loc"])
    told = dict(error.get("ctx") or {})
    told.update({name: alternatives(str(told[name]), spoken) for name in ("expected", "expected_tags") if name in told})
    return field_error(field, code_of(error), spoken, **told)


def _field(location: Sequence[str | int]) -> str:
    steps = list(location)
    if steps and steps[0] in ("body", "query", "path", "header"):
        steps = steps[1:]
    if len(steps) > 1 and steps[0] in _TAGS:  # the union's tag, not a field
        steps = steps[1:]
    return printable(".".join(map(str, steps)))[:200]


def printable(value: str) -> str:
    return value.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")
