"""The case list: filters, scope, search, pages."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from domain.errors import Refusal
from store.cases import AnswerFilter, CaseList, CaseQuery
from store.database import connect
from store.log import EventLog
from tests.store.given import OPENED, recorded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from store.database import Pool
    from tests.conftest import Database

LAOCHENG = {"estate": "mudan", "community": "laocheng", "units": ["mudan", "laocheng", "nancheng"]}
HUAFU = {"estate": "huafu", "community": "laocheng", "units": ["huafu", "laocheng", "nancheng"]}
DONGGUAN = {"estate": "jinxiu", "community": "dongguan", "units": ["jinxiu", "dongguan", "nancheng"]}
CASES: Mapping[str, Mapping[str, object]] = {
    "NC-2026-000001": {
        **LAOCHENG,
        "category": "lift",
        "stage": "closed",
        "closed_at": OPENED,
        "resident": "r-1",
    },
    "NC-2026-000002": {**LAOCHENG, "category": "water", "tier": "community", "stage": "community"},
    "NC-2026-000003": {
        **HUAFU,
        "category": "lift",
        "overdue": True,
        "lead": "fire",
        "co_handlers": ["police"],
    },
    "NC-2026-000004": {**HUAFU, "category": "fees", "emergency_id": "EM-1", "supervised": True},
    "NC-2026-000005": {**DONGGUAN, "category": "lift", "lead": "urban", "co_handlers": ["fire", "social"]},
    "NC-2027-000001": {**DONGGUAN, "category": "noise", "tier": "alliance", "overdue": True},
}
TITLES = {
    "NC-2026-000001": "3号楼电梯停运，老人上不了楼",
    "NC-2026-000002": "地下车库漏水",
    "NC-2026-000003": "电梯困人 Lift ABC",
    "NC-2026-000004": "物业费收费不公开",
    "NC-2027-000001": "广场舞噪音",
}


@pytest.fixture(scope="module")
def filled(new_database: Callable[[], Database]) -> Database:
    return new_database()


@pytest.fixture
async def cases(filled: Database) -> AsyncIterator[CaseList]:
    pool = await connect(filled.dsn, max_size=4)
    listed = CaseList(pool)
    if await listed.count(CaseQuery()) == 0:
        log = EventLog(pool)
        for day, (number, fields) in enumerate(CASES.items()):
            changes: dict[str, Any] = {"opened_at": OPENED + timedelta(days=day // 2), **fields}
            await recorded(log, number, **changes)
        for number, title in TITLES.items():
            await listed.put_title(number, "r-1" if number.endswith("1") else "r-2", title)
    yield listed
    await pool.close()


async def numbers(cases: CaseList, query: CaseQuery) -> list[str]:
    """The ends of the numbers found, in order of number; the count must agree."""
    page = await cases.page(query)
    assert await cases.count(query) == len(page.items)
    assert page.next_cursor is None
    return sorted(item.number[5:] for item in page.items)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (CaseQuery(), "26-000001 26-000002 26-000003 26-000004 26-000005 27-000001"),
        (CaseQuery(open=True), "26-000002 26-000003 26-000004 26-000005 27-000001"),
        (CaseQuery(open=False), "26-000001"),
        (CaseQuery(tier="alliance"), "27-000001"),
        (CaseQuery(stage="community"), "26-000002"),
        (CaseQuery(estate="huafu"), "26-000003 26-000004"),
        (CaseQuery(community="laocheng", category="lift"), "26-000001 26-000003"),
        (CaseQuery(overdue=True), "26-000003 27-000001"),
        (CaseQuery(overdue=False, community="dongguan"), "26-000005"),
        (CaseQuery(emergency=True), "26-000004"),
        (CaseQuery(emergency=False, estate="huafu"), "26-000003"),
        (CaseQuery(supervised=True), "26-000004"),
        (CaseQuery(resident="r-1"), "26-000001"),
        (CaseQuery(estate="nowhere"), ""),
    ],
)
async def test_a_filter_narrows_the_list_and_the_count(cases: CaseList, query: CaseQuery, found: str) -> None:
    assert await numbers(cases, query) == found.split()


@pytest.mark.parametrize(
    ("units", "departments", "found"),
    [
        (("mudan",), None, "1 2"),
        (("laocheng",), None, "1 2 3 4"),
        (("mudan", "jinxiu"), None, "1 2 5 7"),
        (("nancheng",), None, "1 2 3 4 5 7"),
        (("nowhere",), None, ""),
        ((), None, ""),
        (None, ("fire",), "3 5"),
        (None, ("police",), "3"),
        (("mudan",), ("fire",), "1 2 3 5"),
        ((), ("urban",), "5"),
    ],
)
async def test_one_sees_the_cases_of_ones_units_and_departments(
    cases: CaseList, units: tuple[str, ...] | None, departments: tuple[str, ...] | None, found: str
) -> None:
    seen = await numbers(cases, CaseQuery(units=units, departments=departments))
    assert ["7" if number.startswith("27") else number[-1] for number in seen] == found.split()


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("电梯", "1 3"),
        ("梯", "1 3"),
        ("电梯停运", "1"),
        ("电梯 老人", "1"),
        ("停运电梯", ""),
        ("lift", "3"),
        ("LIFT aBc", "3"),
        ("火星", ""),
        ("nc-2026-", "1 2 3 4 5"),
        ("NC-2026-000002", "2"),
        ("NC-2028", ""),
        ("  ", "1 2 3 4 5 7"),
        ("%", ""),
        ("{}", ""),
    ],
)
async def test_search_finds_words_of_the_title_and_beginnings_of_numbers(cases: CaseList, q: str, found: str) -> None:
    seen = await numbers(cases, CaseQuery(q=q))
    assert ["7" if number.startswith("27") else number[-1] for number in seen] == found.split()


async def test_search_stays_within_the_scope(cases: CaseList) -> None:
    assert await numbers(cases, CaseQuery(q="电梯", units=("huafu",), departments=("urban",))) == ["26-000003"]


async def test_pages_follow_each_other_newest_first_without_gap_or_repeat(cases: CaseList) -> None:
    seen: list[str] = []
    query = CaseQuery(limit=2)
    while True:
        page = await cases.page(query)
        seen += [item.number for item in page.items]
        if page.next_cursor is None:
            break
        query = CaseQuery(limit=2, cursor=page.next_cursor)
    assert seen == sorted(CASES, reverse=True)
    assert [row.number for row in await cases.all(CaseQuery(limit=1))] == seen


async def test_a_page_has_at_least_one_case_and_never_more_than_200(cases: CaseList) -> None:
    assert len((await cases.page(CaseQuery(limit=0))).items) == 1
    assert len((await cases.page(CaseQuery(limit=10_000))).items) == len(CASES)


MADE_UP = [
    *("", "x", "!!", "电", "W10", "bnVsbA", "[]", "{}", "null", "[" * 100_000, '["2026-03-02","NC"]'),
    *('["2026-03-02T00:00:00+08:00", 7]', '["0001-01-01T00:00:00+14:00", "NC"]'),
    *('["2026-03-02T00:00:00+08:00", "\\u0000"]', '["2026-03-02T00:00:00+08:00", "\\ud800"]'),
]


@pytest.mark.parametrize("text", MADE_UP, ids=range(len(MADE_UP)))
async def test_a_made_up_cursor_is_refused(cases: CaseList, text: str) -> None:
    for cursor in (text, base64.urlsafe_b64encode(text.encode()).decode()):
        with pytest.raises(Refusal, match="bad_cursor"):
            await cases.page(CaseQuery(cursor=cursor))


@pytest.mark.parametrize("odd", ["\x00", "a\x00b", "\ud800", "'; DROP TABLE cases; --", "\U0010ffff"])
async def test_what_no_text_can_be_finds_nothing(cases: CaseList, odd: str) -> None:
    assert await cases.get(odd) is None
    for query in (
        CaseQuery(q=odd),
        CaseQuery(tier=odd),
        CaseQuery(estate=odd, q="NC-2026"),
        CaseQuery(resident=odd),
    ):
        assert (await cases.page(query)).items == ()
        assert await cases.count(query) == 0


async def test_a_row_comes_with_its_title_if_it_has_one(cases: CaseList) -> None:
    with_title = await cases.get("NC-2026-000002")
    without = await cases.get("NC-2026-000005")
    assert with_title is not None
    assert without is not None
    assert (with_title.title, without.title) == ("地下车库漏水", None)
    assert with_title.wait == {"kind": "contact", "reason": "首次联系居民"}
    assert with_title.opened_at == OPENED
    assert await cases.get("NC-0") is None
    assert await cases.titles(["NC-2026-000002", "NC-2026-000005"]) == {"NC-2026-000002": "地下车库漏水"}


async def test_cases_are_counted_by_what_they_have_in_common(cases: CaseList) -> None:
    assert await cases.count_by("category", CaseQuery(open=True)) == {
        "fees": 1,
        "lift": 2,
        "noise": 1,
        "water": 1,
    }
    assert await cases.count_by("lead", CaseQuery()) == {"fire": 1, "urban": 1}
    with pytest.raises(ValueError, match="number"):
        await cases.count_by("number", CaseQuery())


async def test_a_list_reads_what_was_just_recorded(pool: Pool) -> None:
    events = await recorded(EventLog(pool), "NC-1", times=2)
    found = await CaseList(pool).get("NC-1")
    assert found is not None
    assert found.version == len(events)


async def test_cases_are_found_by_what_is_promised_to_their_residents(pool: Pool) -> None:
    log, cases = EventLog(pool), CaseList(pool)
    await recorded(log, "NC-2026-000001")
    await recorded(log, "NC-2026-000002", answer_missed=True)
    await recorded(log, "NC-2026-000003", answer_due=None)

    async def found(answer: AnswerFilter) -> list[str]:
        return [row.number for row in (await cases.page(CaseQuery(answer=answer))).items]

    assert await found("due") == ["NC-2026-000001"]
    assert await found("overdue") == ["NC-2026-000002"]
    assert await found("none") == ["NC-2026-000003"]
