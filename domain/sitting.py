"""A sitting 会议 of a forum: announced, its agenda drafted and frozen, in session, minutes, closed.

A decider like the case's: ``decide`` says what a command brings about, ``evolve`` folds it, ``waits`` names the
one thing that an open sitting waits for. What an agenda or minutes say is a document beside the log; the events
carry its reference and digest (MISSION, "Working time and meetings").
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from domain.case.events import Instant, Wait
from domain.errors import Refusal
from domain.forum import Forum, Sitting, at_new_time, emergency_of
from domain.permission import Actor, may_run
from domain.personal import Line, WorkingText
from domain.rules import Rules

SCHEMA_VERSION = 1
REMEMBERED_COMMANDS = 64
LATEST_RESCHEDULE = timedelta(days=90)
MOST_OTHER_BUSINESS = 20


class Frozen(BaseModel):
    """Base of everything that is sent or kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Status = Literal["announced", "drafted", "frozen", "in_session", "minutes", "closed", "cancelled"]
SittingWaitKind = Literal["draft", "freeze", "start", "end", "minutes"]

BEFORE_SESSION: frozenset[Status] = frozenset({"announced", "drafted", "frozen"})


class SittingWait(Frozen):
    """What a sitting waits for: one instant, after which one known thing happens."""

    kind: SittingWaitKind
    until: Instant


class DocumentRef(Frozen):
    """An agenda or minutes as they were written down: the digest is the SHA-256 of its canonical JSON."""

    id: str
    digest: str
    cases: int


class Addendum(Frozen):
    """A case added after the freeze: by an officer with a reason, or by rule because it came while it froze."""

    case: str
    reason: str
    by: str
    at: Instant


# ---------------------------------------------------------------- commands


class Convene(Frozen):
    """Begins a sitting's process with the dates that the calendar gives it."""

    kind: Literal["convene"] = "convene"
    sitting: Sitting


class SittingWaitExpired(Frozen):
    """A wait's instant has come. ``document`` is what was written for it; ``late`` came while it froze."""

    kind: Literal["wait_expired"] = "wait_expired"
    wait: SittingWaitKind
    until: Instant
    document: DocumentRef | None = None
    late: tuple[str, ...] = ()


class Reschedule(Frozen):
    """Moves the sitting; every case that waits for it moves with it.

    To the same time, after the calendar has changed: its freeze and its minutes are dated anew.
    """

    kind: Literal["reschedule"] = "reschedule"
    starts_at: Instant
    reason: WorkingText


class Cancel(Frozen):
    """The sitting is not held; its cases wait for the next one."""

    kind: Literal["cancel"] = "cancel"
    reason: WorkingText


class AddToAgenda(Frozen):
    """An urgent case after the freeze."""

    kind: Literal["addendum"] = "addendum"
    case: Line
    reason: WorkingText


class AddOtherBusiness(Frozen):
    """A line under other business, until the agenda freezes."""

    kind: Literal["other_business"] = "other_business"
    text: Line


class RecordAttendance(Frozen):
    """Who was there, by post and unit."""

    kind: Literal["attendance"] = "attendance"
    chair: Line
    recorder: Line
    present: Annotated[tuple[Line, ...], Field(max_length=200)] = ()
    absent: Annotated[tuple[Line, ...], Field(max_length=200)] = ()


class CloseSitting(Frozen):
    """The chair closes the meeting before its minutes are due: what is undecided is carried over now."""

    kind: Literal["close"] = "close"
    dissent: Annotated[tuple[WorkingText, ...], Field(max_length=50)] = ()


SittingBody = Annotated[
    Convene
    | SittingWaitExpired
    | Reschedule
    | Cancel
    | AddToAgenda
    | AddOtherBusiness
    | RecordAttendance
    | CloseSitting,
    Field(discriminator="kind"),
]


class SittingCommand(Frozen):
    """A command in its envelope."""

    id: str
    actor: Actor
    body: SittingBody
    if_version: int | None = None

    @property
    def kind(self) -> str:
        """The kind of what it commands."""
        return self.body.kind


