"""What goes between a process, its activities and its callers. Part of recorded histories: only ever add.

Generic over the process: ``S`` its state, ``C`` its command, ``F`` its facts, ``W`` its waits.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from domain.retries import Retry
from domain.signals import Refusals
from domain.sitting import SittingState

S = TypeVar("S")
C = TypeVar("C")
F = TypeVar("F")
W = TypeVar("W")


class Message(BaseModel):
    """Base: immutable, and fields of a newer program are ignored."""

    model_config = ConfigDict(frozen=True)


class PutOff(Message):
    """A wait that is over and could not be acted on, as JSON; and when that is tried again."""

    wait: dict[str, Any]
    retry: Retry


class Effect(Message):
    """Something to be done outside because of a fact. ``name`` says what: asked for twice, it is one.

    Effects of one ``lane`` are done one after the other, in the order in which they were asked for; without a lane, it
    has one of its own. ``first``: it is begun before others, as a notice is.
    """

    name: str
    lane: str | None = None
    first: bool = False

    @property
    def way(self) -> str:
        """The lane that it is done in."""
        return self.lane or self.name


class Pending(Message):
    """An effect that is not done yet; and how it stands, if it has been tried."""

    effect: Effect
    retry: Retry | None = None


class Refused(Message):
    """Why nothing was recorded."""

    code: str
    params: dict[str, Any] = Field(default_factory=dict)


class Signal(Message):
    """A signal that is not done with: its command as JSON, with who claims to have sent it; or why it is refused.

    ``name`` is the signal's, where that is one of ours.
    """

    name: str | None = None
    command: dict[str, Any] | None = None
    refused: Refused | None = None


class ProcessInput(Message, Generic[S]):
    """Starts a process, or goes on with it.

    ``state`` is carried through continue-as-new, with what has been put off, what is still to be done, the signals that
    are not done with and how many were refused. Without it
    the process waits for the command that opens it. ``restore``: the log may have more, and is read first.
    One that ``expects`` a command was started again to take it: though it is closed, it does not end before.
    """

    number: str
    restore: bool = False
    expects: bool = False
    state: S | None = None
    put_off: tuple[PutOff, ...] = ()
    effects: tuple[Pending, ...] = ()
    signals: tuple[Signal, ...] = ()
    refusals: Refusals = Refusals()


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


class Recorded(Message, Generic[F]):
    """What the log has beyond the process's version; and the refusal, if the rules said no."""

    facts: tuple[Logged[F], ...] = ()
    refused: Refused | None = None


class Standing(Message, Generic[W]):
    """What a process knows (its version) and has timers for."""

    version: int
    waits: tuple[W, ...] = ()


class PaperOrder(Message):
    """To what writes a sitting's papers: the sitting as it stands at ``now``."""

    state: SittingState
    now: datetime
    dissent: tuple[str, ...] = ()


class LateCases(Message):
    """The cases that wait for a sitting without being on its agenda."""

    numbers: tuple[str, ...] = ()


class TellOrder(Message):
    """To what tells the cases of a sitting that it was moved, cancelled, or has an addendum; or that it is ``over``."""

    sitting: str
    cause: str
    over: bool = False


class Told(Message):
    """How many cases were told, and which could not be reached."""

    told: int
    unreached: tuple[str, ...] = ()


class ConveneOrder(Message):
    """Convenes a forum's sittings whose agenda is to be drafted; ``at`` is given to the activities."""

    forum: str
    at: datetime | None = None


class Convened(Message):
    """The sittings whose processes were begun."""

    sittings: tuple[str, ...] = ()


class NoticeOrder(Message):
    """To what tells a sitting's members: what the event at ``version`` brought about."""

    sitting: str
    version: int


class EmergencyOrder(Message):
    """To what opens the joint response that a case has declared, or brings the case under one that runs."""

    case: str
    emergency: str


class ResponseOrder(Message):
    """To what a joint response needs done: its cases told, others linked, its sitting convened or cancelled."""

    response: str


class CaseNoticeOrder(Message):
    """To what tells the units that have a case: what the event at ``version`` brought about."""

    case: str
    version: int


class ResponseNoticeOrder(Message):
    """To what tells the parties of a joint response: what ``command`` brought about."""

    response: str
    command: str


class Noticed(Message):
    """How many units were told."""

    units: int = 0


_A_LINE, _FIRST = 80, 60


class EnforceOrder(Message):
    """Policies have come into force together: the number of their enactment, and which they are (``calendar 2027@1``),
    without those that move nothing."""

    enactment: int
    policies: tuple[str, ...]

    @property
    def cause(self) -> str:
        """What the events of what moves name as their reason: ``ladder nancheng@2, calendar 2027@1``; the first of
        many, and the enactment's number. At most as long as an event's line may be."""
        named = ", ".join(self.policies)
        return named if len(named) <= _A_LINE else f"{self.policies[0][:_FIRST]}… ({self.enactment})"


class Enforced(Message):
    """What a policy's coming into force has moved. ``looked_at``: open cases that wait for a sitting; ``moved``: those
    that were dated or placed anew; ``failed``: cases and sittings whose process did not answer."""

    schedules: int = 0
    sittings: tuple[str, ...] = ()
    looked_at: int = 0
    moved: int = 0
    failed: tuple[str, ...] = ()
