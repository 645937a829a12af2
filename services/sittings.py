"""What the interface does with sittings: reads them and their papers, sends commands to their processes.

A sitting whose process has not begun is computed from the calendar; it begins, before its time, when somebody moves
or cancels it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from domain.errors import Refusal
from domain.permission import SYSTEM, Actor, may_read_papers
from domain.policy.convening import is_to_come
from domain.policy.forum import Sitting, forum_of, sittings
from domain.policy.rules import Rules
from domain.sitting import (
    AskedOfSitting,
    Convene,
    SittingCommand,
    SittingRescheduled,
    SittingState,
    decide,
    evolve,
)
from runtime.clock import Clock
from services.desk import Desk
from services.sending import Done, Running
from store.log import EventLog, StoredEvent
from store.papers import Papers
from store.registry import SITTINGS
from store.rulebook import Rulebook
from store.sittings import SittingRow, Sittings

if TYPE_CHECKING:
    from store.database import Pool

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


class SittingDesk(Desk[SittingState, SittingCommand]):
    """Sittings, on the log and the running processes."""

    follows: ClassVar[Mapping[str, str]] = {"decisions_ended": "sitting_closed"}
    """Who closes it is told of the minutes, which come by themselves."""

    def __init__(self, pool: Pool, log: EventLog, running: Running, rulebook: Rulebook, clock: Clock) -> None:
        super().__init__(pool, log, running, rulebook, clock, SITTINGS)
        self.list = Sittings(pool)
        self.papers = Papers(pool, rulebook)

    def missing(self, number: str) -> Exception:
        """See ``Desk``."""
        return Refusal("unknown_sitting", sitting=number)

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

    async def with_papers(self, sitting_id: str, actor: Actor) -> Known:
        """A sitting whose papers ``actor`` may read. Raises Refusal ``unknown_sitting``, ``forbidden``."""
        known = await self.sitting(sitting_id)
        if not may_read_papers(await self.rules(), actor, known[0].forum):
            raise Refusal("forbidden")
        return known

    async def foreseen(self, sitting_id: str, actor: Actor, body: AskedOfSitting) -> Foreseen:
        """What a command would bring about now, by the rules that decide it; nothing is sent. Raises Refusal."""
        rules, now = await self.rules(), self._clock.now()
        command = SittingCommand(id="foreseen", actor=actor, body=body)
        before = await self.find(sitting_id)
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
        self, number: str, actor: Actor, body: AskedOfSitting, *, key: str | None, if_version: int | None = None
    ) -> Done[SittingState]:
        """See ``Desk``. A sitting whose process has not begun is begun by what it takes."""
        done = await super().command(number, actor, body, key=key, if_version=if_version)
        await self._rulebook.refresh_sittings()
        return done

    async def readable(self, number: str, actor: Actor) -> tuple[SittingState, tuple[StoredEvent, ...]]:
        """See ``Desk``. Of one that has not begun there is nothing yet, for those who may read it."""
        await self._require_readable(number, actor)
        return await super().readable(number, actor)

    async def _require_readable(self, number: str, actor: Actor) -> None:
        dates, _ = await self.sitting(number)
        if not may_read_papers(await self.rules(), actor, dates.forum):
            raise Refusal("forbidden")

    async def _prepared(self, number: str, command: SittingCommand) -> SittingCommand:
        return await self._begin(number, command) if await self.list.get(number) is None else command

    async def _begin(self, sitting_id: str, command: SittingCommand) -> SittingCommand:
        """Begins the process of a sitting that takes the command; the command, for the version that it then has.

        What would be refused begins nothing. Raises Refusal, ProcessUnavailable.
        """
        rules, now = await self.rules(), self._clock.now()
        dates = _regular(rules, sitting_id)
        begun = _as_begun(rules, dates, now)
        expected, command = command.if_version, command.model_copy(update={"if_version": None})
        decide(rules, begun, command, now)
        if expected is not None:
            if expected != 0:
                raise Refusal("version_conflict", expected=expected, current=0)
            command = command.model_copy(update={"if_version": begun.version})
        _require_ahead(dates, command, now)
        await self._running.required().convene(rules, sitting_id, dates=dates)
        return command

    async def rules_of(self, state: SittingState | None) -> Rules:
        """See ``Desk``: with every move and cancellation up to now."""
        return await self.rules()


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
