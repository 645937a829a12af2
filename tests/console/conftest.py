"""Visitors over HTTP for each role, and a browser.

A browser's module holds only plain functions: while Playwright runs, no other event loop can (see `apart`).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from playwright.sync_api import sync_playwright

from tests.support.browser import Browsing, launch
from tests.support.console import Visitor, visiting
from tests.support.stack import Caller, Stack

Result = TypeVar("Result")


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


def apart(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs something asynchronous from a test that has a browser open."""
    found: list[Result] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(work)))
    thread.start()
    thread.join()
    return found[0]
