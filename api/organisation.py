"""The organisation, its forums and their sittings."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from api import schemas
from api.answers import answer, documented
from api.auth import SignedIn
from api.cases import teller
from api.problems import Problem
from api.strict import StrictRoute
from domain.calendar import SHANGHAI
from domain.errors import Refusal
from domain.forum import Forum, forum_of, sitting, sittings
from domain.rules import Rules

router = APIRouter(route_class=StrictRoute, tags=["organisation"])

LONGEST_DAYS = 800
_DEFAULT_DAYS = 90
_FIRST, _LAST = datetime(2000, 1, 2, tzinfo=UTC), datetime(2900, 1, 1, tzinfo=UTC)


@router.get(
    "/organisation", response_model=schemas.OrganisationView, summary="The organisation", responses=documented(401)
)
async def organisation(request: Request, actor: SignedIn) -> Response:
    """Communities with their estates, departments, categories, and the ladder's tiers. Ids are short ASCII; names
    are in the caller's language."""
    tells = await teller(request)
    return answer(_organisation(tells.rules, tells.language))


def _organisation(rules: Rules, language: str) -> schemas.OrganisationView:
    known = rules.organisation
    lowest = rules.ladder.tiers[0].id
    communities = [
        schemas.CommunityView(
            id=community.id,
            name=community.name.in_(language),
            estates=[
                schemas.EstateView(id=one.id, name=one.name.in_(language), kind=one.kind, company=one.company)
                for one in known.children(community.id)
                if one.tier == lowest
            ],
        )
        for community in known.children(known.alliance.id)
    ]
    return schemas.OrganisationView(
        version=known.version,
        name=known.name.in_(language),
        alliance=schemas.NamedView(id=known.alliance.id, name=known.alliance.name.in_(language)),
        communities=communities,
        departments=[schemas.DepartmentView(code=one.code, name=one.name.in_(language)) for one in known.departments],
        categories=[schemas.NamedView(id=one.id, name=one.name.in_(language)) for one in known.categories],
        companies=[schemas.NamedView(id=one.id, name=one.name.in_(language)) for one in known.companies],
        tiers=[
            schemas.TierView(
                id=tier.id,
                name=tier.name.in_(language),
                stage=schemas.NamedView(id=tier.stage.id, name=tier.stage.name.in_(language)),
            )
            for tier in rules.ladder.tiers
        ],
    )


@router.get("/forums", response_model=schemas.ForumList, summary="The forums", responses=documented(401))
async def list_forums(request: Request, actor: SignedIn) -> Response:
    """Every body that meets: each estate's check-in, each community's and the alliance's monthly meeting."""
    tells = await teller(request)
    return answer(schemas.ForumList(items=[tells.forum(one) for one in tells.rules.forums.values()]))


@router.get(
    "/forums/{forum}/sittings",
    response_model=schemas.SittingList,
    summary="A forum's sittings",
    responses=documented(401, 404),
)
async def list_sittings(
    request: Request,
    actor: SignedIn,
    forum: str,
    start: Annotated[
        AwareDatetime | date | None, Query(alias="from", description="A Shanghai date or an instant; default now.")
    ] = None,
    end: Annotated[
        AwareDatetime | date | None,
        Query(alias="to", description="Exclusive; default 90 days after `from`; at most 800 days after it."),
    ] = None,
) -> Response:
    """The sittings that start in the range, by today's calendar."""
    tells = await teller(request)
    now = datetime.now(UTC)
    first = _instant(start, now)
    last = _instant(end, first + timedelta(days=_DEFAULT_DAYS))
    if last - first > timedelta(days=LONGEST_DAYS):
        raise Problem("range_too_long", days=LONGEST_DAYS)
    found = sittings(_forum(tells.rules, forum), tells.rules.calendar, first, last) if first < last else ()
    return answer(schemas.SittingList(items=[tells.sitting(one, now) for one in found]))


def _forum(rules: Rules, forum: str) -> Forum:
    found = rules.forums.get(forum)
    if found is None:
        raise Refusal("unknown_forum", forum=forum)
    return found


def _instant(given: datetime | date | None, default: datetime) -> datetime:
    """An instant, or the start of a Shanghai date. Raises Refusal ``date_out_of_range``."""
    if given is None:
        return default
    year = given.year
    if not _FIRST.year < year < _LAST.year:
        raise Refusal("date_out_of_range", date=str(given)[:10])
    if isinstance(given, datetime):
        return given
    return datetime.combine(given, time(), SHANGHAI)


@router.get(
    "/sittings/{sitting_id}", response_model=schemas.SittingView, summary="A sitting", responses=documented(401, 404)
)
async def read_sitting(request: Request, actor: SignedIn, sitting_id: str) -> Response:
    """A sitting's dates and where it stands now."""
    tells = await teller(request)
    named = forum_of(sitting_id)
    if named not in tells.rules.forums:
        raise Refusal("unknown_sitting", sitting=sitting_id)
    found = sitting(tells.rules.forums[named], tells.rules.calendar, sitting_id)
    return answer(tells.sitting(found, datetime.now(UTC)))
