"""The connections that an operator's command opens: the database and Temporal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from temporalio.client import Client

from runtime import temporal
from runtime.clock import Clock
from runtime.rehearsal import Town
from runtime.settings import Settings
from store import database
from workflows.client import Processes

if TYPE_CHECKING:
    from store.database import Pool


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[Pool]:
    """A pool on ``dsn`` for the length of the block. Raises StoreUnavailable."""
    pool = await database.connect(dsn)
    try:
        yield pool
    finally:
        await pool.close()


async def temporal_client(settings: Settings, clock: Clock) -> Client:
    """A client; in a rehearsal, one whose processes go by the town's clock. Raises TemporalUnavailable."""
    client = await temporal.connect(settings)
    return Town(client, clock).client if settings.rehearsal else client


async def processes(settings: Settings, clock: Clock) -> Processes:
    """The running processes of the stack. Raises TemporalUnavailable."""
    return Processes(await temporal_client(settings, clock), temporal.TASK_QUEUE)
