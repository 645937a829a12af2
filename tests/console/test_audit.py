"""Who saw and did what is on the access log, which nobody can change, and which two roles may read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import asyncpg
import pytest

from store.access import AccessLog, AccessQuery
from store.accounts import Post
from tests.support.accounts import added
from tests.support.console import Visitor, text_of, visiting
from tests.support.stack import Caller, Stack

if TYPE_CHECKING:
    from store.database import Pool


def _rows(supervisor: Visitor, query: str) -> list[str]:
    page = supervisor.get(f"/audit?{query}")
    assert page.status_code == 200
    body = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [text_of(row).strip() for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)]


def test_an_officers_reading_of_what_is_sealed_is_on_the_log_once_a_look(
    officer: Caller, estate: Visitor, supervisor: Visitor
) -> None:
    number = officer.open()["number"]
    assert _rows(supervisor, f"subject={number}") == []
    estate.get(f"/cases/{number}")
    estate.get(f"/cases/{number}")
    rows = _rows(supervisor, f"subject={number.lower()}")
    assert len(rows) == 1
    for part in ("estate-mudan-garden", "牡丹花园 · 经办人", "查看居民信息", number, "已办"):
        assert part in rows[0]
    supervisor.get(f"/cases/{number}")  # is shown the title alone
    assert len(_rows(supervisor, f"subject={number}")) == 1


def test_an_officers_reading_over_the_api_is_on_the_log(
    officer: Caller, community: Visitor, supervisor: Visitor
) -> None:
    for path in ("", "/events"):
        number = officer.open()["number"]
        community.get(f"/api/v1/cases/{number}{path}", {"accept": "application/json"})
        assert "community-laocheng" in _rows(supervisor, f"subject={number}&what=read_personal")[0]


def test_what_somebody_had_no_right_to_is_on_the_log(
    officer: Caller, other_estate: Visitor, supervisor: Visitor
) -> None:
    number = officer.open()["number"]
    assert other_estate.get(f"/cases/{number}").status_code == 403
    assert other_estate.get(f"/api/v1/cases/{number}", {"accept": "application/json"}).status_code == 403
    rows = _rows(supervisor, f"subject={number}&outcome=denied")
    assert len(rows) == 2
    assert "estate-gulou-yuan" in rows[0]
    assert "GET /api/v1/cases/{number}" in rows[0]
    assert "GET /cases/{number}" in rows[1]


def test_signing_in_and_failing_to_is_on_the_log_and_what_was_tried_as_a_name_is_not(
    stack: Stack, supervisor: Visitor
) -> None:
    name = added(stack, Post("supervisor", None))
    with visiting(stack) as visitor:
        visitor.sign_in(name, "wrong")
        visitor.sign_in("secret-typed-as-a-name", "x")
        visitor.sign_in(name)
        visitor.post("/account/password", {"old": "wrong", "new": "x" * 12})
        visitor.post("/sign-out")
    told = [re.search(r"(登录失败|退出登录|登录)", row) for row in _rows(supervisor, f"account={name}")]
    assert [found[0] for found in told if found] == ["退出登录", "登录失败", "登录", "登录失败"]
    assert _rows(supervisor, "account=secret-typed-as-a-name") == []
    assert "（不明）" in " ".join(_rows(supervisor, "what=sign_in_failed"))


def test_the_log_is_for_administrators_and_supervisors(
    estate: Visitor, alliance: Visitor, department: Visitor, admin: Visitor
) -> None:
    for visitor in (estate, alliance, department):
        assert visitor.get("/audit").status_code == 403
        assert "访问记录" not in visitor.get("/").text
    assert admin.get("/audit").status_code == 200
    assert 'href="/audit"' in admin.get("/").text


def test_pages_of_the_log_follow_each_other_without_a_gap(stack: Stack, supervisor: Visitor) -> None:
    with visiting(stack, "dept-fire") as visitor:
        for _ in range(60):
            visitor.get("/audit")
    query, seen = "account=dept-fire&outcome=denied", 0
    while query:
        page = supervisor.get(f"/audit?{query}").text
        seen += len(re.findall(r"<tr>", page.partition("<tbody>")[2]))
        following = re.search(r'rel="next" href="/audit\?([^"]+)"', page)
        query = following[1].replace("&amp;", "&") if following else ""
    assert seen >= 60


@pytest.mark.parametrize("query", ["from=never", "to=9999-12-31", "account=%EF%BF%BD", "what=x", "from=2026-01-01"])
def test_a_filter_that_fits_nothing_breaks_nothing(supervisor: Visitor, query: str) -> None:
    assert supervisor.get(f"/audit?{query}").status_code == 200


# ---------------------------------------------------------------- the log itself


async def _filled(pool: Pool) -> AccessLog:
    log = AccessLog(pool)
    for what in ("sign_in", "read_personal", "sign_out"):
        await log.add(what, "done", account="a", role="officer", unit="u", subject="NC-2026-000001", address="::1")
    return log


async def test_rows_are_numbered_and_chained_whatever_is_inserted(pool: Pool) -> None:
    log = await _filled(pool)
    await pool.execute(
        "INSERT INTO access_log (position, at, what, outcome, address, prev_hash, hash) "
        "VALUES (99, '2000-01-01', 'sign_in', 'done', '', 'x', 'y')"
    )
    assert [row.position for row in await log.page(AccessQuery())] == [4, 3, 2, 1]
    assert await log.first_broken() is None


async def test_the_application_can_add_rows_and_do_nothing_else(pool: Pool) -> None:
    await _filled(pool)
    for statement in ("UPDATE access_log SET account = 'b'", "DELETE FROM access_log", "TRUNCATE access_log"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access_log SET account = 'somebody else' WHERE position = 2",
        "DELETE FROM access_log WHERE position = 2",
        "UPDATE access_log SET at = at - interval '1 day' WHERE position = 2",
    ],
)
async def test_what_the_owner_changes_shows(pool: Pool, owner_pool: Pool, statement: str) -> None:
    log = await _filled(pool)
    await owner_pool.execute(statement)
    assert await log.first_broken() in (2, 3)
