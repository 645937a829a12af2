"""Forms are read strictly: into the API's own models, with what is wrong told by field."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import APIRouter, FastAPI, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from api.edge.bodies import StreamedRoutes, streams
from api.edge.every_request import Edge
from api.edge.problems import problem_response
from console.frame import forms
from domain.case import AnyDecision
from services.problems import Problem
from services.requests import NewCase, Reporter, Word

_FORM = "application/x-www-form-urlencoded"
NEW_CASE = [
    ("csrf", "x"),
    ("estate", "mudan-garden"),
    ("category", "lift"),
    ("title", "电梯"),
    ("channel", "counter"),
    ("description", "一行\r\n又一行"),
    ("location.address", ""),
    ("reporter.name", "王秀兰"),
    ("reporter.phone", "  "),
    ("reporter.anonymous", "true"),
]


def _request(body: bytes, content_type: str = _FORM, language: str = "zh-CN") -> Request:
    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", content_type.encode()), (b"cookie", f"hongxiu-language={language}".encode())]
    app = SimpleNamespace(state=SimpleNamespace())
    scope = {"type": "http", "method": "POST", "path": "/x", "headers": headers, "state": {}, "app": app}
    return Request(scope, receive)


def _sent(fields: list[tuple[str, str]], language: str = "zh-CN") -> Request:
    return _request(urlencode(fields).encode(), language=language)


async def test_a_form_is_read_into_the_apis_own_model() -> None:
    form = await forms.read(_sent(NEW_CASE), NewCase)
    assert form.errors == {}
    assert form.data is not None
    assert form.data.description == "一行\n又一行"
    assert form.data.location is None
    assert form.data.reporter == Reporter(name="王秀兰", phone=None, anonymous=True)


async def test_what_is_wrong_is_told_by_field_in_the_viewers_language() -> None:
    fields = [(name, value) for name, value in NEW_CASE if name != "title"] + [("reporter.age", "80")]
    form = await forms.read(_sent(fields), NewCase)
    assert form.data is None
    assert form.error("title") == "必填。"
    assert form.error("reporter") == "没有这个字段。"
    assert form.value("reporter.name") == "王秀兰"
    told = await forms.read(_sent(fields, "en"), NewCase)
    assert told.error("title") == "This is required."


async def test_a_decision_is_read_with_its_dates_and_its_list() -> None:
    plan = [("kind", "plan"), ("lead", "urban"), ("deliverable", "更换曳引机"), ("due_date", "2026-04-30")]
    form = await forms.read(
        _sent([*plan, ("co_handlers", "fire"), ("co_handlers", "police")]),
        TypeAdapter[AnyDecision](AnyDecision),
        lists=["co_handlers"],
    )
    assert form.data is not None
    assert form.data.model_dump()["due_date"] == date(2026, 4, 30)
    assert form.data.model_dump()["co_handlers"] == ("fire", "police")
    assert form.chosen("co_handlers", "fire")
    assert not form.chosen("co_handlers", "urban")


async def test_stars_are_read_from_a_form_and_from_nothing_else() -> None:
    confirmed = await forms.read(_sent([("code", "X"), ("kind", "confirm"), ("stars", "5")]), Word)
    assert confirmed.data is not None
    assert confirmed.data.stars == 5
    wrong = await forms.read(_sent([("code", "X"), ("kind", "confirm"), ("stars", "many")]), Word)
    assert wrong.error("stars") == "应为整数。"


@pytest.mark.parametrize(
    "body",
    [b"language=en&language=en", b"a=%ff", b"\xff=1", b"&".join(b"a%d=1" % n for n in range(501)), b"a=1&a.b=2"],
    ids=["twice", "not UTF-8", "not ASCII", "too many", "a field and its part"],
)
async def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(Problem, match="bad_form"):
        await forms.read(_request(body), Word)


# ---------------------------------------------------------------- bodies that are streamed


async def _posted(parts: list[bytes], path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    app, router = FastAPI(), APIRouter()

    @router.post("/{name}")
    @streams(up_to_kb=1)
    async def take(request: Request, name: str) -> Response:
        size = 0
        async for part in request.stream():
            size += len(part)
        return Response(str(size))

    @app.exception_handler(Problem)
    async def told(request: Request, problem: Problem) -> Response:
        return problem_response(request, problem.code, plain=True)

    app.include_router(router, prefix="/files")
    edge = Edge(app, rehearsal=False, https=False, streamed=StreamedRoutes.among(app.routes))
    waiting = [{"type": "http.request", "body": part, "more_body": part is not parts[-1]} for part in parts]
    said: list[Any] = []

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        said.append(message)

    named = [(name.encode(), value.encode()) for name, value in headers.items()]
    running = SimpleNamespace(state=SimpleNamespace())
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "http",
        "headers": named,
        "state": {},
        "app": running,
        "server": ("a", 80),
    }
    await edge(scope, receive, send)
    return said[0]["status"], b"".join(message.get("body", b"") for message in said[1:])


async def test_a_route_that_streams_has_a_limit_of_its_own() -> None:
    multipart = {"content-type": "multipart/form-data; boundary=x", "host": "a"}
    assert await _posted([b"a" * 600, b"b" * 400], "/files/x", multipart) == (200, b"1000")
    assert (await _posted([b"a" * 600, b"b" * 600], "/files/x", multipart))[0] == 413
    assert (await _posted([b"a"], "/files/x", {**multipart, "content-length": "5000"}))[0] == 413
    assert (await _posted([b"a"], "/elsewhere", multipart))[0] == 415


async def test_what_is_wrong_is_listed_by_field_in_one_language() -> None:
    fields = [(name, {"title": "", "channel": "pigeon"}.get(name, value)) for name, value in NEW_CASE]
    zh = await forms.read(_sent(fields), NewCase)
    assert zh.wrong == [("title", "必填。"), ("channel", "可选：'wechat'、'counter'、'phone' 或 'officer'。")]
    en = await forms.read(_sent(fields, "en"), NewCase)
    assert dict(en.wrong)["channel"] == "One of 'wechat', 'counter', 'phone' or 'officer'."


def test_what_is_wrong_in_a_list_is_the_lists() -> None:
    form = forms.Form[NewCase](
        errors={"": "不行", "present.1": "太长", "present.2": "太长", "reporter.phone": "格式不对"}
    )
    assert form.wrong == [("present", "太长"), ("reporter.phone", "格式不对")]
