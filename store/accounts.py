"""Who may sign in: accounts with their posts; passwords as Argon2id."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import Refusal
from store.database import is_text
from store.errors import reaching_the_store

if TYPE_CHECKING:
    import asyncpg

    from store.database import Executor, Pool

# Argon2id, RFC 9106's second recommendation scaled to a small box: 19 MiB, two passes (OWASP's minimum).
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_LONGEST_PASSWORD = 1024

_SEEN = "id, posts, disabled, tokens_since, change_by"
_ADMINISTERED = (
    """SELECT EXISTS (SELECT FROM accounts WHERE NOT disabled AND posts @> '[{"role": "administrator"}]'::jsonb)"""
)
_CHANGING = 7360
"""The lock under which accounts are changed: two administrators do not shut each other out at once."""


@dataclass(frozen=True, slots=True)
class Post:
    """One post of a person: a role, at a unit or department (None for posts without one)."""

    role: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """An account as others may see it: never with its password's hash. Tokens from before ``tokens_since`` are good
    no longer. ``change_by``: the password is a one-time one, good until then, and to be changed first."""

    id: str
    posts: tuple[Post, ...]
    disabled: bool
    tokens_since: datetime | None = None
    change_by: datetime | None = None

    @property
    def administers(self) -> bool:
        """Whether it can be used to administer."""
        return not self.disabled and any(post.role == "administrator" for post in self.posts)


class Accounts:
    """The accounts on a pool. Every call may raise StoreUnavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def put(self, id: str, password_hash: str, posts: Iterable[Post]) -> None:
        """Create an account, or give it another password and other posts. See `hash_password`."""
        await self._write(
            "INSERT INTO accounts (id, password_hash, posts) VALUES ($1, $2, $3) "
            "ON CONFLICT (id) DO UPDATE SET password_hash = excluded.password_hash, posts = excluded.posts",
            [(id, password_hash, _json(posts))],
        )

    async def add_missing(self, accounts: Iterable[tuple[str, Iterable[Post]]], password_hash: str) -> None:
        """Create those that are not there yet, with one password: a sample organisation's."""
        await self._write(
            "INSERT INTO accounts (id, password_hash, posts) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
            [(id, password_hash, _json(posts)) for id, posts in accounts],
        )

    async def create(self, id: str, password_hash: str, posts: Iterable[Post], change_by: datetime) -> bool:
        """A new account with a one-time password; False where there is one of that name already."""
        with reaching_the_store():
            made = await self._pool.fetchval(
                "INSERT INTO accounts (id, password_hash, posts, change_by) VALUES ($1, $2, $3, $4) "
                "ON CONFLICT (id) DO NOTHING RETURNING true",
                id,
                password_hash,
                _json(posts),
                change_by,
            )
        return bool(made)

    async def set_posts(self, id: str, posts: Iterable[Post]) -> bool:
        """Other posts; sessions and tokens of those that are gone are good no longer. Whether there is such an account.

        Raises Refusal ``last_administrator``.
        """
        return await self._guarded("UPDATE accounts SET posts = $2 WHERE id = $1 RETURNING true", id, _json(posts))

    async def set_disabled(self, id: str, disabled: bool) -> bool:
        """Shut an account, with its sessions, or open it again; whether there is such an account.

        Raises Refusal ``last_administrator``.
        """
        return await self._guarded(
            "WITH ended AS (DELETE FROM sessions WHERE account = $1 AND $2) "
            "UPDATE accounts SET disabled = $2 WHERE id = $1 RETURNING true",
            id,
            disabled,
        )

    async def _guarded(self, statement: str, *values: object) -> bool:
        """A change after which there is still somebody who can administer, unless there was nobody before."""
        with reaching_the_store():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", _CHANGING)
                before = await connection.fetchval(_ADMINISTERED)
                done = await connection.fetchval(statement, *values)
                if before and not await connection.fetchval(_ADMINISTERED):
                    raise Refusal("last_administrator", account=values[0])
        return bool(done)

    async def set_password(self, id: str, password_hash: str, *, change_by: datetime | None = None) -> None:
        """Another password, a one-time one with ``change_by``; tokens from before are good no longer. See
        `hash_password`."""
        await self._write(
            "UPDATE accounts SET password_hash = $2, tokens_since = now(), change_by = $3 WHERE id = $1",
            [(id, password_hash, change_by)],
        )

    async def void_tokens(self, id: str) -> None:
        """Tokens from before are good no longer."""
        await self._write("UPDATE accounts SET tokens_since = now() WHERE id = $1", [(id,)])

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
        if not is_text(id):
            return None
        with reaching_the_store():
            return await self._pool.fetchrow(f"SELECT password_hash, {_SEEN} FROM accounts WHERE id = $1", id)

    async def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        with reaching_the_store():
            await self._pool.executemany(statement, rows)


async def every_account(executor: Executor) -> tuple[Account, ...]:
    """Every account, by id, as a pool or a transaction sees them. Raises StoreUnavailable."""
    with reaching_the_store():
        rows = await executor.fetch(f"SELECT {_SEEN} FROM accounts ORDER BY id")
    return tuple(map(_account, rows))


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
