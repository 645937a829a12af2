"""Instants for people: on Shanghai's clock, as what is left or how long ago. The script goes on counting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from console.words import say
from domain.policy.calendar import shanghai
from domain.telling import moment

SOON = timedelta(hours=24)
"""What is due within a day is due soon."""

State = Literal["late", "soon", "ok"]


@dataclass(frozen=True, slots=True)
class Clock:
    """How an instant that something is due at stands now."""

    until: datetime
    state: State
    words: str
    at: str


def clock(until: datetime, now: datetime, language: str) -> Clock:
    """Late, due soon, or with time left; and how much."""
    left = until - now
    state: State = "late" if left < timedelta() else "soon" if left < SOON else "ok"
    key = "clock.late" if state == "late" else "clock.left"
    return Clock(until, state, say(key, language, span=span(abs(left), language)), exactly(until, now, language))


def span(length: timedelta, language: str) -> str:
    """A length in its two largest units: ``2 天 3 小时``; at least a minute."""
    minutes = max(1, int(length.total_seconds() // 60))
    days, hours = minutes // 1440, minutes // 60 % 24
    if days >= 10:
        return say("clock.days", language, n=days)
    parts = [("clock.days", days), ("clock.hours", hours), ("clock.minutes", minutes % 60)]
    if days:
        parts = parts[:2]
    return " ".join(say(key, language, n=n) for key, n in parts if n)


def ago(at: datetime, now: datetime, language: str) -> str:
    """How long ago; ``刚刚`` within a minute."""
    if now - at < timedelta(minutes=1):
        return say("clock.just_now", language)
    return say("clock.ago", language, span=span(now - at, language))


def exactly(at: datetime, now: datetime, language: str) -> str:
    """An instant to the minute, with its year where that is another."""
    when, year = moment(at, language), shanghai(at).year
    if year == shanghai(now).year:
        return when
    return f"{when} {year}" if language.startswith("en") else f"{year}年{when}"


def in_full(at: datetime, language: str) -> str:
    """An instant to the minute with its year and weekday: ``2026年12月3日 周四 15:02``."""
    local, when = shanghai(at), moment(at, language)
    date, hour = when.rsplit(" ", 1)
    if language.startswith("en"):
        return f"{weekday(at, language)} {date} {local.year} {hour}"
    return f"{local.year}年{date} {weekday(at, language)} {hour}"


def hour(at: datetime) -> str:
    """The Shanghai time of day of an instant: ``15:00``."""
    return f"{shanghai(at):%H:%M}"


def weekday(at: datetime, language: str) -> str:
    """The Shanghai weekday of an instant: ``周三``."""
    return say("clock.weekdays", language).split()[shanghai(at).weekday()]


def day(at: datetime, now: datetime, language: str) -> str:
    """The Shanghai date of an instant, with its year where that is another."""
    whole = exactly(at, now, language)
    return whole.replace(f" {shanghai(at):%H:%M}", "")
