"""How long a life's history is: events and bytes for each transition, and which events the bytes are in."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from bench import bare
from bench.figures import Row, at_most
from bench.sizes import Sizes
from bench.stack import OFFICER, Stack, opening
from domain.case import AnyCommand, Command
from runtime.clock import Clock
from runtime.rehearsal import Town, fast_forward
from runtime.temporal import TASK_QUEUE
from store.cases import CaseList
from workflows.client import Processes

PART = "history"
NUMBER = "HB-2026-000001"
KB = 1024
_BODY: TypeAdapter[Any] = TypeAdapter(AnyCommand)


async def measure(stack: Stack, sizes: Sizes) -> list[Row]:
    """A case that climbs all three tiers, by expiry, with a decision at each; ``sizes`` does not matter."""
    await stack.start_temporal()
    await stack.start_worker()
    await stack.start_bare_worker()
    ours = await _climb(stack)
    rows = await stack.log.read(NUMBER)
    by_hand = sum(row.actor["role"] != "system" for row in rows) - 1
    plain = await _bare_life(stack, by_hand, len(rows) - by_hand - 1)
    moves = len(rows)
    against = f"bare workflow, {moves} transitions, no words"
    what = f"three tiers, {moves} transitions"
    return [
        Row(
            part=PART,
            what=f"{what}: events for each",
            unit="events",
            ours=len(ours) / moves,
            baseline=len(plain) / moves,
            against=against,
            aim=at_most(10),
        ),
        Row(
            part=PART,
            what=f"{what}: bytes for each",
            unit="KB",
            ours=_kb(ours) / moves,
            baseline=_kb(plain) / moves,
            against=against,
            aim=at_most(1.2, "KB"),
        ),
        *_by_type(ours, plain, moves),
    ]


def _kb(events: Sequence[HistoryEvent]) -> float:
    return sum(event.ByteSize() for event in events) / KB


def _by_type(ours: Sequence[HistoryEvent], plain: Sequence[HistoryEvent], moves: int) -> list[Row]:
    sizes, theirs = _bytes_of(ours), _bytes_of(plain)
    return [
        Row(part=PART, what=f"· in {name}", unit="bytes a transition", ours=size / moves, baseline=theirs[name] / moves)
        for name, size in sizes.most_common()
    ]


def _bytes_of(events: Sequence[HistoryEvent]) -> Counter[str]:
    found: Counter[str] = Counter()
    for event in events:
        name = (event.WhichOneof("attributes") or "").removesuffix("_event_attributes").replace("_", " ")
        found[name] += event.ByteSize()
    return found


async def _climb(stack: Stack) -> Sequence[HistoryEvent]:
    """Contact, a hold at each tier, what expires in between, a plan, its completion; the resident says nothing."""
    town = Town(await stack.client(), Clock())
    processes = Processes(town.client, TASK_QUEUE)
    handle = town.client.get_workflow_handle(NUMBER)

    async def decide(kind: str, **fields: Any) -> None:
        body = _BODY.validate_python({"kind": kind, **fields})
        await processes.send(NUMBER, Command(id=secrets.token_urlsafe(16), actor=OFFICER, body=body))

    async def until(stage: str) -> datetime:
        """Skips time until the case is there; the instant of its last event."""
        while (row := await CaseList(stack.pool).get(NUMBER)) is None or row.stage != stage:
            await fast_forward(town.skipper, handle, timedelta(days=4))
        return row.updated_at

    await processes.open(stack.rules, NUMBER, opening(stack, NUMBER))
    await decide("contact", how="电话", outcome="已了解情况，约定周三现场查看")
    await until("community")
    await decide("hold", reason="维修资金需业主大会表决")
    due = (await until("alliance")).date() + timedelta(days=30)
    await decide("plan", lead="urban", deliverable="更换曳引机并通过检测", due_date=due.isoformat())
    await decide("complete", what_was_done="曳引机已更换，检测合格")
    await until("closed")
    return _real(await handle.fetch_history())


async def _bare_life(stack: Stack, decisions: int, expiries: int) -> Sequence[HistoryEvent]:
    """The same number of updates and of fired timers, by turns, each starting the timer anew."""
    skips = TimeSkipper(await stack.plain(), config=TimeSkippingConfig(enabled=False))
    handle: WorkflowHandle[Any, Any] = await skips.client.start_workflow(
        bare.Bare.run, bare.Order(NUMBER, rearms=True, rows=1 + decisions + expiries), id="bare", task_queue=bare.QUEUE
    )
    for turn in range(max(decisions, expiries)):
        if turn < decisions:
            await handle.execute_update(bare.Bare.decide, "已与物业确认，周三上午到场查看")
        if turn < expiries:
            await fast_forward(skips, handle, timedelta(days=30))
    await handle.result()
    return _real(await handle.fetch_history())


def _real(history: WorkflowHistory) -> Sequence[HistoryEvent]:
    """Without the events that only skipping brings: in months of real time they are not there."""
    return [event for event in history.events if event.WhichOneof("attributes") not in _OF_SKIPPING]


_OF_SKIPPING = (
    "workflow_execution_options_updated_event_attributes",
    "workflow_execution_time_skipping_transitioned_event_attributes",
)
