"""What operators and their tools look at."""

from __future__ import annotations

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from api.edge.answers import NO_STORE, answer
from api.edge.strict import StrictRoute
from api.edge.wire import Answer
from api.process import services_of

router = APIRouter(route_class=StrictRoute, tags=["operation"])


class Health(Answer):
    """``ok``, or what is missing."""

    status: str
    checks: dict[str, bool]


@router.get("/healthz", response_model=Health, summary="Is the process alive")
async def healthz() -> Response:
    """200 as long as the process answers."""
    return answer(Health(status="ok", checks={}), headers=NO_STORE)


@router.get(
    "/readyz",
    response_model=Health,
    summary="Can a case be opened",
    responses={503: {"model": Health, "description": "Not yet; `checks` says what is missing."}},
)
async def readyz(request: Request) -> Response:
    """200 once the log answers, the rules are loaded, and a worker polls Temporal."""
    checks = await services_of(request).checks()
    ready = all(checks.values())
    body = Health(status="ok" if ready else "waiting", checks=checks)
    return answer(body, 200 if ready else 503, NO_STORE)


@router.get(
    "/metrics",
    summary="Prometheus metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Counters and histograms; no case number is ever a label."""
    return Response(generate_latest(services_of(request).metrics.registry), media_type=CONTENT_TYPE_LATEST)
