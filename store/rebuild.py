"""Make a list anew from the log; or only compare the two.

The case list is made beside the live one, and the two are swapped. `fold` belongs to the domain: it takes one stream's
events and gives the case's row (exactly the columns of `store.cases.COLUMNS`), or None for a stream that is not a case.
The lists of sittings and joint responses are small: they are made in one transaction.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from store.cases import COLUMNS, whole_row
from store.errors import reaching_the_store
from store.folding import Kind
from store.log import StoredEvent, every_stream, snapshot, some_streams

if TYPE_CHECKING:
    from store.database import Connection, Pool

Fold: TypeAlias = Callable[[Sequence[StoredEvent]], Mapping[str, object] | None]
Progress: TypeAlias = Callable[[int], None]

_BATCH = 500
# Below this many new events the live list is locked and the rest is done under the lock.
_NEARLY_THERE = 200
_ROUNDS = 20
# Any number, ours: two rebuilds take turns.
_REBUILDING = 7_357_002

_FRESH = """
DROP SCHEMA IF EXISTS hx_rebuild CASCADE;
CREATE SCHEMA hx_rebuild;
CREATE TABLE hx_rebuild.cases (LIKE public.cases INCLUDING ALL);
"""
_PUT = f"""
INSERT INTO hx_rebuild.cases SELECT * FROM jsonb_populate_recordset(NULL::hx_rebuild.cases, $1)
ON CONFLICT (number) DO UPDATE SET ({", ".join(COLUMNS)}) = ({", ".join(f"excluded.{c}" for c in COLUMNS)})
"""
# LIKE copies columns, checks and indexes, but neither privileges nor settings of storage.
_SWAP = """
DO $$ DECLARE grant_of record; option text;
BEGIN
    FOR grant_of IN SELECT (aclexplode(relacl)).* FROM pg_class WHERE oid = 'public.cases'::regclass LOOP
        EXECUTE format('GRANT %s ON hx_rebuild.cases TO %s', grant_of.privilege_type, CASE grant_of.grantee
            WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grant_of.grantee)) END);
    END LOOP;
    FOR option IN SELECT unnest(reloptions) FROM pg_class WHERE oid = 'public.cases'::regclass LOOP
        EXECUTE format('ALTER TABLE hx_rebuild.cases SET (%s)', option);
    END LOOP;
    EXECUTE format('COMMENT ON TABLE hx_rebuild.cases IS %L', obj_description('public.cases'::regclass));
