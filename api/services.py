"""Everything that a request needs, opened once for the process; and what keeps it fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from fastapi import Request
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from api.accesses import Accesses
from api.auth import SignIns, Tokens
from api.calendars import Calendars
from api.casework import Casework
from api.feed import Feed
from api.limits import Limits
from api.meetings import Meetings
from api.metrics import Metrics
from api.oidc import SingleSignOn
from api.passes import Passes
from api.people import People
from api.photographs import Photographs
from api.pictures import Pictures
from api.responses import JointResponses
from api.sending import Running
from api.sessions import Sessions
from api.surveys import Surveys
from api.throttle import Guesses
from runtime import temporal
from runtime.background import Health, Loop
from runtime.clock import Clock
from runtime.rehearsal import Town
from runtime.settings import Settings
from services.policy_desk import PolicyDesk
from services.town import Rehearsing
from store import database
from store.cases import CaseList
from store.errors import StoreUnavailable
from store.log import EventLog
from store.residents import Residents
from store.rulebook import NoRules, Rulebook
from store.town import clock_on
from workflows.client import Processes, ProcessUnavailable

if TYPE_CHECKING:
    from store.database import Pool

log = structlog.get_logger()

_REFRESH_SECONDS = 5.0
_FIRST_SECONDS = 0.2
_CONNECT_AGAIN_SECONDS = 0.5
_CHECK_SECONDS = 2.0
_POLLED_WITHIN = timedelta(seconds=75)  # a worker's poll lasts a minute


@dataclass
class Services:
    """One API process. ``temporal`` is None until Temporal has answered for the first time."""

    settings: Settings
    pool: Pool
    rulebook: Rulebook
    tokens: Tokens
    sign_ins: SignIns
    sessions: Sessions
    accesses: Accesses
    cases: CaseList
    log: EventLog
    running: Running
    casework: Casework
    meetings: Meetings
    responses: JointResponses
    calendars: Calendars
    feed: Feed
    metrics: Metrics
    codes: Guesses
    limits: Limits
    photographs: Photographs
    pictures: Pictures
    passes: Passes
    policy_desk: PolicyDesk
    people: People
    surveys: Surveys
    clock: Clock
    single_sign_on: SingleSignOn | None = None
    temporal: Client | None = None
    rehearsing: Rehearsing | None = None
    loops: list[Loop] = field(default_factory=list)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def stop_soon(self) -> None:
        """Ends the streams, which otherwise never end. From a signal's handler."""
        self.loop.call_soon_threadsafe(self.feed.close)

    async def close(self) -> None:
        """Ends what runs beside the requests."""
        self.feed.close()
        await asyncio.gather(*(loop.stop() for loop in self.loops))
        await asyncio.wait_for(self.pool.close(), 5)

    @property
    def health(self) -> tuple[Health, ...]:
        """How what runs beside the requests fares."""
        return tuple(loop.health for loop in self.loops)

    async def checks(self) -> dict[str, bool]:
        """What a case needs to be opened, each with whether it is there."""
        names: dict[str, Callable[[], Awaitable[bool]]] = {
            "log": self._log_answers,
            "rules": self._rules_are_loaded,
            "worker": self._worker_polls,
        }
        found = await asyncio.gather(*(_within(check()) for check in names.values()))
        return dict(zip(names, found, strict=True))

    async def _log_answers(self) -> bool:
        await self.log.last_position()
        return True

    async def _rules_are_loaded(self) -> bool:
        return bool(self.rulebook.current)

    async def _worker_polls(self) -> bool:
        """Temporal answers, and a worker has asked it for work within the last minute."""
        since = datetime.now(UTC) - _POLLED_WITHIN
        return any(seen > since for seen in (await self.workers()).values())

    async def workers(self) -> dict[str, datetime]:
        """The workers that ask Temporal for work, each with when it was seen last; none while Temporal is away.

        Raises RPCError.
        """
        if self.temporal is None:
            return {}
        answer = await self.temporal.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=self.temporal.namespace,
                task_queue=TaskQueue(name=temporal.TASK_QUEUE),
                task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
            ),
            timeout=timedelta(seconds=_CHECK_SECONDS),
        )
        return {poller.identity: poller.last_access_time.ToDatetime(tzinfo=UTC) for poller in answer.pollers}


