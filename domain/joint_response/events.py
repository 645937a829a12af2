"""What happens to a joint response, and what it waits for: the values that the log keeps."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from domain.stream import Frozen, Instant, Schema, StreamEvent, StreamFact

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


class ResponseFact(StreamFact):
    """One thing that happened to a response. ``at`` is in UTC; instants in ``detail`` are ISO 8601."""

    type: ResponseEventType
    detail: dict[str, Any] = Field(default_factory=dict)


ResponseEvent = StreamEvent[ResponseFact]

SCHEMA = Schema(ResponseEvent, version=1)
