"""The case list: one row a case, written with each append (`EventLog.append`); lists, counts, search.

`case_titles` holds the clear text that people search by; it is written when a case is claimed, goes when its
resident is erased, and can be made again from the sealed records.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import asyncpg

from domain.acting import Turn
from domain.case import WaitKind
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
    tier_since: datetime | None
    title: str | None = None

    @property
    def waits_for(self) -> WaitKind | None:
        """The kind of what it waits for."""
        return self.wait["kind"] if self.wait else None

    @property
    def forum(self) -> str | None:
        """The forum whose sitting it waits for."""
        return self.wait.get("forum") if self.wait else None


COLUMNS = tuple(field.name for field in fields(CaseRow) if field.name != "title")
_COLUMN_SET = frozenset(COLUMNS)
COUNTED_BY = frozenset({"tier", "stage", "estate", "community", "category", "closed_as", "lead"})

Sort = Literal["newest", "due", "longest"]
"""The list's orders: opened last; late ones and then what is due first; longest at its tier. The last two are of open
cases alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuery:
    """Which cases; every filter narrows, None leaves open.

    `units` and `departments` are the caller's scope: cases under one of the units; led or shared by one of the
    departments, or in a joint response; with both, either will do. `q` is words of the title, or the start of a
    number. `open`: True not closed, False closed. `estates`: at one of them. `lead`: leads it or helps.
    `opened_from` and `opened_to`: opened in between, the latter excluded. `turn`: waits for an actor. `cursor` is a
    page's `next_cursor`, in the same order; `limit` is at most 200.
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
    estates: tuple[str, ...] | None = None
    closed_as: str | None = None
    lead: str | None = None
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    duplicate_of: str | None = None
    turn: Turn | None = None
    q: str | None = None
    sort: Sort = "newest"
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CasePage:
    """In the order that was asked for. `next_cursor` is None on the last page."""

    items: tuple[CaseRow, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases there are at a tier and stage, and how many of them are late."""

    tier: str
    stage: str
    cases: int
    late: int


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
        """The cases that fit, in the query's order. Raises Refusal("bad_cursor")."""
        return await self._page(query, max(1, min(query.limit, MAX_LIMIT)))

    async def _page(self, query: CaseQuery, limit: int) -> CasePage:
        where, order = _Where(query), _ORDERS[query.sort]
        if order.open:
            where.add("c.closed_at IS NULL")
        if query.cursor is not None:
            where.add(order.after, *_read_cursor(query.cursor, order))
        some = f"(SELECT c.* FROM cases AS c{where.sql} ORDER BY {order.by} LIMIT {limit + 1})"
        with reaching_the_store():
            rows = await self._executor.fetch(f"{_WITH_TITLES.format(some)} ORDER BY {order.by}", *where.values)
        items = tuple(map(_row, rows[:limit]))
        return CasePage(items, _cursor(items[-1], order) if len(rows) > limit else None)

    async def due(self, query: CaseQuery) -> tuple[CaseRow, ...]:
        """The first of the open cases that fit, those that are late or due first on top."""
        return (await self.page(replace(query, sort="due", cursor=None))).items

    async def columns(self, query: CaseQuery, stages: Sequence[str], limit: int) -> dict[str, tuple[CaseRow, ...]]:
        """Of each stage the first open cases that fit, at most ``limit``, those that are late or due first on top."""
        where, order = _Where(query), _ORDERS["due"]
        where.add("c.closed_at IS NULL AND c.stage = s.stage")
        stage_of = f"unnest(${len(where.values) + 1}::text[]) AS s(stage)"
        some = f"SELECT c.* FROM cases AS c{where.sql} ORDER BY {order.by} LIMIT {limit}"
        each = f"(SELECT c.* FROM {stage_of} CROSS JOIN LATERAL ({some}) AS c)"
        with reaching_the_store():
            rows = await self._executor.fetch(
                f"{_WITH_TITLES.format(each)} ORDER BY {order.by}", *where.values, list(stages)
            )
        found: dict[str, list[CaseRow]] = {stage: [] for stage in stages}
        for row in rows:
            found[row["stage"]].append(_row(row))
        return {stage: tuple(cases) for stage, cases in found.items()}

    async def tallies(self, query: CaseQuery) -> tuple[Tally, ...]:
        """How many cases fit at each tier and stage; cursor, order and limit do not matter."""
        where = _Where(query)
        counted = "SELECT c.tier, c.stage, count(*) AS cases, count(*) FILTER (WHERE c.overdue) AS late"
        with reaching_the_store():
            rows = await self._executor.fetch(f"{counted} FROM cases AS c{where.sql} GROUP BY 1, 2", *where.values)
        return tuple(Tally(**dict(row)) for row in rows)

    async def waiting_for(self, sittings: Sequence[str]) -> dict[str, int]:
        """How many open cases wait for each of these sittings."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT wait ->> 'sitting_id' AS sitting, count(*) AS n FROM cases "
                "WHERE closed_at IS NULL AND wait ->> 'sitting_id' = ANY($1) GROUP BY 1",
                list(sittings),
            )
        return {row["sitting"]: row["n"] for row in rows}

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

    async def every(self, query: CaseQuery, most: int) -> AsyncIterator[tuple[CaseRow, ...]]:
        """The cases that fit, in the query's order, some at a time; ``most`` of them at most."""
        left, cursor = most, query.cursor
        while left > 0:
            page = await self._page(replace(query, cursor=cursor), min(left, _SOME))
            if page.items:
                yield page.items
            left, cursor = left - len(page.items), page.next_cursor
            if cursor is None:
                return

    async def all(self, query: CaseQuery) -> tuple[CaseRow, ...]:
        """Every case that fits: for tools, not for requests."""
        return tuple([row async for some in self.every(query, _NO_END) for row in some])

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


