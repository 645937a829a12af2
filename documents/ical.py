"""iCalendar (RFC 5545, 7986) of sittings: one sitting, a forum's feed, a person's feed over several forums.

A sitting keeps its UID however it moves; SEQUENCE counts its moves; a cancelled one stays in the feed as CANCELLED,
so that calendars which copied it take it off. No attendees, no organiser, no place: no personal data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vDuration, vUri

from domain.policy.calendar import SHANGHAI, shanghai
from domain.policy.forum import Sitting
from domain.sitting import Status
from domain.text.leaving import carried
from domain.words.bilingual import Name
from domain.words.dates import full_moment
from domain.words.sitting_words import SITTING_STATUSES

DOMAIN = "hongxiu"
REFRESH = timedelta(hours=1)
"""How often a subscriber is asked to look again."""

_PRODUCT = "-//Hongxiu//Sittings//EN"
_CANCELLED = Name(zh="已取消：", en="Cancelled: ")
_PROVISIONAL = Name(zh="（暂定）", en=" (provisional)")
_LINES = (
    ("status", Name(zh="状态：{}", en="Status: {}")),
    ("cases", Name(zh="议题：{}件", en="Cases: {}")),
    ("freezes_at", Name(zh="议程定稿：{}", en="Agenda frozen: {}")),
    ("minutes_due", Name(zh="纪要时限：{}", en="Minutes due: {}")),
    (
        "provisional",
        Name(zh="日期暂定，待放假安排公布后确认。", en="Provisional until the year's calendar is published."),
    ),
    ("reason", Name(zh="变更原因：{}", en="Why it changed: {}")),
    ("url", Name(zh="议程：{}", en="Agenda: {}")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A sitting in a calendar.

    ``sequence`` is the sitting's own (0 while it has no process yet); ``changed_at`` the instant of its last change
    (for one without a process: when the calendar or policy that it is computed from was loaded). ``url`` is its
    agenda's page; ``cases`` how many are on the agenda, if there is one; ``reason`` why it was moved or cancelled.
    """

    sitting: Sitting
    forum_name: Name
    status: Status
    sequence: int
    changed_at: datetime
    url: str | None = None
    cases: int | None = None
    reason: str | None = None


def calendar(
    name: Name | str, entries: Iterable[Entry], language: str = "zh-CN", *, refresh: timedelta = REFRESH
) -> bytes:
    """A feed to subscribe to, named ``name``: a forum's sittings, or those of all of a person's forums.

    Entries come out by start and id, whatever their order. Raises ValueError for two entries of one sitting.
    """
    ordered = sorted(entries, key=lambda entry: (entry.sitting.starts_at, entry.sitting.id))
    if len({entry.sitting.id for entry in ordered}) != len(ordered):
        raise ValueError("a sitting stands in a calendar once")
    feed = Calendar()
    feed.add("prodid", _PRODUCT)
    feed.add("version", "2.0")
    feed.add("calscale", "GREGORIAN")
    feed.add("method", "PUBLISH")
    title = carried(name if isinstance(name, str) else name.in_(language))
    feed.add("name", title)
    feed.add("x-wr-calname", title)
    feed.add("x-wr-timezone", SHANGHAI.key)
    feed.add("refresh-interval", vDuration(refresh), parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", vDuration(refresh))
    feed.add_component(_timezone())
    for entry in ordered:
        feed.add_component(_event(entry, language))
    written: bytes = feed.to_ical(sorted=False)
    return written


def uid(sitting_id: str) -> str:
    """A sitting's UID, which never changes."""
    return f"{quote(sitting_id, safe='')}@{DOMAIN}"


def _event(entry: Entry, language: str) -> Event:
    event = Event()
    event.add("uid", uid(entry.sitting.id))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", shanghai(entry.sitting.starts_at))
    event.add("dtend", shanghai(entry.sitting.ends_at))
    event.add("status", _status(entry))
    event.add("transp", "TRANSPARENT" if entry.status == "cancelled" else "OPAQUE")
    event.add("summary", carried(_summary(entry, language)))
    event.add("description", carried("\n".join(_description(entry, language))))
    if entry.url:
        event.add("url", vUri(entry.url))
    return event


def _status(entry: Entry) -> str:
    if entry.status == "cancelled":
        return "CANCELLED"
    return "TENTATIVE" if entry.sitting.provisional else "CONFIRMED"


def _summary(entry: Entry, language: str) -> str:
    """Some calendars show no status, so a cancelled sitting says so in its summary too."""
    name = entry.forum_name.in_(language)
    if entry.status == "cancelled":
        return f"{_CANCELLED.in_(language)}{name}"
    return f"{name}{_PROVISIONAL.in_(language)}" if entry.sitting.provisional else name


def _description(entry: Entry, language: str) -> list[str]:
    held = entry.status != "cancelled"
    said: dict[str, object] = {"status": SITTING_STATUSES[entry.status].in_(language)}
    if held:
        said["freezes_at"] = full_moment(entry.sitting.freezes_at, language)
        said["minutes_due"] = full_moment(entry.sitting.minutes_due, language)
    if held and entry.sitting.provisional:
        said["provisional"] = ""
    said.update({key: value for key in ("cases", "reason", "url") if (value := getattr(entry, key)) is not None})
    return [words.in_(language).format(said[key]) for key, words in _LINES if key in said]


def _timezone() -> Timezone:
    """China's one time zone. Summer time ended in 1991, before any sitting."""
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1992, 1, 1))  # noqa: DTZ001 - local time, as the format wants it
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone = Timezone()
    zone.add("tzid", SHANGHAI.key)
    zone.add("x-lic-location", SHANGHAI.key)
    zone.add_component(standard)
    return zone
