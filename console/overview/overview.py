"""The overview: a time's figures, drawn and compared with the time before, each with the cases that it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.cases.routes import teller
from api.edge.languages import language
from api.edge.strict import StrictRoute
from api.process import services_of
from console.frame.forms import Form
from console.frame.pages import OnPage, page, with_query
from console.frame.sheets import Cell, sheet
from console.overview import charts
from console.overview.periods import NAMED, BadPeriod, Period
from console.words import say
from domain.errors import Refusal
from domain.figures import GROUPINGS, SPREAD_DAYS, Figures, Grouping, Measure, Rate, Spread, Standing, Step
from domain.permission import Actor, may_oversee
from domain.policy.calendar import shanghai
from domain.policy.organisation import Organisation
from domain.words.dates import short_day, short_month
from domain.words.names import Names
from services.overview import Asked, Seen
from services.problems import Problem
from store.statistics import NO_COMPANY, counted

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_PAGE = 50
_Choice = Annotated[str, Query(max_length=80)]
_By = Annotated[Grouping | None, Query()]

RATES = ("response", "solution", "satisfaction", "answers")
COUNTS: tuple[Measure, ...] = (
    "opened",
    "closed",
    "open",
    "late",
    "supervised",
    "carried_over",
    "escalated",
    "disputed",
    "repeats",
    "emergencies",
)
_PARTS: dict[str, tuple[Measure, Measure]] = {
    "response": ("responded", "missed"),
    "solution": ("confirmed", "disputed"),
    "satisfaction": ("satisfied", "disputed"),
    "answers": ("answered", "answer_missed"),
}
"""Of each rate: whose cases make it, and whose spoil it."""

IN_TABLE: tuple[Measure, ...] = ("opened", "closed", "open")
AT_END: tuple[Measure, ...] = ("late", "supervised", "carried_over")
_WAYS: tuple[Measure, ...] = ("settled", "no_word", "withdrawn", "referred", "rejected", "duplicate")


# ---------------------------------------------------------------- who, and when


def _unit(actor: Actor) -> str | None:
    """The unit whose cases an actor oversees; None for all. Raises Refusal("forbidden")."""
    if not may_oversee(actor):
        raise Refusal("forbidden")
    return actor.unit if actor.role == "officer" else None


def _today(request: Request) -> date:
    return shanghai(services_of(request).clock.now()).date()


async def _period(request: Request) -> Period:
    """The address's. Raises Problem ``invalid``."""
    try:
        return Period.read(request.query_params, _today(request))
    except BadPeriod as bad:
        message = say(bad.why, language(request))
        raise Problem("invalid", errors=[{"field": bad.field, "code": "invalid", "message": message}]) from None


def sides(organisation: Organisation, unit: str | None) -> tuple[Grouping, ...]:
    """By what the figures of a unit can be told apart: by what it has more than one of."""
    under = [
        estate
        for estate in organisation.estates
        if unit is None or any(above.id == unit for above in organisation.lineage(estate.id))
    ]
    communities = "community" in organisation.tiers[:-1]
    kinds: dict[Grouping, set[str | None]] = {
        "community": {organisation.ancestor(it.id, "community").id for it in under} if communities else set(),
        "estate": {it.id for it in under},
        "company": {it.company for it in under},
    }
    return tuple(by for by in GROUPINGS if by == "category" or len(kinds[by]) > 1)


# ---------------------------------------------------------------- what is shown


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the cases of a figure are listed."""

    period: Period

    def counted(self, measure: str, **of: str) -> str:
        """Those that a figure of the time counts."""
        return with_query("/overview/cases", figure=measure, **of, **self.period.query)

    def now(self, **filters: str) -> str:
        """Those that stand so now."""
        return with_query("/cases", **filters)

    def overview(self, **query: str | None) -> str:
        """This page of the same time, otherwise."""
        return with_query("/overview", **self.period.query, **query)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table."""

    id: str
    name: str
    figures: Figures
    now: Standing

    def cell(self, column: str) -> float | str | None:
        """What the table is sorted by; None of nothing."""
        if column == "name":
            return self.name
        if column in RATES:
            return rate(self.figures, column).share
        if column.startswith("days-"):
            stay = self.figures.at_tier.get(column.removeprefix("days-"))
            return stay.mean_days if stay else None
        return count(self.figures, column)


