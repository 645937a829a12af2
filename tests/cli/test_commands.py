"""The operator's commands on a running stack."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from services.policy_folder import read_file
from store.access import AccessLog
from store.log import EventLog
from tests.cli.conftest import REPOSITORY, Stack, clean_environment, hongxiu
from tests.conftest import Database
from tests.store.given import recorded
from tests.support.town import NOW
from workflows.kind import Kind
from workflows.kinds import KINDS


def opened(stack: Stack) -> str:
    """A case that has just arrived."""
    with stack.calling("estate-mudan-garden") as officer:
        return str(officer.open()["number"])


def escalated(stack: Stack) -> str:
    """A case that waits for its community's meeting."""
    with stack.calling("estate-mudan-garden") as officer:
        number = str(officer.open()["number"])
        officer.decide(number, "contact", how="电话", outcome="已联系")
        officer.decide(number, "escalate", reason="需社区会同水务排查")
        return number


@pytest.fixture(scope="module")
def waiting(stack: Stack) -> str:
    """A case that waits for its community's meeting, for tests that leave it there."""
    return escalated(stack)


def test_the_list_shows_open_cases_and_counts_them(stack: Stack, waiting: str) -> None:
    ran = stack("case", "list", "--stage", "community", "--json")
    assert ran.code == 0
    assert waiting in [item["number"] for item in ran.json["items"]]
    assert ran.json["total"] >= len(ran.json["items"])
    assert {item["stage"] for item in ran.json["items"]} == {"community"}


def test_the_list_is_a_table_in_either_language(stack: Stack, waiting: str) -> None:
    chinese, english = (stack("case", "list", "--lang", language).out for language in ("zh-CN", "en"))
    assert waiting in chinese
    assert waiting in english
    assert "阶段" in chinese
    assert "Stage" in english


def test_a_case_is_shown_with_its_whole_story(stack: Stack, waiting: str) -> None:
    table = stack("case", "show", waiting.lower())
    assert table.code == 0
    assert "需社区会同水务排查" in table.out
    told = stack("case", "show", waiting, "--json").json
    assert told["case"]["number"] == waiting
    assert [event["version"] for event in told["events"]] == list(range(1, len(told["events"]) + 1))
    assert told["links"]["Temporal"].endswith(waiting)


def test_a_case_that_is_not_there_is_bad_input(stack: Stack) -> None:
    ran = stack("case", "show", "NC-1999-000001")
    assert ran.code == 2
    assert "hongxiu case list" in ran.err


def test_watching_tells_what_happens(stack: Stack) -> None:
    command = [sys.executable, "-m", "cli", "process", "watch", "--json"]
    with subprocess.Popen(command, env=stack.env, cwd=REPOSITORY, stdout=-1, stderr=-1, encoding="utf-8") as watch:
        assert watch.stderr is not None
        assert watch.stdout is not None
        assert "watching" in watch.stderr.readline()
        opened(stack)
        assert json.loads(watch.stdout.readline())["type"] == "case_opened"
        watch.terminate()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_processes_of_every_kind_are_listed_and_shown(stack: Stack, waiting: str, kind: Kind[Any, Any, Any]) -> None:
    listed = stack("process", "list", kind.id, "--all", "--json")
    assert listed.code == 0, listed
    for item in listed.json["items"][:1]:
        shown, told = stack("process", "show", item["id"]), stack("process", "show", item["id"], "--json").json
        assert (shown.code, item["id"] in shown.out) == (0, True)
        assert (told["kind"], told["stage"]) == (kind.id, item["stage"])
        assert [event["version"] for event in told["events"]] == list(range(1, told["version"] + 1))


def test_an_audit_of_a_sound_stack_finds_nothing(stack: Stack, waiting: str) -> None:
    ran = stack("audit", "--json")
    assert ran.code == 0, ran
    assert ran.json["clean"]
    assert ran.json["running"] >= ran.json["open"] >= 1


def test_a_changed_row_is_found_and_the_list_made_anew(stack: Stack, waiting: str) -> None:
    with psycopg.connect(stack.settings.owner_database()) as owner:
        owner.execute("UPDATE cases SET carried_over = 9 WHERE number = %s", [waiting])
    checked = stack("rebuild", "--check", "--json")
    assert (checked.code, checked.json["differing"]) == (1, [waiting])
    audited = stack("audit", "--repair")
    assert audited.code == 1
    assert "hongxiu rebuild" in audited.err
    assert stack("rebuild").code == 0
    assert stack("rebuild", "--check").code == 0
    assert stack("audit").code == 0


def test_a_whole_log_verifies(stack: Stack, waiting: str) -> None:
    ran = stack("verify", "--json")
    assert ran.code == 0
    assert ran.json["whole"]
    assert ran.json["events"] > 0


