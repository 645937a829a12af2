"""What a supervisor reads of a case: what it waits for, until when, what happens then."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from markdown_it import MarkdownIt

from domain.permission import RESIDENT
from domain.policy.forum import next_sitting
from domain.telling import current_details, cut, on_expiry, timer_summary, wait_reason
from domain.words.bilingual import LANGUAGES
from domain.words.dates import moment
from tests.domain.given import STAGES, Case, at, case_at, nancheng, officer


def test_a_moment_is_shanghais_to_the_minute() -> None:
    instant = datetime(2026, 3, 4, 7, 5, 59, tzinfo=UTC)
    assert moment(instant, "zh-CN") == "3月4日 15:05"
    assert moment(instant, "en") == "4 Mar 15:05"


SAID = {
    "contact": ("等小区首次联系居民", "the estate's first contact with the resident"),
    "check_in": ("等牡丹花园 · 每周碰头（3月4日 16:00）作出决定", "a decision at 牡丹花园 · 每周碰头 (4 Mar 16:00)"),
    "suspended": ("挂起中，等外部条件", "an outside condition"),
    "joint_response": ("等联动处置解除", "stand-down of the emergency"),
    "verification": ("等居民回访答复", "the resident's word"),
}


@pytest.mark.parametrize("stage", SAID)
def test_a_wait_is_said_in_words(stage: str) -> None:
    wait = case_at(stage).wait
    assert (wait_reason(wait, "zh-CN"), wait_reason(wait, "en")) == SAID[stage]


def test_a_wait_for_a_plan_names_who_leads_it() -> None:
    assert "城建" in wait_reason(case_at("action").wait, "zh-CN")


def test_a_forum_can_be_named_in_the_readers_language() -> None:
    wait = case_at("check_in").wait
    forum = nancheng().forums["mudan-garden"]
    assert wait_reason(wait, "en", forum.name.en) == "a decision at Mudan Garden · weekly check-in (4 Mar 16:00)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sitting_of_nancheng_fits_a_timers_summary_whole(language: str) -> None:
    rules = nancheng()
    for unit in rules.organisation.estates:
        case = Case(estate=unit.id, opened="2026-12-24 10:00", by=officer("nancheng"))
        for tier in rules.ladder.tiers:
            if tier.id == "estate":
                case.does("contact")
            else:
                case.does("escalate")
            forum = rules.forum(tier.id, unit.id)
            assert next_sitting(forum, rules.calendar, case.now).id == case.wait.sitting_id
            for wait in (case.wait, case.wait.model_copy(update={"provisional": True, "on_expiry": "escalate"})):
                named = wait.model_copy(update={"where": forum.name.in_(language)})
                line = timer_summary(named, language)
                assert not line.endswith("…"), line
                assert len(line.encode()) <= 200


def test_a_longer_line_is_cut_between_characters() -> None:
    assert cut("议" * 67, 200) == "议" * 65 + "…"
    assert cut("议" * 66, 200) == "议" * 66
    assert len(cut("a" + "议" * 80, 200).encode()) <= 200


def test_a_summary_says_what_is_waited_for_and_what_follows() -> None:
    case = case_at("check_in")
    assert timer_summary(case.wait, "zh-CN") == "等牡丹花园 · 每周碰头（3月4日 16:00）作出决定 → 届时未决则结转下次会议"
    case.passes()
    assert timer_summary(case.wait, "zh-CN").endswith("届时未决则升级上一级")
    assert on_expiry(case.wait, "en") == "escalates to the next tier"


def test_a_provisional_date_says_so() -> None:
    case = case_at("check_in", opened="2026-12-24 10:00")
    case.does("escalate")
    assert "（日期待定）" in timer_summary(case.wait, "zh-CN")
    assert "(date provisional)" in timer_summary(case.wait, "en")


@pytest.mark.parametrize("stage", STAGES)
def test_the_current_details_are_a_table_with_no_empty_cell(stage: str) -> None:
    case = case_at(stage)
    for language in LANGUAGES:
        state = case.state.model_copy(update={"language": language})
        page = current_details(state, "阶段名", "http://example.org/cases/1")
        rows = [line for line in page.splitlines() if line.startswith("| ") and line != "|  |  |"]
        assert rows
        assert all(cell.strip() for row in rows for cell in row.strip("|").split("|"))
        assert "(http://example.org/cases/1)" in page
        assert (("期限" if language == "zh-CN" else "Until") in page) is not state.closed


def test_the_details_show_the_marks_and_the_plan() -> None:
    case = case_at("alliance")
    for _ in range(3):
        case.passes()
    page = current_details(case.state, "联席会", None)
    assert "督办" in page
    assert "拟上报区级" in page
    assert "结转 3 次" in page
    case.does("plan", due_date="2026-08-01")
    assert "2026年8月1日" in current_details(case.state, "办理", None)


def test_an_officers_line_cannot_break_the_table() -> None:
    case = case_at("check_in")
    case.does("plan", lead="甲|乙\n丙", due_date="2026-03-20")
    page = current_details(case.state, "办理", None)
    assert "甲\\|乙 丙" in page


@pytest.mark.parametrize("field", ["lead", "deliverable"])
@pytest.mark.parametrize("text", ["![看](http://x.cn/a.png)", "<b>急</b>", "[点此](https://x.cn)", "\u202e*急*"])
def test_what_an_officer_writes_in_a_plan_is_no_markup_in_the_details(field: str, text: str) -> None:
    case = case_at("check_in")
    written: dict[str, Any] = {"lead": "urban", "due_date": "2026-03-20", field: text}
    case.does("plan", **written)
    page = current_details(case.state, "办理", None)
    html = MarkdownIt("commonmark").enable("table").render(page)
    assert not re.search(r"<(?:img|a|b|em)\b", html), html
    assert "\u202e" not in page


def test_instants_are_kept_in_utc() -> None:
    case = case_at("check_in")
    assert case.wait.until.tzinfo is UTC
    assert case.wait.starts_at == at("2026-03-04 16:00")
    case.does("resolve")
    case.does("confirm", by=RESIDENT)
    assert case.state.closing is not None
    assert case.state.closing.at.utcoffset() == UTC.utcoffset(None)
