"""The worker: connects, registers the processes and their activities, serves until told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

import structlog
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker, WorkerDeploymentConfig
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.emergencies import Emergencies
from activities.enforcing import Enforcer
from activities.meetings import Meetings
from activities.notices import Notifier
from activities.record import RECORDERS, RecorderOf, recorder_of
from domain.policy.policy_file import PolicyError
from domain.signals import ProcessKind
from runtime import ending, logs, versions
from runtime.background import Loop
from runtime.clock import Clock
from runtime.rehearsal import Punctual, Town
from runtime.settings import Settings, load
from runtime.temporal import TASK_QUEUE, TemporalUnavailable, connect
from services.policy_folder import read_channels
from store import database
from store.errors import StoreUnavailable
from store.registry import REGISTRY, Registry
from store.rulebook import NoRules, Rulebook
from store.town import clock_on
from workflows.client import Processes
from workflows.convening import ConveneWorkflow
from workflows.enforcing import EnforceWorkflow
from workflows.planning import PlanWorkflow
from workflows.processes import PROCESSES
from workflows.rules import AT_HAND

log = structlog.get_logger()

STRICT = ("domain", "workflows.rules", "babel", "pydantic", "pydantic_core", "yaml", "annotated_types")
"""What is passed through the sandbox where tests and replays watch over ``workflows``: each process then has modules of
its own, in which a clock, chance or the environment is an error."""
IN_PRODUCTION = (*STRICT, "workflows")
"""What is passed through where the program is run: a process then costs less than half of that to start and to keep
(docs/decisions/0040)."""
REFRESH_SECONDS = 5.0
START_WITHIN = 60.0
CONNECT_AGAIN_SECONDS = 0.3
CACHED_WORKFLOWS = 20_000
FINISHES_WITHIN = timedelta(seconds=10)
"""How long what is being done when a worker is told to stop has to end; then it is cancelled, and done again elsewhere.
The supervisor kills a worker after 20 seconds (``stack.services``), Compose after 30."""
SCHEDULED: Sequence[type[Any]] = (ConveneWorkflow, EnforceWorkflow, PlanWorkflow)
"""What is run and is no process of a kind."""


def runner(*, strict: bool = False) -> SandboxedWorkflowRunner:
    """The sandbox that workflows run in, as in production; ``strict`` as tests and replays have it."""
    passed_through = STRICT if strict else IN_PRODUCTION
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*passed_through))


class Activities(Protocol):
    """Something that activities belong to."""

    def activities(self) -> Sequence[Callable[..., Any]]: ...


def build(
    client: Client,
    *owners: Activities,
    clock: Clock,
    task_queue: str = TASK_QUEUE,
    finishes_within: timedelta = FINISHES_WITHIN,
    strict: bool = False,
    deployment: WorkerDeploymentConfig | None = None,
    processes: Sequence[type[Any]] = PROCESSES,
) -> Worker:
    """A worker over ``client`` with the activities of ``owners`` (a recorder for each of ``processes``; ``Meetings``,
    ``Emergencies`` and a ``Notifier`` where sittings and joint responses are run). Used by the tests as well: they run
    what is run, in the ``strict`` sandbox. ``deployment``: its version, if it has one (``runtime.versions``)."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[*processes, *SCHEDULED],
        activities=[done for owner in owners for done in owner.activities()],
        workflow_runner=runner(strict=strict),
        interceptors=[Punctual(clock)],
        max_cached_workflows=CACHED_WORKFLOWS,
        max_concurrent_workflow_tasks=200,
        max_concurrent_local_activities=200,
        graceful_shutdown_timeout=finishes_within,
        deployment_config=deployment,
        identity=f"worker-{os.getpid()}@{socket.gethostname()}",
    )


def keeping_rules(rulebook: Rulebook, every: float = REFRESH_SECONDS) -> Loop:
    """Reads newer policies as they come and puts them at the processes' hand. One that cannot be read leaves the rules
    as they are, and what is loaded in its place is read."""

    async def turn() -> float:
        await put_at_hand(rulebook)
        return every

    return Loop("rules", turn)


