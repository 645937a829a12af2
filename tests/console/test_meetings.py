"""The calendar, sittings and notices as pages, over HTTP: per role, refused, stale, sent twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape

import httpx
import pytest

from tests.support.console import Visitor, fields_of, filled, shared_weight, text_of, visiting
from tests.support.meetings import later, until
from tests.support.stack import Caller, Stack

BY_ROLE = ("estate", "community", "alliance", "department", "supervisor", "admin")


@pytest.fixture
def chief(stack: Stack) -> Iterator[Caller]:
    """The alliance's officer at the API."""
    with stack.calling("alliance") as caller:
        yield caller


# ---------------------------------------------------------------- the calendar


@pytest.mark.parametrize("role", BY_ROLE)
def test_everybody_has_a_calendar_of_meetings(request: pytest.FixtureRequest, role: str) -> None:
    visitor: Visitor = request.getfixturevalue(role)
    for path in ("/meetings", "/meetings?view=list", "/meetings?scope=all&tier=alliance", "/meetings/subscribe"):
        assert visitor.get(path).status_code == 200, path


def test_mine_are_those_of_my_unit_and_those_above_it(estate: Visitor, department: Visitor, chief: Caller) -> None:
    ahead = datetime.fromisoformat(later("gulou-yuan", chief, 4).read()["starts_at"])  # its month has all three
    view = f"view=list&month={ahead:%Y-%m}"
    mine = text_of(estate.get(f"/meetings?{view}").text)
    assert "牡丹花园" in mine
    assert "老城社区" in mine
    assert "鼓楼苑" not in mine
    everything = text_of(estate.get(f"/meetings?{view}&scope=all").text)
    assert "鼓楼苑" in everything
    assert "鼓楼苑" not in text_of(estate.get(f"/meetings?{view}&scope=all&tier=community").text)
    theirs = text_of(department.get(f"/meetings?{view}").text)
    assert "联盟" in theirs
    assert "牡丹花园" not in theirs


def test_moved_and_cancelled_sittings_are_told_apart_with_their_regular_date(alliance: Visitor, chief: Caller) -> None:
    cancelled, moved = later("caozhou-li", chief, 3), later("caozhou-li", chief, 4)
    cancelled.does("cancel", {"reason": "没有议题"})
    regular = moved.read()["starts_at"]
    start = datetime.fromisoformat(regular) + timedelta(days=2)
    moved.does("reschedule", {"starts_at": start.isoformat(), "reason": "会场另用"})
    month = datetime.fromisoformat(regular)
    query = "view=list&community=laocheng&tier=estate"
    off = text_of(alliance.get(f"/meetings?month={month:%Y-%m}&{query}").text)
    assert re.search(rf"已改至 ({start.year}年)?{start.month}月{start.day}日", off)  # the year, where it is another
    here = text_of(alliance.get(f"/meetings?month={start:%Y-%m}&{query}").text)
    assert re.search(rf"改期，原定 ({month.year}年)?{month.month}月{month.day}日", here)
    when = datetime.fromisoformat(cancelled.read()["starts_at"])
    assert "已取消" in text_of(alliance.get(f"/meetings?month={when:%Y-%m}&{query}").text)
    assert cancelled.id not in re.findall(r'coming__one"><a href="/sittings/([^"]+)"', alliance.get("/meetings").text)


def test_days_off_make_up_workdays_and_provisional_dates_are_marked(supervisor: Visitor) -> None:
    october = supervisor.get("/meetings?month=2026-10&tier=community").text
    assert "daykind--off" in october
    assert "daykind--workday" in supervisor.get("/meetings?month=2026-02").text
    assert "日期待定" in text_of(supervisor.get("/meetings?month=2040-03&tier=community").text)


@pytest.mark.parametrize("query", ["month=x", "month=2026-13", "month=1999-01", "view=year", "scope=theirs"])
def test_an_address_that_makes_no_sense_is_refused(supervisor: Visitor, query: str) -> None:
    assert supervisor.get(f"/meetings?{query}").status_code in (400, 422)