# ---------------------------------------------------------------- events and state

SittingEventType = Literal[
    "sitting_convened",
    "agenda_drafted",
    "agenda_frozen",
    "session_opened",
    "session_ended",
    "sitting_closed",
    "sitting_rescheduled",
    "sitting_cancelled",
    "addendum_added",
    "attendance_recorded",
    "decisions_ended",
    "other_business_added",
    "signal_refused",
]


class SittingFact(Frozen):
    """One thing that happened to a sitting."""

    type: SittingEventType
    at: Instant
    detail: dict[str, Any] = Field(default_factory=dict)


class SittingEvent(SittingFact):
    """A fact with who brought it about and why."""

    actor: Actor
    reason: str | None = None

    def fact(self) -> SittingFact:
        """The event without who and why."""
        return SittingFact.model_construct(type=self.type, at=self.at, detail=self.detail)


def to_data(event: SittingEvent) -> dict[str, Any]:
    """An event's data as the log keeps it; type, instant and actor have columns of their own."""
    return event.model_dump(mode="json", exclude={"type", "at", "actor"}, exclude_defaults=True)


def from_data(
    event_type: str, schema_version: int, data: dict[str, Any], actor: dict[str, Any], at: datetime
) -> SittingEvent:
    """The event of one row of the log. Raises LookupError for a schema that nothing reads."""
    if schema_version != SCHEMA_VERSION:
        raise LookupError(f"sitting event schema {schema_version} was written by another program")
    return SittingEvent.model_validate({**data, "type": event_type, "actor": actor, "at": at})


class SittingState(Frozen):
    """A sitting folded from its events. ``sequence`` counts its moves (iCalendar's SEQUENCE).

    ``decisions_ended_at``: when the chair closed it; its minutes are drawn as soon as its cases are carried over.
    """

    dates: Sitting
    tier: str
    language: str
    version: int
    at: Instant
    status: Status
    sequence: int = 0
    agenda: DocumentRef | None = None
    minutes: DocumentRef | None = None
    addenda: tuple[Addendum, ...] = ()
    other: tuple[str, ...] = ()
    chair: str | None = None
    recorder: str | None = None
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    decisions_ended_at: Instant | None = None
    dissent: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()

    @property
    def closed(self) -> bool:
        return self.status in ("closed", "cancelled")


def waits(state: SittingState) -> tuple[SittingWait, ...]:
    """An open sitting waits for exactly one instant of its own."""
    dates = state.dates
    by_status: dict[Status, tuple[SittingWaitKind, datetime]] = {
        "announced": ("draft", dates.drafts_at),
        "drafted": ("freeze", dates.freezes_at),
        "frozen": ("start", dates.starts_at),
        "in_session": ("end", dates.ends_at),
        "minutes": ("minutes", state.decisions_ended_at or dates.minutes_due),
    }
    if state.status not in by_status:
        return ()
    kind, until = by_status[state.status]
    return (SittingWait(kind=kind, until=until),)


# ---------------------------------------------------------------- decide


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
    if command.if_version is not None and command.if_version != state.version:
        raise Refusal("version_conflict", expected=command.if_version, current=state.version)
    if isinstance(body, SittingWaitExpired):
        return _expire(state, command, body, now)
    if not may_run(rules, command.actor, state.dates.forum):
        raise Refusal("forbidden", decision=body.kind, stage=state.status)
    if isinstance(body, Reschedule):
        return _reschedule(rules, state, command, body, now)
    rule = cast("Callable[[SittingState, SittingCommand, Any, datetime], tuple[SittingEvent, ...]]", _RULES[body.kind])
    return rule(state, command, body, now)


def _convene(rules: Rules, command: SittingCommand, body: Convene, now: datetime) -> tuple[SittingEvent, ...]:
    forum = _forum(rules, body.sitting.forum)
    if not may_run(rules, command.actor, forum.id):
        raise Refusal("forbidden", decision=body.kind, stage="announced")
    detail = {"sitting": _json(body.sitting), "tier": forum.tier, "language": rules.ladder.language}
    return (_event("sitting_convened", command, now, **detail),)


