"""Temporal's pages are for reading: what a page asks is answered, and what would change something is not passed on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from stack.ports import free_port
from stack.temporal import TemporalServer
from stack.temporal_ui import ReadingUi

WORKFLOW = "/api/v1/namespaces/default/workflows/NC-2026-000001"


@dataclass
class Pages:
    """The pages as people have them, and the server's own behind them."""

    client: Client
    port: int
    behind: int

    async def ask(self, method: str, path: str, *, own: bool = False) -> httpx.Response:
        port = self.behind if own else self.port
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
            return await http.request(method, path, json={} if method == "POST" else None)

    async def raw(self, text: str) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(text.encode())
        answer = await asyncio.wait_for(reader.read(), 30)
        writer.close()
        return answer.decode("utf-8", "replace")


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    server = TemporalServer(None, free_port(), free_port(), log_file=tmp_path / "temporal.log")
    server.launch()
    await server.wait_ready()
    assert server.ui_port is not None
    reading = ReadingUi(free_port(), server.ui_port)
    await reading.start()
    client = await Client.connect(server.address)
    await client.start_workflow("Nobody", id="NC-2026-000001", task_queue="nobody-polls")
    made = Pages(client, reading._port, server.ui_port)
    for _ in range(200):
        try:
            await made.ask("GET", "/api/v1/settings", own=True)
            break
        except httpx.HTTPError:
            await asyncio.sleep(0.1)
    try:
        yield made
    finally:
        reading.stop()
        server.stop()


async def test_the_pages_say_that_they_are_for_reading_and_are_there(pages: Pages) -> None:
    assert (await pages.ask("GET", "/api/v1/settings", own=True)).json()["DisableWriteActions"] is False
    assert (await pages.ask("GET", "/api/v1/settings")).json()["DisableWriteActions"] is True
    page = await pages.ask("GET", "/")
    assert page.status_code == 200
    assert "<html" in page.text
    told = await described(pages)
    assert told["workflowExecutionInfo"]["execution"]["workflowId"] == "NC-2026-000001"
    assert told == (await pages.ask("GET", WORKFLOW, own=True)).json()


async def described(pages: Pages) -> Any:
    """The process as the pages have it; just after its start the server may not answer yet."""
    for _ in range(100):
        answer = await pages.ask("GET", WORKFLOW)
        if answer.status_code == 200:
            return answer.json()
        await asyncio.sleep(0.1)
    raise AssertionError(answer.text)


async def test_what_would_change_something_is_not_passed_on(pages: Pages) -> None:
    for path in (f"{WORKFLOW}/terminate", f"{WORKFLOW}/signal/x", f"{WORKFLOW}/reset", "/api/v1/namespaces"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert (await pages.ask(method, path)).status_code == 403, (method, path)
    running = await pages.client.get_workflow_handle("NC-2026-000001").describe()
    assert running.status is not None
    assert running.status.name == "RUNNING"


async def test_a_question_to_a_process_is_passed_on(pages: Pages) -> None:
    path = f"{WORKFLOW}/runs/x/query/__stack_trace"
    ours, own = await pages.ask("POST", path), await pages.ask("POST", path, own=True)
    assert ours.status_code == own.status_code != 403


async def test_nothing_hides_behind_another_request(pages: Pages) -> None:
    hidden = f"POST {WORKFLOW}/terminate HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    assert (await pages.raw(f"GET / HTTP/1.1\r\nHost: x\r\n\r\n{hidden}")).count("HTTP/1.1 ") == 1
    assert " 400 " in await pages.raw(f"GET / HTTP/1.1\r\nHost: x\n\n{hidden}")
    assert " 400 " in await pages.raw(f"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}")
    assert " 400 " in await pages.raw(f"GET / HTTP/1.1\r\n X: folded\r\n\r\n{hidden}")
    assert " 400 " in await pages.raw("nonsense\r\n\r\n")
    assert (await pages.client.get_workflow_handle("NC-2026-000001").describe()).status == 1
