"""A rehearsal's town is brought to an instant: everything that is due on the way happens, in the order of what is due.

One clock for all processes (docs/decisions/0036). Those with nothing due may lag behind it; whoever speaks to one
brings it along first (``runtime.rehearsal.Town``).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from temporalio.service import RPCError

from domain.errors import Refusal
from domain.policy.convening import to_convene
from domain.policy.forum import Sitting
from runtime.clock import Clock
from runtime.rehearsal import OVERSHOOT, Town
from store.due import Due, due
from store.folding import Kind
from store.registry import Registry
from store.rulebook import Rulebook
from store.sittings import Sittings
from store.town import KeptClock
from workflows.client import Processes, ProcessUnavailable

if TYPE_CHECKING:
    from store.database import Pool

log = structlog.get_logger()

AT_ONCE = 16
"""Processes that are brought on side by side."""

_SETTLING = 10.0
"""Seconds that a process gets for what is due; one that takes longer is left behind, and named."""

_LOOK_EVERY = 0.02
_KEEP_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Arrived:
    """The town's now; and the processes in which something due did not happen."""

    now: datetime
    stuck: frozenset[str]


class Rehearsing:
    """The town's clock and who moves it. ``processes`` begins sittings; ``town`` moves what runs, of the ``registry``'s
    kinds."""

    def __init__(
        self, pool: Pool, clock: Clock, town: Town, processes: Processes, rulebook: Rulebook, registry: Registry
    ) -> None:
        self._pool = pool
        self._unlisted = [entry.process for entry in registry if not isinstance(entry.streams, Kind)]
        self._clock = clock
        self._town = town
        self._processes = processes
        self._rulebook = rulebook
        self._kept = KeptClock(pool)

    async def forward(self, to: datetime) -> Arrived:
        """Brings the town to ``to``; answers when everything due has happened. A clock that is past it stays.

        Raises StoreUnavailable, NoRules.
        """
        async with self._kept.moving():
            await self._rulebook.refresh()
            to_begin = deque(await self._unbegun(to))
            stuck: set[str] = set()
            while await self._step(to, to_begin, stuck):
                pass
            await self._moved(to)
            await self._bring_unlisted()
        await self._rulebook.refresh_sittings()
        return Arrived(self._clock.now(), frozenset(stuck))

    async def keep(self) -> float:
        """What has come due while the town's clock ran on by itself happens, in processes that lag as well; a turn of a
        loop, with the seconds until the next."""
        await self._clock.refresh()
        now = self._clock.now()
        if self._clock.ahead and (await due(self._pool, now, most=1) or await self._unbegun(now)):
            await self.forward(now)
        return _KEEP_EVERY

    async def _unbegun(self, to: datetime) -> list[Sitting]:
        """The sittings whose agenda is to be drafted until ``to`` and whose processes have not begun, in order."""
        await self._clock.refresh()
        rules = self._rulebook.current
        wanted = to_convene(rules, self._clock.now(), to)
        begun = await Sittings(self._pool).some([sitting.id for sitting in wanted])
        return [sitting for sitting in wanted if sitting.id not in begun]

    async def _step(self, to: datetime, to_begin: deque[Sitting], stuck: set[str]) -> bool:
        """The first of what is due happens; False when nothing is."""
        found = await due(self._pool, max(to, self._clock.now()), but=stuck)
        if to_begin and (not found or to_begin[0].drafts_at <= found[0].at):
            at = to_begin[0].drafts_at
            await self._moved(at)
            await asyncio.gather(*(self._begin(one) for one in _popped(to_begin, at)))
            return True
        if not found:
            return False
        await self._happen([one for one in found if (one.at, one.turn) == (found[0].at, found[0].turn)], stuck)
        return True

    async def _begin(self, sitting: Sitting) -> None:
        try:
            await self._processes.convene(self._rulebook.current, sitting.id, dates=sitting)
        except (Refusal, ProcessUnavailable) as error:  # its forum is no more; or the next look finds it again
            log.warning("a sitting was not begun", sitting=sitting.id, error=str(error))

    async def _happen(self, first: Sequence[Due], stuck: set[str]) -> None:
        """What is due at one instant and of one turn happens side by side."""
        await self._moved(first[0].at + OVERSHOOT)
        now, gate = self._clock.now(), asyncio.Semaphore(AT_ONCE)

        async def one(due: Due) -> None:
            async with gate:
                await self._brought(due.id, now)

        await asyncio.gather(*map(one, first))
        stuck |= await self._unsettled({due.id for due in first}, first[0].at)

    async def _bring_unlisted(self) -> None:
        """Processes of kinds without a list say in none what they wait for: each is brought to the town's now, and what
        was due in it on the way happens."""
        for kind in self._unlisted:
            async for number in self._processes.running(kind):
                await self._brought(number, self._clock.now())

    async def _brought(self, number: str, to: datetime) -> None:
        try:
            await self._town.bring(number, to)
        except (RPCError, TimeoutError) as error:
            log.warning("a process's clock does not move", workflow=number, error=str(error))

    async def _unsettled(self, moved: set[str], at: datetime) -> set[str]:
        """Those of the processes in which what was due at ``at`` has not happened, after some patience."""
        deadline = asyncio.get_running_loop().time() + _SETTLING
        while left := moved & {one.id for one in await due(self._pool, at)}:
            if asyncio.get_running_loop().time() > deadline:
                log.warning("what is due does not happen", workflows=sorted(left), at=at.isoformat())
                return left
            await asyncio.sleep(_LOOK_EVERY)
        return set()

    async def _moved(self, now: datetime) -> None:
        await self._kept.set(now)
        await self._clock.refresh()


def _popped(sittings: deque[Sitting], at: datetime) -> list[Sitting]:
    found = []
    while sittings and sittings[0].drafts_at == at:
        found.append(sittings.popleft())
    return found
