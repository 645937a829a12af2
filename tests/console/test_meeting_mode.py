"""A meeting held on the projector in a real browser, and its pages at the desk, on a phone, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Browsing, each_look, sign_in, to_the_session
from tests.support.meetings import Meeting, later, sitting_of, until
from tests.support.stack import Caller, Stack

pytestmark = pytest.mark.long

ESTATE, OFFICER = "mudan-garden", "estate-mudan-garden"


@pytest.fixture(scope="module")
def stack(town: Stack) -> Stack:
    """The module's own, since it moves the time."""
    return town


@pytest.fixture(scope="module")
def caller(stack: Stack) -> Iterator[Caller]:
    """The alliance's officer at the API."""
    with stack.calling("alliance") as caller:
        yield caller


@pytest.fixture(scope="module")
def session(caller: Caller) -> tuple[Meeting, list[str]]:
    """An estate's check-in whose agenda is drafted, with three cases."""
    numbers = [brought(caller, ESTATE) for _ in range(3)]
    meeting = Meeting(caller, sitting_of(caller, numbers[0]))
    meeting.pass_to("drafts_at")
    until(lambda: meeting.read()["links"]["agenda"] is not None)
    return meeting, numbers


def brought(caller: Caller, estate: str) -> str:
    """A case that waits for its estate's next check-in."""
    number: str = caller.open(estate=estate)["number"]
    caller.decide(number, "contact", how="电话", outcome="已约定")
    return number


def test_a_meeting_is_held_on_the_projector_by_keyboard_alone(
    browsing: Browsing, session: tuple[Meeting, list[str]]
) -> None:
    meeting, numbers = session
    with browsing.look(OFFICER) as look, browsing.look("supervisor") as other:
        page = look.go(f"/sittings/{meeting.id}/meeting")
        expect(page.locator(".stage__note")).to_contain_text("会议尚未开始")
        look.picture("meeting-before")
        look.must_be_sound()
        to_the_session(look, meeting)
        page = look.go(f"/sittings/{meeting.id}/meeting")
        mine = _items(page, numbers)
        # Somebody follows on another screen.
        with other.page.expect_response("**/api/v1/stream"):
            other.go(f"/sittings/{meeting.id}/meeting/{mine[0]}?follow=1")
        page.keyboard.press("End")
        page.wait_for_url("**/end")
        page.keyboard.press("Home")
        page.wait_for_url("**/previous_minutes")
        page.keyboard.press("PageDown")
        page.wait_for_url("**/NC-*")
        page.keyboard.press("ArrowLeft")
        page.wait_for_url("**/previous_minutes")

        # One is planned: chosen, checked, recorded.
        look.go(f"/sittings/{meeting.id}/meeting/{mine[0]}")
        look.picture("meeting-item")
        look.must_be_sound()
        page.keyboard.press("1")
        page.wait_for_url("**decide=plan")
        expect(page.get_by_label("牵头单位")).to_have_value("牡丹嘉园物业")
        expect(page.get_by_label("完成期限")).not_to_have_value("")
        look.picture("meeting-plan")
        look.must_be_sound()
        page.get_by_role("button", name="记录决定").press("Enter")
        page.wait_for_url(f"**after={mine[0]}")
        expect(page.locator(".before")).to_contain_text("制定方案")
        # Who follows is taken along, and sees what was decided.
        other.page.wait_for_url(f"**after={mine[0]}*", timeout=30_000)
        expect(other.page.locator(".before")).to_contain_text("制定方案")
        expect(other.page.locator(f'#strip a[href$="{mine[0]}"]')).to_have_class("strip__one strip__one--decided")
        other.must_be_sound()

        # One is settled, one is held; Escape leaves a form without recording.
        look.go(f"/sittings/{meeting.id}/meeting/{mine[1]}")
        page.keyboard.press("2")
        page.wait_for_url("**decide=resolve")
        page.keyboard.press("Escape")
        page.wait_for_url(f"**/{mine[1]}")
        page.keyboard.press("2")
        page.wait_for_url("**decide=resolve")
        page.get_by_role("button", name="记录决定").press("Enter")
        page.wait_for_url(f"**after={mine[1]}")
        look.go(f"/sittings/{meeting.id}/meeting/{mine[2]}?decide=hold")
        page.get_by_label("理由").fill("等维修资金表决结果")
        page.get_by_role("button", name="记录决定").press("Enter")
        page.wait_for_url(f"**after={mine[2]}")

        look.go(f"/sittings/{meeting.id}/meeting/end")
        look.picture("meeting-end")
        look.must_be_sound()
        page.get_by_role("button", name="推进到下一步").press("Enter")
        page.get_by_role("link", name="关闭会议").press("Enter")
        look.must_be_sound()
        page.get_by_role("button", name="关闭会议并生成纪要").press("Enter")
        page.wait_for_url("**/minutes")
        for number in numbers:
            expect(page.locator(".paper").first).to_contain_text(number)
        expect(page.locator(".paper").first).to_contain_text("制定方案")
        look.picture("minutes")
        look.must_be_sound()


