"""Sealed photographs: kept once each, read by who holds the key, gone with it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import asyncpg
import pytest

from domain.errors import Refusal
from store.errors import ResidentErased, SealBroken
from store.photos import NewPhoto, Photos
from store.residents import Residents

if TYPE_CHECKING:
    from store.database import Pool

MASTER = bytes(range(32))
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def photo(content: bytes = b"a JPEG of the lift") -> NewPhoto:
    return NewPhoto(content, content[:6], 640, 480, hashlib.sha256(content).digest())


@pytest.fixture
def photos(pool: Pool) -> Photos:
    return Photos(pool, Residents(pool, MASTER))


async def test_what_was_kept_can_be_read_in_both_sizes(photos: Photos) -> None:
    (row,) = await photos.keep("NC-1", "r-1", [photo()], at=AT, at_most=6)
    assert (row.width, row.height) == (640, 480)
    assert await photos.of("NC-1") == (row,)
    assert await photos.read("NC-1", row.id, "picture") == b"a JPEG of the lift"
    assert await photos.read("NC-1", row.id, "thumbnail") == b"a JPEG"


async def test_it_belongs_to_its_case(photos: Photos) -> None:
    (row,) = await photos.keep("NC-1", "r-1", [photo()], at=AT, at_most=6)
    assert await photos.read("NC-2", row.id, "picture") is None
    assert await photos.read("NC-1", "p-none", "picture") is None
    assert await photos.read("NC-1", "\x00", "picture") is None
    assert await photos.of("NC-2") == ()


async def test_the_same_file_of_a_case_is_one_photograph(photos: Photos) -> None:
    first = await photos.keep("NC-1", "r-1", [photo(), photo(b"another")], at=AT, at_most=6)
    again = await photos.keep("NC-1", "r-1", [photo(b"another"), photo()], at=AT, at_most=6)
    assert {row.id for row in first} == {row.id for row in again}
    other = await photos.keep("NC-2", "r-1", [photo()], at=AT, at_most=6)
    assert other[0].id not in {row.id for row in first}


async def test_more_than_a_case_takes_are_none(photos: Photos) -> None:
    await photos.keep("NC-1", "r-1", [photo(b"1"), photo(b"2")], at=AT, at_most=3)
    with pytest.raises(Refusal) as caught:
        await photos.keep("NC-1", "r-1", [photo(b"3"), photo(b"4")], at=AT, at_most=3)
    assert (caught.value.code, caught.value.params) == ("too_many_photos", {"limit": 3, "there": 2})
    assert len(await photos.of("NC-1")) == 2
    assert len(await photos.keep("NC-1", "r-1", [photo(b"3"), photo(b"1")], at=AT, at_most=3)) == 2


async def test_nothing_of_it_is_readable_in_the_database(photos: Photos, owner_pool: Pool) -> None:
    kept = photo()
    await photos.keep("NC-1", "r-1", [kept], at=AT, at_most=6)
    (row,) = await owner_pool.fetch("SELECT p::text AS whole FROM photos AS p")
    for clear in (kept.picture, kept.source):
        assert clear.hex() not in row["whole"].lower()


async def test_erasing_the_resident_erases_the_photographs(photos: Photos, pool: Pool) -> None:
    (row,) = await photos.keep("NC-1", "r-1", [photo()], at=AT, at_most=6)
    erased = await Residents(pool, MASTER).erase("r-1")
    assert erased.records == 1
    assert await photos.read("NC-1", row.id, "picture") is None
    assert await photos.of("NC-1") == ()
    with pytest.raises(ResidentErased):
        await photos.keep("NC-1", "r-1", [photo(b"more")], at=AT, at_most=6)


async def test_a_photograph_that_was_changed_is_noticed(photos: Photos, owner_pool: Pool) -> None:
    (row,) = await photos.keep("NC-1", "r-1", [photo()], at=AT, at_most=6)
    await owner_pool.execute("UPDATE photos SET picture = thumbnail, thumbnail = picture")
    for size in ("picture", "thumbnail"):
        with pytest.raises(SealBroken):
            await photos.read("NC-1", row.id, size)


async def test_the_application_neither_changes_nor_removes_photographs(photos: Photos, pool: Pool) -> None:
    await photos.keep("NC-1", "r-1", [photo()], at=AT, at_most=6)
    for statement in ("UPDATE photos SET width = 1", "DELETE FROM photos", "TRUNCATE photos"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)
