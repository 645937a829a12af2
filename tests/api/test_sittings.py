"""Sittings over HTTP, with skipped time: their agendas and minutes, moving, cancelling, subscribing."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from typing import Any

import docx
import httpx
import pytest
from icalendar import Calendar, Component

from runtime.temporal import connect
from tests.support.meetings import Meeting, escalated, found, later, sitting_of, until
from tests.support.stack import Caller, Stack
from tests.support.town import YEARS, calendar


@pytest.fixture(scope="module")
def stack(town: Stack) -> Stack:
    """The module's own, since it moves the time."""
    return town


def tabled(agenda: dict[str, Any]) -> list[str]:
    return sorted(item["case"] for section in agenda["sections"] for item in section["items"])


def lines(agenda: dict[str, Any], kind: str) -> list[str]:
    return [line for section in agenda["sections"] if section["kind"] == kind for line in section["lines"]]


# ---------------------------------------------------------------- a whole sitting


@pytest.fixture(scope="module")
def held(stack: Stack) -> tuple[str, list[str]]:
    """A community's sitting with everything, closed; its cases: decided there, left undecided, added late."""
    with stack.calling("alliance") as caller:
        first, second = (escalated(caller, "guangfu-huating") for _ in range(2))
        meeting = Meeting(caller, sitting_of(caller, first))
        meeting.pass_to("drafts_at")
        assert (
            meeting.does("other-business", {"text": "通报消防演练安排"})["events"][0]["type"] == "other_business_added"
        )
        drafted = meeting.paper("agenda")
        assert (tabled(drafted), drafted["frozen_at"]) == (sorted([first, second]), None)
        assert "通报消防演练安排" in lines(drafted, "other")
        meeting.pass_to("freezes_at")
        frozen = meeting.paper("agenda")
        assert (tabled(frozen), frozen["frozen_at"] is None) == (sorted([first, second]), False)
        urgent = escalated(caller, "guangfu-huating")
        assert sitting_of(caller, urgent) != meeting.id
        added = meeting.does("addenda", {"case": urgent, "reason": "电梯困人"})
        assert [one["case"] for one in added["addenda"]] == [urgent]
        until(lambda: sitting_of(caller, urgent) == meeting.id)
        assert meeting.refuses("addenda", {"case": urgent, "reason": "再列"}) == (409, "already_on_the_agenda")
        assert meeting.refuses("close", {}) == (409, "sitting_not_there")
        meeting.pass_to("starts_at")
        assert meeting.read()["status"] == "in_session"
        due = (datetime.fromisoformat(meeting.read()["starts_at"]) + timedelta(days=20)).date().isoformat()
        plan = {"lead": "urban", "deliverable": "更换曳引机", "due_date": due, "sitting": meeting.id}
        caller.decide(first, "plan", **plan)
        assert caller.get(f"/cases/{first}/events").json()["items"][-1]["data"]["sitting"] == meeting.id
        posts = {"chair": "社区党委书记", "recorder": "社区专干", "mode": "both"}
        there = {**posts, "present": ["城市管理局"], "absent": ["物业企业"]}
        assert meeting.does("attendance", there)["attendance"] == there
        meeting.pass_to("ends_at")
        closed = meeting.does("close", {"dissent": ["物业企业保留意见"]})
        assert (closed["status"], closed["status_name"]) == ("closed", "已结束")
        return meeting.id, [first, second, urgent]


def test_a_sittings_minutes_have_what_was_decided_and_what_is_carried_over(
    held: tuple[str, list[str]], alliance: Caller
) -> None:
    sitting, (decided, left, urgent) = held
    minutes = Meeting(alliance, sitting).paper("minutes")
    assert [one["case"] for one in minutes["resolutions"]] == [decided]
    assert minutes["resolutions"][0]["head"] == alliance.get(f"/cases/{decided}/events").json()["items"][-1]["hash"]
    assert sorted(one["case"] for one in minutes["carried_over"]) == sorted([left, urgent])
    assert minutes["other"] == ["通报消防演练安排"]
    assert (minutes["chair"], minutes["dissent"]) == ("社区党委书记", ["物业企业保留意见"])
    assert minutes["next_sitting"]["starts_at"].endswith("+08:00")


