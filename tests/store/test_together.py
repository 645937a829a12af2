"""Appends that wait at the same time share a transaction, and nobody can tell."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from store.log import Appended, EventLog
from store.tables.lists import CASE_LIST
from tests.store.given import event, row

if TYPE_CHECKING:
    from store.database import Pool


async def transactions(pool: Pool) -> int:
    """How many transactions the events were committed in."""
    count = await pool.fetchval("SELECT count(DISTINCT xmin::text) FROM events")
    assert isinstance(count, int)
    return count


async def append(log: EventLog, number: str, command: str, **case: str) -> Appended:
    return await log.append(number, 0, "", command, [event(command=command)], {**row(number), **case}, CASE_LIST)


async def test_many_at_once_share_transactions_and_each_has_its_own_answer(pool: Pool) -> None:
    log = EventLog(pool)
    answers = await asyncio.gather(*(append(log, f"NC-{n:02d}", f"c{n}") for n in range(40)))
    assert [answer.events[0].stream for answer in answers] == [f"NC-{n:02d}" for n in range(40)]
    assert sorted(answer.events[0].position for answer in answers) == list(range(1, 41))
    assert await transactions(pool) < 40
    assert (await log.verify_all()).whole


async def test_one_that_cannot_be_kept_takes_no_other_with_it(pool: Pool) -> None:
    log = EventLog(pool)
    calls = [append(log, f"NC-{n}", f"c{n}", severity="x" if n != 7 else "\0") for n in range(12)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    failed = [n for n, answer in enumerate(answers) if isinstance(answer, BaseException)]
    assert failed == [7]
    assert len(await log.streams()) == 11
    assert (await log.verify_all()).whole


async def test_of_those_who_race_in_one_call_one_wins(pool: Pool) -> None:
    log = EventLog(pool)
    await append(log, "NC-0", "first")
    answers = await asyncio.gather(*(append(log, "NC-1", f"c{n}") for n in range(10)))
    assert sorted(answer.status for answer in answers) == ["appended", *["behind"] * 9]
    assert len(await log.read("NC-1")) == 1


async def test_processes_that_race_with_each_other_lose_nothing_and_write_nothing_twice(pool: Pool) -> None:
    logs = [EventLog(pool) for _ in range(4)]
    calls = [append(log, f"NC-{n:02d}", f"c{n}") for n in range(25) for log in logs]
    answers = await asyncio.gather(*calls)
    assert sum(answer.status == "appended" for answer in answers) == 25
    assert {answer.status for answer in answers} == {"appended", "already_recorded"}
    assert len(await logs[0].streams()) == 25
    assert (await logs[0].verify_all()).whole


async def test_when_the_connection_is_lost_everyone_is_told(pool: Pool) -> None:
    log = EventLog(pool)
    waiting = [asyncio.ensure_future(append(log, f"NC-{n}", f"c{n}")) for n in range(20)]
    await asyncio.sleep(0)
    pool.terminate()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(answer, Appended | Exception) for answer in answers)
