"""Processes of any kind over the wire."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from api.cases.schemas import EventBrief
from api.edge.wire import Answer, Instant


class ProcessWaitView(Answer):
    """One thing that a process waits for, in words, and until when."""

    kind: str
    reason: str
    until: Instant


class ProcessLinks(Answer):
    """Where else the process is found."""

    model_config = ConfigDict(populate_by_name=True)

    itself: str = Field(alias="self")
    events: str
    commands: str
    temporal: str
    console: str


class ProcessView(Answer):
    """A process: where it stands, what it waits for (``wait``: what comes first), what you may do with it now."""

    id: str
    kind: str
    version: int
    stage: str
    stage_name: str
    closed: bool
    state: Any
    wait: ProcessWaitView | None
    waits: list[ProcessWaitView]
    you_may: list[str]
    links: ProcessLinks


class Commanded(Answer):
    """What came of a command: its events, and where the process stands right after it."""

    id: str
    version: int
    stage: str
    stage_name: str
    closed: bool
    events: list[EventBrief]
    wait: ProcessWaitView | None
    waits: list[ProcessWaitView]
