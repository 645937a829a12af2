"""The emergency room: a joint response with everybody's tasks and clocks, and what each may do with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator, TypeAdapter
from starlette.responses import Response

from api.cases.routes import Number, decided, teller
from api.cases.schemas import ActorView, EventView
from api.edge.problem_words import status_of
from api.edge.strict import StrictRoute
from api.emergencies.routes import Emergency, asked, commanded, response_teller
from api.emergencies.schemas import BranchView, EmergencyView, ResponseWaitView, TaskReportRequest, TaskView
from api.emergencies.views import ResponseTeller
from api.process import services_of
from console import forms
from console.flashes import flash
from console.forms import Form
from console.names import Names
from console.once import Once, once_of, without_once
from console.pages import OnPage, Viewer, page, see
from domain.case import CaseState, DeclareEmergency
from domain.errors import Refusal
from domain.joint_response import Report, ResponseState, StandDownResponse
from domain.joint_response.telling import party_name
from domain.permission import allowed_now
from domain.personal import WorkingText
from domain.policy.calendar import WorkingCalendar
from domain.policy.playbook import Playbook
from domain.policy.playbook_parts import Task
from domain.policy.rules import Rules
from domain.policy.span import later
from services.problems import Problem
from services.requests import Id
from services.scope import scope_of
from store.folding import RESPONSES
from store.log import StoredEvent
from store.responses import ResponseQuery

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_LISTED = 20
_WAITS_SHOWN = 8
_REPORT: TypeAdapter[TaskReportRequest] = TypeAdapter(Annotated[TaskReportRequest, BeforeValidator(without_once)])


# ---------------------------------------------------------------- what is shown


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that happened to a task: what its party reported, or a clock that was missed."""

    label: str
    at: datetime
    actor: ActorView
    words: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A department's tasks, as far as the viewer is shown them, and its branch in numbers."""

    branch: BranchView
    tasks: tuple[TaskView, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class Room:
    """A joint response as its page shows it, to who looks. ``others``: tasks of units, who are no department."""

    view: EmergencyView
    state: ResponseState
    tells: ResponseTeller
    columns: tuple[Column, ...]
    others: tuple[TaskView, ...]
    mine: tuple[TaskView, ...]
    said: Mapping[str, Sequence[Said]]
    story: tuple[EventView, ...]

    @property
    def phases(self) -> list[tuple[str, str]]:
        """The playbook's phases, each with where it stands: done, now, ahead."""
        language, playbook = self.tells.tells.language, self.tells.playbook
        ids = [phase.id for phase in playbook.phases]
        here = ids.index(self.view.phase) if self.view.phase in ids else 0
        stands = [
            "done" if place < here or self.view.status != "open" else "now" if place == here else "ahead"
            for place in range(len(ids))
        ]
        return [(phase.name.in_(language), stand) for phase, stand in zip(playbook.phases, stands, strict=True)]

    @property
    def soon(self) -> list[ResponseWaitView]:
        """What comes next."""
        return self.view.waits[:_WAITS_SHOWN]

    def task_name(self, task: str) -> str:
        """A task by its name, also one that is not shown."""
        try:
            return self.tells.playbook.task(task).name.in_(self.tells.tells.language)
        except KeyError:
            return task

    def alarm_name(self, alarm: str) -> str:
        """An alarm by its name."""
        found = next((one for one in self.tells.playbook.alarms if one.id == alarm), None)
        return found.name.in_(self.tells.tells.language) if found else alarm

    @property
    def unfinished(self) -> tuple[list[str], list[str]]:
        """The names of the tasks that are still to be done: the required ones, and the others."""
        left = [task for task in self.state.tasks if not task.finished]
        named = [(task.required, f"{party_name(self.state, task.party)} · {self.task_name(task.id)}") for task in left]
        return [name for required, name in named if required], [name for required, name in named if not required]


async def _room(request: Request, viewer: Viewer, emergency: str) -> Room:
    """Raises Refusal ``unknown_emergency``, ``forbidden``."""
    state, rows = await services_of(request).responses.readable(emergency, viewer.actor)
    tells = await response_teller(request, viewer.actor, state)
    view = tells.response(state, rows)
    own = viewer.actor.unit if viewer.actor.role == "department" else None
    told = [event for row in rows if (event := tells.event(row, state)) is not None]
    columns = tuple(
        Column(
            branch, tuple(task for task in view.tasks if task.department == branch.department), branch.department == own
        )
        for branch in view.branches
    )
    departments = {branch.department for branch in view.branches}
    mine = tuple(task for task in view.tasks if task.department == viewer.actor.unit)
    return Room(
        view=view,
        state=state,
        tells=tells,
        columns=columns,
        mine=tuple(sorted(mine, key=_pressing)),
        others=tuple(task for task in view.tasks if task.department not in departments and task not in mine),
        said=_said(rows, told),
        story=tuple(reversed(told)),
    )


_ORDER = {"open": 0, "signed": 1, "pending": 2, "done": 3, "waived": 4}


def _pressing(task: TaskView) -> tuple[Any, ...]:
    """What has to be signed for first, then what is due first."""
    due = task.sign_by if task.status == "open" else task.complete_by
    return (_ORDER[task.status], due or task.opens_at)


_TELLS = frozenset(
    {"task_progressed", "task_done", "task_waived", "task_transferred", "task_late", "task_escalated", "task_reminded"}
)


def _said(rows: Sequence[StoredEvent], told: Sequence[EventView]) -> dict[str, list[Said]]:
    """What was said of each task, newest first; of those that the viewer is shown."""
    found: dict[str, list[Said]] = {}
    for event in reversed(told):
        task = event.data.get("task")
        if isinstance(task, str) and event.type in _TELLS:
            words = event.reason or event.data.get("note")
            found.setdefault(task, []).append(Said(event.label, event.at, event.actor, words))
    return found


# ---------------------------------------------------------------- pages


@router.get("/emergencies")
async def emergencies_page(
    request: Request, viewer: OnPage, cursor: Annotated[str | None, Query(max_length=400)] = None
) -> Response:
    """The joint responses in the viewer's scope; those that run first."""
    services, scope = services_of(request), scope_of(viewer.actor)
    query = ResponseQuery(
        units=scope.units or None, departments=scope.departments or None, cursor=cursor, limit=_LISTED
    )
    found = await services.responses.list.page(query)
    streams = await services.log.read_some([row.id for row in found.items])
    views = []
    for row in found.items:
        state = RESPONSES.state(streams[row.id])
        assert state is not None
        tells = await response_teller(request, viewer.actor, state)
        views.append((tells.response(state, streams[row.id]), row))
    return page(
        request,
        "emergencies/list.html",
        listed=views,
        next_path=f"/emergencies?cursor={found.next_cursor}" if found.next_cursor else "",
        first_path="/emergencies" if cursor else "",
    )


@router.get("/emergencies/{emergency_id}")
async def room_page(request: Request, viewer: OnPage, emergency: Emergency) -> Response:
    """The room."""
    return _room_page(request, await _room(request, viewer, emergency), Form())


def _room_page(request: Request, room: Room, form: Form[Any]) -> Response:
    status = 200 if not form.errors else 422
    return page(request, "emergencies/room.html", status=status, room=room, emergency=room.view, form=form)


def _back(emergency: str, key: str, **params: str) -> Response:
    response = see(f"/emergencies/{emergency}")
    flash(response, key, bad=False, **params)
    return response


# ---------------------------------------------------------------- reporting a task

Kind = Literal["sign", "progress", "done", "object", "waive"]


@router.get("/emergencies/{emergency_id}/tasks/{task}")
async def report_form(
    request: Request, viewer: OnPage, emergency: Emergency, task: str, report: Kind | None = None
) -> Response:
    """A task, and the form of what may be reported of it."""
    room = await _room(request, viewer, emergency)
    shown = _task(room, task)
    kind = report if report in shown.you_may else next(iter(shown.you_may), None)
    return _task_page(request, room, shown, kind, Form(), 200)


def _task(room: Room, task: str) -> TaskView:
    """A task that the viewer is shown. Raises Refusal ``unknown_task``, ``not_your_task``."""
    found = next((one for one in room.view.tasks if one.id == task), None)
    if found is None:
        known = room.state.task(task)
        raise Refusal("not_your_task", task=task) if known else Refusal("unknown_task", task=task[:80])
    return found


def _task_page(
    request: Request, room: Room, task: TaskView, kind: str | None, form: Form[Any], status: int
) -> Response:
    organisation, language = room.tells.tells.rules.organisation, room.tells.tells.language
    companies = [
        (company.id, company.name.in_(language))
        for company in organisation.companies
        if company.state_owned or not room.tells.playbook.task(task.id).state_owned
    ]
    parties = [(party, party_name(room.state, party)) for party in room.state.parties if party != task.party]
    return page(
        request,
        "emergencies/task.html",
        status=status,
        room=room,
        emergency=room.view,
        task=task,
        kind=kind,
        form=form,
        companies=companies,
        parties=parties,
    )


@router.post("/emergencies/{emergency_id}/tasks/{task}")
async def report_task(request: Request, viewer: OnPage, emergency: Emergency, task: str) -> Response:
    """Signs for a task, says how it stands, that it is done, another's, or need not be done.

    A report is taken whatever others have reported meanwhile: seven departments act at once, each on its own tasks.
    """
    room = await _room(request, viewer, emergency)
    shown = _task(room, task)
    form = await forms.read(request, _REPORT)
    once = once_of(form)
    status = 422
    if form.data is not None:
        try:
            await commanded(services_of(request), emergency, viewer.actor, asked(task, form.data), once.key, None)
        except (Refusal, Problem) as refused:
            form.refused(request, refused)
            status = status_of(refused.code)
        else:
            return _back(emergency, f"flash.task_{form.data.kind}", name=shown.name)
    room = await _room(request, viewer, emergency)
    kind = str(form.value("kind"))
    return _task_page(request, room, _task(room, task), kind, form, status)


# ---------------------------------------------------------------- situation reports


class NewReport(Once):
    """A report on the whole response."""

    text: WorkingText


@router.post("/emergencies/{emergency_id}/situation-reports")
async def report_situation(request: Request, viewer: OnPage, emergency: Emergency) -> Response:
    """The lead or the alliance reports on the response as a whole."""
    room = await _room(request, viewer, emergency)
    form = await forms.read(request, NewReport)
    if form.data is not None:
        body = Report(text=form.data.text)
        try:
            await commanded(services_of(request), emergency, viewer.actor, body, form.data.key, None)
        except (Refusal, Problem) as refused:
            if status_of(refused.code) == 403:
                raise
            form.refused(request, refused)
        else:
            return _back(emergency, "flash.situation_reported")
    if "situation_report" not in room.view.you_may:
        raise Refusal("forbidden")
    return _room_page(request, await _room(request, viewer, emergency), form)


# ---------------------------------------------------------------- standing down


class StandingDown(Once):
    """How it ends: the resident is asked, or the case comes to a tier."""

    outcome: Literal["resolved", "returned"]
    tier: Id | None = None
    reason: WorkingText


@router.get("/emergencies/{emergency_id}/stand-down")
async def stand_down_form(request: Request, viewer: OnPage, emergency: Emergency) -> Response:
    """The form, with what is still open."""
    room = await _room(request, viewer, emergency)
    _require_command(room)
    return _stand_down_page(request, room, Form({"tier": room.tells.playbook.returns_to or ""}), 200)


def _require_command(room: Room) -> None:
    """Raises Refusal ``forbidden``, ``response_over``."""
    if "stand_down" in room.view.you_may:
        return
    raise Refusal("forbidden") if room.view.status == "open" else Refusal("already_stood_down", emergency=room.view.id)


def _stand_down_page(
    request: Request, room: Room, form: Form[Any], status: int, since: Sequence[EventView] = ()
) -> Response:
    required, others = room.unfinished
    language = room.tells.tells.language
    tiers = [(tier.id, tier.name.in_(language)) for tier in room.tells.tells.rules.ladder.tiers]
    return page(
        request,
        "emergencies/stand_down.html",
        status=status,
        room=room,
        emergency=room.view,
        form=form,
        required=required,
        others=others,
        tiers=tiers,
        since=since,
    )


@router.post("/emergencies/{emergency_id}/stand-down")
async def stand_down(request: Request, viewer: OnPage, emergency: Emergency) -> Response:
    """The emergency is over, once every required task is done or waived."""
    services, room = services_of(request), await _room(request, viewer, emergency)
    form = await forms.read(request, StandingDown)
    since: Sequence[EventView] = ()
    status = 422
    if form.data is not None:
        tier = form.data.tier if form.data.outcome == "returned" else None
        body = StandDownResponse(outcome=form.data.outcome, tier=tier, reason=form.data.reason)
        try:
            await commanded(services, emergency, viewer.actor, body, form.data.key, form.data.version)
        except (Refusal, Problem) as refused:
            status = status_of(refused.code)
            if status == 403:
                raise
            form.refused(request, refused)
            version = form.data.version
            room = await _room(request, viewer, emergency)
            if refused.code == "version_conflict":
                since = [event for event in room.story if event.version > version]
        else:
            await services.responses.told(emergency)
            return _back(emergency, "flash.stood_down")
    elif "stand_down" not in room.view.you_may:
        _require_command(room)
    return _stand_down_page(request, room, form, status, since)


# ---------------------------------------------------------------- declaring


class Declaring(Once):
    """The kind of emergency, and why. ``response``: the one that runs, under which the case comes."""

    playbook: Id
    response: Id | None = None
    reason: WorkingText | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A task as it would run from now on. ``provisional``: its working days lie in an unpublished year."""

    name: str
    party: str
    lead: bool
    required: bool
    opens_at: datetime
    sign_by: datetime
    complete_by: datetime
    provisional: bool


def planned(
    playbook: Playbook, names: Mapping[str, str], calendar: WorkingCalendar, now: datetime, language: str
) -> list[tuple[str, list[Planned]]]:
    """What a playbook would have done from ``now`` on, phase by phase, if all goes as planned."""

    def row(task: Task) -> Planned:
        opens = playbook.planned_opening(task, now, calendar)
        complete_by, provisional = playbook.due(task, now, opens, calendar)
        return Planned(
            name=task.name.in_(language),
            party=names.get(task.party, task.party),
            lead=task.role == "lead",
            required=task.required,
            opens_at=opens,
            sign_by=later(calendar, opens, task.sign_within),
            complete_by=complete_by,
            provisional=provisional,
        )

    rows = {phase.id: [row(task) for task in playbook.tasks if task.phase == phase.id] for phase in playbook.phases}
    return [
        (phase.name.in_(language), sorted(rows[phase.id], key=lambda one: one.opens_at)) for phase in playbook.phases
    ]


@router.get("/cases/{number}/emergency")
async def declare_form(
    request: Request, viewer: OnPage, number: Number, playbook: Annotated[str | None, Query(max_length=80)] = None
) -> Response:
    """The form; with a playbook, whom to call first and what would happen when."""
    state = await _declarable(request, viewer, number)
    return await _declare_page(request, state, playbook or None, Form({"playbook": playbook or ""}), 200)


async def _declarable(request: Request, viewer: Viewer, number: str) -> CaseState:
    """A case of which the viewer may declare an emergency now. Raises Refusal."""
    services = services_of(request)
    state = await services.casework.readable(number, viewer.actor)
    rules = await services.casework.rules(state)
    allowed = allowed_now(rules, viewer.actor, state)
    if "emergency" not in allowed:
        if state.stage == "joint_response":
            raise Refusal("not_allowed_now", decision="emergency", stage=state.stage, allowed=list(allowed))
        raise Refusal("forbidden", decision="emergency", stage=state.stage)
    return state


async def _declare_page(request: Request, state: CaseState, kind: str | None, form: Form[Any], status: int) -> Response:
    tells = await teller(request, state)
    language, rules = tells.language, services_of(request).rulebook.current
    chosen = rules.playbook(kind) if kind else None
    kinds = [(one, rules.playbook(one).name.in_(language)) for one in rules.playbook_kinds]
    plan: list[tuple[str, list[Planned]]] = []
    now = services_of(request).clock.now()
    if chosen is not None:
        plan = planned(chosen, _parties(chosen, state, tells.rules, language), rules.calendar, now, language)
    row = await services_of(request).cases.get(state.number)
    running = await _running(request, chosen) if chosen is not None else []
    return page(
        request,
        "emergencies/declare.html",
        status=status,
        case=state,
        title=row.title if row else None,
        kinds=kinds,
        chosen=chosen,
        plan=plan,
        running=running,
        form=form,
    )


async def _running(request: Request, playbook: Playbook) -> list[tuple[str, str]]:
    """The responses of that kind that run: what has happened on another estate may be one matter."""
    tells = await teller(request)
    query = ResponseQuery(status="open", playbook=playbook.playbook, limit=_LISTED)
    found = (await services_of(request).responses.list.page(query)).items
    names = Names(tells.rules, tells.language)
    return [(row.id, f"{row.id} · {' · '.join(map(names.unit, row.estates))}") for row in found]


def _parties(playbook: Playbook, state: CaseState, rules: Rules, language: str) -> dict[str, str]:
    """Who has the tasks, by name: departments, the playbook's externals, the case's own units."""
    organisation = rules.organisation
    units = {tier: organisation.unit(unit).name.in_(language) for tier, unit in state.units.items()}
    return {
        **units,
        **{one.code: one.name.in_(language) for one in organisation.departments},
        **{one.id: one.name.in_(language) for one in playbook.externals},
    }


@router.post("/cases/{number}/emergency")
async def declare(request: Request, viewer: OnPage, number: Number) -> Response:
    """Declares the emergency: the ladder pauses, the joint response begins."""
    services, state = services_of(request), await _declarable(request, viewer, number)
    form = await forms.read(request, Declaring)
    status, kind = 422, None
    if form.data is not None:
        kind = form.data.playbook
        body = DeclareEmergency(kind="emergency", playbook=kind, response=form.data.response, reason=form.data.reason)
        try:
            done = await decided(services, number, viewer.actor, body, form.data.key, form.data.version)
        except (Refusal, Problem) as refused:
            form.refused(request, refused)
            status = status_of(refused.code)
            state = await services.casework.state(number)
            kind = None if refused.code == "unknown_playbook" else kind
        else:
            return _back(form.data.response or str(done.state.emergency_id), "flash.declared")
    return await _declare_page(request, state, kind, form, status)
