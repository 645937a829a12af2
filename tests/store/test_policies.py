"""Policy versions as they came into force, and the enactments that they came with."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest

from store.policies import NewVersion, Policies, enact, enacting
from tests.support.policies import put, put_all

if TYPE_CHECKING:
    from store.database import Pool


@pytest.fixture
def policies(pool: Pool) -> Policies:
    return Policies(pool)


async def test_a_version_is_kept_as_it_came_into_force(policies: Policies, pool: Pool) -> None:
    kept = await put(pool, "ladder", "nancheng", "1", "阶梯: [小区]\n")
    assert await policies.get("ladder", "nancheng", "1") == kept
    assert kept.content == "阶梯: [小区]\n"
    assert await policies.get("ladder", "nancheng", "2") is None


async def test_a_version_is_never_given_another_text(policies: Policies, pool: Pool) -> None:
    first = await put(pool, "ladder", "nancheng", "1", "a")
    with pytest.raises(asyncpg.UniqueViolationError):
        await put(pool, "ladder", "nancheng", "1", "b")
    assert await policies.in_force() == (first,)


async def test_the_version_added_last_is_in_force_and_older_ones_remain(policies: Policies, pool: Pool) -> None:
    first = await put(pool, "organisation", "nancheng", "10", "a")
    second = await put(pool, "organisation", "nancheng", "9", "b")
    assert await policies.in_force() == (second,)
    assert await policies.in_place("organisation", "nancheng") == second
    assert await policies.in_place("organisation", "elsewhere") == second  # there is one organisation
    assert await policies.versions("organisation") == (first, second)


async def test_each_calendar_year_has_its_own_version_in_force(policies: Policies, pool: Pool) -> None:
    await put(pool, "calendar", "2026", "1", "draft")
    y2025 = await put(pool, "calendar", "2025", "1", "a")
    y2026 = await put(pool, "calendar", "2026", "2", "final")
    assert await policies.in_force() == (y2025, y2026)
    assert await policies.in_place("calendar", "2027") is None


async def test_the_application_cannot_change_a_version(policies: Policies, pool: Pool) -> None:
    await put(pool, "ladder", "nancheng", "1", "a")
    for statement in (
        "UPDATE policy_versions SET content = 'b'",
        "DELETE FROM policy_versions",
        "UPDATE policy_enactments SET id = DEFAULT",
        "DELETE FROM policy_enactments",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


# ---------------------------------------------------------------- enactments

LADDER, ORGANISATION = NewVersion("ladder", "a", "1", "x"), NewVersion("organisation", "a", "1", "y")


async def test_an_enactment_is_there_whole_or_not_at_all(policies: Policies, pool: Pool) -> None:
    with pytest.raises(asyncpg.UniqueViolationError):
        await put_all(pool, LADDER, ORGANISATION, LADDER)
    assert await policies.in_force() == ()
    assert await policies.unenforced() is None
    enactment = await put_all(pool, LADDER, ORGANISATION)
    assert [(one.kind, one.enactment) for one in enactment.versions] == [
        ("organisation", enactment.id),
        ("ladder", enactment.id),
    ]
    assert await policies.in_force() == enactment.versions
    assert await policies.enactment(enactment.id) == enactment


async def test_one_comes_into_force_after_the_other(policies: Policies, pool: Pool) -> None:
    async with enacting(pool) as connection:
        other = asyncio.create_task(put(pool, "ladder", "a", "2", "z"))
        while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
            assert not other.done()
        await enact(connection, [LADDER])
    second = await other
    assert [one.version for one in await policies.versions("ladder")] == ["1", "2"]
    assert await policies.in_force() == (second,)


async def test_what_is_enforced_with_the_last_is_enforced_with_those_before(policies: Policies, pool: Pool) -> None:
    first = await put_all(pool, LADDER)
    last = await put_all(pool, ORGANISATION)
    assert await policies.unenforced() == last
    await policies.mark_enforced(first.id)
    assert await policies.unenforced() == last
    third = await put(pool, "calendar", "2026", "1", "c")
    await policies.mark_enforced(last.id)
    left = await policies.unenforced()
    assert left is not None
    assert left.id == third.enactment
    await policies.mark_enforced(third.enactment)
    assert await policies.unenforced() is None


async def test_what_moves_nothing_needs_no_enforcement(policies: Policies, pool: Pool) -> None:
    async with enacting(pool) as connection:
        await enact(connection, [NewVersion("playbook", "fire", "1", "x")], enforced=True)
    assert await policies.unenforced() is None
