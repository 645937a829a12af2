"""Who may sign in: names and passwords, what failures lock, and accounts as they stand."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from domain.permission import Actor, PostLike
from domain.text.seeking import account_name
from services.problems import Problem
from services.throttle import Guesses, too_many_attempts
from store.accounts import Account, Accounts, Post, hash_password
from store.attempts import SignInFailures

if TYPE_CHECKING:
    from store.database import Pool


SESSION_LASTS = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=4)
"""A session is over after a working day, and after half of one without use (ASVS 5.0, 7.3)."""

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

    async def sign_in(self, username: str, password: str, capacity: str | None, address: str) -> tuple[Account, Post]:
        """The account and the post to act in. Raises Problem."""
        account = await self.checked(username, password, address)
        if account is None or not account.posts:
            raise Problem("bad_credentials")
        if account.change_by is not None and account.change_by < datetime.now(UTC):
            raise Problem("password_expired")
        self._known[account.id] = account
        return account, post_of(account.posts, capacity)

    async def checked(self, username: str, password: str, address: str) -> Account | None:
        """The account, however its name is typed, where the password is right; a wrong one counts.

        Raises Problem ``too_many_attempts``.
        """
        username = account_name(username)
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

    async def require(self, actor: Actor, generation: str | None = None) -> None:
        """Raises Problem ``unauthenticated`` unless the account is open and still holds the post; a token's
        ``generation`` must be the one of the account's tokens that are good."""
        account = await self.account(actor.id)
        if account is None or account.disabled or Post(actor.role, actor.unit) not in account.posts:
            raise Problem("unauthenticated")
        if generation is not None and generation != account.generation:
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
