"""Bodies that are not JSON: forms, and those that a route streams with a limit of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path
from starlette.types import Scope

from domain.text.writing import with_plain_line_ends
from services.problems import Problem

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
_MOST_FIELDS = 500

_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])


def streams(*, up_to_kb: int) -> Callable[[_Endpoint], _Endpoint]:
    """Marks a route's function: it takes multipart bodies and reads them as they come, up to the limit.

    Put it below the route's own decorator. What goes over the limit is Problem ``too_large``, raised where the
    function reads.
    """

    def mark(endpoint: _Endpoint) -> _Endpoint:
        endpoint.__dict__[_MARK] = up_to_kb
        return endpoint

    return mark


_MARK = "streams_up_to_kb"


@dataclass(frozen=True, slots=True)
class StreamedRoutes:
    """The routes of an application that stream: methods, the path's pattern, the limit."""

    routes: tuple[tuple[frozenset[str], re.Pattern[str], int], ...]

    @classmethod
    def among(cls, routes: Sequence[BaseRoute]) -> StreamedRoutes:
        """Those that are marked, also of routers that are included."""
        found = []
        for route in iter_route_contexts(routes):
            limit = getattr(route.endpoint, _MARK, None)
            if limit is not None and route.path is not None:
                found.append((frozenset(route.methods or ()), compile_path(route.path)[0], limit))
        return cls(tuple(found))

    def limit_kb(self, scope: Scope) -> int | None:
        """The limit of the route that a request is for; None where it does not stream."""
        for methods, pattern, limit in self.routes:
            if scope["method"] in methods and pattern.match(scope["path"]):
                return limit
        return None


def media_type(content_type: str) -> str:
    """``text/html; charset=utf-8`` → ``text/html``."""
    return content_type.partition(";")[0].strip().lower()


def is_form(request: Request) -> bool:
    """Whether the body is a form's fields."""
    return media_type(request.headers.get("content-type", "")) == FORM


async def form_fields(request: Request) -> list[tuple[str, str]]:
    """A form's fields as they were sent, lines ended by ``\\n``. Raises Problem ``bad_form``."""
    known: list[tuple[str, str]] | None = request.scope["state"].get("form_fields")
    if known is not None:
        return known
    try:
        sent = parse_qsl(
            (await request.body()).decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:  # not ASCII, not UTF-8 once decoded, or too many
        raise Problem("bad_form") from None
    fields = [(key, with_plain_line_ends(value)) for key, value in sent]
    request.scope["state"]["form_fields"] = fields
    return fields
