"""Forums (议事会: an estate's check-in, a community's, the alliance's monthly meeting) and their sittings.

A sitting is computed, never stored: the cadence gives a date in each week or month, the calendar moves it
off holidays. Its id names the week or month of the rule's own date, so it stays however the sitting moves.
An extraordinary sitting, which an emergency's playbook convenes, has explicit dates, and the emergency in its id.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import count, takewhile
from typing import Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.errors import Refusal
from domain.policy.cadence import WEEKDAYS, Cadence, Monthly, Weekly
from domain.policy.calendar import SHANGHAI, WorkingCalendar, shanghai
from domain.policy.organisation import Organisation, Unit
from domain.policy.policy_file import Misplaced
from domain.words.bilingual import Name
from domain.words.policy_words import fault

_SITTING_ID = re.compile(r"^(?P<forum>.+)-(?P<year>2\d{3})-(?P<week>W)?(?P<number>\d{2})\Z", re.ASCII)
_EXTRAORDINARY_ID = re.compile(r"^(?P<forum>[a-z][a-z0-9_-]*)-X-(?P<emergency>[A-Z].*)\Z", re.ASCII)
EXTRAORDINARY = Name(zh="临时会议", en="extraordinary sitting")
_APART = " · "
FREEZES_BEFORE = timedelta(minutes=30)
"""How long before an extraordinary sitting its agenda is frozen: as late as papers can still be read."""


Held = tuple[date, date]
"""A sitting's date by the rule, and the workday on which it is held."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MinutesDue(_Frozen):
    """How long after its end a sitting's minutes are due: either hours by the clock, or working days."""

    hours: int | None = Field(default=None, ge=0, le=24 * 60)
    workdays: int | None = Field(default=None, ge=0, le=60)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.hours is None) == (self.workdays is None):
            raise Misplaced([((), fault("hours_or_workdays"))])
        return self


class Forum(_Frozen):
    """A body that meets. Its id is its unit's; its agenda closes ``freeze_workdays`` before a sitting."""

    id: str
    tier: str
    unit: str
    name: Name
    cadence: Cadence
    draft_workdays: int = Field(ge=0, le=30)
    freeze_workdays: int = Field(ge=0, le=30)
    minutes_due: MinutesDue


SittingMode = Literal["in_person", "video", "both"]
"""How a sitting is held: in a room, by video, or in both ways at once."""


class Sitting(_Frozen):
    """One meeting of a forum. Instants are in Shanghai time.

    Its agenda is drafted at ``drafts_at``. A case that is ready before ``freezes_at`` is taken on;
    ``minutes_due`` is when its outcome must be known. ``provisional``: the dates rest on a year whose calendar is
    not published.
    """

    id: str
    forum: str
    drafts_at: datetime
    freezes_at: datetime
    starts_at: datetime
    ends_at: datetime
    minutes_due: datetime
    provisional: bool


class ForumStage(Protocol):
    """What a forum needs of the stage that its tier's meeting is: its name (每周碰头)."""

    @property
    def name(self) -> Name: ...


class ForumTier(Protocol):
    """What a forum needs of the ladder's tier."""

    @property
    def id(self) -> str: ...
    @property
    def stage(self) -> ForumStage: ...
    @property
    def cadence(self) -> Weekly | Monthly: ...
    @property
    def draft_workdays(self) -> int: ...
    @property
    def freeze_workdays(self) -> int: ...
    @property
    def minutes_due(self) -> MinutesDue: ...


def forums(tiers: Sequence[ForumTier], organisation: Organisation) -> tuple[Forum, ...]:
    """Every unit's forum, tier by tier as given. A unit's own cadence goes before its tier's.

    Raises Refusal("unknown_tier") if the organisation has no such tier.
    """
    return tuple(_forum(tier, unit) for tier in tiers for unit in organisation.units_at(tier.id))


def _forum(tier: ForumTier, unit: Unit) -> Forum:
    meeting = tier.stage.name
    return Forum(
        id=unit.id,
        tier=tier.id,
        unit=unit.id,
        name=Name(zh=f"{unit.name.zh}{_APART}{meeting.zh}", en=f"{unit.name.en}{_APART}{meeting.en}"),
        cadence=unit.cadence or tier.cadence,
        draft_workdays=tier.draft_workdays,
        freeze_workdays=tier.freeze_workdays,
        minutes_due=tier.minutes_due,
    )