def _items(page: Page, numbers: list[str]) -> list[str]:
    """The cases in the agenda's order."""
    links = [str(link.get_attribute("href")) for link in page.locator("#strip a").all()]
    listed = [link.rsplit("/", 1)[1] for link in links]
    return [number for number in listed if number in numbers]


def test_rescheduling_moves_a_cases_wait(browsing: Browsing, caller: Caller) -> None:
    number = brought(caller, "gulou-yuan")
    sitting = sitting_of(caller, number)
    before = caller.case(number)["wait"]["until"]
    with browsing.look("estate-gulou-yuan") as look:
        page = look.go(f"/sittings/{sitting}/reschedule")
        look.must_be_sound()
        day = page.get_by_label("新日期")
        moved = page.evaluate(
            "(day) => new Date(Date.parse(day) + 3 * 864e5).toISOString().slice(0, 10)", day.input_value()
        )
        day.fill(moved)
        page.get_by_label("理由").fill("会场另用")
        page.get_by_role("button", name="查看影响").click()
        expect(page.locator(".effects")).to_be_focused()
        expect(page.locator(".effects")).to_contain_text("件的等待期限随之变动")
        look.picture("reschedule")
        look.must_be_sound()
        page.get_by_role("button", name="确认改期").click()
        expect(page.get_by_role("status")).to_contain_text("会议已改至")
    until(lambda: caller.case(number)["wait"]["until"] != before)
    assert sitting_of(caller, number) == sitting


@each_look
def test_pages_of_meetings_are_sound_at_the_desk_and_on_a_phone(
    browsing: Browsing, session: tuple[Meeting, list[str]], caller: Caller, size: tuple[int, int], language: str
) -> None:
    meeting, numbers = session
    ahead = later(ESTATE, caller, 4).id
    name = f"{size[0]}-{language}"
    pages = {
        "calendar": "/meetings",
        "calendar-list": "/meetings?view=list",
        "subscribe": "/meetings/subscribe",
        "sitting": f"/sittings/{meeting.id}",
        "ahead": f"/sittings/{ahead}",
        "notices": "/notices",
        "reschedule": f"/sittings/{ahead}/reschedule",
        "cancel": f"/sittings/{ahead}/cancel",
        "other-business": f"/sittings/{ahead}/other-business",
        "cover": f"/sittings/{meeting.id}/meeting",
        "item": f"/sittings/{meeting.id}/meeting/{numbers[0]}",
        "end": f"/sittings/{meeting.id}/meeting/end",
    }
    with browsing.look(OFFICER, size=size, language=language) as look:
        for what, path in pages.items():
            look.go(path)
            look.picture(f"{what}-{name}")
            look.must_be_sound()


def test_a_page_of_a_sitting_is_drawn_anew_while_somebody_acts(browsing: Browsing, caller: Caller) -> None:
    meeting = later(ESTATE, caller, 3)
    with browsing.look(OFFICER) as look:
        with look.page.expect_response("**/api/v1/stream"):
            page = look.go(f"/sittings/{meeting.id}")
        meeting.does("other-business", {"text": "通报清雪安排"})
        expect(page.locator(".timeline")).to_contain_text("增列其他事项", timeout=30_000)
        assert look.complaints == []


def test_meeting_mode_works_without_script(browsing: Browsing, session: tuple[Meeting, list[str]]) -> None:
    meeting, numbers = session
    with browsing.look(java_script_enabled=False) as look:
        sign_in(look, OFFICER)
        page = look.go(f"/sittings/{meeting.id}/meeting/{numbers[0]}")
        expect(page.locator(".slide__time")).to_contain_text("分钟")
        page.get_by_role("link", name="下一项").click()
        assert page.url != f"{look.base}/sittings/{meeting.id}/meeting/{numbers[0]}"
        expect(page.locator("#heading")).to_be_visible()
