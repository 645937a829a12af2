"""Accounts as administrators see and change them: who there is, in what posts, with what password."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from domain.errors import Refusal
from domain.permission import is_post
from services.sign_ins import SESSION_IDLE, SignIns
from store.accounts import Account, Post, hash_password
from store.sessions import SessionTable

if TYPE_CHECKING:
    from store.database import Pool
    from store.rulebook import Rulebook

GOOD_FOR = timedelta(days=7)
"""How long a one-time password may be used (ASVS 5.0, 6.4.1: it expires, and never becomes the account's own)."""

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody takes for others when they are read out."""
_GROUPS, _IN_GROUP = 4, 4


@dataclass(frozen=True, slots=True)
class Person:
    """An account with what is going on. ``locked_until``: failed sign-ins lock its name; ``astray``: posts that there
    are no longer."""

    account: Account
    sessions: int
    locked_until: datetime | None
    astray: tuple[Post, ...]

    @property
    def must_change(self) -> bool:
        """Whether its password is a one-time one."""
        return self.account.change_by is not None


class People:
    """The accounts on a pool. Calls may raise StoreUnavailable."""

    def __init__(self, pool: Pool, sign_ins: SignIns, rulebook: Rulebook) -> None:
        self._sign_ins = sign_ins
        self._accounts = sign_ins.accounts
        self._sessions = SessionTable(pool)
        self._rulebook = rulebook

    async def all(self) -> tuple[Person, ...]:
        """Every account, by id."""
        return await self._seen(await self._accounts.all())

    async def one(self, id: str) -> Person:
        """One account. Raises Refusal ``unknown_account``."""
        (person,) = await self._seen([await self._known(id)])
        return person

    async def _seen(self, accounts: Sequence[Account]) -> tuple[Person, ...]:
        counts = await self._sessions.counts(idle=SESSION_IDLE)
        locked = await self._sign_ins.locked([account.id for account in accounts])
        organisation = self._rulebook.current.organisation
        return tuple(
            Person(
                account,
                counts.get(account.id, 0),
                locked.get(account.id),
                tuple(post for post in account.posts if not is_post(organisation, post)),
            )
            for account in accounts
        )

    async def create(self, id: str, posts: Iterable[Post]) -> str:
        """A new account; its one-time password, which is kept nowhere. Raises Refusal ``account_exists``,
        ``bad_post``."""
        held = self._checked(posts)
        password = one_time_password()
        hashed = await asyncio.to_thread(hash_password, password)
        if not await self._accounts.create(id, hashed, held, datetime.now(UTC) + GOOD_FOR):
            raise Refusal("account_exists", account=id)
        await self._sign_ins.refresh()
        return password

    async def set_posts(self, id: str, posts: Iterable[Post]) -> tuple[Account, tuple[Post, ...]]:
        """Other posts: the account as it was, and the posts. Raises Refusal ``unknown_account``, ``bad_post``,
        ``last_administrator``."""
        before, wanted = await self._known(id), tuple(dict.fromkeys(posts))
        self._checked(post for post in wanted if post not in before.posts)  # what is held may be astray, and stay so
        held = tuple(sorted(wanted, key=lambda post: post not in before.posts))
        await self._accounts.set_posts(id, held)
        await self._sign_ins.refresh()
        return before, held

    async def set_disabled(self, id: str, disabled: bool) -> None:
        """Shuts an account with its sessions, or opens it. Raises Refusal ``unknown_account``,
        ``last_administrator``."""
        await self._known(id)
        await self._accounts.set_disabled(id, disabled)
        await self._sign_ins.refresh()

    async def reset_password(self, id: str) -> str:
        """Another one-time password; every session and token is over. Raises Refusal ``unknown_account``."""
        await self._known(id)
        password = one_time_password()
        await self._sign_ins.set_password(id, password, change_by=datetime.now(UTC) + GOOD_FOR)
        await self._sessions.end_all(id)
        await self._sign_ins.unlock(id)
        return password

    async def unlock(self, id: str) -> None:
        """Forgets the failed sign-ins. Raises Refusal ``unknown_account``."""
        await self._known(id)
        await self._sign_ins.unlock(id)

    async def sign_out(self, id: str) -> int:
        """Ends every session and token; how many sessions there were. Raises Refusal ``unknown_account``."""
        await self._known(id)
        await self._sign_ins.void_tokens(id)
        return await self._sessions.end_all(id)

    async def _known(self, id: str) -> Account:
        found = await self._accounts.get(id)
        if found is None:
            raise Refusal("unknown_account", account=id)
        return found

    def _checked(self, posts: Iterable[Post]) -> tuple[Post, ...]:
        organisation = self._rulebook.current.organisation
        held = tuple(dict.fromkeys(posts))
        for post in held:
            if not is_post(organisation, post):
                raise Refusal("bad_post", post=f"{post.role}:{post.unit}" if post.unit else post.role)
        return held


def one_time_password() -> str:
    """Sixteen characters in groups, some 79 bits: ``k7mh-q2xw-93tn-fz5p``."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_IN_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)
