"""A joint response's process on the real Temporal and the real log, its clock skipped; and its cases with it."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from domain.errors import Refusal
from domain.joint_response import ResponseState
from domain.papers.agenda import Agenda, Minutes
from store.folding import RESPONSES
from store.notices import Notice, Notices
from store.rebuild import compare
from tests.engine.conftest import Engine, department, officer, until
from tests.engine.responses import minute_of, withdrawal
from workflows.kinds import RESPONSE

SEVEN = ("urban", "governance", "citymgmt", "police", "fire", "emergency", "social")


async def told(engine: Engine, unit: str) -> list[Notice]:
    """A unit's notices of joint responses, oldest first."""
    found = await Notices(engine.pool).list(unit, limit=200)
    return [notice for notice in reversed(found) if notice.emergency is not None]


async def paper(engine: Engine, sitting: str, kind: str) -> dict[str, object]:
    row = await engine.sittings.get(sitting)
    assert row is not None
    document = await engine.documents.get(getattr(row, kind))
    assert document is not None
    return document.content


async def test_a_declared_emergency_opens_its_response_with_seven_branches_side_by_side(engine: Engine) -> None:
    await engine.open("A")
    emergency = await engine.declare("A", "property_withdrawal")
    assert emergency == engine.emergency("A")
    state = await engine.response(emergency)
    assert [case.number for case in state.cases] == [engine.number("A")]
    assert {task.party for task in state.tasks if task.status == "open"} >= set(SEVEN)
    standing = await engine.processes.standing(RESPONSE, emergency)
    assert {wait.party for wait in standing.waits if wait.kind == "sign"} >= set(SEVEN)
    wait = (await engine.state("A")).wait
    assert wait is not None
    assert (wait.kind, wait.until) == ("stand_down", state.cap_at)


async def test_a_case_opened_as_an_emergency_has_its_response(engine: Engine) -> None:
    await engine.open("A", emergency="lift_entrapment")
    await until(lambda: engine.has_response("A"))
    assert (await engine.state("A")).stage == "joint_response"


@pytest.mark.long
async def test_a_sudden_withdrawal_runs_from_its_declaration_to_the_end_of_its_watch(engine: Engine) -> None:
    emergency = await withdrawal(engine, "A")
    types = Counter(await engine.response_types(emergency))
    state = await engine.response(emergency)
    assert (state.status, state.outcome) == ("closed", "resolved")
    late = {task.party for task in state.tasks if task.sign_late or task.complete_late}
    assert {"police", "social"} <= late
    assert (types["task_transferred"], types["task_waived"]) == (1, 1)
    assert types["task_late"] >= 2
    assert types["task_escalated"] >= 2
    assert (await engine.types("A"))[-2:] == ["emergency_stood_down", "closed_without_word"]
    assert await compare(engine.pool, [RESPONSES]) == {"responses": ()}
    await its_sitting_heard_it_alone_and_named_the_provider(engine, state)


async def its_sitting_heard_it_alone_and_named_the_provider(engine: Engine, state: ResponseState) -> None:
    sitting = state.sitting or ""
    assert sitting == f"nancheng-X-{state.id}"
    await engine.pass_sitting_to(sitting, (await engine.sitting_state(sitting)).dates.minutes_due)
    agenda = Agenda.model_validate(await paper(engine, sitting, "agenda"))
    (section,) = agenda.sections
    assert [(item.case, item.emergency) for item in section.items] == [(engine.number("A"), state.id)]
    assert (len(section.lines), agenda.frozen_at is not None) == (len(state.tasks), True)
    minutes = Minutes.model_validate(await paper(engine, sitting, "minutes"))
    task = engine.rules.playbook(state.playbook).task("interim_provider").name.zh
    (named,) = [it for it in minutes.resolutions if it.summary == task]
    assert engine.rules.organisation.company(state.provider or "").name.zh in named.decision
    row = next(row for row in await engine.log.read(state.id) if row.version == named.version)
    assert (row.type, row.hash) == ("task_done", named.head)
    kinds = [notice.kind for notice in await Notices(engine.pool).list("police", limit=200) if notice.sitting]
    assert kinds == ["minutes", "agenda", "convened"]


