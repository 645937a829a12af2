"""A process's way to the log: two local activities, each of them bounded.

An out-of-attempts local activity raises its own error, and not an ActivityError around it: what the two have in
common is FailureError. Uncaught, it would end the process.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, FailureError, TimeoutError

with workflow.unsafe.imports_passed_through():
    from workflows.messages import LoadOrder, Recorded, RecordOrder

RECORDING = RetryPolicy(
    initial_interval=timedelta(milliseconds=50),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=2),
    maximum_attempts=15,
)
"""Fifteen attempts take RECORD_FOR when each fails at once. They are counted because the SDK does not end a local
activity that fails again and again at its schedule-to-close (seen with 1.35)."""
RECORD_ATTEMPT = timedelta(seconds=5)
RECORD_FOR = timedelta(seconds=20)

REFUSED = "Refused"
UNAVAILABLE = "Unavailable"


class Ledger:
    """Records commands in a stream, and reads it. ``recorded_type`` is what the activities answer with."""

    def __init__(self, number: str, loading: str, recorded_type: type[Any]) -> None:
        self._number = number
        self._loading = loading
        self._recorded_type = recorded_type

    async def record(self, state: Any, command: Any, name: str) -> Recorded[Any]:
        """Has ``command`` decided and recorded by the activity ``name``. Raises FailureError."""
        order = RecordOrder[Any, Any](number=self._number, state=state, command=command, now=workflow.now())
        return await self._do(name, order)

    async def load(self, version: int) -> Recorded[Any]:
        """What the log has beyond ``version``. Raises FailureError."""
        return await self._do(self._loading, LoadOrder(number=self._number, version=version))

    async def _do(self, name: str, order: RecordOrder[Any, Any] | LoadOrder) -> Recorded[Any]:
        recorded: Recorded[Any] = await workflow.execute_local_activity(
            name,
            order,
            result_type=self._recorded_type,
            retry_policy=RECORDING,
            start_to_close_timeout=RECORD_ATTEMPT,
            schedule_to_close_timeout=RECORD_FOR,
        )
        return recorded


def refused(code: str, params: dict[str, Any]) -> ApplicationError:
    """What answers a command that the rules refuse (``workflows.client`` makes a Refusal of it again)."""
    return ApplicationError(code, params, type=REFUSED, non_retryable=True)


def unavailable(what: str) -> ApplicationError:
    """What answers a command that cannot be taken now; it is safe to send it again."""
    return ApplicationError(what, type=UNAVAILABLE)


def why_of(failure: BaseException) -> str:
    """Why an activity failed, in a few words: what is at the bottom of it."""
    while isinstance(failure, FailureError) and failure.cause is not None:
        failure = failure.cause
    if isinstance(failure, ApplicationError) and failure.type:
        return f"{failure.type}: {failure.message}"
    if isinstance(failure, TimeoutError) and failure.type is not None:
        return f"timeout: {failure.type.name.lower()}"
    return f"{type(failure).__name__}: {failure}"
