"""Requests whose JSON is read strictly: UTF-8, no NaN, no repeated keys, nothing that cannot be written down."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.edge.addresses import is_page
from api.edge.problem_words import status_of
from services.problems import Problem

_DEPTH = 20


class Unreadable(Problem, HTTPException):
    """A body that cannot be read; the framework lets its own errors alone through while it reads one."""

    def __init__(self, code: str) -> None:
        Problem.__init__(self, code)
        self.status_code, self.detail = status_of(code), code


class StrictRequest(Request):
    """A request whose ``json()`` raises Problem ``not_json`` or ``unprintable_text``."""

    async def json(self) -> Any:
        """The body."""
        if not hasattr(self, "_json"):
            self._json = _parsed(await self.body())
        return self._json


class StrictRoute(APIRoute):
    """A route that reads its requests so, and remembers its path for metrics and logs: ``/cases`` of the API,
    ``page:/cases`` of the console."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler, given a strict request."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            path = request.scope["route"].path_format
            request.scope["state"]["route"] = f"page:{path}" if is_page(request.url.path) else path
            response = await handle(StrictRequest(request.scope, request.receive))
            code = request.scope["state"].get("told_on_a_form")
            if code is not None:
                await request.app.state.services.accesses.denied(request, code)
            return response

        return handle_strictly


def _parsed(body: bytes) -> Any:
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise Unreadable("not_json") from None
    _require_printable(value, _DEPTH)
    return value


def _refuse(_: str) -> NoReturn:
    raise ValueError("not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is repeated")
    return found


def _require_printable(value: Any, depth: int) -> None:
    if depth == 0:
        raise Unreadable("not_json")
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise Unreadable("unprintable_text")
    elif isinstance(value, dict):
        for key, item in value.items():
            _require_printable(key, depth)
            _require_printable(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _require_printable(item, depth - 1)
