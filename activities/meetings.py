"""What sittings need done: their papers, telling the cases that wait for them, and beginning their processes."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from temporalio import activity
from temporalio.client import Client

from activities.each import ANSWER_WITHIN, AT_ONCE
from activities.heartbeat import heartbeat
from activities.record import is_outdated, moved
from domain.case import Command, PutOnAgenda, SittingOver
from domain.errors import Refusal
from domain.permission import SYSTEM
from domain.policy.convening import due_sittings, next_ahead
from domain.policy.forum import Sitting
from domain.policy.rules import Rules
from domain.sitting import Addendum, DocumentRef
from runtime.clock import Clock
from store.papers import Held, Papers, addenda_of
from store.rulebook import Rulebook
from store.sittings import SittingRow, Sittings, WaitingCase
from workflows import names
from workflows.client import Processes, ProcessGone, ProcessUnavailable
from workflows.messages import Convened, ConveneOrder, LateCases, PaperOrder, TellOrder, Told
from workflows.scheduling import sync_schedule

if TYPE_CHECKING:
    from store.database import Pool

log = structlog.get_logger()

SETTLED_AFTER = 1.0
"""Seconds of looking on after the last case was told, for processes that did not answer. A case that picks the old
dates meanwhile finds the move when it is recorded (``Recorder._follow``)."""

LOOK_AGAIN = 0.5
SOON = 0.05
GIVE_UP_AFTER = 5
"""How often a case is sent to that is gone, or that nothing comes of, before it is left to the auditor."""


class Meetings:
    """The activities of sittings. ``processes`` begins and reaches processes; ``client`` keeps the schedules."""

    def __init__(
        self,
        pool: Pool,
        rulebook: Rulebook,
        processes: Processes,
        client: Client,
        clock: Clock,
        *,
        task_queue: str,
        settled_after: float = SETTLED_AFTER,
        answer_within: float = ANSWER_WITHIN,
    ) -> None:
        self._papers = Papers(pool, rulebook)
        self._sittings = Sittings(pool)
        self._rulebook = rulebook
        self._processes = processes
        self._client = client
        self._clock = clock
        self._task_queue = task_queue
        self._settled_after = settled_after
        self._answer_within = answer_within

    def activities(self) -> Sequence[Callable[..., Any]]:
        """Everything that a worker registers for sittings beside their recorder."""
        return [
            self.draft_agenda,
            self.freeze_agenda,
            self.list_late,
            self.draw_minutes,
            self.tell_cases,
            self.convene_sittings,
            self.extend_schedule,
        ]

    # ---------------------------------------------------------------- papers

    @activity.defn(name=names.DRAFT_AGENDA)
    async def draft_agenda(self, order: PaperOrder) -> DocumentRef:
        """Writes the agenda's draft."""
        return await self._papers.write_agenda(order.state, order.now, frozen=False)

    @activity.defn(name=names.FREEZE_AGENDA)
    async def freeze_agenda(self, order: PaperOrder) -> DocumentRef:
        """Writes the agenda as it is frozen."""
        return await self._papers.write_agenda(order.state, order.now, frozen=True)

    @activity.defn(name=names.LIST_LATE)
    async def list_late(self, order: PaperOrder) -> LateCases:
        """The cases that came while the agenda was being frozen."""
        agenda = order.state.agenda.id if order.state.agenda else None
        listed = [addendum.case for addendum in order.state.addenda]
        return LateCases(numbers=await self._papers.late(order.state.dates.id, agenda, listed))

    @activity.defn(name=names.DRAW_MINUTES)
    async def draw_minutes(self, order: PaperOrder) -> DocumentRef:
        """Draws the minutes."""
        return await self._papers.write_minutes(Held.of(order.state, order.dissent), order.now)

    # ---------------------------------------------------------------- telling the cases

    @activity.defn(name=names.TELL_CASES)
    async def tell_cases(self, order: TellOrder) -> Told:
        """Tells every open case that waits for the sitting with other dates than it has, and puts addenda on it.

        Goes by what the sitting is by now, so that runs in any order agree. A command's id comes from sitting,
        sequence, case and the case's version: sent again after a crash it is the same command.

        Of one that is over, it has every case that still waits carry itself over. No case comes to it any more, so
        there is nothing to look on for.
        """
        settled_after = 0.0 if order.over else self._settled_after
        telling = Telling(self._sittings, self._processes, order, settled_after, self._answer_within)
        async with heartbeat(lambda: len(telling.told)):
            return await telling.run()

    # ---------------------------------------------------------------- beginning

    @activity.defn(name=names.CONVENE_SITTINGS)
    async def convene_sittings(self, order: ConveneOrder) -> Convened:
        """Begins the forum's sittings whose agenda is due at ``order.at``; where none is, the next one ahead.

        One that is over by now is not begun any more.
        """
        await self._rulebook.refresh()
        rules, now = await self._rulebook.rules(), self._clock.now()
        due = due_sittings(rules, order.forum, order.at or now) or self._ahead(rules, order.forum, now)
        begun = await self._sittings.some([sitting.id for sitting in due])
        missing = [sitting for sitting in due if sitting.id not in begun and now < sitting.minutes_due]
        for sitting in missing:
            await self._processes.convene(rules, sitting.id, dates=sitting)
        return Convened(sittings=tuple(sitting.id for sitting in missing))

    def _ahead(self, rules: Rules, forum: str, now: datetime) -> tuple[Sitting, ...]:
        """What a supervisor who triggers the schedule by hand wants."""
        found = next_ahead(rules, forum, now)
        return (found,) if found is not None else ()

    @activity.defn(name=names.EXTEND_SCHEDULE)
    async def extend_schedule(self, order: ConveneOrder) -> str:
        """Plans the forum's schedule on to the horizon."""
        rules = await self._rulebook.rules()
        if order.forum not in rules.forums:
            return "kept"
        forum, now = rules.forums[order.forum], datetime.now(UTC)  # schedules fire by the real clock
        became, _ = await sync_schedule(self._client, rules, forum, now, task_queue=self._task_queue)
        return became


