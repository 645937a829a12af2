"""Loops that run as long as their process does: none of them ever ends silently.

A turn that raises what it does not foresee is logged with its traceback, and the loop goes on after a pause. How a
loop fares can be asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

log = structlog.get_logger()

AGAIN_AFTER = 1.0
AGAIN_AT_MOST = 60.0
"""Seconds after a turn that failed: twice as long after each in a row, so long at most."""

Turn = Callable[[], Awaitable[float | None]]
"""One turn of a loop: the seconds until the next one; None when the loop has done what it was for."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a loop fares. ``succeeded_at``: when a turn last went well (UTC); ``failures``: how many have failed in a row
    since; ``failed``: how many ever; ``why``: what the last one failed with."""

    name: str
    running: bool
    succeeded_at: datetime | None = None
    failures: int = 0
    failed: int = 0
    why: str | None = None


class Loop:
    """Turns one after the other, from ``start`` to ``stop``, or until a turn gives None."""

    def __init__(self, name: str, turn: Turn, *, again_after: float = AGAIN_AFTER) -> None:
        self._name = name
        self._turn = turn
        self._again_after = again_after
        self._task: asyncio.Task[None] | None = None
        self._turned_once = asyncio.Event()
        self._succeeded_at: datetime | None = None
        self._failures = 0
        self._failed = 0
        self._why: str | None = None

    @property
    def running(self) -> bool:
        """Whether there is a next turn."""
        return self._task is not None and not self._task.done()

    @property
    def health(self) -> Health:
        """How it fares."""
        return Health(self._name, self.running, self._succeeded_at, self._failures, self._failed, self._why)

    def start(self) -> None:
        """The first turn is soon. A loop that runs goes on as it does."""
        if not self.running:
            self._task = asyncio.create_task(self._run(), name=self._name)

    async def first_turn(self) -> None:
        """Waits until a turn has ended, whether it went well or not."""
        await self._turned_once.wait()

    async def stop(self) -> None:
        """Ends it, in the middle of a turn if need be."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        while True:
            pause = await self._turned()
            self._turned_once.set()
            if pause is None:
                return
            await asyncio.sleep(pause)

    async def _turned(self) -> float | None:
        """One turn: the pause after it; None after the last."""
        try:
            pause = await self._turn()
        except Exception as error:
            self._failures += 1
            self._failed += 1
            self._why = f"{type(error).__name__}: {error}"
            log.exception("a turn of a loop failed", loop=self._name, failures=self._failures)
            return min(self._again_after * 2.0 ** min(self._failures - 1, 16), AGAIN_AT_MOST)
        self._failures = 0
        self._succeeded_at = datetime.now(UTC)
        return pause
