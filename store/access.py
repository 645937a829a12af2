"""Who saw and did what, beside the events: sign-ins, denials, each reading of sealed personal data, and what
administrators change.

Rows are only ever added; the database numbers and hashes them (migration 0002), each with the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from store.database import is_text
from store.errors import reaching_the_store

if TYPE_CHECKING:
    from store.database import Executor

What = Literal[
    "read_personal",
    "denied",
    "sign_in",
    "sign_in_failed",
    "sign_in_locked",
    "sign_out",
    "sign_out_everywhere",
    "capacity_changed",
    "password_changed",
    "exported",
    "account_created",
    "posts_changed",
    "account_disabled",
    "account_enabled",
    "password_reset",
    "account_unlocked",
    "sessions_ended",
    "policy_loaded",
]
Outcome = Literal["done", "denied"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One row. ``account`` is None where nobody is signed in; ``subject`` is a case, a sitting or an emergency;
    of what administrators do, an account or a policy, and ``detail`` says what was changed."""

    position: int
    at: datetime
    account: str | None
    role: str | None
    unit: str | None
    what: What
    subject: str | None
    route: str | None
    outcome: Outcome
    address: str
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessQuery:
    """Which rows; every filter narrows. ``before``: only those with a smaller position."""

    account: str | None = None
    what: str | None = None
    subject: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 50


class AccessLog:
    """The log on a pool (or connection). Every call may raise StoreUnavailable."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def add(
        self,
        what: What,
        outcome: Outcome,
        *,
        account: str | None,
        role: str | None = None,
        unit: str | None = None,
        subject: str | None = None,
        route: str | None = None,
        address: str,
        detail: str | None = None,
    ) -> None:
        """Adds a row; its position, time and hash come from the database."""
        with reaching_the_store():
            await self._executor.execute(
                "INSERT INTO access_log (account, role, unit, what, subject, route, outcome, address, detail) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                account,
                role,
                unit,
                what,
                subject,
                route,
                outcome,
                address,
                detail,
            )

    async def page(self, query: AccessQuery) -> tuple[Access, ...]:
        """The rows that fit, newest first."""
        conditions, values = _where(query)
        statement = f"SELECT {_COLUMNS} FROM access_log{conditions} ORDER BY position DESC LIMIT {query.limit}"
        with reaching_the_store():
            rows = await self._executor.fetch(statement, *values)
        return tuple(Access(**dict(row)) for row in rows)

    async def first_broken(self) -> int | None:
        """The position of the first row that is not as it was written, or that follows a hole; None where all is
        well. Reads the whole log."""
        with reaching_the_store():
            found = await self._executor.fetchval(
                "SELECT min(position) FROM (SELECT position, hash, prev_hash, hx_access_hash(a) AS right_hash, "
                "lag(hash, 1, '') OVER w AS before, row_number() OVER w AS n FROM access_log AS a "
                "WINDOW w AS (ORDER BY position)) AS chain "
                "WHERE hash <> right_hash OR prev_hash <> before OR position <> n"
            )
        return int(found) if found is not None else None


_COLUMNS = "position, at, account, role, unit, what, subject, route, outcome, address, detail"
_EQUAL = ("account", "what", "subject", "outcome")


def _where(query: AccessQuery) -> tuple[str, list[object]]:
    asked: list[tuple[str, object]] = [
        (f"{column} = ", value) for column in _EQUAL if (value := getattr(query, column)) is not None
    ]
    asked += [
        (condition, value)
        for condition, value in (("at >= ", query.since), ("at < ", query.until), ("position < ", query.before))
        if value is not None
    ]
    if any(isinstance(value, str) and not is_text(value) for _, value in asked):
        return " WHERE false", []
    conditions = [f"{condition}${place}" for place, (condition, _) in enumerate(asked, 1)]
    return (" WHERE " + " AND ".join(conditions) if conditions else ""), [value for _, value in asked]
