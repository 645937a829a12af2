"""Rehearsal only: the town's one clock is read and brought on, and everything that falls due on the way happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Request
from pydantic import (
    AwareDatetime,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from api.edge.answers import answer, documented
from api.edge.strict import StrictRoute
from api.edge.wire import Answer, Instant
from api.process import Services, services_of
from domain.errors import Refusal
from services.problems import Problem
from services.requests import Id, RequestBody
from services.town import Rehearsing
from workflows.client import ProcessUnavailable

router = APIRouter(route_class=StrictRoute, prefix="/dev", tags=["rehearsal"])


class TownClock(Answer):
    """What time it is in the rehearsal."""

    now: Instant


class FastForward(RequestBody):
    """Brings the town's clock on: by days and hours, or ``until`` an instant; at most 800 days at a time. ``case`` or
    ``workflow_id``: whose standing is told then."""

    case: Id | None = None
    workflow_id: Id | None = None
    days: Annotated[float, Field(ge=0, le=800, strict=True, allow_inf_nan=False)] = 0
    hours: Annotated[float, Field(ge=0, le=19_200, strict=True, allow_inf_nan=False)] = 0
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _says_how_far(self) -> Self:
        if self.case is not None and self.workflow_id is not None:
            raise PydanticCustomError("case_or_workflow", "give case or workflow_id, or neither")
        if (self.days + self.hours == 0) == (self.until is None):
            raise PydanticCustomError("days_or_hours", "give days, hours, or both; or the instant to move to")
        if self.days + self.hours / 24 > 800:
            raise PydanticCustomError("days_or_hours", "at most 800 days")
        return self

    @property
    def named(self) -> str | None:
        """The process that is named, if one is."""
        return self.case or self.workflow_id


class FastForwarded(Answer):
    """``now`` is the town's clock; everything due has happened. Of a process that was named: its version, and a case's
    stage, a sitting's status, or a joint response's phase and then status."""

    now: Instant
    version: int | None = None
    stage: str | None = None


@router.get("/clock", response_model=TownClock, summary="The town's clock")
async def read_clock(request: Request) -> Response:
    """What time it is in the rehearsal. It runs on by itself, and never goes back."""
    return answer(TownClock(now=services_of(request).clock.now()))


@router.post(
    "/fast-forward",
    response_model=FastForwarded,
    summary="Bring the town's clock on",
    responses=documented(404, 409, 415),
)
async def fast_forward(request: Request, body: FastForward) -> Response:
    """Brings the town on by days and hours, or to an instant; answers when everything due has happened, in the order
    in which it was due. A clock that is past the instant stays. With a case, sitting or joint response named, the
    answer says how that one stands then; one that has ended is refused, and nothing is moved. Exists only in
    rehearsal, on the embedded stack, and asks for no sign-in: whoever reaches it may move the clock."""
    services = services_of(request)
    rehearsing = required(services)
    named = body.named
    if named is not None and (await _standing(services, named)).closed:
        raise Problem("not_running")
    arrived = await rehearsing.forward(_instant(services.clock.now(), body))
    if named is None:
        return answer(FastForwarded(now=arrived.now))
    if named in arrived.stuck:
        raise ProcessUnavailable(f"{named}: what is due does not happen")
    standing = await _standing(services, named)
    return answer(FastForwarded(now=arrived.now, version=standing.version, stage=standing.stage))


def required(services: Services) -> Rehearsing:
    """Who moves the clock. Raises ProcessUnavailable before Temporal has answered."""
    if services.rehearsing is None:
        raise ProcessUnavailable("Temporal has not answered yet")
    return services.rehearsing


def _instant(now: datetime, body: FastForward) -> datetime:
    return body.until or now + timedelta(days=body.days, hours=body.hours)


@dataclass(frozen=True, slots=True)
class _Standing:
    version: int
    stage: str
    closed: bool


async def _standing(services: Services, number: str) -> _Standing:
    """How a process stands by its log. Raises Refusal ``unknown_case`` for what is none of ours."""
    found = services.registry.found(await services.log.read(number))
    if found is None:
        raise Refusal("unknown_case", number=number)
    entry, state = found
    return _Standing(state.version, entry.process.stage(state), state.closed)
