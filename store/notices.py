"""Notices: each recorded once, what became of its sending, and whether its unit has read it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    any_,
    case,
    cast,
    false,
    func,
    not_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from store.database import is_text
from store.paging import Asked
from store.statements import Statement, among, given, is_one_of
from store.tables.base import Instant, Texts
from store.tables.log import EVENTS
from store.tables.town import NOTICES

if TYPE_CHECKING:
    from domain.notices import CaseNoticeKind, NoticeKind, ResponseNoticeKind
    from store.database import Executor


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One event told to one unit. Instants are UTC. It is of a ``sitting``, of an ``emergency``, or of a case.

    ``channel``: ``inbox`` where nothing else is set up for the unit. ``delivered``: the settings whose address has
    taken it. ``failure``: why the last attempt went wrong.
    """

    id: str
    event: str
    sitting: str | None
    emergency: str | None
    case_number: str | None
    unit: str
    kind: NoticeKind | ResponseNoticeKind | CaseNoticeKind
    subject: str
    body: str
    made_at: datetime
    channel: Literal["inbox", "outside"]
    status: Literal["inbox", "pending", "sent", "failed"]
    delivered: list[str]
    attempts: int
    failure: str | None
    sent_at: datetime | None
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a notice is of: a sitting, an emergency or a case, by its id."""

    sitting: str | None = None
    emergency: str | None = None
    case_number: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What one unit is told."""

    unit: str
    kind: NoticeKind | ResponseNoticeKind | CaseNoticeKind
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Unwritten:
    """What a command recorded that was to be told, from ``version`` on. ``types``: of its events."""

    stream: str
    version: int
    command: str
    types: tuple[str, ...]


class Notices:
    """The notices on a pool (or connection). Every call may raise StoreUnavailable."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def put(
        self, event: str, about: About, told: Sequence[Told], made_at: datetime, outside: Collection[str]
    ) -> tuple[Notice, ...]:
        """Keeps what an event has units told, all of it or nothing; what a unit has been told already stands as it is.

        ``outside``: the units to which it goes outside as well.
        """
        ids = [f"{event}:{one.unit}" for one in told]
        await _PUT.run(
            self._executor,
            event=event,
            sitting=about.sitting,
            emergency=about.emergency,
            case_number=about.case_number,
            made_at=made_at,
            outside=list(outside),
            units=[one.unit for one in told],
            kinds=[one.kind for one in told],
            subjects=[one.subject for one in told],
            bodies=[one.body for one in told],
        )
        rows = await _SOME.rows(self._executor, ids=ids)
        kept = {row["id"]: Notice(**dict(row)) for row in rows}
        return tuple(kept[notice] for notice in dict.fromkeys(ids))

    async def get(self, notice_id: str) -> Notice | None:
        """One notice."""
        row = await _GET.row(self._executor, id=notice_id)
        return Notice(**dict(row)) if row else None

    async def delivered(self, notice_id: str, by: str) -> None:
        """An address has taken it: it is not sent there again."""
        await _DELIVERED.run(self._executor, id=notice_id, by=by)

    async def attempted(self, notice_id: str, at: datetime, failure: str | None) -> None:
        """An attempt has ended; without ``failure`` everything is sent."""
        status, sent_at = ("sent", at) if failure is None else ("failed", None)
        await _ATTEMPTED.run(self._executor, id=notice_id, failure=failure, status=status, sent_at=sent_at)

    async def list(
        self, unit: str | None, *, unread: bool = False, after: str | None = None, limit: int = 50
    ) -> tuple[Notice, ...]:
        """A unit's notices (everybody's without), newest first, those after the notice ``after``."""
        asked = Asked()
        if unit is not None:
            asked.add("unit", unit=unit)
        if unread:
            asked.add("unread")
        if after is not None:
            asked.add("after", after=after)
        rows = await _listed(asked.filters).rows(self._executor, **asked.values, limit=limit)
        return tuple(Notice(**dict(row)) for row in rows)

    async def unsent(
        self, since: datetime, until: datetime | None = None, unit: str | None = None
    ) -> tuple[Notice, ...]:
        """The notices made from an instant on (and before another) that an address did not take, or that nobody has
        sent yet, oldest first; a unit's, or everybody's."""
        asked = Asked()
        asked.add("unsent", since=since)
        if until is not None:
            asked.add("until", until=until)
        if unit is not None:
            asked.add("unit", unit=unit)
        rows = await _oldest_first(asked.filters).rows(self._executor, **asked.values)
        return tuple(Notice(**dict(row)) for row in rows)

    async def unwritten(self, types: Iterable[str]) -> tuple[Unwritten, ...]:
        """The events of these types that nobody has a notice of, by the command that recorded them."""
        rows = await _UNWRITTEN.rows(self._executor, types=list(types))
        return tuple(Unwritten(**{**dict(row), "types": tuple(row["types"])}) for row in rows)

    async def read(self, notice_id: str, unit: str, at: datetime) -> Notice | None:
        """Marks a unit's notice as read, if it is not yet; None where the unit has none such."""
        if not is_text(notice_id):
            return None
        row = await _READ.row(self._executor, id=notice_id, unit=unit, at=at)
        return Notice(**dict(row)) if row else None


