"""Schemathesis: whatever the document allows, and much that it does not, is answered as the document says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from runtime.settings import Settings
from server.app import create_app
from tests.support.stack import TRAVEL, Stack
from tests.support.trying import share

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
UNENDING = "/api/v1/stream"


def document() -> dict[str, Any]:
    """The document of an API in rehearsal, without the stream, which does not end."""
    paths = dict(create_app(Settings(rehearsal=True)).openapi())
    return {**paths, "paths": {path: calls for path, calls in paths["paths"].items() if path != UNENDING}}


schema = schemathesis.openapi.from_dict(document())


def test_the_document_that_is_served_is_the_one_that_is_tested(stack: Stack) -> None:
    served = httpx.get(f"{stack.base}/openapi.json", trust_env=False).json()
    del served["paths"][UNENDING]
    assert served == json.loads(json.dumps(document()))


def test_every_decision_may_name_the_sitting_that_takes_it() -> None:
    schemas = document()["components"]["schemas"]
    assert all("sitting" in schemas[name]["properties"] for name in ("MakePlan", "Hold", "Escalate", "Resolve"))


@dataclass(frozen=True)
class Officer:
    """The alliance's officer; a case, a sitting that is ahead, and one that is over and has its papers."""

    number: str
    ahead: str
    over: str
    headers: dict[str, str]


@pytest.fixture(scope="module")
def officer(town: Stack) -> Officer:
    with town.calling("alliance") as caller:
        over, ahead = caller.get("/forums/mudan-garden/sittings").json()["items"][:2]
        moved = caller.post("/dev/fast-forward", {"until": over["minutes_due"]})
        assert moved.status_code == 200, moved.text
        assert caller.get(f"/sittings/{over['id']}").json()["status"] == "closed"
        return Officer(caller.open()["number"], ahead["id"], over["id"], caller.headers)


@pytest.mark.long
@pytest.mark.property
@schema.parametrize()
@settings(
    max_examples=share(5),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_the_interface_answers_as_its_document_says(
    case: schemathesis.Case[Any], town: Stack, officer: Officer
) -> None:
    if case.path_parameters and "number" in case.path_parameters:
        case.path_parameters["number"] = officer.number
    if case.path_parameters and "sitting_id" in case.path_parameters:
        case.path_parameters["sitting_id"] = officer.over if case.method == "GET" else officer.ahead
    case.call_and_validate(base_url=town.base, checks=CHECKS, headers=officer.headers, timeout=TRAVEL)
