"""What goes over the wire: requests and answers. Instants are shown on Shanghai's clock, with their offset."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from domain.agenda import Agenda, AgendaItem, AgendaSection, LateItem, Minutes
from domain.calendar import SHANGHAI
from domain.forum import Sitting
from domain.ladder import DecisionKind
from domain.personal import Line, Short, Words, WorkingText, clean
from domain.policy_set import PolicyKind
from domain.sitting import Status as SittingStatus


def shanghai_iso(instant: datetime) -> str:
    """``2026-03-04T15:00:00+08:00``."""
    return instant.astimezone(SHANGHAI).isoformat()


Instant = Annotated[
    datetime,
    PlainSerializer(shanghai_iso, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-04T15:00:00+08:00"]}),
]
Id = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Channel = Literal["wechat", "counter", "phone", "officer"]
Severity = Literal["low", "normal", "high", "urgent"]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(clean)]


Telephone = Annotated[Phone, StringConstraints(pattern=r"^[+0-9（(][-0-9 ()（）]{5,38}[0-9]$")]


class Request(BaseModel):
    """Base of what is sent: a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """Base of what is answered."""

    model_config = ConfigDict(frozen=True)


# ---------------------------------------------------------------- sign-in


class SignIn(Request):
    """A name and password; ``capacity`` names one of the account's posts, by unit or as ``role:unit``."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "estate-mudan-garden", "password": "nancheng"}]}
    )

    username: Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(clean)]
    password: Annotated[str, StringConstraints(max_length=1024), AfterValidator(clean)]
    capacity: Annotated[str, StringConstraints(max_length=200), AfterValidator(clean)] | None = None


class PostView(Answer):
    """One post: a role at a unit or department; supervisors and administrators have no unit."""

    role: str
    unit: str | None


class Token(Answer):
    """Send it as ``Authorization: Bearer``. ``expires_in`` is in seconds."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int
    capacity: PostView
    posts: list[PostView]


# ---------------------------------------------------------------- cases


class Location(Request):
    """Where it is; sealed."""

    address: Short | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None


class Reporter(Request):
    """Who says so; sealed. Anonymous: the officers are shown neither name nor phone."""

    name: Short | None = None
    phone: Phone | None = None
    anonymous: bool = False


class NewCase(Request):
    """A resident's issue. The title is read by everybody who handles the case and holds no personal data;
    description, location and reporter are sealed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "estate": "mudan-garden",
                    "category": "lift",
                    "title": "3号楼电梯反复停在两层之间",
                    "description": "本周第三次了，老人不敢乘坐。",
                    "channel": "wechat",
                    "location": {"address": "3号楼2单元"},
                    "reporter": {"name": "王女士", "phone": "0530-5550123", "anonymous": False},
                }
            ]
        }
    )

    estate: Id
    category: Id
    title: Line
    description: Words
    channel: Channel
    severity: Severity = "normal"
    location: Location | None = None
    reporter: Reporter | None = None
    emergency: Id | None = None
    """A playbook's kind: the case starts in the joint response."""
    consent: Short | None = None
    """The version of the consent text that the resident agreed to; sealed, with the time."""


class NewIssue(Request):
    """What a resident raises, without sign-in. Everything but the title is sealed; the title is read at meetings.

    Who is not anonymous leaves a telephone number, so that the estate can make contact.
    """

    estate: Id
    category: Id
    description: Words
    title: Line | None = None
    location: Location | None = None
    anonymous: bool = False
    name: Short | None = None
    phone: Annotated[Telephone | None, Field(validate_default=True)] = None
    consent: Short

    @field_validator("phone")
    @classmethod
    def _can_be_reached(cls, phone: str | None, sent: ValidationInfo) -> str | None:
        if phone is None and not sent.data.get("anonymous"):
            raise PydanticCustomError("phone_or_anonymous", "leave a telephone number, or stay anonymous")
        return phone


class WaitView(Answer):
    """The one thing an open case waits for: until when, and what happens then."""

    kind: str
    reason: str
    until: Instant
    on_expiry: str
    on_expiry_kind: str
    sitting_id: str | None
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
    """A case as lists show it. ``title`` is null once the resident is erased."""

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
    """A case. ``description``, ``location``, ``reporter`` and ``photos`` are shown to officers in whose scope it is,
    and are null (or empty) once the resident is erased. ``allowed``: the decisions that you may take now."""

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
    via: str | None = None
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


