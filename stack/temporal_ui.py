"""Temporal's pages for reading alone: what the embedded server's own UI serves, without what would change anything.

The development server has no option for it. So its UI listens on a port of its own, and this stands on the one that
people use: it lets GET and HEAD through, and the questions that a page asks a process; and it tells the pages that they
are for reading, so that they show no buttons. Whoever reaches the server's own port can change everything all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Coroutine, Iterable, Iterator
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

_MOST_HEAD, _MOST_BODY = 64 * 1024, 1024 * 1024
_DRAIN_SECONDS = 1
# A page that waits for what comes next is answered after a minute at the latest.
_PATIENCE = httpx.Timeout(10.0, read=120.0)
_SETTINGS = "/api/v1/settings"
_QUESTION = "/api/v1/namespaces/{namespace}/workflows/{workflow}/query/{query}"
_OF_THE_CONNECTION = frozenset(
    (b"connection", b"expect", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade")
)


class ReadingUi:
    """Serves on ``port`` what the UI on ``behind`` has to read, until it is stopped."""

    def __init__(self, port: int, behind: int, host: str = "127.0.0.1") -> None:
        self.port = port
        self._host = host
        # trust_env: a proxy of the environment has no business between us and our own loopback.
        self._behind = httpx.AsyncClient(
            base_url=f"http://{host}:{behind}",
            timeout=_PATIENCE,
            # One connection for each request: none is left over from a server that has been started again.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            trust_env=False,
        )
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listens from now on. Raises OSError where the port is taken."""
        listening = socket.create_server((self._host, self.port), backlog=128)
        self._server = _Server(
            uvicorn.Config(
                reading_app(self._behind),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",  # what goes wrong is told to the page
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                h11_max_incomplete_event_size=_MOST_HEAD,
                timeout_graceful_shutdown=_DRAIN_SECONDS,
            )
        )
        self._serving = asyncio.create_task(self._server.serve([listening]))

    async def stop(self) -> None:
        """Listens no more, and ends what is being answered."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
        await self._behind.aclose()


class _Server(uvicorn.Server):
    """One that leaves the signals to the stack that it is part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield


def reading_app(behind: httpx.AsyncClient) -> Starlette:
    """What ``behind`` has to read. Its routes are what is passed on; everything else is refused with words."""
    pages = _Pages(behind)
    return Starlette(
        routes=[
            Route(_SETTINGS, pages.settings),
            Route(f"{_SETTINGS}/", pages.settings),
            Route(_QUESTION, pages.question, methods=["POST"]),
            Route("/{path:path}", pages.read),
        ],
        exception_handlers={405: _only_for_reading, httpx.HTTPError: _not_there},
    )


class _Pages:
    """The UI of ``behind``, asked anew for each request: nothing that was sent reaches it but by a request of ours."""

    def __init__(self, behind: httpx.AsyncClient) -> None:
        self._behind = behind

    async def settings(self, request: Request) -> Response:
        """The UI's own, but that nothing is to be written."""
        found = await self._behind.get(_SETTINGS)
        return JSONResponse({**found.raise_for_status().json(), "DisableWriteActions": True})

    async def read(self, request: Request) -> Response:
        """A page, a file, an answer of the API."""
        return await self._pass_on(request, b"")

    async def question(self, request: Request) -> Response:
        """A query. A part of its path that is no name would lead elsewhere."""
        if not {".", ".."}.isdisjoint(request.path_params.values()):
            return _only_for_reading(request)
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _MOST_BODY:
                return _told(413, "问题太长。", "That is too long for a question.")
        return await self._pass_on(request, body)

    async def _pass_on(self, request: Request, body: bytes) -> Response:
        try:
            asked = self._asked(request, body)
        except httpx.InvalidURL:
            return _told(400, "网址无法识别。", "There is no such address.")
        answer = await _while_there(request, self._behind.send(asked, stream=True))
        if answer is None:
            return Response(status_code=499)  # nobody reads it
        passed = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose))
        passed.raw_headers = _passed(answer.headers.raw)
        return passed

    def _asked(self, request: Request, body: bytes) -> httpx.Request:
        """The same request of our own: what it has for a body is what we read, and its length what we counted."""
        path, query = request.scope["raw_path"], request.scope["query_string"]
        url = self._behind.base_url.copy_with(raw_path=path + b"?" + query if query else path)
        given = [header for header in _passed(request.headers.raw) if header[0] != b"content-length"]
        return httpx.Request(request.method, url, headers=given, content=body or None)


async def _while_there(request: Request, answering: Coroutine[Any, Any, httpx.Response]) -> httpx.Response | None:
    """What comes of ``answering``; None where whoever asked has gone, and then it is given up."""
    answer, gone = asyncio.ensure_future(answering), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((answer, gone), return_when=asyncio.FIRST_COMPLETED)
        return answer.result() if answer.done() else None
    finally:
        answer.cancel()
        gone.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue


def _passed(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Without what is said of one connection alone. Names come in small letters."""
    return [(name.lower(), value) for name, value in headers if name.lower() not in _OF_THE_CONNECTION]


def _only_for_reading(request: Request, error: Exception | None = None) -> Response:
    return _told(
        403,
        "这里的页面只供查看，不能更改；HONGXIU_TEMPORAL_UI_WRITES=1 可开放。",
        "These pages are for reading and change nothing (HONGXIU_TEMPORAL_UI_WRITES=1 opens them).",
    )


def _not_there(request: Request, error: Exception) -> Response:
    return _told(502, "Temporal 的页面还没有应答，请稍后再试。", "Temporal's pages do not answer yet; try again soon.")


def _told(status: int, zh: str, en: str) -> Response:
    """In both languages: who looks at a page of Temporal's has not told us theirs."""
    return JSONResponse({"message": f"{zh} {en}"}, status)