def rate(figures: Figures, name: str) -> Rate:
    """One of the rates."""
    found: Rate = getattr(figures, name)
    return found


def count(figures: Figures, measure: str) -> int:
    """One of the counts, as ``store.statistics.counted`` lists its cases."""
    if measure in _WAYS:
        return figures.closed.get(measure, 0)
    made = {
        "closed": figures.closed_in_all,
        "responded": figures.response.part,
        "confirmed": figures.solution.part,
        "missed": figures.response.whole - figures.response.part,
        "satisfied": figures.satisfaction.part,
        "answered": figures.answers.part,
        "answer_missed": figures.answers.whole - figures.answers.part,
    }
    found: int = made[measure] if measure in made else getattr(figures, measure)
    return found


def in_order(lines: Sequence[Line], column: str, falling: bool) -> list[Line]:
    """Sorted; those with nothing to go by come last, whichever way."""
    some = [line for line in lines if line.cell(column) is not None]
    key: Callable[[Line], Any] = lambda line: line.cell(column)  # noqa: E731
    return sorted(some, key=key, reverse=falling) + [line for line in lines if line.cell(column) is None]


def _lines(seen: Seen, by: Grouping, names: Names) -> list[Line]:
    called: dict[Grouping, Callable[[str], str]] = {
        "community": names.unit,
        "estate": names.unit,
        "category": names.category,
        "company": lambda id: say("overview.no_company", names.language) if id == NO_COMPANY else names.company(id),
    }
    standing = seen.standings.by[by]
    return [
        Line(id, called[by](id) or id, figures, standing.get(id, Standing()))
        for id, figures in seen.survey.by[by].items()
    ]


# ---------------------------------------------------------------- the page


@router.get("/overview")
async def overview_page(
    request: Request, viewer: OnPage, by: _By = None, sort: _Choice = "", order: Literal["", "up", "down"] = ""
) -> Response:
    """The figures of a time in the viewer's scope."""
    unit, spoken = _unit(viewer.actor), language(request)
    try:
        period = Period.read(request.query_params, _today(request))
    except BadPeriod as bad:
        form = Form[Any](dict(request.query_params), {bad.field: say(bad.why, spoken)})
        return page(request, "overview/overview.html", status=422, period=None, periods=NAMED, form=form)
    tells = await teller(request)
    seen = await _seen(request, unit, period)
    names, offered = Names(tells.rules, spoken), sides(tells.rules.organisation, unit)
    by = by if by in offered else offered[0]
    tiers = [tier.id for tier in tells.rules.ladder.tiers]
    columns = ("name", *IN_TABLE, *RATES, *(f"days-{tier}" for tier in tiers), *AT_END)
    sort = sort if sort in columns else "opened"
    falling = order == "down" if order else sort != "name"
    rows = await services_of(request).cases.some(late.number for late in seen.late)
    return page(
        request,
        "overview/overview.html",
        period=period,
        periods=NAMED,
        form=Form[Any](_dates(period)),
        seen=seen,
        whole=seen.survey.whole,
        scope=unit,
        where=Addresses(period),
        rates=RATES,
        counts=COUNTS,
        parts_of=_PARTS,
        rate=rate,
        count=count,
        ways=_WAYS,
        tiers=tiers,
        sides=offered,
        by=by,
        sort=sort,
        falling=falling,
        in_table=IN_TABLE,
        at_end=AT_END,
        lines=in_order(_lines(seen, by, names), sort, falling),
        drawn=_drawn(seen, period, names, spoken),
        bar=charts.share_bar,
        hatching=charts.HATCHING,
        late=[(one, tells.item(rows[one.number])) for one in seen.late if one.number in rows],
        playbook=lambda row: names.playbook(row.playbook),
    )