def sittings(forum: Forum, calendar: WorkingCalendar, start: datetime, end: datetime) -> tuple[Sitting, ...]:
    """The sittings that start in ``[start, end)``, in order."""
    first, last = shanghai(start), shanghai(end)
    dates = takewhile(lambda held: held[1] <= last.date(), _dates_from(forum.cadence, calendar, first.date()))
    computed = (_sitting(forum, calendar, rule, day) for rule, day in dates)
    return tuple(one for one in computed if first <= one.starts_at < last)


def next_sitting(forum: Forum, calendar: WorkingCalendar, now: datetime) -> Sitting:
    """The first sitting that still takes a case on: the first whose ``freezes_at`` is after ``now``."""
    local = shanghai(now)
    dates = _dates_from(forum.cadence, calendar, local.date())
    rule, day = next(held for held in dates if _freezes_at(forum, calendar, held[1]) > local)
    return _sitting(forum, calendar, rule, day)


def sitting(forum: Forum, calendar: WorkingCalendar, sitting_id: str) -> Sitting:
    """The sitting of that id as the calendar now has it. Raises Refusal("unknown_sitting").

    A sitting that holidays pushed onto the next one's day is not held, and so unknown.
    """
    period = _period_named(forum, sitting_id)
    held = None if period is None else _held(forum.cadence, calendar, period)
    if held is None:
        raise Refusal("unknown_sitting", sitting=sitting_id)
    return _sitting(forum, calendar, *held)


def forum_of(sitting_id: str) -> str:
    """The id of the forum that a sitting's id names. Raises Refusal("unknown_sitting") if it names none."""
    match = _SITTING_ID.match(sitting_id) or _EXTRAORDINARY_ID.match(sitting_id)
    if match is None:
        raise Refusal("unknown_sitting", sitting=sitting_id)
    return match["forum"]


def at_new_time(forum: Forum, calendar: WorkingCalendar, sitting: Sitting, starts_at: datetime) -> Sitting:
    """The same sitting at another time, as an officer moves it: as long as before, its other dates anew."""
    start = shanghai(starts_at)
    end = start + (sitting.ends_at - sitting.starts_at)
    if emergency_of(sitting.id) is not None:
        return extraordinary(forum, calendar, sitting.id, sitting.drafts_at, start, end)
    return _dated(forum, calendar, sitting.id, start, end)


# ---------------------------------------------------------------- extraordinary sittings


def extraordinary_id(forum: str, emergency: str) -> str:
    """The id of the extraordinary sitting that an emergency's playbook convenes: ``nancheng-X-NC-2026-000001-E1``."""
    return f"{forum}-X-{emergency}"


def emergency_of(sitting_id: str) -> str | None:
    """The emergency that an extraordinary sitting is about; None for an ordinary one."""
    match = _EXTRAORDINARY_ID.match(sitting_id)
    return match["emergency"] if match else None


def meeting_name(forum: Forum, sitting_id: str) -> Name:
    """What a sitting is called: as its forum's meeting, or as an extraordinary one of the forum's unit."""
    if emergency_of(sitting_id) is None:
        return forum.name
    zh, en = (name.split(_APART)[0] for name in (forum.name.zh, forum.name.en))
    return Name(zh=f"{zh}{_APART}{EXTRAORDINARY.zh}", en=f"{en}{_APART}{EXTRAORDINARY.en}")


def extraordinary(
    forum: Forum,
    calendar: WorkingCalendar,
    sitting_id: str,
    called_at: datetime,
    starts_at: datetime,
    ends_at: datetime,
) -> Sitting:
    """An extraordinary sitting by explicit dates: drafted as it is called, frozen shortly before it begins, its
    minutes due as the forum's are."""
    called, start, end = shanghai(called_at), shanghai(starts_at), shanghai(ends_at)
    minutes_due = _minutes_due_at(forum.minutes_due, calendar, end)
    return Sitting(
        id=sitting_id,
        forum=forum.id,
        drafts_at=min(called, start),
        freezes_at=max(called, start - FREEZES_BEFORE),
        starts_at=start,
        ends_at=end,
        minutes_due=minutes_due,
        provisional=forum.minutes_due.workdays is not None and calendar.provisional(end.date(), minutes_due.date()),
    )


def _sitting(forum: Forum, calendar: WorkingCalendar, rule: date, day: date) -> Sitting:
    starts_at = datetime.combine(day, forum.cadence.time, SHANGHAI)
    ends_at = starts_at + timedelta(minutes=forum.cadence.minutes)
    sitting_id = f"{forum.id}-{_period_name(forum.cadence, rule)}"
    return _dated(forum, calendar, sitting_id, starts_at, ends_at, rule)