def test_the_calendar_to_subscribe_to_is_the_viewers_own(estate: Visitor, supervisor: Visitor) -> None:
    pages = [visitor.get("/meetings/subscribe").text for visitor in (estate, supervisor)]
    links = [unescape(re.findall(r'id="url" type="text" readonly value="([^"]+)"', page)[0]) for page in pages]
    assert links[0] != links[1]
    assert httpx.get(links[0], trust_env=False).headers["content-type"].startswith("text/calendar")
    one = estate.get("/meetings/subscribe?forum=laocheng").text
    assert "/forums/laocheng/calendar.ics?token=" in unescape(one)
    assert estate.get("/meetings/subscribe?forum=nowhere").status_code == 404


# ---------------------------------------------------------------- a sitting


@pytest.mark.parametrize("role", BY_ROLE)
def test_who_may_run_a_sitting_is_offered_it_and_others_read(
    request: pytest.FixtureRequest, role: str, chief: Caller
) -> None:
    visitor: Visitor = request.getfixturevalue(role)
    path = later("laocheng", chief, 4).path
    page = visitor.get(path)
    assert page.status_code == 200
    runs = role in ("community", "alliance")
    for what in ("reschedule", "cancel", "other-business"):
        assert (f"{path}/{what}" in page.text) is runs
        assert visitor.get(f"{path}/{what}").status_code == (200 if runs else 403), what


@pytest.mark.parametrize("role", ["estate", "department", "supervisor", "admin"])
def test_a_form_that_is_not_theirs_is_refused_and_begins_nothing(
    request: pytest.FixtureRequest, role: str, chief: Caller
) -> None:
    visitor: Visitor = request.getfixturevalue(role)
    meeting = later("laocheng", chief, 5)
    once = {"key": "k" * 32, "version": "0"}
    sent: dict[str, dict[str, str]] = {
        "cancel": {"reason": "不是我们的会"},
        "other-business": {"text": "一行"},
        "close": {},
        "addendum": {"case": "NC-2026-000001", "reason": "急"},
        "attendance": {"chair": "书记", "recorder": "专干"},
        "reschedule": {"starts_at.day": "2027-01-04", "starts_at.time": "15:00", "reason": "改", "step": "look"},
    }
    for what, fields in sent.items():
        answer = visitor.post(f"{meeting.path}/{what}", {**once, **fields})
        assert answer.status_code == 403, what
    assert meeting.read()["version"] == 0


def test_a_sitting_that_there_is_not_is_told_so(alliance: Visitor, chief: Caller) -> None:
    for path in ("", "/reschedule", "/minutes", "/meeting", "/meeting/end"):
        assert alliance.get(f"/sittings/nowhere-2026-03{path}").status_code == 404
    path = later("laocheng", chief, 4).path
    for page in ("meeting", "minutes"):
        assert alliance.get(f"{path}/{page}").status_code == 404
    assert "自动起草" in text_of(alliance.get(f"{path}/meeting").text)


# ---------------------------------------------------------------- rescheduling


def test_rescheduling_shows_what_follows_before_anything_is_sent(alliance: Visitor, chief: Caller) -> None:
    meeting = later("xiguan-jiashu", chief, 3)
    path = f"/sittings/{meeting.id}/reschedule"
    sunday = datetime.fromisoformat(meeting.read()["starts_at"])
    sunday += timedelta(days=(6 - sunday.weekday()) % 7)
    asked = {"starts_at.day": f"{sunday:%Y-%m-%d}", "starts_at.time": "10:30", "reason": "会场另用"}
    shown = filled(alliance, path, **asked, step="look")
    said = text_of(shown.text)
    assert "尚未提交" in said
    assert "件的等待期限随之变动" in said
    assert "10:30" in said
    assert meeting.read()["version"] == 0
    # Another date than the one that was looked at is looked at first.
    other = alliance.post(path, fields_of(shown, **{**asked, "starts_at.time": "11:00"}, step="send"))
    assert other.status_code == 200
    assert meeting.read()["version"] == 0
    sent = alliance.post(path, fields_of(shown, **asked, step="send"))
    assert (sent.status_code, sent.headers["location"]) == (303, f"/sittings/{meeting.id}")
    assert meeting.read()["starts_at"] == f"{sunday:%Y-%m-%d}T10:30:00+08:00"
    assert "改期" in text_of(alliance.get(f"/sittings/{meeting.id}").text)


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"starts_at.day": "2020-01-01"}, 422, "已过"),
        ({"starts_at.day": "2098-01-01"}, 422, "最晚"),
        ({"reason": "请打13805301234"}, 422, "手机号"),
        ({"reason": ""}, 422, "必填"),
        ({"starts_at.day": "昨天"}, 422, "应为日期和时间"),
    ],
)
def test_what_a_new_date_cannot_be_is_said_on_the_form_and_nothing_typed_is_lost(
    alliance: Visitor, chief: Caller, changes: dict[str, str], status: int, said: str
) -> None:
    meeting = later("xiguan-jiashu", chief, 5)
    day = chief.now() + timedelta(days=50)
    asked = {
        "starts_at.day": f"{day:%Y-%m-%d}",
        "starts_at.time": "15:00",
        "reason": "消防演练占用会场",
        **changes,
    }
    answer = filled(alliance, f"/sittings/{meeting.id}/reschedule", **asked, step="look")
    assert answer.status_code == status
    assert said in text_of(answer.text)
    assert asked["starts_at.time"] in answer.text
    if "reason" not in changes:
        assert "消防演练占用会场" in answer.text
    assert meeting.read()["version"] == 0


