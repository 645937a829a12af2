"""The record itself."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import METADATA, Id, Instant, constant

EVENTS = Table(
    "events",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("stream", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("actor", JSONB, nullable=False),
    Column("command_id", Id, nullable=False),
    Column("step", Integer, nullable=False),
    Column("caused_by", Text),
    Column("occurred_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    CheckConstraint("version > 0", name="version"),
    UniqueConstraint("stream", "version"),
    UniqueConstraint("command_id", "step"),
    comment="The record. Rows are only ever added, by hx_record.",
)

OPENS = EVENTS.c.version == literal_column("1")
"""Of the event that begins a stream."""

# The sitting's own events carry all of its dates under the same name: only a case's events are looked up so.
_SITTING = constant("{detail,sitting}")
NAMED_SITTING = EVENTS.c.data.op("#>>", return_type=Text())(_SITTING)
"""The sitting that an event of a case names."""
NAMES_SITTING = func.jsonb_typeof(EVENTS.c.data.op("#>", return_type=JSONB())(_SITTING)) == constant("string")

Index("events_streams", EVENTS.c.stream, postgresql_where=OPENS)
Index("events_at_sitting", NAMED_SITTING, postgresql_where=NAMES_SITTING)
