"""Sittings whose processes have been lost, and cases that have not heard of theirs: found, and mended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from activities.meetings import Telling
from operations.lasting import lasting
from store.rulebook import Rulebook
from store.sittings import Sittings, Untold
from workflows.client import Processes
from workflows.messages import TellOrder
from workflows.sitting import CAUSES

if TYPE_CHECKING:
    from store.database import Pool


_BECAME = {"cancelled": "sitting_cancelled", "closed": "decisions_ended"}


async def untold_cases(pool: Pool) -> tuple[Untold, ...]:
    """The open cases that have not heard what became of their sitting, though it has had time to tell them.

    Raises StoreUnavailable.
    """
    found = await lasting(Sittings(pool).untold)
    return tuple(sorted(found, key=lambda one: one.number))


async def retell(pool: Pool, processes: Processes, untold: Iterable[Untold]) -> frozenset[str]:
    """Tells cases what became of their sittings, as the sittings' own processes would; the numbers of those told.

    Their processes must run. Each is told once, whoever tells it. Raises StoreUnavailable, NoRules.
    """
    rulebook = Rulebook(pool)
    await rulebook.refresh()
    english = rulebook.current.ladder.language.startswith("en")
    told: set[str] = set()
    for sitting, status in sorted({(one.sitting, one.status) for one in untold}):
        cause = CAUSES[_BECAME.get(status, "sitting_rescheduled")][english]
        order = TellOrder(sitting=sitting, cause=cause, over=status == "closed")
        telling = Telling(Sittings(pool), processes, order, settled_after=0.0)
        await telling.run()
        told |= telling.told
    return frozenset(told)
