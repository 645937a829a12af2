"""Dates, times and lengths of time for people, in Chinese and in English: the one place that writes them.

Instants are aware; they, and the dates that are taken from them, are told on Shanghai's clock. Figures are Arabic
without leading zeros (GB/T 9704, 7.3.5.4), the clock has 24 hours. Names of months and weekdays, and what a pattern's
letters mean, are the Unicode consortium's (CLDR), by Babel.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import get_args

from babel import Locale
from babel.dates import DateTimePattern, parse_pattern

from domain.errors import Refusal
from domain.policy.cadence import Weekday
from domain.policy.calendar import shanghai
from domain.policy.span import Span
from domain.words.bilingual import Name, both, text

_LOCALES = {"zh": Locale("zh"), "en": Locale("en")}
for _locale in _LOCALES.values():
    # Read now: where a workflow tells a date, it may open no file.
    _locale.months, _locale.days, _locale.periods  # noqa: B018


class _Form:
    """One way to write an instant or a date, in both languages, by CLDR's letters."""

    def __init__(self, zh: str, en: str) -> None:
        self._patterns: dict[str, DateTimePattern] = {"zh": parse_pattern(zh), "en": parse_pattern(en)}

    def of(self, when: date, language: str) -> str:
        """``when`` in that form; an instant on Shanghai's clock."""
        local = shanghai(when) if isinstance(when, datetime) else datetime(when.year, when.month, when.day)  # noqa: DTZ001
        spoken = "en" if language.startswith("en") else "zh"
        return self._patterns[spoken].apply(local, _LOCALES[spoken])


_DAY = _Form("M月d日", "d MMM")
_FULL_DAY = _Form("y年M月d日", "d MMMM y")
_MOMENT = _Form("M月d日 HH:mm", "d MMM HH:mm")
_FULL_MOMENT = _Form("y年M月d日 HH:mm", "d MMMM y, HH:mm")
_WITH_WEEKDAY = _Form("y年M月d日 EEE HH:mm", "EEE d MMM y HH:mm")
_HELD_FROM = _Form("y年M月d日（EEEE）HH:mm", "EEEE, d MMMM y, HH:mm")
_WEEKDAY = _Form("EEE", "EEE")
_WEEKDAY_HEAD = _Form("EEEEE", "EEE")
_WEEKDAY_INITIAL = _Form("EEEEE", "EEEEE")
_WEEKDAY_NAME = _Form("EEE", "EEEE")
_HOUR = _Form("HH:mm", "HH:mm")
_MONTH = _Form("y年M月", "MMMM y")
_MONTH_NAME = _Form("M月", "MMMM")
_SHORT_DAY = _Form("M/d", "d MMM")
_SHORT_MONTH = _Form("yy/M", "MMM yy")
_FIGURES = _Form("MM-dd HH:mm", "MM-dd HH:mm")
_FULL_FIGURES = _Form("y-MM-dd HH:mm", "y-MM-dd HH:mm")
_DASH = both("—", "–")

WEEK = tuple(date(2001, 1, day) for day in range(1, 8))
"""Monday to Sunday, for a calendar's head."""
_NAMED: tuple[Weekday, ...] = get_args(Weekday)


# ---------------------------------------------------------------- dates


def day(when: date, language: str) -> str:
    """A date whose year is plain: ``3月4日``, ``4 Mar``."""
    return _DAY.of(when, language)


def full_day(when: date, language: str) -> str:
    """A date with its year: ``2026年3月4日``, ``4 March 2026``."""
    return _FULL_DAY.of(when, language)


def near_day(when: datetime, now: datetime, language: str) -> str:
    """A date, with its year where that is another than now."""
    return _DAY.of(when, language) if _same_year(when, now) else _FULL_DAY.of(when, language)


def month(when: date, language: str) -> str:
    """``2026年3月``, ``March 2026``."""
    return _MONTH.of(when, language)


def weekday(when: date, language: str) -> str:
    """``周三``, ``Wed``."""
    return _WEEKDAY.of(when, language)


def weekday_head(when: date, language: str) -> str:
    """A weekday above a calendar's column: ``三``, ``Wed``."""
    return _WEEKDAY_HEAD.of(when, language)


def weekday_initial(when: date, language: str) -> str:
    """The same where there is hardly any room: ``三``, ``W``."""
    return _WEEKDAY_INITIAL.of(when, language)


def weekday_name(named: Weekday, language: str) -> str:
    """A weekday that a policy names: ``周三``, ``Wednesday``."""
    return _WEEKDAY_NAME.of(WEEK[_NAMED.index(named)], language)


def month_name(month: int, language: str) -> str:
    """A month of any year, from 1 on: ``3月``, ``March``."""
    return _MONTH_NAME.of(date(2001, month, 1), language)


