"""What the pages know of a sitting, for who looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fastapi import Request

from api.cases.routes import teller
from api.process import Services, services_of
from api.sittings.schemas import SittingView
from api.views import Teller
from console.frame.pages import Viewer
from domain.forms.asking import Offer
from domain.forms.reading import commands_of, question_of
from domain.papers.agenda import Agenda
from domain.permission import Actor, may_read_papers, may_run
from domain.policy.forum import Sitting
from domain.sitting import (
    BEFORE_SESSION,
    AddendumAdded,
    SittingCommand,
    SittingFact,
    SittingState,
    SittingWait,
    Status,
    waits,
)
from domain.telling import moment
from domain.words.bilingual import text
from domain.words.sitting_words import SITTING_STATUSES, SITTING_WAITS
from store.folding import SITTINGS
from store.log import StoredEvent
from store.sittings import SittingRow


@dataclass(frozen=True, slots=True)
class Step:
    """One of the stations of a sitting. ``at``: when it was reached, or is to be."""

    status: Status
    name: str
    at: datetime | None
    state: Literal["done", "now", "ahead"]


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a sitting. ``case``: the one that was added to its agenda."""

    version: int
    label: str
    at: datetime
    actor: Actor
    reason: str | None
    type: str
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A sitting as its pages show it, to who looks. ``runs``: may prepare and run it; ``reads``: its papers."""

    tells: Teller
    dates: Sitting
    row: SittingRow | None
    view: SittingView
    state: SittingState | None
    story: tuple[Told, ...]
    runs: bool
    reads: bool
    now: datetime

    @property
    def id(self) -> str:
        return self.dates.id

    @property
    def version(self) -> int:
        """0 before its process begins."""
        return self.view.version

    @property
    def status(self) -> Status:
        return self.view.status

    @property
    def ahead(self) -> bool:
        """Whether it can still be moved or cancelled."""
        return self.status in BEFORE_SESSION

    @property
    def may(self) -> frozenset[str]:
        """What the viewer may do with it now; the pages are named so."""
        if not self.runs or (self.row is None and self.dates.starts_at <= self.now):
            return frozenset()
        ended = self.state is not None and self.state.decisions_ended_at is not None
        found = {
            "reschedule": self.ahead,
            "cancel": self.ahead,
            "addendum": self.status in ("frozen", "in_session"),
            "other-business": self.status in ("announced", "drafted"),
            "attendance": self.status in ("in_session", "minutes") and not ended,
            "close": self.status == "minutes" and not ended,
        }
        return frozenset(what for what, can in found.items() if can)

    def offer(self, what: str) -> Offer:
        """What one of its pages offers."""
        return _COMMANDS[what.replace("-", "_")].offer

    def doing(self, what: str) -> str:
        """What one of its pages is called."""
        return self.offer(what).label.in_(self.tells.language)

    def called(self, what: str, field: str) -> str:
        """What a field of one of its pages is called."""
        return question_of(_COMMANDS[what.replace("-", "_")], field).label.in_(self.tells.language)

    @property
    def waits_for(self) -> tuple[str, str, SittingWait] | None:
        """What it waits for, what happens then, and until when; None for one that is over or was never convened."""
        if self.state is None:
            if self.dates.drafts_at <= self.now:
                return None
            wait = SittingWait(kind="draft", until=self.dates.drafts_at)
        else:
            found = waits(self.state)
            if not found:
                return None
            wait = found[0]
        language = self.tells.language
        said = text(SITTING_WAITS[wait.kind], language, starts_at=moment(self.dates.starts_at, language))
        what, _, then = said.partition(" → ")
        return what, then, wait

    @property
    def steps(self) -> tuple[Step, ...]:
        """The stations of its life, each with its instant."""
        reached = {status: told.at for told in self.story for status in [_REACHES.get(told.type)] if status}
        planned = {
            "drafted": self.dates.drafts_at,
            "frozen": self.dates.freezes_at,
            "in_session": self.dates.starts_at,
            "minutes": self.dates.ends_at,
            "closed": self.dates.minutes_due,
        }
        stations: list[Status] = ["announced", "drafted", "frozen", "in_session", "minutes", "closed"]
        here = stations.index(self.status) if self.status in stations else -1
        if self.status == "cancelled":
            here = len([one for one in stations if one in reached]) - 1
        return tuple(
            Step(
                status=one,
                name=SITTING_STATUSES[one].in_(self.tells.language),
                at=reached.get(one) or planned.get(one),
                state="done" if place < here or self.status == "closed" else "now" if place == here else "ahead",
            )
            for place, one in enumerate(stations)
        )

    def when(self, instant: datetime) -> str:
        """An instant in the viewer's language."""
        return moment(instant, self.tells.language)

    @property
    def cancelled_because(self) -> str | None:
        """Why it is not held."""
        return next((told.reason for told in self.story if told.type == "sitting_cancelled"), None)


async def known(request: Request, viewer: Viewer, sitting_id: str) -> Known:
    """A sitting for who looks. Raises Refusal ``unknown_sitting``."""
    services, tells = services_of(request), await teller(request)
    meetings = services.sittings
    dates, row = await meetings.sitting(sitting_id)
    rows = await services.log.read(sitting_id) if row is not None else ()
    rules, actor = tells.rules, viewer.actor
    return Known(
        tells=tells,
        dates=dates,
        row=row,
        view=tells.sitting(dates, row),
        now=services.clock.now(),
        state=await meetings.state(sitting_id) if row is not None else None,
        story=_story(tells, rows),
        runs=may_run(rules, actor, dates.forum) if dates.forum in rules.forums else False,
        reads=may_read_papers(rules, actor, dates.forum) if dates.forum in rules.forums else actor.role != "officer",
    )


def _story(tells: Teller, rows: Sequence[StoredEvent]) -> tuple[Told, ...]:
    events = [(row, SITTINGS.event(row)) for row in rows]
    return tuple(
        Told(row.version, tells.label(row.type), event.at, event.actor, event.reason, row.type, _added(event.fact))
        for row, event in events
    )


def _added(fact: SittingFact) -> str | None:
    return fact.case if isinstance(fact, AddendumAdded) else None


async def agenda_of(services: Services, sitting: Known) -> Agenda | None:
    """Its agenda as it stands; None before it is drafted."""
    row = sitting.row
    if row is None:
        return None
    return await services.sittings.papers.agenda(row, services.clock.now())


_COMMANDS = commands_of(SittingCommand)

_REACHES: dict[str, Status] = {
    "sitting_convened": "announced",
    "agenda_drafted": "drafted",
    "agenda_frozen": "frozen",
    "session_opened": "in_session",
    "session_ended": "minutes",
    "sitting_closed": "closed",
}