# ---------------------------------------------------------------- residents


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
    """How it ended; why and where, for a case that was referred or not taken on."""

    how: str
    kind: str
    at: Instant
    why: str | None
    where: str | None


class Followed(Answer):
    """The case that a duplicate follows."""

    number: str
    stage: str
    closed: Outcome | None


class Milestone(Answer):
    """What happened to the issue, as its resident is told. ``text``: what was done, or is planned, in the words of
    whoever wrote it down."""

    type: str
    label: str
    at: Instant
    text: str | None


class Track(Answer):
    """What the resident may see. ``plan`` while it is being carried out; ``milestones`` oldest first."""

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
    plan: PlanView | None
    disputes: int
    milestones: list[Milestone]
    photos: list[PhotoView]


Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class Word(Request):
    """The resident's own decision. ``confirm`` takes stars (1 to 5), ``dispute`` a reason; reasons are sealed."""

    code: Code
    kind: Literal["confirm", "dispute", "withdraw"]
    stars: Annotated[int, Field(ge=1, le=5, strict=True)] | None = None
    reason: Words | None = None

    @model_validator(mode="after")
    def _stars_belong_to_confirm(self) -> Self:
        if (self.kind == "confirm") != (self.stars is not None):
            raise PydanticCustomError("stars", "stars come with confirm, and only with it")
        return self


# ---------------------------------------------------------------- organisation, forums


class EstateView(Answer):
    """An estate; ``kind`` is market, state_backstop or self_governed."""

    id: str
    name: str
    kind: str | None
    company: str | None


class CommunityView(Answer):
    """A community and its estates."""

    id: str
    name: str
    estates: list[EstateView]


class NamedView(Answer):
    """Something with an id and a name."""

    id: str
    name: str


class DepartmentView(Answer):
    """A department of the joint response."""

    code: str
    name: str


class TierView(Answer):
    """One rung of the ladder, lowest first."""

    id: str
    name: str
    stage: NamedView


class OrganisationView(Answer):
    """The organisation in force."""

    version: str
    name: str
    alliance: NamedView
    communities: list[CommunityView]
    departments: list[DepartmentView]
    categories: list[NamedView]
    companies: list[NamedView]
    tiers: list[TierView]


class CadenceView(Answer):
    """When a forum sits: every week or month, on a weekday (of a month, its ``nth``; -1 is the last), at a time of
    Shanghai, for so many minutes; off a holiday to the next working day."""

    every: Literal["week", "month"]
    weekday: str
    nth: int | None
    time: Annotated[str, Field(examples=["15:00"])]
    minutes: int
    holiday: str


class ForumView(Answer):
    """A body that meets; its id is its unit's."""

    id: str
    tier: str
    unit: str
    name: str
    cadence: CadenceView


class ForumList(Answer):
    items: list[ForumView]


class AddendumView(Answer):
    """A case added after the freeze: `by` an officer's `decision`, or by rule because it `arrived_while_freezing`."""

    case: str
    reason: str
    by: str
    at: Instant


class AttendanceView(Answer):
    """Who was there, by post and unit."""

    chair: str | None
    recorder: str | None
    present: list[str]
    absent: list[str]


class SittingLinks(Answer):
    """Where else the sitting is found; its papers are null until they are written."""

    model_config = ConfigDict(populate_by_name=True)

    itself: str = Field(alias="self")
    agenda: str | None
    minutes: str | None
    temporal: str | None
    console: str


class SittingView(Answer):
    """One meeting. ``provisional``: the dates rest on a year whose calendar is not published.

    ``version`` is 0 until its process begins, when its agenda is drafted or somebody moves or cancels it before;
    until then the calendar gives its dates. ``sequence`` counts its moves; ``regular_starts_at`` is when it would
    be by the calendar, null where that is now. ``emergency``: what an extraordinary sitting is about.
    """

    id: str
    forum: str
    emergency: str | None
    name: str
    version: int
    status: SittingStatus
    status_name: str
    sequence: int
    drafts_at: Instant
    freezes_at: Instant
    starts_at: Instant
    ends_at: Instant
    minutes_due: Instant
    provisional: bool
    regular_starts_at: Instant | None
    addenda: list[AddendumView]
    attendance: AttendanceView | None
    links: SittingLinks


