"""What a command brings about, or why it is refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from domain.case.events import Wait
from domain.errors import Refusal
from domain.permission import Actor, may_run
from domain.policy.forum import Forum, at_new_time, emergency_of
from domain.policy.rules import Rules
from domain.process import check_version
from domain.sitting.commands import (
    AddOtherBusiness,
    AddToAgenda,
    Cancel,
    CloseSitting,
    Convene,
    RecordAttendance,
    Reschedule,
    SittingCommand,
    SittingWaitExpired,
)
from domain.sitting.events import (
    BEFORE_SESSION,
    AddendumAdded,
    AgendaDrafted,
    AgendaFrozen,
    AttendanceRecorded,
    DecisionsEnded,
    OtherBusinessAdded,
    SessionEnded,
    SessionOpened,
    SittingCancelled,
    SittingClosed,
    SittingConvened,
    SittingEvent,
    SittingFact,
    SittingRescheduled,
    Status,
)
from domain.sitting.state import SittingState, waits

LATEST_RESCHEDULE = timedelta(days=90)
MOST_OTHER_BUSINESS = 20

TAKEN: Mapping[str, frozenset[Status]] = {
    "reschedule": BEFORE_SESSION,
    "cancel": BEFORE_SESSION,
    "addendum": frozenset({"frozen", "in_session"}),
    "other_business": frozenset({"announced", "drafted"}),
    "attendance": frozenset({"in_session", "minutes"}),
    "close": frozenset({"minutes"}),
}
"""In which statuses each command of an officer's is taken."""


def decide(
    rules: Rules, state: SittingState | None, command: SittingCommand, now: datetime
) -> tuple[SittingEvent, ...]:
    """The events that ``command`` brings about at ``now``. Raises ``Refusal``; then nothing changes."""
    body = command.body
    if isinstance(body, Convene):
        return () if state is not None else _convene(rules, command, body, now)
    if state is None:
        raise Refusal("unknown_sitting", sitting=command.id)
    now = max(now, state.at)
    if isinstance(body, SittingWaitExpired):
        return _expire(state, command, body, now)
    if not may_run(rules, command.actor, state.dates.forum):
        raise Refusal("forbidden", decision=body.kind, stage=state.status)
    check_version(state, command)
    _require(state, body.kind)
    if isinstance(body, Reschedule):
        return _reschedule(rules, state, command, body, now)
    rule = cast("Callable[[SittingState, SittingCommand, Any, datetime], tuple[SittingEvent, ...]]", _RULES[body.kind])
    return rule(state, command, body, now)


def allowed_now(rules: Rules, actor: Actor, state: SittingState) -> tuple[str, ...]:
    """The commands that this actor may send to this sitting at this moment."""
    if state.decisions_ended_at is not None or not may_run(rules, actor, state.dates.forum):
        return ()
    return tuple(kind for kind, statuses in TAKEN.items() if state.status in statuses)


def _convene(rules: Rules, command: SittingCommand, body: Convene, now: datetime) -> tuple[SittingEvent, ...]:
    forum = _forum(rules, body.sitting.forum)
    if not may_run(rules, command.actor, forum.id):
        raise Refusal("forbidden", decision=body.kind, stage="announced")
    convened = SittingConvened(at=now, sitting=body.sitting, tier=forum.tier, language=rules.ladder.language)
    return (_event(command, convened),)


def _event(command: SittingCommand, fact: SittingFact) -> SittingEvent:
    return SittingEvent(fact=fact, actor=command.actor, reason=getattr(command.body, "reason", None))


def _require(state: SittingState, what: str) -> None:
    if state.status not in TAKEN[what]:
        raise Refusal("sitting_not_there", decision=what, status=state.status, sitting=state.dates.id)


def _require_open_minutes(state: SittingState, what: str) -> None:
    """Between the chair's closing and the minutes, which are drawn at once, nothing more is taken."""
    if state.decisions_ended_at is not None:
        raise Refusal("sitting_not_there", decision=what, status="closed", sitting=state.dates.id)


def _require_ordinary(state: SittingState) -> None:
    """An extraordinary sitting hears its emergency alone."""
    if emergency_of(state.dates.id) is not None:
        raise Refusal("only_its_emergency", sitting=state.dates.id)


