"""Between the log's rows and the domain's events; and the state that a stream's rows fold to."""

from __future__ import annotations

from collections.abc import Iterable

from domain.case import SCHEMA_VERSION, CaseState, Event, evolve, from_data, to_data
from store.log import NewEvent, StoredEvent


def row_of(event: Event) -> NewEvent:
    """An event as the log takes it."""
    return NewEvent(
        type=event.type, schema_version=SCHEMA_VERSION, data=to_data(event),
        actor=event.actor.model_dump(exclude_none=True), occurred_at=event.at,
    )  # fmt: skip


def event_of(row: StoredEvent) -> Event:
    """The domain's event of one row, in today's schema."""
    return from_data(row.type, row.schema_version, row.data, row.actor, row.occurred_at)


def fold_rows(number: str, rows: Iterable[StoredEvent], state: CaseState | None = None) -> CaseState | None:
    """The state after ``rows``; None for an empty log."""
    for row in rows:
        state = evolve(state, event_of(row), number=number, command_id=row.command_id)
    return state
