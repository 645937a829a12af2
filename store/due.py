"""What the open processes of every kind wait for next, in the order in which it comes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from store.errors import reaching_the_store

if TYPE_CHECKING:
    from store.database import Executor


OF_CASES = 0
MOST = 1_000
"""As many are given at a time, unless told."""


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A process whose wait ends at an instant. ``turn``: what comes first of what is due at the same one: a case's own
    wait, then a response's, then a sitting's; so a case carries itself over before the minutes are drawn."""

    at: datetime
    turn: int
    id: str


_DUE = """
SELECT until AS at, 0 AS turn, number AS id FROM cases WHERE closed_at IS NULL AND until <= $1
UNION ALL
SELECT next_until, 1, id FROM responses WHERE status <> 'closed' AND next_until <= $1
UNION ALL
SELECT at, 2, id FROM (
    SELECT id, CASE status
        WHEN 'announced' THEN drafts_at WHEN 'drafted' THEN freezes_at WHEN 'frozen' THEN starts_at
        WHEN 'in_session' THEN ends_at ELSE minutes_due END AS at
    FROM sittings WHERE status NOT IN ('closed', 'cancelled')
) AS open WHERE at <= $1
"""


async def due(executor: Executor, until: datetime, *, but: Collection[str] = (), most: int = MOST) -> tuple[Due, ...]:
    """The processes with something due at ``until`` or before, the first first; those called ``but`` are left out.

    Raises StoreUnavailable.
    """
    statement = f"SELECT at, turn, id FROM ({_DUE}) AS due WHERE id <> ALL($2::text[]) ORDER BY at, turn, id LIMIT $3"
    with reaching_the_store():
        rows = await executor.fetch(statement, until, list(but), most)
    return tuple(Due(**dict(row)) for row in rows)
