"""Draws a sitting's minutes from what was decided: the cases' own events, nothing that anybody types again.

Each case comes once: with a resolution, or carried over. A case that left the table without the sitting (settled
before it, withdrawn, given to an emergency) is told as that; one that was only heard of, as reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from domain.case.events import Event, EventType, Wait, plan_of
from domain.case.state import CaseState, evolve
from domain.papers.agenda import Agenda, Carried, Minutes, Resolution
from domain.papers.agenda_story import Step, Voice, is_by_rule, officers_reason
from domain.papers.agenda_words import DECIDED, OUTSIDE, REPORTED
from domain.policy.forum import Sitting, SittingMode
from domain.policy.rules import Rules
from domain.words.bilingual import Name
from domain.words.case_words import EVENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Who was there, by post and unit, and who dissented from what."""

    chair: str | None = None
    recorder: str | None = None
    mode: SittingMode | None = None
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    dissent: tuple[str, ...] = ()


class _Moment(NamedTuple):
    """One event of a case, with the case before it and after it."""

    step: Step
    before: CaseState | None
    state: CaseState

    @property
    def event(self) -> Event:
        return self.step.event


_CARRIES: frozenset[EventType] = frozenset({"case_carried_over", "case_held"})
_DECIDES_NOTHING: frozenset[EventType] = _CARRIES | frozenset(
    {
        "note_added",
        "case_assigned",
        "case_supervised",
        "case_raised_to_district",
        "put_on_agenda",
        "wait_reprojected",
        "photos_added",
        "signal_refused",
    }
)


def minutes(
    rules: Rules,
    sitting: Sitting,
    agenda: Agenda,
    streams: Mapping[str, Sequence[Step]],
    attendance: Attendance,
    next_sitting: Sitting | None,
    now: datetime,
) -> Minutes:
    """The minutes of ``sitting``: every case of the agenda and its addenda once, in their order.

    ``streams``: each of those cases' events from its first one on (KeyError if one is missing). Of other cases,
    such as those that did not fit, it tells what the sitting had to do with, where their events are given.
    """
    voice = Voice(rules, agenda.language)
    resolutions: list[Resolution] = []
    carried: list[Carried] = []
    for number, listed in _tabled(agenda, streams):
        outcome = _outcome(voice, sitting, number, streams[number], listed, len(resolutions) + 1, next_sitting)
        if isinstance(outcome, Resolution):
            resolutions.append(outcome)
        elif outcome is not None:
            carried.append(outcome)
    return Minutes(
        sitting=sitting,
        forum_name=agenda.forum_name,
        language=agenda.language,
        made_at=now,
        by_law=agenda.by_law,
        mode=attendance.mode,
        chair=attendance.chair,
        recorder=attendance.recorder,
        present=attendance.present,
        absent=attendance.absent,
        resolutions=tuple(resolutions),
        carried_over=tuple(carried),
        dissent=tuple(map(voice.quoted, attendance.dissent)),
        other=_other(agenda),
        next_sitting=next_sitting,
    )


def _other(agenda: Agenda) -> tuple[str, ...]:
    return tuple(line for section in agenda.sections if section.kind == "other" for line in section.lines)


Stand = Literal["decided", "held", "carried", "left", "elsewhere", "reported"]
"""How a case stands at its sitting: decided there, held there, carried over by rule, still to be decided there; it left
the table without the sitting; it was only to be heard of."""


class SoFar(NamedTuple):
    """How a case stands, with what was decided on it there."""

    stand: Stand
    resolution: Resolution | None = None


def so_far(rules: Rules, sitting: Sitting, number: str, steps: Sequence[Step], place: int, language: str) -> SoFar:
    """How a case stands at ``sitting`` by its events; ``place``: its number among the items."""
    voice = Voice(rules, language)
    moments = _moments(number, steps)
    for moment in reversed(moments):
        if _decided_at(sitting, moment):
            return SoFar("decided", _resolution(voice, moment, place))
        if _passed_over(sitting, moment):
            held = moment.event.type == "case_held"
            return SoFar("held" if held else "carried", _resolution(voice, moment, place))
        if _left(sitting, moment):
            return SoFar("elsewhere", _resolution(voice, _latest(moments), place))
    wait = moments[-1].state.wait
    return SoFar("left" if wait is not None and wait.sitting_id == sitting.id else "reported")


def _tabled(agenda: Agenda, streams: Mapping[str, Sequence[Step]]) -> Iterator[tuple[str, bool]]:
    """The numbers, each once, and whether the case was on the agenda or its addenda."""
    listed = [item.case for section in agenda.sections for item in section.items]
    listed += [late.item.case for late in agenda.addenda]
    seen = dict.fromkeys(listed, True)
    yield from seen.items()
    others = dict.fromkeys((*agenda.not_fitting, *sorted(streams)))
    yield from ((number, False) for number in others if number not in seen and number in streams)