async def test_a_changed_event_is_found(database: Database, pool: Any) -> None:
    env = clean_environment(HONGXIU_DATABASE_URL=database.dsn)
    await recorded(EventLog(pool), "NC-2026-000001", times=3)
    assert (await asyncio.to_thread(hongxiu, "verify", env=env)).code == 0
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute('UPDATE events SET data = \'{"text": "nothing happened"}\' WHERE version = 2')
    ran = await asyncio.to_thread(hongxiu, "verify", env=env)
    assert ran.code == 1
    assert "NC-2026-000001 event 2: altered" in ran.err


async def test_a_changed_row_of_the_access_log_is_found(database: Database, pool: Any) -> None:
    env = clean_environment(HONGXIU_DATABASE_URL=database.dsn)
    for _ in range(3):
        await AccessLog(pool).add("sign_in", "done", account="someone", address="127.0.0.1")
    assert (await asyncio.to_thread(hongxiu, "verify", env=env)).code == 0
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute("UPDATE access_log SET account = 'somebody else' WHERE position = 2")
    ran = await asyncio.to_thread(hongxiu, "verify", env=env)
    assert ran.code == 1
    assert "access log row 2" in ran.err


def test_policies_that_are_loaded_stay_as_they_are(stack: Stack) -> None:
    ran = stack("policy", "load", str(stack.settings.policies), "--json")
    assert ran.code in (0, 1), ran  # a calendar that another test has published is newer than the folder's
    assert "new" not in {item["state"] for item in ran.json["items"]}


def test_a_loaded_version_with_another_text_is_refused(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / f"calendar-{NOW.year}.yaml"
    file.write_text(f"version: tests\nyear: {NOW.year}\ndays: []\n", "utf-8")
    ran = stack("calendar", "publish", str(file), "--lang", "en")
    assert ran.code == 2
    assert "raise the version" in ran.err


@pytest.mark.long
def test_a_published_calendar_moves_the_cases_that_wait_for_that_day(stack: Stack, tmp_path: Path) -> None:
    number = escalated(stack)
    before = stack("case", "show", number, "--json").json["case"]["wait"]
    day = before["starts_at"][:10]
    file = calendar_without(tmp_path, day, stack.settings.policies)
    ran = stack("calendar", "publish", str(file), "--json")
    assert ran.code == 0, ran
    assert ran.json["effects"]["waits"] >= 1
    assert ran.json["enforcement"]["done"]["failed"] == []  # who moves it may also be the first start, still under way
    told = stack("case", "show", number, "--json").json
    assert told["case"]["wait"]["starts_at"] > before["starts_at"]
    assert told["events"][-1]["type"] == "wait_reprojected"
    assert stack("audit").code == 0


def calendar_without(folder: Path, day: str, policies: Path) -> Path:
    """The year of ``day`` as it is published, or nothing, with that day off."""
    published = policies / f"calendar-{day[:4]}.yaml"
    days = read_file("calendar", published).value.model_dump(mode="json")["days"] if published.exists() else []
    others = [entry for entry in days if entry["date"] != day]
    off = {"date": day, "kind": "off", "name": {"zh": "临时放假", "en": "A day off"}, "notice": "测试"}
    entries = sorted([*others, off], key=lambda entry: str(entry["date"]))
    year = {"version": f"1.{time.time_ns()}", "year": int(day[:4]), "days": entries}
    file = folder / f"calendar-{day[:4]}.yaml"
    file.write_text(json.dumps(year, ensure_ascii=False), "utf-8")
    return file


def test_erasing_asks_first(stack: Stack, waiting: str) -> None:
    ran = stack("erase", "--case", waiting, stdin="n\n")
    assert ran.code == 1
    assert stack("case", "show", waiting, "--json").json["case"]["title"]


def test_an_erased_resident_cannot_be_read_any_more(stack: Stack) -> None:
    number = opened(stack)
    first = stack("erase", "--case", number, "--yes", "--json")
    assert first.code == 0, first
    assert first.json["titles"] == [number]
    assert not first.json["before"]
    assert stack("erase", first.json["resident"], "--yes", "--json").json["before"]
    assert stack("case", "show", number, "--json").json["case"]["title"] is None
    assert stack("verify").code == 0
    assert stack("audit").code == 0


def test_an_unknown_resident_is_bad_input(stack: Stack) -> None:
    assert stack("erase", "r-nobody", "--yes").code == 2


def test_migrating_again_changes_nothing(stack: Stack) -> None:
    ran = stack("migrate")
    assert ran.code == 0, ran


def test_a_demo_of_an_unknown_case_is_bad_input(stack: Stack) -> None:
    assert stack("demo", "--only", "no-such-case").code == 2


def test_a_stack_that_is_not_in_rehearsal_is_left_alone_by_the_demo(stack: Stack) -> None:
    ran = hongxiu("demo", env={**stack.env, "HONGXIU_REHEARSAL": "0"})
    assert ran.code == 3
    assert "HONGXIU_REHEARSAL=1 make up" in ran.err


def test_an_api_that_is_away_is_named_by_the_demo(stack: Stack) -> None:
    ran = hongxiu("demo", env={**stack.env, "HONGXIU_PUBLIC_URL": "http://127.0.0.1:9"})
    assert ran.code == 3
    assert "127.0.0.1:9" in ran.err
