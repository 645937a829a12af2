"""The one reader of forms: from a command's model to the fields that somebody fills in.

    commands_of(Command)               # {"hold": Hold, …}: what people give to a kind of process, by the command's kind
    Hold.offer.label                   # Name(zh="暂缓", en="hold")
    fields_of(Hold, situation)         # (FormField("reason", …),): labels, help, limits, choices by the rules in force
    question_of(Hold, "reason")        # one field without a situation

A field is shown by its ``widget``; required, limits and dates are the model's own, so a form that is sent is read into
the model, and what the model finds wrong is wrong with the field of that name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from inspect import get_annotations
from typing import Any, TypeVar, get_args

from pydantic import BaseModel

from domain.forms.asking import Asked, Choices, Offered, Options, Situation, Widget
from domain.words.bilingual import Name

_LONGEST_LINE = 80
"""Characters: what may be longer is written in an area."""

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form. ``longest``: of its text, or of each line; ``most``: of its entries; ``least`` and
    ``greatest``: of a number. ``choices``, ``suggested``, ``first``, ``last``, ``value`` are those of a situation."""

    name: str
    asked: Asked
    widget: Widget
    required: bool
    longest: int | None = None
    most: int | None = None
    least: int | None = None
    greatest: int | None = None
    choices: Choices = ()
    suggested: Options = ()
    first: date | None = None
    last: date | None = None
    value: str = ""

    @property
    def label(self) -> Name:
        return self.asked.label

    @property
    def help(self) -> Name | None:
        return self.asked.help

    @property
    def options(self) -> Options:
        """All choices, without their groups."""
        return tuple(option for _, options in self.choices for option in options)

    @property
    def several(self) -> bool:
        """Whether it holds several values."""
        return self.widget in ("boxes", "lines")


def commands_of(envelope: type[BaseModel]) -> Mapping[str, type[Offered]]:
    """The commands of an envelope that people give, by kind, in the order of its ``body``'s union."""
    members = _members(envelope.model_fields["body"].annotation)
    return {kind_of(one): one for one in members if issubclass(one, Offered)}


def _members(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models of a union, however it is nested and annotated."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _members(inner)


def kind_of(command: type[BaseModel]) -> str:
    """What a command is called in its envelope, and in a form."""
    kind: str = get_args(command.model_fields["kind"].annotation)[0]
    return kind


@cache
def questions_of(command: type[BaseModel]) -> tuple[FormField, ...]:
    """Everything that a command says it asks for, also what no form offers, without a situation."""
    document = command.model_json_schema()
    required, properties = document.get("required", ()), document.get("properties", {})
    found = []
    for name in _names(command):
        asked = next((one for one in command.model_fields[name].metadata if isinstance(one, Asked)), None)
        if asked is not None:
            found.append(_question(name, asked, properties[name], required=name in required))
    return tuple(found)


def _names(command: type[BaseModel]) -> list[str]:
    """The fields as the model itself writes them; what it inherits and leaves alone comes after."""
    written = [name for one in command.__mro__ for name in get_annotations(one) if name in command.model_fields]
    return list(dict.fromkeys(written))


def question_of(command: type[BaseModel], name: str) -> FormField:
    """One of them. Raises KeyError for a field that asks for nothing."""
    found = next((one for one in questions_of(command) if one.name == name), None)
    if found is None:
        raise KeyError(name)
    return found


def _question(name: str, asked: Asked, document: Mapping[str, Any], *, required: bool) -> FormField:
    shape = next((one for one in document.get("anyOf", ()) if one.get("type") != "null"), document)
    entry = shape.get("items", shape)
    return FormField(
        name,
        asked,
        asked.widget or _widget(asked, shape),
        required=required if not isinstance(asked.required, bool) else asked.required,
        longest=entry.get("maxLength"),
        most=shape.get("maxItems"),
        least=shape.get("minimum"),
        greatest=shape.get("maximum"),
    )


def _widget(asked: Asked, shape: Mapping[str, Any]) -> Widget:
    kind, written = shape.get("type"), shape.get("format")
    if kind == "array":
        return "boxes" if asked.choices is not None else "lines"
    if asked.choices is not None:
        return "choice"
    if kind == "boolean":
        return "tick"
    if kind in ("integer", "number"):
        return "number"
    if written in ("date", "date-time"):
        return "date" if written == "date" else "moment"
    return "line" if shape.get("maxLength", _LONGEST_LINE + 1) <= _LONGEST_LINE else "area"


def fields_of(command: type[BaseModel], situation: Situation[S]) -> tuple[FormField, ...]:
    """The fields that a form of ``command`` offers in a situation, in the model's order."""
    return tuple(
        _in(one, situation)
        for one in questions_of(command)
        if one.asked.offered and (one.asked.when is None or one.asked.when(situation))
    )


def _in(question: FormField, situation: Situation[Any]) -> FormField:
    asked = question.asked
    days = asked.days(situation) if asked.days is not None else None
    return replace(
        question,
        required=asked.required(situation) if callable(asked.required) else question.required,
        choices=asked.choices(situation) if asked.choices is not None else (),
        suggested=asked.suggestions(situation) if asked.suggestions is not None else (),
        first=days.first if days else None,
        last=days.last if days else None,
        value=days.value.isoformat() if days and days.value else "",
    )


def example_of(command: type[BaseModel]) -> dict[str, Any]:
    """A command as JSON, for the API's document: its kind, and its fields' examples."""
    given = {one.name: one.asked.example for one in questions_of(command) if one.asked.example is not None}
    return {"kind": kind_of(command), **given}
