"""A joint response told in words: its timers' summaries and its page in the Temporal UI."""

from __future__ import annotations

from domain.joint_response import waits
from domain.joint_response.telling import details, timer_summary
from domain.policy.rules import Rules
from tests.domain.given import ALLIANCE, policy_text, rules_with
from tests.domain.responses import Response


def english() -> Rules:
    return rules_with(policy_text("ladder.yaml").replace("language: zh-CN", "language: en"))


def summary_of(response: Response, kind: str, task: str | None = None) -> str:
    (wait,) = [wait for wait in waits(response.state) if wait.kind == kind and (task is None or wait.task == task)]
    return timer_summary(response.state, wait)


def test_a_clock_says_until_when_who_what_and_what_happens_then() -> None:
    response = Response("lift_entrapment")
    assert summary_of(response, "sign", "command") == (
        "[3月2日 10:05] 等应急签收“核实位置人数并统一调度” → 逾时记录并逐级上报"
    )
    response.does("sign", "rescue_crew")
    assert summary_of(response, "complete", "rescue_crew") == (
        "[3月2日 10:15] 等消防办“救援力量到场” → 届时提醒，3月2日 10:20前须完成"
    )
    response.passes_until("2026-03-02 10:16")
    assert summary_of(response, "complete", "rescue_crew") == (
        "[3月2日 10:20] 等消防完成“救援力量到场” → 逾期记录并逐级上报"
    )


def test_so_it_does_in_english() -> None:
    response = Response("lift_entrapment", english())
    assert summary_of(response, "sign", "rescue_crew") == (
        "[2 Mar 10:05] Fire and Rescue to sign for “rescue crew on site” → else late, and it climbs"
    )
    assert summary_of(response, "situation_report") == (
        "[2 Mar 10:30] situation report 1 (Emergency Management) → else missed"
    )
    assert summary_of(response, "cap") == "[9 Mar 10:00] the cap → the alliance's party secretary is told"


def test_a_missed_clock_says_that_the_next_rung_is_told() -> None:
    response = Response("lift_entrapment")
    response.passes_until("2026-03-02 10:06")
    assert summary_of(response, "climb", "rescue_crew") == (
        "[3月2日 10:10] 消防逾时未办“救援力量到场” → 届时上报下一级"
    )


def test_alarm_opening_and_watch_have_words() -> None:
    response = Response("property_withdrawal")
    assert summary_of(response, "alarm") == "[6月2日 10:00] 预警“满三个月仍未选定新物业或居民自治” → 届时未办结即报"
    assert summary_of(response, "task_opens", "mediation") == (
        "[3月3日 10:00] 等“稳控和欠薪、收费纠纷调解”开始 → 届时综治开始签收计时"
    )
    for task in response.state.tasks:
        if task.required:
            response.does("waive", task.id, by=ALLIANCE, reason="误报")
    response.does("stand_down", outcome="resolved", reason="误报")
    assert summary_of(response, "watch") == "[4月1日 10:00] 观察期 → 届时结束"


def test_a_date_over_an_unpublished_year_is_marked_provisional() -> None:
    response = Response("mass_dispute", declared="2026-12-30 16:00")
    response.finishes("talk")
    response.does("sign", "written_answer")
    assert summary_of(response, "complete", "written_answer").startswith(
        "[1月1日 12:00]（日期待定） 等综治办“书面告知是否受理”"
    )


def test_the_page_shows_how_each_department_stands() -> None:
    response = Response("lift_entrapment", linked=("NC-2026-000009-E1",))
    response.finishes("command", when="2026-03-02 10:06")
    page = details(response.state, "https://example.org/x")
    assert "| 状态 | 处置中 · 救援 |" in page
    assert "| 未了结必办任务 | 8 |" in page
    assert "| 关联 | NC-2026-000009-E1 |" in page
    assert "| 应急 | 1/2 | 1/2 | 1 | 3月2日 10:11 |" in page
    assert "| 消防 | 0/1 | 0/1 | – | 3月2日 10:05 |" in page
    assert "| 电梯维保单位（应急） | 0/2 | 0/2 | – | 3月2日 10:05 |" in page
    assert "[NC-2026-000001-E1](https://example.org/x)" in page


def test_after_the_stand_down_the_page_shows_the_outcome_and_the_provider() -> None:
    response = Response("property_withdrawal")
    response.finishes("verify", "interim_provider")
    for task in response.state.tasks:
        if task.required and not response.task(task.id).finished:
            response.does("waive", task.id, by=ALLIANCE, reason="原企业回来")
    response.does("stand_down", outcome="returned", reason="原企业回来")
    page = details(response.state, None)
    assert "| 结果 | 退回议事 |" in page
    assert "| 物业企业 | nancheng-gyzy |" in page
    assert "http" not in page


def test_the_page_is_english_where_the_response_is() -> None:
    page = details(Response("lift_entrapment", english()).state, None)
    assert "| Party | Signed | Finished | Late | Next clock |" in page
    assert "| Fire and Rescue | 0/1 | 0/1 | – | 2 Mar 10:05 |" in page
