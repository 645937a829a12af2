"""The connections that an operator's command opens: the database, Temporal, the log's events as cases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from temporalio.client import Client

from domain.case import CaseState, summary
from runtime import temporal
from runtime.settings import Settings
from store import database
from store.folding import fold_rows
from store.log import StoredEvent
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


async def temporal_client(settings: Settings) -> Client:
    """A client; in a rehearsal, one whose processes' clocks can be moved. Raises TemporalUnavailable."""
    client = await temporal.connect(settings)
    return temporal.skipper(client).client if settings.rehearsal else client


async def processes(settings: Settings) -> Processes:
    """The running processes of the stack. Raises TemporalUnavailable."""
    return Processes(await temporal_client(settings), temporal.TASK_QUEUE)


def state_of(events: Sequence[StoredEvent]) -> CaseState | None:
    """The case that one stream's events fold to; None for a stream that is not a case."""
    if not events or events[0].type != "case_opened":
        return None
    return fold_rows(events[0].stream, events)


def case_row(events: Sequence[StoredEvent]) -> Mapping[str, object] | None:
    """The case list's row of one stream (``store.rebuild``'s fold); None for a stream that is not a case."""
    state = state_of(events)
    return summary(state) if state is not None else None
