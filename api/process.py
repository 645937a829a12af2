"""One API process: everything that a request needs, whichever door it comes to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fastapi import Request
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from api.edge.accesses import Accesses
from api.sign_in.case_passes import Passes
from api.sign_in.sessions import Sessions
from api.sign_in.single_sign_on import SingleSignOn
from api.sign_in.tokens import Tokens
from domain.signals import ProcessKind
from runtime import temporal
from runtime.background import Health, Loop
from runtime.clock import Clock
from runtime.metrics import Metrics
from runtime.settings import Settings
from services.accounts import People
from services.calendars import Calendars
from services.casework import Casework
from services.desk import Desk
from services.feed import Feed
from services.joint_responses import JointResponses
from services.overview import Surveys
from services.photographs import Photographs
from services.policy_desk import PolicyDesk
from services.redrawing import Pictures
from services.resident_limits import Limits
from services.sending import Running
from services.sign_ins import SignIns
from services.sittings import SittingDesk
from services.throttle import Guesses
from services.town import Rehearsing
from store.cases import CaseList
from store.errors import StoreUnavailable
from store.log import EventLog
from store.registry import Registry
from store.rulebook import NoRules, Rulebook

if TYPE_CHECKING:
    from store.database import Pool

_CHECK_SECONDS = 2.0
_POLLED_WITHIN = timedelta(seconds=75)  # a worker's poll lasts a minute


@dataclass
class Services:
    """One API process. ``desks``: where processes of each kind of the registry are read and spoken to, but cases, which
    ``casework`` does. ``temporal`` is None until Temporal has answered for the first time."""

    settings: Settings
    pool: Pool
    rulebook: Rulebook
    tokens: Tokens
    sign_ins: SignIns
    sessions: Sessions
    accesses: Accesses
    cases: CaseList
    log: EventLog
    registry: Registry
    desks: Mapping[ProcessKind, Desk[Any, Any]]
    running: Running
    casework: Casework
    sittings: SittingDesk
    joint_responses: JointResponses
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


def services_of(request: Request) -> Services:
    """The process's services, for a route."""
    services: Services = request.app.state.services
    return services
