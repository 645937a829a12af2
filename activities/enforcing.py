"""What policies' coming into force needs done, step by step (`workflows.enforcing`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from temporalio import activity
from temporalio.client import Client

from activities.dating import plan_schedules, redate
from activities.heartbeat import heartbeat
from activities.reprojection import reproject
from runtime.clock import Clock
from store.policies import Policies
from workflows import names
from workflows.client import Processes
from workflows.messages import Enforced, EnforceOrder

if TYPE_CHECKING:
    from store.database import Pool


class Enforcer:
    """The activities of a policy's coming into force. ``processes`` reaches cases and sittings."""

    def __init__(self, pool: Pool, processes: Processes, client: Client, clock: Clock, *, task_queue: str) -> None:
        self._pool = pool
        self._processes = processes
        self._client = client
        self._clock = clock
        self._task_queue = task_queue

    def activities(self) -> Sequence[Callable[..., Any]]:
        """What a worker registers."""
        return [
            self.plan_schedules,
            self.plan_on,
            self.redate_sittings,
            self.reproject_cases,
            self.record_enforced,
        ]

    @activity.defn(name=names.PLAN_SCHEDULES)
    async def plan_schedules(self, order: EnforceOrder) -> Enforced:
        """Plans every forum's schedule by the policies of now; those of dissolved forums go."""
        return Enforced(schedules=await self.plan_on())

    @activity.defn(name=names.PLAN_ON)
    async def plan_on(self) -> int:
        """The same because time has passed; how many schedules were changed."""
        async with heartbeat():
            done = await plan_schedules(self._pool, self._client, self._clock, task_queue=self._task_queue)
        return len(done.created) + len(done.updated) + len(done.deleted)

    @activity.defn(name=names.REDATE_SITTINGS)
    async def redate_sittings(self, order: EnforceOrder) -> Enforced:
        """Has the sittings ahead dated anew, and those of dissolved forums cancelled."""
        async with heartbeat():
            done = await redate(self._pool, self._processes, order.cause, self._clock.now())
        return Enforced(sittings=(*done.moved, *done.cancelled), failed=done.failed)

    @activity.defn(name=names.REPROJECT_CASES)
    async def reproject_cases(self, order: EnforceOrder) -> Enforced:
        """Has the open cases dated and placed anew."""
        async with heartbeat():
            done = await reproject(self._pool, self._processes, order.cause, self._clock)
        return Enforced(looked_at=done.looked_at, moved=len(done.moved), failed=done.failed)

    @activity.defn(name=names.RECORD_ENFORCED)
    async def record_enforced(self, order: EnforceOrder) -> Enforced:
        """Records that what is under way is in line with these policies, and with those before them."""
        await Policies(self._pool).mark_enforced(order.enactment)
        return Enforced()
