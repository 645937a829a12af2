"""排定日程: every day, the forums' schedules are planned on, and sittings that none of them has begun are begun."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows import names

PLANNING = RetryPolicy(
    initial_interval=timedelta(seconds=5),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=5),
    maximum_attempts=100,
)
ATTEMPT = timedelta(minutes=10)
ALL_ATTEMPTS = timedelta(hours=12)
HEARTBEAT = timedelta(seconds=30)
_PLAN = "续排各议事会的日程，补召集到期未召集的会议 · plans every forum on, convenes what is due"


@workflow.defn(name=names.PLAN_WORKFLOW)
class PlanWorkflow:
    """Brings schedules up to date that nothing else did: one that was paused for longer than its dates reach, say."""

    @workflow.run
    async def run(self) -> int:
        """How many schedules were changed."""
        changed: int = await workflow.execute_activity(
            names.PLAN_ON,
            result_type=int,
            summary=_PLAN,
            retry_policy=PLANNING,
            heartbeat_timeout=HEARTBEAT,
            start_to_close_timeout=ATTEMPT,
            schedule_to_close_timeout=ALL_ATTEMPTS,
        )
        return changed
