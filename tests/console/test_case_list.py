"""The case list and the board: filters in the address, counts, views, and files for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from console.cases.filters import Filter, kept_query
from services.problems import Problem
from tests.support.console import Visitor, text_of, visiting
from tests.support.stack import Caller, Stack


@pytest.fixture(scope="module")
def caller(stack: Stack) -> Iterator[Caller]:
    """An officer of an estate that no other test uses."""
    with stack.calling("estate-caozhou-li") as caller:
        yield caller


@pytest.fixture
def lane(stack: Stack) -> Iterator[Visitor]:
    """That estate's officer at the pages."""
    with visiting(stack, "estate-caozhou-li") as visitor:
        yield visitor


@pytest.fixture(scope="module")
def opened(caller: Caller) -> dict[str, str]:
    """Cases of all kinds, by what they are."""
    found = {
        "new": caller.open(estate="caozhou-li", category="noise", title="=HYPERLINK(1) 广场舞噪声"),
        "met": caller.open(estate="caozhou-li", category="water", title="水管漏水,二单元"),
        "climbed": caller.open(estate="caozhou-li", category="water", title="顶楼水压不足"),
        "closed": caller.open(estate="caozhou-li", category="refuse", title="垃圾清运"),
    }
    numbers = {name: str(case["number"]) for name, case in found.items()}
    caller.decide(numbers["met"], "contact", how="电话", outcome="已约")
    caller.decide(numbers["climbed"], "escalate", reason="需要社区协调")
    caller.decide(numbers["closed"], "reject", reason="不属于受理范围")
    return numbers


def _listed(visitor: Visitor, query: str) -> list[str]:
    answer = visitor.get(f"/cases?{query}")
    assert answer.status_code == 200, answer.text
    return re.findall(r'<tr data-number="([^"]+)"', answer.text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"new", "met", "climbed"}),
        ("status=closed", {"closed"}),
        ("status=all", {"new", "met", "climbed", "closed"}),
        ("closed_as=rejected", {"closed"}),
        ("tier=community", {"climbed"}),
        ("stage=check_in", {"met"}),
        ("category=water", {"met", "climbed"}),
        ("community=laocheng", {"new", "met", "climbed"}),
        ("community=heping", set()),
        ("overdue=1", set()),
        ("supervised=1", set()),
        ("q=" + quote("漏水"), {"met"}),
        ("opened_to=2020-01-01", set()),
        ("opened_from=2020-01-01", {"new", "met", "climbed"}),
        ("sort=longest&tier=estate", {"new", "met"}),
        ("company=mudan-jiayuan", set()),
        ("lead=urban", set()),
        ("mine=1", {"new", "met"}),
        ("nonsense=1&page=7", {"new", "met", "climbed"}),
    ],
)
def test_the_address_filters_the_list(lane: Visitor, opened: dict[str, str], query: str, found: set[str]) -> None:
    assert set(_listed(lane, query)) == {opened[name] for name in found}


def test_what_is_late_and_due_comes_first_and_pages_follow_each_other(stack: Stack, opened: dict[str, str]) -> None:
    with visiting(stack, "alliance") as alliance:
        pages, path = [], "/cases"
        while path:
            page = alliance.get(path).text
            pages.append(re.findall(r'<tr data-number="([^"]+)"', page))
            following = re.search(r'rel="next" href="([^"]+)"', page)
            path = following[1].replace("&amp;", "&") if following else ""
        numbers = [number for page in pages for number in page]
        assert len(numbers) == len(set(numbers)) >= 3
        assert all(len(page) == 50 for page in pages[:-1])


def test_counts_by_tier_and_stage_are_links(lane: Visitor, opened: dict[str, str]) -> None:
    page = lane.get("/cases?q=" + quote("漏水"))
    assert "1 件" in text_of(page.text)
    address = re.search(r'class="tally" href="([^"]+)">小区', page.text)
    assert address is not None
    assert set(_listed(lane, address[1].replace("&amp;", "&").partition("?")[2])) == {opened["met"]}


def test_a_filter_that_cannot_be_read_is_told_on_a_page(lane: Visitor) -> None:
    for query in ("opened_from=yesterday", "status=some", "sort=worst", "cursor=%7B%7D", "q=" + "a" * 201):
        answer = lane.get(f"/cases?{query}")
        assert answer.status_code == 422, query
        assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "query", ["opened_from=0001-01-01", "opened_to=9999-12-31", "opened_to=0001-01-01", "opened_from=9999-12-31"]
)
def test_dates_at_the_ends_of_time_are_told_and_no_fault(lane: Visitor, query: str) -> None:
    for path in ("/cases", "/cases/board", "/cases/export.csv", "/cases/export.xlsx"):
        assert lane.get(f"{path}?{query}").status_code == 422, path
    assert lane.post("/cases/views", {"name": "x", "query": query}).status_code == 422


def test_only_ones_own_scope_is_listed(opened: dict[str, str], other_estate: Visitor, supervisor: Visitor) -> None:
    asked = "estate=caozhou-li&status=all"
    assert _listed(other_estate, asked) == []
    assert set(opened.values()) <= set(_listed(supervisor, asked))


# ---------------------------------------------------------------- views


def test_a_view_is_kept_shown_and_removed(stack: Stack, lane: Visitor, community: Visitor) -> None:
    sent = lane.post("/cases/views", {"name": "本小区供水", "query": "category=water&sort=longest&nonsense=1"})
    assert sent.headers["location"] == "/cases?category=water&sort=longest"
    page = lane.get("/cases").text
    assert '<a href="/cases?category=water&amp;sort=longest">本小区供水</a>' in page
    assert "已保存视图" in page
    assert "本小区供水" not in community.get("/cases").text
    view = re.search(r'action="/cases/views/(\d+)/remove"', page)
    assert view is not None
    community.post(f"/cases/views/{view[1]}/remove")
    assert "本小区供水" in lane.get("/cases").text
    assert lane.post(f"/cases/views/{view[1]}/remove").status_code == 303
    assert "本小区供水" not in lane.get("/cases?a=1").text


