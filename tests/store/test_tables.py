"""The catalogue of tables is what the migrations make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine
from sqlalchemy.pool import NullPool

import store.tables  # noqa: F401 - declares every table
from store.folding import KINDS
from store.log import EventLog
from store.projecting import put_function
from store.tables.base import METADATA, Instant, key
from store.tables.lists import Listing
from tests.store.given import event

if TYPE_CHECKING:
    from store.database import Pool
    from tests.conftest import Database

# What Alembic does not compare: collations, checks, how rows are stored, how an index sorts.
_CATALOGUE = """
SELECT 'column', attrelid::regclass::text, attname, concat_ws(' ', format_type(atttypid, atttypmod), attnotnull,
    attidentity, (SELECT collname FROM pg_collation AS c WHERE c.oid = attcollation),
    (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef AS d WHERE d.adrelid = attrelid AND d.adnum = attnum),
    col_description(attrelid, attnum))
FROM pg_attribute JOIN pg_class AS t ON t.oid = attrelid
WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND attnum > 0
UNION ALL
SELECT 'table', relname, concat_ws(' ', reloptions), obj_description(oid, 'pg_class')
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
UNION ALL
SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
ORDER BY 1, 2, 3
"""


def differences(database: Database, metadata: MetaData) -> list[Any]:
    """What Alembic would do to make the database's tables the declared ones."""
    with _engine(database).connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return found


def test_the_tables_are_those_that_the_migrations_make(database: Database) -> None:
    assert differences(database, METADATA) == []


def test_a_column_that_no_migration_makes_is_seen(database: Database) -> None:
    declared = MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.tables.values():
        table.to_metadata(declared)
    declared.tables["claims"].append_column(Column("asked_by", Text))
    Table("petitions", declared, Column("id", Text, primary_key=True))

    found = differences(database, declared)

    assert [difference[0] for difference in found] == ["add_table", "add_column"]
    assert (found[0][1].name, found[1][-1].name) == ("petitions", "asked_by")


def test_what_is_declared_makes_the_same_database(database: Database, empty_database: Callable[[], Database]) -> None:
    declared = empty_database()
    with _engine(declared).begin() as connection:
        METADATA.create_all(connection)
    assert _catalogue(declared) == _catalogue(database) - {row for row in _catalogue(database) if "alembic" in row[1]}


def _catalogue(database: Database) -> set[tuple[Any, ...]]:
    with psycopg.connect(database.owner_dsn) as connection:
        return {tuple(row) for row in connection.execute(_CATALOGUE)}


def _engine(database: Database) -> Any:
    return create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(database.owner_dsn), poolclass=NullPool
    )


async def test_a_list_that_is_declared_is_written_with_its_appends(database: Database, owner_pool: Pool) -> None:
    table = Table("petitions", MetaData(), key(), Column("version", Integer), Column("until", Instant))
    petitions = Listing(table, until=table.c.until, is_open=table.c.until.is_not(None))
    with _engine(database).begin() as connection:
        table.create(connection)
    await owner_pool.execute(put_function([*(kind.listing for kind in KINDS), petitions]))
    row = {"id": "P-1", "version": 1, "until": "2026-03-02T09:00:00+08:00"}

    await EventLog(owner_pool).append("P-1", 0, "", "file", [event()], row, petitions)

    written = await owner_pool.fetchrow("SELECT * FROM petitions")
    assert written is not None
    assert (written["id"], written["until"]) == ("P-1", datetime(2026, 3, 2, 1, tzinfo=UTC))
