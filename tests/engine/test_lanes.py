"""Effects in lanes, on a process that has nothing else: their order, their goes, their end."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.rehearsal import fast_forward
from tests.engine.conftest import Engine, until
from workflows.lanes import Lanes
from workflows.messages import Effect


@workflow.defn(name="Laning")
class Laning:
    """Has effects, and ends when it is told to and they are done or given up: with the names of those that are not."""

    @workflow.init
    def __init__(self, effects: list[Effect]) -> None:
        self._ended = False
        self._lanes = Lanes(
            self._do, lambda name, retry: f"{name} {retry.times}", self._begin, lambda: self._ended, lambda: None, ()
        )

    @workflow.run
    async def run(self, effects: list[Effect]) -> list[str]:
        self._lanes.ask(effects)
        await workflow.wait_condition(lambda: self._ended and self._lanes.is_idle)
        return list(self._lanes.retries)

    @workflow.signal
    def ask(self, effects: list[Effect]) -> None:
        self._lanes.ask(effects)

    @workflow.signal
    def hurry(self) -> None:
        self._lanes.hurry()

    @workflow.signal
    def end(self) -> None:
        self._ended = True

    @workflow.query
    def given_up(self) -> list[str]:
        return [name for name, retry in self._lanes.retries.items() if retry.again_at is None]

    async def _do(self, name: str) -> None:
        await workflow.execute_activity("do", name, schedule_to_close_timeout=timedelta(minutes=1))

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return asyncio.create_task(work)


@dataclass
class Doing:
    """What was tried, in order, and what of it fails."""

    fails: set[str] = field(default_factory=set)
    tried: list[str] = field(default_factory=list)
    handle: WorkflowHandle[Any, list[str]] | None = None

    @activity.defn(name="do")
    async def do(self, name: str) -> None:
        self.tried.append(name)
        if name in self.fails:
            raise ApplicationError("not now", type="Not", non_retryable=True)

    async def has_tried(self, name: str, times: int = 1) -> bool:
        return self.tried.count(name) >= times

    @property
    def process(self) -> WorkflowHandle[Any, list[str]]:
        assert self.handle is not None
        return self.handle


@asynccontextmanager
async def doing(engine: Engine, *effects: Effect, fails: Sequence[str] = ()) -> AsyncIterator[Doing]:
    queue, done = f"lanes-{uuid.uuid4().hex[:8]}", Doing(set(fails))
    serving = Worker(
        engine.client,
        task_queue=queue,
        workflows=[Laning],
        activities=[done.do],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with serving:
        done.handle = await engine.skipper.client.start_workflow(Laning.run, list(effects), id=queue, task_queue=queue)
        yield done
        if (await done.process.describe()).close_time is None:
            await done.process.terminate()


async def test_a_lane_keeps_its_order_and_holds_up_no_other(engine: Engine) -> None:
    effects = [Effect(name="call", lane="sitting"), Effect(name="call off", lane="sitting"), Effect(name="link")]
    async with doing(engine, *effects, fails=["call"]) as done:
        await until(lambda: done.has_tried("link"))
        await fast_forward(engine.skipper, done.process, timedelta(minutes=5))
        assert "call off" not in done.tried
        done.fails.clear()
        await fast_forward(engine.skipper, done.process, timedelta(hours=1))
        assert done.tried[-2:] == ["call", "call off"]
        assert Counter(done.tried)["link"] == 1


async def test_what_is_asked_for_twice_is_one_and_is_had_at_once(engine: Engine) -> None:
    async with doing(engine, Effect(name="tell"), fails=["tell"]) as done:
        await fast_forward(engine.skipper, done.process, timedelta(hours=3))
        tried = done.tried.count("tell")
        done.fails.clear()
        for _ in range(3):
            await done.process.signal(Laning.ask, [Effect(name="tell")])
        await until(lambda: done.has_tried("tell", tried + 1))
        await done.process.signal(Laning.end)
        assert await done.process.result() == []
        assert tried < done.tried.count("tell") <= tried + 3


async def test_what_comes_first_is_begun_first(engine: Engine) -> None:
    effects = [Effect(name="link"), Effect(name="tell"), Effect(name="notice", first=True)]
    async with doing(engine, *effects) as done:
        await done.process.signal(Laning.end)
        await done.process.result()
        events = (await done.process.fetch_history()).events
        asked = [e.activity_task_scheduled_event_attributes for e in events if e.event_type == 10]
        assert [one.input.payloads[0].data for one in asked] == [b'"notice"', b'"link"', b'"tell"']


async def test_an_effect_has_so_many_goes_and_all_of_them_again_when_it_is_hurried(engine: Engine) -> None:
    effects = [Effect(name="call", lane="sitting"), Effect(name="call off", lane="sitting")]
    async with doing(engine, *effects, fails=["call"]) as done:
        await fast_forward(engine.skipper, done.process, timedelta(days=3))
        assert Counter(done.tried) == {"call": 24, "call off": 1}
        assert await done.process.query(Laning.given_up) == ["call"]
        done.fails.clear()
        await done.process.signal(Laning.hurry)
        await until(lambda: done.has_tried("call", 25))
        await done.process.signal(Laning.end)
        assert await done.process.result() == []


async def test_at_the_end_each_has_one_last_go(engine: Engine) -> None:
    async with doing(engine, Effect(name="tell"), Effect(name="link"), fails=["tell", "link"]) as done:
        await until(lambda: done.has_tried("tell"))
        await until(lambda: done.has_tried("link"))
        done.fails.discard("link")
        await done.process.signal(Laning.end)
        assert await done.process.result() == ["tell"]
        assert Counter(done.tried) == {"tell": 2, "link": 2}
