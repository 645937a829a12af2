"""What can be asked of a sitting."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.permission import Actor
from domain.personal import Line, WorkingText
from domain.policy.forum import Sitting
from domain.sitting.events import (
    DocumentRef,
    SittingWaitKind,
)
from domain.stream import Frozen, Instant


class Convene(Frozen):
    """Begins a sitting's process with the dates that the calendar gives it."""

    kind: Literal["convene"] = "convene"
    sitting: Sitting


class SittingWaitExpired(Frozen):
    """A wait's instant has come. ``document`` is what was written for it; ``late`` came while it froze."""

    kind: Literal["wait_expired"] = "wait_expired"
    wait: SittingWaitKind
    until: Instant
    document: DocumentRef | None = None
    late: tuple[str, ...] = ()


class Reschedule(Frozen):
    """Moves the sitting; every case that waits for it moves with it.

    To the same time, after the calendar has changed: its freeze and its minutes are dated anew.
    """

    kind: Literal["reschedule"] = "reschedule"
    starts_at: Instant
    reason: WorkingText


class Cancel(Frozen):
    """The sitting is not held; its cases wait for the next one."""

    kind: Literal["cancel"] = "cancel"
    reason: WorkingText


class AddToAgenda(Frozen):
    """An urgent case after the freeze."""

    kind: Literal["addendum"] = "addendum"
    case: Line
    reason: WorkingText


class AddOtherBusiness(Frozen):
    """A line under other business, until the agenda freezes."""

    kind: Literal["other_business"] = "other_business"
    text: Line


class RecordAttendance(Frozen):
    """Who was there, by post and unit."""

    kind: Literal["attendance"] = "attendance"
    chair: Line
    recorder: Line
    present: Annotated[tuple[Line, ...], Field(max_length=200)] = ()
    absent: Annotated[tuple[Line, ...], Field(max_length=200)] = ()


class CloseSitting(Frozen):
    """The chair closes the meeting before its minutes are due: what is undecided is carried over now."""

    kind: Literal["close"] = "close"
    dissent: Annotated[tuple[WorkingText, ...], Field(max_length=50)] = ()


AskedOfSitting = Reschedule | Cancel | AddToAgenda | AddOtherBusiness | RecordAttendance | CloseSitting
"""What an officer may ask of a sitting."""

SittingBody = Annotated[Convene | SittingWaitExpired | AskedOfSitting, Field(discriminator="kind")]


class SittingCommand(Frozen):
    """A command in its envelope."""

    id: str
    actor: Actor
    body: SittingBody
    if_version: int | None = None

    @property
    def kind(self) -> str:
        """The kind of what it commands."""
        return self.body.kind
