"""民情速递: an officer takes an issue down for a resident, at the counter, on the telephone or on a round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.cases.photos import MOST_KB
from api.cases.routes import Number
from api.edge.bodies import streams
from api.edge.languages import language
from api.edge.problem_words import status_of
from api.edge.strict import StrictRoute
from api.process import services_of
from console.frame import forms
from console.frame.forms import Form
from console.frame.pages import OnPage, Viewer, page, see
from console.residents import filing
from console.residents.filing import AWAY, FormKey, filed, new_key
from console.words.residents import CONSENT, CONSENT_VERSION
from domain.case import MOST_PHOTOS
from domain.errors import Refusal
from domain.permission import Actor, may_file, may_open
from domain.policy.playbook_parts import CallFirst
from domain.policy.rules import Rules
from domain.words.case_words import REPORTERS
from domain.words.names import Names
from services.problems import Problem
from services.requests import NewCase

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

SLIP_FOR = timedelta(hours=12)
"""So long the officer who took an issue down can print its slip: afterwards the code is the resident's alone."""


class Filing(NewCase):
    """The counter's form."""

    key: FormKey


@dataclass(frozen=True, slots=True)
class EmergencyChoice:
    """A playbook that can be chosen, and who is to be called before."""

    kind: str
    name: str
    calls: tuple[CallFirst, ...]


def _require_officer(viewer: Viewer) -> None:
    if not may_file(viewer.actor):
        raise Refusal("forbidden", decision="open")


@router.get("/counter")
async def counter(request: Request, viewer: OnPage) -> Response:
    """The form, empty."""
    _require_officer(viewer)
    rules = services_of(request).rulebook.current
    covered = [
        estate.id for estate in rules.organisation.estates if may_open(rules, viewer.actor, estate.id, emergency=False)
    ]
    chosen = covered[0] if len(covered) == 1 else ""
    values = {
        "key": new_key(),
        "estate": chosen,
        "channel": "counter",
        "severity": "normal",
        "reporter.anonymous": "false",
        "reporter.kind": "person",
    }
    return _page(request, viewer, Form(values))


def _page(
    request: Request,
    viewer: Viewer,
    form: Form[Filing],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    photos_again: bool = False,
) -> Response:
    rules, spoken = services_of(request).rulebook.current, language(request)
    estates = filing.estates_of(rules, spoken, lambda id: may_open(rules, viewer.actor, id, emergency=False))
    return page(
        request,
        "counter/new.html",
        status=status,
        headers={**filing.LOCATING, **(headers or {})},
        form=form,
        estates=estates,
        categories=filing.categories_of(rules, spoken),
        photos_again=photos_again,
        most=MOST_PHOTOS,
        reporters=[(kind, name.in_(spoken)) for kind, name in REPORTERS.items()],
        emergencies=emergencies_of(rules, viewer.actor, spoken),
        consent=CONSENT.in_(spoken),
        consent_version=CONSENT_VERSION,
    )


def emergencies_of(rules: Rules, actor: Actor, spoken: str) -> list[EmergencyChoice]:
    """The playbooks that ``actor`` may begin; none for who may declare no emergency."""
    if not may_open(rules, actor, rules.organisation.estates[0].id, emergency=True):
        return []
    return [
        EmergencyChoice(kind, name, rules.playbook(kind).call_first) for kind, name in Names(rules, spoken).playbooks
    ]


@router.post("/counter")
@streams(up_to_kb=MOST_KB)
async def take_down(request: Request, viewer: OnPage) -> Response:
    """Opens the case and goes on to the slip."""
    _require_officer(viewer)
    services = services_of(request)
    sent = await filed(request)
    form = forms.filled(request, sent.fields, Filing)
    if form.data is None:
        return _page(request, viewer, form, 422, photos_again=sent.with_photos)
    try:
        new = NewCase.model_validate(_without_names(form.data))
        state = await services.casework.open(viewer.actor, new, form.data.key)
    except (Refusal, Problem) as refused:
        form.refused(request, refused)
        return _page(request, viewer, form, status_of(refused.code), photos_again=sent.with_photos)
    except AWAY:
        form.refused(request, Problem("unavailable"))
        return _page(request, viewer, form, 503, photos_again=sent.with_photos)
    services.metrics.opened.inc()
    response = see(f"/counter/{state.number}/slip")
    await filing.keep_photos(request, response, state.number, viewer.actor, sent)
    return response


def _without_names(sent: Filing) -> dict[str, Any]:
    """What was filed; of somebody who stays anonymous, neither name nor telephone."""
    fields = sent.model_dump(exclude={"key"})
    if sent.reporter is not None and sent.reporter.anonymous:
        fields["reporter"] = {"anonymous": True, "kind": sent.reporter.kind}
    return fields


@router.get("/counter/{number}/slip")
async def slip(request: Request, viewer: OnPage, number: Number) -> Response:
    """Number, code and QR code for the resident, printed by who took the issue down.

    Raises Refusal ``forbidden`` for anybody else, and after half a day: with the code one speaks as the resident.
    """
    services = services_of(request)
    state, story = await services.casework.readable_story(number, viewer.actor)
    opened = story[0]
    if opened.actor.get("id") != viewer.actor.id or services_of(request).clock.now() - opened.occurred_at > SLIP_FOR:
        raise Refusal("forbidden", decision="open")
    words = await services.casework.opened(state.words)
    return page(
        request,
        "counter/slip.html",
        case=state,
        title=words["title"] if words else None,
        code=services.casework.code(number),
        qr=filing.qr(filing.follow_address(services, number)),
        address=f"{services.settings.public_url}/r",
    )
