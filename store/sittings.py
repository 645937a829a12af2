"""The list of sittings: one row each, written with each append; and which cases wait for which.

A sitting that has no row yet is computed from its forum's cadence (``domain.policy.forum``): its process begins when
its agenda is to be drafted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Text, and_, case, cast, func, not_, select, true, tuple_
from sqlalchemy.dialects.postgresql import JSONB

from domain.errors import Refusal
from domain.policy.calendar import shanghai
from domain.policy.convening import is_to_come
from domain.policy.forum import Sitting, SittingMode, sittings
from domain.policy.rules import Rules
from domain.sitting import BEFORE_SESSION, Status
from store.database import is_text
from store.statements import Statement, among, given, is_one_of
from store.tables.base import Instant, constant
from store.tables.lists import CASES, IS_OPEN, SITTING_LIST, SITTINGS, WAITS_FOR_SITTING, WAS_MOVED
from store.tables.log import EVENTS, NAMED_SITTING, NAMES_SITTING

if TYPE_CHECKING:
    import asyncpg

    from store.database import Executor


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingRow:
    """A sitting as lists show it. Instants are UTC; ``agenda`` and ``minutes`` are ids of documents."""

    id: str
    version: int
    forum: str
    tier: str
    status: Status
    sequence: int
    drafts_at: datetime
    freezes_at: datetime
    starts_at: datetime
    ends_at: datetime
    minutes_due: datetime
    provisional: bool
    agenda: str | None
    minutes: str | None
    addenda: list[dict[str, Any]]
    chair: str | None
    recorder: str | None
    mode: SittingMode | None
    present: list[str]
    absent: list[str]
    updated_at: datetime
    until: datetime | None

    @property
    def dates(self) -> Sitting:
        """The sitting as the rules know it, in Shanghai's time."""
        return Sitting(
            id=self.id,
            forum=self.forum,
            drafts_at=shanghai(self.drafts_at),
            freezes_at=shanghai(self.freezes_at),
            starts_at=shanghai(self.starts_at),
            ends_at=shanghai(self.ends_at),
            minutes_due=shanghai(self.minutes_due),
            provisional=self.provisional,
        )

    @property
    def is_cancelled(self) -> bool:
        """Whether it is not held."""
        return self.status == "cancelled"

    @property
    def is_ahead(self) -> bool:
        """Whether it can still be moved or cancelled."""
        return self.status in BEFORE_SESSION


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """An open case that waits for a sitting, with the dates that it knows (UTC)."""

    number: str
    version: int
    starts_at: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Untold:
    """An open case that waits for a sitting as it no longer is: ``status`` says what became of that."""

    number: str
    sitting: str
    status: Status


