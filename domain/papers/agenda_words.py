"""What agendas and minutes say, in Chinese and in English.

Gaps are filled by ``domain.words.bilingual.text``; a gap without a value stays empty. What officers wrote is put after
these sentences as they wrote it.
"""

from __future__ import annotations

from domain.case.events import EventType
from domain.papers.agenda import SectionKind
from domain.words.bilingual import Name


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


SECTIONS: dict[SectionKind, Name] = {
    "previous_minutes": _n("上次会议纪要落实情况", "Previous minutes"),
    "supervised": _n("督办和结转事项", "Supervised and carried over"),
    "overdue": _n("逾期和下次会议前到期事项", "Overdue, and due before the next sitting"),
    "newly_escalated": _n("新升级事项（按小区）", "Newly come up, by estate"),
    "waiting": _n("其他待议事项", "Other waiting cases"),
    "emergencies": _n("应急联动处置", "Emergencies"),
    "assessments": _n("季度评议", "Quarterly assessments"),
    "statistics": _n("三率和重复诉求通报", "Statistics"),
    "other": _n("其他", "Other business"),
    "next_date": _n("下次会议时间", "Next date"),
}

ITEM = _n("{estate}：{category}（{opened}登记）", "{estate}: {category} (opened {opened})")
QUOTE = _n("：", ": ")
LIST = _n("、", ", ")
CLAUSE = _n("；", "; ")
LEFT_OUT = _n("（内容含个人信息，已略）", "(left out: it holds personal data)")
BY_RULE = _n("按规则", "rule")
NO_NEXT_SITTING = _n("另行通知", "To be announced")

# ---------------------------------------------------------------- how a case came here

ARRIVED: dict[EventType, Name] = {
    "case_opened": _n("{date} {by}登记", "{date}: opened by {by}"),
    "resident_contacted": _n("{date} {by}联系居民后提交", "{date}: brought by {by} after contact with the resident"),
    "contact_missed": _n("{date} 超时未联系居民，按规则提交", "{date}: brought by rule; first contact was missed"),
    "case_escalated": _n("{date} {by}从“{below}”升级", "{date}: escalated by {by} from the {below}"),
    "case_returned": _n("{date} {by}从“{above}”退回", "{date}: returned by {by} from the {above}"),
    "case_rerouted": _n("{date} {by}由{from_estate}转派", "{date}: rerouted by {by} from {from_estate}"),
    "case_objected": _n("{date} {by}提出异议（{ground}）后交回", "{date}: given back by {by} ({ground})"),
    "case_designated": _n(
        "{date} 区政府指定由{unit}办理（{document}）", "{date}: the district has designated {unit} ({document})"
    ),
    "plan_made": _n("{date} {by}定方案，{due}到期", "{date}: planned by {by}, due {due}"),
    "plan_overdue": _n("{date} 方案逾期，按规则转督办交回", "{date}: back by rule, supervised; its plan is overdue"),
    "outcome_disputed": _n(
        "{date} 居民回访要求重办（第 {count} 次）", "{date}: disputed by the resident ({count} so far)"
    ),
    "case_reopened": _n("{date} {by}重启", "{date}: reopened by {by}"),
    "emergency_declared": _n(
        "{date} {by}启动联动处置（{playbook}）", "{date}: {by} declared an emergency ({playbook})"
    ),
    "emergency_stood_down": _n("{date} 联动处置解除后交回", "{date}: given back when its emergency was stood down"),
}
"""What brings a case to where it stands; the last of these is why it is here."""

ESCALATED_BY_RULE = _n(
    "{date} 在“{below}”经 {missed} 次会议未决，按规则升级",
    "{date}: escalated by rule after {missed} sitting(s) of the {below} without a decision",
)

SINCE: dict[EventType, Name] = {
    "case_resumed": _n("{date} 挂起 {days} 天后恢复", "resumed {date} after {days} day(s) suspended"),
    "case_supervised": _n("{date} {by}督办", "put under supervision {date}"),
    "case_raised_to_district": _n(
        "{date} 已结转 {count} 次，拟上报区级", "raised for the district {date}, carried over {count} times"
    ),
    "put_on_agenda": _n("{date} {by}列为补充议题", "put on the agenda {date} by {by}"),
}
"""What is added to that, where it came later."""

