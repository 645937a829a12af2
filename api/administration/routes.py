"""Administration over HTTP: the organisation in and out, policies with a dry run, accounts. For administrators."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from api.administration.schemas import (
    AccountList,
    AccountView,
    ChangeView,
    FieldView,
    HeldPosts,
    NewAccount,
    NewAccountView,
    PolicyDraft,
    PolicyFiles,
    PolicyList,
    PolicyLoad,
    PolicyText,
    PolicyView,
)
from api.edge.answers import NO_STORE, answer, documented
from api.edge.languages import language
from api.edge.strict import StrictRoute
from api.process import services_of
from api.sign_in.signed_in import SignedIn
from domain.errors import Refusal
from domain.permission import Actor, may_administer
from domain.policy.organisation_files import Table, as_file
from domain.policy.policy_file import PolicyError
from domain.policy.policy_set import PolicyKind
from services.accounts import People, Person
from services.policy_check import Draft
from services.problems import Problem
from services.sign_ins import capacity_of
from store.access import What
from store.accounts import Account, Post
from store.policies import PolicyVersion

router = APIRouter(route_class=StrictRoute, tags=["administration"])

_CHANGES = documented(401, 403, 404, 409, 412, 415)
_READS = documented(401, 403, 404)
_Name = Annotated[str, Path(max_length=80)]
Doing = Literal["disable", "enable", "unlock", "sign-out"]
_WHAT: dict[Doing, What] = {
    "disable": "account_disabled",
    "enable": "account_enabled",
    "unlock": "account_unlocked",
    "sign-out": "sessions_ended",
}


async def _administrator(actor: SignedIn) -> Actor:
    if not may_administer(actor):
        raise Refusal("forbidden")
    return actor


Administrator = Annotated[Actor, Depends(_administrator)]


# ---------------------------------------------------------------- the organisation and policies


@router.get("/admin/organisation.yaml", summary="The organisation's file", responses=_READS, response_class=Response)
async def organisation_file(request: Request, actor: Administrator) -> Response:
    """The policy's text, as it was loaded."""
    for version in await services_of(request).policy_desk.in_force():
        if version.kind == "organisation":
            return Response(version.content.encode(), 200, NO_STORE, "application/yaml; charset=utf-8")
    raise Refusal("unknown_policy", policy="organisation")


@router.get(
    "/admin/organisation/{table}.csv", summary="A table of the organisation", responses=_READS, response_class=Response
)
async def organisation_table(request: Request, actor: Administrator, table: Table) -> Response:
    """Units, companies, departments or categories as CSV, one a row. Send it back to `/admin/policies/check`."""
    content = as_file(await services_of(request).policy_desk.organisation(), table)
    return Response(content, 200, NO_STORE, "text/csv; charset=utf-8")


@router.get("/admin/policies", response_model=PolicyList, summary="Policies in force", responses=_READS)
async def policies(request: Request, actor: Administrator) -> Response:
    """What is in force: organisation, ladder, calendars, playbooks."""
    found = await services_of(request).policy_desk.in_force()
    return answer(PolicyList(items=[_view(one) for one in found]))


@router.get("/admin/policies/{kind}/{name}/{version}", response_model=PolicyText, summary="A policy", responses=_READS)
async def policy(request: Request, actor: Administrator, kind: PolicyKind, name: _Name, version: _Name) -> Response:
    """One version with its text."""
    found = await services_of(request).policy_desk.version(kind, name, version)
    return answer(PolicyText(**_view(found).model_dump(), text=found.content))


@router.post(
    "/admin/policies/check",
    response_model=PolicyDraft,
    summary="A dry run",
    responses=documented(401, 403, 415),
)
async def check(request: Request, actor: Administrator, body: PolicyFiles) -> Response:
    """What a policy would change, and what would come of it; 422 `policy_invalid` lists every mistake by line. An
    organisation may come as tables, several at once. Nothing is changed."""
    desk = services_of(request).policy_desk
    try:
        draft = await desk.check(await desk.offered(body.kind, body.files))
    except PolicyError as error:
        raise _invalid(error, language(request)) from None
    return answer(_draft(draft))


@router.post(
    "/admin/policies",
    status_code=201,
    response_model=PolicyView,
    summary="Bring a policy into force",
    responses=_CHANGES,
)
async def load(request: Request, actor: Administrator, body: PolicyLoad) -> Response:
    """Loads a new version, if everything is still in force that was at the dry run (`after`: its `basis`); 412
    `policy_moved_on` otherwise. What is under way is brought in line with it."""
    services = services_of(request)
    desk = services.policy_desk
    try:
        loaded = await desk.load(await desk.offered(body.kind, {body.kind: body.text}), body.after)
    except PolicyError as error:
        raise _invalid(error, language(request)) from None
    policy = loaded.draft.one.policy
    version = await desk.version(policy.kind, policy.name, policy.version)
    if loaded.enactment is not None:
        await services.accesses.note(
            request,
            "policy_loaded",
            actor=actor,
            subject=f"{version.kind} {version.ref}"[:80],
            detail=loaded.draft.one.summed,
        )
    path = f"/api/v1/admin/policies/{version.kind}/{version.name}/{version.version}"
    return answer(_view(version), 201, {"location": path})


def _invalid(error: PolicyError, spoken: str) -> Problem:
    errors = [
        {"field": f"{one.path}:{one.line}", "code": one.field or "file", "message": one.message.in_(spoken)}
        for one in error.problems
    ]
    return Problem("policy_invalid", errors=errors)


