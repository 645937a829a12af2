"""Playbooks and emergencies. The departments' branches are not here yet: tasks and situation reports are empty."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import schemas
from api.answers import IdempotencyKey, answer, documented
from api.auth import SignedIn
from api.cases import decided, decided_answer, teller
from api.scope import scope_of
from api.services import services_of
from api.strict import StrictRoute
from domain.case import StandDown
from domain.errors import Refusal
from store.cases import CaseQuery

router = APIRouter(route_class=StrictRoute, tags=["emergencies"])

_ID = re.compile(r"(?P<number>[A-Z]{1,8}-\d{4}-\d{6,12})-E\d{1,3}", re.ASCII)


def _case_of(emergency_id: str) -> str:
    found = _ID.fullmatch(emergency_id)
    if found is None:
        raise Refusal("unknown_emergency", emergency=emergency_id)
    return found["number"]


@router.get("/playbooks", response_model=schemas.PlaybookList, summary="The playbooks", responses=documented(401))
async def playbooks(request: Request, actor: SignedIn) -> Response:
    """The kinds of emergency that the ladder policy knows."""
    tells = await teller(request)
    known = tells.rules.ladder.stages.joint_response.playbooks
    items = [schemas.PlaybookView(kind=kind, name=name.in_(tells.language)) for kind, name in known.items()]
    return answer(schemas.PlaybookList(items=items))


@router.get("/emergencies", response_model=schemas.EmergencyPage, summary="The emergencies", responses=documented(401))
async def list_emergencies(
    request: Request,
    actor: SignedIn,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The newest emergency of each case in your scope that has one; for departments, those that are open. Tasks and
    situation reports are empty until the departments' branches exist."""
    services = services_of(request)
    scope = scope_of(actor)
    query = CaseQuery(
        units=scope.units or None, stage="joint_response" if scope.departments else None, emergency=True,
        cursor=cursor, limit=limit,
    )  # fmt: skip
    page = await services.cases.page(query)
    items = []
    for row in page.items:
        state, rows = await services.casework.readable_story(row.number, actor)
        if state.emergency_id is not None:
            items.append((await teller(request, state)).emergency(state, rows, state.emergency_id))
    return answer(schemas.EmergencyPage(items=items, next_cursor=page.next_cursor))


@router.get(
    "/emergencies/{emergency_id}",
    response_model=schemas.EmergencyView,
    summary="An emergency",
    responses=documented(401, 403, 404),
)
async def read_emergency(request: Request, actor: SignedIn, emergency_id: str) -> Response:
    """One emergency. Tasks and situation reports are empty until the departments' branches exist."""
    number = _case_of(emergency_id)
    state, rows = await services_of(request).casework.readable_story(number, actor)
    return answer((await teller(request, state)).emergency(state, rows, emergency_id))


@router.post(
    "/emergencies/{emergency_id}/stand-down",
    response_model=schemas.Decided,
    summary="Stand an emergency down",
    responses=documented(401, 403, 404, 409, 415),
)
async def stand_down(
    request: Request, actor: SignedIn, emergency_id: str, body: schemas.StandDownRequest, key: IdempotencyKey
) -> Response:
    """The emergency is over: the resident is asked (`resolved`), or the case comes to a tier's next sitting
    (`returned`, to `tier` or the one it came from)."""
    command = StandDown(emergency_id=emergency_id, outcome=body.outcome, tier=body.tier, reason=body.reason)
    number = _case_of(emergency_id)
    return await decided_answer(request, await decided(services_of(request), number, actor, command, key, None))
