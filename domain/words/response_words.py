"""Joint responses in words: their tasks, waits, commands and events."""

from __future__ import annotations

from domain.words.bilingual import Name, both

TASK_STATUSES: dict[str, Name] = {
    "pending": both("未到开始", "pending"),
    "open": both("待签收", "to be signed for"),
    "signed": both("办理中", "signed for"),
    "done": both("已完成", "done"),
    "waived": both("已免除", "waived"),
}

RESPONSE_STATUSES: dict[str, Name] = {
    "open": both("处置中", "open"),
    "watch": both("观察期", "being watched"),
    "closed": both("已结束", "closed"),
}

OUTCOMES: dict[str, Name] = {
    "resolved": both("已解决", "resolved"),
    "returned": both("退回议事", "returned to a tier"),
}

TASK_ROLES: dict[str, Name] = {
    "lead": both("牵头", "lead"),
    "support": both("配合", "support"),
}

AUDIENCES: dict[str, Name] = {
    "party": both("承办单位", "the party"),
    "lead": both("牵头部门", "the lead"),
    "alliance": both("联盟综合服务中心", "the alliance service centre"),
    "secretary": both("联盟党委书记", "the alliance's party secretary"),
}
"""Who hears of a missed clock."""

RESPONSE_WAITS: dict[str, Name] = {
    "task_opens": both("等“{task}”开始 → 届时{party}开始签收计时", "“{task}” to open → {party}'s time to sign begins"),
    "sign": both(
        "等{party}签收“{task}” → 逾时记录并逐级上报", "{party} to sign for “{task}” → else late, and it climbs"
    ),
    "complete": both(
        "等{party}完成“{task}” → 逾期记录并逐级上报", "{party} to finish “{task}” → else late, and it climbs"
    ),
    "remind": both("等{party}办“{task}” → 届时提醒，{clock}", "{party} on “{task}” → reminder; {clock}"),
    "climb": both("{party}逾时未办“{task}” → 届时上报下一级", "{party} is late with “{task}” → the next rung is told"),
    "situation_report": both(
        "等第{number}期情况报告（{party}） → 未报记漏报", "situation report {number} ({party}) → else missed"
    ),
    "alarm": both("预警“{task}” → 届时未办结即报", "alarm “{task}” → raised unless done by then"),
    "cap": both("最长期限 → 届时报联盟党委书记", "the cap → the alliance's party secretary is told"),
    "watch": both("观察期 → 届时结束", "the watch → then it is closed"),
}
"""What a joint response waits for, and what happens then."""

NOT_NEEDED = both("已不需要，按预案免除", "no longer needed: waived by the playbook")
"""Why a task is waived by rule."""

CLOCKS: dict[str, Name] = {
    "sign": both("须签收", "to be signed for"),
    "complete": both("须完成", "to be completed"),
}

RESPONSE_COMMANDS: dict[str, Name] = {
    "declare": both("启动联动处置", "declare"),
    "join_case": both("并入诉求件", "join a case"),
    "link": both("关联联动处置", "link"),
    "sign": both("签收", "sign"),
    "progress": both("进展", "progress"),
    "done": both("完成", "done"),
    "object": both("异议", "object"),
    "waive": both("免除", "waive"),
    "situation_report": both("情况报告", "situation report"),
    "stand_down": both("解除联动处置", "stand down"),
}
"""What is asked of a joint response."""

RESPONSE_EVENTS: dict[str, Name] = {
    "response_declared": both("已启动联动处置", "response declared"),
    "case_joined": both("诉求件并入", "case joined"),
    "response_linked": both("已关联", "linked"),
    "phase_entered": both("进入阶段", "phase entered"),
    "task_opened": both("任务开始", "task opened"),
    "task_signed": both("已签收", "signed for"),
    "task_progressed": both("进展已报", "progress reported"),
    "task_done": both("任务完成", "task done"),
    "task_transferred": both("异议移交", "transferred"),
    "task_waived": both("任务免除", "task waived"),
    "task_reminded": both("已提醒", "reminded"),
    "task_late": both("逾时", "late"),
    "task_escalated": both("逾时上报", "escalated"),
    "situation_reported": both("情况报告", "situation reported"),
    "situation_report_missed": both("情况漏报", "situation report missed"),
    "alarm_raised": both("预警", "alarm raised"),
    "cap_reached": both("已达最长期限", "cap reached"),
    "response_stood_down": both("已解除", "stood down"),
    "watch_ended": both("观察期结束", "watch ended"),
    "signal_refused": both("信号未受理", "signal refused"),
}
