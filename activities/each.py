"""The same for many, side by side: one that fails or does not answer delays no other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

import structlog

from domain.errors import Refusal
from store.errors import StoreUnavailable
from workflows.client import ProcessGone, ProcessUnavailable

log = structlog.get_logger()

ANSWER_WITHIN = 15.0
"""Seconds that a process is given to answer; then it is left, and the others go on."""

AT_ONCE = 100
"""How many are reached at the same time: what they append meanwhile shares commits (`store.together`)."""


_FORESEEN = (ProcessUnavailable, ProcessGone, Refusal, StoreUnavailable)


class Unreached(ProcessUnavailable):
    """Some of many could not be reached, or refused. ``failed`` says why, by their names; the others are done."""

    def __init__(self, failed: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{name} ({why})" for name, why in failed.items()))
        self.failed = failed


async def each(names: Iterable[str], do: Callable[[str], Awaitable[object]], *, within: float = ANSWER_WITHIN) -> None:
    """Does it for each name, at most ``within`` seconds each. Raises Unreached once all have been tried."""
    gate, failed = asyncio.Semaphore(AT_ONCE), dict[str, str]()

    async def one(name: str) -> None:
        async with gate:
            try:
                async with asyncio.timeout(within):
                    await do(name)
            except TimeoutError:
                failed[name] = "no answer"
            except Exception as error:
                foreseen = isinstance(error, _FORESEEN)
                log.warning("one of many failed", name=name, error=str(error), exc_info=not foreseen)
                failed[name] = str(error) or type(error).__name__

    wanted = list(dict.fromkeys(names))
    await asyncio.gather(*map(one, wanted))
    if failed:
        raise Unreached({name: failed[name] for name in wanted if name in failed})
