"""A real browser on the stack's pages: who looks, what its console complains of, what is not accessible."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.support.meetings import Meeting
from tests.support.stack import Stack

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OFFICE, PHONE = (1366, 768), (390, 844)
each_look = pytest.mark.parametrize(
    ("language", "size"),
    [
        pytest.param("zh-CN", OFFICE, id="zh-CN-office"),
        *(
            pytest.param(language, size, id=f"{language}-{name}", marks=pytest.mark.long)
            for language, size, name in (("zh-CN", PHONE, "phone"), ("en", OFFICE, "office"), ("en", PHONE, "phone"))
        ),
    ],
)
"""Each language at each size; all but the first are left to ``make test-long``."""
PASSWORD = "nancheng"
_PICTURES = os.environ.get("HONGXIU_PICTURES")
"""Where `Look.picture` puts its pictures; without it, it makes none."""


def launch(playwright: Playwright) -> Browser:
    """Chromium, as the system has it."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found is not None, "No Chromium is installed."
    return playwright.chromium.launch(executable_path=found, args=FLAGS)


@dataclass
class Look:
    """One window of a browser. `complaints`: what its console said as a warning or an error."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Opens a page of ours that there is."""
        answer = self.page.goto(f"{self.base}{path}")
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status}"
        return self.page

    def picture(self, name: str) -> None:
        """A picture of the whole page, where HONGXIU_PICTURES says where to."""
        if _PICTURES:
            Path(_PICTURES).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(_PICTURES) / f"{name}.png", full_page=True)

    def must_be_sound(self) -> None:
        """Nothing that axe-core finds wrong, nothing wider than the window, no complaint in the console."""
        found = Axe().run(self.page).response["violations"]
        faults = [f"{one['id']}: {node['html'][:200]} ({_why(node)})" for one in found for node in one["nodes"]]
        assert not faults, "\n".join(faults)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{wide} px wider than the window"
        assert not self.complaints, "\n".join(self.complaints)


def _why(node: Any) -> str:
    return "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])


class Browsing:
    """Opens windows; `signed_in` remembers who has signed in, so that each signs in once."""

    def __init__(self, browser: Browser, stack: Stack) -> None:
        self._browser = browser
        self.stack = stack
        self._signed_in: dict[str, Any] = {}

    @contextmanager
    def look(
        self, username: str | None = None, *, size: tuple[int, int] = OFFICE, language: str = "zh-CN", **options: Any
    ) -> Iterator[Look]:
        """A window of somebody who is signed in, or of nobody."""
        state = self._state(username) if username else None
        context = self._context(size, language, storage_state=state, **options)
        try:
            yield self._window(context)
        finally:
            context.close()

    def _context(self, size: tuple[int, int], language: str, **options: Any) -> BrowserContext:
        viewport: Any = {"width": size[0], "height": size[1]}
        context = self._browser.new_context(viewport=viewport, timezone_id="Asia/Shanghai", **options)
        context.add_cookies([{"name": "hongxiu-language", "value": language, "url": self.stack.base}])
        return context

    def _window(self, context: BrowserContext) -> Look:
        page = context.new_page()
        look = Look(page, self.stack.base)
        page.on("console", lambda said: look.complaints.append(said.text) if said.type in _BAD else None)
        page.on("pageerror", lambda error: look.complaints.append(str(error)))
        return look

    def _state(self, username: str) -> Any:
        if username not in self._signed_in:
            context = self._context(OFFICE, "zh-CN")
            look = self._window(context)
            sign_in(look, username)
            self._signed_in[username] = context.storage_state()
            context.close()
        return self._signed_in[username]


_BAD = ("warning", "error")


def sign_in(look: Look, username: str, password: str = PASSWORD) -> None:
    """Signs in by the form."""
    look.go("/sign-in")
    look.page.locator("[name=username]").fill(username)
    look.page.locator("[name=password]").fill(password)
    look.page.locator("main button").click()
    look.page.wait_for_url(re.compile(r"/(?!sign-in)[^/]*$"))


def to_the_session(look: Look, meeting: Meeting) -> None:
    """By the button of the rehearsal, on the sitting's page."""
    page = look.go(f"/sittings/{meeting.id}")
    for _ in range(4):
        if meeting.read()["status"] == "in_session":
            return
        page.get_by_role("button", name="推进到下一步").click()
        expect(page.get_by_role("status")).to_contain_text("演练时钟已推进")
    assert meeting.read()["status"] == "in_session"
