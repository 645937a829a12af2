"""What hinders a process, for tests: a log that refuses expiries, others that do not answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from activities.record import Recorder
from domain.case import CaseState, Command
from domain.errors import Refusal
from runtime.temporal import TASK_QUEUE
from store.log import EventLog
from store.rulebook import Rulebook
from tests.engine.conftest import Engine
from workflows.client import Processes, ProcessUnavailable
from workflows.kind import Sendable


class Refusing(Recorder):
    """Refuses that a case's wait is over, as when its estate was taken out of the organisation."""

    def __init__(self, log: EventLog, rulebook: Rulebook) -> None:
        super().__init__(log, rulebook)
        self.refuses = True
        self.times = 0

    async def _look(self, number: str, state: CaseState | None, command: Command) -> None:
        if self.refuses and command.kind == "wait_expired":
            self.times += 1
            raise Refusal("unknown_estate", estate="mudan-garden")
        await super()._look(number, state, command)


def tried(details: str) -> int:
    """How often something was tried, as a process's details have it."""
    found = re.search(r"\| (\d+)× \|", details)
    assert found is not None, details
    return int(found[1])


async def refusing(engine: Engine) -> Refusing:
    recorder = Refusing(engine.log, engine.rulebook)
    await engine.restart_worker(recorder=recorder)
    return recorder


class Reaching(Processes):
    """Reaches all but those for which ``fails`` holds: those do not answer, or fail at once."""

    def __init__(self, engine: Engine, fails: Callable[[str, Sendable], bool], *, hangs: bool = False) -> None:
        super().__init__(engine.town.client, TASK_QUEUE)
        self.fails: Callable[[str, Sendable], bool] = fails
        self._hangs = hangs

    def mend(self) -> None:
        self.fails = lambda number, command: False

    async def send(self, number: str, command: Sendable) -> int:
        while self.fails(number, command):
            if not self._hangs:
                raise ProcessUnavailable(number)
            await asyncio.sleep(0.05)
        return await super().send(number, command)


async def hindered(engine: Engine, reaching: Processes) -> None:
    """The worker's activities reach others by ``reaching`` alone, and wait for nobody for long."""
    engine.answer_within = 1.0
    await engine.restart_worker(reaching)


async def two_emergencies(engine: Engine) -> tuple[str, str]:
    """On one estate: the second is to be linked with the first."""
    await engine.open("A")
    await engine.open("B")
    return await engine.declare("A", "lift_entrapment"), await engine.declare("B", "gas_leak")
