"""The case list: filters in the address, counts as links, views that an account keeps; and the board."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import StringConstraints
from starlette.responses import Response

from api.cases.routes import teller
from api.cases.schemas import CaseItem
from api.edge.strict import StrictRoute
from api.process import services_of
from api.views import Teller
from console.cases.filters import Filter, kept_query
from console.frame import forms
from console.frame.flashes import flash
from console.frame.forms import Sent
from console.frame.pages import OnPage, Viewer, page, see
from console.words import say
from domain.acting import turn_of
from domain.forms.asking import Choices
from domain.forms.choices import estates_by_parent
from domain.text.writing import Line
from domain.words.case_words import CLOSED_AS
from services.problems import Problem
from store.case_views import CaseViews
from store.cases import Tally

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_SHOWN = 50
_CARDS = 10
OFF_THE_LADDER = ("action", "suspended", "designation", "joint_response", "verification")
"""The stages in which a case waits for no sitting, whatever its tier."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many cases there are of something, and how many of them are late."""

    id: str
    cases: int
    late: int


@dataclass(frozen=True, slots=True)
class Counts:
    """The cases that fit, by tier and by stage, as if neither were chosen (by stage: of the tier that is chosen)."""

    cases: int
    late: int
    tiers: tuple[Counted, ...]
    stages: tuple[Counted, ...]


def counts(tallies: Sequence[Tally], chosen: Filter, tells: Teller) -> Counts:
    """From a tally that leaves tier and stage open."""
    of_tier = [one for one in tallies if not chosen.tier or one.tier == chosen.tier]
    fitting = [one for one in of_tier if not chosen.stage or one.stage == chosen.stage]
    ladder = tells.rules.ladder
    stages = ["contact", *(tier.stage.id for tier in ladder.tiers), *OFF_THE_LADDER, "closed"]
    return Counts(
        sum(one.cases for one in fitting),
        sum(one.late for one in fitting),
        tuple(_counted(tier.id, [one for one in tallies if one.tier == tier.id]) for tier in ladder.tiers),
        tuple(one for stage in stages if (one := _counted(stage, [t for t in of_tier if t.stage == stage])).cases),
    )


def _counted(id: str, tallies: Iterable[Tally]) -> Counted:
    found = list(tallies)
    return Counted(id, sum(one.cases for one in found), sum(one.late for one in found))


@router.get("/cases")
async def list_page(request: Request, viewer: OnPage) -> Response:
    """The cases in the viewer's scope that fit the address's filter."""
    services, tells = services_of(request), await teller(request)
    chosen = Filter.read(request.query_params, tells.language)
    query = chosen.query(tells.rules, viewer.actor, limit=_SHOWN)
    anywhere = chosen.model_copy(update={"tier": "", "stage": "", "cursor": ""}).query(tells.rules, viewer.actor)
    found, tallies, views = await asyncio.gather(
        services.cases.page(query), services.cases.tallies(anywhere), CaseViews(services.pool).of(viewer.actor.id)
    )
    return page(
        request,
        "cases/list.html",
        **_frame(chosen, viewer, tells),
        cases=[tells.item(row) for row in found.items],
        leads={row.number: row.lead for row in found.items},
        counts=counts(tallies, chosen, tells),
        views=views,
        next=chosen.address(cursor=found.next_cursor) if found.next_cursor else "",
        first=chosen.address() if chosen.cursor else "",
        most=MOST_EXPORTED,
    )


MOST_EXPORTED = 10_000


def _frame(chosen: Filter, viewer: Viewer, tells: Teller) -> dict[str, Any]:
    """What the list and the board have alike: the filter, and what there is to choose."""
    organisation, spoken = tells.rules.organisation, tells.language
    named = [(one.id, one.name.in_(spoken)) for one in organisation.categories]
    return {
        "chosen": chosen,
        "has_turn": turn_of(tells.rules, viewer.actor) is not None,
        "tiers": [(tier.id, tier.name.in_(spoken)) for tier in tells.rules.ladder.tiers],
        "stages": [(stage, tells.stage(stage)) for stage in _stages(tells)],
        "communities": _communities(tells),
        "estates": _estates(tells),
        "categories": named,
        "companies": [(one.id, one.name.in_(spoken)) for one in organisation.companies],
        "departments": [(one.code, one.name.in_(spoken)) for one in organisation.departments],
        "answers": [(one, say(f"filter.answer_{one}", spoken)) for one in ("due", "overdue", "none")],
        "ways": [(way, name.in_(spoken)) for way, name in CLOSED_AS.items()],
    }


