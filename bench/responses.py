"""Two hundred emergencies at the same time: until every department's clock runs, and how fast all of them sign."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from bench import bare
from bench.figures import Row, percentile
from bench.sizes import Sizes
from bench.stack import OFFICER, Stack
from domain.case import Command, OpenCase, SealedRef
from domain.joint_response import ResponseCommand, Sign, reporter
from domain.permission import Actor
from store.folding import RESPONSES
from workflows.client import Processes, ProcessGone
from workflows.kinds import RESPONSE

PART = "responses"
PLAYBOOK = "lift_entrapment"
AT_ONCE = 50
_GIVE_UP = 300.0

T = TypeVar("T")
Branch = tuple[str, str, str]
"""A response, one of its tasks, and the department that signs for it."""


async def measure(stack: Stack, sizes: Sizes) -> list[Row]:
    """Cases are filed as emergencies over all estates, so that those on one estate are linked as well."""
    await stack.start_temporal()
    await stack.start_worker()
    await stack.start_bare_worker()
    processes = await stack.processes()
    estates = [estate.id for estate in stack.rules.organisation.estates]
    numbers = [f"JR-2026-{number:06d}" for number in range(1, sizes.responses + 1)]
    began = time.perf_counter()
    await _at_once(numbers, lambda number: _declare(stack, processes, number, estates[int(number[-6:]) % len(estates)]))
    await _until_every_clock_runs(processes, [f"{number}-E1" for number in numbers], len(_departments(stack)))
    ours = time.perf_counter() - began
    branches = await _branches(stack, [f"{number}-E1" for number in numbers])
    signing, signs = await _timed(branches, lambda branch: _sign(processes, branch))
    plain, updates = await _bare(stack, len(numbers), len(branches))
    what = f"{len(branches):,} branches of {len(numbers)} responses signed, {AT_ONCE} at once"
    return [
        Row(
            part=PART,
            what=f"{len(numbers)} emergencies declared, {len(branches):,} clocks running",
            unit="s",
            ours=ours,
        ),
        Row(
            part=PART,
            what=what,
            unit="signs/s",
            ours=len(branches) / signing,
            baseline=len(branches) / plain,
            against="bare updates",
        ),
        Row(
            part=PART,
            what=f"{what}: p50",
            unit="ms",
            ours=_ms(signs, 0.5),
            baseline=_ms(updates, 0.5),
            against="bare updates",
        ),
        Row(
            part=PART,
            what=f"{what}: p99",
            unit="ms",
            ours=_ms(signs, 0.99),
            baseline=_ms(updates, 0.99),
            against="bare updates",
        ),
    ]


def _departments(stack: Stack) -> Sequence[str]:
    return [department.code for department in stack.rules.organisation.departments]


async def _declare(stack: Stack, processes: Processes, number: str, estate: str) -> None:
    words = SealedRef(id=f"w-{number}", resident=f"r-{number}", digest="0" * 64)
    body = OpenCase(number=number, estate=estate, category="lift", channel="phone", words=words, emergency=PLAYBOOK)
    await processes.open(stack.rules, number, Command(id=f"open:{number}", actor=OFFICER, body=body))


async def _until_every_clock_runs(processes: Processes, responses: Sequence[str], departments: int) -> None:
    """Until each response's process has a timer for each department."""
    waiting, deadline = set(responses), time.monotonic() + _GIVE_UP
    while waiting:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{len(waiting)} responses do not run")
        for response in sorted(waiting):
            try:
                standing = await processes.standing(RESPONSE, response)
            except ProcessGone:  # it has not begun yet
                break
            if len({wait.party for wait in standing.waits if wait.kind == "sign"}) < departments:
                break
            waiting.discard(response)
        await asyncio.sleep(0.02)


async def _branches(stack: Stack, responses: Sequence[str]) -> list[Branch]:
    """One task of each department in each response."""
    found: list[Branch] = []
    for response, events in (await stack.log.read_some(responses)).items():
        state = RESPONSES.state(events)
        assert state is not None
        first = {reporter(state, task.party): task.id for task in reversed(state.tasks) if task.status == "open"}
        found += [(response, first[code], code) for code in _departments(stack)]
    return found


async def _sign(processes: Processes, branch: Branch) -> None:
    response, task, code = branch
    actor = Actor(id=f"dept-{code}", role="department", unit=code)
    await processes.send(response, ResponseCommand(id=uuid.uuid4().hex, actor=actor, body=Sign(task=task)))


async def _bare(stack: Stack, processes: int, updates: int) -> tuple[float, list[float]]:
    """As many updates to as many bare processes."""
    client = await stack.plain()
    ids = [f"BR-{uuid.uuid4().hex}" for _ in range(processes)]

    async def start(number: str) -> None:
        await client.start_workflow(bare.Bare.run, bare.Order(number), id=number, task_queue=bare.QUEUE)

    async def update(number: str) -> None:
        await client.get_workflow_handle(number).execute_update(bare.Bare.decide, "签收")

    await _at_once(ids, start)
    return await _timed([ids[turn % processes] for turn in range(updates)], update)


async def _timed(items: Sequence[T], work: Callable[[T], Awaitable[None]]) -> tuple[float, list[float]]:
    """Seconds for all of them, and of each."""
    taken: list[float] = []

    async def one(item: T) -> None:
        began = time.perf_counter()
        await work(item)
        taken.append(time.perf_counter() - began)

    began = time.perf_counter()
    await _at_once(items, one)
    return time.perf_counter() - began, taken


async def _at_once(items: Sequence[T], work: Callable[[T], Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(item: T) -> None:
        async with gate:
            await work(item)

    await asyncio.gather(*map(one, items))


def _ms(seconds: Sequence[float], share: float) -> float:
    return percentile(seconds, share) * 1000
