"""When a forum meets: every week or every month, on a weekday, at a time of Shanghai's."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from domain.policy.calendar import ClockTime

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

WEEKDAYS: dict[str, int] = {name: index for index, name in enumerate(get_args(Weekday))}


class _Meeting(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    weekday: Weekday
    time: ClockTime
    minutes: int = Field(ge=5, le=600, description="how long the meeting lasts")
    holiday: Literal["next_workday"] = "next_workday"


class Weekly(_Meeting):
    """Every week on one weekday. ``time`` is Shanghai's, ``minutes`` the length of the meeting."""

    every: Literal["week"]


class Monthly(_Meeting):
    """Every month on its ``nth`` weekday (-1: the last). A month without a fifth one has no sitting."""

    every: Literal["month"]
    nth: Literal[1, 2, 3, 4, 5, -1]


Cadence = Annotated[Weekly | Monthly, Field(discriminator="every")]
"""When a forum sits; ``every: week`` or ``every: month``."""
