"""What the log says of sittings: was each agenda on time, and was each case tabled exactly once where it waited?

Pure: from the events of sittings and cases and from the papers, nothing that anybody reports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.case import Event
from domain.papers.agenda import Agenda, Minutes
from domain.sitting import Addendum, SittingConvened, SittingEvent, SittingRescheduled, SittingState, evolve

ON_TIME = timedelta(minutes=1)
"""How long after its instant something still is on time: a process does things after its timer, not at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """A sitting as the log has it: its events, its frozen agenda with the addenda, its minutes."""

    events: Sequence[SittingEvent]
    agenda: Agenda | None
    minutes: Minutes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One sitting in the table. ``drafted``, ``frozen``: when it happened, and when it was due."""

    sitting: str
    status: str
    starts_at: datetime
    drafted: tuple[datetime | None, datetime]
    frozen: tuple[datetime | None, datetime]
    tabled: int
    decided: int
    carried_over: int
    moved: bool = False
    on_time: bool = True


@dataclass(frozen=True, slots=True)
class Proof:
    """The table, how many times a case waited for a sitting that was held, and what is wrong."""

    rows: tuple[Row, ...] = ()
    waited: int = 0
    faults: tuple[str, ...] = field(default=())


def prove(sittings: Mapping[str, Papers], cases: Mapping[str, Sequence[Event]]) -> Proof:
    """Compares what happened with what the rules want; ``faults`` is empty where they agree."""
    states = {sitting: _state(papers.events) for sitting, papers in sittings.items()}
    rows = tuple(
        _row(papers, states[sitting])
        for sitting, papers in sorted(sittings.items(), key=lambda pair: states[pair[0]].dates.starts_at)
    )
    waited = [(case, sitting) for case, events in cases.items() for sitting in waited_for(events, states)]
    faults = [f"{row.sitting}: its agenda was not on time" for row in rows if not row.on_time]
    faults += [f"{it.dates.id}: neither closed nor cancelled" for it in states.values() if not it.closed]
    faults += _tabling(sittings, states, waited)
    faults += [fault for number, events in cases.items() for fault in _outcomes(number, events, states)]
    return Proof(rows, len(waited), tuple(faults))


def waited_for(events: Sequence[Event], sittings: Mapping[str, SittingState]) -> Iterator[str]:
    """The sittings that began while the case waited for them."""
    for start, end, sitting in _waits(events):
        state = sittings.get(sitting)
        if state is None or state.status == "cancelled":
            continue
        begins = state.dates.starts_at
        if start <= begins and (end is None or end > begins):
            yield sitting


def _waits(events: Sequence[Event]) -> Iterator[tuple[datetime, datetime | None, str]]:
    """From when until when a case waited for which sitting, whatever its dates were meanwhile."""
    since: tuple[datetime, str] | None = None
    for event in events:
        if event.fact.place is None:
            continue
        sitting = event.fact.place.wait.sitting_id if event.fact.place.wait else None
        if since is not None and sitting != since[1]:
            yield since[0], event.at, since[1]
            since = None
        if sitting is not None and since is None:
            since = (event.at, sitting)
    if since is not None:
        yield since[0], None, since[1]


def _tabling(
    sittings: Mapping[str, Papers], states: Mapping[str, SittingState], waited: Iterable[tuple[str, str]]
) -> Iterator[str]:
    """Each case that waited for a sitting is once on its agenda or addenda, and once in its minutes."""
    for number, sitting in waited:
        papers = sittings[sitting]
        if (times := _listed(papers.agenda, states[sitting].addenda)[number]) != 1:
            yield f"{number} waited for {sitting} and is {times} times on its agenda"
        if (times := _minuted(papers.minutes)[number]) != 1:
            yield f"{number} waited for {sitting} and is {times} times in its minutes"
    for sitting, papers in sittings.items():
        twice = [number for number, times in _listed(papers.agenda, states[sitting].addenda).items() if times > 1]
        yield from (f"{number} is more than once on the agenda of {sitting}" for number in twice)


def _outcomes(number: str, events: Sequence[Event], states: Mapping[str, SittingState]) -> Iterator[str]:
    """A sitting has dealt with a case once, and no case is left waiting for one that is over."""
    dealt = Counter(
        event.fact.sitting
        for event in events
        if event.fact.sitting is not None and event.fact.place is not None and event.type != "put_on_agenda"
    )
    yield from (f"{sitting} has dealt {times} times with {number}" for sitting, times in dealt.items() if times > 1)
    last = next((event.fact.place for event in reversed(events) if event.fact.place is not None), None)
    left = last.wait.sitting_id if last is not None and last.wait is not None else None
    if left is not None and left in states and states[left].closed:
        yield f"{number} still waits for {left}, which is over"


def _listed(agenda: Agenda | None, addenda: Iterable[Addendum]) -> Counter[str]:
    if agenda is None:
        return Counter()
    items = [item.case for section in agenda.sections for item in section.items]
    return Counter([*items, *agenda.not_fitting, *(addendum.case for addendum in addenda)])


def _minuted(minutes: Minutes | None) -> Counter[str]:
    if minutes is None:
        return Counter()
    return Counter([*(it.case for it in minutes.resolutions), *(it.case for it in minutes.carried_over)])


def _state(events: Sequence[SittingEvent]) -> SittingState:
    state: SittingState | None = None
    for event in events:
        state = evolve(state, event.fact, command_id="")
    assert state is not None
    return state


def _row(papers: Papers, state: SittingState) -> Row:
    drafted, frozen = _instant(papers.events, "agenda_drafted"), _instant(papers.events, "agenda_frozen")
    return Row(
        sitting=state.dates.id,
        status=state.status,
        starts_at=state.dates.starts_at,
        drafted=drafted,
        frozen=frozen,
        tabled=sum(_listed(papers.agenda, state.addenda).values()) if papers.agenda else 0,
        decided=len(papers.minutes.resolutions) if papers.minutes else 0,
        carried_over=len(papers.minutes.carried_over) if papers.minutes else 0,
        moved=state.sequence > 0,
        on_time=all(_was_on_time(it, papers.events[0].at, state) for it in (drafted, frozen)),
    )


def _instant(events: Sequence[SittingEvent], what: str) -> tuple[datetime | None, datetime]:
    """When an agenda was drafted or frozen, and when that was due by the dates that the sitting then had."""
    field_ = "drafts_at" if what == "agenda_drafted" else "freezes_at"
    convened = events[0].fact
    assert isinstance(convened, SittingConvened)
    dates = convened.sitting
    for event in events:
        if event.type == what:
            return event.at, getattr(dates, field_)
        if isinstance(event.fact, SittingRescheduled):
            dates = event.fact.sitting
    return None, getattr(dates, field_)


def _was_on_time(instants: tuple[datetime | None, datetime], convened: datetime, state: SittingState) -> bool:
    """Of one that was convened after the instant, at once; one that was cancelled before has none."""
    happened, due = instants
    if happened is None:
        return state.status == "cancelled"
    return timedelta() <= happened - max(due, convened) <= ON_TIME or happened == due