def _dates(period: Period) -> Mapping[str, str]:
    return {"from": period.since.isoformat(), "to": period.until.isoformat()}


async def _seen(request: Request, unit: str | None, period: Period) -> Seen:
    asked = Asked(unit, period.since, period.until, period.before, tuple(period.steps))
    return await services_of(request).surveys.seen(asked)


# ---------------------------------------------------------------- what is drawn


def _drawn(seen: Seen, period: Period, names: Names, spoken: str) -> dict[str, Any]:
    steps, whole = seen.survey.steps, seen.survey.whole
    known = {"opened": whole.opened, "closed": whole.closed_in_all, "n": len(steps)}
    return {
        "flow": charts.flow(
            "flow",
            say("overview.flow", spoken),
            say("overview.flow.told", spoken, most=max((it.opened for it in steps), default=0), **known),
            [charts.Column(step_name(it, period, spoken), it.opened, it.closed) for it in steps],
        ),
        "steps": [(step_name(it, period, spoken), it) for it in steps],
        "spreads": {tier: _spread(tier, it, names, spoken) for tier, it in seen.survey.spreads.items()},
        "classes": class_names(),
        "trends": {name: _trend(name, steps, spoken) for name in RATES},
    }


def step_name(step: Step, period: Period, spoken: str) -> str:
    """What a week or a month is called below its column: its first day, or its month."""
    day = step.since
    return short_month(day, spoken) if period.monthly else short_day(day, spoken)


def class_names() -> list[str]:
    """``<1``, ``1–3``, …, ``≥60``, in days."""
    inner = [f"{low}–{high}" for low, high in pairwise(SPREAD_DAYS)]
    return [f"<{SPREAD_DAYS[0]}", *inner, f"≥{SPREAD_DAYS[-1]}"]


def place(length: timedelta, longest: timedelta) -> float:
    """How far along the classes a length is, in classes."""
    days = length / timedelta(days=1)
    bounds = [0.0, *map(float, SPREAD_DAYS), max(longest / timedelta(days=1), SPREAD_DAYS[-1] + 1.0)]
    n = next((n for n, bound in enumerate(bounds[1:]) if days < bound), len(bounds) - 2)
    return min(n + (days - bounds[n]) / (bounds[n + 1] - bounds[n]), float(len(bounds) - 1))


def days(length: timedelta) -> str:
    """A length in days: ``0.4``, ``12``."""
    value = length / timedelta(days=1)
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def _spread(tier: str, spread: Spread, names: Names, spoken: str) -> dict[str, Any]:
    told = {"median": days(spread.median), "ninth": days(spread.ninth), "longest": days(spread.longest)}
    marks = [
        charts.Mark(place(length, spread.longest), say(f"overview.spread.{name}", spoken, days=told[name]))
        for name, length in (("median", spread.median), ("ninth", spread.ninth))
    ]
    title = say("overview.spread.title", spoken, tier=names.tier(tier))
    chart = charts.spread(
        f"spread-{tier}",
        title,
        say("overview.spread.told", spoken, cases=spread.cases, **told),
        class_names(),
        spread.classes,
        marks,
    )
    return {"chart": chart, "told": told, "spread": spread}


def _trend(name: str, steps: Sequence[Step], spoken: str) -> Any:
    """Only where there are enough steps with something to see a course."""
    shares = [getattr(step, name).share for step in steps]
    known = [share for share in shares if share is not None]
    if len(known) < 4:
        return ""
    told = say(
        "overview.trend.told", spoken, least=percent(min(known)), most=percent(max(known)), last=percent(known[-1])
    )
    title = say("overview.trend", spoken, rate=say(f"overview.rate.{name}", spoken))
    return charts.trend(f"trend-{name}", title, told, shares)


def percent(share: float | None) -> str:
    """``92.3%``; — of nothing."""
    return "—" if share is None else f"{share * 100:.1f}%".replace("100.0%", "100%")


