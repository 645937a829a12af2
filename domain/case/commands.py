"""What people and the system ask of a case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.case import asking
from domain.case.events import ObjectionGround, PhotoRef, RejectionGround, SealedRef, WaitKind
from domain.forms import choices
from domain.forms.asking import Asked, Offer, Offered
from domain.policy.forum import Sitting
from domain.policy.ladder import ReporterKind
from domain.process import Ordered
from domain.stream import Frozen, Instant
from domain.text.writing import Line, WorkingText
from domain.words.bilingual import both
from domain.words.case_words import DECISIONS

_NO_NUMBERS = both("不写电话和身份证号", "No phone or identity-card numbers")
_DONE = Asked(both("解决情况", "What was done"), example="已更换曳引机并通过检测")


_WHY = both("理由", "Reason")
_REASON = Asked(_WHY, help=_NO_NUMBERS, example="等待物业报价")


def _text_of(given: object) -> object:
    """An answer may be written as its text, or as ``{"text": …}``."""
    return given["text"] if isinstance(given, dict) and given.keys() == {"text"} else given


Answer = Annotated[WorkingText, BeforeValidator(_text_of)]
"""阶段答复: plain words to the resident, who reads them on their page."""
_TO_THE_RESIDENT = both("给居民的答复", "Answer to the resident")
_WHAT_TO_SAY = both(
    "居民会读到：正在怎么办、由谁办、下次何时答复。不写电话和身份证号",
    "The resident reads it: what is being done, by whom, when they hear next. No phone or identity-card numbers",
)
_AN_ANSWER = "已请维保单位周三上门检修，由城建跟进，周五前再答复您"


class Decision(Offered):
    """Base of every decision; ``reason`` is asked for where the ladder asks for one.

    ``sitting``: the meeting that takes it, named by who records it there; the case has to be before that meeting.
    ``answer``: what the resident is told with it (阶段答复).
    """

    reason: Annotated[WorkingText | None, Asked(_WHY, offered=False)] = None
    sitting: Annotated[Line | None, Asked(both("会议", "Sitting"), offered=False)] = None
    answer: Annotated[
        Answer | None,
        Asked(_TO_THE_RESIDENT, help=_WHAT_TO_SAY, suggestions=asking.answers, when=asking.may_answer),
    ] = None


class Contact(Decision):
    """The estate has reached the resident."""

    offer: ClassVar[Offer] = Offer(DECISIONS["contact"], rank="first")
    kind: Literal["contact"]
    how: Annotated[
        Line,
        Asked(
            both("联系方式", "How"),
            help=both("如：电话、上门、微信", "By phone, in person, by WeChat …"),
            example="电话",
        ),
    ]
    outcome: Annotated[
        WorkingText,
        Asked(both("联系结果", "Outcome"), help=_NO_NUMBERS, example="已了解情况，约定周三现场查看"),
    ]


class GiveAnswer(Decision):
    """阶段答复: the resident hears what is being done, by whom, and when they hear next; changes no stage."""

    offer: ClassVar[Offer] = Offer(DECISIONS["answer"], rank="first")
    kind: Literal["answer"]
    text: Annotated[
        WorkingText, Asked(_TO_THE_RESIDENT, help=_WHAT_TO_SAY, suggestions=asking.answers, example=_AN_ANSWER)
    ]
    answer: Annotated[Answer | None, Asked(_TO_THE_RESIDENT, offered=False)] = None

    @model_validator(mode="after")
    def _is_the_answer(self) -> Self:
        if self.answer is not None:
            raise PydanticCustomError("answer_is_its_text", "the answer is its text")
        return self


class Accept(Decision):
    """Written word that it is accepted (受理), to owners jointly or a body; changes no stage."""

    offer: ClassVar[Offer] = Offer(DECISIONS["accept"], rank="first")
    kind: Literal["accept"]
    text: Annotated[
        WorkingText,
        Asked(
            both("书面告知", "The word in writing"),
            help=both(
                "写明予以受理、由谁承办。不受理的用“不予受理”", "That it is accepted, and by whom it is dealt with"
            ),
            example="您们联名反映的事项予以受理，由老城社区承办",
        ),
    ]


class MakePlan(Decision):
    """Someone takes it on, with a due date. ``lead``: a department's code, a unit's id, or words."""

    offer: ClassVar[Offer] = Offer(DECISIONS["plan"], rank="first", meeting="often")
    kind: Literal["plan"]
    lead: Annotated[
        Line,
        Asked(
            both("牵头单位", "Lead"),
            choices=asking.leads,
            unchosen=both("所选单位", "The lead"),
            example="urban",
        ),
    ]
    due_date: Annotated[
        date,
        Asked(both("完成期限", "Due date"), days=asking.plan_days, example="2026-04-30"),
    ]
    deliverable: Annotated[
        WorkingText,
        Asked(both("办理内容", "What is to be delivered"), example="更换曳引机并通过检测"),
    ]
    co_handlers: Annotated[
        tuple[Line, ...],
        Field(max_length=20),
        Asked(both("协办单位", "Co-handlers"), choices=asking.co_handlers, example=["fire"]),
    ] = ()


class Resolve(Decision):
    """The matter is settled; the resident is asked."""

    offer: ClassVar[Offer] = Offer(DECISIONS["resolve"], rank="first", meeting="often")
    kind: Literal["resolve"]
    what_was_done: Annotated[WorkingText, _DONE]


class Complete(Decision):
    """The plan is carried out; the resident is asked."""

    offer: ClassVar[Offer] = Offer(DECISIONS["complete"], rank="first", meeting="often")
    kind: Literal["complete"]
    what_was_done: Annotated[WorkingText, _DONE]


class Hold(Decision):
    """Stays for the tier's next sitting; counts as a carry-over."""

    offer: ClassVar[Offer] = Offer(DECISIONS["hold"], meeting="often")
    kind: Literal["hold"]
    reason: Annotated[WorkingText, _REASON]


