"""A case folded from its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from domain.case.events import (
    AcceptanceMissed,
    AnswerMissed,
    CaseAccepted,
    CaseAssigned,
    CaseDesignated,
    CaseEscalated,
    CaseFact,
    CaseObjected,
    CaseOpened,
    CasePutOnAgenda,
    CaseReopened,
    CaseRerouted,
    CaseReturned,
    CaseSupervised,
    CaseSuspended,
    ClosedAs,
    EmergencyDeclared,
    EventType,
    Expiry,
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
    Term,
    Wait,
    WaitKind,
    WaitReprojected,
    plan_of,
)
from domain.policy.ladder import ReporterKind
from domain.stream import Frozen, Instant, remembered


class Closing(Frozen):
    """How and when a case was closed."""

    closed_as: ClosedAs
    at: Instant
    stars: int | None = None


class Promise(Frozen):
    """Something promised beside the wait of the place: by when, and the words by which it was kept. ``missed``: its
    time has passed before."""

    term: Term
    given_at: Instant | None = None
    text: str | None = None
    missed: bool = False

    @property
    def is_pending(self) -> bool:
        """Whether its clock runs: neither kept nor missed."""
        return self.given_at is None and not self.missed


class HandedOver(Frozen):
    """Who handed a case over: another ``estate``, by rerouting it, or the ``tier`` above, by returning it."""

    estate: str | None = None
    tier: str | None = None


WITHOUT_PROMISES: frozenset[str] = frozenset({"verification", "closed"})
"""Stages at which the resident is not waiting for anybody's word."""


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
    joint_names: int | None = None
    reporter_kind: ReporterKind = "person"
    words: SealedRef
    place: Place
    answer: Promise | None = None
    """阶段答复: what is promised to the resident, beside the wait of the place."""
    acceptance: Promise | None = None
    """Word whether it is accepted, to owners jointly or a body."""
    handed_over: HandedOver | None = None
    objections: int = 0
    designated: str | None = None
    """The unit or department that the district has designated."""
    missed_contact: bool = False
    """It is overdue because nobody has contacted the resident in time."""
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

    @property
    def owes_acceptance(self) -> bool:
        """Whether word that it is accepted is promised, and not given."""
        return self.acceptance is not None and self.acceptance.given_at is None

    @property
    def owed_until(self) -> datetime | None:
        """Until when the first word that it still owes is, or was, promised (UTC)."""
        owed = [one for one in (self.answer, self.acceptance) if one is not None and one.given_at is None]
        return min((one.term.until for one in owed), default=None)

    @property
    def misses_word(self) -> bool:
        """Whether it owes a word whose time has passed."""
        return any(one is not None and one.given_at is None and one.missed for one in (self.answer, self.acceptance))


def waits(state: CaseState) -> tuple[Wait, ...]:
    """What an open case waits for: first the one thing of its place, which alone moves it; beside it what it promises,
    at most one answer and one word of acceptance. A closed case: nothing."""
    return (*((state.wait,) if state.wait is not None else ()), *promised(state))


def promised(state: CaseState) -> tuple[Wait, ...]:
    """The promises whose clocks run."""
    kinds: tuple[tuple[WaitKind, Expiry, Promise | None], ...] = (
        ("answer", "answer_missed", state.answer),
        ("acceptance", "acceptance_missed", state.acceptance),
    )
    return tuple(
        Wait(kind=kind, until=one.term.until, on_expiry=expiry, provisional=one.term.provisional)
        for kind, expiry, one in kinds
        if one is not None and one.is_pending
    )


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

_MAKES_LATE: frozenset[EventType] = frozenset(
    {"contact_missed", "plan_overdue", "emergency_review_missed", "designation_missed"}
)
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
        "answer_given",
        "answer_missed",
        "case_accepted",
        "acceptance_missed",
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
    if event.sitting is not None and event.place is not None and not isinstance(event, CasePutOnAgenda):
        change["heard_at"] = event.sitting
    change.update(_lateness(state, event))
    change.update(_promises(state, event))
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
        joint_names=event.joint_names,
        reporter_kind=event.reporter_kind,
        words=event.words,
        place=event.place,
        answer=_promise(event.answer_due),
        acceptance=_promise(event.acceptance_due),
        tier_since=event.at,
        commands=(command_id,),
    )


