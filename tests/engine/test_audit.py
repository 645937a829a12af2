"""The audit: what it finds between log and processes, and how it brings lost processes back."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.record import Recorder, recorder_of
from domain.case import (
    AddNote,
    CaseState,
    Command,
    DeclareEmergency,
    MakePlan,
    OpenCase,
    SealedRef,
    Withdraw,
)
from domain.joint_response import ResponseCommand, ResponseState, StandDownResponse
from domain.permission import RESIDENT
from domain.policy.organisation import Organisation
from domain.policy.organisation_files import as_yaml
from operations.audit import Auditor, Found, Report, differences
from runtime.temporal import TASK_QUEUE
from stack.temporal import TemporalServer
from store.accounts import Accounts, Post
from store.folding import CASES
from store.registry import REGISTRY, RESPONSES
from tests.engine.conftest import Engine, officer, running_engine, until
from tests.engine.processes import BEGUN
from tests.engine.sittings import case_waiting_for
from tests.support.policies import put
from tests.support.town import NOW, in_days
from workflows.client import Processes, ProcessUnavailable
from workflows.kind import Kind, Sendable
from workflows.kinds import CASE, KINDS, RESPONSE
from workflows.messages import ProcessInput, RecordOrder, Standing

if TYPE_CHECKING:
    from store.database import Pool

LONG_AGO = timedelta(days=40)
LIST_ALONE = "projection_differs"


def auditor(pool: Pool, engine: Engine, **options: Any) -> Auditor:
    notifier = engine.notifier(engine.channels, engine.environ)
    return Auditor(pool, engine.client, engine.processes, notifier, engine.clock, **options)


async def record(engine: Engine, number: str, body: Any, *, at: datetime, actor: Any = None) -> None:
    """Writes into the log what the process does not know."""
    state = CASES.state(await engine.log.read(number))
    command = Command(id=f"{number}:{body.kind}:{at}", actor=actor or officer("nancheng"), body=body)
    order = RecordOrder[CaseState, Command](number=number, state=state, command=command, now=at)
    recorded = await ActivityEnvironment().run(Recorder(engine.log, engine.rulebook).record, order)
    assert recorded.refused is None


def opening(number: str) -> OpenCase:
    words = SealedRef(id=f"w-{number}", resident="r-1", digest="0" * 64)
    return OpenCase(estate="mudan-garden", category="lift", channel="phone", words=words)


def kinds(report: Report) -> dict[str, str]:
    return {finding.number: finding.kind for finding in report.findings}


async def test_lost_processes_are_all_brought_back_and_each_overdue_wait_is_acted_on_once(
    pool: Pool, temporal_server: TemporalServer
) -> None:
    async with running_engine(pool, temporal_server.address) as before:
        for name in map(str, range(8)):
            await before.open(name)
        await before.send("0", "contact", how="电话", outcome="已约时间")
        await before.send("1", "plan", lead="urban", deliverable="修好", due_date=in_days(200))
        await before.send("2", "withdraw", by=RESIDENT)
        old = [f"NC-OLD-{index}" for index in range(4)]
        for number in old:
            await record(before, number, opening(number), at=NOW - LONG_AGO)
        plan = MakePlan(kind="plan", lead="urban", deliverable="修好", due_date=(NOW - LONG_AGO).date())
        await record(before, old[0], plan, at=NOW - LONG_AGO)

    async with running_engine(pool, temporal_server.address) as after:  # in a namespace that has none of it
        found = await auditor(pool, after).audit()
        assert (found.cases, found.open, found.running) == (12, 11, 0)
        assert Counter(kinds(found).values()) == {"missing": 11}

        repaired = await auditor(pool, after).repair(found)
        assert repaired.clean, repaired.findings
        assert Counter(finding.repair for finding in repaired.repaired) == {"restarted": 11}

        again = await auditor(pool, after).audit()
        assert again.clean, again.findings
        assert again.open == 11

        for number in old:
            types = Counter(event.type for event in await after.log.read(number))
            assert types["plan_overdue" if number == old[0] else "contact_missed"] == 1
            assert types["answer_missed"] == 1
            assert sum(types.values()) == (4 if number == old[0] else 3)


async def test_a_sound_stack_is_clean(pool: Pool, engine: Engine) -> None:
    await engine.open("1")
    report = await auditor(pool, engine).audit()
    assert report.clean, report.findings
    assert (report.cases, report.open) == (1, 1)


@pytest.mark.long
async def test_a_process_behind_the_log_reads_it_again(pool: Pool, engine: Engine) -> None:
    await engine.open("1")
    number = engine.number("1")
    await record(engine, number, AddNote(kind="note", text="另记一笔"), at=engine.clock.now())
    found = await auditor(pool, engine).audit()
    assert kinds(found) == {number: "behind"}
    repaired = await auditor(pool, engine).repair(found)
    assert repaired.clean
    assert [finding.repair for finding in repaired.repaired] == ["nudged"]


@pytest.mark.long
async def test_a_process_ahead_of_a_restored_log_starts_again_from_what_the_log_has(
    pool: Pool, owner_pool: Pool, engine: Engine
) -> None:
    await engine.open("1")
    number = engine.number("1")
    await engine.send("1", "note", text="备份之后记的一笔")
    await owner_pool.execute("DELETE FROM events WHERE stream = $1 AND version = 2", number)
    with pytest.raises(ProcessUnavailable):
        await engine.send("1", "note", text="写不进去")
    found = await auditor(pool, engine).audit()
    assert "ahead" in {finding.kind for finding in found.findings}
    repaired = await auditor(pool, engine).repair(found)
    assert [finding.repair for finding in repaired.repaired] == ["restarted"]
    assert await engine.send("1", "note", text="又能记了") == 2


@pytest.mark.long
async def test_a_process_that_outlives_its_case_is_ended(pool: Pool, engine: Engine) -> None:
    await engine.open("1")
    number = engine.number("1")
    await record(engine, number, Withdraw(kind="withdraw"), at=engine.clock.now(), actor=RESIDENT)
    await shown(engine, number)
    found = await auditor(pool, engine).audit()
    assert kinds(found) == {number: "lingering"}
    assert (await auditor(pool, engine).repair(found)).clean


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
async def test_a_process_that_the_log_does_not_know_is_ended(
    pool: Pool, engine: Engine, kind: Kind[Any, Any, Any]
) -> None:
    number = engine.number("empty")
    await engine.client.start_workflow(
        kind.names.workflow, ProcessInput[Any](number=number), id=number, task_queue=TASK_QUEUE
    )
    await shown(engine, number, kind)
    assert (await auditor(pool, engine).audit()).clean  # it may be being opened right now
    found = await auditor(pool, engine, grace=timedelta(0)).audit()
    assert kinds(found) == {number: "unopened"}
    assert (await auditor(pool, engine, grace=timedelta(0)).repair(found)).clean


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
async def test_what_is_open_without_a_process_is_brought_back(
    pool: Pool, engine: Engine, kind: Kind[Any, Any, Any]
) -> None:
    number = await BEGUN[kind.id](engine)
    assert (await auditor(pool, engine).audit()).clean
    await engine.client.get_workflow_handle(number).terminate()
    found = await auditor(pool, engine).audit()
    assert kinds(found) == {number: "missing"}
    repaired = await auditor(pool, engine).repair(found)
    assert [(finding.number, finding.repair) for finding in repaired.repaired] == [(number, "restarted")]
    await engine.processes.nudge(number)
    assert (await auditor(pool, engine).audit()).clean


async def test_a_changed_row_and_a_changed_event_are_found_and_left(
    pool: Pool, owner_pool: Pool, engine: Engine
) -> None:
    await engine.open("1")
    await engine.open("2")
    await owner_pool.execute("UPDATE cases SET overdue = true WHERE number = $1", engine.number("1"))
    await owner_pool.execute("UPDATE events SET caused_by = 'someone' WHERE stream = $1", engine.number("2"))
    found = await auditor(pool, engine).audit()
    assert kinds(found) == {engine.number("1"): "projection_differs", engine.number("2"): "chain"}
    assert kinds(await auditor(pool, engine).repair(found)) == kinds(found)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
async def test_a_process_that_waits_for_something_else_or_for_too_long_differs(
    engine: Engine, kind: Kind[Any, Any, Any]
) -> None:
    number = await BEGUN[kind.id](engine)
    rows = await engine.log.read(number)
    state = REGISTRY.called(kind.id).streams.state(rows)
    assert state is not None
    open_ = Found(kind, state, rows[-1].occurred_at)
    first, *others = open_.kind.waits(open_.state)
    later = first.model_copy(update={"until": first.until + timedelta(hours=1)})
    right, wrong = (Standing[Any](version=open_.state.version, waits=(one, *others)) for one in (first, later))
    now = engine.clock.now()
    assert not list(differences(open_, right, now))
    assert [finding.kind for finding in differences(open_, wrong, now)] == ["waits_differ"]
    due = first.until + timedelta(minutes=2)
    assert {finding.kind for finding in differences(open_, right, due)} == {"overdue_wait"}
    begun_late = Found(kind, state, due)
    assert not list(differences(begun_late, right, due))


async def shown(engine: Engine, number: str, kind: Kind[Any, Any, Any] = CASE) -> None:
    """Waits until the server's list of running processes has it: that is a moment behind."""
    while number not in [running async for running in engine.processes.running(kind)]:
        pass


