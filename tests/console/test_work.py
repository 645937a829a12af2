"""My work: for each post what waits for it, its meetings, its notices; for supervisors what is late and why."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from api.cases.schemas import CaseItem, Links, WaitView
from console.work import forums_of, grouped
from tests.domain.given import ALLIANCE, COMMUNITY, ESTATE, SUPERVISOR, at, department, nancheng
from tests.support.console import Visitor, text_of
from tests.support.stack import Caller, Stack


@pytest.fixture(scope="module")
def stack(town: Stack) -> Stack:
    """The module's own, since it moves the time."""
    return town


def _numbers(visitor: Visitor) -> set[str]:
    return set(re.findall(r'<tr data-number="([^"]+)"', visitor.get("/").text))


def test_a_case_is_on_the_page_of_whoever_has_to_act(
    officer: Caller, estate: Visitor, community: Visitor, other_estate: Visitor
) -> None:
    number = officer.open()["number"]
    assert number in _numbers(estate)
    assert number not in _numbers(community) | _numbers(other_estate)
    officer.decide(number, "escalate", reason="需要社区协调")
    assert number not in _numbers(estate)
    assert number in _numbers(community)
    assert "等其他单位或居民" in text_of(estate.get("/").text)


def test_a_plan_is_on_the_page_of_its_lead_and_of_those_who_help(
    stack: Stack, officer: Caller, department: Visitor, estate: Visitor
) -> None:
    number = officer.open()["number"]
    due = (officer.now() + timedelta(days=3)).date().isoformat()
    officer.decide(number, "plan", lead="fire", co_handlers=["urban"], deliverable="检修消火栓", due_date=due)
    page = text_of(department.get("/").text)
    assert number in page
    assert "协办的方案" in page
    assert number not in _numbers(estate)


def _owed(visitor: Visitor) -> list[str]:
    return re.findall(r'<tr data-owed="([^"]+)"', visitor.get("/").text)


def test_whose_resident_is_to_hear_soon_is_on_the_page_of_whoever_has_the_case(
    officer: Caller, estate: Visitor, community: Visitor, supervisor: Visitor
) -> None:
    number = officer.open()["number"]
    assert number not in _owed(estate)
    officer.decide(number, "escalate", reason="需要社区协调")
    due = datetime.fromisoformat(officer.case(number)["answer"]["due"])
    officer.pass_time(number, hours=(due - officer.now()) // timedelta(hours=1))
    assert number in _owed(community)
    assert number not in _owed(estate)
    officer.pass_time(number, hours=2)
    page = text_of(community.get("/").text)
    assert "答复逾期" in page.partition("待答复居民")[2]
    assert "件没有按时答复居民" in text_of(supervisor.get("/").text)
    with_words = community.get(f"/cases/{number}?decide=answer").text
    assert 'id="decide-answer" open' in with_words
    officer.decide(number, "answer", text="已列入社区月度会议，会后告诉您结果")
    assert number not in _owed(community)


def test_what_is_late_is_told_to_the_supervisor_with_its_reason_by_unit(
    officer: Caller, supervisor: Visitor, estate: Visitor
) -> None:
    number = officer.open()["number"]
    officer.pass_time(number, hours=24)
    assert officer.case(number)["overdue"]
    page = supervisor.get("/").text
    said = text_of(page)
    assert number in said
    assert "超时未联系" in said
    assert 'href="/cases?community=laocheng&amp;overdue=1"' in page
    late = text_of(estate.get("/").text)
    assert number in late.partition("已逾期")[2]


def test_an_administrator_sees_how_the_system_stands(admin: Visitor) -> None:
    said = text_of(admin.get("/").text)
    for part in ("系统状态", "事件账本", "工作进程", "正常", "nancheng@2", "被锁定的账号名"):
        assert part in said
    assert "无应答" not in said


def test_the_tasks_of_a_joint_response_are_on_the_page_of_who_reports_for_them(
    stack: Stack, officer: Caller, department: Visitor
) -> None:
    number = officer.open()["number"]
    with stack.calling("alliance") as alliance:
        alliance.decide(number, "emergency", playbook="lift_entrapment")
        emergency = alliance.case(number)["emergency_id"]
        tasks = alliance.get(f"/emergencies/{emergency}").json()["tasks"]
    page = text_of(department.get("/").text)
    assert "联动处置任务" in page
    open_ones = [task["name"] for task in tasks if task["department"] == "urban" and task["status"] == "open"]
    assert open_ones
    assert all(name in page for name in open_ones)


@pytest.mark.parametrize("role", ["estate", "community", "alliance", "department", "supervisor", "admin"])
def test_every_post_has_its_meetings(role: str, request: pytest.FixtureRequest) -> None:
    page = text_of(request.getfixturevalue(role).get("/").text)
    assert "七天内的会议" in page


def test_whose_meetings_are_whose() -> None:
    rules = nancheng()
    assert forums_of(rules, ESTATE) == ("mudan-garden", "laocheng", "nancheng")
    assert set(forums_of(rules, COMMUNITY)) > {"laocheng", "nancheng", "mudan-garden"}
    assert "heping" not in forums_of(rules, COMMUNITY)
    assert set(forums_of(rules, ALLIANCE)) == set(forums_of(rules, SUPERVISOR)) > {"nancheng", "laocheng", "heping"}
    assert forums_of(rules, department("urban")) == ("nancheng",)


def _item(number: str, until: datetime, *, overdue: bool = False) -> CaseItem:
    wait = WaitView(
        kind="contact",
        reason="等",
        until=until,
        on_expiry="届时",
        on_expiry_kind="contact_missed",
        sitting_id=None,
        provisional=False,
    )
    return CaseItem(
        number=number,
        version=1,
        tier="estate",
        stage="contact",
        stage_name="实时对接",
        estate="mudan-garden",
        community="laocheng",
        category="lift",
        title=None,
        severity=None,
        channel=None,
        opened_at=until,
        updated_at=until,
        wait=wait,
        carried_over=0,
        supervised=False,
        overdue=overdue,
        answer_due=None,
        answer_missed=False,
        emergency_id=None,
        closed_as=None,
        closed_at=None,
        duplicate_of=None,
        links=Links(itself="/", events="/", temporal="/", console="/"),
    )


def test_what_waits_is_grouped_by_when_it_is_due() -> None:
    now = at("2026-03-02 22:00")
    items = [
        _item("past", at("2026-03-02 21:59")),
        _item("tonight", at("2026-03-02 23:59")),
        _item("tomorrow", at("2026-03-03 00:00")),
        _item("far", at("2026-03-20 09:00")),
        _item("missed", at("2026-03-20 09:00"), overdue=True),
    ]
    found = {group.key: [case.number for case in group.cases] for group in grouped(items, now)}
    assert found == {
        "work.late": ["past", "missed"],
        "work.today": ["tonight"],
        "work.week": ["tomorrow"],
        "work.later": ["far"],
    }
    assert grouped([], now) == ()
