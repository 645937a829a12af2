"""Administration: how the system stands, the organisation, the calendar as a picture of a year, the playbooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from markupsafe import Markup
from starlette.responses import Response

from api.administration.system import standing
from api.edge.languages import language
from api.edge.strict import StrictRoute
from api.process import Services, services_of
from console.frame.pages import OnPage, Viewer, page
from documents.timeline import timeline
from domain.errors import Refusal
from domain.permission import may_administer
from domain.policy.calendar import SHANGHAI, CalendarYear, WorkingCalendar, shanghai
from domain.policy.forum import Sitting, sittings
from domain.policy.ladder import Ladder
from domain.policy.organisation import Organisation
from domain.policy.organisation_files import COLUMNS, Table, as_file
from domain.policy.playbook import Playbook
from domain.policy.policy_set import read_policy
from domain.policy.rules import Rules
from domain.words.bilingual import Name
from store.cases import CaseQuery
from store.policies import PolicyVersion

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_DAY = timedelta(days=1)


async def _administrator(viewer: OnPage) -> Viewer:
    if not may_administer(viewer.actor):
        raise Refusal("forbidden")
    return viewer


Administrator = Annotated[Viewer, Depends(_administrator)]
"""A page's parameter for who looks at it, where only administrators do. Refuses ``forbidden``."""


# ---------------------------------------------------------------- the system


@router.get("/admin")
async def system_page(request: Request, viewer: Administrator) -> Response:
    """What answers, who works, what is in force and planned, where the chains stand."""
    return page(request, "admin/system.html", standing=await standing(services_of(request)))


# ---------------------------------------------------------------- the organisation


@router.get("/admin/organisation")
async def organisation_page(request: Request, viewer: Administrator) -> Response:
    """The tree, with how many cases are open where; the lists; out and in."""
    services = services_of(request)
    version = await _current(services, "organisation")
    organisation = read_policy("organisation", version.content, version.ref).value
    assert isinstance(organisation, Organisation)
    open_cases = await services.cases.count_by("estate", CaseQuery(open=True))
    return page(
        request,
        "admin/organisation.html",
        version=version,
        organisation=organisation,
        open_cases=open_cases,
        tables=list(COLUMNS),
        above=_above(organisation),
        companies={one.id: one for one in organisation.companies},
    )


def _above(organisation: Organisation) -> list[str]:
    """The units right above the estates, in the file's order."""
    return [unit for unit, _ in groupby(one.parent or "" for one in organisation.estates)]


@router.get("/admin/organisation.yaml")
async def organisation_file(request: Request, viewer: Administrator) -> Response:
    """The policy's file, as it was loaded."""
    version = await _current(services_of(request), "organisation")
    return _download(version.content.encode(), f"organisation-{version.version}.yaml", "application/yaml")


@router.get("/admin/organisation/{table}.csv")
async def organisation_table(request: Request, viewer: Administrator, table: Table) -> Response:
    """One of the organisation's tables."""
    organisation = await services_of(request).policy_desk.organisation()
    return _download(as_file(organisation, table), f"{table}-{organisation.version}.csv", "text/csv")


def _download(content: bytes, name: str, media_type: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, 200, headers, f"{media_type}; charset=utf-8")


async def _current(services: Services, kind: str, name: str | None = None) -> PolicyVersion:
    """What is in force. Raises Refusal ``unknown_policy``."""
    for version in await services.policy_desk.in_force():
        if version.kind == kind and name in (None, version.name):
            return version
    raise Refusal("unknown_policy", policy=f"{kind} {name}" if name else kind)


# ---------------------------------------------------------------- the calendar


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the year's picture. ``kind``: what a notice makes of it; ``called``: the notice's name for it."""

    date: date
    kind: str | None
    called: Name | None
    worked: bool
    sittings: tuple[Sitting, ...]


@dataclass(frozen=True, slots=True)
class MonthOfYear:
    """A month's weeks, Monday first; None before its first day and after its last."""

    number: int
    weeks: Sequence[Sequence[Day | None]]
    workdays: int


