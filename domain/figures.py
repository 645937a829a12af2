"""What a time's figures are: the 三率, how long cases stood where, what was late. Defined in docs/statistics.md.

Pure values. ``Figures`` can be added up: a quarter's are its months', a community's those of its estates together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Literal

Grouping = Literal["community", "estate", "company", "category"]
GROUPINGS: tuple[Grouping, ...] = ("community", "estate", "company", "category")

Measure = Literal[
    "opened",
    "open",
    "closed",
    "responded",
    "missed",
    "answered",
    "answer_missed",
    "confirmed",
    "disputed",
    "satisfied",
    "repeats",
    "carried_over",
    "escalated",
    "late",
    "supervised",
    "emergencies",
    "settled",
    "no_word",
    "withdrawn",
    "referred",
    "rejected",
    "duplicate",
]
"""What is counted of a case in a time. Each figure is one of them, or made of two."""

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
    ``supervised``: cases that were; ``carried_over``, ``escalated``, ``disputed``, ``emergencies``: how often it
    happened.
    """

    since: date
    until: date
    opened: int = 0
    closed: Mapping[str, int] = field(default_factory=dict)
    open: int = 0
    response: Rate = Rate()
    solution: Rate = Rate()
    satisfaction: Rate = Rate()
    answers: Rate = Rate()
    repeats: int = 0
    disputed: int = 0
    late: int = 0
    supervised: int = 0
    carried_over: int = 0
    escalated: int = 0
    emergencies: int = 0
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

    @property
    def closed_in_all(self) -> int:
        """How many were closed, in whatever way."""
        return sum(self.closed.values())


_ADDED = tuple(it.name for it in fields(Figures) if it.name not in ("since", "until", "closed", "at_tier"))


# ---------------------------------------------------------------- a time seen from all sides

SPREAD_DAYS = (1, 3, 7, 14, 30, 60)
"""Where the classes of a spread part: less than one day, one to three, …, sixty and more."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How long each of some cases stood at a tier: the middle one, what nine in ten do not exceed, the longest.

    ``classes``: how many cases there are between the bounds of ``SPREAD_DAYS``.
    """

    cases: int
    median: timedelta
    ninth: timedelta
    longest: timedelta
    classes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happened in one part of a time, of equal parts that follow each other; ``until`` is included."""

    since: date
    until: date
    opened: int = 0
    closed: int = 0
    response: Rate = Rate()
    solution: Rate = Rate()
    satisfaction: Rate = Rate()
    answers: Rate = Rate()


@dataclass(frozen=True, slots=True)
class Survey:
    """A time's figures from all sides: as one, grouped, by tier, and step by step."""

    whole: Figures
    by: Mapping[Grouping, Mapping[str, Figures]]
    spreads: Mapping[str, Spread]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How many cases are open now, and what is remarkable about how many of them."""

    open: int = 0
    late: int = 0
    supervised: int = 0
    carried_over: int = 0
    emergencies: int = 0


@dataclass(frozen=True, slots=True)
class Standings:
    """What is open now: as one, by tier, and grouped."""

    whole: Standing
    at_tier: Mapping[str, Standing]
    by: Mapping[Grouping, Mapping[str, Standing]]
