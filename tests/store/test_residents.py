"""Sealed records of residents, and erasing."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

import asyncpg
import pytest

from store.cases import CaseList, CaseQuery
from store.database import transaction
from store.errors import ResidentErased, SealBroken
from store.log import EventLog
from store.residents import Residents, SealedRef, new_resident
from tests.store.given import recorded

if TYPE_CHECKING:
    from store.database import Pool

MASTER = bytes(range(32))
REPORT = {"name": "王红梅", "phone": "13800000000", "title": "电梯停运", "words": "三号楼电梯停了两天"}


@pytest.fixture
def residents(pool: Pool) -> Residents:
    return Residents(pool, MASTER)


async def test_what_was_sealed_can_be_opened(residents: Residents) -> None:
    ref = await residents.seal("r-1", "report", REPORT, subject="NC-1")
    assert await residents.open(ref) == REPORT
    assert await residents.holds(ref)


async def test_nothing_of_the_resident_is_readable_in_the_database(residents: Residents, owner_pool: Pool) -> None:
    await residents.seal("r-1", "report", REPORT, subject="NC-1")
    for table in ("residents", "sealed"):
        (row,) = await owner_pool.fetch(f"SELECT t::text AS whole FROM {table} AS t")
        written = row["whole"].lower()
        for word in REPORT.values():
            assert word not in written
            assert word.encode().hex() not in written


async def test_the_same_words_sealed_twice_look_different(residents: Residents) -> None:
    first = await residents.seal("r-1", "report", REPORT)
    second = await residents.seal("r-1", "report", REPORT)
    assert first.digest != second.digest


async def test_erasing_makes_records_unreadable_while_their_digests_still_hold(residents: Residents) -> None:
    refs = [await residents.seal("r-1", "report", REPORT), await residents.seal("r-1", "word", {"stars": 1})]
    other = await residents.seal("r-2", "report", REPORT)

    erased = await residents.erase("r-1")

    assert (erased.known, erased.before, erased.records) == (True, False, 2)
    assert erased.erased_at is not None
    assert [await residents.open(ref) for ref in refs] == [None, None]
    assert [await residents.holds(ref) for ref in refs] == [True, True]
    assert await residents.open(other) == REPORT


async def test_erasing_destroys_the_key_itself(residents: Residents, owner_pool: Pool) -> None:
    await residents.seal("r-1", "report", REPORT)
    await residents.erase("r-1")
    assert await owner_pool.fetchval("SELECT key FROM residents WHERE id = 'r-1'") is None


async def test_erasing_takes_the_titles_from_lists_and_search(residents: Residents, pool: Pool) -> None:
    cases = CaseList(pool)
    for number, resident in (("NC-1", "r-1"), ("NC-2", "r-1"), ("NC-3", "r-2")):
        await recorded(EventLog(pool), number, resident=resident)
        await residents.seal(resident, "report", REPORT, subject=number)
        await cases.put_title(number, resident, "电梯停运")

    erased = await residents.erase("r-1")

    assert erased.titles == ("NC-1", "NC-2")
    found = (await cases.page(CaseQuery(q="电梯"))).items
    assert [row.number for row in found] == ["NC-3"]
    kept = await cases.get("NC-1")
    assert kept is not None
    assert kept.title is None


async def test_erasing_again_changes_nothing(residents: Residents) -> None:
    await residents.seal("r-1", "report", REPORT)
    first = await residents.erase("r-1")
    again = await residents.erase("r-1")
    assert again.before
    assert again.erased_at == first.erased_at


async def test_erasing_one_whom_nobody_knows_says_so(residents: Residents) -> None:
    erased = await residents.erase("r-404")
    assert (erased.known, erased.before, erased.records, erased.erased_at) == (False, False, 0, None)


async def test_nothing_more_is_sealed_for_one_who_was_erased(residents: Residents) -> None:
    await residents.seal("r-1", "report", REPORT)
    await residents.erase("r-1")
    with pytest.raises(ResidentErased):
        await residents.seal("r-1", "word", {"stars": 5})


async def test_sealing_and_erasing_at_once_leave_nothing_readable(residents: Residents) -> None:
    for number in range(20):
        resident = f"r-{number}"
        await residents.seal(resident, "report", REPORT)
        sealing = [residents.seal(resident, "word", REPORT) for _ in range(4)]
        done = await asyncio.gather(*sealing, residents.erase(resident), return_exceptions=True)
        for ref in done[:4]:
            assert isinstance(ref, SealedRef | ResidentErased)
            if isinstance(ref, SealedRef):
                assert await residents.open(ref) is None


async def test_first_seals_at_once_share_one_key(residents: Residents) -> None:
    refs = await asyncio.gather(*(residents.seal("r-1", "word", {"n": n}) for n in range(8)))
    assert [await residents.open(ref) for ref in refs] == [{"n": n} for n in range(8)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sealed SET ciphertext = set_byte(ciphertext, 20, get_byte(ciphertext, 20) # 1)",
        "UPDATE sealed SET digest = repeat('0', 64)",
        "UPDATE sealed SET resident = 'r-2'",
        "UPDATE residents SET key = set_byte(key, 20, get_byte(key, 20) # 1)",
        "UPDATE residents SET key = (SELECT key FROM residents WHERE id = 'r-2') WHERE id = 'r-1'",
        "DELETE FROM sealed",
    ],
)
async def test_a_record_that_was_tampered_with_is_not_opened(
    residents: Residents, owner_pool: Pool, change: str
) -> None:
    await residents.seal("r-2", "report", {})
    ref = await residents.seal("r-1", "report", REPORT)
    await owner_pool.execute(change)
    with pytest.raises(SealBroken):
        await residents.open(ref)


async def test_another_master_key_opens_nothing(residents: Residents, pool: Pool) -> None:
    ref = await residents.seal("r-1", "report", REPORT)
    with pytest.raises(SealBroken):
        await Residents(pool, secrets.token_bytes(32)).open(ref)


async def test_a_master_key_has_32_bytes(pool: Pool) -> None:
    with pytest.raises(ValueError, match="32"):
        Residents(pool, b"short")


async def test_what_is_sealed_in_a_transaction_goes_with_it(residents: Residents, pool: Pool) -> None:
    refs: list[SealedRef] = []

    async def fail() -> None:
        async with transaction(pool) as connection:
            refs.append(await residents.seal("r-1", "report", REPORT, subject="NC-1", connection=connection))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert not await residents.holds(refs[0])
    assert await residents.of("NC-1") == ()


async def test_records_are_found_by_the_case_that_they_are_about(residents: Residents) -> None:
    report = await residents.seal("r-1", "report", REPORT, subject="NC-1")
    word = await residents.seal("r-1", "word", {"stars": 4}, subject="NC-1")
    await residents.seal("r-1", "report", REPORT, subject="NC-2")
    assert await residents.of("NC-1") == (report, word)
    assert await residents.of("NC-1", kind="word") == (word,)


async def test_titles_can_be_made_again_from_the_sealed_records(residents: Residents, pool: Pool) -> None:
    for number, resident in (("NC-1", "r-1"), ("NC-2", "r-2"), ("NC-3", "r-3")):
        await residents.seal(resident, "report", {**REPORT, "title": f"标题{number}"}, subject=number)
    await residents.seal("r-1", "word", {"stars": 4}, subject="NC-1")
    await residents.erase("r-3")
    cases = CaseList(pool)
    await cases.put_title("NC-1", "r-1", "错的标题")
    await cases.put_title("NC-9", "r-9", "没有密封记录")

    written = await residents.rebuild_titles("report", lambda report: str(report["title"]))

    assert written == 2
    titles = await cases.titles(["NC-1", "NC-2", "NC-3", "NC-9"])
    assert titles == {"NC-1": "标题NC-1", "NC-2": "标题NC-2", "NC-9": "没有密封记录"}


async def test_the_application_cannot_change_a_sealed_record(residents: Residents, pool: Pool) -> None:
    await residents.seal("r-1", "report", REPORT)
    for statement in ("UPDATE sealed SET kind = 'x'", "DELETE FROM sealed", "DELETE FROM residents"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


def test_residents_ids_are_fresh() -> None:
    assert len({new_resident() for _ in range(1000)}) == 1000
