"""A month of sittings: its weeks, its days off, what is folded, and a meeting's order."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from api.sittings.schemas import SittingLinks, SittingView
from console.sittings.agendas import attending, budget, slides
from console.sittings.month import Entry, Month, by_day, weeks
from domain.errors import Refusal
from domain.papers.agenda import Agenda, AgendaItem, AgendaSection, LateItem
from domain.policy.calendar import SHANGHAI, CalendarDay, CalendarYear, WorkingCalendar
from domain.policy.forum import Sitting
from domain.words.bilingual import Name

NAME = Name(zh="国庆节", en="National Day")
OCTOBER = CalendarYear(
    version="1",
    year=2026,
    days=(
        CalendarDay(date=date(2026, 10, 1), kind="off", name=NAME, notice="国办发明电"),
        CalendarDay(date=date(2026, 10, 10), kind="workday", name=NAME, notice="国办发明电"),
    ),
)
CALENDAR = WorkingCalendar.of([OCTOBER])


def at(day: int, hour: int = 15, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def entry(day: int, tier: str = "estate", **changes: object) -> Entry:
    start = at(day)
    fields = {
        "id": f"x-2026-{day}",
        "forum": "x",
        "name": "x",
        "version": 0,
        "status": "announced",
        "status_name": "已预告",
        "sequence": 0,
        "emergency": None,
        "drafts_at": start,
        "freezes_at": start,
        "starts_at": start,
        "ends_at": start,
        "minutes_due": start,
        "provisional": False,
        "regular_starts_at": None,
        "addenda": [],
        "attendance": None,
        "links": SittingLinks(itself="/x", agenda=None, minutes=None, temporal=None, console="/x"),
        **changes,
    }
    return Entry(SittingView.model_validate(fields), "x", tier, start)


def test_a_month_is_drawn_from_its_first_monday_to_its_last_sunday() -> None:
    month = Month.read("2026-10", date(2026, 1, 1))
    assert month.shown == (date(2026, 9, 28), date(2026, 11, 2))
    drawn = weeks(month, [], CALENDAR, date(2026, 10, 8), "estate", apart=3)
    assert [len(week) for week in drawn] == [7] * 5
    assert [day.date for week in drawn for day in week if day.today] == [date(2026, 10, 8)]
    assert [day.date.month for week in drawn for day in week if day.outside] == [9, 9, 9, 11]


def test_days_off_and_make_up_workdays_are_told_apart() -> None:
    days = [day for week in weeks(Month(2026, 10), [], CALENDAR, date(2026, 1, 1), "estate", apart=3) for day in week]
    kinds = {day.date.day: day.kind for day in days if not day.outside and day.kind}
    assert kinds == {1: "off", 10: "workday"}


def test_many_sittings_of_the_lowest_tier_are_folded_and_the_others_never() -> None:
    held = [*(entry(7) for _ in range(4)), entry(7, "community"), *(entry(8) for _ in range(3))]
    days = {
        day.date.day: day
        for week in weeks(Month(2026, 10), held, CALENDAR, date(2026, 1, 1), "estate", apart=3)
        for day in week
    }
    assert ([one.tier for one in days[7].entries], len(days[7].folded)) == (["community"], 4)
    assert (len(days[8].entries), len(days[8].folded)) == (3, 0)
    assert [day for day, _ in by_day(held)] == [date(2026, 10, 7), date(2026, 10, 8)]


@pytest.mark.parametrize("text", ["2026-00", "2026-13", "1999-01", "2999-01"])
def test_a_month_that_there_is_not_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        Month.read(text, date(2026, 1, 1))
    assert refused.value.code == "date_out_of_range"


def test_months_go_on_over_the_year_and_are_named_in_both_languages() -> None:
    assert str(Month(2026, 12).ahead(1)) == "2027-01"
    assert str(Month(2026, 1).ahead(-1)) == "2025-12"
    assert (Month(2026, 3).name("zh-CN"), Month(2026, 3).name("en")) == ("2026年3月", "March 2026")


# ---------------------------------------------------------------- an agenda


def item(number: int, *attend: str) -> AgendaItem:
    return AgendaItem(
        case=f"NC-2026-{number:06d}",
        number=number,
        summary="电梯",
        why_here="升级",
        asked="请定",
        attend=attend,
        minutes=6,
    )


def agenda() -> Agenda:
    dates = Sitting(
        id="x-2026-10",
        forum="x",
        drafts_at=at(1),
        freezes_at=at(2),
        starts_at=at(7),
        ends_at=at(7, 16),
        minutes_due=at(9),
        provisional=False,
    )
    sections = (
        AgendaSection(kind="previous_minutes", title="上次", lines=("无",), minutes=3),
        AgendaSection(kind="newly_escalated", title="新", items=(item(1, "城建", "消防"), item(2, "城建")), minutes=12),
        AgendaSection(kind="statistics", title="统计", lines=("三率",), minutes=3),
    )
    late = LateItem(item=item(3, "燃气"), reason="急", by="decision", at=at(6))
    return Agenda(
        sitting=dates, forum_name=NAME, language="zh-CN", made_at=at(2), budget=20, sections=sections, addenda=(late,)
    )


def test_addenda_are_heard_before_what_a_meeting_ends_with() -> None:
    order = [(slide.id, slide.from_minute) for slide in slides(agenda(), "zh-CN")]
    numbers = [f"NC-2026-00000{n}" for n in (1, 2, 3)]
    assert order == [
        ("previous_minutes", 0),
        (numbers[0], 3),
        (numbers[1], 9),
        (numbers[2], 15),
        ("statistics", 21),
    ]
    first = slides(agenda(), "zh-CN")[1]
    assert first.planned(at(7)) == (at(7) + timedelta(minutes=3), at(7) + timedelta(minutes=9))


def test_the_budget_counts_addenda_and_says_how_much_is_too_much() -> None:
    it = budget(agenda(), "en")
    assert (it.minutes, it.planned, it.over, it.scale) == (20, 24, 4, 24)
    assert [(share.kind, share.start, share.minutes) for share in it.shares] == [
        ("previous_minutes", 0, 3),
        ("newly_escalated", 3, 12),
        ("statistics", 15, 3),
        ("addenda", 18, 6),
    ]


def test_who_is_needed_most_often_comes_first() -> None:
    assert attending(agenda()) == [("城建", (1, 2)), ("消防", (1,)), ("燃气", (3,))]
