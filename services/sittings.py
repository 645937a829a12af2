"""What the interface does with sittings: reads them and their papers, sends commands to their processes.

A sitting whose process has not begun is computed from the calendar; it begins, before its time, when somebody moves
or cancels it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from domain.errors import Refusal
from domain.permission import SYSTEM, Actor, may_read_papers
from domain.policy.convening import is_to_come
from domain.policy.forum import Sitting, forum_of, sittings
from domain.policy.rules import Rules
from domain.sitting import (
    AddOtherBusiness,
    AddToAgenda,
    Cancel,
    CloseSitting,
    Convene,
    RecordAttendance,
    Reschedule,
    SittingCommand,
    SittingRescheduled,
    SittingState,
    decide,
    evolve,
)
from runtime.clock import Clock
from services import idempotency
from services.sending import Done, Running, Sending
from store.folding import SITTINGS
from store.log import EventLog
from store.papers import Papers
from store.rulebook import Rulebook
from store.sittings import SittingRow, Sittings
from workflows.client import ProcessUnavailable

if TYPE_CHECKING:
    from store.database import Pool

Asked = Reschedule | Cancel | AddToAgenda | AddOtherBusiness | RecordAttendance | CloseSitting
"""What an officer may ask of a sitting."""

Known = tuple[Sitting, SittingRow | None]
"""A sitting's dates, with its row where its process has begun."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A sitting on a calendar. ``moved_away``: here it would be by the calendar; its row says where it is."""

    dates: Sitting
    row: SittingRow | None
    moved_away: bool = False


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a command would bring about: the sitting as it is and as it would be."""

    before: SittingState
    after: SittingState
    warnings: tuple[str, ...]


class SittingDesk:
    """Sittings, on the log and the running processes."""

    def __init__(self, pool: Pool, log: EventLog, running: Running, rulebook: Rulebook, clock: Clock) -> None:
        self._running = running
        self._clock = clock
        self._rulebook = rulebook
        self._sending: Sending[SittingState, SittingCommand] = Sending(
            pool,
            log,
            running,
            SITTINGS,
            self._decides,
            lambda sitting: ProcessUnavailable(f"{sitting}: its process is gone"),
            # Who closes it is told of the minutes, which come by themselves.
            follows={"decisions_ended": "sitting_closed"},
        )
        self.list = Sittings(pool)
        self.papers = Papers(pool, rulebook)

    # ---------------------------------------------------------------- reading

    async def rules(self) -> Rules:
        """Today's rules, with every move and cancellation up to now."""
        await self._rulebook.refresh_sittings()
        return await self._rulebook.rules()

    async def timetable(self, forum: str, start: datetime, end: datetime) -> tuple[Known, ...]:
        """A forum's sittings that start in ``[start, end)``. Raises Refusal ``unknown_forum``."""
        return await self.list.timetable(await self.rules(), forum, start, end, self._clock.now())

    async def calendar(self, forums: Sequence[str], start: datetime, end: datetime) -> tuple[Dated, ...]:
        """The sittings of several forums that start in ``[start, end)``, also where a moved one would have been."""
        rules, asked = await self.rules(), frozenset(forums)
        rows = [row for row in await self.list.between(start, end) if row.forum in asked]
        regular = [one for forum in forums for one in sittings(rules.forums[forum], rules.calendar, start, end)]
        now = self._clock.now()
        begun = await self.list.some([one.id for one in regular])
        found = [Dated(row.dates, row) for row in rows]
        for one in regular:
            row = begun.get(one.id)
            if row is None and is_to_come(one, now):
                found.append(Dated(one, None))
            elif row is None:
                continue
            elif row.starts_at != one.starts_at and row.sequence:
                found.append(Dated(one, row, moved_away=True))
        return tuple(sorted(found, key=lambda dated: dated.dates.starts_at))

    async def sitting(self, sitting_id: str) -> Known:
        """A sitting; one that is over and was never convened was not held. Raises Refusal ``unknown_sitting``."""
        row = await self.list.get(sitting_id)
        if row is not None:
            return row.dates, row
        dates = _regular(await self.rules(), sitting_id)
        if not is_to_come(dates, self._clock.now()):
            raise Refusal("unknown_sitting", sitting=sitting_id)
        return dates, None

    async def readable(self, sitting_id: str, actor: Actor) -> Known:
        """A sitting whose papers ``actor`` may read. Raises Refusal ``unknown_sitting``, ``forbidden``."""
        known = await self.sitting(sitting_id)
        if not may_read_papers(await self.rules(), actor, known[0].forum):
            raise Refusal("forbidden")
        return known

    async def state(self, sitting_id: str) -> SittingState | None:
        """A sitting as the log has it; None where its process has not begun."""
        return await self._sending.state(sitting_id)

    async def foreseen(self, sitting_id: str, actor: Actor, body: Asked) -> Foreseen:
        """What a command would bring about now, by the rules that decide it; nothing is sent. Raises Refusal."""
        rules, now = await self.rules(), self._clock.now()
        command = SittingCommand(id="foreseen", actor=actor, body=body)
        before = await self.state(sitting_id)
        if before is None:
            before = _as_begun(rules, _regular(rules, sitting_id), now)
            _require_ahead(before.dates, command, now)
        after, events = before, decide(rules, before, command, now)
        for event in events:
            after = evolve(after, event.fact, command_id="foreseen")
        warnings = tuple(
            event.fact.warning
            for event in events
            if isinstance(event.fact, SittingRescheduled) and event.fact.warning is not None
        )
        return Foreseen(before, after, warnings)

    # ---------------------------------------------------------------- commanding

    async def command(
        self, sitting_id: str, actor: Actor, body: Asked, *, key: str | None, if_version: int | None = None
    ) -> Done[SittingState]:
        """Sends a command to a sitting; answers when it is committed. Raises Refusal, Problem, ProcessUnavailable."""
        claimed = idempotency.claim_key("sitting", actor, key)
        command = SittingCommand(id=idempotency.command_id(claimed), actor=actor, body=body, if_version=if_version)
        structlog.contextvars.bind_contextvars(sitting=sitting_id, workflow=sitting_id, command=command.id)
        if key is not None:
            fingerprint = idempotency.fingerprint(f"{sitting_id}:{command.kind}", command.body)
            done = await self._sending.claimed(sitting_id, claimed, fingerprint, command.id)
            if done is not None:
                return done
        if await self.list.get(sitting_id) is None:
            command = await self._begin(sitting_id, command)
        changed = await self._sending.send(sitting_id, command)
        await self._rulebook.refresh_sittings()
        return changed

    async def _begin(self, sitting_id: str, command: SittingCommand) -> SittingCommand:
        """Begins the process of a sitting that takes the command; the command, for the version that it then has.

        What would be refused begins nothing. Raises Refusal, ProcessUnavailable.
        """
        rules, now = await self.rules(), self._clock.now()
        dates = _regular(rules, sitting_id)
        begun = _as_begun(rules, dates, now)
        if command.if_version is not None:
            if command.if_version != 0:
                raise Refusal("version_conflict", expected=command.if_version, current=0)
            command = command.model_copy(update={"if_version": begun.version})
        decide(rules, begun, command, now)
        _require_ahead(dates, command, now)
        await self._running.required().convene(rules, sitting_id, dates=dates)
        return command

    async def _decides(self, state: SittingState, command: SittingCommand) -> None:
        decide(await self.rules(), state, command, self._clock.now())


def _regular(rules: Rules, sitting_id: str) -> Sitting:
    """A sitting by the calendar. Raises Refusal ``unknown_sitting``."""
    forum = forum_of(sitting_id)
    if forum not in rules.forums:
        raise Refusal("unknown_sitting", sitting=sitting_id)
    return rules.sitting(forum, sitting_id)


def _as_begun(rules: Rules, dates: Sitting, now: datetime) -> SittingState:
    """What a sitting's process would begin with."""
    convene = SittingCommand(id=f"{dates.id}:convene", actor=SYSTEM, body=Convene(sitting=dates))
    (event,) = decide(rules, None, convene, now)
    return evolve(None, event.fact, command_id=convene.id)


def _require_ahead(dates: Sitting, command: SittingCommand, now: datetime) -> None:
    """Nothing begins a sitting that is over: nobody has convened it."""
    if not is_to_come(dates, now):
        raise Refusal("unknown_sitting", sitting=dates.id)
    if dates.starts_at <= now:
        raise Refusal("sitting_not_convened", decision=command.kind, sitting=dates.id)
