"""Sign-in: a password for a token; a token, or a session's cookie, for an actor in one capacity (交叉任职: one post
at a time)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import jwt
from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import Response

from api import schemas
from api.answers import NO_STORE, answer, documented
from api.csrf import require_own_page
from api.problems import Problem
from api.strict import StrictRoute
from api.throttle import Throttle
from domain.permission import Actor
from store.accounts import Account, Accounts, Post
from store.sessions import Session

VALID_FOR = timedelta(hours=8)
_ALGORITHM = "HS256"
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

    def read(self, token: str) -> Actor:
        """Raises Problem ``unauthenticated`` for anything that is not a valid token of ours."""
        try:
            claims: dict[str, Any] = jwt.decode(token, self._secret, [_ALGORITHM], options={"require": ["sub", "exp"]})
            actor = Actor(id=claims["sub"], role=claims.get("role", ""), unit=claims.get("unit"))
        except (jwt.InvalidTokenError, ValueError):  # pydantic's error is a ValueError
            raise Problem("unauthenticated") from None
        if actor.role not in _ROLES:
            raise Problem("unauthenticated")
        return actor


class SignIns:
    """Accounts as they stand: a token of a disabled account, or for a post given up, is good no longer."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._known: dict[str, Account] = {}
        self._failures = Throttle()
        self._computing = asyncio.Semaphore(2)

    async def refresh(self) -> None:
        """Reads the accounts again."""
        self._known = {account.id: account for account in await self._accounts.all()}

    async def sign_in(self, asked: schemas.SignIn, address: str) -> tuple[Account, Post]:
        """The account and the post to act in. Raises Problem."""
        key = f"{asked.username}@{address}"
        self._failures.check(key)
        async with self._computing:
            account = await self._accounts.sign_in(asked.username, asked.password)
        if account is None or not account.posts:
            self._failures.failed(key)
            raise Problem("bad_credentials")
        self._failures.succeeded(key)
        self._known[account.id] = account
        return account, _post(account, asked.capacity)

    async def account(self, id: str) -> Account | None:
        """An account as it was known last; disabled or not."""
        return self._known.get(id) or await self._accounts.get(id)

    async def require(self, actor: Actor) -> None:
        """Raises Problem ``unauthenticated`` unless the account is open and still holds the post."""
        account = await self.account(actor.id)
        held = account is not None and Post(actor.role, actor.unit) in account.posts
        if account is None or account.disabled or not held:
            raise Problem("unauthenticated")
        self._known.setdefault(actor.id, account)


def _post(account: Account, capacity: str | None) -> Post:
    if capacity is None:
        return account.posts[0]
    for post in account.posts:
        if capacity in (post.unit, f"{post.role}:{post.unit}", post.role):
            return post
    known = [f"{post.role}:{post.unit}" if post.unit else post.role for post in account.posts]
    raise Problem("unknown_capacity", capacity=capacity, known=known)


_bearer = HTTPBearer(
    auto_error=False, scheme_name="bearer", bearerFormat="JWT", description="The token that POST /token gives."
)


async def signed_in(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Actor:
    """Who calls, in what capacity: by a token, or by the cookie of a session. A request with an Authorization header
    is a program's, and its cookies do not count."""
    services = request.app.state.services
    if credentials is not None:
        actor: Actor = services.tokens.read(credentials.credentials)
    elif "authorization" in request.headers:
        raise Problem("unauthenticated")
    else:
        actor = await _in_session(request)
    await services.sign_ins.require(actor)
    request.state.actor = actor
    return actor


async def _in_session(request: Request) -> Actor:
    """Who the cookie says. Raises Problem ``unauthenticated``, ``cross_site``."""
    sessions = request.app.state.services.sessions
    session: Session | None = await sessions.of(request)
    if session is None:
        raise Problem("unauthenticated")
    await require_own_page(request, sessions.csrf_token(session))
    request.state.session = session
    return actor_in(session)


def actor_in(session: Session) -> Actor:
    """Who acts in a session. Raises Problem ``unauthenticated`` for a post that no role of today's has."""
    try:
        return Actor.model_validate({"id": session.account, "role": session.post.role, "unit": session.post.unit})
    except ValueError:
        raise Problem("unauthenticated") from None


SignedIn = Annotated[Actor, Depends(signed_in)]

router = APIRouter(route_class=StrictRoute, tags=["sign-in"])


@router.post("/token", response_model=schemas.Token, summary="Sign in", responses=documented(401, 415, 429))
async def token(request: Request, body: schemas.SignIn) -> Response:
    """Gives a token for one capacity of the account: the one named, or the first."""
    services = request.app.state.services
    account, post = await services.sign_ins.sign_in(body, request.client.host if request.client else "")
    posts = [schemas.PostView(role=held.role, unit=held.unit) for held in account.posts]
    issued = schemas.Token(
        access_token=services.tokens.issue(account.id, post),
        expires_in=int(VALID_FOR.total_seconds()),
        capacity=schemas.PostView(role=post.role, unit=post.unit),
        posts=posts,
    )
    return answer(issued, headers=NO_STORE)
