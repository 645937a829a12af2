"""What goes between a process, its activities and its callers. Part of recorded histories: only ever add."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.case import CaseState, Command, Fact, Wait


class Message(BaseModel):
    """Base: immutable, and fields of a newer program are ignored."""

    model_config = ConfigDict(frozen=True)


class ProcessInput(Message):
    """Starts a process, or goes on with it.

    ``state`` is carried through continue-as-new. Without it the process either waits for the command that
    opens it, or, with ``restore``, begins from what the log says.
    """

    number: str
    restore: bool = False
    state: CaseState | None = None


class RecordOrder(Message):
    """To the recording activity: decide ``command`` on ``state`` at ``now`` and append what comes of it."""

    number: str
    state: CaseState | None
    command: Command
    now: datetime


class LoadOrder(Message):
    """To the loading activity: everything after ``version``."""

    number: str
    version: int


class Logged(Message):
    """A fact of the log with the command that brought it about."""

    fact: Fact
    command: str


class Refused(Message):
    """Why nothing was recorded."""

    code: str
    params: dict[str, Any] = Field(default_factory=dict)


class Recorded(Message):
    """What the log has beyond the process's version; and the refusal, if the rules said no."""

    facts: tuple[Logged, ...] = ()
    refused: Refused | None = None


class Standing(Message):
    """What a process knows (its version) and has timers for."""

    version: int
    waits: tuple[Wait, ...] = ()
