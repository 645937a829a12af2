"""Playbooks and joint responses over the wire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.cases.schemas import ActorView, Decided, EventBrief
from api.edge.wire import Answer, Instant
from api.organisation.schemas import NamedView

Span = Annotated[str, Field(examples=["30min", "2h", "3d", "2workdays", "6months"])]
"""A length of time from T0, as the playbook has it."""


class CallFirstView(Answer):
    """What belongs to 110, 119 or 120 goes there first."""

    number: str
    why: str


class PlannedTaskView(Answer):
    """A task of a playbook; its clocks run from T0, ``sign_within`` from its opening."""

    id: str
    phase: str
    party: str
    role: Literal["lead", "support"]
    name: str
    deliverable: str
    opens: Span
    depends_on: list[str]
    sign_within: Span
    complete_by: Span
    required: bool
    records: str | None
    source: str | None


class PlaybookView(Answer):
    """A kind of emergency, and what is done in it. ``lead``: the department that convenes."""

    kind: str
    version: str
    name: str
    summary: str
    lead: str
    call_first: list[CallFirstView]
    phases: list[NamedView]
    tasks: list[PlannedTaskView]


class PlaybookList(Answer):
    items: list[PlaybookView]


class ExternalView(Answer):
    """A party outside the seven departments, with the one that signs and reports for it."""

    id: str
    name: str
    reported_by: str


class RungView(Answer):
    """So long after a missed clock, ``to`` is told."""

    after: Span
    to: str


class PlaybookSittingView(Answer):
    """The extraordinary sitting that the playbook convenes, and the task that it decides."""

    at: Span
    minutes: int
    decides: str | None
    title: str


class AlarmView(Answer):
    """Raised at T0 + ``at``, unless the tasks in ``unless`` are finished."""

    id: str
    at: Span
    name: str
    unless: list[str]
    to: str


class WholePlaybookView(PlaybookView):
    """Everything in a playbook."""

    externals: list[ExternalView]
    remind_before: Span | None
    escalation: list[RungView]
    reports_first: Span
    reports_every: Span
    sitting: PlaybookSittingView | None
    alarms: list[AlarmView]
    cap: Span
    watch: Span
    returns_to: str | None


ReportKind = Literal["sign", "progress", "done", "object", "waive"]
EmergencyAction = Literal["situation_report", "stand_down"]


class TaskView(Answer):
    """A task as it stands. ``department``: who signs and reports for it, a department's code or a unit's id;
    ``external``: whose it is, where that is no department. ``late``: a clock is missed and not made good."""

    id: str
    phase: str
    department: str
    party: str
    party_name: str
    external: NamedView | None
    role: Literal["lead", "support"]
    name: str
    deliverable: str
    required: bool
    status: Literal["pending", "open", "signed", "done", "waived"]
    status_name: str
    sign_late: bool
    complete_late: bool
    late: bool
    opens_at: Instant
    opened_at: Instant | None
    sign_by: Instant | None
    complete_by: Instant | None
    signed_at: Instant | None
    ended_at: Instant | None
    provisional: bool
    depends_on: list[str]
    records: str | None
    source: str | None
    you_may: list[ReportKind]


class BranchView(Answer):
    """One department's branch in numbers; the externals that it reports for are in it."""

    department: str
    name: str
    tasks: int
    pending: int
    open: int
    signed: int
    done: int
    waived: int
    late: int
    next_until: Instant | None


class SituationReportView(Answer):
    """A numbered report on the whole response."""

    number: int
    text: str
    at: Instant
    by: ActorView


class ResponseWaitView(Answer):
    """One thing that the response waits for, and what happens then, in words."""

    kind: str
    reason: str
    until: Instant
    task: str | None
    party: str | None
    reminder: bool


class EscalationView(Answer):
    """A missed clock that climbed a rung, an alarm, or the cap; ``to``: who heard of it."""

    task: str | None
    alarm: str | None
    clock: str | None
    rung: int | None
    to: str
    to_name: str
    at: Instant


class EmergencyLinks(Answer):
    """Where else the emergency is found."""

    model_config = ConfigDict(populate_by_name=True)

    itself: str = Field(alias="self")
    events: str
    cases: list[str]
    sitting: str | None
    temporal: str
    console: str


class EmergencyView(Answer):
    """A joint response. Departments are shown their own tasks, and of the other branches the numbers."""

    id: str
    version: int
    cases: list[str]
    playbook: str
    playbook_version: str
    name: str
    lead: str
    status: Literal["open", "watch", "closed"]
    status_name: str
    phase: str
    phase_name: str
    declared_at: Instant
    stood_down_at: Instant | None
    cap_at: Instant
    watch_until: Instant | None
    outcome: Literal["resolved", "returned"] | None
    tasks: list[TaskView]
    branches: list[BranchView]
    situation_reports: list[SituationReportView]
    waits: list[ResponseWaitView]
    escalations: list[EscalationView]
    linked: list[str]
    call_first: list[CallFirstView]
    provider: NamedView | None
    sitting_id: str | None
    you_may: list[EmergencyAction]
    links: EmergencyLinks


class EmergencyPage(Answer):
    """Those that run first; ``next_cursor`` is null on the last page."""

    items: list[EmergencyView]
    next_cursor: str | None


class EmergencyChanged(Answer):
    """What came of a report: its events, and the task right after it. ``reports``: how many situation reports."""

    id: str
    version: int
    status: Literal["open", "watch", "closed"]
    phase: str
    reports: int
    events: list[EventBrief]
    task: TaskView | None


class StoodDown(Decided):
    """What became of the case; ``emergency_status`` is the response's, which is watched from now on."""

    emergency_id: str
    emergency_status: Literal["open", "watch", "closed"] | None
