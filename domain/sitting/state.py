"""A sitting folded from its events, what it waits for, and its row in the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from domain.policy.forum import Sitting, SittingMode
from domain.sitting.events import (
    Addendum,
    AddendumAdded,
    AgendaDrafted,
    AgendaFrozen,
    AttendanceRecorded,
    DecisionsEnded,
    DocumentRef,
    OtherBusinessAdded,
    SessionEnded,
    SessionOpened,
    SittingCancelled,
    SittingClosed,
    SittingConvened,
    SittingFact,
    SittingRescheduled,
    SittingWait,
    SittingWaitKind,
    Status,
    as_json,
)
from domain.stream import Frozen, Instant, StreamFact, remembered


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
    mode: SittingMode | None = None
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


def evolve(state: SittingState | None, fact: SittingFact, *, command_id: str) -> SittingState:
    """The state after ``fact``. Total and deterministic."""
    if state is None:
        assert isinstance(fact, SittingConvened)
        return SittingState(
            dates=fact.sitting,
            tier=fact.tier,
            language=fact.language,
            version=1,
            at=fact.at,
            status="announced",
            commands=(command_id,),
        )
    commands = remembered(state.commands, command_id)
    change: dict[str, Any] = {"version": state.version + 1, "at": fact.at, "commands": commands}
    happens = _CHANGES.get(type(fact))
    return state.model_copy(update={**change, **(happens(state, fact) if happens else {})})


def _drafted(state: SittingState, fact: AgendaDrafted) -> dict[str, Any]:
    return {"status": "drafted", "agenda": fact.agenda or state.agenda}


def _frozen(state: SittingState, fact: AgendaFrozen) -> dict[str, Any]:
    return {"status": "frozen", "agenda": fact.agenda or state.agenda}


def _opened(state: SittingState, fact: SessionOpened) -> dict[str, Any]:
    late = [Addendum(case=case, reason="", by="arrived_while_freezing", at=fact.at) for case in fact.late]
    return {"status": "in_session", "addenda": (*state.addenda, *late)}


def _ended(state: SittingState, fact: SessionEnded) -> dict[str, Any]:
    return {"status": "minutes"}


def _closed(state: SittingState, fact: SittingClosed) -> dict[str, Any]:
    return {"status": "closed", "minutes": fact.minutes or state.minutes}


def _rescheduled(state: SittingState, fact: SittingRescheduled) -> dict[str, Any]:
    return {"dates": fact.sitting, "sequence": fact.sequence}


def _cancelled(state: SittingState, fact: SittingCancelled) -> dict[str, Any]:
    return {"status": "cancelled", "sequence": state.sequence + 1}


def _added(state: SittingState, fact: AddendumAdded) -> dict[str, Any]:
    return {"addenda": (*state.addenda, Addendum(case=fact.case, reason=fact.why, by="decision", at=fact.at))}


def _other_added(state: SittingState, fact: OtherBusinessAdded) -> dict[str, Any]:
    return {"other": (*state.other, fact.text)}


def _attended(state: SittingState, fact: AttendanceRecorded) -> dict[str, Any]:
    there = {"present": fact.present, "absent": fact.absent}
    return {"chair": fact.chair, "recorder": fact.recorder, "mode": fact.mode, **there}


def _decided(state: SittingState, fact: DecisionsEnded) -> dict[str, Any]:
    return {"decisions_ended_at": fact.at, "dissent": fact.dissent}


_CHANGES: dict[type[StreamFact], Callable[[SittingState, Any], dict[str, Any]]] = {
    AgendaDrafted: _drafted,
    AgendaFrozen: _frozen,
    SessionOpened: _opened,
    SessionEnded: _ended,
    SittingClosed: _closed,
    SittingRescheduled: _rescheduled,
    SittingCancelled: _cancelled,
    AddendumAdded: _added,
    OtherBusinessAdded: _other_added,
    AttendanceRecorded: _attended,
    DecisionsEnded: _decided,
}
"""What each type of event changes; one that is not named changes nothing."""


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
        "addenda": [as_json(addendum) for addendum in state.addenda],
        "chair": state.chair,
        "recorder": state.recorder,
        "mode": state.mode,
        "present": list(state.present),
        "absent": list(state.absent),
        "updated_at": state.at.isoformat(),
        "until": next((wait.until.isoformat() for wait in waits(state)), None),
    }
