"""How a row comes into its list: ``hx_put``, a function of the database, written from what is declared.

``hx_record`` calls it within its one call; no list is named by hand. `store.migrate.upgrade` writes it anew each time.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import FromClause, Insert, Table, func, literal_column, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import insert

from store.tables.lists import Listing

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def upsert(table: Table, rows: FromClause) -> Insert:
    """Puts ``rows`` into a list's table. A row is never replaced by an older one."""
    names = table.c.keys()
    (key,) = table.primary_key
    put = insert(table).from_select(names, select(*(rows.c[name] for name in names)))
    newer = {name: put.excluded[name] for name in names if name != key.name}
    return put.on_conflict_do_update(index_elements=[key], set_=newer, where=table.c.version < put.excluded.version)


def put_function(listings: Iterable[Listing]) -> str:
    """``hx_put(list, row)`` for these lists, as a statement that makes it, or makes it anew."""
    cases = "\n".join(f"    WHEN '{one.name}' THEN\n{_put(one.table)};" for one in listings)
    return (
        "CREATE OR REPLACE FUNCTION hx_put(p_list text, p_row jsonb) RETURNS void LANGUAGE plpgsql AS $$\n"
        f"BEGIN\n    CASE p_list\n{cases}\n    END CASE;\nEND $$"
    )


def _put(table: Table) -> str:
    record = func.jsonb_populate_record(literal_column(f"NULL::{table.name}"), literal_column("p_row"))
    statement = upsert(table, record.table_valued(*table.c.keys(), name="given"))
    return str(statement.compile(dialect=_DIALECT))
