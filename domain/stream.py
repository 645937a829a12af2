"""What every kind of stream shares: the envelope of its events, their form in the log, and how older ones are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from domain.permission import Actor


class Frozen(BaseModel):
    """Base of everything that is sent or kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _in_utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError:  # in the first hours of the year 1, or the last of 9999
        raise PydanticCustomError("date_out_of_range", "out of range", {"date": str(instant)[:10]}) from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An instant as it is sent and kept: aware, in UTC."""


KeptInstant = Annotated[AwareDatetime, PlainSerializer(datetime.isoformat, return_type=str)]
"""An instant in a fact's detail: aware, in the zone in which it was written, as ISO 8601."""


class StreamFact(Frozen):
    """One thing that happened, as far as a state depends on it: a record for each ``type``. ``at`` is in UTC.

    The log and what is sent have the fields of the type, all but ``envelope``, under ``detail``: those that differ from
    their default. A field of a newer program is not read.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    envelope: ClassVar[frozenset[str]] = frozenset({"type", "at"})

    type: str
    at: Instant

    @model_validator(mode="before")
    @classmethod
    def _from_detail(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "detail" not in data:
            return data
        return {**data["detail"], **{name: value for name, value in data.items() if name != "detail"}}

    @model_serializer(mode="wrap")
    def _with_detail(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        defaults, written = _defaults(type(self)), handler(self)
        detail = {
            name: value
            for name, value in written.items()
            if name not in self.envelope and getattr(self, name) != defaults[name]
        }
        kept = {name: value for name, value in written.items() if name in self.envelope}
        return kept if info.exclude_defaults and not detail else {**kept, "detail": detail}

    def detail(self) -> dict[str, Any]:
        """What the log has of it besides the envelope, as JSON values."""
        written: dict[str, Any] = self.model_dump(mode="json", exclude_defaults=True).get("detail", {})
        return written


@cache
def _defaults(record: type[StreamFact]) -> dict[str, Any]:
    return {name: field.get_default(call_default_factory=True) for name, field in record.model_fields.items()}


F = TypeVar("F", bound=StreamFact)


class StreamEvent(Frozen, Generic[F]):
    """A fact with who brought it about, in what capacity, and why: what the log keeps."""

    fact: F
    actor: Actor
    reason: str | None = None

    @property
    def type(self) -> str:
        return self.fact.type

    @property
    def at(self) -> datetime:
        return self.fact.at


Upcaster = Callable[[str, dict[str, Any]], dict[str, Any]]
"""From an event's type and its data in one schema version to its data in the next."""

_OWN_COLUMNS = {"type", "at"}


@dataclass(frozen=True)
class Schema(Generic[F]):
    """How a kind's events are written in the log and read from it.

    ``version``: what new events are written in. ``upcasters``: from each older version to the next; ``upcasters[n]``
    turns version n's data into n+1's.
    """

    event: type[StreamEvent[F]]
    version: int
    upcasters: Mapping[int, Upcaster] = field(default_factory=dict)

    def to_data(self, event: StreamEvent[F]) -> dict[str, Any]:
        """An event's data as the log keeps it; type, instant and actor have columns of their own."""
        data = event.fact.model_dump(mode="json", exclude=_OWN_COLUMNS, exclude_defaults=True)
        return data if event.reason is None else {"reason": event.reason, **data}

    def from_data(
        self, event_type: str, version: int, data: dict[str, Any], actor: dict[str, Any], at: datetime
    ) -> StreamEvent[F]:
        """The event of one row of the log. Raises LookupError for a version that nothing reads."""
        fact = {**self.upcast(event_type, version, data), "type": event_type, "at": at}
        reason = fact.pop("reason", None)
        return self.event.model_validate({"fact": fact, "actor": actor, "reason": reason})

    def upcast(self, event_type: str, version: int, data: dict[str, Any]) -> dict[str, Any]:
        """An event's data in today's schema. Raises LookupError for a version that nothing reads."""
        if version > self.version:
            raise LookupError(f"event schema {version} was written by a newer program")
        for older in range(version, self.version):
            data = self.upcasters[older](event_type, data)
        return data


_REMEMBERED_COMMANDS = 64
"""How many of its last commands a state knows by id; the log knows them all."""


def remembered(commands: tuple[str, ...], command_id: str) -> tuple[str, ...]:
    """A state's last commands with one more."""
    return commands if command_id in commands else (*commands, command_id)[-_REMEMBERED_COMMANDS:]
