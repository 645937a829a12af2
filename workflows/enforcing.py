"""施行: what policies that have come into force bring about: schedules, sittings and cases are dated by them."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from domain.text.leaving import markdown
    from workflows import names
    from workflows.messages import Enforced, EnforceOrder

ENFORCING = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=1),
    maximum_attempts=100,
)
KNOWN_TO_WORKERS_AFTER = timedelta(seconds=6)
"""Until every worker has read a new policy: they look every ``worker.REFRESH_SECONDS`` (5)."""

ATTEMPT = timedelta(hours=2)
ALL_ATTEMPTS = timedelta(hours=24)
HEARTBEAT = timedelta(seconds=30)

_KNOWN = "等各工作进程读到新政策 · until every worker has read the policy"
_PLAN = "按新政策排定各议事会的日程 · plans every forum's schedule"
_REDATE = "未开的会议按新政策重排或取消 · dates the sittings ahead anew"
_REPROJECT = "等会的诉求件按新政策重排时限 · dates the open cases anew"
_RECORD = "记下已施行完毕 · records that all of it is done"


@workflow.defn(name=names.ENFORCE_WORKFLOW)
class EnforceWorkflow:
    """Brings what is under way in line with policies. Each step is idempotent; it goes on where it was cut off.

    What a case or a sitting did not answer is not recorded as done: the next start begins again.
    """

    @workflow.run
    async def run(self, order: EnforceOrder) -> Enforced:
        """What has moved, all steps together."""
        workflow.set_current_details(f"**{markdown(order.cause)}**")
        await workflow.sleep(KNOWN_TO_WORKERS_AFTER, summary=_KNOWN)
        planned = await self._step(names.PLAN_SCHEDULES, order, _PLAN)
        redated = await self._step(names.REDATE_SITTINGS, order, _REDATE)
        moved = await self._step(names.REPROJECT_CASES, order, _REPROJECT)
        if not (redated.failed or moved.failed):
            await self._step(names.RECORD_ENFORCED, order, _RECORD)
        return Enforced(
            schedules=planned.schedules,
            sittings=redated.sittings,
            looked_at=moved.looked_at,
            moved=moved.moved,
            failed=(*redated.failed, *moved.failed),
        )

    async def _step(self, name: str, order: EnforceOrder, words: str) -> Enforced:
        done: Enforced = await workflow.execute_activity(
            name,
            order,
            result_type=Enforced,
            summary=words,
            retry_policy=ENFORCING,
            heartbeat_timeout=HEARTBEAT,
            start_to_close_timeout=ATTEMPT,
            schedule_to_close_timeout=ALL_ATTEMPTS,
        )
        return done
