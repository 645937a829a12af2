"""Visitors over HTTP for each role, and a browser.

A browser's module holds only plain functions: while Playwright runs, no other event loop can
(`tests.support.accounts.apart`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import sync_playwright

from tests.support.browser import Browsing, launch
from tests.support.console import Visitor, visiting
from tests.support.stack import Caller, Stack


def _visitor(username: str | None) -> Callable[[Stack], Iterator[Visitor]]:
    def fixture(stack: Stack) -> Iterator[Visitor]:
        with visiting(stack, username) as visitor:
            yield visitor

    return fixture


estate = pytest.fixture(_visitor("estate-mudan-garden"), name="estate")
other_estate = pytest.fixture(_visitor("estate-gulou-yuan"), name="other_estate")
community = pytest.fixture(_visitor("community-laocheng"), name="community")
alliance = pytest.fixture(_visitor("alliance"), name="alliance")
department = pytest.fixture(_visitor("dept-urban"), name="department")
supervisor = pytest.fixture(_visitor("supervisor"), name="supervisor")
admin = pytest.fixture(_visitor("admin"), name="admin")
nobody = pytest.fixture(_visitor(None), name="nobody")


@pytest.fixture
def officer(stack: Stack) -> Iterator[Caller]:
    """The estate's officer at the API: opens and decides what pages then show."""
    with stack.calling("estate-mudan-garden") as caller:
        yield caller


@pytest.fixture(scope="module")
def browsing(stack: Stack) -> Iterator[Browsing]:
    """A browser, for a module of tests."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield Browsing(browser, stack)
        browser.close()