class Sittings:
    """The list on a pool (or connection). Every call may raise StoreUnavailable."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def get(self, sitting_id: str) -> SittingRow | None:
        """One sitting; None if its process has not begun."""
        if not is_text(sitting_id):
            return None
        row = await _GET.row(self._executor, id=sitting_id)
        return _row(row) if row else None

    async def of_forum(self, forum: str, start: datetime, end: datetime) -> tuple[SittingRow, ...]:
        """A forum's sittings that start in ``[start, end)``, in order; those whose process has begun."""
        if not is_text(forum):
            return ()
        return _rows(await _OF_FORUM.rows(self._executor, forum=forum, start=start, end=end))

    async def between(self, start: datetime, end: datetime) -> tuple[SittingRow, ...]:
        """Every forum's sittings that start in ``[start, end)``, in order."""
        return _rows(await _BETWEEN.rows(self._executor, start=start, end=end))

    async def timetable(
        self, rules: Rules, forum: str, start: datetime, end: datetime, now: datetime
    ) -> tuple[tuple[Sitting, SittingRow | None], ...]:
        """A forum's sittings that start in ``[start, end)``: as they stand, else as the calendar gives those to come.

        Raises Refusal ``unknown_forum``.
        """
        if forum not in rules.forums:
            raise Refusal("unknown_forum", forum=forum)
        rows = await self.of_forum(forum, start, end)
        computed = sittings(rules.forums[forum], rules.calendar, start, end)
        begun = await self.some([sitting.id for sitting in computed])  # one of them may have been moved out of the time
        found: list[tuple[Sitting, SittingRow | None]] = [(row.dates, row) for row in rows]
        found += [(sitting, None) for sitting in computed if sitting.id not in begun and is_to_come(sitting, now)]
        return tuple(sorted(found, key=lambda one: one[0].starts_at))

    async def some(self, sitting_ids: Sequence[str]) -> dict[str, SittingRow]:
        """Those of ``sitting_ids`` whose process has begun, by id."""
        rows = await _SOME.rows(self._executor, ids=list(sitting_ids))
        return {row["id"]: _row(row) for row in rows}

    async def open(self) -> tuple[SittingRow, ...]:
        """Every forum's sittings that have begun and not ended, in order."""
        return _rows(await _OPEN.rows(self._executor))

    async def last_closed(self, forum: str, before: datetime) -> SittingRow | None:
        """The forum's last ordinary sitting before an instant that has minutes."""
        row = await _LAST_CLOSED.row(self._executor, forum=forum, before=before)
        return _row(row) if row else None

    async def moves(self) -> str:
        """Another one after every move and cancellation: then ``moved`` has to be read again."""
        return str(await _MOVES.value(self._executor))

    async def moved(self) -> Mapping[str, Sitting | None]:
        """The sittings that have been moved, as they now stand; None for one that is cancelled (``Rules.moved``)."""
        found = _rows(await _MOVED.rows(self._executor))
        return {row.id: None if row.is_cancelled else row.dates for row in found}

    async def waiting_cases(self, sitting_id: str) -> tuple[WaitingCase, ...]:
        """The open cases that wait for a sitting, by number."""
        rows = await _WAITING_CASES.rows(self._executor, sitting=sitting_id)
        return tuple(WaitingCase(**dict(row)) for row in rows)

    async def untold(self) -> tuple[Untold, ...]:
        """The open cases that wait for a sitting that was cancelled, closed by hand, or moved to other dates, and those
        that were added to one and do not wait for it; while such a sitting tells its cases, those that it has not come
        to."""
        return tuple(Untold(**dict(row)) for row in await _UNTOLD.rows(self._executor))

    async def awaited(self) -> dict[str, int]:
        """How many open cases wait for each sitting that any waits for."""
        return {row["id"]: row["n"] for row in await _AWAITED.rows(self._executor)}

    async def heard(self, sitting_id: str) -> tuple[str, ...]:
        """The cases with an event that names the sitting: decided there, held, carried over or added to it."""
        return tuple(row["stream"] for row in await _HEARD.rows(self._executor, sitting=sitting_id))


# ---------------------------------------------------------------- statements, each made once

_SHOWN = select(SITTINGS)
_IN_ORDER = _SHOWN.order_by(SITTINGS.c.starts_at, SITTINGS.c.id)
_OF_ITS_FORUM = SITTINGS.c.forum == given(SITTINGS.c.forum)
_STARTS_BETWEEN = and_(SITTINGS.c.starts_at >= given("start", Instant), SITTINGS.c.starts_at < given("end", Instant))

