"""HTTP with as little of its own as will do: a client that costs a core would be measured instead of the server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Self

_SEE_OTHER = 303
"""What a form that was taken is answered with."""


class Unexpected(Exception):
    """The server answered something else than a success."""


@dataclass
class Wire:
    """One kept connection; one question at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    token: str
    host: str
    cookie: str = ""

    @classmethod
    async def connect(cls, port: int, token: str, cookie: str = "") -> Self:
        """To the API on this machine; with a ``cookie``, as a browser at its pages."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        return cls(reader, writer, token, f"127.0.0.1:{port}", cookie)

    async def ask(self, method: str, path: str, body: bytes = b"", key: str | None = None) -> bytes:
        """The answer's body. Raises Unexpected unless it is a success."""
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self.host}",
            f"Content-Length: {len(body)}",
            *(self._as_a_browser if self.cookie else self._as_a_program),
        ]
        if key is not None:
            lines.append(f"Idempotency-Key: {key}")
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        _, _, rest = head.partition(b"content-length:")
        answer = await self.reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
        status = int(head.split(b" ", 2)[1])
        if not 200 <= status < 300 and not (body and status == _SEE_OTHER):
            raise Unexpected(f"{method} {path}: {status} {answer.decode(errors='replace')}")
        return answer

    @property
    def _as_a_program(self) -> list[str]:
        return [f"Authorization: Bearer {self.token}", "Content-Type: application/json"]

    @property
    def _as_a_browser(self) -> list[str]:
        form = "Content-Type: application/x-www-form-urlencoded"
        return [f"Cookie: {self.cookie}", "Sec-Fetch-Site: same-origin", "Accept: text/html", form]

    async def close(self) -> None:
        """Hangs up."""
        self.writer.close()
        await self.writer.wait_closed()