def _view(version: PolicyVersion) -> PolicyView:
    return PolicyView(
        kind=version.kind,
        name=version.name,
        version=version.version,
        sha256=version.sha256,
        loaded_at=version.loaded_at,
    )


def _draft(draft: Draft) -> PolicyDraft:
    item, effects = draft.one, draft.effects
    entries = item.changes.entries if item.changes is not None else ()
    return PolicyDraft(
        name=item.policy.name,
        version=item.policy.version,
        text=item.policy.text,
        state=item.state,
        base=item.base.ref if item.base else None,
        basis=draft.basis,
        changes=[
            ChangeView(
                what=one.what,
                id=one.id,
                how=one.how,
                fields=[FieldView(field=it.field, before=it.before, after=it.after) for it in one.fields],
            )
            for one in entries
        ],
        lines=list(item.lines),
        waits=effects.waits,
        sittings=[one.sitting for one in effects.moved],
        elsewhere=dict(effects.elsewhere),
        cancelled=list(effects.cancelled),
        astray=[f"{account} {capacity_of(post)}" for account, post in effects.astray],
        refused=[refused.code for refused in draft.refusals],
    )


# ---------------------------------------------------------------- accounts


@router.get("/admin/accounts", response_model=AccountList, summary="Accounts", responses=documented(401, 403))
async def accounts(request: Request, actor: Administrator) -> Response:
    """Every account with its posts, by id."""
    people = await services_of(request).people.all()
    return answer(AccountList(items=[_account(one) for one in people]), headers=NO_STORE)


@router.post(
    "/admin/accounts",
    status_code=201,
    response_model=NewAccountView,
    summary="A new account",
    responses=documented(401, 403, 409, 415),
)
async def create(request: Request, actor: Administrator, body: NewAccount) -> Response:
    """A new account with its posts (`role:unit`). The one-time password is in this answer alone."""
    services = services_of(request)
    posts = [post_named(one) for one in body.posts]
    password = await services.people.create(body.id, posts)
    detail = " ".join(f"+{one}" for one in body.posts)
    await services.accesses.note(request, "account_created", actor=actor, subject=body.id, detail=detail)
    made = _account(await services.people.one(body.id))
    return answer(NewAccountView(**made.model_dump(), password=password), 201, NO_STORE)


@router.put("/admin/accounts/{id}/posts", response_model=AccountView, summary="Posts", responses=_CHANGES)
async def put_posts(request: Request, actor: Administrator, id: _Name, body: HeldPosts) -> Response:
    """The account's posts from now on (交叉任职: several, one at a time)."""
    services = services_of(request)
    before, held = await services.people.set_posts(id, [post_named(one) for one in body.posts])
    detail = difference(before, held)
    if detail:
        await services.accesses.note(request, "posts_changed", actor=actor, subject=id, detail=detail)
    return answer(_account(await services.people.one(id)), headers=NO_STORE)


@router.post(
    "/admin/accounts/{id}/password",
    response_model=NewAccountView,
    summary="Reset a password",
    responses=_CHANGES,
)
async def reset(request: Request, actor: Administrator, id: _Name) -> Response:
    """Another one-time password, in this answer alone; every session and token of the account is over."""
    services = services_of(request)
    password = await services.people.reset_password(id)
    await services.accesses.note(request, "password_reset", actor=actor, subject=id)
    known = _account(await services.people.one(id))
    return answer(NewAccountView(**known.model_dump(), password=password), headers=NO_STORE)


@router.post(
    "/admin/accounts/{id}/{doing}",
    response_model=AccountView,
    summary="Shut, open, unlock, sign out",
    responses=_CHANGES,
)
async def do(request: Request, actor: Administrator, id: _Name, doing: Doing) -> Response:
    """Shuts an account, opens it, forgets its failed sign-ins, or ends all its sessions and tokens."""
    services = services_of(request)
    await done(services.people, id, doing)
    await services.accesses.note(request, _WHAT[doing], actor=actor, subject=id)
    return answer(_account(await services.people.one(id)), headers=NO_STORE)


async def done(people: People, id: str, doing: Doing) -> None:
    """Does it. Raises Refusal ``unknown_account``, ``last_administrator``."""
    if doing in ("disable", "enable"):
        await people.set_disabled(id, doing == "disable")
    elif doing == "unlock":
        await people.unlock(id)
    else:
        await people.sign_out(id)


def what_was_done(doing: Doing) -> What:
    """What the access log calls it."""
    return _WHAT[doing]


def post_named(capacity: str) -> Post:
    """``officer:laocheng`` → a post; one that there is not is refused where it is given."""
    role, _, unit = capacity.partition(":")
    return Post(role, unit or None)


def difference(before: Account, held: tuple[Post, ...]) -> str:
    """``+officer:laocheng -supervisor``."""
    added = [f"+{capacity_of(post)}" for post in held if post not in before.posts]
    gone = [f"-{capacity_of(post)}" for post in before.posts if post not in held]
    return " ".join((*added, *gone))


def _account(person: Person) -> AccountView:
    account = person.account
    return AccountView(
        id=account.id,
        posts=[capacity_of(post) for post in account.posts],
        disabled=account.disabled,
        change_by=account.change_by,
        locked_until=person.locked_until,
        sessions=person.sessions,
        astray=[capacity_of(post) for post in person.astray],
    )