TRIED: dict[EventType, Name] = {
    "resident_contacted": _n("{date} {by}联系居民（{how}）", "{date} {by} contacted the resident ({how})"),
    "case_held": _n("{date} {by}会上暂缓", "{date} {by} held it"),
    "case_escalated": _n("{date} {by}升级", "{date} {by} escalated it"),
    "case_returned": _n("{date} {by}退回", "{date} {by} returned it"),
    "case_rerouted": _n("{date} {by}由{from_estate}转派", "{date} {by} rerouted it from {from_estate}"),
    "case_objected": _n("{date} {by}提出异议（{ground}）", "{date} {by} objected ({ground})"),
    "case_designated": _n(
        "{date} 区政府指定由{unit}办理（{document}）", "{date} the district designated {unit} ({document})"
    ),
    "answer_given": _n("{date} {by}答复居民", "{date} {by} answered the resident"),
    "case_accepted": _n("{date} {by}书面告知受理", "{date} {by} told in writing that it is accepted"),
    "case_reopened": _n("{date} {by}重启", "{date} {by} reopened it"),
    "case_supervised": _n("{date} {by}督办", "{date} {by} put it under supervision"),
    "plan_made": _n(
        "{date} {by}定方案：{lead}牵头，{deliverable}，{due}前", "{date} {by} planned: {lead}, {deliverable}, by {due}"
    ),
    "plan_extended": _n("{date} {by}将方案延期至{due}", "{date} {by} extended the plan to {due}"),
    "plan_completed": _n("{date} {by}报告完成", "{date} {by} reported it done"),
    "case_suspended": _n(
        "{date} {by}挂起至{resume}（{condition}）", "{date} {by} put it off to {resume} ({condition})"
    ),
    "case_resumed": _n("{date} {by}恢复办理", "{date} {by} resumed it"),
    "case_resolved": _n("{date} {by}处理", "{date} {by} dealt with it"),
    "emergency_declared": _n("{date} {by}启动联动处置（{playbook}）", "{date} {by} declared an emergency ({playbook})"),
    "emergency_stood_down": _n("{date} 解除联动处置", "{date} emergency stood down"),
    "note_added": _n("{date} {by}备注", "{date} {by} noted"),
}

CAME_OF: dict[EventType, Name] = {
    "plan_overdue": _n("到期未完成", "not done when due"),
    "plan_completed": _n("{date}报告完成", "reported done {date}"),
    "outcome_disputed": _n("{date}居民要求重办", "disputed by the resident {date}"),
    "case_escalated": _n("未完成，{date}升级", "not done; escalated {date}"),
    "case_suspended": _n("未完成，{date}挂起", "not done; suspended {date}"),
    "case_objected": _n("{date}提出异议（{ground}）", "objected to {date} ({ground})"),
    "emergency_declared": _n("未完成，{date}转联动处置", "not done; an emergency since {date}"),
}
UNDER_WAY = _n("办理中", "under way")
EXTENDED = _n("已延期 {times} 次", "extended {times} time(s)")

# ---------------------------------------------------------------- what is asked of the sitting

ASKED: dict[str, Name] = {
    "emergency": _n("听取联动处置进展，议定需协调的事项", "Hear how the emergency stands; coordinate"),
    "progress": _n("听取{lead}进展汇报，确认能否在{due}前完成", "Hear {lead}; confirm that it is done by {due}"),
    "overdue_plan": _n("请{lead}说明逾期原因，重定完成时限，提出督办意见", "{lead} to explain; set a new date"),
    "raise": _n("是否上报区级；否则请定牵头单位和完成时限", "Refer to the district? Else name a lead and a date"),
    "last": _n(
        "本次须有决定：解决、定方案，或是否升级{above}（未决将自动升级）",
        "Decide now: resolve, plan, or escalate to the {above} (which follows by itself)",
    ),
    "supervised": _n("请提出督办意见，定牵头单位和完成时限", "Decide under supervision: name a lead and a date"),
    "redo": _n("审议重办：请定牵头单位和完成时限", "To be done again: name a lead and a date"),
    "returned": _n("请按退回意见在本级解决，定牵头单位和完成时限", "Settle it at this tier: name a lead and a date"),
    "contact_missed": _n("请说明未及时联系的原因，定联系人和办理时限", "Why was it missed? Name who acts by when"),
    "after_emergency": _n("联动处置后续：请定牵头单位和完成时限", "After the emergency: name a lead and a date"),
    "lowest": _n("能否就地解决；否则请定牵头单位和完成时限", "Settle it on the spot, or name a lead and a date"),
    "plan": _n("请定牵头单位和完成时限", "Name a lead and a date"),
}
DESIGNATED = _n("区政府指定", "designated by the district")
PROPOSED = _n("（建议{lead}牵头：{why}）", " (proposed: {lead}; {why})")

