"""Migrating, from any folder, again and again, and by several at once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import psycopg
import pytest

from store import migrate
from store.errors import SchemaUnknown

if TYPE_CHECKING:
    from store.database import Pool
    from tests.conftest import Database

ROOT = Path(__file__).parents[2]


def test_an_empty_database_is_brought_to_the_newest_schema(empty_database: Callable[[], Database]) -> None:
    database = empty_database()
    assert migrate.current(database.owner_dsn) == ""
    assert migrate.upgrade(database.owner_dsn) == migrate.newest()
    assert migrate.current(database.owner_dsn) == migrate.newest()


def test_migrating_again_changes_nothing(empty_database: Callable[[], Database]) -> None:
    database = empty_database()
    migrate.upgrade(database.owner_dsn)
    assert migrate.upgrade(database.owner_dsn) == migrate.newest()


@pytest.mark.long
def test_several_processes_may_migrate_at_once(empty_database: Callable[[], Database]) -> None:
    database = empty_database()
    command = [
        sys.executable,
        "-c",
        "import sys; from store import migrate; print(migrate.upgrade(sys.argv[1]))",
    ]
    with ThreadPoolExecutor(3) as threads:
        done = list(
            threads.map(
                lambda _: subprocess.run(
                    [*command, database.owner_dsn], cwd=ROOT, capture_output=True, text=True, check=False
                ),
                range(3),
            )
        )
    assert [(each.stdout.strip(), each.returncode) for each in done] == [(migrate.newest(), 0)] * 3, done


@pytest.mark.parametrize("folder", ["红绣 匠", "50% off %(here)s", "a:b;c,d"])
def test_the_program_may_lie_in_a_folder_of_any_name(
    empty_database: Callable[[], Database], tmp_path: Path, folder: str
) -> None:
    house = tmp_path / folder
    shutil.copytree(ROOT / "store", house / "store", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "domain", house / "domain", ignore=shutil.ignore_patterns("__pycache__"))
    code = "import sys; from store import migrate; print(migrate.__file__, migrate.upgrade(sys.argv[1]))"

    done = subprocess.run(
        [sys.executable, "-c", code, empty_database().owner_dsn],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"{house / 'store' / 'migrate.py'} {migrate.newest()}"


def test_the_application_signs_in_with_the_password_it_was_given(database: Database) -> None:
    with psycopg.connect(database.dsn) as connection:
        row = connection.execute("SELECT current_user").fetchone()
    assert row == ("hongxiu_app",)


async def test_the_application_may_not_change_the_schema(pool: Pool) -> None:
    for statement in (
        "CREATE TABLE mine (a int)",
        "ALTER TABLE cases ADD COLUMN mine int",
        "DROP FUNCTION hx_record",
        "DROP TABLE events",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


def test_the_data_of_another_program_are_refused_in_words(empty_database: Callable[[], Database]) -> None:
    database = empty_database()
    migrate.upgrade(database.owner_dsn)
    with psycopg.connect(database.owner_dsn) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0011'")

    with pytest.raises(SchemaUnknown, match="0011"):
        migrate.upgrade(database.owner_dsn)
    assert migrate.current(database.owner_dsn) == "0011"
