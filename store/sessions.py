"""Sessions of the console: who is signed in, in what capacity, from where, until when.

Only a digest of the cookie is kept, so that a copy of the database opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Interval, Text, and_, cast, delete, func, select, update

from store.accounts import Post
from store.statements import Statement, given, inserted
from store.tables.base import constant
from store.tables.people import SESSIONS

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
        await _FORGET_EXPIRED.run(self._executor)
        row = await _BEGIN.row(
            self._executor,
            digest=digest,
            account=account,
            role=post.role,
            unit=post.unit,
            how=how,
            lasts=lasts,
            agent=agent,
            address=address,
        )
        assert row is not None
        return _session(row)

    async def find(self, digest: str, *, idle: timedelta) -> Session | None:
        """The session, unless it is over: expired, or not used for longer than ``idle``. Seen again now, to the
        minute."""
        row = await _FIND.row(self._executor, digest=digest, idle=idle)
        if row is not None and row["stale"]:
            await _SEEN.run(self._executor, digest=digest)
        return _session(row) if row else None

    async def act_as(self, digest: str, post: Post) -> None:
        """The session acts in another post from now on."""
        await _ACT_AS.run(self._executor, digest=digest, role=post.role, unit=post.unit)

    async def of(self, account: str, *, idle: timedelta) -> tuple[Session, ...]:
        """An account's sessions that are not over, the one seen last first."""
        return tuple(map(_session, await _OF.rows(self._executor, account=account, idle=idle)))

    async def counts(self, *, idle: timedelta) -> dict[str, int]:
        """How many sessions that are not over each account has, of those that have any."""
        return {row["account"]: row["n"] for row in await _COUNTS.rows(self._executor, idle=idle)}

    async def end(self, digest: str) -> None:
        """The session is over; one that is none is over already."""
        await _END.run(self._executor, digest=digest)

    async def end_one(self, account: str, id: int) -> bool:
        """One of the account's sessions is over; whether there was such a one."""
        return await _END_ONE.row(self._executor, account=account, id=id) is not None

    async def end_all(self, account: str, *, but: str | None = None) -> int:
        """All of the account's sessions are over, ``but`` the one with that digest; how many there were."""
        return len(await _END_ALL.rows(self._executor, account=account, but=but))


# ---------------------------------------------------------------- statements, each made once

_NOW = func.now()
_THIS = SESSIONS.c.digest == given(SESSIONS.c.digest)
_THEIRS = SESSIONS.c.account == given(SESSIONS.c.account)
_GOES_ON = and_(SESSIONS.c.expires_at > _NOW, SESSIONS.c.seen_at > _NOW - given("idle", Interval()))
_STALE = SESSIONS.c.seen_at < _NOW - cast(constant("1 minute"), Interval)

_FORGET_EXPIRED = Statement(delete(SESSIONS).where(SESSIONS.c.expires_at < _NOW))
_BEGIN = Statement(
    inserted(SESSIONS, "digest", "account", "role", "unit", "how", "agent", "address")
    .values(expires_at=_NOW + given("lasts", Interval()))
    .returning(*SESSIONS.c)
)
_FIND = Statement(select(*SESSIONS.c, _STALE.label("stale")).where(_THIS, _GOES_ON))
_SEEN = Statement(update(SESSIONS).where(_THIS).values(seen_at=_NOW))
_ACT_AS = Statement(update(SESSIONS).where(_THIS).values(role=given(SESSIONS.c.role), unit=given(SESSIONS.c.unit)))
_OF = Statement(select(SESSIONS).where(_THEIRS, _GOES_ON).order_by(SESSIONS.c.seen_at.desc(), SESSIONS.c.id.desc()))
_COUNTS = Statement(select(SESSIONS.c.account, func.count().label("n")).where(_GOES_ON).group_by(SESSIONS.c.account))
_END = Statement(delete(SESSIONS).where(_THIS))
_END_ONE = Statement(delete(SESSIONS).where(_THEIRS, SESSIONS.c.id == given(SESSIONS.c.id)).returning(SESSIONS.c.id))
_END_ALL = Statement(
    delete(SESSIONS).where(_THEIRS, SESSIONS.c.digest.is_distinct_from(given("but", Text()))).returning(SESSIONS.c.id)
)


def _session(row: asyncpg.Record) -> Session:
    fields = {name: row[name] for name in _PLAIN}
    return Session(post=Post(row["role"], row["unit"]), **fields)


_PLAIN = ("id", "digest", "account", "how", "created_at", "seen_at", "expires_at", "agent", "address")
