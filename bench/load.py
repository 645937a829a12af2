"""Callers that ask again as soon as they are answered, and how long each answer took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bench.figures import percentile

Ask = Callable[[int, int], Awaitable[None]]
"""(caller, turn): asks once and waits for the answer."""


@dataclass
class Load:
    """What came of it: answers a second of each round, seconds of each answer, processor seconds for each."""

    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def ms(self, share: float) -> float:
        """A percentile of the answers' times, in milliseconds."""
        return percentile(self.seconds, share) * 1000

    @property
    def rate(self) -> float:
        """The middle round's answers a second."""
        return percentile(self.rates, 0.5)

    @property
    def cpu_ms(self) -> float:
        """The middle round's processor time for each answer, in milliseconds."""
        return percentile(self.cpu, 0.5) * 1000

    async def round(self, ask: Ask, callers: int, seconds: float, cpu: Callable[[], float] | None = None) -> None:
        """``callers`` ask for ``seconds``; the first answer of each warms up and does not count."""
        await asyncio.gather(*(ask(caller, 0) for caller in range(callers)))
        used = cpu() if cpu else 0.0
        began = time.perf_counter()
        end = began + seconds
        taken = await asyncio.gather(*(_caller(ask, caller, end) for caller in range(callers)))
        self.rates.append(sum(map(len, taken)) / (time.perf_counter() - began))
        for times in taken:
            self.seconds.extend(times)
        if cpu is not None:
            self.cpu.append((cpu() - used) / max(1, sum(map(len, taken))))


async def _caller(ask: Ask, caller: int, end: float) -> Sequence[float]:
    times: list[float] = []
    while (asked := time.perf_counter()) < end:
        await ask(caller, len(times) + 1)
        times.append(time.perf_counter() - asked)
    return times