def test_a_frozen_agenda_says_why_each_case_is_there_and_what_is_asked(
    held: tuple[str, list[str]], alliance: Caller
) -> None:
    sitting, (decided, _, urgent) = held
    agenda = Meeting(alliance, sitting).paper("agenda")
    assert agenda.keys() >= {"sitting", "frozen_at", "sections", "addenda", "not_fitting"}
    item = next(one for section in agenda["sections"] for one in section["items"] if one["case"] == decided)
    assert item.keys() >= {"summary", "why_here", "tried", "first_tabled", "times_tabled", "asked", "attend", "minutes"}
    assert [(one["item"]["case"], one["reason"]) for one in agenda["addenda"]] == [(urgent, "电梯困人")]
    assert "13805301234" not in json.dumps(agenda, ensure_ascii=False)


@pytest.mark.parametrize("name", ["agenda", "minutes"])
def test_papers_come_in_every_form(held: tuple[str, list[str]], alliance: Caller, name: str) -> None:
    sitting, (decided, *_) = held
    answers = {ending: alliance.get(f"/sittings/{sitting}/{name}.{ending}") for ending in ("md", "html", "docx")}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert answers["md"].headers["content-type"].startswith("text/markdown")
    assert decided in answers["md"].text
    assert decided in answers["html"].text
    policy = answers["html"].headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    paper = docx.Document(io.BytesIO(answers["docx"].content))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    assert any(decided in text for text in (*(one.text for one in paper.paragraphs), *cells))
    disposition = answers["docx"].headers["content-disposition"]
    assert disposition.startswith(f"attachment; filename=\"{sitting}-{name}.docx\"; filename*=UTF-8''")


def test_a_paper_that_one_has_is_not_sent_again(held: tuple[str, list[str]], alliance: Caller) -> None:
    path = f"/sittings/{held[0]}/minutes.docx"
    tag = alliance.get(path).headers["etag"]
    assert alliance.get(path, {"if-none-match": tag}).status_code == 304
    assert alliance.get(path, {"if-none-match": tag}, language="en").status_code == 200


def test_a_closed_sitting_takes_nothing_more(held: tuple[str, list[str]], alliance: Caller) -> None:
    sitting, (_, left, _) = held
    meeting = Meeting(alliance, sitting)
    soon = (alliance.now() + timedelta(days=40)).isoformat()
    for what, body in (
        ("reschedule", {"starts_at": soon, "reason": "改期"}),
        ("cancel", {"reason": "取消"}),
        ("close", {}),
        ("attendance", {"chair": "书记", "recorder": "专干"}),
        ("addenda", {"case": left, "reason": "紧急"}),
    ):
        assert meeting.refuses(what, body) == (409, "sitting_not_there"), what
    assert alliance.types(left)[-1] == "case_carried_over"
    refused = alliance.post(f"/cases/{left}/decisions", {"kind": "hold", "reason": "等", "sitting": sitting})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_before_this_sitting")
    told = alliance.post(f"{meeting.path}/cancel", {"reason": "取消"}, accept_language="en").json()
    assert "closed" in told["detail"]
    assert alliance.post("/dev/fast-forward", {"workflow_id": sitting, "days": 1}).json()["code"] == "not_running"


# ---------------------------------------------------------------- moved and cancelled


