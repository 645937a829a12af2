"""The pages of cases."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.accesses import words_shown
from api.cases import Number, teller
from api.console.pages import OnPage, page
from api.services import services_of
from api.strict import StrictRoute

router = APIRouter(route_class=StrictRoute, include_in_schema=False)


@router.get("/cases/{number}")
async def case_page(request: Request, viewer: OnPage, number: Number) -> Response:
    """A case: where it stands, what it waits for, what the resident says, and its story."""
    services = services_of(request)
    state, rows = await services.casework.readable_story(number, viewer.actor)
    words = await words_shown(request, services, viewer.actor, state)
    tells = await teller(request, state)
    story = [tells.event(row, None, opened=False) for row in reversed(rows)]
    return page(request, "cases/case.html", case=tells.case(state, words, viewer.actor), story=story)
