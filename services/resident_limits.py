"""How often residents' pages may be used: generous for people, narrow for programs. In memory, for each process.

An address can be a whole neighbourhood's (mobile networks share them), so the limits by address are wide.
"""

from __future__ import annotations

import hashlib

from domain.text.numbers import telephone_digits
from services.throttle import Throttle


class Limits:
    """Counts what residents do, by address, telephone or case."""

    def __init__(self) -> None:
        self._raised = Throttle(120, 600.0, "too_many_requests")
        self._raised_by_phone = Throttle(6, 3600.0, "too_many_requests")
        self._looked = Throttle(300, 60.0, "too_many_requests")
        self._said = Throttle(20, 600.0, "too_many_requests")
        self._photographed = Throttle(120, 600.0, "too_many_requests")

    def raise_issue(self, address: str, phone: str | None) -> None:
        """An issue is raised. Raises Problem ``too_many_requests``, as all of these do."""
        self._raised.check(address)
        if phone:
            self._raised_by_phone.count(_hidden(phone))
        self._raised.count(address)

    def follow(self, address: str) -> None:
        """A case is looked at, or a photograph of it."""
        self._looked.count(address)

    def say(self, number: str, address: str) -> None:
        """The resident's own decision is sent."""
        self._said.count(f"{number}@{address}")

    def photograph(self, address: str) -> None:
        """Photographs are sent; or an issue with some."""
        self._photographed.count(address)


def _hidden(phone: str) -> str:
    """A telephone number as it is counted by: what is kept in memory should not be one."""
    return hashlib.sha256(telephone_digits(phone)[-12:].encode()).hexdigest()
