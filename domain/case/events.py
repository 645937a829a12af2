"""What happens to a case, and what it waits for: the values that the log keeps."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from domain.stream import Frozen, Instant, Schema, StreamEvent, StreamFact

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


class Fact(StreamFact):
    """One thing that happened, as far as the state depends on it. ``at`` is in UTC.

    ``place``: where the case stands since, when it moved or waits for something new. ``detail``: the facts of
    this type, as ``decide`` below writes them. ``words``: a resident's, sealed.
    """

    type: EventType
    place: Place | None = None
    detail: dict[str, Any] = Field(default_factory=dict)
    words: SealedRef | None = None


Event = StreamEvent[Fact]

SCHEMA = Schema(Event, version=1)
