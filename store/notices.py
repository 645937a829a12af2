"""Notices: each recorded once, what became of its sending, and whether its unit has read it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from store.database import is_text
from store.errors import reaching_the_store

if TYPE_CHECKING:
    from domain.notices import NoticeKind, ResponseNoticeKind
    from store.database import Executor


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One event told to one unit. Instants are UTC. It is of a ``sitting``, or of an ``emergency``.

    ``channel``: ``inbox`` where nothing else is set up for the unit. ``delivered``: the settings whose address has
    taken it. ``failure``: why the last attempt went wrong.
    """

    id: str
    event: str
    sitting: str | None
    emergency: str | None
    unit: str
    kind: NoticeKind | ResponseNoticeKind
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
    """What a notice is of: a sitting or an emergency, by its id."""

    sitting: str | None = None
    emergency: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What one unit is told."""

    unit: str
    kind: NoticeKind | ResponseNoticeKind
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Unwritten:
    """What a command recorded that was to be told, from ``version`` on. ``types``: of its events."""

    stream: str
    version: int
    command: str
    types: tuple[str, ...]


_UNWRITTEN = """
WITH told AS (
    SELECT stream, min(version) AS version, command_id AS command, array_agg(type ORDER BY version) AS types
    FROM events WHERE command_id IN (SELECT command_id FROM events WHERE type = ANY($1)) GROUP BY stream, command_id
)
SELECT * FROM told WHERE NOT EXISTS (SELECT 1 FROM notices WHERE event = told.stream || ':' || told.version)
ORDER BY stream, version
"""


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
        unit_of = {f"{event}:{one.unit}": one.unit for one in told}
        with reaching_the_store():
            await self._executor.execute(
                "INSERT INTO notices "
                "(id, event, sitting, emergency, unit, kind, subject, body, made_at, channel, status) "
                "SELECT $1 || ':' || unit, $1, $2, $3, unit, kind, subject, body, $4, "
                "CASE WHEN unit = ANY($9) THEN 'outside' ELSE 'inbox' END, "
                "CASE WHEN unit = ANY($9) THEN 'pending' ELSE 'inbox' END "
                "FROM unnest($5::text[], $6::text[], $7::text[], $8::text[]) AS t (unit, kind, subject, body) "
                "ON CONFLICT (id) DO NOTHING",
                event,
                about.sitting,
                about.emergency,
                made_at,
                [one.unit for one in told],
                [one.kind for one in told],
                [one.subject for one in told],
                [one.body for one in told],
                list(outside),
            )
            rows = await self._executor.fetch("SELECT * FROM notices WHERE id = ANY($1)", list(unit_of))
        kept = {row["id"]: Notice(**dict(row)) for row in rows}
        return tuple(kept[notice] for notice in unit_of)

    async def get(self, notice_id: str) -> Notice | None:
        """One notice."""
        with reaching_the_store():
            row = await self._executor.fetchrow("SELECT * FROM notices WHERE id = $1", notice_id)
        return Notice(**dict(row)) if row else None

    async def delivered(self, notice_id: str, by: str) -> None:
        """An address has taken it: it is not sent there again."""
        with reaching_the_store():
            await self._executor.execute(
                "UPDATE notices SET delivered = array_append(delivered, $2) WHERE id = $1 AND NOT $2 = ANY(delivered)",
                notice_id,
                by,
            )

    async def attempted(self, notice_id: str, at: datetime, failure: str | None) -> None:
        """An attempt has ended; without ``failure`` everything is sent."""
        with reaching_the_store():
            await self._executor.execute(
                "UPDATE notices SET attempts = attempts + 1, failure = $3, "
                "status = CASE WHEN $3::text IS NULL THEN 'sent' ELSE 'failed' END, "
                "sent_at = CASE WHEN $3::text IS NULL THEN $2::timestamptz END WHERE id = $1",
                notice_id,
                at,
                failure,
            )

    async def list(
        self, unit: str | None, *, unread: bool = False, after: str | None = None, limit: int = 50
    ) -> tuple[Notice, ...]:
        """A unit's notices (everybody's without), newest first, those after the notice ``after``."""
        if after is not None and not is_text(after):
            return ()
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT * FROM notices WHERE ($1::text IS NULL OR unit = $1) AND ($2 IS FALSE OR read_at IS NULL) "
                "AND ($3::text IS NULL OR (made_at, id) < (SELECT made_at, id FROM notices WHERE id = $3)) "
                "ORDER BY made_at DESC, id DESC LIMIT $4",
                unit,
                unread,
                after,
                limit,
            )
        return tuple(Notice(**dict(row)) for row in rows)

    async def unsent(
        self, since: datetime, until: datetime | None = None, unit: str | None = None
    ) -> tuple[Notice, ...]:
        """The notices made from an instant on (and before another) that an address did not take, or that nobody has
        sent yet, oldest first; a unit's, or everybody's."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT * FROM notices WHERE status IN ('failed', 'pending') AND made_at >= $1 "
                "AND ($2::timestamptz IS NULL OR made_at < $2) AND ($3::text IS NULL OR unit = $3) "
                "ORDER BY made_at, id",
                since,
                until,
                unit,
            )
        return tuple(Notice(**dict(row)) for row in rows)

    async def unwritten(self, types: Iterable[str]) -> tuple[Unwritten, ...]:
        """The events of these types that nobody has a notice of, by the command that recorded them."""
        with reaching_the_store():
            rows = await self._executor.fetch(_UNWRITTEN, list(types))
        return tuple(Unwritten(**{**dict(row), "types": tuple(row["types"])}) for row in rows)

    async def read(self, notice_id: str, unit: str, at: datetime) -> Notice | None:
        """Marks a unit's notice as read, if it is not yet; None where the unit has none such."""
        if not is_text(notice_id):
            return None
        with reaching_the_store():
            row = await self._executor.fetchrow(
                "UPDATE notices SET read_at = coalesce(read_at, $3) WHERE id = $1 AND unit = $2 RETURNING *",
                notice_id,
                unit,
                at,
            )
        return Notice(**dict(row)) if row else None
