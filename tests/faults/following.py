"""Somebody who follows the stream of events through everything, going on from the last id after each break."""

from __future__ import annotations

import asyncio
import contextlib

import httpx

from tests.faults.officers import PASSWORD


class Follower:
    """`positions`: what came, in the order in which it came."""

    def __init__(self, api: str) -> None:
        self._api = api
        self.positions: list[int] = []
        self.breaks = 0

    async def follow(self) -> None:
        """Until cancelled."""
        async with httpx.AsyncClient(base_url=self._api, trust_env=False, timeout=20.0) as client:
            answer = await client.post("/token", json={"username": "alliance", "password": PASSWORD})
            token = answer.raise_for_status().json()["access_token"]
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    await self._listen(client, {"authorization": f"Bearer {token}"})
                self.breaks += 1
                await asyncio.sleep(0.2)

    async def _listen(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        last = str(self.positions[-1] if self.positions else 0)
        async with client.stream("GET", "/stream", headers={**headers, "last-event-id": last}) as answer:
            if answer.status_code != 200:
                return
            position = 0
            async for line in answer.aiter_lines():
                if line.startswith("id: "):
                    position = int(line.removeprefix("id: "))
                if line.startswith("data: "):  # the first id is where it begins, and no event
                    self.positions.append(position)

    async def until(self, position: int, patience: float = 30.0) -> list[str]:
        """Wait until `position` has come; what is wrong with the positions, in words."""
        for _ in range(int(patience / 0.1)):
            if self.positions and self.positions[-1] >= position:
                break
            await asyncio.sleep(0.1)
        if self.positions == list(range(1, position + 1)):
            return []
        return [f"the stream gave {len(self.positions)} of {position} events, or gave them in another order"]
