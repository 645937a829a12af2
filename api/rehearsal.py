"""Rehearsal only: a process's clock is moved, and everything that falls due on the way happens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from fastapi import APIRouter, Request
from starlette.responses import Response
from temporalio.service import RPCError, RPCStatusCode

from api import schemas
from api.answers import answer, documented
from api.problems import Problem
from api.services import Services, required, services_of
from api.strict import StrictRoute
from domain import joint_response
from domain.joint_response import ResponseState
from domain.sitting import waits
from runtime import rehearsal
from store.folding import RESPONSES, SITTINGS
from workflows.client import ProcessUnavailable

router = APIRouter(route_class=StrictRoute, prefix="/dev", tags=["rehearsal"])


class Waiting(Protocol):
    """One thing that a process waits for."""

    @property
    def until(self) -> datetime: ...


_PATIENCE = 60.0
_FARTHEST = timedelta(days=800)
_SETTLING = 10.0
_LOOK_EVERY = 0.02


@dataclass(frozen=True, slots=True)
class _Standing:
    """A process, as far as its clock goes. ``until``: what it waits for next, None when it has ended.

    ``shares``: the processes that go by the same clock: an emergency's cases, response and extraordinary sitting.
    """

    at: datetime
    version: int
    stage: str
    until: datetime | None
    shares: tuple[str, ...] = ()


async def _standing(services: Services, number: str) -> _Standing:
    """Raises Refusal ``unknown_case`` for what is no process of ours."""
    rows = await services.log.read(number)
    sitting = SITTINGS.state(rows)
    if sitting is not None:
        return _Standing(sitting.at, sitting.version, sitting.status, _next(waits(sitting)))
    response = RESPONSES.state(rows)
    if response is not None:
        stage = response.phase if response.status == "open" else response.status
        until = _next(joint_response.waits(response))
        return _Standing(response.at, response.version, stage, until, await _sharing(services, response))
    case = await services.casework.state(number)
    shares: tuple[str, ...] = ()
    if case.emergency_id is not None and not case.closed:
        response = await services.responses.find(case.emergency_id)
        if response is not None and not response.closed:
            shares = (response.id, *await _sharing(services, response))
    return _Standing(case.at, case.version, case.stage, case.wait.until if case.wait else None, shares)


def _next(waiting: Iterable[Waiting]) -> datetime | None:
    return min((wait.until for wait in waiting), default=None)


async def _sharing(services: Services, response: ResponseState) -> tuple[str, ...]:
    """The cases that are in the response still, and its sitting where that is to be held."""
    found: list[str] = []
    for case in response.cases:
        state = await services.casework.state(case.number)
        if not state.closed and state.emergency_id == response.id:
            found.append(case.number)
    if response.sitting is not None and not response.closed:
        await services.responses.steps.convened(response.id)
        row = await services.meetings.list.get(response.sitting)
        if row is not None and row.status not in ("closed", "cancelled"):
            found.append(row.id)
    return tuple(found)


@router.post(
    "/fast-forward",
    response_model=schemas.FastForwarded,
    summary="Move a process's clock",
    responses=documented(404, 409, 415),
)
async def fast_forward(request: Request, body: schemas.FastForward) -> Response:
    """Moves one case's, sitting's or joint response's clock by days and hours, or to an instant, and two seconds more;
    answers when everything due has happened. A clock that is past the instant stays. A case with an open response, the
    response and its extraordinary sitting share a clock: whichever is named, all of them are moved likewise. Exists
    only in rehearsal, on the embedded stack, and asks for no sign-in: whoever reaches it may move clocks."""
    services = services_of(request)
    now, standing = await _forward(services, body)
    await services.rulebook.refresh_sittings()
    return answer(schemas.FastForwarded(now=now, version=standing.version, stage=standing.stage))


async def _forward(services: Services, body: schemas.FastForward) -> tuple[datetime, _Standing]:
    """Moves a process's clock, and those that go by it; what the named one shows then, and how it stands.

    Raises Problem ``not_running``.
    """
    number = body.number
    together = sorted({number, *(await _standing(services, number)).shares})
    async with AsyncExitStack() as locked:
        for one in together:
            await locked.enter_async_context(services.clocks.setdefault(one, asyncio.Lock()))
        if (await _standing(services, number)).until is None:
            raise Problem("not_running")
        moved = await asyncio.gather(*(_passed(services, one, body, named=one == number) for one in together))
    return moved[together.index(number)]


async def _passed(
    services: Services, number: str, body: schemas.FastForward, *, named: bool
) -> tuple[datetime, _Standing]:
    """One process after its clock was moved. One that goes along and has ended meanwhile stays at its end."""
    standing = await _standing(services, number)
    if standing.until is None:
        return standing.at, standing
    try:
        now = await _move(services, number, standing.at, body)
    except Problem:
        if named:
            raise
        return standing.at, standing
    return await _settled(services, number, now)


@router.post(
    "/convene",
    response_model=schemas.Convened,
    summary="Begin a sitting now",
    responses=documented(404, 415),
)
async def convene(request: Request, body: schemas.ConveneSitting) -> Response:
    """Begins a sitting's process before its agenda is to be drafted, so that its clock can be moved; one that has
    begun stays as it is."""
    state = await services_of(request).meetings.convene(body.sitting)
    return answer(schemas.Convened(sitting=body.sitting, version=state.version, status=state.status))


async def _move(services: Services, number: str, at: datetime, body: schemas.FastForward) -> datetime:
    """Moves the clock of a process that has got to ``at``; what it shows then."""
    handle = required(services.temporal).get_workflow_handle(number)
    assert services.skipper is not None
    try:
        async with asyncio.timeout(_PATIENCE):
            # A process that was started again begins at the real time: first it catches up with its log.
            shown = await services.skipper.get_current_time(handle)
            length = timedelta(days=body.days, hours=body.hours)
            if body.to is not None:
                length = min(max(body.to - max(at, shown), timedelta()), _FARTHEST)
            return await rehearsal.fast_forward(services.skipper, handle, max(at - shown, timedelta()) + length)
    except TimeoutError:
        raise ProcessUnavailable(f"{number}: its clock does not move") from None
    except rehearsal.NotRunning:
        raise Problem("not_running") from None
    except RPCError as error:
        if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
            raise Problem("not_running") from None
        raise ProcessUnavailable(f"{number}: {error.message}") from None


async def forward_meeting(services: Services, sitting_id: str, to: datetime) -> None:
    """Moves a sitting's clock to an instant, and those of its cases as far as it has then got.

    Raises Refusal, Problem ``not_running``, ProcessUnavailable.
    """
    await forward_to(services, sitting_id, to)
    row = await services.meetings.list.get(sitting_id)
    assert row is not None
    reached = {"in_session": row.starts_at, "minutes": row.ends_at, "closed": row.minutes_due}.get(row.status)
    if reached is not None:
        waiting = await services.meetings.list.waiting_cases(sitting_id)
        await asyncio.gather(*(forward_to(services, case.number, reached) for case in waiting))
    await services.rulebook.refresh_sittings()


async def forward_to(services: Services, number: str, to: datetime) -> None:
    """Moves one process's clock to an instant, and two seconds more. Raises as ``forward_meeting``."""
    await _forward(services, schemas.FastForward(workflow_id=number, to=to))


async def _settled(services: Services, number: str, now: datetime) -> tuple[datetime, _Standing]:
    """The process's own time, and how it stands once nothing in it is due any more."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _SETTLING
    while True:
        standing = await _standing(services, number)
        if standing.until is None:
            return standing.at, standing
        if standing.until > now:
            return now, standing
        if loop.time() > deadline:
            raise ProcessUnavailable(f"{number}: what is due does not happen")
        await asyncio.sleep(_LOOK_EVERY)
