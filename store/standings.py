"""How the open cases stand now, from the case list: counted from all sides, and those that are late longest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, Text, column, func, literal, select, true, values

from domain.figures import GROUPINGS, Grouping, Standing, Standings
from store.statements import Statement, given, is_one_of
from store.statistics import LATE, NO_COMPANY, WHOLE, managed_by
from store.tables.base import Texts
from store.tables.lists import CASES, IS_OPEN
from store.tables.log import EVENTS

if TYPE_CHECKING:
    from domain.policy.organisation import Organisation
    from store.database import Executor


@dataclass(frozen=True, slots=True)
class Late:
    """A case that is late: what made it so at last (an event's type), and when."""

    number: str
    why: str
    since: datetime


async def standings(executor: Executor, organisation: Organisation, *, unit: str | None = None) -> Standings:
    """The open cases under ``unit`` as they stand now, from the case list. Raises StoreUnavailable."""
    estates, companies = managed_by(organisation)
    rows = await _STANDINGS[unit is not None].rows(executor, estates=estates, companies=companies, units=[unit])
    found: dict[str, dict[str, Standing]] = {side: {} for side in (WHOLE, "tier", *GROUPINGS)}
    for row in rows:
        found[row["grouped"]][row["key"]] = Standing(*(row[name] for name in _COUNTS))
    whole = found[WHOLE].get(WHOLE, Standing())
    return Standings(whole, found["tier"], {by: found[by] for by in GROUPINGS})


async def longest_late(executor: Executor, *, unit: str | None = None, limit: int = 10) -> tuple[Late, ...]:
    """The open cases under ``unit`` that are late now, the longest late first. Raises StoreUnavailable."""
    rows = await _LONGEST_LATE[unit is not None].rows(executor, units=[unit], limit=limit)
    return tuple(Late(**dict(row)) for row in rows)


# ---------------------------------------------------------------- statements, each made once

_UNDER = CASES.c.units.overlap(given("units", Texts))
_MANAGED = (
    func.unnest(given("estates", Texts), given("companies", Texts))
    .table_valued(column("estate", Text), column("company", Text))
    .render_derived()
)
_SIDES: Mapping[Grouping, ColumnElement[Any]] = {
    "community": func.coalesce(CASES.c.community, ""),
    "estate": CASES.c.estate,
    "company": func.coalesce(_MANAGED.c.company, NO_COMPANY),
    "category": CASES.c.category,
}
_KEYS: tuple[tuple[str, ColumnElement[Any]], ...] = (
    (WHOLE, literal(WHOLE)),
    ("tier", CASES.c.tier),
    *_SIDES.items(),
)
_SIDE = (
    values(column("grouped", Text), column("key", Text), name="side")
    .data([(literal(side), key) for side, key in _KEYS])
    .lateral()
)
_NUMBER = func.count()
_COUNTS: Mapping[str, ColumnElement[int]] = {
    "open": _NUMBER,
    "late": _NUMBER.filter(CASES.c.overdue),
    "supervised": _NUMBER.filter(CASES.c.supervised),
    "carried_over": _NUMBER.filter(CASES.c.carried_over > 0),
    "emergencies": _NUMBER.filter(CASES.c.stage == "joint_response"),
}
_STANDING = (
    select(_SIDE.c.grouped, _SIDE.c.key, *(count.label(name) for name, count in _COUNTS.items()))
    .select_from(CASES.outerjoin(_MANAGED, _MANAGED.c.estate == CASES.c.estate).join(_SIDE, true()))
    .where(IS_OPEN)
    .group_by(_SIDE.c.grouped, _SIDE.c.key)
)
_STANDINGS = {False: Statement(_STANDING), True: Statement(_STANDING.where(_UNDER))}

_MADE_LATE = (
    select(EVENTS.c.type, EVENTS.c.occurred_at)
    .where(EVENTS.c.stream == CASES.c.number, is_one_of(EVENTS.c.type, LATE))
    .order_by(EVENTS.c.version.desc())
    .limit(1)
    .correlate(CASES)
    .lateral()
)
_LATEST = (
    select(CASES.c.number, _MADE_LATE.c.type.label("why"), _MADE_LATE.c.occurred_at.label("since"))
    .select_from(CASES.join(_MADE_LATE, true()))
    .where(IS_OPEN, CASES.c.overdue)
    .order_by(_MADE_LATE.c.occurred_at, CASES.c.number)
    .limit(given("limit", Integer()))
)
_LONGEST_LATE = {False: Statement(_LATEST), True: Statement(_LATEST.where(_UNDER))}