async def test_no_ordinary_case_waits_for_an_extraordinary_sitting(engine: Engine) -> None:
    await engine.open("A")
    emergency = await engine.declare("A", "property_withdrawal")
    sitting = (await engine.response(emergency)).sitting
    assert sitting is not None
    dates = (await engine.sitting_state(sitting)).dates
    await engine.command(sitting, "reschedule", starts_at=dates.starts_at + timedelta(hours=1), reason="会场另用")
    moved = (await engine.sitting_state(sitting)).dates
    assert moved.freezes_at == moved.starts_at - timedelta(minutes=30)
    await engine.rulebook.refresh_sittings()
    await engine.open("B")
    await engine.send("B", "escalate", to="alliance", reason="直接受理")
    wait = (await engine.state("B")).wait
    assert wait is not None
    assert wait.sitting_id != sitting
    await engine.pass_sitting_to(sitting, moved.freezes_at)
    with pytest.raises(Refusal) as caught:
        await engine.command(sitting, "addendum", case=engine.number("B"), reason="紧急")
    assert caught.value.code == "only_its_emergency"


async def test_a_sitting_whose_emergency_is_stood_down_before_it_is_not_held(engine: Engine) -> None:
    await engine.open("A")
    emergency = await engine.declare("A", "property_withdrawal")
    sitting = (await engine.response(emergency)).sitting or ""
    await waive_what_is_required(engine, emergency)
    await engine.report(emergency, "stand_down", outcome="resolved", reason="物业企业撤回决定")
    await until(lambda: engine.sitting_is(sitting, "cancelled"))


async def waive_what_is_required(engine: Engine, emergency: str) -> None:
    for task in (await engine.response(emergency)).tasks:
        if task.required:
            await engine.report(emergency, "waive", task=task.id, reason="不再需要")


async def test_the_stand_down_brings_every_case_to_where_it_says_once(engine: Engine) -> None:
    await engine.open("A")
    await engine.open("B", estate="gulou-yuan")
    emergency = await engine.declare("A", "lift_entrapment")
    assert await engine.declare("B", "lift_entrapment", response=emergency) == emergency
    await waive_what_is_required(engine, emergency)
    await engine.report(emergency, "stand_down", outcome="returned", tier="community", reason="险情排除")
    for name in ("A", "B"):
        await until(lambda name=name: engine.is_at(name, "community"))  # type: ignore[misc]
        assert Counter(await engine.types(name))["emergency_stood_down"] == 1
    with pytest.raises(Refusal) as caught:
        await engine.report(emergency, "stand_down", outcome="resolved", reason="再次解除")
    assert caught.value.code == "already_stood_down"
    with pytest.raises(Refusal) as caught:
        await engine.send("B", "emergency", playbook="lift_entrapment", response=emergency, reason="再并入")
    assert caught.value.code == "already_stood_down"


async def test_a_resolved_case_waits_for_its_resident_as_long_as_the_response_is_watched(engine: Engine) -> None:
    await engine.open("A")
    emergency = await engine.declare("A", "property_withdrawal")
    await waive_what_is_required(engine, emergency)
    await engine.report(emergency, "stand_down", outcome="resolved", reason="物业企业撤回决定")
    await until(lambda: engine.is_at("A", "verification"))
    wait = (await engine.state("A")).wait
    assert wait is not None
    assert wait.until == (await engine.response(emergency)).watch_until


async def test_two_emergencies_on_one_estate_are_linked_both_ways_and_not_merged(engine: Engine) -> None:
    await engine.open("A")
    await engine.open("B")
    first = await engine.declare("A", "lift_entrapment")
    second = await engine.declare("B", "property_withdrawal")
    await until(lambda: engine.is_linked(first, second))
    await until(lambda: engine.is_linked(second, first))
    assert [case.number for case in (await engine.response(second)).cases] == [engine.number("B")]


async def test_a_case_can_have_one_emergency_after_another(engine: Engine) -> None:
    await engine.open("A")
    first = await engine.declare("A", "lift_entrapment")
    await waive_what_is_required(engine, first)
    await engine.report(first, "stand_down", outcome="returned", reason="已救出")
    await until(lambda: engine.is_not_at("A", "joint_response"))
    assert await engine.declare("A", "lift_entrapment") == engine.emergency("A", 2)


async def test_departments_are_told_once_for_each_batch_and_a_repeated_notice_is_not_sent_twice(engine: Engine) -> None:
    await engine.open("A")
    emergency = await engine.declare("A", "property_withdrawal")
    await until(lambda: engine.has_notice("urban", emergency))
    (notice,) = await told(engine, "urban")
    own = [task for task in (await engine.response(emergency)).tasks if task.status == "open"]
    for task in own:
        if task.party == "urban":
            assert task.name in notice.body
    await engine.client.get_workflow_handle(emergency).terminate()
    await engine.processes.restart(await engine.response(emergency))
    await engine.processes.nudge(emergency)
    await engine.pass_response(emergency, minutes=11)
    await until(lambda: engine.has_notice("urban", emergency, "late"))
    kinds = Counter(notice.event for notice in await told(engine, "urban"))
    assert set(kinds.values()) == {1}


