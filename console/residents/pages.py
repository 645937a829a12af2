"""The residents' pages: raise an issue, keep its number and code, follow it, say whether it is solved. No sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.cases.photos import MOST_KB, jpeg
from api.cases.routes import Number, check_code, said, tracked
from api.cases.schemas import Track
from api.edge.accesses import address_of
from api.edge.bodies import streams
from api.edge.csrf import require_own_page
from api.edge.languages import language
from api.edge.problem_words import status_of
from api.edge.strict import StrictRoute
from api.process import services_of
from console.frame import forms
from console.frame.flashes import flash
from console.frame.forms import Form, Sent
from console.frame.pages import page, see
from console.residents import filing
from console.residents.filing import AWAY, FormKey, filed, new_key
from console.sign_in.signing_in import is_safe
from console.words import say
from console.words.residents import CONSENT, CONSENT_VERSION
from domain.case import MOST_PHOTOS
from domain.errors import Refusal
from domain.permission import RESIDENT
from domain.policy.rules import Rules
from domain.text.seeking import case_number
from domain.text.writing import Words
from services.problems import Problem
from services.requests import NewIssue, Word

router = APIRouter(route_class=StrictRoute, include_in_schema=False)


class Issue(NewIssue):
    """The form that raises an issue."""

    key: FormKey


class Followed(Sent):
    """The form that number and code are typed into."""

    number: Annotated[str, Field(max_length=40)]
    code: Annotated[str, Field(max_length=40)]


class Said(Sent):
    """The resident's own decision; ``version`` is the case's when the form was shown."""

    kind: Literal["confirm", "dispute", "withdraw"]
    stars: Annotated[int, Field(ge=1, le=5)] | None = None
    reason: Words | None = None
    sure: Literal["yes"] | None = None
    key: FormKey
    version: Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class Stair:
    """A tier in the picture of the ladder; ``state``: passed, here, ended or ahead."""

    name: str
    state: str


# ---------------------------------------------------------------- coming in


@router.get("/r")
async def start(request: Request, number: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Raise an issue, or follow one."""
    return _start(request, Form({"number": number}))


def _start(request: Request, form: Form[Followed], status: int = 200, headers: Mapping[str, str] = {}) -> Response:
    return page(request, "residents/start.html", status=status, headers=headers, form=form, safe=is_safe(request))


@router.post("/r/follow")
async def follow(request: Request) -> Response:
    """Number and code, for a pass."""
    await require_own_page(request, None)
    form = await forms.read(request, Followed)
    if form.data is None:
        return _start(request, form, 422)
    number = case_number(form.data.number) or ""
    try:
        if not number:
            raise Refusal("unknown_case", number=form.data.number)
        check_code(request, number, form.data.code)
        await services_of(request).casework.state(number)
    except Refusal as refused:
        form.errors[""] = say("residents.wrong_code", language(request))
        return _start(request, form, status_of(refused.code))
    except Problem as problem:
        form.refused(request, problem)
        return _start(request, form, status_of(problem.code), problem.headers or {})
    response = see(f"/r/{number}")
    services_of(request).passes.give(request, response, number)
    return response


@router.post("/r/leave")
async def leave(request: Request) -> Response:
    """On a telephone that others use: from now on number and code are asked for again."""
    await require_own_page(request, None)
    response = see("/r")
    services_of(request).passes.drop(response)
    flash(response, "flash.left")
    return response


# ---------------------------------------------------------------- raising an issue


@router.get("/r/new")
async def new(request: Request, estate: Annotated[str, Query(max_length=80)] = "") -> Response:
    """The form; an estate's own poster can lead to it with the estate chosen."""
    return _new(request, Form({"estate": estate, "anonymous": "false", "key": new_key()}))


def _new(
    request: Request,
    form: Form[Issue],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    photos_again: bool = False,
) -> Response:
    rules, spoken = services_of(request).rulebook.current, language(request)
    return page(
        request,
        "residents/new.html",
        status=status,
        headers={**filing.LOCATING, **(headers or {})},
        form=form,
        estates=filing.estates_of(rules, spoken),
        categories=filing.categories_of(rules, spoken),
        consent=CONSENT.in_(spoken),
        consent_version=CONSENT_VERSION,
        photos_again=photos_again,
        most=MOST_PHOTOS,
        safe=is_safe(request),
    )


@router.post("/r/new")
@streams(up_to_kb=MOST_KB)
async def raise_issue(request: Request) -> Response:
    """Opens the case, adds the photographs, and goes on to number and code."""
    await require_own_page(request, None)
    services = services_of(request)
    sent = await filed(request)
    form = forms.filled(request, sent.fields, Issue)
    if form.data is not None and form.data.consent != CONSENT_VERSION:
        form.errors["consent"], form.data = say("residents.consent_changed", language(request)), None
    if form.data is None:
        return _new(request, form, 422, photos_again=sent.with_photos)
    issue = form.data
    try:
        services.limits.raise_issue(address_of(request), issue.phone)
        title = filing.derived_title(services.rulebook.current, issue.estate, issue.category)
        state = await services.casework.open_by_resident(issue, title, issue.key)
    except (Refusal, Problem) as refused:
        form.refused(request, refused)
        headers = refused.headers if isinstance(refused, Problem) else None
        return _new(request, form, status_of(refused.code), headers, photos_again=sent.with_photos)
    except AWAY:
        form.refused(request, Problem("unavailable"))
        return _new(request, form, 503, photos_again=sent.with_photos)
    services.metrics.opened.inc()
    response = see(f"/r/{state.number}/receipt")
    services.passes.give(request, response, state.number)
    await filing.keep_photos(request, response, state.number, RESIDENT, sent)
    return response