@pytest.mark.long
async def test_a_case_that_lost_its_process_is_told_of_its_sittings_move_when_it_is_brought_back(
    pool: Pool, engine: Engine
) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    for name in ("A", "B"):
        await case_waiting_for(engine, name, sitting)
    await engine.handle("A").terminate()
    await engine.command(sitting.id, "reschedule", starts_at=sitting.starts_at + timedelta(days=9), reason="会场另用")
    found = await auditor(pool, engine).audit()
    assert {(it.number, it.kind) for it in found.findings} == {
        (engine.number("A"), "missing"),
        (engine.number("A"), "untold"),
    }
    repaired = await auditor(pool, engine).repair(found)
    assert (repaired.findings, sorted(str(it.repair) for it in repaired.repaired)) == ([], ["restarted", "told"])
    moved = (await engine.sitting_state(sitting.id)).dates
    for name in ("A", "B"):
        assert Counter(await engine.types(name))["wait_reprojected"] == 1
        standing = await engine.processes.standing(CASE, engine.number(name))
        assert [wait.until for wait in standing.waits if wait.kind == "sitting"] == [moved.minutes_due]


@pytest.mark.long
@pytest.mark.parametrize(("what", "then"), [("cancel", "wait_reprojected"), ("close", "case_carried_over")])
async def test_the_cases_of_a_sitting_that_lost_its_process_before_it_told_them_are_told(
    pool: Pool, engine: Engine, what: str, then: str
) -> None:
    sitting, following = engine.next_sitting("laocheng"), engine.next_sitting("laocheng", 1)
    await engine.convene(sitting)
    await case_waiting_for(engine, "A", sitting)
    if what == "close":
        await engine.pass_sitting_to(sitting.id, sitting.ends_at)
    await engine.restart_worker(Unreaching(engine.town.client, TASK_QUEUE))
    fields: dict[str, Any] = {"reason": "没有议题"} if what == "cancel" else {}
    asking = asyncio.create_task(engine.command(sitting.id, what, **fields))
    last = {"cancel": "sitting_cancelled", "close": "decisions_ended"}[what]
    while (await engine.sitting_types(sitting.id))[-1] != last:
        pass
    await engine.client.get_workflow_handle(sitting.id).terminate()
    await asyncio.wait([asking])
    await engine.restart_worker()
    found = await auditor(pool, engine).audit()
    assert {it.kind for it in found.findings} >= {"untold" if what == "cancel" else "missing"}
    repaired = await auditor(pool, engine).repair(found)
    assert repaired.findings == []
    if what == "close":  # brought back at the real time, before its minutes are due by its own clock
        await engine.pass_sitting_to(sitting.id, sitting.minutes_due)
        assert await engine.client.get_workflow_handle(sitting.id).result() == "closed"
    wait = (await engine.state("A")).wait
    assert wait is not None
    assert ((await engine.types("A"))[-1], wait.sitting_id) == (then, following.id)


