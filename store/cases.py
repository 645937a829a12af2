"""The case list: one row a case, written with each append (`EventLog.append`); lists, counts, search.

`case_titles` holds the clear text that people search by; it is written when a case is claimed, goes when its
resident is erased, and can be made again from the sealed records.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Text,
    all_,
    and_,
    any_,
    case,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from domain.acting import Turn
from domain.case import WaitKind
from domain.text.seeking import asked_grams, begun_number, grams, short_number
from store.database import is_text
from store.paging import Asked, By, Order, page_limit
from store.statements import Statement, among, given, inserted
from store.tables.base import Instant, Texts, constant
from store.tables.lists import CASES, IN_TIME, IS_OPEN, WAITS_FOR_SITTING
from store.tables.people import CASE_TITLES

if TYPE_CHECKING:
    import asyncpg

    from store.database import Executor


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
    next_until: datetime | None
    answer_due: datetime | None
    answer_missed: bool
    title: str | None = None

    @property
    def waits_for(self) -> WaitKind | None:
        """The kind of what it waits for."""
        return self.wait["kind"] if self.wait else None

    @property
    def forum(self) -> str | None:
        """The forum whose sitting it waits for."""
        return self.wait.get("forum") if self.wait else None


AnswerFilter = Literal["due", "overdue", "none"]
"""Whether a word is promised and its time runs, was missed and is still owed, or neither."""

COUNTED_BY = frozenset({"tier", "stage", "estate", "community", "category", "closed_as", "lead"})

Sort = Literal["newest", "due", "longest", "promised"]
"""The list's orders: opened last; late ones and then what is due first; longest at its tier; whose resident was or is
to hear first. All but the first are of open cases alone, the last of those that owe a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuery:
    """Which cases; every filter narrows, None leaves open.

    `units` and `departments` are the caller's scope: cases under one of the units; led or shared by one of the
    departments, or in a joint response; with both, either will do. `q` is words of the title, or the start of a
    number. `open`: True not closed, False closed. `estates`: at one of them. `lead`: leads it or helps.
    `opened_from` and `opened_to`: opened in between, the latter excluded. `turn`: waits for an actor. `answer`: whether
    a word to the resident is promised or missed; `answers`: it is this actor's to give. `cursor` is a page's
    `next_cursor`, in the same order; `limit` is at most 200.
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
    answer: AnswerFilter | None = None
    answers: Turn | None = None
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
        row = await _GET.row(self._executor, number=number)
        return _row(row) if row else None

    async def some(self, numbers: Iterable[str]) -> dict[str, CaseRow]:
        """The cases called `numbers`, by number; those that there are."""
        rows = await _SOME.rows(self._executor, numbers=list(numbers))
        return {row["number"]: _row(row) for row in rows}

    async def page(self, query: CaseQuery) -> CasePage:
        """The cases that fit, in the query's order. Raises Refusal("bad_cursor")."""
        return await self._page(query, page_limit(query.limit))

    async def _page(self, query: CaseQuery, limit: int) -> CasePage:
        order, asked = _ORDERS[query.sort], _asked(query)
        after = order.read(query.cursor) if query.cursor is not None else {}
        statement = _paged(asked.filters, query.sort, bool(after), limit + 1)
        rows = await statement.rows(self._executor, **asked.values, **after)
        items = tuple(map(_row, rows[:limit]))
        return CasePage(items, order.cursor(items[-1]) if len(rows) > limit else None)

    async def due(self, query: CaseQuery) -> tuple[CaseRow, ...]:
        """The first of the open cases that fit, those that are late or due first on top."""
        return (await self.page(replace(query, sort="due", cursor=None))).items

    async def columns(self, query: CaseQuery, stages: Sequence[str], limit: int) -> dict[str, tuple[CaseRow, ...]]:
        """Of each stage the first open cases that fit, at most ``limit``, those that are late or due first on top."""
        asked = _asked(query)
        statement = _in_columns(asked.filters)
        rows = await statement.rows(self._executor, **asked.values, stages=list(stages), limit=limit)
        found: dict[str, list[CaseRow]] = {stage: [] for stage in stages}
        for row in map(_row, rows):
            found[row.stage].append(row)
        return {stage: tuple(sorted(cases, key=_due)) for stage, cases in found.items()}

    async def tallies(self, query: CaseQuery) -> tuple[Tally, ...]:
        """How many cases fit at each tier and stage; cursor, order and limit do not matter."""
        asked = _asked(query)
        rows = await _tallied(asked.filters).rows(self._executor, **asked.values)
        return tuple(Tally(**dict(row)) for row in rows)

    async def waiting_for(self, sittings: Sequence[str]) -> dict[str, int]:
        """How many open cases wait for each of these sittings."""
        rows = await _WAITING_FOR.rows(self._executor, sittings=list(sittings))
        return {row["sitting"]: row["n"] for row in rows}

    async def count(self, query: CaseQuery) -> int:
        """How many cases fit; the cursor and limit do not matter."""
        asked = _asked(query)
        return int(await _counted(asked.filters).value(self._executor, **asked.values))

    async def count_by(self, column: str, query: CaseQuery) -> dict[str, int]:
        """How many cases fit for each value of `column`, one of `COUNTED_BY`; those without one left out."""
        if column not in COUNTED_BY:
            raise ValueError(f"cases are not counted by {column}")
        asked = _asked(query)
        rows = await _counted_by(asked.filters, column).rows(self._executor, **asked.values)
        return {row["what"]: row["n"] for row in rows if row["what"] is not None}

    async def every(self, query: CaseQuery, most: int) -> AsyncIterator[tuple[CaseRow, ...]]:
        """The cases that fit, in the query's order, some at a time; ``most`` of them at most."""
        left, cursor = most, query.cursor
        while left > 0:
            page = await self._page(replace(query, cursor=cursor), min(left, _AT_A_TIME))
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
        await _PUT_TITLE.run(self._executor, number=number, resident=resident, title=title, grams=grams(title))

    async def titles(self, numbers: Sequence[str]) -> dict[str, str]:
        """The titles of the cases called `numbers`; those without one are left out."""
        rows = await _TITLES.rows(self._executor, numbers=list(numbers))
        return {row["number"]: row["title"] for row in rows}


