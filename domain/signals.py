"""Commands that come as signals: from senders who want no answer, and whose own word for who they are is all there is.

Policy names what is taken so (``ladder.Signals``); the rest is refused. Who sent it finds the refusal as an event, and
these are bounded: a sender who never stops makes no log grow without end.
"""

from __future__ import annotations

from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import Refusal
from domain.permission import SYSTEM, Actor
from domain.policy.ladder import Ladder
from domain.stream import StreamFact
from domain.text.numbers import personal_data_in
from domain.words.bilingual import text
from domain.words.refusal_words import SIGNALS_REFUSED, refusal

SIGNAL_REFUSED: Literal["signal_refused"] = "signal_refused"
"""The type of the event, in every kind of stream."""

MOST_REFUSALS = 10
"""So many are told as events until a command is taken; further ones are counted."""

NOBODY = SYSTEM.model_copy(update={"via": "signal"})
"""Who sent what names no sender that can be read."""

_LONGEST_WORDS = 300

ProcessKind = str
"""A kind of process, by its id in the registry (``workflows.kinds``)."""


class SignalRefused(StreamFact):
    """A signal was not taken: the record of it in every kind of stream."""

    type: Literal["signal_refused"] = SIGNAL_REFUSED
    signal: str | None = None
    command: str | None = None
    code: str
    params: dict[str, Any] = Field(default_factory=dict)


class RefuseSignal(BaseModel):
    """The process's own command to record that it did not take a signal.

    ``actor`` is who claims to have sent it; ``signal`` its name where that is one of ours, ``command`` what it brought.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    actor: Actor
    signal: str | None = None
    command: str | None = None
    code: str
    params: dict[str, Any] = Field(default_factory=dict)

    @property
    def kind(self) -> str:
        return "refuse_signal"

    @property
    def if_version(self) -> None:
        return None


class Refusals(BaseModel):
    """The signals that a process has refused since it last took a command: ``told`` as events, and those merely
    ``counted``."""

    model_config = ConfigDict(frozen=True)

    told: int = 0
    counted: int = 0

    @property
    def are_many(self) -> bool:
        """Whether the next one is only counted."""
        return self.told >= MOST_REFUSALS

    def one_more(self) -> Refusals:
        """After another that is told, or counted where there are many."""
        field = "counted" if self.are_many else "told"
        return self.model_copy(update={field: getattr(self, field) + 1})

    def not_kept(self) -> Refusals:
        """After another that could not even be kept until the log is back."""
        return self.model_copy(update={"counted": self.counted + 1})

    def in_words(self, language: str) -> str:
        """A line for the current details; nothing where every refusal is in the log."""
        return text(SIGNALS_REFUSED, language, count=self.counted) if self.counted else ""


class Claiming(Protocol):
    """A command, as far as it says who sends it."""

    @property
    def actor(self) -> Actor: ...
    @property
    def kind(self) -> str: ...


def check_signal(ladder: Ladder, process: ProcessKind, command: Claiming) -> None:
    """Whether policy takes ``command``, if it came as a signal. Raises Refusal ``not_by_signal``."""
    if command.actor.via is None:
        return
    taken = ladder.signals.get(process, frozenset())
    if command.actor.role == "system" or command.kind not in taken:
        raise Refusal("not_by_signal", kind=command.kind, taken=sorted(taken))


def refused_data(command: RefuseSignal, language: str) -> dict[str, Any]:
    """The refusal's event as the log keeps it, beside its type, instant and actor.

    What the sender wrote may be in the refusal's words: a number of somebody's is not kept, nor are many words.
    """
    words = refusal(command.code, language, command.params)
    is_kept = len(words) <= _LONGEST_WORDS and personal_data_in(f"{words} {command.params}") is None
    said = {"params": command.params} if is_kept and command.params else {}
    named = {"signal": command.signal, "command": command.command}
    detail = {**{key: value for key, value in named.items() if value is not None}, "code": command.code, **said}
    return {"reason": words if is_kept else refusal(command.code, language, {}), "detail": detail}
