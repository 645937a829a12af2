"""Where the two chains stand: the events' and the access log's; and the schema."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Text, column, func, select, table

from store.statements import Statement
from store.tables.log import EVENTS
from store.tables.people import ACCESS_LOG

if TYPE_CHECKING:
    from store.database import Executor


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of a chain: its position, its hash, when it was written. Position 0: there is none."""

    position: int
    hash: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Heads:
    """Both chains, the schema's revision, PostgreSQL's version, the database's size in bytes."""

    events: Head
    accesses: Head
    schema: str
    server: str
    size: int


_NONE = Head(0, "", None)


def _last(position: Column[Any], hash: Column[Any], at: Column[Any]) -> Statement:
    return Statement(select(position, hash, at.label("at")).order_by(position.desc()).limit(1))


_EVENTS = _last(EVENTS.c.position, EVENTS.c.hash, EVENTS.c.recorded_at)
_ACCESSES = _last(ACCESS_LOG.c.position, ACCESS_LOG.c.hash, ACCESS_LOG.c.at)
_REVISION = column("version_num", Text)
_REST = Statement(
    select(
        func.current_setting("server_version").label("server"),
        func.pg_database_size(func.current_database()).label("size"),
        select(func.max(_REVISION)).select_from(table("alembic_version", _REVISION)).scalar_subquery().label("schema"),
    )
)


async def heads(executor: Executor) -> Heads:
    """As they are now. Raises StoreUnavailable."""
    events, accesses = await _EVENTS.row(executor), await _ACCESSES.row(executor)
    rest = await _REST.row(executor)
    assert rest is not None
    found = [Head(**dict(row)) if row is not None else _NONE for row in (events, accesses)]
    return Heads(found[0], found[1], rest["schema"] or "", rest["server"], rest["size"])