def _outcome(
    voice: Voice,
    sitting: Sitting,
    number: str,
    steps: Sequence[Step],
    listed: bool,
    place: int,
    next_sitting: Sitting | None,
) -> Resolution | Carried | None:
    moments = _moments(number, steps)
    for moment in reversed(moments):
        if _decided_at(sitting, moment):
            return _resolution(voice, moment, place)
        if _passed_over(sitting, moment):
            return _carried(voice, moment)
        if _left(sitting, moment):
            return _gone(voice, moment, place)
    last = moments[-1]
    wait = last.state.wait
    if wait is not None and wait.sitting_id == sitting.id:
        return _will_carry(voice, last.state, wait, next_sitting)
    return _resolution(voice, _latest(moments), place, REPORTED) if listed else None


def _moments(number: str, steps: Sequence[Step]) -> list[_Moment]:
    moments: list[_Moment] = []
    state: CaseState | None = None
    for step in steps:
        before, state = state, evolve(state, step.event.fact, number=number, command_id="")
        moments.append(_Moment(step, before, state))
    return moments


def _waited_for(sitting: Sitting, moment: _Moment) -> bool:
    wait = moment.before.wait if moment.before else None
    return wait is not None and wait.sitting_id == sitting.id


def _decides(event: Event) -> bool:
    """Whether it decides a case: an answer to the resident, or a contact later on, moves nothing."""
    return event.fact.place is not None and event.type not in _DECIDES_NOTHING


def _decided_at(sitting: Sitting, moment: _Moment) -> bool:
    """Whether an officer decided it there: the event names the sitting, or came while that had the case before it."""
    event = moment.event
    if event.actor.role != "officer" or not _decides(event):
        return False
    return event.fact.sitting == sitting.id or _in_session(sitting, moment)


def _in_session(sitting: Sitting, moment: _Moment) -> bool:
    wait = moment.before.wait if moment.before else None
    if wait is None or wait.starts_at is None or wait.sitting_id != sitting.id:
        return False
    return wait.starts_at <= moment.event.at <= wait.until


def _passed_over(sitting: Sitting, moment: _Moment) -> bool:
    if moment.event.type in _CARRIES and moment.event.fact.sitting is not None:
        return moment.event.fact.sitting == sitting.id
    return (moment.event.type in _CARRIES or is_by_rule(moment.event)) and _waited_for(sitting, moment)


def _left(sitting: Sitting, moment: _Moment) -> bool:
    """Whether the case waited for the sitting, and no longer does."""
    wait = moment.state.wait
    return _waited_for(sitting, moment) and (wait is None or wait.sitting_id != sitting.id)


def _latest(moments: Sequence[_Moment]) -> _Moment:
    """The last event that says how a case stands."""
    return next((moment for moment in reversed(moments) if _decides(moment.event)), moments[-1])


def _resolution(voice: Voice, moment: _Moment, place: int, told: Name | None = None) -> Resolution:
    event, state = moment.event, moment.state
    decision = voice.event(DECIDED.get(event.fact.type) or EVENTS[event.fact.type], event)
    if told is not None:
        decision = voice.say(told, decision=decision)
    plan = plan_of(event.fact)
    return Resolution(
        case=state.number,
        number=place,
        summary=_summary(voice, state),
        decision=decision,
        reason=officers_reason(voice, event),
        lead=voice.party(plan.lead) if plan else None,
        co_handlers=tuple(map(voice.party, plan.co_handlers)) if plan else (),
        deliverable=voice.quoted(plan.deliverable) if plan else None,
        due_date=plan.due_date if plan else None,
        supervised=state.supervised,
        version=moment.step.version,
        head=moment.step.head,
    )


def _summary(voice: Voice, state: CaseState) -> str:
    return voice.item(state.estate, state.category, state.opened_at)


def _carried(voice: Voice, moment: _Moment) -> Carried:
    """As the case itself carried over, or climbed by rule."""
    state, before = moment.state, moment.before
    count = state.carried_over if moment.event.type in _CARRIES else (before.carried_over if before else 0) + 1
    return Carried(
        case=state.number,
        summary=_summary(voice, state),
        count=count,
        supervised=state.supervised,
        next_sitting=state.wait.sitting_id if state.wait else None,
    )


def _will_carry(voice: Voice, state: CaseState, wait: Wait, next_sitting: Sitting | None) -> Carried:
    """As the case will carry itself over when the minutes are due: the same as after it has."""
    ladder = voice.rules.ladder
    following = next_sitting.id if next_sitting else None
    above = ladder.above(state.tier)
    if wait.on_expiry == "escalate" and above is not None:
        following = voice.rules.next_sitting(above.id, state.estate, wait.until).id
    marks = wait.on_expiry == "carry_over" and ladder.tier(state.tier).marks
    return Carried(
        case=state.number,
        summary=_summary(voice, state),
        count=state.carried_over + 1,
        supervised=state.supervised or marks,
        next_sitting=following,
    )


def _gone(voice: Voice, moment: _Moment, place: int) -> Resolution | Carried:
    """Left the table without the sitting: for another sitting, or because it was decided otherwise."""
    state = moment.state
    if _decides(moment.event):
        return _resolution(voice, moment, place, OUTSIDE)
    return Carried(
        case=state.number,
        summary=_summary(voice, state),
        count=state.carried_over,
        supervised=state.supervised,
        next_sitting=state.wait.sitting_id if state.wait else None,
    )
