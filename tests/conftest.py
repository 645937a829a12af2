"""What every test may ask for: a real PostgreSQL, and in it a migrated database of its own.

One server a test session (each xdist worker is one), on a free port, in a temporary folder, stopped.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import is_hypothesis_test
from psycopg import sql

from stack.ports import free_port
from stack.postgres import Postgres
from stack.temporal import TemporalServer
from store import migrate
from store.database import connect
from tests.support import trying  # noqa: F401 - says how much Hypothesis tries, before any test is read
from tests.support.stack import Stack, running_stack

if TYPE_CHECKING:
    from store.database import Pool

_TEMPLATE = "hongxiu_template"
_numbers = count(1)
_ROOM = 4 * 2**30  # bytes


gc.disable()  # until all tests are read: what is read stays, and looking through it again and again takes a third


def pytest_collection_finish() -> None:
    """What has been read is never garbage: the collector need not look at it while tests run."""
    gc.enable()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what Hypothesis tries, and what a browser looks at. What takes the longest by far begins first."""
    for item in items:
        if isinstance(item, pytest.Function) and is_hypothesis_test(item.function):
            item.add_marker(pytest.mark.property)
        if "browsing" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("longest") is None)


@dataclass(frozen=True, slots=True)
class Database:
    """One database: `dsn` is the application's role, `owner_dsn` the role that owns everything."""

    name: str
    dsn: str
    owner_dsn: str


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server; for tests that kill it, start one of your own.

    Not below pytest's own folder: every starting session closes that to other users, and PostgreSQL runs as one
    where the tests are root's.
    """
    with tempfile.TemporaryDirectory(prefix="hongxiu-tests-", dir=_in_memory(), ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder) / "postgres", free_port())
        try:
            server.start()
            yield server
        finally:
            server.kill()  # a clean end would write hundreds of databases to the disk first


def _in_memory() -> Path | None:
    """A file system in memory, where there is one with room for a session's databases."""
    folder = Path("/dev/shm")
    usable = folder.is_dir() and os.access(folder, os.W_OK)
    return folder if usable and shutil.disk_usage(folder).free > _ROOM else None


@pytest.fixture(scope="session")
def empty_database(postgres: Postgres) -> Callable[[], Database]:
    """Makes databases without any table."""

    def make() -> Database:
        name = f"test_{next(_numbers)}"
        postgres.create_database(name)
        return _database(postgres, name)

    return make


@pytest.fixture(scope="session")
def migrated_template(postgres: Postgres) -> str:
    """The name of a migrated database that nobody is connected to."""
    postgres.create_database(_TEMPLATE)
    migrate.upgrade(postgres.owner_dsn(_TEMPLATE), postgres.app_password)
    return _TEMPLATE


@pytest.fixture(scope="session")
def new_database(postgres: Postgres, migrated_template: str) -> Callable[[], Database]:
    """Makes migrated, empty databases, for fixtures of any scope."""

    def make() -> Database:
        name = f"test_{next(_numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with psycopg.connect(postgres.owner_dsn(), autocommit=True) as connection:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(migrated_template)))
        return _database(postgres, name)

    return make


@pytest.fixture
def database(postgres: Postgres, new_database: Callable[[], Database]) -> Iterator[Database]:
    """This test's own migrated database, gone after it."""
    made = new_database()
    yield made
    with psycopg.connect(postgres.owner_dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(made.name)))


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    """The application's connections to this test's database."""
    opened = await connect(database.dsn, max_size=20)
    yield opened
    await opened.close()


@pytest.fixture
async def owner_pool(database: Database) -> AsyncIterator[Pool]:
    """The owner's connections to this test's database: for rebuilding, and for tampering."""
    opened = await connect(database.owner_dsn, max_size=4)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    """A Temporal server in rehearsal: clocks can be skipped. In memory, no pages."""
    log_file = tmp_path_factory.mktemp("temporal") / "temporal.log"
    server = TemporalServer(None, free_port(), rehearsal=True, log_file=log_file)
    try:
        server.start()
        yield server
    finally:
        server.kill()  # in memory: there is nothing that a clean end would keep


@pytest.fixture(scope="session")
def stack(
    new_database: Callable[[], Database], temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """One for all tests over HTTP: a worker and an API in processes of their own, in rehearsal, with the sample
    organisation."""
    database = new_database()
    folder = tmp_path_factory.mktemp("stack")
    with running_stack(folder, database.dsn, database.owner_dsn, temporal_server.address) as running:
        yield running


@pytest.fixture(scope="module")
def town(
    new_database: Callable[[], Database], temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A stack of the module's own, with few units: its time can be moved without anybody else's moving."""
    database, folder = new_database(), tmp_path_factory.mktemp("town")
    with running_stack(folder, database.dsn, database.owner_dsn, temporal_server.address, quiet=True) as running:
        yield running


def _database(server: Postgres, name: str) -> Database:
    return Database(name, server.app_dsn(name), server.owner_dsn(name))
