"""Where the two chains stand: the events' and the access log's; and the schema."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from store.errors import reaching_the_store

if TYPE_CHECKING:
    from store.database import Executor


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of a chain: its position, its hash, when it was written. Position 0: there is none."""

    position: int
    hash: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Heads:
    """Both chains, the schema's revision, PostgreSQL's version, the database's size in bytes."""

    events: Head
    accesses: Head
    schema: str
    server: str
    size: int


_NONE = Head(0, "", None)


async def heads(executor: Executor) -> Heads:
    """As they are now. Raises StoreUnavailable."""
    with reaching_the_store():
        events = await executor.fetchrow(
            "SELECT position, hash, recorded_at AS at FROM events ORDER BY position DESC LIMIT 1"
        )
        accesses = await executor.fetchrow("SELECT position, hash, at FROM access_log ORDER BY position DESC LIMIT 1")
        rest = await executor.fetchrow(
            "SELECT current_setting('server_version') AS server, pg_database_size(current_database()) AS size"
        )
        schema = await executor.fetchval("SELECT max(version_num) FROM alembic_version")
    assert rest is not None
    found = [Head(**dict(row)) if row is not None else _NONE for row in (events, accesses)]
    return Heads(found[0], found[1], schema or "", rest["server"], rest["size"])
