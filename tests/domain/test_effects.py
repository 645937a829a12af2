"""What a decision would bring about is told before it is sent, by the rules themselves."""

from __future__ import annotations

from typing import Any

import pytest

from domain.effects import foresee
from domain.errors import Refusal
from domain.permission import Actor, allowed_now
from domain.policy.ladder import DECISIONS
from tests.domain.given import ALLIANCE, COMMUNITY, ESTATE, STAGES, SUPERVISOR, Case, case_at, decision


def told(case: Case, kind: str, language: str = "zh-CN", by: Actor = ALLIANCE, **fields: Any) -> str:
    before = case.state
    said = foresee(case.rules, case.state, by, decision(kind, **fields), case.now).told(language)
    assert case.state == before
    return said


def test_an_escalation_names_the_sitting_its_agenda_and_what_happens_undecided() -> None:
    assert told(case_at("check_in"), "escalate") == (
        "转至老城社区 · 社区月度工作会议（3月4日 15:00 开会，议程 3月2日 15:00 定稿）；"
        "期限 3月6日 17:00，届时未决则结转下次会议。"
    )
    assert told(case_at("check_in"), "escalate", "en") == (
        "To Laocheng Community · community monthly meeting (4 Mar 15:00, agenda frozen 2 Mar 15:00); "
        "undecided by 6 Mar 17:00: carried over to the next sitting."
    )


def test_a_sitting_that_freezes_as_it_begins_has_no_agenda_to_wait_for() -> None:
    assert told(case_at("contact"), "contact").startswith("转至牡丹花园 · 每周碰头（3月4日 16:00 开会）；")


def test_a_plan_names_who_carries_it_out_by_which_day() -> None:
    assert told(case_at("check_in"), "plan", due_date="2026-04-30") == (
        "由城建办理，4月30日前（含当日）完成；逾期转督办并回到下次会议。"
    )


def test_holding_counts_as_a_carry_over_and_may_mark_it() -> None:
    assert told(case_at("alliance"), "hold").endswith("记为第 1 次结转。标为督办，各处可见。")


def test_the_third_carry_over_at_the_top_says_that_it_is_raised() -> None:
    case = case_at("alliance")
    case.does("hold")
    case.does("hold")
    assert "并拟上报区级。" in told(case, "hold")


def test_what_closes_says_how_and_for_how_long_it_may_be_reopened() -> None:
    assert told(case_at("community"), "refer") == "办结（已转办），居民可查到结果；30 天内可以重启。"


def test_what_changes_no_stage_says_so() -> None:
    for kind in ("note", "assign"):
        assert told(case_at("action"), kind) == "阶段和期限不变，记入办理经过。"
    supervised = told(case_at("action"), "supervise", by=SUPERVISOR)
    assert supervised == "阶段和期限不变，记入办理经过。标为督办，各处可见。"


def test_a_reroute_says_by_when_the_right_estate_has_to_answer() -> None:
    said = told(case_at("contact"), "reroute", estate="gulou-yuan")
    assert said == "转到鼓楼苑重新对接：3月2日 12:00 前须联系居民，逾时标记并转每周碰头。"


def test_what_would_be_refused_is_refused() -> None:
    case = case_at("check_in")
    with pytest.raises(Refusal, match="forbidden"):
        told(case, "emergency", by=ESTATE)
    case.does("hold", by=ESTATE)
    with pytest.raises(Refusal, match="carry_over_limit"):
        told(case, "hold", by=ESTATE)
    with pytest.raises(Refusal, match="date_too_early"):
        told(case, "suspend", resume_date="2026-03-02")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("stage", STAGES)
def test_every_decision_that_is_allowed_can_be_told_at_every_stage(stage: str, language: str) -> None:
    case = case_at(stage)
    for by in (ESTATE, COMMUNITY, ALLIANCE, SUPERVISOR):
        for kind in allowed_now(case.rules, by, case.state):
            assert kind in DECISIONS
            said = told(case, kind, language, by=by)
            assert said.strip()
            assert "{" not in said
