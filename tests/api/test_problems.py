"""Every refusal and every problem has its status, its words in both languages, and nothing else does."""

from __future__ import annotations

from typing import get_args

import pytest

from api.edge.languages import language_of
from api.edge.problem_words import PROBLEMS, status_of
from domain.words.case_words import CHANNELS, SEVERITIES
from domain.words.refusal_words import REFUSALS
from services.requests import Channel, Severity


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_of_the_rules_has_a_status_of_its_own(code: str) -> None:
    from api.edge.problem_words import _GROUPS

    assert any(code in codes for _, codes in _GROUPS.values()) or code in PROBLEMS
    assert 400 <= status_of(code) < 500 or code == "unknown_ladder"


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_problem_speaks_both_languages(code: str) -> None:
    _, title, detail = PROBLEMS[code]
    assert all((title.zh, title.en, detail.zh, detail.en))


def test_only_outages_and_faults_are_5xx() -> None:
    assert {code for code in PROBLEMS if PROBLEMS[code][0] >= 500} == {"internal", "unavailable"}


def test_the_document_lists_the_channels_and_severities_that_there_are() -> None:
    assert set(get_args(Channel)) == set(CHANNELS)
    assert set(get_args(Severity)) == set(SEVERITIES)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("en", "en"),
        ("en-GB,zh;q=0.5", "en"),
        ("zh-TW", "zh-CN"),
        ("fr, de", "zh-CN"),
        ("fr, en;q=0.2", "en"),
        ("en;q=0.2, zh-CN;q=0.9", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("en;q=nonsense", "zh-CN"),
        ("en;q=nan", "zh-CN"),
        ("*", "zh-CN"),
    ],
)
def test_the_best_language_is_chosen(header: str | None, language: str) -> None:
    assert language_of(header) == language
