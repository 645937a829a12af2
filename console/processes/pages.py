"""The pages that a kind of process has by being in the registry: its list, one process, and the forms of its commands.

``router_for`` makes them for the kinds that no room of the console has made better.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.cases.schemas import EventView
from api.edge.languages import language
from api.edge.problem_words import status_of
from api.edge.strict import StrictRoute
from api.process import services_of
from api.processes.routes import Route, commanded, desk_of, shape, teller_of
from console.frame import commands
from console.frame.flashes import flash
from console.frame.forms import Form
from console.frame.once import once_of
from console.frame.pages import OnPage, Viewer, page, see
from domain.errors import Refusal
from domain.forms.asking import Offered, Situation
from domain.forms.reading import FormField, questions_of
from services.problems import Problem
from store.registry import Registered, Registry

LISTED = 20
_ID = Path(max_length=80)


@dataclass(frozen=True, slots=True)
class Offering:
    """A command that the viewer may give, with its form."""

    kind: str
    command: type[Offered]
    fields: tuple[FormField, ...]
    form: Form[Any]


@dataclass(frozen=True, slots=True)
class Told:
    """An event with what it says besides, each thing with its label."""

    event: EventView
    said: tuple[tuple[str, str], ...]


def plain_kinds(registry: Registry, taken: Collection[Route]) -> tuple[Registered, ...]:
    """The kinds whose processes have no page of their own among those ``taken``."""
    return tuple(entry for entry in registry if ("GET", f"/{entry.process.path}/{{}}") not in taken)


def router_for(entries: Collection[Registered]) -> APIRouter:
    """The pages of these kinds."""
    router = APIRouter(route_class=StrictRoute, include_in_schema=False)
    for entry in entries:
        at = f"/{entry.process.path}"
        router.add_api_route(at, _list_page(entry), methods=["GET"])
        if entry.process.opening is not None:
            router.add_api_route(at, _begin(entry), methods=["POST"])
        router.add_api_route(f"{at}/{{process_id}}", _process_page(entry), methods=["GET"])
        router.add_api_route(f"{at}/{{process_id}}", _command(entry), methods=["POST"])
    return router


def routes_of(routers: Collection[APIRouter]) -> set[Route]:
    """The pages that there are."""
    routes: list[Any] = [route for router in routers for route in router.routes]
    return {shape(method, route.path) for route in routes for method in getattr(route, "methods", None) or ()}


# ---------------------------------------------------------------- many


def _list_page(entry: Registered) -> Callable[..., Any]:
    async def list_page(
        request: Request, viewer: OnPage, cursor: Annotated[str | None, Query(max_length=400)] = None
    ) -> Response:
        """Those that the viewer may read, the newest first; and the form that begins one."""
        return await _shown_list(request, viewer, entry, Form(), cursor)

    return list_page


async def _shown_list(
    request: Request, viewer: Viewer, entry: Registered, form: Form[Any], cursor: str | None = None, status: int = 200
) -> Response:
    desk, tells = desk_of(request, entry), teller_of(request, entry)
    found = await desk.page(viewer.actor, cursor=cursor, limit=LISTED)
    opening, path = entry.process.opening, f"/{entry.process.path}"
    begins = viewer.actor.role in ("officer", "department") or bool(form.errors)
    return page(
        request,
        "processes/list.html",
        status=status,
        kind=entry.process,
        listed=[tells.process(state, await desk.rules_of(state), viewer.actor) for state in found.items],
        offering=await _offering(request, viewer, entry, opening, None, form) if opening and begins else None,
        next_path=f"{path}?cursor={found.next_cursor}" if found.next_cursor else "",
        first_path=path if cursor else "",
    )


def _begin(entry: Registered) -> Callable[..., Any]:
    async def begin(request: Request, viewer: OnPage) -> Response:
        """Begins one, by the form of the command that opens it."""
        opening = entry.process.opening
        assert opening is not None
        form = await commands.read(request, opening)
        if form.data is None:
            return await _shown_list(request, viewer, entry, form, status=422)
        try:
            done = await desk_of(request, entry).open(viewer.actor, form.data, key=once_of(form).key)
        except (Refusal, Problem) as refused:
            return await _shown_list(request, viewer, entry, _refused(request, form, refused), status=_status(refused))
        return _done(entry, entry.process.number(done.state), opening, language(request))

    return begin


# ---------------------------------------------------------------- one


def _process_page(entry: Registered) -> Callable[..., Any]:
    async def process_page(request: Request, viewer: OnPage, process_id: Annotated[str, _ID]) -> Response:
        """Where it stands, what it waits for, what the viewer may do, and its story."""
        return await _shown(request, viewer, entry, process_id, Form())

    return process_page


async def _shown(
    request: Request, viewer: Viewer, entry: Registered, number: str, form: Form[Any], status: int = 200
) -> Response:
    """``form``: of the command that was sent and not taken, if one was."""
    desk, tells, kind = desk_of(request, entry), teller_of(request, entry), entry.process
    state, rows = await desk.readable(number, viewer.actor)
    shown = tells.process(state, await desk.rules_of(state), viewer.actor)
    sent = str(form.value("kind"))
    offered = [one for one in kind.commands if one in shown["you_may"] or one == sent]
    return page(
        request,
        "processes/process.html",
        status=status,
        kind=kind,
        it=shown,
        facts=_labelled(entry, state.model_dump(mode="json"), tells.language),
        offerings=[
            await _offering(request, viewer, entry, kind.commands[one], state, form if one == sent else Form())
            for one in offered
        ],
        story=[
            Told(event, _labelled(entry, event.data, tells.language))
            for event in reversed(list(map(tells.event, rows)))
        ],
    )


def _command(entry: Registered) -> Callable[..., Any]:
    async def command(request: Request, viewer: OnPage, process_id: Annotated[str, _ID]) -> Response:
        """Sends the command of a form, on the version that the page showed."""
        await desk_of(request, entry).readable(process_id, viewer.actor)
        form = await commands.read_one_of(request, entry.process.commands)
        once, given = once_of(form), form.data
        if given is None:
            return await _shown(request, viewer, entry, process_id, form, 422)
        try:
            await commanded(services_of(request), entry, process_id, viewer.actor, given, once.key, once.version)
        except (Refusal, Problem) as refused:
            form = _refused(request, form, refused)
            return await _shown(request, viewer, entry, process_id, form, _status(refused))
        return _done(entry, process_id, type(given), language(request))

    return command


async def _offering(
    request: Request, viewer: Viewer, entry: Registered, command: type[Offered], state: Any, form: Form[Any]
) -> Offering:
    services = services_of(request)
    rules = await desk_of(request, entry).rules_of(state)
    situation = Situation(rules, viewer.actor, services.clock.now(), language(request), state)
    fields = commands.asked_of(command, situation)
    if not form.values:
        form = Form(commands.first_values(fields.values()))
    kind = next(iter(name for name, one in entry.process.commands.items() if one is command), entry.process.opens)
    form.prefix = f"{kind}-"
    return Offering(kind, command, tuple(fields.values()), form)


def _labelled(entry: Registered, values: Mapping[str, Any], spoken: str) -> tuple[tuple[str, str], ...]:
    """Those of some values that a command of the kind has a label for."""
    asking = [entry.process.opening, *entry.process.commands.values()]
    labels = {one.name: one.label for command in asking if command for one in questions_of(command)}
    return tuple(
        (labels[name].in_(spoken), "、".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in values.items()
        if name in labels and value not in (None, "", [])
    )


def _refused(request: Request, form: Form[Any], refused: Refusal | Problem) -> Form[Any]:
    """The form with why it was not taken. One who has no right to it is shown no form."""
    if _status(refused) in (403, 404):
        raise refused
    form.refused(request, refused)
    return form


def _status(refused: Refusal | Problem) -> int:
    return status_of(refused.code)


def _done(entry: Registered, number: str, command: type[Offered], spoken: str) -> Response:
    response = see(f"/{entry.process.path}/{number}")
    flash(response, "flash.commanded", bad=False, what=command.offer.label.in_(spoken))
    return response
