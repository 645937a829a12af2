"""A joint response is stood down."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.cases.schemas import EventView
from api.edge.problem_words import status_of
from api.edge.strict import StrictRoute
from api.emergencies.routes import Emergency, commanded
from api.process import services_of
from console.emergencies.room import Room, back_to_room, room_of, situation
from console.frame import commands
from console.frame.commands import asked_of
from console.frame.forms import Form
from console.frame.once import once_of
from console.frame.pages import OnPage, Viewer, page
from domain.errors import Refusal
from domain.joint_response import StandDownResponse
from domain.permission import commands_response
from services.problems import Problem

router = APIRouter(route_class=StrictRoute, include_in_schema=False)


@router.get("/emergencies/{emergency_id}/stand-down")
async def stand_down_form(request: Request, viewer: OnPage, emergency: Emergency) -> Response:
    """The form, with what is still open."""
    room = await room_of(request, viewer, emergency)
    _require_command(room)
    return await _stand_down_page(request, viewer, room, Form({"tier": room.tells.playbook.returns_to or ""}), 200)


def _require_command(room: Room) -> None:
    """Raises Refusal ``forbidden``, ``response_over``."""
    if "stand_down" in room.view.you_may:
        return
    raise Refusal("forbidden") if room.view.status == "open" else Refusal("already_stood_down", emergency=room.view.id)


async def _stand_down_page(
    request: Request,
    viewer: Viewer,
    room: Room,
    form: Form[StandDownResponse],
    status: int,
    since: Sequence[EventView] = (),
) -> Response:
    required, others = room.unfinished
    return page(
        request,
        "emergencies/stand_down.html",
        status=status,
        room=room,
        emergency=room.view,
        form=form,
        required=required,
        others=others,
        fields=asked_of(StandDownResponse, await situation(request, viewer, room)),
        since=since,
    )


@router.post("/emergencies/{emergency_id}/stand-down")
async def stand_down(request: Request, viewer: OnPage, emergency: Emergency) -> Response:
    """The emergency is over, once every required task is done or waived."""
    services, room = services_of(request), await room_of(request, viewer, emergency)
    if not commands_response(room.tells.tells.rules, viewer.actor, room.state):
        raise Refusal("forbidden")
    form = await commands.read(request, StandDownResponse)
    once = once_of(form)
    since: Sequence[EventView] = ()
    status = 422
    if form.data is not None:
        # The form proposes the playbook's tier, which counts only where the case comes to one.
        body = form.data if form.data.outcome == "returned" else form.data.model_copy(update={"tier": None})
        try:
            await commanded(services, emergency, viewer.actor, body, once.key, once.version)
        except (Refusal, Problem) as refused:
            status = status_of(refused.code)
            if status == 403:
                raise
            form.refused(request, refused)
            room = await room_of(request, viewer, emergency)
            if refused.code == "version_conflict":
                since = [event for event in room.story if event.version > once.version]
        else:
            return back_to_room(emergency, "flash.stood_down")
    else:
        _require_command(room)
    return await _stand_down_page(request, viewer, room, form, status, since)
