"""Who may sign in: accounts with their posts; passwords as Argon2id."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import case, cast, delete, false, func, not_, select, true, update
from sqlalchemy.dialects.postgresql import JSONB

from domain.errors import Refusal
from store.database import is_text, transaction
from store.statements import Statement, given, inserted
from store.tables.base import constant
from store.tables.people import ACCOUNTS, SESSIONS

if TYPE_CHECKING:
    import asyncpg

    from store.database import Executor, Pool

# Argon2id, RFC 9106's second recommendation scaled to a small box: 19 MiB, two passes (OWASP's minimum).
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_LONGEST_PASSWORD = 1024

_CHANGING = 7360
"""The lock under which accounts are changed: two administrators do not shut each other out at once."""


@dataclass(frozen=True, slots=True)
class Post:
    """One post of a person: a role, at a unit or department (None for posts without one)."""

    role: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """An account as others may see it: never with its password's hash. ``tokens_since``: when its tokens were made
    void last. ``change_by``: the password is a one-time one, good until then, and to be changed first."""

    id: str
    posts: tuple[Post, ...]
    disabled: bool
    tokens_since: datetime | None = None
    change_by: datetime | None = None

    @property
    def generation(self) -> str:
        """What tokens that are good carry. No clock decides: a token of the second before is as dead as any other."""
        return self.tokens_since.isoformat() if self.tokens_since is not None else ""

    @property
    def administers(self) -> bool:
        """Whether it can be used to administer."""
        return not self.disabled and any(post.role == "administrator" for post in self.posts)


class Accounts:
    """The accounts on a pool. Every call may raise StoreUnavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def put(self, id: str, password_hash: str, posts: Iterable[Post]) -> None:
        """Create an account, or give it another password and other posts; its tokens are void then. See
        `hash_password`. Its name is in lower case, as `domain.text.seeking.account_name` reads what is typed."""
        await _PUT.run(self._pool, id=id, password_hash=password_hash, posts=_json(posts))

    async def add_missing(self, accounts: Iterable[tuple[str, Iterable[Post]]], password_hash: str) -> None:
        """Create those that are not there yet, with one password: a sample organisation's."""
        new = [{"id": id, "password_hash": password_hash, "posts": _json(posts)} for id, posts in accounts]
        await _ADD.run_each(self._pool, new)

    async def create(self, id: str, password_hash: str, posts: Iterable[Post], change_by: datetime) -> bool:
        """A new account with a one-time password; False where there is one of that name already."""
        row = {"id": id, "password_hash": password_hash, "posts": _json(posts), "change_by": change_by}
        return bool(await _CREATE.value(self._pool, **row))

    async def set_posts(self, id: str, posts: Iterable[Post]) -> bool:
        """Other posts. Where one is taken away, its sessions are over and every token is void, so that nothing comes
        back with it. Whether there is such an account.

        Raises Refusal ``last_administrator``.
        """
        return await self._guarded(_SET_POSTS, id, posts=_json(posts))

    async def set_disabled(self, id: str, disabled: bool) -> bool:
        """Shut an account, with its sessions and tokens, or open it again; whether there is such an account.

        Raises Refusal ``last_administrator``.
        """
        return await self._guarded(_SHUT if disabled else _OPEN, id)

    async def _guarded(self, change: Statement, id: str, **values: object) -> bool:
        """A change after which there is still somebody who can administer, unless there was nobody before."""
        async with transaction(self._pool) as connection:
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _CHANGING)
            before = await _ADMINISTERED.value(connection)
            done = await change.value(connection, id=id, **values)
            if before and not await _ADMINISTERED.value(connection):
                raise Refusal("last_administrator", account=id)
        return bool(done)

    async def set_password(self, id: str, password_hash: str, *, change_by: datetime | None = None) -> None:
        """Another password, a one-time one with ``change_by``; tokens from before are good no longer. See
        `hash_password`."""
        await _SET_PASSWORD.run(self._pool, id=id, password_hash=password_hash, change_by=change_by)

    async def void_tokens(self, id: str) -> None:
        """Tokens from before are good no longer."""
        await _VOID_TOKENS.run(self._pool, id=id)

    async def get(self, id: str) -> Account | None:
        """An account, disabled or not."""
        row = await self._find(id)
        return _account(row) if row else None

    async def all(self) -> tuple[Account, ...]:
        """Every account, by id."""
        return await every_account(self._pool)

    async def sign_in(self, id: str, password: str) -> Account | None:
        """The account, when the password is right and it is not disabled; otherwise None.

        It takes as long for an unknown account as for a wrong password, and blocks no one while it computes.
        """
        row = await self._find(id)
        kept = row["password_hash"] if row else await asyncio.to_thread(_nobody)
        right = await asyncio.to_thread(_is_right, kept, password)
        if row is None or not right or row["disabled"]:
            return None
        return _account(row)

    async def _find(self, id: str) -> asyncpg.Record | None:
        return await _FIND.row(self._pool, id=id) if is_text(id) else None


