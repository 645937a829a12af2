"""A community's monthly meeting played through, one moved and one cancelled: agendas and minutes to read.

Every process has a clock of its own. The cases and their sitting are moved in step: the sitting to its freeze, all to
the session, then past the minutes' due date. Where a clock is a little off, a decision falls before or after the
session; the play takes a look at each sitting and goes by what it says.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.client import Api, Json, Refused

ALLIANCE = "alliance"
ISSUES = (
    ("lift", "电梯年检过期仍在运行", "小区催物业两月未果，需社区牵头"),
    ("water", "雨水井堵塞院内积水", "产权不清，小区无法落实"),
    ("fire-safety", "消防通道长期停车", "反复劝离无效，需联合整治"),
    ("structure", "外墙瓷砖空鼓脱落", "维修资金需社区组织表决"),
    ("parking", "充电桩数量不足", "需社区与供电单位协调"),
    ("noise", "广场舞噪声扰民", "两方居民意见不一"),
)
ADDENDUM = ("gas", "燃气表间门损坏", "存在安全隐患，请列为补充议题")


@dataclass(frozen=True, slots=True)
class Held:
    """A sitting that was played: what became of it, and where its papers are."""

    sitting: str
    name: str
    status: str
    decided: int
    carried_over: int
    agenda: str | None
    minutes: str | None


async def hold(api: Api) -> list[Held]:
    """Plays three communities' next sittings: one is held, one is moved, one is cancelled. Raises Refused, NoAnswer."""
    organisation = await api.get("/organisation", ALLIANCE)
    first, second, third = organisation["communities"][:3]
    plays = ((first, _held), (second, _moved), (third, _cancelled))
    return list(await asyncio.gather(*(_played(api, community, play) for community, play in plays)))


async def _played(api: Api, community: Json, play: Callable[[Api, Json], Awaitable[Held]]) -> Held:
    """A sitting that an earlier demo on this stack has played stays as it is: its clock is past its date."""
    found = await api.get(f"/forums/{community['id']}/sittings", ALLIANCE)
    coming = found["items"][0]
    if coming["version"] > 0:
        return await _told(api, str(coming["id"]))
    return await play(api, community)


async def _held(api: Api, community: Json) -> Held:
    estate = community["estates"][0]["id"]
    numbers = [await _tabled(api, estate, *issue) for issue in ISSUES]
    sitting = await _convened(api, numbers[0])
    await _move(api, sitting, _at(await _look(api, sitting), "freezes_at") + timedelta(minutes=5))
    await _add_urgent(api, estate, sitting)
    view = await _look(api, sitting)
    session = _at(view, "starts_at") + timedelta(minutes=10)
    await asyncio.gather(*(_move(api, one, session) for one in (*numbers, sitting)))
    attendance = {
        "chair": "社区党委书记", "recorder": "社区专干",
        "present": ["城建", "消防", "城管", "物业企业", "业委会"], "absent": ["燃气公司"],
    }  # fmt: skip
    await _post(api, f"/sittings/{sitting}/attendance", attendance)
    due = (session + timedelta(days=21)).date().isoformat()
    decisions: tuple[Json, ...] = (
        {"kind": "plan", "lead": "urban", "co_handlers": ["fire"], "deliverable": "完成电梯年检", "due_date": due},
        {"kind": "plan", "lead": "citymgmt", "deliverable": "疏通雨水井并复核", "due_date": due},
        {"kind": "escalate", "reason": "需七部门联合整治"},
        {"kind": "hold", "reason": "等鉴定报告，下次会议再议"},
        {"kind": "resolve", "what_was_done": "供电单位当场答复本月增设六个充电位"},
    )
    for number, decision in zip(numbers, decisions, strict=False):
        await _post(api, f"/cases/{number}/decisions", {**decision, "sitting": sitting})
    after = _at(view, "minutes_due") + timedelta(minutes=10)
    await asyncio.gather(*(_move(api, one, after) for one in (*numbers[5:], sitting)))
    return await _told(api, sitting)