class SittingChanged(SittingView):
    """What came of a command, as the sitting stood right after it. ``warnings``: `not_a_workday`."""

    events: list[EventBrief]
    warnings: list[Literal["not_a_workday"]]


class SittingList(Answer):
    items: list[SittingView]


class Addendum(Request):
    """An urgent case for a frozen agenda."""

    case: Line
    reason: WorkingText


class OtherBusiness(Request):
    """A line under other business, for an agenda that is not frozen."""

    text: Line


class Reschedule(Request):
    """Moves the sitting, and with it every case that waits for it; at most 90 days ahead."""

    starts_at: Annotated[AwareDatetime, Field(examples=["2026-03-06T15:00:00+08:00"])]
    reason: WorkingText


class CancelSitting(Request):
    """The sitting is not held; its cases wait for the next one."""

    reason: WorkingText


Posts = Annotated[list[Line], Field(max_length=200)]


class Attendance(Request):
    """Who was there, by post and unit; not by name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "chair": "社区党委书记",
                    "recorder": "社区专干",
                    "present": ["城市管理局", "物业企业"],
                    "absent": ["消防救援大队"],
                }
            ]
        }
    )

    chair: Line
    recorder: Line
    present: Posts = []
    absent: Posts = []


class CloseSitting(Request):
    """The chair closes the meeting before its minutes are due; ``dissent`` goes into them."""

    dissent: Annotated[list[WorkingText], Field(max_length=50)] = []


# ---------------------------------------------------------------- papers: the domain's values, on Shanghai's clock


class SittingDates(Sitting):
    """The sitting as the paper was written for it."""

    drafts_at: Instant
    freezes_at: Instant
    starts_at: Instant
    ends_at: Instant
    minutes_due: Instant


class AgendaItemView(AgendaItem):
    """One case on the agenda."""

    first_tabled: Instant | None = None


class AgendaSectionView(AgendaSection):
    """A heading with its cases, or with lines of text."""

    items: tuple[AgendaItemView, ...] = ()


class LateItemView(LateItem):
    """An addendum to the frozen agenda."""

    item: AgendaItemView
    at: Instant


class AgendaView(Agenda):
    """A sitting's agenda; ``frozen_at`` is null while it is a draft. Texts are in the agenda's own language."""

    sitting: SittingDates
    frozen_at: Instant | None = None
    made_at: Instant
    sections: tuple[AgendaSectionView, ...]
    addenda: tuple[LateItemView, ...] = ()


class MinutesView(Minutes):
    """A sitting's minutes; ``head`` is the hash of the case's stream at the decision."""

    sitting: SittingDates
    made_at: Instant
    next_sitting: SittingDates | None = None


class CalendarLink(Answer):
    """An address to subscribe to without sign-in: whoever has it may read the feed. Keep it."""

    url: str
    webcal: str


# ---------------------------------------------------------------- emergencies


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


class TaskReportRequest(Request):
    """What a party reports of its task. ``progress`` needs a note; ``object`` and ``waive`` a reason. ``to``: whose it
    is instead, with ``object``; ``provider`` and ``filed_on``: what some tasks have to name, with ``done``."""

    kind: ReportKind
    reason: WorkingText | None = None
    note: WorkingText | None = None
    to: Id | None = None
    provider: Id | None = None
    filed_on: date | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_takes(self) -> Self:
        if self.to is not None and self.kind != "object":
            raise PydanticCustomError("not_with_this_kind", "to comes with object")
        if (self.provider is not None or self.filed_on is not None) and self.kind != "done":
            raise PydanticCustomError("not_with_this_kind", "provider and filed_on come with done")
        if self.kind == "progress" and not (self.note or self.reason):
            raise PydanticCustomError("note_required", "progress needs a note")
        return self


class SituationReportRequest(Request):
    """A report on the whole response."""

    text: WorkingText


class StandDownRequest(Request):
    """The end of an emergency: ``resolved`` asks the resident; ``returned`` brings the case to a tier."""

    outcome: Literal["resolved", "returned"]
    tier: Id | None = None
    reason: WorkingText


class StoodDown(Decided):
    """What became of the case; ``emergency_status`` is the response's, which is watched from now on."""

    emergency_id: str
    emergency_status: Literal["open", "watch", "closed"] | None


# ---------------------------------------------------------------- rehearsal, health


