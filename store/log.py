"""The event log: streams of events, only ever added to, each event chained to the one before by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import asyncpg
from sqlalchemy import Integer, Text, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from store.database import is_text
from store.errors import CommandTaken, Diverged, NotCanonical, reaching_the_store
from store.statements import Statement, among, given
from store.tables.lists import Listing
from store.tables.log import EVENTS, OPENS
from store.together import Together

if TYPE_CHECKING:
    from store.database import Connection, Pool

Json: TypeAlias = dict[str, Any]
Status: TypeAlias = Literal["appended", "already_recorded", "behind"]

_PAGE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event that is not in the log yet. `occurred_at` is aware; `data` and `actor` hold no floats."""

    type: str
    schema_version: int
    data: Json
    actor: Json
    occurred_at: datetime
    caused_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent(NewEvent):
    """An event of the log. Instants are UTC; `step` counts from 0 within the command."""

    position: int
    stream: str
    version: int
    command_id: str
    step: int
    recorded_at: datetime
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of an append.

    `appended`: the new events. `already_recorded`: this command's events and all others after the expected
    version. `behind`: everything that the log has beyond the expected version.
    """

    status: Status
    events: tuple[StoredEvent, ...]


@dataclass(frozen=True, slots=True)
class ChainProblem:
    """Where a stream is not what was written: `gap`, `broken_link`, `altered`, or `missing_positions`."""

    stream: str
    version: int
    kind: Literal["gap", "broken_link", "altered", "missing_positions"]


@dataclass(frozen=True, slots=True)
class ChainReport:
    """The outcome of a check of hashes; `whole` when nothing is wrong."""

    streams: int
    events: int
    problems: tuple[ChainProblem, ...]

    @property
    def whole(self) -> bool:
        """Whether every event is as it was written, and none is missing."""
        return not self.problems


class EventLog:
    """The log on a pool of the application's role. Every call may raise StoreUnavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._together = Together(pool)

    async def append(
        self,
        stream: str,
        expected_version: int,
        prev_hash: str,
        command_id: str,
        events: Sequence[NewEvent],
        row: Mapping[str, object] | None = None,
        listing: Listing | None = None,
    ) -> Appended:
        """Record a command's `events` after `expected_version`, and the stream's `row` of `listing`; all or nothing.

        `prev_hash` is the hash of the stream's last event that the caller knows, "" at version 0. The same
        command again records nothing. Raises NotCanonical (bad data), CommandTaken (the id was used in
        another stream) and Diverged (the caller's version is not one of the log's).
        """
        if not events:
            raise ValueError("a command that is recorded has at least one event")
        chained = _chain(stream, expected_version, prev_hash, command_id, events)
        named = None
        if row is not None:
            if listing is None:
                raise ValueError("a row that is recorded is one of a list")
            named, row = listing.name, listing.whole(row)
        arguments = (stream, expected_version, prev_hash, command_id, chained, named, row)
        with reaching_the_store():
            answer = await self._together.append(arguments)
            if answer["status"] == "appended":
                stored = _as_stored(arguments, events, answer["first_position"], answer["at"])
                return Appended("appended", stored)
            return await self._not_appended(stream, expected_version, prev_hash, command_id, answer["status"])

    async def _not_appended(
        self, stream: str, expected_version: int, prev_hash: str, command_id: str, status: Status
    ) -> Appended:
        found = await _AROUND.rows(self._pool, stream=stream, version=expected_version, command_id=command_id)
        events = [_stored(row) for row in found]
        ours = [event for event in events if event.command_id == command_id]
        if status == "already_recorded" and not ours:
            raise CommandTaken(command_id, (await self.command(command_id))[0].stream)
        known = {event.version: event.hash for event in events}
        if known.get(expected_version, "") != prev_hash:
            raise Diverged(stream, expected_version)
        wanted = tuple(event for event in events if event.version > expected_version or event in ours)
        # The same command may have been committed by another after the first look, which then said "behind".
        return Appended("already_recorded" if ours else "behind", wanted)

    async def read(self, stream: str, after_version: int = 0, to_version: int | None = None) -> tuple[StoredEvent, ...]:
        """A stream's events by version: those after `after_version`, up to and with `to_version`."""
        if not is_text(stream):
            return ()
        to = _NO_VERSION if to_version is None else to_version
        return tuple(map(_stored, await _READ.rows(self._pool, stream=stream, after=after_version, to=to)))

    async def read_some(self, streams: Sequence[str]) -> dict[str, tuple[StoredEvent, ...]]:
        """The events of several streams in one call, by stream; those that there are."""
        with reaching_the_store():
            async with self._pool.acquire() as connection:
                found = await some_streams(connection, streams)
        return {events[0].stream: events for events in found}

    async def last_of(self, streams: Sequence[str], types: Sequence[str]) -> dict[str, tuple[str, datetime]]:
        """The type and instant of each stream's last event of these types; streams without one are left out."""
        rows = await _LAST_OF.rows(self._pool, streams=list(streams), types=list(types))
        return {row["stream"]: (row["type"], row["occurred_at"]) for row in rows}

    async def command(self, command_id: str) -> tuple[StoredEvent, ...]:
        """The events that a command recorded; empty when it recorded none."""
        return tuple(map(_stored, await _COMMAND.rows(self._pool, command_id=command_id)))

    async def feed(self, after_position: int, limit: int = 500) -> tuple[StoredEvent, ...]:
        """Events of all streams by position. A reader that goes on from the last position misses none."""
        return tuple(map(_stored, await _FEED.rows(self._pool, position=after_position, limit=limit)))

    async def last_position(self) -> int:
        """The position of the newest event, 0 when there is none."""
        return int(await LAST_POSITION.value(self._pool))

    async def streams(self, prefix: str = "") -> tuple[str, ...]:
        """The names of all streams that start with `prefix`, in order."""
        return tuple(row["stream"] for row in await _STREAMS.rows(self._pool, prefix=prefix))

    async def verify(self, stream: str) -> ChainReport:
        """Recompute the hashes of one stream."""
        events = await self.read(stream)
        return ChainReport(1 if events else 0, len(events), tuple(chain_problems(events)))

    async def verify_all(self, progress: Callable[[int, int], None] | None = None) -> ChainReport:
        """Recompute every hash, stream by stream, and see that no position is missing.

        `progress(checked, total)` is called with numbers of events.
        """
        streams = checked = 0
        problems: list[ChainProblem] = []
        with reaching_the_store():
            async with self._pool.acquire() as connection, snapshot(connection):
                total, last = await _extent(connection)
                if total != last:
                    problems.append(ChainProblem("", last, "missing_positions"))
                async for events in every_stream(connection):
                    problems.extend(chain_problems(events))
                    streams += 1
                    checked += len(events)
                    if progress is not None:
                        progress(checked, total)
        return ChainReport(streams, checked, tuple(problems))


