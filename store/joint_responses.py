"""The list of joint responses: one row each, written with each append."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, Text, false, func, literal_column, select

from store.database import is_text
from store.paging import Asked, By, Order, page_limit
from store.statements import Statement, among, given
from store.tables.base import Instant, Texts
from store.tables.lists import IS_CLOSED, RESPONSE_LIST, RESPONSES

if TYPE_CHECKING:
    import asyncpg

    from store.database import Executor


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRow:
    """A joint response as lists show it. Instants are UTC; ``playbook`` is kind and version; ``tasks`` as in its state.

    ``units``: every unit over one of its cases; ``departments``: who signs and reports for one of its tasks.
    """

    id: str
    version: int
    playbook: str
    status: str
    phase: str
    cases: list[str]
    estates: list[str]
    units: list[str]
    departments: list[str]
    lead: str
    declared_at: datetime
    stood_down_at: datetime | None
    watch_until: datetime | None
    cap_at: datetime
    late: bool
    required_open: int
    next_until: datetime | None
    tasks: list[dict[str, Any]]
    linked: list[str]
    sitting: str | None
    provider: str | None
    outcome: str | None
    reports: int
    updated_at: datetime

    @property
    def closed(self) -> bool:
        """Whether its watch is over too."""
        return self.status == "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseQuery:
    """Which responses: under one of ``units``, or with a task of one of ``departments``; None leaves open.

    ``cursor`` is a page's ``next_cursor``; ``limit`` is at most 200.
    """

    units: tuple[str, ...] | None = None
    departments: tuple[str, ...] | None = None
    status: str | None = None
    playbook: str | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ResponsePage:
    """Those that run first, then the closed ones; the newest first among each. The last page has no cursor."""

    items: tuple[ResponseRow, ...]
    next_cursor: str | None


class Responses:
    """The list on a pool (or connection). Every call may raise StoreUnavailable."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def get(self, response: str) -> ResponseRow | None:
        """One response."""
        return (await self.some([response])).get(response) if is_text(response) else None

    async def some(self, responses: Iterable[str]) -> dict[str, ResponseRow]:
        """Those of ``responses`` that there are, by id."""
        rows = await _SOME.rows(self._executor, ids=list(responses))
        return {row["id"]: _row(row) for row in rows}

    async def page(self, query: ResponseQuery) -> ResponsePage:
        """The responses that fit. Raises Refusal("bad_cursor")."""
        limit, asked = page_limit(query.limit), _asked(query)
        after = _ORDER.read(query.cursor) if query.cursor is not None else {}
        statement = _paged(asked.filters, bool(after))
        rows = await statement.rows(self._executor, **asked.values, **after, limit=limit + 1)
        items = tuple(map(_row, rows[:limit]))
        return ResponsePage(items, _ORDER.cursor(items[-1]) if len(rows) > limit else None)

    async def open(self) -> tuple[ResponseRow, ...]:
        """Every response that has not ended, the oldest first: those being worked on, and those being watched."""
        return tuple(map(_row, await _OPEN.rows(self._executor)))

    async def open_on(self, estates: Sequence[str]) -> tuple[ResponseRow, ...]:
        """The responses being worked on or watched on one of ``estates``, the oldest first."""
        return tuple(map(_row, await _OPEN_ON.rows(self._executor, estates=list(estates))))

    async def declared(self, since: datetime, until: datetime, unit: str | None) -> tuple[ResponseRow, ...]:
        """The responses under ``unit`` that were declared from ``since`` on and before ``until``, the oldest first."""
        statement, units = (_DECLARED, []) if unit is None else (_DECLARED_UNDER, [unit])
        return tuple(map(_row, await statement.rows(self._executor, since=since, until=until, units=units)))

    async def of_sitting(self, sitting: str) -> ResponseRow | None:
        """The response whose extraordinary sitting that is."""
        row = await _OF_SITTING.row(self._executor, sitting=sitting) if is_text(sitting) else None
        return _row(row) if row else None


_ORDER: Order[ResponseRow] = Order(
    (By(IS_CLOSED), By(RESPONSES.c.declared_at, down=True), By(RESPONSES.c.id, down=True)),
    lambda row: (row.closed, row.declared_at, row.id),
)

_PLAYBOOK = func.split_part(RESPONSES.c.playbook, "@", literal_column("1"), type_=Text())
_UNDER = RESPONSES.c.units.overlap(given("units", Texts))
_FILTERS: Mapping[str, ColumnElement[bool]] = {
    "nothing": false(),
    "under": _UNDER,
    "theirs": RESPONSES.c.departments.overlap(given("departments", Texts)),
    "status": RESPONSES.c.status == given("status", Text()),
    "playbook": given("playbook", Text()) == _PLAYBOOK,
}
"""What the list can be narrowed by."""


def _asked(query: ResponseQuery) -> Asked:
    asked = Asked()
    if query.units is not None:
        asked.add("under", units=list(query.units))
    if query.departments is not None:
        asked.add("theirs", departments=list(query.departments))
    if query.status is not None:
        asked.add("status", status=query.status)
    if query.playbook is not None:
        asked.add("playbook", playbook=query.playbook)
    return asked


# ---------------------------------------------------------------- statements, each made once

_SHOWN = select(RESPONSES)
_OLDEST_FIRST = _SHOWN.order_by(RESPONSES.c.declared_at, RESPONSES.c.id)
_GOES_ON = _OLDEST_FIRST.where(RESPONSE_LIST.is_open)
_DECLARED_THEN = _OLDEST_FIRST.where(
    RESPONSES.c.declared_at >= given("since", Instant), RESPONSES.c.declared_at < given("until", Instant)
)

_SOME = Statement(_SHOWN.where(among(RESPONSES.c.id, "ids")))
_OPEN = Statement(_GOES_ON)
_OPEN_ON = Statement(_GOES_ON.where(RESPONSES.c.estates.overlap(given("estates", Texts))))
_DECLARED = Statement(_DECLARED_THEN)
_DECLARED_UNDER = Statement(_DECLARED_THEN.where(_UNDER))
_OF_SITTING = Statement(_OLDEST_FIRST.where(RESPONSES.c.sitting == given(RESPONSES.c.sitting)))


@lru_cache(128)
def _paged(filters: tuple[str, ...], after: bool) -> Statement:
    page = _SHOWN.where(*(_FILTERS[name] for name in filters)).order_by(*_ORDER.sorted)
    page = page.limit(given("limit", Integer()))
    return Statement(page.where(_ORDER.after) if after else page)


def _row(record: asyncpg.Record) -> ResponseRow:
    return ResponseRow(**dict(record))
