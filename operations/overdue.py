"""Sittings and joint responses whose next instant is past, and that have not acted on it: found by their lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from operations.lasting import PAUSES, lasting
from store.responses import Responses
from store.sittings import SittingRow, Sittings

if TYPE_CHECKING:
    from store.database import Pool


@dataclass(frozen=True, slots=True)
class Overdue:
    """A process's stream, and what should have been acted on by ``until`` (UTC)."""

    number: str
    until: datetime


async def overdue(pool: Pool, before: datetime, pauses: Sequence[float] = PAUSES) -> tuple[Overdue, ...]:
    """Those whose next instant was before ``before``, though they have been given a moment. Raises StoreUnavailable."""
    found = await lasting(lambda: _overdue(pool, before), pauses)
    return tuple(sorted(found, key=lambda one: one.number))


async def _overdue(pool: Pool, before: datetime) -> set[Overdue]:
    sittings = [Overdue(row.id, _next(row)) for row in await Sittings(pool).open()]
    responses = [Overdue(row.id, row.next_until) for row in await Responses(pool).open() if row.next_until is not None]
    return {one for one in (*sittings, *responses) if one.until < before}


def _next(row: SittingRow) -> datetime:
    """What an open sitting waits for, at the latest: one that was closed by hand has its minutes due at once."""
    by_status: dict[str, datetime] = {
        "announced": row.drafts_at,
        "drafted": row.freezes_at,
        "frozen": row.starts_at,
        "in_session": row.ends_at,
        "minutes": row.minutes_due,
    }
    return by_status[row.status]
