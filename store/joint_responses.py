"""The list of joint responses: one row each, written with each append."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from domain.errors import Refusal
from store.database import is_text
from store.errors import reaching_the_store

if TYPE_CHECKING:
    from store.database import Executor

MAX_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRow:
    """A joint response as lists show it. Instants are UTC; ``playbook`` is kind and version; ``tasks`` as in its state.

    ``units``: every unit over one of its cases; ``departments``: who signs and reports for one of its tasks.
    """

    id: str
    version: int
    playbook: str
    status: str
    phase: str
    cases: list[str]
    estates: list[str]
    units: list[str]
    departments: list[str]
    lead: str
    declared_at: datetime
    stood_down_at: datetime | None
    watch_until: datetime | None
    cap_at: datetime
    late: bool
    required_open: int
    next_until: datetime | None
    tasks: list[dict[str, Any]]
    linked: list[str]
    sitting: str | None
    provider: str | None
    outcome: str | None
    reports: int
    updated_at: datetime

    @property
    def closed(self) -> bool:
        """Whether its watch is over too."""
        return self.status == "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseQuery:
    """Which responses: under one of ``units``, or with a task of one of ``departments``; None leaves open.

    ``cursor`` is a page's ``next_cursor``; ``limit`` is at most 200.
    """

    units: tuple[str, ...] | None = None
    departments: tuple[str, ...] | None = None
    status: str | None = None
    playbook: str | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ResponsePage:
    """Those that run first, then the closed ones; the newest first among each. The last page has no cursor."""

    items: tuple[ResponseRow, ...]
    next_cursor: str | None


_LISTED = """
SELECT * FROM responses
WHERE ($1::text[] IS NULL OR units && $1) AND ($2::text[] IS NULL OR departments && $2)
  AND ($3::text IS NULL OR status = $3) AND ($4::text IS NULL OR split_part(playbook, '@', 1) = $4)
  AND ($5::boolean IS NULL OR (status = 'closed') > $5
       OR ((status = 'closed') = $5 AND (declared_at, id) < ($6::timestamptz, $7::text)))
ORDER BY (status = 'closed'), declared_at DESC, id DESC LIMIT $8
"""


class Responses:
    """The list on a pool (or connection). Every call may raise StoreUnavailable."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def get(self, response: str) -> ResponseRow | None:
        """One response."""
        return (await self.some([response])).get(response) if is_text(response) else None

    async def some(self, responses: Iterable[str]) -> dict[str, ResponseRow]:
        """Those of ``responses`` that there are, by id."""
        with reaching_the_store():
            rows = await self._executor.fetch("SELECT * FROM responses WHERE id = ANY($1)", list(responses))
        return {row["id"]: ResponseRow(**dict(row)) for row in rows}

    async def page(self, query: ResponseQuery) -> ResponsePage:
        """The responses that fit. Raises Refusal("bad_cursor")."""
        limit = max(1, min(query.limit, MAX_LIMIT))
        after = _read_cursor(query.cursor) if query.cursor is not None else (None, None, None)
        if not all(map(is_text, filter(None, (query.status, query.playbook)))):
            return ResponsePage((), None)
        with reaching_the_store():
            rows = await self._executor.fetch(
                _LISTED, query.units, query.departments, query.status, query.playbook, *after, limit + 1
            )
        items = tuple(ResponseRow(**dict(row)) for row in rows[:limit])
        return ResponsePage(items, _cursor(items[-1]) if len(rows) > limit else None)

    async def open(self) -> tuple[ResponseRow, ...]:
        """Every response that has not ended, the oldest first: those being worked on, and those being watched."""
        return await self._where("status <> 'closed'")

    async def open_on(self, estates: Sequence[str]) -> tuple[ResponseRow, ...]:
        """The responses being worked on or watched on one of ``estates``, the oldest first."""
        return await self._where("status <> 'closed' AND estates && $1", list(estates))

    async def declared(self, since: datetime, until: datetime, unit: str | None) -> tuple[ResponseRow, ...]:
        """The responses under ``unit`` that were declared from ``since`` on and before ``until``, the oldest first."""
        of = "declared_at >= $1 AND declared_at < $2 AND ($3::text IS NULL OR units && ARRAY[$3::text])"
        return await self._where(of, since, until, unit)

    async def of_sitting(self, sitting: str) -> ResponseRow | None:
        """The response whose extraordinary sitting that is."""
        found = await self._where("sitting = $1", sitting) if is_text(sitting) else ()
        return found[0] if found else None

    async def _where(self, condition: str, *values: object) -> tuple[ResponseRow, ...]:
        query = f"SELECT * FROM responses WHERE {condition} ORDER BY declared_at, id"
        with reaching_the_store():
            rows = await self._executor.fetch(query, *values)
        return tuple(ResponseRow(**dict(row)) for row in rows)


def _cursor(row: ResponseRow) -> str:
    text = json.dumps([row.closed, row.declared_at.isoformat(), row.id])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[bool, datetime, str]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        closed, declared_at, response = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        at = datetime.fromisoformat(declared_at)
        if not isinstance(closed, bool) or at.tzinfo is None or not isinstance(response, str) or not is_text(response):
            raise ValueError(cursor)
        return closed, at.astimezone(UTC), response
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Refusal("bad_cursor") from error