class Extend(Decision):
    """The plan's due date, or the suspension's resume date, moves."""

    offer: ClassVar[Offer] = Offer(DECISIONS["extend"], meeting="often")
    kind: Literal["extend"]
    new_date: Annotated[date, Asked(both("新的期限", "New date"), days=asking.extension_days, example="2026-05-15")]
    reason: Annotated[WorkingText, _REASON]


class Escalate(Decision):
    """To the next tier's next sitting. ``to`` names a higher tier when its own officer takes the case up."""

    offer: ClassVar[Offer] = Offer(DECISIONS["escalate"], meeting="often")
    kind: Literal["escalate"]
    to: Annotated[
        str | None,
        Asked(
            both("升到", "To"),
            choices=asking.tiers_above,
            empty=both("上一级", "The next tier"),
            when=asking.takes_up,
        ),
    ] = None
    reason: Annotated[WorkingText, _REASON]


class Return(Decision):
    """退回: to the tier below, its next sitting."""

    offer: ClassVar[Offer] = Offer(DECISIONS["return"], meeting="seldom")
    kind: Literal["return"]
    ground: Annotated[
        ObjectionGround | None,
        Asked(both("退回情形", "Ground"), choices=asking.objection_grounds, empty=both("其他", "Another")),
    ] = None
    reason: Annotated[WorkingText, _REASON]


class RaiseObjection(Decision):
    """异议: whoever it was handed to says that it is not theirs. It goes back to who handed it over; the second time it
    waits for the district's designation, since what was handed over is not handed on (Heze's property regulation,
    Art. 28)."""

    offer: ClassVar[Offer] = Offer(
        DECISIONS["object"],
        lead=both(
            "移交来的事项不得再次移交；再次提出异议的，由区政府指定管理。",
            "What was handed over is not handed on; on the second objection the district designates.",
        ),
        meeting="seldom",
    )
    kind: Literal["object"]
    ground: Annotated[
        ObjectionGround, Asked(both("异议情形", "Ground"), choices=asking.objection_grounds, example="not_our_duty")
    ]
    reason: Annotated[WorkingText, _REASON]


class Designate(Decision):
    """指定管理: the county or district government has said whose it is (Heze's property regulation, Art. 28).

    ``unit``: a unit's id or a department's code; ``document``: the number of the paper that says so.
    """

    offer: ClassVar[Offer] = Offer(DECISIONS["designate"], rank="first")
    kind: Literal["designate"]
    unit: Annotated[Line, Asked(both("指定的单位", "The unit"), choices=asking.anybody, example="urban")]
    document: Annotated[
        Line,
        Asked(
            both("指定文件文号", "The document's number"),
            help=both("区政府指定管理的文件", "Of the district's paper that designates"),
            example="牡政办字〔2026〕15号",
        ),
    ]


class Suspend(Decision):
    """挂起: an outside condition has to come first; a resume date is always set."""

    offer: ClassVar[Offer] = Offer(DECISIONS["suspend"], meeting="seldom")
    kind: Literal["suspend"]
    condition: Annotated[
        WorkingText, Asked(both("等待的外部条件", "The outside condition"), example="等待电力公司停电许可")
    ]
    resume_date: Annotated[
        date, Asked(both("恢复日期", "Resume date"), days=asking.suspension_days, example="2026-05-06")
    ]


class Resume(Decision):
    """The condition has come, or the wait for it is over."""

    offer: ClassVar[Offer] = Offer(DECISIONS["resume"], rank="first")
    kind: Literal["resume"]
    reason: Annotated[WorkingText, _REASON]


