"""Sittings and the forums' schedules after a calendar, a cadence or the organisation has changed."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from temporalio.client import Client

from activities.meetings import Telling
from domain import forum
from domain.errors import Refusal
from domain.forum import Sitting, at_new_time, emergency_of
from domain.permission import SYSTEM
from domain.rules import Rules
from domain.sitting import Cancel, Reschedule, SittingCommand, SittingWait
from runtime.temporal import TASK_QUEUE
from store.folding import fold_sitting
from store.log import EventLog
from store.rulebook import Rulebook
from store.sittings import SittingRow, Sittings, Untold
from workflows import names
from workflows.client import Processes, ProcessGone, ProcessUnavailable
from workflows.messages import TellOrder
from workflows.scheduling import HORIZON, Synchronised, sync_schedules
from workflows.sitting import CAUSES

if TYPE_CHECKING:
    from store.database import Pool


_PAUSES = (0.2, 0.5, 1.0, 2.0)
_BECAME = {"cancelled": "sitting_cancelled", "closed": "decisions_ended"}


@dataclass(frozen=True, slots=True)
class Redated:
    """The sittings whose dates were computed again. ``failed``: whose process did not answer."""

    moved: tuple[str, ...]
    cancelled: tuple[str, ...]
    failed: tuple[str, ...]


async def plan_schedules(pool: Pool, client: Client, *, task_queue: str = TASK_QUEUE) -> Synchronised:
    """Every forum's schedule as the rules of now have it. Idempotent. Raises NoRules, StoreUnavailable."""
    rulebook = Rulebook(pool)
    await rulebook.refresh()
    return await sync_schedules(client, rulebook.current, datetime.now(UTC), task_queue=task_queue)


async def redate(pool: Pool, processes: Processes, cause: str) -> Redated:
    """Has every sitting ahead that the calendar now dates otherwise move there; ``cause`` is the event's reason.

    One that an officer has moved stays on its day, and has its freeze and minutes dated anew; one that a holiday
    swallows is cancelled. Their processes tell the cases. Workers must know the new policy. Raises StoreUnavailable.
    """
    rulebook = Rulebook(pool)
    await rulebook.refresh()
    now = datetime.now(UTC)
    ahead = [row for row in await Sittings(pool).between(now, now + 2 * HORIZON) if row.is_ahead]
    became: dict[str, list[str]] = {"moved": [], "cancelled": [], "failed": []}
    for row in ahead:
        command = _command(rulebook.current, row, cause)
        if command is None:
            continue
        try:
            await processes.send(row.id, command)
        except Refusal:  # it has begun meanwhile, or the new date is past: it stays as it is
            continue
        except (ProcessGone, ProcessUnavailable):
            became["failed"].append(row.id)
        else:
            became["cancelled" if command.kind == "cancel" else "moved"].append(row.id)
    return Redated(**{key: tuple(ids) for key, ids in became.items()})


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
    found = set(await Sittings(pool).untold())
    for pause in _PAUSES:
        if not found:
            break
        await asyncio.sleep(pause)
        found &= set(await Sittings(pool).untold())
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


def _command(rules: Rules, row: SittingRow, cause: str) -> SittingCommand | None:
    if row.forum not in rules.forums or emergency_of(row.id) is not None:
        return None  # an extraordinary sitting's dates come from no calendar
    name = f"redate:{uuid.uuid4().hex}:{row.id}"
    try:
        wanted = _dates(rules, row)
    except Refusal:
        return SittingCommand(id=name, actor=SYSTEM, body=Cancel(reason=cause))
    dates = row.dates
    if (wanted.starts_at, wanted.minutes_due) == (dates.starts_at, dates.minutes_due) and (
        row.status == "frozen" or wanted.freezes_at == dates.freezes_at
    ):
        return None
    return SittingCommand(id=name, actor=SYSTEM, body=Reschedule(starts_at=wanted.starts_at, reason=cause))


def _dates(rules: Rules, row: SittingRow) -> Sitting:
    held = rules.forums[row.forum]
    if row.sequence:
        return at_new_time(held, rules.calendar, row.dates, row.starts_at)
    return forum.sitting(held, rules.calendar, row.id)
