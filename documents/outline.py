"""What a document says, in order and in words, before any format: each renderer lays the same outline out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

from documents.words import say
from domain.papers.agenda import Agenda, AgendaItem, AgendaSection, ByLaw, Carried, LateItem, Minutes, Resolution
from domain.policy.calendar import shanghai
from domain.policy.forum import Sitting
from domain.words.dates import from_to, full_day, full_moment
from domain.words.sitting_words import SITTING_MODES

_APART = " · "
"""Between the unit and its meeting in a forum's name (``domain.policy.forum``)."""

_LISTED = 200
"""How many of the cases that do not fit are named for people to read; the data names them all."""

_LATE_BY = ("decision", "arrived_while_freezing")
"""What brings an addendum about (``domain.sitting``); anything else is somebody's name in words."""


@dataclass(frozen=True, slots=True)
class Field:
    """A label and what it stands for; several values make a list.

    ``strong``: what the meeting has to decide. ``joins``: belongs on the line before it where lines are scarce.
    """

    label: str
    values: tuple[str, ...]
    strong: bool = False
    joins: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One case on an agenda. ``tags`` are short marks (督办, 逾期)."""

    number: int
    case: str
    heading: str
    tags: tuple[str, ...]
    length: str
    fields: tuple[Field, ...]


Cell = tuple[str, ...]
"""A table's cell: its lines."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``case_column`` has case numbers, ``code_column`` (if any) a hash. ``widths`` are in millimetres."""

    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]
    case_column: int
    code_column: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it; ``note`` says how many cases and how long.

    ``annex``: on paper it comes after the signature.
    """

    anchor: str
    title: str
    note: str = ""
    lines: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    table: Table | None = None
    annex: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole document. ``unit`` and ``meeting`` are the two parts of the title that may stand on lines apart."""

    kind: str
    language: str
    unit: str
    meeting: str
    facts: tuple[Field, ...]
    sections: tuple[Section, ...]
    attendance: tuple[Field, ...]
    signed_by: str
    signed_on: date

    @property
    def title(self) -> str:
        """The title on one line."""
        return f"{self.unit}{_APART}{self.meeting}" if self.unit else self.meeting


def outline(document: Agenda | Minutes, language: str | None = None) -> Outline:
    """The outline in ``language``; by default in the one that the document's own sentences were written in."""
    spoken = language or document.language
    return _agenda(document, spoken) if isinstance(document, Agenda) else _minutes(document, spoken)


def _named(document: Agenda | Minutes, what: str, language: str) -> tuple[str, str, str]:
    """The title's unit, its meeting with what the document is, and who signs."""
    name = document.forum_name.in_(language)
    unit, _, meeting = name.rpartition(_APART)
    joint = ": " if language.startswith("en") else ""
    return unit, f"{meeting}{joint}{what}", unit or name


# ---------------------------------------------------------------- agenda


def _agenda(agenda: Agenda, language: str) -> Outline:
    what = say("agenda" if agenda.frozen_at else "agenda_draft", language)
    unit, meeting, signed_by = _named(agenda, what, language)
    return Outline(
        kind="agenda",
        language=language,
        unit=unit,
        meeting=meeting,
        facts=_agenda_facts(agenda, language),
        sections=_apart(
            (*(_section(one, agenda.sitting, language) for one in agenda.sections), *_afterwards(agenda, language))
        ),
        attendance=(),
        signed_by=signed_by,
        signed_on=shanghai(agenda.frozen_at or agenda.made_at).date(),
    )


