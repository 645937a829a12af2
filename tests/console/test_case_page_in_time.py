"""The page of a case as time passes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.support.console import Visitor
from tests.support.deciding import look_at
from tests.support.stack import Caller, Stack


@pytest.fixture(scope="module")
def stack(town: Stack) -> Stack:
    """The module's own, since it moves the time."""
    return town


@pytest.mark.long
def test_a_stay_that_began_on_a_clock_that_was_moved_is_as_long_as_that_clock_says(
    estate: Visitor, officer: Caller
) -> None:
    number = str(officer.open()["number"])
    due = (officer.now().date() + timedelta(days=60)).isoformat()
    officer.decide(number, "plan", lead="urban", deliverable="更换曳引机", due_date=due)
    officer.pass_time(number, days=40)
    officer.decide(number, "note", text="曳引机已到货")
    assert re.search(r"办理：[^）]*至 今（40 天", look_at(estate, number).said)