# ---------------------------------------------------------------- statements, each made once

_SHOWN = select(NOTICES)
_THIS = NOTICES.c.id == given(NOTICES.c.id)
_EARLIER = NOTICES.alias("earlier")
_FILTERS: Mapping[str, ColumnElement[bool]] = {
    "nothing": false(),
    "unit": NOTICES.c.unit == given(NOTICES.c.unit),
    "unread": NOTICES.c.read_at.is_(None),
    "after": tuple_(NOTICES.c.made_at, NOTICES.c.id)
    < select(_EARLIER.c.made_at, _EARLIER.c.id).where(_EARLIER.c.id == given("after", Text())).scalar_subquery(),
    "unsent": and_(is_one_of(NOTICES.c.status, ("failed", "pending")), NOTICES.c.made_at >= given("since", Instant)),
    "until": NOTICES.c.made_at < given("until", Instant),
}

_GET = Statement(_SHOWN.where(_THIS))
_SOME = Statement(_SHOWN.where(among(NOTICES.c.id, "ids")))
_DELIVERED = Statement(
    update(NOTICES)
    .where(_THIS, not_(given("by", Text()) == any_(NOTICES.c.delivered)))
    .values(delivered=func.array_append(NOTICES.c.delivered, given("by", Text())))
)
_ATTEMPTED = Statement(
    update(NOTICES)
    .where(_THIS)
    .values(
        attempts=NOTICES.c.attempts + 1,
        **{name: given(NOTICES.c[name]) for name in ("failure", "status", "sent_at")},
    )
)
_READ = Statement(
    update(NOTICES)
    .where(_THIS, NOTICES.c.unit == given(NOTICES.c.unit))
    .values(read_at=func.coalesce(NOTICES.c.read_at, given("at", Instant)))
    .returning(*NOTICES.c)
)

_TOLD = (
    func.unnest(*(given(name, Texts) for name in ("units", "kinds", "subjects", "bodies")))
    .table_valued(*(Column(name, Text) for name in ("unit", "kind", "subject", "body")), name="told")
    .render_derived()
)
_GOES_OUTSIDE = _TOLD.c.unit == any_(given("outside", Texts))
_ABOUT = ("event", "sitting", "emergency", "case_number", "made_at")
_PUT = Statement(
    insert(NOTICES)
    .from_select(
        ("id", *_ABOUT, "unit", "kind", "subject", "body", "channel", "status"),
        select(
            given("event", Text()) + ":" + _TOLD.c.unit,
            *(given(NOTICES.c[name]) for name in _ABOUT),
            *_TOLD.c,
            case((_GOES_OUTSIDE, "outside"), else_="inbox"),
            case((_GOES_OUTSIDE, "pending"), else_="inbox"),
        ),
        include_defaults=False,
    )
    .on_conflict_do_nothing(index_elements=[NOTICES.c.id])
)

_COMMANDS = select(EVENTS.c.command_id).where(among(EVENTS.c.type, "types"))
_RECORDED = (
    select(
        EVENTS.c.stream,
        func.min(EVENTS.c.version).label("version"),
        EVENTS.c.command_id.label("command"),
        func.array_agg(aggregate_order_by(EVENTS.c.type, EVENTS.c.version)).label("types"),
    )
    .where(EVENTS.c.command_id.in_(_COMMANDS))
    .group_by(EVENTS.c.stream, EVENTS.c.command_id)
    .cte("recorded")
)
_EVENT = _RECORDED.c.stream + ":" + cast(_RECORDED.c.version, Text)
_UNWRITTEN = Statement(
    select(_RECORDED)
    .where(not_(select(NOTICES.c.id).where(NOTICES.c.event == _EVENT).exists()))
    .order_by(_RECORDED.c.stream, _RECORDED.c.version)
)


@lru_cache
def _listed(filters: tuple[str, ...]) -> Statement:
    newest_first = _narrowed(filters).order_by(NOTICES.c.made_at.desc(), NOTICES.c.id.desc())
    return Statement(newest_first.limit(given("limit", Integer())))


@lru_cache
def _oldest_first(filters: tuple[str, ...]) -> Statement:
    return Statement(_narrowed(filters).order_by(NOTICES.c.made_at, NOTICES.c.id))


def _narrowed(filters: tuple[str, ...]) -> Select[Any]:
    return _SHOWN.where(*(_FILTERS[name] for name in filters))
