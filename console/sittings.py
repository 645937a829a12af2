"""A sitting: where it stands, its agenda and minutes, and what its officers do with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Request
from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from api.cases.routes import teller
from api.edge.problem_words import status_of
from api.edge.strict import StrictRoute
from api.process import Services, services_of
from api.sittings.routes import commanded
from api.sittings.schemas import SittingView
from api.views import Teller
from console import agendas, forms
from console.flashes import flash
from console.forms import Form, Sent
from console.once import Once
from console.pages import OnPage, Viewer, local_path, page, see
from console.words import say
from documents.outline import Outline, outline
from domain.errors import Refusal
from domain.notices import members
from domain.papers.agenda import Agenda, Minutes
from domain.permission import Actor, may_read_papers, may_run
from domain.personal import Line, WorkingText
from domain.policy.calendar import SHANGHAI, ClockTime, shanghai
from domain.policy.forum import Sitting
from domain.sitting import (
    BEFORE_SESSION,
    AddOtherBusiness,
    AddToAgenda,
    Cancel,
    CloseSitting,
    RecordAttendance,
    Reschedule,
    SittingState,
    SittingWait,
    Status,
    waits,
)
from domain.telling import moment
from domain.words.bilingual import text
from domain.words.sitting_words import SITTING_STATUSES, SITTING_WAITS
from services.problems import Problem
from services.scope import scope_of
from services.sittings import Asked
from store.cases import CaseRow
from store.folding import SITTINGS
from store.log import StoredEvent
from store.sittings import SittingRow

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_MOST_CANDIDATES = 200
_SITTINGS_AHEAD = 4
_Sent = TypeVar("_Sent", bound=Once)


# ---------------------------------------------------------------- what is known of it


@dataclass(frozen=True, slots=True)
class Step:
    """One of the stations of a sitting. ``at``: when it was reached, or is to be."""

    status: Status
    name: str
    at: datetime | None
    state: Literal["done", "now", "ahead"]


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a sitting. ``detail``: what there is to say besides."""

    version: int
    label: str
    at: datetime
    actor: Actor
    reason: str | None
    type: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """A sitting as its pages show it, to who looks. ``runs``: may prepare and run it; ``reads``: its papers."""

    tells: Teller
    dates: Sitting
    row: SittingRow | None
    view: SittingView
    state: SittingState | None
    story: tuple[Told, ...]
    runs: bool
    reads: bool
    now: datetime

    @property
    def id(self) -> str:
        return self.dates.id

    @property
    def version(self) -> int:
        """0 before its process begins."""
        return self.view.version

    @property
    def status(self) -> Status:
        return self.view.status

    @property
    def ahead(self) -> bool:
        """Whether it can still be moved or cancelled."""
        return self.status in BEFORE_SESSION

    @property
    def may(self) -> frozenset[str]:
        """What the viewer may do with it now; the pages are named so."""
        if not self.runs or (self.row is None and self.dates.starts_at <= self.now):
            return frozenset()
        ended = self.state is not None and self.state.decisions_ended_at is not None
        found = {
            "reschedule": self.ahead,
            "cancel": self.ahead,
            "addendum": self.status in ("frozen", "in_session"),
            "other-business": self.status in ("announced", "drafted"),
            "attendance": self.status in ("in_session", "minutes") and not ended,
            "close": self.status == "minutes" and not ended,
        }
        return frozenset(what for what, can in found.items() if can)

    @property
    def waits_for(self) -> tuple[str, str, SittingWait] | None:
        """What it waits for, what happens then, and until when; None for one that is over or was never convened."""
        if self.state is None:
            if self.dates.drafts_at <= self.now:
                return None
            wait = SittingWait(kind="draft", until=self.dates.drafts_at)
        else:
            found = waits(self.state)
            if not found:
                return None
            wait = found[0]
        language = self.tells.language
        said = text(SITTING_WAITS[wait.kind], language, starts_at=moment(self.dates.starts_at, language))
        what, _, then = said.partition(" → ")
        return what, then, wait

    @property
    def steps(self) -> tuple[Step, ...]:
        """The stations of its life, each with its instant."""
        reached = {status: told.at for told in self.story for status in [_REACHES.get(told.type)] if status}
        planned = {
            "drafted": self.dates.drafts_at,
            "frozen": self.dates.freezes_at,
            "in_session": self.dates.starts_at,
            "minutes": self.dates.ends_at,
            "closed": self.dates.minutes_due,
        }
        stations: list[Status] = ["announced", "drafted", "frozen", "in_session", "minutes", "closed"]
        here = stations.index(self.status) if self.status in stations else -1
        if self.status == "cancelled":
            here = len([one for one in stations if one in reached]) - 1
        return tuple(
            Step(
                status=one,
                name=SITTING_STATUSES[one].in_(self.tells.language),
                at=reached.get(one) or planned.get(one),
                state="done" if place < here or self.status == "closed" else "now" if place == here else "ahead",
            )
            for place, one in enumerate(stations)
        )

    def when(self, instant: datetime) -> str:
        """An instant in the viewer's language."""
        return moment(instant, self.tells.language)

    @property
    def cancelled_because(self) -> str | None:
        """Why it is not held."""
        return next((told.reason for told in self.story if told.type == "sitting_cancelled"), None)