def short_day(when: date, language: str) -> str:
    """A date where there is little room, as below a column: ``3/4``, ``4 Mar``."""
    return _SHORT_DAY.of(when, language)


def short_month(when: date, language: str) -> str:
    """A month where there is little room: ``26/3``, ``Mar 26``."""
    return _SHORT_MONTH.of(when, language)


# ---------------------------------------------------------------- instants


def moment(instant: datetime, language: str) -> str:
    """An instant to the minute whose year is plain: ``3月4日 15:00``, ``4 Mar 15:00``."""
    return _MOMENT.of(instant, language)


def full_moment(instant: datetime, language: str) -> str:
    """An instant to the minute with its year: ``2026年3月4日 15:00``, ``4 March 2026, 15:00``."""
    return _FULL_MOMENT.of(instant, language)


def near_moment(instant: datetime, now: datetime, language: str) -> str:
    """An instant to the minute, with its year where that is another than now."""
    return _MOMENT.of(instant, language) if _same_year(instant, now) else _FULL_MOMENT.of(instant, language)


def moment_with_weekday(instant: datetime, language: str) -> str:
    """An instant as a clock shows it: ``2026年12月3日 周四 15:02``, ``Thu 3 Dec 2026 15:02``."""
    return _WITH_WEEKDAY.of(instant, language)


def hour(when: datetime | time) -> str:
    """The time of day: ``15:00``."""
    return when.isoformat("minutes") if isinstance(when, time) else _HOUR.of(when, "zh")


def from_to(begin: datetime, end: datetime, language: str) -> str:
    """When something is held: ``2026年12月2日（星期三）15:00—17:00``, ``Wednesday, 2 December 2026, 15:00–17:00``."""
    return f"{_HELD_FROM.of(begin, language)}{_DASH.in_(language)}{hour(end)}"


def in_figures(instant: datetime, *, year: bool = True) -> str:
    """An instant to the minute where only figures fit, the same in both languages: ``2026-03-04 15:00``."""
    return (_FULL_FIGURES if year else _FIGURES).of(instant, "zh")


_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d(T.+(Z|[+-]\d\d:\d\d))?")


def as_told(written: str, language: str) -> str:
    """A date or an aware instant as the log and the API write it, in words with its year; anything else as it is."""
    if not _WRITTEN.fullmatch(written):
        return written
    try:
        if "T" in written:
            return full_moment(datetime.fromisoformat(written), language)
        return full_day(date.fromisoformat(written), language)
    except (ValueError, OverflowError, Refusal):
        return written


def _same_year(instant: datetime, now: datetime) -> bool:
    return shanghai(instant).year == shanghai(now).year


# ---------------------------------------------------------------- lengths

_LENGTHS: dict[str, Name] = {
    "min": both("{n} 分钟", "{n} min"),
    "h": both("{n} 小时", "{n} h"),
    "d": both("{n} 天", "{n} d"),
    "w": both("{n} 周", "{n} wk"),
    "workday": both("{n} 个工作日", "{n} working day{s}"),
    "month": both("{n} 个月", "{n} month{s}"),
}
_JUST_NOW = both("刚刚", "just now")
_AGO = both("{length}前", "{length} ago")


def length(of: timedelta, language: str) -> str:
    """A length in its two largest units: ``2 天 3 小时``, ``2 d 3 h``; at least a minute, from ten days on in days."""
    minutes = max(1, int(of.total_seconds() // 60))
    days, hours = minutes // 1440, minutes // 60 % 24
    if days >= 10:
        return _so_many(days, "d", language)
    parts = [(days, "d"), (hours, "h"), (minutes % 60, "min")]
    return " ".join(_so_many(n, unit, language) for n, unit in (parts[:2] if days else parts) if n)


def ago(instant: datetime, now: datetime, language: str) -> str:
    """How long ago: ``2 小时前``, ``2 h ago``; ``刚刚`` within a minute."""
    if now - instant < timedelta(minutes=1):
        return _JUST_NOW.in_(language)
    return text(_AGO, language, length=length(now - instant, language))


def span(written: str, language: str) -> str:
    """A length of time as policies write it (``2workdays``): ``2 个工作日``, ``2 working days``. Raises ValueError."""
    parsed = Span.parse(written)
    return _so_many(parsed.count, parsed.unit, language)


def minutes(n: int, language: str) -> str:
    """So many minutes: ``90 分钟``, ``90 min``."""
    return _so_many(n, "min", language)


def _so_many(n: int, unit: str, language: str) -> str:
    return text(_LENGTHS[unit], language, n=n, s="" if n == 1 else "s")
