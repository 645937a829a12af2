"""What is done first in a rehearsal, over cases and sittings."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from demo.timeline import Due, Order, Planned, SittingStatus, Waiting, first_of, of_case
from tests.domain.given import at

MARCH = Planned(
    id="laocheng-2026-03",
    forum="laocheng",
    status="announced",
    begun=False,
    drafts_at=at("2026-02-25 15:00"),
    freezes_at=at("2026-03-02 15:00"),
    starts_at=at("2026-03-04 15:00"),
    ends_at=at("2026-03-04 17:00"),
    minutes_due=at("2026-03-06 17:00"),
)
CASE = Waiting(number="NC-1", until=MARCH.minutes_due, scripted=True)
AFTER = MARCH.minutes_due + timedelta(days=9)


@pytest.mark.parametrize(
    ("status", "instant"),
    [
        ("drafted", MARCH.drafts_at),
        ("frozen", MARCH.freezes_at),
        ("in_session", MARCH.starts_at),
        ("minutes", MARCH.ends_at),
        ("closed", MARCH.minutes_due),
    ],
)
def test_a_sitting_gets_to_each_status_at_one_of_its_instants(status: SittingStatus, instant: datetime) -> None:
    assert MARCH.gets_to(status) == instant


def test_a_case_acts_before_its_wait_passes_and_else_its_wait_passes() -> None:
    acting = replace(CASE, acts_at=MARCH.starts_at)
    assert of_case(acting) == Due(MARCH.starts_at, Order.ACT, "NC-1")
    assert of_case(replace(CASE, acts_at=AFTER)) == Due(MARCH.minutes_due, Order.EXPIRY, "NC-1")


def test_a_case_that_is_closed_or_through_with_its_script_is_left_to_itself() -> None:
    assert of_case(replace(CASE, scripted=False)) is None
    assert of_case(replace(CASE, until=None)) is None


def test_a_wait_passes_before_a_clerk_acts_and_a_clerk_before_who_decides() -> None:
    passes, clerk, acts = (Due(MARCH.starts_at, order, "NC-1") for order in Order)
    other = replace(passes, who="NC-2")
    assert first_of([acts, clerk, other, passes]) == (passes, other)
    assert first_of([acts, clerk]) == (clerk,)
