"""A process whose first command was lost with a server that went down, though the log had or got it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from temporalio.common import WorkflowIDReusePolicy
from temporalio.testing import ActivityEnvironment

from activities.emergencies import Emergencies
from activities.record import StreamRecorder
from domain.case import Command, OpenCase, SealedRef, waits
from domain.joint_response import Report, ResponseCommand
from runtime.temporal import TASK_QUEUE
from store.registry import CASES, REGISTRY, RESPONSES, Registered
from tests.engine.conftest import Engine, officer, until
from workflows.messages import ProcessInput, RecordOrder

Opening = Callable[[Engine], Awaitable[str]]


async def a_case(engine: Engine) -> str:
    await engine.open("A")
    return engine.number("A")


async def a_sitting(engine: Engine) -> str:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    return sitting.id


async def a_response(engine: Engine) -> str:
    await engine.open("A")
    return await engine.declare("A", "property_withdrawal")


MUDAN, NANCHENG = officer("mudan-garden"), officer("nancheng")
OPENING = OpenCase(
    estate="mudan-garden",
    category="lift",
    channel="phone",
    words=SealedRef(id="w-A", resident="r-A", digest="0" * 64),
)

OPENINGS: dict[str, Opening] = {"case": a_case, "sitting": a_sitting, "response": a_response}


def test_each_kind_is_begun_here() -> None:
    assert set(OPENINGS) == {entry.id for entry in REGISTRY}


async def begun_alone(engine: Engine, entry: Registered, number: str) -> None:
    """As the server leaves it that went down while the first command was being recorded."""
    await engine.client.start_workflow(
        entry.process.names.workflow,
        ProcessInput[Any](number=number),
        id=number,
        task_queue=TASK_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )


@pytest.mark.parametrize("entry", list(REGISTRY), ids=lambda entry: entry.id)
async def test_a_process_begun_without_its_command_finds_itself_in_the_log(engine: Engine, entry: Registered) -> None:
    number = await OPENINGS[entry.id](engine)
    before = await engine.processes.standing(entry.process, number)
    await engine.client.get_workflow_handle(number).terminate()
    await begun_alone(engine, entry, number)

    async def goes_on() -> bool:
        return await engine.processes.standing(entry.process, number) == before

    await until(goes_on)


async def test_who_finds_in_the_log_what_they_would_have_sent_makes_it_known(engine: Engine) -> None:
    number = engine.number("A")
    await begun_alone(engine, CASES, number)
    await until(lambda: has_read_the_log(engine, number))
    await recorded_elsewhere(engine, CASES, number, Command(id="c", actor=MUDAN, body=OPENING))
    assert (await engine.processes.standing(CASES.process, number)).version == 0
    await engine.processes.make_known(await engine.state("A"))
    assert (await engine.processes.standing(CASES.process, number)).version == 1


async def test_a_case_that_finds_its_response_in_the_log_makes_it_known(engine: Engine) -> None:
    await engine.open("A")
    emergency = await engine.declare("A", "property_withdrawal")
    body = Report(text="已到场")
    await recorded_elsewhere(engine, RESPONSES, emergency, ResponseCommand(id="r", actor=NANCHENG, body=body))
    state = await engine.response(emergency)
    assert (await engine.processes.standing(RESPONSES.process, emergency)).version < state.version
    await Emergencies(engine.pool, engine.rulebook, lambda: engine.processes).opened(engine.number("A"), emergency)
    assert (await engine.processes.standing(RESPONSES.process, emergency)).version == state.version


async def test_it_takes_its_command_when_that_is_sent_again(engine: Engine) -> None:
    await begun_alone(engine, CASES, engine.number("A"))
    assert await engine.open("A") == 1
    standing = await engine.processes.standing(CASES.process, engine.number("A"))
    assert standing.waits == waits(await engine.state("A"))


async def has_read_the_log(engine: Engine, number: str) -> bool:
    history = await engine.client.get_workflow_handle(number).fetch_history()
    return any(event.HasField("marker_recorded_event_attributes") for event in history.events)


async def recorded_elsewhere(engine: Engine, entry: Registered, number: str, command: Any) -> None:
    """The recording goes on in a worker whose server has gone down."""
    state = entry.streams.state(await engine.log.read(number))
    recorder: StreamRecorder[Any, Any, Any] = StreamRecorder(entry, engine.log, engine.rulebook)
    order = RecordOrder[Any, Any](number=number, state=state, command=command, now=engine.clock.now())
    recorded = await ActivityEnvironment().run(recorder.record, order)
    assert recorded.facts
