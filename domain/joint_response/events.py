"""What happens to a joint response, and what it waits for: the values that the log keeps."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, SerializerFunctionWrapHandler, model_serializer

from domain.policy.playbook_parts import Audience
from domain.signals import SignalRefused
from domain.stream import Frozen, Instant, KeptInstant, Schema, StreamEvent, StreamFact
from domain.words.bilingual import Name

ResponseWaitKind = Literal[
    "task_opens",
    "sign",
    "climb",
    "complete",
    "situation_report",
    "alarm",
    "cap",
    "watch",
]
"""``task_opens``: a task's own time; ``sign``, ``complete``: its clock (with its reminder, where the playbook has
one, as a wait of the same kind before it); ``climb``: the next rung after a missed one."""


TaskStatus = Literal["pending", "open", "signed", "done", "waived"]
Clock = Literal["sign", "complete"]
"""A task's clocks: to be signed for 签收, to be completed."""


class CaseOfIt(Frozen):
    """A case of the response, with its estate and the units above it by tier (as the case itself keeps them)."""

    number: str
    estate: str
    units: dict[str, str]


class ResponseWait(Frozen):
    """One thing that a response waits for: until one instant, after which one known thing happens.

    ``task``: whose clock it is; for an alarm its id. ``party``: who has to act. ``rung``: for a climb, which one is
    next. ``reminder``: the reminder before the clock itself. Hashable: an equal wait is the same timer.
    """

    kind: ResponseWaitKind
    until: Instant
    task: str | None = None
    party: str | None = None
    rung: int | None = None
    reminder: bool = False


ResponseEventType = Literal[
    "response_declared",
    "case_joined",
    "response_linked",
    "phase_entered",
    "task_opened",
    "task_signed",
    "task_progressed",
    "task_done",
    "task_transferred",
    "task_waived",
    "task_reminded",
    "task_late",
    "task_escalated",
    "situation_reported",
    "situation_report_missed",
    "alarm_raised",
    "cap_reached",
    "response_stood_down",
    "watch_ended",
    "signal_refused",
]


class TaskState(Frozen):
    """A task as it stands. ``party`` is whose it is now: it changes with an objection.

    ``name``: in the response's language. ``opens_at``: the earliest instant of its own. ``sign_by``, ``complete_by``:
    its clocks, once it is open; ``remind_sign_at``, ``remind_complete_at``: the reminders that are still to come.
    ``missed``: clocks that have passed and are not made good; ``sign_late``, ``complete_late`` stay for the record.
    ``climbed``: how many rungs of the escalation chain have heard of what is missed; ``climbs_at``: when the next one
    does. ``provisional``: the working days of ``complete_by`` lie in an unpublished year.
    """

    id: str
    name: str
    phase: str
    party: str
    role: Literal["lead", "support"]
    required: bool
    depends_on: tuple[str, ...] = ()
    status: TaskStatus = "pending"
    opens_at: Instant
    sign_by: Instant | None = None
    complete_by: Instant | None = None
    provisional: bool = False
    remind_sign_at: Instant | None = None
    remind_complete_at: Instant | None = None
    opened_at: Instant | None = None
    signed_at: Instant | None = None
    ended_at: Instant | None = None
    sign_late: bool = False
    complete_late: bool = False
    missed: tuple[Clock, ...] = ()
    reminded: bool = False
    climbed: int = 0
    climbs_at: Instant | None = None
    objections: int = 0

    @property
    def finished(self) -> bool:
        return self.status in ("done", "waived")


Outcome = Literal["resolved", "returned"]


def _as_declared(task: TaskState) -> dict[str, Any]:
    return task.model_dump(mode="json", exclude_defaults=True)


TaskAsDeclared = Annotated[TaskState, PlainSerializer(_as_declared)]


class CalledSitting(Frozen):
    """The extraordinary sitting that the playbook has: which task it is to decide, if any."""

    forum: str
    at: KeptInstant
    ends_at: KeptInstant
    title: Name
    decides: str | None = None

    @model_serializer(mode="wrap")
    def _without_nothing(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if value is not None}


