"""A caller over HTTP who asks again, with the same key, until there is an answer."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx


class Insisting:
    """A caller who asks again, with the same key, until there is an answer."""

    def __init__(self, api: str, account: str) -> None:
        self._http = httpx.AsyncClient(base_url=api, trust_env=False, timeout=60)
        self._account = account
        self._headers: dict[str, str] = {}

    async def post(self, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        return await self._answer("POST", path, body, {"idempotency-key": key})

    async def get(self, path: str) -> dict[str, Any]:
        return await self._answer("GET", path, None, {})

    async def _answer(self, method: str, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
        if not self._headers and path != "/token":
            signed_in = {"username": self._account, "password": "nancheng"}
            token = await self._answer("POST", "/token", signed_in, {})
            self._headers = {"authorization": f"Bearer {token['access_token']}"}
        for _ in range(120):
            try:
                answer = await self._http.request(method, path, json=body, headers={**self._headers, **headers})
            except httpx.TransportError:
                await asyncio.sleep(0.5)
                continue
            if answer.status_code == 503:
                await asyncio.sleep(0.5)
                continue
            assert answer.status_code < 300, answer.text
            found: dict[str, Any] = answer.json()
            return found
        raise AssertionError(f"{path}: nobody answered")
