"""Every query that the documents give for the list in the Temporal UI is one that the server takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.client import Client

from stack.ports import free_port
from stack.temporal import TemporalServer
from workflows import attributes, names
from workflows.kinds import KINDS

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md")])
_KEYS = "|".join(["WorkflowType", "ExecutionStatus", *(key.name for key in attributes.ALL)])
_QUERY = re.compile(rf"`((?:{_KEYS}) *(?:!=|[=<>]) *[^`]+)`")


def queries() -> dict[str, str]:
    """Each query, and the document that gives it."""
    found = ((" ".join(query.split()), document) for document in DOCUMENTS for query in _QUERY.findall(_read(document)))
    return {query: document.name for query, document in found}


def _read(document: Path) -> str:
    return document.read_text("utf-8")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    server = TemporalServer(
        None,
        free_port(),
        search_attributes={key.name: key.indexed_value_type.name.capitalize() for key in attributes.ALL},
        log_file=tmp_path_factory.mktemp("temporal") / "temporal.log",
    )
    try:
        server.start()
        yield server
    finally:
        server.stop()


async def test_the_server_takes_every_query_and_knows_every_type_that_it_names(server: TemporalServer) -> None:
    client = await Client.connect(server.address)
    types = {name for key, name in vars(names).items() if key.endswith("_WORKFLOW")}
    types |= {kind.names.workflow for kind in KINDS}
    assert len(queries()) >= 3
    for query, document in queries().items():
        assert [one async for one in client.list_workflows(query)] == [], document
        assert set(re.findall(r'WorkflowType = "([^"]*)"', query)) <= types, f"{document}: {query}"
