"""A case folded from its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from domain.case.events import (
    CaseAssigned,
    CaseEscalated,
    CaseFact,
    CaseOpened,
    CasePutOnAgenda,
    CaseReopened,
    CaseRerouted,
    CaseSupervised,
    CaseSuspended,
    ClosedAs,
    EmergencyDeclared,
    EventType,
    Fact,
    MarkedDuplicate,
    OutcomeConfirmed,
    OutcomeDisputed,
    PassedOver,
    PhotosAdded,
    Place,
    Plan,
    PlanOverdue,
    SealedRef,
    Suspension,
    SuspensionExtended,
    Wait,
    WaitReprojected,
    plan_of,
)
from domain.stream import Frozen, Instant, remembered


class Closing(Frozen):
    """How and when a case was closed."""

    closed_as: ClosedAs
    at: Instant
    stars: int | None = None


class CaseState(Frozen):
    """A case folded from its events: everything that ``decide`` and ``waits`` need, and nothing else."""

    number: str
    version: int
    opened_at: Instant
    at: Instant
    ladder: str
    language: str
    estate: str
    units: dict[str, str]
    category: str
    channel: str
    severity: str
    words: SealedRef
    place: Place
    carried_over: int = 0
    overdue: bool = False
    supervised: bool = False
    taken_up: bool = False
    raised: bool = False
    assigned_to: str | None = None
    plan: Plan | None = None
    suspension: Suspension | None = None
    emergency_id: str | None = None
    emergencies: int = 0
    disputes: int = 0
    reroutes: int = 0
    photos: int = 0
    duplicate_of: str | None = None
    heard_at: str | None = None
    """The last sitting that has dealt with it: decided, held, or passed over."""
    tier_since: Instant | None = None
    """Since when it is at its tier; None in the state of a process from before this was kept."""
    closing: Closing | None = None
    commands: tuple[str, ...] = ()

    @property
    def stage(self) -> str:
        return self.place.stage

    @property
    def tier(self) -> str:
        return self.place.tier

    @property
    def wait(self) -> Wait | None:
        return self.place.wait

    @property
    def closed(self) -> bool:
        return self.place.stage == "closed"


def waits(state: CaseState) -> tuple[Wait, ...]:
    """What an open case waits for: always exactly one thing; a closed case, nothing."""
    return (state.wait,) if state.wait is not None else ()


def before_sitting(state: CaseState, now: datetime) -> str | None:
    """The sitting that has the case before it at ``now``: begun, and its minutes not yet due."""
    wait = state.wait
    if wait is None or wait.starts_at is None or not wait.starts_at <= now <= wait.until:
        return None
    return wait.sitting_id


_CLOSES: dict[EventType, ClosedAs] = {
    "outcome_confirmed": "settled",
    "closed_without_word": "no_word",
    "case_withdrawn": "withdrawn",
    "case_referred": "referred",
    "case_rejected": "rejected",
    "case_marked_duplicate": "duplicate",
}

_MAKES_LATE: frozenset[EventType] = frozenset({"contact_missed", "plan_overdue", "emergency_review_missed"})
_NEUTRAL: frozenset[EventType] = frozenset(
    {
        "note_added",
        "case_assigned",
        "case_supervised",
        "wait_reprojected",
        "case_raised_to_district",
        "case_carried_over",
        "case_held",
        "put_on_agenda",
        "photos_added",
        "signal_refused",
    }
)


def evolve(state: CaseState | None, event: Fact, *, number: str, command_id: str) -> CaseState:
    """The state after ``event``. Total and deterministic; a running workflow folds with it, and so does replay."""
    if state is None:
        return _opened(event, number, command_id)
    commands = remembered(state.commands, command_id)
    change: dict[str, Any] = {"version": state.version + 1, "at": event.at, "commands": commands}
    if event.place is not None:
        change["place"] = event.place
        if event.place.tier != state.tier or event.type in _COMES_ANEW:
            change["tier_since"] = event.at
    if event.sitting is not None and not isinstance(event, CasePutOnAgenda):
        change["heard_at"] = event.sitting
    change.update(_lateness(state, event))
    change.update(_counters(state, event))
    change.update(_particulars(state, event))
    return state.model_copy(update=change)


_COMES_ANEW: frozenset[EventType] = frozenset({"case_rerouted", "case_reopened"})
"""The tier's name may be the same; the case has come to it again."""


def fold(number: str, events: Iterable[tuple[Fact, str]], state: CaseState | None = None) -> CaseState | None:
    """Folds ``(event, command id)`` pairs in order; None for an empty log."""
    for event, command_id in events:
        state = evolve(state, event, number=number, command_id=command_id)
    return state


