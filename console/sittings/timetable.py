"""The calendar of all forums' sittings, and how to subscribe to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.cases.routes import teller
from api.edge.strict import StrictRoute
from api.process import services_of
from api.views import Teller
from console.frame.pages import OnPage, page
from console.sittings.month import SHOWN_APART, Entry, Month, by_day, weeks
from domain.errors import Refusal
from domain.permission import Actor, may_read_papers
from domain.policy.calendar import shanghai
from domain.policy.rules import Rules
from domain.words.names import Names
from services.calendars import MINE
from services.sittings import Dated

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_COMING = timedelta(days=60)
_LONGEST = timedelta(hours=10)
"""A sitting that began so long ago may still be in session."""
_COMING_SHOWN, _OF_THE_LOWEST = 7, 3
_Choice = Annotated[str | None, Query(max_length=80)]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which forums' sittings are shown, as the address says it."""

    scope: Literal["mine", "all"]
    tier: str | None
    community: str | None

    def forums(self, rules: Rules, actor: Actor) -> tuple[str, ...]:
        """The forums that fit, in the organisation's order."""
        found = own_forums(rules, actor) if self.scope == "mine" else tuple(rules.forums)
        if self.tier:
            found = tuple(forum for forum in found if rules.forums[forum].tier == self.tier)
        if self.community:
            lineages = rules.organisation.lineage
            found = tuple(forum for forum in found if any(unit.id == self.community for unit in lineages(forum)))
        return found

    @property
    def query(self) -> dict[str, str | None]:
        """What of it stands in an address."""
        return {"scope": self.scope, "tier": self.tier, "community": self.community}


def own_forums(rules: Rules, actor: Actor) -> tuple[str, ...]:
    """An officer's forums: of their unit, those above and those below it; the alliance's for departments; for
    supervisors and administrators all."""
    if actor.role == "department":
        return (rules.organisation.alliance.id,)
    return tuple(forum for forum in rules.forums if may_read_papers(rules, actor, forum))


@router.get("/meetings")
async def calendar_page(
    request: Request,
    viewer: OnPage,
    month: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}$")] = None,
    view: Literal["month", "list"] = "month",
    scope: Literal["mine", "all"] = "mine",
    tier: _Choice = None,
    community: _Choice = None,
) -> Response:
    """A month of sittings as a grid or a list, beside the next ones."""
    now, tells = services_of(request).clock.now(), await teller(request)
    today = shanghai(now).date()
    shown, chosen = Month.read(month, today), Filter(scope, tier or None, community or None)
    forums = chosen.forums(tells.rules, viewer.actor)
    meetings = services_of(request).sittings
    entries = _entries(tells, await meetings.calendar(forums, *shown.instants))
    coming = _next(tells, await meetings.calendar(forums, now - _LONGEST, now + _COMING), now)
    apart = 10 if chosen.community else SHOWN_APART
    lowest = tells.rules.organisation.tiers[-1]
    context: dict[str, Any] = {
        "month": shown,
        "view": view,
        "chosen": chosen,
        "today": today,
        "coming": sorted(_entries(tells, coming), key=lambda entry: entry.at),
        "tiers": [(one.id, one.name.in_(tells.language)) for one in tells.rules.ladder.tiers],
        "communities": _middle(tells),
    }
    if view == "month":
        context["weeks"] = weeks(shown, entries, tells.rules.calendar, today, lowest, apart=apart)
    else:
        context["days"] = _of_month(by_day(entries), shown)
        context["kind_of"] = tells.rules.calendar.exception
    return page(request, "meetings/calendar.html", **context)


def _entries(tells: Teller, dated: Sequence[Dated]) -> list[Entry]:
    """As the calendar shows them: the highest tier first within a moment."""
    order = {tier: place for place, tier in enumerate(tells.rules.organisation.tiers)}
    found = [_entry(tells, one) for one in dated]
    return sorted(found, key=lambda entry: (shanghai(entry.at).date(), order.get(entry.tier, 0), entry.at))


def _next(tells: Teller, dated: Sequence[Dated], now: datetime) -> list[Dated]:
    """The next sittings; where there are many small ones, they do not crowd out the others."""
    lowest = tells.rules.organisation.tiers[-1]
    ahead = [one for one in dated if not _is_over(one, now)]
    low = [one for one in ahead if tells.rules.forums[one.dates.forum].tier == lowest]
    others = [one for one in ahead if tells.rules.forums[one.dates.forum].tier != lowest]
    others = others[: _COMING_SHOWN - _OF_THE_LOWEST]
    return [*low[: _COMING_SHOWN - len(others)], *others]


def _is_over(one: Dated, now: datetime) -> bool:
    """Whether it has ended, or is not held then."""
    if one.row is not None:
        return one.moved_away or one.row.status in ("closed", "cancelled")
    return one.dates.ends_at <= now


def _entry(tells: Teller, one: Dated) -> Entry:
    forum = tells.rules.forums[one.dates.forum]
    row = one.row
    view = tells.sitting(row.dates if row is not None else one.dates, row)
    unit = Names(tells.rules, tells.language).unit(forum.unit)
    return Entry(view, unit, forum.tier, one.dates.starts_at, one.moved_away)


def _of_month(days: list[tuple[date, list[Entry]]], month: Month) -> list[tuple[date, list[Entry]]]:
    return [(day, entries) for day, entries in days if day.month == month.month]


def _middle(tells: Teller) -> list[tuple[str, str]]:
    """The units right below the top: communities."""
    organisation = tells.rules.organisation
    if len(organisation.tiers) < 3:
        return []
    return [(unit.id, unit.name.in_(tells.language)) for unit in organisation.units_at(organisation.tiers[1])]


# ---------------------------------------------------------------- subscribing


@router.get("/meetings/subscribe")
async def subscribe_page(request: Request, viewer: OnPage, forum: _Choice = None) -> Response:
    """The viewer's own secret addresses, and what to do with them on a phone and in an office."""
    services, tells = services_of(request), await teller(request)
    if forum is not None and forum not in tells.rules.forums:
        raise Refusal("unknown_forum", forum=forum)
    token = services.calendars.token(forum or MINE, viewer.actor.id)
    path = f"/forums/{forum}" if forum else ""
    url = f"{services.settings.public_url}/api/v1{path}/calendar.ics?token={token}"
    forums = [(id, tells.forum_name(id).in_(tells.language)) for id in own_forums(tells.rules, viewer.actor)]
    return page(
        request,
        "meetings/subscribe.html",
        url=url,
        webcal=f"webcal:{url.partition(':')[2]}",
        forum=forum,
        forums=forums,
    )
