"""kill -9 at random instants while officers decide: what was acknowledged is there, once, and every case goes on."""

from __future__ import annotations

import random

import pytest

from tests.faults.storm import storm

KILLS = 21


@pytest.mark.slow
async def test_nothing_acknowledged_is_lost_or_doubled_however_often_parts_are_killed() -> None:
    outcome = await storm(random.SystemRandom().randrange(1_000_000), kills=KILLS, gap=(0.2, 1.8), seconds=180.0)
    print(outcome.text())
    assert not outcome.problems, outcome.text()
    assert len(outcome.kills) >= 20
    assert {kill.part.partition("-")[0] for kill in outcome.kills} >= {"worker", "api", "temporal", "postgres"}
    assert any(request.acknowledged and not request.opens for request in outcome.requests)
