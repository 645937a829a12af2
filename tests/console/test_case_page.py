"""The page of a case: what it offers to whom, what a decision would do, and what comes of it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import psycopg
import pytest

from console.cases.offers import DECISIONS
from domain.forms.reading import questions_of
from tests.support.console import Visitor, text_of, visiting
from tests.support.deciding import look_at, send
from tests.support.stack import Caller, Stack


def _today(caller: Caller) -> date:
    return caller.now().date()


@pytest.fixture
def number(officer: Caller) -> str:
    """A new case of Mudan Garden."""
    return str(officer.open()["number"])


def test_each_role_is_offered_what_it_may_decide_and_nothing_else(
    stack: Stack, officer: Caller, number: str, estate: Visitor, community: Visitor, supervisor: Visitor, admin: Visitor
) -> None:
    officer.decide(number, "contact", how="电话", outcome="已约")
    for visitor in (estate, community, supervisor, admin):
        assert visitor.username is not None
        with stack.calling(visitor.username) as caller:
            allowed = caller.case(number)["allowed"]
        assert sorted(look_at(visitor, number).offered) == sorted(allowed), visitor.username
    assert look_at(supervisor, number).offered == ["note", "supervise"]
    assert "目前没有可作的决定" in look_at(admin, number).said


def test_every_decision_on_the_page_asks_for_all_that_its_command_needs(number: str, estate: Visitor) -> None:
    page = look_at(estate, number)
    assert len(page.offered) > 5
    for kind in page.offered:
        for question in questions_of(DECISIONS[kind]):
            if question.asked.offered and question.asked.when is None:
                assert f'name="{question.name}"' in page.part(kind), (kind, question.name)
                assert question.label.zh in page.part(kind)


def test_another_units_case_is_refused_on_a_page(number: str, other_estate: Visitor, department: Visitor) -> None:
    for visitor in (other_estate, department):
        assert visitor.get(f"/cases/{number}").status_code == 403
        sent = {"kind": "note", "text": "看看", "key": "k" * 12, "version": "1"}
        assert visitor.post(f"/cases/{number}/decisions", sent).status_code == 403
        assert visitor.post(f"/cases/{number}/effect", {"kind": "note"}).status_code == 403
    assert other_estate.get("/cases/NC-2026-999999").status_code == 404


def test_a_decision_says_before_it_is_sent_where_it_leads(number: str, estate: Visitor) -> None:
    page = look_at(estate, number)
    assert page.effect("contact").startswith("转至牡丹花园 · 每周碰头（")
    assert page.effect("escalate").startswith("转至老城社区 · 社区月度工作会议（")
    assert "定稿" in page.effect("escalate")
    assert page.effect("note") == "阶段和期限不变，记入办理经过。"


def test_the_effect_follows_the_form_without_changing_anything(number: str, estate: Visitor, officer: Caller) -> None:
    def told(**fields: str) -> str:
        answer = estate.post(f"/cases/{number}/effect", fields)
        assert answer.status_code == 200
        return text_of(answer.text).strip()

    due = _today(officer) + timedelta(days=40)
    assert f"由消防办理，{due.month}月{due.day}日前" in told(kind="plan", lead="fire", due_date=due.isoformat())
    assert "日期太早" in told(kind="plan", lead="fire", due_date="2020-01-01")
    assert "转到鼓楼苑重新对接" in told(kind="reroute", estate="gulou-yuan")
    assert "不能“恢复”" in told(kind="resume")
    assert "不能" in told(kind="nothing")
    assert "不能" in told()
    assert "参考用语：您的诉求由消防办理" in told(kind="plan", lead="fire", due_date=due.isoformat())
    assert "居民会看到这次阶段答复" in told(kind="escalate", answer="…")
    assert officer.case(number)["version"] == 1


def test_a_decision_is_taken_and_the_next_page_says_what_is_waited_for(
    number: str, estate: Visitor, officer: Caller
) -> None:
    sent = send(estate, look_at(estate, number), "contact", how="电话", outcome="已约周三看现场")
    assert (sent.answer.status_code, sent.answer.headers["location"]) == (303, f"/cases/{number}")
    said = look_at(estate, number).said
    assert "已办理“联系居民”。现在等牡丹花园 · 每周碰头" in said
    assert "已约周三看现场" in said
    assert officer.case(number)["stage"] == "check_in"


def test_a_form_that_is_sent_twice_is_one_decision(number: str, estate: Visitor, officer: Caller) -> None:
    page = look_at(estate, number)
    for _ in range(2):
        assert send(estate, page, "note", text="已看现场").answer.status_code == 303
    assert officer.types(number) == ["case_opened", "note_added"]


def test_a_stale_form_says_what_has_happened_since_and_keeps_what_was_written(
    number: str, estate: Visitor, community: Visitor, officer: Caller
) -> None:
    page = look_at(community, number)
    officer.decide(number, "note", text="业委会已同意")
    stale = send(community, page, "escalate", reason="需要社区协调资金")
    assert stale.answer.status_code == 412
    assert "已有新进展" in stale.said
    assert "加备注" in stale.part("escalate")
    assert "牡丹花园 · 经办人" in stale.part("escalate")
    assert stale.fields("escalate")["reason"] == "需要社区协调资金"
    assert officer.case(number)["stage"] == "contact"
    again = send(community, stale, "escalate")
    assert again.answer.status_code == 303
    assert officer.case(number)["stage"] == "community"


def test_what_was_written_is_kept_where_the_decision_is_no_longer_there(
    number: str, estate: Visitor, community: Visitor, officer: Caller
) -> None:
    page = look_at(estate, number)
    officer.decide(number, "escalate", reason="升级")
    stale = send(estate, page, "reject", ground="concluded", reason="已经说明情况的很长一段话")
    assert stale.answer.status_code in (403, 412)
    assert "reject" not in stale.offered
    assert "已经说明情况的很长一段话" in stale.said
    told = stale.said.partition("这项决定现在不能作出")[0]
    assert "已升级 · 牡丹花园 · 经办人" in told
    assert "这项决定现在不能作出" in stale.said


def test_what_is_wrong_is_said_at_the_field(number: str, estate: Visitor) -> None:
    page = look_at(estate, number)
    wrong = send(estate, page, "plan", lead="urban", deliverable="联系13805301234", due_date="2020-01-01")
    assert wrong.answer.status_code == 422
    assert "这里不能写手机号" in text_of(wrong.part("plan"))
    assert wrong.fields("plan")["lead"] == "urban"
    early = send(estate, page, "plan", lead="urban", deliverable="更换曳引机", due_date="2020-01-01")
    assert (early.answer.status_code, "日期太早" in early.said) == (422, True)


@pytest.mark.parametrize("sent", [{}, {"kind": "note", "text": "x"}, {"kind": "none", "key": "k" * 9, "version": "1"}])
def test_what_is_no_form_of_ours_is_refused(number: str, estate: Visitor, sent: dict[str, str]) -> None:
    assert estate.post(f"/cases/{number}/decisions", sent).status_code in (400, 422)


def test_a_plan_is_made_with_a_lead_and_those_who_help(number: str, estate: Visitor, officer: Caller) -> None:
    page = look_at(estate, number)
    fields = [*page.fields("plan").items(), ("co_handlers", "fire"), ("co_handlers", "police")]
    given = {"lead": "urban", "deliverable": "更换曳引机并通过检测"}
    sent = [(name, given.get(name, value)) for name, value in fields]
    assert estate.post(f"/cases/{number}/decisions", sent).status_code == 303
    plan = officer.case(number)["plan"]
    assert (plan["lead"], plan["co_handlers"]) == ("urban", ["fire", "police"])
    said = look_at(estate, number).said
    assert "牵头单位 城建" in said
    assert "协办单位 消防 、 公安" in said or "协办单位 消防、公安" in said


def test_a_department_completes_its_plan_and_is_brought_back_to_its_work(
    number: str, officer: Caller, department: Visitor
) -> None:
    due = (_today(officer) + timedelta(days=9)).isoformat()
    officer.decide(number, "plan", lead="urban", deliverable="更换曳引机", due_date=due)
    page = look_at(department, number)
    assert set(page.offered) == {"contact", "answer", "complete", "extend", "object", "note"}
    sent = send(department, page, "complete", what_was_done="已更换并通过检测")
    assert (sent.answer.status_code, sent.answer.headers["location"]) == (303, "/")
    assert "已办理“完成办理”" in department.get("/").text


def test_the_story_tells_who_when_why_and_how_in_words(number: str, estate: Visitor, officer: Caller) -> None:
    officer.decide(number, "contact", how="电话", outcome="已约定")
    officer.decide(number, "escalate", reason="需要社区协调")
    page = look_at(estate, number)
    for part in (
        "已联系居民",
        "已升级",
        "需要社区协调",
        "原层级 小区",
        "转至层级 社区",
        "estate-mudan-garden",
        "链完整",
    ):
        assert part in page.said
    decisions = look_at(estate, number, "?events=decisions").said
    assert "全部经过" in decisions


def test_a_residents_words_are_shown_to_officers_and_to_nobody_else(
    officer: Caller, estate: Visitor, supervisor: Visitor
) -> None:
    opened = officer.open()
    officer.decide(opened["number"], "resolve", what_was_done="已修好")
    body = {"code": opened["code"], "kind": "dispute", "reason": "还是困人，请再来看看"}
    assert officer.post(f"/cases/{opened['number']}/word", body).status_code == 200
    assert "还是困人，请再来看看" in look_at(estate, opened["number"]).said
    seen = look_at(supervisor, opened["number"]).said
    assert "还是困人" not in seen
    assert "王秀兰" not in seen
    assert "居民原话已密封" in seen


def test_the_way_up_the_ladder_is_drawn_and_told(number: str, estate: Visitor, officer: Caller) -> None:
    officer.decide(number, "escalate", reason="升级")
    page = look_at(estate, number).answer.text
    drawing = page.split('<svg class="climb"', 1)[1].split("</svg>", 1)[0]
    assert len(re.findall("<rect", drawing)) == 2
    assert "style=" not in page
    assert "小区 · 实时对接" in text_of(page)
    assert "社区 · 社区月度工作会议" in text_of(page)


def test_an_event_that_was_altered_shows_on_the_page(
    stack: Stack, number: str, officer: Caller, estate: Visitor
) -> None:
    officer.decide(number, "note", text="原来的备注")
    with psycopg.connect(stack.settings.owner_database()) as connection:
        connection.execute(
            "UPDATE events SET data = jsonb_set(data, '{detail,text}', '\"改过的备注\"') "
            "WHERE stream = %s AND version = 2",
            (number,),
        )
    said = look_at(estate, number).said
    assert "链断裂：自第 2 版起" in said
    assert "第 2 版与账本校验不符" in said


def test_a_closed_case_can_be_reopened_until_its_limit(number: str, officer: Caller, estate: Visitor) -> None:
    officer.decide(number, "reject", reason="不属于受理范围")
    page = look_at(estate, number)
    assert "前重启" in page.said
    assert page.offered == ["reopen"]
    assert send(estate, page, "reopen", reason="补充了材料").answer.status_code == 303
    assert officer.case(number)["stage"] == "check_in"


def test_duplicates_and_like_cases_are_linked(officer: Caller, estate: Visitor) -> None:
    first = officer.open(category="greening", title="树枝挡窗")["number"]
    second = officer.open(category="greening", title="树枝过长")["number"]
    page = look_at(estate, second)
    assert f'href="/cases/{first}"' in page.answer.text
    assert f'<option value="{first}">树枝挡窗</option>' in page.part("duplicate")
    assert send(estate, page, "duplicate", of=first).answer.status_code == 303
    assert "本件并入" in look_at(estate, second).said
    assert "并入本件的" in look_at(estate, first).said
    assert f'href="/cases/{second}"' in look_at(estate, first).answer.text


def test_the_page_shows_the_case_as_its_resident_sees_it(number: str, estate: Visitor) -> None:
    said = look_at(estate, number).said
    assert "居民所见" in said
    assert "居民可以 撤回" in said


def test_a_decision_is_offered_in_english_too(stack: Stack, number: str) -> None:
    with visiting(stack, "estate-mudan-garden") as visitor:
        visitor.cookies["hongxiu-language"] = "en"
        page = look_at(visitor, number)
        assert page.effect("escalate").startswith("To Laocheng Community · community monthly meeting (")
        assert not re.search(r"[\u4e00-\u9fff]", page.effect("plan"))


def test_what_cannot_be_decided_now_says_why_instead_of_a_form(number: str, officer: Caller, estate: Visitor) -> None:
    officer.decide(number, "contact", how="电话", outcome="已约")
    officer.decide(number, "hold", reason="等报价")
    page = look_at(estate, number)
    assert "hold" not in page.offered
    assert "本级已结转 1 次，不能再暂缓" in page.said


def test_an_answer_goes_with_any_decision_and_is_on_the_page_and_in_the_residents(
    officer: Caller, estate: Visitor, number: str
) -> None:
    page = look_at(estate, number)
    assert "阶段答复" in page.said
    assert "参考用语：您的诉求已列入牡丹花园 · 每周碰头" in page.part("contact")
    assert "参考用语：您的诉求已登记" in page.part("answer")
    said = "已约维保单位周三上门，周四告诉您结果"
    send(estate, page, "contact", how="电话", outcome="已约时间", answer=said)
    after = look_at(estate, number)
    assert said in after.said
    assert "已答复（期限" in after.said
    told = officer.case(number)["answer"]
    assert (told["text"], told["missed"]) == (said, False)


def test_owners_jointly_are_offered_their_word_of_acceptance(officer: Caller, estate: Visitor) -> None:
    number = str(officer.open(joint_names=12)["number"])
    page = look_at(estate, number)
    assert "12 名业主" in page.said
    assert "告知受理" in page.said
    assert "accept" in page.offered
    send(estate, page, "accept", text="予以受理，由小区联系点承办")
    assert "accept" not in look_at(estate, number).offered