_REACHES: dict[str, Status] = {
    "sitting_convened": "announced",
    "agenda_drafted": "drafted",
    "agenda_frozen": "frozen",
    "session_opened": "in_session",
    "session_ended": "minutes",
    "sitting_closed": "closed",
}


async def known(request: Request, viewer: Viewer, sitting_id: str) -> Known:
    """A sitting for who looks. Raises Refusal ``unknown_sitting``."""
    services, tells = services_of(request), await teller(request)
    meetings = services.meetings
    dates, row = await meetings.sitting(sitting_id)
    rows = await services.log.read(sitting_id) if row is not None else ()
    rules, actor = tells.rules, viewer.actor
    return Known(
        tells=tells,
        dates=dates,
        row=row,
        view=tells.sitting(dates, row),
        now=services.clock.now(),
        state=await meetings.state(sitting_id) if row is not None else None,
        story=_story(tells, rows),
        runs=may_run(rules, actor, dates.forum) if dates.forum in rules.forums else False,
        reads=may_read_papers(rules, actor, dates.forum) if dates.forum in rules.forums else actor.role != "officer",
    )


def _story(tells: Teller, rows: Sequence[StoredEvent]) -> tuple[Told, ...]:
    events = [(row, SITTINGS.event(row)) for row in rows]
    return tuple(
        Told(row.version, tells.label(row.type), event.at, event.actor, event.reason, row.type, event.detail)
        for row, event in events
    )


async def agenda_of(services: Services, sitting: Known) -> Agenda | None:
    """Its agenda as it stands; None before it is drafted."""
    row = sitting.row
    if row is None:
        return None
    return await services.meetings.papers.agenda(row, services.clock.now())


# ---------------------------------------------------------------- its page


