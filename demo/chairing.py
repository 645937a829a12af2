"""What chairs and clerks do with the demo's meetings: attendance, other business; one moved, cancelled, closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from demo.client import Api, Json
from demo.timeline import Planned, SittingStatus

CLERK = "alliance"


@dataclass(frozen=True, slots=True)
class Doing:
    """Something done to a sitting once it has got to a status."""

    after: SittingStatus
    what: Literal["other-business", "reschedule", "cancel", "attendance", "close"]
    body: Mapping[str, object]


def story(communities: Sequence[Sequence[Planned]], alliance: Sequence[Planned]) -> dict[str, tuple[Doing, ...]]:
    """What is done with which sitting, by id. Each of ``communities`` is one's sittings in order.

    Of the second community's meetings one is moved, of the third's one is cancelled; the first's are closed by hand.
    """
    done: dict[str, list[Doing]] = {sitting.id: [_ATTENDANCE] for some in (*communities, alliance) for sitting in some}
    first, second, third = (list(some) for some in communities[:3])
    done[first[0].id] += [_OTHER_BUSINESS, _CLOSE]
    moved = second[min(1, len(second) - 1)]
    to = (moved.starts_at + timedelta(days=2)).isoformat()
    done[moved.id].append(Doing("drafted", "reschedule", {"starts_at": to, "reason": "会场另有安排，顺延两天"}))
    cancelled = third[min(1, len(third) - 1)]
    done[cancelled.id].append(Doing("drafted", "cancel", {"reason": "与联盟联席会合并召开"}))
    return {sitting: tuple(doings) for sitting, doings in done.items()}


_ATTENDANCE = Doing(
    "in_session",
    "attendance",
    {
        "chair": "党委书记",
        "recorder": "红绣匠专干",
        "present": ["城建", "消防", "城管", "物业企业", "业委会"],
        "absent": ["燃气公司"],
    },
)
_OTHER_BUSINESS = Doing("drafted", "other-business", {"text": "通报冬季消防安全宣传安排"})
_CLOSE = Doing("minutes", "close", {"dissent": ["物业企业对一项办理时限保留意见"]})


async def do(api: Api, sitting: str, doing: Doing, key: str) -> Json:
    """Does it. Raises Refused, NoAnswer."""
    return await api.post(f"/sittings/{sitting}/{doing.what}", CLERK, doing.body, key)
