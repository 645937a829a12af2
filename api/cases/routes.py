"""Cases: open, list, read, decide; and what their residents may do."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request
from starlette.responses import Response

from api.cases.schemas import CasePage, CaseView, Decided, EventList, Followed, OpenedCase, Track
from api.cases.sealed_words import note_words_shown
from api.edge.accesses import address_of
from api.edge.answers import NO_STORE, IdempotencyKey, IfMatch, answer, documented, etag, matches
from api.edge.languages import language
from api.edge.strict import StrictRoute
from api.process import Services, services_of
from api.sign_in.signed_in import SignedIn
from api.views import Teller
from domain.case import AnyDecision, CaseState, Command, StandDown
from domain.errors import Refusal
from domain.forms.reading import commands_of, example_of
from domain.permission import Actor
from domain.text.seeking import case_number
from services.problems import Problem
from services.requests import NewCase, Word
from services.scope import scope_of
from services.sending import Done
from store.cases import AnswerFilter, CaseQuery
from store.folding import event_of

router = APIRouter(route_class=StrictRoute, tags=["cases"])
residents = APIRouter(route_class=StrictRoute, tags=["residents"])


async def _number(number: Annotated[str, Path(examples=["NC-2026-000001"], description="The case's number.")]) -> str:
    asked = case_number(number)
    if asked is None:
        raise Refusal("unknown_case", number=number)
    return asked


Number = Annotated[str, Depends(_number)]
_CHOICE = Query(max_length=80)
_READ = documented(401, 403, 404)
_WRITE = documented(401, 403, 404, 409, 412, 415)


async def teller(request: Request, state: CaseState | None = None) -> Teller:
    """Who tells a case in the caller's language, by the rules it is under."""
    services = services_of(request)
    rules = await services.casework.rules(state) if state is not None else services.rulebook.current
    return Teller(rules, services.settings, language(request))


@router.post(
    "/cases",
    status_code=201,
    response_model=OpenedCase,
    summary="Open a case",
    responses=documented(401, 403, 409, 415),
)
async def open_case(request: Request, actor: SignedIn, new: NewCase, key: IdempotencyKey) -> Response:
    """An officer files a resident's issue. It starts at `contact`, waiting for the estate's first contact; with
    `emergency` it starts in the joint response. The answer has the resident's `code`, which the resident needs
    to follow the case."""
    services = services_of(request)
    state = await services.casework.open(actor, new, key)
    services.metrics.opened.inc()
    words = await services.casework.opened(state.words)
    fields = (await teller(request, state)).case_fields(state, words, actor)
    opened = OpenedCase(**fields, code=services.casework.code(state.number))
    headers = {"location": opened.links.itself, "etag": etag(state.version), **NO_STORE}
    return answer(opened, 201, headers)


