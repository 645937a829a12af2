"""Appends to the log, with key, chain and case row, against a plain INSERT and the ``eventsourcing`` recorder.

The same PostgreSQL, the same durability (``synchronous_commit`` on), the same number of writers, one event each time.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import urlsplit

from eventsourcing.persistence import StoredEvent as RecorderEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from bench.figures import Row, median, percentile, ratio_at_least
from bench.load import Ask, Load
from bench.sizes import Sizes
from bench.stack import OFFICER, Stack, opening
from domain.case import AddNote, CaseState, Command, decide, evolve, summary
from store.folding import CASES
from store.log import EventLog

PART = "append"
A_STREAM = 20
_PLAIN = """
CREATE TABLE plain (id bigserial PRIMARY KEY, stream text NOT NULL, version integer NOT NULL, data jsonb NOT NULL);
GRANT INSERT ON plain TO hongxiu_app; GRANT USAGE ON SEQUENCE plain_id_seq TO hongxiu_app;
"""


async def measure(stack: Stack, sizes: Sizes) -> list[Row]:
    """Rounds of the three, by turns."""
    await stack.owner.execute(_PLAIN)
    writers = sizes.writers
    ours, plain, recorder = Load(), Load(), Load()
    theirs = _Recorder(stack, writers)
    try:
        for _ in range(sizes.rounds):
            await ours.round(_appends(stack, writers), writers, sizes.seconds)
            await plain.round(_inserts(stack), writers, sizes.seconds)
            theirs.round(recorder, sizes.seconds)
    finally:
        theirs.close()
    who = f"appends, {writers} writers"
    return [
        Row(
            part=PART,
            what=who,
            unit="events/s",
            ours=ours.rate,
            baseline=median(recorder.rates),
            against="eventsourcing's recorder",
            aim=ratio_at_least(2),
        ),
        Row(part=PART, what=who, unit="events/s", ours=ours.rate, baseline=plain.rate, against="asyncpg INSERT"),
        Row(
            part=PART,
            what=f"{who}: p50",
            unit="ms",
            ours=ours.ms(0.5),
            baseline=plain.ms(0.5),
            against="asyncpg INSERT",
        ),
        Row(
            part=PART,
            what=f"{who}: p99",
            unit="ms",
            ours=ours.ms(0.99),
            baseline=plain.ms(0.99),
            against="asyncpg INSERT",
        ),
    ]


def _first_state(stack: Stack, number: str) -> tuple[Command, CaseState]:
    command = opening(stack, number)
    (event,) = decide(stack.rules, None, command, datetime.now(UTC))
    return command, evolve(None, event.fact, number=number, command_id=command.id)


def _appends(stack: Stack, writers: int) -> Ask:
    """Each writer on streams of its own, ``A_STREAM`` events each, with the case's row each time."""
    log = EventLog(stack.pool)
    _, state = _first_state(stack, "template")
    note = Command(id="note", actor=OFFICER, body=AddNote(kind="note", text="已与物业确认，周三上午到场查看"))
    rows = [CASES.new(event) for event in decide(stack.rules, state, note, datetime.now(UTC))]
    row = summary(state)
    heads = [("", 0, "")] * writers

    async def ask(caller: int, turn: int) -> None:
        stream, version, head = heads[caller]
        if version % A_STREAM == 0:
            stream, version, head = f"B-{uuid.uuid4().hex}", 0, ""
        case = {**row, "number": stream, "version": version + 1}
        done = await log.append(stream, version, head, f"{stream}/{version}", rows, case, CASES.listing)
        assert done.status == "appended"
        heads[caller] = (stream, version + 1, done.events[-1].hash)

    return ask


def _inserts(stack: Stack) -> Ask:
    data = {"text": "已与物业确认，周三上午到场查看"}
    statement = "INSERT INTO plain (stream, version, data) VALUES ($1, $2, $3)"

    async def ask(caller: int, turn: int) -> None:
        await stack.pool.execute(statement, f"B-{caller}", turn, data)

    return ask


class _Recorder:
    """The package's PostgreSQL recorder, with a thread for each writer."""

    def __init__(self, stack: Stack, writers: int) -> None:
        dsn = urlsplit(stack.settings.owner_database())
        self._store = PostgresDatastore(
            dbname=dsn.path.lstrip("/"),
            host=dsn.hostname or "",
            port=str(dsn.port),
            user=dsn.username or "",
            password=dsn.password or "",
            pool_size=writers,
            max_overflow=0,
        )
        self._recorder = PostgresApplicationRecorder(self._store, events_table_name="recorder_events")
        self._recorder.create_table()
        self._threads = ThreadPoolExecutor(writers)
        self._writers = writers
        self._state = json.dumps({"text": "已与物业确认，周三上午到场查看"}, ensure_ascii=False).encode()

    def round(self, load: Load, seconds: float) -> None:
        """One event a call, for ``seconds``."""
        together = threading.Barrier(self._writers)
        taken = list(self._threads.map(lambda _: self._write(together, seconds), range(self._writers)))
        load.rates.append(sum(map(len, taken)) / percentile([sum(times) for times in taken], 1))
        for times in taken:
            load.seconds.extend(times)

    def _write(self, together: threading.Barrier, seconds: float) -> list[float]:
        stream, version, times = uuid.uuid4(), 1, list[float]()
        self._insert(stream, version)
        together.wait()
        end = time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            version += 1
            self._insert(stream, version)
            times.append(time.perf_counter() - began)
        return times

    def _insert(self, stream: uuid.UUID, version: int) -> None:
        event = RecorderEvent(originator_id=stream, originator_version=version, topic="NoteAdded", state=self._state)
        self._recorder.insert_events([event])

    def close(self) -> None:
        self._threads.shutdown()
        self._store.close()