@router.get("/sittings/{sitting_id}")
async def sitting_page(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """Where a sitting stands, its agenda, its papers, what can be done with it."""
    services, sitting = services_of(request), await known(request, viewer, sitting_id)
    agenda = await agenda_of(services, sitting) if sitting.reads else None
    minutes = None
    if sitting.reads and sitting.row is not None and sitting.row.minutes:
        minutes = await services.meetings.papers.minutes(sitting.row)
    language = sitting.tells.language
    waiting = await services.meetings.list.waiting_cases(sitting_id) if sitting.reads and not minutes else ()
    return page(
        request,
        "sittings/sitting.html",
        sitting=sitting,
        agenda=agenda,
        minutes=minutes,
        waiting=len(waiting),
        outline=outline(agenda, language) if agenda else None,
        budget=agendas.budget(agenda, language) if agenda else None,
        attending=agendas.attending(agenda) if agenda else (),
        story=tuple(reversed(sitting.story)),
        sees_emergency=await _sees_emergency(services, viewer, sitting),
        opens=await _opens(services, viewer, sitting, agenda),
    )


async def _opens(services: Services, viewer: Viewer, sitting: Known, paper: Agenda | Minutes | None) -> frozenset[str]:
    """The cases on a paper and in a sitting's story that its reader may read."""
    numbers = {told.detail["case"] for told in sitting.story if told.type == "addendum_added"}
    rows = await services.cases.some(numbers.union(paper.cases if paper is not None else ()))
    scope = scope_of(viewer.actor)
    return frozenset(number for number, row in rows.items() if scope.sees(row))


async def _sees_emergency(services: Services, viewer: Viewer, sitting: Known) -> bool:
    """Whether the emergency that an extraordinary sitting hears is open to who reads of the sitting."""
    if sitting.view.emergency is None:
        return False
    row = await services.responses.list.get(sitting.view.emergency)
    return row is not None and scope_of(viewer.actor).sees_response(row)


@router.get("/sittings/{sitting_id}/minutes")
async def minutes_page(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """A sitting's minutes. Raises Refusal ``forbidden``, Problem ``no_minutes_yet``, ``sitting_not_held``."""
    services, sitting = services_of(request), await known(request, viewer, sitting_id)
    if not sitting.reads:
        raise Refusal("forbidden")
    found = await services.meetings.papers.minutes(sitting.row) if sitting.row is not None else None
    if found is None:
        raise _no_minutes(sitting)
    return page(
        request,
        "sittings/minutes.html",
        sitting=sitting,
        minutes=found,
        outline=_outline(sitting, found),
        opens=await _opens(services, viewer, sitting, found),
    )


def _outline(sitting: Known, paper: Agenda | Minutes) -> Outline:
    return outline(paper, sitting.tells.language)


def _no_minutes(sitting: Known) -> Problem:
    if sitting.status == "cancelled":
        return Problem("sitting_not_held", sitting=sitting.id)
    due = moment(sitting.dates.minutes_due, sitting.tells.language)
    return Problem("no_minutes_yet", said={"minutes_due": due}, sitting=sitting.id, minutes_due=due)


# ---------------------------------------------------------------- forms


async def _sent(request: Request, sitting: Known, form: Form[_Sent], body: Asked, actor: Actor) -> bool:
    """Sends a command; False where it was refused, which the form then says."""
    assert form.data is not None
    try:
        await commanded(services_of(request), sitting.id, actor, body, form.data.key, form.data.version)
    except (Refusal, Problem) as refused:
        form.refused(request, refused)
        form.values = {**form.values, _REFUSED: refused.code}
        return False
    return True


_REFUSED = "\x00refused"
"""Where a form keeps the code of what refused it: no field has such a name."""


async def _form_page(
    request: Request, viewer: Viewer, sitting: Known, what: str, form: Form[Any], **context: Any
) -> Response:
    """A form's page; after a refusal with what has happened since it was rendered."""
    since: tuple[Told, ...] = ()
    if form.errors:
        sitting = await known(request, viewer, sitting.id)
        version = form.value("version")
        if str(form.value(_REFUSED)) == "version_conflict" and str(version).isdigit():
            since = tuple(told for told in sitting.story if told.version > int(version))
    status = _status(form)
    return page(
        request, f"sittings/{what}.html", status=status, sitting=sitting, what=what, form=form, since=since, **context
    )


def _status(form: Form[Any]) -> int:
    if not form.errors:
        return 200
    refused = str(form.value(_REFUSED))
    return status_of(refused) if refused else 422


async def own(request: Request, viewer: Viewer, sitting_id: str) -> Known:
    """A sitting that the viewer may run. Raises Refusal ``unknown_sitting``, ``forbidden``."""
    sitting = await known(request, viewer, sitting_id)
    if not sitting.runs:
        raise Refusal("forbidden")
    return sitting


async def _runnable(request: Request, viewer: Viewer, sitting_id: str, what: str) -> Known:
    """A sitting with which the viewer may do ``what`` now. Raises Refusal ``forbidden``, ``sitting_not_there``."""
    sitting = await own(request, viewer, sitting_id)
    if what not in sitting.may:
        raise Refusal("sitting_not_there", decision=what, status=sitting.status, sitting=sitting_id)
    return sitting


def _done(sitting: Known, key: str, **params: str) -> Response:
    response = see(f"/sittings/{sitting.id}")
    flash(response, key, bad=False, **params)
    return response


# ---------------------------------------------------------------- rescheduling


class NewDate(Once):
    """When it is to be. ``look``: show what would come of it; ``send``: do it, if it was looked at."""

    step: Literal["look", "send"] = "look"
    looked_at: Annotated[str, StringConstraints(max_length=40)] | None = None
    day: date
    time: ClockTime
    reason: WorkingText

    @property
    def starts_at(self) -> datetime:
        """On Shanghai's clock."""
        return datetime.combine(self.day, self.time, SHANGHAI)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a new date brings about. ``clash``: the forum's other sitting on that day."""

    after: Sitting
    cases: int
    day_off: bool
    make_up: bool
    frozen: bool
    clash: Sitting | None


@router.get("/sittings/{sitting_id}/reschedule")
async def reschedule_form(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """The form, with the date that it has."""
    sitting = await _runnable(request, viewer, sitting_id, "reschedule")
    starts = shanghai(sitting.dates.starts_at)
    form = Form[NewDate]({"day": starts.date().isoformat(), "time": f"{starts:%H:%M}"})
    return await _form_page(request, viewer, sitting, "reschedule", form, preview=None)


@router.post("/sittings/{sitting_id}/reschedule")
async def reschedule(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """Shows what would come of it, then does it."""
    sitting = await own(request, viewer, sitting_id)
    form = await forms.read(request, NewDate)
    preview = None
    if form.data is not None:
        body = Reschedule(starts_at=form.data.starts_at, reason=form.data.reason)
        sending = form.data.step == "send" and form.data.looked_at == form.data.starts_at.isoformat()
        if sending and await _sent(request, sitting, form, body, viewer.actor):
            return _done(sitting, "flash.rescheduled", at=sitting.when(body.starts_at))
        preview = await _preview(request, sitting, form, body, viewer.actor)
    return await _form_page(request, viewer, sitting, "reschedule", form, preview=preview)


async def _preview(request: Request, sitting: Known, form: Form[Any], body: Reschedule, actor: Actor) -> Preview | None:
    """By the rules that decide it; what they refuse is said on the form."""
    meetings = services_of(request).meetings
    try:
        foreseen = await meetings.foreseen(sitting.id, actor, body)
    except Refusal as refused:
        form.refused(request, refused)
        form.values = {**form.values, _REFUSED: refused.code}
        return None
    after = foreseen.after.dates
    day = shanghai(after.starts_at).date()
    midnight = datetime.combine(day, time(), SHANGHAI)
    same_day = await meetings.timetable(after.forum, midnight, midnight.replace(hour=23, minute=59))
    others = [dates for dates, row in same_day if dates.id != after.id and not (row and row.is_cancelled)]
    return Preview(
        after=after,
        cases=len(await meetings.list.waiting_cases(sitting.id)),
        day_off="not_a_workday" in foreseen.warnings,
        make_up=sitting.tells.rules.calendar.exception(day) == "workday",
        frozen=foreseen.before.status == "frozen",
        clash=others[0] if others else None,
    )


# ---------------------------------------------------------------- cancelling


class NotHeld(Once):
    """Why."""

    reason: WorkingText


@router.get("/sittings/{sitting_id}/cancel")
async def cancel_form(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """The form, with what becomes of the cases."""
    sitting = await _runnable(request, viewer, sitting_id, "cancel")
    return await _cancel_page(request, viewer, sitting, Form())


@router.post("/sittings/{sitting_id}/cancel")
async def cancel(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """It is not held."""
    sitting = await own(request, viewer, sitting_id)
    form = await forms.read(request, NotHeld)
    if form.data is not None and await _sent(request, sitting, form, Cancel(reason=form.data.reason), viewer.actor):
        return _done(sitting, "flash.sitting_cancelled")
    return await _cancel_page(request, viewer, sitting, form)


async def _cancel_page(request: Request, viewer: Viewer, sitting: Known, form: Form[NotHeld]) -> Response:
    services = services_of(request)
    meetings, rules = services.meetings, await services.meetings.rules()
    without = replace(rules, moved={**rules.moved, sitting.id: None})
    forum = rules.forums[sitting.dates.forum]
    return await _form_page(
        request,
        viewer,
        sitting,
        "cancel",
        form,
        cases=len(await meetings.list.waiting_cases(sitting.id)),
        following=without.next_of(forum, services.clock.now()),
    )


# ---------------------------------------------------------------- addenda


class NewAddendum(Once):
    """An urgent case, and why it cannot wait."""

    case: Line
    reason: WorkingText


@router.get("/sittings/{sitting_id}/addendum")
async def addendum_form(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """The form, with the cases that wait for this forum and are not on the agenda."""
    sitting = await _runnable(request, viewer, sitting_id, "addendum")
    return await _addendum_page(request, viewer, sitting, Form())


@router.post("/sittings/{sitting_id}/addendum")
async def add_to_agenda(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """Puts a case on the frozen agenda."""
    sitting = await own(request, viewer, sitting_id)
    form = await forms.read(request, NewAddendum)
    if form.data is not None:
        body = AddToAgenda(case=form.data.case.strip(), reason=form.data.reason)
        if await _sent(request, sitting, form, body, viewer.actor):
            return _done(sitting, "flash.addendum", case=body.case)
    return await _addendum_page(request, viewer, sitting, form)


async def _addendum_page(request: Request, viewer: Viewer, sitting: Known, form: Form[NewAddendum]) -> Response:
    cases = await _candidates(services_of(request), sitting)
    return await _form_page(request, viewer, sitting, "addendum", form, cases=cases)


async def _candidates(services: Services, sitting: Known) -> list[CaseRow]:
    """The cases that wait for the forum and are not on this agenda, the oldest first."""
    meetings = services.meetings
    agenda = await agenda_of(services, sitting)
    listed = {item.case for item in agendas.items_of(agenda)} | set(agenda.not_fitting) if agenda else set()
    forum = sitting.tells.rules.forums[sitting.dates.forum]
    ids, now = [sitting.id], sitting.dates.freezes_at
    for _ in range(_SITTINGS_AHEAD):
        following = sitting.tells.rules.next_of(forum, now)
        ids.append(following.id)
        now = following.freezes_at
    waiting = [case for one in dict.fromkeys(ids) for case in await meetings.list.waiting_cases(one)]
    numbers = [case.number for case in waiting if case.number not in listed][:_MOST_CANDIDATES]
    rows = await services.cases.some(numbers)
    return sorted(rows.values(), key=lambda row: row.opened_at)


# ---------------------------------------------------------------- other business


class NewBusiness(Once):
    """A line under other business."""

    text: Line


@router.get("/sittings/{sitting_id}/other-business")
async def other_business_form(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """The form, with the lines that there are."""
    sitting = await _runnable(request, viewer, sitting_id, "other-business")
    return await _form_page(request, viewer, sitting, "other-business", Form[NewBusiness]())


@router.post("/sittings/{sitting_id}/other-business")
async def add_other_business(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """Puts a line under other business."""
    sitting = await own(request, viewer, sitting_id)
    form = await forms.read(request, NewBusiness)
    if form.data is not None:
        body = AddOtherBusiness(text=form.data.text)
        if await _sent(request, sitting, form, body, viewer.actor):
            return _done(sitting, "flash.other_business")
    return await _form_page(request, viewer, sitting, "other-business", form)


# ---------------------------------------------------------------- attendance


def _in_lines(text: str) -> tuple[str, ...]:
    """A field's lines, each a line of an officer's; what is wrong with one is wrong with the field."""
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        return _LINES.validate_python(lines)
    except ValidationError as error:
        first = error.errors()[0]
        kind: Any = first["type"]  # it goes through as it is
        raise PydanticCustomError(kind, "a line is not as it should be", first.get("ctx")) from None


_LINES: TypeAdapter[tuple[str, ...]] = TypeAdapter(Annotated[tuple[Line, ...], Field(max_length=100)])
Lines = Annotated[str, StringConstraints(max_length=8000), AfterValidator(_in_lines)]
"""A field of lines; read, it is a tuple."""
_Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-z-]{1,40}$")]


class Attendance(Once):
    """Who was there: of the members one by one, others in lines. By post and unit, not by name."""

    chair: Line
    recorder: Line
    there: dict[_Key, Literal["present", "absent"]] = Field(default_factory=dict)
    others: Lines | None = None
    others_absent: Lines | None = None

    def command(self, parties: Mapping[str, str]) -> RecordAttendance:
        """What is recorded; ``parties``: their names by key."""
        said = {key: [name for one, name in parties.items() if self.there.get(one) == key] for key in _THERE}
        return RecordAttendance(
            chair=self.chair,
            recorder=self.recorder,
            present=(*said["present"], *(self.others or ())),
            absent=(*said["absent"], *(self.others_absent or ())),
        )


_THERE = ("present", "absent")


@router.get("/sittings/{sitting_id}/attendance")
async def attendance_form(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """The form, as it was recorded last."""
    sitting = await _runnable(request, viewer, sitting_id, "attendance")
    parties = await _parties(services_of(request), sitting)
    form = Form[Attendance](_as_recorded(sitting, parties))
    return await _form_page(request, viewer, sitting, "attendance", form, parties=parties, posts=_posts(sitting))


@router.post("/sittings/{sitting_id}/attendance")
async def record_attendance(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """Records who was there; the last word counts."""
    sitting = await own(request, viewer, sitting_id)
    parties = await _parties(services_of(request), sitting)
    form = await forms.read(request, Attendance)
    if form.data is not None and await _sent(request, sitting, form, form.data.command(parties), viewer.actor):
        return _done(sitting, "flash.attendance")
    return await _form_page(request, viewer, sitting, "attendance", form, parties=parties, posts=_posts(sitting))


async def _parties(services: Services, sitting: Known) -> dict[str, str]:
    """Who belongs to the forum, and who must attend besides, by a key; names in the language of the record."""
    rules = sitting.tells.rules
    found = {member: rules.party_name(member) for member in members(rules, sitting.dates.forum)}
    agenda = await agenda_of(services, sitting)
    for name, _ in agendas.attending(agenda) if agenda else ():
        if name not in found.values():
            found[f"x{hashlib.sha256(name.encode()).hexdigest()[:12]}"] = name
    return found


def _as_recorded(sitting: Known, parties: Mapping[str, str]) -> dict[str, str]:
    """The form's values by what was recorded last."""
    recorded = sitting.view.attendance
    if recorded is None:
        return {}
    values = {"chair": recorded.chair or "", "recorder": recorded.recorder or ""}
    for said, names, rest in (
        ("present", recorded.present, "others"),
        ("absent", recorded.absent, "others_absent"),
    ):
        values |= {f"there.{key}": said for key, name in parties.items() if name in names}
        values[rest] = "\n".join(name for name in names if name not in parties.values())
    return values


def _posts(sitting: Known) -> list[str]:
    """Who may have been in the chair, or have kept the record: proposals."""
    rules = sitting.tells.rules
    unit = rules.party_name(sitting.dates.forum)
    language = sitting.state.language if sitting.state else rules.ladder.language
    return [say(key, language, unit=unit) for key in ("attendance.secretary", "attendance.deputy", "attendance.clerk")]


# ---------------------------------------------------------------- closing


class Closing(Once):
    """The chair closes the meeting; dissent, one a line."""

    dissent: Lines | None = None


@router.get("/sittings/{sitting_id}/close")
async def close_form(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """The form, with the cases that are carried over."""
    sitting = await _runnable(request, viewer, sitting_id, "close")
    return await _close_page(request, viewer, sitting, Form())


@router.post("/sittings/{sitting_id}/close")
async def close(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """Closes it; its minutes are drawn."""
    sitting = await own(request, viewer, sitting_id)
    form = await forms.read(request, Closing)
    if form.data is not None:
        body = CloseSitting(dissent=tuple(form.data.dissent or ()))
        if await _sent(request, sitting, form, body, viewer.actor):
            response = see(f"/sittings/{sitting_id}/minutes")
            flash(response, "flash.sitting_closed")
            return response
    return await _close_page(request, viewer, sitting, form)


async def _close_page(request: Request, viewer: Viewer, sitting: Known, form: Form[Closing]) -> Response:
    services = services_of(request)
    waiting = [case.number for case in await services.meetings.list.waiting_cases(sitting.id)]
    rows = await services.cases.some(waiting[:_MOST_CANDIDATES])
    return await _form_page(
        request,
        viewer,
        sitting,
        "close",
        form,
        left=[rows[number] for number in waiting if number in rows],
        more=max(0, len(waiting) - _MOST_CANDIDATES),
    )


# ---------------------------------------------------------------- in rehearsal: the clock


class Forward(Sent):
    """Moves the clock to the next thing that the sitting waits for; ``back``: the page that it was asked on."""

    back: Annotated[str, StringConstraints(max_length=300)] | None = None


@router.post("/sittings/{sitting_id}/clock")
async def move_clock(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """In rehearsal: brings the town to the sitting's next instant."""
    services = services_of(request)
    if services.rehearsing is None:
        raise Problem("not_found")
    form = await forms.read(request, Forward)
    sitting = await own(request, viewer, sitting_id)
    found = sitting.waits_for
    if found is None:
        raise Problem("not_running")
    await services.rehearsing.forward(found[2].until)
    moved = await known(request, viewer, sitting_id)
    response = see(local_path(form.data.back) if form.data and form.data.back else f"/sittings/{sitting_id}")
    flash(response, "flash.clock_moved", status=moved.view.status_name)
    return response
