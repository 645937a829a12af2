"""Rehearsal only: one process's clock is moved, and everything that falls due on the way happens."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response
from temporalio.service import RPCError, RPCStatusCode

from api import schemas
from api.answers import answer, documented
from api.problems import Problem
from api.services import Services, required, services_of
from api.strict import StrictRoute
from domain.case import CaseState
from runtime import rehearsal
from workflows.client import ProcessUnavailable

router = APIRouter(route_class=StrictRoute, prefix="/dev", tags=["rehearsal"])

_PATIENCE = 60.0
_SETTLING = 10.0
_LOOK_EVERY = 0.02


@router.post(
    "/fast-forward",
    response_model=schemas.FastForwarded,
    summary="Move a process's clock",
    responses=documented(404, 409, 415),
)
async def fast_forward(request: Request, body: schemas.FastForward) -> Response:
    """Moves one case's clock by days and hours, and two seconds more; answers when everything due has happened.
    Exists only in rehearsal, on the embedded stack, and asks for no sign-in: whoever reaches it may move clocks."""
    services = services_of(request)
    number = body.number
    async with services.clocks.setdefault(number, asyncio.Lock()):
        state = await services.casework.state(number)
        if state.closed:
            raise Problem("not_running")
        now = await _move(services, state, timedelta(days=body.days, hours=body.hours))
        now, state = await _settled(services, number, now)
    return answer(schemas.FastForwarded(now=now, version=state.version, stage=state.stage))


async def _move(services: Services, state: CaseState, length: timedelta) -> datetime:
    """Moves the clock; what it shows then."""
    handle = required(services.temporal).get_workflow_handle(state.number)
    assert services.skipper is not None
    try:
        async with asyncio.timeout(_PATIENCE):
            # A process that was started again begins at the real time: first it catches up with its case.
            behind = state.at - await services.skipper.get_current_time(handle)
            return await rehearsal.fast_forward(services.skipper, handle, max(behind, timedelta()) + length)
    except TimeoutError:
        raise ProcessUnavailable(f"{state.number}: its clock does not move") from None
    except rehearsal.NotRunning:
        raise Problem("not_running") from None
    except RPCError as error:
        if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
            raise Problem("not_running") from None
        raise ProcessUnavailable(f"{state.number}: {error.message}") from None


async def _settled(services: Services, number: str, now: datetime) -> tuple[datetime, CaseState]:
    """The process's own time, and the case once nothing in it is due any more."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _SETTLING
    while True:
        state = await services.casework.state(number)
        if state.wait is None:
            return state.at, state
        if state.wait.until > now:
            return now, state
        if loop.time() > deadline:
            raise ProcessUnavailable(f"{number}: what is due does not happen")
        await asyncio.sleep(_LOOK_EVERY)
