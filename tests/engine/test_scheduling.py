"""The forums' schedules on the real Temporal: their dates, a pause, a trigger by hand, a backfill."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import ScheduleBackfill, ScheduleHandle, ScheduleOverlapPolicy
from temporalio.service import RPCError

from domain.calendar import WorkingCalendar
from domain.forum import Forum
from domain.rules import Rules
from tests.domain.given import year_of
from tests.engine.conftest import Engine
from workflows.scheduling import PREFIX, draft_dates, schedule_id, sync_schedule, sync_schedules


@pytest.fixture
async def scheduled(engine: Engine) -> AsyncIterator[Engine]:
    """An engine without schedules, before the test and after it: the server is shared, with a whole stack too."""
    await _without_schedules(engine)
    yield engine
    await _without_schedules(engine)


async def _without_schedules(engine: Engine) -> None:
    for name in engine.rules.forums:
        with suppress(RPCError):
            await handle(engine, name).delete()


def forum(engine: Engine, name: str) -> Forum:
    return engine.rules.forums[name]


async def planned(engine: Engine, name: str, rules: Rules | None = None) -> str:
    rules = rules or engine.rules
    return await sync_schedule(
        engine.client, rules, rules.forums[name], datetime.now(UTC), task_queue=engine.task_queue
    )


def handle(engine: Engine, name: str) -> ScheduleHandle:
    return engine.client.get_schedule_handle(schedule_id(name))


@pytest.mark.parametrize("name", ["mudan-garden", "laocheng", "nancheng"])
async def test_a_forums_schedule_fires_when_its_agendas_are_to_be_drafted(scheduled: Engine, name: str) -> None:
    assert await planned(scheduled, name) == "created"
    now = datetime.now(UTC)
    expected = [at for at, _ in draft_dates(scheduled.rules, forum(scheduled, name), now) if at > now]
    described = await handle(scheduled, name).describe()
    assert expected
    assert described.info.next_action_times == [at.astimezone(UTC) for at in expected][:10]


async def test_a_schedule_says_in_words_what_it_does_and_names_its_policies(scheduled: Engine) -> None:
    await planned(scheduled, "laocheng")
    described = await handle(scheduled, "laocheng").describe()
    assert "起草议程" in str(described.schedule.state.note)
    assert described.schedule.spec.time_zone_name == "Asia/Shanghai"
    assert described.schedule.policy.overlap == ScheduleOverlapPolicy.ALLOW_ALL
    assert described.schedule.policy.catchup_window == timedelta(days=7)


async def test_planning_again_changes_nothing_and_a_new_calendar_changes_the_dates(scheduled: Engine) -> None:
    await planned(scheduled, "mudan-garden")
    assert await planned(scheduled, "mudan-garden") == "kept"
    day = scheduled.next_sitting("mudan-garden", 2).drafts_at.date()
    off = year_of(day.year, **{f"d{day:%m%d}": "off"})
    changed = replace(scheduled.rules, calendar=WorkingCalendar.of([off]))
    assert await planned(scheduled, "mudan-garden", changed) == "updated"


async def test_a_pause_outlives_a_change_of_dates(scheduled: Engine) -> None:
    await planned(scheduled, "mudan-garden")
    await handle(scheduled, "mudan-garden").pause(note="换届期间暂停")
    day = scheduled.next_sitting("mudan-garden", 2).drafts_at.date()
    changed = replace(scheduled.rules, calendar=WorkingCalendar.of([year_of(day.year, **{f"d{day:%m%d}": "off"})]))
    assert await planned(scheduled, "mudan-garden", changed) == "updated"
    state = (await handle(scheduled, "mudan-garden").describe()).schedule.state
    assert (state.paused, state.note) == (True, "换届期间暂停")


async def test_every_forum_has_a_schedule_and_one_that_is_no_more_has_none(scheduled: Engine) -> None:
    now = datetime.now(UTC)
    ladder = scheduled.rules.ladder
    low = replace(scheduled.rules, forums_from=ladder.model_copy(update={"tiers": ladder.tiers[:2]}))
    first = await sync_schedules(scheduled.client, scheduled.rules, now, task_queue=scheduled.task_queue)
    assert set(first.created) == set(scheduled.rules.forums)
    await until_listed(scheduled, len(first.created))
    second = await sync_schedules(scheduled.client, low, now, task_queue=scheduled.task_queue)
    assert (second.created, second.updated, second.deleted) == ((), (), ("nancheng",))


async def test_a_trigger_by_hand_convenes_the_next_sitting(scheduled: Engine) -> None:
    await planned(scheduled, "nancheng")
    await handle(scheduled, "nancheng").trigger()
    (sitting,) = await convened(scheduled, "nancheng")
    scheduled.convened.append(sitting)
    row = await scheduled.sittings.get(sitting)
    assert row is not None
    assert row.dates == scheduled.rules.sitting("nancheng", sitting)


async def test_a_backfill_convenes_what_was_due_then(scheduled: Engine) -> None:
    await planned(scheduled, "mudan-garden")
    now = datetime.now(UTC)
    past = [(at, name) for at, name in draft_dates(scheduled.rules, forum(scheduled, "mudan-garden"), now) if at < now]
    at, sitting = past[0]
    scheduled.convened.append(sitting)
    backfill = ScheduleBackfill(
        start_at=at - timedelta(minutes=1), end_at=at + timedelta(minutes=1), overlap=ScheduleOverlapPolicy.ALLOW_ALL
    )
    await handle(scheduled, "mudan-garden").backfill(backfill)
    assert await convened(scheduled, "mudan-garden") == [sitting]


async def convened(engine: Engine, name: str) -> list[str]:
    """The forum's sittings, once there is one."""
    for _ in range(300):
        found = await engine.log.streams(f"{name}-")
        if found:
            return list(found)
        await asyncio.sleep(0.1)
    raise AssertionError("nothing was convened")


async def until_listed(engine: Engine, many: int) -> None:
    """The list of schedules is a moment behind."""
    for _ in range(300):
        if sum([1 async for entry in await engine.client.list_schedules() if entry.id.startswith(PREFIX)]) == many:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the schedules are not listed")