def _apart(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """The sections with anchors of their own: the second of a kind (newly escalated, by estate) gets ``-2``."""
    counted: Counter[str] = Counter()
    named: list[Section] = []
    for section in sections:
        counted[section.anchor] += 1
        number = counted[section.anchor]
        named.append(replace(section, anchor=f"{section.anchor}-{number}") if number > 1 else section)
    return tuple(named)


def _agenda_facts(agenda: Agenda, language: str) -> tuple[Field, ...]:
    sitting = agenda.sitting
    if agenda.frozen_at:
        state = say("frozen", language, at=full_moment(agenda.frozen_at, language))
    else:
        state = say("draft", language, freezes_at=full_moment(sitting.freezes_at, language))
    count, late = sum(len(one.items) for one in agenda.sections), len(agenda.addenda)
    cases = say("cases_with_late" if late else "cases_on", language, count=count, late=late)
    planned = sum(_length(one) for one in agenda.sections)
    facts = [
        Field(say("time", language), (from_to(sitting.starts_at, sitting.ends_at, language),)),
        Field(say("state", language), (state,)),
        Field(say("cases", language), (cases,)),
        Field(say("length", language), (say("minutes_of", language, planned=planned, budget=agenda.budget),)),
    ]
    if sitting.provisional:
        facts.append(Field(say("dates", language), (say("provisional", language),)))
    return (*facts, *_by_law(agenda.by_law, language))


def _by_law(by_law: ByLaw | None, language: str) -> tuple[Field, ...]:
    """What the meeting is by law, and who attends it."""
    if by_law is None:
        return ()
    attendees = say("comma", language).join(by_law.attendees)
    return (Field(say("basis", language), (by_law.basis,)), Field(say("attendees", language), (attendees,)))


def _length(section: AgendaSection) -> int:
    """A section's minutes: its own figure, or else its items' sum."""
    return section.minutes or sum(item.minutes for item in section.items)


def _section(section: AgendaSection, sitting: Sitting, language: str) -> Section:
    notes = []
    if section.items:
        key = "in_case" if len(section.items) == 1 else "in_cases"
        notes.append(say(key, language, count=len(section.items)))
    if _length(section):
        notes.append(say("in_minutes", language, count=_length(section)))
    lines = section.lines if section.items or section.lines else (say("nothing", language),)
    return Section(
        anchor=section.kind.replace("_", "-"),
        title=section.title,
        note=say("pause", language).join(notes),
        lines=lines,
        items=tuple(_item(item, sitting, language) for item in section.items),
    )


def _afterwards(agenda: Agenda, language: str) -> tuple[Section, ...]:
    """What the frozen agenda was added to, and what it has no time for."""
    sections: list[Section] = []
    if agenda.addenda:
        items = tuple(_late(late, agenda.sitting, language) for late in agenda.addenda)
        note = say("in_case" if len(items) == 1 else "in_cases", language, count=len(items))
        sections.append(Section("addenda", say("addenda", language), note, items=items))
    if agenda.not_fitting:
        sections.append(_not_fitting(agenda.not_fitting, language))
    return tuple(sections)


def _not_fitting(cases: tuple[str, ...], language: str) -> Section:
    lines = [say("not_fitting_lead", language, count=len(cases)), say("comma", language).join(cases[:_LISTED])]
    if len(cases) > _LISTED:
        lines.append(say("not_fitting_more", language, count=len(cases) - _LISTED))
    return Section("not-fitting", say("not_fitting", language), lines=tuple(lines))


def _item(
    item: AgendaItem, sitting: Sitting, language: str, more: tuple[Field, ...] = (), tag: str | None = None
) -> Item:
    return Item(
        number=item.number,
        case=item.case,
        heading=item.summary,
        tags=(*((tag,) if tag else ()), *_tags(item, language)),
        length=say("in_minutes", language, count=item.minutes),
        fields=(*more, *_fields(item, sitting, language)),
    )


def _late(late: LateItem, sitting: Sitting, language: str) -> Item:
    by = say(f"late_by_{late.by}", language) if late.by in _LATE_BY else late.by
    key = "late_by" if late.reason else "late_at"
    why = say(key, language, reason=late.reason, by=by, at=full_moment(late.at, language))
    return _item(late.item, sitting, language, (Field(say("late_reason", language), (why,)),), say("late", language))


def _tags(item: AgendaItem, language: str) -> tuple[str, ...]:
    tags = [say(key, language) for key in ("supervised", "overdue", "answer_missed") if getattr(item, key)]
    if item.carried_over:
        tags.append(say("carried", language, count=item.carried_over))
    return tuple(tags)


def _fields(item: AgendaItem, sitting: Sitting, language: str) -> tuple[Field, ...]:
    comma = say("comma", language)
    joined = {"actual", "attend"} if item.lead else {"actual"}
    named: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("matter", (item.matter,) if item.matter else ()),
        ("why_here", (item.why_here,)),
        ("tabled", _tabled(item, sitting, language)),
        ("promised", _promised(item, language)),
        ("actual", (item.promised.actual,) if item.promised else ()),
        ("tried", item.tried),
        ("asked", (item.asked,)),
        ("lead", (item.lead,) if item.lead else ()),
        ("attend", (comma.join(item.attend),) if item.attend else ()),
    )
    return tuple(
        Field(say(key, language), values, strong=key == "asked", joins=key in joined) for key, values in named if values
    )


def _tabled(item: AgendaItem, sitting: Sitting, language: str) -> tuple[str, ...]:
    if not item.times_tabled:
        return ()
    if item.first_tabled is None:
        return (say("tabled_only", language, times=item.times_tabled),)
    if item.times_tabled == 1 and item.first_tabled == sitting.starts_at:
        return (say("tabled_first", language),)
    first = full_day(item.first_tabled, language)
    return (say("tabled_times", language, first=first, times=item.times_tabled),)


def _promised(item: AgendaItem, language: str) -> tuple[str, ...]:
    if item.promised is None:
        return ()
    promise = item.promised
    due = full_day(promise.due_date, language)
    return (say("promise", language, lead=promise.lead, due=due, deliverable=promise.deliverable),)


# ---------------------------------------------------------------- minutes