def _lateness(state: CaseState, event: Fact) -> dict[str, Any]:
    """A case is overdue from a missed contact or due date until the next decision that moves it."""
    if event.type in _MAKES_LATE:
        return {"overdue": True, "missed_contact": event.type == "contact_missed"}
    if event.type in _NEUTRAL or not state.overdue or _climbs_by_rule(event):
        return {}  # a case that climbs because nobody decided is as late as before
    if event.type == "resident_contacted" and not state.missed_contact:
        return {}  # what is late is something else
    return {"overdue": False, "missed_contact": False}


def _promise(term: Term | None) -> Promise | None:
    return Promise(term=term) if term is not None else None


def _promises(state: CaseState, event: Fact) -> dict[str, Any]:
    """What becomes of the promises: set anew, kept, missed, or no longer made."""
    if event.place is not None and event.place.stage in WITHOUT_PROMISES:
        return {"answer": None, "acceptance": None}
    change: dict[str, Any] = {}
    if isinstance(event, WaitReprojected):
        if event.answer_due is not None and state.answer is not None:
            change["answer"] = state.answer.model_copy(update={"term": event.answer_due})
        if event.acceptance_due is not None and state.acceptance is not None:
            change["acceptance"] = state.acceptance.model_copy(update={"term": event.acceptance_due})
        return change
    answer = state.answer if event.answer_due is None else Promise(term=event.answer_due)
    if answer is not None:
        change["answer"] = answer.model_copy(update=_kept(event, event.answer, AnswerMissed))
    if state.acceptance is not None:
        text = event.text if isinstance(event, CaseAccepted) else None
        change["acceptance"] = state.acceptance.model_copy(update=_kept(event, text, AcceptanceMissed))
    return change


def _kept(event: Fact, text: str | None, missed: type[CaseFact]) -> dict[str, Any]:
    if text is not None:
        return {"given_at": event.at, "text": text}
    return {"missed": True} if isinstance(event, missed) else {}


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
    if isinstance(event, CaseObjected):
        change["objections"] = event.count
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
    if event.type in _LEAVES_WHO_HANDED_IT_OVER:
        change["handed_over"] = None
    own = _CHANGES.get(type(event))
    if own is not None:
        change.update(own(event))
    if event.type in _CLOSES:
        stars = event.stars if isinstance(event, OutcomeConfirmed) else None
        change["closing"] = Closing(closed_as=_CLOSES[event.type], at=event.at, stars=stars)
        change["duplicate_of"] = event.of if isinstance(event, MarkedDuplicate) else None
    return change


_LEAVES_WHO_HANDED_IT_OVER: frozenset[EventType] = frozenset(
    {"case_escalated", "case_objected", "case_designated", "case_reopened", "outcome_disputed"}
)
"""After these it is with somebody to whom nobody handed it over."""


def _elsewhere(fact: CaseObjected | CaseDesignated) -> dict[str, Any]:
    return {} if fact.estate is None or fact.units is None else {"estate": fact.estate, "units": fact.units}


def _rerouted(fact: CaseRerouted) -> dict[str, Any]:
    """It was misrouted."""
    by = HandedOver(estate=fact.from_estate) if fact.from_estate != fact.estate else None
    return {"estate": fact.estate, "units": fact.units, "category": fact.category, "handed_over": by}


_CHANGES: dict[type[CaseFact], Callable[[Any], dict[str, Any]]] = {
    EmergencyDeclared: lambda fact: {"emergencies": fact.count, "emergency_id": fact.emergency},
    CaseRerouted: _rerouted,
    CaseReturned: lambda fact: {"handed_over": HandedOver(tier=fact.from_tier)},
    CaseObjected: _elsewhere,
    CaseDesignated: lambda fact: {"designated": fact.unit, **_elsewhere(fact)},
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
        "next_until": min(one.until for one in waits(state)).isoformat() if waits(state) else None,
        "answer_due": state.owed_until.isoformat() if state.owed_until else None,
        "answer_missed": state.misses_word,
    }
