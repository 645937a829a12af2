"""What the store's tests are told about: events, rows of the case list, and a fold from one to the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from store.log import Appended, EventLog, NewEvent, StoredEvent
from store.tables.lists import CASE_LIST, Listing

OPENED = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
OFFICER = {"id": "estate-mudan", "role": "estate", "unit": "mudan"}


def event(kind: str = "CaseNoted", at: datetime = OPENED, **data: object) -> NewEvent:
    """An event of an officer in an estate."""
    return NewEvent(type=kind, schema_version=1, data=data, actor=OFFICER, occurred_at=at)


def row(number: str, version: int = 1, **changes: object) -> dict[str, object]:
    """A whole row of the case list."""
    whole: dict[str, object] = {
        "number": number,
        "version": version,
        "tier": "estate",
        "stage": "contact",
        "estate": "mudan",
        "community": "laocheng",
        "units": ["mudan", "laocheng", "nancheng"],
        "category": "lift",
        "severity": None,
        "channel": "counter",
        "opened_at": OPENED,
        "updated_at": OPENED + timedelta(minutes=version),
        "closed_at": None,
        "closed_as": None,
        "wait": {"kind": "contact", "reason": "首次联系居民"},
        "until": OPENED + timedelta(hours=2),
        "overdue": False,
        "supervised": False,
        "emergency_id": None,
        "carried_over": 0,
        "lead": None,
        "co_handlers": [],
        "duplicate_of": None,
        "resident": None,
        "tier_since": OPENED,
        "next_until": OPENED + timedelta(hours=2),
        "answer_due": OPENED + timedelta(days=7),
        "answer_missed": False,
    }
    assert changes.keys() <= whole.keys()
    return {**whole, **changes}


async def recorded(
    log: EventLog, number: str, times: int = 1, case_row: bool = True, **changes: Any
) -> Sequence[StoredEvent]:
    """A case with so many events, one a command, and its row; instants in `changes` are written as text."""
    changes = {key: at.isoformat() if isinstance(at, datetime) else at for key, at in changes.items()}
    events: list[StoredEvent] = []
    for version in range(times):
        prev_hash = events[-1].hash if events else ""
        note = event(changes=changes, step=version)
        fields = row(number, version + 1, **changes) if case_row else None
        done: Appended = await log.append(number, version, prev_hash, f"{number}/{version}", [note], fields, CASE_LIST)
        assert done.status == "appended"
        events.extend(done.events)
    return events


def fold(events: Sequence[StoredEvent]) -> dict[str, object] | None:
    """The row that `recorded` wrote, from the events alone; streams that are not cases have none."""
    last = events[-1]
    if not last.stream.startswith("NC-"):
        return None
    return row(last.stream, last.version, **last.data.get("changes", {}))


@dataclass(frozen=True)
class Noted:
    """A kind of stream that is projected to the case list."""

    listed: Callable[[Sequence[StoredEvent]], Mapping[str, object] | None]
    listing: Listing = CASE_LIST


NOTED = Noted(fold)
"""The kind of what `recorded` writes."""
