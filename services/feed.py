"""The log as it grows, for everyone who listens: one poller for the process, which rests while nobody does."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from domain.permission import Audience
from domain.signals import ProcessKind
from runtime.background import Loop
from services.audiences import Audiences
from services.scope import Scope
from store.errors import StoreUnavailable
from store.log import StoredEvent

if TYPE_CHECKING:
    from runtime.metrics import Metrics
    from store.log import EventLog

log = structlog.get_logger()

POLL_SECONDS = 0.2
HEARTBEAT_SECONDS = 15.0
_RECENT = 5_000
_PAGE = 500


@dataclass(frozen=True, slots=True)
class News:
    """An event, with the kind of its process, and who may read that as it now stands."""

    event: StoredEvent
    kind: ProcessKind
    audience: Audience


_NOBODYS = ("", Audience(()))
"""Of a stream that is of no kind: supervisors alone hear of it."""


class Feed:
    """Subscribers go on from any position; none misses an event."""

    def __init__(self, events: EventLog, audiences: Mapping[ProcessKind, Audiences], metrics: Metrics) -> None:
        self._log = events
        self._audiences = audiences
        self._metrics = metrics
        self._recent: deque[News] = deque(maxlen=_RECENT)
        self._head = 0
        self._moved = asyncio.Event()
        self.poller = Loop("feed", self._poll)
        self._listening = 0
        self._closed = False

    def close(self) -> None:
        """Ends every subscription; the poller by its next turn."""
        self._closed = True
        self._wake()

    async def last_position(self) -> int:
        """Where a subscriber begins that asks for nothing older."""
        return await self._log.last_position()

    async def listen(self, after: int, scope: Scope) -> AsyncIterator[News | None]:
        """What is in a scope of the events after a position, as they come; None when there was none for a while.

        Ends when the process stops, or when the log cannot be read: the caller comes again with the last id.
        """
        self._listening += 1
        self._metrics.subscribers.set(self._listening)
        try:
            await self._start()
            while not self._closed:
                moved = self._moved
                news = await self._after(after)
                for one in news:
                    after = one.event.position
                    if scope.includes(one.audience):
                        yield one
                if not news and not await _within(moved, HEARTBEAT_SECONDS):
                    yield None
        except StoreUnavailable:
            return
        finally:
            self._listening -= 1
            self._metrics.subscribers.set(self._listening)

    async def _start(self) -> None:
        if self.poller.running:
            return
        head = await self._log.last_position()
        if not self.poller.running:  # nobody else was quicker
            self._recent.clear()
            self._head = head
            self.poller.start()

    async def _after(self, position: int) -> Sequence[News]:
        """From memory where it reaches back far enough, else from the log."""
        if position >= self._head:
            return ()
        if self._recent and self._recent[0].event.position <= position + 1:
            return [one for one in self._recent if one.event.position > position]
        return await self._read(position)

    async def _read(self, position: int) -> Sequence[News]:
        events = await self._log.feed(position, _PAGE)
        if not events:
            return ()
        known: dict[str, tuple[ProcessKind, Audience]] = {}
        for kind, audiences in self._audiences.items():
            left = {event.stream for event in events} - known.keys()
            found = await audiences(left) if left else {}
            known |= {stream: (kind, audience) for stream, audience in found.items()}
        return [News(event, *known.get(event.stream, _NOBODYS)) for event in events]

    async def _poll(self) -> float | None:
        """One look at what is new; the loop rests while nobody listens."""
        if not self._listening or self._closed:
            return None
        try:
            news = await self._read(self._head)
        except StoreUnavailable as error:
            log.warning("the log cannot be read", error=str(error))
            return POLL_SECONDS
        if news:
            self._recent.extend(news)
            self._head = news[-1].event.position
            self._metrics.position.set(self._head)
            self._wake()
        return POLL_SECONDS

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