def _event(type_: SittingEventType, command: SittingCommand, now: datetime, **detail: Any) -> SittingEvent:
    reason = getattr(command.body, "reason", None)
    present = {key: value for key, value in detail.items() if value is not None}
    return SittingEvent(type=type_, at=now, actor=command.actor, reason=reason, detail=present)


def _json(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_none=True)


def _require(state: SittingState, statuses: frozenset[Status], what: str) -> None:
    if state.status not in statuses:
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
    document = _json(body.document) if body.document else None
    if wait.kind == "draft":
        return (_event("agenda_drafted", command, now, agenda=document),)
    if wait.kind == "freeze":
        return (_event("agenda_frozen", command, now, agenda=document),)
    if wait.kind == "start":
        listed = {addendum.case for addendum in state.addenda}
        late = [case for case in body.late if case not in listed]
        return (_event("session_opened", command, now, late=late or None),)
    if wait.kind == "end":
        return (_event("session_ended", command, now),)
    return (_event("sitting_closed", command, now, minutes=document),)


def _reschedule(
    rules: Rules, state: SittingState, command: SittingCommand, body: Reschedule, now: datetime
) -> tuple[SittingEvent, ...]:
    _require(state, BEFORE_SESSION, body.kind)
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
    return (
        _event(
            "sitting_rescheduled",
            command,
            now,
            sitting=_json(moved),
            was=_json(state.dates),
            sequence=state.sequence + 1,
            warning=None if workday else "not_a_workday",
        ),
    )


def _forum(rules: Rules, forum_id: str) -> Forum:
    forum = rules.forums.get(forum_id)
    if forum is None:
        raise Refusal("unknown_forum", forum=forum_id)
    return forum


def _cancel(state: SittingState, command: SittingCommand, body: Cancel, now: datetime) -> tuple[SittingEvent, ...]:
    _require(state, BEFORE_SESSION, body.kind)
    return (_event("sitting_cancelled", command, now, sitting=_json(state.dates)),)


def _add(state: SittingState, command: SittingCommand, body: AddToAgenda, now: datetime) -> tuple[SittingEvent, ...]:
    _require(state, frozenset({"frozen", "in_session"}), body.kind)
    _require_ordinary(state)
    if any(addendum.case == body.case for addendum in state.addenda):
        raise Refusal("already_on_the_agenda", case=body.case, sitting=state.dates.id)
    return (_event("addendum_added", command, now, case=body.case, why=body.reason),)


def _add_other(
    state: SittingState, command: SittingCommand, body: AddOtherBusiness, now: datetime
) -> tuple[SittingEvent, ...]:
    _require(state, frozenset({"announced", "drafted"}), body.kind)
    _require_ordinary(state)
    if body.text in state.other:
        raise Refusal("other_business_listed", sitting=state.dates.id)
    if len(state.other) >= MOST_OTHER_BUSINESS:
        raise Refusal("too_much_other_business", limit=MOST_OTHER_BUSINESS, sitting=state.dates.id)
    return (_event("other_business_added", command, now, text=body.text),)


def _record_attendance(
    state: SittingState, command: SittingCommand, body: RecordAttendance, now: datetime
) -> tuple[SittingEvent, ...]:
    _require(state, frozenset({"in_session", "minutes"}), body.kind)
    _require_open_minutes(state, body.kind)
    return (_event("attendance_recorded", command, now, **body.model_dump(mode="json", exclude={"kind"})),)


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
    _require(state, frozenset({"minutes"}), body.kind)
    _require_open_minutes(state, body.kind)
    return (_event("decisions_ended", command, now, dissent=list(body.dissent) or None),)


_RULES: dict[str, object] = {
    "cancel": _cancel,
    "addendum": _add,
    "other_business": _add_other,
    "attendance": _record_attendance,
    "close": _close,
}


# ---------------------------------------------------------------- evolve


