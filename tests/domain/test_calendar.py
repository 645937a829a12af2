"""Working days with 调休, and duty hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.policy.calendar import SHANGHAI, CalendarYear, DutyHours, WorkingCalendar, add_duty_time
from domain.policy.policy_file import PolicyError, parse_policy

POLICIES = Path(__file__).parents[2] / "policies" / "nancheng"
DUTY = DutyHours(start=time(8), end=time(20))


def published(year: int) -> CalendarYear:
    file = POLICIES / f"calendar-{year}.yaml"
    return parse_policy(CalendarYear, file.read_text(encoding="utf-8"), file.name)


NANCHENG = WorkingCalendar.of([published(2025), published(2026)])
NEW_2027 = CalendarYear.model_validate(
    {
        "version": "1",
        "year": 2027,
        "days": [
            {
                "date": "2027-01-01",
                "kind": "off",
                "name": {"zh": "元旦", "en": "New Year's Day"},
                "notice": "a rehearsal's own",
            }
        ],
    }
)

days = st.dates(date(2024, 6, 1), date(2028, 6, 1))
instants = st.datetimes(
    datetime.fromisoformat("2025-01-01"),
    datetime.fromisoformat("2027-01-01"),
    timezones=st.sampled_from([SHANGHAI, UTC]),
)
amounts = st.timedeltas(timedelta(0), timedelta(days=9))


def at(day: str, clock: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), SHANGHAI)


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_day_agrees_with_chinesecalendar(year: int) -> None:
    first = date(year, 1, 1)
    every_day = [first + timedelta(days=n) for n in range(365)]
    wrong = [day for day in every_day if NANCHENG.is_workday(day) != chinese_calendar.is_workday(day)]
    assert not wrong
    assert every_day[-1] == date(year, 12, 31)


@pytest.mark.parametrize(("year", "notice"), [(2025, "国办发明电〔2024〕12号"), (2026, "国办发明电〔2025〕7号")])
def test_every_day_names_the_notice_it_comes_from(year: int, notice: str) -> None:
    assert {day.notice for day in published(year).days} == {notice}


def test_the_saturday_before_spring_festival_2026_is_a_make_up_workday() -> None:
    assert date(2026, 2, 14).strftime("%a") == "Sat"
    assert NANCHENG.is_workday(date(2026, 2, 14))
    assert NANCHENG.next_workday(date(2026, 2, 14)) == date(2026, 2, 14)
    assert NANCHENG.next_workday(date(2026, 2, 15)) == date(2026, 2, 24)


def test_two_working_days_after_the_eve_of_national_day_pass_over_the_holidays() -> None:
    assert NANCHENG.add_workdays(date(2025, 9, 30), 2) == date(2025, 10, 10)
    assert NANCHENG.add_workdays(date(2026, 9, 30), 2) == date(2026, 10, 9)


def test_working_days_are_counted_back_over_make_up_days() -> None:
    assert NANCHENG.add_workdays(date(2026, 2, 24), -1) == date(2026, 2, 14)
    assert NANCHENG.add_workdays(date(2025, 10, 9), -3) == date(2025, 9, 28)


def test_no_working_days_away_is_the_day_itself_even_a_day_off() -> None:
    assert NANCHENG.add_workdays(date(2026, 10, 1), 0) == date(2026, 10, 1)


def test_an_unpublished_year_takes_monday_to_friday_for_workdays_and_is_provisional() -> None:
    assert NANCHENG.is_workday(date(2027, 10, 1))
    assert not NANCHENG.is_workday(date(2027, 10, 2))
    assert not NANCHENG.is_published(date(2027, 1, 1))
    assert NANCHENG.provisional(date(2027, 1, 1))


def test_a_span_is_provisional_as_soon_as_it_touches_an_unpublished_year() -> None:
    assert not NANCHENG.provisional(date(2025, 1, 1), date(2026, 12, 31))
    assert NANCHENG.provisional(date(2026, 12, 31), date(2027, 1, 1))
    assert NANCHENG.provisional(date(2028, 1, 1), date(2024, 1, 1))
    assert WorkingCalendar.of([published(2025), NEW_2027]).provisional(date(2025, 5, 1), date(2027, 5, 1))
    assert not NANCHENG.provisional()


def test_an_instant_belongs_to_its_year_in_shanghai() -> None:
    assert NANCHENG.provisional(datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
    assert not NANCHENG.provisional(datetime(2026, 12, 31, 15, 59, tzinfo=UTC))


def test_a_year_is_firm_once_its_calendar_is_published() -> None:
    later = WorkingCalendar.of([published(2026), NEW_2027, published(2025)])
    assert not later.provisional(date(2025, 12, 31), date(2027, 12, 31))
    assert not later.is_workday(date(2027, 1, 1))
    assert NANCHENG.is_workday(date(2027, 1, 1))


def test_the_calendars_version_names_its_years_and_theirs() -> None:
    assert NANCHENG.version == "2025@1+2026@1"


def test_a_year_cannot_be_given_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        WorkingCalendar.of([published(2025), published(2025)])


def test_a_calendar_file_names_the_days_that_are_wrong_in_it() -> None:
    day = "  - {date: %s, kind: %s, name: {zh: 日, en: day}, notice: n}\n"
    entries = [
        ("2026-10-01", "off"),
        ("2026-10-01", "off"),
        ("2027-10-02", "off"),
        ("2026-10-08", "workday"),
    ]
    text = 'version: "1"\nyear: 2026\ndays:\n' + "".join(day % entry for entry in entries)
    with pytest.raises(PolicyError) as caught:
        parse_policy(CalendarYear, text, "calendar-2026.yaml")
    assert [(problem.line, problem.field) for problem in caught.value.problems] == [
        (5, "days[1].date"),
        (6, "days[2].date"),
        (7, "days[3].kind"),
    ]


@given(days, st.integers(1, 60))
def test_working_days_there_and_back_end_on_the_same_workday(day: date, count: int) -> None:
    workday = NANCHENG.next_workday(day)
    assert NANCHENG.add_workdays(NANCHENG.add_workdays(workday, count), -count) == workday
    assert NANCHENG.add_workdays(NANCHENG.add_workdays(workday, -count), count) == workday


@given(days, days, st.integers(-40, 40))
def test_a_later_day_never_ends_earlier(one: date, other: date, count: int) -> None:
    first, second = sorted((one, other))
    assert NANCHENG.add_workdays(first, count) <= NANCHENG.add_workdays(second, count)


@given(days, st.integers(-40, 40), st.integers(1, 40))
def test_more_working_days_end_later(day: date, count: int, more: int) -> None:
    assert NANCHENG.add_workdays(day, count) < NANCHENG.add_workdays(day, count + more)


@given(days)
def test_the_next_workday_is_a_workday_with_none_between(day: date) -> None:
    found = NANCHENG.next_workday(day)
    assert NANCHENG.is_workday(found)
    assert not any(NANCHENG.is_workday(day + timedelta(days=n)) for n in range((found - day).days))


@pytest.mark.parametrize(
    ("raised", "due"),
    [
        (("2026-03-04", "10:00"), ("2026-03-04", "12:00")),
        (("2026-03-04", "19:00"), ("2026-03-05", "09:00")),
        (("2026-03-04", "18:00"), ("2026-03-04", "20:00")),
        (("2026-03-04", "20:00"), ("2026-03-05", "10:00")),
        (("2026-03-04", "23:30"), ("2026-03-05", "10:00")),
        (("2026-03-05", "03:00"), ("2026-03-05", "10:00")),
        (("2025-10-01", "09:00"), ("2025-10-01", "11:00")),
    ],
    ids=["by day", "over night", "to closing", "at closing", "late", "before dawn", "on National Day"],
)
def test_two_hours_of_duty_time(raised: tuple[str, str], due: tuple[str, str]) -> None:
    assert add_duty_time(at(*raised), timedelta(hours=2), DUTY) == at(*due)


def test_duty_time_is_shanghais_wherever_the_instant_was_written() -> None:
    utc = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
    assert add_duty_time(utc, timedelta(hours=2), DUTY) == at("2026-03-05", "09:00")


def test_duty_time_needs_a_time_zone_and_runs_forward_only() -> None:
    with pytest.raises(ValueError, match="time zone"):
        add_duty_time(datetime(2026, 3, 4, 11), timedelta(hours=2), DUTY)  # noqa: DTZ001
    with pytest.raises(ValueError, match="forward"):
        add_duty_time(at("2026-03-04", "11:00"), timedelta(hours=-2), DUTY)


def test_an_instant_beyond_any_calendar_is_refused() -> None:
    with pytest.raises(Refusal, match="date_out_of_range"):
        add_duty_time(datetime.max.replace(tzinfo=UTC), timedelta(hours=2), DUTY)


def test_duty_hours_end_after_they_start() -> None:
    with pytest.raises(PolicyError, match=r"f:2: end: duty ends after it starts"):
        parse_policy(DutyHours, "start: 20:00\nend: 08:00\n", "f")


@given(instants, amounts)
def test_duty_time_never_ends_outside_duty_hours_nor_too_early(instant: datetime, amount: timedelta) -> None:
    due = add_duty_time(instant, amount, DUTY)
    assert DUTY.start <= due.timetz().replace(tzinfo=None) <= DUTY.end
    assert due - instant >= amount


@given(instants, amounts, amounts)
def test_duty_time_adds_up(instant: datetime, one: timedelta, other: timedelta) -> None:
    in_two_steps = add_duty_time(add_duty_time(instant, one, DUTY), other, DUTY)
    assert in_two_steps == add_duty_time(instant, one + other, DUTY)
