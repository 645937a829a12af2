"""Between the log's rows and the domain's events; and the state that a stream's rows fold to. Cases and sittings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from domain import sitting
from domain.case import SCHEMA_VERSION, CaseState, Event, evolve, from_data, to_data
from domain.sitting import SittingEvent, SittingState
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


def row_of_sitting(event: SittingEvent) -> NewEvent:
    """A sitting's event as the log takes it."""
    return NewEvent(
        type=event.type, schema_version=sitting.SCHEMA_VERSION, data=sitting.to_data(event),
        actor=event.actor.model_dump(exclude_none=True), occurred_at=event.at,
    )  # fmt: skip


def sitting_event_of(row: StoredEvent) -> SittingEvent:
    """The sitting's event of one row."""
    return sitting.from_data(row.type, row.schema_version, row.data, row.actor, row.occurred_at)


def fold_sitting(rows: Iterable[StoredEvent], state: SittingState | None = None) -> SittingState | None:
    """The sitting after ``rows``; None for an empty log."""
    return sitting.fold(((sitting_event_of(row), row.command_id) for row in rows), state)


def is_sitting(rows: Sequence[StoredEvent]) -> bool:
    """Whether a stream, read from its beginning, is a sitting's."""
    return bool(rows) and rows[0].type == "sitting_convened"


def sitting_row(rows: Sequence[StoredEvent]) -> Mapping[str, object] | None:
    """The sitting list's row of one stream (``store.sittings.rebuild_sittings``); None for other streams."""
    state = fold_sitting(rows) if is_sitting(rows) else None
    return sitting.summary(state) if state is not None else None
