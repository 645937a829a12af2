"""Between the log's rows and the domain's events; and the state that a stream's rows fold to.

What is particular to cases, sittings or joint responses is their ``Kind``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from domain import case, joint_response, sitting
from domain.case import CaseState, Event, Fact
from domain.joint_response import ResponseFact, ResponseState
from domain.signals import ProcessKind
from domain.sitting import SittingFact, SittingState
from domain.stream import Schema, StreamEvent, StreamFact
from store.log import NewEvent, StoredEvent
from store.tables.lists import CASE_LIST, RESPONSE_LIST, SITTING_LIST, Listing

S = TypeVar("S")
F = TypeVar("F", bound=StreamFact)


@dataclass(frozen=True)
class Kind(Generic[S, F]):
    """A kind of stream: the list that it is projected to (``listing``), the event that begins it (``opens``), its
    events' form in the log, and how they fold. ``evolve`` takes the stream's name, state, fact and command id."""

    id: ProcessKind
    listing: Listing
    opens: str
    schema: Schema[F]
    evolve: Callable[[str, S | None, F, str], S]
    summary: Callable[[S], dict[str, Any]]

    def new(self, event: StreamEvent[F]) -> NewEvent:
        """An event as the log takes it."""
        return NewEvent(
            type=event.type,
            schema_version=self.schema.version,
            data=self.schema.to_data(event),
            actor=event.actor.model_dump(exclude_none=True),
            occurred_at=event.at,
        )

    def event(self, row: StoredEvent) -> StreamEvent[F]:
        """The domain's event of one row, in today's schema."""
        return self.schema.from_data(row.type, row.schema_version, row.data, row.actor, row.occurred_at)

    def fold(self, stream: str, rows: Iterable[StoredEvent], state: S | None = None) -> S | None:
        """The state after ``rows``; None for an empty log."""
        for row in rows:
            state = self.evolve(stream, state, self.event(row).fact, row.command_id)
        return state

    def owns(self, rows: Sequence[StoredEvent]) -> bool:
        """Whether a stream, read from its beginning, is of this kind."""
        return bool(rows) and rows[0].type == self.opens

    def state(self, rows: Sequence[StoredEvent]) -> S | None:
        """What a whole stream folds to; None for a stream of another kind."""
        return self.fold(rows[0].stream, rows) if self.owns(rows) else None

    def listed(self, rows: Sequence[StoredEvent]) -> Mapping[str, object] | None:
        """The list's row of a whole stream; None for a stream of another kind."""
        state = self.state(rows)
        return self.summary(state) if state is not None else None


CASES: Kind[CaseState, Fact] = Kind(
    id="case",
    listing=CASE_LIST,
    opens="case_opened",
    schema=case.SCHEMA,
    summary=case.summary,
    evolve=lambda number, state, fact, command: case.evolve(state, fact, number=number, command_id=command),
)

SITTINGS: Kind[SittingState, SittingFact] = Kind(
    id="sitting",
    listing=SITTING_LIST,
    opens="sitting_convened",
    schema=sitting.SCHEMA,
    summary=sitting.summary,
    evolve=lambda _, state, fact, command: sitting.evolve(state, fact, command_id=command),
)

RESPONSES: Kind[ResponseState, ResponseFact] = Kind(
    id="response",
    listing=RESPONSE_LIST,
    opens="response_declared",
    schema=joint_response.SCHEMA,
    summary=joint_response.summary,
    evolve=lambda name, state, fact, command: joint_response.evolve(state, fact, response_id=name, command_id=command),
)

KINDS: tuple[Kind[Any, Any], ...] = (CASES, RESPONSES, SITTINGS)
"""Every kind of stream, in the order in which what is due at one instant happens: a case's own wait, then a response's,
then a sitting's; so a case carries itself over before the minutes are drawn."""
_BY_ID = {kind.id: kind for kind in KINDS}


def streams_of(process: ProcessKind) -> Kind[Any, Any]:
    """The streams of a kind of process."""
    return _BY_ID[process]


def kind_of(rows: Sequence[StoredEvent]) -> Kind[Any, Any] | None:
    """The kind of a stream, read from its beginning; None for one that is of no kind."""
    return next((kind for kind in KINDS if kind.owns(rows)), None)


def event_of(row: StoredEvent) -> Event:
    """The case's event of one row, in today's schema."""
    return CASES.event(row)


def fold_rows(number: str, rows: Iterable[StoredEvent], state: CaseState | None = None) -> CaseState | None:
    """The case after ``rows``; None for an empty log."""
    return CASES.fold(number, rows, state)


def fold_sitting(rows: Iterable[StoredEvent], state: SittingState | None = None) -> SittingState | None:
    """The sitting after ``rows``; None for an empty log."""
    return SITTINGS.fold("", rows, state)


def fold_response(name: str, rows: Iterable[StoredEvent], state: ResponseState | None = None) -> ResponseState | None:
    """The joint response after ``rows``; None for an empty log."""
    return RESPONSES.fold(name, rows, state)
