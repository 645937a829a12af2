"""The figures of a time, from the events: 三率, days at each tier, what was late. Defined in docs/statistics.md.

Everything is counted by when it happened, from the events of the cases that were open in that time; so a figure of a
time that is over never changes, and the figures of two times that meet add up. One pass over the events gives a time
from all sides (``survey``); the cases that a figure counts come from the same conditions (``counted``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from domain.figures import (
    GROUPINGS,
    SATISFIED_FROM,
    SPREAD_DAYS,
    Figures,
    Grouping,
    Measure,
    Rate,
    Spread,
    Stay,
    Step,
    Survey,
)
from domain.policy.calendar import SHANGHAI
from store.errors import reaching_the_store

if TYPE_CHECKING:
    from domain.policy.organisation import Organisation
    from store.database import Executor

WHOLE = ""
"""The key of figures that are not grouped."""

NO_COMPANY = "-"
"""The key of estates without a property company, where figures are grouped by company."""

# ---------------------------------------------------------------- what is counted

_NO_CONTACT = ("case_withdrawn", "case_rerouted", "case_objected", "case_marked_duplicate")
"""What ends a first contact's clock without saying whether it was kept."""

LATE = ("contact_missed", "plan_overdue", "designation_missed", "emergency_review_missed")
_NOT_AT_A_TIER = ("closed", "verification", "suspended", "designation")
_CLOSINGS: dict[str, Measure] = {
    "outcome_confirmed": "settled",
    "closed_without_word": "no_word",
    "case_withdrawn": "withdrawn",
    "case_referred": "referred",
    "case_rejected": "rejected",
    "case_marked_duplicate": "duplicate",
}


