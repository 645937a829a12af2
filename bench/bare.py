"""The baseline: what anybody would write first. One INSERT as a local activity, then a wait on a timer.

No log, no rules, no words, no search attributes; the worker's settings are those of ours. ``python -m bench.bare``
runs its worker as a process of its own.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from runtime.settings import load
    from store import database
    from worker import CACHED_WORKFLOWS, runner
    from workflows.ledger import RECORD_ATTEMPT, RECORD_FOR, RECORDING

if TYPE_CHECKING:
    from store.database import Pool

QUEUE = "bare"
TABLE = """
CREATE TABLE bare_rows (id bigserial PRIMARY KEY, number text NOT NULL, body text NOT NULL);
GRANT SELECT, INSERT ON bare_rows TO hongxiu_app;
GRANT USAGE ON SEQUENCE bare_rows_id_seq TO hongxiu_app;
"""
INSERT = "INSERT INTO bare_rows (number, body) VALUES ($1, $2)"


@dataclass
class Order:
    """``days`` until the timer; ``rearms``: each row starts the timer anew; ends after ``rows``, if given."""

    number: str
    days: float = 30.0
    rearms: bool = False
    rows: int | None = None


@workflow.defn
class Bare:
    """Inserts a row, waits; inserts one for each update, and with ``rearms`` one when the timer fires."""

    def __init__(self) -> None:
        self._rows = 0
        self._moved = False

    @workflow.run
    async def run(self, order: Order) -> int:
        await self._insert("opened")
        while order.rows is None or self._rows < order.rows:
            self._moved = False
            try:
                await workflow.wait_condition(lambda: order.rearms and self._moved, timeout=timedelta(days=order.days))
            except TimeoutError:
                await self._insert("expired")
        return self._rows

    @workflow.update
    async def decide(self, body: str) -> int:
        await self._insert(body)
        self._moved = True
        return self._rows

    async def _insert(self, body: str) -> None:
        await workflow.execute_local_activity(
            "insert",
            args=[workflow.info().workflow_id, body],
            retry_policy=RECORDING,
            start_to_close_timeout=RECORD_ATTEMPT,
            schedule_to_close_timeout=RECORD_FOR,
        )
        self._rows += 1


def inserting(pool: Pool) -> Callable[[str, str], Awaitable[None]]:
    """The local activity."""

    @activity.defn(name="insert")
    async def insert(number: str, body: str) -> None:
        await pool.execute(INSERT, number, body)

    return insert


def build(client: Client, pool: Pool) -> Worker:
    """A worker with the settings of ours (``worker.build``), in the sandbox that anybody's would be in."""
    return Worker(
        client,
        task_queue=QUEUE,
        workflows=[Bare],
        activities=[inserting(pool)],
        workflow_runner=runner(strict=True),
        max_cached_workflows=CACHED_WORKFLOWS,
        max_concurrent_workflow_tasks=200,
        max_concurrent_local_activities=200,
    )


async def serve() -> None:
    """Serves until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = load()
    pool = await database.connect(settings.database())
    client = await Client.connect(settings.temporal_address, namespace=settings.temporal_namespace)
    async with build(client, pool):
        await stop.wait()
    await pool.close()


if __name__ == "__main__":
    asyncio.run(serve())
