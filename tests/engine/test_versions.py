"""An upgrade without a stop: processes that began under one build of the worker go on under the next."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from temporalio.client import WorkflowHistory

from domain.case import waits
from runtime import program, versions
from tests.engine.conftest import DEPLOYMENT, Engine, until
from workflows import names


def builds(history: WorkflowHistory) -> list[str]:
    """The builds that a process's workflow tasks were done by, in order, each once."""
    done = [event.workflow_task_completed_event_attributes for event in history.events if _is_done(event)]
    return list(dict.fromkeys(one.deployment_version.build_id for one in done))


def _is_done(event: Any) -> bool:
    return bool(event.HasField("workflow_task_completed_event_attributes"))


@pytest.fixture
async def upgraded(engine: Engine) -> Engine:
    """Served by build 1.0.0 from the start."""
    await engine.stop_worker()
    await engine.start_worker(build="1.0.0")
    return engine


async def test_a_case_that_began_under_one_build_goes_on_under_the_next_while_both_serve(upgraded: Engine) -> None:
    engine = upgraded
    await engine.open("A")
    sent = [
        asyncio.create_task(engine.send("A", "note", id=f"{engine.prefix}-{n}", text=f"第{n}条")) for n in range(20)
    ]
    before, serving = engine.worker, engine._serving
    await engine.start_worker(build="1.1.0")  # the old one still serves
    sent += [
        asyncio.create_task(engine.send("A", "note", id=f"{engine.prefix}-{n}", text=f"第{n}条")) for n in range(20, 40)
    ]
    await asyncio.gather(*sent)
    assert before is not None
    await before.shutdown()
    await serving
    deadline = waits(await engine.state("A"))[0].until
    await engine.pass_time("A", days=1)
    rows = await engine.rows("A")
    assert len({row.command_id for row in rows if row.type == "note_added"}) == 40
    assert [row.version for row in rows] == list(range(1, len(rows) + 1))
    assert next(row for row in rows if row.type == "contact_missed").occurred_at >= deadline
    assert builds(await engine.handle("A").fetch_history()) == ["1.0.0", "1.1.0"]


async def test_an_upgrade_that_stops_the_old_workers_first_loses_nothing_either(upgraded: Engine) -> None:
    engine = upgraded
    await engine.open("A")
    await engine.stop_worker()
    sent = asyncio.create_task(engine.send("A", "note", text="停机时"))
    await engine.start_worker(build="1.1.0")
    await sent
    assert builds(await engine.handle("A").fetch_history()) == ["1.0.0", "1.1.0"]


@pytest.mark.long
async def test_an_old_worker_that_is_started_again_takes_nothing_over(upgraded: Engine) -> None:
    engine = upgraded
    await engine.stop_worker()
    await engine.start_worker(build="1.10.0")
    assert not await versions.make_current(engine.client, DEPLOYMENT, "1.9.0")
    await engine.open("A")
    assert builds(await engine.handle("A").fetch_history()) == ["1.10.0"]


@pytest.mark.long
async def test_a_worker_without_a_version_goes_on_where_versions_are_given_up(upgraded: Engine) -> None:
    engine = upgraded
    await engine.open("A")
    await engine.stop_worker()
    await engine.start_worker()
    assert await versions.make_current(engine.client, DEPLOYMENT, "")
    await engine.send("A", "note", text="没有版本")
    assert await engine.types("A") == ["case_opened", "note_added"]


async def test_where_there_never_were_versions_none_is_given_up(engine: Engine) -> None:
    assert not await versions.make_current(engine.client, DEPLOYMENT, "")
    await engine.open("A")
    await until(lambda: engine.has_happened("A", "case_opened"))


async def test_a_sitting_that_begins_is_served_by_the_current_build(upgraded: Engine) -> None:
    sitting = upgraded.next_sitting("laocheng")
    await upgraded.convene(sitting)
    handle = upgraded.client.get_workflow_handle(sitting.id)
    assert (await handle.describe()).workflow_type == names.SITTING.workflow
    assert builds(await handle.fetch_history()) == ["1.0.0"]


@pytest.mark.parametrize(
    ("build", "other", "before"),
    [
        ("0.9.2", "0.10.0", True),
        ("0.10.0", "0.9.2", False),
        ("1.0", "1.0", False),
        ("1.0", "1.0.1", True),
        ("abc123", "1.0", False),
        ("1.0", "", False),
    ],
)
def test_numbered_builds_have_an_order_and_others_none(build: str, other: str, before: bool) -> None:
    assert versions.comes_before(build, other) is before


def test_the_program_knows_its_version() -> None:
    assert versions.comes_before("0", program.version())