def evolve(state: SittingState | None, fact: SittingFact, *, command_id: str) -> SittingState:
    """The state after ``fact``. Total and deterministic."""
    if state is None:
        assert fact.type == "sitting_convened"
        return SittingState(
            dates=Sitting.model_validate(fact.detail["sitting"]),
            tier=fact.detail["tier"],
            language=fact.detail["language"],
            version=1,
            at=fact.at,
            status="announced",
            commands=(command_id,),
        )
    change: dict[str, Any] = {"version": state.version + 1, "at": fact.at}
    if command_id not in state.commands:
        change["commands"] = (*state.commands, command_id)[-REMEMBERED_COMMANDS:]
    change.update(_changes(state, fact))
    return state.model_copy(update=change)


_STATUS_AFTER: dict[SittingEventType, Status] = {
    "agenda_drafted": "drafted",
    "agenda_frozen": "frozen",
    "session_opened": "in_session",
    "session_ended": "minutes",
    "sitting_closed": "closed",
    "sitting_cancelled": "cancelled",
}


def _changes(state: SittingState, fact: SittingFact) -> dict[str, Any]:
    detail = fact.detail
    change: dict[str, Any] = {}
    if fact.type in _STATUS_AFTER:
        change["status"] = _STATUS_AFTER[fact.type]
    if "agenda" in detail:
        change["agenda"] = DocumentRef.model_validate(detail["agenda"])
    if "minutes" in detail:
        change["minutes"] = DocumentRef.model_validate(detail["minutes"])
    if fact.type == "sitting_rescheduled":
        change["dates"] = Sitting.model_validate(detail["sitting"])
        change["sequence"] = detail["sequence"]
    if fact.type == "sitting_cancelled":
        change["sequence"] = state.sequence + 1
    if fact.type == "decisions_ended":
        change.update(decisions_ended_at=fact.at, dissent=tuple(detail.get("dissent", ())))
    if fact.type == "attendance_recorded":
        change.update({key: detail[key] for key in ("chair", "recorder")})
        change.update({key: tuple(detail.get(key, ())) for key in ("present", "absent")})
    return {**change, **_listed(state, fact)}


def _listed(state: SittingState, fact: SittingFact) -> dict[str, Any]:
    """What an event adds to the agenda beside its document."""
    detail = fact.detail
    change: dict[str, Any] = {}
    if fact.type == "addendum_added":
        change["addenda"] = (*state.addenda, _addendum(detail["case"], "decision", fact))
    if fact.type == "other_business_added":
        change["other"] = (*state.other, detail["text"])
    if fact.type == "session_opened":
        late = tuple(_addendum(case, "arrived_while_freezing", fact) for case in detail.get("late", ()))
        change["addenda"] = (*state.addenda, *late)
    return change


def _addendum(case: str, by: str, fact: SittingFact) -> Addendum:
    return Addendum(case=case, reason=str(fact.detail.get("why", "")), by=by, at=fact.at)


def fold(facts: Iterable[tuple[SittingFact, str]], state: SittingState | None = None) -> SittingState | None:
    """Folds ``(fact, command id)`` pairs in order; None for an empty log."""
    for fact, command_id in facts:
        state = evolve(state, fact, command_id=command_id)
    return state


def summary(state: SittingState) -> dict[str, Any]:
    """The sitting's row in the list (``store/sittings.py``), as JSON values; instants are ISO 8601."""
    dates = state.dates
    return {
        "id": dates.id,
        "version": state.version,
        "forum": dates.forum,
        "tier": state.tier,
        "status": state.status,
        "sequence": state.sequence,
        "drafts_at": dates.drafts_at.isoformat(),
        "freezes_at": dates.freezes_at.isoformat(),
        "starts_at": dates.starts_at.isoformat(),
        "ends_at": dates.ends_at.isoformat(),
        "minutes_due": dates.minutes_due.isoformat(),
        "provisional": dates.provisional,
        "agenda": state.agenda.id if state.agenda else None,
        "minutes": state.minutes.id if state.minutes else None,
        "addenda": [_json(addendum) for addendum in state.addenda],
        "chair": state.chair,
        "recorder": state.recorder,
        "present": list(state.present),
        "absent": list(state.absent),
        "updated_at": state.at.isoformat(),
    }
