"""A party reports on its task, and the lead on the situation."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.edge.problem_words import status_of
from api.edge.strict import StrictRoute
from api.emergencies.routes import TASK_REPORTS, Emergency, commanded
from api.emergencies.schemas import TaskView
from api.process import services_of
from console.emergencies.room import Room, back_to_room, room_of, shown, situation
from console.frame import commands
from console.frame.forms import Form
from console.frame.once import once_of
from console.frame.pages import OnPage, Viewer, page
from domain.errors import Refusal
from domain.forms.reading import fields_of
from domain.joint_response import Report
from services.problems import Problem

router = APIRouter(route_class=StrictRoute, include_in_schema=False)


@router.get("/emergencies/{emergency_id}/tasks/{task}")
async def report_form(
    request: Request,
    viewer: OnPage,
    emergency: Emergency,
    task: str,
    report: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """A task, and the form of what may be reported of it."""
    room = await room_of(request, viewer, emergency)
    shown = _task(room, task)
    kind = report if report in shown.you_may else next(iter(shown.you_may), None)
    return await _task_page(request, viewer, room, shown, kind, Form(), 200)


def _task(room: Room, task: str) -> TaskView:
    """A task that the viewer is shown. Raises Refusal ``unknown_task``, ``not_your_task``."""
    found = next((one for one in room.view.tasks if one.id == task), None)
    if found is None:
        known = room.state.task(task)
        raise Refusal("not_your_task", task=task) if known else Refusal("unknown_task", task=task[:80])
    return found


async def _task_page(
    request: Request, viewer: Viewer, room: Room, task: TaskView, kind: str | None, form: Form[Any], status: int
) -> Response:
    command = TASK_REPORTS.get(kind or "")
    return page(
        request,
        "emergencies/task.html",
        status=status,
        room=room,
        emergency=room.view,
        task=task,
        kind=kind,
        form=form,
        offer=command.offer if command else None,
        fields=fields_of(command, await situation(request, viewer, room, task.id)) if command else (),
    )


@router.post("/emergencies/{emergency_id}/tasks/{task}")
async def report_task(request: Request, viewer: OnPage, emergency: Emergency, task: str) -> Response:
    """Signs for a task, says how it stands, that it is done, another's, or need not be done.

    A report is taken whatever others have reported meanwhile: seven departments act at once, each on its own tasks.
    """
    room = await room_of(request, viewer, emergency)
    shown = _task(room, task)
    form = await commands.read_one_of(request, TASK_REPORTS, {"task": task})
    once = once_of(form)
    status = 422
    if form.data is not None:
        try:
            await commanded(services_of(request), emergency, viewer.actor, form.data, once.key, None)
        except (Refusal, Problem) as refused:
            form.refused(request, refused)
            status = status_of(refused.code)
        else:
            return back_to_room(emergency, f"flash.task_{form.data.kind}", name=shown.name)
    room = await room_of(request, viewer, emergency)
    kind = str(form.value("kind"))
    return await _task_page(request, viewer, room, _task(room, task), kind, form, status)


@router.post("/emergencies/{emergency_id}/situation-reports")
async def report_situation(request: Request, viewer: OnPage, emergency: Emergency) -> Response:
    """The lead or the alliance reports on the response as a whole."""
    room = await room_of(request, viewer, emergency)
    form = await commands.read(request, Report)
    once = once_of(form)
    if form.data is not None:
        try:
            await commanded(services_of(request), emergency, viewer.actor, form.data, once.key, None)
        except (Refusal, Problem) as refused:
            if status_of(refused.code) == 403:
                raise
            form.refused(request, refused)
        else:
            return back_to_room(emergency, "flash.situation_reported")
    if "situation_report" not in room.view.you_may:
        raise Refusal("forbidden")
    return await shown(request, viewer, await room_of(request, viewer, emergency), form)
