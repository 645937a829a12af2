"""Appends that wait at the same time are committed together: one transaction and one flush for all of them.

The log's lock is held until the commit has been flushed, so commits go one by one however many writers there are.
A lone append goes at once. While one is under way the others gather, and go in the next call; so a process's
throughput grows with its load, and nobody waits for a timer. Durability is as before: an answer comes after the
commit that holds the append.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import asyncpg

if TYPE_CHECKING:
    from store.database import Pool

AT_ONCE = 2
"""Calls under way at the same time: while one flushes, the next is prepared."""

MOST = 32
"""Appends in one call."""

_ALONE = "SELECT * FROM hx_record($1, $2, $3, $4, $5, $6, $7)"
_ALL = "SELECT * FROM hx_record_all($1) ORDER BY ordinal"
_NAMES = ("stream", "expected", "prev_hash", "command", "events", "list", "row")

Arguments = tuple[object, ...]


class _Waiting(NamedTuple):
    arguments: Arguments
    answer: asyncio.Future[asyncpg.Record]


class Together:
    """Calls ``hx_record`` for many callers on one pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: deque[_Waiting] = deque()
        self._calls: set[asyncio.Task[None]] = set()

    async def append(self, arguments: Arguments) -> asyncpg.Record:
        """What ``hx_record`` answers. Raises what the driver raises; then it is unknown what was kept."""
        answer: asyncio.Future[asyncpg.Record] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(arguments, answer))
        self._go_on()
        return await answer

    def _go_on(self) -> None:
        while self._waiting and len(self._calls) < AT_ONCE:
            several = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            call = asyncio.create_task(self._call(several))
            self._calls.add(call)
            call.add_done_callback(self._called)

    def _called(self, call: asyncio.Task[None]) -> None:
        self._calls.discard(call)
        self._go_on()

    async def _call(self, several: Sequence[_Waiting]) -> None:
        if len(several) > 1 and await self._called_together(several):
            return
        for one in several:
            await self._call_alone(one)

    async def _called_together(self, several: Sequence[_Waiting]) -> bool:
        """Whether all were answered; else nothing was kept, and each has to go alone to find out whose fault it is."""
        orders = [_order(one.arguments) for one in several]
        try:
            rows = await self._pool.fetch(_ALL, orders)
        except asyncpg.PostgresError:
            return False
        except Exception as error:
            for one in several:
                _fail(one.answer, error)
            return True
        for one, row in zip(several, rows, strict=True):
            if not one.answer.done():
                one.answer.set_result(row)
        return True

    async def _call_alone(self, one: _Waiting) -> None:
        try:
            row = await self._fetch_alone(one.arguments)
        except Exception as error:
            _fail(one.answer, error)
            return
        if not one.answer.done():
            one.answer.set_result(row)

    async def _fetch_alone(self, arguments: Arguments) -> asyncpg.Record:
        try:
            row = await self._pool.fetchrow(_ALONE, *arguments)
        except asyncpg.UniqueViolationError:
            # Another one recorded at the same version, or the same command, between the look and the insert.
            # Nothing of ours was kept; now the look finds theirs.
            row = await self._pool.fetchrow(_ALONE, *arguments)
        assert row is not None
        return row


def _order(arguments: Arguments) -> dict[str, Any]:
    return {name: value for name, value in zip(_NAMES, arguments, strict=True) if value is not None}


def _fail(answer: asyncio.Future[asyncpg.Record], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
