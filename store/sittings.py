"""The list of sittings: one row each, written with each append; and which cases wait for which.

A sitting that has no row yet is computed from its forum's cadence (``domain.policy.forum``): its process begins when
its agenda is to be drafted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import asyncpg

from domain.errors import Refusal
from domain.policy.calendar import shanghai
from domain.policy.convening import is_to_come
from domain.policy.forum import Sitting, sittings
from domain.policy.rules import Rules
from domain.sitting import BEFORE_SESSION, Status
from store.database import is_text
from store.errors import reaching_the_store

if TYPE_CHECKING:
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
        with reaching_the_store():
            row = await self._executor.fetchrow("SELECT * FROM sittings WHERE id = $1", sitting_id)
        return _row(row) if row else None

    async def of_forum(self, forum: str, start: datetime, end: datetime) -> tuple[SittingRow, ...]:
        """A forum's sittings that start in ``[start, end)``, in order; those whose process has begun."""
        if not is_text(forum):
            return ()
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT * FROM sittings WHERE forum = $1 AND starts_at >= $2 AND starts_at < $3 ORDER BY starts_at, id",
                forum,
                start,
                end,
            )
        return tuple(map(_row, rows))

    async def between(self, start: datetime, end: datetime) -> tuple[SittingRow, ...]:
        """Every forum's sittings that start in ``[start, end)``, in order."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT * FROM sittings WHERE starts_at >= $1 AND starts_at < $2 ORDER BY starts_at, id", start, end
            )
        return tuple(map(_row, rows))

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
        with reaching_the_store():
            rows = await self._executor.fetch("SELECT * FROM sittings WHERE id = ANY($1)", list(sitting_ids))
        return {row["id"]: _row(row) for row in rows}

    async def open(self) -> tuple[SittingRow, ...]:
        """Every forum's sittings that have begun and not ended, in order."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT * FROM sittings WHERE status NOT IN ('closed', 'cancelled') ORDER BY starts_at, id"
            )
        return tuple(map(_row, rows))

    async def last_closed(self, forum: str, before: datetime) -> SittingRow | None:
        """The forum's last ordinary sitting before an instant that has minutes."""
        with reaching_the_store():
            row = await self._executor.fetchrow(
                "SELECT * FROM sittings WHERE forum = $1 AND starts_at < $2 AND status = 'closed' "
                "AND minutes IS NOT NULL AND NOT starts_with(id, forum || '-X-') ORDER BY starts_at DESC LIMIT 1",
                forum,
                before,
            )
        return _row(row) if row else None

    async def moves(self) -> str:
        """Another one after every move and cancellation: then ``moved`` has to be read again."""
        with reaching_the_store():
            return str(await self._executor.fetchval(_MOVES))

    async def moved(self) -> Mapping[str, Sitting | None]:
        """The sittings that have been moved, as they now stand; None for one that is cancelled (``Rules.moved``)."""
        with reaching_the_store():
            rows = await self._executor.fetch("SELECT * FROM sittings WHERE sequence > 0")
        found = map(_row, rows)
        return {row.id: None if row.is_cancelled else row.dates for row in found}

    async def waiting_cases(self, sitting_id: str) -> tuple[WaitingCase, ...]:
        """The open cases that wait for a sitting, by number."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT number, version, (wait ->> 'starts_at')::timestamptz AS starts_at, until FROM cases "
                "WHERE closed_at IS NULL AND wait ->> 'sitting_id' = $1 ORDER BY number",
                sitting_id,
            )
        return tuple(WaitingCase(**dict(row)) for row in rows)

    async def untold(self) -> tuple[Untold, ...]:
        """The open cases that wait for a sitting that was cancelled, closed by hand, or moved to other dates, and those
        that were added to one and do not wait for it; while such a sitting tells its cases, those that it has not come
        to."""
        with reaching_the_store():
            rows = await self._executor.fetch(_UNTOLD)
        return tuple(Untold(**dict(row)) for row in rows)

    async def awaited(self) -> dict[str, int]:
        """How many open cases wait for each sitting that any waits for."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT wait ->> 'sitting_id' AS id, count(*) AS n FROM cases "
                "WHERE closed_at IS NULL AND wait ? 'sitting_id' GROUP BY 1"
            )
        return {row["id"]: row["n"] for row in rows}

    async def heard(self, sitting_id: str) -> tuple[str, ...]:
        """The cases with an event that names the sitting: decided there, held, carried over or added to it."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT DISTINCT stream FROM events WHERE data #>> '{detail,sitting}' = $1 "
                "AND jsonb_typeof(data #> '{detail,sitting}') = 'string' ORDER BY stream",
                sitting_id,
            )
        return tuple(row["stream"] for row in rows)


# A sitting that closes when its minutes are due leaves its cases to their own timers.
_UNTOLD = """
SELECT c.number, s.id AS sitting, s.status
FROM sittings AS s JOIN cases AS c ON c.wait ->> 'sitting_id' = s.id
WHERE c.closed_at IS NULL AND CASE s.status
    WHEN 'cancelled' THEN true
    WHEN 'closed' THEN s.updated_at < s.minutes_due AND c.until > s.updated_at
    ELSE s.sequence > 0
        AND ((c.wait ->> 'starts_at')::timestamptz, c.until) IS DISTINCT FROM (s.starts_at, s.minutes_due)
END
UNION
SELECT c.number, s.id, s.status
FROM sittings AS s CROSS JOIN LATERAL jsonb_array_elements(s.addenda) AS a JOIN cases AS c ON c.number = a ->> 'case'
WHERE a ->> 'by' = 'decision' AND s.status IN ('announced', 'drafted', 'frozen', 'in_session')
    AND c.closed_at IS NULL AND c.wait ->> 'sitting_id' IS DISTINCT FROM s.id
    AND NOT EXISTS (SELECT 1 FROM events AS e WHERE e.stream = c.number AND e.data #>> '{detail,sitting}' = s.id)
ORDER BY 1, 2
"""
_MOVES = "SELECT coalesce(sum(sequence), 0) FROM sittings WHERE sequence > 0"


def _row(record: asyncpg.Record) -> SittingRow:
    return SittingRow(**dict(record))
