"""What must hold when the storm is over. Each check gives what it found wrong, in words."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from operations.audit import Auditor
from operations.connections import opened, processes, temporal_client
from operations.notices import notifier_of
from runtime.settings import Settings
from store import rebuild
from store.folding import KINDS
from store.log import EventLog, StoredEvent
from store.town import clock_on
from tests.faults.officers import Office, Request

if TYPE_CHECKING:
    from store.database import Pool

AT_ONCE = 8
SETTLING = 300.0
"""Seconds: a message acked while a task ran takes a moment to show; an outside effect that failed through a whole storm
has its next go after minutes (``workflows.lanes``)."""


async def everything(settings: Settings, office: Office) -> list[str]:
    """All checks, on a calm stack."""
    problems = list(office.faults)
    async with opened(settings.database()) as pool:
        events = await all_events(pool)
        problems += acknowledged_once(events, office.requests)
        problems += nothing_twice(events, office.requests)
        problems += contiguous(events)
        problems += await opened_once(pool, office.requests)
        problems += await the_chain_holds(pool)
        problems += await the_same_answers(office)
        problems += written_again(events, await all_events(pool), office.requests)
        problems += await the_list_is_the_logs(pool, settings)
        problems += await audit_finds_nothing(pool, settings)
    return problems


def written_again(
    before: Sequence[StoredEvent], after: Sequence[StoredEvent], requests: Iterable[Request]
) -> list[str]:
    """Asking again writes nothing. What falls due meanwhile, or follows from before, may be written."""
    asked = {request.marker for request in requests if not request.opens}
    new = [one for one in after[len(before) :] if one.data.get("reason") in asked or one.type == "case_opened"]
    problems = [f"asking again has written to the log: {one.stream} {one.type}" for one in new]
    return problems if list(after[: len(before)]) == list(before) else [*problems, "the log was changed"]


async def all_events(pool: Pool) -> list[StoredEvent]:
    """The whole log by position."""
    log, events = EventLog(pool), list[StoredEvent]()
    while page := await log.feed(events[-1].position if events else 0, 1000):
        events += page
    return events


def acknowledged_once(events: Sequence[StoredEvent], requests: Iterable[Request]) -> list[str]:
    """Each acknowledged answer's events are in the log, all by one command, and that command did nothing else."""
    problems = []
    by_place = {(event.stream, event.version): event for event in events}
    steps: Counter[str] = Counter(event.command_id for event in events)
    for request in requests:
        if not request.acknowledged or request.opens:
            continue
        answer = request.answer
        told = [(by_place.get((answer["number"], event["version"])), event["type"]) for event in answer["events"]]
        if any(found is None or found.type != type_ for found, type_ in told):
            problems.append(f"acknowledged, not in the log: {request}")
            continue
        commands = {found.command_id for found, _ in told if found is not None}
        if len(commands) != 1 or steps[next(iter(commands))] != len(told):
            problems.append(f"acknowledged with other events than its command's: {request}")
        if any(found is not None and found.data.get("reason", request.marker) != request.marker for found, _ in told):
            problems.append(f"acknowledged with another's events: {request}")
    return problems


def nothing_twice(events: Sequence[StoredEvent], requests: Iterable[Request]) -> list[str]:
    """No decision, acknowledged or not, was recorded by two commands; none that was refused was recorded."""
    commands = defaultdict[str, set[str]](set)
    for event in events:
        commands[str(event.data.get("reason"))].add(event.command_id)
    problems = []
    for request in requests:
        times = 0 if request.opens else len(commands.get(request.marker, ()))
        if times > 1:
            problems.append(f"recorded {times} times: {request}")
        if not request.opens and request.acknowledged and times != 1:
            problems.append(f"acknowledged and recorded {times} times: {request}")
        if 400 <= request.status < 500 and times:
            problems.append(f"refused and recorded: {request}")
    return problems


