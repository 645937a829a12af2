"""Where what callers do lives, it knows no caller; and policies are written in one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CALLERS = {
    "activities",
    "api",
    "bench",
    "cli",
    "console",
    "demo",
    "operations",
    "server",
    "stack",
    "worker",
    "fastapi",
    "starlette",
    "typer",
}
POLICIES = {"store.tables.town.POLICY_VERSIONS", "store.tables.town.POLICY_ENACTMENTS"}
WRITES = {"store.policies.enact", "store.policies.enacting"}
PROGRAM = [file for file in ROOT.rglob("*.py") if not {"tests", ".venv", "build"} & set(file.relative_to(ROOT).parts)]


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("file", sorted((ROOT / "services").rglob("*.py")), ids=lambda file: file.name)
def test_a_service_imports_none_of_its_callers(file: Path) -> None:
    assert {name.partition(".")[0] for name in imported(file)} & CALLERS == set()


def test_the_policy_desk_alone_brings_policies_into_force() -> None:
    assert [file.relative_to(ROOT).as_posix() for file in PROGRAM if WRITES & set(imported(file))] == [
        "services/policy_desk.py"
    ]
    writing = [file.name for file in PROGRAM if POLICIES & set(imported(file))]
    assert writing == ["policies.py"]


def named(file: Path) -> str:
    """A module's name; a package's is that of its ``__init__``."""
    return ".".join(part for part in file.relative_to(ROOT).with_suffix("").parts if part != "__init__")


MODULES = {named(file): file for file in PROGRAM}


def module_of(name: str) -> str:
    """The module that an imported name is, or is in; empty where it is none of ours."""
    while name and name not in MODULES:
        name = name.rpartition(".")[0]
    return name


def test_no_module_imports_its_way_back_to_itself() -> None:
    below = {name: {module_of(one) for one in imported(file)} - {name} for name, file in MODULES.items()}
    while leaves := {name for name, imports in below.items() if not imports & below.keys()}:
        below = {name: imports for name, imports in below.items() if name not in leaves}
    assert sorted(below) == []
