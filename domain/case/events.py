"""What happens to a case, and what it waits for: the values that the log keeps."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, PlainSerializer

from domain.policy.ladder import ReporterKind
from domain.signals import SignalRefused
from domain.stream import Frozen, Instant, KeptInstant, Schema, StreamEvent, StreamFact

WaitKind = Literal[
    "contact",
    "sitting",
    "plan",
    "suspension",
    "designation",
    "stand_down",
    "verification",
    "answer",
    "acceptance",
]
"""All but the last two are of a place; ``answer`` and ``acceptance`` are promises beside it."""
Expiry = Literal[
    "contact_missed",
    "carry_over",
    "escalate",
    "plan_overdue",
    "resume",
    "designation_missed",
    "review",
    "close_without_word",
    "answer_missed",
    "acceptance_missed",
]

ObjectionGround = Literal["not_our_duty", "not_our_area", "incomplete", "duplicate", "not_acceptable"]
"""Why it is handed back: 职责不符, 属地不符, 信息不全, 重复, 不予受理."""
RejectionGround = Literal["litigation", "petition", "secrecy", "concluded", "not_this_office", "other"]
"""Why it is not taken on, as Weifang's 12345 regulation (Art. 19) and Beijing's (Art. 11) list it (†)."""


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


class Term(Frozen):
    """A promise's own clock: since when, until when, and whether its days lie in a year that is not published."""

    since: Instant
    until: Instant
    provisional: bool = Field(default=False, exclude_if=lambda provisional: not provisional)


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
    "answer_given",
    "answer_missed",
    "case_accepted",
    "acceptance_missed",
    "case_held",
    "case_carried_over",
    "case_raised_to_district",
    "case_escalated",
    "case_returned",
    "case_objected",
    "case_designated",
    "designation_missed",
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
    passed it over; or that it is put on the agenda of. ``answer``: what the resident is told with it; ``answer_kept``:
    that the promise was kept by it. ``answer_due``: the promise begins anew.
    """

    envelope = frozenset({"type", "at", "place", "words"})

    place: Place | None = None
    words: SealedRef | None = None
    sitting: str | None = None
    answer: str | None = None
    answer_kept: bool = False
    answer_due: Term | None = None


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
    joint_names: int | None = None
    reporter_kind: ReporterKind = "person"
    acceptance_due: Term | None = None


class ResidentContacted(CaseFact):
    type: Literal["resident_contacted"] = "resident_contacted"
    how: str
    outcome: str


class ContactMissed(CaseFact):
    type: Literal["contact_missed"] = "contact_missed"


class AnswerGiven(CaseFact):
    """Its text is ``answer``."""

    type: Literal["answer_given"] = "answer_given"


class AnswerMissed(CaseFact):
    type: Literal["answer_missed"] = "answer_missed"


class CaseAccepted(CaseFact):
    """``text``: the word that it is accepted."""

    type: Literal["case_accepted"] = "case_accepted"
    text: str


class AcceptanceMissed(CaseFact):
    type: Literal["acceptance_missed"] = "acceptance_missed"


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
    ground: ObjectionGround | None = None


class CaseObjected(CaseFact):
    """The ``count``-th objection. ``estate`` and ``units``: those that it goes back to, where they are others."""

    type: Literal["case_objected"] = "case_objected"
    ground: ObjectionGround
    count: int
    estate: str | None = None
    units: dict[str, str] | None = None


class CaseDesignated(CaseFact):
    """``unit``: whose it is. ``estate`` and ``units``: the estate that it is moved to, where that is another."""

    type: Literal["case_designated"] = "case_designated"
    unit: str
    document: str
    estate: str | None = None
    units: dict[str, str] | None = None


class DesignationMissed(CaseFact):
    type: Literal["designation_missed"] = "designation_missed"


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
    """``notice_by`` and ``concluded_by``: the dates of what goes on as 信访, as they are told."""

    type: Literal["case_referred"] = "case_referred"
    to_whom: str
    reference: str | None = None
    notice_by: date | None = None
    concluded_by: date | None = None


class CaseRejected(CaseFact):
    type: Literal["case_rejected"] = "case_rejected"
    ground: RejectionGround = "other"


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
    """``was``: until when it waited before; ``units``: those above its estate, where they are others now.

    ``answer_due`` and ``acceptance_due`` are here the promise's own clock with its end computed again.
    """

    type: Literal["wait_reprojected"] = "wait_reprojected"
    was: KeptInstant | None = None
    units: dict[str, str] | None = None
    acceptance_due: Term | None = None


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
    | AnswerGiven
    | AnswerMissed
    | CaseAccepted
    | AcceptanceMissed
    | CaseHeld
    | CaseCarriedOver
    | CaseRaised
    | CaseEscalated
    | CaseReturned
    | CaseObjected
    | CaseDesignated
    | DesignationMissed
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
