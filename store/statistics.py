"""三率 of a forum's cases over a time: how many were contacted in time, solved, and found good by their residents."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from domain.agenda_building import Rate, Statistics
from domain.calendar import SHANGHAI
from store.errors import reaching_the_store

if TYPE_CHECKING:
    from store.database import Executor

# Contacted in time: of those whose first contact is over, the ones that missed none. Solved: settled, closed without
# the resident's word, or awaiting it. Good: four stars and more of those who gave any.
_COUNT = """
WITH opened AS (
    SELECT number, stage, closed_as FROM cases WHERE units && ARRAY[$1::text] AND opened_at >= $2 AND opened_at < $3
), happened AS (
    SELECT e.stream, e.type, (e.data #>> '{detail,stars}')::int AS stars
    FROM events AS e JOIN opened ON e.stream = opened.number
    WHERE e.type IN ('contact_missed', 'outcome_confirmed', 'outcome_disputed', 'case_reopened')
)
SELECT
    (SELECT count(*) FROM opened) AS opened,
    (SELECT count(*) FROM opened WHERE stage <> 'contact') AS contacted,
    (SELECT count(DISTINCT stream) FROM happened WHERE type = 'contact_missed') AS missed,
    (SELECT count(*) FROM opened WHERE stage = 'verification' OR closed_as IN ('settled', 'no_word')) AS solved,
    (SELECT count(*) FROM happened WHERE type = 'outcome_confirmed' AND stars IS NOT NULL) AS judged,
    (SELECT count(*) FROM happened WHERE type = 'outcome_confirmed' AND stars >= 4) AS good,
    (SELECT count(*) FROM happened WHERE type IN ('outcome_disputed', 'case_reopened')) AS repeats
"""


async def statistics(executor: Executor, unit: str, since: date, until: date) -> Statistics:
    """Over the cases under ``unit`` that were opened from ``since`` to ``until`` (Shanghai dates, both included).

    Raises StoreUnavailable.
    """
    first, last = _start(since), _start(until + timedelta(days=1))
    with reaching_the_store():
        row = await executor.fetchrow(_COUNT, unit, first, last)
    assert row is not None
    return Statistics(
        since=since, until=until, opened=row["opened"],
        response=Rate(max(row["contacted"] - row["missed"], 0), row["contacted"]),
        solution=Rate(row["solved"], row["opened"]), satisfaction=Rate(row["good"], row["judged"]),
        repeats=row["repeats"],
    )  # fmt: skip


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
