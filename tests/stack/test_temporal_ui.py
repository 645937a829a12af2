"""Temporal's pages are for reading: what a page asks is answered, and what would change something is not passed on."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker

from stack.ports import free_port
from stack.temporal import TemporalServer
from stack.temporal_ui import ReadingUi

NUMBER = "NC-2026-000001"
WORKFLOW = f"/api/v1/namespaces/default/workflows/{NUMBER}"
FILES = re.compile(r'href="(/_app/[^"]+)"')


@workflow.defn(sandboxed=False)
class Waiting:
    """A process that waits, and says so."""

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.query
    def stands(self) -> str:
        return "waits"


@dataclass
class Pages:
    """The pages as people have them, and the server's own behind them."""

    client: Client
    port: int
    behind: int

    def browser(self, *, own: bool = False) -> httpx.AsyncClient:
        port = self.behind if own else self.port
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)

    async def ask(self, method: str, path: str, *, own: bool = False, json: Any = None) -> httpx.Response:
        async with self.browser(own=own) as http:
            return await http.request(method, path, json=json)

    async def raw(self, text: str) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(text.encode())
        answer = await asyncio.wait_for(reader.read(), 30)
        writer.close()
        return answer.decode("utf-8", "replace")

    def asking(self) -> int:
        """How many connections to the server's own pages there are from here."""
        here = psutil.Process().net_connections("tcp4")
        return sum(1 for one in here if one.raddr and one.raddr.port == self.behind and one.status == "ESTABLISHED")

    async def until_asking(self, wanted: int) -> None:
        for _ in range(200):
            if self.asking() == wanted:
                return
            await asyncio.sleep(0.05)
        assert self.asking() == wanted

    async def running(self) -> bool:
        found = await self.client.get_workflow_handle(NUMBER).describe()
        return found.status is not None and found.status.name == "RUNNING"


@contextlib.asynccontextmanager
async def reading(behind: int) -> AsyncIterator[ReadingUi]:
    pages = ReadingUi(free_port(), behind)
    await pages.start()
    try:
        yield pages
    finally:
        await pages.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    """One with pages of its own, which nobody here may change anything by."""
    made = TemporalServer(None, free_port(), free_port(), log_file=tmp_path_factory.mktemp("temporal") / "temporal.log")
    try:
        made.start()
        yield made
    finally:
        made.kill()


@pytest.fixture
async def pages(server: TemporalServer) -> AsyncIterator[Pages]:
    assert server.ui_port is not None
    client = await Client.connect(server.address)
    await client.start_workflow(
        "Waiting", id=NUMBER, task_queue="waits", id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING
    )
    async with reading(server.ui_port) as ui:
        made = Pages(client, ui.port, server.ui_port)
        await until_there(made)
        yield made


async def until_there(pages: Pages) -> None:
    """The server's own pages come up after it, and reach it after that."""
    for _ in range(200):
        with contextlib.suppress(httpx.HTTPError):
            if (await pages.ask("GET", WORKFLOW, own=True)).status_code == 200:
                return
        await asyncio.sleep(0.1)


async def test_the_pages_say_that_they_are_for_reading_and_are_there(pages: Pages) -> None:
    assert (await pages.ask("GET", "/api/v1/settings", own=True)).json()["DisableWriteActions"] is False
    for path in ("/api/v1/settings", "/api/v1/settings/"):
        assert (await pages.ask("GET", path)).json()["DisableWriteActions"] is True
    page = await pages.ask("GET", "/")
    assert page.status_code == 200
    assert "<html" in page.text
    told = (await pages.ask("GET", WORKFLOW)).json()
    assert told["workflowExecutionInfo"]["execution"]["workflowId"] == NUMBER
    assert told == (await pages.ask("GET", WORKFLOW, own=True)).json()
    head = await pages.ask("HEAD", "/")
    assert (head.status_code, head.content) == ((await pages.ask("HEAD", "/", own=True)).status_code, b"")


async def test_every_file_of_a_page_comes_as_it_is_however_big(pages: Pages) -> None:
    page = (await pages.ask("GET", "/")).text
    sizes = []
    for path in FILES.findall(page):
        ours, own = await pages.ask("GET", path), await pages.ask("GET", path, own=True)
        assert (ours.status_code, ours.content) == (own.status_code, own.content), path
        kept = ("content-type", "content-encoding", "cache-control", "etag", "last-modified")
        assert [ours.headers.get(name) for name in kept] == [own.headers.get(name) for name in kept]
        sizes.append(len(own.content))
    assert max(sizes) > 64 * 1024


