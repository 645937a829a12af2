"""Kills a stack's parts at random instants while officers decide, and checks that nothing was lost or doubled.

    python -m tests.faults.storm --kills 300 --officers 8
    python -m tests.faults.storm --calm 10          (time to recover: one kill at a time, each part ten times)

Ends with 0 when everything holds, with 1 and what was found when not. The same `--seed` gives the same kills in
the same order; what the kills hit depends on the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from operations.connections import opened
from tests.faults import checks
from tests.faults.following import Follower
from tests.faults.killing import PARTS, Kill, Killer, percentile, recoveries
from tests.faults.officers import Office, Request
from tests.faults.running import RunningStack

WORKERS = 2


@dataclass(slots=True)
class Outcome:
    """What one storm was, and what it left wrong."""

    seed: int
    kills: list[Kill] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    events: int = 0
    breaks: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The counts, the time to recover, and what was found; with the kills if anything was."""
        done = [request for request in self.requests if request.acknowledged]
        refused = Counter(str(r.answer.get("code")) for r in self.requests if r.status >= 400)
        unavailable = sum(status == 503 for request in self.requests for status in request.statuses)
        lines = [
            f"seed {self.seed}, {self.seconds:.0f} s, {len(self.kills)} kills: {_counted(k.part for k in self.kills)}",
            f"{sum(not r.opens for r in done)} decisions and {sum(r.opens for r in done)} openings acknowledged",
            f"{sum(refused.values())} refused: {_counted(refused.elements()) or 'none'}",
            f"{sum(r.tries - 1 for r in self.requests)} retries, {unavailable} answers 503",
            f"{self.events} events, all followed over {self.breaks} breaks of the stream",
            "time to recover, p50 / p99 in s    a new request served    what was under way",
        ]
        for one in recoveries(self.kills, self.requests):
            served, stuck = (
                f"{percentile(of, 0.5):6.1f} / {percentile(of, 0.99):5.1f}" for of in (one.served, one.stuck)
            )
            lines.append(f"  {one.part:<10}({one.kills:>3} kills)        {served}          {stuck}")
        if self.problems:
            lines += [f"{len(self.problems)} PROBLEMS", *self.problems, "the kills:", *map(self._kill_line, self.kills)]
        return "\n".join(lines)

    def _kill_line(self, kill: Kill) -> str:
        return f"  {kill.at - self.kills[0].at:8.3f} s  {kill.part} (process {kill.pid})"


def _counted(names: object) -> str:
    return ", ".join(f"{name} {times}" for name, times in sorted(Counter(names).items()))  # type: ignore[call-overload]


async def storm(
    seed: int,
    *,
    kills: int,
    officers: int = 6,
    gap: tuple[float, float] = (0.3, 3.0),
    seconds: float = 3600.0,
    calm: int = 0,
    folder: Path | None = None,
) -> Outcome:
    """One storm on a stack of its own: `kills` at random, or with `calm` so many of each part, one at a time.

    `seconds` is the longest that it kills. With `folder` the stack's files stay there for a look.
    """
    outcome, began = Outcome(seed), time.monotonic()
    place = folder or Path(tempfile.mkdtemp(prefix="hongxiu-faults-"))
    stack = RunningStack(place, workers=WORKERS)
    office = Office("", seed)
    following: asyncio.Task[None] | None = None
    try:
        await stack.start()
        office, follower = Office(stack.api, seed), Follower(stack.api)
        killer = Killer(stack, seed, workers=WORKERS)
        outcome.kills, outcome.requests = killer.kills, office.requests
        following = asyncio.create_task(follower.follow())
        await _under_way(stack, office, killer, officers, kills, gap, calm, seconds)
        outcome.problems += await checks.everything(stack.settings(), office)
        async with opened(stack.settings().database()) as pool:
            outcome.events = len(await checks.all_events(pool))
        outcome.problems += await follower.until(outcome.events)
        outcome.breaks = follower.breaks
        await stack.stop()
    except Exception as error:
        outcome.problems += [*office.faults, f"{type(error).__name__}: {error}", stack.last_lines()]
    finally:
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        await stack.abandon()
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)
    outcome.seconds = time.monotonic() - began
    return outcome


async def _under_way(
    stack: RunningStack,
    office: Office,
    killer: Killer,
    officers: int,
    kills: int,
    gap: tuple[float, float],
    calm: int,
    seconds: float,
) -> None:
    """Officers at work, kills among them; in the end the stack is calm and every request answered."""
    office.calm_since = None
    working = asyncio.create_task(office.work(officers))
    deadline = time.monotonic() + seconds
    try:
        await asyncio.sleep(1.5)
        if calm:
            await _one_at_a_time(stack, killer, calm, working)
        else:
            await killer.storm(kills, gap, lambda: working.done() or time.monotonic() > deadline)
        await stack.calm(steady=1.0)
        office.calm_since = time.monotonic()
        await asyncio.sleep(1.0)
        office.closed.set()
        await working
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def _one_at_a_time(stack: RunningStack, killer: Killer, times: int, working: asyncio.Task[None]) -> None:
    for part in PARTS * times:
        if working.done():
            return
        await killer.one(part)
        await asyncio.sleep(1.0)
        await stack.calm(steady=8.0)


def main() -> int:
    """The command line; see the module."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.storm", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--calm", type=int, default=0, help="one kill at a time, so many of each part")
    parser.add_argument("--officers", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=3600.0, help="the longest that it kills")
    parser.add_argument("--gap", type=float, nargs=2, default=(0.3, 3.0), help="shortest and longest pause, in seconds")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--keep", type=Path, help="a folder for the stack's files, which then stay")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # either way the stack is stopped first
    print(f"seed {asked.seed}", flush=True)
    outcome = asyncio.run(
        storm(
            asked.seed,
            kills=asked.kills,
            officers=asked.officers,
            gap=tuple(asked.gap),
            seconds=asked.seconds,
            calm=asked.calm,
            folder=asked.keep,
        )
    )
    print(outcome.text())
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
