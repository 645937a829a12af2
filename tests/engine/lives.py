"""Lives of cases whose histories are kept and replayed: together they go through every stage and every wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from domain.permission import RESIDENT, Actor
from tests.engine.conftest import Engine, officer, until
from tests.engine.hindering import refusing
from tests.support.town import in_days

SUPERVISOR = Actor(id="supervisor", role="supervisor")

Life = Callable[[Engine, str], Awaitable[None]]
LIVES: dict[str, Life] = {}


def life(tell: Life) -> Life:
    LIVES[tell.__name__] = tell
    return tell


@life
async def settled_at_first_contact(engine: Engine, name: str) -> None:
    await engine.open(name)
    await engine.send(name, "contact", by=officer("mudan-garden"), how="电话", outcome="当天可修")
    await engine.send(name, "resolve", by=officer("mudan-garden"), what_was_done="更换水龙头")
    await engine.send(name, "confirm", by=RESIDENT, stars=5)


@life
async def climbs_alone_to_the_district(engine: Engine, name: str) -> None:
    await engine.open(name)
    await engine.pass_time(name, days=230)


@life
async def planned_late_and_done_again(engine: Engine, name: str) -> None:
    await engine.open(name)
    await engine.send(name, "escalate", by=officer("mudan-garden"), reason="需社区协调")
    await engine.pass_time(name, days=5)
    await engine.send(
        name, "plan", lead="urban", co_handlers=["citymgmt"], deliverable="修复外墙", due_date=in_days(20)
    )
    await engine.send(name, "extend", new_date=in_days(30), reason="材料未到")
    await engine.pass_time(name, days=30)
    await engine.send(name, "plan", lead="urban", deliverable="修复外墙", due_date=in_days(60))
    await engine.send(name, "suspend", condition="等天气转暖", resume_date=in_days(50))
    await engine.pass_time(name, days=20)
    await engine.send(name, "complete", what_was_done="外墙修复并验收")
    await engine.send(name, "dispute", by=RESIDENT, reason="仍有裂缝")
    await engine.send(name, "return", reason="由社区落实")
    await engine.send(name, "supervise", by=SUPERVISOR, reason="反复未决")
    await engine.send(name, "assign", person="社区网格员")
    await engine.send(name, "hold", reason="等鉴定报告")
    await engine.send(name, "resolve", what_was_done="重新修补")
    await engine.pass_time(name, days=8)


@life
async def promised_missed_and_answered(engine: Engine, name: str) -> None:
    """Owners jointly: both promises are missed, then kept; the plan's answer comes with it."""
    await engine.open(name, joint_names=12)
    await engine.send(name, "contact", by=officer("mudan-garden"), how="上门", outcome="约定碰头商量")
    await engine.send(name, "escalate", by=officer("mudan-garden"), reason="需社区协调")
    await engine.send(name, "escalate", reason="需联盟协调")
    await engine.pass_time(name, days=9)
    await engine.send(name, "accept", text="您们联名反映的事项予以受理")
    await engine.send(name, "answer", text="已列入本月联席会")
    await engine.send(
        name,
        "plan",
        lead="urban",
        deliverable="更换水泵",
        due_date=in_days(40),
        answer="由城建更换水泵，完成后请您评价",
    )
    await engine.send(name, "complete", what_was_done="水泵已更换")
    await engine.send(name, "confirm", by=RESIDENT, stars=5)


@life
async def objected_to_and_designated(engine: Engine, name: str) -> None:
    await engine.open(name)
    await engine.send(name, "reroute", estate="gulou-yuan", reason="不在本小区")
    await engine.send(name, "object", by=officer("gulou-yuan"), ground="not_our_area", reason="红线外道路")
    await engine.send(name, "object", by=officer("mudan-garden"), ground="not_our_duty", reason="属市政道路")
    await engine.pass_time(name, days=8)
    await engine.send(name, "designate", unit="nancheng", document="牡政办字〔2026〕15号")
    await engine.send(name, "refer", to_whom="区信访局", reference="转2026-9", reason="已提信访", petition=True)


@life
async def emergency_stood_down_and_referred(engine: Engine, name: str) -> None:
    await engine.open(name)
    await engine.send(name, "emergency", playbook="gas_leak", reason="闻到燃气味")
    await engine.pass_time(name, days=3)
    state = await engine.state(name)
    await engine.send(name, "stand_down", emergency_id=state.emergency_id, outcome="returned", reason="险情排除")
    await engine.send(name, "refer", to_whom="燃气公司", reference="2026-88", reason="管线归属燃气公司")


@life
async def rerouted_and_withdrawn(engine: Engine, name: str) -> None:
    await engine.open(name)
    await engine.send(name, "reroute", estate=engine.rules.organisation.estates[3].id, reason="不在本小区")
    await engine.send(name, "note", text="已通知对方小区")
    await engine.send(name, "withdraw", by=RESIDENT)


@life
async def open_and_waiting(engine: Engine, name: str) -> None:
    await engine.open(name)
    await engine.send(name, "contact", how="上门", outcome="待碰头商量")


@life
async def decided_twice_at_once_and_refused(engine: Engine, name: str) -> None:
    """A decision that passed the validator and was refused by the recording: the update fails, the case lives."""
    await engine.open(name)
    version = 1

    async def contact() -> None:
        await engine.send(name, "contact", if_version=version, how="电话", outcome="已联系")

    await asyncio.gather(*(contact() for _ in range(4)), return_exceptions=True)


@life
async def photographed_and_settled(engine: Engine, name: str) -> None:
    await engine.open(name)
    photos = [{"id": f"p-{number}", "digest": "0" * 64} for number in range(3)]
    await engine.send(name, "add_photos", by=RESIDENT, photos=photos[:2])
    await engine.send(name, "contact", by=officer("mudan-garden"), how="上门", outcome="看过现场")
    await engine.send(name, "add_photos", by=officer("mudan-garden"), photos=photos[2:])
    await engine.send(name, "resolve", by=officer("mudan-garden"), what_was_done="更换水龙头")
    await engine.send(name, "confirm", by=RESIDENT, stars=4)


@life
async def refused_for_a_while_and_settled(engine: Engine, name: str) -> None:
    """Its expiry is refused for a day, as by a policy without its estate; then it goes on."""
    recorder = await refusing(engine)
    await engine.open(name)
    await engine.pass_time(name, days=1)
    recorder.refuses = False
    await engine.send(name, "note", text="小区已恢复")
    await until(lambda: engine.has_happened(name, "contact_missed"))
    await engine.send(name, "resolve", what_was_done="更换门机")
    await engine.send(name, "confirm", by=RESIDENT, stars=4)
