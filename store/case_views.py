"""Views of the case list: filters that an account has kept under a name, as the address has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from store.statements import Statement, given
from store.tables.people import CASE_VIEWS

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
        rows = await _OF.rows(self._executor, account=account)
        return tuple(CaseView(**dict(row)) for row in rows)

    async def put(self, account: str, name: str, query: str) -> bool:
        """Keeps a view; one of the same name is replaced. False where the account keeps as many as it may."""
        return await _PUT.value(self._executor, account=account, name=name, query=query) is not None

    async def remove(self, account: str, view: int) -> None:
        """Forgets an account's view; one that is not theirs stays."""
        await _REMOVE.run(self._executor, account=account, id=view)


# ---------------------------------------------------------------- statements, each made once

_THEIRS = CASE_VIEWS.c.account == given(CASE_VIEWS.c.account)
_OF = Statement(
    select(CASE_VIEWS.c.id, CASE_VIEWS.c.name, CASE_VIEWS.c.query)
    .where(_THEIRS)
    .order_by(CASE_VIEWS.c.name, CASE_VIEWS.c.id)
)
_REMOVE = Statement(delete(CASE_VIEWS).where(_THEIRS, CASE_VIEWS.c.id == given(CASE_VIEWS.c.id)))
_COLUMNS = ("account", "name", "query")
_OTHERS = (
    select(func.count())
    .select_from(CASE_VIEWS)
    .where(_THEIRS, CASE_VIEWS.c.name != given(CASE_VIEWS.c.name))
    .scalar_subquery()
)
_NEW = insert(CASE_VIEWS).from_select(
    _COLUMNS, select(*(given(CASE_VIEWS.c[name]) for name in _COLUMNS)).where(_OTHERS < MOST)
)
_PUT = Statement(
    _NEW.on_conflict_do_update(
        index_elements=[CASE_VIEWS.c.account, CASE_VIEWS.c.name], set_={"query": _NEW.excluded.query}
    ).returning(CASE_VIEWS.c.id)
)
