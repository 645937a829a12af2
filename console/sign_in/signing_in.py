"""Signing in and out, and the language of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import StringConstraints
from starlette.responses import Response

from api.edge.csrf import require_own_page
from api.edge.languages import LANGUAGE_COOKIE
from api.edge.problem_words import status_of
from api.edge.strict import StrictRoute
from api.process import services_of
from api.sign_in import schemas, single_sign_on
from api.sign_in.signed_in import actor_in, signing_in
from console.frame import forms
from console.frame.flashes import flash
from console.frame.forms import Form, Sent
from console.frame.pages import local_path, look, page, see
from services.problems import Problem

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
        account, post = await signing_in(request, asked)
    except Problem as problem:
        form.refused(request, problem)
        return _page(request, form, status_of(problem.code), problem.headers)
    response = see(local_path(form.data.next))
    await services.sessions.begin(request, response, account, post, "password")
    return response


@router.get("/sign-in/oidc")
async def sign_in_elsewhere(request: Request, next: Annotated[str | None, Query(max_length=2000)] = None) -> Response:
    """To the provider that everybody signs in at."""
    return await _single_sign_on(request).begin(request, local_path(next))


@router.get(single_sign_on.CALLBACK)
async def signed_in_elsewhere(request: Request) -> Response:
    """Back from the provider: a session for the account that it names, in the account's first post."""
    services = services_of(request)
    try:
        name, next_path = await _single_sign_on(request).finish(request)
        account = await services.sign_ins.accounts.get(name)
        if account is None or account.disabled or not account.posts:
            raise Problem("oidc_unknown_account")
    except Problem:
        await services.accesses.note(request, "sign_in_failed", outcome="denied")
        raise
    response = see(next_path)
    session = await services.sessions.begin(request, response, account, account.posts[0], "oidc")
    single_sign_on.forget(response)
    await services.accesses.note(request, "sign_in", actor=actor_in(session))
    return response


def _single_sign_on(request: Request) -> single_sign_on.SingleSignOn:
    """Raises Problem ``not_found`` where none is set up."""
    found = services_of(request).single_sign_on
    if found is None:
        raise Problem("not_found")
    return found


def _page(request: Request, form: Form[SignIn], status: int, headers: Mapping[str, str] | None = None) -> Response:
    single = services_of(request).single_sign_on is not None
    return page(
        request, "sign_in.html", status=status, headers=headers, form=form, safe=is_safe(request), single=single
    )


def is_safe(request: Request) -> bool:
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
    if session is not None:
        await services.accesses.note(request, "sign_out", actor=actor_in(session))
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
        LANGUAGE_COOKIE,
        form.data.language,
        max_age=31_536_000,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response
