"""A time's figures as the overview shows them: counted anew when asked for, and shared by those who ask meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from domain.figures import Figures, Standings, Survey
from domain.policy.calendar import SHANGHAI
from runtime.clock import Clock
from store.joint_responses import ResponseRow, Responses
from store.rulebook import Rulebook
from store.standings import Late, longest_late, standings
from store.statistics import statistics, survey

if TYPE_CHECKING:
    from store.database import Pool

_KEPT_AT_MOST = timedelta(seconds=60)
_TIMES = 20
"""Figures are given again for so many times what it took to count them: however many ask, a twentieth of one
processor is spent on each."""

_MOST = 64
_LATE_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """A time's figures, those of the time before, and what is open and late now; as of ``at``."""

    at: datetime
    survey: Survey
    before: Figures
    standings: Standings
    late: tuple[Late, ...]
    responses: tuple[ResponseRow, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: of the cases under ``unit``, a time with its steps, and the time before."""

    unit: str | None
    since: date
    until: date
    before: tuple[date, date]
    steps: tuple[date, ...]


@dataclass
class Surveys:
    """On a pool; ``seen`` may raise StoreUnavailable, NoRules."""

    pool: Pool
    rulebook: Rulebook
    clock: Clock
    _kept: dict[Asked, tuple[datetime, Seen]] = field(default_factory=dict)
    _counting: dict[Asked, asyncio.Task[Seen]] = field(default_factory=dict)

    async def seen(self, asked: Asked) -> Seen:
        """The figures, at most a minute old."""
        until, seen = self._kept.get(asked, (datetime.min.replace(tzinfo=UTC), None))
        if seen is not None and datetime.now(UTC) < until:
            return seen
        counting = self._counting.get(asked)
        if counting is None:
            counting = self._counting[asked] = asyncio.create_task(self._count(asked))
            counting.add_done_callback(lambda _: self._counting.pop(asked, None))
        return await asyncio.shield(counting)

    async def _count(self, asked: Asked) -> Seen:
        began, at, organisation = datetime.now(UTC), self.clock.now(), self.rulebook.current.organisation
        first, last, unit = _start(asked.since), _start(asked.until + timedelta(days=1)), asked.unit
        whole, before, standing, late, responses = await asyncio.gather(
            survey(self.pool, asked.since, asked.until, organisation, steps=asked.steps, unit=unit, now=at),
            statistics(self.pool, *asked.before, unit=unit, now=at),
            standings(self.pool, organisation, unit=unit),
            longest_late(self.pool, unit=unit, limit=_LATE_SHOWN),
            Responses(self.pool).declared(first, last, unit),
        )
        seen = Seen(at, whole, before, standing, late, responses)
        self._keep(asked, seen, began)
        return seen

    def _keep(self, asked: Asked, seen: Seen, began: datetime) -> None:
        counted = datetime.now(UTC)
        self._kept.pop(asked, None)
        self._kept[asked] = counted + min(_KEPT_AT_MOST, (counted - began) * _TIMES), seen
        while len(self._kept) > _MOST:
            self._kept.pop(next(iter(self._kept)))


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
