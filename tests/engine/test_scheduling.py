"""The forums' schedules on the real Temporal: their dates, a pause, a trigger by hand, a backfill."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import ScheduleBackfill, ScheduleHandle, ScheduleOverlapPolicy
from temporalio.service import RPCError

from activities.dating import plan_schedules
from domain.policy.calendar import SHANGHAI, WorkingCalendar
from domain.policy.convening import to_convene
from domain.policy.forum import Forum
from domain.policy.rules import Rules
from runtime.clock import Clock
from runtime.temporal import TASK_QUEUE
from tests.domain.given import year_of
from tests.engine.conftest import Engine, until
from tests.support.town import NOW
from workflows.scheduling import PLANNING, PREFIX, draft_dates, schedule_id, sync_schedule, sync_schedules


def forum(engine: Engine, name: str) -> Forum:
    return engine.rules.forums[name]


async def planned(engine: Engine, name: str, rules: Rules | None = None) -> str:
    rules = rules or engine.rules
    became, _ = await sync_schedule(engine.client, rules, rules.forums[name], datetime.now(UTC), task_queue=TASK_QUEUE)
    return became


def handle(engine: Engine, name: str) -> ScheduleHandle:
    return engine.client.get_schedule_handle(schedule_id(name))


@pytest.mark.parametrize("name", ["mudan-garden", "laocheng", "nancheng"])
async def test_a_forums_schedule_fires_when_its_agendas_are_to_be_drafted(engine: Engine, name: str) -> None:
    assert await planned(engine, name) == "created"
    now = datetime.now(UTC)
    expected = [at for at, _ in draft_dates(engine.rules, forum(engine, name), now) if at > now]
    described = await handle(engine, name).describe()
    assert expected
    assert described.info.next_action_times == [at.astimezone(UTC) for at in expected][:10]


async def test_a_schedule_says_in_words_what_it_does_and_names_its_policies(engine: Engine) -> None:
    await planned(engine, "laocheng")
    described = await handle(engine, "laocheng").describe()
    assert "起草议程" in str(described.schedule.state.note)
    assert described.schedule.spec.time_zone_name == "Asia/Shanghai"
    assert described.schedule.policy.overlap == ScheduleOverlapPolicy.ALLOW_ALL
    assert described.schedule.policy.catchup_window == timedelta(days=7)


def with_a_holiday(engine: Engine, name: str) -> Rules:
    """The rules with the day off on which the forum's second agenda from now on is to be drafted."""
    now = datetime.now(UTC)
    ahead = [at for at, _ in draft_dates(engine.rules, forum(engine, name), now) if at > now]
    off = year_of(ahead[1].year, **{f"d{ahead[1]:%m%d}": "off"})
    return replace(engine.rules, calendar=WorkingCalendar.of([off]))


@pytest.mark.long
async def test_planning_again_changes_nothing_and_a_new_calendar_changes_the_dates(engine: Engine) -> None:
    await planned(engine, "mudan-garden")
    assert await planned(engine, "mudan-garden") == "kept"
    assert await planned(engine, "mudan-garden", with_a_holiday(engine, "mudan-garden")) == "updated"


@pytest.mark.long
async def test_a_pause_outlives_a_change_of_dates(engine: Engine) -> None:
    await planned(engine, "mudan-garden")
    await handle(engine, "mudan-garden").pause(note="换届期间暂停")
    assert await planned(engine, "mudan-garden", with_a_holiday(engine, "mudan-garden")) == "updated"
    state = (await handle(engine, "mudan-garden").describe()).schedule.state
    assert (state.paused, state.note) == (True, "换届期间暂停")


async def test_every_forum_has_a_schedule_and_one_that_is_no_more_has_none(engine: Engine) -> None:
    now = datetime.now(UTC)
    ladder = engine.rules.ladder
    low = replace(engine.rules, forums_from=ladder.model_copy(update={"tiers": ladder.tiers[:2]}))
    first = await sync_schedules(engine.client, engine.rules, now, task_queue=TASK_QUEUE)
    assert set(first.created) == set(engine.rules.forums)
    await until_listed(engine, len(first.created))
    second = await sync_schedules(engine.client, low, now, task_queue=TASK_QUEUE)
    assert (second.created, second.updated, second.deleted) == ((), (), ("nancheng",))


