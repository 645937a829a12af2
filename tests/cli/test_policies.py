"""Policies at the terminal: what is new comes into force, what would strand something is refused, what lags is told."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from demo.holidays import publish_where_missing
from domain.policy.calendar import SHANGHAI
from domain.policy.policy_set import read_policy
from operations import policies as at_terminal
from runtime.settings import Settings, load
from services.policy_check import Offer
from stack.temporal import TemporalServer
from store.log import EventLog
from store.policies import Policies
from tests.cli.conftest import Ran, clean_environment, hongxiu
from tests.conftest import Database
from tests.store.given import recorded
from tests.support.namespaces import new_namespace
from tests.support.policies import NANCHENG, desk_on, load_folder

if TYPE_CHECKING:
    from store.database import Pool

Run = Callable[..., Any]
SESSION = """
INSERT INTO sittings (id, version, forum, tier, status, sequence, drafts_at, freezes_at, starts_at, ends_at,
                      minutes_due, provisional, addenda, present, absent, updated_at, until)
VALUES ($1, 5, $2, 'estate', 'in_session', 0, $3, $3, $3, $3, $3, false, '[]', '{}', '{}', $3, $3)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NANCHENG, tmp_path / "policies"))


@pytest.fixture
async def environment(
    pool: Pool, database: Database, temporal_server: TemporalServer, tmp_path: Path
) -> dict[str, str]:
    """A database with Nancheng's policies in force and enforced, a Temporal, and no worker."""
    loaded = await load_folder(pool)
    assert loaded.enactment is not None
    await Policies(pool).mark_enforced(loaded.enactment.id)
    return clean_environment(
        HONGXIU_DATA=str(tmp_path),
        HONGXIU_DATABASE_URL=database.dsn,
        HONGXIU_TEMPORAL_ADDRESS=temporal_server.address,
        HONGXIU_TEMPORAL_NAMESPACE=await new_namespace(temporal_server.address),
        COLUMNS="200",
    )


async def run(*arguments: str, env: dict[str, str]) -> Ran:
    return await asyncio.to_thread(hongxiu, *arguments, env=env)


def edit(file: Path, *replaced: tuple[str, str]) -> None:
    text = file.read_text("utf-8")
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(re.sub(r'(?m)^version: "(\d+)"', lambda has: f'version: "{int(has[1]) + 1}"', text), "utf-8")


async def test_a_folder_that_is_in_force_changes_nothing(environment: dict[str, str]) -> None:
    ran = await run("policy", "load", str(NANCHENG), "--json", env=environment)
    assert ran.code == 0, ran
    assert {item["state"] for item in ran.json["items"]} == {"in_force"}
    assert ran.json["enforcement"] is None


async def test_a_dry_run_shows_what_would_change_and_changes_nothing(
    pool: Pool, environment: dict[str, str], folder: Path
) -> None:
    edit(folder / "organisation.yaml", ("en: Nancheng Subdistrict", "en: Nancheng"))
    ran = await run("policy", "check", str(folder), "--lang", "en", env=environment)
    assert ran.code == 0, ran
    assert "replaces nancheng@1" in ran.out
    assert "+0 -0 ~1" in ran.out
    assert "it can come into force" in ran.err
    assert (await desk_on(pool).organisation()).version == "1"


async def test_posts_that_would_be_no_more_are_foretold(pool: Pool, environment: dict[str, str], folder: Path) -> None:
    await pool.execute(
        "INSERT INTO accounts (id, password_hash, posts) VALUES ('a', 'x', $1)",
        [{"role": "officer", "unit": "mudan-garden"}],
    )
    without_estate(folder)
    ran = await run("policy", "check", str(folder), "--lang", "en", env=environment)
    assert ran.code == 0, ran
    assert "1 posts are no more" in ran.out
    told = await run("policy", "check", str(folder), "--json", env=environment)
    assert told.json["effects"]["astray"] == ["a"]


