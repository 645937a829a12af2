"""Sign-ins that fail, counted in the database, so that a lock holds over processes and restarts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from store.errors import reaching_the_store

if TYPE_CHECKING:
    from store.database import Executor

# One statement, so that attempts at once are each counted. A lock that is over, or a long pause, starts anew.
_ATTEMPT = """
INSERT INTO sign_in_failures AS f (name, failures, last_at) VALUES ($1, 1, now())
ON CONFLICT (name) DO UPDATE SET
    failures = CASE
        WHEN f.locked_until > now() THEN f.failures
        WHEN f.locked_until IS NOT NULL OR f.last_at < now() - $4::interval THEN 1
        ELSE f.failures + 1 END,
    locked_until = CASE
        WHEN f.locked_until > now() THEN f.locked_until
        WHEN f.locked_until IS NULL AND f.last_at >= now() - $4::interval AND f.failures + 1 > $2
            THEN now() + $3::interval
        END,
    last_at = now()
RETURNING locked_until
"""


class SignInFailures:
    """Attempts by name on a pool (or connection). Every call may raise StoreUnavailable."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def attempt(self, name: str, *, most: int, lock: timedelta, forget: timedelta) -> datetime | None:
        """Counts an attempt as failed until it has succeeded; until when the name is locked, if it is.

        The one after the ``most``-th failure locks it, each within ``forget`` of the one before.
        """
        with reaching_the_store():
            locked: datetime | None = await self._executor.fetchval(_ATTEMPT, name, most, lock, forget)
        return locked

    async def locked(self) -> int:
        """How many names are locked now."""
        with reaching_the_store():
            return int(
                await self._executor.fetchval("SELECT count(*) FROM sign_in_failures WHERE locked_until > now()")
            )

    async def succeeded(self, name: str, *, forget: timedelta) -> None:
        """Forgets the name's failures, and everybody's of long ago."""
        with reaching_the_store():
            await self._executor.execute(
                "DELETE FROM sign_in_failures WHERE name = $1 "
                "OR (last_at < now() - $2::interval AND (locked_until IS NULL OR locked_until < now()))",
                name,
                forget,
            )

    async def locked_among(self, names: Iterable[str]) -> dict[str, datetime]:
        """Those of the names that are locked, each with until when."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT name, locked_until FROM sign_in_failures WHERE name = ANY($1) AND locked_until > now()",
                list(names),
            )
        return {row["name"]: row["locked_until"] for row in rows}

    async def forget(self, name: str) -> None:
        """Forgets the name's failures, and its lock with them."""
        with reaching_the_store():
            await self._executor.execute("DELETE FROM sign_in_failures WHERE name = $1", name)
