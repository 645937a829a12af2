"""Loading a folder of policies: checked whole, kept by version, never changed under a case's feet."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from domain.errors import Refusal
from domain.policy_file import PolicyError
from store.policies import Policies
from store.policy_loading import load_policies

if TYPE_CHECKING:
    from store.database import Pool

NANCHENG = Path(__file__).parents[2] / "policies" / "nancheng"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NANCHENG, tmp_path / "policies"))


async def test_a_folder_is_loaded_once_however_often_it_is_loaded(pool: Pool, folder: Path) -> None:
    first = await load_policies(pool, folder)
    assert await load_policies(pool, folder) == first
    assert {file.kind for file in first} == {"ladder", "organisation", "calendar", "playbook"}
    assert len(await Policies(pool).versions("ladder")) == 1


async def test_a_changed_file_needs_another_version(pool: Pool, folder: Path) -> None:
    await load_policies(pool, folder)
    ladder = folder / "ladder.yaml"
    changed = ladder.read_text("utf-8").replace("duty_hours: 2", "duty_hours: 3")
    ladder.write_text(changed, "utf-8")
    with pytest.raises(Refusal, match="policy_version_taken"):
        await load_policies(pool, folder)
    ladder.write_text(changed.replace('version: "1"', 'version: "2"'), "utf-8")
    await load_policies(pool, folder)
    assert [version.version for version in await Policies(pool).versions("ladder")] == ["1", "2"]


async def test_every_mistake_is_named_and_nothing_is_loaded(pool: Pool, folder: Path) -> None:
    ladder, calendar = folder / "ladder.yaml", folder / "calendar-2026.yaml"
    ladder.write_text(ladder.read_text("utf-8").replace("duty_hours: 2", "duty_hours: many"), "utf-8")
    calendar.write_text("version: [", "utf-8")
    with pytest.raises(PolicyError) as error:
        await load_policies(pool, folder)
    assert {Path(problem.path).name for problem in error.value.problems} == {"ladder.yaml", "calendar-2026.yaml"}
    assert all(problem.line > 0 for problem in error.value.problems)
    assert not await Policies(pool).versions("organisation")


async def test_a_folder_without_a_calendar_cannot_be_used(pool: Pool, folder: Path) -> None:
    for calendar in folder.glob("calendar-*.yaml"):
        calendar.unlink()
    with pytest.raises(PolicyError, match="calendar"):
        await load_policies(pool, folder)
