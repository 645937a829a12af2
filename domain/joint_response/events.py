"""What happens to a joint response, and what it waits for: the values that the log keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from domain.case.events import Frozen, Instant
from domain.permission import Actor

SCHEMA_VERSION = 1

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


class ResponseFact(Frozen):
    """One thing that happened to a response. ``at`` is in UTC; instants in ``detail`` are ISO 8601."""

    type: ResponseEventType
    at: Instant
    detail: dict[str, Any] = Field(default_factory=dict)


class ResponseEvent(ResponseFact):
    """A fact with who brought it about, in what capacity, and why."""

    actor: Actor
    reason: str | None = None

    def fact(self) -> ResponseFact:
        """The event without who and why."""
        return ResponseFact.model_construct(type=self.type, at=self.at, detail=self.detail)


def to_data(event: ResponseEvent) -> dict[str, Any]:
    """An event's data as the log keeps it; type, instant and actor have columns of their own."""
    return event.model_dump(mode="json", exclude={"type", "at", "actor"}, exclude_defaults=True)


def from_data(
    event_type: str, schema_version: int, data: dict[str, Any], actor: dict[str, Any], at: datetime
) -> ResponseEvent:
    """The event of one row of the log. Raises LookupError for a schema that nothing reads."""
    if schema_version != SCHEMA_VERSION:
        raise LookupError(f"response event schema {schema_version} was written by another program")
    return ResponseEvent.model_validate({**data, "type": event_type, "actor": actor, "at": at})
