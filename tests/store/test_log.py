"""The event log on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from store.cases import CaseList
from store.errors import CommandTaken, Diverged, NotCanonical
from store.log import EventLog, NewEvent, canonical
from store.tables.lists import CASE_LIST
from tests.store.given import OFFICER, OPENED, event, recorded, row

if TYPE_CHECKING:
    from store.database import Pool


@pytest.fixture
def log(pool: Pool) -> EventLog:
    return EventLog(pool)


async def test_what_was_appended_is_what_is_read(log: EventLog) -> None:
    data: dict[str, Any] = {
        "文": "电梯停运",
        "n": 10**18,
        "list": [1, None, {"b": True}],
        "quote": '"\\\n',
        "emoji": "🛗",
    }
    new = [event("CaseOpened", **data), event("CaseNoted", caused="x")]

    done = await log.append("NC-1", 0, "", "open", new, row("NC-1"), CASE_LIST)

    assert done.status == "appended"
    assert await log.read("NC-1") == done.events
    assert [stored.version for stored in done.events] == [1, 2]
    assert [stored.step for stored in done.events] == [0, 1]
    assert done.events[0].data == data
    assert done.events[1].prev_hash == done.events[0].hash


async def test_instants_are_kept_in_utc_whatever_zone_they_came_in(log: EventLog) -> None:
    shanghai = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=8)))

    done = await log.append("NC-1", 0, "", "open", [event(at=shanghai)])

    (read,) = await log.read("NC-1")
    assert read == done.events[0]
    assert read.occurred_at == shanghai
    assert read.occurred_at.tzinfo is UTC


async def test_a_part_of_a_stream_can_be_read(log: EventLog) -> None:
    events = await recorded(log, "NC-1", times=5)
    assert await log.read("NC-1", after_version=2) == tuple(events[2:])
    assert await log.read("NC-1", 1, 3) == tuple(events[1:3])
    assert await log.read("NC-2") == ()
    assert await log.read("\x00") == await log.read("\ud800") == ()


async def test_the_same_command_again_records_nothing(log: EventLog) -> None:
    first = await log.append("NC-1", 0, "", "open", [event(), event()])
    later = await log.append("NC-1", 2, first.events[-1].hash, "note", [event()])

    again = await log.append("NC-1", 0, "", "open", [event(), event()])

    assert again.status == "already_recorded"
    assert again.events == first.events + later.events
    assert len(await log.read("NC-1")) == 3


async def test_a_command_recorded_before_the_expected_version_is_given_back(log: EventLog) -> None:
    events = await recorded(log, "NC-1", times=3)

    again = await log.append("NC-1", 3, events[2].hash, "NC-1/1", [event()])

    assert again.status == "already_recorded"
    assert again.events == (events[1],)


async def test_one_who_is_behind_gets_what_the_log_has_beyond(log: EventLog) -> None:
    events = await recorded(log, "NC-1", times=4)

    done = await log.append("NC-1", 2, events[1].hash, "late", [event()], row("NC-1", 9, stage="closed"), CASE_LIST)

    assert done.status == "behind"
    assert done.events == tuple(events[2:])
    assert await log.command("late") == ()


async def test_being_behind_leaves_the_case_list_as_it_was(log: EventLog, pool: Pool) -> None:
    await recorded(log, "NC-1", times=2)
    await log.append("NC-1", 0, "", "late", [event()], row("NC-1", 9, stage="closed"), CASE_LIST)
    found = await CaseList(pool).get("NC-1")
    assert found is not None
    assert (found.version, found.stage) == (2, "contact")


@pytest.mark.parametrize(("version", "prev_hash"), [(2, "0" * 64), (5, "0" * 64), (0, "0" * 64), (1, "")])
async def test_one_who_folded_what_the_log_does_not_have_has_diverged(
    log: EventLog, version: int, prev_hash: str
) -> None:
    await recorded(log, "NC-1", times=2)
    with pytest.raises(Diverged):
        await log.append("NC-1", version, prev_hash, "odd", [event()])
    assert len(await log.read("NC-1")) == 2


async def test_a_command_id_belongs_to_one_stream(log: EventLog) -> None:
    await log.append("NC-1", 0, "", "open", [event()])
    with pytest.raises(CommandTaken):
        await log.append("NC-2", 0, "", "open", [event()])
    assert await log.read("NC-2") == ()


async def test_of_many_who_record_at_one_version_one_wins_and_the_others_are_behind(log: EventLog, pool: Pool) -> None:
    for number in range(20):
        case = f"NC-{number}"
        racing = [
            log.append(case, 0, "", f"{case}/{who}", [event(who=who)], row(case, 1, lead=f"officer-{who}"), CASE_LIST)
            for who in range(8)
        ]
        done = await asyncio.gather(*racing)

        assert sorted(each.status for each in done) == ["appended"] + ["behind"] * 7
        (kept,) = await log.read(case)
        assert all(each.events == (kept,) for each in done)
        found = await CaseList(pool).get(case)
        assert found is not None
        assert found.lead == f"officer-{kept.data['who']}"


async def test_one_command_recorded_by_many_at_once_is_in_the_log_once(log: EventLog) -> None:
    for number in range(20):
        case = f"NC-{number}"
        done = await asyncio.gather(*(log.append(case, 0, "", case, [event(), event()]) for _ in range(8)))

        assert sorted(each.status for each in done) == ["already_recorded"] * 7 + ["appended"]
        kept = await log.read(case)
        assert all(each.events == kept for each in done)


async def test_a_reader_by_position_misses_nothing_while_many_write(log: EventLog) -> None:
    seen: list[int] = []
    done = asyncio.Event()

    async def follow() -> None:
        while True:
            finished = done.is_set()
            events = await log.feed(seen[-1] if seen else 0, limit=7)
            seen.extend(stored.position for stored in events)
            if finished and not events:
                return

    reader = asyncio.create_task(follow())
    await asyncio.gather(*(recorded(log, f"NC-{number}", times=25) for number in range(16)))
    done.set()
    await reader

    assert seen == list(range(1, 16 * 25 + 1))
    assert await log.last_position() == 400


async def test_a_lost_race_or_a_failure_leaves_no_hole_in_the_positions(log: EventLog, pool: Pool) -> None:
    await recorded(log, "NC-1")
    with pytest.raises(asyncpg.PostgresError):
        await log.append("NC-2", 0, "", "bad", [event()], row("NC-2", tier=None), CASE_LIST)
    await recorded(log, "NC-3")
    assert [stored.position for stored in await log.feed(0)] == [1, 2]
    assert await CaseList(pool).get("NC-2") is None


@pytest.mark.parametrize(
    "bad",
    [
        1.5,
        float("nan"),
        {"deep": [0.1]},
        "nul\x00",
        "lone \ud800",
        {1: "key"},
        {"\udfff": 1},
        b"bytes",
        OPENED,
    ],
)
async def test_what_would_not_survive_is_refused_and_nothing_recorded(log: EventLog, bad: object) -> None:
    with pytest.raises(NotCanonical):
        await log.append("NC-1", 0, "", "open", [event(), event(bad=bad)])
    assert await log.read("NC-1") == ()


async def test_an_instant_without_a_zone_is_refused(log: EventLog) -> None:
    with pytest.raises(NotCanonical):
        await log.append("NC-1", 0, "", "open", [event(at=datetime(2026, 3, 2))])  # noqa: DTZ001


async def test_a_row_of_the_case_list_with_a_column_too_few_is_refused(log: EventLog) -> None:
    short = row("NC-1")
    del short["until"]
    with pytest.raises(ValueError, match="until"):
        await log.append("NC-1", 0, "", "open", [event()], short, CASE_LIST)


async def test_a_row_of_no_list_is_refused(log: EventLog) -> None:
    with pytest.raises(ValueError, match="one of a list"):
        await log.append("NC-1", 0, "", "open", [event()], row("NC-1"))


async def test_a_command_without_events_is_refused(log: EventLog) -> None:
    with pytest.raises(ValueError, match="at least one"):
        await log.append("NC-1", 0, "", "open", [])


async def test_an_untouched_log_is_whole(log: EventLog) -> None:
    for number in range(3):
        await recorded(log, f"NC-{number}", times=4)
    steps: list[tuple[int, int]] = []

    report = await log.verify_all(lambda checked, total: steps.append((checked, total)))

    assert report.whole
    assert (report.streams, report.events) == (3, 12)
    assert steps == [(4, 12), (8, 12), (12, 12)]
    assert (await log.verify("NC-1")).whole


@pytest.mark.parametrize(
    "change",
    [
        "data = data || '{\"step\": 7}'",
        "data = jsonb_build_object('step', 2.5)",
        'actor = actor || \'{"id": "someone"}\'',
        "type = 'CaseClosed'",
        "occurred_at = occurred_at + interval '1 microsecond'",
        "command_id = 'another'",
        "caused_by = 'another'",
        "schema_version = 2",
    ],
)
async def test_a_changed_event_is_found(log: EventLog, owner_pool: Pool, change: str) -> None:
    await recorded(log, "NC-1", times=4)
    await recorded(log, "NC-2", times=1)
    await owner_pool.execute(f"UPDATE events SET {change} WHERE stream = 'NC-1' AND version = 3")

    (problem,) = (await log.verify("NC-1")).problems

    assert (problem.stream, problem.version, problem.kind) == ("NC-1", 3, "altered")
    assert (await log.verify_all()).problems == (problem,)
    assert (await log.verify("NC-2")).whole


async def test_a_changed_event_with_its_hash_made_anew_breaks_the_chain(log: EventLog, owner_pool: Pool) -> None:
    from store.log import event_hash

    events = await recorded(log, "NC-1", times=3)
    forged = event_hash(
        events[0].hash, "NC-1", 2, "Forged", 1, events[1].data, OFFICER, "NC-1/1", events[1].occurred_at
    )
    await owner_pool.execute("UPDATE events SET type = 'Forged', hash = $1 WHERE version = 2", forged)
    (problem,) = (await log.verify("NC-1")).problems
    assert (problem.version, problem.kind) == (3, "broken_link")


async def test_events_that_were_taken_out_are_missed(log: EventLog, owner_pool: Pool) -> None:
    await recorded(log, "NC-1", times=3)
    await recorded(log, "NC-2", times=1)
    await owner_pool.execute("DELETE FROM events WHERE stream = 'NC-1' AND version > 1")
    report = await log.verify_all()
    assert [problem.kind for problem in report.problems] == ["missing_positions"]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE events SET type = 'x'", "DELETE FROM events", "TRUNCATE events", "DROP TABLE events"],
)
async def test_the_application_cannot_change_the_record(log: EventLog, pool: Pool, statement: str) -> None:
    await recorded(log, "NC-1")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)
    assert (await log.verify_all()).whole


async def test_streams_are_found_by_how_they_begin(log: EventLog) -> None:
    for stream in ("NC-2026-000002", "NC-2026-000001", "sitting-1"):
        await recorded(log, stream, times=2, case_row=False)
    assert await log.streams() == ("NC-2026-000001", "NC-2026-000002", "sitting-1")
    assert await log.streams("NC-") == ("NC-2026-000001", "NC-2026-000002")
    assert await log.streams("%") == ()


async def test_a_command_is_found_by_its_id(log: EventLog) -> None:
    done = await log.append("NC-1", 0, "", "open", [event(), event()])
    assert await log.command("open") == done.events
    assert await log.command("never") == ()


async def test_an_append_that_is_cancelled_is_either_whole_or_not_there(log: EventLog, pool: Pool) -> None:
    for number in range(30):
        case = f"NC-{number}"
        appending = asyncio.create_task(log.append(case, 0, "", case, [event(), event()], row(case, 2), CASE_LIST))
        await asyncio.sleep(number / 10_000)
        appending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await appending
        again = await log.append(case, 0, "", case, [event(), event()], row(case, 2), CASE_LIST)
        assert [stored.version for stored in again.events] == [1, 2]
    assert (await log.verify_all()).whole
    assert await CaseList(pool).get("NC-0") is not None


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": {"d": "红", "c": []}}) == '{"a":{"c":[],"d":"红"},"b":1}'.encode()
    assert canonical({"a": {"c": [], "d": "红"}, "b": 1}) == canonical({"b": 1, "a": {"d": "红", "c": []}})


async def test_what_caused_an_event_is_covered_by_its_hash(log: EventLog) -> None:
    plain = NewEvent(type="CaseNoted", schema_version=1, data={}, actor=OFFICER, occurred_at=OPENED)
    caused = NewEvent(type="CaseNoted", schema_version=1, data={}, actor=OFFICER, occurred_at=OPENED, caused_by="EM-1")
    first = await log.append("NC-1", 0, "", "one", [plain])
    second = await log.append("NC-1", 1, first.events[0].hash, "two", [caused])
    assert second.events[0].caused_by == "EM-1"
    assert (await log.verify("NC-1")).whole
