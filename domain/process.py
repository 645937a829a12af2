"""What kinds of process have in common and need not say again: a command's envelope, a state, a wait and its end."""

from __future__ import annotations

from typing import Any, Generic, Literal, Protocol, Self, TypeVar

from domain.errors import Refusal
from domain.permission import Actor
from domain.stream import Frozen, Instant, StreamFact, remembered

B = TypeVar("B")


class Ordered(Frozen, Generic[B]):
    """A command in its envelope: who gives it, and on which version, if that matters."""

    id: str
    actor: Actor
    body: B
    if_version: int | None = None

    @property
    def kind(self) -> str:
        """The kind of what it commands."""
        kind: str = self.body.kind  # type: ignore[attr-defined]
        return kind


class PlainWait(Frozen):
    """One thing that a process waits for: its kind, and the instant at which it is over."""

    kind: str
    until: Instant


class WaitOver(Frozen):
    """The process's own command: a wait's instant has come. ``until`` says which wait was meant."""

    kind: Literal["wait_expired"] = "wait_expired"
    wait: str
    until: Instant


class PlainState(Frozen):
    """A process folded from its events: what every state has. ``stage``: where it stands, in a word; ``closed``:
    whether it has ended there; ``commands``: the ids of its last ones."""

    id: str
    stage: str
    language: str
    at: Instant
    version: int = 1
    closed: bool = False
    commands: tuple[str, ...] = ()

    def after(self, fact: StreamFact, command_id: str, **changes: Any) -> Self:
        """The state after one more event."""
        commands = remembered(self.commands, command_id)
        moved = {"version": self.version + 1, "at": fact.at, "commands": commands}
        return self.model_copy(update={**moved, **changes})


class _Versioned(Protocol):
    @property
    def version(self) -> int: ...


class _Conditional(Protocol):
    @property
    def if_version(self) -> int | None: ...


def check_version(state: _Versioned | None, command: _Conditional) -> None:
    """Whether a command meets the version that it was made on, if it names one. Asked of what the rules would take, so
    that who may not do a thing hears that first. Raises Refusal ``version_conflict``."""
    current = state.version if state is not None else 0
    if command.if_version is not None and command.if_version != current:
        raise Refusal("version_conflict", expected=command.if_version, current=current)
