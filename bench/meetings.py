"""Meetings with many cases: an agenda written from start to end, and a sitting moved with all that wait for it."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from bench import bare
from bench.figures import Row, at_most
from bench.sizes import Sizes
from bench.stack import OFFICER, Stack
from domain.case import Command, Contact, OpenCase, SealedRef
from domain.policy.forum import Sitting, sittings
from domain.sitting import Reschedule, SittingCommand, SittingState
from store.cases import CaseList
from store.papers import Papers
from store.rulebook import Rulebook
from workflows.client import Processes

PART = "meetings"
FORUM, COMMUNITY = "laocheng", "laocheng"
ESTATE = "mudan-garden"
AT_ONCE = 50
_GIVE_UP = 300.0
_WAITING = """
INSERT INTO cases
SELECT 'AG-2026-' || lpad(i::text, 6, '0'), 3, 'community', 'community', $2, $3, ARRAY[$2, $3, 'nancheng'], 'lift',
    'normal', 'counter', now() - i * interval '1 minute', now(), NULL, NULL, $4::jsonb, $5::timestamptz,
    i % 11 = 0, i % 50 = 0, NULL, i % 3, NULL, '{}', NULL, 'r-' || i,
    now(), $5::timestamptz, NULL, false
FROM generate_series(1, $1::int) AS i
"""


async def measure(stack: Stack, sizes: Sizes) -> list[Row]:
    """Both. The moved sitting is another forum's than that of the cases made by SQL."""
    return [*await _agenda(stack, sizes), *await _moving(stack, sizes)]


async def _agenda(stack: Stack, sizes: Sizes) -> list[Row]:
    now = datetime.now(UTC)
    sitting = _ahead(stack, FORUM, now)
    wait = {
        "kind": "sitting",
        "until": sitting.minutes_due.isoformat(),
        "on_expiry": "carry_over",
        "sitting_id": sitting.id,
        "forum": FORUM,
        "starts_at": sitting.starts_at.isoformat(),
        "where": "会议",
        "provisional": False,
    }
    await stack.owner.execute(_WAITING, sizes.tabled, ESTATE, COMMUNITY, wait, sitting.minutes_due)
    await stack.owner.execute("VACUUM ANALYZE cases")
    rulebook = Rulebook(stack.pool)
    await rulebook.refresh()
    papers, cases = Papers(stack.pool, rulebook), CaseList(stack.pool)
    numbers = [f"AG-2026-{number:06d}" for number in range(1, sizes.tabled + 1)]
    held = SittingState(dates=sitting, tier="community", language="zh-CN", version=1, at=now, status="announced")
    ours, plain = [], []
    for turn in range(sizes.rounds):
        began = time.perf_counter()
        await papers.write_agenda(held, now + timedelta(seconds=turn), frozen=False)
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        await cases.some(numbers)
        plain.append(time.perf_counter() - began)
    return [
        Row(
            part=PART,
            what=f"agenda for {sizes.tabled:,} waiting cases",
            unit="s",
            ours=_middle(ours),
            baseline=_middle(plain),
            against="reading the same rows",
            aim=at_most(2, "s"),
        ),
    ]


async def _moving(stack: Stack, sizes: Sizes) -> list[Row]:
    await stack.start_temporal()
    await stack.start_worker()
    await stack.start_bare_worker()
    processes = await stack.processes()
    numbers = [f"MM-2026-{number:06d}" for number in range(1, sizes.moved + 1)]
    await _at_once(numbers, lambda number: _bring_to_check_in(stack, processes, number))
    # Should a freeze have passed while they were opened, it is the sitting that most of them wait for.
    waiting = "SELECT wait ->> 'sitting_id' FROM cases WHERE number LIKE 'MM-%' GROUP BY 1 ORDER BY count(*) DESC"
    sitting_id = await stack.pool.fetchval(waiting)
    moves = await stack.pool.fetchval(
        "SELECT count(*) FROM cases WHERE number LIKE 'MM-%' AND wait ->> 'sitting_id' = $1", sitting_id
    )
    await processes.convene(stack.rules, sitting_id)
    starts_at = stack.rules.sitting(ESTATE, sitting_id).starts_at + timedelta(days=14)
    began = time.perf_counter()
    body = Reschedule(starts_at=starts_at, reason="会场另有安排")
    await processes.send(sitting_id, SittingCommand(id=uuid.uuid4().hex, actor=OFFICER, body=body))
    await _until_moved(stack, moves)
    ours = time.perf_counter() - began
    plain = await _bare_updates(stack, sizes.moved)
    # The sweep goes on looking for a while; whoever is told twice is told by then.
    await asyncio.sleep(sizes.settles)
    twice = await stack.pool.fetchval(
        "SELECT count(*) FROM (SELECT FROM events WHERE stream LIKE 'MM-%' AND type = 'wait_reprojected' "
        "GROUP BY stream HAVING count(*) > 1) AS again"
    )
    return [
        Row(
            part=PART,
            what=f"moving a sitting that {moves:,} cases wait for",
            unit="s",
            ours=ours,
            baseline=plain,
            against="as many bare updates",
            aim=at_most(10, "s"),
        ),
        Row(part=PART, what="cases moved more than once", unit="cases", ours=twice, aim=at_most(0)),
    ]


def _ahead(stack: Stack, forum: str, now: datetime) -> Sitting:
    found = sittings(stack.rules.forums[forum], stack.rules.calendar, now, now + timedelta(days=120))
    return next(sitting for sitting in found if sitting.freezes_at > now)


async def _bring_to_check_in(stack: Stack, processes: Processes, number: str) -> None:
    words = SealedRef(id=f"w-{number}", resident=f"r-{number}", digest="0" * 64)
    body = OpenCase(estate=ESTATE, category="lift", channel="wechat", words=words)
    await processes.open(stack.rules, number, Command(id=f"open:{number}", actor=OFFICER, body=body))
    contact = Command(id=f"contact:{number}", actor=OFFICER, body=Contact(kind="contact", how="电话", outcome="已联系"))
    await processes.send(number, contact)


async def _until_moved(stack: Stack, cases: int) -> None:
    deadline = time.monotonic() + _GIVE_UP
    count = "SELECT count(DISTINCT stream) FROM events WHERE stream LIKE 'MM-%' AND type = 'wait_reprojected'"
    while await stack.pool.fetchval(count) < cases:
        if time.monotonic() > deadline:
            raise RuntimeError("not every case that waits for the sitting was told")
        await asyncio.sleep(0.05)


async def _bare_updates(stack: Stack, updates: int) -> float:
    """Seconds for one update to each of as many bare processes, as many at once as the sitting tells."""
    client = await stack.plain()
    ids = [f"BM-{uuid.uuid4().hex}" for _ in range(updates)]

    async def start(number: str) -> None:
        await client.start_workflow(bare.Bare.run, bare.Order(number), id=number, task_queue=bare.QUEUE)

    async def update(number: str) -> None:
        await client.get_workflow_handle(number).execute_update(bare.Bare.decide, "会场另有安排")

    await _at_once(ids, start)
    began = time.perf_counter()
    await _at_once(ids, update)
    return time.perf_counter() - began


async def _at_once(numbers: Sequence[str], call: Callable[[str], Awaitable[object]]) -> None:
    """Calls for each, ``AT_ONCE`` at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: str) -> None:
        async with gate:
            await call(number)

    await asyncio.gather(*(one(number) for number in numbers))


def _middle(seconds: Sequence[float]) -> float:
    return sorted(seconds)[len(seconds) // 2]