def _expire(
    state: SittingState, command: SittingCommand, body: SittingWaitExpired, now: datetime
) -> tuple[SittingEvent, ...]:
    wait = next(iter(waits(state)), None)
    if wait is None or (wait.kind, wait.until) != (body.wait, body.until) or now < wait.until:
        return ()
    if wait.kind == "draft":
        return (_event(command, AgendaDrafted(at=now, agenda=body.document)),)
    if wait.kind == "freeze":
        return (_event(command, AgendaFrozen(at=now, agenda=body.document)),)
    if wait.kind == "start":
        listed = {addendum.case for addendum in state.addenda}
        late = tuple(case for case in body.late if case not in listed)
        return (_event(command, SessionOpened(at=now, late=late)),)
    if wait.kind == "end":
        return (_event(command, SessionEnded(at=now)),)
    return (_event(command, SittingClosed(at=now, minutes=body.document)),)


def _reschedule(
    rules: Rules, state: SittingState, command: SittingCommand, body: Reschedule, now: datetime
) -> tuple[SittingEvent, ...]:
    if body.starts_at <= now:
        raise Refusal("sitting_in_the_past", starts_at=body.starts_at.isoformat())
    if body.starts_at > now + LATEST_RESCHEDULE:
        raise Refusal("date_too_late", field="starts_at", latest=(now + LATEST_RESCHEDULE).date().isoformat())
    forum = _forum(rules, state.dates.forum)
    moved = at_new_time(forum, rules.calendar, state.dates, body.starts_at)
    if state.status == "frozen":  # a frozen agenda stays frozen, however far the sitting moves
        moved = moved.model_copy(update={"freezes_at": state.dates.freezes_at, "drafts_at": state.dates.drafts_at})
    if moved == state.dates:
        raise Refusal("sitting_already_then", sitting=state.dates.id)
    workday = rules.calendar.is_workday(moved.starts_at.date())
    rescheduled = SittingRescheduled(
        at=now,
        sitting=moved,
        was=state.dates,
        sequence=state.sequence + 1,
        warning=None if workday else "not_a_workday",
    )
    return (_event(command, rescheduled),)


def _forum(rules: Rules, forum_id: str) -> Forum:
    forum = rules.forums.get(forum_id)
    if forum is None:
        raise Refusal("unknown_forum", forum=forum_id)
    return forum


def _cancel(state: SittingState, command: SittingCommand, body: Cancel, now: datetime) -> tuple[SittingEvent, ...]:
    return (_event(command, SittingCancelled(at=now, sitting=state.dates)),)


def _add(state: SittingState, command: SittingCommand, body: AddToAgenda, now: datetime) -> tuple[SittingEvent, ...]:
    _require_ordinary(state)
    if any(addendum.case == body.case for addendum in state.addenda):
        raise Refusal("already_on_the_agenda", case=body.case, sitting=state.dates.id)
    return (_event(command, AddendumAdded(at=now, case=body.case, why=body.reason)),)


def _add_other(
    state: SittingState, command: SittingCommand, body: AddOtherBusiness, now: datetime
) -> tuple[SittingEvent, ...]:
    _require_ordinary(state)
    if body.text in state.other:
        raise Refusal("other_business_listed", sitting=state.dates.id)
    if len(state.other) >= MOST_OTHER_BUSINESS:
        raise Refusal("too_much_other_business", limit=MOST_OTHER_BUSINESS, sitting=state.dates.id)
    return (_event(command, OtherBusinessAdded(at=now, text=body.text)),)


def _record_attendance(
    state: SittingState, command: SittingCommand, body: RecordAttendance, now: datetime
) -> tuple[SittingEvent, ...]:
    _require_open_minutes(state, body.kind)
    return (_event(command, AttendanceRecorded(at=now, **body.model_dump(exclude={"kind"}))),)


def check_addendum(
    state: SittingState, wait: Wait | None, case: str, agenda: Collection[str], heard_at: Collection[str]
) -> None:
    """What only the case and the agenda's document can say against an addendum.

    ``wait``: what the case waits for; ``agenda``: the cases on the frozen agenda; ``heard_at``: the sittings that
    have heard it already. Raises Refusal ``not_waiting_for_this_forum``, ``already_on_the_agenda``.
    """
    if wait is None or wait.forum != state.dates.forum:
        raise Refusal(
            "not_waiting_for_this_forum", number=case, forum=state.dates.forum, stage=wait.kind if wait else "closed"
        )
    if case in heard_at or (case in agenda and wait.sitting_id == state.dates.id):
        raise Refusal("already_on_the_agenda", case=case, sitting=state.dates.id)


def _close(state: SittingState, command: SittingCommand, body: CloseSitting, now: datetime) -> tuple[SittingEvent, ...]:
    _require_open_minutes(state, body.kind)
    return (_event(command, DecisionsEnded(at=now, dissent=body.dissent)),)


_RULES: dict[str, object] = {
    "cancel": _cancel,
    "addendum": _add,
    "other_business": _add_other,
    "attendance": _record_attendance,
    "close": _close,
}
