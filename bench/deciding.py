"""Decisions over HTTP, each caller on a case of its own, against a bare workflow's update.

Two kinds bound what officers do: a ``note`` moves nothing; ``escalate`` and ``return``, by turns, move the case,
cancel a timer and start another, and change the search attributes. The baseline does one INSERT and no more.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench import bare
from bench.figures import Row, ratio_at_least, ratio_at_most
from bench.load import Ask, Load
from bench.sizes import Sizes
from bench.stack import Stack, open_cases
from bench.wire import Wire

PART = "decide"
AGAINST = "bare update, one INSERT"
_AIMS = {"a note": 0.85, "a move": 0.6}
_NOTE = json.dumps({"kind": "note", "text": "已与物业确认，周三上午到场查看"}, ensure_ascii=False).encode()
_MOVES = tuple(
    json.dumps({"kind": kind, "reason": "需要多方协调后再议"}, ensure_ascii=False).encode()
    for kind in ("escalate", "return")
)


async def measure(stack: Stack, sizes: Sizes) -> list[Row]:
    """For each number of callers, rounds of each kind and of the baseline, by turns."""
    rows: list[Row] = []
    await stack.start_temporal()
    await stack.start_worker()
    await stack.start_bare_worker()
    token = await stack.start_api()
    for callers in sizes.callers:
        note, move, plain = Load(), Load(), Load()
        for _ in range(sizes.rounds):
            async with _officers(stack, token, callers, (_NOTE,)) as ask:
                await note.round(ask, callers, sizes.seconds, stack.cpu)
            async with _officers(stack, token, callers, _MOVES) as ask:
                await move.round(ask, callers, sizes.seconds, stack.cpu)
            await plain.round(await _bare(stack, callers), callers, sizes.seconds, stack.cpu)
        rows += _rows("a note", note, plain, callers) + _rows("a move", move, plain, callers)
    return rows


def _rows(what: str, ours: Load, plain: Load, callers: int) -> list[Row]:
    who = f"{what}, {callers} caller{'s' if callers > 1 else ''}"
    alone = ratio_at_most(1.4) if callers == 1 else None
    return [
        Row(
            part=PART,
            what=who,
            unit="decisions/s",
            ours=ours.rate,
            baseline=plain.rate,
            against=AGAINST,
            aim=ratio_at_least(_AIMS[what]),
        ),
        Row(
            part=PART,
            what=f"{who}: p50",
            unit="ms",
            ours=ours.ms(0.5),
            baseline=plain.ms(0.5),
            against=AGAINST,
            aim=alone,
        ),
        Row(part=PART, what=f"{who}: p99", unit="ms", ours=ours.ms(0.99), baseline=plain.ms(0.99), against=AGAINST),
        Row(
            part=PART,
            what=f"{who}: processor, all of it",
            unit="ms",
            ours=ours.cpu_ms,
            baseline=plain.cpu_ms,
            against=AGAINST,
        ),
    ]


@asynccontextmanager
async def _officers(stack: Stack, token: str, callers: int, bodies: tuple[bytes, ...]) -> AsyncIterator[Ask]:
    """Fresh cases, one a caller, and a connection for each; ``bodies`` are sent by turns."""
    first = 1 + int(await stack.pool.fetchval("SELECT count(*) FROM cases"))
    numbers = [f"DB-2026-{n:06d}" for n in range(first, first + callers)]
    await open_cases(stack, numbers)
    port = stack.settings.api_port
    wires = await asyncio.gather(*(Wire.connect(port, token) for _ in range(callers)))

    async def ask(caller: int, turn: int) -> None:
        path = f"/api/v1/cases/{numbers[caller]}/decisions"
        await wires[caller].ask("POST", path, bodies[turn % len(bodies)], key=uuid.uuid4().hex)

    try:
        yield ask
    finally:
        await asyncio.gather(*(wire.close() for wire in wires))


async def _bare(stack: Stack, callers: int) -> Ask:
    client = await stack.plain()
    handles = await asyncio.gather(
        *(
            client.start_workflow(bare.Bare.run, bare.Order(number), id=number, task_queue=bare.QUEUE)
            for number in (f"B-{uuid.uuid4().hex}" for _ in range(callers))
        )
    )

    async def ask(caller: int, turn: int) -> None:
        await handles[caller].execute_update(bare.Bare.decide, "已与物业确认，周三上午到场查看")

    return ask
