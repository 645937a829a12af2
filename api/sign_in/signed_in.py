"""Who calls, by a token or by a session's cookie, and the access log's note of how a sign-in went."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.edge.accesses import address_of
from api.edge.csrf import require_own_page
from api.sign_in.schemas import SignIn
from domain.permission import Actor
from domain.text.seeking import account_name
from services.problems import Problem
from store.accounts import Account, Post
from store.sessions import Session

BEARER = HTTPBearer(
    auto_error=False, scheme_name="bearer", bearerFormat="JWT", description="The token that POST /token gives."
)


async def signed_in(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
) -> Actor:
    """Who calls, in what capacity: by a token, or by the cookie of a session. A request with an Authorization header
    is a program's, and its cookies do not count."""
    services = request.app.state.services
    actor: Actor
    if credentials is not None:
        actor, generation = services.tokens.read(credentials.credentials)
        await services.sign_ins.require(actor, generation)
    elif "authorization" in request.headers:
        raise Problem("unauthenticated")
    else:
        actor = await _in_session(request)
        await services.sign_ins.require(actor)
        if request.state.session.how == "password" and request.url.path not in _WITH_A_ONE_TIME_PASSWORD:
            await services.sign_ins.require_own_password(actor.id)
    request.state.actor = actor
    return actor


_WITH_A_ONE_TIME_PASSWORD = frozenset({"/account", "/account/password", "/sign-out"})
"""All that a session may do before its one-time password has been changed."""


async def _in_session(request: Request) -> Actor:
    """Who the cookie says. Raises Problem ``unauthenticated``, ``cross_site``."""
    sessions = request.app.state.services.sessions
    session: Session | None = await sessions.of(request)
    if session is None:
        raise Problem("unauthenticated")
    actor = actor_in(session)
    request.state.session, request.state.actor = session, actor
    await require_own_page(request, sessions.csrf_token(session))
    return actor


def actor_in(session: Session) -> Actor:
    """Who acts in a session. Raises Problem ``unauthenticated`` for a post that no role of today's has."""
    try:
        return Actor.model_validate({"id": session.account, "role": session.post.role, "unit": session.post.unit})
    except ValueError:
        raise Problem("unauthenticated") from None


async def signing_in(request: Request, asked: SignIn) -> tuple[Account, Post]:
    """The account and the post to act in, with a note of how it went. Raises Problem."""
    services = request.app.state.services
    try:
        account, post = await services.sign_ins.sign_in(
            asked.username, asked.password, asked.capacity, address_of(request)
        )
    except Problem as problem:
        what = "sign_in_locked" if problem.code == "too_many_attempts" else "sign_in_failed"
        known = await services.sign_ins.account(account_name(asked.username))
        # What is tried as a name and is none may be a password.
        await services.accesses.note(request, what, outcome="denied", account=known.id if known else None)
        raise
    await services.accesses.note(request, "sign_in", actor=Actor(id=account.id, role=post.role, unit=post.unit))
    return account, post


SignedIn = Annotated[Actor, Depends(signed_in)]
