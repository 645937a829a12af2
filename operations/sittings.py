"""Sittings whose processes have been lost, and cases that have not heard of theirs: found, and mended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from activities.meetings import Telling
from domain.sitting import SittingWait
from operations.lasting import lasting
from store.folding import fold_sitting
from store.log import EventLog
from store.rulebook import Rulebook
from store.sittings import SittingRow, Sittings, Untold
from workflows import names
from workflows.client import Processes, ProcessGone
from workflows.messages import TellOrder
from workflows.sitting import CAUSES

if TYPE_CHECKING:
    from store.database import Pool


_BECAME = {"cancelled": "sitting_cancelled", "closed": "decisions_ended"}


async def lost_sittings(pool: Pool, processes: Processes) -> tuple[SittingRow, ...]:
    """The sittings that are open in the log and have no running process.

    Raises StoreUnavailable, ProcessUnavailable.
    """
    running = {sitting async for sitting in processes.running(names.SITTING_WORKFLOW)}
    unseen = [row for row in await Sittings(pool).open() if row.id not in running]
    return tuple([row for row in unseen if not await _runs(processes, row.id)])


async def _runs(processes: Processes, sitting: str) -> bool:
    """Whether its process answers: the list of those that run is a moment behind."""
    try:
        await processes.standing(sitting, SittingWait)
    except ProcessGone:
        return False
    return True


async def bring_back(pool: Pool, processes: Processes, lost: Iterable[str] | None = None) -> tuple[str, ...]:
    """Starts lost sittings again from the log; their ids. Overdue waits fire once; one that runs is left alone.

    Raises StoreUnavailable, ProcessUnavailable.
    """
    found = tuple(lost) if lost is not None else tuple(row.id for row in await lost_sittings(pool, processes))
    log = EventLog(pool)
    for sitting in found:
        state = fold_sitting(await log.read(sitting))
        if state is not None and not state.closed:
            await processes.restart(state)
    return found


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
