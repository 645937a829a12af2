"""The registry: one declaration for each kind of process. What is built for one kind is built by iterating ``KINDS``.

Names, recorder, host, client, worker, audit and tests ask here; nothing lists the kinds by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from domain import case, joint_response, sitting
from domain.case import CaseState, Command, Fact, Wait
from domain.joint_response import ResponseCommand, ResponseFact, ResponseState, ResponseWait
from domain.signals import ProcessKind, RefuseSignal
from domain.sitting import SittingCommand, SittingFact, SittingState, SittingWait
from workflows import attributes, names
from workflows.messages import Recorded, RecordOrder, Standing


class Keeping(Protocol):
    """A process's state, as far as whoever knows no kind by name needs it."""

    @property
    def version(self) -> int: ...
    @property
    def closed(self) -> bool: ...


class Expiring(Protocol):
    """What a process waits for: its kind, and the instant (UTC) at which it is over."""

    @property
    def kind(self) -> str: ...
    @property
    def until(self) -> datetime: ...


class Sendable(Protocol):
    """A command, as far as its way to the process needs it."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...


S = TypeVar("S", bound=Keeping)
C = TypeVar("C", bound=Sendable)
W = TypeVar("W", bound=Expiring)


@dataclass(frozen=True)
class Kind(Generic[S, C, W]):
    """A kind of process.

    ``id``: what it is called in policy and in the log's catalogue of streams. ``opens``: the kind of the command that
    begins one. ``number``: the id that a state's process has. ``waits``: what a state waits for. ``shows``: the search
    attributes of a state; ``stage``: where it stands, in a word.
    """

    id: ProcessKind
    names: names.Vocabulary
    state: type[S]
    command: type[C]
    wait: type[W]
    fact: Any
    opens: str
    number: Callable[[S], str]
    waits: Callable[[S], Sequence[W]]
    shows: Callable[[S], attributes.Values]
    stage: Callable[[S], str]

    @property
    def recorded(self) -> type[Any]:
        """What its recording activities answer with."""
        return Recorded[self.fact]  # type: ignore[name-defined]

    @property
    def order(self) -> type[Any]:
        """What its recording activities are given."""
        return RecordOrder[self.state, self.command]  # type: ignore[name-defined]

    @property
    def refusal(self) -> type[Any]:
        """What the recording of a signal that was not taken is given."""
        return RecordOrder[self.state, RefuseSignal]  # type: ignore[name-defined]

    @property
    def standing(self) -> type[Any]:
        """What its processes answer when they are asked how they stand."""
        return Standing[self.wait]  # type: ignore[name-defined]


CASE: Kind[CaseState, Command, Wait] = Kind(
    id="case",
    names=names.CASE,
    state=CaseState,
    command=Command,
    wait=Wait,
    fact=Fact,
    opens="open",
    number=lambda state: state.number,
    waits=case.waits,
    shows=attributes.of_case,
    stage=lambda state: state.stage,
)

SITTING: Kind[SittingState, SittingCommand, SittingWait] = Kind(
    id="sitting",
    names=names.SITTING,
    state=SittingState,
    command=SittingCommand,
    wait=SittingWait,
    fact=SittingFact,
    opens="convene",
    number=lambda state: state.dates.id,
    waits=sitting.waits,
    shows=attributes.of_sitting,
    stage=lambda state: state.status,
)

RESPONSE: Kind[ResponseState, ResponseCommand, ResponseWait] = Kind(
    id="response",
    names=names.RESPONSE,
    state=ResponseState,
    command=ResponseCommand,
    wait=ResponseWait,
    fact=ResponseFact,
    opens="declare",
    number=lambda state: state.id,
    waits=joint_response.waits,
    shows=attributes.of_response,
    stage=lambda state: state.phase if state.status == "open" else state.status,
)

KINDS: tuple[Kind[Any, Any, Any], ...] = (CASE, SITTING, RESPONSE)

_BY_ID = {kind.id: kind for kind in KINDS}
_BY_STATE: dict[type[Any], Kind[Any, Any, Any]] = {kind.state: kind for kind in KINDS}
_BY_COMMAND: dict[type[Any], Kind[Any, Any, Any]] = {kind.command: kind for kind in KINDS}


def called(kind: ProcessKind) -> Kind[Any, Any, Any]:
    """The kind of that id."""
    return _BY_ID[kind]


def of_state(state: Keeping) -> Kind[Any, Any, Any]:
    """The kind that a state is of. Raises KeyError for what is no process's state."""
    return _BY_STATE[type(state)]


def of_command(command: Sendable) -> Kind[Any, Any, Any]:
    """The kind that takes a command. Raises KeyError for what no process takes."""
    return _BY_COMMAND[type(command)]
