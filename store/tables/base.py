"""What the declarations of tables share: the catalogue that they are in, names of indexes, types, constants."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Column, ColumnElement, DateTime, MetaData, Text, literal_column
from sqlalchemy.dialects.postgresql import ARRAY

METADATA = MetaData(
    # As PostgreSQL names them itself.
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)
"""Every table of the database, once `store.tables` is imported."""

Id = Text(collation="C")
"""What is compared byte by byte: ids, names of streams."""

Instant = DateTime(timezone=True)
Texts = ARRAY(Text)

CHANGING = {"fillfactor": "80"}
"""Storage of a table whose rows change often: room for the next version beside the row."""


def key(name: str = "id") -> Column[str]:
    """The column that a row is known by."""
    return Column(name, Id, primary_key=True)


def one_of(column: str, *words: str) -> CheckConstraint:
    """That a column holds one of some words."""
    return CheckConstraint(f"{column} IN ({', '.join(map(repr, words))})", name=column)


def constant(text: str, type_: type[Any] | None = None) -> ColumnElement[Any]:
    """A text that stands in the statement itself: what an index is for has to read as the index does."""
    return literal_column("'" + text.replace("'", "''") + "'", type_)
