"""What the open processes of every kind wait for next, in the order in which it comes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Integer, all_, literal_column, select, union_all

from store.folding import KINDS
from store.statements import Statement, given
from store.tables.base import Instant, Texts
from store.tables.lists import Listing

if TYPE_CHECKING:
    from sqlalchemy import Select

    from store.database import Executor


MOST = 1_000
"""As many are given at a time, unless told."""


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A process whose wait ends at an instant. ``turn``: what comes first of what is due at the same one, by its kind's
    place in `store.folding.KINDS`."""

    at: datetime
    turn: int
    id: str


def _due_in(turn: int, listing: Listing) -> Select[tuple[datetime, int, str]]:
    """What is due of one kind."""
    row = select(listing.until.label("at"), literal_column(str(turn), Integer).label("turn"), listing.key.label("id"))
    return row.where(listing.is_open, listing.until <= given("until", Instant))


_ANY = union_all(*(_due_in(turn, kind.listing) for turn, kind in enumerate(KINDS))).subquery("due")
_DUE = Statement(
    select(_ANY)
    .where(_ANY.c.id != all_(given("but", Texts)))
    .order_by(_ANY.c.at, _ANY.c.turn, _ANY.c.id)
    .limit(given("most", Integer()))
)


async def due(executor: Executor, until: datetime, *, but: Collection[str] = (), most: int = MOST) -> tuple[Due, ...]:
    """The processes with something due at ``until`` or before, the first first; those called ``but`` are left out.

    Raises StoreUnavailable.
    """
    rows = await _DUE.rows(executor, until=until, but=list(but), most=most)
    return tuple(Due(**dict(row)) for row in rows)
