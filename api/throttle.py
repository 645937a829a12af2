"""Slows down guessing: a few failures, then a pause. In memory, for each process."""

from __future__ import annotations

import time
from collections import OrderedDict

from api.problems import Problem

_REMEMBERED = 10_000


class Throttle:
    """At most ``failures`` failures within ``seconds`` for each key."""

    def __init__(self, failures: int = 8, seconds: float = 60.0) -> None:
        self._failures = failures
        self._seconds = seconds
        self._failed: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, key: str) -> None:
        """Raises Problem ``too_many_attempts`` while the pause lasts."""
        recent = self._recent(key)
        if len(recent) >= self._failures:
            left = max(1, round(recent[0] + self._seconds - time.monotonic()))
            raise Problem("too_many_attempts", headers={"retry-after": str(left)}, seconds=left)

    def failed(self, key: str) -> None:
        """Counts a failure."""
        self._failed[key] = [*self._recent(key), time.monotonic()]
        self._failed.move_to_end(key)
        if len(self._failed) > _REMEMBERED:
            self._failed.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forgets the failures."""
        self._failed.pop(key, None)

    def _recent(self, key: str) -> list[float]:
        since = time.monotonic() - self._seconds
        return [at for at in self._failed.get(key, ()) if at > since]