async def _within(check: Awaitable[bool]) -> bool:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return await check
    except (TimeoutError, StoreUnavailable, NoRules, RPCError):
        return False


async def open_services(settings: Settings) -> Services:
    """Opens what can be opened, and goes on trying for what is away."""
    pool = await database.connect(settings.database(), min_size=0, max_size=20)
    rulebook, events, secret = Rulebook(pool), EventLog(pool), settings.secret()
    metrics, cases, sign_ins = Metrics(), CaseList(pool), SignIns(pool, secret)
    running = Running()
    clock = clock_on(pool, rehearsal=settings.rehearsal)
    responses = JointResponses(pool, events, running, rulebook, clock)
    residents, meetings = Residents(pool, settings.master_key()), Meetings(pool, events, running, rulebook, clock)
    casework = Casework(pool, events, running, residents, rulebook, responses, clock, secret)
    services = Services(
        settings=settings,
        pool=pool,
        rulebook=rulebook,
        tokens=Tokens(secret),
        cases=cases,
        log=events,
        sign_ins=sign_ins,
        sessions=Sessions(pool, secret),
        accesses=Accesses(pool),
        metrics=metrics,
        codes=Guesses(each=8, address=300),
        meetings=meetings,
        responses=responses,
        running=running,
        feed=Feed(events, cases, meetings.list, responses.list, metrics),
        calendars=Calendars(pool, events, meetings, secret),
        single_sign_on=SingleSignOn(settings, secret) if settings.oidc_issuer else None,
        casework=casework,
        limits=Limits(),
        pictures=Pictures(),
        photographs=Photographs(pool, residents, casework, clock),
        passes=Passes(secret),
        policy_desk=PolicyDesk(pool, running.required, settings.policies, rulebook),
        people=People(pool, sign_ins, rulebook),
        surveys=Surveys(pool, rulebook, clock),
        clock=clock,
    )
    beside = [
        Loop("rules", lambda: _look_for_rules(services)),
        Loop("accounts", lambda: _look_for_accounts(services)),
        Loop("temporal", lambda: _connect_to_temporal(services)),
    ]
    services.loops = [*beside, services.feed.poller]
    for loop in beside:
        loop.start()
    await asyncio.gather(*(loop.first_turn() for loop in beside[:2]))
    return services


async def _look_for_rules(services: Services) -> float:
    """Newer policies, as they come. One that cannot be read leaves the ones at hand in force."""
    try:
        await services.rulebook.refresh()
    except (NoRules, StoreUnavailable) as error:
        log.warning("the policies cannot be read", error=str(error))
        return _FIRST_SECONDS
    return _REFRESH_SECONDS


async def _look_for_accounts(services: Services) -> float:
    """Changed accounts, as they come."""
    try:
        await services.sign_ins.refresh()
    except StoreUnavailable as error:
        log.warning("the accounts cannot be read", error=str(error))
        return _FIRST_SECONDS
    return _REFRESH_SECONDS


async def _connect_to_temporal(services: Services) -> float | None:
    """Once it is connected, the connection keeps itself."""
    settings = services.settings
    try:
        client = await temporal.connect(settings)
    except temporal.TemporalUnavailable as error:
        log.warning("Temporal cannot be reached", error=str(error))
        return _CONNECT_AGAIN_SECONDS
    if settings.rehearsal:
        _rehearse(services, Town(client, services.clock))
    else:
        services.running.processes = Processes(client, temporal.TASK_QUEUE)
    services.temporal = client
    return None


def _rehearse(services: Services, town: Town) -> None:
    """The town's one clock, and who looks after it."""
    processes = Processes(town.client, temporal.TASK_QUEUE)
    services.running.processes = processes
    services.rehearsing = Rehearsing(services.pool, services.clock, town, processes, services.rulebook)
    keeper = Loop("town", services.rehearsing.keep)
    services.loops.append(keeper)
    keeper.start()


def services_of(request: Request) -> Services:
    """The process's services, for a route."""
    services: Services = request.app.state.services
    return services


def required(client: Client | None) -> Client:
    """The connection to Temporal. Raises ProcessUnavailable before there is one."""
    if client is None:
        raise ProcessUnavailable("Temporal has not answered yet")
    return client
