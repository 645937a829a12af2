"""How an instant that something is due at stands now, for people. The script goes on counting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from console.words import say
from domain.words import dates

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
    words = say("clock.late" if state == "late" else "clock.left", language, span=dates.length(abs(left), language))
    return Clock(until, state, words, dates.near_moment(until, now, language))
