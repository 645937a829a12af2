"""Working days (with 调休, make-up workdays) and duty hours, both in Shanghai time.

Which days are off is data: one file a year, each entry with the notice of the State Council's General Office
that it comes from. A year without a file is *unpublished*: there Monday to Friday are taken for workdays and
everything that depends on it is provisional.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from domain.errors import Refusal
from domain.policy.policy_file import Misplaced, repeated
from domain.words.bilingual import Name
from domain.words.policy_words import fault

SHANGHAI = ZoneInfo("Asia/Shanghai")

_DAY = timedelta(days=1)
_CLOCK = re.compile(r"^\d{2}:\d{2}(:\d{2})?$")


def _clock(value: object) -> object:
    if isinstance(value, time) or (isinstance(value, str) and _CLOCK.match(value)):
        return value
    raise Misplaced([((), fault("time_of_day", got=value))])


ClockTime = Annotated[time, BeforeValidator(_clock)]
"""A time of day in Shanghai, ``15:00`` in a policy file."""


def shanghai(instant: datetime) -> datetime:
    """The same instant on Shanghai's clock.

    Raises ValueError for one without a time zone, Refusal("date_out_of_range") outside 2000 to 2999.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    if not 2000 <= instant.year <= 2999:
        raise Refusal("date_out_of_range", date=instant.date().isoformat())
    return instant.astimezone(SHANGHAI)


class CalendarDay(BaseModel):
    """One day that differs from its weekday's rule, or is named by the notice: off, or a make-up workday."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: date
    kind: Literal["off", "workday"]
    name: Name
    notice: str = Field(min_length=1)


class CalendarYear(BaseModel):
    """A published year: its days off and make-up workdays; every other day follows its weekday."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    version: str = Field(min_length=1, max_length=40)
    year: int = Field(ge=2000, le=2999)
    days: tuple[CalendarDay, ...]

    @property
    def ref(self) -> str:
        """The year and its version, as ``2026@1``."""
        return f"{self.year}@{self.version}"

    @model_validator(mode="after")
    def _days_are_of_the_year(self) -> Self:
        faults = repeated((day.date.isoformat() for day in self.days), "days", "date")
        for index, day in enumerate(self.days):
            if day.date.year != self.year:
                faults.append((("days", index, "date"), fault("not_in_year", date=day.date, year=self.year)))
            if day.kind == "workday" and day.date.weekday() < 5:
                faults.append((("days", index, "kind"), fault("no_weekend_day", date=day.date)))
        if faults:
            raise Misplaced(faults)
        return self


@dataclass(frozen=True, slots=True, eq=False)
class WorkingCalendar:
    """Which days are worked, over all published years. Immutable; dates are Shanghai dates."""

    version: str
    years: frozenset[int]
    _exceptions: dict[date, bool]

    @classmethod
    def of(cls, years: Iterable[CalendarYear]) -> WorkingCalendar:
        """The calendar of these years, in any order. Raises ValueError if a year comes twice."""
        ordered = sorted(years, key=lambda year: year.year)
        published = frozenset(year.year for year in ordered)
        if len(published) != len(ordered):
            raise ValueError("a year was given twice")
        exceptions = {day.date: day.kind == "workday" for year in ordered for day in year.days}
        return cls("+".join(year.ref for year in ordered), published, exceptions)

    def is_workday(self, day: date) -> bool:
        """True if ``day`` is worked; in an unpublished year, Monday to Friday."""
        exception = self._exceptions.get(day)
        return day.weekday() < 5 if exception is None else exception

    def exception(self, day: date) -> Literal["off", "workday"] | None:
        """What a notice makes of ``day``, whatever its weekday; None where it says nothing."""
        worked = self._exceptions.get(day)
        return None if worked is None else "workday" if worked else "off"

    def is_published(self, day: date) -> bool:
        """True if the year of ``day`` is known for certain."""
        return day.year in self.years

    def next_workday(self, day: date) -> date:
        """``day`` itself if it is a workday, else the first workday after it."""
        while not self.is_workday(day):
            day += _DAY
        return day

    def add_workdays(self, day: date, count: int) -> date:
        """The ``count``-th workday after ``day`` (before it, if negative); 0 gives ``day`` as it is."""
        step = _DAY if count > 0 else -_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_workday(day)
        return day

    def provisional(self, *dates: date | datetime) -> bool:
        """True if any day from the earliest to the latest of ``dates`` lies in an unpublished year."""
        if not dates:
            return False
        years = [(shanghai(day) if isinstance(day, datetime) else day).year for day in dates]
        return any(year not in self.years for year in range(min(years), max(years) + 1))


class DutyHours(BaseModel):
    """The hours of every day (weekends and holidays too) in which a first contact's clock runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: ClockTime
    end: ClockTime

    @model_validator(mode="after")
    def _start_before_end(self) -> Self:
        if self.start >= self.end:
            raise Misplaced([(("end",), fault("duty_ends"))])
        return self


def add_duty_time(instant: datetime, amount: timedelta, duty: DutyHours) -> datetime:
    """``instant`` plus ``amount`` of duty time, in Shanghai time; within duty hours, both ends included.

    Outside duty hours the clock stands: an issue raised at night starts at the next morning's first minute.
    Raises ValueError for a negative amount or an instant without a time zone.
    """
    if amount < timedelta(0):
        raise ValueError("duty time runs forward only")
    opening, closing, begun = _duty_day(instant, duty)
    length = closing - opening
    days, spent = divmod(begun - opening + amount, length)
    if days and not spent:
        days, spent = days - 1, length
    return opening + timedelta(days=days) + spent


def _duty_day(instant: datetime, duty: DutyHours) -> tuple[datetime, datetime, datetime]:
    """The duty day on which the clock first runs from ``instant``: opening, closing, and that moment."""
    local = shanghai(instant)
    day = local.date()
    if local.timetz().replace(tzinfo=None) > duty.end:
        day += _DAY
    opening = datetime.combine(day, duty.start, SHANGHAI)
    return opening, datetime.combine(day, duty.end, SHANGHAI), max(local, opening)
