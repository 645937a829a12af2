"""The embedded PostgreSQL as a process of ours."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from stack.errors import FolderInUse, PortTaken
from stack.ports import free_port
from stack.postgres import Postgres


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "data", free_port())
    server.start()
    yield server
    server.stop()


def _query(server: Postgres, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.owner_dsn()) as connection:
        return connection.execute(statement.encode()).fetchall()


def _write_a_row(server: Postgres) -> None:
    with psycopg.connect(server.owner_dsn()) as connection:
        connection.execute("CREATE TABLE kept (words text)")
        connection.execute("INSERT INTO kept VALUES ('承诺')")


def test_rows_survive_a_clean_restart(postgres: Postgres) -> None:
    _write_a_row(postgres)
    postgres.stop()
    postgres.start()
    assert _query(postgres, "SELECT words FROM kept") == [("承诺",)]


@pytest.mark.long
def test_rows_survive_kill_after_kill_with_sessions_open(postgres: Postgres) -> None:
    _write_a_row(postgres)
    for _ in range(3):
        session = psycopg.connect(postgres.owner_dsn())
        postgres.kill()
        postgres.start()
        session.close()
    assert _query(postgres, "SELECT words FROM kept") == [("承诺",)]


@pytest.mark.long
def test_a_pid_file_whose_number_belongs_to_another_process_now_is_no_obstacle(postgres: Postgres) -> None:
    postgres.kill()
    pid_file = postgres.cluster / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join(["1", *lines[1:]]) + "\n")
    postgres.start()
    assert postgres.child.running


@pytest.mark.long
def test_an_interrupted_first_start_begins_afresh(tmp_path: Path) -> None:
    server = Postgres(tmp_path, free_port())
    unfinished = tmp_path / "cluster.new"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    server.start()
    server.stop()
    assert not unfinished.exists()
    assert server.child.returncode == 0


def test_a_long_folder_with_spaces_and_hanzi_works(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "红绣 data folder" / ("long " * 30).strip(), free_port())
    server.start()
    created = server.create_database("hongxiu"), server.create_database("hongxiu")
    server.stop()
    assert created == (True, False)


def test_connections_need_the_password(postgres: Postgres) -> None:
    wrong = postgres.owner_dsn().replace(":", ":x", 2).replace("postgresql:x", "postgresql:", 1)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(wrong)


def test_what_is_committed_is_on_the_disk(postgres: Postgres) -> None:
    durable = ["fsync", "synchronous_commit", "full_page_writes"]
    assert [_query(postgres, f"SHOW {name}") for name in durable] == [[("on",)]] * 3


def test_passwords_are_readable_by_their_owner_only(postgres: Postgres) -> None:
    assert postgres.app_password
    files = sorted(postgres.data_dir.glob("*.password"))
    assert [(file.name, file.stat().st_mode & 0o777) for file in files] == [
        ("app.password", 0o600),
        ("owner.password", 0o600),
    ]


@pytest.mark.long
def test_a_taken_port_is_told(postgres: Postgres, tmp_path: Path) -> None:
    other = Postgres(tmp_path / "other", postgres.port)
    with pytest.raises(PortTaken, match=str(postgres.port)):
        other.start()


@pytest.mark.long
def test_a_second_server_on_the_same_folder_is_refused(postgres: Postgres) -> None:
    other = Postgres(postgres.data_dir, free_port())
    with pytest.raises(FolderInUse, match="runs on"):
        other.start()
    assert postgres.child.running


@pytest.mark.long
def test_a_frozen_server_is_killed_at_stop_in_the_end(postgres: Postgres) -> None:
    postgres.child.signal(signal.SIGSTOP)
    postgres.stop(timeout=0.1)
    assert not postgres.child.running
