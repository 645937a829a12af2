"""When forums sit: cadence, holidays, freeze and minutes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from domain.errors import Refusal
from domain.policy.cadence import Monthly, Weekly
from domain.policy.calendar import SHANGHAI, CalendarYear, WorkingCalendar
from domain.policy.forum import Forum, MinutesDue, Sitting, forum_of, forums, next_sitting, sitting, sittings
from domain.policy.organisation import Organisation
from domain.policy.policy_file import parse_policy
from domain.words.bilingual import Name

POLICIES = Path(__file__).parents[2] / "policies" / "nancheng"
M = TypeVar("M", bound=BaseModel)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read(model: type[M], file: str) -> M:
    return parse_policy(model, (POLICIES / file).read_text(encoding="utf-8"), file)


PUBLISHED = [read(CalendarYear, f"calendar-{year}.yaml") for year in (2025, 2026)]
CALENDAR = WorkingCalendar.of(PUBLISHED)
ORGANISATION = read(Organisation, "organisation.yaml")


def day_off(day: str) -> dict[str, object]:
    return {
        "date": day,
        "kind": "off",
        "name": {"zh": "元旦", "en": "New Year"},
        "notice": "a rehearsal's own",
    }


CALENDAR_WITH_2027 = WorkingCalendar.of(
    [
        *PUBLISHED,
        CalendarYear.model_validate({"version": "1", "year": 2027, "days": [day_off("2027-01-01")]}),
    ]
)
CALENDAR_WITH_A_LONG_NEW_YEAR = WorkingCalendar.of(
    [
        *PUBLISHED,
        CalendarYear.model_validate(
            {"version": "2", "year": 2027, "days": [day_off(f"2027-01-{day:02}") for day in range(1, 8)]}
        ),
    ]
)


def forum(cadence: Weekly | Monthly, freeze_workdays: int, minutes_due: MinutesDue) -> Forum:
    return Forum(
        id="mudan-garden",
        tier="any",
        unit="mudan-garden",
        name=Name(zh="牡丹花园", en="Mudan Garden"),
        cadence=cadence,
        draft_workdays=freeze_workdays,
        freeze_workdays=freeze_workdays,
        minutes_due=minutes_due,
    )


def weekly(weekday: str, clock: str = "16:00", freeze: int = 0) -> Forum:
    cadence = Weekly.model_validate({"every": "week", "weekday": weekday, "time": clock, "minutes": 60})
    return forum(cadence, freeze, MinutesDue(hours=24))


def monthly(nth: int, weekday: str, freeze: int = 2) -> Forum:
    cadence = Monthly.model_validate(
        {"every": "month", "nth": nth, "weekday": weekday, "time": "15:00", "minutes": 120}
    )
    return forum(cadence, freeze, MinutesDue(workdays=2))


def at(day: str, clock: str = "00:00") -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), SHANGHAI)


def dates(held: tuple[Sitting, ...]) -> list[str]:
    return [one.starts_at.date().isoformat() for one in held]


weeklies = st.builds(weekly, st.sampled_from(WEEKDAYS), st.sampled_from(["09:00", "18:30"]), st.integers(0, 3))
monthlies = st.builds(monthly, st.sampled_from([1, 2, 3, 4, 5, -1]), st.sampled_from(WEEKDAYS), st.integers(0, 5))
any_forum = weeklies | monthlies
instants = st.datetimes(
    datetime.fromisoformat("2024-11-01"),
    datetime.fromisoformat("2027-03-01"),
    timezones=st.sampled_from([SHANGHAI, UTC]),
)


def test_a_monthly_meeting_on_the_first_wednesday() -> None:
    (march,) = sittings(monthly(1, "wednesday"), CALENDAR, at("2026-03-01"), at("2026-04-01"))
    assert march == Sitting(
        id="mudan-garden-2026-03",
        forum="mudan-garden",
        drafts_at=at("2026-03-02", "15:00"),
        starts_at=at("2026-03-04", "15:00"),
        ends_at=at("2026-03-04", "17:00"),
        freezes_at=at("2026-03-02", "15:00"),
        minutes_due=at("2026-03-06", "17:00"),
        provisional=False,
    )


def test_a_weekly_check_in_takes_a_case_on_until_it_starts_and_has_a_day_for_its_outcome() -> None:
    check_in = next_sitting(weekly("wednesday"), CALENDAR, at("2026-03-04", "15:59"))
    assert check_in.id == "mudan-garden-2026-W10"
    assert check_in.freezes_at == check_in.starts_at == at("2026-03-04", "16:00")
    assert check_in.minutes_due == at("2026-03-05", "17:00")
    assert next_sitting(weekly("wednesday"), CALENDAR, at("2026-03-04", "16:00")).id == "mudan-garden-2026-W11"


def test_a_case_that_comes_after_the_freeze_is_taken_by_the_next_sitting() -> None:
    meeting = monthly(1, "wednesday")
    assert next_sitting(meeting, CALENDAR, at("2026-03-02", "14:59")).id == "mudan-garden-2026-03"
    assert next_sitting(meeting, CALENDAR, at("2026-03-02", "15:00")).id == "mudan-garden-2026-04"


def test_a_make_up_saturday_is_a_day_to_sit_on() -> None:
    second_saturday = monthly(2, "saturday")
    (february,) = sittings(second_saturday, CALENDAR, at("2026-02-01"), at("2026-03-01"))
    assert february.starts_at == at("2026-02-14", "15:00")
    assert february.freezes_at == at("2026-02-12", "15:00")
    assert february.minutes_due == at("2026-02-25", "17:00")
    assert february == sitting(second_saturday, CALENDAR, "mudan-garden-2026-02")


def test_an_agenda_freezes_on_a_make_up_saturday_when_that_is_a_working_day_before() -> None:
    after_the_festival = next_sitting(monthly(4, "tuesday", freeze=1), CALENDAR, at("2026-02-10"))
    assert after_the_festival.starts_at == at("2026-02-24", "15:00")
    assert after_the_festival.freezes_at == at("2026-02-14", "15:00")


def test_a_sitting_in_the_national_day_holidays_moves_behind_them_and_keeps_its_id() -> None:
    moved = sitting(monthly(1, "friday"), CALENDAR, "mudan-garden-2026-10")
    assert moved.starts_at == at("2026-10-08", "15:00")
    assert moved.freezes_at == at("2026-09-29", "15:00")


def test_minutes_due_across_national_day_wait_for_working_days() -> None:
    last_of_september = sitting(monthly(-1, "wednesday"), CALENDAR, "mudan-garden-2026-09")
    assert last_of_september.ends_at == at("2026-09-30", "17:00")
    assert last_of_september.minutes_due == at("2026-10-09", "17:00")


def test_a_month_end_sitting_that_moves_into_the_next_month_keeps_its_months_id() -> None:
    new_year = sitting(monthly(1, "thursday"), CALENDAR, "mudan-garden-2026-01")
    assert new_year.starts_at == at("2026-01-04", "15:00")
    sunday = sitting(monthly(-1, "sunday"), CALENDAR, "mudan-garden-2026-05")
    assert sunday.starts_at == at("2026-06-01", "15:00")
    assert sunday in sittings(monthly(-1, "sunday"), CALENDAR, at("2026-06-01"), at("2026-06-02"))


def test_a_weekly_sitting_that_holidays_push_onto_the_next_one_is_not_held() -> None:
    wednesdays = weekly("wednesday")
    held = sittings(wednesdays, CALENDAR, at("2025-09-22"), at("2025-10-20"))
    assert dates(held) == ["2025-09-24", "2025-10-09", "2025-10-15"]
    assert [one.id[-3:] for one in held] == ["W39", "W41", "W42"]
    with pytest.raises(Refusal, match="unknown_sitting"):
        sitting(wednesdays, CALENDAR, "mudan-garden-2025-W40")


def test_a_moved_sitting_is_still_ahead_in_the_holidays_of_the_week_after() -> None:
    mondays = weekly("monday")
    assert next_sitting(mondays, CALENDAR, at("2026-02-22")).id == "mudan-garden-2026-W09"
    tuesdays = weekly("tuesday")
    assert next_sitting(tuesdays, CALENDAR, at("2026-02-18")).starts_at == at("2026-02-24", "16:00")
    thursdays = weekly("thursday")
    moved = next_sitting(thursdays, CALENDAR, at("2026-02-23"))
    assert (moved.id, moved.starts_at) == ("mudan-garden-2026-W08", at("2026-02-24", "16:00"))


def test_the_last_friday_of_each_month() -> None:
    year = sittings(monthly(-1, "friday"), CALENDAR, at("2026-03-01"), at("2026-08-01"))
    assert dates(year) == ["2026-03-27", "2026-04-24", "2026-05-29", "2026-06-26", "2026-07-31"]


def test_a_month_without_a_fifth_wednesday_has_no_sitting() -> None:
    fifth = monthly(5, "wednesday")
    assert dates(sittings(fifth, CALENDAR, at("2026-01-01"), at("2026-08-01"))) == [
        "2026-04-29",
        "2026-07-29",
    ]
    with pytest.raises(Refusal, match="unknown_sitting"):
        sitting(fifth, CALENDAR, "mudan-garden-2026-05")


def test_a_week_is_the_iso_week_of_the_rules_date() -> None:
    held = sittings(weekly("wednesday"), CALENDAR, at("2026-12-28"), at("2027-01-10"))
    assert [one.id for one in held] == ["mudan-garden-2026-W53", "mudan-garden-2027-W01"]


def test_a_sitting_in_an_unpublished_year_is_provisional_until_its_calendar_is_given() -> None:
    meeting = monthly(1, "friday")
    assert sitting(meeting, CALENDAR, "mudan-garden-2027-01") == Sitting(
        id="mudan-garden-2027-01",
        forum="mudan-garden",
        drafts_at=at("2026-12-30", "15:00"),
        starts_at=at("2027-01-01", "15:00"),
        ends_at=at("2027-01-01", "17:00"),
        freezes_at=at("2026-12-30", "15:00"),
        minutes_due=at("2027-01-05", "17:00"),
        provisional=True,
    )
    firm = sitting(meeting, CALENDAR_WITH_2027, "mudan-garden-2027-01")
    assert firm.starts_at == at("2027-01-04", "15:00")
    assert not firm.provisional


def test_a_sitting_of_december_is_provisional_if_its_minutes_reach_an_unpublished_year() -> None:
    december = sitting(monthly(5, "wednesday"), CALENDAR, "mudan-garden-2026-12")
    assert december.starts_at == at("2026-12-30", "15:00")
    assert december.provisional
    firm = sitting(monthly(5, "wednesday"), CALENDAR_WITH_A_LONG_NEW_YEAR, "mudan-garden-2026-12")
    assert firm.minutes_due == at("2027-01-08", "17:00")
    assert not firm.provisional


def test_minutes_due_in_hours_do_not_depend_on_next_years_calendar() -> None:
    new_years_eve = sitting(weekly("thursday"), CALENDAR, "mudan-garden-2026-W53")
    assert new_years_eve.minutes_due == at("2027-01-01", "17:00")
    assert not new_years_eve.provisional


@pytest.mark.parametrize(
    "sitting_id",
    [
        "mudan-garden",
        "mudan-garden-2026-W10",
        "mudan-garden-2026-13",
        "mudan-garden-2026-00",
        "mudan-garden-2026-3",
        "mudan-garden-2026-03-",
        "mudan-garden-2026-03\n",
        "mudan-garden-٢٠٢٦-03",
        "mudan-garden-9999-12",
        "mudan-2026-03",
        "",
    ],
)
def test_an_id_that_names_no_sitting_of_the_forum_is_refused(sitting_id: str) -> None:
    with pytest.raises(Refusal, match="unknown_sitting"):
        sitting(monthly(1, "wednesday"), CALENDAR, sitting_id)


@pytest.mark.parametrize("sitting_id", ["mudan-garden-2026-03", "mudan-garden-2026-W60", "mudan-garden-2025-W53"])
def test_a_weekly_forum_refuses_months_and_weeks_that_do_not_exist(sitting_id: str) -> None:
    with pytest.raises(Refusal, match="unknown_sitting"):
        sitting(weekly("monday"), CALENDAR, sitting_id)


def test_a_sittings_id_names_its_forum() -> None:
    assert forum_of("mudan-garden-2026-W10") == "mudan-garden"
    assert forum_of("nancheng-2026-03") == "nancheng"
    with pytest.raises(Refusal, match="unknown_sitting"):
        forum_of("nancheng")


def test_minutes_are_due_in_hours_or_in_workdays_never_both_or_neither() -> None:
    for fields in ({}, {"hours": 24, "workdays": 2}):
        with pytest.raises(ValidationError, match="either hours or workdays"):
            MinutesDue.model_validate(fields)


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        next_sitting(weekly("monday"), CALENDAR, datetime(2026, 3, 4))  # noqa: DTZ001


def tier(tier_id: str, meeting: str, cadence: Weekly | Monthly) -> Any:
    stage = SimpleNamespace(id="any", name=Name(zh=meeting, en="meeting"))
    return SimpleNamespace(
        id=tier_id, stage=stage, cadence=cadence, draft_workdays=0, freeze_workdays=0, minutes_due=MinutesDue(hours=24)
    )


def test_every_unit_of_every_tier_has_its_forum() -> None:
    estate, community = weekly("wednesday").cadence, monthly(1, "wednesday").cadence
    found = forums([tier("estate", "每周碰头", estate), tier("community", "月会", community)], ORGANISATION)
    expected = [unit.id for unit in (*ORGANISATION.units_at("estate"), *ORGANISATION.units_at("community"))]
    assert [one.id for one in found] == expected
    by_id = {one.id: one for one in found}
    assert by_id["mudan-garden"].name.zh == "牡丹花园 · 每周碰头"
    assert by_id["mudan-garden"].cadence == estate
    assert by_id["laocheng"].cadence == community


def test_an_estates_own_cadence_goes_before_its_tiers() -> None:
    found = forums([tier("estate", "每周碰头", weekly("wednesday").cadence)], ORGANISATION)
    by_id = {one.id: one for one in found}
    assert by_id["gulou-yuan"].cadence.weekday == "monday"
    assert {one.cadence.weekday for one in found} == {"monday", "tuesday", "wednesday", "thursday", "friday"}


def test_a_tier_that_the_organisation_lacks_is_refused() -> None:
    with pytest.raises(Refusal, match="unknown_tier"):
        forums([tier("district", "区级", weekly("monday").cadence)], ORGANISATION)


@given(any_forum, instants)
def test_the_next_sitting_always_still_takes_a_case_on(body: Forum, now: datetime) -> None:
    found = next_sitting(body, CALENDAR, now)
    assert now < found.freezes_at <= found.starts_at < found.ends_at <= found.minutes_due
    assert CALENDAR.is_workday(found.starts_at.date())
    assert sitting(body, CALENDAR, found.id) == found
    assert forum_of(found.id) == body.id


@given(any_forum, instants)
def test_no_sitting_that_still_takes_a_case_on_is_passed_over(body: Forum, now: datetime) -> None:
    found = next_sitting(body, CALENDAR, now)
    assert not [one for one in sittings(body, CALENDAR, now, found.starts_at) if one.freezes_at > now]


@given(any_forum, instants, instants)
def test_a_later_case_is_never_taken_by_an_earlier_sitting(body: Forum, one: datetime, other: datetime) -> None:
    first, second = sorted((one, other))
    assert next_sitting(body, CALENDAR, first).starts_at <= next_sitting(body, CALENDAR, second).starts_at


@given(any_forum, instants, st.timedeltas(timedelta(0), timedelta(days=200)))
def test_sittings_of_a_range_are_in_order_and_in_it_and_none_is_there_twice(
    body: Forum, start: datetime, length: timedelta
) -> None:
    found = sittings(body, CALENDAR, start, start + length)
    starts = [one.starts_at for one in found]
    assert starts == sorted(set(starts))
    assert len({one.id for one in found}) == len(found)
    assert all(start <= instant < start + length for instant in starts)


@given(any_forum, instants, st.timedeltas(timedelta(0), timedelta(days=100)))
def test_two_ranges_side_by_side_hold_what_the_whole_holds(body: Forum, start: datetime, length: timedelta) -> None:
    middle, end = start + length, start + 2 * length
    halves = sittings(body, CALENDAR, start, middle) + sittings(body, CALENDAR, middle, end)
    assert halves == sittings(body, CALENDAR, start, end)
