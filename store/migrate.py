"""Bring a database to the newest schema, and see that the application's role exists."""

from __future__ import annotations

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from store.errors import SchemaUnknown
from store.folding import KINDS
from store.projecting import put_function

APP_ROLE = "hongxiu_app"
_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number, ours: two processes that upgrade at once take turns.
_UPGRADING = 7_357_001


def upgrade(owner_dsn: str, app_password: str | None = None) -> str:
    """Migrate the database at `owner_dsn` and return the revision it is at now; running it again is harmless.

    The role `hongxiu_app` is created when missing; with `app_password` it may log in by that password.
    Raises psycopg.OperationalError when the server cannot be reached, SchemaUnknown.
    """
    with psycopg.connect(owner_dsn, autocommit=True) as guard:
        guard.execute("SELECT pg_advisory_lock(%s)", (_UPGRADING,))
        ensure_app_role(guard, app_password)
        engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(owner_dsn), poolclass=NullPool)
        with engine.begin() as connection:
            _require_known(connection)
            command.upgrade(_config(connection), "head")
            _project(connection)
            return MigrationContext.configure(connection).get_current_revision() or ""


def _require_known(connection: Connection) -> None:
    """Raises SchemaUnknown for a revision that is none of ours: an early program's, or a later one's."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in {script.revision for script in _scripts().walk_revisions()}:
        raise SchemaUnknown(revision)


def _project(connection: Connection) -> None:
    """Has the database put rows into the lists as they are declared now. The driver's own connection, as in 0001."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(put_function(kind.listing for kind in KINDS))


def newest() -> str:
    """The revision that this code needs."""
    return _scripts().get_current_head() or ""


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(None))


def current(owner_dsn: str) -> str:
    """The revision that the database is at, "" before the first migration."""
    with psycopg.connect(owner_dsn) as connection:
        row = connection.execute("SELECT to_regclass('public.alembic_version') IS NOT NULL").fetchone()
        if row is None or not row[0]:
            return ""
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(version[0]) if version else ""


def ensure_app_role(connection: psycopg.Connection[tuple[object, ...]], password: str | None) -> None:
    """Create the application's role unless it is there, and set its password when one is given."""
    # Roles belong to the whole server while locks belong to one database: another one may be creating it.
    connection.execute(f"""
        DO $$ BEGIN CREATE ROLE {APP_ROLE} LOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
    """)
    if password is not None:
        statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
        connection.execute(statement.format(sql.Identifier(APP_ROLE), sql.Literal(password)))


def _config(connection: Connection | None) -> Config:
    """Alembic's settings without a file; a folder's name may hold blanks and per cent signs."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    return config