async def test_a_refused_report_leaves_no_history(engine: Engine) -> None:
    await engine.open("A")
    emergency = await engine.declare("A", "lift_entrapment")
    handle = engine.client.get_workflow_handle(emergency)

    async def length() -> int:
        return len((await handle.fetch_history()).events)

    async def is_still() -> bool:
        """Whether nothing that follows from the declaration is still on its way, as between two activities."""
        before = await length()
        await asyncio.sleep(1)
        return await engine.is_calm(emergency) and await length() == before

    await until(is_still)
    before = await length()
    refused = {}
    task = (await engine.response(emergency)).tasks[0]
    other = next(code for code in SEVEN if code != task.party)
    for what, kind, by, fields in (
        ("another's", "sign", department(other), {"task": task.id}),
        ("not signed", "done", department(task.party), {"task": task.id}),
        ("unknown", "sign", department(task.party), {"task": "nothing"}),
        ("required open", "stand_down", officer("nancheng"), {"outcome": "resolved", "reason": "结束"}),
        ("not theirs to end", "stand_down", officer("mudan-garden"), {"outcome": "resolved", "reason": "结束"}),
    ):
        with pytest.raises(Refusal) as caught:
            await engine.report(emergency, kind, by=by, **fields)
        refused[what] = caught.value.code
    assert refused == {
        "another's": "not_your_task",
        "not signed": "not_signed",
        "unknown": "unknown_task",
        "required open": "required_tasks_open",
        "not theirs to end": "forbidden",
    }
    assert await length() == before


async def test_a_response_that_lost_its_workflow_starts_again_from_the_log(engine: Engine) -> None:
    await engine.open("A")
    emergency = await engine.declare("A", "lift_entrapment")
    before = await engine.processes.standing(RESPONSE, emergency)
    await engine.client.get_workflow_handle(emergency).terminate()
    await engine.processes.restart(await engine.response(emergency))
    await engine.processes.nudge(emergency)
    after = await engine.processes.standing(RESPONSE, emergency)
    assert set(after.waits) == set(before.waits)


@pytest.mark.long
async def test_a_worker_taken_away_with_all_seven_branches_pending_loses_nothing(engine: Engine) -> None:
    await engine.open("A")
    emergency = await engine.declare("A", "property_withdrawal")
    signing = [asyncio.create_task(_sign(engine, emergency, code)) for code in SEVEN]
    await engine.restart_worker()
    await asyncio.gather(*signing)
    await engine.restart_worker()
    state = await engine.response(emergency)
    signed = {task.party for task in state.tasks if task.status == "signed"}
    assert signed == set(SEVEN)
    rows = [row for row in await engine.log.read(emergency) if row.type == "task_signed"]
    assert set(Counter(row.data["detail"]["task"] for row in rows).values()) == {1}
    standing = await engine.processes.standing(RESPONSE, emergency)
    assert {wait.party for wait in standing.waits if wait.kind == "complete"} >= set(SEVEN)


async def _sign(engine: Engine, emergency: str, code: str) -> None:
    """A department signs for its first task, sending again with the same id until it is answered."""
    state = await engine.response(emergency)
    task = next(task for task in state.tasks if task.party == code and task.status == "open")
    await engine.insist(emergency, "sign", by=department(code), id=f"{emergency}:{code}", task=task.id)


async def test_what_was_declared_and_stood_down_while_no_worker_served_is_finished_afterwards(engine: Engine) -> None:
    await engine.open("A")
    emergency = await engine.declare("A", "lift_entrapment")
    await waive_what_is_required(engine, emergency)
    handle = engine.client.get_workflow_handle(emergency)
    await engine.report(emergency, "stand_down", outcome="resolved", reason="已救出")
    await engine.restart_worker()
    await until(lambda: engine.is_at("A", "verification"))
    assert (await handle.describe()).status is not None


async def test_search_attributes_and_details_say_how_a_response_stands(engine: Engine) -> None:
    await engine.open("A")
    emergency = await engine.declare("A", "property_withdrawal")
    handle = engine.client.get_workflow_handle(emergency)
    values = {pair.key.name: pair.value for pair in (await handle.describe()).typed_search_attributes.search_attributes}
    assert (values["Emergency"], values["Playbook"], values["Stage"]) == (True, "property_withdrawal", "secure")
    assert (values["Estate"], values["Community"], values["Tier"]) == ("mudan-garden", "laocheng", "alliance")
    state = await engine.response(emergency)
    await engine.pass_response(emergency, minutes=minute_of(state.tasks[0].sign_by, state) + 1)
    values = {pair.key.name: pair.value for pair in (await handle.describe()).typed_search_attributes.search_attributes}
    assert values["Overdue"] is True