async def test_what_would_change_something_is_refused_with_words(pages: Pages) -> None:
    for path in (f"{WORKFLOW}/terminate", f"{WORKFLOW}/signal/x", f"{WORKFLOW}/reset", WORKFLOW, "/api/v1/namespaces"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            refused = await pages.ask(method, path)
            assert refused.status_code == 403, (method, path)
            for word in ("只供查看", "for reading", "HONGXIU_TEMPORAL_UI_WRITES"):
                assert word in refused.json()["message"]
    assert (await pages.ask("POST", f"{WORKFLOW}/terminate?x=/query/y")).status_code == 403
    assert await pages.running()


async def test_a_question_to_a_process_is_passed_on(pages: Pages) -> None:
    asked = {"query": {"queryType": "stands"}}
    async with pages.browser() as http, Worker(pages.client, task_queue="waits", workflows=[Waiting]):
        token = dict((await http.get("/")).cookies)["_csrf"]
        answer = await http.post(f"{WORKFLOW}/query/stands", json=asked, headers={"X-CSRF-TOKEN": token})
    assert answer.status_code == 200, answer.text
    (payload,) = answer.json()["queryResult"]["payloads"]
    assert base64.b64decode(payload["data"]) == b'"waits"'


async def test_a_question_that_is_too_long_is_refused_with_words(pages: Pages) -> None:
    refused = await pages.ask("POST", f"{WORKFLOW}/query/stands", json="x" * 1024 * 1024)
    assert refused.status_code == 413
    assert "too long" in refused.json()["message"]


async def test_a_question_leads_nowhere_else(pages: Pages) -> None:
    for path in ("query/..", "query/%2e%2e", "query/../terminate", "query/x%2F..%2F..%2Fterminate", "query/x/y"):
        hidden = f"POST {WORKFLOW}/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}"
        assert " 403 " in (await pages.raw(hidden)).partition("\r\n")[0], path
    assert await pages.running()


async def test_nothing_hides_behind_another_request(pages: Pages) -> None:
    hidden = f"POST {WORKFLOW}/terminate HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    chunked = "Host: x\r\nTransfer-Encoding: chunked\r\n"
    both = f"{chunked}Content-Length: {len(hidden)}\r\n"
    for raw in (
        f"GET /favicon.ico HTTP/1.1\r\nHost: x\r\n\r\n{hidden}",
        f"GET /favicon.ico HTTP/1.1\r\nHost: x\n\n{hidden}",
        f"GET /favicon.ico HTTP/1.1\r\n{chunked}\r\n0\r\n\r\n{hidden}",
        f"GET /favicon.ico HTTP/1.1\r\n{both}\r\n0\r\n\r\n{hidden}",
        f"GET /favicon.ico HTTP/1.1\r\nHost: x\r\nContent-Length: {len(hidden)}\r\n\r\n{hidden}",
        f"GET /favicon.ico HTTP/1.1\r\nHost: x\r\n X: folded\r\n\r\n{hidden}",
        "nonsense\r\n\r\n",
    ):
        answers = re.findall(r"HTTP/1\.1 (\d+) ", await pages.raw(raw))
        assert set(answers[1:]) <= {"400", "403"}, (raw, answers)
    assert await pages.running()


async def test_who_goes_away_is_waited_for_no_longer(pages: Pages) -> None:
    for _ in range(3):
        _, writer = await asyncio.open_connection("127.0.0.1", pages.port)
        closes = f"{WORKFLOW}/history?waitNewEvent=true&historyEventFilterType=2"
        writer.write(f"GET {closes} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await pages.until_asking(1)
        writer.close()
        await pages.until_asking(0)
    assert (await pages.ask("GET", "/")).status_code == 200


async def test_who_goes_away_in_the_midst_of_a_file_holds_up_nobody(pages: Pages) -> None:
    page = (await pages.ask("GET", "/")).text
    for path in FILES.findall(page):
        reader, writer = await asyncio.open_connection("127.0.0.1", pages.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert await reader.readexactly(12) == b"HTTP/1.1 200"
        writer.transport.abort()
    assert (await pages.ask("GET", "/")).text == page


async def test_before_the_server_is_up_the_pages_say_so() -> None:
    async with reading(free_port()) as ui, httpx.AsyncClient(trust_env=False) as http:
        for path in ("/", "/api/v1/settings", WORKFLOW):
            answer = await http.get(f"http://127.0.0.1:{ui.port}{path}")
            assert answer.status_code == 502
            assert "还没有应答" in answer.json()["message"]
            assert "do not answer yet" in answer.json()["message"]


async def test_a_port_that_is_taken_is_said_at_the_start() -> None:
    async with reading(free_port()) as ui:
        second = ReadingUi(ui.port, free_port())
        with pytest.raises(OSError, match="in use"):
            await second.start()
        await second.stop()
