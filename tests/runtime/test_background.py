"""Loops of a process: none ends silently, and how each fares can be asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

import worker
from domain.permission import Actor
from runtime.background import Loop
from runtime.metrics import Metrics
from services.audiences import audiences_of
from services.feed import Feed
from services.scope import scope_of
from store.log import EventLog, StoredEvent
from store.registry import CASES
from store.rulebook import Rulebook
from tests.engine.conftest import load_nancheng, until
from tests.store.given import recorded
from tests.support.policies import put
from tests.support.town import POLICIES
from workflows.rules import AT_HAND

if TYPE_CHECKING:
    from store.database import Pool

SOON = 0.001


class Turns:
    """A turn that fails so often first; it ends the loop after ``last``."""

    def __init__(self, fails: int, last: int = 10**9) -> None:
        self.times = 0
        self._fails = fails
        self._last = last

    async def turn(self) -> float | None:
        self.times += 1
        if self.times <= self._fails:
            raise LookupError("nobody foresaw this")
        return None if self.times >= self._last else SOON

    async def reached(self, times: int) -> bool:
        return self.times >= times


@asynccontextmanager
async def running(loop: Loop) -> AsyncIterator[Loop]:
    loop.start()
    try:
        yield loop
    finally:
        await loop.stop()


async def test_a_turn_that_fails_is_told_with_its_traceback_and_the_loop_goes_on() -> None:
    turns = Turns(fails=3)
    with capture_logs() as logs:
        async with running(Loop("tried", turns.turn, again_after=SOON)) as loop:
            await until(lambda: turns.reached(6))
            health = loop.health
    assert (health.name, health.running, health.failures, health.failed) == ("tried", True, 0, 3)
    assert health.succeeded_at is not None
    told = [line for line in logs if line["log_level"] == "error"]
    assert [(line["loop"], line["failures"], line["exc_info"]) for line in told] == [
        ("tried", times, True) for times in (1, 2, 3)
    ]


async def test_how_a_loop_fares_that_fails_ever_again_can_be_asked() -> None:
    turns = Turns(fails=10**9)
    async with running(Loop("failing", turns.turn, again_after=SOON)) as loop:
        await until(lambda: turns.reached(3))
        health = loop.health
        assert (health.running, health.succeeded_at, health.why) == (True, None, "LookupError: nobody foresaw this")
        assert 3 <= health.failures <= health.failed


async def test_a_loop_that_has_done_what_it_was_for_ends_and_can_begin_again() -> None:
    turns = Turns(fails=0, last=2)
    loop = Loop("once", turns.turn)
    loop.start()
    await until(lambda: is_still(loop))
    assert turns.times == 2
    loop.start()
    await until(lambda: is_still(loop))
    assert turns.times == 3


async def is_still(loop: Loop) -> bool:
    return not loop.running


async def test_a_loop_is_stopped_in_the_middle_of_a_turn() -> None:
    begun = asyncio.Event()

    async def turn() -> float:
        begun.set()
        await asyncio.Event().wait()
        return SOON

    loop = Loop("hanging", turn)
    loop.start()
    await begun.wait()
    await loop.stop()
    assert not loop.running
    await loop.stop()


@pytest.fixture
def at_hand() -> Iterator[None]:
    """What the other tests of this process have at hand is put back."""
    kept = dict(AT_HAND.rules), AT_HAND.current
    yield
    AT_HAND.rules, AT_HAND.current = kept


@pytest.mark.usefixtures("at_hand")
async def test_a_policy_that_cannot_be_read_leaves_the_rules_and_the_one_after_it_is_read(pool: Pool) -> None:
    await load_nancheng(pool)
    async with running(worker.keeping_rules(Rulebook(pool), every=SOON)) as loop:
        await loop.first_turn()
        before = AT_HAND.current
        assert before is not None
        await put(pool, "organisation", "nancheng", "2", "no: organisation")
        await until(lambda: has_failed(loop))
        assert AT_HAND.current == before
        text = (POLICIES / "organisation.yaml").read_text("utf-8").replace("牡丹花园", "牡丹花苑")
        await put(pool, "organisation", "nancheng", "3", text)
        await until(lambda: is_called("牡丹花苑"))
        assert loop.running


async def has_failed(loop: Loop) -> bool:
    return loop.health.failures > 0 and "organisation" in (loop.health.why or "")


async def is_called(name: str) -> bool:
    return AT_HAND.current is not None and AT_HAND.current.organisation.estate("mudan-garden").name.zh == name


class Stumbling(EventLog):
    """Its feed raises once what nobody foresees."""

    stumbles = True

    async def feed(self, after_position: int, limit: int = 500) -> tuple[StoredEvent, ...]:
        if self.stumbles:
            self.stumbles = False
            raise LookupError("nobody foresaw this")
        return await super().feed(after_position, limit)


async def test_who_listens_hears_on_though_one_look_at_the_log_fails(pool: Pool) -> None:
    log = Stumbling(pool)
    feed = Feed(log, {CASES.id: audiences_of(CASES, pool, Rulebook(pool))}, Metrics())
    heard = asyncio.Event()

    async def listen() -> None:
        async for news in feed.listen(0, scope_of(Actor(id="s", role="supervisor"))):
            if news is not None:
                heard.set()

    listening = asyncio.create_task(listen())
    await until(lambda: has_stumbled(feed))
    await recorded(log, "NC-2026-000001")
    await heard.wait()
    feed.close()
    await listening
    await until(lambda: is_still(feed.poller))


async def has_stumbled(feed: Feed) -> bool:
    return feed.poller.health.failed > 0
