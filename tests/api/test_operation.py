"""What operators look at; and what happens while something is away."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from api.sign_in.tokens import Tokens
from runtime.settings import Settings
from server.app import create_app
from stack.keys import ensure_keys
from stack.ports import free_port
from store.accounts import Post
from tests.support.stack import Caller, Stack, issue


def test_the_process_is_alive_and_ready(stack: Stack) -> None:
    assert httpx.get(f"{stack.base}/healthz", trust_env=False).json()["status"] == "ok"
    ready = httpx.get(f"{stack.base}/readyz", trust_env=False)
    assert (ready.status_code, set(ready.json()["checks"].values())) == (200, {True})


def test_metrics_count_without_naming_anybody(stack: Stack, estate: Caller) -> None:
    number = estate.open()["number"]
    estate.decide(number, "note", text="记")
    estate.post(f"/cases/{number}/decisions", {"kind": "hold", "reason": "等"})
    text = httpx.get(f"{stack.base}/metrics", trust_env=False).text
    assert 'hongxiu_decisions_total{kind="note",outcome="committed"}' in text
    assert 'hongxiu_decisions_total{kind="hold",outcome="not_allowed_now"}' in text
    assert 'route="/cases/{number}/decisions"' in text
    assert "NC-" not in text


def test_the_documentation_loads_nothing_from_elsewhere(stack: Stack) -> None:
    page = httpx.get(f"{stack.base}/docs", trust_env=False).text
    assert "/cases/{number}/decisions" in page
    assert "src=" not in page
    assert "https://" not in page


def test_every_answer_says_that_it_is_a_rehearsal_and_names_its_request(stack: Stack, estate: Caller) -> None:
    for path in ("/healthz", "/nowhere", "/api/v1/organisation", "/%00"):
        answer = httpx.get(f"{stack.base}{path}", trust_env=False, headers={"x-request-id": "abc-123"})
        assert answer.headers["hongxiu-rehearsal"] == "1"
        assert answer.headers["x-request-id"] == "abc-123"
    odd = httpx.get(f"{stack.base}/healthz", trust_env=False, headers={"x-request-id": "a b;c"})
    assert odd.headers["x-request-id"] != "a b;c"


@pytest.fixture
async def lonely(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """An API whose PostgreSQL and Temporal are away, not in rehearsal."""
    settings = Settings(
        data=tmp_path,
        database_url=f"postgresql://nobody:x@127.0.0.1:{free_port()}/none",
        temporal_address=f"127.0.0.1:{free_port()}",
    )
    ensure_keys(settings)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        token = Tokens(settings.secret()).issue("alliance", Post("officer", "nancheng"))
        transport = httpx.ASGITransport(app)
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://api", headers=headers) as client:
            yield client


async def test_an_api_without_its_log_is_alive_but_not_ready(lonely: httpx.AsyncClient) -> None:
    assert (await lonely.get("/healthz")).status_code == 200
    ready = await lonely.get("/readyz")
    assert (ready.status_code, set(ready.json()["checks"].values())) == (503, {False})
    for answer in (
        await lonely.get("/api/v1/cases"),
        await lonely.post("/api/v1/cases", json=issue()),
        await lonely.post("/api/v1/token", json={"username": "alliance", "password": "nancheng"}),
    ):
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "1")


async def test_a_case_claimed_before_an_outage_is_opened_by_the_next_try(stack: Stack, estate: Caller) -> None:
    away = stack.settings.model_copy(update={"temporal_address": f"127.0.0.1:{free_port()}"})
    app, key = create_app(away), str(uuid.uuid4())
    headers = {"authorization": estate.headers["authorization"], "idempotency-key": key}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client,
    ):
        answers = [await client.post("/api/v1/cases", json=issue(), headers=headers) for _ in range(2)]
    assert [answer.json()["code"] for answer in answers] == ["unavailable"] * 2
    number = estate.open(key=key)["number"]
    following = estate.open()["number"]
    assert int(following.rpartition("-")[2]) == int(number.rpartition("-")[2]) + 1
    assert estate.case(number)["description"] == issue()["description"]


async def test_time_cannot_be_moved_outside_a_rehearsal(lonely: httpx.AsyncClient) -> None:
    answer = await lonely.post("/api/v1/dev/fast-forward", json={"case": "NC-2026-000001", "days": 1})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "hongxiu-rehearsal" not in answer.headers
    assert "/api/v1/dev/fast-forward" not in (await lonely.get("/openapi.json")).json()["paths"]
