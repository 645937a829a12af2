"""kill -9 at random instants while officers decide: what was acknowledged is there, once, and every case goes on."""

from __future__ import annotations

import random

import pytest

from tests.faults.killing import PARTS
from tests.faults.storm import storm


@pytest.mark.long
@pytest.mark.longest
@pytest.mark.parametrize("kills", [12, 300])
async def test_nothing_acknowledged_is_lost_or_doubled_however_often_parts_are_killed(kills: int) -> None:
    outcome = await storm(random.SystemRandom().randrange(1_000_000), kills=kills, gap=(0.1, 1.2), seconds=900.0)
    print(outcome.text())
    assert not outcome.problems, outcome.text()
    assert len(outcome.kills) == kills
    assert {kill.part.partition("-")[0] for kill in outcome.kills} == {part.partition("-")[0] for part in PARTS}
    assert any(request.acknowledged and not request.opens for request in outcome.requests)