async def every_account(executor: Executor) -> tuple[Account, ...]:
    """Every account, by id, as a pool or a transaction sees them. Raises StoreUnavailable."""
    return tuple(map(_account, await _ALL.rows(executor)))


# ---------------------------------------------------------------- statements, each made once

_SEEN = select(*(ACCOUNTS.c[name] for name in ("id", "posts", "disabled", "tokens_since", "change_by")))
_THIS = ACCOUNTS.c.id == given(ACCOUNTS.c.id)
_CHANGE = update(ACCOUNTS).where(_THIS)
_POSTS = given(ACCOUNTS.c.posts)

_NEW = inserted(ACCOUNTS, "id", "password_hash", "posts")
_PUT = Statement(
    _NEW.on_conflict_do_update(
        index_elements=[ACCOUNTS.c.id],
        set_={**{name: _NEW.excluded[name] for name in ("password_hash", "posts")}, "tokens_since": func.now()},
    )
)
_ADD = Statement(_NEW.on_conflict_do_nothing(index_elements=[ACCOUNTS.c.id]))
_CREATE = Statement(
    inserted(ACCOUNTS, "id", "password_hash", "posts", "change_by")
    .on_conflict_do_nothing(index_elements=[ACCOUNTS.c.id])
    .returning(true())
)
_VOID = case((_POSTS.contains(ACCOUNTS.c.posts), ACCOUNTS.c.tokens_since), else_=func.now())
_SESSIONS_POST = func.jsonb_build_array(
    func.jsonb_build_object(constant("role"), SESSIONS.c.role, constant("unit"), SESSIONS.c.unit)
)
_TAKEN_AWAY = (
    delete(SESSIONS)
    .where(SESSIONS.c.account == given(ACCOUNTS.c.id), not_(_POSTS.contains(_SESSIONS_POST)))
    .returning(SESSIONS.c.id)
    .cte("taken_away")
)
_SET_POSTS = Statement(_CHANGE.values(posts=_POSTS, tokens_since=_VOID).returning(true()).add_cte(_TAKEN_AWAY))
_OPEN = Statement(_CHANGE.values(disabled=false()).returning(true()))
_ENDED = delete(SESSIONS).where(SESSIONS.c.account == given(ACCOUNTS.c.id)).returning(SESSIONS.c.id).cte("ended")
_SHUT = Statement(_CHANGE.values(disabled=true(), tokens_since=func.now()).returning(true()).add_cte(_ENDED))
_SET_PASSWORD = Statement(
    _CHANGE.values(
        password_hash=given(ACCOUNTS.c.password_hash), tokens_since=func.now(), change_by=given(ACCOUNTS.c.change_by)
    )
)
_VOID_TOKENS = Statement(_CHANGE.values(tokens_since=func.now()))
_FIND = Statement(_SEEN.add_columns(ACCOUNTS.c.password_hash).where(_THIS))
_ALL = Statement(_SEEN.order_by(ACCOUNTS.c.id))
_IS_ADMINISTRATOR = ACCOUNTS.c.posts.contains(cast(constant('[{"role": "administrator"}]'), JSONB))
_ADMINISTERED = Statement(
    select(select(ACCOUNTS.c.id).where(not_(ACCOUNTS.c.disabled), _IS_ADMINISTRATOR).exists().label("administered"))
)


def hash_password(password: str) -> str:
    """Argon2id with a random salt; takes some 30 ms, so not on the event loop for many."""
    return _HASHER.hash(password)


@cache
def _nobody() -> str:
    """A hash to compare with when there is no account."""
    return _HASHER.hash("nobody")


def _is_right(kept: str, password: str) -> bool:
    if len(password) > _LONGEST_PASSWORD or not is_text(password):
        return False
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def _json(posts: Iterable[Post]) -> list[dict[str, str | None]]:
    return [{"role": post.role, "unit": post.unit} for post in posts]


def _account(row: asyncpg.Record) -> Account:
    posts = tuple(Post(post["role"], post["unit"]) for post in row["posts"])
    return Account(row["id"], posts, row["disabled"], row["tokens_since"], row["change_by"])