@router.get("/cases", response_model=CasePage, summary="List cases", responses=documented(401, 403))
async def list_cases(
    request: Request,
    actor: SignedIn,
    tier: Annotated[str | None, _CHOICE] = None,
    stage: Annotated[str | None, _CHOICE] = None,
    estate: Annotated[str | None, _CHOICE] = None,
    community: Annotated[str | None, _CHOICE] = None,
    category: Annotated[str | None, _CHOICE] = None,
    overdue: bool | None = None,
    emergency: Annotated[bool | None, Query(description="true: those with an emergency, now or before.")] = None,
    supervised: bool | None = None,
    promised: Annotated[
        AnswerFilter | None,
        Query(alias="answer", description="A word to the resident: `due`, `overdue` (missed and owed), or `none`."),
    ] = None,
    is_open: Annotated[bool | None, Query(alias="open", description="true: not closed; false: closed.")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Words of the title, or the start of a number.")] = None,
    cursor: Annotated[str | None, Query(max_length=400, description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The cases in your scope, newest first. Every filter narrows. A case that was just opened or decided is
    there as it now stands."""
    scope = scope_of(actor)
    query = CaseQuery(
        units=scope.units or None,
        departments=scope.departments or None,
        tier=tier,
        stage=stage,
        estate=estate,
        community=community,
        category=category,
        overdue=overdue,
        emergency=emergency,
        supervised=supervised,
        answer=promised,
        open=is_open,
        q=q,
        cursor=cursor,
        limit=limit,
    )
    page = await services_of(request).cases.page(query)
    tells = await teller(request)
    return answer(CasePage(items=[tells.item(row) for row in page.items], next_cursor=page.next_cursor))


@router.get(
    "/cases/{number}",
    response_model=CaseView,
    summary="Read a case",
    responses={**_READ, 304: {"description": "It is still at the version of If-None-Match."}},
)
async def read_case(
    request: Request,
    actor: SignedIn,
    number: Number,
    if_none_match: Annotated[str | None, Header(description="An ETag that you have.")] = None,
) -> Response:
    """The case as the log has it, with what it waits for and what you may decide now. Its `ETag` is its version,
    and another one once the resident is erased."""
    services = services_of(request)
    state = await services.casework.readable(number, actor)
    words = await services.casework.opened(state.words)
    tag = etag(state.version, erased=words is None)
    headers = {"etag": tag, "vary": "accept-language, authorization"}
    if matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    await note_words_shown(request, services, actor, state, words)
    photos = await services.photographs.of(state)
    view = (await teller(request, state)).case(state, words, actor, photos)
    return answer(view, headers=headers)


@router.get("/cases/{number}/events", response_model=EventList, summary="Read a case's events", responses=_READ)
async def read_events(request: Request, actor: SignedIn, number: Number) -> Response:
    """The whole stream: what happened, when, by whom, in what capacity, why; each with the hash that covers the
    one before. The resident's own words are shown to officers in whose scope the case is."""
    services = services_of(request)
    state, rows = await services.casework.readable_story(number, actor)
    tells = await teller(request, state)
    opens = actor.role == "officer"
    if opens:
        await services.accesses.read_personal(request, actor, number)
    items = []
    for row in rows:
        words = await services.casework.opened(event_of(row).fact.words) if opens else None
        items.append(tells.event(row, words, opened=opens))
    return answer(EventList(items=items))


_EXAMPLES: Any = {kind: {"value": example_of(command)} for kind, command in commands_of(Command).items()}


@router.post(
    "/cases/{number}/decisions",
    response_model=Decided,
    summary="Decide",
    responses=_WRITE,
)
async def decide(
    request: Request,
    actor: SignedIn,
    number: Number,
    decision: Annotated[AnyDecision, Body(openapi_examples=_EXAMPLES)],
    key: IdempotencyKey,
    if_version: IfMatch,
) -> Response:
    """Takes one of the ladder's decisions. A success means that its events are committed. What the stage does not
    take is 409 `not_allowed_now`, and `allowed` lists what you may do instead. With `If-Match` the decision holds
    only for that version."""
    done = await decided(services_of(request), number, actor, decision, key, if_version)
    return await decided_answer(request, done)


async def decided(
    services: Services,
    number: str,
    actor: Actor,
    body: AnyDecision | StandDown,
    key: str | None,
    if_version: int | None,
) -> Done[CaseState]:
    """Sends a decision and counts what came of it."""
    counter = services.metrics.decisions
    try:
        done = await services.casework.decide(number, actor, body, key=key, if_version=if_version)
    except (Refusal, Problem) as refused:
        counter.labels(body.kind, refused.code).inc()
        raise
    counter.labels(body.kind, "committed").inc()
    return done


async def decided_answer(request: Request, done: Done[CaseState]) -> Response:
    """What came of a decision, in the caller's language."""
    tells = await teller(request, done.state)
    return answer(tells.decided(done.state, done.events), headers={"etag": etag(done.state.version)})


# ---------------------------------------------------------------- residents, without sign-in


def check_code(request: Request, number: str, code: str) -> None:
    """A wrong code is answered as an unknown number is; a few, and the caller has to wait."""
    services, address = services_of(request), address_of(request)
    services.codes.check(number, address)
    if not services.casework.is_code(number, code):
        services.codes.failed(number, address)
        raise Refusal("unknown_case", number=number)


_RESIDENTS = documented(404, 409, 415, 429)


@residents.get("/cases/{number}/track", response_model=Track, summary="Follow a case", responses=documented(404, 429))
async def track(
    request: Request,
    number: Number,
    code: Annotated[str, Query(max_length=40, description="The code given when the case was opened.")],
) -> Response:
    """What the resident may see: where the case stands, what happens next, how it ended. No sign-in."""
    check_code(request, number, code)
    services_of(request).limits.follow(address_of(request))
    return answer(await tracked(request, number), headers=NO_STORE)


async def tracked(request: Request, number: str) -> Track:
    """What the resident may see of a case. The code has been checked."""
    services = services_of(request)
    state, rows = await services.casework.story(number)
    words = await services.casework.opened(state.words)
    tells = await teller(request, state)
    follows = await _followed(request, state.duplicate_of) if state.duplicate_of else None
    return tells.track(state, rows, words, follows, await services.photographs.of(state))


async def _followed(request: Request, number: str) -> Followed:
    """The state of the case that a duplicate follows; not its resident's words, nor why it was refused."""
    state = await services_of(request).casework.state(number)
    tells = await teller(request, state)
    outcome = tells.outcome(state, ()) if state.closing and state.closing.closed_as in _PLAIN else None
    return Followed(number=number, stage=tells.stage(state.stage), closed=outcome)


_PLAIN = frozenset({"settled", "no_word", "withdrawn", "duplicate"})


@residents.post("/cases/{number}/word", response_model=Track, summary="The resident's word", responses=_RESIDENTS)
async def word(request: Request, number: Number, body: Word, key: IdempotencyKey) -> Response:
    """The resident confirms that it is solved (with 1 to 5 stars), disputes it (with a reason), or withdraws the
    case. What they say is sealed. No sign-in; answers like `track`."""
    check_code(request, number, body.code)
    await said(request, number, body, key, None)
    return answer(await tracked(request, number), headers=NO_STORE)


async def said(request: Request, number: str, word: Word, key: str | None, if_version: int | None) -> None:
    """Sends a resident's own decision and counts what came of it. The code has been checked."""
    services = services_of(request)
    services.limits.say(number, address_of(request))
    counter = services.metrics.decisions
    try:
        await services.casework.word(number, word, key=key, if_version=if_version)
    except (Refusal, Problem) as refused:
        counter.labels(word.kind, refused.code).inc()
        raise
    counter.labels(word.kind, "committed").inc()
