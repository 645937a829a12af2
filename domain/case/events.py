"""What happens to a case, and what it waits for: the values that the log keeps."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, PlainSerializer

from domain.signals import SignalRefused
from domain.stream import Frozen, Instant, KeptInstant, Schema, StreamEvent, StreamFact

WaitKind = Literal["contact", "sitting", "plan", "suspension", "stand_down", "verification"]
Expiry = Literal["contact_missed", "carry_over", "escalate", "plan_overdue", "resume", "review", "close_without_word"]


class Wait(Frozen):
    """One named thing that a case waits for, until one instant, after which one known thing happens.

    ``until`` is absolute (UTC). For a sitting: its id, when it starts, where (words), and whether the date
    may still move because the calendar of that year is not published. For a plan: who leads it (words).
    """

    kind: WaitKind
    until: Instant
    on_expiry: Expiry
    sitting_id: str | None = None
    forum: str | None = None
    starts_at: Instant | None = None
    where: str | None = None
    who: str | None = None
    provisional: bool = False


class Place(Frozen):
    """Where on the ladder a case stands."""

    stage: str
    tier: str
    wait: Wait | None = None


class Plan(Frozen):
    """办理方案: who does what until when. ``due_date`` is a Shanghai date, due at its end."""

    lead: str
    co_handlers: tuple[str, ...] = ()
    deliverable: str
    due_date: date
    made_at_tier: str
    extensions: int = 0


class SealedRef(Frozen):
    """Where a resident's sealed words lie; the digest is of the ciphertext, so the chain outlives the key."""

    id: str
    resident: str
    digest: str


EventType = Literal[
    "case_opened",
    "resident_contacted",
    "contact_missed",
    "case_held",
    "case_carried_over",
    "case_raised_to_district",
    "case_escalated",
    "case_returned",
    "plan_made",
    "plan_extended",
    "plan_completed",
    "plan_overdue",
    "case_suspended",
    "suspension_extended",
    "case_resumed",
    "case_resolved",
    "outcome_confirmed",
    "outcome_disputed",
    "closed_without_word",
    "case_withdrawn",
    "case_referred",
    "case_rejected",
    "case_marked_duplicate",
    "case_rerouted",
    "case_reopened",
    "emergency_declared",
    "emergency_review_missed",
    "emergency_stood_down",
    "note_added",
    "case_assigned",
    "case_supervised",
    "wait_reprojected",
    "put_on_agenda",
    "photos_added",
    "signal_refused",
]

ClosedAs = Literal["settled", "no_word", "withdrawn", "referred", "rejected", "duplicate"]


class PhotoRef(Frozen):
    """A photograph that is sealed in the store. The digest is of its ciphertext."""

    id: str
    digest: str


class Suspension(Frozen):
    """What a suspended case goes back to, and since when its clocks stand."""

    since: Instant
    condition: str
    resume_date: date
    back_to: Place
    extensions: int = 0


def _in_full(value: BaseModel) -> dict[str, Any]:
    return value.model_dump(mode="json")


def _without_nothing(value: BaseModel) -> dict[str, Any]:
    return value.model_dump(mode="json", exclude_none=True)


WrittenPlan = Annotated[Plan, PlainSerializer(_in_full)]
WrittenSuspension = Annotated[Suspension, PlainSerializer(_without_nothing)]
WrittenExtension = Annotated[Suspension, PlainSerializer(_in_full)]


class CaseFact(StreamFact):
    """``place``: where the case stands since, when it moved or waits for something new.

    ``words``: a resident's, sealed. ``sitting``: the one that had it before it, where an officer decided; the one that
    passed it over; or that it is put on the agenda of.
    """

    envelope = frozenset({"type", "at", "place", "words"})

    place: Place | None = None
    words: SealedRef | None = None
    sitting: str | None = None


class PassedOver(CaseFact):
    """A sitting has passed without a decision, the ``count``-th in a row."""

    count: int
    supervised: bool = False


class CaseOpened(CaseFact):
    type: Literal["case_opened"] = "case_opened"
    ladder: str
    language: str
    estate: str
    units: dict[str, str]
    category: str
    channel: str
    severity: str


class ResidentContacted(CaseFact):
    type: Literal["resident_contacted"] = "resident_contacted"
    how: str
    outcome: str


class ContactMissed(CaseFact):
    type: Literal["contact_missed"] = "contact_missed"


class CaseHeld(PassedOver):
    type: Literal["case_held"] = "case_held"


class CaseCarriedOver(PassedOver):
    type: Literal["case_carried_over"] = "case_carried_over"


class CaseRaised(CaseFact):
    type: Literal["case_raised_to_district"] = "case_raised_to_district"
    count: int


class CaseEscalated(CaseFact):
    """``cause``: ``decision``, or ``carry_over_limit`` where nobody decided."""

    type: Literal["case_escalated"] = "case_escalated"
    from_tier: str
    to_tier: str
    cause: str


class CaseReturned(CaseFact):
    type: Literal["case_returned"] = "case_returned"
    from_tier: str
    to_tier: str


