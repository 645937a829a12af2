"""Cases opened and waiting per second.

A case counts once its row is committed and its process's workflow task, which started the timer, is completed.
Both sides keep the same number of cases on their way: the next is begun when the log, or the table, shows that
one has been committed.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client

from bench import bare
from bench.figures import Row, median, ratio_at_least
from bench.sizes import Sizes
from bench.stack import Stack, opening

PART = "open"
_LOOK_EVERY = 0.005

Begin = Callable[[str], Awaitable[object]]
Committed = Callable[[], Awaitable[int]]


async def measure(stack: Stack, sizes: Sizes) -> list[Row]:
    """Rounds of ours and of the bare workflow, by turns, on the same servers."""
    await stack.start_temporal()
    await stack.start_worker()
    await stack.start_bare_worker()
    ours, baseline = await _ours(stack), await _bare(stack)
    rates: tuple[list[float], list[float]] = ([], [])
    warm = max(1, sizes.cases // 6)
    for one in (ours, baseline):
        await _round(stack, *one, warm, sizes.opening)
    for _ in range(sizes.rounds):
        for one, kept in zip((ours, baseline), rates, strict=True):
            kept.append(await _round(stack, *one, sizes.cases, sizes.opening))
    return [
        Row(
            part=PART,
            what=f"opened and waiting, {sizes.opening} on their way",
            unit="cases/s",
            ours=median(rates[0]),
            baseline=median(rates[1]),
            against="bare workflow, one INSERT, a timer",
            aim=ratio_at_least(0.9),
        )
    ]


async def _ours(stack: Stack) -> tuple[Begin, Committed]:
    processes = await stack.processes()

    async def begin(number: str) -> None:
        await processes.open(stack.rules, number, opening(stack, number))

    return begin, stack.log.last_position


async def _bare(stack: Stack) -> tuple[Begin, Committed]:
    client = await stack.plain()

    async def begin(number: str) -> None:
        await client.start_workflow(bare.Bare.run, bare.Order(number), id=number, task_queue=bare.QUEUE)

    async def committed() -> int:
        return int(await stack.pool.fetchval("SELECT coalesce(max(id), 0) FROM bare_rows"))

    return begin, committed


async def _round(stack: Stack, begin: Begin, committed: Committed, cases: int, on_their_way: int) -> float:
    """Cases a second, from the first start until all of them wait."""
    numbers = [f"B-{uuid.uuid4().hex[:12]}-{n:06d}" for n in range(cases)]
    before = await committed()
    began = time.perf_counter()
    begun: set[asyncio.Task[object]] = set()
    done = 0
    todo = iter(numbers)
    while done < cases:
        while len(begun) < done + on_their_way and (number := next(todo, None)) is not None:
            begun.add(asyncio.ensure_future(begin(number)))
        await asyncio.sleep(_LOOK_EVERY)
        done = await committed() - before
    await asyncio.gather(*begun)
    await _until_waiting(await stack.plain(), numbers[-on_their_way:])
    took = time.perf_counter() - began
    await _until_waiting(await stack.plain(), numbers)  # all of them, to be sure; not timed
    return cases / took


async def _until_waiting(client: Client, numbers: Sequence[str]) -> None:
    """Returns when none of these has a workflow task in hand."""
    for number in numbers:
        request = DescribeWorkflowExecutionRequest(
            namespace=client.namespace, execution=WorkflowExecution(workflow_id=number)
        )
        described = await client.workflow_service.describe_workflow_execution(request)
        while described.HasField("pending_workflow_task"):
            await asyncio.sleep(0.001)
            described = await client.workflow_service.describe_workflow_execution(request)
