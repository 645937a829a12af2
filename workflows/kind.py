"""What a kind of process is to whoever knows none by name: its declaration, and several of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from domain.forms.asking import Offered
from domain.forms.reading import commands_of
from domain.permission import Actor, Audience
from domain.policy.rules import Rules
from domain.signals import ProcessKind, RefuseSignal
from domain.stream import StreamEvent
from domain.words.kind_words import KindWords
from workflows import attributes, names
from workflows.messages import Recorded, RecordOrder, Standing


class Keeping(Protocol):
    """A process's state, as far as whoever knows no kind by name needs it."""

    @property
    def version(self) -> int: ...
    @property
    def closed(self) -> bool: ...
    @property
    def language(self) -> str: ...


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
class Under:
    """The versions of policies that a state is under (``nancheng@1``); None for today's."""

    ladder: str | None = None
    playbook: str | None = None


@dataclass(frozen=True)
class Kind(Generic[S, C, W]):
    """A kind of process.

    ``id``: what it is called in policy and in the log's catalogue of streams; ``path``: in addresses, of several;
    ``words``: by people.

    ``command``: its envelope; what people send is of the base ``Offered``. ``opens``: the kind of the command that
    begins one; ``prefix``: where people begin them, what their numbers begin with. ``sent_to``: the last part of the
    address that commands are sent to.

    ``number``: the id that a state's process has. ``waits``: what a state waits for; ``reason``: one such wait in
    words, in a language. ``decide`` and ``evolve`` (of the process's id, state, fact and command id) are the pure
    decider; ``under``: the policies that a state is under. ``audience``: who may read it; ``allowed``: the commands
    that an actor may send now. ``shows``: the search attributes of a state; ``stage``: where it stands, in a word.
    """

    id: ProcessKind
    path: str
    words: KindWords
    names: names.Vocabulary
    state: type[S]
    command: type[C]
    wait: type[W]
    fact: Any
    opens: str
    number: Callable[[S], str]
    waits: Callable[[S], Sequence[W]]
    reason: Callable[[S, W, str], str]
    decide: Callable[[Rules, S | None, C, datetime], tuple[StreamEvent[Any], ...]]
    evolve: Callable[[str, S | None, Any, str], S]
    audience: Callable[[Rules, S], Audience]
    allowed: Callable[[Rules, Actor, S], Sequence[str]]
    shows: Callable[[S], attributes.Values]
    stage: Callable[[S], str]
    under: Callable[[S | None], Under] = lambda _: Under()
    sent_to: str = "commands"
    prefix: str = ""

    @property
    def commands(self) -> Mapping[str, type[Offered]]:
        """What people send one, by kind."""
        return {kind: body for kind, body in commands_of(self._envelope).items() if kind != self.opens}

    @property
    def opening(self) -> type[Offered] | None:
        """What people begin one with; None where the system alone does."""
        return commands_of(self._envelope).get(self.opens)

    def ordered(self, body: Any, actor: Actor, command_id: str, if_version: int | None = None) -> C:
        """A command in its envelope."""
        ordered: C = self._envelope(id=command_id, actor=actor, body=body, if_version=if_version)
        return ordered

    @property
    def _envelope(self) -> Any:
        """Its command's model, whose fields no Protocol of an instance can say."""
        return self.command

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


AnyKind = Kind[Any, Any, Any]


class Kinds(Collection[AnyKind]):
    """Kinds of process, in their order."""

    def __init__(self, *kinds: AnyKind) -> None:
        self._by_id = {kind.id: kind for kind in kinds}
        self._by_state: dict[type[Any], AnyKind] = {kind.state: kind for kind in kinds}
        self._by_command: dict[type[Any], AnyKind] = {kind.command: kind for kind in kinds}

    def __iter__(self) -> Iterator[AnyKind]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, kind: object) -> bool:
        return kind in self._by_id.values()

    @property
    def sendable(self) -> Mapping[ProcessKind, frozenset[str]]:
        """The commands that people send to each kind."""
        return {kind.id: frozenset(kind.commands) for kind in self}

    def called(self, kind: ProcessKind) -> AnyKind:
        """The kind of that id. Raises KeyError."""
        return self._by_id[kind]

    def of_state(self, state: Keeping) -> AnyKind:
        """The kind that a state is of. Raises KeyError for what is no process's state."""
        return self._by_state[type(state)]

    def of_command(self, command: Sendable) -> AnyKind:
        """The kind that takes a command. Raises KeyError for what no process takes."""
        return self._by_command[type(command)]
