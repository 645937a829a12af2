"""Notices, as effects of a process: tried for some minutes at a time, before all else."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from workflows.lanes import URGENT
    from workflows.messages import CaseNoticeOrder, NoticeOrder, ResponseNoticeOrder

NOTIFYING = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=30),
    maximum_attempts=8,
)
NOTIFY_ATTEMPT = timedelta(minutes=1)
NOTIFY_FOR = timedelta(minutes=5)

NOT_SENT = "NotSent"
"""What the activity raises once everybody has a notice in the inbox, and an address outside did not take it."""


async def notify(name: str, order: NoticeOrder | ResponseNoticeOrder | CaseNoticeOrder, words: str) -> None:
    """Has the activity ``name`` tell whom it concerns. Raises ActivityError where it could not be written down.

    A receiver that is away for longer is recorded as failed, which is all that a process can do about it: the inbox has
    the notice, and ``hongxiu notices resend`` and the audit find it (docs/decisions/0015).
    """
    try:
        await workflow.execute_activity(
            name,
            order,
            retry_policy=NOTIFYING,
            start_to_close_timeout=NOTIFY_ATTEMPT,
            schedule_to_close_timeout=NOTIFY_FOR,
            summary=words,
            priority=URGENT,
        )
    except ActivityError as error:
        if not (isinstance(error.cause, ApplicationError) and error.cause.type == NOT_SENT):
            raise
        workflow.logger.error("a notice was not sent to everyone; the inbox says to whom")
