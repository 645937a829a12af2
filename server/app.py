"""The application: routes, the answers to what goes wrong, and what is opened and closed with the process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from api import docs, health, notices, rehearsal, stream
from api.administration import routes as administration
from api.cases import photos
from api.cases import routes as cases
from api.edge.addresses import wants_page
from api.edge.answers import EVERYWHERE
from api.edge.bodies import StreamedRoutes
from api.edge.every_request import Edge
from api.edge.problems import http_response, problem_response, refusal_response, validation_response
from api.edge.strict import StrictRoute
from api.emergencies import routes as emergencies
from api.organisation import routes as organisation
from api.process import services_of
from api.processes import routes as processes
from api.sign_in import routes as sign_in
from api.sittings import routes as sittings
from api.sittings import subscriptions
from console.frame.pages import look
from console.routes import include_console
from domain.errors import Refusal
from runtime.settings import Settings
from runtime.version import VERSION
from server.opening import open_services
from services.problems import Problem
from store.errors import StoreUnavailable
from store.registry import REGISTRY, Registry
from store.rulebook import NoRules
from workflows.client import ProcessUnavailable

log = structlog.get_logger()

DESCRIPTION = (
    "A resident's issue climbs three tiers, with a deadline at each (三级议事协商). Errors are "
    "application/problem+json with a stable code, in the language of Accept-Language (zh-CN by default, or en). "
    "A success means that the event is committed."
)
PREFIX = "/api/v1"


def create_app(settings: Settings, registry: Registry = REGISTRY) -> FastAPI:
    """The application on ``settings``, for the kinds of ``registry``. It starts also while PostgreSQL or Temporal is
    away."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.services = await open_services(settings, registry)
        yield
        await app.state.services.close()

    app = FastAPI(
        title="红绣匠 Hongxiu",
        version=VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    app.router.route_class = StrictRoute
    _include_routes(app, settings, registry)
    _handle_what_goes_wrong(app)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]
    app.add_middleware(
        Edge,
        rehearsal=settings.rehearsal,
        https=settings.public_url.startswith("https:"),
        streamed=StreamedRoutes.among(app.routes),
    )
    return app


def _include_routes(app: FastAPI, settings: Settings, registry: Registry) -> None:
    routers = [
        sign_in.router,
        organisation.router,
        sittings.router,
        subscriptions.router,
        cases.router,
        cases.residents,
        photos.router,
        emergencies.router,
        stream.router,
        notices.router,
        administration.router,
    ]
    if settings.rehearsal:
        routers.append(rehearsal.router)
    for router in (*routers, processes.router_for(registry, _shapes(routers))):
        app.include_router(router, prefix=PREFIX, responses=EVERYWHERE)
    if settings.rehearsal:
        app.include_router(rehearsal.router, include_in_schema=False)  # where API.md also has it
    app.include_router(health.router)
    app.add_api_route("/docs", _docs, include_in_schema=False, response_class=HTMLResponse)
    include_console(app, registry, rehearsal=settings.rehearsal)


def _shapes(routers: Iterable[APIRouter]) -> set[processes.Route]:
    """What the rooms have made better than plainly."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return {processes.shape(method, route.path) for route in routes for method in route.methods or ()}


async def _docs(request: Request) -> HTMLResponse:
    return HTMLResponse(docs.page(request.app.openapi()), headers={"content-security-policy": docs.POLICY})


def _handle_what_goes_wrong(app: FastAPI) -> None:
    @app.exception_handler(Refusal)
    async def refused(request: Request, error: Refusal) -> Response:
        await services_of(request).accesses.denied(request, error.code)
        return refusal_response(request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return validation_response(request, error)

    @app.exception_handler(Problem)
    @app.exception_handler(HTTPException)
    async def http(request: Request, error: Problem | HTTPException) -> Response:
        await services_of(request).accesses.denied(request, getattr(error, "code", ""))
        if wants_page(request):
            await look(request)  # also a page that there is not has the frame of who looks at it
        return http_response(request, error)

    async def away(request: Request, error: Exception) -> Response:
        log.warning("unavailable", error=type(error).__name__)
        return problem_response(request, "unavailable")

    for outage in (StoreUnavailable, ProcessUnavailable, NoRules):
        app.add_exception_handler(outage, away)


def _document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the schema of problems."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        document["components"]["schemas"]["Problem"] = _PROBLEM
        app.openapi_schema = document
    return app.openapi_schema


_TEXT = {"type": "string"}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; `title` and `detail` are in the caller's language.",
    "required": ["type", "title", "status", "detail", "code", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:hongxiu:problem:not_allowed_now"]},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "code": {"type": "string", "examples": ["not_allowed_now"]},
        "instance": _TEXT,
        "allowed": {
            "type": "array",
            "items": _TEXT,
            "description": "With not_allowed_now: what you may decide instead.",
        },
        "params": {"type": "object", "description": "The values that the detail speaks of."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {"field": _TEXT, "code": _TEXT, "message": _TEXT},
            },
        },
    },
}
