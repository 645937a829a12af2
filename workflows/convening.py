"""召集: what a forum's schedule starts when an agenda is to be drafted."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from workflows import names
    from workflows.messages import Convened, ConveneOrder

CONVENING = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=1),
    maximum_attempts=60,
)
CONVENE_ATTEMPT = timedelta(minutes=1)
CONVENE_FOR = timedelta(hours=1)

_SCHEDULED = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
_CONVENE = "召集起草时间已到的会议 · begins the sittings whose agendas are to be drafted"
_EXTEND = "把本议事会的日程续排到今后 120 天 · plans this forum's next dates 120 days ahead"


@workflow.defn(name=names.CONVENE_WORKFLOW)
class ConveneWorkflow:
    """Begins a forum's sittings that are due, and plans its schedule on."""

    @workflow.run
    async def run(self, order: ConveneOrder) -> Convened:
        """The sittings begun. A backfilled run convenes what was due at the instant it stands for."""
        scheduled = workflow.info().typed_search_attributes.get(_SCHEDULED)
        due = ConveneOrder(forum=order.forum, at=order.at or scheduled or workflow.now())
        convened: Convened = await workflow.execute_activity(
            names.CONVENE_SITTINGS,
            due,
            result_type=Convened,
            summary=_CONVENE,
            retry_policy=CONVENING,
            start_to_close_timeout=CONVENE_ATTEMPT,
            schedule_to_close_timeout=CONVENE_FOR,
        )
        await workflow.execute_activity(
            names.EXTEND_SCHEDULE,
            ConveneOrder(forum=order.forum, at=workflow.now()),
            summary=_EXTEND,
            retry_policy=CONVENING,
            start_to_close_timeout=CONVENE_ATTEMPT,
            schedule_to_close_timeout=CONVENE_FOR,
        )
        return convened
