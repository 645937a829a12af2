"""Dates, times and lengths as people read them, in both languages; and nobody else writes any."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from babel import Locale

from domain.words import dates

ROOT = Path(__file__).parents[2]
NIGHT = datetime(2026, 9, 3, 16, 5, tzinfo=UTC)
"""Five past midnight on the next day in Shanghai, a Friday."""

FORMS: dict[Callable[[datetime, str], str], tuple[str, str]] = {
    dates.day: ("9月4日", "4 Sep"),
    dates.full_day: ("2026年9月4日", "4 September 2026"),
    dates.month: ("2026年9月", "September 2026"),
    dates.weekday: ("周五", "Fri"),
    dates.weekday_head: ("五", "Fri"),
    dates.weekday_initial: ("五", "F"),
    dates.short_day: ("9/4", "4 Sep"),
    dates.short_month: ("26/9", "Sep 26"),
    dates.moment: ("9月4日 00:05", "4 Sep 00:05"),
    dates.full_moment: ("2026年9月4日 00:05", "4 September 2026, 00:05"),
    dates.moment_with_weekday: ("2026年9月4日 周五 00:05", "Fri 4 Sep 2026 00:05"),
}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_an_instant_is_told_on_shanghais_clock_in_both_languages(form: Callable[[datetime, str], str]) -> None:
    assert (form(NIGHT, "zh-CN"), form(NIGHT, "en")) == FORMS[form]


def test_weekdays_and_months_have_names() -> None:
    assert (dates.weekday_name("wednesday", "zh-CN"), dates.weekday_name("wednesday", "en")) == ("周三", "Wednesday")
    assert (dates.month_name(12, "zh-CN"), dates.month_name(12, "en")) == ("12月", "December")
    assert [dates.weekday(day, "en") for day in dates.WEEK][::6] == ["Mon", "Sun"]


def test_a_date_is_told_as_it_is() -> None:
    assert dates.full_day(date(2026, 9, 3), "zh-CN") == "2026年9月3日"
    assert dates.day(date(9999, 12, 31), "en") == "31 Dec"


def test_the_year_is_told_where_it_is_another() -> None:
    near, far = NIGHT + timedelta(days=2), datetime(2025, 12, 31, 16, 0, tzinfo=UTC) - timedelta(minutes=1)
    assert dates.near_moment(NIGHT, near, "zh-CN") == "9月4日 00:05"
    assert dates.near_day(NIGHT, near, "en") == "4 Sep"
    assert dates.near_moment(far, near, "zh-CN") == "2025年12月31日 23:59"
    assert dates.near_moment(far, near, "en") == "31 December 2025, 23:59"
    assert dates.near_day(far, near, "en") == "31 December 2025"


def test_a_session_is_told_from_its_begin_to_its_end() -> None:
    told = [dates.from_to(NIGHT, NIGHT + timedelta(hours=2), language) for language in ("zh-CN", "en")]
    assert told == ["2026年9月4日（星期五）00:05—02:05", "Friday, 4 September 2026, 00:05–02:05"]


def test_in_figures_a_table_is_the_same_in_both_languages() -> None:
    assert (dates.in_figures(NIGHT), dates.in_figures(NIGHT, year=False)) == ("2026-09-04 00:05", "09-04 00:05")
    assert dates.hour(NIGHT) == "00:05"


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        ("2026-03-04", "2026年3月4日", "4 March 2026"),
        ("2026-03-04T07:00:00+00:00", "2026年3月4日 15:00", "4 March 2026, 15:00"),
        ("2026-03-04T15:00:00.5+08:00", "2026年3月4日 15:00", "4 March 2026, 15:00"),
        *(
            (same, same, same)
            for same in ("2026-13-04", "2026-03", "NC-2026-000001", "2026-03-04T15:00", "9026-03-04T15:00:00Z", "")
        ),
    ],
)
def test_what_the_log_and_the_api_write_is_put_in_words(written: str, zh: str, en: str) -> None:
    assert (dates.as_told(written, "zh-CN"), dates.as_told(written, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("length", "zh", "en"),
    [
        (timedelta(), "1 分钟", "1 min"),
        (timedelta(minutes=65), "1 小时 5 分钟", "1 h 5 min"),
        (timedelta(hours=3), "3 小时", "3 h"),
        (timedelta(days=2, hours=3, minutes=59), "2 天 3 小时", "2 d 3 h"),
        (timedelta(days=10, hours=23), "10 天", "10 d"),
    ],
)
def test_a_length_is_told_in_its_two_largest_units(length: timedelta, zh: str, en: str) -> None:
    assert (dates.length(length, "zh-CN"), dates.length(length, "en")) == (zh, en)
    told = [dates.ago(NIGHT, NIGHT + length, language) for language in ("zh-CN", "en")]
    assert told == ([f"{zh}前", f"{en} ago"] if length else ["刚刚", "just now"])


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        ("30min", "30 分钟", "30 min"),
        ("24h", "24 小时", "24 h"),
        ("2workdays", "2 个工作日", "2 working days"),
        ("1workday", "1 个工作日", "1 working day"),
        ("1month", "1 个月", "1 month"),
        ("6months", "6 个月", "6 months"),
        ("2w", "2 周", "2 wk"),
        ("3d", "3 天", "3 d"),
    ],
)
def test_a_length_as_policies_write_it_is_told_in_words(span: str, zh: str, en: str) -> None:
    assert (dates.span(span, "zh-CN"), dates.span(span, "en")) == (zh, en)


# ---------------------------------------------------------------- nobody else

OTHERS = ("tests", "bench", "docs", "build")
SOURCES = [
    path
    for package in sorted(ROOT.iterdir())
    if package.is_dir() and package.name not in OTHERS and not package.name.startswith(".")
    for path in sorted(package.rglob("*.py"))
    if path != Path(dates.__file__) and "migrations" not in path.parts
]
NAMES = {
    name
    for language in ("zh", "en")
    for width in ("wide", "abbreviated")
    for names in (Locale(language).months["format"][width], Locale(language).days["format"][width])
    for name in names.values()
} - {"May"}


def written(tree: ast.AST) -> Iterator[str]:
    """What writes a date by hand: a format with ``%``, a figure beside 年, 月 or 日, a month's or weekday's name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("strftime", "ctime", "month_abbr"):
            yield node.attr
        if (
            isinstance(node, ast.FormattedValue)
            and node.format_spec is not None
            and "%" in ast.unparse(node.format_spec)
        ):
            yield ast.unparse(node.format_spec)
        if isinstance(node, ast.JoinedStr):
            yield from (text for text in _texts(node) if text[:1] in ("年", "月", "日"))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in NAMES:
            yield node.value
        if isinstance(node, ast.ImportFrom | ast.Import) and "babel" in ast.unparse(node):
            yield "babel"


def _texts(node: ast.JoinedStr) -> Iterator[str]:
    """What stands right behind a gap."""
    for before, part in zip(node.values, node.values[1:], strict=False):
        if isinstance(before, ast.FormattedValue) and isinstance(part, ast.Constant):
            yield str(part.value)


def test_nobody_else_writes_dates() -> None:
    found = {str(path.relative_to(ROOT)): list(written(ast.parse(path.read_text("utf-8")))) for path in SOURCES}
    assert len(found) > 200
    assert {path: by_hand for path, by_hand in found.items() if by_hand} == {}


@pytest.mark.parametrize(
    "source",
    [
        "x.strftime('%d')",
        "f'{at:%H:%M}'",
        "f'{on.month}月{on.day}日'",
        "_M = ('Jan', 'Feb')",
        "import babel.dates",
        "'周三'",
    ],
)
def test_who_does_is_found(source: str) -> None:
    assert list(written(ast.parse(source)))


def test_no_template_writes_dates() -> None:
    for path in sorted((ROOT / "console" / "templates").rglob("*.html")):
        assert "strftime" not in path.read_text("utf-8"), path
