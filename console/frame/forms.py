"""Forms: what was sent, read strictly into the same models as the API's bodies; what is wrong, by field, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.edge import csrf
from api.edge.accesses import told_on_a_form
from api.edge.bodies import form_fields, is_form
from api.edge.field_errors import field_errors
from api.edge.languages import language
from api.edge.problems import detail_of
from domain.errors import Refusal
from domain.text.characters import is_seen
from services.problems import Problem

Read = TypeVar("Read")

_NTH = re.compile(r"(\.[0-9]+)+$")
"""The place in a list, at the end of a field's name."""


@dataclass
class Form(Generic[Read]):
    """A form as it was sent, or as it is first shown.

    ``values``: what its fields hold, by name (``reporter.phone`` for a field of a field). ``errors``: what is wrong,
    by name; under ``""`` what is wrong with all of it. ``data``: what was read; None until everything is right.
    ``prefix``: of its fields' ids, where a page has several forms.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    data: Read | None = None
    prefix: str = ""

    def value(self, name: str) -> Any:
        """What a field holds; empty text where it holds nothing."""
        return self.values.get(name, "")

    def chosen(self, name: str, value: str) -> bool:
        """Whether a choice is made: of one, or of several."""
        held = self.values.get(name, ())
        return value == held if isinstance(held, str) else value in held

    def error(self, name: str) -> str | None:
        """What is wrong with a field, or with what is in it."""
        within = (words for key, words in self.errors.items() if key == name or key.startswith(f"{name}."))
        return next(within, None)

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """What is wrong with its fields: each a field's name and the words; what is in a list is the list's."""
        named = ((_NTH.sub("", name), words) for name, words in self.errors.items() if name)
        return list(dict(named).items())

    def refused(self, request: Request, refused: Refusal | Problem) -> None:
        """Says on the form why the rules, or the interface, would not do it. The page's status is
        ``api.edge.problems.status_of(refused.code)``."""
        for one in getattr(refused, "errors", ()):
            self.errors[one["field"]] = one["message"]
        told_on_a_form(request, refused.code)
        self.errors[""] = detail_of(request, refused)


async def read(request: Request, into: type[Read] | TypeAdapter[Read], *, lists: Sequence[str] = ()) -> Form[Read]:
    """The form that was sent. Empty fields count as not sent; a name may come more than once only for ``lists``.

    Raises Problem ``bad_form`` for what is no form; everything else is said in ``errors``.
    """
    if not is_form(request):
        raise Problem("bad_form")
    return filled(request, await form_fields(request), into, lists=lists)


def filled(
    request: Request,
    fields: Sequence[tuple[str, str]],
    into: type[Read] | TypeAdapter[Read],
    *,
    lists: Sequence[str] = (),
) -> Form[Read]:
    """The same, of fields that have been read already (of a form with files)."""
    values = values_of(fields, frozenset(lists))
    form = Form[Read](values)
    adapter: TypeAdapter[Read] = into if isinstance(into, TypeAdapter) else TypeAdapter(into)
    try:
        # Read as strings, also a field that is strict takes its number; pydantic reads no lists so.
        form.data = (adapter.validate_python if lists else adapter.validate_strings)(_nested(values))
    except ValidationError as error:
        form.errors.update((one["field"], one["message"]) for one in field_errors(error.errors(), language(request)))
    return form


def values_of(fields: Sequence[tuple[str, str]], lists: frozenset[str]) -> dict[str, Any]:
    """What was sent, by name; several values for ``lists``.

    Raises Problem ``bad_form`` for a field that comes twice and is no list.
    """
    values: dict[str, Any] = {name: [] for name in lists}
    for name, value in fields:
        if name in lists:
            values[name].append(value)
        elif name in values:
            raise Problem("bad_form")
        else:
            values[name] = value
    return values


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """``{"reporter.phone": "…"}`` → ``{"reporter": {"phone": "…"}}``, without what is empty."""
    nested: dict[str, Any] = {}
    for name, value in values.items():
        if name == csrf.FIELD or value in ("", []) or (isinstance(value, str) and not is_seen(value)):
            continue
        *outer, last = name.split(".")
        place = nested
        for key in outer:
            place = place.setdefault(key, {})
            if not isinstance(place, dict):
                raise Problem("bad_form")
        place[last] = value
    return nested


class Sent(BaseModel):
    """Base of the console's own forms: a field that is not known is refused."""

    model_config = {"extra": "forbid", "frozen": True}
