"""The two halves of a kind of process: what runs (``workflows.kinds``), and its streams in the log (``store.folding``).

What is made of the registry, a worker, an interface, an audit, is given one: ``REGISTRY`` unless told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from domain.signals import ProcessKind
from domain.stream import Schema, StreamEvent
from store import folding
from store.log import StoredEvent
from workflows import kinds
from workflows.kind import AnyKind, Keeping, Kinds


@dataclass(frozen=True)
class Registered:
    """A kind of process with its streams."""

    process: AnyKind
    streams: folding.Streams[Any, Any]

    @property
    def id(self) -> ProcessKind:
        """What the kind is called."""
        return self.process.id


def unlisted(process: AnyKind, schema: Schema[Any], opens: str) -> Registered:
    """A kind without a list of its own: its processes are read from the log. ``opens``: the event that begins one."""
    return Registered(process, folding.Streams(process.id, opens, schema, process.evolve))


class Found(NamedTuple):
    """A process as the log has it."""

    entry: Registered
    state: Keeping


class Registry:
    """Kinds of process with their streams, in their order."""

    def __init__(self, *entries: Registered) -> None:
        self._by_id = {entry.id: entry for entry in entries}
        self.kinds = Kinds(*(entry.process for entry in entries))

    def __iter__(self) -> Iterator[Registered]:
        return iter(self._by_id.values())

    def called(self, kind: ProcessKind) -> Registered:
        """The kind of that id. Raises KeyError."""
        return self._by_id[kind]

    def event(self, row: StoredEvent) -> StreamEvent[Any]:
        """The event of one row, of whichever kind its stream is. Raises LookupError for what no kind has."""
        entry = self._having(row.type)
        if entry is None:
            raise LookupError(f"no kind of process has an event {row.type}")
        return entry.streams.event(row)

    def event_words(self, event_type: str, language: str) -> str:
        """An event's type in words; its id for what no kind has."""
        entry = self._having(event_type)
        return entry.process.words.event(event_type, language) if entry is not None else event_type

    def _having(self, event_type: str) -> Registered | None:
        """A kind that has events of a type; those of several kinds are the same in all of them."""
        return next((entry for entry in self if event_type in entry.process.words.events), None)

    def with_(self, *entries: Registered) -> Registry:
        """These and others."""
        return Registry(*self, *entries)

    def of(self, rows: Sequence[StoredEvent]) -> Registered | None:
        """The kind of a stream, read from its beginning; None for one that is of no kind."""
        return next((entry for entry in self if entry.streams.owns(rows)), None)

    def found(self, rows: Sequence[StoredEvent]) -> Found | None:
        """The process of a whole stream; None for a stream that is of no kind."""
        entry = self.of(rows)
        state = entry.streams.state(rows) if entry is not None else None
        return Found(entry, state) if entry is not None and state is not None else None


REGISTRY = Registry(*(Registered(kinds.KINDS.called(streams.id), streams) for streams in folding.STREAMS))
CASES, SITTINGS, RESPONSES = (REGISTRY.called(kind.id) for kind in (kinds.CASE, kinds.SITTING, kinds.RESPONSE))
