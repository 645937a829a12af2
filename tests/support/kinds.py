"""What every kind of process has by being in the registry, looked at on a running stack: words, audit, repair."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from temporalio.client import Client

from operations import connections
from operations.audit import Auditor, Report
from operations.notices import notifier_of
from runtime.temporal import TASK_QUEUE
from store.registry import Registry
from store.town import clock_on
from tests.support.stack import Stack, running_stack
from workflows.client import Processes

T = TypeVar("T")


@contextmanager
def stack_with(module: str, folder: Path, database: Any, temporal_address: str) -> Iterator[Stack]:
    """A stack whose programs are given the ``HOUSE`` (a registry) and the ``RUN`` (its classes) of a module."""
    given = f"from {module} import HOUSE, RUN; "
    programs = (
        f"{given}import worker; worker.main(HOUSE, RUN)",
        f"{given}from server.__main__ import main; main(HOUSE)",
    )
    with running_stack(
        folder,
        database.dsn,
        database.owner_dsn,
        temporal_address,
        quiet=True,
        programs=(("-c", programs[0]), ("-c", programs[1])),
    ) as running:
        yield running


def with_temporal(stack: Stack, work: Callable[[Client], Awaitable[T]]) -> T:
    """Does something with the stack's Temporal, in its town."""

    async def done() -> T:
        async with connections.opened(stack.settings.database()) as pool:
            clock = clock_on(pool, rehearsal=True)
            await clock.refresh()
            return await work(await connections.temporal_client(stack.settings, clock))

    return asyncio.run(done())


def timers(stack: Stack, number: str) -> list[str]:
    """The words of a process's timers, as the Temporal UI shows them."""

    async def read(client: Client) -> list[str]:
        history = (await client.get_workflow_handle(number).fetch_history()).events
        started = [event for event in history if event.HasField("timer_started_event_attributes")]
        return [json.loads(event.user_metadata.summary.data) for event in started]

    return with_temporal(stack, read)


def attributes_of(stack: Stack, number: str) -> dict[str, Any]:
    """A process's search attributes, by name."""

    async def read(client: Client) -> dict[str, Any]:
        described = await client.get_workflow_handle(number).describe()
        return {pair.key.name: pair.value for pair in described.typed_search_attributes.search_attributes}

    return with_temporal(stack, read)


def lose(stack: Stack, number: str) -> None:
    """Its process is gone, and the log knows nothing of it."""
    with_temporal(stack, lambda client: client.get_workflow_handle(number).terminate())


def audited(stack: Stack, registry: Registry, number: str, *, repair: bool = False) -> list[tuple[str, str | None]]:
    """What an audit finds of a process, and what was done about it."""

    async def look() -> Report:
        async with connections.opened(stack.settings.database()) as pool:
            clock = clock_on(pool, rehearsal=True)
            await clock.refresh()
            client = await connections.temporal_client(stack.settings, clock)
            running = Processes(client, TASK_QUEUE, registry.kinds)
            notifier = notifier_of(pool, stack.settings, clock)
            auditor = Auditor(pool, client, running, notifier, clock, registry=registry)
            report = await auditor.audit()
            return await auditor.repair(report) if repair else report

    report = asyncio.run(look())
    return [(it.kind, it.repair) for it in (*report.findings, *report.repaired) if it.number == number]