def _opened(event: Fact, number: str, command_id: str) -> CaseState:
    assert isinstance(event, CaseOpened)
    assert event.place is not None
    assert event.words is not None
    return CaseState(
        number=number,
        version=1,
        opened_at=event.at,
        at=event.at,
        ladder=event.ladder,
        language=event.language,
        estate=event.estate,
        units=event.units,
        category=event.category,
        channel=event.channel,
        severity=event.severity,
        words=event.words,
        place=event.place,
        tier_since=event.at,
        commands=(command_id,),
    )


def _lateness(state: CaseState, event: Fact) -> dict[str, Any]:
    """A case is overdue from a missed contact or due date until the next decision that moves it."""
    if event.type in _MAKES_LATE:
        return {"overdue": True}
    if event.type in _NEUTRAL or not state.overdue or _climbs_by_rule(event):
        return {}  # a case that climbs because nobody decided is as late as before
    return {"overdue": False}


def _climbs_by_rule(event: Fact) -> bool:
    return isinstance(event, CaseEscalated) and event.cause == "carry_over_limit"


def _counters(state: CaseState, event: Fact) -> dict[str, Any]:
    change: dict[str, Any] = {}
    if isinstance(event, PassedOver):
        change["carried_over"] = event.count
    elif event.place is not None and event.type not in _KEEPS_CARRY_OVERS:
        change["carried_over"] = 0
    if isinstance(event, CaseSupervised) or (isinstance(event, PassedOver | PlanOverdue) and event.supervised):
        change["supervised"] = True
    if event.type == "case_raised_to_district":
        change["raised"] = True
    if isinstance(event, OutcomeDisputed):
        change["disputes"] = event.count
    if isinstance(event, PhotosAdded):
        change["photos"] = state.photos + len(event.photos)
    if event.type == "case_supervised":
        change["taken_up"] = True  # by a supervisor in person, as another reroute needs it; a mark is not
    if event.type == "case_rerouted":
        change.update(reroutes=state.reroutes + 1, taken_up=False)
    return change


_KEEPS_CARRY_OVERS: frozenset[EventType] = frozenset(
    {"case_suspended", "suspension_extended", "case_resumed", "wait_reprojected", "put_on_agenda"}
)


def _particulars(state: CaseState, event: Fact) -> dict[str, Any]:
    """What each type of event sets beside place and counters."""
    change: dict[str, Any] = {}
    plan = plan_of(event)
    if plan is not None or (event.place is not None and event.place.stage not in ("action", "suspended")):
        change["plan"] = plan
    if isinstance(event, CaseSuspended | SuspensionExtended):
        change["suspension"] = event.suspension
    elif event.place is not None:
        change["suspension"] = None
    own = _CHANGES.get(type(event))
    if own is not None:
        change.update(own(event))
    if event.type in _CLOSES:
        stars = event.stars if isinstance(event, OutcomeConfirmed) else None
        change["closing"] = Closing(closed_as=_CLOSES[event.type], at=event.at, stars=stars)
        change["duplicate_of"] = event.of if isinstance(event, MarkedDuplicate) else None
    return change


_CHANGES: dict[type[CaseFact], Callable[[Any], dict[str, Any]]] = {
    EmergencyDeclared: lambda fact: {"emergencies": fact.count, "emergency_id": fact.emergency},
    CaseRerouted: lambda fact: {"estate": fact.estate, "units": fact.units, "category": fact.category},  # misrouted
    WaitReprojected: lambda fact: {} if fact.units is None else {"units": fact.units},  # its estate belongs elsewhere
    CaseAssigned: lambda fact: {"assigned_to": fact.person},
    CaseReopened: lambda fact: {"closing": None, "duplicate_of": None},
}


def summary(state: CaseState) -> dict[str, Any]:
    """The case's row in the list (``store/cases.py``), as JSON values; instants are ISO 8601 in UTC."""
    plan, wait, closing = state.plan, state.wait, state.closing
    return {
        "number": state.number,
        "version": state.version,
        "tier": state.tier,
        "stage": state.stage,
        "estate": state.estate,
        "community": state.units.get("community"),
        "units": sorted(state.units.values()),
        "category": state.category,
        "severity": state.severity,
        "channel": state.channel,
        "opened_at": state.opened_at.isoformat(),
        "updated_at": state.at.isoformat(),
        "closed_at": closing.at.isoformat() if closing else None,
        "closed_as": closing.closed_as if closing else None,
        "wait": wait.model_dump(mode="json", exclude_none=True) if wait else None,
        "until": wait.until.isoformat() if wait else None,
        "overdue": state.overdue,
        "supervised": state.supervised,
        "carried_over": state.carried_over,
        "emergency_id": state.emergency_id,
        "lead": plan.lead if plan else None,
        "co_handlers": list(plan.co_handlers) if plan else [],
        "duplicate_of": state.duplicate_of,
        "resident": state.words.resident,
        "tier_since": state.tier_since.isoformat() if state.tier_since else None,
    }
