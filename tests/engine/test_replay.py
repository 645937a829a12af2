"""Histories of finished shapes are kept and replayed: a change that breaks one breaks a running case.

A new shape is recorded by ``HONGXIU_KEEP_HISTORIES=1 pytest tests/engine/test_replay.py``; what is kept is never
overwritten, and a change that cannot replay it goes in behind ``workflow.patched``.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

import worker
from tests.engine.conftest import Engine
from tests.engine.lives import LIVES, Life
from tests.engine.responses import RESPONSE_LIVES, ResponseLife
from tests.engine.sittings import SITTINGS
from workflows import names
from workflows.kinds import KINDS
from workflows.processes import PROCESSES

KEPT = Path(__file__).parent / "histories"
UPDATES = {*(name for kind in KINDS for name in kind.names.updates.values()), names.NUDGE}
MONTHS = {"withdrawal", "planned_withdrawal", "entrapment_ignored"}
"""Lives of months; their kept histories are replayed each time."""
Lived = Callable[[Engine], Awaitable[str]]
KEEP = os.environ.get("HONGXIU_KEEP_HISTORIES") == "1"


def replayer() -> Replayer:
    return Replayer(
        workflows=PROCESSES,
        data_converter=pydantic_data_converter,
        workflow_runner=worker.runner(strict=True),
    )


@pytest.mark.parametrize("file", sorted(KEPT.glob("*.json.gz")), ids=lambda file: file.name)
async def test_a_kept_history_replays(file: Path) -> None:
    text = gzip.decompress(file.read_bytes()).decode()
    await replayer().replay_workflow(WorkflowHistory.from_json(file.stem, text))


def of_case(life: Life) -> Lived:
    async def lived(engine: Engine) -> str:
        await life(engine, "A")
        return engine.handle("A").id

    return lived


def of_response(life: ResponseLife) -> Lived:
    async def lived(engine: Engine) -> str:
        return await life(engine, "A")

    return lived


EVERY: dict[str, Lived] = {
    **{name: of_case(life) for name, life in LIVES.items()},
    **SITTINGS,
    **{name: of_response(life) for name, life in RESPONSE_LIVES.items()},
}
"""Every life of every kind of process: lives it, and gives the process's id."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long if name in MONTHS else ()) for name in EVERY]
)
async def test_a_life_lived_today_replays_and_everything_in_it_has_words(engine: Engine, name: str) -> None:
    history = await engine.client.get_workflow_handle(await EVERY[name](engine)).fetch_history()
    await replayer().replay_workflow(history)
    if KEEP:
        keep(name, history)
    for event in history.events:
        timer = event.HasField("timer_started_event_attributes")
        if timer or event.HasField("activity_task_scheduled_event_attributes"):
            assert 2 < len(event.user_metadata.summary.data) <= 202, f"{event.event_id} has no words"
        if event.HasField("workflow_execution_update_accepted_event_attributes"):
            request = event.workflow_execution_update_accepted_event_attributes.accepted_request
            assert request.input.name in UPDATES


def test_every_life_has_a_kept_history() -> None:
    kept = {file.name.split("@")[0] for file in KEPT.glob("*.json.gz")}
    assert set(EVERY) <= kept


def test_every_kind_in_the_registry_has_its_class() -> None:
    assert [process.kind for process in PROCESSES] == list(KINDS)


def keep(name: str, history: WorkflowHistory) -> None:
    KEPT.mkdir(exist_ok=True)
    number = 1 + sum(1 for _ in KEPT.glob(f"{name}@*.json.gz"))
    file = KEPT / f"{name}@{number}.json.gz"
    file.write_bytes(gzip.compress(history.to_json().encode(), mtime=0))
