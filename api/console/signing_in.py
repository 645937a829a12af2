"""Signing in and out, and the language of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import StringConstraints
from starlette.responses import Response

from api import schemas
from api.console import forms
from api.console.flashes import flash
from api.console.forms import Form, Sent
from api.console.pages import local_path, look, page, see
from api.csrf import require_own_page
from api.problems import LANGUAGE_COOKIE, Problem, status_of
from api.services import services_of
from api.sessions import address_of
from api.strict import StrictRoute

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
_Next = Annotated[str, StringConstraints(max_length=2000)]


class SignIn(schemas.SignIn):
    """The form; ``next`` is the page that was asked for."""

    next: _Next | None = None


class ChooseLanguage(Sent):
    """The language switch; ``back`` is the page that it is on."""

    language: Literal["zh-CN", "en"]
    back: _Next | None = None


@router.get("/sign-in")
async def sign_in_page(request: Request, next: Annotated[str | None, Query(max_length=2000)] = None) -> Response:
    """The form; who is signed in goes on."""
    if await look(request) is not None:
        return see(local_path(next))
    return _page(request, Form({"next": next or ""}), 200)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Begins a session in the account's first post, and goes on to the page that was asked for."""
    await require_own_page(request, None)
    form = await forms.read(request, SignIn)
    if form.data is None:
        return _page(request, form, 422)
    services = services_of(request)
    asked = schemas.SignIn(username=form.data.username, password=form.data.password, capacity=form.data.capacity)
    try:
        account, post = await services.sign_ins.sign_in(asked, address_of(request))
    except Problem as problem:
        form.refused(request, problem)
        return _page(request, form, status_of(problem.code), problem.headers)
    response = see(local_path(form.data.next))
    await services.sessions.begin(request, response, account, post, "password")
    return response


def _page(request: Request, form: Form[SignIn], status: int, headers: Mapping[str, str] | None = None) -> Response:
    return page(request, "sign_in.html", status=status, headers=headers, form=form, safe=_is_safe(request))


def _is_safe(request: Request) -> bool:
    """Whether a browser keeps our cookie: over https, or on this machine."""
    public = services_of(request).settings.public_url
    return request.url.scheme == "https" or request.url.hostname in _LOCAL or public.startswith("https:")


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Ends the session; without one, there is nothing to end."""
    services = services_of(request)
    session = await services.sessions.of(request)
    await require_own_page(request, services.sessions.csrf_token(session) if session else None)
    response = see("/sign-in")
    await services.sessions.end(request, response)
    flash(response, "flash.signed_out")
    return response


@router.post("/language")
async def choose_language(request: Request) -> Response:
    """Keeps the language in a cookie, for a year. It changes nothing else, so that anybody may."""
    form = await forms.read(request, ChooseLanguage)
    if form.data is None:
        raise Problem("bad_form")
    response = see(local_path(form.data.back))
    response.set_cookie(
        LANGUAGE_COOKIE, form.data.language, max_age=31_536_000, path="/", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return response
