"""Temporal's pages for reading alone: what the embedded server's own UI serves, without what would change anything.

The development server has no option for it. So its UI listens on a port of its own, and this stands on the one that
people use: it lets GET and HEAD through, and the questions that a page asks a process; and it tells the pages that they
are for reading, so that they show no buttons. Whoever reaches the server's own port can change everything all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from dataclasses import dataclass

import httpx

_MOST_HEAD, _MOST_BODY = 64 * 1024, 1024 * 1024
_PATIENCE = 30.0  # seconds for a request to be there
_SETTINGS = "/api/v1/settings"
_QUESTION = re.compile(r"/api/v1/namespaces/[^/]+/workflows/.+/query/[^/]+")
_LINE = re.compile(rb"([A-Z]+) (/[^ ]*) HTTP/1\.[01]")
_OURS = (b"connection", b"keep-alive", b"proxy-connection", b"content-length", b"expect", b"upgrade")


class _NotSoError(Exception):
    """What is not passed on: the status that answers it."""


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def as_sent(self) -> bytes:
        """With our own word that the connection ends with the answer, before all else."""
        kept = [name + b": " + value for name, value in self.headers if name.lower() not in _OURS]
        own = [b"Connection: close", b"Content-Length: %d" % len(self.body)]
        return b"\r\n".join([f"{self.method} {self.path} HTTP/1.1".encode(), *own, *kept, b"", self.body])


class ReadingUi:
    """Serves on ``port`` what the UI on ``behind`` has to read."""

    def __init__(self, port: int, behind: int, host: str = "127.0.0.1") -> None:
        self._port = port
        self._behind = behind
        self._host = host
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listens from now on. Raises OSError where the port is taken."""
        self._server = await asyncio.start_server(self._serve, self._host, self._port, limit=_MOST_HEAD)

    def stop(self) -> None:
        """Listens no more."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, and then the connection ends: a second one could otherwise hide behind the first."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            try:
                async with asyncio.timeout(_PATIENCE):
                    request = await _read(reader)
                await self._answer(request, writer)
            except _NotSoError as no:
                writer.write(_short(str(no)))
            except TimeoutError:
                writer.write(_short("408 Request Timeout"))
            except (OSError, httpx.HTTPError, ValueError):
                writer.write(_short("502 Bad Gateway"))
            await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def _answer(self, request: _Request, writer: asyncio.StreamWriter) -> None:
        path = request.path.partition("?")[0]
        if path.rstrip("/") == _SETTINGS:
            writer.write(await self._settings())
            return
        if request.method not in ("GET", "HEAD") and not (request.method == "POST" and _QUESTION.fullmatch(path)):
            raise _NotSoError("403 Forbidden")
        answer, behind = await asyncio.open_connection(self._host, self._behind)
        try:
            behind.write(request.as_sent())
            await behind.drain()
            while part := await answer.read(_MOST_HEAD):
                writer.write(part)
                await writer.drain()
        finally:
            behind.close()

    async def _settings(self) -> bytes:
        """The UI's own, but that nothing is to be written."""
        async with httpx.AsyncClient(timeout=10.0, trust_env=False) as client:
            found = await client.get(f"http://{self._host}:{self._behind}{_SETTINGS}")
        body = json.dumps({**found.raise_for_status().json(), "DisableWriteActions": True}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return f"{head}Connection: close\r\n\r\n".encode() + body


async def _read(reader: asyncio.StreamReader) -> _Request:
    """A request. Raises _NotSoError for one that could be read in two ways."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise _NotSoError("431 Request Header Fields Too Large") from None
    first, *lines = head[:-4].split(b"\r\n")
    line = _LINE.fullmatch(first)
    headers = tuple((name, value.strip()) for name, colon, value in (line.partition(b":") for line in lines) if colon)
    if line is None or len(headers) != len(lines) or re.search(rb"[\r\n\0]", b"".join([first, *lines])):
        raise _NotSoError("400 Bad Request")
    if any(not re.fullmatch(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) for name, _ in headers):
        raise _NotSoError("400 Bad Request")
    given = {name.lower(): value for name, value in headers}
    length = given.get(b"content-length", b"0")
    if b"transfer-encoding" in given or not length.isdigit() or int(length) > _MOST_BODY:
        raise _NotSoError("400 Bad Request")
    body = await reader.readexactly(int(length))
    return _Request(line[1].decode(), line[2].decode("latin-1"), headers, body)


def _short(status: str) -> bytes:
    body = b'{"message":"these pages are for reading (HONGXIU_TEMPORAL_UI_WRITES opens them)"}'
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body
