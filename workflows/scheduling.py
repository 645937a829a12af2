"""The forums' schedules: one each, with the next dates on which an agenda is to be drafted written out.

The dates are explicit because no calendar rule knows 调休. A schedule is seen, paused, triggered and backfilled in
the Temporal UI; a pause survives every synchronisation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from domain.policy.calendar import SHANGHAI, shanghai
from domain.policy.forum import Forum, sittings
from domain.policy.rules import Rules
from domain.words.dates import in_figures
from workflows import names
from workflows.messages import ConveneOrder

PREFIX = "议事会 "
PLANNING = "排定日程"
"""The id of the schedule that plans all the others on, every night."""

HORIZON = timedelta(days=120)
KEPT_BEHIND = timedelta(days=31)
"""Dates that have passed stay written for so long: only what is written can be backfilled."""
TIME_ZONE = "Asia/Shanghai"

OVERLAP = ScheduleOverlapPolicy.ALLOW_ALL
"""Convening is idempotent by the sitting's id: no run has to wait for another, and one that hangs holds none up."""

CATCH_UP = timedelta(days=7)
"""After a longer outage a sitting's agenda would be drafted when the sitting is over; a supervisor may backfill it."""

_AT_ONCE = 8


Became = Literal["created", "updated", "kept"]


@dataclass(frozen=True, slots=True)
class Synchronised:
    """What became of the schedules, by forum; and which a supervisor has paused."""

    created: tuple[str, ...]
    updated: tuple[str, ...]
    deleted: tuple[str, ...]
    paused: frozenset[str] = frozenset()


def schedule_id(forum: str) -> str:
    """The id of a forum's schedule."""
    return f"{PREFIX}{forum}"


def draft_dates(rules: Rules, forum: Forum, now: datetime) -> tuple[tuple[datetime, str], ...]:
    """When this forum's agendas are to be drafted, with the sittings' ids: a month back, up to the horizon."""
    first, last = now - KEPT_BEHIND, now + HORIZON
    # A sitting is held some weeks after its agenda is drafted.
    held = sittings(forum, rules.calendar, first, last + timedelta(days=62))
    dates = ((shanghai(sitting.drafts_at), sitting.id) for sitting in held)
    return tuple((at, name) for at, name in dates if first < at <= last)


async def sync_schedules(client: Client, rules: Rules, now: datetime, *, task_queue: str) -> Synchronised:
    """Brings every forum's schedule up to date, creates missing ones, deletes those of forums that are no more.

    ``now`` is the real clock's, by which they fire. Idempotent; call it when a stack starts and after a calendar,
    cadence or organisation has changed.
    """
    known = {entry.id async for entry in await client.list_schedules() if entry.id.startswith(PREFIX)}
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(forum: Forum) -> tuple[Became, bool]:
        async with gate:
            return await sync_schedule(client, rules, forum, now, task_queue=task_queue)

    await _plan_daily(client, task_queue)
    forums = tuple(rules.forums.values())
    became = dict(zip((forum.id for forum in forums), await asyncio.gather(*map(one, forums)), strict=True))
    gone = sorted(known - {schedule_id(forum.id) for forum in forums})
    for name in gone:
        await _delete(client, name)
    return Synchronised(
        created=_which(became, "created"),
        updated=_which(became, "updated"),
        deleted=tuple(name.removeprefix(PREFIX) for name in gone),
        paused=frozenset(forum for forum, (_, paused) in became.items() if paused),
    )


async def sync_schedule(
    client: Client, rules: Rules, forum: Forum, now: datetime, *, task_queue: str
) -> tuple[Became, bool]:
    """What became of one forum's schedule, and whether it is paused."""
    wanted = _schedule(rules, forum, now, task_queue)
    try:
        await client.create_schedule(schedule_id(forum.id), wanted)
    except ScheduleAlreadyRunningError:
        return await _update(client, forum, wanted)
    return "created", False


async def _update(client: Client, forum: Forum, wanted: Schedule) -> tuple[Became, bool]:
    became: Became = "kept"
    paused = False

    async def update(found: ScheduleUpdateInput) -> ScheduleUpdate | None:
        nonlocal became, paused
        now_there = found.description.schedule
        paused = now_there.state.paused
        if _told_apart(now_there) == _told_apart(wanted):
            return None
        became = "updated"
        wanted.state.paused = now_there.state.paused
        if now_there.state.paused:
            wanted.state.note = now_there.state.note  # why it was paused
        return ScheduleUpdate(schedule=wanted)

    await client.get_schedule_handle(schedule_id(forum.id)).update(update)
    return became, paused


async def _delete(client: Client, name: str) -> None:
    try:
        await client.get_schedule_handle(name).delete()
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise


def _schedule(rules: Rules, forum: Forum, now: datetime, task_queue: str) -> Schedule:
    language = rules.ladder.language
    name = forum.name.in_(language)
    return Schedule(
        action=ScheduleActionStartWorkflow(
            names.CONVENE_WORKFLOW,
            ConveneOrder(forum=forum.id),
            id=f"召集 {forum.id}",
            task_queue=task_queue,
            static_summary=name,
        ),
        spec=ScheduleSpec(
            calendars=[_calendar(at, sitting) for at, sitting in draft_dates(rules, forum, now)],
            time_zone_name=TIME_ZONE,
        ),
        policy=SchedulePolicy(overlap=OVERLAP, catchup_window=CATCH_UP),
        state=ScheduleState(note=f"{name}：到期起草议程并召集会议 · convenes {forum.name.en} when its agenda is due"),
    )


async def _plan_daily(client: Client, task_queue: str) -> None:
    """The schedule that keeps the others going; once made, it is its supervisors' to pause."""
    action = ScheduleActionStartWorkflow(names.PLAN_WORKFLOW, id=PLANNING, task_queue=task_queue)
    every_night = ScheduleCalendarSpec(hour=[ScheduleRange(3)], minute=[ScheduleRange(10)], comment="03:10")
    wanted = Schedule(
        action=action,
        spec=ScheduleSpec(calendars=[every_night], time_zone_name=TIME_ZONE),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
        state=ScheduleState(note="每天续排各议事会的日程 · plans every forum's dates on, every night"),
    )
    with suppress(ScheduleAlreadyRunningError):
        await client.create_schedule(PLANNING, wanted)


def _calendar(at: datetime, sitting: str) -> ScheduleCalendarSpec:
    local = at.astimezone(SHANGHAI)
    return ScheduleCalendarSpec(
        year=_only(local.year),
        month=_only(local.month),
        day_of_month=_only(local.day),
        hour=_only(local.hour),
        minute=_only(local.minute),
        second=_only(local.second),
        comment=f"{sitting} {in_figures(at)}",
    )


def _only(value: int) -> Sequence[ScheduleRange]:
    return [ScheduleRange(value)]


def _told_apart(schedule: Schedule) -> tuple[object, ...]:
    """What tells whether a schedule is the wanted one: its dates, which are in the comments, and how it acts."""
    action = schedule.action
    where = action.task_queue if isinstance(action, ScheduleActionStartWorkflow) else None
    dates = tuple(calendar.comment for calendar in schedule.spec.calendars)
    return (dates, where, schedule.policy.overlap, schedule.policy.catchup_window)


def _which(became: Mapping[str, tuple[Became, bool]], what: Became) -> tuple[str, ...]:
    return tuple(sorted(forum for forum, (one, _) in became.items() if one == what))
