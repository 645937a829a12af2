"""Lives of sittings whose histories are kept and replayed: every wait, every command, every effect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from domain.policy.forum import Sitting
from tests.engine.conftest import Engine, officer

Life = Callable[[Engine], Awaitable[str]]
SITTINGS: dict[str, Life] = {}


def life(tell: Life) -> Life:
    SITTINGS[tell.__name__] = tell
    return tell


async def case_waiting_for(engine: Engine, name: str, sitting: Sitting, estate: str = "mudan-garden") -> None:
    """A case of Laocheng's that was escalated so that it waits for ``sitting``; its clock is not ahead of that."""
    await engine.open(name, estate)
    await engine.send(name, "contact", how="电话", outcome="已联系")
    await engine.send(name, "escalate", reason="需社区协调")
    wait = (await engine.state(name)).wait
    assert wait is not None
    if wait.sitting_id != sitting.id:
        await engine.send(name, "put_on_agenda", sitting=sitting.model_dump(), reason="测试")
    wait = (await engine.state(name)).wait
    assert wait is not None
    assert wait.sitting_id == sitting.id


@life
async def sitting_held_with_everything(engine: Engine) -> str:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    for name in ("A", "B", "C"):
        await case_waiting_for(engine, name, sitting)
    await engine.pass_sitting_to(sitting.id, sitting.freezes_at)
    await case_waiting_for(engine, "D", sitting)
    following = engine.next_sitting("laocheng", 1)
    await case_waiting_for(engine, "E", following)
    await engine.command(sitting.id, "addendum", case=engine.number("E"), reason="电梯困人")
    await engine.pass_sitting_to(sitting.id, sitting.starts_at)
    await engine.pass_case_to("A", sitting.starts_at)
    await engine.send(
        "A",
        "plan",
        by=officer("laocheng"),
        lead="urban",
        deliverable="修复外墙",
        due_date=(sitting.starts_at + timedelta(days=20)).date().isoformat(),
    )
    await engine.command(sitting.id, "attendance", chair="社区书记", recorder="社区专干", present=["城建"])
    await engine.pass_sitting_to(sitting.id, sitting.ends_at)
    await engine.command(sitting.id, "close", dissent=["物业企业保留意见"])
    await engine.client.get_workflow_handle(sitting.id).result()
    return sitting.id


@life
async def sitting_nobody_touches(engine: Engine) -> str:
    sitting = engine.next_sitting("mudan-garden")
    await engine.convene(sitting)
    await engine.pass_sitting_to(sitting.id, sitting.minutes_due)
    await engine.client.get_workflow_handle(sitting.id).result()
    return sitting.id


@life
async def sitting_moved_twice_and_cancelled(engine: Engine) -> str:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await case_waiting_for(engine, "A", sitting)
    await engine.command(sitting.id, "reschedule", starts_at=sitting.starts_at + timedelta(days=2), reason="会场另用")
    await engine.command(sitting.id, "reschedule", starts_at=sitting.starts_at + timedelta(days=6), reason="再改")
    await engine.command(sitting.id, "cancel", reason="没有议题")
    await engine.client.get_workflow_handle(sitting.id).result()
    return sitting.id
