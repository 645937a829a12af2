"""Which cases a sitting hears, and in what order, by the case list's rows alone (MISSION, "Working time and meetings").

Quick, so that a forum with thousands of cases is arranged at once; only those that fit are then read whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any, Protocol

from domain.case.state import fold
from domain.errors import Refusal
from domain.papers.agenda import SectionKind
from domain.papers.agenda_story import Step
from domain.policy.forum import Forum, Sitting
from domain.policy.rules import Rules

# ---------------------------------------------------------------- what is tabled


class Row(Protocol):
    """A row of the case list, as far as an agenda needs it (``store.cases.CaseRow`` is one)."""

    @property
    def number(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def tier(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def estate(self) -> str: ...
    @property
    def community(self) -> str | None: ...
    @property
    def category(self) -> str: ...
    @property
    def severity(self) -> str | None: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def wait(self) -> Mapping[str, Any] | None: ...
    @property
    def carried_over(self) -> int: ...
    @property
    def overdue(self) -> bool: ...
    @property
    def answer_missed(self) -> bool: ...
    @property
    def supervised(self) -> bool: ...
    @property
    def lead(self) -> str | None: ...
    @property
    def co_handlers(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabled:
    """A case that a sitting is to hear of: its row and, where it fits, its events from the first one on.

    Besides those that wait for the sitting: plans due before the next one (stage ``action``; ``until`` is the due
    date's end), and emergencies (stage ``joint_response``). ``steps`` beyond ``version`` are not looked at.
    """

    number: str
    version: int
    tier: str
    stage: str
    estate: str
    category: str
    opened_at: datetime
    community: str | None = None
    severity: str | None = None
    until: datetime | None = None
    sitting_id: str | None = None
    carried_over: int = 0
    overdue: bool = False
    supervised: bool = False
    answer_missed: bool = False
    lead: str | None = None
    co_handlers: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    stands: tuple[str, ...] = ()
    """How its joint response stands, in lines (``domain.papers.emergency_papers``)."""

    @classmethod
    def of(cls, row: Row, steps: Iterable[Step] = (), stands: tuple[str, ...] = ()) -> Tabled:
        """The case of one row of the list."""
        return cls(
            number=row.number,
            version=row.version,
            tier=row.tier,
            stage=row.stage,
            estate=row.estate,
            category=row.category,
            opened_at=row.opened_at,
            community=row.community,
            severity=row.severity,
            until=row.until,
            sitting_id=row.wait.get("sitting_id") if row.wait else None,
            carried_over=row.carried_over,
            overdue=row.overdue,
            answer_missed=row.answer_missed,
            supervised=row.supervised,
            lead=row.lead,
            co_handlers=tuple(row.co_handlers),
            steps=tuple(steps),
            stands=stands,
        )

    @property
    def story(self) -> tuple[Step, ...]:
        """The events that the row rests on; what the log has beyond came later."""
        return tuple(step for step in self.steps if step.version <= self.version)


def as_it_waited(case: Tabled, sitting: str) -> Tabled:
    """A case as it stood when it last came to wait for ``sitting``; what was decided there is not told beforehand.

    One that has not come to wait for it is told as it stands.
    """
    last = max((i for i, step in enumerate(case.story) if _sitting_of(step) == sitting), default=None)
    if last is None:
        return case
    steps = case.story[: last + 1]
    state = fold(case.number, ((step.event.fact, "") for step in steps))
    assert state is not None
    return replace(
        case,
        version=state.version,
        tier=state.tier,
        stage=state.stage,
        until=state.wait.until if state.wait else None,
        sitting_id=sitting,
        carried_over=state.carried_over,
        overdue=state.overdue,
        answer_missed=state.misses_word,
        supervised=state.supervised,
        lead=state.plan.lead if state.plan else None,
        co_handlers=state.plan.co_handlers if state.plan else (),
        steps=steps,
    )


def _sitting_of(step: Step) -> str | None:
    place = step.event.fact.place
    return place.wait.sitting_id if place is not None and place.wait is not None else None


# ---------------------------------------------------------------- which cases, in what order

ORDER: tuple[SectionKind, ...] = (
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
)

MINUTES: dict[SectionKind, int] = {
    "supervised": 8,
    "overdue": 6,
    "newly_escalated": 6,
    "waiting": 4,
    "emergencies": 8,
}
"""How long a case of each section is given."""

FORMAL: dict[SectionKind, tuple[int, int]] = {
    "previous_minutes": (5, 5),
    "assessments": (10, 20),
    "statistics": (5, 10),
    "other": (5, 10),
    "next_date": (1, 2),
}
"""What each formal section takes: so many hundredths of the meeting, and at most so many minutes."""

_FIRST_SERVED: tuple[SectionKind, ...] = ("emergencies", "supervised", "overdue", "newly_escalated", "waiting")
"""Whose time is set aside first; an emergency stands late on the agenda but never falls off it for another case."""

_SEVERITIES = {"urgent": 0, "high": 1, "normal": 2, "low": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """Which cases a sitting hears, section by section in order, and which its time does not suffice for."""

    budget: int
    formal: Mapping[SectionKind, int]
    sections: Mapping[SectionKind, tuple[str, ...]]
    not_fitting: tuple[str, ...] = ()

    @property
    def fitting(self) -> tuple[str, ...]:
        """The numbers of the cases that are heard, in the agenda's order: ``draft`` needs their events."""
        return tuple(number for kind in ORDER for number in self.sections.get(kind, ()))

    @property
    def minutes(self) -> int:
        """What all of it takes; never more than ``budget``."""
        return sum(self.formal.values()) + sum(MINUTES[kind] * len(some) for kind, some in self.sections.items())


def arrange(rules: Rules, sitting: Sitting, rows: Iterable[Tabled]) -> Arrangement:
    """The order of a sitting, by rows alone; a number that comes twice counts once.

    Raises Refusal ``unknown_forum``.
    """
    forum = forum_at(rules, sitting)
    lowest = forum.tier == rules.ladder.tiers[0].id
    budget = int((sitting.ends_at - sitting.starts_at).total_seconds()) // 60
    formal = _formal(budget, assessments=not lowest and ends_quarter(sitting.id))
    estates = {unit.id: index for index, unit in enumerate(rules.organisation.estates)}
    queues: dict[SectionKind, list[Tabled]] = {kind: [] for kind in MINUTES}
    for row in {row.number: row for row in rows}.values():
        queues[section_of(row, lowest=lowest)].append(row)
    left = budget - sum(formal.values())
    sections: dict[SectionKind, tuple[str, ...]] = {}
    for kind in _FIRST_SERVED:
        queues[kind].sort(key=partial(_rank, kind, estates))
        sections[kind] = tuple(row.number for row in queues[kind][: left // MINUTES[kind]])
        left -= MINUTES[kind] * len(sections[kind])
    beyond = (row.number for kind in ORDER if kind in queues for row in queues[kind][len(sections[kind]) :])
    return Arrangement(budget=budget, formal=formal, sections=sections, not_fitting=tuple(beyond))


def section_of(row: Tabled, *, lowest: bool) -> SectionKind:
    """Where a case stands on the agenda; the first that applies."""
    if row.stage == "joint_response":
        return "emergencies"
    if row.stage == "action":
        return "overdue"
    if row.supervised or row.carried_over > 0:
        return "supervised"
    if row.overdue:
        return "overdue"
    return "waiting" if lowest else "newly_escalated"


def ends_quarter(sitting_id: str) -> bool:
    """Whether it is the last sitting of a quarter, by the month or week that its id names."""
    match = re.search(r"-(\d{4})-(W?)(\d{2})$", sitting_id)
    if match is None:
        return False
    year, number = int(match[1]), int(match[3])
    if not match[2]:
        return number % 3 == 0
    monday = date.fromisocalendar(year, number, 1)
    after = date.fromordinal(monday.toordinal() + 7)
    return (monday.month - 1) // 3 != (after.month - 1) // 3


def quarter_start(sitting_id: str) -> date | None:
    """The first day of the quarter that a sitting ends; None for one that ends none."""
    if not ends_quarter(sitting_id):
        return None
    _, year, number = sitting_id.rsplit("-", 2)
    month = date.fromisocalendar(int(year), int(number[1:]), 1).month if number[0] == "W" else int(number)
    return date(int(year), (month - 1) // 3 * 3 + 1, 1)


def _formal(budget: int, *, assessments: bool) -> dict[SectionKind, int]:
    return {
        kind: min(budget * share // 100, most)
        for kind, (share, most) in FORMAL.items()
        if assessments or kind != "assessments"
    }


def _rank(kind: SectionKind, estates: Mapping[str, int], row: Tabled) -> tuple[Any, ...]:
    """The order within a section: what presses most first; the oldest first among equals."""
    severity = _SEVERITIES.get(row.severity or "normal", 2)
    first: tuple[Any, ...] = (severity,)
    if kind == "supervised":
        first = (not row.supervised, -row.carried_over, severity)
    elif kind == "overdue":
        first = (row.stage == "action", not row.overdue, (row.until or row.opened_at) if row.stage == "action" else 0)
    elif kind == "newly_escalated":
        first = (estates.get(row.estate, len(estates)), row.estate, severity)
    return (*first, row.opened_at, row.number)


def forum_at(rules: Rules, sitting: Sitting) -> Forum:
    """The forum that sits. Raises Refusal ``unknown_forum``."""
    if sitting.forum not in rules.forums:
        raise Refusal("unknown_forum", forum=sitting.forum)
    return rules.forums[sitting.forum]
