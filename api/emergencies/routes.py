"""Playbooks, and emergencies with their joint responses: read, report, report the situation, stand down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, cast

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from api.cases.routes import decided, decided_answer, teller
from api.cases.schemas import EventList
from api.edge.addressed import Addressed
from api.edge.answers import IdempotencyKey, IfMatch, answer, documented, etag, matches
from api.edge.languages import language
from api.edge.strict import StrictRoute
from api.emergencies.schemas import (
    EmergencyChanged,
    EmergencyPage,
    EmergencyView,
    PlaybookList,
    StoodDown,
    WholePlaybookView,
)
from api.emergencies.views import ResponseTeller, playbook_view, whole_playbook
from api.process import Services, services_of
from api.sign_in.signed_in import SignedIn
from domain.case import StandDown
from domain.errors import Refusal
from domain.forms.reading import commands_of, example_of
from domain.joint_response import (
    AskedOfResponse,
    Report,
    ResponseCommand,
    ResponseState,
    StandDownResponse,
    TaskCommand,
    TaskReport,
)
from domain.permission import Actor
from domain.text import seeking
from services.problems import Problem
from services.scope import scope_of
from services.sending import Done
from store.folding import RESPONSES
from store.joint_responses import ResponseQuery

router = APIRouter(route_class=StrictRoute, tags=["emergencies"])

_READ = documented(401, 403, 404)
_WRITE = documented(401, 403, 404, 409, 412, 415)


async def _emergency(
    emergency_id: Annotated[str, Path(examples=["NC-2026-000001-E1"], description="The emergency's id.")],
) -> str:
    asked = seeking.emergency_id(emergency_id)
    if asked is None:
        raise Refusal("unknown_emergency", emergency=emergency_id)
    return asked


Emergency = Annotated[str, Depends(_emergency)]


# ---------------------------------------------------------------- playbooks


@router.get("/playbooks", response_model=PlaybookList, summary="The playbooks", responses=documented(401))
async def playbooks(request: Request, actor: SignedIn) -> Response:
    """The kinds of emergency, each as it now stands: its phases, its tasks with their clocks, and what is called
    first. A response keeps the version that it was declared under."""
    rules = services_of(request).rulebook.current
    found = [playbook_view(rules.playbook(kind), language(request)) for kind in rules.playbook_kinds]
    return answer(PlaybookList(items=found))


@router.get("/playbooks/{kind}", response_model=WholePlaybookView, summary="A playbook", responses=documented(401, 404))
async def read_playbook(
    request: Request, actor: SignedIn, kind: Annotated[str, Path(examples=["property_withdrawal"])]
) -> Response:
    """Everything in a playbook: also external parties, the escalation chain, alarms, the cap and the watch."""
    rules = services_of(request).rulebook.current
    if kind not in rules.playbook_kinds:
        raise Problem("not_found")
    return answer(whole_playbook(rules.playbook(kind), language(request)))


# ---------------------------------------------------------------- reading


async def response_teller(request: Request, actor: Actor, state: ResponseState) -> ResponseTeller:
    """Who tells a response to an actor, by the version of the playbook that it is under."""
    rules = await services_of(request).joint_responses.rules_of(state)
    return ResponseTeller(await teller(request), rules.playbook(state.playbook), actor)


@router.get("/emergencies", response_model=EmergencyPage, summary="The emergencies", responses=documented(401))
async def list_emergencies(
    request: Request,
    actor: SignedIn,
    status: Annotated[str | None, Query(pattern="^(open|watch|closed)$")] = None,
    playbook: Annotated[str | None, Query(max_length=80, description="A playbook's kind.")] = None,
    cursor: Annotated[str | None, Query(max_length=400, description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The joint responses in your scope, those that run first, then the closed ones; the newest first among each.
    For a department, those in which it has a task; each as `GET /emergencies/{id}` has it."""
    services, scope = services_of(request), scope_of(actor)
    query = ResponseQuery(
        units=scope.units or None,
        departments=scope.departments or None,
        status=status,
        playbook=playbook,
        cursor=cursor,
        limit=limit,
    )
    page = await services.joint_responses.list.page(query)
    streams = await services.log.read_some([row.id for row in page.items])
    items = []
    for row in page.items:
        state = RESPONSES.state(streams[row.id])
        assert state is not None
        items.append((await response_teller(request, actor, state)).response(state, streams[row.id]))
    return answer(EmergencyPage(items=items, next_cursor=page.next_cursor))


@router.get(
    "/emergencies/{emergency_id}",
    response_model=EmergencyView,
    summary="An emergency",
    responses={**_READ, 304: {"description": "It is still at the version of If-None-Match."}},
)
async def read_emergency(
    request: Request,
    actor: SignedIn,
    emergency: Emergency,
    if_none_match: Annotated[str | None, Header(description="An ETag that you have.")] = None,
) -> Response:
    """Everything that a war room needs in one call: tasks with their clocks, the seven branches in numbers, situation
    reports, what is waited for, what was escalated, whom to call first. A department is shown its own tasks. The
    `ETag` is the version."""
    state, rows = await services_of(request).joint_responses.readable(emergency, actor)
    headers = {"etag": etag(state.version), "vary": "accept-language, authorization"}
    if matches(if_none_match, headers["etag"]):
        return Response(status_code=304, headers=headers)
    return answer((await response_teller(request, actor, state)).response(state, rows), headers=headers)