_AT_A_TIME = 500
_NO_END = 1 << 40

# ---------------------------------------------------------------- orders


def _newest(row: CaseRow) -> tuple[object, ...]:
    return row.opened_at, row.number


def _due(row: CaseRow) -> tuple[Any, ...]:
    return not row.overdue, row.until, row.number


def _longest(row: CaseRow) -> tuple[object, ...]:
    return row.tier_since, row.number


def _promised(row: CaseRow) -> tuple[object, ...]:
    return row.answer_due, row.number


_OWES = CASES.c.answer_due.is_not(None)

_ORDERS: dict[Sort, Order[CaseRow]] = {
    "newest": Order((By(CASES.c.opened_at, down=True), By(CASES.c.number, down=True)), _newest),
    "due": Order((By(IN_TIME), By(CASES.c.until), By(CASES.c.number)), _due, only=IS_OPEN),
    "longest": Order((By(CASES.c.tier_since), By(CASES.c.number)), _longest, only=IS_OPEN),
    "promised": Order((By(CASES.c.answer_due), By(CASES.c.number)), _promised, only=and_(IS_OPEN, _OWES)),
}

# ---------------------------------------------------------------- filters

_PAST_ALL = "\U0010ffff"
_KIND = CASES.c.wait.op("->>", return_type=Text())(constant("kind"))
_FORUM = CASES.c.wait.op("->>", return_type=Text())(constant("forum"))
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

_UNDER = CASES.c.units.overlap(given("units", Texts))
# The joint response is everybody's: any department may be asked to a task. A case there has an emergency's id, which
# has an index; the stage, which changes with every move, has none.
_THEIRS = or_(
    among(CASES.c.lead, "departments"),
    CASES.c.co_handlers.overlap(given("departments", Texts)),
    and_(CASES.c.emergency_id.is_not(None), CASES.c.stage == "joint_response"),
)


