"""What has to be done outside because of facts: effects, in lanes of their own.

Each is done at least once. One that fails or hangs delays no other lane; it is tried again with growing pauses, seen
meanwhile, and after so many goes left to the audit. It bars neither the process's end, before which it gets one last
go, nor a new run, which goes on with what is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from domain import retries
    from domain.retries import Pauses, Retry
    from workflows.ledger import why_of
    from workflows.messages import Effect, Pending
    from workflows.timers import Begin

GOES = Pauses(first=timedelta(minutes=1), most=timedelta(hours=1), goes=24)
"""Most of a day, since 24 goes have 1, 2, 4 … 60 minutes between them."""
URGENT = Priority(priority_key=1)
"""For the activities of effects that come first: a worker that has much to do takes them before others."""
_RESTING = "换新运行前，等在办的事项办完 · lets what is under way end before the next run"
_AT_ONCE = timedelta(milliseconds=1)


class Lanes:
    """The effects of a process that are not done yet.

    ``carry_out`` does one, by name, and may raise FailureError; ``words``: a timer's summary for one that is tried
    again; ``ends``: whether the process has ended, so that each go is the last; ``seen`` is called after each failure,
    and after what had failed is done.
    """

    def __init__(
        self,
        carry_out: Callable[[str], Awaitable[None]],
        words: Callable[[str, Retry], str],
        begin: Begin,
        ends: Callable[[], bool],
        seen: Callable[[], None],
        pending: Iterable[Pending],
    ) -> None:
        self._carry_out = carry_out
        self._words = words
        self._begin = begin
        self._ends = ends
        self._seen = seen
        self._pending = {one.effect.name: one for one in pending}
        self._under_way: set[str] = set()
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._rests = False

    @property
    def is_idle(self) -> bool:
        """Whether everything is done, or given up."""
        return not self._lanes and not any(map(_is_hopeful, self._pending.values()))

    @property
    def retries(self) -> Mapping[str, Retry]:
        """The effects that have failed, by name, and how each stands."""
        return {name: one.retry for name, one in self._pending.items() if one.retry is not None}

    def carried(self) -> tuple[Pending, ...]:
        """What the next run has to do: what is under way as well, since nobody hears of its end any more."""
        return tuple(self._pending.values())

    def ask(self, effects: Sequence[Effect]) -> None:
        """Each is to be done once from now on; one that waits for its next go has it at once."""
        for effect in sorted(effects, key=lambda effect: not effect.first):
            if effect.name in self._under_way:
                self._pending.pop(effect.name)  # once more, after the others that wait
            self._pending[effect.name] = Pending(effect=effect)
        self._begin_lanes()

    def later(self, effect: Effect, why: str) -> None:
        """It was tried, and did not succeed wholly: it has its first go after a pause."""
        retry = retries.put_off(None, why, workflow.now(), GOES)
        self._pending[effect.name] = Pending(effect=effect, retry=retry)
        self._begin_lanes()
        self._seen()

    def hurry(self) -> None:
        """What waits for its next go has it at once, and what was given up has all its goes again."""
        for name, one in self._pending.items():
            if name not in self._under_way:
                self._pending[name] = Pending(effect=one.effect)
        self._begin_lanes()

    async def rest(self, patience: timedelta) -> None:
        """Begins nothing more until ``go_on``, and waits so long at most for what is under way."""
        self._rests = True
        if self._under_way:
            with suppress(TimeoutError):
                await workflow.wait_condition(lambda: not self._under_way, timeout=patience, timeout_summary=_RESTING)

    def go_on(self) -> None:
        """What is to be done is being done, after a rest as well."""
        self._rests = False
        self._begin_lanes()

    def _begin_lanes(self) -> None:
        for one in list(self._pending.values()):
            way = one.effect.way
            if _is_hopeful(one) and way not in self._lanes:
                self._lanes[way] = self._begin(self._run(way))

    # ---------------------------------------------------------------- one lane

    async def _run(self, way: str) -> None:
        while (one := self._next(way)) is not None:
            if self._is_due(one):
                await self._go(one)
            else:
                await self._pause(one)
        del self._lanes[way]

    def _next(self, way: str) -> Pending | None:
        if self._rests:
            return None
        return next((one for one in self._pending.values() if one.effect.way == way and _is_hopeful(one)), None)

    def _is_due(self, one: Pending) -> bool:
        return one.retry is None or one.retry.is_due(workflow.now()) or self._ends()

    async def _pause(self, one: Pending) -> None:
        """Until its next go; or until it is asked for again, the process ends, or the run does."""
        assert one.retry is not None
        assert one.retry.again_at is not None
        left = max(one.retry.again_at - workflow.now(), _AT_ONCE)
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._rests or self._next(one.effect.way) is not one or self._is_due(one),
                timeout=left,
                timeout_summary=self._words(one.effect.name, one.retry),
            )

    async def _go(self, one: Pending) -> None:
        name, last = one.effect.name, self._ends()
        self._under_way.add(name)
        try:
            await self._carry_out(name)
        except FailureError as failure:
            self._failed(one, why_of(failure), last)
        else:
            self._done(one)
        self._under_way.discard(name)

    def _done(self, one: Pending) -> None:
        if self._pending.get(one.effect.name) is one:  # else it was asked for once more meanwhile
            del self._pending[one.effect.name]
        if one.retry is not None:
            self._seen()

    def _failed(self, one: Pending, why: str, last: bool) -> None:
        name = one.effect.name
        retry = retries.put_off(one.retry, why, workflow.now(), GOES, last=last)
        if self._pending.get(name) is one:
            self._pending[name] = Pending(effect=one.effect, retry=retry)
        say = workflow.logger.warning if _is_hopeful(self._pending[name]) else workflow.logger.error
        say("an effect was not done: %s (%s), tried %d times", name, why, retry.times)
        self._seen()


def _is_hopeful(one: Pending) -> bool:
    return one.retry is None or one.retry.again_at is not None