@router.get(
    "/emergencies/{emergency_id}/events",
    response_model=EventList,
    summary="An emergency's events",
    responses=_READ,
)
async def read_events(request: Request, actor: SignedIn, emergency: Emergency) -> Response:
    """The whole stream, each event with the hash that covers the one before. A department is not shown what is of
    other departments' tasks."""
    state, rows = await services_of(request).joint_responses.readable(emergency, actor)
    tells = await response_teller(request, actor, state)
    told = [tells.event(row, state) for row in rows]
    return answer(EventList(items=[one for one in told if one is not None]))


# ---------------------------------------------------------------- reporting


async def commanded(
    services: Services, emergency: str, actor: Actor, body: AskedOfResponse, key: str | None, if_version: int | None
) -> Done[ResponseState]:
    """Sends a command to a response and counts what came of it."""
    counter = services.metrics.decisions
    try:
        done = await services.joint_responses.command(emergency, actor, body, key=key, if_version=if_version)
    except (Refusal, Problem) as refused:
        counter.labels(body.kind, refused.code).inc()
        raise
    counter.labels(body.kind, "committed").inc()
    return done


TASK_REPORTS = cast(
    "Mapping[str, type[TaskReport]]",
    {kind: one for kind, one in commands_of(ResponseCommand).items() if issubclass(one, TaskCommand)},
)
"""What may be reported of a task, by kind."""
_BODIES: Addressed[TaskReport] = Addressed(TASK_REPORTS, "task")
_EXAMPLES: Any = {kind: {"value": example_of(command)} for kind, command in TASK_REPORTS.items()}


@router.post(
    "/emergencies/{emergency_id}/tasks/{task}/reports",
    response_model=EmergencyChanged,
    summary="Report a task",
    responses=_WRITE,
)
async def report_task(
    request: Request,
    actor: SignedIn,
    emergency: Emergency,
    task: Annotated[str, Path(examples=["verify"])],
    body: Annotated[BaseModel, _BODIES, Body(openapi_examples=_EXAMPLES)],
    key: IdempotencyKey,
    if_version: IfMatch,
) -> Response:
    """A department signs for its task, says how it stands, reports it done, objects to it (it goes to another, `to` or
    the lead), or waives it with a reason. A task that is another's is 403 `not_your_task`; one that is not signed for
    cannot be done (409 `not_signed`)."""
    try:
        report = _BODIES.command(body, task)
    except ValidationError:  # the body has been read: no task can be called so
        raise Refusal("unknown_task", task=task[:80]) from None
    done = await commanded(services_of(request), emergency, actor, report, key, if_version)
    view = (await response_teller(request, actor, done.state)).changed(done.state, done.events, task)
    return answer(view, headers={"etag": etag(done.state.version)})


@router.post(
    "/emergencies/{emergency_id}/situation-reports",
    response_model=EmergencyChanged,
    summary="Report the situation",
    responses=_WRITE,
)
async def report_situation(
    request: Request,
    actor: SignedIn,
    emergency: Emergency,
    body: Report,
    key: IdempotencyKey,
    if_version: IfMatch,
) -> Response:
    """The lead or the alliance reports on the response as a whole; reports are numbered, and due at intervals."""
    done = await commanded(services_of(request), emergency, actor, body, key, if_version)
    view = (await response_teller(request, actor, done.state)).changed(done.state, done.events)
    return answer(view, headers={"etag": etag(done.state.version)})


@router.post(
    "/emergencies/{emergency_id}/stand-down",
    response_model=StoodDown,
    summary="Stand an emergency down",
    responses=_WRITE,
)
async def stand_down(
    request: Request,
    actor: SignedIn,
    emergency: Emergency,
    body: StandDownResponse,
    key: IdempotencyKey,
    if_version: IfMatch,
) -> Response:
    """The emergency is over, once every required task is done or waived (else 409 `required_tasks_open`): the resident
    is asked (`resolved`), or the case comes to a tier's next sitting (`returned`, to `tier` or the playbook's). The
    response is then watched. The answer tells of the case that declared it."""
    services, number = services_of(request), emergency.rpartition("-")[0]
    if await services.joint_responses.find(emergency) is None:
        return await _stand_case_down(request, actor, emergency, body, key, if_version)
    done = await commanded(services, emergency, actor, body, key, if_version)
    state, rows = await services.casework.story(number)
    told = [row for row in rows if row.command_id == f"{emergency}:stand_down:{number}"]
    view = (await teller(request, state)).decided(state, told)
    return answer(
        StoodDown(**view.model_dump(), emergency_id=emergency, emergency_status=done.state.status),
        headers={"etag": etag(view.version)},
    )


async def _stand_case_down(
    request: Request,
    actor: Actor,
    emergency: str,
    body: StandDownResponse,
    key: str | None,
    if_version: int | None,
) -> Response:
    """An emergency of before there were joint responses is its case's alone."""
    services, number = services_of(request), emergency.rpartition("-")[0]
    state, rows = await services.casework.story(number)
    named = f"{number}-E{state.emergencies}" == emergency and state.emergency_id == emergency
    if not named or any(row.data.get("detail", {}).get("emergency") == emergency for row in rows):
        raise Refusal("unknown_emergency", emergency=emergency)
    command = StandDown(emergency_id=emergency, outcome=body.outcome, tier=body.tier, reason=body.reason)
    return await decided_answer(request, await decided(services, number, actor, command, key, if_version))
