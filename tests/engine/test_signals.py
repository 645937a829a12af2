"""Commands from senders who want no answer: taken as policy says, refused by an event, bounded, and never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError

from activities.record import Recorder
from domain.case import AddNote, CaseState, Command
from domain.signals import MOST_REFUSALS
from runtime.temporal import TASK_QUEUE
from store.log import StoredEvent
from tests.engine.conftest import Engine, officer, until
from tests.engine.processes import a_case, a_response, a_sitting
from tests.engine.test_continue_as_new import impatient, impatient_server
from tests.engine.test_mailbox import GARBAGE, NOW, OFFICER, Begin, command
from workflows import names
from workflows.client import Processes
from workflows.messages import ProcessInput

__all__ = ["impatient", "impatient_server"]
NOTE = names.CASE.updates["note"]


async def sent(engine: Engine, workflow: str, name: str, *args: Any) -> None:
    await engine.client.get_workflow_handle(workflow).signal(name, args=list(args))


async def events(engine: Engine, stream: str, type_: str) -> list[StoredEvent]:
    return [row for row in await engine.log.read(stream) if row.type == type_]


async def refusals(engine: Engine, stream: str, count: int) -> Sequence[StoredEvent]:
    """The first ``count`` refusals of a stream, once they are there."""

    async def are_there() -> bool:
        return len(await events(engine, stream, "signal_refused")) >= count

    await until(are_there)
    return await events(engine, stream, "signal_refused")


async def test_a_note_sent_as_a_signal_is_recorded_with_its_claimed_sender(engine: Engine) -> None:
    await engine.open("A")
    note = Command(id="from-a-peer", actor=officer("nancheng"), body=AddNote(kind="note", text="已到现场"))
    await engine.processes.tell(engine.number("A"), note)
    await until(lambda: engine.has_happened("A", "note_added"))
    row = (await engine.rows("A"))[-1]
    assert row.actor == {**OFFICER, "via": "signal"}
    assert row.command_id == "from-a-peer"


async def test_a_signal_sent_twice_is_one_command_whichever_way_it_comes(engine: Engine) -> None:
    number = await a_case(engine)
    await sent(engine, number, NOTE, command("note", text="只记一次"))
    await sent(engine, number, NOTE, command("note", text="只记一次"))
    await until(lambda: engine.has_happened("A", "note_added"))
    await engine.send("A", "note", id="from-outside-note", text="只记一次")
    await engine.send("A", "note", text="另一条")
    assert await engine.types("A") == ["case_opened", "note_added", "note_added"]


REFUSED: dict[str, tuple[Begin, str, dict[str, Any]]] = {
    "case": (a_case, names.CASE.updates["withdraw"], command("withdraw")),
    "sitting": (a_sitting, names.SITTING.updates["cancel"], command("cancel", reason="没有议题")),
    "response": (a_response, names.RESPONSE.updates["situation_report"], command("situation_report", text="平稳")),
}


@pytest.mark.parametrize("process", REFUSED)
async def test_what_policy_does_not_take_so_is_refused_by_an_event_in_every_kind_of_stream(
    engine: Engine, process: str
) -> None:
    begin, name, body = REFUSED[process]
    workflow = await begin(engine)
    await sent(engine, workflow, name, body)
    (row,) = await refusals(engine, workflow, 1)
    assert row.actor == {**OFFICER, "via": "signal"}
    assert row.data["detail"]["code"] == "not_by_signal"
    assert row.data["detail"]["signal"] == name
    assert "不以信号受理" in row.data["reason"]
    await engine.processes.nudge(workflow)


EXPIRED: dict[str, tuple[Begin, str, dict[str, Any]]] = {
    "case": (a_case, names.CASE.updates["note"], {"wait": "contact", "until": NOW}),
    "sitting": (a_sitting, names.SITTING.updates["cancel"], {"wait": "draft", "until": NOW}),
    "response": (a_response, names.RESPONSE.updates["progress"], {"wait": "cap", "until": NOW}),
}


@pytest.mark.parametrize("process", EXPIRED)
async def test_that_a_wait_is_over_is_not_to_be_said_by_a_signal(engine: Engine, process: str) -> None:
    begin, name, fields = EXPIRED[process]
    workflow = await begin(engine)
    expired = command("wait_expired", **fields)
    await sent(engine, workflow, name, {**expired, "actor": {"id": "system", "role": "system"}})
    await sent(engine, workflow, "到期 wait_expired", expired)
    first, second = await refusals(engine, workflow, 2)
    assert (first.data["detail"]["code"], second.data["detail"]["code"]) == ("not_by_this_update", "unknown_signal")


async def test_a_note_that_claims_to_be_the_system_s_is_refused(engine: Engine) -> None:
    number = await a_case(engine)
    await sent(engine, number, NOTE, {**command("note", text="已办"), "actor": {"id": "system", "role": "system"}})
    (row,) = await refusals(engine, number, 1)
    assert row.data["detail"]["code"] == "not_by_signal"
    assert "note_added" not in await engine.types("A")


async def test_garbage_without_end_is_told_ten_times_then_counted_and_the_process_goes_on(engine: Engine) -> None:
    number = await a_case(engine)
    for args in [*GARBAGE.values(), *GARBAGE.values()]:
        await sent(engine, number, NOTE, *args)
    await sent(engine, number, "\x00" * 50, "x")
    await refusals(engine, number, MOST_REFUSALS)
    counted = str(2 * len(GARBAGE) + 1 - MOST_REFUSALS)

    async def is_told() -> bool:
        return f" {counted} " in await engine.details(number)

    await until(is_told)
    assert len(await engine.rows("A")) == 1 + MOST_REFUSALS
    assert (await engine.handle("A").describe()).status == WorkflowExecutionStatus.RUNNING
    await engine.send("A", "note", text="还在")
    assert f" {counted} " not in await engine.details(number)
    await sent(engine, number, NOTE, "garbage")
    assert len(await refusals(engine, number, MOST_REFUSALS + 1)) == MOST_REFUSALS + 1


async def test_a_flood_that_comes_before_the_case_does_not_hinder_its_opening(engine: Engine) -> None:
    number = engine.number("A")
    start = ProcessInput[CaseState](number=number)
    handle = await engine.client.start_workflow(names.CASE.workflow, start, id=number, task_queue=TASK_QUEUE)
    long = {**command("note", text="早到"), "id": "x" * 100_000}
    for n in range(4):  # more than is kept
        await handle.signal(NOTE, {**long, "id": f"{n}{long['id']}"})
    await engine.open("A", processes=Processes(engine.client, TASK_QUEUE))
    assert (await engine.types("A"))[0] == "case_opened"
    assert (await engine.handle("A").describe()).status == WorkflowExecutionStatus.RUNNING


async def test_a_decision_that_the_rules_refuse_is_an_event_and_moves_nothing(engine: Engine) -> None:
    number = await a_case(engine)
    stranger = {"id": "officer-x", "role": "officer", "unit": "gulou-yuan"}
    await sent(engine, number, NOTE, {**command("note", text="路过"), "actor": stranger})
    (row,) = await refusals(engine, number, 1)
    assert (row.data["detail"]["code"], row.actor) == ("forbidden", {**stranger, "via": "signal"})
    before = (await engine.rows("A"))[0]
    state = await engine.state("A")
    assert (state.stage, state.version) == ("contact", 2)
    assert before.type == "case_opened"


class Poisoned(Recorder):
    """Fails on one command, whatever it is told."""

    async def _look(self, number: str, state: Any, command: Command) -> None:
        if command.id == "poison":
            raise ApplicationError("no", non_retryable=True)
        await super()._look(number, state, command)


async def test_a_signal_that_can_never_be_recorded_is_refused_in_the_end_and_holds_up_no_other(engine: Engine) -> None:
    number = await a_case(engine)
    await engine.restart_worker(recorder=Poisoned(engine.log, engine.rulebook))
    await sent(engine, number, NOTE, {**command("note", text="毒"), "id": "poison"})
    await sent(engine, number, NOTE, command("note", text="好"))
    await engine.pass_time("A", minutes=2)
    await until(lambda: engine.has_happened("A", "note_added"))
    assert (await engine.types("A"))[1:3] == ["signal_refused", "note_added"]


@pytest.mark.long
async def test_no_signal_is_lost_over_many_new_runs(impatient: Engine) -> None:
    await impatient.open("A")
    number = impatient.number("A")
    first_run = (await impatient.handle("A").describe()).run_id
    for burst in range(8):
        notes = [{**command("note", text=f"{burst}之{n}"), "id": f"{impatient.prefix}-{burst}-{n}"} for n in range(25)]
        await asyncio.gather(*(sent(impatient, number, NOTE, note) for note in notes))

    async def are_all_there() -> bool:
        return len(await events(impatient, number, "note_added")) == 200

    await until(are_all_there)
    assert (await impatient.handle("A").describe()).run_id != first_run
    assert len({row.command_id for row in await impatient.rows("A")}) == 201


@pytest.mark.long
async def test_signals_that_wait_for_the_log_and_refusals_that_were_counted_go_into_the_next_run(
    impatient: Engine,
) -> None:
    number = await a_case(impatient)
    for _ in range(MOST_REFUSALS + 5):
        await sent(impatient, number, NOTE, "garbage")
    await refusals(impatient, number, MOST_REFUSALS)
    first_run = (await impatient.handle("A").describe()).run_id
    for n in range(40):
        await sent(impatient, number, "nothing of ours", n)

    async def is_another_run() -> bool:
        return bool((await impatient.handle("A").describe()).run_id != first_run)

    await until(is_another_run)

    async def is_told() -> bool:
        return " 45 " in await impatient.details(number)

    await until(is_told)
    assert len(await events(impatient, number, "signal_refused")) == MOST_REFUSALS
    await sent(impatient, number, NOTE, command("note", text="还在"))
    await until(lambda: impatient.has_happened("A", "note_added"))
