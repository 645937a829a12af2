"""Calendars, as two client libraries read them: icalendar and vobject."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import vobject
from icalendar import Calendar

from documents.ical import Entry, calendar, uid
from domain.policy.calendar import SHANGHAI
from domain.sitting import Status
from domain.words.bilingual import Name
from tests.documents.given import FORUM, a_sitting, at

LONG = Name(zh="南城街道“红色物业”联盟 · 月度工作联席会议" * 4, en="Alliance joint meeting")


def an_entry(starts_at: str = "2026-12-02 15:00", status: Status = "frozen", sequence: int = 0, **other: Any) -> Entry:
    values: dict[str, Any] = {"forum_name": FORUM, "changed_at": at("2026-11-20 10:00"), **other}
    sitting = values.pop("sitting", None) or a_sitting(starts_at)
    return Entry(sitting=sitting, status=status, sequence=sequence, **values)


def read(feed: bytes) -> list[dict[str, Any]]:
    """The feed's events; both libraries have to agree on them."""
    ours = Calendar.from_ical(feed)
    theirs = vobject.readOne(feed.decode())
    events = []
    for event, other in zip(ours.walk("VEVENT"), theirs.vevent_list, strict=True):
        start, end = event.decoded("dtstart"), event.decoded("dtend")
        assert (other.dtstart.value, other.dtend.value) == (start, end)
        assert other.summary.value == str(event["summary"])
        assert other.description.value == str(event["description"])
        assert (other.uid.value, other.status.value) == (str(event["uid"]), str(event["status"]))
        assert int(other.sequence.value) == event["sequence"]
        assert start.tzinfo is not None
        events.append({"start": start, "end": end, **{key.lower(): str(event[key]) for key in event}})
    return events


def test_a_sitting_is_at_its_time_in_shanghai() -> None:
    feed = calendar(FORUM, [an_entry(url="https://example.cn/s/agenda.html", cases=15)])
    (event,) = read(feed)
    assert event["start"] == at("2026-12-02 15:00")
    assert event["end"] - event["start"] == timedelta(minutes=120)
    assert event["uid"] == "laocheng-2026-12@hongxiu"
    assert event["status"] == "CONFIRMED"
    assert event["url"] == "https://example.cn/s/agenda.html"
    assert "议题：15件" in event["description"]
    assert b"DTSTART;TZID=Asia/Shanghai:20261202T150000\r\n" in feed


def test_a_moved_sitting_keeps_its_uid_and_has_a_higher_sequence() -> None:
    (before,) = read(calendar(FORUM, [an_entry()]))
    moved = an_entry("2026-12-03 09:30", sequence=1, changed_at=at("2026-11-25 08:00"), reason="会场检修")
    (after,) = read(calendar(FORUM, [moved]))
    assert after["uid"] == before["uid"]
    assert int(after["sequence"]) > int(before["sequence"])
    assert after["start"] == at("2026-12-03 09:30")
    assert after["last-modified"] != before["last-modified"]
    assert "变更原因：会场检修" in after["description"]


def test_a_cancelled_sitting_stays_in_the_feed_as_cancelled_and_frees_the_time() -> None:
    (event,) = read(calendar(FORUM, [an_entry(status="cancelled", sequence=2)]))
    assert (event["status"], event["sequence"], event["transp"]) == ("CANCELLED", "2", "TRANSPARENT")
    assert event["uid"] == uid("laocheng-2026-12")
    assert event["summary"].startswith("已取消：")
    assert "纪要时限" not in event["description"]


def test_a_provisional_sitting_is_tentative() -> None:
    (event,) = read(calendar(FORUM, [an_entry(sitting=a_sitting("2027-01-06 15:00", provisional=True))]))
    assert event["status"] == "TENTATIVE"
    assert event["summary"].endswith("（暂定）")


def test_a_subscriber_knows_the_feeds_name_zone_and_when_to_look_again() -> None:
    feed: Any = Calendar.from_ical(calendar(FORUM, [], refresh=timedelta(minutes=30)))
    assert feed["method"] == "PUBLISH"
    assert feed["x-wr-calname"] == feed["name"] == FORUM.zh
    assert feed["refresh-interval"].dt == timedelta(minutes=30)
    assert feed["refresh-interval"].params["VALUE"] == "DURATION"
    assert feed["x-published-ttl"] == "PT30M"
    (zone,) = feed.walk("VTIMEZONE")
    assert zone["tzid"] == "Asia/Shanghai"
    assert zone.to_tz().utcoffset(at("2026-12-02 15:00").replace(tzinfo=None)) == timedelta(hours=8)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_long_chinese_lines_are_folded_between_characters(language: str) -> None:
    entry = an_entry(
        forum_name=LONG, reason="因“会场、检修”；改到次日\n另行通知\\" * 9, url="https://example.cn/" + "a" * 90
    )
    feed = calendar(LONG, [entry], language)
    for line in feed.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    (event,) = read(feed)
    assert event["summary"] == LONG.in_(language)
    assert "因“会场、检修”；改到次日\n另行通知\\" * 9 in event["description"]


def test_what_turns_the_direction_is_in_no_calendar() -> None:
    feed = calendar(FORUM, [an_entry(reason="\u202e改期\u202c\uffff")])
    (event,) = read(feed)
    assert "改期" in event["description"]
    assert not [sign for sign in feed.decode() if sign in "\u202e\u202c\uffff"]


def test_a_persons_feed_has_the_sittings_of_all_their_forums_in_order() -> None:
    other = a_sitting("2026-11-30 16:00").model_copy(update={"id": "mudan-garden-2026-W49", "forum": "mudan-garden"})
    estate = Name(zh="牡丹花园 · 每周碰头", en="Mudan Garden · weekly check-in")
    entries = [an_entry(), an_entry(sitting=other, forum_name=estate)]
    feed = calendar("我的会议", entries)
    assert [event["uid"] for event in read(feed)] == ["mudan-garden-2026-W49@hongxiu", "laocheng-2026-12@hongxiu"]
    assert feed == calendar("我的会议", reversed(entries))


def test_a_sitting_stands_in_a_calendar_once() -> None:
    with pytest.raises(ValueError, match="once"):
        calendar(FORUM, [an_entry(), an_entry(sequence=1)])


def test_it_names_nobody_and_no_place() -> None:
    feed = Calendar.from_ical(calendar(FORUM, [an_entry()]))
    for event in feed.walk("VEVENT"):
        assert not {"ATTENDEE", "ORGANIZER", "CONTACT", "LOCATION", "GEO"} & set(event)
        assert event.decoded("dtstart").astimezone(SHANGHAI).hour == 15
