"""A sitting's process on the real Temporal and the real log, its clock skipped; and its cases with it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.record import Recorder
from domain.case import CaseState, Command, Escalate
from domain.errors import Refusal
from domain.papers.agenda import Agenda, Minutes
from runtime.temporal import TASK_QUEUE
from store.folding import SITTINGS as LISTED
from store.log import Appended, EventLog
from store.rebuild import compare
from store.rulebook import Rulebook
from tests.engine.conftest import Engine, officer
from tests.engine.sittings import SITTINGS, case_waiting_for
from workflows.client import Processes, ProcessGone, ProcessUnavailable
from workflows.kind import Sendable
from workflows.kinds import CASE, SITTING
from workflows.messages import RecordOrder


async def agenda_of(engine: Engine, sitting: str) -> Agenda:
    row = await engine.sittings.get(sitting)
    assert row is not None
    assert row.agenda is not None
    document = await engine.documents.get(row.agenda)
    assert document is not None
    return Agenda.model_validate(document.content)


async def minutes_of(engine: Engine, sitting: str) -> Minutes:
    row = await engine.sittings.get(sitting)
    assert row is not None
    assert row.minutes is not None
    document = await engine.documents.get(row.minutes)
    assert document is not None
    return Minutes.model_validate(document.content)


def listed(agenda: Agenda) -> list[str]:
    return [item.case for section in agenda.sections for item in section.items]


async def test_a_sitting_writes_its_agenda_freezes_it_and_draws_its_minutes_with_nobody_asking(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await case_waiting_for(engine, "A", sitting)
    await engine.pass_sitting_to(sitting.id, sitting.drafts_at)
    drafted = await agenda_of(engine, sitting.id)
    assert (listed(drafted), drafted.frozen_at) == ([engine.number("A")], None)
    await case_waiting_for(engine, "B", sitting)
    await engine.pass_sitting_to(sitting.id, sitting.freezes_at)
    frozen = await agenda_of(engine, sitting.id)
    assert sorted(listed(frozen)) == [engine.number("A"), engine.number("B")]
    assert frozen.frozen_at is not None
    await engine.pass_sitting_to(sitting.id, sitting.minutes_due)
    assert await engine.client.get_workflow_handle(sitting.id).result() == "closed"
    minutes = await minutes_of(engine, sitting.id)
    assert sorted(carried.case for carried in minutes.carried_over) == [engine.number("A"), engine.number("B")]
    assert await engine.sitting_types(sitting.id) == [
        "sitting_convened",
        "agenda_drafted",
        "agenda_frozen",
        "session_opened",
        "session_ended",
        "sitting_closed",
    ]


async def test_a_decision_taken_in_session_is_in_the_minutes_with_the_cases_hash(engine: Engine) -> None:
    sitting = await SITTINGS["sitting_held_with_everything"](engine)
    minutes = await minutes_of(engine, sitting)
    (decided,) = [it for it in minutes.resolutions if it.case == engine.number("A")]
    rows = await engine.rows("A")
    assert rows[-1].data["detail"]["sitting"] == sitting
    assert (decided.head, decided.version) == (rows[-1].hash, rows[-1].version)
    assert (minutes.chair, minutes.dissent) == ("社区书记", ("物业企业保留意见",))


async def test_a_case_that_comes_while_the_agenda_freezes_is_an_addendum_by_rule(engine: Engine) -> None:
    sitting = await SITTINGS["sitting_held_with_everything"](engine)
    state = await engine.sitting_state(sitting)
    assert sorted((it.case, it.by) for it in state.addenda) == [
        (engine.number("D"), "arrived_while_freezing"),
        (engine.number("E"), "decision"),
    ]
    assert (await engine.state("E")).heard_at in (None, sitting)
    assert "put_on_agenda" in await engine.types("E")


async def test_moving_a_sitting_moves_every_waiting_cases_timer_exactly_once(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    waiting = [f"M{number:02}" for number in range(30)]
    await asyncio.gather(*(case_waiting_for(engine, name, sitting) for name in waiting))
    await engine.command(sitting.id, "reschedule", starts_at=sitting.starts_at + timedelta(days=9), reason="会场另用")
    await until_told(engine, sitting.id)
    moved = (await engine.sitting_state(sitting.id)).dates
    for name in waiting:
        assert Counter(await engine.types(name))["wait_reprojected"] == 1
        standing = await engine.processes.standing(CASE, engine.number(name))
        assert [wait.until for wait in standing.waits if wait.kind == "sitting"] == [moved.minutes_due]
    await engine.pass_case_to("M00", sitting.minutes_due)
    assert (await engine.types("M00"))[-2:] == ["wait_reprojected", "answer_missed"]
    await engine.pass_case_to("M00", moved.minutes_due)
    assert (await engine.types("M00"))[-1] == "case_carried_over"


async def test_cancelling_a_sitting_sends_its_cases_to_the_next_one(engine: Engine) -> None:
    sitting, following = (engine.sitting_that_takes_cases("laocheng", later) for later in (0, 1))
    await engine.convene(sitting)
    await case_waiting_for(engine, "A", sitting)
    await engine.command(sitting.id, "cancel", reason="没有议题")
    assert await engine.client.get_workflow_handle(sitting.id).result() == "cancelled"
    wait = (await engine.state("A")).wait
    assert wait is not None
    assert wait.sitting_id == following.id
    await case_waiting_for(engine, "B", following)
    assert "put_on_agenda" not in await engine.types("B")  # the rules knew at once that it is not held


async def test_an_addendum_is_refused_for_cases_that_are_closed_elsewhere_or_on_the_agenda(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await case_waiting_for(engine, "A", sitting)
    await engine.pass_sitting_to(sitting.id, sitting.freezes_at)
    await engine.open("closed")
    await engine.send("closed", "withdraw")
    await engine.open("elsewhere")
    refused = {}
    for name in ("A", "closed", "elsewhere", "unknown"):
        with pytest.raises(Refusal) as caught:
            await engine.command(sitting.id, "addendum", case=engine.number(name), reason="紧急")
        refused[name] = caught.value.code
    assert refused == {
        "A": "already_on_the_agenda",
        "closed": "not_waiting_for_this_forum",
        "elsewhere": "not_waiting_for_this_forum",
        "unknown": "unknown_case",
    }


async def test_a_decision_that_names_a_closed_sitting_is_refused(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await case_waiting_for(engine, "A", sitting)
    await engine.pass_sitting_to(sitting.id, sitting.ends_at)
    await engine.pass_case_to("A", sitting.ends_at)
    await engine.command(sitting.id, "close")
    with pytest.raises(Refusal) as caught:
        await engine.send("A", "resolve", sitting=sitting.id, what_was_done="已更换门机")
    assert (caught.value.code, caught.value.params["sitting"]) == ("not_before_this_sitting", sitting.id)
    assert (await engine.types("A"))[-1] == "case_carried_over"


async def test_closing_by_hand_carries_over_what_is_undecided_and_the_minutes_say_so(engine: Engine) -> None:
    sitting, following = engine.next_sitting("laocheng"), engine.next_sitting("laocheng", 1)
    await engine.convene(sitting)
    for name in ("A", "B", "C"):
        await case_waiting_for(engine, name, sitting)
    await engine.pass_sitting_to(sitting.id, sitting.ends_at)
    for name in ("A", "B", "C"):
        await engine.pass_case_to(name, sitting.ends_at)
    await engine.send("A", "hold", by=officer("laocheng"), reason="等鉴定")
    await engine.send("B", "resolve", by=officer("laocheng"), what_was_done="已更换门机")
    await engine.command(sitting.id, "close", dissent=["保留意见"])
    assert (await engine.sitting_types(sitting.id))[-2:] == ["decisions_ended", "sitting_closed"]
    minutes = await minutes_of(engine, sitting.id)
    assert [it.case for it in minutes.resolutions] == [engine.number("B")]
    assert sorted((it.case, it.next_sitting) for it in minutes.carried_over) == [
        (engine.number("A"), following.id),
        (engine.number("C"), following.id),
    ]
    assert minutes.dissent == ("保留意见",)
    wait = (await engine.state("C")).wait
    assert wait is not None
    assert (await engine.types("C"))[-1] == "case_carried_over"
    assert wait.sitting_id == following.id
    await engine.send("C", "resolve", by=officer("laocheng"), what_was_done="会后当天修好")
    assert sitting.id not in [row.data["detail"].get("sitting") for row in (await engine.rows("C"))[-1:]]


async def test_a_sitting_that_lost_its_workflow_while_it_was_closed_is_closed_when_it_is_brought_back(
    engine: Engine,
) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await case_waiting_for(engine, "A", sitting)
    await engine.pass_sitting_to(sitting.id, sitting.ends_at)
    await engine.stop_worker()
    await engine.start_worker(Unreaching(engine.town.client, TASK_QUEUE))
    closing = asyncio.create_task(engine.command(sitting.id, "close"))
    await until(lambda: decisions_ended(engine, sitting.id))
    await engine.client.get_workflow_handle(sitting.id).terminate()
    await asyncio.wait([closing])
    assert isinstance(closing.exception(), ProcessGone | ProcessUnavailable)
    await engine.restart_worker()
    await engine.processes.restart(await engine.sitting_state(sitting.id))
    await engine.pass_sitting_to(sitting.id, sitting.minutes_due)  # a process that is started again has the real time
    assert await engine.client.get_workflow_handle(sitting.id).result() == "closed"
    assert [carried.case for carried in (await minutes_of(engine, sitting.id)).carried_over] == [engine.number("A")]
    assert (await engine.types("A"))[-1] == "case_carried_over"


class Unreaching(Processes):
    """Reaches no case."""

    async def send(self, number: str, command: Sendable) -> int:
        raise ProcessUnavailable(number)


async def decisions_ended(engine: Engine, sitting: str) -> bool:
    return (await engine.sitting_state(sitting)).decisions_ended_at is not None


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(300):
        if await holds():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come about")


async def test_a_refused_command_to_a_sitting_leaves_no_history(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    handle = engine.client.get_workflow_handle(sitting.id)
    before = len((await handle.fetch_history()).events)
    with pytest.raises(Refusal) as caught:
        await engine.command(sitting.id, "cancel", by=officer("mudan-garden"), reason="不是我们的会")
    assert caught.value.code == "forbidden"
    with pytest.raises(Refusal) as caught:
        await engine.command(sitting.id, "reschedule", starts_at=engine.clock.now() - timedelta(days=1), reason="改期")
    assert caught.value.code == "sitting_in_the_past"
    assert len((await handle.fetch_history()).events) == before


async def test_convening_twice_is_one_sitting(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    assert await engine.convene(sitting) == await engine.convene(sitting) == 1
    assert await engine.sitting_types(sitting.id) == ["sitting_convened"]


@pytest.mark.long
async def test_telling_goes_on_when_its_worker_is_taken_away_in_the_middle(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    waiting = [f"M{number:02}" for number in range(12)]
    await asyncio.gather(*(case_waiting_for(engine, name, sitting) for name in waiting))
    halting = Halting(engine.town.client, TASK_QUEUE)
    await engine.restart_worker(halting)
    await engine.command(sitting.id, "reschedule", starts_at=sitting.starts_at + timedelta(days=9), reason="会场另用")
    await halting.middle.wait()
    halting.halts = False
    await engine.restart_worker()
    await until_told(engine, sitting.id)
    for name in waiting:
        assert Counter(await engine.types(name))["wait_reprojected"] == 1


class Halting(Processes):
    """Reaches five cases, and hangs on the sixth until it is cancelled."""

    def __init__(self, client: Client, task_queue: str) -> None:
        super().__init__(client, task_queue)
        self.middle = asyncio.Event()
        self.halts = True
        self._sent = 0

    async def send(self, number: str, command: Sendable) -> int:
        self._sent += 1
        if self.halts and self._sent > 5:
            self.middle.set()
            await asyncio.Event().wait()
        return await super().send(number, command)


async def test_a_sitting_that_lost_its_workflow_starts_again_from_the_log(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await engine.client.get_workflow_handle(sitting.id).terminate()
    await engine.processes.restart(await engine.sitting_state(sitting.id))
    await engine.processes.nudge(sitting.id)
    standing = await engine.processes.standing(SITTING, sitting.id)
    assert [wait.kind for wait in standing.waits] == ["draft"]


async def test_a_forums_timetable_has_moved_sittings_where_they_stand_and_the_others_as_computed(
    engine: Engine,
) -> None:
    first, second = engine.next_sitting("laocheng"), engine.next_sitting("laocheng", 1)
    await engine.convene(first)
    await engine.command(first.id, "reschedule", starts_at=second.starts_at + timedelta(days=2), reason="会场另用")
    start, end = first.starts_at - timedelta(hours=1), second.starts_at + timedelta(days=3)
    found = await engine.sittings.timetable(engine.rules, "laocheng", start, end, engine.clock.now())
    assert [(sitting.id, row is not None) for sitting, row in found] == [(second.id, False), (first.id, True)]


async def test_the_list_of_sittings_is_what_the_log_folds_to(engine: Engine) -> None:
    await SITTINGS["sitting_held_with_everything"](engine)
    assert await compare(engine.pool, [LISTED]) == {"sittings": ()}


async def test_search_attributes_say_where_a_sitting_stands(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await engine.pass_sitting_to(sitting.id, sitting.drafts_at)
    described = await engine.client.get_workflow_handle(sitting.id).describe()
    values = {pair.key.name: pair.value for pair in described.typed_search_attributes.search_attributes}
    assert (values["Forum"], values["Stage"], values["Tier"]) == ("laocheng", "drafted", "community")
    assert values["NextDeadline"] == sitting.freezes_at.astimezone(UTC)


async def until_told(engine: Engine, sitting: str) -> None:
    """Until the sitting's process has told its cases."""
    handle = engine.client.get_workflow_handle(sitting)
    for _ in range(300):
        history = await handle.fetch_history()
        told = [e for e in history.events if e.HasField("activity_task_completed_event_attributes")]
        asked = [e for e in history.events if e.HasField("activity_task_scheduled_event_attributes")]
        if asked and len(told) == len(asked):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the cases were not told")


