"""The agenda and the minutes of a sitting, as values: what is tabled, why, what is asked, what was decided.

Built from the log with nobody asking (MISSION, "Working time and meetings"). No personal data: an item's summary
is its category, estate and what officers wrote, never a resident's words.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from domain.policy.forum import Sitting, SittingMode
from domain.stream import Instant
from domain.words.bilingual import Name


class Frozen(BaseModel):
    """Base of everything here; kept as JSON, so that a frozen agenda can be read for ever."""

    model_config = ConfigDict(frozen=True, extra="forbid")


SectionKind = Literal[
    "previous_minutes",
    "supervised",
    "overdue",
    "newly_escalated",
    "waiting",
    "emergencies",
    "assessments",
    "statistics",
    "other",
    "next_date",
]
"""In MISSION's order. ``waiting``: cases that are neither carried over, overdue nor newly come up."""


class Promise(Frozen):
    """What was promised for a case that is back: the plan's lead, deliverable, due date, and what came of it."""

    lead: str
    deliverable: str
    due_date: date
    actual: str


class ByLaw(Frozen):
    """What a meeting is by law, in the document's language."""

    name: str
    basis: str
    attendees: tuple[str, ...] = ()


class AgendaItem(Frozen):
    """One case on the agenda. ``minutes`` is its share of the time; ``lead`` and ``attend`` are party names.

    ``emergency``: at an extraordinary sitting, the joint response that the case is under. ``matter``: which of the
    matters that the meeting is for by law.
    """

    case: str
    emergency: str | None = None
    number: int
    summary: str
    matter: str | None = None
    why_here: str
    tried: tuple[str, ...] = ()
    first_tabled: Instant | None = None
    times_tabled: int = 0
    carried_over: int = 0
    supervised: bool = False
    overdue: bool = False
    answer_missed: bool = False
    promised: Promise | None = None
    asked: str
    lead: str | None = None
    attend: tuple[str, ...] = ()
    minutes: int


class AgendaSection(Frozen):
    """A heading with its cases, or with lines of text (previous minutes, statistics, next date)."""

    kind: SectionKind
    title: str
    items: tuple[AgendaItem, ...] = ()
    lines: tuple[str, ...] = ()
    minutes: int = 0


class LateItem(Frozen):
    """An addendum to a frozen agenda."""

    item: AgendaItem
    reason: str
    by: str
    at: Instant


class Agenda(Frozen):
    """A sitting's agenda. ``frozen_at`` is None while it is a draft. ``budget`` is the meeting's length in minutes."""

    sitting: Sitting
    forum_name: Name
    language: str
    frozen_at: Instant | None = None
    made_at: Instant
    budget: int
    by_law: ByLaw | None = None
    sections: tuple[AgendaSection, ...]
    not_fitting: tuple[str, ...] = ()
    addenda: tuple[LateItem, ...] = ()

    @property
    def cases(self) -> tuple[str, ...]:
        """Every case that it names."""
        items = [item.case for section in self.sections for item in section.items]
        return (*items, *(late.item.case for late in self.addenda), *self.not_fitting)


class Resolution(Frozen):
    """What a sitting decided on one case. ``head`` is the hash of the case's stream at the decision.

    ``emergency``: at an extraordinary sitting, the joint response that it decided on; then ``version`` and ``head``
    are that one's.
    """

    case: str
    emergency: str | None = None
    number: int
    summary: str
    decision: str
    reason: str | None = None
    lead: str | None = None
    co_handlers: tuple[str, ...] = ()
    deliverable: str | None = None
    due_date: date | None = None
    supervised: bool = False
    version: int
    head: str


class Carried(Frozen):
    """A case that the sitting left undecided, and where it waits now."""

    case: str
    summary: str
    count: int
    supervised: bool
    next_sitting: str | None = None


class Minutes(Frozen):
    """A sitting's minutes."""

    sitting: Sitting
    forum_name: Name
    language: str
    made_at: Instant
    by_law: ByLaw | None = None
    mode: SittingMode | None = None
    chair: str | None = None
    recorder: str | None = None
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    carried_over: tuple[Carried, ...] = ()
    dissent: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    next_sitting: Sitting | None = None

    @property
    def cases(self) -> tuple[str, ...]:
        """Every case that they name."""
        return (*(one.case for one in self.resolutions), *(one.case for one in self.carried_over))


def to_json(document: Agenda | Minutes) -> dict[str, Any]:
    """As it is kept and digested."""
    return document.model_dump(mode="json", exclude_none=True)