async def test_a_trigger_by_hand_convenes_the_next_sitting(engine: Engine) -> None:
    await planned(engine, "nancheng")
    await handle(engine, "nancheng").trigger()
    (sitting,) = await convened(engine, "nancheng")
    row = await engine.sittings.get(sitting)
    assert row is not None
    assert row.dates == engine.rules.sitting("nancheng", sitting)


@pytest.mark.long
async def test_a_backfill_convenes_what_was_due_then_and_is_not_over(engine: Engine) -> None:
    now, held = engine.clock.now(), forum(engine, "mudan-garden")
    await sync_schedule(engine.client, engine.rules, held, now, task_queue=TASK_QUEUE)
    dates = draft_dates(engine.rules, held, now)
    over = [it for it in dates if engine.rules.sitting(held.id, it[1]).minutes_due <= now]
    await backfilled(engine, held, over[-1][0])
    at, sitting = next(it for it in dates if it not in over)
    await backfilled(engine, held, at)
    assert await convened(engine, "mudan-garden") == [sitting]


async def backfilled(engine: Engine, forum: Forum, at: datetime) -> None:
    """A supervisor has what the schedule would have done at an instant done now."""
    backfill = ScheduleBackfill(
        start_at=at - timedelta(minutes=1), end_at=at + timedelta(minutes=1), overlap=ScheduleOverlapPolicy.ALLOW_ALL
    )
    await handle(engine, forum.id).backfill(backfill)


@pytest.mark.long
async def test_what_is_due_and_not_over_is_begun_when_schedules_are_planned(engine: Engine) -> None:
    due = to_convene(engine.rules, NOW, NOW)
    soon = next(it for it in to_convene(engine.rules, NOW, NOW + timedelta(days=9)) if it not in due)
    in_its_window = At(soon.drafts_at + timedelta(hours=1))
    await plan_schedules(engine.pool, engine.town.client, in_its_window, task_queue=TASK_QUEUE)
    for sitting in to_convene(engine.rules, in_its_window.now(), in_its_window.now()):
        assert await convened(engine, sitting.id) == [sitting.id]
    await plan_schedules(engine.pool, engine.town.client, in_its_window, task_queue=TASK_QUEUE)
    assert await engine.sitting_types(soon.id) != []


@pytest.mark.long
async def test_a_paused_forums_sittings_are_left_to_its_supervisor(engine: Engine) -> None:
    soon = to_convene(engine.rules, NOW, NOW + timedelta(days=9))[-1]
    clock = At(soon.drafts_at + timedelta(minutes=1))
    await plan_schedules(engine.pool, engine.town.client, At(NOW), task_queue=TASK_QUEUE)
    await handle(engine, soon.forum).pause(note="换届期间暂停")
    await plan_schedules(engine.pool, engine.town.client, clock, task_queue=TASK_QUEUE)
    (other, *_) = (it for it in to_convene(engine.rules, clock.now(), clock.now()) if it.forum != soon.forum)
    await convened(engine, other.id)
    assert await engine.log.streams(soon.id) == ()


@pytest.mark.long
async def test_every_night_the_schedules_are_planned_on(engine: Engine) -> None:
    await sync_schedules(engine.client, engine.rules, datetime.now(UTC), task_queue=TASK_QUEUE)
    nightly = engine.client.get_schedule_handle(PLANNING)
    times = (await nightly.describe()).info.next_action_times
    assert {(at.astimezone(SHANGHAI).hour, at.astimezone(SHANGHAI).minute) for at in times} == {(3, 10)}
    await handle(engine, "nancheng").delete()
    await nightly.trigger()
    await until(lambda: _is_there(engine, "nancheng"))


async def _is_there(engine: Engine, name: str) -> bool:
    try:
        await handle(engine, name).describe()
    except RPCError:
        return False
    return True


class At(Clock):
    """A clock that shows one instant."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """See ``Clock``."""
        return self._now


async def convened(engine: Engine, name: str) -> list[str]:
    """The sittings whose ids begin so, once there is one."""
    for _ in range(300):
        found = await engine.log.streams(name)
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