def test_a_sitting_that_is_moved_takes_its_cases_with_it_and_one_cancelled_sends_them_on(alliance: Caller) -> None:
    number = escalated(alliance, "guangfu-huating")
    meeting = Meeting(alliance, sitting_of(alliance, number))
    before = meeting.read()
    sunday = _sunday_after(before["starts_at"])
    moved = meeting.does("reschedule", {"starts_at": sunday, "reason": "会场另用"})
    assert (moved["starts_at"], moved["sequence"], moved["warnings"]) == (sunday, 1, ["not_a_workday"])
    assert moved["regular_starts_at"] == before["starts_at"]
    until(lambda: alliance.case(number)["wait"]["until"] == moved["minutes_due"])
    assert alliance.types(number).count("wait_reprojected") == 1
    listed = alliance.get("/forums/guangfu/sittings").json()["items"]
    assert [one["starts_at"] for one in listed if one["id"] == meeting.id] == [sunday]
    assert entry(alliance, meeting).get("sequence") == 1
    assert meeting.refuses("reschedule", {"starts_at": sunday, "reason": "又"}) == (409, "sitting_already_then")
    cancelled = meeting.does("cancel", {"reason": "没有议题"})
    assert (cancelled["status"], cancelled["sequence"]) == ("cancelled", 2)
    until(lambda: sitting_of(alliance, number) != meeting.id)
    event = entry(alliance, meeting)
    assert (event.get("status"), event.get("sequence")) == ("CANCELLED", 2)
    assert "没有议题" in event.get("description")
    assert alliance.get(f"{meeting.path}/minutes.json").json()["code"] == "sitting_not_held"


def _sunday_after(instant: str) -> str:
    """A Sunday within the next weeks that no notice makes a workday."""
    start = datetime.fromisoformat(instant) + timedelta(days=3)
    sundays = (start + timedelta(days=(6 - start.weekday()) % 7, weeks=week) for week in range(4))
    noticed = "".join(map(calendar, YEARS))
    return next(sunday.isoformat() for sunday in sundays if sunday.date().isoformat() not in noticed)


def entry(caller: Caller, meeting: Meeting) -> Component:
    """The sitting as its own calendar has it."""
    answer = caller.get(f"{meeting.path}/agenda.ics")
    assert answer.status_code == 200, answer.text
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    return event


def test_the_same_request_again_gives_the_same_answer(alliance: Caller) -> None:
    meeting = later("guangfu", alliance)
    moved = alliance.now() + timedelta(days=80)
    version = alliance.get(meeting.path).headers["etag"]
    to = {"starts_at": moved.isoformat(), "reason": "会场另用"}
    stale = alliance.post(f"{meeting.path}/reschedule", to, if_match='"3"')
    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")
    first = meeting.does("reschedule", to, idempotency_key="guangfu-move", if_match=version)
    assert meeting.does("reschedule", to, idempotency_key="guangfu-move", if_match=version) == first
    other = alliance.post(f"{meeting.path}/reschedule", {**to, "reason": "别的"}, idempotency_key="guangfu-move")
    assert other.json()["code"] == "idempotency_mismatch"
    assert meeting.read()["version"] == 2


@pytest.mark.long
def test_a_draft_is_read_as_it_now_stands_and_is_the_same_while_nothing_changes(alliance: Caller) -> None:
    first = escalated(alliance, "mudan-garden")
    meeting = Meeting(alliance, sitting_of(alliance, first))
    meeting.pass_to("drafts_at")
    assert first in tabled(meeting.paper("agenda"))
    second = escalated(alliance, "mudan-garden")
    assert sitting_of(alliance, second) == meeting.id
    answer = alliance.get(f"{meeting.path}/agenda.md")
    assert "草案" in answer.text
    assert (first in answer.text, second in answer.text) == (True, True)
    assert alliance.get(f"{meeting.path}/agenda.md", {"if-none-match": answer.headers["etag"]}).status_code == 304


@pytest.mark.long
async def test_a_sitting_whose_process_is_lost_goes_on_from_the_log(stack: Stack, alliance: Caller) -> None:
    meeting = Meeting(alliance, sitting_of(alliance, escalated(alliance, "mudan-garden")))
    meeting.pass_to("drafts_at")
    client = await connect(stack.settings)
    await client.get_workflow_handle(meeting.id).terminate("lost")
    before = meeting.read()
    to = {"starts_at": _in_three_weeks(before), "reason": "会场另用"}
    moved = meeting.does("reschedule", to, idempotency_key="lost")
    assert moved["version"] == before["version"] + 1
    await client.get_workflow_handle(meeting.id).terminate("lost again")
    assert meeting.does("reschedule", to, idempotency_key="lost") == moved
    meeting.pass_to("freezes_at")
    assert meeting.read()["status"] == "frozen"