class Unreaching(Processes):
    """Reaches no case."""

    async def send(self, number: str, command: Sendable) -> int:
        raise ProcessUnavailable(number)


# ---------------------------------------------------------------- joint responses


@pytest.mark.long
async def test_a_case_whose_response_was_never_begun_gets_it(pool: Pool, engine: Engine) -> None:
    number = engine.number("1")
    await record(engine, number, opening(number), at=engine.clock.now())
    body = DeclareEmergency(kind="emergency", playbook="lift_entrapment", reason="困人")
    await record(engine, number, body, at=engine.clock.now())
    found = await auditor(pool, engine).audit()
    assert {finding.kind for finding in found.findings} == {"missing", "response_unopened"}
    repaired = await auditor(pool, engine).repair(found)
    assert {finding.repair for finding in repaired.repaired} == {"restarted", "opened"}
    await until(lambda: engine.has_response("1"))
    assert (await auditor(pool, engine).audit()).clean


@pytest.mark.long
async def test_a_case_that_was_not_told_of_the_stand_down_is_told(pool: Pool, engine: Engine) -> None:
    await engine.open("1")
    emergency = await engine.declare("1", "lift_entrapment")
    for task in (await engine.response(emergency)).tasks:
        if task.required:
            await engine.report(emergency, "waive", task=task.id, reason="不再需要")
    await until(lambda: engine.is_calm(emergency))
    await engine.client.get_workflow_handle(emergency).terminate()
    state = await engine.response(emergency)
    body = StandDownResponse(outcome="resolved", reason="已救出")
    command = ResponseCommand(id=f"{emergency}:lost", actor=officer("nancheng"), body=body)
    order = RecordOrder[ResponseState, ResponseCommand](
        number=emergency, state=state, command=command, now=engine.clock.now()
    )
    recorder = recorder_of(RESPONSES, pool, engine.rulebook)
    assert (await ActivityEnvironment().run(recorder.record, order)).refused is None
    while emergency in [running async for running in engine.processes.running(RESPONSE)]:
        pass
    found = await auditor(pool, engine).audit()
    assert {it.kind for it in found.findings} == {"missing", "case_untold", "notice_missing"}
    repaired = await auditor(pool, engine).repair(found)
    assert {finding.repair for finding in repaired.repaired} == {"restarted", "told"}
    assert (await engine.state("1")).stage == "verification"
    await engine.processes.nudge(emergency)
    assert (await auditor(pool, engine).audit()).clean


