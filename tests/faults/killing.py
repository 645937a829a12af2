"""kill -9 at random instants, and what officers saw of it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tests.faults.officers import Request
from tests.faults.running import RunningStack

PARTS = ("worker", "api", "temporal", "postgres", "session")
_WEIGHTS = (4, 4, 3, 3, 2)


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill; `at` in seconds of `time.monotonic`."""

    part: str
    pid: int
    at: float


class Killer:
    """Kills parts of a stack, again and again. Every kind gets its turn: none lacks when all are over."""

    def __init__(self, stack: RunningStack, seed: int, *, workers: int = 2) -> None:
        self._stack = stack
        self._chance = random.Random(seed)
        self._workers = workers
        self.kills: list[Kill] = []

    async def storm(self, kills: int, gap: tuple[float, float], over: Callable[[], bool]) -> None:
        """`kills` kills with a pause between `gap` (seconds); now and then two at the same instant."""
        order = self._order(kills)
        while order and not over():
            await asyncio.sleep(0.0 if self._chance.random() < 0.15 else self._chance.uniform(*gap))
            if self._kill(order[0]):
                order.pop(0)
            else:  # it is down already: another has its turn first
                order.append(order.pop(0))
                await asyncio.sleep(0.05)

    async def one(self, part: str) -> Kill:
        """Kill one part, once it runs."""
        while not self._kill(part):  # noqa: ASYNC110 - what runs is told by no event
            await asyncio.sleep(0.05)
        return self.kills[-1]

    def _order(self, kills: int) -> list[str]:
        """Each part at least once in every dozen."""
        order: list[str] = []
        while len(order) < kills:
            dozen = [*PARTS, *self._chance.choices(PARTS, _WEIGHTS, k=7)]
            self._chance.shuffle(dozen)
            order += dozen
        return order[:kills]

    def _kill(self, part: str) -> bool:
        name = f"worker-{self._chance.randint(1, self._workers)}" if part == "worker" else part
        pid = self._stack.kill(name)
        if pid is not None:
            self.kills.append(Kill(name, pid, time.monotonic()))
        return pid is not None


@dataclass(frozen=True, slots=True)
class Recovery:
    """What officers saw of the kills of one part, in seconds from the kill.

    `served`: until a request that began after it was answered with a success. `stuck`: until the last request
    that was under way at the kill was answered.
    """

    part: str
    kills: int
    served: tuple[float, ...]
    stuck: tuple[float, ...]


def recoveries(kills: Sequence[Kill], requests: Iterable[Request]) -> list[Recovery]:
    """By part; a kill whose recovery was not seen (the storm was over) counts in `kills` only."""
    asked = [request for request in requests if request.ended]
    found: dict[str, tuple[list[float], list[float]]] = {}
    for kill in kills:
        served, stuck = found.setdefault(kill.part.partition("-")[0], ([], []))
        later = [request.ended for request in asked if request.began > kill.at and request.acknowledged]
        if later:
            served.append(min(later) - kill.at)
        under_way = [request.ended for request in asked if request.began <= kill.at < request.ended]
        if under_way:
            stuck.append(max(under_way) - kill.at)
    counts = {part: sum(kill.part.partition("-")[0] == part for kill in kills) for part in found}
    return [Recovery(part, counts[part], tuple(a), tuple(b)) for part, (a, b) in sorted(found.items())]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed; nan without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")
