"""Moving one process's clock in a rehearsal, over the hazards that the server's time skipping has."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import TimeSkipper

OVERSHOOT = timedelta(seconds=2)
"""Exactly at a timer its effects are not finished when the server answers (ARCHITECTURE)."""

_A_SESSION = 15.0


class NotRunning(Exception):
    """The process has ended, or there is none: it has no clock to move."""


async def fast_forward(skipper: TimeSkipper, handle: WorkflowHandle[Any, Any], length: timedelta) -> datetime:
    """Moves the clock of a running process by ``length`` and a little more; answers with what it shows then.

    A run that continues as new in the middle ends the server's skipping: the rest is skipped in the next run.
    A process that ends on the way stays at its end. Raises NotRunning if it had ended before.
    """
    if not await _runs(handle):
        raise NotRunning(handle.id)
    target = await skipper.get_current_time(handle) + length + OVERSHOOT
    while await _runs(handle):
        now = await skipper.get_current_time(handle)
        if now >= target - timedelta(milliseconds=500):
            return now
        await _one_session(skipper, handle, target - now)
    return target


async def _one_session(skipper: TimeSkipper, handle: WorkflowHandle[Any, Any], length: timedelta) -> None:
    skipping = asyncio.create_task(skipper.fast_forward(handle, length))
    began = (await handle.describe()).run_id
    try:
        while not skipping.done():
            await asyncio.wait({skipping}, timeout=0.5)
            if not skipping.done():
                described = await handle.describe()
                if described.run_id != began or described.status != WorkflowExecutionStatus.RUNNING:
                    return
    finally:
        skipping.cancel()
        await asyncio.gather(skipping, return_exceptions=True)


async def _runs(handle: WorkflowHandle[Any, Any]) -> bool:
    described = await handle.describe()
    return described.status == WorkflowExecutionStatus.RUNNING
