"""The time in the overview's address: Shanghai dates, both included; and the time that it is compared with."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from console.overview.periods import BadPeriod, Period

TODAY = date(2026, 3, 31)


def _read(today: date = TODAY, /, **sent: str) -> Period:
    return Period.read({name.rstrip("_"): value for name, value in sent.items()}, today)


def _days(period: Period) -> tuple[str, ...]:
    return tuple(day.isoformat() for day in (period.since, period.until, *period.before))


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("", ("2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28")),  # February has no more days
        ("month", ("2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28")),
        ("last_month", ("2026-02-01", "2026-02-28", "2026-01-01", "2026-01-31")),
        ("quarter", ("2026-01-01", "2026-03-31", "2025-10-01", "2025-12-29")),
        ("year", ("2026-01-01", "2026-03-31", "2025-01-01", "2025-03-31")),
    ],
)
def test_a_time_that_is_not_over_is_compared_with_as_many_days_of_the_one_before(
    period: str, days: tuple[str, ...]
) -> None:
    assert _days(_read(period=period)) == days


def test_a_month_that_has_just_begun_is_one_day() -> None:
    assert _days(_read(date(2026, 1, 1))) == ("2026-01-01", "2026-01-01", "2025-12-01", "2025-12-01")
    assert _days(_read(date(2026, 1, 1), period="last_month"))[:2] == ("2025-12-01", "2025-12-31")


def test_other_dates_are_compared_with_as_many_days_right_before() -> None:
    assert _days(_read(from_="2026-03-10", to="2026-03-12")) == ("2026-03-10", "2026-03-12", "2026-03-07", "2026-03-09")
    assert _days(_read(from_="2026-03-30"))[:2] == ("2026-03-30", "2026-03-31")
    assert _days(_read(to="2026-03-30"))[:2] == ("2026-03-30", "2026-03-30")


@pytest.mark.parametrize(
    ("sent", "field", "why"),
    [
        ({"from_": "2026-03-12", "to": "2026-03-11"}, "to", "backwards"),
        ({"from_": "2026-04-01"}, "to", "backwards"),
        ({"from_": "2000-01-01"}, "from", "too_long"),
        ({"from_": "yesterday"}, "from", "no_date"),
        ({"to": "0001-01-01"}, "to", "no_date"),
        ({"to": "9999-12-31"}, "to", "no_date"),
        ({"period": "week"}, "period", "unknown"),
    ],
)
def test_what_is_no_time_is_named_by_field(sent: dict[str, str], field: str, why: str) -> None:
    with pytest.raises(BadPeriod) as caught:
        _read(**sent)
    assert (caught.value.field, caught.value.why) == (field, f"overview.bad.{why}")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"period": "last_month"},
        {"period": "quarter"},
        {"period": "year"},
        {"from_": "2026-01-07", "to": "2026-02-07"},
    ],
)
def test_its_address_is_read_as_the_same_time(sent: dict[str, str]) -> None:
    period = _read(**sent)
    assert Period.read(period.query, TODAY) == period


def test_weeks_begin_on_monday_and_the_first_where_the_time_does() -> None:
    steps = _read(from_="2026-03-04", to="2026-03-17").steps
    assert steps == [date(2026, 3, 4), date(2026, 3, 9), date(2026, 3, 16)]
    assert _read(from_="2026-03-09", to="2026-03-09").steps == [date(2026, 3, 9)]


def test_more_than_a_year_goes_month_by_month() -> None:
    steps = _read(from_="2024-12-15", to="2026-03-01").steps
    assert steps[:3] == [date(2024, 12, 15), date(2025, 1, 1), date(2025, 2, 1)]
    assert steps[-1] == date(2026, 3, 1)
    longest = _read(from_="2021-04-01")
    assert len(longest.steps) == 60
    assert all(later - earlier <= timedelta(days=31) for earlier, later in pairwise(longest.steps))
