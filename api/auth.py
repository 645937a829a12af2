"""Sign-in: a password for a token; a token, or a session's cookie, for an actor in one capacity (交叉任职: one post
at a time)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import jwt
from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import Response

from api import schemas
from api.answers import NO_STORE, answer, documented
from api.csrf import require_own_page
from api.sessions import address_of
from api.strict import StrictRoute
from domain.permission import Actor
from services.problems import Problem
from store.accounts import Account, Post
from store.sessions import Session

VALID_FOR = timedelta(hours=8)
_ALGORITHM = "HS256"
_CLAIMS = ["sub", "exp", "iat"]
_ROLES = frozenset({"officer", "department", "supervisor", "administrator"})


class Tokens:
    """Signs and reads tokens with the process's secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def issue(self, account: str, post: Post) -> str:
        """A token for one capacity, valid for ``VALID_FOR``."""
        now = datetime.now(UTC)
        claims = {"sub": account, "role": post.role, "unit": post.unit, "iat": now, "exp": now + VALID_FOR}
        return jwt.encode(claims, self._secret, _ALGORITHM)

    def read(self, token: str) -> tuple[Actor, datetime]:
        """Who acts, and when the token was issued. Raises Problem ``unauthenticated`` for anything that is not a valid
        token of ours."""
        try:
            claims: dict[str, Any] = jwt.decode(token, self._secret, [_ALGORITHM], options={"require": _CLAIMS})
            actor = Actor(id=claims["sub"], role=claims.get("role", ""), unit=claims.get("unit"))
        except (jwt.InvalidTokenError, ValueError):  # pydantic's error is a ValueError
            raise Problem("unauthenticated") from None
        if actor.role not in _ROLES:
            raise Problem("unauthenticated")
        return actor, datetime.fromtimestamp(claims["iat"], UTC)


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
        actor, issued_at = services.tokens.read(credentials.credentials)
        await services.sign_ins.require(actor, issued_at)
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


async def signing_in(request: Request, asked: schemas.SignIn) -> tuple[Account, Post]:
    """The account and the post to act in, with a note of how it went. Raises Problem."""
    services = request.app.state.services
    try:
        account, post = await services.sign_ins.sign_in(
            asked.username, asked.password, asked.capacity, address_of(request)
        )
    except Problem as problem:
        what = "sign_in_locked" if problem.code == "too_many_attempts" else "sign_in_failed"
        known = await services.sign_ins.account(asked.username)
        # What is tried as a name and is none may be a password.
        await services.accesses.note(request, what, outcome="denied", account=known.id if known else None)
        raise
    await services.accesses.note(request, "sign_in", actor=Actor(id=account.id, role=post.role, unit=post.unit))
    return account, post


SignedIn = Annotated[Actor, Depends(signed_in)]

router = APIRouter(route_class=StrictRoute, tags=["sign-in"])


@router.post("/token", response_model=schemas.Token, summary="Sign in", responses=documented(401, 403, 415, 429))
async def token(request: Request, body: schemas.SignIn) -> Response:
    """Gives a token for one capacity of the account: the one named, or the first."""
    services = request.app.state.services
    account, post = await signing_in(request, body)
    if account.change_by is not None:
        raise Problem("password_must_change")
    posts = [schemas.PostView(role=held.role, unit=held.unit) for held in account.posts]
    issued = schemas.Token(
        access_token=services.tokens.issue(account.id, post),
        expires_in=int(VALID_FOR.total_seconds()),
        capacity=schemas.PostView(role=post.role, unit=post.unit),
        posts=posts,
    )
    return answer(issued, headers=NO_STORE)
