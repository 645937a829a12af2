"""A sitting's agenda as its pages show it: the time it takes, who must attend, and the order of a meeting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from documents.words import say as say_in_documents
from domain.papers.agenda import Agenda, AgendaItem, AgendaSection, LateItem
from domain.papers.agenda_words import SECTIONS

_LAST = frozenset({"assessments", "statistics", "other", "next_date"})
"""The sections that a meeting ends with; addenda are heard before them."""


# ---------------------------------------------------------------- the time it takes


@dataclass(frozen=True, slots=True)
class Share:
    """A section's part of the meeting's time, in minutes from its start."""

    kind: str
    title: str
    start: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Budget:
    """The meeting's time, and what of it is planned. ``scale``: minutes that the picture is wide."""

    minutes: int
    planned: int
    shares: tuple[Share, ...]

    @property
    def scale(self) -> int:
        return max(self.minutes, self.planned, 1)

    @property
    def over(self) -> int:
        """So many minutes are too much."""
        return max(0, self.planned - self.minutes)


def budget(agenda: Agenda, language: str) -> Budget:
    """How the agenda fills the meeting's time, addenda included."""
    shares: list[Share] = []
    at = 0
    for kind, title, minutes in _lengths(agenda, language):
        if minutes:
            shares.append(Share(kind, title, at, minutes))
            at += minutes
    return Budget(agenda.budget, at, tuple(shares))


def _lengths(agenda: Agenda, language: str) -> Iterator[tuple[str, str, int]]:
    for section in agenda.sections:
        yield section.kind, section_title(section, language), _minutes(section)
    yield "addenda", say_in_documents("addenda", language), sum(late.item.minutes for late in agenda.addenda)


def section_title(section: AgendaSection, language: str) -> str:
    """A section's title in the reader's language; the agenda's own sentences stay in its own."""
    return SECTIONS[section.kind].in_(language) if section.kind in SECTIONS else section.title


def _minutes(section: AgendaSection) -> int:
    return section.minutes or sum(item.minutes for item in section.items)


# ---------------------------------------------------------------- who must attend


def attending(agenda: Agenda) -> list[tuple[str, tuple[int, ...]]]:
    """Who must attend, each with the numbers of the items; who is needed most often first."""
    needed: dict[str, list[int]] = {}
    for item in items_of(agenda):
        for party in item.attend:
            needed.setdefault(party, []).append(item.number)
    listed = [(party, tuple(numbers)) for party, numbers in needed.items()]
    return sorted(listed, key=lambda one: -len(one[1]))


def items_of(agenda: Agenda) -> list[AgendaItem]:
    """The cases, in order, addenda last."""
    return [item for section in agenda.sections for item in section.items] + [late.item for late in agenda.addenda]


# ---------------------------------------------------------------- the order of a meeting


@dataclass(frozen=True, slots=True)
class Slide:
    """One thing that a meeting deals with at a time: a case, or a section of lines.

    ``id``: a case's number, or the section's kind. ``from_minute``: when its turn comes by the plan.
    """

    id: str
    section: str
    kind: str
    minutes: int
    from_minute: int
    item: AgendaItem | None = None
    late: LateItem | None = None
    lines: tuple[str, ...] = ()

    def planned(self, starts_at: datetime) -> tuple[datetime, datetime]:
        """From when to when it is planned."""
        start = starts_at + timedelta(minutes=self.from_minute)
        return start, start + timedelta(minutes=self.minutes)


def slides(agenda: Agenda, language: str) -> tuple[Slide, ...]:
    """The agenda in the order in which it is heard."""
    found: list[Slide] = []
    added = False
    for section in agenda.sections:
        if section.kind in _LAST and not added:
            _add_late(found, agenda.addenda, language)
            added = True
        title = section_title(section, language)
        for item in section.items:
            found.append(_of_item(found, item, title, section.kind))
        if not section.items:
            found.append(Slide(section.kind, title, section.kind, section.minutes, _end(found), lines=section.lines))
    if not added:
        _add_late(found, agenda.addenda, language)
    return tuple(found)


def _add_late(found: list[Slide], addenda: Sequence[LateItem], language: str) -> None:
    title = say_in_documents("addenda", language)
    for late in addenda:
        found.append(_of_item(found, late.item, title, "addenda", late))


def _of_item(found: Sequence[Slide], item: AgendaItem, title: str, kind: str, late: LateItem | None = None) -> Slide:
    return Slide(item.case, title, kind, item.minutes, _end(found), item=item, late=late)


def _end(found: Sequence[Slide]) -> int:
    return found[-1].from_minute + found[-1].minutes if found else 0
