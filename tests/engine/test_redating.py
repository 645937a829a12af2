"""A calendar changes: the sittings ahead are dated anew, and the cases that wait for them."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, timedelta

import worker
from activities.dating import redate
from domain.policy.calendar import CalendarYear
from domain.policy.policy_file import parse_policy
from tests.domain.given import year_of
from tests.engine.conftest import Engine
from tests.engine.sittings import case_waiting_for
from tests.support.policies import put
from tests.support.town import calendar


async def day_off(engine: Engine, *days: date) -> None:
    """Publishes a calendar in which these days are holidays."""
    for year in sorted({day.year for day in days}):
        published = parse_policy(CalendarYear, calendar(year), "calendar").days
        off = year_of(year, **{f"d{day:%m%d}": "off" for day in days if day.year == year}).days
        kept = [day for day in published if day.date not in days]
        changed = CalendarYear.model_validate(
            {"version": "2", "year": year, "days": sorted((*kept, *off), key=lambda day: day.date)}
        )
        await put(engine.pool, "calendar", str(year), "2", changed.model_dump_json())
    await worker.put_at_hand(engine.rulebook)


async def test_a_new_holiday_moves_the_sitting_of_that_day_and_its_cases_once(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await case_waiting_for(engine, "A", sitting)
    await day_off(engine, sitting.starts_at.date())
    redated = await redate(engine.pool, engine.processes, "calendar@2", engine.clock.now())
    assert (redated.moved, redated.cancelled, redated.failed) == ((sitting.id,), (), ())
    moved = (await engine.sitting_state(sitting.id)).dates
    assert moved == engine.rules.sitting("laocheng", sitting.id)
    assert moved.starts_at > sitting.starts_at
    await until_it_waits_for(engine, "A", moved.minutes_due)
    assert Counter(await engine.types("A"))["wait_reprojected"] == 1
    assert (await redate(engine.pool, engine.processes, "calendar@2", engine.clock.now())).moved == ()


async def test_a_sitting_that_an_officer_moved_stays_on_its_day_with_its_minutes_dated_anew(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await engine.command(sitting.id, "reschedule", starts_at=sitting.starts_at + timedelta(days=7), reason="会场另用")
    before = (await engine.sitting_state(sitting.id)).dates
    await day_off(engine, engine.rules.calendar.next_workday(before.starts_at.date() + timedelta(days=1)))
    assert (await redate(engine.pool, engine.processes, "calendar@2", engine.clock.now())).moved == (sitting.id,)
    after = (await engine.sitting_state(sitting.id)).dates
    assert after.starts_at == before.starts_at
    assert after.minutes_due > before.minutes_due


async def until_it_waits_for(engine: Engine, name: str, until: object) -> None:
    for _ in range(200):
        wait = (await engine.state(name)).wait
        if wait is not None and wait.until == until:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{name} was not told")
