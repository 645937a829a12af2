"""What people and the system ask of a joint response."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain.joint_response.events import CaseOfIt, ResponseWaitKind
from domain.permission import Actor
from domain.personal import Line, WorkingText
from domain.stream import Frozen, Instant


class Declare(Frozen):
    """Opens the response, for the case that declared it. ``linked``: other open responses on the same estate."""

    kind: Literal["declare"] = "declare"
    playbook: str
    case: CaseOfIt
    declared_at: Instant
    linked: tuple[str, ...] = ()


class JoinCase(Frozen):
    """A further case, as of another estate, comes under this response."""

    kind: Literal["join_case"] = "join_case"
    case: CaseOfIt


class LinkResponse(Frozen):
    """Another response has begun on the same estate: linked, not merged."""

    kind: Literal["link"] = "link"
    other: str


class Sign(Frozen):
    """签收: the party has the task."""

    kind: Literal["sign"] = "sign"
    task: Line
    note: WorkingText | None = None


class Progress(Frozen):
    """How the task stands."""

    kind: Literal["progress"] = "progress"
    task: Line
    note: WorkingText


class Done(Frozen):
    """The task is done. ``provider``, ``filed_on``: what a task that ``records`` them has to name."""

    kind: Literal["done"] = "done"
    task: Line
    note: WorkingText | None = None
    provider: Line | None = None
    filed_on: date | None = None


class Object(Frozen):
    """异议: not ours, and why. ``to``: whose it is instead; without it, the playbook's lead takes it."""

    kind: Literal["object"] = "object"
    task: Line
    reason: WorkingText
    to: Line | None = None


class Waive(Frozen):
    """免除: need not be done, and why."""

    kind: Literal["waive"] = "waive"
    task: Line
    reason: WorkingText


class Report(Frozen):
    """情况报告: a numbered situation report on the whole response."""

    kind: Literal["situation_report"] = "situation_report"
    text: WorkingText


class StandDownResponse(Frozen):
    """解除: every required task is done or waived; the cases are ``resolved`` or ``returned`` to ``tier``."""

    kind: Literal["stand_down"] = "stand_down"
    outcome: Literal["resolved", "returned"]
    tier: str | None = None
    reason: WorkingText


class ResponseWaitExpired(Frozen):
    """A wait's instant has come. ``task`` and ``until`` say which wait was meant; a late one does nothing."""

    kind: Literal["wait_expired"] = "wait_expired"
    wait: ResponseWaitKind
    task: str | None = None
    until: Instant


TaskReport = Sign | Progress | Done | Object | Waive
"""What a party reports of a task."""

AskedOfResponse = TaskReport | Report | StandDownResponse
"""What a party, the lead or the alliance may ask of a response."""

AnyResponseCommand = Annotated[
    Declare | JoinCase | LinkResponse | AskedOfResponse | ResponseWaitExpired, Field(discriminator="kind")
]


class ResponseCommand(Frozen):
    """A command in its envelope."""

    id: str
    actor: Actor
    body: AnyResponseCommand
    if_version: int | None = None

    @property
    def kind(self) -> str:
        """The kind of what it commands."""
        return self.body.kind
