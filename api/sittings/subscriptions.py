"""Calendars to subscribe to: a secret address for a forum, or for all of a person's forums."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from api.cases.routes import teller
from api.edge.answers import NO_STORE, answer, documented, tagged
from api.edge.strict import StrictRoute
from api.process import services_of
from api.sign_in.signed_in import SignedIn
from api.sittings.schemas import CalendarLink
from documents import MEDIA_TYPES
from domain.errors import Refusal
from domain.permission import Actor
from services.calendars import MINE

router = APIRouter(route_class=StrictRoute, tags=["calendars"])

_TOKEN = Query(max_length=600, description="The address's secret part; calendar-link gives it.")
_IF_NONE_MATCH = Header(description="An ETag that you have.")
_CACHED = {"vary": "accept-language"}
_FEED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/calendar": {"schema": {"type": "string"}}}, "description": "The feed."},
    304: {"description": "It is still the one of If-None-Match."},
    **documented(404),
}


@router.get(
    "/forums/{forum}/calendar-link",
    response_model=CalendarLink,
    summary="A forum's calendar to subscribe to",
    responses=documented(401, 404),
)
async def forum_link(request: Request, actor: SignedIn, forum: str) -> Response:
    """Your own secret address of the forum's feed. It is good as long as your account is open."""
    if forum not in (await teller(request)).rules.forums:
        raise Refusal("unknown_forum", forum=forum)
    return _link(request, actor, forum, f"/forums/{forum}")


@router.get(
    "/calendar-link",
    response_model=CalendarLink,
    summary="Your calendar to subscribe to",
    responses=documented(401),
)
async def own_link(request: Request, actor: SignedIn) -> Response:
    """The secret address of the feed of all your forums: your unit's and those above it; the alliance's for
    departments, supervisors and administrators."""
    return _link(request, actor, MINE, "")


def _link(request: Request, actor: Actor, forum: str, path: str) -> Response:
    services = services_of(request)
    url = f"{services.settings.public_url}/api/v1{path}/calendar.ics?token={services.calendars.token(forum, actor.id)}"
    webcal = f"webcal:{url.partition(':')[2]}"
    return answer(CalendarLink(url=url, webcal=webcal), headers=NO_STORE)


@router.get("/forums/{forum}/calendar.ics", summary="A forum's calendar", response_class=Response, responses=_FEED)
async def forum_calendar(
    request: Request,
    forum: str,
    token: Annotated[str, _TOKEN],
    if_none_match: Annotated[str | None, _IF_NONE_MATCH] = None,
) -> Response:
    """The forum's sittings of the past 60 and the next 180 days, also moved and cancelled ones. No sign-in: the token
    is the address's secret; a wrong one is 404."""
    calendars = services_of(request).calendars
    await calendars.holder(forum, token)
    feed = await calendars.of_forum(await teller(request), forum, services_of(request).clock.now())
    return tagged(feed, MEDIA_TYPES["ics"], if_none_match, _CACHED)


@router.get("/calendar.ics", summary="Your calendar", response_class=Response, responses=_FEED)
async def own_calendar(
    request: Request,
    token: Annotated[str, _TOKEN],
    if_none_match: Annotated[str | None, _IF_NONE_MATCH] = None,
) -> Response:
    """The sittings of all of a person's forums, likewise."""
    calendars = services_of(request).calendars
    holder = await calendars.holder(MINE, token)
    feed = await calendars.of_person(await teller(request), holder, services_of(request).clock.now())
    return tagged(feed, MEDIA_TYPES["ics"], if_none_match, _CACHED)
