"""Answers and the headers of requests that several routes share."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Header
from pydantic import BaseModel
from starlette.responses import Response

from services.problems import Problem

NO_STORE = {"cache-control": "no-store"}
_KEY = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,199}")
_ERASED = "-erased"
_ETAG = re.compile(rf'\s*(?:W/)?"?(\d{{1,9}})(?:{_ERASED})?"?\s*', re.ASCII)


def answer(body: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON; pydantic writes it, and FastAPI does not look at it again."""
    content = body.model_dump_json(by_alias=True)
    return Response(content, status, dict(headers) if headers else None, "application/json")


def etag(version: int, *, erased: bool = False) -> str:
    """A case's version as an entity tag; another one once its resident is ``erased``, which is no event of the case."""
    return f'"{version}{_ERASED if erased else ""}"'


async def _idempotency_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            description="The same key and body gives the first answer again; another body is 422 "
            "idempotency_mismatch. 1 to 200 printable ASCII characters.",
            examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
        ),
    ] = None,
) -> str | None:
    if idempotency_key is None:
        return None
    if _KEY.fullmatch(idempotency_key) is None:
        raise Problem("bad_idempotency_key")
    return idempotency_key


async def _if_match(
    if_match: Annotated[
        str | None,
        Header(
            description="The version that the decision was made on; 412 if the case has moved on.", examples=['"5"']
        ),
    ] = None,
) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.fullmatch(if_match)
    if found is None:
        raise Problem("bad_if_match")
    return int(found[1])


def matches(if_none_match: str | None, tag: str) -> bool:
    """Whether the caller has this version already."""
    if if_none_match is None:
        return False
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in if_none_match.split(","))


def tagged(content: bytes, media_type: str, if_none_match: str | None, headers: Mapping[str, str]) -> Response:
    """Content with its digest as entity tag; 304 for who has it already."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if matches(if_none_match, tag):
        return Response(status_code=304, headers={"etag": tag, **headers})
    return Response(content, 200, {"etag": tag, **headers}, media_type)


def documented(*codes: int) -> dict[int | str, dict[str, Any]]:
    """Problem answers for the OpenAPI document, by status."""
    return dict.fromkeys(codes, _PROBLEM)


_PROBLEM: dict[str, Any] = {
    "description": "A problem (RFC 9457); `code` says which.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
EVERYWHERE = documented(400, 413, 422, 503)
"""What any route may answer."""

IdempotencyKey = Annotated[str | None, Depends(_idempotency_key)]
IfMatch = Annotated[int | None, Depends(_if_match)]
