"""Callers of each kind, at the session's stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.stack import Caller, Stack


def _caller(username: str | None, language: str | None = None) -> Callable[[Stack], Iterator[Caller]]:
    def fixture(stack: Stack) -> Iterator[Caller]:
        with stack.calling(username, language) as caller:
            yield caller

    return fixture


estate = pytest.fixture(_caller("estate-mudan-garden"), name="estate")
other_estate = pytest.fixture(_caller("estate-gulou-yuan"), name="other_estate")
community = pytest.fixture(_caller("community-laocheng"), name="community")
alliance = pytest.fixture(_caller("alliance"), name="alliance")
department = pytest.fixture(_caller("dept-urban"), name="department")
supervisor = pytest.fixture(_caller("supervisor"), name="supervisor")
admin = pytest.fixture(_caller("admin"), name="admin")
nobody = pytest.fixture(_caller(None), name="nobody")
