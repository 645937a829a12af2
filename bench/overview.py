"""The supervisor's overview among many cases: its figures from the events, and the page over HTTP.

The cases' lives are made by SQL from the sample organisation, seven events each on the average, spread over five
years; those of the last weeks are still open.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial

from bench.figures import Row, at_most, percentile
from bench.lists import timed
from bench.sizes import Sizes
from bench.stack import Stack
from bench.wire import Wire
from domain.policy.calendar import SHANGHAI, shanghai
from store.standings import standings
from store.statistics import survey

PART = "overview"
AIM = at_most(150, "ms")
TIMES = {"a month": 30, "a quarter": 91, "a year": 365}
YEARS = 5

# What happens to a case: a way of living, its steps in order. Days are from its opening, on the average.
_STEP = tuple[str, float, str, str, str]
_OPENED: _STEP = ("case_opened", 0, "contact", "estate", "{}")
_CONTACTED: _STEP = ("resident_contacted", 0.1, "check_in", "estate", "{}")
_MISSED: _STEP = ("contact_missed", 0.2, "check_in", "estate", "{}")
_UP: _STEP = ("case_escalated", 9, "community", "community", "{}")
_OVER: _STEP = ("case_carried_over", 36, "community", "community", "{}")
_TOP: _STEP = ("case_escalated", 66, "alliance", "alliance", "{}")
LIVES: tuple[tuple[_STEP, ...], ...] = (
    (
        _OPENED,
        _CONTACTED,
        ("plan_made", 3, "action", "estate", "{}"),
        ("plan_completed", 12, "verification", "estate", "{}"),
        ("outcome_confirmed", 14, "closed", "estate", "5"),
    ),
    (
        _OPENED,
        _CONTACTED,
        ("case_resolved", 5, "verification", "estate", "{}"),
        ("outcome_disputed", 8, "check_in", "estate", "{}"),
        ("case_resolved", 12, "verification", "estate", "{}"),
        ("outcome_confirmed", 15, "closed", "estate", "2"),
    ),
    (
        _OPENED,
        _MISSED,
        _UP,
        _OVER,
        ("plan_made", 40, "action", "community", "{}"),
        ("plan_overdue", 55, "community", "community", '{"supervised": true}'),
        ("plan_made", 66, "action", "community", "{}"),
        ("plan_completed", 80, "verification", "community", "{}"),
        ("closed_without_word", 87, "closed", "community", "{}"),
    ),
    (
        _OPENED,
        _CONTACTED,
        _UP,
        _OVER,
        _TOP,
        ("case_supervised", 70, "", "", "{}"),
        ("plan_made", 97, "action", "alliance", "{}"),
        ("case_suspended", 99, "suspended", "alliance", "{}"),
        ("case_resumed", 130, "action", "alliance", "{}"),
        ("plan_completed", 140, "verification", "alliance", "{}"),
        ("outcome_confirmed", 143, "closed", "alliance", "4"),
    ),
    (_OPENED, _CONTACTED, ("note_added", 2, "", "", "{}"), ("case_withdrawn", 6, "closed", "estate", "{}")),
    (
        _OPENED,
        _CONTACTED,
        _UP,
        ("case_returned", 20, "check_in", "estate", "{}"),
        ("case_held", 27, "check_in", "estate", "{}"),
        ("case_resolved", 33, "verification", "estate", "{}"),
        ("outcome_confirmed", 36, "closed", "estate", "3"),
    ),
)
_CLOSED_AS = ("settled", "settled", "no_word", "settled", "withdrawn", "settled")
"""As what each way of living ends."""

_EVENTS = """
INSERT INTO events
SELECT $12 + row_number() OVER (ORDER BY at, number, step), number, step, type, 1,
    CASE WHEN stage = '' THEN '{}' ELSE jsonb_build_object('place',
        jsonb_build_object('stage', stage, 'tier', tier, 'wait', $9::jsonb)) END || jsonb_build_object('detail',
        CASE WHEN detail ~ '^[1-5]$' THEN jsonb_build_object('stars', detail::int) ELSE detail::jsonb END),
    '{"id": "bench", "role": "officer", "unit": "nancheng"}', number || '/' || step, 0, NULL, at, at, '', ''
FROM (
    SELECT 'LO-2026-' || lpad(i::text, 6, '0') AS number, s.step, s.type, s.stage, s.tier, s.detail,
        now() - $2::int * interval '1 day' * (1 - i::float / $1::int)
            + s.days * (0.5 + (i * 37 % 100) / 100.0) * interval '1 day' AS at
    FROM generate_series(1, $1::int) AS i
    JOIN unnest($3::int[], $4::int[], $5::text[], $6::float[], $7::text[], $8::text[], $10::text[])
        AS s(life, step, type, days, stage, tier, detail) ON s.life = i * 7 % $11::int
) AS lived WHERE at <= now()
"""
_CASES = """
INSERT INTO cases
SELECT number, version, tier, stage, e.estate, e.community, ARRAY[e.estate, e.community, 'nancheng'],
    ($3::text[])[1 + i % cardinality($3::text[])], 'normal', 'counter', opened_at, at,
    CASE WHEN stage = 'closed' THEN at END, CASE WHEN stage = 'closed' THEN ($5::text[])[1 + i * 7 % $6::int] END,
    CASE WHEN stage <> 'closed' THEN $4::jsonb END,
    CASE WHEN stage <> 'closed' THEN now() + i % 90 * interval '1 day' END,
    stage <> 'closed' AND i % 13 = 0, i % 50 = 0, NULL, i % 3, NULL, '{}', NULL, 'r-' || i,
    opened_at, CASE WHEN stage <> 'closed' THEN now() + i % 90 * interval '1 day' END, NULL, false
