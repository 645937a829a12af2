"""Connections to PostgreSQL. JSON goes in and out as Python values, instants come back in UTC."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from store.errors import reaching_the_store

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
    Executor: TypeAlias = Pool | Connection

# The session keeps no state between calls, so a connection returns to the pool without a round trip. JIT
# would cost more than any of these queries. A cached plan made for all would serve `list` badly (an estate
# and the whole alliance need different ones); what appends asks for its own.
_SESSION = {
    "jit": "off",
    "plan_cache_mode": "force_custom_plan",
    "timezone": "UTC",
    "application_name": "hongxiu",
}


async def connect(dsn: str, *, min_size: int = 1, max_size: int = 16, timeout: float = 10.0) -> Pool:
    """Open a pool on `dsn`; `timeout` (seconds) bounds each connecting. Raises StoreUnavailable."""
    with reaching_the_store():
        return await asyncpg.create_pool(
            dsn,
            min_size=min_size,
            max_size=max_size,
            timeout=timeout,
            init=prepare,
            reset=_keep,
            server_settings=_SESSION,
        )


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """One connection in one transaction: committed at the end of the block, rolled back when it raises.

    Raises StoreUnavailable; then it is unknown whether the transaction was committed.
    """
    with reaching_the_store():
        async with pool.acquire() as connection, connection.transaction():
            yield connection


async def prepare(connection: Connection) -> None:
    """Teach a connection to take and give jsonb as Python values."""
    await connection.set_type_codec("jsonb", encoder=encode, decoder=json.loads, schema="pg_catalog")


async def _keep(_: Connection) -> None:
    """Nothing to reset."""


def encode(value: object) -> str:
    """JSON for a jsonb parameter: compact; instants in ISO 8601, which PostgreSQL reads back."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_instant)


def is_text(text: str) -> bool:
    """Whether PostgreSQL can hold `text`: no NUL, no lone surrogate. Nothing stored equals what it cannot."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _instant(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