class Refer(Decision):
    """转办: somebody else's to settle; closes as referred. ``petition``: it goes on as 信访, and its dates are told."""

    offer: ClassVar[Offer] = Offer(DECISIONS["refer"], meeting="seldom")
    kind: Literal["refer"]
    to_whom: Annotated[Line, Asked(both("转给", "To whom"), example="区住房和城乡建设局")]
    reference: Annotated[Line, Asked(both("转办文号", "Reference"), example="南城转〔2026〕12号")]
    reason: Annotated[WorkingText, _REASON]
    petition: Annotated[
        bool,
        Asked(
            both("转为信访事项", "It goes on as a petition"),
            help=both("居民会看到信访告知和办结的期限", "The resident is told the petition's dates"),
        ),
    ] = False


class Reject(Decision):
    """不予受理: closes; the resident is told why, which lawful channel there is, and how to object."""

    offer: ClassVar[Offer] = Offer(DECISIONS["reject"])
    kind: Literal["reject"]
    ground: Annotated[
        RejectionGround,
        Asked(
            both("不予受理情形", "Ground"),
            help=both("居民会看到理由和可走的法定途径", "The resident reads it, with the lawful channel"),
            choices=asking.rejection_grounds,
            required=True,
            example="litigation",
        ),
    ] = "other"
    reason: Annotated[WorkingText, _REASON]


class DeclareEmergency(Decision):
    """The ladder pauses; the joint response of ``playbook`` takes over. ``response``: one that runs already, as for
    another estate, under which the case comes; without it, one of its own is opened."""

    offer: ClassVar[Offer] = Offer(DECISIONS["emergency"], meeting="seldom")
    kind: Literal["emergency"]
    playbook: Annotated[str, Asked(both("预案", "Playbook"), choices=choices.playbooks, example="lift_entrapment")]
    response: Annotated[
        Line | None,
        Asked(
            both("并入进行中的处置", "Under one that runs"),
            help=both(
                "与别的小区是同一起事件的，并入处置，不另起。",
                "Where it is one matter with what runs on another estate.",
            ),
            choices=asking.running,
            empty=both("另行启动", "A new one"),
            when=asking.some_run,
        ),
    ] = None
    reason: Annotated[WorkingText | None, Asked(_WHY, help=_NO_NUMBERS)] = None


class MarkDuplicate(Decision):
    """Closes and follows the other case."""

    offer: ClassVar[Offer] = Offer(DECISIONS["duplicate"], meeting="seldom")
    kind: Literal["duplicate"]
    of: Annotated[
        Line,
        Asked(
            both("与哪一件重复", "A duplicate of"),
            help=both(
                "诉求件编号，如 NC-2026-000001；同一年的可只写 000001",
                "The case's number, such as NC-2026-000001; 000001 for one of the same year",
            ),
            suggestions=asking.similar,
            example="NC-2026-000001",
        ),
    ]


class Reroute(Decision):
    """转派: to the right estate, the right category, or both."""

    offer: ClassVar[Offer] = Offer(DECISIONS["reroute"], meeting="seldom")
    kind: Literal["reroute"]
    estate: Annotated[
        str | None,
        Asked(
            both("正确的小区", "The right estate"),
            choices=asking.other_estates,
            empty=both("小区不变", "The estate stays"),
            example="gulou-yuan",
        ),
    ] = None
    category: Annotated[
        str | None,
        Asked(
            both("正确的类别", "The right category"),
            choices=asking.other_categories,
            empty=both("类别不变", "The category stays"),
        ),
    ] = None
    reason: Annotated[WorkingText | None, Asked(_WHY, help=_NO_NUMBERS)] = None

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.estate is None and self.category is None:
            raise PydanticCustomError("where_to", "name the right estate, the right category, or both")
        return self


class Withdraw(Decision):
    """The resident takes it back."""

    offer: ClassVar[Offer] = Offer(DECISIONS["withdraw"], rank="aside")
    kind: Literal["withdraw"]


class Confirm(Decision):
    """The resident says that it is solved, with 1 to 5 stars."""

    offer: ClassVar[Offer] = Offer(DECISIONS["confirm"], rank="first")
    kind: Literal["confirm"]
    stars: Annotated[
        int,
        Field(ge=1, le=5, strict=True),
        Asked(both("居民评价", "The resident's stars"), widget="stars", example=5),
    ]


class Dispute(Decision):
    """重办: the resident says that it is not solved, and why (sealed words, or an officer's record of them)."""

    offer: ClassVar[Offer] = Offer(DECISIONS["dispute"])
    kind: Literal["dispute"]
    reason: Annotated[
        WorkingText | None,
        Asked(_WHY, help=_NO_NUMBERS, required=True, example="电梯又停了"),
    ] = None