FROM (
    SELECT stream AS number, max(version) AS version, min(occurred_at) AS opened_at, max(occurred_at) AS at,
        (array_agg(data #>> '{place,stage}' ORDER BY version DESC) FILTER (WHERE data ? 'place'))[1] AS stage,
        (array_agg(data #>> '{place,tier}' ORDER BY version DESC) FILTER (WHERE data ? 'place'))[1] AS tier,
        right(stream, 6)::int AS i
    FROM events WHERE stream LIKE 'LO-%' GROUP BY stream
) AS lived
CROSS JOIN LATERAL (SELECT ($1::text[])[1 + i * 31 % cardinality($1::text[])] AS estate,
    ($2::text[])[1 + i * 31 % cardinality($1::text[])] AS community) AS e
"""
_WAIT = {
    "kind": "sitting",
    "until": "2026-03-06T09:00:00+00:00",
    "on_expiry": "carry_over",
    "sitting_id": "laocheng-2026-03",
    "forum": "laocheng",
    "starts_at": "2026-03-04T07:00:00+00:00",
    "where": "老城社区月度工作会议",
    "provisional": False,
}


async def fill(stack: Stack, cases: int) -> None:
    """Makes the cases with their events."""
    organisation = stack.rules.organisation
    estates = [estate.id for estate in organisation.estates]
    communities = [organisation.ancestor(estate, "community").id for estate in estates]
    steps = [(life, n, *step) for life, steps in enumerate(LIVES) for n, step in enumerate(steps, 1)]
    lives, numbers, types, days, stages, tiers, details = (list(column) for column in zip(*steps, strict=True))
    last = await stack.log.last_position()
    await stack.owner.execute(
        _EVENTS, cases, YEARS * 365, lives, numbers, types, days, stages, tiers, _WAIT, details, len(LIVES), last
    )
    categories = [category.id for category in organisation.categories]
    await stack.owner.execute(_CASES, estates, communities, categories, _WAIT, list(_CLOSED_AS), len(LIVES))
    for table in ("events", "cases"):
        await stack.owner.execute(f"VACUUM ANALYZE {table}")


_PLAIN = """
SELECT count(data #>> '{place,stage}') FROM cases JOIN events ON stream = number
WHERE opened_at < $2 AND (closed_at IS NULL OR closed_at >= $1) AND occurred_at < $2
"""


async def measure(stack: Stack, sizes: Sizes) -> list[Row]:
    """The p50 of a survey of each time beside reading the same events; of what is open now; and of the page."""
    await fill(stack, sizes.surveyed)
    organisation, today, times = stack.rules.organisation, shanghai(datetime.now(UTC)).date(), sizes.surveys
    rows = []
    for name, days in TIMES.items():
        since = today - timedelta(days=days - 1)
        weeks = [since + timedelta(days=n) for n in range(0, days, 7)]
        ours = await timed(
            partial(survey, stack.pool, since, today, organisation, steps=weeks, now=datetime.now(UTC)), times
        )
        plain = await timed(partial(stack.pool.fetchval, _PLAIN, _begin(since), datetime.now(UTC)), times)
        rows.append(_row(f"figures of {name}, from all sides", ours, plain, "reading the same events"))
    now = await timed(partial(standings, stack.pool, organisation), times)
    count = await timed(partial(stack.pool.fetchval, "SELECT count(*) FROM cases WHERE closed_at IS NULL"), times)
    page = await _page(stack, times)
    return [
        *rows,
        _row("what is open now", now, count, "SELECT count(*) of the open ones"),
        _row("the page of a quarter over HTTP", page, count, "the same"),
    ]


def _row(what: str, ours: list[float], plain: list[float], against: str) -> Row:
    return Row(
        part=PART,
        what=f"{what}: p50",
        unit="ms",
        ours=percentile(ours, 0.5) * 1000,
        baseline=percentile(plain, 0.5) * 1000,
        against=against,
        aim=None if what.startswith("figures") else AIM,
    )


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


async def _page(stack: Stack, times: int) -> list[float]:
    """As the alliance's officer, whose figures others have just asked for."""
    await stack.start_temporal()
    await stack.start_worker()
    wire = await Wire.connect(stack.settings.api_port, await stack.start_api())
    taken = await timed(partial(wire.ask, "GET", "/overview?period=quarter"), times)
    await wire.close()
    return taken
