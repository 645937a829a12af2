"""Which sittings' processes are to begin: those whose agenda is to be drafted and whose minutes are not due yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.policy.forum import Forum, Sitting, sittings
from domain.policy.rules import Rules

BEFORE = timedelta(days=92)
"""How long before its session a sitting's agenda is drafted at most (``draft_workdays`` is at most 30)."""


def is_to_come(sitting: Sitting, now: datetime) -> bool:
    """Whether a sitting without a process is still to be held: one that is over and was never convened was not."""
    return now < sitting.minutes_due


def to_convene(rules: Rules, now: datetime, until: datetime) -> tuple[Sitting, ...]:
    """Every forum's sittings that are to begin until ``until`` and are not over at ``now``, in the order in which their
    agendas are drafted. With ``until`` at ``now``: those that should have begun."""
    found = (sitting for forum in rules.forums.values() for sitting in _to_convene(rules, forum, now, until))
    return tuple(sorted(found, key=lambda sitting: (sitting.drafts_at, sitting.id)))


def due_sittings(rules: Rules, forum: str, now: datetime) -> tuple[Sitting, ...]:
    """The same of one forum, of what is due; nothing of a forum that is no more."""
    return _to_convene(rules, rules.forums[forum], now, now) if forum in rules.forums else ()


def next_ahead(rules: Rules, forum: str, now: datetime) -> Sitting | None:
    """The forum's next sitting whose agenda is still to be drafted."""
    if forum not in rules.forums:
        return None
    near = sittings(rules.forums[forum], rules.calendar, now, now + 2 * BEFORE)
    return next((sitting for sitting in near if sitting.drafts_at > now), None)


def _to_convene(rules: Rules, forum: Forum, now: datetime, until: datetime) -> tuple[Sitting, ...]:
    near = sittings(forum, rules.calendar, now - BEFORE, until + BEFORE)
    return tuple(sitting for sitting in near if sitting.drafts_at <= until and is_to_come(sitting, now))
