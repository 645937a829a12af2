"""The joint response 联动处置 (七位一体): its commands, events and state, and the rules between them.

``decide(rules, state, command, now) -> events`` or ``Refusal``; ``evolve(state, fact) -> state``; ``waits(state)``.
All pure. An open response always waits for something; MISSION ("Emergencies") is the specification.
"""

from domain.joint_response.commands import (
    AnyResponseCommand,
    Declare,
    Done,
    JoinCase,
    LinkResponse,
    Object,
    Progress,
    Report,
    ResponseCommand,
    ResponseWaitExpired,
    Sign,
    StandDownResponse,
    TaskReport,
    Waive,
)
from domain.joint_response.deciding import decide
from domain.joint_response.events import (
    SCHEMA,
    CaseOfIt,
    Clock,
    ResponseEvent,
    ResponseEventType,
    ResponseFact,
    ResponseWait,
    ResponseWaitKind,
)
from domain.joint_response.state import (
    ResponseState,
    ResponseStatus,
    TaskState,
    TaskStatus,
    evolve,
    fold,
    reporter,
    summary,
    waits,
)

__all__ = [
    "SCHEMA",
    "AnyResponseCommand",
    "CaseOfIt",
    "Clock",
    "Declare",
    "Done",
    "JoinCase",
    "LinkResponse",
    "Object",
    "Progress",
    "Report",
    "ResponseCommand",
    "ResponseEvent",
    "ResponseEventType",
    "ResponseFact",
    "ResponseState",
    "ResponseStatus",
    "ResponseWait",
    "ResponseWaitExpired",
    "ResponseWaitKind",
    "Sign",
    "StandDownResponse",
    "TaskReport",
    "TaskState",
    "TaskStatus",
    "Waive",
    "decide",
    "evolve",
    "fold",
    "reporter",
    "summary",
    "waits",
]
