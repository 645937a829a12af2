"""The console in a real browser: signing in, the language, the keyboard, clocks that count, news that comes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from store.accounts import Post
from tests.support.accounts import added
from tests.support.browser import Browsing, each_look, sign_in
from tests.support.console import visiting
from tests.support.stack import Caller, Stack


@pytest.mark.long
@each_look
def test_every_page_is_sound_at_the_desk_and_on_a_phone(
    browsing: Browsing, officer: Caller, size: tuple[int, int], language: str
) -> None:
    number = officer.open()["number"]
    officer.decide(number, "escalate", reason="需要社区协调")
    name = f"{size[0]}-{language}"
    with browsing.look(size=size, language=language) as look:
        look.go("/sign-in")
        look.picture(f"sign-in-{name}")
        look.must_be_sound()
    with browsing.look("estate-mudan-garden", size=size, language=language) as look:
        for path, what in (("/", "work"), (f"/cases/{number}", "case"), ("/gallery", "gallery")):
            look.go(path)
            look.picture(f"{what}-{name}")
            look.must_be_sound()
        look.page.goto(f"{look.base}/nothing-here")
        look.picture(f"problem-{name}")
    with browsing.look("supervisor", size=size, language=language) as look:
        for path, what in (("/account", "account"), ("/audit", "audit"), ("/audit?account=none", "audit-empty")):
            look.go(path)
            look.picture(f"{what}-{name}")
            look.must_be_sound()


def test_somebody_signs_in_and_out_with_the_keyboard_alone(browsing: Browsing) -> None:
    with browsing.look() as look:
        page = look.go("/")
        assert page.url.endswith("/sign-in")
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_class("skip")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("supervisor")
        page.keyboard.press("Tab")
        page.keyboard.type("nancheng")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("我的工作")
        page.locator("details.menu summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        expect(page.locator("details.menu[open]")).to_have_count(0)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="退出登录").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("您已退出登录。")
        assert look.complaints == []


@pytest.mark.long
def test_a_browser_keeps_the_cookie_from_scripts(browsing: Browsing) -> None:
    with browsing.look() as look:
        sign_in(look, "supervisor")
        cookies = {cookie["name"]: cookie for cookie in look.page.context.cookies()}
        kept = cookies["__Host-hongxiu"]
        assert kept["httpOnly"]
        assert kept["secure"]
        assert (kept["sameSite"], kept["path"]) == ("Lax", "/")
        assert "__Host-hongxiu" not in str(look.page.evaluate("document.cookie"))


def test_a_wrong_password_is_told_on_the_form(browsing: Browsing) -> None:
    with browsing.look() as look:
        page = look.go("/sign-in")
        page.get_by_label("账号").fill("supervisor")
        page.get_by_label("密码").fill("wrong")
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("alert")).to_contain_text("账号或密码不对")
        expect(page.get_by_label("账号")).to_have_value("supervisor")
        expect(page.get_by_label("密码")).to_have_value("")


@pytest.mark.long
def test_the_language_is_switched_where_one_is(browsing: Browsing, officer: Caller) -> None:
    number = officer.open()["number"]
    with browsing.look("estate-mudan-garden") as look:
        page = look.go(f"/cases/{number}")
        page.get_by_role("button", name="EN").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        assert page.url.endswith(f"/cases/{number}")
        expect(page.get_by_role("heading", name="Story")).to_be_visible()


@pytest.mark.long
def test_the_page_says_when_its_case_has_moved_on(browsing: Browsing, officer: Caller) -> None:
    number = officer.open()["number"]
    with browsing.look("estate-mudan-garden") as look:
        with look.page.expect_response("**/api/v1/stream"):
            page = look.go(f"/cases/{number}")
        officer.decide(number, "contact", how="电话", outcome="已约定现场查看")
        expect(page.locator(".news")).to_be_visible(timeout=30_000)
        page.locator(".news button").click()
        expect(page.locator(".timeline")).to_contain_text("已联系居民")


HIDDEN = "Object.defineProperty(document, 'hidden', { configurable: true, get: () => %s })"
CHANGED = "document.dispatchEvent(new Event('visibilitychange'))"


def test_what_happens_while_a_tab_is_hidden_is_told_when_it_is_shown_again(browsing: Browsing, officer: Caller) -> None:
    number = officer.open()["number"]
    with browsing.look("estate-mudan-garden") as look:
        with look.page.expect_response("**/api/v1/stream"):
            page = look.go(f"/cases/{number}")
        page.evaluate(f"{HIDDEN % 'true'}; {CHANGED}")  # before it has heard anything
        officer.decide(number, "contact", how="电话", outcome="已约定现场查看")
        page.evaluate(f"{HIDDEN % 'false'}; {CHANGED}")
        expect(page.locator(".news")).to_be_visible(timeout=30_000)


@pytest.mark.long
def test_what_happens_while_a_tab_waits_behind_another_is_told_when_it_is_shown(
    browsing: Browsing, officer: Caller
) -> None:
    number = officer.open()["number"]
    with browsing.look("estate-mudan-garden") as look:
        look.page.add_init_script(HIDDEN % "true")
        with look.page.expect_response("**/api/v1/stream"):
            page = look.go(f"/cases/{number}")
        officer.decide(number, "contact", how="电话", outcome="已约定现场查看")
        page.evaluate(f"{HIDDEN % 'false'}; {CHANGED}")
        expect(page.locator(".news")).to_be_visible(timeout=30_000)


@pytest.mark.long
def test_one_who_holds_two_posts_switches_in_the_header(browsing: Browsing, stack: Stack) -> None:
    name = added(stack, Post("officer", "laocheng"), Post("officer", "mudan-garden"))
    with browsing.look() as look:
        sign_in(look, name)
        page = look.page
        expect(page.locator(".menu__post")).to_have_text("老城社区 · 经办人")
        page.locator("details.menu summary").click()
        look.picture("menu-1366-zh-CN")
        page.get_by_role("button", name="牡丹花园 · 经办人").click()
        expect(page.locator(".menu__post")).to_have_text("牡丹花园 · 经办人")
        expect(page.get_by_role("status")).to_have_text("已切换岗位。")
        assert look.complaints == []


@pytest.mark.long
def test_the_other_sessions_are_ended_after_asking(browsing: Browsing, stack: Stack) -> None:
    name = added(stack, Post("supervisor", None))
    with visiting(stack, name) as elsewhere, browsing.look() as look:
        sign_in(look, name)
        page = look.go("/account")
        expect(page.locator("tbody tr")).to_have_count(2)
        page.once("dialog", lambda asked: asked.dismiss())
        page.get_by_role("button", name="退出其他所有设备").click()
        assert elsewhere.is_signed_in
        page.once("dialog", lambda asked: asked.accept())
        page.get_by_role("button", name="退出其他所有设备").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        assert not elsewhere.is_signed_in


@pytest.mark.long
def test_pages_work_without_script(browsing: Browsing, officer: Caller) -> None:
    number = officer.open()["number"]
    with browsing.look(java_script_enabled=False) as look:
        sign_in(look, "estate-mudan-garden")
        page = look.go(f"/cases/{number}")
        expect(page.locator(".clock").first).to_contain_text("剩")
        page.locator("details.menu summary").click()
        page.get_by_role("button", name="退出登录").click()
        expect(page.get_by_role("status")).to_have_text("您已退出登录。")


@pytest.mark.long
def test_what_is_left_is_counted_by_the_clock_of_the_town_and_not_by_the_devices(
    browsing: Browsing, officer: Caller
) -> None:
    number = officer.open()["number"]
    with browsing.look("estate-mudan-garden") as look:
        page = look.go(f"/cases/{number}")
        shown = page.locator("time[data-until] span").first
        page.wait_for_function("() => window.hongxiuNow")
        expect(shown).to_have_text(re.compile(r"^剩 (\d+ 小时|1 小时 \d+ 分钟|\d+ 分钟)"))
        assert abs(page.evaluate("window.hongxiuNow()") / 1000 - officer.now().timestamp()) < 60
