"""What time it is: real time; in a rehearsal the town's, which runs ahead of it (docs/decisions/0036)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """The clock that everything about the town goes by: cases, sittings, responses, pages, figures, papers.

    Sessions, tokens, throttles, claims and backups are not about the town and ask the real one.
    """

    @property
    def ahead(self) -> timedelta:
        """How far it runs ahead of real time: nothing, except in a rehearsal."""
        return timedelta()

    def now(self) -> datetime:
        """The instant, in UTC, as it was at the last ``refresh`` and what has passed since."""
        return datetime.now(UTC) + self.ahead

    async def refresh(self) -> None:
        """Looks whether somebody has moved it. Called where a request or an activity begins."""


class TownClock(Clock):
    """A rehearsal's one clock. ``read`` says how far ahead it was set; it never goes back."""

    def __init__(self, read: Callable[[], Awaitable[timedelta]]) -> None:
        self._read = read
        self._ahead = timedelta()

    @property
    def ahead(self) -> timedelta:
        """See ``Clock``."""
        return self._ahead

    async def refresh(self) -> None:
        """See ``Clock``. Raises StoreUnavailable."""
        self._ahead = max(self._ahead, await self._read())