def _turn() -> ColumnElement[bool]:
    """As ``Turn.has`` says it."""
    unit, tier = given("turn_unit", Text()), given("turn_tier", Text())
    own_tier = CASES.c.tier == tier
    watched = and_(own_tier, CASES.c.lead != all_(given("turn_parties", Texts)))
    theirs = case(
        (_KIND == "contact", given("turn_contacts", Boolean())),
        (_KIND == "sitting", unit == _FORUM),
        (_KIND == "suspension", own_tier),
        (_KIND == "stand_down", given("turn_declares", Boolean())),
        (_KIND == "designation", given("turn_tops", Boolean())),
        (_KIND == "plan", watched),
        else_=false(),
    )
    leads = and_(_KIND == "plan", or_(CASES.c.lead == unit, unit == any_(CASES.c.co_handlers)))
    return or_(leads, and_(tier.is_not(None), unit == any_(CASES.c.units), theirs))


def _answers() -> ColumnElement[bool]:
    """As ``Turn.answers`` says it."""
    unit, tier = given("answers_unit", Text()), given("answers_tier", Text())
    return and_(_OWES, or_(CASES.c.lead == unit, and_(CASES.c.tier == tier, unit == any_(CASES.c.units))))


_HAS_GRAMS = CASE_TITLES.c.grams.contains(given("grams", Texts))
_TITLED = select(CASE_TITLES.c.number).where(CASE_TITLES.c.number == CASES.c.number, _HAS_GRAMS).exists()
_NUMBERED = CASES.alias("numbered")
_NUMBERED_OR_TITLED = (
    select(_NUMBERED.c.number)
    .where(_NUMBERED.c.number >= given("q_from", Text()), _NUMBERED.c.number < given("q_to", Text()))
    .union(select(CASE_TITLES.c.number).where(_HAS_GRAMS))
)

_FILTERS: Mapping[str, ColumnElement[bool]] = {
    "nothing": false(),
    "under": _UNDER,
    "theirs": _THEIRS,
    "under or theirs": or_(_UNDER, _THEIRS),
    **{column: CASES.c[column] == given(CASES.c[column]) for column in _EQUAL},
    "open": IS_OPEN,
    "closed": CASES.c.closed_at.is_not(None),
    "emergency": CASES.c.emergency_id.is_not(None),
    "no emergency": CASES.c.emergency_id.is_(None),
    "estates": among(CASES.c.estate, "estates"),
    "opened_from": CASES.c.opened_at >= given("opened_from", Instant),
    "opened_to": CASES.c.opened_at < given("opened_to", Instant),
    "lead": or_(CASES.c.lead == given(CASES.c.lead), CASES.c.co_handlers.contains(given("leads", Texts))),
    "turn": _turn(),
    "answer due": and_(_OWES, not_(CASES.c.answer_missed)),
    "answer overdue": CASES.c.answer_missed,
    "answer none": CASES.c.answer_due.is_(None),
    "answers": _answers(),
    "titled": _TITLED,
    "numbered or titled": CASES.c.number.in_(_NUMBERED_OR_TITLED),
    "ends so or titled": or_(CASES.c.number.like(given("q_end", Text())), _TITLED),
}
"""What a list can be narrowed by."""


def _asked(query: CaseQuery) -> Asked:
    asked = Asked()
    _scope(asked, query)
    for name in (*_EQUAL, "opened_from", "opened_to"):
        if (value := getattr(query, name)) is not None:
            asked.add(name, **{name: value})
    if query.open is not None:
        asked.add("open" if query.open else "closed")
    if query.emergency is not None:
        asked.add("emergency" if query.emergency else "no emergency")
    if query.estates is not None:
        asked.add("estates", estates=list(query.estates))
    if query.lead is not None:
        asked.add("lead", lead=query.lead, leads=[query.lead])
    if query.turn is not None:
        _whose_turn(asked, query.turn)
    _answered(asked, query)
    if query.q and query.q.strip():
        _search(asked, query.q.strip())
    return asked


def _scope(asked: Asked, query: CaseQuery) -> None:
    units, departments = query.units, query.departments
    if units is not None and departments is not None:
        asked.add("under or theirs", units=list(units), departments=list(departments))
    elif units is not None:
        asked.add("under", units=list(units))
    elif departments is not None:
        asked.add("theirs", departments=list(departments))


def _whose_turn(asked: Asked, turn: Turn) -> None:
    asked.add(
        "turn",
        turn_unit=turn.unit,
        turn_tier=turn.tier,
        turn_contacts=turn.contacts,
        turn_declares=turn.declares,
        turn_tops=turn.tops,
        turn_parties=list(turn.parties),
    )