class Reopen(Decision):
    """Starts a closed case again, at the tier that closed it."""

    offer: ClassVar[Offer] = Offer(DECISIONS["reopen"], rank="first")
    kind: Literal["reopen"]
    reason: Annotated[WorkingText, _REASON]


class AddNote(Decision):
    """A remark for whoever reads the case; changes no stage."""

    offer: ClassVar[Offer] = Offer(DECISIONS["note"], rank="aside")
    kind: Literal["note"]
    text: Annotated[WorkingText, Asked(both("备注内容", "Note"), help=_NO_NUMBERS, example="居民下班后在家")]


class Assign(Decision):
    """Names who handles it; changes no stage."""

    offer: ClassVar[Offer] = Offer(DECISIONS["assign"], rank="aside")
    kind: Literal["assign"]
    person: Annotated[
        Line,
        Asked(
            both("经办人账号或姓名", "Who handles it"),
            help=both("不写电话", "No phone numbers"),
            example="estate-mudan-garden",
        ),
    ]


class Supervise(Decision):
    """督办: shown everywhere; changes no stage."""

    offer: ClassVar[Offer] = Offer(DECISIONS["supervise"], rank="aside")
    kind: Literal["supervise"]
    reason: Annotated[WorkingText, _REASON]


AnyDecision = Annotated[
    Contact
    | GiveAnswer
    | Accept
    | MakePlan
    | Resolve
    | Complete
    | Hold
    | Extend
    | Escalate
    | Return
    | RaiseObjection
    | Designate
    | Suspend
    | Resume
    | Refer
    | Reject
    | DeclareEmergency
    | MarkDuplicate
    | Reroute
    | Withdraw
    | Confirm
    | Dispute
    | Reopen
    | AddNote
    | Assign
    | Supervise,
    Field(discriminator="kind"),
]
"""In the order in which a meeting is offered them."""


class OpenCase(Frozen):
    """A resident's issue arrives. Words and reporter are sealed before; only references come in.

    ``number``: the case's own, which names the joint response of one that is opened as an ``emergency``.
    ``joint_names``: how many owners raise it jointly.
    """

    kind: Literal["open"] = "open"
    number: str | None = None
    estate: str
    category: str
    channel: str
    severity: str = "normal"
    words: SealedRef
    emergency: str | None = None
    joint_names: Annotated[int, Field(ge=1, le=100_000)] | None = None
    reporter_kind: ReporterKind = "person"

    @model_validator(mode="after")
    def _names_its_response(self) -> Self:
        if self.emergency is not None and self.number is None:
            raise ValueError("what is opened as an emergency needs its number")
        return self


class WaitExpired(Frozen):
    """A wait's instant has come. ``until`` says which wait was meant, so that a late one does nothing."""

    kind: Literal["wait_expired"] = "wait_expired"
    wait: WaitKind
    until: Instant


class StandDown(Frozen):
    """The emergency is over: ``resolved`` asks the resident, ``returned`` brings the case to a tier's sitting.

    ``watch_until``: how long the response is watched; a resolved case has at least as long for the resident's word.
    """

    kind: Literal["stand_down"] = "stand_down"
    emergency_id: str
    outcome: Literal["resolved", "returned"]
    tier: str | None = None
    reason: WorkingText
    watch_until: Instant | None = None


class Reproject(Frozen):
    """The calendar or a cadence has changed: the wait's dates are computed again. ``cause`` says what changed."""

    kind: Literal["reproject"] = "reproject"
    cause: Line


class SittingMoved(Frozen):
    """The sitting that the case waits for has another date; without ``sitting`` it is cancelled."""

    kind: Literal["sitting_moved"] = "sitting_moved"
    sitting_id: str
    sitting: Sitting | None = None
    cause: Line


class SittingOver(Frozen):
    """The chair has closed the sitting that the case waits for: without a decision there, it is carried over now."""

    kind: Literal["sitting_over"] = "sitting_over"
    sitting_id: str
    cause: Line


class PutOnAgenda(Frozen):
    """An officer has added the case to a sitting whose agenda is frozen: it waits for that one."""

    kind: Literal["put_on_agenda"] = "put_on_agenda"
    sitting: Sitting
    reason: WorkingText


class AddPhotos(Frozen):
    """Photographs, sealed before; only references come in."""

    kind: Literal["add_photos"] = "add_photos"
    photos: Annotated[tuple[PhotoRef, ...], Field(min_length=1, max_length=20)]


SystemCommand = OpenCase | WaitExpired | StandDown | Reproject | SittingMoved | SittingOver | PutOnAgenda | AddPhotos
AnyCommand = Annotated[AnyDecision | SystemCommand, Field(discriminator="kind")]


class Command(Ordered[AnyCommand]):
    """A command in its envelope: who, in what capacity, at which version, and the id that makes it one."""

    words: SealedRef | None = None
