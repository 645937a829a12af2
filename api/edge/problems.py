"""Problem details (RFC 9457): every error of the interface, with a stable code, in the caller's language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.edge.addresses import wants_page
from api.edge.field_errors import TELLING, field_errors, printable
from api.edge.languages import language
from api.edge.problem_words import detail_in, status_of, title_of
from domain.errors import Refusal
from domain.words.sitting_words import SITTING_STATUSES
from services.problems import Problem

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "1"


def problem_response(
    request: Request,
    code: str,
    *,
    params: Mapping[str, Any] | None = None,
    said: Mapping[str, str] | None = None,
    errors: Iterable[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    plain: bool = False,
) -> Response:
    """The answer for ``code``: a problem of ``PROBLEMS`` or a refusal of the rules; on a page where a browser asks
    for one (``app.state.problem_page``), unless it is to be ``plain``.

    ``said``: what the detail calls some of the params, where that is another word.
    """
    spoken = language(request)
    params = dict(params or {})
    status = status_of(code)
    body: dict[str, Any] = {
        "type": f"urn:hongxiu:problem:{code}",
        "title": title_of(code).in_(spoken),
        "status": status,
        "detail": detail_in(code, spoken, {**params, **(said or {})}),
        "code": code,
        "instance": printable(request.url.path),
    }
    if "allowed" in params:
        body["allowed"] = params.pop("allowed")
    if params:
        body["params"] = params
    listed = list(errors)
    if listed:
        body["errors"] = listed
    sent = {**(headers or {}), **_headers_of(status), "content-language": spoken}
    page = getattr(request.app.state, "problem_page", None) if "app" in request.scope else None
    if page is not None and not plain and wants_page(request):
        told: Response = page(request, _clean(body), sent)
        return told
    return Response(json.dumps(_clean(body), ensure_ascii=False).encode(), status, sent, MEDIA_TYPE)


def refusal_response(request: Request, refused: Refusal) -> Response:
    """The answer for a refusal of the rules."""
    return problem_response(request, refused.code, params=refused.params, said=_names(request, refused.params))


def detail_of(request: Request, refused: Refusal | Problem) -> str:
    """What a refusal or a problem says, in the caller's language."""
    said = _names(request, refused.params) if isinstance(refused, Refusal) else refused.said
    return detail_in(refused.code, language(request), {**refused.params, **(said or {})})


def _names(request: Request, params: Mapping[str, Any]) -> dict[str, str]:
    """A tier's stage by its name in the ladder in force; the fixed stages have theirs in ``domain.words``."""
    said, spoken = dict[str, str](), language(request)
    services = getattr(request.app.state, "services", None)
    ladder = services.rulebook.ladder if services is not None else None
    tier = ladder.sitting_tier(params.get("stage", "")) if ladder is not None else None
    if tier is not None:
        said["stage"] = tier.stage.name.in_(spoken)
    if params.get("status") in SITTING_STATUSES:
        said["status"] = SITTING_STATUSES[params["status"]].in_(spoken)
    return said


def validation_response(request: Request, error: RequestValidationError) -> Response:
    """The answer for fields that are not as they should be; personal data gives the problem its own code."""
    errors = field_errors(error.errors(), language(request))
    codes = {one["code"] for one in errors}
    code = next((special for special in TELLING if special in codes), "invalid")
    return problem_response(request, code, errors=errors)


def http_response(request: Request, error: Problem | HTTPException) -> Response:
    """The answer for a problem of ours, or one that the framework raises (404, 405, 400)."""
    if isinstance(error, Problem):
        return problem_response(
            request, error.code, params=error.params, said=error.said, errors=error.errors, headers=error.headers
        )
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
    return problem_response(request, code, headers=error.headers)


def _headers_of(status: int) -> dict[str, str]:
    if status == 401:
        return {"www-authenticate": "Bearer"}
    return {"retry-after": RETRY_AFTER} if status == 503 else {}


def _clean(value: Any) -> Any:
    """What a caller sent may come back in a problem; lone surrogates cannot be written, so they are spelled out."""
    if isinstance(value, str):
        return printable(value)[:4000]
    if isinstance(value, dict):
        return {printable(str(key)): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