async def test_what_is_refused_is_told_in_words_and_nothing_is_loaded(
    pool: Pool, environment: dict[str, str], folder: Path
) -> None:
    await recorded(EventLog(pool), "NC-2026-000001", estate="mudan-garden", category="lift", lead="social")
    without_estate(folder)
    edit(folder / "ladder.yaml", ("duty_hours: 2", "duty_hours: 3"))
    ran = await run("policy", "load", str(folder), env=environment)
    assert ran.code == 2
    assert "不能撤销：mudan-garden 尚有 1 件诉求未办结（NC-2026-000001）。请先办结或转派。" in ran.err
    in_force = {one.kind: one.version for one in await Policies(pool).in_force()}
    assert (in_force["ladder"], in_force["organisation"]) == ("2", "1")


def without_estate(folder: Path) -> None:
    file = folder / "organisation.yaml"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if line.strip() == "- id: mudan-garden")
    end = next(n for n in range(start + 1, len(lines)) if lines[n].strip().startswith("- id:"))
    file.write_text("".join(lines[:start] + lines[end:]), "utf-8")
    edit(file)


async def test_a_folder_that_lags_behind_is_told_with_what_is_in_force(pool: Pool, environment: dict[str, str]) -> None:
    text = (NANCHENG / "organisation.yaml").read_text("utf-8").replace('version: "1"', 'version: "2"')
    done = await desk_on(pool).enact(Offer((read_policy("organisation", text, "organisation.yaml"),)))
    assert done.enactment is not None
    await Policies(pool).mark_enforced(done.enactment.id)
    ran = await run("policy", "load", str(NANCHENG), "--lang", "en", env=environment)
    assert ran.code == 1
    assert "superseded by nancheng@2" in ran.out
    assert "organisation.yaml (1) is not in force: nancheng@2 is." in " ".join(ran.err.split())
    assert "nothing is new" in ran.err


async def test_what_follows_without_a_worker_goes_on_by_itself(
    pool: Pool, environment: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(at_terminal, "PATIENCE", 0.1)
    file = tmp_path / "calendar-2025.yaml"
    shutil.copy(NANCHENG / "calendar-2025.yaml", file)
    version = f"9.{tmp_path.stat().st_ino}.{datetime.now(SHANGHAI):%H%M%S%f}"
    edit(file)
    file.write_text(file.read_text("utf-8").replace('version: "2"', f'version: "{version}"'), "utf-8")
    ran = await run("calendar", "publish", str(file), "--lang", "en", env={**environment, "COLUMNS": "400"})
    assert ran.code == 0, ran
    assert f"in force: calendar 2025@{version}" in ran.err
    assert "goes on by itself as soon as a worker serves" in ran.err
    left = await Policies(pool).unenforced()
    assert left is not None


# ---------------------------------------------------------------- what brings calendars


async def in_session(pool: Pool, sitting: str, forum: str, starts: datetime) -> None:
    await pool.execute(SESSION, sitting, forum, starts)


async def test_a_published_calendar_does_not_move_a_meeting_that_is_in_session(
    pool: Pool, environment: dict[str, str], folder: Path
) -> None:
    await in_session(pool, "laocheng-2026-03", "laocheng", datetime(2026, 3, 4, 15, tzinfo=SHANGHAI))
    file = folder / "calendar-2026.yaml"
    edit(file)
    off = "  - {date: 2026-03-04, kind: off, name: {zh: 试, en: test}, notice: 试}\n"
    file.write_text(file.read_text("utf-8") + off, "utf-8")
    ran = await run("calendar", "publish", str(file), env=environment)
    assert ran.code == 2, ran
    assert "会议 laocheng-2026-03 正在进行或待出纪要，不能改期" in ran.err
    assert (await Policies(pool).in_place("calendar", "2026")) == await Policies(pool).get("calendar", "2026", "1")


async def test_neither_does_the_demos_holiday(pool: Pool, environment: dict[str, str]) -> None:
    settings: Settings = load(environment, attach=False)
    until = datetime(2030, 3, 1, tzinfo=SHANGHAI)  # 2 January 2030 is a Wednesday, on which estates check in
    forum = "mudan-garden"
    rules = (await desk_on(pool).organisation()).unit(forum)
    assert rules.cadence is None or rules.cadence.weekday == "wednesday"
    await in_session(pool, f"{forum}-2030-W01", forum, datetime(2030, 1, 2, 16, tzinfo=SHANGHAI))
    assert not await publish_where_missing(settings, until)
    assert await Policies(pool).in_place("calendar", "2030") is None