def _in_three_weeks(sitting: dict[str, Any]) -> str:
    return (datetime.fromisoformat(sitting["starts_at"]) + timedelta(weeks=3)).isoformat()


@pytest.mark.parametrize(
    ("what", "body", "status", "code"),
    [
        ("reschedule", {"starts_at": "2020-03-04T15:00:00+08:00", "reason": "改"}, 422, "sitting_in_the_past"),
        ("reschedule", {"starts_at": "2800-03-04T15:00:00+08:00", "reason": "改"}, 422, "date_too_late"),
        ("reschedule", {"starts_at": "0001-01-01T00:00:00+14:00", "reason": "改"}, 422, "invalid"),
        ("reschedule", {"starts_at": "2026-03-04T15:00:00", "reason": "改"}, 422, "invalid"),
        ("reschedule", {"starts_at": "2031-05-04T15:00:00+08:00"}, 422, "invalid"),
        ("cancel", {"reason": "请打13805301234"}, 422, "personal_data"),
        ("cancel", {}, 422, "invalid"),
        ("addenda", {"case": "NC-2026-999999", "reason": "急"}, 409, "sitting_not_there"),
        ("attendance", {"chair": "书记"}, 422, "invalid"),
        ("close", {"dissent": "不是列表"}, 422, "invalid"),
        ("close", {}, 409, "sitting_not_there"),
    ],
)
def test_what_a_sitting_does_not_take_is_refused_and_begins_nothing(
    alliance: Caller, what: str, body: dict[str, Any], status: int, code: str
) -> None:
    meeting = later("nancheng", alliance)
    assert meeting.refuses(what, body) == (status, code)
    assert meeting.read()["version"] == 0


def test_only_officers_of_the_forum_and_above_run_its_sittings(
    estate: Caller, community: Caller, supervisor: Caller, department: Caller, nobody: Caller
) -> None:
    meeting = later("laocheng", community)
    for caller in (estate, supervisor, department):
        assert meeting.refuses("cancel", {"reason": "不是我们的会"}, caller) == (403, "forbidden")
    assert meeting.refuses("cancel", {"reason": "没有登录"}, nobody) == (401, "unauthenticated")
    theirs = later("guangfu", community, 3)
    assert theirs.refuses("cancel", {"reason": "别人的会"}) == (403, "forbidden")


@pytest.mark.parametrize("sitting", ["laocheng-2026-W11", "nowhere-2026-03", "x", "laocheng-2026-13"])
def test_a_sitting_that_there_is_not_is_unknown(alliance: Caller, sitting: str) -> None:
    meeting = Meeting(alliance, sitting)
    assert meeting.refuses("cancel", {"reason": "没有"}) == (404, "unknown_sitting")
    for path in ("", "/agenda.json", "/minutes.docx", "/agenda.ics"):
        assert alliance.get(f"{meeting.path}{path}").json()["code"] == "unknown_sitting"


def test_an_addendum_of_a_closed_or_unknown_case_is_refused(alliance: Caller) -> None:
    meeting = Meeting(alliance, sitting_of(alliance, escalated(alliance, "mudan-garden")))
    meeting.pass_to("freezes_at")
    closed, elsewhere = (alliance.open(estate="mudan-garden")["number"] for _ in range(2))
    alliance.decide(closed, "withdraw")
    for number, refused in (
        (closed, (409, "not_waiting_for_this_forum")),
        (elsewhere, (409, "not_waiting_for_this_forum")),
        ("NC-2026-999999", (404, "unknown_case")),
    ):
        assert meeting.refuses("addenda", {"case": number, "reason": "紧急"}) == refused


# ---------------------------------------------------------------- who reads what


