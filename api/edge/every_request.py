"""What every request passes: its size, form and characters are checked; it is named, counted and logged.

Plain ASGI, around the whole application, so that also what the framework answers by itself gets the headers.
No body, name, phone number, code or query ever goes to a log.
"""

from __future__ import annotations

import contextlib
import re
import time
import traceback
import uuid
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge.addresses import is_page
from api.edge.bodies import FORM, MULTIPART, StreamedRoutes, media_type
from api.edge.headers import secure
from api.edge.problems import http_response, problem_response
from runtime.clock import Clock
from runtime.metrics import Metrics
from services.problems import Problem
from store.errors import StoreUnavailable

log = structlog.get_logger()

LIMIT_KB = 256
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_QUIET = ("/healthz", "/readyz", "/metrics")


@dataclass
class _Exchange:
    """One request and what became of it."""

    scope: Scope
    headers: Headers
    request_id: str
    began: float
    status: int = 0

    @property
    def route(self) -> str:
        """The route's path with its parameters unnamed, ``-`` where there is none."""
        return str(self.scope["state"].get("route", "-"))


class Edge:
    """The outermost layer. ``metrics`` comes with the application's state. ``https``: the public address is."""

    def __init__(self, app: ASGIApp, *, rehearsal: bool, https: bool, streamed: StreamedRoutes) -> None:
        self._app = app
        self._rehearsal = rehearsal
        self._https = https
        self._streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; anything else (lifespan) passes."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if scope["method"] == "HEAD":  # answered as GET; the server leaves the body out, by its own scope
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})
        exchange = _Exchange(scope, headers, request_id, time.perf_counter())
        with structlog.contextvars.bound_contextvars(request=request_id):
            if self._rehearsal:
                await _look_at_the_clock(scope)
            await self._exchange(exchange, receive, self._sending(exchange, send))
            self._account(exchange)
        return None

    async def _exchange(self, exchange: _Exchange, receive: Receive, send: Send) -> None:
        request = Request(exchange.scope)
        try:
            _require_printable(exchange.scope)
            if exchange.scope["method"] in ("POST", "PUT", "PATCH"):
                receive = await self._body(exchange, receive)
            await self._app(exchange.scope, receive, send)
        except Problem as problem:
            await http_response(request, problem)(exchange.scope, receive, send)
        except ClientDisconnect:
            pass  # whoever asked has left, or has the headers that they wanted
        except Exception as fault:
            _log_fault(fault)
            if exchange.status:
                raise
            await _fault_told(request)(exchange.scope, receive, send)

    async def _body(self, exchange: _Exchange, receive: Receive) -> Receive:
        """The body in one piece; or as it comes, where a route streams it. Raises Problem."""
        if media_type(exchange.headers.get("content-type", "")) == MULTIPART:
            limit = self._streamed.limit_kb(exchange.scope)
            if limit is not None:
                exchange.scope["state"]["streamed"] = True
                return _limited(exchange, receive, limit)
        return await _whole_body(exchange, receive)

    def _sending(self, exchange: _Exchange, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = exchange.request_id
                secure(headers, https=self._https or exchange.scope["scheme"] == "https")
                if self._rehearsal:
                    headers["hongxiu-rehearsal"] = "1"
            await send(message)

        return sending

    def _account(self, exchange: _Exchange) -> None:
        seconds = time.perf_counter() - exchange.began
        route, method = exchange.route, _method(exchange.scope["method"])
        services = getattr(exchange.scope["app"].state, "services", None) if "app" in exchange.scope else None
        if services is not None:
            metrics: Metrics = services.metrics
            metrics.requests.labels(route, method, str(exchange.status)).inc()
            metrics.seconds.labels(route, method).observe(seconds)
        case = exchange.scope.get("path_params", {}).get("number")
        if case is not None:
            structlog.contextvars.bind_contextvars(case=case)
        if route not in _QUIET:
            log.info("request", method=method, route=route, status=exchange.status, ms=round(seconds * 1000, 1))


def _without_body(send: Send) -> Send:
    """The answer is over with its headers; what would go on, perhaps for ever, is told that nobody listens."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        elif message.get("more_body", False):
            raise ClientDisconnect

    return sending


async def _look_at_the_clock(scope: Scope) -> None:
    """In a rehearsal somebody may have moved it; with the database away it is as it was."""
    clock: Clock = scope["app"].state.services.clock
    with contextlib.suppress(StoreUnavailable):
        await clock.refresh()


def _log_fault(fault: Exception) -> None:
    # The frames only: what an error says may quote what somebody sent.
    log.error("fault", fault=type(fault).__name__, frames="".join(traceback.format_tb(fault.__traceback__)))


def _fault_told(request: Request) -> Response:
    try:
        return problem_response(request, "internal")
    except Exception as fault:  # it may be the pages that are at fault
        _log_fault(fault)
        return problem_response(request, "internal", plain=True)


def _method(method: str) -> str:
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "OTHER"


def _require_printable(scope: Scope) -> None:
    """No control characters in path or query, whatever they were written as. Raises Problem."""
    path = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")
    for raw in (path, scope.get("query_string", b"")):
        if _CONTROL.search(unquote_to_bytes(raw)):
            raise Problem("unprintable_text")
        try:
            unquote_to_bytes(raw).decode("utf-8")
        except UnicodeDecodeError:
            raise Problem("unprintable_text") from None


def _limited(exchange: _Exchange, receive: Receive, limit_kb: int) -> Receive:
    """The body as it comes; Problem ``too_large`` where it is longer than it may be."""
    _require_short(exchange, limit_kb)
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit_kb * 1024:
            raise Problem("too_large", limit=limit_kb)
        return message

    return counted


def _require_short(exchange: _Exchange, limit_kb: int) -> None:
    declared = exchange.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:12]) > limit_kb * 1024:
        raise Problem("too_large", limit=limit_kb)


async def _whole_body(exchange: _Exchange, receive: Receive) -> Receive:
    """Reads the body up to the limit; the application then gets it in one piece. Raises Problem."""
    _require_short(exchange, LIMIT_KB)
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        if len(body) > LIMIT_KB * 1024:
            raise Problem("too_large", limit=LIMIT_KB)
        if not message.get("more_body", False):
            break
    if body:
        _require_known(exchange)
    return _replayed(bytes(body), receive)


def _require_known(exchange: _Exchange) -> None:
    """The API takes JSON, the console's pages take forms. Raises Problem ``unsupported_media_type``."""
    content_type = exchange.headers.get("content-type", "")
    charset = content_type.partition(";")[2].strip().lower().removeprefix("charset=").strip('"')
    taken = FORM if is_page(exchange.scope["path"]) else "application/json"
    if media_type(content_type) != taken or charset not in ("", "utf-8", "utf8"):
        raise Problem("unsupported_media_type")


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()  # waits for the disconnect
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
