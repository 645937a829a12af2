"""What all answers share: instants on Shanghai's clock, with their offset."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    PlainSerializer,
    WithJsonSchema,
)

from domain.policy.calendar import SHANGHAI


def shanghai_iso(instant: datetime) -> str:
    """``2026-03-04T15:00:00+08:00``."""
    return instant.astimezone(SHANGHAI).isoformat()


Instant = Annotated[
    datetime,
    PlainSerializer(shanghai_iso, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-04T15:00:00+08:00"]}),
]


class Answer(BaseModel):
    """Base of what is answered."""

    model_config = ConfigDict(frozen=True)
