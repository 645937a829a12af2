"""A process of each kind, just begun."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from domain.signals import ProcessKind
from tests.engine.conftest import Engine


async def a_case(engine: Engine) -> str:
    await engine.open("A")
    return engine.number("A")


async def a_sitting(engine: Engine) -> str:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    return sitting.id


async def a_response(engine: Engine) -> str:
    await engine.open("A")
    emergency = await engine.declare("A", "lift_entrapment")
    await engine.processes.nudge(emergency)  # answered once what began it is in its history
    return emergency


BEGUN: dict[ProcessKind, Callable[[Engine], Awaitable[str]]] = {
    "case": a_case,
    "sitting": a_sitting,
    "response": a_response,
}
"""By the kind's id; each begins one, and answers with its number."""
