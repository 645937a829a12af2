"""Make lists anew from the log, each beside the live one; or only compare the two. One pass over the log for all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from sqlalchemy import ColumnElement, MetaData, Select, Table, TableValuedAlias, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB

from store.errors import reaching_the_store
from store.folding import KINDS
from store.log import LAST_POSITION, StoredEvent, every_stream, snapshot, some_streams
from store.projecting import upsert
from store.statements import Statement, given
from store.tables.lists import Listing
from store.tables.log import EVENTS

if TYPE_CHECKING:
    from store.database import Connection, Pool

Row: TypeAlias = Mapping[str, object]
Progress: TypeAlias = Callable[[int], None]


class Projected(Protocol):
    """A kind of stream, as far as its list is made anew (`store.folding.Kind`). ``listed``: the row of a whole stream,
    None for a stream of another kind."""

    @property
    def listing(self) -> Listing: ...
    def listed(self, rows: Sequence[StoredEvent]) -> Row | None: ...


_BATCH = 500
# Below this many new events the live lists are locked and the rest is done under the lock.
_NEARLY_THERE = 200
_ROUNDS = 20
# Any number, ours: two rebuilds take turns.
_REBUILDING = 7_357_002
_BESIDE = "hx_rebuild"

_GROWN = Statement(
    select(EVENTS.c.stream)
    .distinct()
    .where(
        EVENTS.c.position > given("after", EVENTS.c.position.type),
        EVENTS.c.position <= given("last", EVENTS.c.position.type),
    )
)

# LIKE copies columns, checks and indexes, but neither privileges nor settings of storage.
_SWAP = """
DO $$ DECLARE grant_of record; option text;
BEGIN
    FOR grant_of IN SELECT (aclexplode(relacl)).* FROM pg_class WHERE oid = 'public.{table}'::regclass LOOP
        EXECUTE format('GRANT %s ON hx_rebuild.{table} TO %s', grant_of.privilege_type, CASE grant_of.grantee
            WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grant_of.grantee)) END);
    END LOOP;
    FOR option IN SELECT unnest(reloptions) FROM pg_class WHERE oid = 'public.{table}'::regclass LOOP
        EXECUTE format('ALTER TABLE hx_rebuild.{table} SET (%s)', option);
    END LOOP;
    EXECUTE format('COMMENT ON TABLE hx_rebuild.{table} IS %L', obj_description('public.{table}'::regclass));
END $$;
DROP TABLE public.{table};
ALTER TABLE hx_rebuild.{table} SET SCHEMA public;
"""


async def rebuild(
    owner: Pool, kinds: Sequence[Projected] = KINDS, progress: Progress | None = None
) -> Mapping[str, int]:
    """Fold every stream into fresh lists and swap them in, while appends go on; how many rows each list has, by name.

    `owner` is a pool of the role that owns the tables. Appends wait only for the last few events and the
    swap. `progress(streams)` is called with the number of streams folded so far. Raises StoreUnavailable; an
    interrupted rebuild leaves the live lists as they were.
    """
    with reaching_the_store():
        async with owner.acquire() as connection:
            await connection.execute("SELECT pg_advisory_lock($1)", _REBUILDING)
            try:
                return await _rebuild(connection, [_Fresh(kind) for kind in kinds], progress)
            finally:
                if not connection.is_closed():
                    await connection.execute("SELECT pg_advisory_unlock($1)", _REBUILDING)


async def compare(
    pool: Pool, kinds: Sequence[Projected] = KINDS, progress: Progress | None = None
) -> Mapping[str, tuple[str, ...]]:
    """The ids whose live row is not what their events fold to, or that only one side has; in order, by the list's name.

    Both sides are read at one instant. Raises StoreUnavailable.
    """
    compared = [_Compared(kind) for kind in kinds]
    with reaching_the_store():
        async with pool.acquire() as connection, snapshot(connection):
            await _fold(connection, every_stream(connection), compared, progress)
            return {one.listing.name: await one.outcome(connection) for one in compared}


# ---------------------------------------------------------------- a list, while it is made or compared


class _Folding:
    """What has been folded for one list and not been put to use yet."""

    def __init__(self, kind: Projected) -> None:
        self.listing = kind.listing
        self._kind = kind
        self._rows: list[Row] = []

    async def take(self, connection: Connection, events: Sequence[StoredEvent]) -> None:
        """Folds a stream, if it is of the list's kind."""
        row = self._kind.listed(events)
        if row is None:
            return
        self._rows.append(self.listing.whole(row))
        if len(self._rows) == _BATCH:
            await self.use(connection)

    async def use(self, connection: Connection) -> None:
        """Puts to use what has been folded."""
        if self._rows:
            await self._use(connection, self._rows)
            self._rows = []

    async def _use(self, connection: Connection, rows: Sequence[Row]) -> None:
        raise NotImplementedError