_SOME = 500
_NO_END = 1 << 40


@dataclass(frozen=True, slots=True)
class _Order:
    """How a list is sorted, and what follows a row in it. ``key``: the row's values; ``read``: a cursor's, checked.
    ``open``: only of open cases, whose index it has."""

    by: str
    after: str
    key: Callable[[CaseRow], list[object]]
    kinds: tuple[type, ...]
    open: bool = True


_ORDERS: dict[Sort, _Order] = {
    "newest": _Order(
        "c.opened_at DESC, c.number DESC",
        "(c.opened_at, c.number) < ({}, {})",
        lambda row: [row.opened_at, row.number],
        (datetime, str),
        open=False,
    ),
    "due": _Order(
        "(NOT c.overdue), c.until, c.number",
        "((NOT c.overdue), c.until, c.number) > ({}, {}, {})",
        lambda row: [not row.overdue, row.until, row.number],
        (bool, datetime, str),
    ),
    "longest": _Order(
        "c.tier_since, c.number",
        "(c.tier_since, c.number) > ({}, {})",
        lambda row: [row.tier_since, row.number],
        (datetime, str),
    ),
}

# Columns by name: a program goes on reading where a later one has added some.
_SHOWN = ", ".join(f"c.{column}" for column in COLUMNS)
_WITH_TITLES = f"SELECT {_SHOWN}, t.title FROM {{}} AS c LEFT JOIN case_titles AS t ON t.number = c.number"
_NUMBER = re.compile(r"[A-Za-z]{1,8}-[0-9-]*")
_EQUAL = (
    "tier",
    "stage",
    "estate",
    "community",
    "category",
    "overdue",
    "supervised",
    "resident",
    "closed_as",
    "duplicate_of",
)


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
        self._given("c.estate = ANY({}::text[])", query.estates)
        self._given("c.opened_at >= {}", query.opened_from)
        self._given("c.opened_at < {}", query.opened_to)
        if query.lead is not None and not is_text(query.lead):
            self.add("false")
        elif query.lead is not None:
            self.add("(c.lead = {} OR c.co_handlers @> {}::text[])", query.lead, [query.lead])
        if query.turn is not None:
            self._turn(query.turn)
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

    def _given(self, condition: str, value: object | None) -> None:
        if value is not None:
            self.add(condition, list(value) if isinstance(value, tuple) else value)

    def _turn(self, turn: Turn) -> None:
        """As ``Turn.has`` says it."""
        self.add(_TURN, turn.unit, turn.tier, turn.contacts, turn.declares, list(turn.parties), turn.tops)

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


_TURN = """(
    c.wait ->> 'kind' = 'plan' AND (c.lead = {0} OR {0} = ANY(c.co_handlers))
    OR {1}::text IS NOT NULL AND {0} = ANY(c.units) AND CASE c.wait ->> 'kind'
        WHEN 'contact' THEN {2}::boolean WHEN 'sitting' THEN c.wait ->> 'forum' = {0}
        WHEN 'suspension' THEN c.tier = {1} WHEN 'stand_down' THEN {3}::boolean
        WHEN 'designation' THEN {5}::boolean
        WHEN 'plan' THEN c.tier = {1} AND c.lead <> ALL({4}::text[]) ELSE false END
)"""


def _cursor(row: CaseRow, order: _Order) -> str:
    values = [value.isoformat() if isinstance(value, datetime) else value for value in order.key(row)]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, order: _Order) -> list[object]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        given = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return [_cursor_value(value, kind) for value, kind in zip(given, order.kinds, strict=True)]
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Refusal("bad_cursor") from error


def _cursor_value(value: object, kind: type) -> object:
    """Raises ValueError, TypeError."""
    if kind is datetime:
        at = datetime.fromisoformat(value)  # type: ignore[arg-type]  # raises TypeError
        if at.tzinfo is None:
            raise ValueError(value)
        return at.astimezone(UTC)
    if not isinstance(value, kind) or (isinstance(value, str) and not is_text(value)):
        raise ValueError(value)
    return value