async def _moved(api: Api, community: Json) -> Held:
    number = await _tabled(api, community["estates"][0]["id"], *ISSUES[0])
    sitting = await _convened(api, number)
    later = (_at(await _look(api, sitting), "starts_at") + timedelta(days=2)).isoformat()
    await _post(api, f"/sittings/{sitting}/reschedule", {"starts_at": later, "reason": "会场另有安排"})
    return await _told(api, sitting)


async def _cancelled(api: Api, community: Json) -> Held:
    number = await _tabled(api, community["estates"][0]["id"], *ISSUES[1])
    sitting = await _convened(api, number)
    await _post(api, f"/sittings/{sitting}/cancel", {"reason": "与联盟联席会合并召开"})
    return await _told(api, sitting)


async def _tabled(api: Api, estate: str, category: str, title: str, reason: str) -> str:
    """A new case that its estate has escalated to the community."""
    issue = {"estate": estate, "category": category, "title": title, "description": title, "channel": "officer"}
    opened = await api.post("/cases", f"estate-{estate}", issue, uuid.uuid4().hex)
    number = str(opened["number"])
    escalated = {"kind": "escalate", "reason": reason}
    await api.post(f"/cases/{number}/decisions", f"estate-{estate}", escalated, uuid.uuid4().hex)
    return number


async def _add_urgent(api: Api, estate: str, sitting: str) -> None:
    """A case that comes after the freeze waits for the next sitting, unless it is added to this one."""
    category, title, reason = ADDENDUM
    issue = {"estate": estate, "category": category, "title": title, "description": title, "channel": "phone"}
    opened = await api.post("/cases", f"estate-{estate}", issue, uuid.uuid4().hex)
    number = str(opened["number"])
    await _move(api, number, _at(await _look(api, sitting), "freezes_at") + timedelta(minutes=30))
    await _post(api, f"/cases/{number}/decisions", {"kind": "escalate", "reason": reason})
    await _post(api, f"/sittings/{sitting}/addenda", {"case": number, "reason": reason})


async def _convened(api: Api, number: str) -> str:
    """The sitting that a case waits for; its process has begun, as the forum's schedule would have begun it."""
    case = await api.get(f"/cases/{number}", ALLIANCE)
    sitting = str(case["wait"]["sitting_id"])
    await _post(api, "/dev/convene", {"sitting": sitting})
    return sitting


async def _move(api: Api, process: str, to: datetime) -> None:
    """Moves a process's clock to an instant. A first small skip tells what its clock shows."""
    moved = await api.post("/dev/fast-forward", ALLIANCE, {"workflow_id": process, "hours": 0.001})
    further = to - datetime.fromisoformat(moved["now"])
    if further > timedelta():
        body = {"workflow_id": process, "hours": further / timedelta(hours=1)}
        await api.post("/dev/fast-forward", ALLIANCE, body)


async def _look(api: Api, sitting: str) -> Json:
    return await api.get(f"/sittings/{sitting}", ALLIANCE)


async def _post(api: Api, path: str, body: Json) -> Json:
    return await api.post(path, ALLIANCE, body, uuid.uuid4().hex)


def _at(view: Json, field: str) -> datetime:
    return datetime.fromisoformat(view[field])


async def _told(api: Api, sitting: str) -> Held:
    view = await _look(api, sitting)
    try:
        minutes: Json = await api.get(f"/sittings/{sitting}/minutes.json", ALLIANCE)
    except Refused:
        minutes = {}
    links = view["links"]
    return Held(
        sitting=sitting, name=view["name"], status=view["status_name"],
        decided=len(minutes.get("resolutions", ())), carried_over=len(minutes.get("carried_over", ())),
        agenda=_page(links["agenda"]), minutes=_page(links["minutes"]),
    )  # fmt: skip


def _page(link: str | None) -> str | None:
    return link.removesuffix(".json") + ".html" if link else None
