"""What can be asked of a sitting."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.forms.asking import Asked, Offer, Offered
from domain.policy.forum import Sitting, SittingMode
from domain.process import Ordered
from domain.sitting import asking
from domain.sitting.events import DocumentRef, SittingWaitKind
from domain.stream import Frozen, Instant
from domain.text.writing import CaseNumber, Line, WorkingText
from domain.words.bilingual import both

_WHY = both("理由", "Reason")
_ONE_A_LINE = both("一行一个。", "One a line.")


class Convene(Frozen):
    """Begins a sitting's process with the dates that the calendar gives it."""

    kind: Literal["convene"] = "convene"
    sitting: Sitting


class SittingWaitExpired(Frozen):
    """A wait's instant has come. ``document`` is what was written for it; ``late`` came while it froze."""

    kind: Literal["wait_expired"] = "wait_expired"
    wait: SittingWaitKind
    until: Instant
    document: DocumentRef | None = None
    late: tuple[str, ...] = ()


class Reschedule(Offered):
    """Moves the sitting, at most 90 days ahead; every case that waits for it moves with it.

    To the same time, after the calendar has changed: its freeze and its minutes are dated anew.
    """

    offer: ClassVar[Offer] = Offer(both("改期", "Reschedule"))
    kind: Literal["reschedule"] = "reschedule"
    starts_at: Annotated[Instant, Asked(both("新日期", "New date"), example="2026-03-06T15:00:00+08:00")]
    reason: Annotated[
        WorkingText,
        Asked(
            _WHY,
            help=both("会写入会议经过，并通知成员单位。", "Kept in the story; members are told."),
            example="会场另用",
        ),
    ]


class Cancel(Offered):
    """The sitting is not held; its cases wait for the next one."""

    offer: ClassVar[Offer] = Offer(both("取消会议", "Cancel the sitting"))
    kind: Literal["cancel"] = "cancel"
    reason: Annotated[WorkingText, Asked(_WHY, example="遇防汛应急响应")]


class AddToAgenda(Offered):
    """An urgent case after the freeze."""

    offer: ClassVar[Offer] = Offer(
        both("增补议题", "Add a case"),
        lead=both(
            "议程已定稿。确有必要时，可把等本议事会审议、尚未列入本次议程的诉求件列为补充议题。",
            "The agenda is frozen. A case that waits for this forum and is not on it may be added if it cannot wait.",
        ),
        rank="first",
    )
    kind: Literal["addendum"] = "addendum"
    case: Annotated[
        CaseNumber,
        Asked(both("选择诉求件", "Which case"), widget="radio", choices=asking.candidates, example="NC-2026-000001"),
    ]
    reason: Annotated[
        WorkingText,
        Asked(
            both("为什么不能等下次会议", "Why it cannot wait"),
            help=both("会印在议程上。", "Printed on the agenda."),
            example="电梯停运，楼上有行动不便的老人",
        ),
    ]


class AddOtherBusiness(Offered):
    """A line under other business, until the agenda freezes."""

    offer: ClassVar[Offer] = Offer(both("增列其他事项", "Add other business"))
    kind: Literal["other_business"] = "other_business"
    text: Annotated[
        Line,
        Asked(
            both("事项", "Line"),
            help=both(
                "一句话，印在议程和纪要上；议程定稿后不再增列。",
                "One line, printed on agenda and minutes; none are taken after the freeze.",
            ),
            example="通报清雪安排",
        ),
    ]


class RecordAttendance(Offered):
    """Who was there, by post and unit."""

    offer: ClassVar[Offer] = Offer(
        both("记录到会", "Record attendance"),
        lead=both("请写岗位和单位，不写姓名。", "By post and unit, not by name."),
        rank="first",
    )
    kind: Literal["attendance"] = "attendance"
    chair: Annotated[Line, Asked(both("主持", "Chair"), suggestions=asking.posts, example="社区党委书记")]
    recorder: Annotated[Line, Asked(both("记录", "Recorder"), suggestions=asking.posts, example="社区专干")]
    mode: Annotated[SittingMode, Asked(both("召开方式", "Held"), choices=asking.modes, example="in_person")] = (
        "in_person"
    )
    present: Annotated[
        tuple[Line, ...],
        Field(max_length=200),
        Asked(both("出席", "Present"), help=_ONE_A_LINE, example=["城市管理局", "物业企业"]),
    ] = ()
    absent: Annotated[
        tuple[Line, ...],
        Field(max_length=200),
        Asked(both("缺席", "Absent"), help=_ONE_A_LINE, example=["消防救援大队"]),
    ] = ()


class CloseSitting(Offered):
    """The chair closes the meeting before its minutes are due: what is undecided is carried over now."""

    offer: ClassVar[Offer] = Offer(both("关闭会议", "Close the sitting"), rank="first")
    kind: Literal["close"] = "close"
    dissent: Annotated[
        tuple[WorkingText, ...],
        Field(max_length=50),
        Asked(
            both("不同意见", "Dissent"),
            help=both("一行一条，写入纪要。", "One a line; it goes into the minutes."),
            example=["一户业主代表不同意分摊方案"],
        ),
    ] = ()


AskedOfSitting = Reschedule | Cancel | AddToAgenda | AddOtherBusiness | RecordAttendance | CloseSitting
"""What an officer may ask of a sitting."""

SittingBody = Annotated[Convene | SittingWaitExpired | AskedOfSitting, Field(discriminator="kind")]


class SittingCommand(Ordered[SittingBody]):
    """A command in its envelope."""
