"""Policy versions as they were loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

from domain.errors import Refusal
from store.policies import Policies

if TYPE_CHECKING:
    from store.database import Pool


@pytest.fixture
def policies(pool: Pool) -> Policies:
    return Policies(pool)


async def test_a_version_is_kept_as_it_was_loaded(policies: Policies) -> None:
    put = await policies.put("ladder", "nancheng", "1", "阶梯: [小区]\n")
    assert await policies.get("ladder", "nancheng", "1") == put
    assert put.content == "阶梯: [小区]\n"
    assert await policies.get("ladder", "nancheng", "2") is None


async def test_the_same_version_with_the_same_text_can_be_put_again(policies: Policies) -> None:
    first = await policies.put("ladder", "nancheng", "1", "a")
    assert await policies.put("ladder", "nancheng", "1", "a") == first
    assert await policies.versions("ladder") == (first,)


async def test_a_version_is_never_given_another_text(policies: Policies) -> None:
    first = await policies.put("ladder", "nancheng", "1", "a")
    with pytest.raises(Refusal, match="policy_version_taken"):
        await policies.put("ladder", "nancheng", "1", "b")
    assert await policies.current("ladder") == first


async def test_the_version_added_last_is_current_and_older_ones_remain(policies: Policies) -> None:
    first = await policies.put("organisation", "nancheng", "10", "a")
    second = await policies.put("organisation", "nancheng", "9", "b")
    await policies.put("organisation", "nancheng", "10", "a")
    assert await policies.current("organisation") == second
    assert await policies.current("organisation", "nancheng") == second
    assert await policies.versions("organisation") == (first, second)
    assert await policies.current("organisation", "elsewhere") is None


async def test_each_calendar_year_has_its_own_current_version(policies: Policies) -> None:
    await policies.put("calendar", "2026", "1", "draft")
    y2025 = await policies.put("calendar", "2025", "1", "a")
    y2026 = await policies.put("calendar", "2026", "2", "final")
    assert await policies.all_current("calendar") == (y2025, y2026)


async def test_the_application_cannot_change_a_version(policies: Policies, pool: Pool) -> None:
    await policies.put("ladder", "nancheng", "1", "a")
    for statement in ("UPDATE policy_versions SET content = 'b'", "DELETE FROM policy_versions"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)
