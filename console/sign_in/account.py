"""One's own account: the posts one acts in, the sessions one has, the password."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from api.edge.accesses import address_of
from api.edge.field_errors import field_error
from api.edge.languages import language
from api.edge.problem_words import status_of
from api.edge.strict import StrictRoute
from api.process import services_of
from console.frame import forms
from console.frame.flashes import flash
from console.frame.forms import Form, Sent
from console.frame.pages import OnPage, Viewer, local_path, page, see
from domain.permission import Actor
from domain.text.writing import Writable
from services import passwords
from services.problems import Problem
from services.sign_ins import SESSION_IDLE, post_of
from store.accounts import Post

router = APIRouter(route_class=StrictRoute, include_in_schema=False)


def _long_enough(password: str) -> str:
    if len(password) < passwords.SHORTEST:
        raise PydanticCustomError("password_short", "at least {least} characters", {"least": passwords.SHORTEST})
    return password


_Password = Annotated[str, StringConstraints(max_length=passwords.LONGEST), Writable]


class ChangePassword(Sent):
    """The old password, and the new one."""

    old: _Password
    new: Annotated[_Password, AfterValidator(_long_enough)]


class ActAs(Sent):
    """Another of the account's posts, as ``role:unit``; ``back`` is the page that the switch is on."""

    capacity: Annotated[str, StringConstraints(max_length=200)]
    back: Annotated[str, StringConstraints(max_length=2000)] | None = None


@router.get("/account")
async def account_page(request: Request, viewer: OnPage) -> Response:
    """Posts, sessions, password."""
    return await _page(request, viewer, Form())


async def _page(
    request: Request,
    viewer: Viewer,
    form: Form[ChangePassword],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    services = services_of(request)
    sessions = await services.sessions.table.of(viewer.actor.id, idle=SESSION_IDLE)
    own = viewer.session.id if viewer.session else None
    account = await services.sign_ins.accounts.get(viewer.actor.id)
    return page(
        request,
        "account.html",
        status=status,
        headers=headers,
        form=form,
        sessions=sessions,
        own=own,
        shortest=passwords.SHORTEST,
        change_by=account.change_by if account else None,
    )


@router.post("/account/password")
async def change_password(request: Request, viewer: OnPage) -> Response:
    """Another password. Every other session and every token of the account is over then."""
    form = await forms.read(request, ChangePassword)
    asked = form.data
    form.values = {}  # a page never holds a password
    if asked is None:
        return await _page(request, viewer, form, 422)
    services, spoken = services_of(request), language(request)
    try:
        account = await services.sign_ins.checked(viewer.actor.id, asked.old, address_of(request))
    except Problem as problem:
        form.refused(request, problem)
        return await _page(request, viewer, form, status_of(problem.code), problem.headers)
    if account is None:
        await services.accesses.note(request, "sign_in_failed", outcome="denied", actor=viewer.actor)
        form.errors["old"] = field_error("old", "password_wrong", spoken)["message"]
    elif await asyncio.to_thread(passwords.is_easy, asked.new, account.id):
        form.errors["new"] = field_error("new", "password_easy", spoken)["message"]
    if account is None or form.errors:
        return await _page(request, viewer, form, 422)
    await services.sign_ins.set_password(account.id, asked.new)
    await services.sessions.table.end_all(account.id, but=viewer.session.digest if viewer.session else None)
    await services.accesses.note(request, "password_changed", actor=viewer.actor)
    return _done("flash.password")


@router.post("/account/capacity")
async def act_as(request: Request, viewer: OnPage) -> Response:
    """The session acts in another post from now on (交叉任职: one post at a time)."""
    form = await forms.read(request, ActAs)
    if form.data is None or viewer.session is None:
        raise Problem("bad_form")
    post = post_of(viewer.posts, form.data.capacity)
    services = services_of(request)
    await services.sessions.table.act_as(viewer.session.digest, post)
    actor = Actor.model_validate({"id": viewer.actor.id, "role": post.role, "unit": post.unit})
    await services.accesses.note(request, "capacity_changed", actor=actor)
    # What the other post may not see is not where one goes on.
    response = see(local_path(form.data.back) if _sees_alike(viewer.post, post) else "/")
    flash(response, "flash.capacity")
    return response


def _sees_alike(one: Post, other: Post) -> bool:
    return one.role == other.role


@router.post("/account/sessions/{session}/end")
async def end_session(request: Request, viewer: OnPage, session: Annotated[int, Path(ge=1, lt=2**63)]) -> Response:
    """One of one's own sessions is over, wherever it is."""
    services = services_of(request)
    if not await services.sessions.table.end_one(viewer.actor.id, session):
        raise Problem("not_found")
    await services.accesses.note(request, "sign_out", actor=viewer.actor)
    return _done("flash.session_ended")


@router.post("/account/sessions/end")
async def end_sessions(request: Request, viewer: OnPage) -> Response:
    """All of one's other sessions are over, and all tokens are good no longer."""
    services = services_of(request)
    await services.sign_ins.void_tokens(viewer.actor.id)
    await services.sessions.table.end_all(viewer.actor.id, but=viewer.session.digest if viewer.session else None)
    await services.accesses.note(request, "sign_out_everywhere", actor=viewer.actor)
    return _done("flash.sessions_ended")


def _done(key: str) -> Response:
    response = see("/account")
    flash(response, key)
    return response