# ---------------------------------------------------------------- a figure's cases


@router.get("/overview/cases")
async def figure_page(
    request: Request,
    viewer: OnPage,
    figure: Measure,
    community: _Choice = "",
    estate: _Choice = "",
    company: _Choice = "",
    category: _Choice = "",
    shown: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """The cases that a figure counts, the newest number first."""
    unit, period = _unit(viewer.actor), await _period(request)
    asked: dict[Grouping, str] = {"community": community, "estate": estate, "company": company, "category": category}
    of = {by: value for by, value in asked.items() if value}
    services, tells = services_of(request), await teller(request)
    found = await counted(services.pool, figure, period.since, period.until, tells.rules.organisation, unit=unit, of=of)
    numbers = list(found)[(shown - 1) * _PAGE : shown * _PAGE]
    rows = await services.cases.some(numbers)
    here: dict[str, str] = {"figure": figure, **{str(by): value for by, value in of.items()}, **period.query}
    more = with_query("/overview/cases", **here, page=shown + 1) if len(found) > shown * _PAGE else ""
    return page(
        request,
        "overview/cases.html",
        figure=figure,
        period=period,
        of=of,
        times=found,
        total=sum(found.values()),
        cases=[tells.item(rows[number]) for number in numbers if number in rows],
        more=more,
        first=with_query("/overview/cases", **here) if shown > 1 else "",
        where=Addresses(period),
        no_company=NO_COMPANY,
    )


# ---------------------------------------------------------------- the table as a file


@router.get("/overview/figures.csv")
async def figures_file(request: Request, viewer: OnPage, by: _By = None) -> Response:
    """A table as a spreadsheet reads it, with what the rates are made of."""
    unit, period, spoken = _unit(viewer.actor), await _period(request), language(request)
    tells = await teller(request)
    offered = sides(tells.rules.organisation, unit)
    by = by if by in offered else offered[0]
    seen = await _seen(request, unit, period)
    names = Names(tells.rules, spoken)
    lines = in_order(_lines(seen, by, names), "name", falling=False)
    whole = Line("", say("overview.whole", spoken), seen.survey.whole, seen.standings.whole)
    tiers = [tier.id for tier in tells.rules.ladder.tiers]
    rows: list[Sequence[Cell]] = [_heads(by, names, tiers), *(_cells(line, tiers) for line in [*lines, whole])]
    named = f"{say('overview.title', spoken)}-{say(f'overview.by.{by}', spoken)}-{period.since}-{period.until}"
    return sheet(rows, f"overview-{by}-{period.since}-{period.until}", named)


_IN_FILE: tuple[Measure, ...] = (*COUNTS, *_WAYS)


def _heads(by: Grouping, names: Names, tiers: Sequence[str]) -> list[str]:
    spoken = names.language
    said = [say(f"overview.by.{by}", spoken), *(say(f"overview.measure.{it}", spoken) for it in _IN_FILE)]
    for name in RATES:
        rate_name = say(f"overview.rate.{name}", spoken)
        said += [rate_name, *(say(f"overview.file.{part}", spoken, rate=rate_name) for part in ("part", "whole"))]
    said += [say("overview.file.days", spoken, tier=names.tier(tier)) for tier in tiers]
    return [*said, *(say(f"overview.file.now_{it}", spoken) for it in ("open", "late", "supervised"))]


def _cells(line: Line, tiers: Sequence[str]) -> list[Cell]:
    cells: list[Cell] = [line.name, *(count(line.figures, measure) for measure in _IN_FILE)]
    for name in RATES:
        it = rate(line.figures, name)
        cells += [None if it.share is None else round(it.share, 4), it.part, it.whole]
    for tier in tiers:
        mean = line.cell(f"days-{tier}")
        cells.append(round(mean, 2) if isinstance(mean, float) else None)
    return [*cells, line.now.open, line.now.late, line.now.supervised]


assert set(_WAYS) < set(get_args(Measure))