# ---------------------------------------------------------------- policies


async def test_accounts_with_posts_that_there_are_not_are_found(pool: Pool, engine: Engine) -> None:
    accounts = Accounts(pool)
    await accounts.put("astray", "x", [Post("officer", "beicheng"), Post("supervisor", None)])
    await accounts.put("shut", "x", [Post("officer", "beicheng")])
    await accounts.put("right", "x", [Post("officer", "laocheng"), Post("department", "urban")])
    await accounts.set_disabled("shut", True)
    found = await auditor(pool, engine).audit()
    assert [(it.number, it.kind, it.facts) for it in found.findings] == [
        ("astray", "account_astray", {"post": "officer:beicheng"})
    ]
    assert not (await auditor(pool, engine).repair(found)).clean


async def test_a_case_whose_estate_is_in_no_policy_is_found_and_policies_that_do_not_fit(
    pool: Pool, engine: Engine
) -> None:
    await engine.open("1")
    data = engine.rules.organisation.model_dump(mode="json")
    laocheng = data["root"]["units"][0]
    laocheng["units"] = [one for one in laocheng["units"] if one["id"] != "mudan-garden"]
    data["departments"] = [one for one in data["departments"] if one["code"] != "social"]
    data["version"] = "2"
    await put(pool, "organisation", "nancheng", "2", as_yaml(Organisation.model_validate(data)))
    found = await auditor(pool, engine).audit()
    kinds_found = Counter(finding.kind for finding in found.findings)
    assert kinds_found["stranded"] == 1
    assert kinds_found["policy_misfit"] >= 1
    assert kinds_found["unenforced"] == 1
    (stranded,) = (finding for finding in found.findings if finding.kind == "stranded")
    assert (stranded.number, stranded.facts) == (engine.number("1"), {"lack": "estate", "missing": "mudan-garden"})


async def test_an_enforcement_that_never_began_is_found_and_begun(pool: Pool, engine: Engine) -> None:
    data = engine.rules.organisation.model_dump(mode="json")
    version = engine.prefix
    data["version"] = version
    await put(pool, "organisation", "nancheng", version, as_yaml(Organisation.model_validate(data)))
    found = await auditor(pool, engine).audit()
    assert kinds(found) == {f"organisation nancheng@{version}": "unenforced"}
    repaired = await auditor(pool, engine).repair(found)
    assert [(it.kind, it.repair) for it in repaired.repaired] == [("unenforced", "restarted")]
    assert repaired.clean
    assert (await auditor(pool, engine).audit()).clean  # it is under way, or done
