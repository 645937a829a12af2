"""The names that a supervisor reads in the Temporal UI: a finite vocabulary, written out.

The UI shows an update by its name and a local activity by its type, nothing else, so the names carry the
words (docs/decisions/0004). They are part of recorded histories: change one only behind ``workflow.patched``.
The UI cuts a workflow's type at the first space, so types have none.
They are written here and not derived from ``domain.words``, so that a better word there breaks no replay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CONVENE_WORKFLOW = "召集"
ENFORCE_WORKFLOW = "政策施行"
PLAN_WORKFLOW = "排定日程"

RECORD_PREFIX = "入账·"
"""Goes before a command's name to name the recording of what it brought about."""


@dataclass(frozen=True)
class Vocabulary:
    """The names of one kind of process.

    ``workflow``: its type. ``updates``: the update, and the signal, that carries each command, by the command's kind.
    ``expiries``: the record of each expired wait, by what happens at its expiry or by the wait's kind. ``load`` reads
    what the log has beyond what the process knows; ``refuse`` records that it did not take a signal.
    """

    workflow: str
    updates: Mapping[str, str]
    expiries: Mapping[str, str]
    load: str
    refuse: str

    @staticmethod
    def of(kind: str, workflow: str, updates: Mapping[str, str], expiries: Mapping[str, str]) -> Vocabulary:
        """A kind's names, with the usual ones for loading and refusing."""
        return Vocabulary(workflow, updates, expiries, f"读账 load_{kind}", f"入账·信号未受理 refuse_signal_to_{kind}")

    def record(self, kind: str, expiry: str | None = None) -> str:
        """The type of the local activity that records a command of ``kind``, or an expired wait."""
        return RECORD_PREFIX + (self.expiries[expiry] if expiry else self.updates[kind])

    @property
    def records(self) -> tuple[str, ...]:
        """Every recording's type; the worker registers one function under all of them."""
        expired = (self.record("wait_expired", expiry) for expiry in self.expiries)
        return (*map(self.record, self.updates), *expired)


CASE = Vocabulary(
    workflow="诉求件",
    updates={
        "contact": "联系居民 contact",
        "answer": "阶段答复 answer",
        "accept": "告知受理 accept",
        "resolve": "办结回访 resolve",
        "plan": "制定方案 plan",
        "complete": "完成办理 complete",
        "extend": "延期 extend",
        "hold": "暂缓 hold",
        "escalate": "升级 escalate",
        "return": "退回 return",
        "object": "提出异议 object",
        "designate": "登记指定管理 designate",
        "suspend": "挂起 suspend",
        "resume": "恢复 resume",
        "refer": "转办 refer",
        "reject": "不予受理 reject",
        "duplicate": "重复件 duplicate",
        "reroute": "转派 reroute",
        "withdraw": "撤回 withdraw",
        "confirm": "确认 confirm",
        "dispute": "要求重办 dispute",
        "reopen": "重启 reopen",
        "emergency": "启动联动 emergency",
        "note": "备注 note",
        "assign": "指派 assign",
        "supervise": "督办 supervise",
        "open": "登记 open",
        "stand_down": "解除联动 stand_down",
        "reproject": "重排时限 reproject",
        "sitting_moved": "会议变更 sitting_moved",
        "sitting_over": "会议议决截止 sitting_over",
        "put_on_agenda": "列为补充议题 put_on_agenda",
        "add_photos": "补充照片 add_photos",
    },
    expiries={
        "contact_missed": "到期·超时未联系 contact_missed",
        "carry_over": "到期·未决结转 carry_over",
        "escalate": "到期·未决升级 escalate",
        "plan_overdue": "到期·方案逾期 plan_overdue",
        "resume": "到期·恢复办理 resume",
        "review": "到期·联动复核 review",
        "designation_missed": "到期·指定管理逾期 designation_missed",
        "close_without_word": "到期·未参评办结 close_without_word",
        "answer_missed": "到期·阶段答复逾期 answer_missed",
        "acceptance_missed": "到期·告知受理逾期 acceptance_missed",
    },
    load="读账 load",
    refuse="入账·信号未受理 refuse_signal",
)

SITTING = Vocabulary(
    workflow="会议",
    updates={
        "convene": "召集 convene",
        "reschedule": "会议改期 reschedule",
        "cancel": "会议取消 cancel",
        "addendum": "增补议题 addendum",
        "other_business": "增列其他事项 other_business",
        "attendance": "登记到会 attendance",
        "close": "会议结束 close",
    },
    expiries={
        "draft": "到期·议程起草 draft",
        "freeze": "到期·议程定稿 freeze",
        "start": "到期·会议开始 start",
        "end": "到期·会议结束 end",
        "minutes": "到期·纪要成稿 minutes",
    },
    load="读账 load_sitting",
    refuse="入账·信号未受理 refuse_signal_to_sitting",
)

RESPONSE = Vocabulary(
    workflow="联动处置",
    updates={
        "declare": "启动联动处置 declare",
        "join_case": "并入诉求件 join_case",
        "link": "关联联动处置 link",
        "sign": "签收 sign",
        "progress": "进展 progress",
        "done": "完成 done",
        "object": "异议 object",
        "waive": "免除 waive",
        "situation_report": "情况报告 situation_report",
        "stand_down": "解除联动处置 stand_down",
    },
    expiries={
        "task_opens": "到期·任务下达 task_opens",
        "sign": "到期·签收期限 sign",
        "climb": "到期·逐级上报 climb",
        "complete": "到期·办结期限 complete",
        "situation_report": "到期·情况报告 situation_report",
        "alarm": "到期·警戒 alarm",
        "cap": "到期·联动期限 cap",
        "watch": "到期·观察期满 watch",
    },
    load="读账 load_response",
    refuse="入账·信号未受理 refuse_signal_to_response",
)

DRAFT_AGENDA = "起草议程 draft_agenda"
FREEZE_AGENDA = "议程定稿 freeze_agenda"
LIST_LATE = "汇总迟到议题 list_late"
DRAW_MINUTES = "成稿纪要 draw_minutes"
TELL_CASES = "告知诉求件 tell_cases"
CONVENE_SITTINGS = "召集会议 convene_sittings"
EXTEND_SCHEDULE = "续排日程 extend_schedule"
NOTIFY = "发通知 notify"
OPEN_RESPONSE = "启动联动处置 open_response"
TELL_ITS_CASES = "告知联动诉求件 tell_its_cases"
LINK_RESPONSES = "关联联动处置 link_responses"
CONVENE_EXTRAORDINARY = "召集临时会议 convene_extraordinary"
CANCEL_EXTRAORDINARY = "取消临时会议 cancel_extraordinary"
NOTIFY_OF_RESPONSE = "通知联动单位 notify_of_response"
NOTIFY_OF_CASE = "通知经办单位 notify_of_case"
PLAN_SCHEDULES = "排定日程 plan_schedules"
PLAN_ON = "续排各议事会日程 plan_on"
REDATE_SITTINGS = "会议重排 redate_sittings"
REPROJECT_CASES = "时限重排 reproject_cases"
RECORD_ENFORCED = "施行完毕 record_enforced"

NUDGE = "核对 nudge"
"""The update by which an operator makes a process read the log again."""

STANDING = "现状 standing"
"""The query that tells what a process knows and waits for."""
