"""The page of a case: what it waits for, what the viewer may decide, what has happened, and what belongs to it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.cases.routes import Number, decided, teller
from api.cases.schemas import CaseItem
from api.cases.sealed_words import words_shown
from api.edge.bodies import form_fields
from api.edge.languages import language
from api.edge.problem_words import status_of
from api.edge.problems import detail_of
from api.edge.strict import StrictRoute
from api.process import Services, services_of
from api.views import Teller
from console.cases import story
from console.cases.offers import DECISIONS, Foretold, foretold, offers
from console.cases.staircase import staircase
from console.cases.story import Chain, Entry, Stay, Tells
from console.frame import commands
from console.frame.flashes import flash
from console.frame.forms import Form
from console.frame.once import once_of
from console.frame.pages import OnPage, Viewer, page, see
from console.words import say
from domain.case import AnyDecision, CaseState, before_sitting
from domain.errors import Refusal
from domain.forms.asking import Situation
from domain.forms.reading import questions_of
from domain.permission import may_read
from domain.policy.forum import forum_of
from domain.telling import promises_told
from domain.words.bilingual import Name
from domain.words.dates import length, moment
from domain.words.names import Names
from services.problems import Problem
from services.scope import scope_of
from services.sending import Done
from store.cases import CaseQuery
from store.folding import event_of
from store.log import StoredEvent
from workflows.client import ProcessUnavailable

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_SIMILAR = 6
_WAITS_SHOWN = 70
"""Characters: a cookie carries them."""
_Which = Literal["all", "decisions"]


@router.get("/cases/{number}")
async def case_page(
    request: Request, viewer: OnPage, number: Number, decide: str | None = None, events: _Which = "all"
) -> Response:
    """A case. ``decide`` opens a decision's form; ``events`` leaves those of the system out of the story."""
    return await _shown(request, viewer, number, opened=decide, events=events)


@router.post("/cases/{number}/decisions")
async def decide(request: Request, viewer: OnPage, number: Number) -> Response:
    """Takes a decision; what is refused comes back on the form, with what has happened since and what was written."""
    form, services = await commands.read_one_of(request, DECISIONS), services_of(request)
    once = once_of(form)
    if form.data is None:
        return await _shown(request, viewer, number, status=422, sent=form, since=once.version)
    try:
        done = await decided(services, number, viewer.actor, form.data, once.key, once.version)
    except (Refusal, Problem) as refused:
        form.refused(request, refused)
        status = status_of(refused.code)
        return await _shown(request, viewer, number, status=status, sent=form, since=once.version)
    except ProcessUnavailable:  # it may be committed or not: the same key goes with the next try
        form.refused(request, Problem("unavailable"))
        return await _shown(request, viewer, number, status=503, sent=form, key=once.key)
    return await _done(request, viewer, form.data, done)


async def _done(request: Request, viewer: Viewer, decision: AnyDecision, done: Done[CaseState]) -> Response:
    """On to the case as it now stands; elsewhere where it is no longer the viewer's to read."""
    tells, spoken = await teller(request, done.state), language(request)
    wait = tells.wait(done.state.wait)
    if wait is None:
        waits = say("cases.now_closed", spoken)
    else:
        reason = wait.reason if len(wait.reason) <= _WAITS_SHOWN else wait.reason[: _WAITS_SHOWN - 1] + "…"
        waits = say("cases.now_waits", spoken, reason=reason, until=moment(wait.until, spoken))
    readable = may_read(tells.rules, viewer.actor, done.state)
    response = see(f"/cases/{done.state.number}" if readable else "/")
    flash(response, "flash.decided", decision=decision.offer.label.in_(spoken), waits=waits)
    return response


@router.post("/cases/{number}/effect")
async def effect(request: Request, viewer: OnPage, number: Number) -> Response:
    """What a decision would bring about, with the form's fields as they now are. It changes nothing."""
    state = await services_of(request).casework.readable(number, viewer.actor)
    given = dict(await form_fields(request))
    told, refused = Foretold(""), ""
    try:
        told = foretold(await _situation(request, viewer, state), given.get("kind", ""), given)
    except Refusal as caught:
        refused = detail_of(request, caught)
    return page(request, "cases/effect.html", told=told.effect, words=told.words, refused=refused)


async def _situation(
    request: Request, viewer: Viewer, state: CaseState, similar: Sequence[CaseItem] = ()
) -> Situation[CaseState]:
    services = services_of(request)
    return Situation(
        await services.casework.rules(state),
        viewer.actor,
        services.clock.now(),
        language(request),
        state,
        found={"of": tuple((one.number, one.title or "") for one in similar)},
    )


# ---------------------------------------------------------------- the page


@dataclass(frozen=True, slots=True)
class Related:
    """Cases that belong to one, in the viewer's scope."""

    original: CaseItem | None
    duplicates: tuple[CaseItem, ...]
    similar: tuple[CaseItem, ...]

    def __bool__(self) -> bool:
        return bool(self.original or self.duplicates or self.similar)