def _minutes(minutes: Minutes, language: str) -> Outline:
    unit, meeting, signed_by = _named(minutes, say("minutes", language), language)
    return Outline(
        kind="minutes",
        language=language,
        unit=unit,
        meeting=meeting,
        facts=_minutes_facts(minutes, language),
        sections=_minutes_sections(minutes, language),
        attendance=_attendance(minutes, language),
        signed_by=signed_by,
        signed_on=shanghai(minutes.made_at).date(),
    )


def _minutes_facts(minutes: Minutes, language: str) -> tuple[Field, ...]:
    unrecorded = say("not_recorded", language)
    mode = (Field(say("mode", language), (SITTING_MODES[minutes.mode].in_(language),)),) if minutes.mode else ()
    return (
        Field(say("time", language), (from_to(minutes.sitting.starts_at, minutes.sitting.ends_at, language),)),
        *mode,
        Field(say("chair", language), (minutes.chair or unrecorded,)),
        Field(say("recorder", language), (minutes.recorder or unrecorded,)),
        Field(say("made_at", language), (full_moment(minutes.made_at, language),)),
        *_by_law(minutes.by_law, language),
    )


def _attendance(minutes: Minutes, language: str) -> tuple[Field, ...]:
    comma = say("comma", language)
    present = comma.join(minutes.present) or say("not_recorded", language)
    fields = [Field(say("present", language), (present,))]
    if minutes.absent:
        fields.append(Field(say("absent", language), (comma.join(minutes.absent),)))
    return tuple(fields)


def _minutes_sections(minutes: Minutes, language: str) -> tuple[Section, ...]:
    sections = [_resolutions(minutes, language), _carried(minutes, language)]
    if minutes.other:
        sections.append(Section("other", say("other", language), lines=minutes.other))
    if minutes.dissent:
        sections.append(Section("dissent", say("dissent", language), lines=minutes.dissent))
    if minutes.next_sitting:
        when = from_to(minutes.next_sitting.starts_at, minutes.next_sitting.ends_at, language)
        if minutes.next_sitting.provisional:
            when = say("pause", language).join((when, say("provisional", language)))
        sections.append(Section("next-date", say("next", language), lines=(when,)))
    if minutes.resolutions:
        sections.append(_heads(minutes.resolutions, language))
    return tuple(sections)


def _headers(language: str, *keys: str) -> tuple[str, ...]:
    return tuple(say(f"col_{key}", language) for key in keys)


def _resolutions(minutes: Minutes, language: str) -> Section:
    title = say("resolutions", language)
    if not minutes.resolutions:
        return Section("resolutions", title, lines=(say("no_resolutions", language),))
    rows = tuple(_resolution(one, language) for one in minutes.resolutions)
    headers = _headers(language, "number", "case", "decision", "who", "what")
    note = say("in_case" if len(rows) == 1 else "in_cases", language, count=len(rows))
    return Section("resolutions", title, note, table=Table(headers, rows, (13, 43, 43, 26, 31), 1))


def _resolution(one: Resolution, language: str) -> tuple[Cell, ...]:
    who = [one.lead] if one.lead else []
    if one.co_handlers:
        who.append(say("co_handlers", language, who=say("comma", language).join(one.co_handlers)))
    what = [one.deliverable] if one.deliverable else []
    if one.due_date:
        what.append(say("due", language, due=full_day(one.due_date, language)))
    decision = (one.decision, *((one.reason,) if one.reason else ()))
    return (str(one.number),), _case(one, language), decision, tuple(who), tuple(what)


def _case(one: Resolution | Carried, language: str) -> Cell:
    tag = say("supervised", language)
    mark = (f"[{tag}]" if language.startswith("en") else f"【{tag}】",) if one.supervised else ()
    return (one.case, one.summary, *mark)


def _carried(minutes: Minutes, language: str) -> Section:
    title = say("carried_over", language)
    if not minutes.carried_over:
        return Section("carried-over", title, lines=(say("nothing", language),))
    rows = tuple(
        (_case(one, language), (str(one.count),), _where(one, minutes.next_sitting, language))
        for one in minutes.carried_over
    )
    note = say("in_case" if len(rows) == 1 else "in_cases", language, count=len(rows))
    headers = _headers(language, "case", "count", "where")
    return Section("carried-over", title, note, table=Table(headers, rows, (86, 22, 48), 0))


def _where(one: Carried, following: Sitting | None, language: str) -> Cell:
    """Where a case waits now: the forum's own next sitting by its date, another by its id."""
    if following and one.next_sitting == following.id:
        return (from_to(following.starts_at, following.ends_at, language),)
    return (one.next_sitting,) if one.next_sitting else ()


def _heads(resolutions: tuple[Resolution, ...], language: str) -> Section:
    rows = tuple(((one.case,), (str(one.version),), (one.head,)) for one in resolutions)
    headers = _headers(language, "case", "version", "head")
    table = Table(headers, rows, (36, 13, 107), 0, code_column=2)
    return Section("heads", say("heads", language), lines=(say("heads_lead", language),), table=table, annex=True)
