"""A sitting folded from its events, what it waits for, and its row in the list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.policy.forum import Sitting
from domain.sitting.events import (
    Addendum,
    DocumentRef,
    SittingEventType,
    SittingFact,
    SittingWait,
    SittingWaitKind,
    Status,
    as_json,
)
from domain.stream import Frozen, Instant, remembered


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
    commands = remembered(state.commands, command_id)
    change: dict[str, Any] = {"version": state.version + 1, "at": fact.at, "commands": commands}
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
        "addenda": [as_json(addendum) for addendum in state.addenda],
        "chair": state.chair,
        "recorder": state.recorder,
        "present": list(state.present),
        "absent": list(state.absent),
        "updated_at": state.at.isoformat(),
    }
