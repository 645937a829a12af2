"""What can happen to a sitting, and how the log keeps it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.case.events import Instant
from domain.permission import Actor

SCHEMA_VERSION = 1


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


def as_json(model: BaseModel) -> dict[str, Any]:
    """A value as an event's detail keeps it."""
    return model.model_dump(mode="json", exclude_none=True)
