"""One fault at a time, at the worst moment."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
import httpx
import pytest

from operations.audit import Auditor, Report
from operations.connections import opened, processes, temporal_client
from operations.notices import notifier_of
from store.log import EventLog
from store.town import clock_on
from tests.faults import checks
from tests.faults.dying import ITSELF, OTHERS
from tests.faults.insisting import Insisting
from tests.faults.officers import Office, Request
from tests.faults.running import RunningStack, running

if TYPE_CHECKING:
    from store.database import Pool

pytestmark = pytest.mark.long


@asynccontextmanager
async def log_of(stack: RunningStack) -> AsyncIterator[EventLog]:
    async with opened(stack.settings().database()) as pool:
        yield EventLog(pool)


async def audit(stack: RunningStack, *, repair: bool = False) -> Report:
    settings = stack.settings()
    async with opened(settings.database()) as pool:
        clock = clock_on(pool, rehearsal=settings.rehearsal)
        await clock.refresh()
        client, notifier = await temporal_client(settings, clock), notifier_of(pool, settings, clock)
        auditor = Auditor(pool, client, await processes(settings, clock), notifier, clock)
        report = await auditor.audit()
        return await auditor.repair(report) if repair else report


async def recorded_by(stack: RunningStack, request: Request) -> set[str]:
    """The commands that a decision was recorded by."""
    async with log_of(stack) as log:
        events = await log.feed(0)
    return {event.command_id for event in events if event.data.get("reason") == request.marker}


@pytest.mark.parametrize("part", ["worker", "api"])
async def test_a_decision_is_there_once_when_the_part_dies_between_the_commit_and_the_answer(part: str) -> None:
    async with running(programs=(f"--{part}", f"tests.faults.dying_{part}")) as stack:
        office = Office(stack.api, seed=1)
        number = (await office.open("opened")).answer["number"]
        request = await office.decide(number, "note", "fatal", text="已通知", reason=f"{ITSELF} fatal")
        assert "died (SIGKILL)" in stack.last_lines()
        assert request.status == 200, request
        assert len(await recorded_by(stack, request)) == 1
        await stack.calm()
        assert await checks.everything(stack.settings(), office) == []


SEVEN = ("urban", "governance", "citymgmt", "police", "fire", "emergency", "social")
ENTRAPMENT = {
    "estate": "mudan-garden",
    "category": "lift",
    "title": "电梯困人",
    "description": "困人",
    "channel": "phone",
    "emergency": "lift_entrapment",
}


async def test_seven_branches_lose_no_signature_when_the_worker_dies_between_a_commit_and_its_answer() -> None:
    async with running(programs=("--worker", "tests.faults.dying_worker")) as stack:
        alliance = Insisting(stack.api, "alliance")
        emergency = (await alliance.post("/cases", ENTRAPMENT, "opened"))["emergency_id"]
        opened_tasks = [one for one in (await alliance.get(f"/emergencies/{emergency}"))["tasks"] if one["opened_at"]]
        first = {branch: next(one["id"] for one in opened_tasks if one["department"] == branch) for branch in SEVEN}

        async def sign(branch: str) -> str:
            path, body = f"/emergencies/{emergency}/tasks/{first[branch]}/reports", {"kind": "sign", "note": ITSELF}
            answer = await Insisting(stack.api, f"dept-{branch}").post(path, body, f"sign-{branch}")
            return str(answer["task"]["status"])

        assert await asyncio.gather(*map(sign, SEVEN)) == ["signed"] * 7
        assert "died (SIGKILL)" in stack.last_lines()
        async with log_of(stack) as log:
            rows = [row for row in await log.read(emergency) if row.type == "task_signed"]
        assert sorted(row.data["detail"]["task"] for row in rows) == sorted(first.values())
        await stack.calm()
        assert (await audit(stack)).findings == []


async def test_a_process_that_missed_a_commit_as_temporal_and_the_api_died_hears_of_it_by_the_retry() -> None:
    async with running(programs=("--worker", "tests.faults.dying_worker")) as stack:
        office = Office(stack.api, seed=1)
        number = (await office.open("opened")).answer["number"]
        request = await office.decide(
            number, "contact", "fatal", how="电话", outcome="已联系", reason=f"{OTHERS} fatal"
        )
        assert "Temporal died (SIGKILL)" in stack.last_lines()
        assert request.status == 200, request
        assert len(await recorded_by(stack, request)) == 1
        assert (await audit(stack)).findings == []
        later = await office.decide(number, "hold", "later")  # what only the log's stage takes
        assert later.acknowledged, later
        await stack.calm()
        assert await checks.everything(stack.settings(), office) == []


async def test_while_the_log_is_away_decisions_are_503_and_afterwards_they_and_what_was_due_are_recorded() -> None:
    async with running(HONGXIU_REHEARSAL="1") as stack:
        office = Office(stack.api, seed=1)
        decided, due = [(await office.open(name)).answer["number"] for name in ("decided", "due")]
        request = office.new_decision(decided, "note", "kept", text="已通知")
        async with stack_without_appends(stack):
            first = asyncio.create_task(office.try_once(request))
            await an_append_waits(stack)
            async with stack.without("postgres"):
                passing = asyncio.create_task(pass_a_day(stack, due))
                assert await first == 503
        await stack.calm()
        await passing
        await office.ask(request)
        assert request.status == 200, request
        assert len(await recorded_by(stack, request)) == 1
        await is_recorded(stack, due, "contact_missed")
        assert (await audit(stack)).findings == []


async def test_what_temporal_has_lost_is_started_again_from_the_log() -> None:
    async with running() as stack:
        office = Office(stack.api, seed=1)
        numbers = [(await office.open(f"c{n}")).answer["number"] for n in range(5)]
        contacted = await office.decide(numbers[0], "contact", "before", how="电话", outcome="已联系")
        assert contacted.acknowledged
        await stack.stop()
        shutil.rmtree(stack.data / "temporal")
        await stack.start()
        asked = await office.decide(numbers[1], "note", "unaware", text="不知道丢失了什么")
        assert asked.acknowledged, "a decision starts a lost case's process by itself"
        found = await audit(stack)
        assert {one.kind for one in found.findings} == {"missing"}
        assert {one.number for one in found.findings} & set(numbers) == set(numbers) - {numbers[1]}
        assert (await audit(stack, repair=True)).clean
        assert await checks.everything(stack.settings(), office) == []


@asynccontextmanager
async def stack_without_appends(stack: RunningStack) -> AsyncIterator[None]:
    """Everything can be read and claimed, and no event be appended: another holds the log's lock."""
    holder = await asyncpg.connect(stack.settings().owner_database())
    await holder.execute("SELECT pg_advisory_lock(7357)")
    try:
        yield
    finally:
        holder.terminate()


async def an_append_waits(stack: RunningStack) -> None:
    async with opened(stack.settings().owner_database()) as pool:
        for _ in range(200):
            if await _waiting(pool):
                return
            await asyncio.sleep(0.05)
    raise AssertionError("no append came")


async def _waiting(pool: Pool) -> bool:
    return bool(await pool.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))


async def is_recorded(stack: RunningStack, number: str, type_: str) -> None:
    async with log_of(stack) as log:
        for _ in range(120):
            if type_ in [event.type for event in await log.read(number)]:
                return
            await asyncio.sleep(0.5)
    raise AssertionError(f"{number}: no {type_}")


async def pass_a_day(stack: RunningStack, number: str) -> None:
    """Bring the town over a case's first contact's due time, however long the log is away meanwhile."""
    async with httpx.AsyncClient(timeout=60.0, trust_env=False) as client:
        for _ in range(120):
            moved = await client.post(f"{stack.api}/dev/fast-forward", json={"case": number, "days": 1})
            if moved.status_code != 503:
                break
            await asyncio.sleep(0.5)
    assert moved.status_code == 200, moved.text
