"""What hinders a process does not stall it: refused expiries, effects that fail or hang, commands that are none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from tests.engine.conftest import Engine, until
from tests.engine.hindering import Reaching, hindered, refusing, tried, two_emergencies
from tests.engine.sittings import case_waiting_for

UNKNOWN = r"unknown\_estate"
"""As Markdown has it."""


async def length(handle: WorkflowHandle[Any, Any]) -> int:
    return len((await handle.fetch_history()).events)


def summaries(history: Any) -> list[str]:
    started = [event for event in history.events if event.HasField("timer_started_event_attributes")]
    return [event.user_metadata.summary.data.decode() for event in started]


async def test_a_refused_expiry_is_tried_again_ever_more_rarely_and_says_so(engine: Engine) -> None:
    recorder = await refusing(engine)
    await engine.open("A")
    await engine.pass_time("A", days=2)
    history = await engine.handle("A").fetch_history()
    details = await engine.details(engine.number("A"))
    assert UNKNOWN in details
    assert 20 < tried(details) <= recorder.times < 60
    assert len(history.events) < 12 * recorder.times
    told = summaries(history)
    assert "unknown_estate" in told[-1]
    assert all(len(summary.encode()) <= 202 for summary in told)
    assert await engine.types("A") == ["case_opened"]


async def test_a_refused_expiry_is_taken_at_once_when_the_process_is_nudged(engine: Engine) -> None:
    recorder = await refusing(engine)
    await engine.open("A")
    await engine.pass_time("A", days=2)
    recorder.refuses = False
    await engine.processes.nudge(engine.number("A"))
    await until(lambda: engine.has_happened("A", "contact_missed"))
    assert UNKNOWN not in await engine.details(engine.number("A"))


async def test_a_refused_expiry_is_taken_at_once_when_the_case_moves_on(engine: Engine) -> None:
    recorder = await refusing(engine)
    await engine.open("A")
    await engine.pass_time("A", days=2)
    recorder.refuses = False
    await engine.send("A", "note", text="小区已恢复")
    await until(lambda: engine.has_happened("A", "contact_missed"))


# ---------------------------------------------------------------- effects


async def test_a_response_that_does_not_answer_keeps_no_department_from_being_told(engine: Engine) -> None:
    reaching = Reaching(engine, lambda _, command: command.kind == "link", hangs=True)
    await hindered(engine, reaching)
    first, second = await two_emergencies(engine)
    for department in ("fire", "police"):
        await until(lambda department=department: engine.has_notice(department, second))  # type: ignore[misc]
    assert not await engine.is_linked(first, second)
    reaching.mend()
    await until(lambda: engine.is_linked(first, second))


@pytest.mark.long
async def test_a_case_that_does_not_answer_keeps_no_other_from_the_stand_down(engine: Engine) -> None:
    for name, estate in (("A", "mudan-garden"), ("B", "gulou-yuan"), ("C", "mudan-garden")):
        await engine.open(name, estate=estate)
    emergency = await engine.declare("A", "lift_entrapment")
    for name in ("B", "C"):
        await engine.declare(name, "lift_entrapment", response=emergency)
    lost = engine.number("A")
    reaching = Reaching(engine, lambda number, command: (number, command.kind) == (lost, "stand_down"), hangs=True)
    await hindered(engine, reaching)
    for task in (await engine.response(emergency)).tasks:
        if task.required:
            await engine.report(emergency, "waive", task=task.id, reason="不再需要")
    await engine.report(emergency, "stand_down", outcome="resolved", reason="已救出")
    for name in ("B", "C"):
        await until(lambda name=name: engine.is_at(name, "verification"))  # type: ignore[misc]
    assert await engine.is_at("A", "joint_response")
    reaching.mend()
    await until(lambda: engine.is_at("A", "verification"))


@pytest.mark.long
async def test_a_sitting_is_closed_and_has_its_minutes_though_a_case_does_not_answer(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    for name in ("A", "B"):
        await case_waiting_for(engine, name, sitting)
    await engine.pass_sitting_to(sitting.id, sitting.ends_at)
    lost = engine.number("A")
    await hindered(engine, Reaching(engine, lambda number, _: number == lost, hangs=True))
    await engine.command(sitting.id, "close")
    assert (await engine.sitting_types(sitting.id))[-2:] == ["decisions_ended", "sitting_closed"]
    assert (await engine.types("B"))[-1] == "case_carried_over"
    assert await engine.client.get_workflow_handle(sitting.id).result() == "closed"
    assert "case_carried_over" not in await engine.types("A")


async def test_a_sitting_that_can_tell_nobody_is_cancelled_and_ends_all_the_same(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await case_waiting_for(engine, "A", sitting)
    await hindered(engine, Reaching(engine, lambda *_: True))
    await engine.command(sitting.id, "cancel", reason="没有议题")
    assert await engine.client.get_workflow_handle(sitting.id).result() == "cancelled"
    assert "wait_reprojected" not in await engine.types("A")


@pytest.mark.long
async def test_a_case_that_did_not_answer_is_told_of_its_sittings_move_later(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await case_waiting_for(engine, "A", sitting)
    reaching = Reaching(engine, lambda *_: True)
    await hindered(engine, reaching)
    await engine.command(sitting.id, "reschedule", starts_at=sitting.starts_at + timedelta(days=9), reason="会场另用")
    await until(lambda: says(engine, sitting.id, f"Unreached: {engine.number('A')}"))
    reaching.mend()
    handle = engine.client.get_workflow_handle(sitting.id)
    await engine.pass_sitting_to(sitting.id, await engine.skipper.get_current_time(handle) + timedelta(minutes=2))
    await until(lambda: engine.has_happened("A", "wait_reprojected"))
    await until(lambda: says_not(engine, sitting.id, "Unreached"))


async def says(engine: Engine, workflow: str, words: str) -> bool:
    return words in await engine.details(workflow)


async def says_not(engine: Engine, workflow: str, words: str) -> bool:
    return not await says(engine, workflow, words)
