"""What people and the system ask of a joint response."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.forms import choices
from domain.forms.asking import Asked, Offer, Offered
from domain.joint_response import asking
from domain.joint_response.events import CaseOfIt, ResponseWaitKind
from domain.process import Ordered
from domain.stream import Frozen, Instant
from domain.text.writing import Line, WorkingText
from domain.words.bilingual import both
from domain.words.response_words import RESPONSE_COMMANDS


class Declare(Frozen):
    """Opens the response, for the case that declared it. ``linked``: other open responses on the same estate."""

    kind: Literal["declare"] = "declare"
    playbook: str
    case: CaseOfIt
    declared_at: Instant
    linked: tuple[str, ...] = ()


class JoinCase(Frozen):
    """A further case, as of another estate, comes under this response."""

    kind: Literal["join_case"] = "join_case"
    case: CaseOfIt


class LinkResponse(Frozen):
    """Another response has begun on the same estate: linked, not merged."""

    kind: Literal["link"] = "link"
    other: str


_WHY = Asked(both("理由", "Reason"), example="该路段属街道管养")


class TaskCommand(Offered):
    """Base of what a party reports of a task."""

    task: Annotated[Line, Asked(both("任务", "Task"), offered=False)]


class Sign(TaskCommand):
    """签收: the party has the task."""

    offer: ClassVar[Offer] = Offer(
        RESPONSE_COMMANDS["sign"], lead=both("签收表示任务已接到，由本部门承办。", "You have the task and act on it.")
    )
    kind: Literal["sign"] = "sign"
    note: Annotated[WorkingText | None, Asked(both("说明", "Note"))] = None


class Progress(TaskCommand):
    """How the task stands."""

    offer: ClassVar[Offer] = Offer(
        RESPONSE_COMMANDS["progress"], lead=both("说明现在办到哪一步。", "Say how it stands."), rank="aside"
    )
    kind: Literal["progress"] = "progress"
    note: Annotated[WorkingText, Asked(both("进展", "How it stands"), example="已到场，正在清点")]


class Done(TaskCommand):
    """The task is done. ``provider``, ``filed_on``: what a task that ``records`` them has to name."""

    offer: ClassVar[Offer] = Offer(
        RESPONSE_COMMANDS["done"],
        lead=both("任务完成后，后续任务随即开始。", "What depends on it begins at once."),
        rank="first",
    )
    kind: Literal["done"] = "done"
    provider: Annotated[
        Line | None,
        Asked(
            both("临时物业单位", "Interim provider"),
            choices=asking.providers,
            when=asking.names_provider,
            required=True,
        ),
    ] = None
    filed_on: Annotated[
        date | None,
        Asked(
            both("合同备案日期", "Contract filed on"),
            days=asking.filing_days,
            when=asking.names_contract,
            required=True,
        ),
    ] = None
    note: Annotated[
        WorkingText | None,
        Asked(
            both("完成情况", "What was done"),
            required=asking.names_inventory,
            example="消控室已派人值守，喷淋泵手动试启正常",
        ),
    ] = None


class Object(TaskCommand):
    """异议: not ours, and why. ``to``: whose it is instead; without it, the playbook's lead takes it."""

    offer: ClassVar[Offer] = Offer(
        RESPONSE_COMMANDS["object"],
        lead=both(
            "不属本部门职责的，写明理由并移交；不写移交给谁的，由牵头部门承接。",
            "Not yours: say why, and whose it is; where you name nobody, the lead takes it.",
        ),
    )
    kind: Literal["object"] = "object"
    to: Annotated[
        Line | None,
        Asked(
            both("移交给", "Whose it is"),
            choices=asking.parties,
            empty=both("由牵头部门承接", "The lead takes it"),
            example="citymgmt",
        ),
    ] = None
    reason: Annotated[WorkingText, _WHY]


class Waive(TaskCommand):
    """免除: need not be done, and why."""

    offer: ClassVar[Offer] = Offer(
        RESPONSE_COMMANDS["waive"], lead=both("确实不必办的，写明理由。", "It need not be done: say why.")
    )
    kind: Literal["waive"] = "waive"
    reason: Annotated[WorkingText, _WHY]


class Report(Offered):
    """情况报告: a numbered situation report on the whole response."""

    offer: ClassVar[Offer] = Offer(RESPONSE_COMMANDS["situation_report"])
    kind: Literal["situation_report"] = "situation_report"
    text: Annotated[
        WorkingText,
        Asked(
            both("情况报告", "Situation report"),
            help=both(
                "现场情况、已采取措施、下一步和需要协调的事；不写个人信息。",
                "What is seen, what was done, what comes next, what is needed; no personal data.",
            ),
            example="七部门已到位，电梯、供水正常",
        ),
    ]


class StandDownResponse(Offered):
    """解除: every required task is done or waived; the cases are ``resolved`` or ``returned`` to ``tier``."""

    offer: ClassVar[Offer] = Offer(RESPONSE_COMMANDS["stand_down"])
    kind: Literal["stand_down"] = "stand_down"
    outcome: Annotated[
        Literal["resolved", "returned"],
        Asked(both("处置结果", "Outcome"), widget="radio", choices=asking.ends, example="resolved"),
    ]
    tier: Annotated[
        str | None,
        Asked(
            both("退回到哪一级", "Returned to"),
            help=both("选“退回议事”时填写；不填按预案。", "With “returned”; else as the playbook has it."),
            choices=choices.tiers,
        ),
    ] = None
    reason: Annotated[WorkingText, Asked(both("理由", "Reason"), example="人已救出，余下由社区协调")]


class ResponseWaitExpired(Frozen):
    """A wait's instant has come. ``task`` and ``until`` say which wait was meant; a late one does nothing."""

    kind: Literal["wait_expired"] = "wait_expired"
    wait: ResponseWaitKind
    task: str | None = None
    until: Instant


TaskReport = Sign | Progress | Done | Object | Waive
"""What a party reports of a task."""

AskedOfResponse = TaskReport | Report | StandDownResponse
"""What a party, the lead or the alliance may ask of a response."""

AnyResponseCommand = Annotated[
    AskedOfResponse | Declare | JoinCase | LinkResponse | ResponseWaitExpired, Field(discriminator="kind")
]


class ResponseCommand(Ordered[AnyResponseCommand]):
    """A command in its envelope."""
