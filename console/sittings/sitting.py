"""A sitting: where it stands, its agenda and minutes, and what its officers do with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import StringConstraints
from starlette.responses import Response

from api.edge.strict import StrictRoute
from api.process import Services, services_of
from console.frame import forms
from console.frame.flashes import flash
from console.frame.forms import Sent
from console.frame.pages import OnPage, Viewer, local_path, page, see
from console.sittings import agendas
from console.sittings.known import Known, agenda_of, known
from console.sittings.sending import own
from documents.outline import Outline, outline
from domain.errors import Refusal
from domain.papers.agenda import Agenda, Minutes
from domain.words.dates import moment
from services.problems import Problem
from services.scope import scope_of

router = APIRouter(route_class=StrictRoute, include_in_schema=False)


@router.get("/sittings/{sitting_id}")
async def sitting_page(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """Where a sitting stands, its agenda, its papers, what can be done with it."""
    services, sitting = services_of(request), await known(request, viewer, sitting_id)
    agenda = await agenda_of(services, sitting) if sitting.reads else None
    minutes = None
    if sitting.reads and sitting.row is not None and sitting.row.minutes:
        minutes = await services.sittings.papers.minutes(sitting.row)
    language = sitting.tells.language
    waiting = await services.sittings.list.waiting_cases(sitting_id) if sitting.reads and not minutes else ()
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
    numbers = {told.case for told in sitting.story if told.case is not None}
    rows = await services.cases.some(numbers.union(paper.cases if paper is not None else ()))
    scope = scope_of(viewer.actor)
    return frozenset(number for number, row in rows.items() if scope.sees(row))


async def _sees_emergency(services: Services, viewer: Viewer, sitting: Known) -> bool:
    """Whether the emergency that an extraordinary sitting hears is open to who reads of the sitting."""
    if sitting.view.emergency is None:
        return False
    row = await services.joint_responses.list.get(sitting.view.emergency)
    return row is not None and scope_of(viewer.actor).sees_response(row)


@router.get("/sittings/{sitting_id}/minutes")
async def minutes_page(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """A sitting's minutes. Raises Refusal ``forbidden``, Problem ``no_minutes_yet``, ``sitting_not_held``."""
    services, sitting = services_of(request), await known(request, viewer, sitting_id)
    if not sitting.reads:
        raise Refusal("forbidden")
    found = await services.sittings.papers.minutes(sitting.row) if sitting.row is not None else None
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
