"""Cases over the wire."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import (
    ConfigDict,
    Field,
)

from api.edge.wire import Answer, Instant
from domain.policy.ladder import DecisionKind, ReporterKind


class WaitView(Answer):
    """The one thing an open case waits for: until when, and what happens then."""

    kind: str
    reason: str
    until: Instant
    on_expiry: str
    on_expiry_kind: str
    sitting_id: str | None
    provisional: bool


class PromiseView(Answer):
    """A word that is promised beside what the case waits for: by when, and when and how it was given. ``missed``: its
    time has passed before that."""

    due: Instant
    given_at: Instant | None
    text: str | None
    missed: bool
    provisional: bool


class PlanView(Answer):
    """Who does what until when; ``due_date`` is a Shanghai date, due at its end."""

    lead: str
    co_handlers: list[str]
    deliverable: str
    due_date: date
    made_at_tier: str
    extensions: int


class Links(Answer):
    """Where else the case is found."""

    model_config = ConfigDict(populate_by_name=True)

    itself: str = Field(alias="self")
    events: str
    temporal: str
    console: str
    emergency: str | None = None


class CaseItem(Answer):
    """A case as lists show it. ``title`` is null once the resident is erased. ``answer_due``: until when the
    first word that it owes is, or was, promised; ``answer_missed``: the time of one has passed."""

    number: str
    version: int
    tier: str
    stage: str
    stage_name: str
    estate: str
    community: str | None
    category: str
    title: str | None
    severity: str | None
    channel: str | None
    opened_at: Instant
    updated_at: Instant
    wait: WaitView | None
    carried_over: int
    supervised: bool
    overdue: bool
    answer_due: Instant | None
    answer_missed: bool
    emergency_id: str | None
    closed_as: str | None
    closed_at: Instant | None
    duplicate_of: str | None
    links: Links


class PhotoView(Answer):
    """A photograph, by its id; ``url`` gives it as JPEG, with ``?size=thumbnail`` a small one. Metadata is gone."""

    id: str
    url: str
    width: int
    height: int
    at: Instant


class PhotosAdded(PhotoView):
    """The first photograph that was sent, and all of them; ``version`` is the case's."""

    version: int
    photos: list[PhotoView]


class CaseView(CaseItem):
    """A case. ``answer``: 阶段答复, what is promised to the resident; ``acceptance``: word whether it is accepted, to
    ``joint_names`` owners or a body. ``designated``: by the district, after ``objections``. ``description``,
    ``location``, ``reporter`` and ``photos`` are shown to officers in whose scope it is, and are null (or empty) once
    the resident is erased. ``allowed``: the decisions that you may take now."""

    answer: PromiseView | None
    acceptance: PromiseView | None
    joint_names: int | None
    reporter_kind: ReporterKind
    objections: int
    designated: str | None
    plan: PlanView | None
    suspended_for: str | None
    assigned_to: str | None
    raised: bool
    allowed: list[DecisionKind]
    description: str | None
    location: dict[str, Any] | None
    reporter: dict[str, Any] | None
    photos: list[PhotoView]


class OpenedCase(CaseView):
    """The case just opened; ``code`` is the resident's, to follow it by."""

    code: str


class CasePage(Answer):
    """Newest first; ``next_cursor`` is null on the last page."""

    items: list[CaseItem]
    next_cursor: str | None


class ActorView(Answer):
    """Who, in what capacity."""

    id: str
    role: str
    unit: str | None = None
    via: str | None = Field(default=None, exclude_if=lambda via: via is None)
    """How it came, where nobody has looked at who sent it: ``signal``."""


class EventView(Answer):
    """One event of the case. ``data.words`` are the resident's own, where you may read them."""

    version: int
    type: str
    label: str
    at: Instant
    actor: ActorView
    reason: str | None
    data: dict[str, Any]
    hash: str


class EventList(Answer):
    """The whole stream, oldest first."""

    items: list[EventView]


class EventBrief(Answer):
    """An event that a decision brought about."""

    version: int
    type: str
    label: str
    at: Instant


class Decided(Answer):
    """What came of a decision, as it stood right after it."""

    number: str
    version: int
    stage: str
    tier: str
    events: list[EventBrief]
    wait: WaitView | None
    answer: PromiseView | None


class Next(Answer):
    """What happens next; ``kind`` and ``on_expiry`` are a case's wait's. ``plain``, ``by_when`` and ``if_not`` say it
    to the resident."""

    what: str
    until: Instant
    otherwise: str
    plain: str
    by_when: str
    if_not: str
    kind: str
    on_expiry: str
    provisional: bool


class Outcome(Answer):
    """How it ended; why and where, for a case that was referred or not taken on. ``ground``: why in general, of one not
    taken on; ``channel``: the lawful way that is open, with its dates."""

    how: str
    kind: str
    at: Instant
    why: str | None
    where: str | None
    ground: str | None
    channel: str | None


class Followed(Answer):
    """The case that a duplicate follows."""

    number: str
    stage: str
    closed: Outcome | None


class Milestone(Answer):
    """What happened to the issue, as its resident is told. ``text``: what was done, or is planned, in the words of
    whoever wrote it down; ``answer``: what the resident was told with it (阶段答复)."""

    type: str
    label: str
    at: Instant
    text: str | None
    answer: str | None


class Track(Answer):
    """What the resident may see. ``answer`` and ``acceptance``: by when they hear, or what they heard. ``plan``
    while it is being carried out; ``milestones`` oldest first."""

    number: str
    title: str | None
    stage: str
    stage_kind: str
    opened_at: Instant
    updated_at: Instant
    next: Next | None
    closed: Outcome | None
    follows: Followed | None
    you_may: list[DecisionKind]
    version: int
    tier: str
    tier_name: str
    estate: str
    category: str
    answer: PromiseView | None
    acceptance: PromiseView | None
    plan: PlanView | None
    disputes: int
    milestones: list[Milestone]
    photos: list[PhotoView]