class PlanMade(CaseFact):
    type: Literal["plan_made"] = "plan_made"
    plan: WrittenPlan


class PlanExtended(CaseFact):
    type: Literal["plan_extended"] = "plan_extended"
    plan: WrittenPlan


class PlanCompleted(CaseFact):
    type: Literal["plan_completed"] = "plan_completed"
    what_was_done: str


class PlanOverdue(CaseFact):
    type: Literal["plan_overdue"] = "plan_overdue"
    supervised: bool = False


class CaseSuspended(CaseFact):
    type: Literal["case_suspended"] = "case_suspended"
    suspension: WrittenSuspension


class SuspensionExtended(CaseFact):
    type: Literal["suspension_extended"] = "suspension_extended"
    suspension: WrittenExtension


class CaseResumed(CaseFact):
    type: Literal["case_resumed"] = "case_resumed"
    days_suspended: int
    plan: WrittenPlan | None = None


class CaseResolved(CaseFact):
    type: Literal["case_resolved"] = "case_resolved"
    what_was_done: str


class OutcomeConfirmed(CaseFact):
    type: Literal["outcome_confirmed"] = "outcome_confirmed"
    stars: int | None = None


class OutcomeDisputed(CaseFact):
    type: Literal["outcome_disputed"] = "outcome_disputed"
    count: int
    to_tier: str


class ClosedWithoutWord(CaseFact):
    type: Literal["closed_without_word"] = "closed_without_word"


class CaseWithdrawn(CaseFact):
    type: Literal["case_withdrawn"] = "case_withdrawn"


class CaseReferred(CaseFact):
    type: Literal["case_referred"] = "case_referred"
    to_whom: str
    reference: str | None = None


class CaseRejected(CaseFact):
    type: Literal["case_rejected"] = "case_rejected"


class MarkedDuplicate(CaseFact):
    type: Literal["case_marked_duplicate"] = "case_marked_duplicate"
    of: str


class CaseRerouted(CaseFact):
    """It was somebody else's: ``estate``, ``units`` and ``category`` are those that it goes to."""

    type: Literal["case_rerouted"] = "case_rerouted"
    estate: str
    units: dict[str, str]
    category: str
    from_estate: str


class CaseReopened(CaseFact):
    type: Literal["case_reopened"] = "case_reopened"


class EmergencyDeclared(CaseFact):
    type: Literal["emergency_declared"] = "emergency_declared"
    playbook: str
    count: int
    emergency: str


class EmergencyReviewMissed(CaseFact):
    type: Literal["emergency_review_missed"] = "emergency_review_missed"


class EmergencyStoodDown(CaseFact):
    type: Literal["emergency_stood_down"] = "emergency_stood_down"
    outcome: str
    emergency: str


class NoteAdded(CaseFact):
    type: Literal["note_added"] = "note_added"
    text: str


class CaseAssigned(CaseFact):
    type: Literal["case_assigned"] = "case_assigned"
    person: str


class CaseSupervised(CaseFact):
    type: Literal["case_supervised"] = "case_supervised"


class WaitReprojected(CaseFact):
    """``was``: until when it waited before; ``units``: those above its estate, where they are others now."""

    type: Literal["wait_reprojected"] = "wait_reprojected"
    was: KeptInstant | None = None
    units: dict[str, str] | None = None


class CasePutOnAgenda(CaseFact):
    type: Literal["put_on_agenda"] = "put_on_agenda"
    instead_of: str | None = None


class PhotosAdded(CaseFact):
    type: Literal["photos_added"] = "photos_added"
    photos: tuple[PhotoRef, ...]


class CaseSignalRefused(SignalRefused, CaseFact):
    """The record that every kind has, with a case's envelope."""


Fact = Annotated[
    CaseOpened
    | ResidentContacted
    | ContactMissed
    | CaseHeld
    | CaseCarriedOver
    | CaseRaised
    | CaseEscalated
    | CaseReturned
    | PlanMade
    | PlanExtended
    | PlanCompleted
    | PlanOverdue
    | CaseSuspended
    | SuspensionExtended
    | CaseResumed
    | CaseResolved
    | OutcomeConfirmed
    | OutcomeDisputed
    | ClosedWithoutWord
    | CaseWithdrawn
    | CaseReferred
    | CaseRejected
    | MarkedDuplicate
    | CaseRerouted
    | CaseReopened
    | EmergencyDeclared
    | EmergencyReviewMissed
    | EmergencyStoodDown
    | NoteAdded
    | CaseAssigned
    | CaseSupervised
    | WaitReprojected
    | CasePutOnAgenda
    | PhotosAdded
    | CaseSignalRefused,
    Field(discriminator="type"),
]
"""One thing that happened to a case."""

Event = StreamEvent[Fact]

SCHEMA = Schema(Event, version=1)


def plan_of(fact: Fact) -> Plan | None:
    """The plan as it is since, where a fact makes or moves one."""
    return fact.plan if isinstance(fact, PlanMade | PlanExtended | CaseResumed) else None
