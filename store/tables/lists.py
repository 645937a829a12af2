"""The lists: tables that streams are projected to, a row each, written with each append.

A list is its table here, a migration that makes it, and the ``Kind`` in `store/folding.py` whose rows it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Column, ColumnElement, Index, Integer, Table, Text, literal_column, not_, text
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import CHANGING, METADATA, Id, Instant, Texts, constant, key


@dataclass(frozen=True, slots=True)
class Listing:
    """A list. ``until``: the column with the end of what a row's process waits for next, NULL where it waits for
    nothing. ``is_open``: whether its process has not ended. ``units``: the column with the units that it is under, None
    where that is not kept."""

    table: Table
    until: Column[Any]
    is_open: ColumnElement[bool]
    units: Column[Any] | None = None

    @property
    def name(self) -> str:
        """The table's."""
        return self.table.name

    @property
    def key(self) -> Column[Any]:
        """The column with the stream's name."""
        (column,) = self.table.primary_key
        return column

    @property
    def version(self) -> Column[Any]:
        """The column with the version that a row was written at; an older one never replaces a newer one."""
        return self.table.c.version

    def whole(self, row: Mapping[str, object]) -> Mapping[str, object]:
        """`row` itself if it has exactly the list's columns (one left out would be NULL), else ValueError."""
        columns = self.table.c.keys()
        if row.keys() != set(columns):
            raise ValueError(f"not a row of {self.name}: {sorted(row.keys() ^ set(columns))}")
        return row


_PROJECTED = "A projection of events, written with them; hongxiu rebuild makes it anew."

CASES = Table(
    "cases",
    METADATA,
    key("number"),
    Column("version", Integer, nullable=False),
    Column("tier", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("estate", Text, nullable=False),
    Column("community", Text),
    Column("units", Texts, nullable=False),
    Column("category", Text, nullable=False),
    Column("severity", Text),
    Column("channel", Text),
    Column("opened_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("closed_as", Text),
    Column("wait", JSONB),
    Column("until", Instant),
    Column("overdue", Boolean, nullable=False),
    Column("supervised", Boolean, nullable=False),
    Column("emergency_id", Text),
    Column("carried_over", Integer, nullable=False),
    Column("lead", Text),
    Column("co_handlers", Texts, nullable=False),
    Column("duplicate_of", Text),
    Column("resident", Text),
    Column("tier_since", Instant),
    Column("next_until", Instant),
    Column("answer_due", Instant),
    Column("answer_missed", Boolean, nullable=False),
    postgresql_with=CHANGING,
    comment=_PROJECTED,
)

IS_OPEN = CASES.c.closed_at.is_(None)
IN_TIME = not_(CASES.c.overdue)
"""Sorts what is late before what is not."""
CASE_LIST = Listing(CASES, until=CASES.c.next_until, is_open=IS_OPEN, units=CASES.c.units)

WAITS_FOR_SITTING = CASES.c.wait.op("->>", return_type=Text())(constant("sitting_id"))

# A rebuilt copy (LIKE ... INCLUDING ALL) is named by PostgreSQL: these are its names.
Index("cases_opened_at_number_idx", CASES.c.opened_at.desc(), CASES.c.number.desc())
Index("cases_opened_at_number_idx1", CASES.c.opened_at.desc(), CASES.c.number.desc(), postgresql_where=IS_OPEN)
Index("cases_units_idx", CASES.c.units, postgresql_using="gin")
Index("cases_co_handlers_idx", CASES.c.co_handlers, postgresql_using="gin")
Index("cases_lead_idx", CASES.c.lead, postgresql_where=CASES.c.lead.is_not(None))
Index("cases_emergency_id_idx", CASES.c.emergency_id, postgresql_where=CASES.c.emergency_id.is_not(None))
Index("cases_resident_idx", CASES.c.resident)
Index("cases_duplicate_of_idx", CASES.c.duplicate_of, postgresql_where=CASES.c.duplicate_of.is_not(None))
Index("cases_expr_idx", WAITS_FOR_SITTING, postgresql_where=IS_OPEN)
# The list's orders and the board's columns, of open cases.
Index("cases_expr_until_number_idx", text("(NOT overdue)"), CASES.c.until, CASES.c.number, postgresql_where=IS_OPEN)
Index(
    "cases_stage_expr_until_number_idx",
    CASES.c.stage,
    text("(NOT overdue)"),
    CASES.c.until,
    CASES.c.number,
    postgresql_where=IS_OPEN,
)
Index("cases_tier_since_number_idx", CASES.c.tier_since, CASES.c.number, postgresql_where=IS_OPEN)

SITTINGS = Table(
    "sittings",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("forum", Id, nullable=False),
    Column("tier", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("drafts_at", Instant, nullable=False),
    Column("freezes_at", Instant, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("minutes_due", Instant, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("agenda", Text),
    Column("minutes", Text),
    Column("addenda", JSONB, nullable=False),
    Column("chair", Text),
    Column("recorder", Text),
    Column("mode", Text),
    Column("present", Texts, nullable=False),
    Column("absent", Texts, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("until", Instant),
    postgresql_with=CHANGING,
    comment=_PROJECTED,
)

SITTING_LIST = Listing(SITTINGS, until=SITTINGS.c.until, is_open=SITTINGS.c.until.is_not(None))

WAS_MOVED = SITTINGS.c.sequence > literal_column("0")
Index("sittings_forum_starts_at_idx", SITTINGS.c.forum, SITTINGS.c.starts_at)
Index("sittings_starts_at_idx", SITTINGS.c.starts_at)
Index("sittings_sequence_idx", SITTINGS.c.sequence, postgresql_where=WAS_MOVED)

RESPONSES = Table(
    "responses",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("playbook", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("cases", Texts, nullable=False),
    Column("estates", Texts, nullable=False),
    Column("units", Texts, nullable=False),
    Column("departments", Texts, nullable=False),
    Column("lead", Text, nullable=False),
    Column("declared_at", Instant, nullable=False),
    Column("stood_down_at", Instant),
    Column("watch_until", Instant),
    Column("cap_at", Instant, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("required_open", Integer, nullable=False),
    Column("next_until", Instant),
    Column("tasks", JSONB, nullable=False),
    Column("linked", Texts, nullable=False),
    Column("sitting", Id),
    Column("provider", Text),
    Column("outcome", Text),
    Column("reports", Integer, nullable=False),
    Column("updated_at", Instant, nullable=False),
    postgresql_with=CHANGING,
    comment=_PROJECTED,
)
IS_CLOSED = RESPONSES.c.status == constant("closed")
"""Of a response whose watch is over too."""
RESPONSE_LIST = Listing(RESPONSES, until=RESPONSES.c.next_until, is_open=not_(IS_CLOSED), units=RESPONSES.c.units)

Index("responses_expr_declared_at_id_idx", IS_CLOSED, RESPONSES.c.declared_at.desc(), RESPONSES.c.id.desc())
Index("responses_units_idx", RESPONSES.c.units, postgresql_using="gin")
Index("responses_departments_idx", RESPONSES.c.departments, postgresql_using="gin")
Index("responses_cases_idx", RESPONSES.c.cases, postgresql_using="gin")
Index("responses_sitting_idx", RESPONSES.c.sitting, postgresql_where=RESPONSES.c.sitting.is_not(None))