def test_a_stale_form_says_what_has_happened_and_a_form_sent_twice_counts_once(
    alliance: Visitor, chief: Caller
) -> None:
    meeting = later("gulou-yuan", chief, 4)
    path = f"/sittings/{meeting.id}/other-business"
    opened = alliance.get(path)
    sent = fields_of(opened, text="通报消防通道整治")
    assert alliance.post(path, sent).status_code == 303
    assert alliance.post(path, sent).status_code == 303
    assert meeting.read()["version"] == 2
    stale = alliance.post(path, fields_of(opened, text="通报清雪安排", key="0" * 32, version="1"))
    assert stale.status_code == 412
    said = text_of(stale.text)
    assert "已有新进展" in said
    assert "增列其他事项" in said
    assert "通报清雪安排" in stale.text
    again = alliance.post(path, fields_of(stale, text="通报清雪安排"))
    assert again.status_code == 303
    assert "通报消防通道整治" in alliance.get(path).text


def test_a_cancelled_sitting_says_so_and_offers_nothing_more(alliance: Visitor, chief: Caller) -> None:
    meeting = later("gulou-yuan", chief, 6)
    path = f"/sittings/{meeting.id}/cancel"
    shown = alliance.get(path)
    assert "改等下次会议" in text_of(shown.text)
    assert alliance.post(path, fields_of(shown, reason="没有议题")).status_code == 303
    page = alliance.get(f"/sittings/{meeting.id}")
    assert "会议已取消" in text_of(page.text)
    assert "没有议题" in page.text
    assert alliance.get(path).status_code == 409
    assert alliance.get(f"/sittings/{meeting.id}/meeting").status_code == 404


# ---------------------------------------------------------------- notices


def _pages(visitor: Visitor, path: str) -> Iterator[str]:
    """A list's pages, from the first to the last."""
    while path:
        text = visitor.get(path).text
        yield text
        onward = re.search(r'rel="next" href="([^"]+)"', text)
        path = unescape(onward[1]) if onward else ""


def test_notices_are_unread_first_and_read_by_their_own_unit(
    stack: Stack, chief: Caller, supervisor: Visitor, estate: Visitor
) -> None:
    meeting = later("changjianglu", chief, 5)
    meeting.does("cancel", {"reason": "没有议题"})
    with visiting(stack, "community-changjianglu") as officer:
        until(lambda: f"/sittings/{meeting.id}" in officer.get("/notices").text)
        page = officer.get("/notices")
        found = re.findall(r'name="id" value="([^"]+)"', page.text)
        notice = next(unescape(one) for one in found if meeting.id in one)
        assert any(f"/sittings/{meeting.id}" in text for text in _pages(supervisor, "/notices"))
        assert "标为已读" not in supervisor.get("/notices").text
        assert meeting.id not in estate.get("/notices").text
        for other in (estate, supervisor):
            assert other.post("/notices/read", {"id": notice}).status_code == 404
        assert officer.post("/notices/read", {"id": notice}).status_code == 303
        after = officer.get("/notices").text
        assert notice not in re.findall(r'name="id" value="([^"]+)"', unescape(after))
        assert meeting.id in after
        assert officer.post("/notices/read", {"no": "x"}).status_code == 400


def test_a_calendar_is_light(alliance: Visitor) -> None:
    for path in ("/meetings?scope=all", "/meetings?scope=all&view=list", "/meetings?scope=all&community=laocheng"):
        assert len(alliance.get(path).content) + shared_weight() < 150_000, path
