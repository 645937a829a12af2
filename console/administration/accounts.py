"""Accounts and their posts: who may sign in, as what; passwords, locks, sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import StringConstraints
from starlette.responses import Response

from api.administration.routes import Doing, difference, done, post_named, what_was_done
from api.administration.schemas import AccountId
from api.edge.problem_words import status_of
from api.edge.strict import StrictRoute
from api.process import services_of
from console.administration.system import Administrator
from console.frame import forms
from console.frame.flashes import flash
from console.frame.forms import Form, Sent
from console.frame.pages import page, see
from domain.errors import Refusal
from domain.policy.organisation import Organisation
from domain.text.seeking import account_name
from services.accounts import GOOD_FOR, Person
from services.sign_ins import capacity_of

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_Id = Annotated[str, Path(max_length=80)]
_Capacity = Annotated[str, StringConstraints(max_length=120)]
_Text = Annotated[str, Query(max_length=80)]
State = Literal["open", "disabled", "locked", "one_time", "astray"]
_MOST = 500

_STATES: dict[State, Callable[[Person], bool]] = {
    "open": lambda person: not person.account.disabled,
    "disabled": lambda person: person.account.disabled,
    "locked": lambda person: person.locked_until is not None,
    "one_time": lambda person: person.must_change,
    "astray": lambda person: bool(person.astray),
}


class NewAccount(Sent):
    """A new account and its first post, as ``role:unit``."""

    id: AccountId
    post: _Capacity


class Posts(Sent):
    """The posts that are kept, and one that is added, as ``role:unit``."""

    posts: tuple[_Capacity, ...] = ()
    add: _Capacity | None = None


@router.get("/admin/accounts")
async def accounts_page(
    request: Request, viewer: Administrator, q: _Text = "", role: _Text = "", state: _Text = "", unit: _Text = ""
) -> Response:
    """Everyone, by id; every filter narrows."""
    people = await services_of(request).people.all()
    found = [one for one in people if _fits(one, account_name(q), role, state, unit)]
    organisation = services_of(request).rulebook.current.organisation
    return page(
        request,
        "admin/accounts.html",
        people=found[:_MOST],
        total=len(found),
        everyone=len(people),
        form=Form({"q": q, "role": role, "state": state, "unit": unit}),
        states=list(_STATES),
        units=[unit.id for tier in organisation.tiers for unit in organisation.units_at(tier)],
        departments=[one.code for one in organisation.departments],
    )


def _fits(person: Person, q: str, role: str, state: str, unit: str) -> bool:
    posts = person.account.posts
    if q and q not in person.account.id:
        return False
    if role and not any(post.role == role for post in posts):
        return False
    if unit and not any(post.unit == unit for post in posts):
        return False
    fits = _STATES.get(state)  # type: ignore[call-overload]
    return fits is None or bool(fits(person))


@router.get("/admin/new-account")
async def new_account_page(request: Request, viewer: Administrator) -> Response:
    """The form."""
    return _new_page(request, Form())


@router.post("/admin/accounts")
async def create_account(request: Request, viewer: Administrator) -> Response:
    """A new account; its one-time password is shown once, here."""
    form = await forms.read(request, NewAccount)
    if form.data is None:
        return _new_page(request, form, 422)
    services, asked = services_of(request), form.data
    try:
        password = await services.people.create(asked.id, [post_named(asked.post)])
    except Refusal as refused:
        form.refused(request, refused)
        return _new_page(request, form, status_of(refused.code))
    await services.accesses.note(
        request, "account_created", actor=viewer.actor, subject=asked.id, detail=f"+{asked.post}"
    )
    return await _account_page(request, asked.id, password=password, status=201)


def _new_page(request: Request, form: Form[NewAccount], status: int = 200) -> Response:
    return page(request, "admin/new_account.html", status=status, form=form, **_choices(request), days=GOOD_FOR.days)


def _choices(request: Request) -> dict[str, Any]:
    """The posts that there can be."""
    organisation = services_of(request).rulebook.current.organisation
    return {"offices": offices(organisation), "departments": [one.code for one in organisation.departments]}


def offices(organisation: Organisation) -> list[tuple[str, list[str]]]:
    """The tiers from the top down, each with its units."""
    return [(tier, [unit.id for unit in organisation.units_at(tier)]) for tier in organisation.tiers]


@router.get("/admin/accounts/{id}")
async def account_page(request: Request, viewer: Administrator, id: _Id) -> Response:
    """One account: its posts, and what can be done with it."""
    return await _account_page(request, id)


async def _account_page(
    request: Request, id: str, *, form: Form[Posts] | None = None, password: str = "", status: int = 200
) -> Response:
    services = services_of(request)
    person = await services.people.one(id)
    shown = form or Form[Posts]({"posts": [capacity_of(post) for post in person.account.posts], "add": ""})
    return page(
        request,
        "admin/account.html",
        status=status,
        person=person,
        form=shown,
        password=password,
        until=datetime.now(UTC) + GOOD_FOR,
        **_choices(request),
    )


@router.post("/admin/accounts/{id}/posts")
async def change_posts(request: Request, viewer: Administrator, id: _Id) -> Response:
    """The posts that are ticked, and the one that is added."""
    form = await forms.read(request, Posts, lists=("posts",))
    if form.data is None:
        return await _account_page(request, id, form=form, status=422)
    services, asked = services_of(request), form.data
    wanted = [*asked.posts, *([asked.add] if asked.add else [])]
    try:
        before, held = await services.people.set_posts(id, map(post_named, wanted))
    except Refusal as refused:
        if refused.code == "unknown_account":
            raise
        form.refused(request, refused)
        return await _account_page(request, id, form=form, status=status_of(refused.code))
    detail = difference(before, held)
    if detail:
        await services.accesses.note(request, "posts_changed", actor=viewer.actor, subject=id, detail=detail)
    return _done(id, "flash.posts")


@router.post("/admin/accounts/{id}/password")
async def reset_password(request: Request, viewer: Administrator, id: _Id) -> Response:
    """Another one-time password, shown once; its sessions and tokens are over."""
    services = services_of(request)
    password = await services.people.reset_password(id)
    await services.accesses.note(request, "password_reset", actor=viewer.actor, subject=id)
    return await _account_page(request, id, password=password)


@router.post("/admin/accounts/{id}/{doing}")
async def do(request: Request, viewer: Administrator, id: _Id, doing: Doing) -> Response:
    """Shuts, opens, unlocks, or signs out everywhere."""
    services = services_of(request)
    try:
        await done(services.people, id, doing)
    except Refusal as refused:
        if refused.code != "last_administrator":
            raise
        form = Form[Posts]()
        person = await services.people.one(id)
        form.values = {"posts": [capacity_of(post) for post in person.account.posts], "add": ""}
        form.refused(request, refused)
        return await _account_page(request, id, form=form, status=status_of(refused.code))
    await services.accesses.note(request, what_was_done(doing), actor=viewer.actor, subject=id)
    return _done(id, f"flash.account.{doing}")


def _done(id: str, words: str) -> Response:
    response = see(f"/admin/accounts/{id}")
    flash(response, words, account=id)
    return response
