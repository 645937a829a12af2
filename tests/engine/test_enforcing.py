"""A policy comes into force: one process brings schedules, sittings and cases in line with it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import worker
from domain.policy.organisation import Organisation
from domain.policy.organisation_files import as_yaml
from domain.policy.policy_file import parse_policy
from runtime.temporal import TASK_QUEUE
from services.policy_desk import order_of
from store.policies import NewVersion, Policies
from tests.engine.conftest import Engine
from tests.engine.sittings import case_waiting_for
from tests.support.policies import desk_on, put_all
from workflows import names
from workflows.client import Processes, ProcessUnavailable
from workflows.enforcing import EnforceWorkflow
from workflows.kinds import Sendable
from workflows.messages import Enforced, EnforceOrder
from workflows.scheduling import schedule_id


async def put(engine: Engine, data: dict[str, Any]) -> EnforceOrder:
    """Another organisation comes into force; its version is this test's own, and so is its process."""
    data["version"] = engine.prefix
    text = as_yaml(Organisation.model_validate(data))
    root = parse_policy(Organisation, text, "x").root.id
    enactment = await put_all(engine.pool, NewVersion("organisation", root, engine.prefix, text))
    await worker.put_at_hand(engine.rulebook)
    return order_of(enactment)


async def enforced(engine: Engine, order: EnforceOrder) -> Enforced:
    await engine.processes.enforce(order)
    for _ in range(600):
        done = await engine.processes.enforcement(order)
        if done is not None:
            return done
        await asyncio.sleep(0.05)
    raise AssertionError("it is still under way")


def without(data: dict[str, Any], community: str) -> dict[str, Any]:
    """Its estates go to the community before it."""
    communities = data["root"]["units"]
    at = next(n for n, one in enumerate(communities) if one["id"] == community)
    communities[at - 1]["units"] += communities.pop(at)["units"]
    return data


@pytest.mark.long
async def test_a_dissolved_communitys_sittings_are_cancelled_and_its_cases_wait_for_the_other_one(
    engine: Engine,
) -> None:
    sitting = engine.next_sitting("guangfu")
    await engine.convene(sitting)
    await case_waiting_for(engine, "A", sitting, estate="guangfu-huating")
    await engine.open("B", estate="guangfu-huating")
    order = await put(engine, without(engine.rules.organisation.model_dump(mode="json"), "guangfu"))
    done = await enforced(engine, order)
    assert done.sittings == (sitting.id,)
    assert done.failed == ()
    assert (await engine.sitting_types(sitting.id))[-1] == "sitting_cancelled"
    for name in ("A", "B"):
        state = await engine.state(name)
        assert state.units["community"] == "laocheng"
    state = await engine.state("A")
    assert state.wait is not None
    assert state.wait.forum == "laocheng"
    schedules = {entry.id async for entry in await engine.client.list_schedules()}
    assert schedule_id("laocheng") in schedules
    assert schedule_id("guangfu") not in schedules


async def test_what_changes_nothing_moves_nothing_and_every_step_has_words(engine: Engine) -> None:
    await engine.open("A")
    order = await put(engine, engine.rules.organisation.model_dump(mode="json"))
    done = await enforced(engine, order)
    assert (done.sittings, done.moved, done.failed) == ((), 0, ())
    assert await Policies(engine.pool).unenforced() is None
    handle = engine.client.get_workflow_handle(f"施行 {order.cause}")
    history = await handle.fetch_history()
    steps = [event for event in history.events if event.HasField("activity_task_scheduled_event_attributes")]
    assert [step.activity_task_scheduled_event_attributes.activity_type.name for step in steps] == [
        names.PLAN_SCHEDULES,
        names.REDATE_SITTINGS,
        names.REPROJECT_CASES,
        names.RECORD_ENFORCED,
    ]
    timers = [event for event in history.events if event.HasField("timer_started_event_attributes")]
    for event in (*steps, *timers):
        assert 2 < len(event.user_metadata.summary.data) <= 202
    assert EnforceWorkflow in worker.WORKFLOWS


class Unreaching(Processes):
    """Reaches no sitting and no case."""

    async def send(self, number: str, command: Sendable) -> int:
        raise ProcessUnavailable(number)


@pytest.mark.long
async def test_what_did_not_answer_is_not_recorded_as_done_and_is_begun_again(engine: Engine) -> None:
    sitting = engine.next_sitting("guangfu")
    await engine.convene(sitting)
    await case_waiting_for(engine, "A", sitting, estate="guangfu-huating")
    await engine.restart_worker(Unreaching(engine.town.client, TASK_QUEUE))
    order = await put(engine, without(engine.rules.organisation.model_dump(mode="json"), "guangfu"))
    done = await enforced(engine, order)
    assert set(done.failed) == {sitting.id, engine.number("A")}
    left = await Policies(engine.pool).unenforced()
    assert left is not None
    assert order_of(left) == order
    await engine.restart_worker()
    assert await desk_on(engine.pool, engine.processes).begin() == order
    done = await enforced(engine, order)
    assert (done.sittings, done.failed) == ((sitting.id,), ())
    assert await Policies(engine.pool).unenforced() is None
    assert await desk_on(engine.pool, engine.processes).begin() is None


@pytest.mark.long
async def test_an_enactment_of_many_policies_has_a_short_name_that_moved_cases_take_as_their_reason(
    engine: Engine,
) -> None:
    await case_waiting_for(engine, "A", engine.next_sitting("guangfu"), estate="guangfu-huating")
    years = tuple(f"calendar {year}@{engine.prefix}" for year in range(2400, 2420))
    done = await enforced(engine, EnforceOrder(enactment=7, policies=years))
    assert (done.looked_at, done.failed) == (1, ())
    handle = engine.client.get_workflow_handle(f"施行 calendar 2400@{engine.prefix}… (7)")
    described = await handle.describe()
    assert await described.static_summary() == described.id