def _stages(tells: Teller) -> list[str]:
    return ["contact", *(tier.stage.id for tier in tells.rules.ladder.tiers), *OFF_THE_LADDER, "closed"]


def _communities(tells: Teller) -> list[tuple[str, str]]:
    """The units called communities, which the list keeps a column for; none where there is no such tier."""
    organisation = tells.rules.organisation
    known = organisation.units_at("community") if "community" in organisation.tiers else ()
    return [(unit.id, unit.name.in_(tells.language)) for unit in known]


def _estates(tells: Teller) -> Choices:
    spoken = tells.language
    return tuple(
        (above.name.in_(spoken), tuple((one.id, one.name.in_(spoken)) for one in estates))
        for above, estates in estates_by_parent(tells.rules.organisation)
    )


# ---------------------------------------------------------------- views


class KeepView(Sent):
    """A name for the filter that is shown; ``query``: the address's, after the question mark."""

    name: Line
    query: Annotated[str, StringConstraints(max_length=2000)] = ""


@router.post("/cases/views")
async def keep_view(request: Request, viewer: OnPage) -> Response:
    """Keeps the filter that is shown under a name."""
    form = await forms.read(request, KeepView)
    if form.data is None:
        raise Problem("invalid", errors=[{"field": name, "message": words} for name, words in form.errors.items()])
    query = kept_query(form.data.query)
    kept = await CaseViews(services_of(request).pool).put(viewer.actor.id, form.data.name, query)
    response = see(f"/cases?{query}" if query else "/cases")
    if kept:
        flash(response, "flash.view_kept", name=form.data.name)
    else:
        flash(response, "flash.too_many_views", bad=True)
    return response


@router.post("/cases/views/{view}/remove")
async def remove_view(request: Request, viewer: OnPage, view: Annotated[int, Path(ge=1, lt=2**62)]) -> Response:
    """Forgets a view of one's own."""
    await forms.read(request, Sent)
    await CaseViews(services_of(request).pool).remove(viewer.actor.id, view)
    response = see("/cases")
    flash(response, "flash.view_removed")
    return response


# ---------------------------------------------------------------- the board


@dataclass(frozen=True, slots=True)
class Column:
    """A stage's cases, due first, as many as are shown; and how many there are."""

    stage: str
    name: str
    cases: tuple[CaseItem, ...]
    count: Counted


@dataclass(frozen=True, slots=True)
class Rung:
    """Columns that stand together: a tier's, or those off the ladder (without a tier)."""

    tier: str
    columns: tuple[Column, ...]


@router.get("/cases/board")
async def board_page(request: Request, viewer: OnPage) -> Response:
    """The open cases that fit, by stage: the ladder's rungs from left to right, then what waits for no sitting."""
    services, tells = services_of(request), await teller(request)
    asked = Filter.read(request.query_params, tells.language)
    chosen = asked.model_copy(update={"status": "open", "closed_as": "", "stage": "", "cursor": "", "sort": "due"})
    query = chosen.query(tells.rules, viewer.actor)
    stages = [stage for stage in _stages(tells) if stage != "closed"]
    cases, tallies = await asyncio.gather(services.cases.columns(query, stages, _CARDS), services.cases.tallies(query))
    columns = {
        stage: Column(
            stage,
            tells.stage(stage),
            tuple(map(tells.item, cases[stage])),
            _counted(stage, [one for one in tallies if one.stage == stage]),
        )
        for stage in stages
    }
    return page(
        request,
        "cases/board.html",
        **_frame(chosen, viewer, tells),
        rungs=_rungs(tells, columns),
        counts=counts(tallies, chosen, tells),
    )


def _rungs(tells: Teller, columns: dict[str, Column]) -> list[Rung]:
    rungs = [Rung(tier.id, (columns[tier.stage.id],)) for tier in tells.rules.ladder.tiers]
    rungs[0] = Rung(rungs[0].tier, (columns["contact"], *rungs[0].columns))
    return [*rungs, Rung("", tuple(columns[stage] for stage in OFF_THE_LADDER))]
