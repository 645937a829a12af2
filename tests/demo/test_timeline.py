"""What is due first in a rehearsal, over cases and sittings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from demo.timeline import Due, Order, Planned, SittingStatus, Waiting, first_of, of_case, of_sitting
from tests.domain.given import at

MARCH = Planned(
    id="laocheng-2026-03", forum="laocheng", status="announced", begun=False, drafts_at=at("2026-02-25 15:00"),
    freezes_at=at("2026-03-02 15:00"), starts_at=at("2026-03-04 15:00"), ends_at=at("2026-03-04 17:00"),
    minutes_due=at("2026-03-06 17:00"),
)  # fmt: skip
CASE = Waiting(number="NC-1", until=MARCH.minutes_due, sitting=MARCH.id)
BEFORE, AFTER = MARCH.starts_at - timedelta(days=9), MARCH.minutes_due + timedelta(days=9)


@pytest.mark.parametrize(
    ("status", "due"),
    [("announced", MARCH.drafts_at), ("drafted", MARCH.freezes_at), ("frozen", MARCH.starts_at),
     ("in_session", MARCH.ends_at), ("minutes", MARCH.minutes_due)],
)  # fmt: skip
def test_a_sitting_is_due_at_each_of_its_instants(status: SittingStatus, due: object) -> None:
    found = of_sitting(replace(MARCH, status=status, begun=True))
    assert found is not None
    assert (found.at, found.order) == (due, Order.SITTING)


@pytest.mark.parametrize("status", ["closed", "cancelled"])
def test_a_sitting_that_is_over_is_never_due(status: SittingStatus) -> None:
    assert of_sitting(replace(MARCH, status=status, begun=True)) is None


def test_a_sitting_that_has_not_begun_is_drafted_first_whatever_the_real_date_says() -> None:
    found = of_sitting(replace(MARCH, status="frozen"))
    assert found is not None
    assert found.at == MARCH.drafts_at


def test_a_case_acts_before_its_wait_passes_and_else_its_wait_passes() -> None:
    acting = replace(CASE, acts_at=MARCH.starts_at, scripted=True)
    assert of_case(acting, ends_at=AFTER, played=()) == Due(MARCH.starts_at, Order.ACT, "NC-1")
    late = replace(CASE, acts_at=AFTER, scripted=True)
    assert of_case(late, ends_at=AFTER, played=()) == Due(MARCH.minutes_due, Order.EXPIRY, "NC-1")


def test_a_case_without_a_script_goes_by_rule_until_the_play_ends_and_beyond_where_its_sitting_is_played() -> None:
    passes = Due(MARCH.minutes_due, Order.EXPIRY, "NC-1")
    assert of_case(CASE, ends_at=AFTER, played=()) == passes
    assert of_case(CASE, ends_at=BEFORE, played={MARCH.id}) == passes
    assert of_case(CASE, ends_at=BEFORE, played=()) is None
    assert of_case(replace(CASE, sitting=None), ends_at=AFTER, played=()) is None
    assert of_case(replace(CASE, until=None), ends_at=AFTER, played=()) is None


def test_a_case_carries_itself_over_before_the_minutes_and_decides_after_the_session_has_begun() -> None:
    minutes = Due(MARCH.minutes_due, Order.SITTING, MARCH.id)
    carried = [Due(MARCH.minutes_due, Order.EXPIRY, number) for number in ("NC-1", "NC-2")]
    assert first_of([minutes, *carried]) == tuple(carried)
    begins = Due(MARCH.starts_at, Order.SITTING, MARCH.id)
    assert first_of([Due(MARCH.starts_at, Order.ACT, "NC-1"), begins, minutes]) == (begins,)
