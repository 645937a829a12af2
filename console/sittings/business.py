"""What comes onto an agenda late: addenda, other business."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.strict import StrictRoute
from api.process import Services, services_of
from console.frame import commands
from console.frame.forms import Form
from console.frame.pages import OnPage, Viewer
from console.sittings import agendas
from console.sittings.known import Known, agenda_of
from console.sittings.sending import asks, back_to, form_page, own, runnable, send_form
from domain.sitting import AddOtherBusiness, AddToAgenda
from store.cases import CaseRow

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

MOST_CANDIDATES = 200


@router.get("/sittings/{sitting_id}/addendum")
async def addendum_form(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """The form, with the cases that wait for this forum and are not on the agenda."""
    sitting = await runnable(request, viewer, sitting_id, "addendum")
    return await _addendum_page(request, viewer, sitting, Form())


@router.post("/sittings/{sitting_id}/addendum")
async def add_to_agenda(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """Puts a case on the frozen agenda."""
    sitting = await own(request, viewer, sitting_id)
    form = await commands.read(request, AddToAgenda)
    if form.data is not None and await send_form(request, sitting, form, viewer.actor):
        return back_to(sitting, "flash.addendum", case=form.data.case)
    return await _addendum_page(request, viewer, sitting, form)


async def _addendum_page(request: Request, viewer: Viewer, sitting: Known, form: Form[AddToAgenda]) -> Response:
    cases = await _candidates(services_of(request), sitting)
    fields = asks(request, viewer, sitting, AddToAgenda, case=tuple((row.number, row.title or "") for row in cases))
    return await form_page(request, viewer, sitting, "addendum", form, fields=fields, cases=cases)


async def _candidates(services: Services, sitting: Known) -> list[CaseRow]:
    """The cases that wait for the forum and are not on this agenda, the oldest first."""
    meetings = services.sittings
    agenda = await agenda_of(services, sitting)
    listed = {item.case for item in agendas.items_of(agenda)} | set(agenda.not_fitting) if agenda else set()
    forum = sitting.tells.rules.forums[sitting.dates.forum]
    ids, now = [sitting.id], sitting.dates.freezes_at
    for _ in range(_SITTINGS_AHEAD):
        following = sitting.tells.rules.next_of(forum, now)
        ids.append(following.id)
        now = following.freezes_at
    waiting = [case for one in dict.fromkeys(ids) for case in await meetings.list.waiting_cases(one)]
    numbers = [case.number for case in waiting if case.number not in listed][:MOST_CANDIDATES]
    rows = await services.cases.some(numbers)
    return sorted(rows.values(), key=lambda row: row.opened_at)


@router.get("/sittings/{sitting_id}/other-business")
async def other_business_form(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """The form, with the lines that there are."""
    sitting = await runnable(request, viewer, sitting_id, "other-business")
    return await _other_business_page(request, viewer, sitting, Form())


@router.post("/sittings/{sitting_id}/other-business")
async def add_other_business(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """Puts a line under other business."""
    sitting = await own(request, viewer, sitting_id)
    form = await commands.read(request, AddOtherBusiness)
    if form.data is not None and await send_form(request, sitting, form, viewer.actor):
        return back_to(sitting, "flash.other_business")
    return await _other_business_page(request, viewer, sitting, form)


async def _other_business_page(
    request: Request, viewer: Viewer, sitting: Known, form: Form[AddOtherBusiness]
) -> Response:
    fields = asks(request, viewer, sitting, AddOtherBusiness)
    return await form_page(request, viewer, sitting, "other-business", form, fields=fields)


_SITTINGS_AHEAD = 4