@router.get("/admin/calendar")
async def calendar_page(
    request: Request, viewer: Administrator, year: Annotated[int | None, Query(ge=2001, le=2899)] = None
) -> Response:
    """A year as a picture: days off, make-up workdays, the sittings of every tier but the lowest."""
    services = services_of(request)
    today = shanghai(services.clock.now()).date()
    shown = year or today.year
    rules = services.rulebook.current
    try:
        version: PolicyVersion | None = await _current(services, "calendar", str(shown))
    except Refusal:
        version = None
    published = read_policy("calendar", version.content, version.ref).value if version else None
    days = published.days if isinstance(published, CalendarYear) else ()
    held = _held(rules, shown)
    return page(
        request,
        "admin/calendar.html",
        year=shown,
        version=version,
        today=today,
        days=days,
        months=_months(shown, rules.calendar, {day.date: day.name for day in days}, held),
        years=sorted({*rules.calendar.years, shown, today.year, today.year + 1}),
    )


def _held(rules: Rules, year: int) -> dict[date, list[Sitting]]:
    """The year's sittings by day, of every tier but the lowest, where officers have moved them to."""
    first, last = (datetime.combine(date(n, 1, 1), time(), SHANGHAI) for n in (year, year + 1))
    lowest = rules.ladder.tiers[0].id
    by_rule = [
        one
        for forum in rules.forums.values()
        if forum.tier != lowest or len(rules.ladder.tiers) == 1
        for one in sittings(forum, rules.calendar, first, last)
    ]
    moved = [one for one in rules.moved.values() if one is not None and rules.forums[one.forum].tier != lowest]
    held: dict[date, list[Sitting]] = {}
    for one in (*(one for one in by_rule if one.id not in rules.moved), *moved):
        if first <= one.starts_at < last:
            held.setdefault(shanghai(one.starts_at).date(), []).append(one)
    return held


def _months(
    year: int, calendar: WorkingCalendar, called: dict[date, Name], held: dict[date, list[Sitting]]
) -> list[MonthOfYear]:
    return [_month(year, month, calendar, called, held) for month in range(1, 13)]


def _month(
    year: int, month: int, calendar: WorkingCalendar, called: dict[date, Name], held: dict[date, list[Sitting]]
) -> MonthOfYear:
    first = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    days = [
        Day(day, calendar.exception(day), called.get(day), calendar.is_workday(day), tuple(held.get(day, ())))
        for day in (first + n * _DAY for n in range((after - first).days))
    ]
    cells: list[Day | None] = [*[None] * first.weekday(), *days]
    cells += [None] * (-len(cells) % 7)
    weeks = [cells[n : n + 7] for n in range(0, len(cells), 7)]
    return MonthOfYear(month, weeks, sum(day.worked for day in days))


# ---------------------------------------------------------------- the playbooks


@router.get("/admin/playbooks/{kind}")
async def playbook_page(request: Request, viewer: Administrator, kind: str) -> Response:
    """A playbook in force: its timeline as a picture, and its tasks phase by phase."""
    services = services_of(request)
    version = await _current(services, "playbook", kind)
    playbook = read_policy("playbook", version.content, version.ref).value
    assert isinstance(playbook, Playbook)
    rules, spoken = services.rulebook.current, language(request)
    parties = _parties(playbook, rules.organisation, rules.ladder)
    picture = timeline(playbook, parties, spoken)
    return page(
        request,
        "admin/playbook.html",
        version=version,
        playbook=playbook,
        parties=parties,
        picture=Markup(picture[picture.index("<svg") :]),  # drawn by us, every word in it escaped
    )


def _parties(playbook: Playbook, organisation: Organisation, ladder: Ladder) -> dict[str, Name]:
    """Everyone who can have a task in it: departments, externals, the tiers from the top down."""
    return {
        **{department.code: department.name for department in organisation.departments},
        **{external.id: external.name for external in playbook.externals},
        **{tier.id: tier.name for tier in reversed(ladder.tiers)},
    }
