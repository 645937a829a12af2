"""What is wrong with a policy is told in Chinese as well, where an administrator meets it."""

from __future__ import annotations

import re

import pytest

from domain.policy.calendar import CalendarYear
from domain.policy.organisation import Organisation
from domain.policy.policy_file import PolicyError, parse_policy
from domain.words.policy_words import mistake_in
from tests.domain.test_organisation import FOUR_TIERS

CHINESE = re.compile("[\u4e00-\u9fff]")
YEAR = "version: 1\nyear: 2026\ndays: [{date: 2026-01-01, kind: off, name: {zh: 元旦, en: N}, notice: n}]\n"


@pytest.mark.parametrize(
    ("model", "text", "old", "new"),
    [
        (Organisation, FOUR_TIERS, "kind: market", "kind: hotel"),
        (Organisation, FOUR_TIERS, "company: anju", "company: nobody"),
        (Organisation, FOUR_TIERS, "id: yuan-2", "id: yuan-1"),
        (Organisation, FOUR_TIERS, ", kind: self_governed", ""),
        (Organisation, FOUR_TIERS, "name: {zh: 北城街道, en: Beicheng}", ""),
        (Organisation, FOUR_TIERS, "version: 7", "version: 7\nversion: 8"),
        (Organisation, FOUR_TIERS, "version: 7", "version: 7\ncolour: red"),
        (Organisation, FOUR_TIERS, "id: lift", "id: LIFT"),
        (Organisation, FOUR_TIERS, "version: 7", "version: [7"),
        (CalendarYear, YEAR, "kind: off", "kind: free"),
        (CalendarYear, YEAR, "2026-01-01", "2025-01-01"),
        (CalendarYear, YEAR, "kind: off", "kind: workday"),
    ],
)
def test_a_mistake_is_told_in_chinese(model: type[Organisation], text: str, old: str, new: str) -> None:
    assert old in text
    with pytest.raises(PolicyError) as caught:
        parse_policy(model, text.replace(old, new, 1), "x")
    for problem in caught.value.problems:
        assert CHINESE.search(mistake_in(problem.message, "zh-CN")), problem.message
        assert mistake_in(problem.message, "en") == problem.message


def test_a_sentence_that_is_not_known_is_shown_as_it_is() -> None:
    assert mistake_in("something new", "zh-CN") == "something new"
