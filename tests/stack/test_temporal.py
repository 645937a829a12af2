"""The embedded Temporal server as a process of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import Client

from stack.ports import free_port
from stack.temporal import TemporalServer


def _server(folder: Path) -> TemporalServer:
    attributes = {"HxTier": "Keyword"}
    return TemporalServer(folder / "文件 temporal.db", free_port(), rehearsal=True, search_attributes=attributes)


async def _start_a_workflow(server: TemporalServer) -> None:
    client = await Client.connect(server.address)
    await client.start_workflow("Nobody", id="NC-2026-000001", task_queue="nobody-polls")


async def test_workflows_survive_a_kill(tmp_path: Path) -> None:
    server = _server(tmp_path)
    server.launch()
    await server.wait_ready()
    await _start_a_workflow(server)
    server.kill()
    server.launch()
    await server.wait_ready()
    client = await Client.connect(server.address)
    description = await client.get_workflow_handle("NC-2026-000001").describe()
    server.stop()
    assert description.id == "NC-2026-000001"


@pytest.mark.long
async def test_every_acknowledged_change_is_written_through_to_the_disk(tmp_path: Path) -> None:
    command = " ".join(_server(tmp_path).command())
    assert "journal_mode=WAL" in command
    assert "synchronous=FULL" in command
