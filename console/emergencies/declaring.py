"""An emergency is declared: what its playbook will do is shown before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.cases.routes import Number, decided, teller
from api.edge.problem_words import status_of
from api.edge.strict import StrictRoute
from api.process import services_of
from console.emergencies.room import LISTED, back_to_room
from console.frame import commands
from console.frame.commands import asked_of
from console.frame.forms import Form
from console.frame.names import Names
from console.frame.once import once_of
from console.frame.pages import OnPage, Viewer, page
from domain.case import CaseState, DeclareEmergency
from domain.errors import Refusal
from domain.forms.asking import Options, Situation
from domain.permission import allowed_now
from domain.policy.calendar import WorkingCalendar
from domain.policy.playbook import Playbook
from domain.policy.playbook_parts import Task
from domain.policy.rules import Rules
from domain.policy.span import later
from services.problems import Problem
from store.joint_responses import ResponseQuery

router = APIRouter(route_class=StrictRoute, include_in_schema=False)


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
    form = Form[DeclareEmergency]({"playbook": playbook or ""})
    return await _declare_page(request, viewer, state, playbook or None, form, 200)


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


async def _declare_page(
    request: Request, viewer: Viewer, state: CaseState, kind: str | None, form: Form[DeclareEmergency], status: int
) -> Response:
    tells = await teller(request, state)
    language, rules = tells.language, services_of(request).rulebook.current
    chosen = rules.playbook(kind) if kind else None
    plan: list[tuple[str, list[Planned]]] = []
    now = services_of(request).clock.now()
    if chosen is not None:
        plan = planned(chosen, _parties(chosen, state, tells.rules, language), rules.calendar, now, language)
    row = await services_of(request).cases.get(state.number)
    running = await _running(request, chosen) if chosen is not None else ()
    situation = Situation(rules, viewer.actor, now, language, state, found={"response": running})
    return page(
        request,
        "emergencies/declare.html",
        status=status,
        case=state,
        title=row.title if row else None,
        fields=asked_of(DeclareEmergency, situation),
        chosen=chosen,
        plan=plan,
        form=form,
    )


async def _running(request: Request, playbook: Playbook) -> Options:
    """The responses of that kind that run: what has happened on another estate may be one matter."""
    tells = await teller(request)
    query = ResponseQuery(status="open", playbook=playbook.playbook, limit=LISTED)
    found = (await services_of(request).joint_responses.list.page(query)).items
    names = Names(tells.rules, tells.language)
    return tuple((row.id, f"{row.id} · {' · '.join(map(names.unit, row.estates))}") for row in found)


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
    form = await commands.read(request, DeclareEmergency)
    once = once_of(form)
    status, kind = 422, None
    if form.data is not None:
        kind = form.data.playbook
        try:
            done = await decided(services, number, viewer.actor, form.data, once.key, once.version)
        except (Refusal, Problem) as refused:
            form.refused(request, refused)
            status = status_of(refused.code)
            state = await services.casework.state(number)
            kind = None if refused.code == "unknown_playbook" else kind
        else:
            return back_to_room(form.data.response or str(done.state.emergency_id), "flash.declared")
    return await _declare_page(request, viewer, state, kind, form, status)
