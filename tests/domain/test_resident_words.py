"""What residents are told: in both languages, of everything that concerns them, and nothing of the office's own."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from domain.case import EventType, Expiry, WaitKind
from domain.words.bilingual import Name
from domain.words.resident_words import BY_WHEN, MILESTONES, NEXT, OTHERWISE, TOLD_IN_FULL

NOT_TOLD = {
    "signal_refused",
    "note_added",
    "case_assigned",
    "case_supervised",
    "wait_reprojected",
    "put_on_agenda",
    "emergency_review_missed",
}


def test_every_event_is_told_or_is_the_offices_own() -> None:
    assert set(MILESTONES) | NOT_TOLD == set(get_args(EventType))
    assert not set(MILESTONES) & NOT_TOLD
    assert set(TOLD_IN_FULL) <= set(MILESTONES)


def test_every_wait_and_every_end_of_one_is_told() -> None:
    assert set(NEXT) == set(BY_WHEN) == set(get_args(WaitKind))
    assert set(OTHERWISE) == set(get_args(Expiry))


@pytest.mark.parametrize("words", [*MILESTONES.values(), *NEXT.values(), *BY_WHEN.values(), *OTHERWISE.values()])
def test_both_languages_leave_the_same_gaps(words: Name) -> None:
    assert set(re.findall(r"\{\w+\}", words.zh)) == set(re.findall(r"\{\w+\}", words.en))
    assert re.search("[\u4e00-\u9fff]", words.zh)
    assert not re.search("[\u4e00-\u9fff]", words.en)