def contiguous(events: Sequence[StoredEvent]) -> list[str]:
    """Positions from 1 without a gap; versions from 1 in each stream, in the order of positions."""
    problems = [] if [e.position for e in events] == list(range(1, len(events) + 1)) else ["positions have gaps"]
    versions: Counter[str] = Counter()
    for event in events:
        versions[event.stream] += 1
        if event.version != versions[event.stream]:
            problems.append(f"{event.stream}: version {event.version} where {versions[event.stream]} belongs")
    return problems


async def opened_once(pool: Pool, requests: Iterable[Request]) -> list[str]:
    """Each case that was opened is one case, with one number and one set of sealed words."""
    rows = await pool.fetch("SELECT title, count(*) AS times, min(number) AS number FROM case_titles GROUP BY title")
    titles: dict[str, Any] = {row["title"]: row for row in rows}
    words = {
        row["subject"]: row["times"]
        for row in await pool.fetch(
            "SELECT subject, count(*) AS times FROM sealed WHERE kind = 'words' GROUP BY subject"
        )
    }
    problems = []
    for request in requests:
        if not (request.opens and request.acknowledged):
            continue
        number, row = request.answer["number"], titles.get(request.marker)
        if row is None or (row["times"], row["number"], words.get(number)) != (1, number, 1):
            problems.append(f"not opened exactly once: {request}")
    return problems


async def the_chain_holds(pool: Pool) -> list[str]:
    """Every hash is what its event gives, and covers the one before."""
    report = await EventLog(pool).verify_all()
    return [f"chain: {problem}" for problem in report.problems]


async def the_same_answers(office: Office) -> list[str]:
    """The same request with the same key gives the same answer."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def differs(request: Request) -> str | None:
        async with gate:
            repeated = await office.again(request)
        same = _told(repeated) == _told(request)
        return None if same else f"another answer the second time: {request}\n  then {repeated}"

    acknowledged = [request for request in office.requests if request.acknowledged]
    return [found for found in await asyncio.gather(*map(differs, acknowledged)) if found is not None]


def _told(request: Request) -> object:
    if request.opens:
        return request.status, request.answer["number"], request.answer["version"], request.answer["code"]
    return request.status, request.answer


async def the_list_is_the_logs(pool: Pool, settings: Settings) -> list[str]:
    """The live lists are what the log folds to; and so are those that are made anew and swapped in."""
    differing = await rebuild.compare(pool)
    problems = [f"{number}: the list differs" for numbers in differing.values() for number in numbers]
    before = await _lists(pool)
    async with opened(settings.owner_database()) as owner:
        await rebuild.rebuild(owner)
    return problems if before == await _lists(pool) else [*problems, "the rebuilt lists differ"]


async def _lists(pool: Pool) -> list[dict[str, object]]:
    """Every row of every list."""
    listings = [kind.listing for kind in KINDS]
    rows = [await pool.fetch(f"SELECT * FROM {one.name} ORDER BY {one.key.name}") for one in listings]
    return [dict(row) for some in rows for row in some]


async def audit_finds_nothing(pool: Pool, settings: Settings) -> list[str]:
    """Every open case has a running process at the log's version, that waits for exactly what the log says; that, at
    the latest when everything has settled."""
    settled = time.monotonic() + SETTLING
    while found := await _audited(pool, settings):
        if time.monotonic() > settled:
            return found
        await asyncio.sleep(0.5)
    return []


async def _audited(pool: Pool, settings: Settings) -> list[str]:
    clock = clock_on(pool, rehearsal=settings.rehearsal)
    await clock.refresh()
    client, notifier = await temporal_client(settings, clock), notifier_of(pool, settings, clock)
    auditor = Auditor(pool, client, await processes(settings, clock), notifier, clock)
    report = await auditor.audit()
    found = [f"audit: {finding}" for finding in report.findings]
    if report.open != report.running:
        found.append(f"audit: {report.open} open cases, {report.running} running processes")
    return found
