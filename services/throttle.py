"""Slows down guessing: a few failures, then a pause; and what is asked too often. In memory, for each process."""

from __future__ import annotations

import time
from collections import OrderedDict

from services.problems import Problem

_REMEMBERED = 10_000


class Throttle:
    """At most ``failures`` failures within ``seconds`` for each key."""

    def __init__(self, failures: int = 8, seconds: float = 60.0, problem: str = "too_many_attempts") -> None:
        self._failures = failures
        self._seconds = seconds
        self._problem = problem
        self._failed: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, key: str) -> None:
        """Raises Problem ``too_many_attempts``, or the one that was named, while the pause lasts."""
        recent = self._recent(key)
        if len(recent) >= self._failures:
            raise _wait(self._problem, recent[0] + self._seconds - time.monotonic())

    def failed(self, key: str) -> None:
        """Counts a failure."""
        self._failed[key] = [*self._recent(key), time.monotonic()]
        self._failed.move_to_end(key)
        if len(self._failed) > _REMEMBERED:
            self._failed.popitem(last=False)

    def count(self, key: str) -> None:
        """Counts one more, where everything is counted and not failures alone. Raises as ``check``."""
        self.check(key)
        self.failed(key)

    def succeeded(self, key: str) -> None:
        """Forgets the failures."""
        self._failed.pop(key, None)

    def forget(self, beginning: str) -> None:
        """Forgets the failures of every key that begins so."""
        for key in [key for key in self._failed if key.startswith(beginning)]:
            del self._failed[key]

    def _recent(self, key: str) -> list[float]:
        since = time.monotonic() - self._seconds
        return [at for at in self._failed.get(key, ()) if at > since]


class Guesses:
    """Guesses at something that has a name (an account, a case's code): slowed down for each name from one address,
    and for the address whatever the names. An office shares an address, so that it gets more of them."""

    def __init__(self, *, each: int, address: int) -> None:
        self._each = Throttle(each)
        self._address = Throttle(address)

    def check(self, name: str, address: str) -> None:
        """Raises Problem ``too_many_attempts`` while the pause lasts."""
        self._each.check(f"{name}@{address}")
        self._address.check(address)

    def failed(self, name: str, address: str) -> None:
        """Counts a wrong guess."""
        self._each.failed(f"{name}@{address}")
        self._address.failed(address)

    def succeeded(self, name: str, address: str) -> None:
        """Forgets the name's wrong guesses, not the address's."""
        self._each.succeeded(f"{name}@{address}")

    def forget(self, name: str) -> None:
        """Forgets a name's wrong guesses from every address."""
        self._each.forget(f"{name}@")


def too_many_attempts(seconds: float) -> Problem:
    """The problem, with how long to wait."""
    return _wait("too_many_attempts", seconds)


def _wait(problem: str, seconds: float) -> Problem:
    left = max(1, round(seconds))
    headers = {"retry-after": str(left)}
    if problem == "too_many_requests":
        return Problem(problem, headers=headers, minutes=-(-left // 60))
    return Problem(problem, headers=headers, seconds=left)