# ---------------------------------------------------------------- one case, with a pass


def _asked_for(request: Request, number: str) -> Response | None:
    """Where to go without a pass: to where number and code are asked for. Counts a look with one."""
    services = services_of(request)
    if not services.passes.holds(request, number):
        return see(f"/r?number={number}")
    services.limits.follow(address_of(request))
    return None


@router.get("/r/{number}/receipt")
async def receipt(request: Request, number: Number) -> Response:
    """Number, code and QR code, to keep."""
    elsewhere = _asked_for(request, number)
    if elsewhere is not None:
        return elsewhere
    services = services_of(request)
    case = await tracked(request, number)
    return page(
        request,
        "residents/receipt.html",
        case=case,
        code=services.casework.code(number),
        qr=filing.qr(filing.follow_address(services, number)),
        address=f"{services.settings.public_url}/r",
    )


@router.get("/r/{number}")
async def case_page(request: Request, number: Number) -> Response:
    """Where it stands, what comes next and by when, what has happened, and what the resident may do."""
    return _asked_for(request, number) or await _case(request, number, Form({}))


async def _case(
    request: Request, number: str, form: Form[Said], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    case = await tracked(request, number)
    rules = services_of(request).rulebook.current
    now = services_of(request).clock.now()
    objects_by = case.closed.at + timedelta(days=rules.ladder.stages.closed.reopen_days) if case.closed else None
    return page(
        request,
        "residents/case.html",
        status=status,
        headers=headers,
        case=case,
        form=form,
        key=new_key(),
        stairs=stairs(case, rules, language(request)),
        objects_by=objects_by,
        most=MOST_PHOTOS,
        again=_again(case, rules, language(request)),
        still_open=objects_by is not None and objects_by > now,
    )


def stairs(case: Track, rules: Rules, spoken: str) -> list[Stair]:
    """The tiers from the lowest up, and where on them the case stands."""
    tiers = rules.ladder.tiers
    at = next((place for place, tier in enumerate(tiers) if tier.id == case.tier), 0)
    here = "ended" if case.closed else "here"
    return [
        Stair(tier.name.in_(spoken), "passed" if place < at else here if place == at else "ahead")
        for place, tier in enumerate(tiers)
    ]


def _again(case: Track, rules: Rules, spoken: str) -> str:
    """The tier that does it again if the resident says that it is not solved."""
    ladder = rules.ladder
    above = ladder.above(case.tier) if case.disputes >= ladder.stages.verification.same_tier_disputes else None
    return (above or ladder.tier(case.tier)).name.in_(spoken)


@router.post("/r/{number}/word")
async def word(request: Request, number: Number) -> Response:
    """The resident confirms, disputes or withdraws."""
    await require_own_page(request, None)
    elsewhere = _asked_for(request, number)
    if elsewhere is not None:
        return elsewhere
    form = await forms.read(request, Said)
    _check_said(request, form)
    if form.data is None:
        return await _case(request, number, form, 422)
    sent = form.data
    code = services_of(request).casework.code(number)
    try:
        decided = Word(code=code, kind=sent.kind, stars=sent.stars, reason=sent.reason)
        await said(request, number, decided, sent.key, sent.version)
    except (Refusal, Problem) as refused:
        form.refused(request, refused)
        headers = refused.headers if isinstance(refused, Problem) else None
        return await _case(request, number, form, status_of(refused.code), headers)
    except AWAY:
        form.refused(request, Problem("unavailable"))
        return await _case(request, number, form, 503)
    response = see(f"/r/{number}")
    flash(response, f"flash.said_{sent.kind}")
    return response


def _check_said(request: Request, form: Form[Said]) -> None:
    """What each decision needs, said at its field."""
    if form.data is None:
        return
    spoken = language(request)
    if form.data.kind == "confirm" and form.data.stars is None:
        form.errors["stars"] = say("residents.stars_missing", spoken)
    if form.data.kind == "dispute" and form.data.reason is None:
        form.errors["reason"] = say("residents.reason_missing", spoken)
    if form.data.kind == "withdraw" and form.data.sure is None:
        form.errors["sure"] = say("residents.sure_missing", spoken)
    if form.data.kind != "confirm" and form.data.stars is not None:
        form.errors["stars"] = say("residents.stars_elsewhere", spoken)
    if form.errors:
        form.data = None


@router.post("/r/{number}/photos")
@streams(up_to_kb=MOST_KB)
async def add_photos(request: Request, number: Number) -> Response:
    """More photographs."""
    await require_own_page(request, None)
    elsewhere = _asked_for(request, number)
    if elsewhere is not None:
        return elsewhere
    sent = await filed(request)
    response = see(f"/r/{number}")
    if not sent.with_photos:
        flash(response, "flash.no_photo", bad=True)
        return response
    flash(response, "flash.photos_added")
    await filing.keep_photos(request, response, number, RESIDENT, sent)
    return response


@router.get("/r/{number}/photos/{photo}")
async def photo(
    request: Request, number: Number, photo: str, size: Literal["picture", "thumbnail"] = "picture"
) -> Response:
    """A photograph of the case."""
    elsewhere = _asked_for(request, number)
    if elsewhere is not None:
        return elsewhere
    return jpeg(await services_of(request).photographs.read(number, photo, size), photo)