def test_papers_that_are_not_written_yet_say_when_they_will_be(
    estate: Caller, department: Caller, supervisor: Caller, admin: Caller, stack: Stack
) -> None:
    path = later("laocheng", estate).path
    for caller in (estate, department, supervisor, admin):
        answer = caller.get(f"{path}/agenda.json")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_agenda_yet")
        assert answer.json()["params"]["drafts_at"] == estate.get(path).json()["drafts_at"]
    assert estate.get(f"{path}/minutes.html").json()["code"] == "no_minutes_yet"
    with stack.calling("estate-mudan-garden", "en") as english:
        assert "drafted by itself" in english.get(f"{path}/agenda.md").json()["detail"]


def test_papers_of_a_forum_beside_ones_own_are_not_for_one(estate: Caller, nobody: Caller) -> None:
    path = later("guangfu", estate, 3).path
    for ending in ("agenda.json", "minutes.docx", "agenda.ics"):
        assert estate.get(f"{path}/{ending}").status_code == 403
        assert nobody.get(f"{path}/{ending}").status_code == 401
    assert estate.get(f"{path}/agenda.pdf").status_code == 404


# ---------------------------------------------------------------- subscribing


def test_a_forums_calendar_is_read_with_its_secret_address_alone(estate: Caller, nobody: Caller) -> None:
    link = found(estate.get("/forums/nancheng/calendar-link"))
    assert link["webcal"].startswith("webcal://")
    answer = httpx.get(link["url"], trust_env=False)
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answer.content)
    listed = {one["id"] for one in estate.get("/forums/nancheng/sittings").json()["items"]}
    uids = {str(event["uid"]).partition("@")[0] for event in calendar.walk("VEVENT")}
    assert listed <= uids
    tag = answer.headers["etag"]
    assert httpx.get(link["url"], headers={"if-none-match": tag}, trust_env=False).status_code == 304
    token = httpx.URL(link["url"]).params["token"]
    for wrong in (token[:-2], f"{token}x", "x", "é", f".{token.partition('.')[2]}", ""):
        assert nobody.get(f"/forums/nancheng/calendar.ics?token={wrong}").status_code == 404
    assert nobody.get("/forums/laocheng/calendar.ics", token=token).json()["code"] == "not_found"
    assert nobody.get("/calendar.ics", token=token).status_code == 404
    assert nobody.get("/forums/nancheng/calendar-link").status_code == 401
    assert estate.get("/forums/nowhere/calendar-link").json()["code"] == "unknown_forum"


def test_a_persons_calendar_has_their_forums_and_those_above(estate: Caller) -> None:
    answer = httpx.get(found(estate.get("/calendar-link"))["url"], trust_env=False)
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    forums = {str(event["uid"]).partition("-20")[0] for event in events if "-X-" not in str(event["uid"])}
    assert forums == {"mudan-garden", "laocheng", "nancheng"}


# ---------------------------------------------------------------- the stream


def test_the_stream_tells_of_sittings_to_whom_they_concern(
    alliance: Caller, estate: Caller, other_estate: Caller, stack: Stack
) -> None:
    before = stack.logged("")[1]
    with stack.calling("estate-guangfu-huating") as elsewhere:
        meeting = later("laocheng", alliance, 3)
        meeting.does("cancel", {"reason": "没有议题"})
        other = later("guangfu", alliance, 3)
        other.does("cancel", {"reason": "没有议题"})
        for caller, told in ((estate, meeting.id), (other_estate, meeting.id), (elsewhere, other.id)):
            events = sitting_events(caller, before, 2)
            assert {event["number"] for event in events} == {told}
            assert [event["label"] for event in events] == ["已召集", "会议取消"]


def sitting_events(caller: Caller, after: int, count: int) -> list[dict[str, Any]]:
    """The next events of sittings that the stream tells."""
    headers = {**caller.headers, "last-event-id": str(after)}
    told: list[dict[str, Any]] = []
    with caller.http.stream("GET", "/stream", headers=headers) as answer:
        for line in answer.iter_lines():
            event = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            if "forum" in event:
                told.append(event)
            if len(told) == count:
                break
    return told
