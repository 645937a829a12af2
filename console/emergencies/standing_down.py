"""A joint response is stood down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.cases.schemas import EventView
from api.edge.problem_words import status_of
from api.edge.strict import StrictRoute
from api.emergencies.routes import Emergency, commanded
from api.process import services_of
from console.emergencies.room import Room, back_to_room, room_of
from console.frame import forms
from console.frame.forms import Form
from console.frame.once import Once
from console.frame.pages import OnPage, page
from domain.errors import Refusal
from domain.joint_response import StandDownResponse
from domain.personal import WorkingText
from services.problems import Problem
from services.requests import Id

router = APIRouter(route_class=StrictRoute, include_in_schema=False)


class StandingDown(Once):
    """How it ends: the resident is asked, or the case comes to a tier."""

    outcome: Literal["resolved", "returned"]
    tier: Id | None = None
    reason: WorkingText


@router.get("/emergencies/{emergency_id}/stand-down")
async def stand_down_form(request: Request, viewer: OnPage, emergency: Emergency) -> Response:
    """The form, with what is still open."""
    room = await room_of(request, viewer, emergency)
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
    services, room = services_of(request), await room_of(request, viewer, emergency)
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
            room = await room_of(request, viewer, emergency)
            if refused.code == "version_conflict":
                since = [event for event in room.story if event.version > version]
        else:
            return back_to_room(emergency, "flash.stood_down")
    elif "stand_down" not in room.view.you_may:
        _require_command(room)
    return _stand_down_page(request, room, form, status, since)
