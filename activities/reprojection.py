"""After a calendar, a cadence or the organisation has changed: the dates of every open case that waits for a sitting or
promises a word, and the units that open cases belong to."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.case import CaseState, Command, Reproject, decide
from domain.case.moves import units_of
from domain.errors import Refusal
from domain.permission import SYSTEM
from runtime.clock import Clock
from store.cases import CaseList, CaseQuery, CaseRow
from store.folding import CASES
from store.log import EventLog
from store.rulebook import Rulebook
from workflows.client import Processes, ProcessGone, ProcessUnavailable

if TYPE_CHECKING:
    from store.database import Pool

_TRIES = 4
_AT_ONCE = 16
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Reprojected:
    """``looked_at``: open cases that wait for a sitting or promise a word. ``failed``: whose process did not answer."""

    looked_at: int
    moved: tuple[str, ...]
    failed: tuple[str, ...]


async def reproject(
    pool: Pool, processes: Processes, cause: str, clock: Clock, progress: Progress | None = None
) -> Reprojected:
    """Has every open case whose sitting's dates are others now compute them again, and every one whose estate belongs
    elsewhere now know it; ``cause`` goes into the event.

    Only those are sent anything: a case whose dates stand keeps its history as it is. Workers must know the
    new policy (see ``workflows.enforcing.KNOWN_TO_WORKERS_AFTER``). Raises StoreUnavailable.
    """
    return await _Reprojection(pool, processes, cause, clock, progress or (lambda done, total: None)).run()


class _Reprojection:
    def __init__(self, pool: Pool, processes: Processes, cause: str, clock: Clock, progress: Progress) -> None:
        self._log = EventLog(pool)
        self._cases = CaseList(pool)
        self._rulebook = Rulebook(pool)
        self._processes = processes
        self._cause = cause
        self._clock = clock
        self._progress = progress
        self._run = uuid.uuid4().hex
        self._moved: list[str] = []
        self._failed: list[str] = []

    async def run(self) -> Reprojected:
        await self._rulebook.refresh()
        total = await self._cases.count(CaseQuery(open=True))
        looked_at = done = 0
        query = CaseQuery(open=True, limit=_AT_ONCE)
        cursor: str | None = ""
        while cursor is not None:
            page = await self._cases.page(CaseQuery(open=True, limit=_AT_ONCE, cursor=cursor) if cursor else query)
            waiting = [row.number for row in page.items if (row.wait or {}).get("sitting_id") or row.answer_due]
            elsewhere = [row.number for row in page.items if row.number not in waiting and self._is_elsewhere(row)]
            await asyncio.gather(*map(self._one, (*waiting, *elsewhere)))
            looked_at, done, cursor = looked_at + len(waiting), done + len(page.items), page.next_cursor
            self._progress(done, max(total, done))
        return Reprojected(looked_at, tuple(sorted(self._moved)), tuple(sorted(self._failed)))

    def _is_elsewhere(self, row: CaseRow) -> bool:
        """Whether the organisation has the case's estate below other units than the case knows."""
        try:
            units = units_of(self._rulebook.current, row.estate)
        except Refusal:  # the estate is no more
            return False
        return sorted(units.values()) != sorted(row.units)

    async def _one(self, number: str) -> None:
        """Sends the command until the dates stand; a worker that has not read the policy yet is given time."""
        for attempt in range(_TRIES):
            state = CASES.state(await self._log.read(number))
            if state is None or not await self._would_move(state):
                if attempt:
                    self._moved.append(number)
                return
            await asyncio.sleep(attempt * 1.5)
            try:
                await self._processes.send(number, self._command(number, attempt))
            except (ProcessUnavailable, ProcessGone):
                continue
        state = CASES.state(await self._log.read(number))
        (self._failed if state and await self._would_move(state) else self._moved).append(number)

    async def _would_move(self, state: CaseState) -> bool:
        if state.closed:
            return False
        rules = await self._rulebook.rules(state.ladder)
        return bool(decide(rules, state, self._command(state.number, 0), max(state.at, self._clock.now())))

    def _command(self, number: str, attempt: int) -> Command:
        # Another id for each attempt: what brought about nothing is not remembered in the log, and an update
        # that Temporal has answered is answered the same way again.
        return Command(id=f"reproject:{self._run}:{number}:{attempt}", actor=SYSTEM, body=Reproject(cause=self._cause))
