"""Lengths of time as policies write them: ``30min``, ``2h``, ``3d``, ``1w``, ``2workdays``, ``6months``.

Minutes, hours, days and weeks are lengths. A working day is a day of the calendar: the same time of day so many
working days on. A month is a calendar month: the same day, or the month's last where it has none.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import StringConstraints

from domain.policy.calendar import SHANGHAI, WorkingCalendar, shanghai

SpanText = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}(min|h|d|w|workday|month)s?$")]
"""A length of time as a policy writes it; the ending ``s`` is for the reader."""

_LENGTHS = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_AT_LEAST = {**_LENGTHS, "workday": timedelta(days=1), "month": timedelta(days=28)}
_SPAN = re.compile(r"^(\d{1,4})(min|h|d|w|workday|month)s?$")


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: so many of a unit."""

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Span:
        """The span in ``text``. Raises ValueError."""
        match = _SPAN.match(text)
        if match is None:
            raise ValueError(f"not a length of time: {text!r}")
        return cls(int(match[1]), match[2])

    @property
    def plain(self) -> bool:
        """True for a length that no calendar changes."""
        return self.unit in _LENGTHS

    @property
    def at_least(self) -> timedelta:
        """How long it is whatever the calendar says: a working day is one day, a month 28 days. For comparing."""
        return self.count * _AT_LEAST[self.unit]

    def after(self, instant: datetime, calendar: WorkingCalendar) -> datetime:
        """The instant so long after ``instant``, in UTC. Raises Refusal ``date_out_of_range``."""
        if self.plain:
            return (instant + self.at_least).astimezone(UTC)
        local = shanghai(instant)
        day = local.date()
        day = calendar.add_workdays(day, self.count) if self.unit == "workday" else _months_on(day, self.count)
        return datetime.combine(day, local.timetz().replace(tzinfo=None), SHANGHAI).astimezone(UTC)

    def provisional(self, instant: datetime, calendar: WorkingCalendar) -> bool:
        """True if the working days from ``instant`` on lie in a year whose calendar is not published."""
        return self.unit == "workday" and calendar.provisional(instant, self.after(instant, calendar))


def later(calendar: WorkingCalendar, instant: datetime, span: str) -> datetime:
    """The instant a written span after ``instant``, in UTC."""
    return Span.parse(span).after(instant, calendar)


def at_least(span: str) -> timedelta:
    """How long a written span is whatever the calendar says."""
    return Span.parse(span).at_least


def _months_on(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