async def put_at_hand(rulebook: Rulebook) -> None:
    """One look for newer policies. A database that is away leaves the rules as they are. Raises PolicyError."""
    try:
        await rulebook.refresh()
    except (NoRules, StoreUnavailable) as error:
        log.warning("the policies cannot be read", error=str(error))
        return
    AT_HAND.rules = dict(rulebook.at_hand)
    AT_HAND.current = rulebook.current


async def serve(
    settings: Settings,
    registry: Registry = REGISTRY,
    processes: Sequence[type[Any]] = PROCESSES,
    recorders: Mapping[ProcessKind, RecorderOf] = RECORDERS,
) -> None:
    """Serves until SIGTERM or Ctrl-C, then finishes what it is doing. ``processes``: the class of each of the
    registry's kinds; ``recorders``: of those that have one of their own."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    AT_HAND.public_url = settings.public_url
    channels = read_channels(settings.policies)
    pool = await database.connect(settings.database(), min_size=0)  # PostgreSQL may be on its way up
    rulebook = Rulebook(pool)
    await put_at_hand(rulebook)
    if AT_HAND.current is not None:
        for problem in channels.strangers(AT_HAND.current.organisation):
            log.error("a notice's unit is unknown", problem=str(problem))
    refreshing = keeping_rules(rulebook)
    refreshing.start()
    client = await _connected(settings, stop)
    clock = clock_on(pool, rehearsal=settings.rehearsal)
    # In a rehearsal what activities begin and speak to goes by the town's clock.
    others = Town(client, clock).client if settings.rehearsal else client
    running = Processes(others, TASK_QUEUE, registry.kinds)
    owners: tuple[Activities, ...] = (
        *(recorder_of(entry, pool, rulebook, recorders) for entry in registry),
        Meetings(pool, rulebook, running, others, clock, task_queue=TASK_QUEUE),
        Emergencies(pool, rulebook, lambda: running),
        Enforcer(pool, running, others, clock, task_queue=TASK_QUEUE),
        Notifier(pool, rulebook, channels.channels, settings.public_url, clock),
    )
    deployment = versions.deployment_of(settings)
    async with build(client, *owners, clock=clock, deployment=deployment, processes=processes):
        log.info("worker serves", task_queue=TASK_QUEUE, build=settings.worker_build, ladders=sorted(AT_HAND.rules))
        taking_over = asyncio.create_task(_take_over(client, settings))
        await stop.wait()
        log.info("worker stops")
        taking_over.cancel()
    await refreshing.stop()
    await pool.close()


async def _take_over(client: Client, settings: Settings) -> None:
    """Has processes go on under this worker's version, tried until it is so: before, a new one waits."""
    while True:
        try:
            if not await versions.make_current(client, settings.worker_deployment, settings.worker_build):
                log.info("this worker's version is not the current one", build=settings.worker_build)
            return
        except RPCError as error:
            log.error("the worker's version could not be made current", error=error.message)


async def _connected(settings: Settings, stop: asyncio.Event) -> Client:
    """Waits for a Temporal that is on its way up, at most ``START_WITHIN``. Raises TemporalUnavailable."""
    deadline = time.monotonic() + START_WITHIN
    while True:
        try:
            return await connect(settings)
        except TemporalUnavailable:
            if stop.is_set() or time.monotonic() > deadline:
                raise
        await asyncio.sleep(CONNECT_AGAIN_SECONDS)


def main(
    registry: Registry = REGISTRY,
    processes: Sequence[type[Any]] = PROCESSES,
    recorders: Mapping[ProcessKind, RecorderOf] = RECORDERS,
) -> None:
    """``python -m worker``; ends the process, with 0 when told to stop, with 1 when what it needs is not there. See
    ``serve``."""

    def program() -> None:
        settings = load()
        logs.configure(settings)
        try:
            asyncio.run(serve(settings, registry, processes, recorders))
        except (TemporalUnavailable, StoreUnavailable, PolicyError) as error:
            log.error("the worker cannot start", error=str(error))
            raise SystemExit(1) from None

    ending.run(program)


if __name__ == "__main__":
    main()
