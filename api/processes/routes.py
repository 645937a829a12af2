"""The routes that each kind of process has by being in the registry: list, read, its events, send a command, and begin
one where people begin them.

``router_for`` makes those that no room of the interface has made better: what is there already, stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Path, Query, Request
from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from api.cases.schemas import EventList
from api.edge.answers import IdempotencyKey, IfMatch, answer, documented, etag, matches
from api.edge.languages import language
from api.edge.strict import StrictRoute
from api.edge.wire import Answer
from api.process import Services, services_of
from api.processes.schemas import Commanded, ProcessView
from api.processes.views import PlainTeller
from api.sign_in.signed_in import SignedIn
from domain.errors import Refusal
from domain.forms.reading import example_of
from domain.permission import Actor
from services.desk import Desk
from services.problems import Problem
from services.sending import Done
from store.registry import Registered, Registry

Route = tuple[str, str]
"""A method, and a path whose parameters have no names: ``("GET", "/cases/{}")``."""

_ID = Path(max_length=80, description="Its id, which is its workflow's.")
_READ = documented(401, 403, 404)
_WRITE = documented(401, 403, 404, 409, 412, 415)


def shape(method: str, path: str) -> Route:
    """A route without the names of its parameters."""
    return method, re.sub(r"\{[^}]*\}", "{}", path)


def router_for(registry: Registry, taken: Collection[Route]) -> APIRouter:
    """The routes of every kind, but for those that are ``taken``."""
    router = APIRouter(route_class=StrictRoute)
    for entry in registry:
        _add(router, entry, taken)
    return router


def _add(router: APIRouter, entry: Registered, taken: Collection[Route]) -> None:
    kind, models = entry.process, Models.of(entry)
    at, one, many = f"/{kind.path}", kind.words.one.en, kind.words.many.en
    routes: list[tuple[str, str, Callable[..., Any], type[BaseModel], str, dict[int | str, Any]]] = [
        ("GET", at, _listing(entry, models), models.page, f"List {many}", documented(401, 403)),
        ("GET", f"{at}/{{process_id}}", _reading(entry, models), models.view, f"Read a {one}", {**_READ, **_UNCHANGED}),
        ("GET", f"{at}/{{process_id}}/events", _story(entry), EventList, f"Read a {one}'s events", _READ),
        (
            "POST",
            f"{at}/{{process_id}}/{kind.sent_to}",
            _commanding(entry),
            Commanded,
            f"Send a {one} a command",
            _WRITE,
        ),
    ]
    if kind.opening is not None:
        routes.append(("POST", at, _opening(entry, models), models.view, f"Begin a {one}", _WRITE))
    for method, path, endpoint, model, summary, responses in routes:
        if shape(method, path) not in taken:
            router.add_api_route(
                path,
                endpoint,
                methods=[method],
                response_model=model,
                summary=summary,
                responses=responses,
                status_code=201 if method == "POST" and path == at else 200,
                tags=[kind.path],
            )


_UNCHANGED: dict[int | str, Any] = {304: {"description": "It is still at the version of If-None-Match."}}


@dataclass(frozen=True, slots=True)
class Models:
    """The answers of a kind: its processes have its own state."""

    view: type[ProcessView]
    page: type[Answer]

    @staticmethod
    def of(entry: Registered) -> Models:
        """Named by the kind's state: ``LoanState`` makes ``LoanView`` and ``LoanPage``."""
        state = entry.process.state
        name = state.__name__.removesuffix("State")
        view = create_model(f"{name}Process", __base__=ProcessView, __doc__=ProcessView.__doc__, state=(state, ...))
        page = create_model(
            f"{name}ProcessPage",
            __base__=Answer,
            __doc__="Those that began last first; ``next_cursor`` is null on the last page.",
            items=(list[view], ...),
            next_cursor=(str | None, ...),
        )
        return Models(view, page)


def teller_of(request: Request, entry: Registered) -> PlainTeller:
    """Who tells processes of a kind in the caller's language."""
    return PlainTeller(entry, services_of(request).settings, language(request))


def desk_of(request: Request, entry: Registered) -> Desk[Any, Any]:
    """Where processes of a kind are read and spoken to."""
    return services_of(request).desks[entry.id]


# ---------------------------------------------------------------- reading