# ---------------------------------------------------------------- the formal sections

PREVIOUS = _n("{date}会议：决定 {decided} 项，结转 {carried} 项", "{date}: {decided} decided, {carried} carried over")
PREVIOUS_RESOLUTION = _n("{case} {summary}——{decision}{by}", "{case} {summary} — {decision}{by}")
LED_UNTIL = _n("（{lead}，{due}前）", " ({lead}, by {due})")
NO_PREVIOUS = _n("无上次会议纪要", "No previous minutes")
ASSESSMENTS = (
    _n("物业企业红黑榜", "Red and black lists of property companies"),
    _n("小区党支部星级评定", "Star ratings of estate party branches"),
    _n("业主委员会评价", "Assessment of owners' committees"),
)
TO_ASSESS = _n("评议事项：{assessments}", "To be assessed: {assessments}")
FOR_ASSESSMENTS = _n(
    "评议参考（{since}至{until}，据办件记录）", "For the assessments ({since} to {until}, from the log)"
)
ASSESSED = _n(
    "{party}：受理 {opened} 件，在办 {open} 件，响应率 {response}，解决率 {solution}，满意率 {satisfaction}，"
    "按时答复率 {answers}，逾期 {late} 件，重办 {disputed} 件次",
    "{party}: {opened} opened, {open} open, response {response}, solution {solution}, satisfaction {satisfaction}, "
    "answered in time {answers}, {late} late, {disputed} disputed",
)
PERIOD = _n("{since}至{until}：受理 {opened} 件", "{since} to {until}: {opened} opened")
RATES: dict[str, Name] = {
    "response": _n("响应率 {rate}（{part}/{whole}）", "Response {rate} ({part}/{whole})"),
    "solution": _n("解决率 {rate}（{part}/{whole}）", "Solution {rate} ({part}/{whole})"),
    "satisfaction": _n("满意率 {rate}（{part}/{whole}）", "Satisfaction {rate} ({part}/{whole})"),
    "answers": _n("按时答复率 {rate}（{part}/{whole}）", "Answered in time {rate} ({part}/{whole})"),
}
REPEATS = _n("重复诉求 {repeats} 件", "Repeats: {repeats}")

# ---------------------------------------------------------------- what a sitting decided

DECIDED: dict[EventType, Name] = {
    "resident_contacted": _n("已联系居民", "Resident contacted"),
    "plan_made": _n("制定方案", "Plan made"),
    "plan_extended": _n("方案延期至{due}", "Plan extended to {due}"),
    "plan_completed": _n("办理完成，转居民回访：{done}", "Done; the resident is asked: {done}"),
    "plan_overdue": _n("方案逾期", "Plan overdue"),
    "case_resolved": _n("已解决，转居民回访：{done}", "Resolved; the resident is asked: {done}"),
    "case_escalated": _n("升级至“{here}”", "Escalated to the {here}"),
    "case_returned": _n("退回“{here}”", "Returned to the {here}"),
    "case_suspended": _n("挂起至{resume}：{condition}", "Suspended to {resume}: {condition}"),
    "case_resumed": _n("恢复办理", "Resumed"),
    "case_referred": _n("转办{to_whom}（{reference}）", "Referred to {to_whom} ({reference})"),
    "case_objected": _n("提出异议：{ground}", "Objected: {ground}"),
    "case_designated": _n("区政府指定由{unit}办理（{document}）", "The district has designated {unit} ({document})"),
    "case_rejected": _n("不予受理：{ground}", "Rejected: {ground}"),
    "case_marked_duplicate": _n("并入重复件 {of}", "Duplicate of {of}"),
    "case_rerouted": _n("转派至{estate}（{category}）", "Rerouted to {estate} ({category})"),
    "emergency_declared": _n("启动联动处置（{playbook}）", "Emergency declared ({playbook})"),
    "emergency_stood_down": _n("解除联动处置", "Emergency stood down"),
    "case_withdrawn": _n("居民撤回", "Withdrawn by the resident"),
    "outcome_confirmed": _n("居民确认解决", "Confirmed by the resident"),
    "outcome_disputed": _n("居民要求重办", "Disputed by the resident"),
    "closed_without_word": _n("未参评办结", "Closed without the resident's word"),
    "case_reopened": _n("重启", "Reopened"),
}
OUTSIDE = _n("会外：{decision}", "Outside the sitting: {decision}")
REPORTED = _n("通报：{decision}", "Reported: {decision}")
