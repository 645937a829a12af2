"""The overview in a real browser: sound at the desk and on a phone, by keyboard, and on two sheets of paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import Browsing, each_look
from tests.support.stack import Caller, Stack

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def stack(town: Stack) -> Stack:
    """The module's own, since it moves the time."""
    return town


@pytest.fixture(scope="module", autouse=True)
def lived(stack: Stack) -> Iterator[Caller]:
    """Something to show: cases settled, disputed, late, climbed, and an emergency."""
    with stack.calling("alliance") as alliance, stack.calling() as resident:
        for estate in ("mudan-garden", "gulou-yuan", "guangfu-huating"):
            for stars in (5, 2):
                opened = alliance.open(estate=estate, category="noise")
                alliance.decide(opened["number"], "resolve", what_was_done="已处理")
                word = {"code": opened["code"], "kind": "confirm", "stars": stars}
                assert resident.post(f"/cases/{opened['number']}/word", word).status_code == 200
            late = alliance.open(estate=estate)["number"]
            alliance.pass_time(late, days=2)
            alliance.decide(alliance.open(estate=estate)["number"], "escalate", reason="需要社区协调")
        fire = alliance.open(estate="guangfu-huating", category="fire-safety")["number"]
        alliance.decide(fire, "emergency", playbook="fire")
        yield alliance


@each_look
def test_the_overview_is_sound_at_the_desk_and_on_a_phone(
    browsing: Browsing, size: tuple[int, int], language: str
) -> None:
    with browsing.look("supervisor", size=size, language=language) as look:
        for path, what in (
            ("/overview", "overview"),
            ("/overview?period=year&by=estate&sort=response&order=up", "overview-year"),
            ("/overview?from=2020-01-01&to=2020-02-01", "overview-empty"),
            ("/overview/cases?figure=carried_over", "overview-none"),
            ("/overview/cases?figure=late", "overview-cases"),
        ):
            look.go(path)
            look.picture(f"{what}-{size[0]}-{language}")
            look.must_be_sound()
    with browsing.look("supervisor", size=size, language=language) as look:
        look.page.goto(f"{look.base}/overview?from=2026-02-01&to=2026-01-01")
        look.picture(f"overview-wrong-{size[0]}-{language}")
        look.complaints.clear()  # the browser complains of the status itself
        look.must_be_sound()


def test_a_definition_opens_by_the_keyboard_and_nothing_hides_it(browsing: Browsing) -> None:
    with browsing.look("supervisor") as look:
        page = look.go("/overview")
        summary = page.locator("#rate-solution .define summary")
        summary.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#rate-solution .define p")).to_be_visible()
        look.must_be_sound()


def test_somebody_goes_from_a_figure_to_its_cases_and_to_one_of_them(browsing: Browsing) -> None:
    with browsing.look("supervisor") as look:
        page = look.go("/overview?period=month")
        number = page.locator("#count-late .tile__value").inner_text()
        page.locator("#count-late .tile__value a").click()
        expect(page.locator(".overview__found")).to_have_text(f"{number} 件")
        page.locator("tbody .case-link").first.click()
        expect(page).to_have_url(re.compile(r"/cases/NC-"))


def test_other_dates_are_asked_for_in_a_form(browsing: Browsing) -> None:
    with browsing.look("supervisor") as look:
        page = look.go("/overview")
        page.get_by_label("自", exact=True).fill("2026-01-01")
        page.get_by_label("至", exact=True).fill("2026-02-28")
        page.get_by_role("button", name="查看").click()
        expect(page.locator(".heading__lead")).to_have_text("全部单位 · 2026-01-01 至 2026-02-28")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_it_prints_on_two_sheets_with_its_charts(browsing: Browsing, tmp_path: Path, language: str) -> None:
    with browsing.look("supervisor", language=language) as look:
        page = look.go("/overview?period=quarter&by=community")
        page.emulate_media(media="print")
        for drawn in ("svg.chart", ".tile__value", ".table--figures", ".heading__lead"):
            expect(page.locator(drawn).first).to_be_visible()
        for not_printed in (".chooser", ".define", ".figures", "nav.tabs"):
            expect(page.locator(not_printed).first).to_be_hidden()
        paper = tmp_path / "overview.pdf"
        page.pdf(path=paper, prefer_css_page_size=True)
        assert 1 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", paper.read_bytes())) <= 2
