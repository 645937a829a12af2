"""Views of the case list: filters that an account has kept under a name, as the address has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.errors import reaching_the_store

if TYPE_CHECKING:
    from store.database import Executor

MOST = 30
"""How many views an account keeps."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """A view. ``query``: what stands after the question mark."""

    id: int
    name: str
    query: str


class CaseViews:
    """The views on a pool (or connection). Every call may raise StoreUnavailable."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def of(self, account: str) -> tuple[CaseView, ...]:
        """An account's views, by name."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT id, name, query FROM case_views WHERE account = $1 ORDER BY name, id", account
            )
        return tuple(CaseView(**dict(row)) for row in rows)

    async def put(self, account: str, name: str, query: str) -> bool:
        """Keeps a view; one of the same name is replaced. False where the account keeps as many as it may."""
        with reaching_the_store():
            kept = await self._executor.fetchval(
                "INSERT INTO case_views (account, name, query) SELECT $1, $2, $3 "
                "WHERE (SELECT count(*) FROM case_views WHERE account = $1 AND name <> $2) < $4 "
                "ON CONFLICT (account, name) DO UPDATE SET query = excluded.query RETURNING id",
                account,
                name,
                query,
                MOST,
            )
        return kept is not None

    async def remove(self, account: str, view: int) -> None:
        """Forgets an account's view; one that is not theirs stays."""
        with reaching_the_store():
            await self._executor.execute("DELETE FROM case_views WHERE account = $1 AND id = $2", account, view)
