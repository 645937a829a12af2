"""Charts say what their figures say, in SVG that a strict policy lets through."""

from __future__ import annotations

from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup

from console.overview.charts import Column, Mark, flow, share_bar, spread, trend
from console.overview.overview import class_names, percent, place, step_name
from console.overview.periods import Period
from domain.figures import Step


def _drawn(chart: Markup) -> ET.Element:
    """Well-formed, and without what the Content-Security-Policy forbids."""
    assert "style" not in chart
    assert "<script" not in chart
    return ET.fromstring(chart)


def _some(svg: ET.Element, tag: str, kind: str) -> list[ET.Element]:
    return [one for one in svg.iter(tag) if kind in (one.get("class") or "").split()]


def _texts(svg: ET.Element, kind: str) -> list[str]:
    return [one.text or "" for one in _some(svg, "text", kind)]


def test_a_chart_is_an_image_with_a_title_and_a_description() -> None:
    svg = _drawn(flow("weeks", "每周受理与办结", "共 2 段", [Column("3/2", 3, 1), Column("3/9", 0, 2)]))
    assert svg.get("role") == "img"
    assert (svg.get("aria-labelledby"), svg.get("aria-describedby")) == ("weeks-title", "weeks-told")
    assert [(one.tag, one.get("id"), one.text) for one in list(svg)[:2]] == [
        ("title", "weeks-title", "每周受理与办结"),
        ("desc", "weeks-told", "共 2 段"),
    ]


def test_what_came_stands_above_the_axis_and_what_went_below_each_as_tall_as_its_number() -> None:
    svg = _drawn(flow("f", "t", "d", [Column("a", 4, 1), Column("b", 2, 3)]))
    ups, downs = [
        [float(one.get("height", 0)) for one in _some(svg, "rect", kind)] for kind in ("chart__up", "chart__down")
    ]
    assert ups[0] == pytest.approx(2 * ups[1], abs=0.05)
    assert downs[1] == pytest.approx(3 * downs[0], abs=0.05)
    assert ups[1] == pytest.approx(2 * downs[0], abs=0.05)
    assert _texts(svg, "chart__value") == ["4", "1", "2", "3"]
    assert _texts(svg, "chart__name") == ["a", "b"]


@pytest.mark.parametrize(
    ("columns", "shown", "on_a_phone"), [(9, 9, 9), (20, 20, 10), (53, 18, 9), (60, 20, 10), (1, 1, 1)]
)
def test_labels_are_thinned_out_where_there_are_many(columns: int, shown: int, on_a_phone: int) -> None:
    svg = _drawn(flow("f", "t", "d", [Column(str(n), 1, 1) for n in range(columns)]))
    names = _some(svg, "text", "chart__name")
    assert len(names) == shown
    assert len([one for one in names if "chart__wide" not in (one.get("class") or "")]) == on_a_phone
    assert len(_some(svg, "rect", "chart__up")) == columns


def test_a_spread_has_its_counts_and_its_marks_in_words() -> None:
    svg = _drawn(
        spread("s", "t", "d", ["<1", "1–3", "≥3"], [1, 4, 0], [Mark(1.5, "中位 2 天"), Mark(2.9, "九成 3 天")])
    )
    assert _texts(svg, "chart__value") == ["1", "4"]
    assert _texts(svg, "chart__mark") == ["中位 2 天", "九成 3 天"]
    assert [one.get("x1") for one in _some(svg, "line", "chart__markline")] == ["50%", "96.67%"]


def test_a_trend_is_broken_where_there_is_nothing() -> None:
    svg = _drawn(trend("r", "t", "d", [1.0, 0.5, None, 0.0, None, 0.25, 0.25]))
    assert len(_some(svg, "line", "chart__trend")) == 2
    assert len(_some(svg, "circle", "chart__alone")) == 1
    assert [one.get("cx") for one in _some(svg, "circle", "chart__last")] == ["92.86%"]


def test_charts_of_nothing_are_drawn_without_a_fault() -> None:
    for chart in (flow("f", "t", "d", []), spread("s", "t", "d", ["<1"], [0], []), trend("r", "t", "d", [None])):
        _drawn(chart)
    assert share_bar(None) == ""


def test_a_bar_is_filled_by_its_share_and_hatched_by_what_is_late() -> None:
    svg = _drawn(share_bar(0.5, 0.25))
    assert [one.get("width") for one in svg.iter("rect")] == ["100%", "50%", "25%", "25%"]
    assert [one.get("fill") for one in _some(svg, "rect", "chart__hatch")] == ["url(#hatch)"]
    assert svg.get("aria-hidden") == "true"


def test_words_in_a_chart_are_words_whatever_is_in_them() -> None:
    svg = _drawn(flow("f", "<b>&", '"</desc>', [Column("<script>", 1, 0)]))
    assert _texts(svg, "chart__name") == ["<script>"]


@pytest.mark.parametrize(
    ("days", "at"),
    [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (2.0, 1.5), (45.0, 5.5), (60.0, 6.0), (80.0, 6.5), (100.0, 7.0)],
)
def test_a_length_stands_in_its_class(days: float, at: float) -> None:
    assert place(timedelta(days=days), timedelta(days=100)) == pytest.approx(at)
    assert class_names() == ["<1", "1–3", "3–7", "7–14", "14–30", "30–60", "≥60"]


def test_a_week_is_called_by_its_first_day_and_a_month_by_its_name() -> None:
    weekly = Period.read({"from": "2026-03-02", "to": "2026-03-20"}, date(2026, 3, 31))
    monthly = Period.read({"from": "2024-12-02", "to": "2026-03-20"}, date(2026, 3, 31))
    step = Step(since=date(2026, 3, 2), until=date(2026, 3, 8))
    assert [step_name(step, weekly, language) for language in ("zh-CN", "en")] == ["3/2", "2 Mar"]
    assert [step_name(step, monthly, language) for language in ("zh-CN", "en")] == ["26/3", "Mar 26"]


def test_a_share_is_shown_to_a_tenth_of_a_per_cent() -> None:
    assert [percent(share) for share in (None, 0.0, 0.9234, 0.9999, 1.0)] == ["—", "0.0%", "92.3%", "100%", "100%"]
