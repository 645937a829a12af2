"""A case's process on the real Temporal and the real log, its clock skipped."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionStatus

from domain.case import Command, Reopen, waits
from domain.errors import Refusal
from domain.permission import Actor
from runtime.temporal import TASK_QUEUE
from tests.engine.conftest import Engine, officer
from tests.support.town import in_days
from workflows import names
from workflows.client import Processes, ProcessGone
from workflows.kinds import CASE


async def test_a_case_nobody_touches_climbs_all_three_tiers_and_is_never_dropped(engine: Engine) -> None:
    await engine.open("A")
    await engine.pass_time("A", days=200)
    types = await engine.types("A")
    climbed = [one for one in types if one != "answer_missed"]  # which moves nothing
    assert climbed[:6] == [
        "case_opened",
        "contact_missed",
        "case_carried_over",
        "case_escalated",
        "case_carried_over",
        "case_escalated",
    ]
    assert "answer_missed" in types
    assert "case_raised_to_district" in types
    state = await engine.state("A")
    assert (state.tier, state.stage, state.supervised) == ("alliance", "alliance", True)
    assert waits(state)[0] == state.wait
    described = await engine.handle("A").describe()
    assert described.status == WorkflowExecutionStatus.RUNNING


async def test_a_settled_case_ends_its_process_with_how_it_was_closed(engine: Engine) -> None:
    await engine.open("A")
    await engine.send("A", "contact", how="电话", outcome="已联系，反映电梯停运")
    await engine.send("A", "resolve", what_was_done="更换门机，恢复运行")
    await engine.send("A", "confirm", stars=5)
    assert await engine.handle("A").result() == "settled"


async def test_a_refused_decision_leaves_no_history_and_no_event(engine: Engine) -> None:
    await engine.open("A")
    before = await engine.handle("A").fetch_history()
    with pytest.raises(Refusal) as refused:
        await engine.send("A", "complete", what_was_done="没有方案")
    assert refused.value.code == "not_allowed_now"
    assert "contact" in refused.value.params["allowed"]  # type: ignore[operator]
    after = await engine.handle("A").fetch_history()
    assert len(after.events) == len(before.events)
    assert await engine.types("A") == ["case_opened"]


async def test_the_same_command_twice_is_one_event(engine: Engine) -> None:
    await engine.open("A")
    first = await engine.send("A", "note", id="same", text="催过一次")
    again = await engine.send("A", "note", id="same", text="催过一次")
    assert first == again == 2
    assert await engine.types("A") == ["case_opened", "note_added"]


async def test_opening_twice_with_the_same_command_is_one_case(engine: Engine) -> None:
    assert await engine.open("A") == 1
    assert await engine.open("A") == 1
    assert await engine.types("A") == ["case_opened"]


async def test_of_two_officers_deciding_on_the_same_version_one_is_told_to_read_again(engine: Engine) -> None:
    await engine.open("A")

    async def decide(kind: str, **fields: Any) -> object:
        try:
            return await engine.send("A", kind, if_version=1, **fields)
        except Refusal as refusal:
            return refusal.code

    answers = await asyncio.gather(
        decide("contact", how="电话", outcome="已联系"), decide("escalate", reason="小区无法解决")
    )
    assert sorted(map(str, answers)) == ["2", "version_conflict"]
    assert len(await engine.rows("A")) == 2


async def test_fifty_decisions_at_once_are_recorded_one_after_the_other(engine: Engine) -> None:
    await engine.open("A")
    await asyncio.gather(*(engine.send("A", "note", text=f"第{n}条") for n in range(50)))
    assert [row.version for row in await engine.rows("A")] == list(range(1, 52))


async def test_a_process_that_lost_its_workflow_starts_again_from_the_log(engine: Engine) -> None:
    await engine.open("A")
    await engine.send("A", "contact", how="上门", outcome="已见面")
    await engine.handle("A").terminate()
    with pytest.raises(ProcessGone):
        await engine.send("A", "note", text="还在吗")
    state = await engine.state("A")
    await engine.processes.restart(state)
    assert await engine.send("A", "note", text="又在了") == 3
    standing = await engine.processes.standing(CASE, engine.number("A"))
    assert set(standing.waits) == set(waits(await engine.state("A")))


async def test_a_process_that_is_nudged_before_it_has_read_the_log_reads_it_once(engine: Engine) -> None:
    await engine.open("A")
    await engine.send("A", "note", text="已到现场")
    await engine.stop_worker()
    await engine.client.get_workflow_handle(engine.number("A")).terminate()
    await engine.processes.restart(await engine.state("A"))
    nudging = asyncio.create_task(engine.processes.nudge(engine.number("A")))
    await asyncio.sleep(0.5)  # both are waiting when the worker comes: its first task has them together
    await engine.start_worker()
    assert await nudging == 2
    assert (await engine.processes.standing(CASE, engine.number("A"))).version == 2
    assert await engine.send("A", "note", text="物业已回复") == 3


async def test_a_closed_case_is_reopened_from_the_log_at_the_tier_that_closed_it(engine: Engine) -> None:
    await engine.open("A")
    await engine.send("A", "reject", by=officer("mudan-garden"), reason="不属于本小区职责")
    assert await engine.handle("A").result() == "rejected"
    state = await engine.state("A")
    body = Reopen(kind="reopen", reason="居民补充了材料")
    command = Command(id=f"{engine.prefix}-reopen", actor=officer("nancheng"), body=body)
    await engine.processes.restart(state, command)
    reopened = await engine.state("A")
    assert (reopened.stage, reopened.tier, reopened.closing) == ("check_in", "estate", None)


async def test_a_process_that_is_behind_its_log_decides_on_what_the_log_says(engine: Engine) -> None:
    """As after a reset: the log has more than the process knows; nothing is written twice."""
    await engine.open("A")
    await engine.send("A", "contact", how="电话", outcome="已联系", id="contact-1")
    history = await engine.handle("A").fetch_history()
    opened = next(
        event.event_id for event in history.events if event.HasField("workflow_task_completed_event_attributes")
    )
    await _reset(engine, "A", opened)
    # The reset run re-applies the contact from its history, and finds it recorded.
    assert await engine.send("A", "note", text="重置之后") == 3
    assert await engine.types("A") == ["case_opened", "resident_contacted", "note_added"]


async def _reset(engine: Engine, name: str, event_id: int) -> None:
    described = await engine.handle(name).describe()
    await engine.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=engine.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=engine.number(name), run_id=described.run_id),
            reason="test",
            workflow_task_finish_event_id=event_id,
            request_id=f"reset-{name}-{event_id}",
        )
    )


async def test_search_attributes_say_where_a_case_stands(engine: Engine) -> None:
    await engine.open("A")
    await engine.pass_time("A", days=1)
    described = await engine.handle("A").describe()
    values = {pair.key.name: pair.value for pair in described.typed_search_attributes.search_attributes}
    state = await engine.state("A")
    assert state.wait is not None
    assert values["Stage"] == "check_in"
    assert values["Overdue"] is True
    assert values["Community"] == state.units["community"]
    assert timedelta(0) <= values["NextDeadline"] - state.wait.until < timedelta(minutes=1)


async def test_what_many_decisions_of_one_workflow_task_change_is_shown_once(engine: Engine) -> None:
    await engine.open("A")
    await engine.send("A", "contact", how="电话", outcome="已说明情况")
    before = len((await engine.handle("A").fetch_history()).events)
    await engine.stop_worker()
    supervisor = Actor(id="supervisor", role="supervisor")
    sent = [
        asyncio.create_task(engine.send("A", "escalate", reason="需街道协调")),
        asyncio.create_task(engine.send("A", "supervise", by=supervisor, reason="督促办理")),
    ]
    await asyncio.sleep(0.5)  # until the server has them, for one workflow task
    await engine.start_worker()
    await asyncio.gather(*sent)
    upserts, most = 0, 0
    for event in (await engine.handle("A").fetch_history()).events[before:]:
        if event.HasField("workflow_task_completed_event_attributes"):
            upserts = 0
        upserts += event.HasField("upsert_workflow_search_attributes_event_attributes")
        most = max(most, upserts)
    assert most == 1
    assert set((await engine.types("A"))[2:]) == {"case_escalated", "case_supervised"}
    assert await engine.attribute("A", "Tier") == "community"
    assert await engine.attribute("A", "Supervised") is True


async def test_opening_a_case_shows_nothing_that_its_start_did_not_foretell(engine: Engine) -> None:
    await engine.open("A", processes=Processes(engine.client, TASK_QUEUE))  # by the wall clock
    events = (await engine.handle("A").fetch_history()).events
    assert not any(event.HasField("upsert_workflow_search_attributes_event_attributes") for event in events)
    assert await engine.attribute("A", "Stage") == "contact"
    assert (await engine.attribute("A", "NextDeadline")) >= waits(await engine.state("A"))[0].until


async def test_every_timer_update_and_record_of_a_long_life_has_words(engine: Engine) -> None:
    await engine.open("A")
    await engine.send("A", "plan", lead="urban", deliverable="修复单元门", due_date=in_days(20))
    await engine.send("A", "suspend", condition="等配件到货", resume_date=in_days(9))
    await engine.pass_time("A", days=60)
    await engine.send("A", "emergency", playbook="gas_leak")
    await engine.pass_time("A", days=2)
    history = await engine.handle("A").fetch_history()
    timers = [e for e in history.events if e.HasField("timer_started_event_attributes")]
    assert timers
    for event in timers:
        assert event.user_metadata.summary.data.strip(b'"'), f"timer {event.event_id} has no words"
        assert len(event.user_metadata.summary.data) <= 202
    updates = [
        e.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
        for e in history.events
        if e.HasField("workflow_execution_update_accepted_event_attributes")
    ]
    assert set(updates) <= set(names.CASE.updates.values())
    markers = [e for e in history.events if e.HasField("marker_recorded_event_attributes")]
    assert markers
    for marker in markers:
        data = marker.marker_recorded_event_attributes.details["data"].payloads[0].data.decode()
        assert any(name in data for name in (*names.CASE.records, names.CASE.load)), data
    done_outside = [e for e in history.events if e.HasField("activity_task_scheduled_event_attributes")]
    assert {e.activity_task_scheduled_event_attributes.activity_type.name for e in done_outside} == {
        names.OPEN_RESPONSE,
        names.NOTIFY_OF_CASE,
    }
    assert all(e.user_metadata.summary.data.strip(b'"') for e in done_outside)
