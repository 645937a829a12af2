"""Sittings and the forums' schedules after a calendar, a cadence or the organisation has changed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from temporalio.client import Client

from domain.errors import Refusal
from domain.permission import SYSTEM
from domain.policy import forum
from domain.policy.convening import to_convene
from domain.policy.forum import Sitting, at_new_time, emergency_of
from domain.policy.rules import Rules
from domain.sitting import Cancel, Reschedule, SittingCommand
from runtime.clock import Clock
from store.rulebook import Rulebook
from store.sittings import SittingRow, Sittings
from workflows.client import Processes, ProcessGone, ProcessUnavailable
from workflows.scheduling import HORIZON, Synchronised, sync_schedules

if TYPE_CHECKING:
    from store.database import Pool


@dataclass(frozen=True, slots=True)
class Redated:
    """The sittings whose dates were computed again. ``failed``: whose process did not answer."""

    moved: tuple[str, ...]
    cancelled: tuple[str, ...]
    failed: tuple[str, ...]


async def plan_schedules(pool: Pool, client: Client, clock: Clock, *, task_queue: str) -> Synchronised:
    """Every forum's schedule as the rules of now have it; what is due and not over is begun.

    A schedule fires at future instants only. So where one is made or changed after a sitting's agenda was to be drafted
    (a first start, a policy, a calendar that was published late, a new forum, a long pause), the sitting is convened
    here; not of a forum whose schedule a supervisor has paused. Workers need not be up: they find it when they are.
    Idempotent. Raises NoRules, StoreUnavailable.
    """
    rulebook = Rulebook(pool)
    await rulebook.refresh()
    await clock.refresh()
    rules = rulebook.current
    done = await sync_schedules(client, rules, datetime.now(UTC), task_queue=task_queue)
    processes = Processes(client, task_queue)
    for sitting in await _missing(pool, rules, clock.now()):
        if sitting.forum not in done.paused:
            await processes.convene_due(rules, sitting)
    return done


async def _missing(pool: Pool, rules: Rules, now: datetime) -> list[Sitting]:
    due = to_convene(rules, now, now)
    begun = await Sittings(pool).some([sitting.id for sitting in due])
    return [sitting for sitting in due if sitting.id not in begun]


async def redate(pool: Pool, processes: Processes, cause: str, now: datetime) -> Redated:
    """Has every sitting ahead of ``now`` that the calendar dates otherwise move there; ``cause`` is the event's reason.

    One that an officer has moved stays on its day, and has its freeze and minutes dated anew; one that a holiday
    swallows, or whose forum is no more, is cancelled. Their processes tell the cases. Workers must know the new policy.
    Raises StoreUnavailable.
    """
    rulebook = Rulebook(pool)
    await rulebook.refresh()
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


def _command(rules: Rules, row: SittingRow, cause: str) -> SittingCommand | None:
    name = f"redate:{uuid.uuid4().hex}:{row.id}"
    if row.forum in rules.forums and emergency_of(row.id) is not None:
        return None  # an extraordinary sitting's dates come from no calendar
    try:
        if row.forum not in rules.forums:
            raise Refusal("unknown_forum", forum=row.forum)
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
