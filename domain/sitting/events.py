"""What can happen to a sitting, and how the log keeps it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from domain.stream import Frozen, Instant, Schema, StreamEvent, StreamFact

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


class SittingFact(StreamFact):
    """One thing that happened to a sitting."""

    type: SittingEventType
    detail: dict[str, Any] = Field(default_factory=dict)


SittingEvent = StreamEvent[SittingFact]

SCHEMA = Schema(SittingEvent, version=1)


def as_json(model: BaseModel) -> dict[str, Any]:
    """A value as an event's detail keeps it."""
    return model.model_dump(mode="json", exclude_none=True)
