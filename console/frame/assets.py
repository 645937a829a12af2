"""The console's own style sheet, script and pictures, as files of one name each, kept by browsers for a year.

Sources are in ``static/``: ``styles/*.css`` and ``scripts/*.js`` are put together in the order of their names, so
that an area has a source of its own and a page loads one file of each.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from api.edge.answers import matches
from api.edge.strict import StrictRoute
from services.problems import Problem

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_STATIC = Path(__file__).parents[1] / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOR_A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served; ``version`` is in its address, so that a new one is another address."""

    content: bytes
    packed: bytes
    media_type: str
    version: str


@cache
def assets() -> dict[str, Asset]:
    """Every file by its name."""
    return {name: _asset(name, content) for name, content in _sources()}


def address(name: str) -> str:
    """Where a file is. Raises KeyError."""
    return f"/static/{name}?v={assets()[name].version}"


def _sources() -> Iterator[tuple[str, bytes]]:
    yield "hongxiu.css", _together("styles", "*.css")
    yield "hongxiu.js", _together("scripts", "*.js")
    for picture in sorted(_STATIC.glob("*.svg")):
        yield picture.name, picture.read_bytes()


def _together(folder: str, pattern: str) -> bytes:
    return b"\n".join(file.read_bytes() for file in sorted((_STATIC / folder).glob(pattern)))


def _asset(name: str, content: bytes) -> Asset:
    version = hashlib.sha256(content).hexdigest()[:12]
    return Asset(content, gzip.compress(content, 9, mtime=0), _TYPES[Path(name).suffix], version)


@router.get("/static/{name}")
async def read_asset(
    name: str,
    v: str = "",
    accept_encoding: Annotated[str, Header()] = "",
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """A file; by the address that pages give it, for a year."""
    found = assets().get(name)
    if found is None:
        raise Problem("not_found")
    cached = _FOR_A_YEAR if v == found.version else "no-cache"
    headers = {"cache-control": cached, "etag": f'"{found.version}"', "vary": "accept-encoding"}
    if matches(if_none_match, headers["etag"]):
        return Response(status_code=304, headers=headers)
    if "gzip" in accept_encoding:
        return Response(found.packed, 200, {**headers, "content-encoding": "gzip"}, found.media_type)
    return Response(found.content, 200, headers, found.media_type)
