"""One durable timer for each thing that a process waits for, with words that say what it waits for.

A wait that is over and could not be acted on is put off: it keeps a timer, to the instant at which that is tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import retries
    from domain.retries import Pauses, Retry
    from workflows.messages import PutOff

_AT_ONCE = timedelta(milliseconds=1)


class Waiting(Protocol):
    """One thing that a process waits for. Hashable: an equal wait is the same timer."""

    @property
    def kind(self) -> str: ...
    @property
    def until(self) -> datetime: ...
    def model_dump(self, *, mode: str) -> dict[str, Any]: ...
    def __hash__(self) -> int: ...


W = TypeVar("W", bound=Waiting)

Begin = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""Runs something beside the process's own life."""


class Timers(Generic[W]):
    """The timers of a process. ``act``: what is done when a wait is over; ``words``: a timer's summary."""

    def __init__(
        self, act: Callable[[W], Awaitable[None]], words: Callable[[W], str], begin: Begin, put_off: Mapping[W, Retry]
    ) -> None:
        self._act = act
        self._words = words
        self._begin = begin
        self._kept: dict[W, asyncio.Task[None]] = {}
        self._put_off = dict(put_off)

    @property
    def waits(self) -> tuple[W, ...]:
        """What there is a timer for."""
        return tuple(self._kept)

    @property
    def retries(self) -> Mapping[W, Retry]:
        """What has been put off, and how that stands."""
        return self._put_off

    def arm(self, wanted: Iterable[W]) -> None:
        """Keeps the timers whose waits stand, cancels the others, starts the new ones.

        In the order that the state gives them: a set's order is another one in each program that replays this.
        """
        known = dict.fromkeys(wanted)
        for wait in [wait for wait in self._kept if wait not in known]:
            self._kept.pop(wait).cancel()
        for wait in [wait for wait in self._put_off if wait not in known]:
            del self._put_off[wait]
        for wait in sorted((wait for wait in known if wait not in self._kept), key=lambda wait: wait.until):
            self._kept[wait] = self._begin(self._keep(wait))

    def take(self, wait: W) -> bool:
        """Whether the timer that asks is still the one of ``wait``; from then on a change of waits does not cancel it,
        and ``arm`` starts another."""
        if self._kept.get(wait) is not asyncio.current_task():
            return False
        del self._kept[wait]
        return True

    def put_off(self, wait: W, why: str, pauses: Pauses) -> None:
        """It could not be acted on: its next timer runs until that is tried again."""
        self._put_off[wait] = retries.put_off(self._put_off.get(wait), why, workflow.now(), pauses)

    def acted(self, wait: W) -> None:
        """It has been acted on: if it is waited for again, then from the start."""
        self._put_off.pop(wait, None)

    def hurry(self) -> None:
        """What has been put off is tried at once."""
        now = workflow.now()
        self._put_off = {wait: retry.at_once(now) for wait, retry in self._put_off.items()}

    def carried(self) -> tuple[PutOff, ...]:
        """What the next run has to know."""
        return tuple(PutOff(wait=wait.model_dump(mode="json"), retry=retry) for wait, retry in self._put_off.items())

    def stop(self) -> None:
        """Cancels every timer."""
        for timer in self._kept.values():
            timer.cancel()

    async def _keep(self, wait: W) -> None:
        retry = self._put_off.get(wait)
        if retry is None or retry.again_at is None:
            await workflow.sleep(_left(wait.until), summary=self._words(wait))
            while workflow.now() < wait.until:  # the server's clocks are finer than its timers
                await workflow.sleep(_left(wait.until), summary=self._words(wait))
        else:
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._is_due(wait), timeout=_left(retry.again_at), timeout_summary=self._words(wait)
                )
        await self._act(wait)

    def _is_due(self, wait: W) -> bool:
        retry = self._put_off.get(wait)
        return retry is None or retry.is_due(workflow.now())


def _left(until: datetime) -> timedelta:
    return max(until - workflow.now(), _AT_ONCE)
