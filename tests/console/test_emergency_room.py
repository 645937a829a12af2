"""The emergency room in seven browser sessions at once: each sees what the others do, live."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from tests.api.test_emergencies import SEVEN, declared, shown
from tests.support.browser import PHONE, Browsing, each_look, sign_in
from tests.support.stack import Caller, Stack

pytestmark = pytest.mark.long

PATIENCE = 30_000  # milliseconds


@pytest.fixture(scope="module")
def chief(stack: Stack) -> Iterator[Caller]:
    """The alliance's officer at the API."""
    with stack.calling("alliance") as caller:
        yield caller


def test_seven_departments_sign_at_once_and_see_each_other(browsing: Browsing, chief: Caller) -> None:
    number = chief.open()["number"]
    with browsing.look("alliance") as command:
        page = command.go(f"/cases/{number}/emergency?playbook=property_withdrawal")
        command.picture("declare")
        command.must_be_sound()
        page.get_by_role("button", name="立即启动联动处置").click()
        page.wait_for_url(f"**/emergencies/{number}-E1")
        emergency = f"{number}-E1"
        to_sign = {branch["department"]: branch["open"] for branch in shown(chief, emergency)["branches"]}
        assert all(to_sign[code] for code in SEVEN)
        with ExitStack() as opened:
            looks = {code: opened.enter_context(browsing.look(f"dept-{code}")) for code in SEVEN}
            for look in looks.values():
                with look.page.expect_response("**/api/v1/stream"):
                    look.go(f"/emergencies/{emergency}")
            for code, look in looks.items():
                look.page.locator(".tactions__sign").first.click()
                expect(look.page.get_by_role("status").first).to_contain_text("已签收")
                expect(look.page.locator(f'[data-branch="{code}"]')).to_contain_text("办理中")
            for look in (*looks.values(), command):
                for code in SEVEN:
                    branch = look.page.locator(f'[data-branch="{code}"] .bnumbers')
                    expect(branch).to_contain_text("1 办理中", timeout=PATIENCE)
                look.must_be_sound()
            looks["urban"].picture("room-department")
        command.picture("room-alliance")


@each_look
def test_pages_of_emergencies_are_sound_at_the_desk_and_on_a_phone(
    browsing: Browsing, chief: Caller, size: tuple[int, int], language: str
) -> None:
    _, emergency = declared(chief, "fire")
    start, name = f"/emergencies/{emergency}", f"{size[0]}-{language}"
    pages = {
        "alliance": {"list": "/emergencies", "room": start, "stand-down": f"{start}/stand-down"},
        "dept-fire": {"department": start, "task": f"{start}/tasks/scene_command?report=object"},
    }
    for who, paths in pages.items():
        with browsing.look(who, size=size, language=language) as look:
            for what, path in paths.items():
                look.go(path)
                look.picture(f"emergency-{what}-{name}")
                look.must_be_sound()


def test_on_a_phone_a_departments_own_tasks_come_first_with_one_big_button(browsing: Browsing, chief: Caller) -> None:
    _, emergency = declared(chief)
    with browsing.look("dept-urban", size=PHONE) as look:
        page = look.go(f"/emergencies/{emergency}")
        button = page.locator(".tactions__sign").first
        box, columns = button.bounding_box(), page.locator(".branches").bounding_box()
        assert box is not None
        assert columns is not None
        assert box["y"] < columns["y"]
        assert box["height"] >= 56
        button.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("已签收")


def test_what_is_being_written_is_not_lost_when_somebody_acts(browsing: Browsing, chief: Caller) -> None:
    _, emergency = declared(chief)
    with browsing.look("alliance") as look:
        with look.page.expect_response("**/api/v1/stream"):
            page = look.go(f"/emergencies/{emergency}")
        page.get_by_label("第 1 期情况报告").fill("门岗已有人值守，电梯停运")
        chief.post(f"/emergencies/{emergency}/tasks/verify/reports", {"kind": "sign"})
        expect(page.locator(".news")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_label("第 1 期情况报告")).to_have_value("门岗已有人值守，电梯停运")
        assert look.complaints == []


def test_the_room_works_without_script(browsing: Browsing, chief: Caller) -> None:
    _, emergency = declared(chief)
    with browsing.look(java_script_enabled=False) as look:
        sign_in(look, "dept-urban")
        page = look.go(f"/emergencies/{emergency}")
        expect(page.locator(".clock").first).to_contain_text("剩")
        page.locator(".tactions__sign").first.click()
        expect(page.get_by_role("status").first).to_contain_text("已签收")
