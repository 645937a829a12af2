"""What can happen to a sitting, and how the log keeps it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, PlainSerializer

from domain.policy.forum import Sitting, SittingMode
from domain.signals import SignalRefused
from domain.stream import Frozen, Instant, Schema, StreamEvent, StreamFact


def as_json(model: BaseModel) -> dict[str, Any]:
    """A value as an event's detail keeps it."""
    return model.model_dump(mode="json", exclude_none=True)


Dates = Annotated[Sitting, PlainSerializer(as_json, return_type=dict[str, Any])]
"""A sitting's dates as an event has them."""

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


class SittingConvened(StreamFact):
    type: Literal["sitting_convened"] = "sitting_convened"
    sitting: Dates
    tier: str
    language: str


class AgendaDrafted(StreamFact):
    type: Literal["agenda_drafted"] = "agenda_drafted"
    agenda: DocumentRef | None = None


class AgendaFrozen(StreamFact):
    type: Literal["agenda_frozen"] = "agenda_frozen"
    agenda: DocumentRef | None = None


class SessionOpened(StreamFact):
    """``late``: the cases that came while the agenda froze."""

    type: Literal["session_opened"] = "session_opened"
    late: tuple[str, ...] = ()


class SessionEnded(StreamFact):
    type: Literal["session_ended"] = "session_ended"


class SittingClosed(StreamFact):
    type: Literal["sitting_closed"] = "sitting_closed"
    minutes: DocumentRef | None = None


class SittingRescheduled(StreamFact):
    """``was``: the dates before; ``warning``: what is odd about the new ones."""

    type: Literal["sitting_rescheduled"] = "sitting_rescheduled"
    sitting: Dates
    was: Dates
    sequence: int
    warning: str | None = None


class SittingCancelled(StreamFact):
    type: Literal["sitting_cancelled"] = "sitting_cancelled"
    sitting: Dates


class AddendumAdded(StreamFact):
    type: Literal["addendum_added"] = "addendum_added"
    case: str
    why: str


class AttendanceRecorded(StreamFact):
    type: Literal["attendance_recorded"] = "attendance_recorded"
    chair: str
    recorder: str
    mode: SittingMode = "in_person"
    present: tuple[str, ...]
    absent: tuple[str, ...]


class DecisionsEnded(StreamFact):
    type: Literal["decisions_ended"] = "decisions_ended"
    dissent: tuple[str, ...] = ()


class OtherBusinessAdded(StreamFact):
    type: Literal["other_business_added"] = "other_business_added"
    text: str


SittingFact = Annotated[
    SittingConvened
    | AgendaDrafted
    | AgendaFrozen
    | SessionOpened
    | SessionEnded
    | SittingClosed
    | SittingRescheduled
    | SittingCancelled
    | AddendumAdded
    | AttendanceRecorded
    | DecisionsEnded
    | OtherBusinessAdded
    | SignalRefused,
    Field(discriminator="type"),
]
"""One thing that happened to a sitting."""

SittingEvent = StreamEvent[SittingFact]

SCHEMA = Schema(SittingEvent, version=1)