def _listing(entry: Registered, models: Models) -> Callable[..., Any]:
    async def list_processes(
        request: Request,
        actor: SignedIn,
        is_open: Annotated[bool | None, Query(alias="open", description="true: not closed; false: closed.")] = None,
        stage: Annotated[str | None, Query(max_length=80)] = None,
        cursor: Annotated[str | None, Query(max_length=400, description="`next_cursor` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        """Those that you may read, the newest first. A page may have fewer than `limit`, also none, and go on all the
        same: the last one has no `next_cursor`."""
        desk, tells = desk_of(request, entry), teller_of(request, entry)
        page = await desk.page(actor, is_open=is_open, stage=stage, cursor=cursor, limit=limit)
        items = [tells.view(models.view, state, await desk.rules_of(state), actor) for state in page.items]
        return answer(models.page(items=items, next_cursor=page.next_cursor))

    return list_processes


def _reading(entry: Registered, models: Models) -> Callable[..., Any]:
    async def read_process(
        request: Request,
        actor: SignedIn,
        process_id: Annotated[str, _ID],
        if_none_match: Annotated[str | None, Header(description="An ETag that you have.")] = None,
    ) -> Response:
        """As the log has it, with what it waits for and what you may do now. Its `ETag` is its version."""
        desk = desk_of(request, entry)
        state, _ = await desk.readable(process_id, actor)
        headers = {"etag": etag(state.version), "vary": "accept-language, authorization"}
        if matches(if_none_match, headers["etag"]):
            return Response(status_code=304, headers=headers)
        view = teller_of(request, entry).view(models.view, state, await desk.rules_of(state), actor)
        return answer(view, headers=headers)

    return read_process


def _story(entry: Registered) -> Callable[..., Any]:
    async def read_process_events(request: Request, actor: SignedIn, process_id: Annotated[str, _ID]) -> Response:
        """The whole stream: what happened, when, by whom, in what capacity, why; each with the hash that covers the
        one before."""
        _, rows = await desk_of(request, entry).readable(process_id, actor)
        tells = teller_of(request, entry)
        return answer(EventList(items=[tells.event(row) for row in rows]))

    return read_process_events


# ---------------------------------------------------------------- commanding


def _commanding(entry: Registered) -> Callable[..., Any]:
    async def command_process(
        request: Request,
        actor: SignedIn,
        process_id: Annotated[str, _ID],
        body: Any,
        key: IdempotencyKey,
        if_version: IfMatch,
    ) -> Response:
        """A success means that its events are committed. What it does not take as it stands is 409. With `If-Match`
        the command holds only for that version."""
        done = await commanded(services_of(request), entry, process_id, actor, body, key, if_version)
        view = teller_of(request, entry).commanded(done.state, done.events)
        return answer(view, headers={"etag": etag(done.state.version)})

    commands = entry.process.commands
    examples: Any = {kind: {"value": example_of(body)} for kind, body in commands.items()}
    bodies: Any = reduce(or_, commands.values())
    if len(commands) > 1:
        bodies = Annotated[bodies, Field(discriminator="kind")]
    command_process.__annotations__["body"] = Annotated[bodies, Body(openapi_examples=examples)]
    return command_process


async def commanded(
    services: Services,
    entry: Registered,
    number: str,
    actor: Actor,
    body: Any,
    key: str | None,
    if_version: int | None,
) -> Done[Any]:
    """Sends a command and counts what came of it."""
    counter = services.metrics.decisions
    try:
        done = await services.desks[entry.id].command(number, actor, body, key=key, if_version=if_version)
    except (Refusal, Problem) as refused:
        counter.labels(body.kind, refused.code).inc()
        raise
    counter.labels(body.kind, "committed").inc()
    return done


def _opening(entry: Registered, models: Models) -> Callable[..., Any]:
    async def begin_process(request: Request, actor: SignedIn, body: Any, key: IdempotencyKey) -> Response:
        """Begins one; the answer has its id. The same key and body again is the same one."""
        desk = desk_of(request, entry)
        done = await desk.open(actor, body, key=key)
        view = teller_of(request, entry).view(models.view, done.state, await desk.rules_of(done.state), actor)
        return answer(view, 201, {"location": view.links.itself, "etag": etag(view.version)})

    assert entry.process.opening is not None
    begin_process.__annotations__["body"] = Annotated[entry.process.opening, Body()]
    return begin_process
