"""The town's clock in Temporal: where a rehearsal's processes begin, and how their clocks are brought on.

The server skips time for each workflow by itself. A client that is ``in_town`` makes one clock of them: what it
starts begins at the town's now, and what it speaks to is brought there first.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.common.v1 import TimeSkippingConfig
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    StartWorkflowUpdateWithStartInput,
    UpdateWithStartStartWorkflowInput,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper
from temporalio.testing import TimeSkippingConfig as Skipping
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput
from temporalio.worker import Interceptor as WorkerInterceptor

from runtime.clock import Clock

OVERSHOOT = timedelta(seconds=2)
"""Exactly at a timer its effects are not finished when the server answers (ARCHITECTURE)."""

_MOST_SKIPS = 10_000
_STANDS = Skipping(enabled=False, max_session_skip_count=_MOST_SKIPS)
_NEAR = timedelta(milliseconds=500)
_REMEMBERED = 20_000
_PATIENCE = 30.0


class NotRunning(Exception):
    """The process has ended, or there is none: it has no clock to move."""


async def fast_forward(skipper: TimeSkipper, handle: WorkflowHandle[Any, Any], length: timedelta) -> datetime:
    """Moves the clock of a running process by ``length`` and a little more; answers with what it shows then.

    A process that ends on the way stays at its end. Raises NotRunning if it had ended before.
    """
    found = await _look(handle)
    if not found.runs:
        raise NotRunning(handle.id)
    return await _forward_to(skipper, handle, found.now + length + OVERSHOOT)


async def _forward_to(skipper: TimeSkipper, handle: WorkflowHandle[Any, Any], target: datetime) -> datetime:
    """A run that continues as new in the middle ends the server's skipping: the rest is skipped in the next run."""
    while (found := await _look(handle)).runs:
        if found.now >= target - _NEAR:
            return found.now
        if await _one_session(skipper, handle, found.run_id, target - found.now):
            return target
    return target


@dataclass(frozen=True, slots=True)
class _Found:
    """A process as the server has it; ``now`` is its own clock."""

    runs: bool
    run_id: str
    now: datetime


async def _look(handle: WorkflowHandle[Any, Any]) -> _Found:
    described = await handle.describe()
    extended = described.raw_description.workflow_extended_info
    now = datetime.now(UTC)
    if extended.HasField("time_skipping_info"):
        now = extended.time_skipping_info.current_time.ToDatetime(tzinfo=UTC)
    return _Found(described.status == WorkflowExecutionStatus.RUNNING, described.run_id, now)


async def _one_session(skipper: TimeSkipper, handle: WorkflowHandle[Any, Any], run_id: str, length: timedelta) -> bool:
    """Whether the clock has got there. Somebody else may move the same process meanwhile, which ends this session."""
    skipping = asyncio.create_task(skipper.fast_forward(handle, length))
    try:
        while not skipping.done():
            await asyncio.wait({skipping}, timeout=0.5)
            if not skipping.done():
                found = await _look(handle)
                if found.run_id != run_id or not found.runs:
                    return False
        return skipping.exception() is None and skipping.result()
    finally:
        skipping.cancel()
        await asyncio.gather(skipping, return_exceptions=True)


class Town:
    """Processes that go by one clock. ``client`` is what they are started and spoken to by; ``skipper`` moves one."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._clock = clock
        self._plain = client
        self._known: OrderedDict[str, timedelta] = OrderedDict()
        self.skipper = TimeSkipper(client, config=_STANDS)
        config = client.config()
        config["interceptors"] = [*config["interceptors"], _InTown(self)]
        self.client = Client(**config)

    async def beginning(self) -> timedelta:
        """How far ahead of real time a process has to begin."""
        await self._clock.refresh()
        return self._clock.ahead

    async def bring(self, workflow: str, to: datetime | None = None) -> None:
        """Moves a process's clock on to the town's now, or to ``to``; one that is there already stays.

        What is due on the way happens. Raises RPCError, TimeoutError where it does not move.
        """
        await self._clock.refresh()
        ahead = self._clock.ahead
        if to is None and self._known.get(workflow) == ahead:
            return
        handle = self._plain.get_workflow_handle(workflow)
        async with asyncio.timeout(_PATIENCE):
            await _forward_to(self.skipper, handle, to or self._clock.now())
        if to is None:
            self._remember(workflow, ahead)

    def _remember(self, workflow: str, ahead: timedelta) -> None:
        self._known[workflow] = ahead
        self._known.move_to_end(workflow)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


class _InTown(Interceptor):
    def __init__(self, town: Town) -> None:
        self._town = town

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Outbound(next, self._town)


class _Outbound(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, town: Town) -> None:
        super().__init__(next)
        self._town = town

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        ahead = await self._town.beginning()
        input.time_skipping_config = config = TimeSkippingConfig(max_session_skip_count=_MOST_SKIPS)
        if ahead > timedelta():
            input.start_delay = ahead
            config.enabled = True
            config.fast_forward_config.id = uuid.uuid4().hex
            config.fast_forward_config.duration.FromTimedelta(ahead)
        return await super().start_workflow(input)

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:
        await self._brought(input.id)
        return await super().start_workflow_update(input)

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        await self._brought(input.id)
        await super().signal_workflow(input)

    async def start_update_with_start_workflow(
        self, input: StartWorkflowUpdateWithStartInput
    ) -> WorkflowUpdateHandle[Any]:
        """The server takes no update with a start that is delayed: first the one, then the other."""
        update = input.update_workflow_input
        handle = await self.start_workflow(_alone(input.start_workflow_input, input))
        return await self.start_workflow_update(
            StartWorkflowUpdateInput(
                id=handle.id,
                run_id=None,
                first_execution_run_id=None,
                update_id=update.update_id,
                update=update.update,
                args=update.args,
                wait_for_stage=update.wait_for_stage,
                headers=update.headers,
                ret_type=update.ret_type,
                rpc_metadata=input.rpc_metadata,
                rpc_timeout=input.rpc_timeout,
            )
        )

    async def _brought(self, workflow: str) -> None:
        try:
            await self._town.bring(workflow)
        except RPCError:  # there is none, or Temporal is away: the call itself will say so
            return


class Punctual(WorkerInterceptor):
    """Every activity begins with a look at the town's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """See ``temporalio.worker.Interceptor``."""
        return _Looking(next, self._clock)


class _Looking(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, clock: Clock) -> None:
        super().__init__(next)
        self._clock = clock

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        await self._clock.refresh()
        return await super().execute_activity(input)


def _alone(start: UpdateWithStartStartWorkflowInput, whole: StartWorkflowUpdateWithStartInput) -> StartWorkflowInput:
    given = {field.name: getattr(start, field.name) for field in fields(start)}
    return StartWorkflowInput(
        **given,
        start_signal=None,
        start_signal_args=[],
        request_eager_start=False,
        rpc_metadata=whole.rpc_metadata,
        rpc_timeout=whole.rpc_timeout,
    )
