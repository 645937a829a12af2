"""The case list with many cases: a page and a count, for the questions that officers ask.

The cases are made by SQL from the sample organisation: one in nine open, the rest closed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial
from urllib.parse import urlencode

from bench.figures import Row, at_most, percentile
from bench.sizes import Sizes
from bench.stack import Stack
from bench.wire import Wire
from domain.text.seeking import grams
from store.cases import CaseList, CaseQuery

PART = "lists"
AIM = at_most(50, "ms")
_FILL = """
INSERT INTO cases
SELECT 'LB-2026-' || lpad(i::text, 6, '0'), 3,
    (ARRAY['estate','estate','estate','community','alliance'])[1 + i / 10 % 5], stage,
    e.estate, e.community, e.units, ($4::text[])[1 + (i * 7) % cardinality($4::text[])], 'normal', 'counter',
    timestamptz '2024-01-01' + i * interval '8 minutes', now(), CASE WHEN closed THEN now() END,
    CASE WHEN closed THEN 'settled' END, CASE WHEN NOT closed THEN jsonb_strip_nulls(jsonb_build_object(
        'kind', $5::jsonb -> stage -> 0, 'on_expiry', $5::jsonb -> stage -> 1, 'until', until, 'provisional', false,
        'forum', forum, 'sitting_id', forum || '-2026-03', 'starts_at', CASE WHEN forum IS NOT NULL THEN until END,
        'where', forum)) END,
    CASE WHEN NOT closed THEN until END, NOT closed AND i % 11 = 0, i % 50 = 0, NULL, i % 3,
    CASE WHEN i / 10 % 4 = 0 OR stage = 'action' THEN ($6::text[])[1 + i % cardinality($6::text[])] END, '{}', NULL,
    'r-' || i % 60000, timestamptz '2026-01-01' + (i * 17) % 900 * interval '1 hour',
    CASE WHEN NOT closed THEN until END, CASE WHEN NOT closed AND i % 3 > 0 THEN until END, NOT closed AND i % 13 = 0
FROM (SELECT i, (i % 10 <> 0 OR i % 90 = 0) AS closed, 1 + (i * 31) % cardinality($2::text[]) AS at,
             date_trunc('minute', now()) + ((i * 37) % 2000 - 100) * interval '1 hour' AS until
      FROM generate_series(1, $1::int) AS i) AS s
CROSS JOIN LATERAL (SELECT ($2::text[])[at] AS estate, ($3::text[])[at] AS community,
    ARRAY[($2::text[])[at], ($3::text[])[at], 'nancheng'] AS units) AS e
CROSS JOIN LATERAL (SELECT CASE WHEN closed THEN 'closed' ELSE
    (ARRAY['contact','check_in','community','alliance','action','suspended'])[1 + i / 50 % 6] END AS stage) AS t
CROSS JOIN LATERAL (SELECT CASE stage WHEN 'check_in' THEN e.estate WHEN 'community' THEN e.community
    WHEN 'alliance' THEN 'nancheng' END AS forum) AS f
