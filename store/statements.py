"""A statement of SQLAlchemy Core, made once and run on asyncpg.

Core writes the SQL; the project's own pool runs it. A statement is compiled when it is made, so it is made once: in a
module, or behind a cache by what it asks (which filters, which order), never a call. What differs from call to call is
``given`` by name. Values go to the driver as they are, since the connection knows how to send them (`store.database`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, BindParameter, ClauseElement, Column, ColumnElement, Table, Text, any_, bindparam, literal
from sqlalchemy.dialects.postgresql import Insert, asyncpg, insert
from sqlalchemy.sql.type_api import TypeEngine

from store.errors import reaching_the_store

if TYPE_CHECKING:
    from asyncpg import Record

    from store.database import Executor

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]
# Core keeps the names of columns for itself where it inserts and updates.
_GIVEN = "given_"


def given(what: str | Column[Any], type_: TypeEngine[Any] | None = None) -> BindParameter[Any]:
    """A value that is given at each call, by this name; or by a column's name, of its type."""
    if isinstance(what, str):
        return bindparam(_GIVEN + what, type_=None if type_ is None else _plain(type_), required=True)
    return bindparam(_GIVEN + what.name, type_=_plain(what.type), required=True)


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a column has one of the values that are given as a list."""
    return column == any_(given(name, ARRAY(_plain(column.type))))


def is_one_of(column: ColumnElement[Any], values: Iterable[object]) -> ColumnElement[bool]:
    """Whether a column has one of some values that are always the same."""
    return column == any_(literal(list(values), ARRAY(_plain(column.type))))


def inserted(table: Table, *columns: str) -> Insert:
    """A row of a table, of values given by the columns' names; without names, of every column."""
    return insert(table).values({name: given(table.c[name]) for name in columns or table.c.keys()})


def _plain(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """A type as a value has it: text sorts as the column that it meets."""
    return Text() if isinstance(type_, Text) else type_


class Statement:
    """A statement and where its values go. Every call may raise StoreUnavailable, and KeyError for a value that is
    not given."""

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self.sql = str(compiled)
        fixed = compiled.params
        names: list[str] = getattr(compiled, "positiontup", None) or []
        self._values = [(name.removeprefix(_GIVEN), name.startswith(_GIVEN), fixed[name]) for name in names]

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """The values in the order of the SQL's marks."""
        return [values[name] if is_given else fixed for name, is_given, fixed in self._values]

    async def rows(self, executor: Executor, **values: object) -> list[Record]:
        """Every row."""
        with reaching_the_store():
            return await executor.fetch(self.sql, *self.arguments(values))

    async def row(self, executor: Executor, **values: object) -> Record | None:
        """The first row, None where there is none."""
        with reaching_the_store():
            return await executor.fetchrow(self.sql, *self.arguments(values))

    async def value(self, executor: Executor, **values: object) -> Any:
        """The first row's first column, None where there is no row."""
        with reaching_the_store():
            return await executor.fetchval(self.sql, *self.arguments(values))

    async def run(self, executor: Executor, **values: object) -> None:
        """Nothing of what it answers."""
        with reaching_the_store():
            await executor.execute(self.sql, *self.arguments(values))

    async def run_each(self, executor: Executor, many: Iterable[Mapping[str, object]]) -> None:
        """Once for each of many, all or nothing."""
        with reaching_the_store():
            await executor.executemany(self.sql, [self.arguments(values) for values in many])
