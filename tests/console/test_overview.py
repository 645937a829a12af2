"""The overview over HTTP: its figures are the function's, in each one's scope, and each leads to its cases."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from console.overview.overview import COUNTS, RATES, count, percent, rate
from domain.figures import Figures
from domain.policy.calendar import shanghai
from store.accounts import Post
from store.database import connect
from store.rulebook import Rulebook
from store.statistics import statistics, statistics_by
from tests.support.accounts import added, apart
from tests.support.console import Visitor, text_of, visiting
from tests.support.stack import Stack

ESTATE, NEXT, COMMUNITY = "mudan-garden", "gulou-yuan", "laocheng"


@pytest.fixture(scope="module")
def stack(town: Stack) -> Stack:
    """The module's own, since it moves the time."""
    return town


@pytest.fixture(scope="module")
def lived(stack: Stack) -> dict[str, str]:
    """Cases of two estates that no other test uses, by what became of them."""
    with stack.calling("alliance") as alliance, stack.calling() as resident:
        late = alliance.open(estate=NEXT, category="noise")
        alliance.pass_time(late["number"], days=2)
        opened = {"late": late} | {
            name: alliance.open(estate=estate, category=category)
            for name, estate, category in (
                ("new", ESTATE, "noise"),
                ("rejected", ESTATE, "noise"),
                ("up", ESTATE, "parking"),
                ("solved", ESTATE, "parking"),
                ("unsatisfied", ESTATE, "greening"),
                ("disputed", ESTATE, "greening"),
                ("there", NEXT, "noise"),
            )
        }
        numbers = {name: str(case["number"]) for name, case in opened.items()}
        alliance.decide(numbers["rejected"], "reject", reason="不属于受理范围")
        alliance.decide(numbers["up"], "escalate", reason="需要社区协调")
        for name, word in (("solved", _stars(5)), ("unsatisfied", _stars(2)), ("disputed", _DISPUTE)):
            alliance.decide(numbers[name], "resolve", what_was_done="已处理")
            told = {"code": opened[name]["code"], **word}
            assert resident.post(f"/cases/{numbers[name]}/word", told).status_code == 200
        with stack.calling("supervisor") as supervisor:
            supervisor.decide(numbers["up"], "supervise", reason="多次反映")
    return numbers


def _stars(stars: int) -> dict[str, Any]:
    return {"kind": "confirm", "stars": stars}


_DISPUTE = {"kind": "dispute", "reason": "还是老样子"}


@pytest.fixture(scope="module")
def officer_there(stack: Stack, lived: dict[str, str]) -> Iterator[Visitor]:
    """The estate's officer."""
    with visiting(stack, added(stack, Post("officer", ESTATE))) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def station(stack: Stack, lived: dict[str, str]) -> Iterator[Visitor]:
    """The community's officer."""
    with visiting(stack, added(stack, Post("officer", COMMUNITY))) as visitor:
        yield visitor


def _now(stack: Stack) -> datetime:
    with stack.calling() as anybody:
        return anybody.now()


def _this_month(now: datetime) -> tuple[date, date]:
    today = shanghai(now).date()
    return today.replace(day=1), today


def _figures(stack: Stack, unit: str | None) -> Figures:
    now = _now(stack)

    async def ask() -> Figures:
        pool = await connect(stack.settings.database())
        try:
            return await statistics(pool, *_this_month(now), unit=unit, now=now)
        finally:
            await pool.close()

    return apart(ask())


def _by(stack: Stack, by: Any, unit: str | None) -> dict[str, Figures]:
    now = _now(stack)

    async def ask() -> dict[str, Figures]:
        pool = await connect(stack.settings.database())
        try:
            rulebook = Rulebook(pool)
            await rulebook.refresh()
            organisation = rulebook.current.organisation
            return dict(await statistics_by(pool, by, *_this_month(now), organisation, unit=unit, now=now))
        finally:
            await pool.close()

    return apart(ask())


def _page(visitor: Visitor, path: str = "/overview") -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def _tile(page: str, id: str) -> str:
    return page.partition(f'id="{id}"')[2].partition("</article>")[0]


def _value(page: str, id: str) -> str:
    found = re.search(r'class="tile__value">(.*?)</p>', _tile(page, id), re.DOTALL)
    assert found
    return text_of(found[1]).strip()


