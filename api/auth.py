"""Sign-in: a password for a token; a token, or a session's cookie, for an actor in one capacity (交叉任职: one post
at a time)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import jwt
from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import Response

from api import schemas
from api.answers import NO_STORE, answer, documented
from api.csrf import require_own_page
from api.problems import Problem
from api.sessions import address_of
from api.strict import StrictRoute
from api.throttle import Guesses, too_many_attempts
from domain.permission import Actor, PostLike
from store.accounts import Account, Accounts, Post, hash_password
from store.attempts import SignInFailures
from store.sessions import Session

if TYPE_CHECKING:
    from store.database import Pool

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


FAILURES = 10
LOCK = timedelta(minutes=15)
FORGET = timedelta(hours=1)
"""A name is locked for LOCK by the attempt after FAILURES failed ones, each within FORGET of the one before (ASVS 5.0,
6.3.1). A name that is nobody's is locked alike, so that nobody learns which there are."""


class SignIns:
    """Accounts as they stand: a token of a disabled account, or for a post given up, is good no longer."""

    def __init__(self, pool: Pool, secret: bytes) -> None:
        self.accounts = Accounts(pool)
        self._secret = secret
        self._attempts = SignInFailures(pool)
        self._known: dict[str, Account] = {}
        self._failures = Guesses(each=8, address=300)
        self._computing = asyncio.Semaphore(2)

    async def refresh(self) -> None:
        """Reads the accounts again."""
        self._known = {account.id: account for account in await self.accounts.all()}

    async def sign_in(self, asked: schemas.SignIn, address: str) -> tuple[Account, Post]:
        """The account and the post to act in. Raises Problem."""
        account = await self.checked(asked.username, asked.password, address)
        if account is None or not account.posts:
            raise Problem("bad_credentials")
        if account.change_by is not None and account.change_by < datetime.now(UTC):
            raise Problem("password_expired")
        self._known[account.id] = account
        return account, post_of(account.posts, asked.capacity)

    async def checked(self, username: str, password: str, address: str) -> Account | None:
        """The account, where the password is right; a wrong one counts. Raises Problem ``too_many_attempts``."""
        self._failures.check(username, address)
        name = self._digest(username)
        locked = await self._attempts.attempt(name, most=FAILURES, lock=LOCK, forget=FORGET)
        if locked is not None:
            raise too_many_attempts((locked - datetime.now(UTC)).total_seconds())
        async with self._computing:
            account = await self.accounts.sign_in(username, password)
        if account is None:
            self._failures.failed(username, address)
            return None
        self._failures.succeeded(username, address)
        await self._attempts.succeeded(name, forget=FORGET)
        return account

    def _digest(self, username: str) -> str:
        """What failures are kept under: a name that is tried may be nobody's, or a password."""
        return hmac.digest(self._secret, f"name:{username}".encode(), hashlib.sha256).hex()

    async def locked(self, names: Iterable[str]) -> dict[str, datetime]:
        """Those of the names that failed sign-ins lock, each with until when."""
        digests = {self._digest(name): name for name in names}
        return {digests[digest]: until for digest, until in (await self._attempts.locked_among(digests)).items()}

    async def unlock(self, name: str) -> None:
        """Forgets a name's failures; here also those that only slow it down."""
        await self._attempts.forget(self._digest(name))
        self._failures.forget(name)

    async def void_tokens(self, id: str) -> None:
        """The account's tokens are good no longer, and here at once."""
        await self.accounts.void_tokens(id)
        self._known.pop(id, None)

    async def set_password(self, id: str, password: str, *, change_by: datetime | None = None) -> None:
        """Another password, a one-time one with ``change_by``; the tokens from before are good no longer."""
        async with self._computing:
            hashed = await asyncio.to_thread(hash_password, password)
        await self.accounts.set_password(id, hashed, change_by=change_by)
        self._known.pop(id, None)

    async def account(self, id: str) -> Account | None:
        """An account as it was known last; disabled or not."""
        return self._known.get(id) or await self.accounts.get(id)

    async def require_own_password(self, id: str) -> None:
        """Raises Problem ``password_must_change`` while the account's password is a one-time one."""
        known = await self.account(id)
        if known is None or known.change_by is None:
            return
        account = await self.accounts.get(id)  # it may have been changed at another process
        if account is not None and account.change_by is not None:
            raise Problem("password_must_change")
        self._known.pop(id, None)

    async def require(self, actor: Actor, issued_at: datetime | None = None) -> None:
        """Raises Problem ``unauthenticated`` unless the account is open and still holds the post; a token's
        ``issued_at`` must not be from before the account's tokens were made void."""
        account = await self.account(actor.id)
        if account is None or account.disabled or Post(actor.role, actor.unit) not in account.posts:
            raise Problem("unauthenticated")
        since = account.tokens_since
        if issued_at is not None and since is not None and issued_at < since.replace(microsecond=0):
            raise Problem("unauthenticated")
        self._known.setdefault(actor.id, account)


def post_of(posts: Sequence[Post], capacity: str | None) -> Post:
    """The post that ``capacity`` names (a unit, ``role:unit``, or a role); the first without. Raises Problem."""
    if capacity is None:
        return posts[0]
    for post in posts:
        if capacity in (post.unit, capacity_of(post), post.role):
            return post
    raise Problem("unknown_capacity", capacity=capacity, known=[capacity_of(post) for post in posts])


def capacity_of(post: PostLike) -> str:
    """A post's name: ``role:unit``, or the role where it has no unit."""
    return f"{post.role}:{post.unit}" if post.unit else post.role


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
        account, post = await services.sign_ins.sign_in(asked, address_of(request))
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
