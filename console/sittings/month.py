"""A month of sittings as a calendar shows it: weeks of days, each with its sittings, days off and make-up workdays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from api.sittings.schemas import SittingView
from domain.errors import Refusal
from domain.policy.calendar import SHANGHAI, WorkingCalendar, shanghai
from domain.words import dates

_DAY, _WEEK = timedelta(days=1), 7
SHOWN_APART = 3
"""So many sittings of the lowest tier stand in a day by themselves; more of them are folded."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A sitting on a day. ``unit``: whose. ``moved_away``: it was to be here, and is where ``sitting.starts_at``
    says."""

    sitting: SittingView
    unit: str
    tier: str
    at: datetime
    moved_away: bool = False

    @property
    def cancelled(self) -> bool:
        """Whether it is not held."""
        return self.sitting.status == "cancelled"

    @property
    def moved_here(self) -> bool:
        """Whether it is here because it was moved."""
        return self.sitting.regular_starts_at is not None and not self.moved_away

    @property
    def extraordinary(self) -> bool:
        """Whether it is held beside the forum's cadence."""
        return self.sitting.emergency is not None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, or is not held here."""
        return self.sitting.status in ("closed", "cancelled") or self.moved_away


@dataclass(frozen=True, slots=True)
class Day:
    """A day. ``kind``: off, or a make-up workday, by the notice. ``folded``: the lowest tier's sittings, where
    many."""

    date: date
    outside: bool
    today: bool
    kind: Literal["off", "workday"] | None
    entries: tuple[Entry, ...]
    folded: tuple[Entry, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing is held."""
        return not self.entries and not self.folded


@dataclass(frozen=True, slots=True)
class Month:
    """A month of Shanghai's calendar."""

    year: int
    month: int

    @classmethod
    def read(cls, text: str | None, today: date) -> Month:
        """``2026-03``; without one, today's. Raises Refusal ``date_out_of_range``."""
        if text is None:
            return cls(today.year, today.month)
        year, month = int(text[:4]), int(text[5:])
        if not 2001 <= year <= 2899 or not 1 <= month <= 12:
            raise Refusal("date_out_of_range", date=text)
        return cls(year, month)

    def name(self, language: str) -> str:
        """``2026年3月``, ``March 2026``."""
        return dates.month(self.first, language)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def ahead(self, months: int) -> Month:
        """So many months later; earlier, if negative."""
        count = self.year * 12 + self.month - 1 + months
        return Month(count // 12, count % 12 + 1)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def shown(self) -> tuple[date, date]:
        """The Monday on which its picture begins, and the one after its last day (exclusive)."""
        start = self.first - self.first.weekday() * _DAY
        end = self.ahead(1).first
        return start, end + (-end.weekday() % _WEEK) * _DAY

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """The same as instants."""
        start, end = self.shown
        return datetime.combine(start, time(), SHANGHAI), datetime.combine(end, time(), SHANGHAI)


def weeks(
    month: Month, entries: Iterable[Entry], calendar: WorkingCalendar, today: date, lowest: str, *, apart: int
) -> list[list[Day]]:
    """The month's weeks, Monday first. ``lowest``: the tier whose sittings are folded where more than ``apart``."""
    by_day: dict[date, list[Entry]] = {}
    for entry in entries:
        by_day.setdefault(shanghai(entry.at).date(), []).append(entry)
    start, end = month.shown
    days = [_day(start + n * _DAY, month, by_day, calendar, today, lowest, apart) for n in range((end - start).days)]
    return [days[n : n + _WEEK] for n in range(0, len(days), _WEEK)]


def _day(
    day: date,
    month: Month,
    by_day: dict[date, list[Entry]],
    calendar: WorkingCalendar,
    today: date,
    lowest: str,
    apart: int,
) -> Day:
    held = by_day.get(day, [])
    low = [entry for entry in held if entry.tier == lowest]
    folded = tuple(low) if len(low) > apart else ()
    return Day(
        date=day,
        outside=day.month != month.month,
        today=day == today,
        kind=calendar.exception(day),
        entries=tuple(entry for entry in held if entry not in folded) if folded else tuple(held),
        folded=folded,
    )


def by_day(entries: Sequence[Entry]) -> list[tuple[date, list[Entry]]]:
    """The sittings of each day on which there are some, in order."""
    days: dict[date, list[Entry]] = {}
    for entry in entries:
        days.setdefault(shanghai(entry.at).date(), []).append(entry)
    return sorted(days.items())
