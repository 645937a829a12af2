"""Histories of finished shapes are kept and replayed: a change that breaks one breaks a running case.

A new shape is recorded by ``HONGXIU_KEEP_HISTORIES=1 pytest tests/engine/test_replay.py``; what is kept is never
overwritten, and a change that cannot replay it goes in behind ``workflow.patched``.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

import worker
from tests.engine.conftest import Engine
from tests.engine.lives import LIVES
from tests.engine.responses import RESPONSE_LIVES
from tests.engine.sittings import SITTINGS
from workflows import names

KEPT = Path(__file__).parent / "histories"
KEEP = os.environ.get("HONGXIU_KEEP_HISTORIES") == "1"


def replayer() -> Replayer:
    return Replayer(
        workflows=worker.WORKFLOWS,
        data_converter=pydantic_data_converter,
        workflow_runner=worker.runner(strict=True),
    )


@pytest.mark.parametrize("file", sorted(KEPT.glob("*.json.gz")), ids=lambda file: file.name)
async def test_a_kept_history_replays(file: Path) -> None:
    text = gzip.decompress(file.read_bytes()).decode()
    await replayer().replay_workflow(WorkflowHistory.from_json(file.stem, text))


@pytest.mark.parametrize("name", LIVES)
async def test_a_life_lived_today_replays(engine: Engine, name: str) -> None:
    await LIVES[name](engine, "A")
    history = await engine.handle("A").fetch_history()
    await replayed(name, history)


@pytest.mark.parametrize("name", SITTINGS)
async def test_a_sitting_held_today_replays(engine: Engine, name: str) -> None:
    sitting = await SITTINGS[name](engine)
    await replayed(name, await engine.client.get_workflow_handle(sitting).fetch_history())


@pytest.mark.parametrize("name", RESPONSE_LIVES)
async def test_a_response_lived_today_replays_and_everything_in_it_has_words(engine: Engine, name: str) -> None:
    emergency = await RESPONSE_LIVES[name](engine, "A")
    history = await engine.client.get_workflow_handle(emergency).fetch_history()
    await replayed(name, history)
    for event in history.events:
        timer = event.HasField("timer_started_event_attributes")
        if timer or event.HasField("activity_task_scheduled_event_attributes"):
            assert 2 < len(event.user_metadata.summary.data) <= 202, f"{event.event_id} has no words"
        if event.HasField("workflow_execution_update_accepted_event_attributes"):
            request = event.workflow_execution_update_accepted_event_attributes.accepted_request
            assert request.input.name in {*names.RESPONSE_UPDATES.values(), names.NUDGE}


async def replayed(name: str, history: WorkflowHistory) -> None:
    await replayer().replay_workflow(history)
    if KEEP:
        keep(name, history)


def test_every_life_has_a_kept_history() -> None:
    kept = {file.name.split("@")[0] for file in KEPT.glob("*.json.gz")}
    assert {*LIVES, *SITTINGS, *RESPONSE_LIVES} <= kept


def keep(name: str, history: WorkflowHistory) -> None:
    KEPT.mkdir(exist_ok=True)
    number = 1 + sum(1 for _ in KEPT.glob(f"{name}@*.json.gz"))
    file = KEPT / f"{name}@{number}.json.gz"
    file.write_bytes(gzip.compress(history.to_json().encode(), mtime=0))
