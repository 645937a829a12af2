"""Sessions of the console: who is signed in, in what capacity, from where, until when.

Only a digest of the cookie is kept, so that a copy of the database opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from store.accounts import Post
from store.errors import reaching_the_store

if TYPE_CHECKING:
    import asyncpg

    from store.database import Executor

How = Literal["password", "oidc"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in of one account, acting in one post. Instants are UTC."""

    id: int
    digest: str
    account: str
    post: Post
    how: How
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str
    address: str


class SessionTable:
    """The sessions on a pool (or connection). Every call may raise StoreUnavailable."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def begin(
        self, digest: str, account: str, post: Post, how: How, *, lasts: timedelta, agent: str, address: str
    ) -> Session:
        """Keep a new session, for at most as long as it ``lasts``; what has expired meanwhile goes."""
        with reaching_the_store():
            await self._executor.execute("DELETE FROM sessions WHERE expires_at < now()")
            row = await self._executor.fetchrow(
                "INSERT INTO sessions (digest, account, role, unit, how, expires_at, agent, address) "
                "VALUES ($1, $2, $3, $4, $5, now() + $6, $7, $8) RETURNING *",
                digest,
                account,
                post.role,
                post.unit,
                how,
                lasts,
                agent,
                address,
            )
        assert row is not None
        return _session(row)

    async def find(self, digest: str, *, idle: timedelta) -> Session | None:
        """The session, unless it is over: expired, or not used for longer than ``idle``. Seen again now, to the
        minute."""
        with reaching_the_store():
            row = await self._executor.fetchrow(
                "SELECT *, seen_at < now() - interval '1 minute' AS stale FROM sessions "
                "WHERE digest = $1 AND expires_at > now() AND seen_at > now() - $2::interval",
                digest,
                idle,
            )
            if row is not None and row["stale"]:
                await self._executor.execute("UPDATE sessions SET seen_at = now() WHERE digest = $1", digest)
        return _session(row) if row else None

    async def act_as(self, digest: str, post: Post) -> None:
        """The session acts in another post from now on."""
        with reaching_the_store():
            await self._executor.execute(
                "UPDATE sessions SET role = $2, unit = $3 WHERE digest = $1", digest, post.role, post.unit
            )

    async def of(self, account: str, *, idle: timedelta) -> tuple[Session, ...]:
        """An account's sessions that are not over, the one seen last first."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT * FROM sessions WHERE account = $1 AND expires_at > now() AND seen_at > now() - $2::interval "
                "ORDER BY seen_at DESC, id DESC",
                account,
                idle,
            )
        return tuple(map(_session, rows))

    async def counts(self, *, idle: timedelta) -> dict[str, int]:
        """How many sessions that are not over each account has, of those that have any."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT account, count(*) AS n FROM sessions WHERE expires_at > now() "
                "AND seen_at > now() - $1::interval GROUP BY account",
                idle,
            )
        return {row["account"]: row["n"] for row in rows}

    async def end(self, digest: str) -> None:
        """The session is over; one that is none is over already."""
        with reaching_the_store():
            await self._executor.execute("DELETE FROM sessions WHERE digest = $1", digest)

    async def end_one(self, account: str, id: int) -> bool:
        """One of the account's sessions is over; whether there was such a one."""
        with reaching_the_store():
            row = await self._executor.fetchrow(
                "DELETE FROM sessions WHERE account = $1 AND id = $2 RETURNING id", account, id
            )
        return row is not None

    async def end_all(self, account: str, *, but: str | None = None) -> int:
        """All of the account's sessions are over, ``but`` the one with that digest; how many there were."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                "DELETE FROM sessions WHERE account = $1 AND ($2::text IS NULL OR digest <> $2) RETURNING id",
                account,
                but,
            )
        return len(rows)


def _session(row: asyncpg.Record) -> Session:
    fields = {name: row[name] for name in _PLAIN}
    return Session(post=Post(row["role"], row["unit"]), **fields)


_PLAIN = ("id", "digest", "account", "how", "created_at", "seen_at", "expires_at", "agent", "address")
