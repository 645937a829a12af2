"""One stack for all tests of the interface in a session, and callers of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from stack.temporal import TemporalServer
from tests.support.stack import Caller, Stack, running_stack

if TYPE_CHECKING:
    from tests.conftest import Database


@pytest.fixture(scope="session")
def stack(
    new_database: Callable[[], Database], temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A worker and an API in processes of their own, in rehearsal, with the sample organisation."""
    database = new_database()
    folder = tmp_path_factory.mktemp("stack")
    with running_stack(folder, database.dsn, database.owner_dsn, temporal_server.address) as running:
        yield running


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