async def _shown(
    request: Request,
    viewer: Viewer,
    number: str,
    *,
    status: int = 200,
    opened: str | None = None,
    events: _Which = "all",
    sent: Form[AnyDecision] | None = None,
    since: int | None = None,
    key: str = "",
) -> Response:
    """``sent`` comes back on its form; ``since``: the version that it was written on; ``key``: keeps its key."""
    services, actor = services_of(request), viewer.actor
    state, rows = await services.casework.readable_story(number, actor)
    words, photos = await words_shown(request, services, actor, state), await services.photographs.of(state)
    tells = await teller(request, state)
    related, sealed = await asyncio.gather(_related(services, viewer, state, tells), _sealed(services, viewer, rows))
    chain = Chain.of(rows)
    told = story.told(rows, sealed, _told_by(tells), chain)
    missed = tuple(entry for entry in told if since is not None and entry.version > since)
    situation = await _situation(request, viewer, state, related.similar)
    names, stays = Names(tells.rules, tells.language), story.stays_of(rows)
    now = situation.now
    length = partial(_length, now=now, language=tells.language)
    return page(
        request,
        "cases/case.html",
        status=status,
        case=tells.case(state, words, actor, photos),
        story=[one for one in reversed(told) if events == "all" or one.is_decision],
        events=events,
        chain=chain,
        offers=offers(situation, sent),
        missed=missed,
        opened=opened,
        sent=sent,
        key=key,
        labels=_labels(sent),
        promises=promises_told(state, tells.language),
        hearing=_hearing(tells, state, now),
        refusal=lambda refused: detail_of(request, refused),
        tier_since=state.tier_since,
        stays=stays,
        length=length,
        stairs=staircase(stays, _rungs(tells), now, lambda stay: names.stage(stay.stage), length),
        related=related,
        tabled=_tabled(tells, told, state),
        track=tells.track(state, rows, words, None),
        reopen_until=_reopen_until(tells, state),
    )


def _labels(sent: Form[AnyDecision] | None) -> Mapping[str, Name]:
    """What the fields of a form that comes back are called."""
    command = DECISIONS.get(sent.value("kind")) if sent is not None else None
    return {one.name: one.label for one in questions_of(command)} if command is not None else {}


def _rungs(tells: Teller) -> list[str]:
    return [tier.id for tier in tells.rules.ladder.tiers]


def _length(stay: Stay, now: datetime, language: str) -> str:
    return length((stay.end or now) - stay.begin, language)


def _told_by(tells: Teller) -> Tells:
    return Tells(tells.rules, Names(tells.rules, tells.language), tells.language)


async def _sealed(services: Services, viewer: Viewer, rows: Sequence[StoredEvent]) -> Mapping[int, str | None]:
    """What residents said later, by version, for officers; None once the resident is erased."""
    found: dict[int, str | None] = {}
    if viewer.actor.role != "officer":
        return found
    for row in rows[1:]:
        ref = event_of(row).fact.words
        if ref is not None:
            words: Any = await services.casework.opened(ref)
            found[row.version] = words.get("reason") if words else None
    return found


async def _related(services: Services, viewer: Viewer, state: CaseState, tells: Teller) -> Related:
    scope = scope_of(viewer.actor)
    base = CaseQuery(units=scope.units or None, departments=scope.departments or None, limit=_SIMILAR)
    similar, duplicates, original = await asyncio.gather(
        services.cases.due(replace(base, estate=state.estate, category=state.category)),
        services.cases.page(replace(base, duplicate_of=state.number)),
        services.cases.get(state.duplicate_of or ""),
    )
    items = tells.item
    return Related(
        items(original) if original is not None and scope.sees(original) else None,
        tuple(map(items, duplicates.items)),
        tuple(items(row) for row in similar if row.number not in (state.number, state.duplicate_of)),
    )


@dataclass(frozen=True, slots=True)
class Sat:
    """A sitting that has, had or will have the case before it. ``heard``: it has dealt with it."""

    id: str
    name: str
    heard: bool = True


def _hearing(tells: Teller, state: CaseState, now: datetime) -> Sat | None:
    """The sitting that has the case before it right now."""
    sitting = before_sitting(state, now)
    return _sat(tells, sitting) if sitting is not None else None


def _tabled(tells: Teller, told: Sequence[Entry], state: CaseState) -> tuple[Sat, ...]:
    """The sittings that have dealt with it, and the one that it waits for, each once."""
    heard = dict.fromkeys(entry.sitting for entry in told if entry.sitting is not None)
    found = [_sat(tells, sitting) for sitting in heard]
    if state.wait is not None and state.wait.sitting_id is not None and state.wait.sitting_id not in heard:
        found.append(replace(_sat(tells, state.wait.sitting_id), heard=False))
    return tuple(found)


def _sat(tells: Teller, sitting: str) -> Sat:
    try:
        return Sat(sitting, tells.forum_name(forum_of(sitting)).in_(tells.language))
    except Refusal:
        return Sat(sitting, sitting)


def _reopen_until(tells: Teller, state: CaseState) -> datetime | None:
    if state.closing is None:
        return None
    return state.closing.at + timedelta(days=tells.rules.ladder.stages.closed.reopen_days)
