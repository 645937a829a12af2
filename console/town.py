"""In rehearsal: the town's clock is brought on from the banner of every page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import StringConstraints
from starlette.responses import Response

from api.edge.languages import language
from api.edge.strict import StrictRoute
from api.process import Services, services_of
from console.frame import forms
from console.frame.flashes import flash
from console.frame.pages import OnPage, local_path, see
from domain.words.dates import moment_with_weekday
from services.problems import Problem
from store.due import due

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

By = Literal["hour", "day", "week", "next"]
_LENGTHS: dict[By, timedelta] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}
_FARTHEST = timedelta(days=366)


class Forward(forms.Sent):
    """How far the clock is to go on; ``back``: the page that it was asked on."""

    by: By
    back: Annotated[str, StringConstraints(max_length=2000)] = "/"


@router.post("/clock")
async def move_clock(request: Request, viewer: OnPage) -> Response:
    """Brings the town on; answers when everything due has happened."""
    services = services_of(request)
    if services.rehearsing is None:
        raise Problem("not_found")
    form = await forms.read(request, Forward)
    if form.data is None:
        raise Problem("bad_form")
    arrived = await services.rehearsing.forward(await _until(services, form.data.by))
    response = see(local_path(form.data.back))
    flash(response, "flash.town_moved", now=moment_with_weekday(arrived.now, language(request)))
    return response


async def _until(services: Services, by: By) -> datetime:
    now = services.clock.now()
    if by != "next":
        return now + _LENGTHS[by]
    coming = await due(services.pool, now + _FARTHEST, most=1)
    return coming[0].at if coming else now
