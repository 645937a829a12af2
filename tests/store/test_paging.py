"""What a list is narrowed by, how it is sorted, and what follows a row in it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Boolean, Column, Integer, MetaData, Table, func, literal, select

from domain.errors import Refusal
from store.paging import Asked, By, Order
from store.statements import Statement, among, given, inserted, is_one_of
from store.tables.base import Id, Instant

if TYPE_CHECKING:
    from store.database import Pool

LETTERS = Table(
    "letters",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("answered", Boolean),
    Column("came_at", Instant),
    Column("pages", Integer),
)
FIRST, LATER = datetime(2026, 3, 2, 1, tzinfo=UTC), datetime(2026, 3, 3, 1, tzinfo=UTC)
ROWS: tuple[dict[str, Any], ...] = tuple(
    {"id": id, "answered": answered, "came_at": came_at, "pages": 1}
    for id, answered, came_at in (
        ("a", True, FIRST),
        ("b", False, FIRST),
        ("c", False, LATER),
        ("d", True, LATER),
        ("e", False, FIRST),
    )
)
ORDER: Order[dict[str, Any]] = Order(
    (By(LETTERS.c.answered), By(LETTERS.c.came_at, down=True), By(LETTERS.c.id)),
    lambda row: (row["answered"], row["came_at"], row["id"]),
)
"""The unanswered first, then the newest, then by name: three directions in a row."""


@pytest.fixture
async def letters(owner_pool: Pool) -> Pool:
    await owner_pool.execute(
        'CREATE TABLE letters (id text COLLATE "C" PRIMARY KEY, answered bool, came_at timestamptz, pages int)'
    )
    await Statement(inserted(LETTERS)).run_each(owner_pool, ROWS)
    return owner_pool


async def test_pages_that_follow_each_other_have_every_row_once_whatever_the_directions(letters: Pool) -> None:
    page = select(LETTERS).order_by(*ORDER.sorted).limit(given("limit", Integer()))
    first, following = Statement(page), Statement(page.where(ORDER.after))
    found = [dict(row) for row in await first.rows(letters, limit=2)]
    while rows := await following.rows(letters, **ORDER.read(ORDER.cursor(found[-1])), limit=2):
        found += map(dict, rows)
    assert [row["id"] for row in found] == ["c", "b", "e", "d", "a"]


def test_a_cursor_holds_the_row_it_was_made_of() -> None:
    assert ORDER.read(ORDER.cursor(ROWS[0])) == {"after_0": True, "after_1": FIRST, "after_2": "a"}


@pytest.mark.parametrize(
    "values",
    [
        [True, FIRST.isoformat()],
        ["yes", FIRST.isoformat(), "a"],
        [True, "2026-03-02", "a"],
        [True, 3, "a"],
        [True, FIRST.isoformat(), "\x00"],
        {"a": 1},
        7,
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(values: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    with pytest.raises(Refusal, match="bad_cursor"):
        ORDER.read(cursor)


def test_what_postgresql_cannot_hold_asks_for_nothing() -> None:
    asked = Asked()
    asked.add("tier", tier="estate")
    asked.add("lead", lead="a\x00")
    assert asked.filters == ("tier", "nothing")


async def test_a_statement_takes_its_values_by_name_however_often_they_stand_in_it(letters: Pool) -> None:
    since = LETTERS.c.came_at >= given("since", Instant)
    asked = Statement(
        select(func.count()).where(since, among(LETTERS.c.id, "ids"), is_one_of(LETTERS.c.pages, (1, 2)), since)
    )
    assert asked.sql.count("$1") == 2
    assert await asked.value(letters, ids=["a", "c", "d"], since=LATER) == 2


async def test_a_value_that_is_not_given_is_a_fault_before_anything_is_asked(letters: Pool) -> None:
    with pytest.raises(KeyError, match="since"):
        await Statement(select(literal(1)).where(given("since", Instant) > FIRST)).rows(letters)