class _Fresh(_Folding):
    """Rows for a fresh table beside the live one."""

    def __init__(self, kind: Projected) -> None:
        super().__init__(kind)
        self.name = kind.listing.name
        self._table = kind.listing.table.to_metadata(MetaData(), schema=_BESIDE)
        self._put = Statement(upsert(self._table, _given_rows(self._table)))
        self._count = Statement(select(func.count()).select_from(self._table))

    async def begin(self, connection: Connection) -> None:
        await connection.execute(f"CREATE TABLE {_BESIDE}.{self.name} (LIKE public.{self.name} INCLUDING ALL)")

    async def swap(self, connection: Connection) -> int:
        """Becomes the live list; how many rows it has."""
        total = int(await self._count.value(connection))
        await connection.execute(_SWAP.replace("{table}", self.name))
        return total

    async def _use(self, connection: Connection, rows: Sequence[Row]) -> None:
        await self._put.run(connection, rows=rows)


class _Compared(_Folding):
    """Rows beside the live ones."""

    def __init__(self, kind: Projected) -> None:
        super().__init__(kind)
        self._differing: set[str] = set()
        self._seen: set[str] = set()
        self._differs = Statement(_differs(self.listing))
        self._live = Statement(select(self.listing.key))

    async def outcome(self, connection: Connection) -> tuple[str, ...]:
        """The ids that differ, in order."""
        live = {str(key) for (key,) in await self._live.rows(connection)}
        return tuple(sorted(self._differing | live - self._seen))

    async def _use(self, connection: Connection, rows: Sequence[Row]) -> None:
        self._differing.update(key for (key,) in await self._differs.rows(connection, rows=rows))
        self._seen.update(str(row[self.listing.key.name]) for row in rows)


def _given_rows(table: Table) -> TableValuedAlias:
    """Rows that are given as JSON."""
    record: ColumnElement[Any] = literal_column(f"NULL::{table.fullname}")
    return func.jsonb_populate_recordset(record, given("rows", JSONB())).table_valued(*table.c.keys(), name="fresh")


def _differs(listing: Listing) -> Select[tuple[str]]:
    """The keys of given rows that are not as the live ones are, or that are not live."""
    fresh, live = _given_rows(listing.table), listing.table
    both = fresh.outerjoin(live, listing.key == fresh.c[listing.key.name])
    is_other = func.to_jsonb(live.table_valued()).is_distinct_from(func.to_jsonb(fresh.table_valued()))
    return select(fresh.c[listing.key.name]).select_from(both).where(is_other)


# ---------------------------------------------------------------- the passes


async def _rebuild(connection: Connection, fresh: Sequence[_Fresh], progress: Progress | None) -> Mapping[str, int]:
    await connection.execute(f"DROP SCHEMA IF EXISTS {_BESIDE} CASCADE; CREATE SCHEMA {_BESIDE}")
    for one in fresh:
        await one.begin(connection)
    async with connection.transaction(isolation="repeatable_read"):
        position = int(await LAST_POSITION.value(connection))
        await _fold(connection, every_stream(connection), fresh, progress)
    for _ in range(_ROUNDS):
        if int(await LAST_POSITION.value(connection)) - position < _NEARLY_THERE:
            break
        position = await _catch_up(connection, fresh, position)
    totals = {one.name: await _swap(connection, one, position) for one in fresh}
    await connection.execute(f"DROP SCHEMA {_BESIDE}")
    return totals


async def _swap(connection: Connection, one: _Fresh, position: int) -> int:
    """A fresh list in the live one's place; how many rows it has. One list after the other: what is recorded together
    may have rows in several, and would meet their locks in another order."""
    async with connection.transaction():
        # An append writes its row before it takes the log's lock, so from here on none comes between; those
        # that have written theirs are waited for.
        await connection.execute(f"LOCK TABLE public.{one.name} IN ACCESS EXCLUSIVE MODE")
        await _catch_up(connection, [one], position)
        total = await one.swap(connection)
    await connection.execute(f"ANALYZE public.{one.name}")
    return total


async def _catch_up(connection: Connection, fresh: Sequence[_Fresh], position: int) -> int:
    """Fold again each stream that grew after `position`; the position up to which that was."""
    last = int(await LAST_POSITION.value(connection))
    names = [name for (name,) in await _GROWN.rows(connection, after=position, last=last)]
    for start in range(0, len(names), _BATCH):
        await _fold(connection, _each(await some_streams(connection, names[start : start + _BATCH])), fresh)
    return last


async def _fold(
    connection: Connection,
    streams: AsyncIterator[Sequence[StoredEvent]],
    lists: Sequence[_Folding],
    progress: Progress | None = None,
) -> None:
    """Each stream into the list that it belongs to."""
    folded = 0
    async for events in streams:
        for one in lists:
            await one.take(connection, events)
        folded += 1
        if progress is not None:
            progress(folded)
    for one in lists:
        await one.use(connection)


async def _each(streams: Iterable[Sequence[StoredEvent]]) -> AsyncIterator[Sequence[StoredEvent]]:
    for stream in streams:
        yield stream
