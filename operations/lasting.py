"""What is found again and again: what was only on its way is gone by then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

PAUSES: Sequence[float] = (0.2, 0.5, 1.0, 2.0)
"""Seconds between two looks."""

T = TypeVar("T")


async def lasting(look: Callable[[], Awaitable[Iterable[T]]], pauses: Sequence[float] = PAUSES) -> frozenset[T]:
    """What every look finds; where the first finds nothing, it is the only one."""
    found = frozenset(await look())
    for pause in pauses:
        if not found:
            break
        await asyncio.sleep(pause)
        found &= frozenset(await look())
    return found