def snapshot(connection: Connection) -> asyncpg.transaction.Transaction:
    """A read-only transaction that sees the log and its projections at one instant."""
    return connection.transaction(isolation="repeatable_read", readonly=True)


async def count_streams(connection: Connection) -> int:
    """How many streams the log has."""
    return int(await _COUNT_STREAMS.value(connection))


async def every_stream(connection: Connection) -> AsyncIterator[tuple[StoredEvent, ...]]:
    """Each stream's events, stream after stream, without holding more than one; needs a transaction."""
    stream: list[StoredEvent] = []
    async for row in connection.cursor(_EVERY.sql, prefetch=_PAGE):
        event = _stored(row)
        if stream and stream[0].stream != event.stream:
            yield tuple(stream)
            stream = []
        stream.append(event)
    if stream:
        yield tuple(stream)


async def some_streams(connection: Connection, names: Sequence[str]) -> list[tuple[StoredEvent, ...]]:
    """The events of the streams called `names`."""
    rows = await _SOME.rows(connection, streams=list(names))
    found: dict[str, list[StoredEvent]] = {}
    for row in rows:
        found.setdefault(row["stream"], []).append(_stored(row))
    return [tuple(events) for events in found.values()]


def chain_problems(events: Iterable[StoredEvent]) -> list[ChainProblem]:
    """What is wrong with one stream's chain, from its first event on."""
    problems: list[ChainProblem] = []
    version, previous = 0, ""
    for event in events:
        if event.version != version + 1:
            problems.append(ChainProblem(event.stream, event.version, "gap"))
        elif event.prev_hash != previous:
            problems.append(ChainProblem(event.stream, event.version, "broken_link"))
        if _hash_of(event) != event.hash:
            problems.append(ChainProblem(event.stream, event.version, "altered"))
        version, previous = event.version, event.hash
    return problems


def event_hash(
    prev_hash: str,
    stream: str,
    version: int,
    type: str,
    schema_version: int,
    data: Json,
    actor: Json,
    command_id: str,
    occurred_at: datetime,
    caused_by: str | None = None,
) -> str:
    """SHA-256 in hex over the canonical JSON of these fields; the instant is written in UTC.

    `prev_hash` is "" for a stream's first event. Raises NotCanonical.
    """
    covered = {
        "prev_hash": prev_hash,
        "stream": stream,
        "version": version,
        "type": type,
        "schema_version": schema_version,
        "data": data,
        "actor": actor,
        "command_id": command_id,
        "occurred_at": _instant(occurred_at),
    }
    if caused_by is not None:
        covered["caused_by"] = caused_by
    return hashlib.sha256(canonical(covered)).hexdigest()