@pytest.mark.parametrize("what", ["reschedule", "cancel"])
async def test_a_case_that_picks_a_sitting_while_it_moves_follows_it_at_once_and_once(
    engine: Engine, what: str
) -> None:
    sitting, following = (engine.sitting_that_takes_cases("laocheng", later) for later in (0, 1))
    await engine.convene(sitting)
    await engine.open("A")
    fields: dict[str, Any] = {"reason": "会场另用"}
    if what == "reschedule":
        fields["starts_at"] = sitting.starts_at + timedelta(days=9)

    async def meanwhile() -> None:
        await engine.command(sitting.id, what, **fields)
        await until_told(engine, sitting.id)

    recorder = Interrupted(engine.log, engine.rulebook, meanwhile)
    body = Escalate(kind="escalate", reason="需社区协调")
    order = RecordOrder[CaseState, Command](
        number=engine.number("A"),
        state=await engine.state("A"),
        now=engine.clock.now(),
        command=Command(id=engine.number("escalated"), actor=officer("nancheng"), body=body),
    )
    answer = await ActivityEnvironment().run(recorder.record, order)
    assert [logged.fact.type for logged in answer.facts] == ["case_escalated", "wait_reprojected"]
    again = await ActivityEnvironment().run(recorder.record, order)
    assert again.facts == answer.facts
    wait = (await engine.state("A")).wait
    assert wait is not None
    moved = (await engine.sitting_state(sitting.id)).dates
    expected = (moved.id, moved.minutes_due) if what == "reschedule" else (following.id, following.minutes_due)
    assert (wait.sitting_id, wait.until) == expected


class Interrupted(Recorder):
    """Lets something happen between its first decision and the commit."""

    def __init__(self, log: EventLog, rulebook: Rulebook, meanwhile: Callable[[], Awaitable[None]]) -> None:
        super().__init__(log, rulebook)
        self._meanwhile: Callable[[], Awaitable[None]] | None = meanwhile

    async def _append(self, *args: Any) -> Appended:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return await super()._append(*args)
