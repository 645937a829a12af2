"""Nothing that is sent to a process from outside hurts it: what is no command for it is refused, and leaves nothing."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain.words.refusal_words import REFUSALS
from tests.engine.conftest import Engine
from tests.engine.processes import a_case, a_response, a_sitting
from workflows import names

Begin = Callable[[Engine], Awaitable[str]]
SYSTEM = {"id": "system", "role": "system"}
OFFICER = {"id": "officer-nancheng", "role": "officer", "unit": "nancheng"}


def command(kind: str, **fields: Any) -> dict[str, Any]:
    return {"id": f"from-outside-{kind}", "actor": OFFICER, "body": {"kind": kind, **fields}}


def raw(text: str | bytes, encoding: bytes = b"json/plain") -> RawValue:
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


async def refused(engine: Engine, workflow: str, update: str, args: Sequence[Any]) -> str:
    """The code that an update is refused with."""
    handle = engine.client.get_workflow_handle(workflow)
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await handle.execute_update(update, args=args)
    cause = caught.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.message in REFUSALS
    return cause.message


async def updates_of(engine: Engine, workflow: str) -> int:
    """How many updates the history has; what else is going on there leaves none."""
    events = (await engine.client.get_workflow_handle(workflow).fetch_history()).events
    return sum(event.HasField("workflow_execution_update_accepted_event_attributes") for event in events)


NOW = datetime.now(UTC).isoformat()
EXPIRED: dict[str, tuple[Begin, str, dict[str, Any]]] = {
    "case": (a_case, names.CASE.updates["note"], {"wait": "contact", "until": NOW}),
    "sitting": (a_sitting, names.SITTING.updates["cancel"], {"wait": "draft", "until": NOW}),
    "response": (a_response, names.RESPONSE.updates["sign"], {"wait": "cap", "until": NOW}),
}


@pytest.mark.parametrize("process", EXPIRED)
async def test_that_a_wait_is_over_is_for_a_process_itself_to_say(engine: Engine, process: str) -> None:
    begin, update, fields = EXPIRED[process]
    workflow = await begin(engine)
    before = await updates_of(engine, workflow)
    expired = {**command("wait_expired", **fields), "actor": SYSTEM}
    assert await refused(engine, workflow, update, [expired]) == "not_by_this_update"
    assert await refused(engine, workflow, "到期 wait_expired", [expired]) == "unknown_update"
    assert await updates_of(engine, workflow) == before
    await engine.processes.nudge(workflow)


OTHERS: dict[str, tuple[Begin, str, dict[str, Any]]] = {
    "case": (a_case, names.CASE.updates["note"], command("withdraw")),
    "sitting": (a_sitting, names.SITTING.updates["attendance"], command("cancel", reason="没有议题")),
    "response": (a_response, names.RESPONSE.updates["link"], command("situation_report", text="平稳")),
}


@pytest.mark.parametrize("process", OTHERS)
async def test_a_command_goes_by_the_update_of_its_own_kind_alone(engine: Engine, process: str) -> None:
    begin, update, other = OTHERS[process]
    workflow = await begin(engine)
    before = await updates_of(engine, workflow)
    assert await refused(engine, workflow, update, [other]) == "not_by_this_update"
    assert await updates_of(engine, workflow) == before


NOTE = command("note", text="已到现场")
GARBAGE: dict[str, Sequence[Any]] = {
    "nothing": [],
    "two of them": [NOTE, NOTE],
    "null": [None],
    "a text": ["note"],
    "a list": [[NOTE]],
    "an empty object": [{}],
    "no body": [{"id": "x", "actor": OFFICER}],
    "an unknown kind": [command("nothing_of_the_kind")],
    "an unknown field": [{**NOTE, "colour": "red"}],
    "an unknown field inside": [command("note", text="已到现场", colour="red")],
    "a wrong type": [command("note", text=7)],
    "no JSON": [raw("{")],
    "bytes": [raw(b"\xff\xfe", b"binary/plain")],
    "an unknown encoding": [raw("{}", b"application/x-unknown")],
    "a NUL": [command("note", text="已到\x00现场")],
    "a NUL in the id": [{**NOTE, "id": "\x00"}],
    "half a character": [raw(json.dumps(NOTE).replace("from-outside", "\\ud800"))],
}


async def test_what_cannot_be_read_is_refused_and_leaves_no_history(engine: Engine) -> None:
    number = await a_case(engine)
    before = await updates_of(engine, number)
    for what, args in GARBAGE.items():
        assert await refused(engine, number, names.CASE.updates["note"], args) == "unreadable_command", what
    assert await updates_of(engine, number) == before
    assert await engine.send("A", "note", text="还在") == 2


async def test_a_nudge_asks_nothing_of_what_it_brings(engine: Engine) -> None:
    number = await a_case(engine)
    handle = engine.client.get_workflow_handle(number)
    assert await handle.execute_update(names.NUDGE, args=["garbage", 7], result_type=int) == 1
    assert await engine.send("A", "note", text="还在") == 2


async def test_a_text_that_only_looks_like_a_nul_is_taken(engine: Engine) -> None:
    await engine.open("A")
    assert await engine.send("A", "note", text="写作 \\u0000 的字符") == 2