def canonical(value: object) -> bytes:
    """The one way to write `value` as JSON; the same before and after PostgreSQL's jsonb.

    Raises NotCanonical for floats (jsonb keeps numbers as decimals), NUL, lone surrogates, keys that are not
    text, and anything that JSON has not.
    """
    _require_plain(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical("a lone surrogate in text") from error


def _require_plain(value: object) -> None:
    """Raise NotCanonical unless `value` is text, a whole number, true, false, null, or made of them."""
    if isinstance(value, str):
        if "\x00" in value:
            raise NotCanonical("NUL in text")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonical(f"a key that is not text: {key!r}")
            _require_plain(key)
            _require_plain(item)
    elif isinstance(value, list):
        for item in value:
            _require_plain(item)
    elif value is not None and not isinstance(value, int):
        raise NotCanonical(f"{type(value).__name__} has no place in an event: {value!r}")


def _instant(at: datetime) -> str:
    if at.tzinfo is None:
        raise NotCanonical("an instant without a time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _chain(stream: str, version: int, prev_hash: str, command_id: str, events: Sequence[NewEvent]) -> list[Json]:
    """The events as `hx_record` takes them, each with its hash and the one before."""
    rows: list[Json] = []
    for step, event in enumerate(events):
        digest = event_hash(
            prev_hash,
            stream,
            version + 1 + step,
            event.type,
            event.schema_version,
            event.data,
            event.actor,
            command_id,
            event.occurred_at,
            event.caused_by,
        )
        row = {
            "step": step,
            "type": event.type,
            "schema_version": event.schema_version,
            "data": event.data,
            "actor": event.actor,
            "caused_by": event.caused_by,
            "occurred_at": _instant(event.occurred_at),
            "prev_hash": prev_hash,
            "hash": digest,
        }
        rows.append(row)
        prev_hash = digest
    return rows


def _as_stored(
    arguments: tuple[str, int, str, str, list[Json], str | None, object],
    events: Sequence[NewEvent],
    position: int,
    recorded_at: datetime,
) -> tuple[StoredEvent, ...]:
    stream, version, _, command_id, chained, *_ = arguments
    return tuple(
        StoredEvent(
            position=position + step,
            stream=stream,
            version=version + 1 + step,
            type=event.type,
            schema_version=event.schema_version,
            data=event.data,
            actor=event.actor,
            command_id=command_id,
            step=step,
            caused_by=event.caused_by,
            occurred_at=event.occurred_at.astimezone(UTC),
            recorded_at=recorded_at,
            prev_hash=row["prev_hash"],
            hash=row["hash"],
        )
        for step, (event, row) in enumerate(zip(events, chained, strict=True))
    )


def _stored(row: asyncpg.Record) -> StoredEvent:
    return StoredEvent(**dict(row))


def _hash_of(event: StoredEvent) -> str:
    try:
        return event_hash(
            event.prev_hash,
            event.stream,
            event.version,
            event.type,
            event.schema_version,
            event.data,
            event.actor,
            event.command_id,
            event.occurred_at,
            event.caused_by,
        )
    except NotCanonical:  # a float, say, that someone put there: not what was written
        return ""


async def _extent(connection: Connection) -> tuple[int, int]:
    row = await _EXTENT.row(connection)
    assert row is not None
    return row["total"], row["last"]


# ---------------------------------------------------------------- statements, each made once

_NO_VERSION = 2**31 - 1
_LAST = func.coalesce(func.max(EVENTS.c.position), 0)
_SHOWN = select(EVENTS)
_OF_STREAM = EVENTS.c.stream == given(EVENTS.c.stream)
_OF_COMMAND = EVENTS.c.command_id == given(EVENTS.c.command_id)

LAST_POSITION = Statement(select(_LAST))
_EXTENT = Statement(select(func.count().label("total"), _LAST.label("last")).select_from(EVENTS))
_AROUND = Statement(
    _SHOWN.where(_OF_STREAM, or_(EVENTS.c.version >= given(EVENTS.c.version), _OF_COMMAND)).order_by(EVENTS.c.version)
)
_READ = Statement(
    _SHOWN.where(
        _OF_STREAM, EVENTS.c.version > given("after", Integer()), EVENTS.c.version <= given("to", Integer())
    ).order_by(EVENTS.c.version)
)
_LAST_OF = Statement(
    select(EVENTS.c.stream, EVENTS.c.type, EVENTS.c.occurred_at)
    .ext(distinct_on(EVENTS.c.stream))
    .where(among(EVENTS.c.stream, "streams"), among(EVENTS.c.type, "types"))
    .order_by(EVENTS.c.stream, EVENTS.c.version.desc())
)
_COMMAND = Statement(_SHOWN.where(_OF_COMMAND).order_by(EVENTS.c.step))
_FEED = Statement(
    _SHOWN.where(EVENTS.c.position > given(EVENTS.c.position))
    .order_by(EVENTS.c.position)
    .limit(given("limit", Integer()))
)
_STREAMS = Statement(
    select(EVENTS.c.stream)
    .where(OPENS, func.starts_with(EVENTS.c.stream, given("prefix", Text())))
    .order_by(EVENTS.c.stream)
)
_COUNT_STREAMS = Statement(select(func.count()).select_from(EVENTS).where(OPENS))
_EVERY = Statement(_SHOWN.order_by(EVENTS.c.stream, EVENTS.c.version))
_SOME = Statement(_SHOWN.where(among(EVENTS.c.stream, "streams")).order_by(EVENTS.c.stream, EVENTS.c.version))
