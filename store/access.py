"""Who saw and did what, beside the events: sign-ins, denials, each reading of sealed personal data, and what
administrators change.

Rows are only ever added; the database numbers and hashes them (migration 0002), each with the one before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from sqlalchemy import BigInteger, ColumnElement, Integer, false, func, or_, select

from store.paging import Asked
from store.statements import Statement, given, inserted
from store.tables.base import Instant
from store.tables.people import ACCESS_LOG

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
        await _ADD.run(
            self._executor,
            account=account,
            role=role,
            unit=unit,
            what=what,
            subject=subject,
            route=route,
            outcome=outcome,
            address=address,
            detail=detail,
        )

    async def page(self, query: AccessQuery) -> tuple[Access, ...]:
        """The rows that fit, newest first."""
        asked = _asked(query)
        rows = await _paged(asked.filters).rows(self._executor, **asked.values, limit=query.limit)
        return tuple(Access(**dict(row)) for row in rows)

    async def first_broken(self) -> int | None:
        """The position of the first row that is not as it was written, or that follows a hole; None where all is
        well. Reads the whole log."""
        found = await _FIRST_BROKEN.value(self._executor)
        return int(found) if found is not None else None


# What is inserted of a row, the database adds its position, instant and hashes.
_GIVEN = ("account", "role", "unit", "what", "subject", "route", "outcome", "address", "detail")
_EQUAL = ("account", "what", "subject", "outcome")
_FILTERS: Mapping[str, ColumnElement[bool]] = {
    "nothing": false(),
    **{column: ACCESS_LOG.c[column] == given(ACCESS_LOG.c[column]) for column in _EQUAL},
    "since": ACCESS_LOG.c.at >= given("since", Instant),
    "until": ACCESS_LOG.c.at < given("until", Instant),
    "before": ACCESS_LOG.c.position < given("before", BigInteger()),
}
"""What the log can be narrowed by."""


def _asked(query: AccessQuery) -> Asked:
    asked = Asked()
    for name in (*_EQUAL, "since", "until", "before"):
        if (value := getattr(query, name)) is not None:
            asked.add(name, **{name: value})
    return asked


# ---------------------------------------------------------------- statements, each made once

_ADD = Statement(inserted(ACCESS_LOG, *_GIVEN))
_SHOWN = select(*(ACCESS_LOG.c[name] for name in ("position", "at", *_GIVEN)))

_CHAIN = select(
    ACCESS_LOG.c.position,
    ACCESS_LOG.c.hash,
    ACCESS_LOG.c.prev_hash,
    func.hx_access_hash(ACCESS_LOG.table_valued()).label("right_hash"),
    func.lag(ACCESS_LOG.c.hash, 1, "").over(order_by=ACCESS_LOG.c.position).label("before"),
    func.row_number().over(order_by=ACCESS_LOG.c.position).label("n"),
).subquery("chain")
_FIRST_BROKEN = Statement(
    select(func.min(_CHAIN.c.position)).where(
        or_(
            _CHAIN.c.hash != _CHAIN.c.right_hash,
            _CHAIN.c.prev_hash != _CHAIN.c.before,
            _CHAIN.c.position != _CHAIN.c.n,
        )
    )
)


@lru_cache
def _paged(filters: tuple[str, ...]) -> Statement:
    page = _SHOWN.where(*(_FILTERS[name] for name in filters)).order_by(ACCESS_LOG.c.position.desc())
    return Statement(page.limit(given("limit", Integer())))
