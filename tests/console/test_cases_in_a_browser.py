"""Cases in a real browser: two officers at one case, news that comes by itself, the keyboard alone, a phone, paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import PHONE, Browsing, Look, each_look
from tests.support.stack import Caller, Stack

pytestmark = pytest.mark.long

PATIENCE = 30_000
QUIET = "nongji-jiashu"
"""An estate of which no other module has cases: what is new there is on the first page."""


def _listening(look: Look, path: str) -> Page:
    """Opens a page and waits until it hears what happens."""
    with look.page.expect_response("**/api/v1/stream"):
        return look.go(path)


@each_look
def test_the_pages_of_cases_are_sound_at_the_desk_and_on_a_phone(
    browsing: Browsing, officer: Caller, size: tuple[int, int], language: str
) -> None:
    number = officer.open()["number"]
    officer.decide(number, "contact", how="电话", outcome="已约定现场查看")
    officer.decide(number, "hold", reason="等物业报价")
    name = f"{size[0]}-{language}"
    with browsing.look("community-laocheng", size=size, language=language) as look:
        pages = {
            "work": "/",
            "case": f"/cases/{number}",
            "case-plan": f"/cases/{number}?decide=plan",
            "list": "/cases",
            "list-narrowed": "/cases?status=all&tier=estate&q=3",
            "board": "/cases/board",
        }
        for what, path in pages.items():
            look.go(path)
            look.picture(f"cases-{what}-{name}")
            look.must_be_sound()
    for who in ("supervisor", "admin", "dept-urban"):
        with browsing.look(who, size=size, language=language) as look:
            look.go("/")
            look.picture(f"cases-work-{who}-{name}")
            look.must_be_sound()


def test_of_two_officers_who_decide_at_once_one_wins_and_the_other_is_told(browsing: Browsing, officer: Caller) -> None:
    number = officer.open()["number"]
    with (
        browsing.look("estate-mudan-garden", java_script_enabled=False) as first,
        browsing.look("community-laocheng", java_script_enabled=False) as second,
    ):
        for look in (first, second):
            look.go(f"/cases/{number}?decide=contact")
        second.page.locator("#f-contact-how").fill("上门")
        second.page.locator("#f-contact-outcome").fill("社区也已上门了解，居民愿意等待")
        first.page.locator("#f-contact-how").fill("电话")
        first.page.locator("#f-contact-outcome").fill("已电话联系")
        first.page.locator("#decide-contact .button--primary").click()
        expect(first.page.get_by_role("status")).to_contain_text("已办理“联系居民”")
        second.page.locator("#decide-contact .button--primary").click()
        told = second.page.get_by_role("alert")
        expect(told).to_contain_text("已有新进展")
        expect(second.page.locator("main")).to_contain_text("社区也已上门了解，居民愿意等待")
        expect(second.page.locator(".timeline")).to_contain_text("已电话联系")
        second.picture("cases-stale")
    assert officer.types(number) == ["case_opened", "resident_contacted"]


def test_a_stale_form_is_sent_again_once_the_news_is_read(browsing: Browsing, officer: Caller) -> None:
    number = officer.open()["number"]
    with browsing.look("community-laocheng") as look:
        page = _listening(look, f"/cases/{number}?decide=escalate")
        page.locator("#f-escalate-reason").fill("需要社区协调维修资金")
        officer.decide(number, "note", text="业委会已同意")
        expect(page.locator(".news")).to_contain_text("您正在填写的内容还在", timeout=PATIENCE)
        expect(page.locator("#part-story")).to_contain_text("业委会已同意")
        expect(page.locator("#f-escalate-reason")).to_have_value("需要社区协调维修资金")
        page.locator("#decide-escalate .button--primary").click()
        expect(page.locator("#decide-escalate .missed")).to_contain_text("加备注")
        expect(page.locator("#f-escalate-reason")).to_have_value("需要社区协调维修资金")
        look.complaints.clear()  # the browser tells of the 412 itself
        page.locator("#decide-escalate .button--primary").click()
        expect(page.get_by_role("status")).to_contain_text("已办理“升级”")
    assert officer.case(number)["stage"] == "community"


def test_a_form_that_came_back_follows_the_news_and_is_not_sent_by_itself(browsing: Browsing, officer: Caller) -> None:
    number = officer.open()["number"]
    with browsing.look("estate-mudan-garden") as look:
        page = _listening(look, f"/cases/{number}?decide=note")
        page.locator("#f-note-text").fill("已看现场")
        officer.decide(number, "note", text="第一次新进展")
        expect(page.locator(".news")).to_be_visible(timeout=PATIENCE)
        with page.expect_response("**/api/v1/stream"):
            page.locator("#decide-note .button--primary").click()
        expect(page.locator("#decide-note .missed")).to_contain_text("加备注")
        officer.decide(number, "note", text="第二次新进展")
        expect(page.locator("#part-story")).to_contain_text("第二次新进展", timeout=PATIENCE)
        expect(page.locator("#f-note-text")).to_have_value("已看现场")
    assert officer.case(number)["version"] == 3


def test_a_page_follows_what_others_decide_where_nobody_is_writing(browsing: Browsing, officer: Caller) -> None:
    number = officer.open()["number"]
    with browsing.look("estate-mudan-garden") as look:
        page = _listening(look, f"/cases/{number}")
        expect(page.locator("#decide-reject")).to_have_count(1)
        officer.decide(number, "contact", how="电话", outcome="已约定现场查看")
        expect(page.locator(".news")).to_contain_text("刚有新进展：已联系居民", timeout=PATIENCE)
        expect(page.locator("#part-head")).to_contain_text("每周碰头")
        expect(page.locator("#decide-reject")).to_have_count(0)
        page.locator(".news button").click()
        expect(page.locator(".news")).to_have_count(0)
        officer.decide(number, "note", text="第二次新进展")
        expect(page.locator("#part-story")).to_contain_text("第二次新进展", timeout=PATIENCE)
        assert look.complaints == []


@pytest.mark.parametrize("path", ["/cases", "/cases/board", "/"])
def test_lists_and_the_board_show_a_new_case_by_themselves(browsing: Browsing, stack: Stack, path: str) -> None:
    with browsing.look(f"estate-{QUIET}") as look, stack.calling(f"estate-{QUIET}") as officer:
        page = _listening(look, path)
        title = f"路灯不亮 {path}"
        number = officer.open(estate=QUIET, title=title)["number"]
        expect(page.locator(f'[data-number="{number}"]')).to_contain_text(title, timeout=PATIENCE)
        officer.decide(number, "reject", reason="不属于受理范围")
        expect(page.locator(f'[data-number="{number}"]')).to_have_count(0, timeout=PATIENCE)


def test_the_effect_is_told_anew_as_a_date_is_typed(browsing: Browsing, officer: Caller) -> None:
    number = officer.open()["number"]
    with browsing.look("estate-mudan-garden") as look:
        page = look.go(f"/cases/{number}?decide=plan")
        words = page.locator("#decide-plan [data-effect-words]")
        expect(words).to_contain_text("由所选单位办理")
        page.locator("#f-plan-lead").select_option("fire")
        expect(words).to_contain_text("由消防办理")
        expect(page.locator("#decide-plan [data-suggested]")).to_contain_text("您的诉求由消防办理")
        page.locator("#f-plan-due_date").fill("2020-01-01")
        expect(words).to_contain_text("日期太早")
        look.must_be_sound()


def test_a_decision_is_taken_with_the_keyboard_alone(browsing: Browsing, officer: Caller) -> None:
    number = officer.open()["number"]
    with browsing.look("estate-mudan-garden") as look:
        page = look.go(f"/cases/{number}")
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.closest('#decide-contact') !== null"):
                break
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.locator("#f-contact-how")).to_be_focused()
        page.keyboard.type("电话")
        page.keyboard.press("Tab")
        page.keyboard.type("已联系，约周三看现场")
        page.keyboard.press("Tab")
        answer = page.locator("#f-contact-answer")
        expect(answer).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(answer).to_have_value(re.compile("^您的诉求已列入牡丹花园 · 每周碰头"))
        expect(page.locator("#decide-contact [data-effect-words]")).to_contain_text("居民会看到这次阶段答复")
        expect(answer).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("已办理“联系居民”")
        assert look.complaints == []


def test_keys_are_explained_and_can_be_switched_off(browsing: Browsing, officer: Caller) -> None:
    officer.open()
    with browsing.look("estate-mudan-garden") as look:
        page = look.go("/cases")
        page.keyboard.press("j")
        expect(page.locator("[data-number] .case-link").first).to_be_focused()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_contain_text("看板")
        look.must_be_sound()
        page.get_by_label("在本机使用快捷键").uncheck()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("g")
        page.keyboard.press("b")
        page.keyboard.press("?")
        expect(page).to_have_url(re.compile(r"/cases$"))
        page.get_by_label("在本机使用快捷键").check()
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.press("b")
        expect(page).to_have_url(re.compile(r"/cases/board$"))


def test_a_filter_is_chosen_kept_as_a_view_and_found_again(browsing: Browsing, officer: Caller) -> None:
    number = officer.open(category="heating", title="暖气不热")["number"]
    with browsing.look("estate-mudan-garden") as look:
        page = look.go("/cases")
        page.locator("#fl-category").select_option("heating")
        page.get_by_role("button", name="筛选").click()
        expect(page.locator(f'[data-number="{number}"]')).to_be_visible()
        page.get_by_text("存为视图").click()
        page.locator("#view-name").fill("供暖")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("status")).to_contain_text("已保存视图“供暖”")
        look.go("/cases")
        page.get_by_role("link", name="供暖", exact=True).click()
        expect(page).to_have_url(re.compile("category=heating"))
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="删除视图“供暖”").click()
        expect(page.get_by_role("link", name="供暖", exact=True)).to_have_count(0)


def test_the_board_is_a_list_on_a_phone(browsing: Browsing, officer: Caller) -> None:
    officer.open()
    with browsing.look("estate-mudan-garden", size=PHONE) as look:
        page = look.go("/cases/board")
        first = page.locator("#column-contact").bounding_box()
        second = page.locator("#column-community").bounding_box()
        assert first is not None
        assert second is not None
        assert abs(first["x"] - second["x"]) < 2
        assert second["y"] > first["y"]


def test_a_case_is_printed_on_one_or_two_pages_without_its_forms(browsing: Browsing, officer: Caller) -> None:
    number = officer.open()["number"]
    for n in range(6):
        officer.decide(number, "note", text=f"第 {n + 1} 次现场查看，已拍照留存")
    with browsing.look("estate-mudan-garden") as look:
        page = look.go(f"/cases/{number}")
        page.emulate_media(media="print")
        expect(page.locator("#part-decide")).to_be_hidden()
        expect(page.locator("#part-story")).to_be_visible()
        pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
        assert 1 <= pages <= 2


def test_cases_are_decided_and_filtered_without_script(stack: Stack, browsing: Browsing, officer: Caller) -> None:
    number = officer.open()["number"]
    with browsing.look("estate-mudan-garden", java_script_enabled=False) as look:
        page = look.go(f"/cases/{number}")
        page.locator("#decide-note summary").click()
        page.locator("#f-note-text").fill("没有脚本也能办理")
        page.locator("#decide-note .button--primary").click()
        expect(page.get_by_role("status")).to_contain_text("已办理“备注”")
        look.go("/cases")
        page.locator("#q").fill(number)
        page.get_by_role("button", name="筛选").click()
        expect(page.locator("tr[data-number]")).to_have_count(1)
