"""Forms of commands: shown as ``domain.forms`` reads them from a command's model; sent, they are read by that model.

``parts.asked(form, field)`` draws a field. What the model finds wrong is said at the field, in the viewer's language.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from fastapi import Request
from pydantic import ValidationError

from api.edge import csrf
from api.edge.bodies import form_fields, is_form
from api.edge.field_errors import field_error, field_errors
from api.edge.languages import language
from console.frame import once
from console.frame.forms import Form, values_of
from domain.forms.asking import Offered, Situation
from domain.forms.reading import FormField, fields_of, kind_of, questions_of
from domain.text.characters import is_seen
from services.problems import Problem

C = TypeVar("C", bound=Offered)
S = TypeVar("S")

_OF_EVERY_FORM = frozenset({csrf.FIELD, "kind", *once.FIELDS})
_SHANGHAI = "+08:00"


def asked_of(command: type[Offered], situation: Situation[S]) -> dict[str, FormField]:
    """The fields that a form of ``command`` has in a situation, by name, in order."""
    return {one.name: one for one in fields_of(command, situation)}


def first_values(fields: Iterable[FormField]) -> dict[str, Any]:
    """What a form holds when it is shown first."""
    return {one.name: one.value for one in fields if one.value}


async def read_one_of(
    request: Request, commands: Mapping[str, type[C]], given: Mapping[str, object] | None = None
) -> Form[C]:
    """The form that was sent of one of several commands, by its field ``kind``; ``given``: what the page knows itself.

    Raises Problem ``bad_form`` for what is no form; everything else is said in ``errors``.
    """
    kind = dict(await form_fields(request)).get("kind", "") if is_form(request) else ""
    if kind in commands:
        return await read(request, commands[kind], given)
    form = Form[C](await sent(request))
    wrong = field_error("kind", "union_tag_invalid", language(request), expected_tags=", ".join(commands))
    form.errors["kind"] = wrong["message"]
    return form


async def read(
    request: Request, command: type[C], given: Mapping[str, object] | None = None, aside: Collection[str] = ()
) -> Form[C]:
    """The form that was sent of one command. ``aside``: fields that are the page's own; ``given`` as above.

    Raises Problem ``bad_form`` for what is no form; everything else is said in ``errors``.
    """
    values = await sent(request, command)
    form = Form[C](values)
    taken = {name: value for name, value in values.items() if name not in _OF_EVERY_FORM and name not in aside}
    check(request, form, command, {**_as_data(command, taken), **(given or {})})
    return form


async def sent(request: Request, command: type[Offered] | None = None) -> dict[str, Any]:
    """What was sent, by name; several values for the boxes of a command. Raises Problem ``bad_form``."""
    if not is_form(request):
        raise Problem("bad_form")
    boxes = {one.name for one in questions_of(command) if one.widget == "boxes"} if command is not None else ()
    return values_of(await form_fields(request), frozenset(boxes))


def check(request: Request, form: Form[C], command: type[C], data: Mapping[str, Any]) -> None:
    """Reads ``data`` into the command, and says on the form what is wrong with it."""
    try:
        form.data = command.model_validate({"kind": kind_of(command), **data})
    except ValidationError as error:
        form.errors.update((one["field"], one["message"]) for one in field_errors(error.errors(), language(request)))


def lines_of(text: object) -> list[str]:
    """The entries of a field that has one a line."""
    return [line for line in str(text).splitlines() if is_seen(line)]


def _as_data(command: type[Offered], values: Mapping[str, Any]) -> dict[str, Any]:
    """What a form holds as the model reads it; what is empty was not sent."""
    data = {name: value for name, value in values.items() if value and (not isinstance(value, str) or is_seen(value))}
    for question in questions_of(command):
        name = question.name
        if question.widget == "lines" and name in data:
            data[name] = lines_of(data[name])
        elif question.widget in ("number", "stars") and str(data.get(name, "")).isdecimal():
            data[name] = int(data[name])
        elif question.widget == "moment":
            parts = [data.pop(f"{name}.{part}", "") for part in ("day", "time")]
            if all(parts):
                data[name] = f"{parts[0]}T{parts[1]}{_SHANGHAI}"
    return data
