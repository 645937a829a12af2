"""The case list: one row a case, written with each append (`EventLog.append`); lists, counts, search.

`case_titles` holds the clear text that people search by; it is written when a case is claimed, goes when its
resident is erased, and can be made again from the sealed records.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import asyncpg

from domain.errors import Refusal
from store.database import is_text
from store.errors import reaching_the_store

if TYPE_CHECKING:
    from store.database import Executor

MAX_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case as lists show it. Instants are UTC; `title` is None once the resident is erased."""

    number: str
    version: int
    tier: str
    stage: str
    estate: str
    community: str | None
    units: list[str]
    category: str
    severity: str | None
    channel: str | None
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    closed_as: str | None
    wait: dict[str, Any] | None
    until: datetime | None
    overdue: bool
    supervised: bool
    emergency_id: str | None
    carried_over: int
    lead: str | None
    co_handlers: list[str]
    duplicate_of: str | None
    resident: str | None
    title: str | None = None


COLUMNS = tuple(field.name for field in fields(CaseRow) if field.name != "title")
_COLUMN_SET = frozenset(COLUMNS)
COUNTED_BY = frozenset({"tier", "stage", "estate", "community", "category", "closed_as", "lead"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuery:
    """Which cases; every filter narrows, None leaves open.

    `units` and `departments` are the caller's scope: cases under one of the units; led or shared by one of the
    departments, or in a joint response; with both, either will do. `q` is words of the title, or the start of a
    number. `open`: True not closed, False closed. `cursor` is a page's `next_cursor`; `limit` is at most 200.
    """

    units: tuple[str, ...] | None = None
    departments: tuple[str, ...] | None = None
    tier: str | None = None
    stage: str | None = None
    estate: str | None = None
    community: str | None = None
    category: str | None = None
    overdue: bool | None = None
    emergency: bool | None = None
    supervised: bool | None = None
    open: bool | None = None
    resident: str | None = None
    q: str | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CasePage:
    """Newest first. `next_cursor` is None on the last page."""

    items: tuple[CaseRow, ...]
    next_cursor: str | None


class CaseList:
    """The list on a pool (or connection). Every call may raise StoreUnavailable."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def get(self, number: str) -> CaseRow | None:
        """One case with its title."""
        if not is_text(number):
            return None
        with reaching_the_store():
            row = await self._executor.fetchrow(f"{_WITH_TITLES.format('cases')} WHERE c.number = $1", number)
        return _row(row) if row else None

    async def some(self, numbers: Iterable[str]) -> dict[str, CaseRow]:
        """The cases called `numbers`, by number; those that there are."""
        with reaching_the_store():
            rows = await self._executor.fetch(f"{_WITH_TITLES.format('cases')} WHERE c.number = ANY($1)", list(numbers))
        return {row["number"]: _row(row) for row in rows}

    async def page(self, query: CaseQuery) -> CasePage:
        """The cases that fit, newest first. Raises Refusal("bad_cursor")."""
        limit = max(1, min(query.limit, MAX_LIMIT))
        where = _Where(query)
        if query.cursor is not None:
            opened_at, number = _read_cursor(query.cursor)
            where.add("(c.opened_at, c.number) < ({}, {})", opened_at, number)
        order = "ORDER BY c.opened_at DESC, c.number DESC"
        some = f"(SELECT c.* FROM cases AS c{where.sql} {order} LIMIT {limit + 1})"
        with reaching_the_store():
            rows = await self._executor.fetch(f"{_WITH_TITLES.format(some)} {order}", *where.values)
        items = tuple(map(_row, rows[:limit]))
        return CasePage(items, _cursor(items[-1]) if len(rows) > limit else None)

    async def due(self, query: CaseQuery) -> tuple[CaseRow, ...]:
        """The cases that fit and wait for something, the one due first on top; the cursor does not matter."""
        where = _Where(query)
        where.add("c.until IS NOT NULL")
        order = "ORDER BY c.until, c.number"
        some = f"(SELECT c.* FROM cases AS c{where.sql} {order} LIMIT {max(1, min(query.limit, MAX_LIMIT))})"
        with reaching_the_store():
            rows = await self._executor.fetch(f"{_WITH_TITLES.format(some)} {order}", *where.values)
        return tuple(map(_row, rows))

    async def count(self, query: CaseQuery) -> int:
        """How many cases fit; the cursor and limit do not matter."""
        where = _Where(query)
        with reaching_the_store():
            return int(await self._executor.fetchval(f"SELECT count(*) FROM cases AS c{where.sql}", *where.values))

    async def count_by(self, column: str, query: CaseQuery) -> dict[str, int]:
        """How many cases fit for each value of `column`, one of `COUNTED_BY`; those without one left out."""
        if column not in COUNTED_BY:
            raise ValueError(f"cases are not counted by {column}")
        where = _Where(query)
        statement = f"SELECT c.{column} AS what, count(*) AS n FROM cases AS c{where.sql} GROUP BY 1 ORDER BY 1"
        with reaching_the_store():
            rows = await self._executor.fetch(statement, *where.values)
        return {row["what"]: row["n"] for row in rows if row["what"] is not None}

    async def all(self, query: CaseQuery) -> tuple[CaseRow, ...]:
        """Every case that fits, page after page: for tools, not for requests."""
        found: list[CaseRow] = []
        page = await self.page(replace(query, limit=MAX_LIMIT))
        found.extend(page.items)
        while page.next_cursor is not None:
            page = await self.page(replace(query, limit=MAX_LIMIT, cursor=page.next_cursor))
            found.extend(page.items)
        return tuple(found)

    async def put_title(self, number: str, resident: str | None, title: str) -> None:
        """Write a case's title, in clear, for lists and search."""
        with reaching_the_store():
            await self._executor.execute(
                "INSERT INTO case_titles (number, resident, title, grams) VALUES ($1, $2, $3, $4) "
                "ON CONFLICT (number) DO UPDATE SET resident = excluded.resident, title = excluded.title, "
                "grams = excluded.grams",
                number,
                resident,
                title,
                grams(title),
            )

    async def titles(self, numbers: Sequence[str]) -> dict[str, str]:
        """The titles of the cases called `numbers`; those without one are left out."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT number, title FROM case_titles WHERE number = ANY($1)", list(numbers)
            )
        return {row["number"]: row["title"] for row in rows}


def whole_row(row: Mapping[str, object]) -> Mapping[str, object]:
    """`row` itself if it has exactly the list's columns (one left out would be NULL), else ValueError."""
    if row.keys() != _COLUMN_SET:
        raise ValueError(f"not a row of the case list: {sorted(row.keys() ^ _COLUMN_SET)}")
    return row


def grams(title: str) -> list[str]:
    """What a title is found by: its characters and pairs of neighbours, lower-cased, in order, each once."""
    text = title.casefold()
    pairs = (text[i : i + 2] for i in range(len(text) - 1))
    return sorted({gram for gram in (*text, *pairs) if not gram.isspace()})


def asked_grams(q: str) -> list[str]:
    """The grams that a title must have to be found by `q`: the pairs of each of its words."""
    found: set[str] = set()
    for word in q.casefold().split():
        found.update([word] if len(word) == 1 else (word[i : i + 2] for i in range(len(word) - 1)))
    return sorted(found)


_WITH_TITLES = "SELECT c.*, t.title FROM {} AS c LEFT JOIN case_titles AS t ON t.number = c.number"
_NUMBER = re.compile(r"[A-Za-z]{1,8}-[0-9-]*")
_EQUAL = ("tier", "stage", "estate", "community", "category", "overdue", "supervised", "resident")


class _Where:
    """A query's conditions and their parameters."""

    def __init__(self, query: CaseQuery) -> None:
        self.values: list[object] = []
        self._conditions: list[str] = []
        self._scope(query)
        for column in _EQUAL:
            self._equal(column, getattr(query, column))
        self._null("c.closed_at", query.open)
        self._null("c.emergency_id", None if query.emergency is None else not query.emergency)
        if query.q and not is_text(query.q):
            self.add("false")
        elif query.q and query.q.strip():
            self._search(query.q.strip())

    @property
    def sql(self) -> str:
        """The WHERE clause, or nothing."""
        return " WHERE " + " AND ".join(self._conditions) if self._conditions else ""

    def add(self, condition: str, *values: object) -> None:
        """Add a condition; each {} in it stands for the next value."""
        marks = [f"${len(self.values) + i}" for i in range(1, len(values) + 1)]
        self.values.extend(values)
        self._conditions.append(condition.format(*marks))

    def _scope(self, query: CaseQuery) -> None:
        under = "c.units && {}::text[]"
        # The joint response is everybody's: any department may be asked to a task.
        # A case there has an emergency's id, which has an index; the stage, which changes with every move, has none.
        everybodys = "c.emergency_id IS NOT NULL AND c.stage = 'joint_response'"
        theirs = f"(c.lead = ANY({{0}}::text[]) OR c.co_handlers && {{0}}::text[] OR {everybodys})"
        if query.units is not None and query.departments is not None:
            both = f"({under} OR {theirs.replace('{0}', '{1}')})".replace("{}", "{0}")
            self.add(both, list(query.units), list(query.departments))
        elif query.units is not None:
            self.add(under, list(query.units))
        elif query.departments is not None:
            self.add(theirs, list(query.departments))

    def _equal(self, column: str, value: str | bool | None) -> None:
        if isinstance(value, str) and not is_text(value):
            self.add("false")
        elif value is not None:
            self.add(f"c.{column} = {{}}", value)

    def _null(self, column: str, null: bool | None) -> None:
        if null is not None:
            self._conditions.append(f"{column} IS {'' if null else 'NOT '}NULL")

    def _search(self, q: str) -> None:
        titled = "EXISTS (SELECT FROM case_titles AS t WHERE t.number = c.number AND t.grams @> {}::text[])"
        if _NUMBER.fullmatch(q) is None:
            self.add(titled, asked_grams(q))
            return
        numbered = "SELECT number FROM cases WHERE number >= {} AND number < {}"
        both = f"c.number IN ({numbered} UNION SELECT number FROM case_titles WHERE grams @> {{}}::text[])"
        self.add(both, q.upper(), q.upper() + "\U0010ffff", asked_grams(q))


def _row(record: asyncpg.Record) -> CaseRow:
    return CaseRow(**dict(record))


def _cursor(row: CaseRow) -> str:
    text = json.dumps([row.opened_at.isoformat(), row.number])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        opened_at, number = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        at = datetime.fromisoformat(opened_at)
        if at.tzinfo is None or not isinstance(number, str) or not is_text(number):
            raise ValueError(cursor)
        return at.astimezone(UTC), number
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Refusal("bad_cursor") from error
