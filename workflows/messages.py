"""What goes between a process, its activities and its callers. Part of recorded histories: only ever add.

Generic over the process: ``S`` its state, ``C`` its command, ``F`` its facts, ``W`` its waits.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

S = TypeVar("S")
C = TypeVar("C")
F = TypeVar("F")
W = TypeVar("W")


class Message(BaseModel):
    """Base: immutable, and fields of a newer program are ignored."""

    model_config = ConfigDict(frozen=True)


class ProcessInput(Message, Generic[S]):
    """Starts a process, or goes on with it.

    ``state`` is carried through continue-as-new. Without it the process either waits for the command that
    opens it, or, with ``restore``, begins from what the log says.
    """

    number: str
    restore: bool = False
    state: S | None = None


class RecordOrder(Message, Generic[S, C]):
    """To the recording activity: decide ``command`` on ``state`` at ``now`` and append what comes of it."""

    number: str
    state: S | None = None
    command: C
    now: datetime


class LoadOrder(Message):
    """To the loading activity: everything after ``version``."""

    number: str
    version: int


class Logged(Message, Generic[F]):
    """A fact of the log with the command that brought it about; None is the command being recorded."""

    fact: F
    command: str | None = None


class Refused(Message):
    """Why nothing was recorded."""

    code: str
    params: dict[str, Any] = Field(default_factory=dict)


class Recorded(Message, Generic[F]):
    """What the log has beyond the process's version; and the refusal, if the rules said no."""

    facts: tuple[Logged[F], ...] = ()
    refused: Refused | None = None


class Standing(Message, Generic[W]):
    """What a process knows (its version) and has timers for."""

    version: int
    waits: tuple[W, ...] = ()