def _answered(asked: Asked, query: CaseQuery) -> None:
    if query.answer is not None:
        asked.add(f"answer {query.answer}")
    if query.answers is not None:
        asked.add("answers", answers_unit=query.answers.unit, answers_tier=query.answers.tier)


def _search(asked: Asked, q: str) -> None:
    begun, short = begun_number(q), short_number(q)
    if not is_text(q):
        asked.add("nothing")
    elif short is not None:
        asked.add("ends so or titled", q_end=f"%{short}", grams=asked_grams(q))
    elif begun is None:
        asked.add("titled", grams=asked_grams(q))
    else:
        asked.add("numbered or titled", q_from=begun, q_to=begun + _PAST_ALL, grams=asked_grams(q))


# ---------------------------------------------------------------- statements, each made once

_Filters = tuple[str, ...]
_SHAPES = 512
"""So many questions are kept as statements; asked for again, one costs nothing to write."""

_TITLE = select(CASE_TITLES.c.title).where(CASE_TITLES.c.number == CASES.c.number).scalar_subquery().label("title")
_SHOWN = select(*CASES.c, _TITLE)
_COUNT = func.count()

_GET = Statement(_SHOWN.where(CASES.c.number == given(CASES.c.number)))
_SOME = Statement(_SHOWN.where(among(CASES.c.number, "numbers")))
_WAITING_FOR = Statement(
    select(WAITS_FOR_SITTING.label("sitting"), _COUNT.label("n"))
    .where(IS_OPEN, among(WAITS_FOR_SITTING, "sittings"))
    .group_by(WAITS_FOR_SITTING)
)
_TITLES = Statement(select(CASE_TITLES.c.number, CASE_TITLES.c.title).where(among(CASE_TITLES.c.number, "numbers")))
_TITLE_ROW = inserted(CASE_TITLES)
_PUT_TITLE = Statement(
    _TITLE_ROW.on_conflict_do_update(
        index_elements=[CASE_TITLES.c.number],
        set_={name: _TITLE_ROW.excluded[name] for name in ("resident", "title", "grams")},
    )
)


def _where(filters: _Filters) -> list[ColumnElement[bool]]:
    return [_FILTERS[name] for name in filters]


@lru_cache(_SHAPES)
def _paged(filters: _Filters, sort: Sort, after: bool, limit: int) -> Statement:
    """The limit stands in the statement: what is given no value is planned once and for all."""
    order = _ORDERS[sort]
    page = _SHOWN.where(*_where(filters)).order_by(*order.sorted).limit(literal_column(str(limit)))
    if order.only is not None:
        page = page.where(order.only)
    return Statement(page.where(order.after) if after else page)


@lru_cache(_SHAPES)
def _in_columns(filters: _Filters) -> Statement:
    stages = func.unnest(given("stages", Texts)).table_valued("stage", name="s").render_derived()
    column = _SHOWN.where(*_where(filters), IS_OPEN, CASES.c.stage == stages.c.stage).correlate(stages)
    first = column.order_by(*_ORDERS["due"].sorted).limit(given("limit", Integer())).lateral("c")
    return Statement(select(first).select_from(stages.join(first, true())))


@lru_cache(_SHAPES)
def _tallied(filters: _Filters) -> Statement:
    late = _COUNT.filter(CASES.c.overdue).label("late")
    tally: Select[Any] = select(CASES.c.tier, CASES.c.stage, _COUNT.label("cases"), late)
    return Statement(tally.where(*_where(filters)).group_by(CASES.c.tier, CASES.c.stage))


@lru_cache(_SHAPES)
def _counted(filters: _Filters) -> Statement:
    return Statement(select(_COUNT).select_from(CASES).where(*_where(filters)))


@lru_cache(_SHAPES)
def _counted_by(filters: _Filters, column: str) -> Statement:
    what = CASES.c[column].label("what")
    return Statement(select(what, _COUNT.label("n")).where(*_where(filters)).group_by(what).order_by(what))


def _row(record: asyncpg.Record) -> CaseRow:
    return CaseRow(**dict(record))
