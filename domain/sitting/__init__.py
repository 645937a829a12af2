"""A sitting 会议 of a forum: announced, its agenda drafted and frozen, in session, minutes, closed.

A decider like the case's: ``decide`` says what a command brings about, ``evolve`` folds it, ``waits`` names the
one thing that an open sitting waits for. What an agenda or minutes say is a document beside the log; the events
carry its reference and digest (MISSION, "Working time and meetings").
"""

from domain.sitting.commands import (
    AddOtherBusiness,
    AddToAgenda,
    AskedOfSitting,
    Cancel,
    CloseSitting,
    Convene,
    RecordAttendance,
    Reschedule,
    SittingBody,
    SittingCommand,
    SittingWaitExpired,
)
from domain.sitting.deciding import LATEST_RESCHEDULE, MOST_OTHER_BUSINESS, allowed_now, check_addendum, decide
from domain.sitting.events import (
    BEFORE_SESSION,
    SCHEMA,
    Addendum,
    AddendumAdded,
    AgendaDrafted,
    AgendaFrozen,
    DocumentRef,
    SittingClosed,
    SittingConvened,
    SittingEvent,
    SittingEventType,
    SittingFact,
    SittingRescheduled,
    SittingWait,
    SittingWaitKind,
    Status,
)
from domain.sitting.state import SittingState, evolve, fold, summary, waits

__all__ = [
    "BEFORE_SESSION",
    "LATEST_RESCHEDULE",
    "MOST_OTHER_BUSINESS",
    "SCHEMA",
    "AddOtherBusiness",
    "AddToAgenda",
    "Addendum",
    "AddendumAdded",
    "AgendaDrafted",
    "AgendaFrozen",
    "AskedOfSitting",
    "Cancel",
    "CloseSitting",
    "Convene",
    "DocumentRef",
    "RecordAttendance",
    "Reschedule",
    "SittingBody",
    "SittingClosed",
    "SittingCommand",
    "SittingConvened",
    "SittingEvent",
    "SittingEventType",
    "SittingFact",
    "SittingRescheduled",
    "SittingState",
    "SittingWait",
    "SittingWaitExpired",
    "SittingWaitKind",
    "Status",
    "allowed_now",
    "check_addendum",
    "decide",
    "evolve",
    "fold",
    "summary",
    "waits",
]
