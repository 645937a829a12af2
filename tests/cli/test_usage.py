"""How commands explain themselves, and how they end when something is not there or not right."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import cli
from tests.cli.conftest import clean_environment, hongxiu, program
from tests.conftest import Database

NANCHENG = Path(__file__).parents[2] / "policies" / "nancheng"


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    command = command or typer.main.get_command(cli.app)
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


@pytest.mark.parametrize("path", list(commands()), ids=lambda path: " ".join(path) or "hongxiu")
def test_every_command_explains_itself_with_an_example(path: tuple[str, ...]) -> None:
    told = CliRunner().invoke(cli.app, [*path, "--help"])
    assert told.exit_code == 0
    assert "Example" in told.output


def test_the_commands_are_the_ones_that_are_documented() -> None:
    assert {" ".join(path) for path in commands() if path} >= {
        "up",
        "api",
        "worker",
        "migrate",
        "demo",
        "rebuild",
        "audit",
        "verify",
        "erase",
        "case list",
        "case show",
        "process list",
        "process show",
        "process watch",
        "policy load",
        "policy check",
        "calendar publish",
        "playbook check",
        "playbook draw",
        "notices resend",
    }


NEEDS_A_STACK = (
    ("case", "list"),
    ("case", "show", "NC-2026-000001"),
    ("process", "list", "sitting"),
    ("process", "show", "laocheng-2026-03"),
    ("process", "watch"),
    ("audit",),
    ("verify",),
    ("rebuild",),
    ("erase", "r-1", "--yes"),
    ("migrate",),
    ("worker",),
    ("demo",),
    ("notices", "resend"),
    ("policy", "load", str(NANCHENG)),
    ("calendar", "publish", str(NANCHENG / "calendar-2026.yaml")),
)


@pytest.mark.parametrize("arguments", NEEDS_A_STACK, ids=lambda arguments: " ".join(arguments[:2]))
def test_without_a_stack_a_command_says_what_to_do(arguments: tuple[str, ...], nowhere: dict[str, str]) -> None:
    ran = hongxiu(*arguments, env=nowhere)
    assert ran.code == 3, ran
    assert "up" in ran.err


def test_a_database_that_does_not_answer_is_named(nowhere: dict[str, str]) -> None:
    ran = hongxiu("verify", env={**nowhere, "HONGXIU_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"})
    assert ran.code == 3
    assert "does not answer" in ran.err


def test_a_database_without_tables_is_told_to_migrate(empty_database: Any) -> None:
    database: Database = empty_database()
    ran = hongxiu("case", "list", env=clean_environment(HONGXIU_DATABASE_URL=database.owner_dsn))
    assert ran.code == 3
    assert "hongxiu migrate" in ran.err


def test_the_program_ends_with_the_command_s_exit_code(nowhere: dict[str, str]) -> None:
    assert program("policy", "check", str(NANCHENG.parent), env=nowhere).code == 2
    unavailable = program("audit", env={**nowhere, "HONGXIU_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"})
    assert unavailable.code == 3
    assert "Traceback" not in unavailable.err


@pytest.mark.parametrize(
    "arguments",
    [("no-such-command",), ("case", "list", "--limit", "0"), ("erase",), ("erase", "r-1", "--case", "NC-1")],
)
def test_bad_usage_ends_with_2(arguments: tuple[str, ...], nowhere: dict[str, str]) -> None:
    ran = hongxiu(*arguments, env=nowhere)
    assert ran.code == 2


def test_a_setting_that_cannot_be_used_is_named(nowhere: dict[str, str]) -> None:
    ran = hongxiu("audit", env={**nowhere, "HONGXIU_API_PORT": "many"})
    assert ran.code == 2
    assert "HONGXIU_API_PORT" in ran.err


def test_the_sample_policies_are_good(nowhere: dict[str, str]) -> None:
    ran = hongxiu("policy", "check", str(NANCHENG), "--json", env=nowhere)
    assert ran.code == 0, ran
    kinds = [item["kind"] for item in ran.json["items"]]
    assert set(kinds) >= {"organisation", "ladder", "calendar"}


def test_a_mistake_in_a_policy_is_named_by_file_and_line(tmp_path: Path, nowhere: dict[str, str]) -> None:
    folder = copy_of_nancheng(tmp_path)
    ladder = (folder / "ladder.yaml").read_text("utf-8").splitlines()
    line = next(number for number, text in enumerate(ladder, start=1) if "duty_hours" in text)
    ladder[line - 1] = ladder[line - 1].replace("2", "two")
    (folder / "ladder.yaml").write_text("\n".join(ladder), "utf-8")
    ran = hongxiu("policy", "check", str(folder), env=nowhere)
    assert ran.code == 2
    told = " ".join(ran.err.split())
    assert f"ladder.yaml:{line}: " in told
    assert "应为整数（现为 'two'）" in told
    ran = hongxiu("policy", "check", str(folder), "--lang", "en", env=nowhere)
    assert "Input should be a valid integer" in " ".join(ran.err.split())


def test_a_ladder_for_another_organisation_does_not_fit(tmp_path: Path, nowhere: dict[str, str]) -> None:
    folder = copy_of_nancheng(tmp_path)
    organisation = folder / "organisation.yaml"
    text = organisation.read_text("utf-8").replace("tiers: [alliance, community, estate]", "tiers: [a, b, c]")
    organisation.write_text(text, "utf-8")
    ran = hongxiu("policy", "check", str(folder), env=nowhere)
    assert ran.code == 2
    assert "c, b, a" in ran.err


def test_a_playbook_that_names_nobody_known_does_not_fit(tmp_path: Path, nowhere: dict[str, str]) -> None:
    folder = copy_of_nancheng(tmp_path)
    line = break_playbook(folder, "fire.yaml", "party: citymgmt", "party: navy")
    ran = hongxiu("policy", "check", str(folder), env=nowhere)
    assert ran.code == 2
    assert f"fire.yaml:{line}: tasks[" in ran.err
    assert "没有“navy”这一方" in ran.err


# ---------------------------------------------------------------- playbooks


def test_the_sample_playbooks_are_good_and_listed(nowhere: dict[str, str]) -> None:
    wide = {**nowhere, "COLUMNS": "180"}
    ran = hongxiu("playbook", "check", env=wide)
    assert ran.code == 0, ran
    assert "property_withdrawal_planned" in ran.out
    assert "Lead" in hongxiu("playbook", "check", "--lang", "en", env=wide).out
    listed = hongxiu("playbook", "check", str(NANCHENG), "--json", env=wide).json["items"]
    assert len({playbook["playbook"] for playbook in listed}) == 10


def test_every_problem_of_every_playbook_is_shown(tmp_path: Path, nowhere: dict[str, str]) -> None:
    folder = copy_of_nancheng(tmp_path)
    lines = [
        break_playbook(folder, "fire.yaml", "party: citymgmt", "party: navy"),
        break_playbook(folder, "flooding.yaml", "cap: 1month", "cap: 0d"),
        break_playbook(folder, "gas_leak.yaml", "playbook: gas_leak", "playbook: fire"),
    ]
    ran = hongxiu("playbook", "check", str(folder), env={**nowhere, "COLUMNS": "300"})
    assert ran.code == 2
    for file, line in zip(("fire", "flooding", "gas_leak"), lines, strict=True):
        assert f"{file}.yaml:{line}" in ran.out
    found = hongxiu("playbook", "check", str(folder), "--json", env=nowhere).json["problems"]
    assert {problem["field"] for problem in found} >= {"cap", "playbook"}
    assert {"最长期限须晚于启动（T0）"} <= {problem["message"] for problem in found}
    english = hongxiu("playbook", "check", str(folder), "--json", "--lang", "en", env=nowhere).json["problems"]
    assert {"the cap is after T0"} <= {problem["message"] for problem in english}


def test_a_folder_without_playbooks_is_told(tmp_path: Path, nowhere: dict[str, str]) -> None:
    folder = copy_of_nancheng(tmp_path)
    shutil.rmtree(folder / "playbooks")
    ran = hongxiu("playbook", "check", str(folder), env=nowhere)
    assert ran.code == 2
    assert "没有预案" in ran.out


def test_a_playbook_is_drawn_as_a_table_and_as_a_picture(tmp_path: Path, nowhere: dict[str, str]) -> None:
    picture = tmp_path / "lift.svg"
    ran = hongxiu("playbook", "draw", "lift_entrapment", "--out", str(picture), env={**nowhere, "COLUMNS": "240"})
    assert ran.code == 0, ran
    assert "维保人员到场" in ran.out
    assert "先报 119" in ran.out
    assert "TSG T5002-2017" in ran.out
    assert picture.read_text("utf-8").startswith("<svg")
    english = hongxiu("playbook", "draw", "lift_entrapment", "--lang", "en", env={**nowhere, "COLUMNS": "240"})
    assert "maintainer on site" in english.out
    assert "119 first" in english.out


def test_an_unknown_playbook_or_a_place_that_cannot_be_written_is_bad_input(
    tmp_path: Path, nowhere: dict[str, str]
) -> None:
    ran = hongxiu("playbook", "draw", "godzilla", env=nowhere)
    assert ran.code == 2
    assert "lift_entrapment" in ran.err
    ran = hongxiu("playbook", "draw", "fire", "--out", str(tmp_path / "nowhere" / "x.svg"), env=nowhere)
    assert ran.code == 2
    assert "cannot be written" in ran.err


def break_playbook(folder: Path, file: str, old: str, new: str) -> int:
    """Changes the first ``old`` in a playbook; the line where that is."""
    path = folder / "playbooks" / file
    content = path.read_text("utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), "utf-8")
    return content[: content.index(old)].count("\n") + 1


def copy_of_nancheng(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NANCHENG, tmp_path / "policies"))