"""
_WAITS = {
    "contact": ["contact", "contact_missed"],
    "check_in": ["sitting", "carry_over"],
    "community": ["sitting", "escalate"],
    "alliance": ["sitting", "carry_over"],
    "action": ["plan", "plan_overdue"],
    "suspended": ["suspension", "resume"],
}
"""What a case waits for at each stage, and what happens then."""
_WORDS = (
    "电梯",
    "停运",
    "困人",
    "漏水",
    "下水道",
    "堵塞",
    "物业费",
    "收费",
    "停车",
    "乱停",
    "占道",
    "噪音",
    "扰民",
    "路灯",
    "垃圾",
    "绿化",
)

Ask = Callable[[], Awaitable[object]]


async def measure(stack: Stack, sizes: Sizes) -> list[Row]:
    """The slowest question's p99 for pages, counts and pages over HTTP; and all questions' p50."""
    await fill(stack, sizes.listed)
    cases = CaseList(stack.pool)
    questions = _questions(stack)
    times = sizes.questions
    pages = {name: await timed(partial(cases.page, query), times) for name, query in questions.items()}
    counts = {name: await timed(partial(cases.count, query), times) for name, query in questions.items()}
    key = await timed(partial(cases.get, "LB-2026-000042"), times)
    plain = await timed(partial(stack.pool.fetchval, "SELECT count(*) FROM cases"), times)
    answers = await _over_http(stack, times)
    among = f"among {sizes.listed:,}"
    return [
        *_rows(f"page of 50 {among}", pages, key, "read of one by its key"),
        *_rows(f"count {among}", counts, plain, "SELECT count(*), no filter"),
        *_rows(f"page of 50 over HTTP {among}", answers, key, "read of one by its key"),
    ]


def _rows(what: str, asked: dict[str, list[float]], plain: list[float], against: str) -> Iterator[Row]:
    slowest = max(asked, key=lambda name: percentile(asked[name], 0.99))
    middle = percentile([seconds for times in asked.values() for seconds in times], 0.5)
    yield Row(
        part=PART,
        what=f"{what}: p50",
        unit="ms",
        ours=middle * 1000,
        baseline=percentile(plain, 0.5) * 1000,
        against=against,
    )
    yield Row(
        part=PART,
        what=f"{what}: p99 of the slowest ({slowest})",
        unit="ms",
        ours=percentile(asked[slowest], 0.99) * 1000,
        baseline=percentile(plain, 0.99) * 1000,
        against=against,
        aim=AIM,
    )


async def fill(stack: Stack, cases: int) -> None:
    """Makes the cases and their titles, unless they are there."""
    if await CaseList(stack.pool).get("LB-2026-000001") is not None:
        return
    organisation = stack.rules.organisation
    estates = [estate.id for estate in organisation.estates]
    communities = [organisation.ancestor(estate, "community").id for estate in estates]
    categories = [category.id for category in organisation.categories]
    departments = [department.code for department in organisation.departments]
    await stack.owner.execute(_FILL, cases, estates, communities, categories, _WAITS, departments)
    chance = random.Random(1)  # the same titles each time
    titles = (f"{chance.randint(1, 30)}号楼{''.join(chance.sample(_WORDS, 3))}" for _ in range(cases))
    records = ((f"LB-2026-{n:06d}", f"r-{n % 60000}", title, grams(title)) for n, title in enumerate(titles, 1))
    await stack.owner.copy_records_to_table("case_titles", records=records)
    for table in ("cases", "case_titles"):
        await stack.owner.execute(f"VACUUM ANALYZE {table}")


def _questions(stack: Stack) -> dict[str, CaseQuery]:
    organisation = stack.rules.organisation
    estate = organisation.estates[3].id
    community = organisation.ancestor(estate, "community").id
    everything = CaseQuery()
    return {
        "all": everything,
        "open": CaseQuery(open=True),
        "an estate": CaseQuery(units=(estate,)),
        "a community, open": CaseQuery(units=(community,), open=True),
        "the alliance, open": CaseQuery(units=("nancheng",), open=True),
        "a department": CaseQuery(departments=("fire",)),
        "a department, open": CaseQuery(departments=("fire",), open=True),
        "a stage": CaseQuery(stage="action"),
        "a tier, overdue": CaseQuery(tier="community", overdue=True),
        "a category of a community": CaseQuery(community=community, category="lift"),
        "a common word": CaseQuery(q="电梯"),
        "two words, a community": CaseQuery(q="漏水 噪音", units=(community,)),
        "a rare phrase": CaseQuery(q="17号楼电梯停运"),
        "a word nobody used": CaseQuery(q="火星"),
        "a number": CaseQuery(q="LB-2026-0123"),
        "a page far down": replace(everything, cursor=_FAR_DOWN),
    }


_FAR_DOWN = "WyIyMDI0LTA2LTAxVDAwOjAwOjAwKzAwOjAwIiwgIk5DLTIwMjYtMDAwMDAwIl0"
"""The cursor of 1 June 2024, a third of the way down."""


async def _over_http(stack: Stack, times: int) -> dict[str, list[float]]:
    """The same through the API, as the alliance's officer."""
    await stack.start_temporal()
    await stack.start_worker()
    wire = await Wire.connect(stack.settings.api_port, await stack.start_api())
    asked: dict[str, dict[str, str]] = {
        "all": {},
        "open": {"open": "true"},
        "a stage": {"stage": "action"},
        "overdue": {"tier": "community", "overdue": "true"},
        "a common word": {"q": "电梯"},
    }
    found: dict[str, list[float]] = {}
    for name, query in asked.items():
        found[name] = await timed(partial(wire.ask, "GET", f"/api/v1/cases?{urlencode(query)}"), times)
    await wire.close()
    return found


async def timed(ask: Ask, times: int) -> list[float]:
    """Seconds of each answer, one after the other."""
    await ask()
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        await ask()
        taken.append(time.perf_counter() - began)
    return taken
