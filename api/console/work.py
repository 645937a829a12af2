"""What waits, by the instant that it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.cases import teller
from api.console.pages import OnPage, page
from api.schemas import CaseItem
from api.scope import scope_of
from api.services import services_of
from api.strict import StrictRoute
from domain.calendar import shanghai
from store.cases import CaseQuery

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that are due within one stretch of time; ``key`` is its word's."""

    key: str
    cases: tuple[CaseItem, ...]


@router.get("/")
async def my_work(request: Request, viewer: OnPage) -> Response:
    """The open cases in the viewer's scope, the one due first on top."""
    scope = scope_of(viewer.actor)
    query = CaseQuery(units=scope.units or None, departments=scope.departments or None, open=True, limit=_SHOWN)
    rows = await services_of(request).cases.due(query)
    tells = await teller(request)
    items = tuple(map(tells.item, rows))
    return page(request, "work.html", groups=grouped(items, datetime.now(UTC)), more=len(items) == _SHOWN)


def grouped(items: tuple[CaseItem, ...], now: datetime) -> tuple[Group, ...]:
    """Late, due today, within seven days, later; groups without a case are left out."""
    midnight = shanghai(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    ends = (("work.late", now), ("work.today", midnight), ("work.week", now + timedelta(days=7)), ("work.later", None))
    groups: dict[str, list[CaseItem]] = {}
    for item in items:
        until = item.wait.until if item.wait else None
        key = next(key for key, end in ends if end is None or (until is not None and until < end))
        groups.setdefault(key, []).append(item)
    return tuple(Group(key, tuple(groups[key])) for key, _ in ends if key in groups)