def test_a_view_has_a_name_and_a_filter_that_can_be_read(lane: Visitor) -> None:
    assert lane.post("/cases/views", {"name": " "}).status_code == 422
    assert lane.post("/cases/views", {"name": "x", "query": "opened_from=never"}).status_code == 422
    assert lane.post("/cases/views", {"name": "x", "query": "&".join(["q=1"] * 60)}).status_code == 422
    assert lane.post("/cases/views", {"name": "13805301234", "query": ""}).status_code == 422


def test_a_view_keeps_the_filter_and_neither_its_page_nor_what_is_none() -> None:
    assert kept_query("tier=community&cursor=x&csrf=y&overdue=1&mine=0") == ("tier=community&overdue=1")


def test_a_filters_address_leaves_out_what_narrows_nothing() -> None:
    chosen = Filter.read({"tier": "community", "status": "open", "sort": "due", "q": " "}, "zh-CN")
    assert chosen.address() == "/cases?tier=community"
    assert chosen.address("/cases/board", tier="", overdue=True) == "/cases/board?overdue=1"
    assert chosen.narrows == 1
    with pytest.raises(Problem, match="invalid"):
        Filter.read({"status": "some"}, "zh-CN")


# ---------------------------------------------------------------- the board


def test_the_board_has_the_ladder_from_left_to_right_and_each_case_in_its_column(
    lane: Visitor, opened: dict[str, str]
) -> None:
    page = lane.get("/cases/board?q=" + quote("水")).text
    columns = re.findall(r'id="column-([a-z_]+)"', page)
    assert columns == [
        "contact",
        "check_in",
        "community",
        "alliance",
        "action",
        "suspended",
        "designation",
        "joint_response",
        "verification",
    ]
    at = {number: page.index(f'data-number="{number}"') for number in (opened["met"], opened["climbed"])}
    assert page.index("column-check_in") < at[opened["met"]] < page.index("column-community") < at[opened["climbed"]]
    assert opened["new"] not in page


def test_a_column_shows_the_first_due_and_leads_to_all_of_them(stack: Stack, caller: Caller) -> None:
    for n in range(14):
        caller.open(estate="caozhou-li", category="greening", title=f"绿化带杂草 {n}")
    with visiting(stack, "estate-caozhou-li") as lane:
        page = lane.get("/cases/board?category=greening").text
        assert len(re.findall("data-number=", page)) == 10
        more = re.search(r'href="([^"]+)">全部 14 件', page)
        assert more is not None
        assert len(_listed(lane, more[1].replace("&amp;", "&").partition("?")[2])) == 14


# ---------------------------------------------------------------- files


def test_the_list_is_written_as_csv_that_excel_reads(lane: Visitor, opened: dict[str, str]) -> None:
    answer = lane.get("/cases/export.csv?status=all&q=" + quote("水"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["编号"] for row in rows} == {opened["met"], opened["climbed"]}
    met = next(row for row in rows if row["编号"] == opened["met"])
    assert (met["标题"], met["小区"], met["阶段"]) == ("水管漏水,二单元", "曹州里", "每周碰头")
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", met[clock]) for clock in ("期限", "答复期限"))
    assert met["答复逾期"] == ""
    assert "王秀兰" not in answer.text


def test_no_cell_of_a_file_is_a_formula(lane: Visitor, opened: dict[str, str]) -> None:
    text = lane.get("/cases/export.csv?category=noise").content.decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(text)))["标题"] == "'=HYPERLINK(1) 广场舞噪声"
    cell = _sheet(lane.get("/cases/export.xlsx?category=noise").content).cell(2, 2)
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1) 广场舞噪声", "s")


@pytest.mark.parametrize("head", ["＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula_in_full_width_either(lane: Visitor, caller: Caller, head: str) -> None:
    caller.open(estate="caozhou-li", category="lift", title=f"{head}SUM(1) 电梯")
    text = lane.get("/cases/export.csv?category=lift").content.decode("utf-8-sig")
    assert f"'{head}SUM(1) 电梯" in {row["标题"] for row in csv.DictReader(io.StringIO(text))}
    sheet = _sheet(lane.get("/cases/export.xlsx?category=lift").content)
    (cell,) = [row[1] for row in sheet.iter_rows(min_row=2) if str(row[1].value).startswith(head)]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_a_list_is_searched_however_it_is_typed(lane: Visitor, caller: Caller) -> None:
    number = caller.open(estate="caozhou-li", category="security", title="８８号楼（北）门禁")["number"]
    for q in ("88号楼", "(北)门禁", number.replace("-", ""), number.lower().replace("-", " ")):
        assert _listed(lane, f"status=all&q={quote(q)}") == [number], q


def test_the_list_is_written_as_a_workbook(lane: Visitor, opened: dict[str, str]) -> None:
    answer = lane.get("/cases/export.xlsx?status=all")
    sheet = _sheet(answer.content)
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("编号", "标题", "层级")
    assert set(opened.values()) <= {row[0] for row in rows[1:]}
    assert isinstance(sheet.cell(2, 10).value, datetime)


def _sheet(content: bytes) -> Worksheet:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def test_an_export_is_noted_in_the_access_log(lane: Visitor, supervisor: Visitor) -> None:
    lane.get("/cases/export.csv")
    noted = text_of(supervisor.get("/audit?what=exported&account=estate-caozhou-li").text)
    assert "导出列表" in noted
    assert "estate-caozhou-li" in noted
