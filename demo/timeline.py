"""When things are due in a rehearsal, over every case and sitting: pure planning, without a clock and without I/O.

Each process of a rehearsal has a clock of its own. Whoever drives them moves the one that is due first, so that all
clocks go through one story: a sitting's session has begun before a case decides there, a case carries itself over
before the minutes are drawn, and nothing is decided before what led to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Literal

INTO_THE_SESSION = timedelta(minutes=10)
"""When a case is called in its session."""


class Order(IntEnum):
    """What comes first of what is due at one instant: a case's own wait, then its sitting, then who decides."""

    EXPIRY = 0
    SITTING = 1
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

    @property
    def due_at(self) -> datetime | None:
        """Its next instant; None when it is over."""
        return {
            "announced": self.drafts_at, "drafted": self.freezes_at, "frozen": self.starts_at,
            "in_session": self.ends_at, "minutes": self.minutes_due, "closed": None, "cancelled": None,
        }[self.status if self.begun else "announced"]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case as far as time goes: what it waits for, and what its script wants next.

    ``until``: when its wait passes, None when it is closed. ``sitting``: the one that it waits for. ``acts_at``: when
    its script goes on, None where the script waits for the wait to pass or is through. ``scripted``: whether it is not.
    """

    number: str
    until: datetime | None
    sitting: str | None = None
    acts_at: datetime | None = None
    scripted: bool = False


def of_case(case: Waiting, *, ends_at: datetime, played: Collection[str]) -> Due | None:
    """What is due of a case next.

    A case without a script goes on by rule as long as the play lasts (``ends_at``), and beyond it where its sitting is
    played: no sitting is closed while a case still waits for it.
    """
    if case.until is None:
        return None
    if case.acts_at is not None and case.acts_at < case.until:
        return Due(case.acts_at, Order.ACT, case.number)
    is_played = case.sitting is not None and (case.sitting in played or case.until <= ends_at)
    goes_on = case.scripted or is_played
    return Due(case.until, Order.EXPIRY, case.number) if goes_on else None


def of_sitting(sitting: Planned) -> Due | None:
    """What is due of a sitting next."""
    return None if sitting.due_at is None else Due(sitting.due_at, Order.SITTING, sitting.id)


def first_of(dues: Iterable[Due]) -> tuple[Due, ...]:
    """All that is due first, at one instant and of one order: it may happen side by side."""
    ordered = sorted(dues)
    return tuple(due for due in ordered if (due.at, due.order) == (ordered[0].at, ordered[0].order))
