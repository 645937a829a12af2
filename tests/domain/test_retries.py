"""Steps that are tried again: ever more rarely, so often at most, and in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from domain.retries import Pauses, Retry, put_off, retries_told, timer_words

NOW = datetime(2026, 3, 4, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
GROWING = Pauses(first=timedelta(minutes=10), most=HOUR)


def failed(times: int, pauses: Pauses) -> Retry:
    retry = None
    for _ in range(times):
        retry = put_off(retry, "unknown_estate: 没有小区“牡丹花园”。", NOW, pauses)
    assert retry is not None
    return retry


def test_each_pause_is_twice_the_one_before_and_an_hour_at_most() -> None:
    pauses = [GROWING.after(times) for times in range(1, 400)]
    assert pauses[:4] == [timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40), HOUR]
    assert all(before <= after <= HOUR for before, after in pairwise(pauses))


def test_a_step_without_a_last_go_is_tried_for_ever() -> None:
    retry = failed(1000, GROWING)
    assert (retry.times, retry.again_at) == (1000, NOW + HOUR)


def test_a_step_that_has_had_all_its_goes_is_given_up() -> None:
    pauses = Pauses(first=timedelta(minutes=1), most=HOUR, goes=3)
    assert failed(2, pauses).again_at is not None
    assert failed(3, pauses).again_at is None
    assert not failed(3, pauses).is_due(NOW + timedelta(days=365))


def test_the_last_go_is_the_last_however_many_are_left() -> None:
    assert put_off(None, "no answer", NOW, GROWING, last=True).again_at is None


def test_what_is_hurried_is_due_and_goes_on_counting() -> None:
    hurried = failed(3, GROWING).at_once(NOW)
    assert hurried.is_due(NOW)
    assert put_off(hurried, "again", NOW, GROWING).again_at == NOW + HOUR


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("what", ["居民首次联系 → 超时未联系", "通知参会单位 · tells the members' units" * 5])
def test_a_timer_says_why_how_often_and_when_within_the_servers_limit(what: str, language: str) -> None:
    retry = put_off(failed(3, GROWING), "Unreached: " + "NC-2026-000001, " * 20, NOW, GROWING)
    words = timer_words(what, retry, language)
    assert len(words.encode()) <= 200
    assert "Unreached" in words
    assert "4" in words
    assert ("3月4日 16:00" if language == "zh-CN" else "4 Mar 16:00") in words


def test_the_table_has_a_row_for_each_and_says_what_is_given_up() -> None:
    given_up = put_off(None, "no|answer", NOW, GROWING, last=True)
    told = retries_told([("通知", failed(2, GROWING)), ("告知", given_up)], "zh-CN")
    assert "| 通知 | unknown\\_estate: 没有小区“牡丹花园”。 | 2× | 3月4日 15:20 |" in told
    assert "| 告知 | no\\|answer | 1× | 不再自试，待核对 audit |" in told
    assert retries_told([], "zh-CN") == ""
    assert "Not done" in retries_told([("notices", given_up)], "en")
