"""The heartbeat of an activity that takes long: the server hears that it goes on, and how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from temporalio import activity

EVERY = 5.0
"""Seconds."""


@asynccontextmanager
async def heartbeat(how_far: Callable[[], int] | None = None) -> AsyncIterator[None]:
    """Beats for the length of the block, with what ``how_far`` then says."""

    async def beat() -> None:
        while True:
            activity.heartbeat(*([how_far()] if how_far else []))
            await asyncio.sleep(EVERY)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
