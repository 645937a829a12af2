"""Idempotency keys and case numbers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from store.cases import CaseList
from store.claims import Claim, claim, find
from store.database import transaction
from store.residents import Residents

if TYPE_CHECKING:
    from store.database import Pool


async def test_the_first_request_with_a_key_draws_a_case_number(pool: Pool) -> None:
    taken = await claim(pool, "key-1", "abc", number_prefix="NC-2026")
    assert taken == Claim("NC-2026-000001", fresh=True, matches=True)


async def test_the_same_request_again_gets_the_same_number(pool: Pool) -> None:
    await claim(pool, "key-1", "abc", number_prefix="NC-2026")
    again = await claim(pool, "key-1", "abc", number_prefix="NC-2026")
    assert again == Claim("NC-2026-000001", fresh=False, matches=True)
    assert await find(pool, "key-1", "abc") == again


async def test_a_key_used_for_another_request_does_not_match(pool: Pool) -> None:
    await claim(pool, "key-1", "abc", number_prefix="NC-2026")
    other = await claim(pool, "key-1", "xyz", number_prefix="NC-2026")
    assert other == Claim("NC-2026-000001", fresh=False, matches=False)


async def test_a_decision_claims_its_key_for_its_case(pool: Pool) -> None:
    assert await find(pool, "key-1", "abc") is None
    taken = await claim(pool, "key-1", "abc", subject="NC-2026-000007")
    assert taken == Claim("NC-2026-000007", fresh=True, matches=True)
    assert await find(pool, "key-1", "abc") == Claim("NC-2026-000007", fresh=False, matches=True)


async def test_a_claim_does_not_both_have_a_subject_and_draw_one(pool: Pool) -> None:
    with pytest.raises(ValueError, match="not both"):
        await claim(pool, "key-1", "abc", subject="NC-1", number_prefix="NC")


async def test_numbers_start_anew_for_each_prefix(pool: Pool) -> None:
    assert (await claim(pool, "a", "", number_prefix="NC-2026")).subject == "NC-2026-000001"
    assert (await claim(pool, "b", "", number_prefix="NC-2027")).subject == "NC-2027-000001"
    assert (await claim(pool, "c", "", number_prefix="NC-2026")).subject == "NC-2026-000002"


async def test_the_millionth_case_of_a_year_has_a_number_too(pool: Pool, owner_pool: Pool) -> None:
    await owner_pool.execute("INSERT INTO case_numbers VALUES ('NC-2026', 999999)")
    assert (await claim(pool, "a", "", number_prefix="NC-2026")).subject == "NC-2026-1000000"


async def test_of_many_at_once_with_one_key_one_is_fresh_and_all_have_its_number(pool: Pool) -> None:
    done = await asyncio.gather(*(claim(pool, "key", "abc", number_prefix="NC-2026") for _ in range(16)))
    assert sum(each.fresh for each in done) == 1
    assert {each.subject for each in done} == {"NC-2026-000001"}


async def test_many_openings_at_once_get_each_its_number_and_none_is_skipped(pool: Pool) -> None:
    done = await asyncio.gather(*(claim(pool, f"key-{i}", "", number_prefix="NC") for i in range(100)))
    assert sorted(each.subject or "" for each in done) == [f"NC-{i:06d}" for i in range(1, 101)]


async def test_a_claim_its_sealed_record_and_title_stand_or_fall_together(pool: Pool) -> None:
    residents = Residents(pool, bytes(32))

    async def open_case(fail: bool) -> str:
        async with transaction(pool) as connection:
            taken = await claim(connection, "key", "abc", number_prefix="NC-2026")
            assert taken.fresh
            assert taken.subject is not None
            await residents.seal("r-1", "report", {}, subject=taken.subject, connection=connection)
            await CaseList(connection).put_title(taken.subject, "r-1", "电梯停运")
            if fail:
                raise ZeroDivisionError
            return taken.subject

    with pytest.raises(ZeroDivisionError):
        await open_case(fail=True)
    assert await find(pool, "key", "abc") is None
    assert await open_case(fail=False) == "NC-2026-000001"
    assert len(await residents.of("NC-2026-000001")) == 1
    assert await CaseList(pool).titles(["NC-2026-000001"]) == {"NC-2026-000001": "电梯停运"}