class TownClock(Answer):
    """What time it is in the rehearsal."""

    now: Instant


class FastForward(Request):
    """Brings the town's clock on: by days and hours, or ``until`` an instant; at most 800 days at a time. ``case`` or
    ``workflow_id``: whose standing is told then."""

    case: Id | None = None
    workflow_id: Id | None = None
    days: Annotated[float, Field(ge=0, le=800, strict=True, allow_inf_nan=False)] = 0
    hours: Annotated[float, Field(ge=0, le=19_200, strict=True, allow_inf_nan=False)] = 0
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _says_how_far(self) -> Self:
        if self.case is not None and self.workflow_id is not None:
            raise PydanticCustomError("case_or_workflow", "give case or workflow_id, or neither")
        if (self.days + self.hours == 0) == (self.until is None):
            raise PydanticCustomError("days_or_hours", "give days, hours, or both; or the instant to move to")
        if self.days + self.hours / 24 > 800:
            raise PydanticCustomError("days_or_hours", "at most 800 days")
        return self

    @property
    def named(self) -> str | None:
        """The process that is named, if one is."""
        return self.case or self.workflow_id


class FastForwarded(Answer):
    """``now`` is the town's clock; everything due has happened. Of a process that was named: its version, and a case's
    stage, a sitting's status, or a joint response's phase and then status."""

    now: Instant
    version: int | None = None
    stage: str | None = None


class Health(Answer):
    """``ok``, or what is missing."""

    status: str
    checks: dict[str, bool]


# ---------------------------------------------------------------- administration

_Capacity = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(clean)]
AccountId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$", min_length=2, max_length=64)]
_PolicyText = Annotated[str, StringConstraints(max_length=256 * 1024), AfterValidator(clean)]
_FileName = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(clean)]


class PolicyFiles(Request):
    """A policy's file by its name; of an organisation, tables by theirs."""

    kind: PolicyKind
    files: Annotated[dict[_FileName, _PolicyText], Field(min_length=1, max_length=4)]


class PolicyLoad(Request):
    """A policy's text. ``after``: the dry run's ``basis``."""

    kind: PolicyKind
    text: _PolicyText
    after: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class PolicyView(Answer):
    """A version of a policy."""

    kind: str
    name: str
    version: str
    sha256: str
    loaded_at: Instant


class PolicyText(PolicyView):
    """A version with its text."""

    text: str


class PolicyList(Answer):
    """Versions of policies."""

    items: list[PolicyView]


class FieldView(Answer):
    """A field, before and after."""

    field: str
    before: Any
    after: Any


class ChangeView(Answer):
    """An entry of the organisation: ``added``, ``removed`` or ``changed``."""

    what: str
    id: str
    how: str
    fields: list[FieldView]


class PolicyDraft(Answer):
    """What a policy would change. ``base``: what is in force in its place (``nancheng@2``); ``basis``: the digest of
    everything that is in force. ``state``: ``new``; ``in_force``, this very version is; ``superseded``, it was.
    ``waits``: how many waits of cases move with the ``sittings``; ``elsewhere``: open cases by estate that belong to
    other units then; ``astray``: accounts with posts that there are no longer; ``refused``: why it cannot be loaded
    now."""

    name: str
    version: str
    text: str
    state: Literal["new", "in_force", "superseded"]
    base: str | None
    basis: str
    changes: list[ChangeView]
    lines: list[str]
    waits: int
    sittings: list[str]
    elsewhere: dict[str, int]
    cancelled: list[str]
    astray: list[str]
    refused: list[str]


class NewAccount(Request):
    """A new account and its posts, ``role:unit`` each."""

    id: AccountId
    posts: Annotated[list[_Capacity], Field(min_length=1, max_length=20)]


class HeldPosts(Request):
    """All posts of an account, ``role:unit`` each."""

    posts: Annotated[list[_Capacity], Field(max_length=20)]


class AccountView(Answer):
    """An account. ``change_by``: its password is a one-time one, good until then. ``astray``: posts that there are no
    longer."""

    id: str
    posts: list[str]
    disabled: bool
    change_by: Instant | None
    locked_until: Instant | None
    sessions: int
    astray: list[str]


class NewAccountView(AccountView):
    """An account with its one-time password."""

    password: str


class AccountList(Answer):
    """Accounts by id."""

    items: list[AccountView]
