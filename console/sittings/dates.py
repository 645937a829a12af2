"""A sitting is moved, or not held."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.strict import StrictRoute
from api.process import services_of
from console.frame import commands
from console.frame.forms import Form
from console.frame.pages import OnPage, Viewer
from console.sittings.known import Known
from console.sittings.sending import REFUSED_BY, asks, back_to, form_page, own, runnable, send_form
from domain.errors import Refusal
from domain.permission import Actor
from domain.policy.calendar import SHANGHAI, shanghai
from domain.policy.forum import Sitting
from domain.sitting import Cancel, Reschedule

router = APIRouter(route_class=StrictRoute, include_in_schema=False)


_LOOKING = ("step", "looked_at")
"""The page's own fields. ``step``: ``look`` shows what would come of it, ``send`` does it, if it was ``looked_at``."""


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
    sitting = await runnable(request, viewer, sitting_id, "reschedule")
    starts = shanghai(sitting.dates.starts_at)
    form = Form[Reschedule]({"starts_at.day": starts.date().isoformat(), "starts_at.time": f"{starts:%H:%M}"})
    return await _reschedule_page(request, viewer, sitting, form, None)


@router.post("/sittings/{sitting_id}/reschedule")
async def reschedule(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """Shows what would come of it, then does it."""
    sitting = await own(request, viewer, sitting_id)
    form = await commands.read(request, Reschedule, aside=_LOOKING)
    preview = None
    if form.data is not None:
        looked_at = form.value("looked_at") == form.data.starts_at.isoformat()
        sending = form.value("step") == "send" and looked_at
        if sending and await send_form(request, sitting, form, viewer.actor):
            return back_to(sitting, "flash.rescheduled", at=sitting.when(form.data.starts_at))
        preview = await _preview(request, sitting, form, form.data, viewer.actor)
    return await _reschedule_page(request, viewer, sitting, form, preview)


async def _reschedule_page(
    request: Request, viewer: Viewer, sitting: Known, form: Form[Reschedule], preview: Preview | None
) -> Response:
    fields = asks(request, viewer, sitting, Reschedule)
    return await form_page(request, viewer, sitting, "reschedule", form, fields=fields, preview=preview)


async def _preview(request: Request, sitting: Known, form: Form[Any], body: Reschedule, actor: Actor) -> Preview | None:
    """By the rules that decide it; what they refuse is said on the form."""
    meetings = services_of(request).sittings
    try:
        foreseen = await meetings.foreseen(sitting.id, actor, body)
    except Refusal as refused:
        form.refused(request, refused)
        form.values = {**form.values, REFUSED_BY: refused.code}
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


@router.get("/sittings/{sitting_id}/cancel")
async def cancel_form(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """The form, with what becomes of the cases."""
    sitting = await runnable(request, viewer, sitting_id, "cancel")
    return await _cancel_page(request, viewer, sitting, Form())


@router.post("/sittings/{sitting_id}/cancel")
async def cancel(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """It is not held."""
    sitting = await own(request, viewer, sitting_id)
    form = await commands.read(request, Cancel)
    if form.data is not None and await send_form(request, sitting, form, viewer.actor):
        return back_to(sitting, "flash.sitting_cancelled")
    return await _cancel_page(request, viewer, sitting, form)


async def _cancel_page(request: Request, viewer: Viewer, sitting: Known, form: Form[Cancel]) -> Response:
    services = services_of(request)
    meetings, rules = services.sittings, await services.sittings.rules()
    without = replace(rules, moved={**rules.moved, sitting.id: None})
    forum = rules.forums[sitting.dates.forum]
    return await form_page(
        request,
        viewer,
        sitting,
        "cancel",
        form,
        fields=asks(request, viewer, sitting, Cancel),
        cases=len(await meetings.list.waiting_cases(sitting.id)),
        following=without.next_of(forum, services.clock.now()),
    )
