"""Sign-ins that fail, counted in the database, so that a lock holds over processes and restarts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Integer, Interval, and_, case, delete, func, not_, or_, select

from store.statements import Statement, among, given, inserted
from store.tables.people import SIGN_IN_FAILURES

if TYPE_CHECKING:
    from store.database import Executor


class SignInFailures:
    """Attempts by name on a pool (or connection). Every call may raise StoreUnavailable."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def attempt(self, name: str, *, most: int, lock: timedelta, forget: timedelta) -> datetime | None:
        """Counts an attempt as failed until it has succeeded; until when the name is locked, if it is.

        The one after the ``most``-th failure locks it, each within ``forget`` of the one before.
        """
        locked: datetime | None = await _ATTEMPT.value(
            self._executor, name=name, failures=1, most=most, lock=lock, forget=forget
        )
        return locked

    async def locked(self) -> int:
        """How many names are locked now."""
        return int(await _LOCKED.value(self._executor))

    async def succeeded(self, name: str, *, forget: timedelta) -> None:
        """Forgets the name's failures, and everybody's of long ago."""
        await _SUCCEEDED.run(self._executor, name=name, forget=forget)

    async def locked_among(self, names: Iterable[str]) -> dict[str, datetime]:
        """Those of the names that are locked, each with until when."""
        rows = await _LOCKED_AMONG.rows(self._executor, names=list(names))
        return {row["name"]: row["locked_until"] for row in rows}

    async def forget(self, name: str) -> None:
        """Forgets the name's failures, and its lock with them."""
        await _FORGET.run(self._executor, name=name)


# ---------------------------------------------------------------- statements, each made once

_NOW = func.now()
_KEPT = SIGN_IN_FAILURES.c
_IS_LOCKED = _KEPT.locked_until > _NOW
_LONG_AGO = _KEPT.last_at < _NOW - given("forget", Interval())
_THIS = _KEPT.name == given(_KEPT.name)

# One statement, so that attempts at once are each counted. A lock that is over, or a long pause, starts anew.
_ATTEMPT = Statement(
    inserted(SIGN_IN_FAILURES, "name", "failures")
    .values(last_at=_NOW)
    .on_conflict_do_update(
        index_elements=[_KEPT.name],
        set_={
            "failures": case(
                (_IS_LOCKED, _KEPT.failures),
                (or_(_KEPT.locked_until.is_not(None), _LONG_AGO), 1),
                else_=_KEPT.failures + 1,
            ),
            "locked_until": case(
                (_IS_LOCKED, _KEPT.locked_until),
                (
                    and_(
                        _KEPT.locked_until.is_(None),
                        not_(_LONG_AGO),
                        _KEPT.failures + 1 > given("most", Integer()),
                    ),
                    _NOW + given("lock", Interval()),
                ),
            ),
            "last_at": _NOW,
        },
    )
    .returning(_KEPT.locked_until)
)
_LOCKED = Statement(select(func.count()).select_from(SIGN_IN_FAILURES).where(_IS_LOCKED))
_LOCKED_AMONG = Statement(select(_KEPT.name, _KEPT.locked_until).where(among(_KEPT.name, "names"), _IS_LOCKED))
_FORGET = Statement(delete(SIGN_IN_FAILURES).where(_THIS))
_SUCCEEDED = Statement(
    delete(SIGN_IN_FAILURES).where(
        or_(_THIS, and_(_LONG_AGO, or_(_KEPT.locked_until.is_(None), _KEPT.locked_until < _NOW)))
    )
)
