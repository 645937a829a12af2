"""What a time's figures are: the 三率, how long cases stood where, what was late. Defined in docs/statistics.md.

Pure values that can be added up: a company's figures are those of its estates together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Literal

Grouping = Literal["community", "estate", "company", "category"]

SATISFIED_FROM = 3
"""Stars of who is satisfied. † Of the five marks of 好差评 the last two are bad (国办发〔2019〕51号)."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    part: int = 0
    whole: int = 0

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.part + other.part, self.whole + other.whole)

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Stay:
    """How many cases stood somewhere, and for how long all of them together."""

    cases: int = 0
    time: timedelta = timedelta()

    def __add__(self, other: Stay) -> Stay:
        return Stay(self.cases + other.cases, self.time + other.time)

    @property
    def mean_days(self) -> float | None:
        """Calendar days a case; None without cases."""
        return self.time / timedelta(days=1) / self.cases if self.cases else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What happened over a time (Shanghai dates, both included). Each is defined in docs/statistics.md.

    ``closed``: by how they were closed. ``at_tier``: by tier. ``open``: at the end of the time. ``late``,
    ``supervised``: cases that were; ``carried_over``, ``escalated``, ``disputed``: how often it happened.
    """

    since: date
    until: date
    opened: int = 0
    closed: Mapping[str, int] = field(default_factory=dict)
    open: int = 0
    response: Rate = Rate()
    solution: Rate = Rate()
    satisfaction: Rate = Rate()
    repeats: int = 0
    disputed: int = 0
    late: int = 0
    supervised: int = 0
    carried_over: int = 0
    escalated: int = 0
    at_tier: Mapping[str, Stay] = field(default_factory=dict)

    def __add__(self, other: Figures) -> Figures:
        """Of both together; the same time is meant, and no case is in both."""
        assert (self.since, self.until) == (other.since, other.until)
        summed = {name: getattr(self, name) + getattr(other, name) for name in _ADDED}
        stays = {
            tier: self.at_tier.get(tier, Stay()) + other.at_tier.get(tier, Stay())
            for tier in {**self.at_tier, **other.at_tier}
        }
        closed = Counter(self.closed) + Counter(other.closed)
        return Figures(since=self.since, until=self.until, closed=dict(closed), at_tier=stays, **summed)


_ADDED = tuple(it.name for it in fields(Figures) if it.name not in ("since", "until", "closed", "at_tier"))


def total(since: date, until: date, some: Iterable[Figures]) -> Figures:
    """All of ``some`` together."""
    return sum(some, Figures(since=since, until=until))
