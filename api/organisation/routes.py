"""The organisation, its forums and their sittings."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.cases.routes import teller
from api.edge.answers import answer, documented
from api.edge.strict import StrictRoute
from api.organisation.schemas import CommunityView, DepartmentView, EstateView, NamedView, OrganisationView, TierView
from api.sign_in.signed_in import SignedIn
from api.sittings.schemas import ForumList
from domain.policy.rules import Rules

router = APIRouter(route_class=StrictRoute, tags=["organisation"])

LONGEST_DAYS = 800
_DEFAULT_DAYS = 90
_FIRST, _LAST = datetime(2000, 1, 2, tzinfo=UTC), datetime(2900, 1, 1, tzinfo=UTC)


@router.get("/organisation", response_model=OrganisationView, summary="The organisation", responses=documented(401))
async def organisation(request: Request, actor: SignedIn) -> Response:
    """Communities with their estates, departments, categories, and the ladder's tiers. Ids are short ASCII; names
    are in the caller's language."""
    tells = await teller(request)
    return answer(_organisation(tells.rules, tells.language))


def _organisation(rules: Rules, language: str) -> OrganisationView:
    known = rules.organisation
    lowest = rules.ladder.tiers[0].id
    communities = [
        CommunityView(
            id=community.id,
            name=community.name.in_(language),
            estates=[
                EstateView(id=one.id, name=one.name.in_(language), kind=one.kind, company=one.company)
                for one in known.children(community.id)
                if one.tier == lowest
            ],
        )
        for community in known.children(known.alliance.id)
    ]
    return OrganisationView(
        version=known.version,
        name=known.name.in_(language),
        alliance=NamedView(id=known.alliance.id, name=known.alliance.name.in_(language)),
        communities=communities,
        departments=[DepartmentView(code=one.code, name=one.name.in_(language)) for one in known.departments],
        categories=[NamedView(id=one.id, name=one.name.in_(language)) for one in known.categories],
        companies=[NamedView(id=one.id, name=one.name.in_(language)) for one in known.companies],
        tiers=[
            TierView(
                id=tier.id,
                name=tier.name.in_(language),
                stage=NamedView(id=tier.stage.id, name=tier.stage.name.in_(language)),
            )
            for tier in rules.ladder.tiers
        ],
    )


@router.get("/forums", response_model=ForumList, summary="The forums", responses=documented(401))
async def list_forums(request: Request, actor: SignedIn) -> Response:
    """Every body that meets: each estate's check-in, each community's and the alliance's monthly meeting."""
    tells = await teller(request)
    return answer(ForumList(items=[tells.forum(one) for one in tells.rules.forums.values()]))
