"""A party reports on its task, and the lead on the situation."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BeforeValidator, TypeAdapter
from starlette.responses import Response

from api.edge.problem_words import status_of
from api.edge.strict import StrictRoute
from api.emergencies.routes import Emergency, asked, commanded
from api.emergencies.schemas import TaskReportRequest, TaskView
from api.process import services_of
from console.emergencies.room import Room, back_to_room, room_of, shown
from console.frame import forms
from console.frame.forms import Form
from console.frame.once import Once, once_of, without_once
from console.frame.pages import OnPage, page
from domain.errors import Refusal
from domain.joint_response import Report
from domain.joint_response.telling import party_name
from domain.personal import WorkingText
from services.problems import Problem

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

Kind = Literal["sign", "progress", "done", "object", "waive"]


@router.get("/emergencies/{emergency_id}/tasks/{task}")
async def report_form(
    request: Request, viewer: OnPage, emergency: Emergency, task: str, report: Kind | None = None
) -> Response:
    """A task, and the form of what may be reported of it."""
    room = await room_of(request, viewer, emergency)
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
    room = await room_of(request, viewer, emergency)
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
            return back_to_room(emergency, f"flash.task_{form.data.kind}", name=shown.name)
    room = await room_of(request, viewer, emergency)
    kind = str(form.value("kind"))
    return _task_page(request, room, _task(room, task), kind, form, status)


class NewReport(Once):
    """A report on the whole response."""

    text: WorkingText


@router.post("/emergencies/{emergency_id}/situation-reports")
async def report_situation(request: Request, viewer: OnPage, emergency: Emergency) -> Response:
    """The lead or the alliance reports on the response as a whole."""
    room = await room_of(request, viewer, emergency)
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
            return back_to_room(emergency, "flash.situation_reported")
    if "situation_report" not in room.view.you_may:
        raise Refusal("forbidden")
    return shown(request, await room_of(request, viewer, emergency), form)


_REPORT: TypeAdapter[TaskReportRequest] = TypeAdapter(Annotated[TaskReportRequest, BeforeValidator(without_once)])
