"""Pages by key: what a list is narrowed by, how it is sorted, what follows a row in it, a page's cursor."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, or_, tuple_

from domain.errors import Refusal
from store.database import is_text
from store.statements import given

R = TypeVar("R")

MAX_LIMIT = 200
"""The longest page."""


@dataclass(frozen=True, slots=True)
class By:
    """One thing that a list is sorted by. ``down``: the greatest first."""

    column: ColumnElement[Any]
    down: bool = False

    @property
    def sorted(self) -> ColumnElement[Any]:
        """As an ORDER BY has it."""
        return self.column.desc() if self.down else self.column


@dataclass(frozen=True, slots=True)
class Order(Generic[R]):
    """How a list is sorted. ``key``: a row's values of what it is sorted ``by``; together they are one row's alone.
    ``only``: the rows that the order is for, where an index has no others."""

    by: tuple[By, ...]
    key: Callable[[R], Sequence[Any]]
    only: ColumnElement[bool] | None = None

    @property
    def sorted(self) -> tuple[ColumnElement[Any], ...]:
        """As an ORDER BY has it."""
        return tuple(by.sorted for by in self.by)

    @property
    def after(self) -> ColumnElement[bool]:
        """What follows the row whose values are given (see ``read``)."""
        runs = [tuple(run) for _, run in groupby(enumerate(self.by), key=lambda one: one[1].down)]
        return or_(*(and_(*map(_same, runs[:n]), _follows(run)) for n, run in enumerate(runs)))

    def cursor(self, row: R) -> str:
        """A page's ``next_cursor``, from its last row."""
        values = [value.isoformat() if isinstance(value, datetime) else value for value in self.key(row)]
        return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")

    def read(self, cursor: str) -> dict[str, object]:
        """The values that ``after`` is given. Raises Refusal("bad_cursor")."""
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            sent = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            pairs = zip(sent, self.by, strict=True)
            return {_name(n): _value(value, by.column.type.python_type) for n, (value, by) in enumerate(pairs)}
        except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise Refusal("bad_cursor") from error


class Asked:
    """The filters that a query narrows a list by, and the values that they are given."""

    def __init__(self) -> None:
        self._filters: list[str] = []
        self.values: dict[str, object] = {}

    @property
    def filters(self) -> tuple[str, ...]:
        """Their names; the same ones ask the same statement."""
        return tuple(self._filters)

    def add(self, name: str, **values: object) -> None:
        """One filter. Nothing stored equals what PostgreSQL cannot hold."""
        unheard_of = any(isinstance(value, str) and not is_text(value) for value in values.values())
        self._filters.append("nothing" if unheard_of else name)
        self.values.update(values)


def page_limit(asked: int) -> int:
    """How long a page is, of one that is asked to be that long."""
    return max(1, min(asked, MAX_LIMIT))


_Run = Sequence[tuple[int, By]]
"""Some things that a list is sorted by in the same direction, one after the other, with their places."""


def _follows(run: _Run) -> ColumnElement[bool]:
    columns, values = _sides(run)
    return columns < values if run[0][1].down else columns > values


def _same(run: _Run) -> ColumnElement[bool]:
    columns, values = _sides(run)
    return columns == values


def _sides(run: _Run) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    values = [given(_name(n), by.column.type) for n, by in run]
    if len(run) == 1:
        return run[0][1].column, values[0]
    return tuple_(*(by.column for _, by in run)), tuple_(*values)


def _name(place: int) -> str:
    return f"after_{place}"


def _value(value: object, kind: type) -> object:
    """Raises ValueError, TypeError."""
    if kind is datetime:
        at = datetime.fromisoformat(value)  # type: ignore[arg-type]  # raises TypeError
        if at.tzinfo is None:
            raise ValueError(value)
        return at.astimezone(UTC)
    if not isinstance(value, kind) or (isinstance(value, str) and not is_text(value)):
        raise ValueError(value)
    return value