class Telling:
    """One run of telling a sitting's cases. ``settled_after``: how long nobody must be left, in seconds.

    ``answer_within``: seconds that a case is given, however often it is sent to; then it is left as unreached, and the
    others go on. One whose process is gone, or that takes it and stays as it was, is sent to ``GIVE_UP_AFTER`` times.
    """

    def __init__(
        self,
        sittings: Sittings,
        processes: Processes,
        order: TellOrder,
        settled_after: float,
        answer_within: float = ANSWER_WITHIN,
    ) -> None:
        self._sittings = sittings
        self._processes = processes
        self._order = order
        self._settled_after = settled_after
        self._answer_within = answer_within
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._sent_since: dict[str, float] = {}
        self._tries: Counter[str] = Counter()
        self._unreached: set[str] = set()
        self.told: set[str] = set()

    async def run(self) -> Told:
        """Sweeps until nobody waits with other dates any more, for long enough, but for those that were left."""
        quiet_since = time.monotonic()
        while True:
            row = await self._sittings.get(self._order.sitting)
            orders = await self._orders(row) if row is not None else []
            if orders:
                await asyncio.gather(*(self._tell(number, command) for number, command in orders))
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since >= self._settled_after:
                return Told(told=len(self.told), unreached=tuple(sorted(self._unreached)))
            await asyncio.sleep(min(LOOK_AGAIN, max(self._settled_after / 2, SOON)))

    async def _orders(self, row: SittingRow) -> list[tuple[str, Command]]:
        waiting = await self._sittings.waiting_cases(row.id)
        if self._order.over:
            told = [(case.number, self._over(row, case)) for case in waiting]
            return [(number, command) for number, command in told if number not in self._unreached]
        behind = [case for case in waiting if is_outdated(row, case.starts_at, case.until)]
        told = [(case.number, moved(row, case.number, case.version, self._order.cause)) for case in behind]
        put = [
            (addendum.case, self._put(row, addendum.case, addendum.reason))
            for addendum in await self._to_put(row, {case.number for case in waiting})
        ]
        return [(number, command) for number, command in (*told, *put) if number not in self._unreached]

    async def _to_put(self, row: SittingRow, waiting: set[str]) -> list[Addendum]:
        """The addenda whose cases do not wait for the sitting yet, and have not been heard there either."""
        added = [it for it in addenda_of(row) if it.by == "decision" and it.case not in waiting]
        if not added or not (row.is_ahead or row.status == "in_session"):
            return []
        heard = await self._sittings.heard(row.id)
        return [it for it in added if it.case not in heard]

    def _over(self, row: SittingRow, case: WaitingCase) -> Command:
        body = SittingOver(sitting_id=row.id, cause=self._order.cause)
        return Command(id=f"{row.id}:over:{case.number}:{case.version}", actor=SYSTEM, body=body)

    def _put(self, row: SittingRow, number: str, reason: str) -> Command:
        body = PutOnAgenda(sitting=row.dates, reason=reason)
        return Command(id=f"{row.id}:addendum:{number}", actor=SYSTEM, body=body)

    async def _tell(self, number: str, command: Command) -> None:
        async with self._gate:
            since = self._sent_since.setdefault(number, time.monotonic())
            try:
                async with asyncio.timeout(self._answer_within):
                    await self._processes.send(number, command)
            except (ProcessUnavailable, TimeoutError):  # the next sweep finds it again
                if time.monotonic() - since >= self._answer_within:
                    self._leave(number, "no_answer")
            except ProcessGone:  # it has ended meanwhile; or Temporal has lost it, which is the auditor's
                self._look_again(number, "gone")
            except Refusal as refusal:
                self._leave(number, refusal.code)
            else:
                self.told.add(number)
                self._look_again(number, "stays_as_it_was")

    def _look_again(self, number: str, why: str) -> None:
        """The next sweep shows whether it still is to be told."""
        self._tries[number] += 1
        if self._tries[number] >= GIVE_UP_AFTER:
            self._leave(number, why)

    def _leave(self, number: str, why: str) -> None:
        log.warning("a case was not told", case=number, sitting=self._order.sitting, code=why)
        self._unreached.add(number)