def _among(column: str, values: Iterable[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _happened(*types: str) -> str:
    return f"now AND {_among('type', types)}"


MEASURES: dict[Measure, str] = {
    "opened": _happened("case_opened"),
    "open": "until IS NULL AND stage <> 'closed'",
    "closed": _happened(*_CLOSINGS),
    "responded": "now AND came_from = 'contact' AND stage <> 'contact' "
    f"AND NOT {_among('type', (*_NO_CONTACT, 'contact_missed'))}",
    "missed": _happened("contact_missed"),
    "answered": "now AND kept",
    "answer_missed": _happened("answer_missed"),
    "confirmed": _happened("outcome_confirmed"),
    "disputed": _happened("outcome_disputed"),
    "satisfied": f"{_happened('outcome_confirmed')} AND stars >= {SATISFIED_FROM}",
    "repeats": _happened("case_marked_duplicate", "case_reopened"),
    "carried_over": _happened("case_carried_over", "case_held"),
    "escalated": _happened("case_escalated"),
    "late": _happened(*LATE),
    "supervised": "now AND (type = 'case_supervised' OR marked)",
    "emergencies": _happened("emergency_declared"),
    **{measure: _happened(closing) for closing, measure in _CLOSINGS.items()},
}
"""When an event of a case counts."""

ONCE: frozenset[Measure] = frozenset({"open", "late", "supervised"})
"""Of these a case counts once, however often it happened to it."""

IN_STEPS: tuple[Measure, ...] = (
    "opened",
    "closed",
    "responded",
    "missed",
    "answered",
    "answer_missed",
    "confirmed",
    "disputed",
    "satisfied",
)
"""What a time's steps have."""


def _times(measure: Measure) -> str:
    """How often a case counts."""
    times = f"count(*) FILTER (WHERE {MEASURES[measure]})"
    return f"least({times}, 1)" if measure in ONCE else times


# ---------------------------------------------------------------- the one pass

# $1 unit or null, $2 the time's first instant, $3 its end, $4 estates and $5 the company of each.
# A case has one place at a time: the place events of its stream, each until the next. OFFSET 0 has each case's events
# looked up by its number, and what is needed of them taken out at once: a join that the planner would choose reads the
# whole log in the order of its index, and carries all that events hold through the sort.
_TOLD = """
WITH scope AS (
    SELECT c.number, {columns}
    FROM cases AS c LEFT JOIN unnest($4::text[], $5::text[]) AS o(estate, company) ON o.estate = c.estate
    WHERE ($1::text IS NULL OR c.units && ARRAY[$1::text])
      AND c.opened_at < $3 AND (c.closed_at IS NULL OR c.closed_at >= $2){of}
), happened AS (
    SELECT s.number AS stream, e.* FROM scope AS s CROSS JOIN LATERAL (
        SELECT version, type, occurred_at AS at, data #>> '{place,stage}' AS stage, data #>> '{place,tier}' AS tier,
            (data #>> '{detail,stars}')::int AS stars,
            coalesce(data #> '{detail,supervised}' = 'true', false) AS marked,
            coalesce(data #> '{detail,answer_kept}' = 'true', false) AS kept
        FROM events
        WHERE stream = s.number AND occurred_at < $3
          AND (data ? 'place' OR type IN ('case_supervised', 'case_raised_to_district', 'answer_missed')
            OR data #> '{detail,answer_kept}' = 'true')
        OFFSET 0
    ) AS e
), told AS MATERIALIZED (
    SELECT *, lag(stage) OVER place AS came_from, lead(at) OVER place AS until, at >= $2 AS now
    FROM happened WINDOW place AS (PARTITION BY stream, stage IS NULL ORDER BY version)
)"""
_SIDES: dict[Grouping, str] = {
    "community": "coalesce(c.community, '')",
    "estate": "c.estate",
    "company": f"coalesce(o.company, '{NO_COMPANY}')",
    "category": "c.category",
}
_TOLD = _TOLD.replace("{columns}", ", ".join(f"{column} AS {by}" for by, column in _SIDES.items()))

# $6 until when what still lasts is counted, $7 where the steps begin, $8 where a spread's classes part, in seconds.
_SURVEY = (
    _TOLD
    + """, counted AS (
    SELECT stream, {counts} FROM told GROUP BY stream
), stayed AS (
    SELECT stream, tier, sum(extract(epoch FROM least(coalesce(until, $6), $6) - greatest(at, $2))) AS time
    FROM told
    WHERE stage IS NOT NULL AND NOT {elsewhere} AND at < $6 AND coalesce(until, $6) > $2
    GROUP BY stream, tier
), figures AS (
    SELECT grouped, key, {sums}
    FROM scope JOIN counted ON stream = number CROSS JOIN LATERAL (VALUES {sides}) AS side(grouped, key) GROUP BY 1, 2
), stays AS (
    SELECT grouped, key, tier, count(*) AS cases, sum(time) AS time
    FROM scope JOIN stayed ON stream = number CROSS JOIN LATERAL (VALUES {sides}) AS side(grouped, key) GROUP BY 1, 2, 3
), classes AS (
    SELECT tier, width_bucket(time::float, $8::float[]) AS class, count(*) AS cases FROM stayed GROUP BY 1, 2
), spreads AS (
    SELECT tier, count(*) AS cases, max(time) AS longest,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY time::float) AS shares,
        (SELECT jsonb_object_agg(class, c.cases) FROM classes AS c WHERE c.tier = stayed.tier) AS classes
    FROM stayed GROUP BY tier
), steps AS (
    SELECT width_bucket(at, $7::timestamptz[]) AS step, {step_counts} FROM told WHERE now GROUP BY 1
)
SELECT (SELECT jsonb_agg(to_jsonb(f)) FROM figures AS f) AS figures,
    (SELECT jsonb_agg(to_jsonb(s)) FROM stays AS s) AS stays,
    (SELECT jsonb_agg(to_jsonb(s)) FROM spreads AS s) AS spreads,
    (SELECT jsonb_agg(to_jsonb(s)) FROM steps AS s) AS steps
"""
)
_SURVEY = _SURVEY.replace("{of}", "").replace("{elsewhere}", _among("stage", _NOT_AT_A_TIER))
_SURVEY = _SURVEY.replace("{counts}", ", ".join(f"{_times(measure)} AS {measure}" for measure in MEASURES))
_SURVEY = _SURVEY.replace("{step_counts}", ", ".join(f"{_times(measure)} AS {measure}" for measure in IN_STEPS))
_SURVEY = _SURVEY.replace("{sums}", ", ".join(f"sum({measure})::bigint AS {measure}" for measure in MEASURES))


# $6 … the community, estate, company or category, or null.
_WITHIN = "".join(f" AND (${n}::text IS NULL OR {_SIDES[by]} = ${n})" for n, by in enumerate(GROUPINGS, 6))
_COUNTED: Mapping[Measure, str] = {
    measure: f"{_TOLD.replace('{of}', _WITHIN)} SELECT stream AS number, {_times(measure)} AS times FROM told "
    f"WHERE {MEASURES[measure]} GROUP BY stream ORDER BY stream DESC"
    for measure in MEASURES
}


@cache
def _survey_from(sides: tuple[Grouping | None, ...]) -> str:
    """The survey's statement, from some sides."""
    return _SURVEY.replace("{sides}", _sides(sides))


def _sides(sides: Iterable[Grouping | None]) -> str:
    """What each case is counted for: as one of all, and of its community, its estate, …"""
    return ", ".join(f"('{by}', {by})" if by else f"('{WHOLE}', '{WHOLE}')" for by in sides)


async def statistics(
    executor: Executor, since: date, until: date, *, unit: str | None = None, now: datetime
) -> Figures:
    """The figures from ``since`` to ``until`` (Shanghai dates, both included), of the cases under ``unit``.

    ``now``: until when what still lasts is counted; the time's own end at the latest. Raises StoreUnavailable.
    """
    return (await _survey(executor, since, until, (None,), unit=unit, now=now)).whole


async def statistics_by(
    executor: Executor,
    by: Grouping,
    since: date,
    until: date,
    organisation: Organisation,
    *,
    unit: str | None = None,
    now: datetime,
) -> Mapping[str, Figures]:
    """The same for each community, estate, company or category that has cases, by id.

    An estate's company is today's; ``NO_COMPANY`` where there is none. Raises StoreUnavailable.
    """
    return (await _survey(executor, since, until, (by,), organisation, unit=unit, now=now)).by[by]


async def survey(
    executor: Executor,
    since: date,
    until: date,
    organisation: Organisation,
    *,
    steps: Sequence[date] = (),
    unit: str | None = None,
    now: datetime,
) -> Survey:
    """The same from all sides. ``steps``: the days on which its parts begin, the first being ``since``.

    Raises StoreUnavailable.
    """
    return await _survey(executor, since, until, (None, *GROUPINGS), organisation, steps, unit=unit, now=now)


async def counted(
    executor: Executor,
    measure: Measure,
    since: date,
    until: date,
    organisation: Organisation,
    *,
    unit: str | None = None,
    of: Mapping[Grouping, str] | None = None,
) -> Mapping[str, int]:
    """The cases that a figure counts, newest number first, each with how often it counts.

    ``of``: only those of a community, estate, company or category. Raises StoreUnavailable.
    """
    places = of or {}
    within = (places.get(by) for by in GROUPINGS)
    with reaching_the_store():
        rows = await executor.fetch(_COUNTED[measure], *_scope(since, until, unit, organisation), *within)
    return {row["number"]: row["times"] for row in rows}


async def _survey(
    executor: Executor,
    since: date,
    until: date,
    sides: tuple[Grouping | None, ...],
    organisation: Organisation | None = None,
    steps: Sequence[date] = (),
    *,
    unit: str | None,
    now: datetime,
) -> Survey:
    scope = _scope(since, until, unit, organisation)
    ends = min(now, scope[2])
    bounds = [days * 86400.0 for days in SPREAD_DAYS]
    with reaching_the_store():
        row = await executor.fetchrow(_survey_from(sides), *scope, ends, [_start(day) for day in steps], bounds)
    assert row is not None
    stays: dict[tuple[str, str], dict[str, Stay]] = {}
    for it in row["stays"] or ():
        stays.setdefault((it["grouped"], it["key"]), {})[it["tier"]] = Stay(it["cases"], _span(it["time"]))
    figures: dict[str, dict[str, Figures]] = {by or WHOLE: {} for by in sides}
    for it in sorted(row["figures"] or (), key=lambda it: str(it["key"])):
        side, key = it["grouped"], it["key"]
        figures[side][key] = _figures(it, since, until, stays.get((side, key), {}))
    return Survey(
        figures.pop(WHOLE, {}).get(WHOLE, Figures(since=since, until=until)),
        {by: figures[by] for by in sides if by},
        {it["tier"]: _spread(it) for it in row["spreads"] or ()},
        _steps(steps, until, {it["step"]: it for it in row["steps"] or ()}),
    )


def _scope(
    since: date, until: date, unit: str | None, organisation: Organisation | None
) -> tuple[str | None, datetime, datetime, list[str], list[str]]:
    """The first five parameters."""
    return unit, _start(since), _start(until + timedelta(days=1)), *managed_by(organisation)


def managed_by(organisation: Organisation | None) -> tuple[list[str], list[str]]:
    """The estates that have a company, and the company of each."""
    managed = {it.id: it.company for it in organisation.estates if it.company} if organisation is not None else {}
    return list(managed), list(managed.values())


def _figures(row: Mapping[str, Any], since: date, until: date, at_tier: Mapping[str, Stay]) -> Figures:
    figures: dict[str, int] = {name: row[name] or 0 for name in MEASURES}
    kept = ("opened", "open", "repeats", "disputed", "late", "supervised", "carried_over", "escalated", "emergencies")
    counts: dict[str, Any] = {name: figures[name] for name in kept}
    return Figures(
        since=since,
        until=until,
        closed={how: figures[how] for how in _CLOSINGS.values() if figures[how]},
        at_tier=at_tier,
        **_rates(figures),
        **counts,
    )


def _rates(figures: Mapping[str, int]) -> dict[str, Any]:
    words = figures["confirmed"] + figures["disputed"]
    return {
        "response": Rate(figures["responded"], figures["responded"] + figures["missed"]),
        "solution": Rate(figures["confirmed"], words),
        "satisfaction": Rate(figures["satisfied"], words),
        "answers": Rate(figures["answered"], figures["answered"] + figures["answer_missed"]),
    }


def _spread(row: Mapping[str, Any]) -> Spread:
    median, ninth = row["shares"]
    classes = tuple(row["classes"].get(str(n), 0) for n in range(len(SPREAD_DAYS) + 1))
    return Spread(row["cases"], _span(median), _span(ninth), _span(row["longest"]), classes)


def _steps(begins: Sequence[date], until: date, found: Mapping[int, Mapping[str, Any]]) -> tuple[Step, ...]:
    ends = [*(day - timedelta(days=1) for day in begins[1:]), until]
    nothing: dict[str, int] = dict.fromkeys(IN_STEPS, 0)
    steps = ((begin, end, found.get(n, nothing)) for n, (begin, end) in enumerate(zip(begins, ends, strict=False), 1))
    return tuple(
        Step(since=begin, until=end, opened=it["opened"], closed=it["closed"], **_rates(it)) for begin, end, it in steps
    )


def _span(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
