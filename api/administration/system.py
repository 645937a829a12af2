"""How the system stands, for administrators: what answers, who works, what is in force, what is planned."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from temporalio.client import Client
from temporalio.service import RPCError

from api.process import Services
from runtime.version import VERSION
from store.heads import Heads, heads
from store.policies import PolicyVersion
from workflows.scheduling import PREFIX

if TYPE_CHECKING:
    from collections.abc import Sequence

_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Planned:
    """A forum's schedule: when it fires next. ``paused``: it does not fire."""

    forum: str
    next_at: datetime | None
    paused: bool
    note: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The system at a moment. ``schedules`` is None while Temporal is away."""

    checks: Mapping[str, bool]
    workers: Mapping[str, datetime]
    policies: Sequence[PolicyVersion]
    schedules: Sequence[Planned] | None
    heads: Heads
    programs: Mapping[str, str]

    @property
    def ready(self) -> bool:
        """Whether a case can be opened."""
        return all(self.checks.values())

    @property
    def paused(self) -> int:
        """How many schedules do not fire."""
        return sum(one.paused for one in self.schedules or ())


async def standing(services: Services) -> Standing:
    """Everything at once; what Temporal does not answer within seconds is left out. Raises StoreUnavailable."""
    checks, workers, schedules, policies, found = await asyncio.gather(
        services.checks(),
        _workers(services),
        _schedules(services.temporal),
        services.policy_desk.in_force(),
        heads(services.pool),
    )
    return Standing(checks, workers, policies, schedules, found, {"hongxiu": VERSION, **_libraries()})


async def _workers(services: Services) -> Mapping[str, datetime]:
    try:
        async with asyncio.timeout(_SECONDS):
            return await services.workers()
    except (TimeoutError, RPCError):
        return {}


async def _schedules(client: Client | None) -> Sequence[Planned] | None:
    if client is None:
        return None
    try:
        async with asyncio.timeout(_SECONDS):
            return sorted(await _planned(client), key=lambda one: (one.next_at is None, one.next_at, one.forum))
    except (TimeoutError, RPCError):
        return None


async def _planned(client: Client) -> list[Planned]:
    found = []
    async for entry in await client.list_schedules():
        if entry.id.startswith(PREFIX) and entry.schedule is not None and entry.info is not None:
            state, ahead = entry.schedule.state, entry.info.next_action_times
            found.append(
                Planned(entry.id.removeprefix(PREFIX), min(ahead, default=None), state.paused, state.note or "")
            )
    return found


def _libraries() -> Mapping[str, str]:
    found = {}
    for name in ("temporalio", "fastapi", "asyncpg"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # pragma: no cover - only where it is vendored
            continue
    return found
