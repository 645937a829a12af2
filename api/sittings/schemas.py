"""Forums and sittings over the wire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    ConfigDict,
    Field,
)

from api.cases.schemas import EventBrief
from api.edge.wire import Answer, Instant
from domain.policy.forum import SittingMode
from domain.sitting import Status as SittingStatus


class CadenceView(Answer):
    """When a forum sits: every week or month, on a weekday (of a month, its ``nth``; -1 is the last), at a time of
    Shanghai, for so many minutes; off a holiday to the next working day."""

    every: Literal["week", "month"]
    weekday: str
    nth: int | None
    time: Annotated[str, Field(examples=["15:00"])]
    minutes: int
    holiday: str


class ForumView(Answer):
    """A body that meets; its id is its unit's."""

    id: str
    tier: str
    unit: str
    name: str
    cadence: CadenceView


class ForumList(Answer):
    items: list[ForumView]


class AddendumView(Answer):
    """A case added after the freeze: `by` an officer's `decision`, or by rule because it `arrived_while_freezing`."""

    case: str
    reason: str
    by: str
    at: Instant


class AttendanceView(Answer):
    """Who was there, by post and unit, and how the sitting was held."""

    chair: str | None
    recorder: str | None
    mode: SittingMode | None
    present: list[str]
    absent: list[str]


class SittingLinks(Answer):
    """Where else the sitting is found; its papers are null until they are written."""

    model_config = ConfigDict(populate_by_name=True)

    itself: str = Field(alias="self")
    agenda: str | None
    minutes: str | None
    temporal: str | None
    console: str


class SittingView(Answer):
    """One meeting. ``provisional``: the dates rest on a year whose calendar is not published.

    ``version`` is 0 until its process begins, when its agenda is drafted or somebody moves or cancels it before;
    until then the calendar gives its dates. ``sequence`` counts its moves; ``regular_starts_at`` is when it would
    be by the calendar, null where that is now. ``emergency``: what an extraordinary sitting is about.
    """

    id: str
    forum: str
    emergency: str | None
    name: str
    version: int
    status: SittingStatus
    status_name: str
    sequence: int
    drafts_at: Instant
    freezes_at: Instant
    starts_at: Instant
    ends_at: Instant
    minutes_due: Instant
    provisional: bool
    regular_starts_at: Instant | None
    addenda: list[AddendumView]
    attendance: AttendanceView | None
    links: SittingLinks


class SittingChanged(SittingView):
    """What came of a command, as the sitting stood right after it. ``warnings``: `not_a_workday`."""

    events: list[EventBrief]
    warnings: list[Literal["not_a_workday"]]


class SittingList(Answer):
    items: list[SittingView]


class CalendarLink(Answer):
    """An address to subscribe to without sign-in: whoever has it may read the feed. Keep it."""

    url: str
    webcal: str