def _dated(
    forum: Forum,
    calendar: WorkingCalendar,
    sitting_id: str,
    starts_at: datetime,
    ends_at: datetime,
    rule: date | None = None,
) -> Sitting:
    freezes_at = _workdays_before(calendar, starts_at, forum.freeze_workdays)
    drafts_at = _workdays_before(calendar, starts_at, forum.draft_workdays)
    minutes_due = _minutes_due_at(forum.minutes_due, calendar, ends_at)
    # Minutes due in hours run over the turn of the year whatever its calendar says.
    last = ends_at if forum.minutes_due.workdays is None else minutes_due
    return Sitting(
        id=sitting_id,
        forum=forum.id,
        drafts_at=drafts_at,
        freezes_at=freezes_at,
        starts_at=starts_at,
        ends_at=ends_at,
        minutes_due=minutes_due,
        provisional=calendar.provisional(rule or starts_at.date(), drafts_at.date(), starts_at.date(), last.date()),
    )


def _workdays_before(calendar: WorkingCalendar, starts_at: datetime, workdays: int) -> datetime:
    return datetime.combine(calendar.add_workdays(starts_at.date(), -workdays), starts_at.time(), SHANGHAI)


def _freezes_at(forum: Forum, calendar: WorkingCalendar, day: date) -> datetime:
    return datetime.combine(calendar.add_workdays(day, -forum.freeze_workdays), forum.cadence.time, SHANGHAI)


def _minutes_due_at(due: MinutesDue, calendar: WorkingCalendar, ends_at: datetime) -> datetime:
    if due.workdays is None:
        return ends_at + timedelta(hours=due.hours or 0)
    return datetime.combine(calendar.add_workdays(ends_at.date(), due.workdays), ends_at.time(), SHANGHAI)


# A period is a week or a month as a number that counts on without gaps:
# weeks since Monday 0001-01-01, months since January of year 0.


def _period_of(cadence: Weekly | Monthly, day: date) -> int:
    if isinstance(cadence, Weekly):
        return (day.toordinal() - 1) // 7
    return day.year * 12 + day.month - 1


def _rule_date(cadence: Weekly | Monthly, period: int) -> date | None:
    """The date that the rule itself gives, holidays aside; None if the month has no such weekday."""
    weekday = WEEKDAYS[cadence.weekday]
    if isinstance(cadence, Weekly):
        return date.fromordinal(period * 7 + 1 + weekday)
    year, month = period // 12, period % 12 + 1
    first, length = monthrange(year, month)
    day = 1 + (weekday - first) % 7 + (cadence.nth - 1) * 7
    if cadence.nth == -1:
        day = length - (first + length - 1 - weekday) % 7
    return date(year, month, day) if day <= length else None


def _moved(cadence: Weekly | Monthly, calendar: WorkingCalendar, period: int) -> Held | None:
    rule = _rule_date(cadence, period)
    return None if rule is None else (rule, calendar.next_workday(rule))


def _held(cadence: Weekly | Monthly, calendar: WorkingCalendar, period: int) -> Held | None:
    """The period's sitting, unless a long holiday moves it onto the next one's day: that serves for both."""
    moved = _moved(cadence, calendar, period)
    if moved is None or moved[0] == moved[1]:
        return moved
    following = _moved(cadence, calendar, period + 1)
    return None if following is not None and following[1] == moved[1] else moved


def _dates_from(cadence: Weekly | Monthly, calendar: WorkingCalendar, day: date) -> Iterator[Held]:
    """All sittings held on ``day`` or later, in order and without end."""
    period = _period_of(cadence, day)
    # An earlier week's sitting may have been moved past ``day`` by holidays.
    while (earlier := _moved(cadence, calendar, period - 1)) is None or earlier[1] >= day:
        period -= 1
    everything = (_held(cadence, calendar, number) for number in count(period))
    return (held for held in everything if held is not None and held[1] >= day)


def _period_name(cadence: Weekly | Monthly, rule: date) -> str:
    if isinstance(cadence, Monthly):
        return f"{rule.year:04d}-{rule.month:02d}"
    week = rule.isocalendar()
    return f"{week.year:04d}-W{week.week:02d}"


def _period_named(forum: Forum, sitting_id: str) -> int | None:
    """The period of a sitting's id; None if the id is not of this forum or names no week or month."""
    match = _SITTING_ID.match(sitting_id)
    weekly = isinstance(forum.cadence, Weekly)
    if match is None or match["forum"] != forum.id or bool(match["week"]) != weekly:
        return None
    first_day = date.fromisocalendar if weekly else date
    try:
        return _period_of(forum.cadence, first_day(int(match["year"]), int(match["number"]), 1))
    except ValueError:
        return None
