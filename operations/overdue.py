"""Sittings and joint responses whose next instant is past, and that have not acted on it: found by their lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from operations.lasting import PAUSES, lasting
from store.due import OF_CASES, due

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
    return {Overdue(one.id, one.at) for one in await due(pool, before) if one.turn != OF_CASES and one.at < before}