_GET = Statement(_SHOWN.where(SITTINGS.c.id == given(SITTINGS.c.id)))
_SOME = Statement(_SHOWN.where(among(SITTINGS.c.id, "ids")))
_OF_FORUM = Statement(_IN_ORDER.where(_OF_ITS_FORUM, _STARTS_BETWEEN))
_BETWEEN = Statement(_IN_ORDER.where(_STARTS_BETWEEN))
_OPEN = Statement(_IN_ORDER.where(SITTING_LIST.is_open))
_LAST_CLOSED = Statement(
    _SHOWN.where(
        _OF_ITS_FORUM,
        SITTINGS.c.starts_at < given("before", Instant),
        SITTINGS.c.status == "closed",
        SITTINGS.c.minutes.is_not(None),
        not_(func.starts_with(SITTINGS.c.id, SITTINGS.c.forum + "-X-")),
    )
    .order_by(SITTINGS.c.starts_at.desc())
    .limit(1)
)
_MOVES = Statement(select(func.coalesce(func.sum(SITTINGS.c.sequence), 0)).where(WAS_MOVED))
_MOVED = Statement(_SHOWN.where(WAS_MOVED))

_STARTS_AT = cast(CASES.c.wait.op("->>", return_type=Text())(constant("starts_at")), Instant)
_WAITING_CASES = Statement(
    select(CASES.c.number, CASES.c.version, _STARTS_AT.label("starts_at"), CASES.c.until)
    .where(IS_OPEN, given("sitting", Text()) == WAITS_FOR_SITTING)
    .order_by(CASES.c.number)
)
_AWAITED = Statement(
    select(WAITS_FOR_SITTING.label("id"), func.count().label("n"))
    .where(IS_OPEN, CASES.c.wait.has_key("sitting_id"))
    .group_by(WAITS_FOR_SITTING)
)
_HEARD = Statement(
    select(EVENTS.c.stream)
    .distinct()
    .where(given("sitting", Text()) == NAMED_SITTING, NAMES_SITTING)
    .order_by(EVENTS.c.stream)
)

# A sitting that closes when its minutes are due leaves its cases to their own timers.
_NOT_AS_IT_WAITS = case(
    (SITTINGS.c.status == "cancelled", true()),
    (
        SITTINGS.c.status == "closed",
        and_(SITTINGS.c.updated_at < SITTINGS.c.minutes_due, CASES.c.until > SITTINGS.c.updated_at),
    ),
    else_=and_(
        WAS_MOVED,
        tuple_(_STARTS_AT, CASES.c.until).is_distinct_from(tuple_(SITTINGS.c.starts_at, SITTINGS.c.minutes_due)),
    ),
)
_WAITS_FOR_WHAT_IS_NOT = (
    select(CASES.c.number, SITTINGS.c.id.label("sitting"), SITTINGS.c.status)
    .join_from(SITTINGS, CASES, SITTINGS.c.id == WAITS_FOR_SITTING)
    .where(IS_OPEN, _NOT_AS_IT_WAITS)
)
_ADDED = (
    func.jsonb_array_elements(SITTINGS.c.addenda).table_valued(Column("value", JSONB)).render_derived().lateral("added")
)
_ADDED_CASE, _ADDED_BY = (_ADDED.c.value.op("->>", return_type=Text())(constant(name)) for name in ("case", "by"))
_HAS_HEARD = select(EVENTS.c.stream).where(EVENTS.c.stream == CASES.c.number, SITTINGS.c.id == NAMED_SITTING).exists()
_WAITS_FOR_ANOTHER = (
    select(CASES.c.number, SITTINGS.c.id, SITTINGS.c.status)
    .select_from(SITTINGS.join(_ADDED, true()).join(CASES, CASES.c.number == _ADDED_CASE))
    .where(
        IS_OPEN,
        _ADDED_BY == "decision",
        is_one_of(SITTINGS.c.status, ("announced", "drafted", "frozen", "in_session")),
        WAITS_FOR_SITTING.is_distinct_from(SITTINGS.c.id),
        not_(_HAS_HEARD),
    )
)
_UNTOLD = Statement(_WAITS_FOR_WHAT_IS_NOT.union(_WAITS_FOR_ANOTHER).order_by("number", "sitting"))


def _row(record: asyncpg.Record) -> SittingRow:
    return SittingRow(**dict(record))


def _rows(records: Sequence[asyncpg.Record]) -> tuple[SittingRow, ...]:
    return tuple(map(_row, records))
