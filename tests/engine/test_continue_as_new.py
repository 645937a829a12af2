"""A case that outgrows its history goes on in a new run, and nobody notices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest

from domain.case import waits
from domain.joint_response import waits as response_waits
from stack.ports import free_port
from stack.temporal import TemporalServer
from tests.engine.conftest import Engine, running_engine, until
from tests.engine.hindering import Reaching, hindered, refusing, tried, two_emergencies
from workflows import attributes
from workflows.kinds import CASE, RESPONSE

if TYPE_CHECKING:
    from store.database import Pool


@pytest.fixture(scope="module")
def impatient_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    """A server that suggests to continue as new after forty events."""
    server = TemporalServer(
        None,
        free_port(),
        rehearsal=True,
        dynamic={"limit.historyCount.suggestContinueAsNew": "40"},
        search_attributes={key.name: key.indexed_value_type.name.capitalize() for key in attributes.ALL},
        log_file=tmp_path_factory.mktemp("temporal") / "temporal.log",
    )
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
async def impatient(pool: Pool, impatient_server: TemporalServer) -> AsyncIterator[Engine]:
    async with running_engine(pool, impatient_server.address) as engine:
        yield engine


@pytest.mark.long
async def test_decisions_that_arrive_while_the_run_changes_are_all_recorded_once(impatient: Engine) -> None:
    await impatient.open("A")
    first_run = (await impatient.handle("A").describe()).run_id
    for burst in range(6):
        sent = [
            impatient.send("A", "note", id=f"{impatient.prefix}-{burst}-{n}", text=f"{burst}之{n}") for n in range(12)
        ]
        await asyncio.gather(*sent)
    assert (await impatient.handle("A").describe()).run_id != first_run
    rows = await impatient.rows("A")
    assert [row.version for row in rows] == list(range(1, 74))
    assert len({row.command_id for row in rows}) == 73


async def test_a_command_sent_again_in_the_next_run_is_not_recorded_again(impatient: Engine) -> None:
    await impatient.open("A")
    await impatient.send("A", "note", id=f"{impatient.prefix}-once", text="只记一次")
    before = (await impatient.handle("A").describe()).run_id
    for n in range(20):
        await impatient.send("A", "note", text=f"第{n}条")
    assert (await impatient.handle("A").describe()).run_id != before
    await impatient.send("A", "note", id=f"{impatient.prefix}-once", text="只记一次")
    assert len(await impatient.rows("A")) == 22


async def test_seven_branches_go_on_in_the_next_run_and_no_report_is_lost(impatient: Engine) -> None:
    await impatient.open("A")
    emergency = await impatient.declare("A", "lift_entrapment")
    handle = impatient.client.get_workflow_handle(emergency)
    first_run = (await handle.describe()).run_id
    opened = [task for task in (await impatient.response(emergency)).tasks if task.status == "open"]
    await asyncio.gather(*(impatient.report(emergency, "sign", task=task.id) for task in opened))
    for task in opened:
        await impatient.report(emergency, "progress", task=task.id, note="已到场")
    assert (await handle.describe()).run_id != first_run
    rows = await impatient.log.read(emergency)
    assert sum(row.type == "task_signed" for row in rows) == len(opened)
    assert [row.version for row in rows] == list(range(1, len(rows) + 1))
    standing = await impatient.processes.standing(RESPONSE, emergency)
    assert set(standing.waits) == set(response_waits(await impatient.response(emergency)))


async def test_the_deadline_stays_where_it_was_in_the_next_run(impatient: Engine) -> None:
    await impatient.open("A")
    promised = waits(await impatient.state("A"))
    deadline = promised[0].until
    before = (await impatient.handle("A").describe()).run_id
    for n in range(20):
        await impatient.send("A", "note", text=f"第{n}条")
    assert (await impatient.handle("A").describe()).run_id != before
    standing = await impatient.processes.standing(CASE, impatient.number("A"))
    assert set(standing.waits) == set(promised)
    await impatient.pass_time("A", days=1)
    missed = (await impatient.rows("A"))[-1]
    assert missed.type == "contact_missed"
    assert 0 <= (missed.occurred_at - deadline).total_seconds() < 60


async def test_a_case_that_climbs_alone_for_years_goes_through_many_runs(impatient: Engine) -> None:
    await impatient.open("A")
    first_run = (await impatient.handle("A").describe()).run_id
    for _ in range(8):
        await impatient.pass_time("A", days=90)
    state = await impatient.state("A")
    assert (state.stage, state.raised) == ("alliance", True)
    assert state.carried_over >= 18
    assert (await impatient.handle("A").describe()).run_id != first_run


async def test_a_refused_expiry_is_known_to_the_next_run(impatient: Engine) -> None:
    recorder = await refusing(impatient)
    await impatient.open("A")
    first_run = (await impatient.handle("A").describe()).run_id
    await impatient.pass_time("A", days=2)
    assert (await impatient.handle("A").describe()).run_id != first_run
    assert 6 < tried(await impatient.details(impatient.number("A"))) <= recorder.times  # a run has six at most
    assert len((await impatient.handle("A").fetch_history()).events) < 60
    recorder.refuses = False
    await impatient.processes.nudge(impatient.number("A"))
    await until(lambda: impatient.has_happened("A", "contact_missed"))


@pytest.mark.long
async def test_an_effect_that_fails_is_seen_goes_into_the_next_run_and_is_done_later(impatient: Engine) -> None:
    reaching = Reaching(impatient, lambda _, command: command.kind == "link")
    await hindered(impatient, reaching)
    first, second = await two_emergencies(impatient)
    handle = impatient.client.get_workflow_handle(second)
    first_run = (await handle.describe()).run_id
    await impatient.pass_response(second, hours=2)
    assert (await handle.describe()).run_id != first_run
    details = await impatient.details(second)
    assert "关联" in details
    assert "Unreached" in details
    reaching.mend()
    await impatient.pass_response(second, hours=2)
    await until(lambda: impatient.is_linked(first, second))
    assert "Unreached" not in await impatient.details(second)
