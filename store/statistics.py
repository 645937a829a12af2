"""The figures of a time, from the events: 三率, days at each tier, what was late. Defined in docs/statistics.md.

Everything is counted by when it happened, from the events of the cases that were open in that time; so a figure of a
time that is over never changes, and the figures of two times that meet add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from domain.calendar import SHANGHAI
from domain.figures import SATISFIED_FROM, Figures, Grouping, Rate, Stay, total
from store.errors import reaching_the_store

if TYPE_CHECKING:
    import asyncpg

    from domain.organisation import Organisation
    from store.database import Executor

WHOLE = ""
"""The key of figures that are not grouped."""

NO_COMPANY = "-"
"""The key of estates without a property company, where figures are grouped by company."""

_KEYS: dict[Grouping | None, str] = {
    None: "''", "community": "coalesce(c.community, '')", "estate": "c.estate", "company": "c.estate",
    "category": "c.category",
}  # fmt: skip

# $1 unit or null, $2 the time's first instant, $3 its end.
# A case has one place at a time: the place events of its stream, each until the next.
_PLACED = """
WITH scope AS (
    SELECT c.number, {key} AS key FROM cases AS c
    WHERE ($1::text IS NULL OR c.units && ARRAY[$1::text])
      AND c.opened_at < $3 AND (c.closed_at IS NULL OR c.closed_at >= $2)
), happened AS (
    SELECT s.key, e.stream, e.version, e.type, e.occurred_at AS at, e.data #>> '{{place,stage}}' AS stage,
        e.data #>> '{{place,tier}}' AS tier, e.data -> 'detail' AS detail
    FROM scope AS s JOIN events AS e ON e.stream = s.number
    WHERE e.occurred_at < $3 AND (e.data ? 'place' OR e.type IN ('case_supervised', 'case_raised_to_district'))
), told AS (
    SELECT *, lag(stage) OVER place AS came_from, lead(at) OVER place AS until, at >= $2 AS now
    FROM happened WINDOW place AS (PARTITION BY stream, stage IS NULL ORDER BY version)
)
"""

_COUNT = """
SELECT key,
    count(*) FILTER (WHERE now AND type = 'case_opened') AS opened,
    count(*) FILTER (WHERE until IS NULL AND stage <> 'closed') AS open,
    count(*) FILTER (WHERE now AND came_from = 'contact' AND stage <> 'contact' AND type <> ALL ($5)) AS contacts,
    count(*) FILTER (WHERE now AND type = 'contact_missed') AS missed,
    count(*) FILTER (WHERE now AND type = 'outcome_confirmed') AS confirmed,
    count(*) FILTER (WHERE now AND type = 'outcome_disputed') AS disputed,
    count(*) FILTER (WHERE now AND type = 'outcome_confirmed' AND (detail ->> 'stars')::int >= $4) AS satisfied,
    count(*) FILTER (WHERE now AND type IN ('case_marked_duplicate', 'case_reopened')) AS repeats,
    count(*) FILTER (WHERE now AND type IN ('case_carried_over', 'case_held')) AS carried_over,
    count(*) FILTER (WHERE now AND type = 'case_escalated') AS escalated,
    count(DISTINCT stream) FILTER (WHERE now AND type = ANY ($6)) AS late,
    count(DISTINCT stream) FILTER (
        WHERE now AND (type = 'case_supervised' OR detail -> 'supervised' = 'true')) AS supervised,
    count(*) FILTER (WHERE now AND type = 'outcome_confirmed') AS settled,
    count(*) FILTER (WHERE now AND type = 'closed_without_word') AS no_word,
    count(*) FILTER (WHERE now AND type = 'case_withdrawn') AS withdrawn,
    count(*) FILTER (WHERE now AND type = 'case_referred') AS referred,
    count(*) FILTER (WHERE now AND type = 'case_rejected') AS rejected,
    count(*) FILTER (WHERE now AND type = 'case_marked_duplicate') AS duplicate
FROM told GROUP BY key
"""

_STAYS = """
SELECT key, tier, count(DISTINCT stream) AS cases,
    sum(least(coalesce(until, $4), $4) - greatest(at, $2)) AS time
FROM told
WHERE stage IS NOT NULL AND stage <> ALL ($5) AND at < $4 AND coalesce(until, $4) > $2
GROUP BY key, tier
"""

_NO_CONTACT = ("case_withdrawn", "case_rerouted", "case_marked_duplicate")
"""What ends a first contact's clock without saying whether it was kept."""

_LATE = ("contact_missed", "plan_overdue", "emergency_review_missed")
_NOT_AT_A_TIER = ("closed", "verification", "suspended")
_CLOSED_AS = ("settled", "no_word", "withdrawn", "referred", "rejected", "duplicate")


async def statistics(
    executor: Executor, since: date, until: date, *, unit: str | None = None, now: datetime | None = None
) -> Figures:
    """The figures from ``since`` to ``until`` (Shanghai dates, both included), of the cases under ``unit``.

    ``now``: until when what still lasts is counted; the time's own end at the latest. Raises StoreUnavailable.
    """
    found = await _grouped(executor, since, until, unit, None, now)
    return found.get(WHOLE, Figures(since=since, until=until))


async def statistics_by(
    executor: Executor, by: Grouping, since: date, until: date, organisation: Organisation, *,
    unit: str | None = None, now: datetime | None = None,
) -> Mapping[str, Figures]:  # fmt: skip
    """The same for each community, estate, company or category that has cases, by id.

    An estate's company is today's; ``NO_COMPANY`` where there is none. Raises StoreUnavailable.
    """
    found = await _grouped(executor, since, until, unit, by, now)
    if by != "company":
        return found
    company = {estate.id: estate.company or NO_COMPANY for estate in organisation.estates}
    together: dict[str, list[Figures]] = {}
    for estate, figures in found.items():
        together.setdefault(company.get(estate, NO_COMPANY), []).append(figures)
    return {key: total(since, until, some) for key, some in sorted(together.items())}


async def _grouped(
    executor: Executor, since: date, until: date, unit: str | None, by: Grouping | None, now: datetime | None
) -> dict[str, Figures]:
    first, last = _start(since), _start(until + timedelta(days=1))
    placed = _PLACED.format(key=_KEYS[by])
    ends = min(now or datetime.now(UTC), last)
    with reaching_the_store():
        counted = await executor.fetch(
            placed + _COUNT, unit, first, last, SATISFIED_FROM, list(_NO_CONTACT), list(_LATE)
        )
        stays = await executor.fetch(placed + _STAYS, unit, first, last, ends, list(_NOT_AT_A_TIER))
    at_tier: dict[str, dict[str, Stay]] = {}
    for row in stays:
        at_tier.setdefault(row["key"], {})[row["tier"]] = Stay(row["cases"], row["time"])
    return {row["key"]: _figures(row, since, until, at_tier.get(row["key"], {})) for row in counted}


def _figures(row: asyncpg.Record, since: date, until: date, at_tier: Mapping[str, Stay]) -> Figures:
    words = row["confirmed"] + row["disputed"]
    counts: dict[str, Any] = {
        name: row[name]
        for name in ("opened", "open", "repeats", "disputed", "late", "supervised", "carried_over", "escalated")
    }
    return Figures(
        since=since, until=until, closed={how: row[how] for how in _CLOSED_AS if row[how]},
        response=Rate(row["contacts"] - row["missed"], row["contacts"]), solution=Rate(row["confirmed"], words),
        satisfaction=Rate(row["satisfied"], words), at_tier=at_tier, **counts,
    )  # fmt: skip


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
