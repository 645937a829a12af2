"""Memory of the Temporal server for each 10,000 open cases, against the bare workflow; and of our worker."""

from __future__ import annotations

import asyncio
import uuid

import psutil

from bench import bare
from bench.figures import Row, ratio_at_most
from bench.sizes import Sizes
from bench.stack import Stack, open_cases, running_stack

PART = "memory"
MB = 1 << 20


async def measure(stack: Stack, sizes: Sizes) -> list[Row]:
    """Each on a server of its own. Fewer than 10,000 are extrapolated, and the row says so."""
    ours, our_worker = await _of_ours(stack, sizes)
    async with running_stack() as another:
        plain, their_worker = await _of_bare(another, sizes)
    said = "" if sizes.held >= 10_000 else f", extrapolated from {sizes.held:,}"
    share = 10_000 / sizes.held / MB
    against = "bare workflow"
    return [
        Row(
            part=PART,
            what=f"server, for each 10,000 open{said}",
            unit="MB",
            ours=ours * share,
            baseline=plain * share,
            against=against,
        ),
        Row(
            part=PART,
            what=f"worker, for each 10,000 open{said}",
            unit="MB",
            ours=our_worker * share,
            baseline=their_worker * share,
            against=against,
            aim=ratio_at_most(1.4),
        ),
    ]


async def _of_ours(stack: Stack, sizes: Sizes) -> tuple[int, int]:
    await stack.start_temporal()
    await stack.start_worker()
    await open_cases(stack, [f"MA-2026-{n:06d}" for n in range(20)])
    before = await _resident(stack, "worker", sizes.settles)
    await open_cases(stack, [f"MB-2026-{n:06d}" for n in range(sizes.held)], callers=50)
    return _grown(before, await _resident(stack, "worker", sizes.settles))


async def _of_bare(stack: Stack, sizes: Sizes) -> tuple[int, int]:
    await stack.start_temporal()
    await stack.start_bare_worker()
    await _open_bare(stack, 20)
    before = await _resident(stack, "bare", sizes.settles)
    await _open_bare(stack, sizes.held)
    return _grown(before, await _resident(stack, "bare", sizes.settles))


async def _open_bare(stack: Stack, cases: int) -> None:
    client = await stack.plain()
    wanted = cases + int(await stack.pool.fetchval("SELECT count(*) FROM bare_rows"))
    gate = asyncio.Semaphore(50)

    async def begin(number: str) -> None:
        async with gate:
            await client.start_workflow(bare.Bare.run, bare.Order(number), id=number, task_queue=bare.QUEUE)

    await asyncio.gather(*(begin(f"B-{uuid.uuid4().hex}") for _ in range(cases)))
    while int(await stack.pool.fetchval("SELECT count(*) FROM bare_rows")) < wanted:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def _resident(stack: Stack, worker: str, settles: float) -> tuple[int, int]:
    """Bytes of the server and of the worker, once nothing is going on any more."""
    await asyncio.sleep(settles)
    return stack.rss(), int(psutil.Process(stack.children[worker].pid).memory_info().rss)


def _grown(before: tuple[int, int], after: tuple[int, int]) -> tuple[int, int]:
    return after[0] - before[0], after[1] - before[1]
