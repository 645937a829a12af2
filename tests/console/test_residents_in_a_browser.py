"""The residents' pages on a telephone, the counter by keyboard alone: in a real browser."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import OFFICE, PHONE, Browsing, Look, each_look
from tests.support.pictures import picture, with_position
from tests.support.stack import Caller

pytestmark = pytest.mark.long

TELEPHONES = (f"139054{number:05}" for number in count(1))


@pytest.fixture
def photographs(tmp_path: Path) -> list[Path]:
    """Two files as a telephone has them."""
    files = [tmp_path / "IMG_0001.jpg", tmp_path / "IMG_0002.png"]
    files[0].write_bytes(with_position(6))
    files[1].write_bytes(picture("PNG", (3000, 1000), colour=(20, 120, 60)))
    return files


def raises(look: Look, photographs: list[Path] | None = None, estate: str = "mudan-garden") -> Page:
    """Raises an issue in as few steps as there are: estate, category, words, telephone, agree, send."""
    page = look.go("/r")
    page.locator("a[href='/r/new']").click()
    page.locator("[name=estate]").select_option(estate)
    page.locator("label:has([name=category][value=lift])").click()
    page.locator("[name=description]").fill("七号楼电梯昨晚把我母亲关了二十分钟")
    if photographs:
        page.locator("[name=photo]").set_input_files(photographs)
        expect(page.locator("[data-previews] img")).to_have_count(len(photographs))
    page.locator("[name=phone]").fill(next(TELEPHONES))
    page.locator("[name=consent]").check()
    page.locator("main form button:not([type=button])").click()
    page.wait_for_url("**/receipt")
    return page


@each_look
def test_every_page_is_sound(
    browsing: Browsing, officer: Caller, photographs: list[Path], size: tuple[int, int], language: str
) -> None:
    name = f"{size[0]}-{language}"
    with browsing.look(size=size, language=language) as look:
        for path, what in (("/r", "start"), ("/r/new", "new")):
            look.go(path)
            look.picture(f"r-{what}-{name}")
            look.must_be_sound()
        page = raises(look, photographs)
        look.picture(f"r-receipt-{name}")
        look.must_be_sound()
        number = page.url.split("/")[-2]
        officer.decide(number, "contact", how="电话", outcome="已约定现场查看")
        officer.decide(number, "escalate", reason="需要社区协调")
        look.go(f"/r/{number}")
        look.picture(f"r-case-{name}")
        look.must_be_sound()


@pytest.mark.parametrize("size", [PHONE, OFFICE], ids=["phone", "office"])
def test_the_answer_and_how_it_ended_are_sound(browsing: Browsing, officer: Caller, size: tuple[int, int]) -> None:
    with browsing.look(size=size) as look:
        number = raises(look).url.split("/")[-2]
        officer.decide(number, "resolve", what_was_done="更换门机，三天内每天试运行，未再停梯")
        page = look.go(f"/r/{number}")
        look.picture(f"r-answer-{size[0]}")
        look.must_be_sound()
        page.locator("[name=reason]").first.fill("当晚又停了")
        page.get_by_role("button", name="要求重办").click()
        expect(page.get_by_role("status").first).to_have_text("已记下，将重办。")
        officer.decide(number, "resolve", what_was_done="更换曳引机")
        look.go(f"/r/{number}")
        page.locator("label:has([name=stars][value='5'])").click()
        page.get_by_role("button", name="确认解决").click()
        expect(page.locator(".outcome")).to_contain_text("已解决")
        look.picture(f"r-ended-{size[0]}")
        look.must_be_sound()


def test_photographs_are_shown_before_they_are_sent_and_made_smaller(
    browsing: Browsing, photographs: list[Path]
) -> None:
    with browsing.look(size=PHONE) as look:
        page = look.go("/r/new")
        page.locator("[name=photo]").set_input_files(photographs)
        expect(page.locator("[data-previews] img")).to_have_count(2)
        sizes = page.evaluate("[...document.querySelector('[name=photo]').files].map((file) => file.size)")
        assert sizes[0] <= photographs[0].stat().st_size
        assert look.complaints == []


def test_the_qr_codes_address_opens_the_case_and_keeps_the_code_to_itself(browsing: Browsing, officer: Caller) -> None:
    opened = officer.open()
    asked: list[str] = []
    with browsing.look(size=PHONE) as look:
        look.page.on("request", lambda request: asked.append(request.url))
        look.page.goto(f"{look.base}/r#{opened['number']}.{opened['code']}")
        look.page.wait_for_url(f"**/r/{opened['number']}")
        expect(look.page.locator(".next__what")).to_have_text("小区联系点会与您联系")
        assert not [url for url in asked if opened["code"] in url.partition("#")[0]]
        look.page.go_back()
        assert opened["code"] not in look.page.url


def test_everything_works_without_script(browsing: Browsing, officer: Caller, photographs: list[Path]) -> None:
    with browsing.look(size=PHONE, java_script_enabled=False) as look:
        page = look.go("/r/new")
        page.locator("[name=estate]").select_option("mudan-garden")
        page.locator("label:has([name=category][value=noise])").click()
        page.locator("[name=description]").fill("楼下广场舞到夜里十一点")
        page.locator("[name=photo]").set_input_files(photographs)
        page.locator("label:has([name=anonymous][value=true])").click()
        expect(page.locator("[name=phone]")).to_be_hidden()
        page.locator("[name=consent]").check()
        page.get_by_role("button", name="提交").click()
        number, code = (page.locator(f".slip__{what}").inner_text() for what in ("number", "code"))
        page.get_by_role("link", name="查看进展").click()
        expect(page.locator(".photos img")).to_have_count(2)
        page.get_by_role("button", name="退出查看").click()
        page.locator("[name=number]").fill(number)
        page.locator("[name=code]").fill(code)
        page.get_by_role("button", name="查看").click()
        page.get_by_text("不用办了？").click()
        page.locator("[name=sure]").check()
        page.get_by_role("button", name="撤回诉求").click()
        expect(page.locator(".outcome")).to_contain_text("已撤回")
    assert officer.case(number)["closed_as"] == "withdrawn"


@each_look
def test_the_counter_is_sound(browsing: Browsing, size: tuple[int, int], language: str) -> None:
    with browsing.look("alliance", size=size, language=language) as look:
        page = look.go("/counter")
        page.locator("details.emergency summary").click()
        look.picture(f"counter-{size[0]}-{language}")
        look.must_be_sound()


def test_an_officer_takes_an_issue_down_with_the_keyboard_alone(browsing: Browsing) -> None:
    with browsing.look("estate-mudan-garden") as look:
        page = look.go("/counter")
        page.locator("[name='location.address']").focus()
        page.keyboard.type("3号楼")
        _tab_to(page, "category")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        _tab_to(page, "title")
        page.keyboard.type("3号楼电梯异响")
        _tab_to(page, "description")
        page.keyboard.type("夜里响个不停")
        _tab_to(page, "reporter.name")
        page.keyboard.type("王秀兰")
        _tab_to(page, "reporter.phone")
        page.keyboard.type("13805301234")
        _tab_to(page, "consent")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.wait_for_url("**/slip")
        expect(page.locator(".slip__code")).to_have_text("".join(page.locator(".slip__code").inner_text().split()))
        look.picture("slip-1366")
        look.must_be_sound()
        page.emulate_media(media="print")
        look.picture("slip-print")


def _tab_to(page: Page, name: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"the keyboard does not reach {name}")
