"""What processes could not do in all their goes: the audit finds each kind of it, and does it again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from temporalio.testing import ActivityEnvironment

from activities.record import SittingRecorder
from domain.notices import Channels
from domain.policy.forum import Sitting
from domain.sitting import Reschedule, SittingCommand, SittingState
from operations.following import Following, Missed
from operations.sittings import retell, untold_cases
from store.notices import Notices
from store.papers import Papers
from tests.engine.conftest import Engine, officer, until
from tests.engine.hindering import Reaching, hindered, two_emergencies
from tests.engine.sittings import case_waiting_for
from workflows.client import ProcessUnavailable
from workflows.messages import RecordOrder

if TYPE_CHECKING:
    from store.database import Pool


def following(engine: Engine, channels: Channels | None = None) -> Following:
    notifier = engine.notifier(channels or Channels(), engine.environ)
    return Following(engine.pool, engine.processes, notifier, engine.clock, pauses=(0.2,))


async def missed(engine: Engine, channels: Channels | None = None) -> list[Missed]:
    return [one async for one in following(engine, channels).missed()]


async def mended(engine: Engine, *steps: str) -> list[str]:
    """Finds exactly these steps undone and does them again: what came of each. Then nothing is left."""
    found = await missed(engine)
    assert [one.step for one in found] == list(steps)
    done = [str(await following(engine).mend(one)) for one in found]
    assert await missed(engine) == []
    return done


async def test_nothing_is_missing_where_all_was_done(engine: Engine) -> None:
    first, second = await two_emergencies(engine)
    await until(lambda: engine.is_linked(first, second))
    assert await missed(engine) == []


async def test_responses_that_do_not_know_of_each_other_are_linked(engine: Engine) -> None:
    await hindered(engine, Reaching(engine, lambda _, command: command.kind == "link"))
    first, second = await two_emergencies(engine)
    assert await mended(engine, "response_unlinked") == ["linked"]
    assert await engine.is_linked(first, second)


class Uncalling(Reaching):
    """Begins no sitting."""

    async def convene(self, *args: object, **options: object) -> int:
        raise ProcessUnavailable("no sitting")


async def test_a_sitting_that_was_not_convened_is_convened(engine: Engine) -> None:
    await hindered(engine, Uncalling(engine, lambda *_: False))
    await engine.open("A")
    await engine.send("A", "emergency", playbook="property_withdrawal", reason="情况紧急")
    await until(lambda: engine.has_response("A"))
    sitting = (await engine.response(engine.emergency("A"))).sitting
    assert sitting is not None
    assert await mended(engine, "sitting_uncalled") == ["opened"]
    assert (await engine.sitting_types(sitting))[0] == "sitting_convened"


@pytest.mark.long
async def test_a_sitting_whose_emergency_is_over_is_cancelled(engine: Engine) -> None:
    await hindered(engine, Reaching(engine, lambda _, command: command.kind == "cancel"))
    await engine.open("A")
    emergency = await engine.declare("A", "property_withdrawal")
    await stand_down(engine, emergency)
    await until(lambda: engine.is_at("A", "verification"))
    assert await mended(engine, "sitting_not_called_off") == ["told"]
    assert await engine.sitting_is((await engine.response(emergency)).sitting or "", "cancelled")


@pytest.mark.long
async def test_a_case_that_waits_for_a_response_that_is_closed_by_now_is_told(engine: Engine) -> None:
    await hindered(engine, Reaching(engine, lambda _, command: command.kind == "stand_down"))
    await engine.open("A")
    emergency = await engine.declare("A", "lift_entrapment")
    await stand_down(engine, emergency)
    await engine.pass_response(emergency, days=40)
    assert await engine.client.get_workflow_handle(emergency).result() == "resolved"
    assert await mended(engine, "case_untold") == ["told"]
    assert await engine.is_at("A", "verification")


async def stand_down(engine: Engine, emergency: str) -> None:
    for task in (await engine.response(emergency)).tasks:
        if task.required:
            await engine.report(emergency, "waive", task=task.id, reason="不再需要")
    await engine.report(emergency, "stand_down", outcome="resolved", reason="险情排除")


async def moved_unseen(engine: Engine) -> Sitting:
    """A sitting is moved in the log, and its process does not know it: nobody is told."""
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    state, now = await engine.sitting_state(sitting.id), datetime.now(UTC)
    body = Reschedule(starts_at=sitting.starts_at + timedelta(days=7), reason="会场另用")
    command = SittingCommand(id=f"{sitting.id}:moved", actor=officer("nancheng"), body=body)
    order = RecordOrder[SittingState, SittingCommand](number=sitting.id, state=state, command=command, now=now)
    recorder = SittingRecorder(engine.log, engine.rulebook, Papers(engine.pool, engine.rulebook))
    assert (await ActivityEnvironment().run(recorder.record, order)).refused is None
    return sitting


async def test_what_nobody_has_a_notice_of_is_told(engine: Engine) -> None:
    sitting = await moved_unseen(engine)
    (found,) = await missed(engine)
    assert (found.step, found.number, found.facts["version"]) == ("notice_missing", sitting.id, 2)
    assert await mended(engine, "notice_missing") == ["told"]
    for unit in ("laocheng", "mudan-garden"):
        assert [one.kind for one in await Notices(engine.pool).list(unit)] == ["rescheduled"]


async def test_what_a_command_brought_about_in_a_response_is_told(engine: Engine, owner_pool: Pool) -> None:
    await engine.open("A")
    emergency = await engine.declare("A", "lift_entrapment")
    await until(lambda: engine.has_notice("fire", emergency))
    told = await Notices(engine.pool).list(None, limit=200)
    await owner_pool.execute("DELETE FROM notices")
    assert await mended(engine, "notice_missing") == ["told"]
    again = await Notices(engine.pool).list(None, limit=200)
    assert {(one.id, one.body) for one in again} == {(one.id, one.body) for one in told}


async def test_a_notice_that_no_address_took_is_found_until_it_is_sent(engine: Engine) -> None:
    await moved_unseen(engine)
    channels = Channels(units={"laocheng": ("BAD",)})
    (unwritten,) = await missed(engine, channels)
    assert await following(engine, channels).mend(unwritten) == "told"
    assert await missed(engine, channels) == []  # its own process might be sending it
    await engine.pool.execute("UPDATE notices SET made_at = made_at - interval '1 hour'")
    (unsent,) = await missed(engine, channels)
    assert (unsent.step, unsent.facts["unit"], unsent.facts["failure"]) == ("notice_unsent", "laocheng", "BAD: not set")
    assert await following(engine, channels).mend(unsent) == "failed"
    assert await following(engine).mend(unsent) == "told"  # its unit has no address any more
    assert await missed(engine, channels) == []


@pytest.mark.long
async def test_a_case_that_was_added_to_a_sitting_and_was_not_told_is_told(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await engine.pass_sitting_to(sitting.id, sitting.freezes_at)
    await case_waiting_for(engine, "A", engine.next_sitting("laocheng", 1))
    await hindered(engine, Reaching(engine, lambda _, command: command.kind == "put_on_agenda"))
    await engine.command(sitting.id, "addendum", case=engine.number("A"), reason="电梯困人")
    (untold,) = await untold_cases(engine.pool)
    assert (untold.number, untold.sitting) == (engine.number("A"), sitting.id)
    assert await retell(engine.pool, engine.processes, [untold]) == {engine.number("A")}
    assert (await engine.types("A"))[-1] == "put_on_agenda"
    assert await untold_cases(engine.pool) == ()
