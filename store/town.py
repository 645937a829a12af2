"""A rehearsal's one clock, kept: how far it runs ahead of real time, and whose turn it is to move it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from runtime.clock import Clock, TownClock
from store.errors import reaching_the_store
from store.statements import Statement, inserted
from store.tables.town import REHEARSAL_CLOCK

if TYPE_CHECKING:
    from store.database import Pool

_MOVING = 7361
"""The lock that who moves the clock holds; everybody else goes on working meanwhile."""


_AHEAD = Statement(select(REHEARSAL_CLOCK.c.ahead))
_NEW = inserted(REHEARSAL_CLOCK, "ahead")
_SET = Statement(
    _NEW.on_conflict_do_update(
        index_elements=[REHEARSAL_CLOCK.c.one],
        set_={"ahead": func.greatest(REHEARSAL_CLOCK.c.ahead, _NEW.excluded.ahead)},
    )
)


class KeptClock:
    """The clock on a pool. Every call may raise StoreUnavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def ahead(self) -> timedelta:
        """How far it runs ahead of real time; nothing where it was never moved."""
        ahead: timedelta | None = await _AHEAD.value(self._pool)
        return ahead or timedelta()

    async def set(self, now: datetime) -> None:
        """From here on the town's now is ``now``, unless it is past that already."""
        await _SET.run(self._pool, ahead=now - datetime.now(UTC))

    @asynccontextmanager
    async def moving(self) -> AsyncIterator[None]:
        """One mover at a time, whichever process it is in: others wait for their turn."""
        with reaching_the_store():
            async with self._pool.acquire() as connection:
                await connection.execute("SELECT pg_advisory_lock($1)", _MOVING)
                try:
                    yield
                finally:
                    if not connection.is_closed():
                        await connection.execute("SELECT pg_advisory_unlock($1)", _MOVING)


def clock_on(pool: Pool, *, rehearsal: bool) -> Clock:
    """The clock that the town of a database goes by."""
    return TownClock(KeptClock(pool).ahead) if rehearsal else Clock()
