"""What the pages of emergencies say."""

from __future__ import annotations

from domain.words.bilingual import Name


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


WORDS: dict[str, Name] = {
    "nav.emergencies": _n("联动处置", "Emergencies"),
    "emergencies.title": _n("联动处置", "Emergencies"),
    "emergencies.list_lead": _n(
        "七位一体联动处置：进行中的在前。", "Joint responses of the seven departments; those that run first."
    ),
    "emergencies.none": _n("没有联动处置。", "There is no emergency."),
    "emergencies.call_first": _n("先打这些电话", "Call these first"),
    "emergencies.declared": _n("{at} 启动", "since {at}"),
    "emergencies.watched": _n("观察至 {at}", "watched until {at}"),
    "emergencies.phases": _n("处置阶段", "Phases"),
    "emergencies.mine": _n("{name}的任务", "Tasks of {name}"),
    "emergencies.branches": _n("七个部门", "The seven departments"),
    "emergencies.others": _n("联盟、社区和小区的任务", "Tasks of the alliance, community and estate"),
    "emergencies.role.lead": _n("牵头", "lead"),
    "emergencies.optional": _n("非必办", "not required"),
    "emergencies.late": _n("逾时", "late"),
    "emergencies.to_come": _n("还没开始 {n} 项", "{n} to come"),
    "emergencies.over": _n("已办结 {n} 项", "{n} over"),
    "emergencies.opens": _n("开始", "Opens"),
    "emergencies.after": _n("“{names}”完成后", "after “{names}”"),
    "emergencies.sign_by": _n("签收", "Sign by"),
    "emergencies.complete_by": _n("完成", "Complete by"),
    "emergencies.signed": _n("已签收", "Signed"),
    "emergencies.ended": _n("办结", "Ended"),
    "emergencies.number.open": _n("{n} 待签收", "{n} to sign"),
    "emergencies.number.signed": _n("{n} 办理中", "{n} signed"),
    "emergencies.number.done": _n("{n} 已完成", "{n} done"),
    "emergencies.number.pending": _n("{n} 未到", "{n} pending"),
    "emergencies.number.waived": _n("{n} 免除", "{n} waived"),
    "emergencies.number.late": _n("{n} 逾时", "{n} late"),
    "emergencies.report.more": _n("其他", "More"),
    "emergencies.what_to_report": _n("报什么", "What to report"),
    "emergencies.nothing_to_report": _n("这项任务现在没有可报的。", "There is nothing to report of this task now."),
    "emergencies.provider": _n("临时物业单位", "Interim provider"),
    "emergencies.reports": _n("情况报告", "Situation reports"),
    "emergencies.report_text": _n("第 {n} 期情况报告", "Situation report {n}"),
    "emergencies.report_send": _n("发布情况报告", "Report the situation"),
    "emergencies.report_number": _n("第 {n} 期", "No. {n}"),
    "emergencies.no_reports": _n("还没有情况报告。", "There is none yet."),
    "emergencies.story": _n("全部经过", "The whole story"),
    "emergencies.soon": _n("接下来", "What comes next"),
    "emergencies.escalations": _n("逾时上报和预警", "Escalations and alarms"),
    "emergencies.told": _n("已报{to}", "told: {to}"),
    "emergencies.cap": _n("联动处置已达最长期限", "the emergency has reached its cap"),
    "emergencies.about": _n("基本情况", "About"),
    "emergencies.lead": _n("牵头部门", "Lead"),
    "emergencies.cases": _n("诉求件", "Cases"),
    "emergencies.sitting": _n("议程和纪要", "Agenda and minutes"),
    "emergencies.linked": _n("关联处置", "Linked"),
    "emergencies.cap_at": _n("最长期限", "Cap"),
    "emergencies.outcome": _n("处置结果", "Outcome"),
    "emergencies.outcome.resolved": _n("已解决", "resolved"),
    "emergencies.outcome.returned": _n("退回议事", "returned to a tier"),
    "emergencies.stand_down": _n("解除联动", "Stand down"),
    "emergencies.stand_down_send": _n("确认解除联动", "Stand the emergency down"),
    "emergencies.still_open": _n("还没有办结的任务", "What is still open"),
    "emergencies.required_open": _n(
        "{n} 项必办任务未办结，须先完成或免除，否则不能解除：",
        "{n} required tasks are open and have to be done or waived first:",
    ),
    "emergencies.others_open": _n(
        "{n} 项非必办任务将照现状留存：", "{n} tasks that are not required are left as they stand:"
    ),
    "emergencies.all_done": _n("全部任务都已办结。", "Every task is done or waived."),
    "emergencies.required_left": _n("{n} 项必办任务未办结", "{n} required tasks open"),
    "emergencies.declare": _n("启动联动处置", "Declare an emergency"),
    "emergencies.look": _n("查看预案", "See it"),
    "emergencies.choose": _n(
        "选择预案，查看先打什么电话、谁在什么时候做什么。", "Choose a playbook to see who does what by when."
    ),
    "emergencies.declare_told": _n(
        "启动后诉求件暂停议事，七个部门同时接到任务；{lead}牵头。",
        "The ladder pauses; all seven departments get their tasks at once. Lead: {lead}.",
    ),
    "emergencies.declare_send": _n("立即启动联动处置", "Declare the emergency"),
    "emergencies.plan": _n("如果现在启动", "If it is declared now"),
    "emergencies.plan_lead": _n(
        "各项任务按预案的时间；前一项提前或推迟，后一项随之变动。",
        "By the playbook; what follows moves with what comes before it.",
    ),
    "emergencies.task": _n("任务", "Task"),
    "emergencies.party": _n("承办", "Who"),
    "flash.declared": _n("联动处置已启动，七个部门已接到任务。", "Declared: all seven departments have their tasks."),
    "flash.task_sign": _n("已签收“{name}”。", "“{name}” is signed for."),
    "flash.task_progress": _n("已报“{name}”的进展。", "How “{name}” stands is reported."),
    "flash.task_done": _n("“{name}”已完成。", "“{name}” is done."),
    "flash.task_object": _n("已对“{name}”提出异议，任务已移交。", "You objected to “{name}”; it goes to another."),
    "flash.task_waive": _n("“{name}”已免除。", "“{name}” is waived."),
    "flash.situation_reported": _n("情况报告已发布。", "The situation is reported."),
    "flash.stood_down": _n("联动处置已解除，进入观察期。", "Stood down; it is watched from now on."),
}