class ResponseDeclared(StreamFact):
    """Everything of the playbook that the state needs, in the response's language."""

    type: Literal["response_declared"] = "response_declared"
    playbook: str
    name: str
    language: str
    lead: str
    declared_at: KeptInstant
    case: CaseOfIt
    linked: tuple[str, ...] = ()
    phase: str
    phases: dict[str, str]
    tasks: tuple[TaskAsDeclared, ...]
    parties: dict[str, str]
    reporters: dict[str, str]
    report_due: KeptInstant
    alarms_at: dict[str, KeptInstant]
    alarm_names: dict[str, str]
    cap_at: KeptInstant
    sitting: CalledSitting | None = None


class CaseJoined(StreamFact):
    type: Literal["case_joined"] = "case_joined"
    case: CaseOfIt


class ResponseLinked(StreamFact):
    type: Literal["response_linked"] = "response_linked"
    other: str


class PhaseEntered(StreamFact):
    type: Literal["phase_entered"] = "phase_entered"
    phase: str


class OfTask(StreamFact):
    """What happens to one task."""

    task: str


class OfParty(OfTask):
    """What happens to a task that stays its party's."""

    party: str


class WithClocks(OfTask):
    """A task runs from now on: it has opened, or goes to another party."""

    sign_by: KeptInstant
    complete_by: KeptInstant
    provisional: bool = False
    remind_sign_at: KeptInstant | None = None
    remind_complete_at: KeptInstant | None = None


class TaskOpened(WithClocks, OfParty):
    type: Literal["task_opened"] = "task_opened"
    opened_at: KeptInstant


class TaskTransferred(WithClocks):
    type: Literal["task_transferred"] = "task_transferred"
    from_party: str
    to_party: str


class TaskSigned(OfParty):
    type: Literal["task_signed"] = "task_signed"
    note: str | None = None
    late: bool = False


class TaskProgressed(OfParty):
    type: Literal["task_progressed"] = "task_progressed"
    note: str


class TaskEnded(OfParty):
    """``alarms``: those that need not be raised any more."""

    late: bool = False
    alarms: tuple[str, ...] = ()


class TaskDone(TaskEnded):
    type: Literal["task_done"] = "task_done"
    note: str | None = None
    provider: str | None = None
    filed_on: date | None = None


class TaskWaived(TaskEnded):
    type: Literal["task_waived"] = "task_waived"
    by_rule: bool = False


class TaskReminded(OfParty):
    type: Literal["task_reminded"] = "task_reminded"
    clock: Clock


class TaskLate(OfParty):
    type: Literal["task_late"] = "task_late"
    clock: Clock
    climbs_at: KeptInstant | None = None


class TaskEscalated(OfParty):
    """``rung``: which one of the chain hears of it."""

    type: Literal["task_escalated"] = "task_escalated"
    clock: Clock
    rung: int
    to: Audience
    climbs_at: KeptInstant


class SituationReported(StreamFact):
    type: Literal["situation_reported"] = "situation_reported"
    number: int
    text: str
    due: KeptInstant | None = None


class SituationReportMissed(StreamFact):
    type: Literal["situation_report_missed"] = "situation_report_missed"
    number: int
    due: KeptInstant


class AlarmRaised(StreamFact):
    type: Literal["alarm_raised"] = "alarm_raised"
    alarm: str
    to: Audience


class CapReached(StreamFact):
    type: Literal["cap_reached"] = "cap_reached"
    to: Audience


class ResponseStoodDown(StreamFact):
    """``tier``: which one the cases return to; ``unfinished``: the tasks that were not required, and are left."""

    type: Literal["response_stood_down"] = "response_stood_down"
    outcome: Outcome
    tier: str | None = None
    stood_down_at: KeptInstant
    watch_until: KeptInstant
    unfinished: tuple[str, ...] = ()


class WatchEnded(StreamFact):
    type: Literal["watch_ended"] = "watch_ended"


ResponseFact = Annotated[
    ResponseDeclared
    | CaseJoined
    | ResponseLinked
    | PhaseEntered
    | TaskOpened
    | TaskTransferred
    | TaskSigned
    | TaskProgressed
    | TaskDone
    | TaskWaived
    | TaskReminded
    | TaskLate
    | TaskEscalated
    | SituationReported
    | SituationReportMissed
    | AlarmRaised
    | CapReached
    | ResponseStoodDown
    | WatchEnded
    | SignalRefused,
    Field(discriminator="type"),
]
"""One thing that happened to a response."""

ResponseEvent = StreamEvent[ResponseFact]

SCHEMA = Schema(ResponseEvent, version=1)
