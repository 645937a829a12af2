"""The HTTP API as the demo uses it: each post with its own account, each request safe to send again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

import httpx

PASSWORD = "nancheng"
"""The sample accounts' password on an embedded stack (API.md)."""

_TRIES = 5
_AGAIN = frozenset({429, 502, 503, 504})
Json = dict[str, Any]


class Refused(Exception):
    """The API said no: its problem details."""

    def __init__(self, status: int, problem: Json) -> None:
        self.status = status
        self.code = str(problem.get("code", status))
        super().__init__(f"{status} {self.code}: {problem.get('detail') or problem.get('title') or ''}")


class NoAnswer(Exception):
    """The API does not answer."""


class Api:
    """The API at ``address``; answers come in ``language``."""

    def __init__(self, address: str, language: str) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"{address}/api/v1",
            timeout=300.0,
            trust_env=False,
            headers={"Accept-Language": language},
            limits=httpx.Limits(max_connections=64),
        )
        self._tokens: dict[str, asyncio.Task[str]] = {}

    async def answers(self) -> bool:
        """Whether anyone is there. Asked once, without patience."""
        try:
            await self._http.get("/organisation", timeout=5.0)
        except httpx.TransportError:
            return False
        return True

    async def close(self) -> None:
        """Hang up."""
        for task in self._tokens.values():
            task.cancel()
        await self._http.aclose()

    async def clock(self) -> datetime:
        """What time it is in the town. Raises NoAnswer."""
        answer = await self._call("GET", "/dev/clock", None)
        return datetime.fromisoformat(answer["now"])

    async def pause(self) -> None:
        """A moment, for what happens by itself."""
        await asyncio.sleep(0.1)

    async def paper(self, path: str, account: str) -> bytes:
        """A document as it is. Raises Refused, NoAnswer."""
        headers = {"Authorization": f"Bearer {await self._token(account)}"}
        try:
            answer = await self._http.get(path, headers=headers)
        except httpx.TransportError as error:
            raise NoAnswer(f"GET {path}: {type(error).__name__}") from None
        return answer.content if answer.is_success else _refused(answer)

    async def get(self, path: str, account: str, **params: str) -> Json:
        """What ``path`` answers. Raises Refused, NoAnswer."""
        return await self._call("GET", path, account, params=params)

    async def post(self, path: str, account: str | None, body: Mapping[str, object], key: str | None = None) -> Json:
        """Posts ``body``; ``key`` is its Idempotency-Key. Raises Refused, NoAnswer."""
        return await self._call("POST", path, account, body=body, key=key)

    async def _call(
        self,
        method: str,
        path: str,
        account: str | None,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        key: str | None = None,
    ) -> Json:
        headers = {"Authorization": f"Bearer {await self._token(account)}"} if account else {}
        if key is not None:
            headers["Idempotency-Key"] = key
        for attempt in range(_TRIES):
            try:
                answer = await self._http.request(method, path, params=params, json=body, headers=headers)
            except httpx.TransportError as error:
                failure = f"{type(error).__name__}"
            else:
                if answer.status_code not in _AGAIN:
                    return _read(answer)
                failure = f"status {answer.status_code}"
            await asyncio.sleep(0.5 * 2**attempt)
        raise NoAnswer(f"{method} {path}: {failure}")

    async def _token(self, account: str) -> str:
        """One sign-in an account, however many ask at once."""
        if account not in self._tokens:
            self._tokens[account] = asyncio.create_task(self._sign_in(account))
        return await self._tokens[account]

    async def _sign_in(self, account: str) -> str:
        answer = await self._call("POST", "/token", None, body={"username": account, "password": PASSWORD})
        return str(answer["access_token"])


def _read(answer: httpx.Response) -> Json:
    try:
        told: Json = answer.json()
    except ValueError:
        raise NoAnswer(f"{answer.request.url} answered {answer.status_code} without JSON") from None
    if answer.is_success:
        return told
    raise Refused(answer.status_code, told)


def _refused(answer: httpx.Response) -> NoReturn:
    raise Refused(answer.status_code, answer.json())
