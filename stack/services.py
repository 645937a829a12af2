"""The parts of a stack in one shape, so that the supervisor treats them alike."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from stack.errors import ChildFailed
from stack.postgres import Postgres
from stack.process import Child
from stack.temporal import TemporalServer


@dataclass(slots=True)
class Service:
    """A supervised part: how to launch it (main thread, returns at once), and how to wait until it serves.

    `stop_within`: seconds that it gets for a clean end before it is killed.
    """

    name: str
    title: str
    launch: Callable[[], None]
    ready: Callable[[], Awaitable[None]]
    child: Callable[[], Child]
    stop_within: float
    launched_at: float = field(default=0.0)

    async def start(self) -> None:
        """Launch, and wait until it serves. Raises StackError."""
        self.launched_at = time.monotonic()
        self.launch()
        await self.ready()

    async def stop(self) -> None:
        """Clean end, or a kill after `stop_within`. Nothing happens to a part that never ran."""
        if self.launched_at:
            await asyncio.to_thread(self.child().stop, self.stop_within)


def postgres_service(server: Postgres) -> Service:
    """PostgreSQL; ready when it takes connections."""

    async def ready() -> None:
        await asyncio.to_thread(server.wait_ready)

    return Service("postgres", "PostgreSQL", server.launch, ready, lambda: server.child, stop_within=20.0)


def temporal_service(server: TemporalServer) -> Service:
    """Temporal; ready when the namespace can be used."""
    return Service("temporal", "Temporal", server.launch, server.wait_ready, lambda: server.child, stop_within=15.0)


def worker_service(child: Child, name: str) -> Service:
    """A worker process: it polls, so it is ready as far as anyone outside can tell once it runs."""

    async def ready() -> None:
        return None

    return Service(name, child.name, child.launch, ready, lambda: child, stop_within=20.0)


def api_service(child: Child, ready_url: str, timeout: float = 60.0) -> Service:
    """The API; ready when `ready_url` answers 200."""

    async def ready() -> None:
        await _until_200(child, ready_url, timeout)

    return Service("api", child.name, child.launch, ready, lambda: child, stop_within=10.0)


async def _until_200(child: Child, url: str, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    # trust_env: a proxy of the environment has no business between us and our own loopback.
    async with httpx.AsyncClient(timeout=2.0, trust_env=False) as client:
        while not await _is_200(client, url):
            if not child.running:
                raise ChildFailed(f"{child.name} ended with code {child.returncode}.\n{child.log_tail()}")
            if time.monotonic() > deadline:
                raise ChildFailed(f"{child.name} was not ready after {timeout:.0f} s.\n{child.log_tail()}")
            await asyncio.sleep(0.05)


async def _is_200(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.HTTPError:
        return False
