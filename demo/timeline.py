"""When the demo's people act, over every case and sitting: pure planning, without a clock and without I/O.

The town has one clock. Whoever plays brings it to the instant at which somebody acts next; what is due on the way
happens by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Literal

INTO_THE_SESSION = timedelta(minutes=10)
"""When a case is called in its session."""


class Order(IntEnum):
    """What comes first of what is due at one instant: a case's wait passes, then a clerk acts, then who decides."""

    EXPIRY = 0
    CLERK = 1
    ACT = 2


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """Something that is to happen at an instant, to one process."""

    at: datetime
    order: Order
    who: str


SittingStatus = Literal["announced", "drafted", "frozen", "in_session", "minutes", "closed", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A sitting as its calendar or its process has it. ``begun``: whether its process runs, or has run."""

    id: str
    forum: str
    status: SittingStatus
    begun: bool
    drafts_at: datetime
    freezes_at: datetime
    starts_at: datetime
    ends_at: datetime
    minutes_due: datetime

    @property
    def over(self) -> bool:
        """Whether nothing comes of it any more."""
        return self.status in ("closed", "cancelled")

    def gets_to(self, status: SittingStatus) -> datetime:
        """When it gets to a status."""
        return {
            "announced": self.drafts_at,
            "drafted": self.drafts_at,
            "frozen": self.freezes_at,
            "in_session": self.starts_at,
            "minutes": self.ends_at,
            "closed": self.minutes_due,
            "cancelled": self.minutes_due,
        }[status]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case as far as time goes: what it waits for, and what its script wants next.

    ``until``: when its wait passes, None when it is closed. ``acts_at``: when its script goes on, None where the script
    waits for the wait to pass or is through. ``scripted``: whether it is not.
    """

    number: str
    until: datetime | None
    acts_at: datetime | None = None
    scripted: bool = False


def of_case(case: Waiting) -> Due | None:
    """What the script has to do with a case next; nothing where it is through."""
    if case.until is None or not case.scripted:
        return None
    if case.acts_at is not None and case.acts_at < case.until:
        return Due(case.acts_at, Order.ACT, case.number)
    return Due(case.until, Order.EXPIRY, case.number)


def first_of(dues: Iterable[Due]) -> tuple[Due, ...]:
    """All that is due first, at one instant and of one order: it may happen side by side."""
    ordered = sorted(dues)
    return tuple(due for due in ordered if (due.at, due.order) == (ordered[0].at, ordered[0].order))
