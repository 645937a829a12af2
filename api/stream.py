"""Server-sent events: the log as it grows, in the caller's scope and language."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Header, Request
from starlette.responses import StreamingResponse

from api.edge.answers import documented
from api.edge.languages import language
from api.edge.strict import StrictRoute
from api.edge.wire import shanghai_iso
from api.process import services_of
from api.sign_in.signed_in import SignedIn
from domain.policy.forum import forum_of
from domain.signals import ProcessKind
from services.feed import Feed, News
from services.problems import Problem
from services.scope import Scope, scope_of
from store.registry import RESPONSES, SITTINGS, Registry

router = APIRouter(route_class=StrictRoute, tags=["stream"])

_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


@router.get(
    "/stream",
    summary="Events as they happen",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}, **documented(401)},
)
async def stream(
    request: Request,
    actor: SignedIn,
    last_event_id: Annotated[str | None, Header(description="Go on after this position of the log.")] = None,
) -> StreamingResponse:
    """Each event has the log's position as its `id`, its type as `event`, and as `data` `{number, version, type,
    label, at, kind, stage?, forum?, emergency?}`; `number` is the case's, the id of a sitting of a forum at, above or
    below your unit, which has `forum`, that of an emergency, which has `emergency`, or of whatever `kind` says. With
    `Last-Event-ID` it goes on where you left off and misses nothing; without, it begins now. Where it begins comes at
    once, as an `id` without an event, so that who goes away before anything has happened can go on from there. A
    comment comes every 15 seconds when nothing else does."""
    services = services_of(request)
    feed = services.feed
    after = _position(last_event_id) if last_event_id is not None else await feed.last_position()
    lines = _lines(feed, after, scope_of(actor), services.registry, language(request))
    return StreamingResponse(lines, media_type="text/event-stream", headers=_HEADERS)


def _position(given: str) -> int:
    text = given.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise Problem("bad_request")
    return int(text)


async def _lines(feed: Feed, after: int, scope: Scope, registry: Registry, spoken: str) -> AsyncIterator[str]:
    yield f"retry: 1000\nid: {after}\n\n"
    async for news in feed.listen(after, scope):
        yield _told(news, registry, spoken) if news is not None else ": waiting\n\n"


def _told(news: News, registry: Registry, spoken: str) -> str:
    event = news.event
    data = {
        "number": event.stream,
        "version": event.version,
        "type": event.type,
        "label": registry.event_words(event.type, spoken),
        "at": shanghai_iso(event.occurred_at),
        "kind": news.kind,
    }
    place = event.data.get("place")
    if place is not None:
        data["stage"] = place["stage"]
    also = _ALSO.get(news.kind)
    if also is not None:
        name, value = also
        data[name] = value(event.stream)
    return f"id: {event.position}\nevent: {event.type}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


_ALSO: Mapping[ProcessKind, tuple[str, Callable[[str], str]]] = {
    SITTINGS.id: ("forum", forum_of),
    RESPONSES.id: ("emergency", str),
}
"""What is told of these kinds besides, by name; from the process's id."""
