"""Lives of joint responses, whose histories are kept and replayed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from domain.joint_response import ResponseState
from tests.engine.conftest import Engine, department, until
from tests.engine.hindering import Reaching, hindered

ResponseLife = Callable[[Engine, str], Awaitable[str]]
RESPONSE_LIVES: dict[str, ResponseLife] = {}


def life(tell: ResponseLife) -> ResponseLife:
    RESPONSE_LIVES[tell.__name__] = tell
    return tell


def minute_of(instant: datetime | None, state: ResponseState) -> float:
    """How many minutes after its declaration an instant is."""
    assert instant is not None
    return (instant - state.declared_at) / timedelta(minutes=1)


@life
async def withdrawal(engine: Engine, name: str) -> str:
    """A property company leaves: police and social are late, citymgmt objects, one task is waived, a sitting names the
    provider; it is stood down and watched for its 30 days, and closed."""
    await engine.open(name)
    emergency = await engine.declare(name, "property_withdrawal")
    state = await engine.response(emergency)
    assert state.sitting is not None
    for code in ("urban", "fire", "emergency", "citymgmt", "governance"):
        await engine.report(emergency, "sign", by=department(code), task=_first(state, code))
    await engine.report(
        emergency, "object", by=department("citymgmt"), task=_first(state, "citymgmt"), reason="该路段由街道管养"
    )
    await engine.pass_response(emergency, hours=2, minutes=50)  # police and social have not signed
    await engine.finish(emergency, "verify")
    await engine.report(emergency, "situation_report", text="电梯、消防正常，居民情绪稳定")
    dates = (await engine.sitting_state(state.sitting)).dates
    await engine.pass_sitting_to(state.sitting, dates.starts_at)
    await engine.pass_response(emergency, minutes=20)
    await engine.finish(emergency, "interim_provider")
    await engine.pass_sitting_to(state.sitting, dates.ends_at)
    await engine.report(emergency, "waive", task=_optional(state), reason="已由社区代办")
    for _ in range(11):
        await engine.pass_response(emergency, days=3)
        await engine.finish(emergency)
    await engine.report(emergency, "stand_down", outcome="resolved", reason="新物业已进场")
    watched = (await engine.response(emergency)).watch_until
    assert watched is not None
    await engine.pass_response(emergency, days=31)
    await engine.client.get_workflow_handle(emergency).result()
    await engine.pass_case_to(name, watched + timedelta(days=1))
    return emergency


@life
async def planned_withdrawal(engine: Engine, name: str) -> str:
    """The company gives notice: ninety days, in which each is done as it comes; stood down at their end."""
    await engine.open(name)
    emergency = await engine.declare(name, "property_withdrawal_planned")
    for _ in range(10):
        await engine.finish(emergency)
        await engine.pass_response(emergency, days=9)
    await engine.finish(emergency)
    for task in (await engine.response(emergency)).tasks:
        if task.required and not task.finished:
            await engine.report(emergency, "waive", task=task.id, reason="到期前已并入新物业合同")
    await engine.report(emergency, "stand_down", outcome="returned", tier="alliance", reason="新物业按期进场")
    await engine.pass_response(emergency, days=40)
    await engine.client.get_workflow_handle(emergency).result()
    return emergency


@life
async def entrapment_ignored(engine: Engine, name: str) -> str:
    """Nobody signs for anything: reminders, late clocks, every rung, missed reports; then all of it is waived."""
    await engine.open(name)
    emergency = await engine.declare(name, "lift_entrapment")
    await engine.pass_response(emergency, days=2)
    for task in (await engine.response(emergency)).tasks:
        if task.required and not task.finished:
            await engine.report(emergency, "waive", task=task.id, reason="补记：被困人员已自行脱困")
    await engine.report(emergency, "stand_down", outcome="returned", reason="转入议事")
    return emergency


@life
async def entrapment_hard_to_link(engine: Engine, name: str) -> str:
    """Another response on the estate does not answer for a while: that is tried again, and at once when nudged."""
    reaching = Reaching(engine, lambda _, command: command.kind == "link")
    await hindered(engine, reaching)
    await engine.open(name)
    await engine.open("other")
    await engine.declare("other", "gas_leak")
    emergency = await engine.declare(name, "lift_entrapment")
    await engine.pass_response(emergency, minutes=10)
    reaching.mend()
    await engine.processes.nudge(emergency)
    await until(lambda: engine.is_linked(engine.emergency("other"), emergency))
    return emergency


def _first(state: ResponseState, code: str) -> str:
    return next(task.id for task in state.tasks if task.party == code and task.status == "open")


def _optional(state: ResponseState) -> str:
    return next(task.id for task in state.tasks if not task.required)