def _listed(visitor: Visitor, path: str) -> list[str]:
    """The numbers of a list, page after page."""
    numbers: list[str] = []
    while path:
        page = _page(visitor, path)
        numbers += re.findall(r'<tr data-number="([^"]+)"', page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        path = html.unescape(more[1]) if more else ""
    return numbers


def _links(part: str) -> list[tuple[str, str]]:
    """Where the links of a part lead, and what they say."""
    found = re.findall(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', part, re.DOTALL)
    return [(html.unescape(path), text_of(words).strip()) for path, words in found]


# ---------------------------------------------------------------- figures


def test_the_figures_on_the_page_are_the_functions(stack: Stack, officer_there: Visitor) -> None:
    page, figures = _page(officer_there), _figures(stack, ESTATE)
    for name in RATES:
        assert _value(page, f"rate-{name}") == percent(rate(figures, name).share), name
    for measure in COUNTS:
        assert _value(page, f"count-{measure}") == str(count(figures, measure)), measure
    assert (figures.opened, figures.closed_in_all, figures.supervised, figures.disputed) == (6, 3, 1, 1)
    assert [_value(page, f"rate-{name}") for name in RATES] == ["100%", "66.7%", "33.3%", "100%"]


def test_who_sees_everything_is_shown_everything(stack: Stack, supervisor: Visitor, lived: dict[str, str]) -> None:
    page, figures = _page(supervisor), _figures(stack, None)
    assert _value(page, "count-opened") == str(figures.opened)
    assert _value(page, "rate-response") == percent(figures.response.share)
    assert "全部单位" in page


def test_a_community_sees_its_own_cases_and_no_others(stack: Stack, station: Visitor, supervisor: Visitor) -> None:
    page = _page(station)
    assert _value(page, "count-opened") == str(_figures(stack, COMMUNITY).opened)
    assert "广福社区" not in text_of(page)
    mine = set(_listed(station, "/overview/cases?figure=opened"))
    assert mine <= set(_listed(supervisor, "/overview/cases?figure=opened"))
    for path in (
        "/overview/cases?figure=opened&community=guangfu",
        "/overview/cases?figure=opened&estate=guangfu-huating",
    ):
        assert _listed(station, path) == []


def test_figures_are_told_apart_by_what_there_is_more_than_one_of(
    officer_there: Visitor, station: Visitor, supervisor: Visitor
) -> None:
    tabs = [
        re.findall(r'href="/overview\?by=(\w+)#tables"', _page(visitor))
        for visitor in (officer_there, station, supervisor)
    ]
    assert tabs == [["category"], ["estate", "company", "category"], ["community", "estate", "company", "category"]]


def test_departments_and_strangers_have_no_overview(department: Visitor, nobody: Visitor) -> None:
    for path in ("/overview", "/overview/cases?figure=late", "/overview/figures.csv"):
        assert department.get(path).status_code == 403
        assert nobody.get(path).headers["location"].startswith("/sign-in")
    assert "/overview" not in department.get("/").text


# ---------------------------------------------------------------- its cases


def test_every_number_leads_to_exactly_so_many_cases(officer_there: Visitor) -> None:
    page = _page(officer_there)
    followed = 0
    for id in (*(f"rate-{name}" for name in RATES), *(f"count-{measure}" for measure in COUNTS)):
        for path, words in _links(_tile(page, id)):
            number = re.search(r"\d+", words)
            assert number, words
            assert len(_listed(officer_there, path)) == int(number[0]), (path, words)
            followed += 1
    assert followed >= len(COUNTS) + 2 * len(RATES)


@pytest.mark.parametrize("by", ["estate", "company", "category"])
def test_every_number_of_a_table_leads_to_exactly_so_many_cases(stack: Stack, station: Visitor, by: str) -> None:
    page = _page(station, f"/overview?by={by}")
    table = page.partition("table--figures")[2]
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", table.partition("<tbody>")[2], re.DOTALL)
    assert len(rows) == len(_by(stack, by, COMMUNITY))
    for row in rows:
        for path, words in _links(row):
            assert len(_listed(station, path)) == int(words), (path, words)


def test_the_cases_are_those_that_it_happened_to(
    officer_there: Visitor, station: Visitor, lived: dict[str, str]
) -> None:
    assert _listed(officer_there, "/overview/cases?figure=satisfied") == [lived["solved"]]
    assert set(_listed(officer_there, "/overview/cases?figure=confirmed")) == {lived["solved"], lived["unsatisfied"]}
    assert _listed(officer_there, "/overview/cases?figure=disputed") == [lived["disputed"]]
    assert _listed(officer_there, "/overview/cases?figure=rejected&category=noise") == [lived["rejected"]]
    assert lived["up"] in _listed(station, "/overview/cases?figure=supervised")
    assert _listed(officer_there, "/overview/cases?figure=opened&from=2020-01-01&to=2020-12-31") == []


def test_a_time_that_is_over_is_shown_as_it_was(officer_there: Visitor) -> None:
    page = _page(officer_there, "/overview?from=2020-01-01&to=2020-12-31")
    assert _value(page, "count-opened") == "0"
    assert _value(page, "rate-response") == "—"
    assert "这段时间没有数据" in page


# ---------------------------------------------------------------- what is late, tables, files


def test_what_is_late_is_named_with_what_was_missed_and_what_it_waits_for(
    station: Visitor, lived: dict[str, str]
) -> None:
    part = text_of(_page(station).partition('id="late"')[2].partition("</section>")[0])
    assert lived["late"] in part
    assert "超时未联系" in part
    assert "每周碰头" in part


def test_a_table_is_sorted_by_the_address(station: Visitor) -> None:
    def names(query: str) -> list[str]:
        table = _page(station, f"/overview?by=category&{query}").partition("table--figures")[2]
        return re.findall(r'<th scope="row">(.*?)</th>', table)

    falling = names("sort=opened&order=down")
    assert names("sort=opened&order=up") != falling
    assert names("sort=nonsense") == names("sort=opened")
    assert sorted(names("sort=name")) == sorted(falling)
    assert (
        names("sort=satisfaction&order=up")[-1] == names("sort=satisfaction&order=down")[-1] == "噪声扰民"
    )  # has none


def test_the_table_as_a_file_has_the_same_figures(stack: Stack, station: Visitor) -> None:
    answer = station.get("/overview/figures.csv?by=estate")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "overview-estate-" in answer.headers["content-disposition"]
    assert answer.text.startswith("\ufeff小区,受理,办结,")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    figures = _by(stack, "estate", COMMUNITY)
    assert len(rows) == len(figures) + 1
    assert sorted(int(row["受理"]) for row in rows[:-1]) == sorted(one.opened for one in figures.values())
    whole = _figures(stack, COMMUNITY)
    assert rows[-1]["小区"] == "合计"
    for name, measure in (("受理", "opened"), ("逾期", "late"), ("重办", "disputed"), ("已解决", "settled")):
        assert int(rows[-1][name]) == count(whole, measure)
    assert (int(rows[-1]["响应率：分子"]), int(rows[-1]["响应率：分母"])) == (whole.response.part, whole.response.whole)


# ---------------------------------------------------------------- what is asked wrongly


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-03-02&to=2026-03-01", "结束日期早于开始日期"),
        ("from=x", "请填写日期"),
        ("period=week", "没有这个时间段"),
        ("from=2000-01-01&to=2026-01-01", "时间段最长五年"),
    ],
)
def test_a_time_that_there_is_not_is_told_in_the_form(officer_there: Visitor, query: str, said: str) -> None:
    answer = officer_there.get(f"/overview?{query}")
    assert answer.status_code == 422
    assert said in answer.text
    for path in ("/overview/cases?figure=late&", "/overview/figures.csv?"):
        assert officer_there.get(path + query).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/overview/cases",
        "/overview/cases?figure=nonsense",
        "/overview/cases?figure=late&page=0",
        "/overview/cases?figure=late&estate=%00",
        "/overview?by=street",
        "/overview/figures.csv?by=x",
        "/overview?order=sideways",
    ],
)
def test_what_is_no_question_is_refused(officer_there: Visitor, path: str) -> None:
    assert officer_there.get(path).status_code == 422


def test_ids_that_there_are_not_have_no_cases(officer_there: Visitor) -> None:
    for query in ("category=%EF%BF%BD", "company=-", "community=none", "page=9"):
        assert officer_there.get(f"/overview/cases?figure=opened&{query}").status_code == 200


def test_the_page_is_light(supervisor: Visitor) -> None:
    for by in ("community", "estate", "company", "category"):
        assert len(_page(supervisor, f"/overview?period=year&by={by}").encode()) < 150_000