END $$;
DROP TABLE public.cases;
ALTER TABLE hx_rebuild.cases SET SCHEMA public;
DROP SCHEMA hx_rebuild;
"""
_DIFFERING = """
SELECT fresh.number
FROM jsonb_populate_recordset(NULL::public.cases, $1) AS fresh LEFT JOIN public.cases AS live USING (number)
WHERE to_jsonb(live) IS DISTINCT FROM to_jsonb(fresh)
"""


async def rebuild(owner: Pool, fold: Fold, progress: Progress | None = None) -> int:
    """Fold every stream into a fresh list and swap it in, while appends go on; how many cases it has.

    `owner` is a pool of the role that owns the tables. Appends wait only for the last few events and the
    swap. `progress(streams)` is called with the number of streams folded so far. Raises StoreUnavailable; an
    interrupted rebuild leaves the live list as it was.
    """
    with reaching_the_store():
        async with owner.acquire() as connection:
            await connection.execute("SELECT pg_advisory_lock($1)", _REBUILDING)
            try:
                return await _rebuild(connection, fold, progress)
            finally:
                if not connection.is_closed():
                    await connection.execute("SELECT pg_advisory_unlock($1)", _REBUILDING)


async def compare(pool: Pool, fold: Fold, progress: Progress | None = None) -> tuple[str, ...]:
    """The numbers of cases whose live row is not what their events fold to, or that only one side has.

    Both sides are read at one instant. Raises StoreUnavailable.
    """
    differing: set[str] = set()
    seen: set[str] = set()
    with reaching_the_store():
        async with pool.acquire() as connection, snapshot(connection):
            async for rows in _folded(every_stream(connection), fold, progress):
                differing.update(row["number"] for row in await connection.fetch(_DIFFERING, rows))
                seen.update(str(row["number"]) for row in rows)
            live = await connection.fetch("SELECT number FROM cases")
    return tuple(sorted(differing | {row["number"] for row in live} - seen))


async def _rebuild(connection: Connection, fold: Fold, progress: Progress | None) -> int:
    await connection.execute(_FRESH)
    async with connection.transaction(isolation="repeatable_read"):
        position = await _last_position(connection)
        async for rows in _folded(every_stream(connection), fold, progress):
            await connection.execute(_PUT, rows)
    for _ in range(_ROUNDS):
        if await _last_position(connection) - position < _NEARLY_THERE:
            break
        position = await _catch_up(connection, fold, position)
    async with connection.transaction():
        # An append writes its row before it takes the log's lock, so from here on none comes between; those
        # that have written theirs are waited for.
        await connection.execute("LOCK TABLE public.cases IN ACCESS EXCLUSIVE MODE")
        await _catch_up(connection, fold, position)
        total = int(await connection.fetchval("SELECT count(*) FROM hx_rebuild.cases"))
        await connection.execute(_SWAP)
    await connection.execute("ANALYZE public.cases")
    return total


async def _catch_up(connection: Connection, fold: Fold, position: int) -> int:
    """Fold again each stream that grew after `position`; the position up to which that was."""
    last = await _last_position(connection)
    grown = await connection.fetch(
        "SELECT DISTINCT stream FROM events WHERE position > $1 AND position <= $2", position, last
    )
    names = [row["stream"] for row in grown]
    for start in range(0, len(names), _BATCH):
        streams = await some_streams(connection, names[start : start + _BATCH])
        rows = [row for row in map(fold, streams) if row is not None]
        await connection.execute(_PUT, list(map(whole_row, rows)))
    return last


async def _folded(
    streams: AsyncIterator[Sequence[StoredEvent]], fold: Fold, progress: Progress | None
) -> AsyncIterator[list[Mapping[str, object]]]:
    """The rows of `streams`, some hundred at a time."""
    rows: list[Mapping[str, object]] = []
    folded = 0
    async for events in streams:
        row = fold(events)
        folded += 1
        if row is not None:
            rows.append(whole_row(row))
        if len(rows) == _BATCH:
            yield rows
            rows = []
        if progress is not None:
            progress(folded)
    if rows:
        yield rows


async def _last_position(connection: Connection) -> int:
    return int(await connection.fetchval("SELECT coalesce(max(position), 0) FROM events"))


# ---------------------------------------------------------------- small lists, by their id

_ROWS = "SELECT * FROM jsonb_populate_recordset(NULL::{table}, $1)"


async def rebuild_list(owner: Pool, kind: Kind[Any, Any]) -> int:
    """Make a small list anew in one transaction; how many rows it has. Appends to it wait meanwhile.

    Raises StoreUnavailable.
    """
    with reaching_the_store():
        async with owner.acquire() as connection, connection.transaction():
            # An append writes its row before its events: from here on none comes between.
            await connection.execute(f"LOCK TABLE {kind.table} IN ACCESS EXCLUSIVE MODE")
            rows = await _all_folded(connection, kind)
            await connection.execute(f"DELETE FROM {kind.table}")
            await connection.execute(f"INSERT INTO {kind.table} {_ROWS.format(table=kind.table)}", rows)
    return len(rows)


async def compare_list(pool: Pool, kind: Kind[Any, Any]) -> tuple[str, ...]:
    """The ids of those whose live row is not what their events fold to, or that only one side has.

    Both sides are read at one instant. Raises StoreUnavailable.
    """
    with reaching_the_store():
        async with pool.acquire() as connection, snapshot(connection):
            rows = await _all_folded(connection, kind)
            found = await connection.fetch(
                f"SELECT id FROM ({_ROWS.format(table=kind.table)}) AS fresh FULL JOIN {kind.table} AS live USING (id) "
                "WHERE to_jsonb(live) IS DISTINCT FROM to_jsonb(fresh) ORDER BY id",
                rows,
            )
    return tuple(row["id"] for row in found)


async def _all_folded(connection: Connection, kind: Kind[Any, Any]) -> list[Mapping[str, object]]:
    rows = [kind.listed(events) async for events in every_stream(connection)]
    return [row for row in rows if row is not None]
