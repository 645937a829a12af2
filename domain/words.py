"""Words that people read, in Chinese and in English. One term per thing (docs/glossary.md)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

LANGUAGES = ("zh-CN", "en")


class Name(BaseModel):
    """What a thing is called in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """The name in ``language``; anything but English reads Chinese, the default."""
        return self.en if language.startswith("en") else self.zh


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


STAGES: dict[str, Name] = {
    "contact": _n("实时对接", "first contact"),
    "action": _n("办理", "action"),
    "suspended": _n("挂起", "suspended"),
    "joint_response": _n("联动处置", "joint response"),
    "verification": _n("回访", "verification"),
    "closed": _n("办结", "closed"),
}
"""The fixed stages; a tier's own stage is named by the ladder policy."""

DECISIONS: dict[str, Name] = {
    "contact": _n("联系居民", "contact"),
    "resolve": _n("办结回访", "resolve"),
    "plan": _n("制定方案", "plan"),
    "complete": _n("完成办理", "complete"),
    "extend": _n("延期", "extend"),
    "hold": _n("暂缓", "hold"),
    "escalate": _n("升级", "escalate"),
    "return": _n("退回", "return"),
    "suspend": _n("挂起", "suspend"),
    "resume": _n("恢复", "resume"),
    "refer": _n("转办", "refer"),
    "reject": _n("不予受理", "reject"),
    "duplicate": _n("重复件", "duplicate"),
    "reroute": _n("转派", "reroute"),
    "withdraw": _n("撤回", "withdraw"),
    "confirm": _n("确认", "confirm"),
    "dispute": _n("要求重办", "dispute"),
    "reopen": _n("重启", "reopen"),
    "emergency": _n("启动联动", "emergency"),
    "note": _n("备注", "note"),
    "assign": _n("指派", "assign"),
    "supervise": _n("督办", "supervise"),
}

SYSTEM_COMMANDS: dict[str, Name] = {
    "open": _n("登记", "open"),
    "wait_expired": _n("到期", "wait expired"),
    "stand_down": _n("解除联动", "stand down"),
    "reproject": _n("重排时限", "reproject"),
    "sitting_moved": _n("会议变更", "sitting moved"),
    "sitting_over": _n("会议议决截止", "sitting over"),
    "put_on_agenda": _n("列为补充议题", "put on the agenda"),
    "add_photos": _n("补充照片", "add photographs"),
}

EVENTS: dict[str, Name] = {
    "case_opened": _n("已登记", "opened"),
    "resident_contacted": _n("已联系居民", "resident contacted"),
    "contact_missed": _n("超时未联系", "first contact missed"),
    "case_held": _n("会上暂缓", "held"),
    "case_carried_over": _n("未决结转", "carried over"),
    "case_raised_to_district": _n("拟上报区级", "raised for the district"),
    "case_escalated": _n("已升级", "escalated"),
    "case_returned": _n("已退回", "returned"),
    "plan_made": _n("已定方案", "plan made"),
    "plan_extended": _n("方案延期", "plan extended"),
    "plan_completed": _n("方案完成", "plan completed"),
    "plan_overdue": _n("方案逾期", "plan overdue"),
    "case_suspended": _n("已挂起", "suspended"),
    "suspension_extended": _n("挂起延期", "suspension extended"),
    "case_resumed": _n("已恢复", "resumed"),
    "case_resolved": _n("已解决待回访", "resolved"),
    "outcome_confirmed": _n("居民确认", "confirmed by the resident"),
    "outcome_disputed": _n("居民要求重办", "disputed by the resident"),
    "closed_without_word": _n("未参评办结", "closed without word"),
    "case_withdrawn": _n("居民撤回", "withdrawn"),
    "case_referred": _n("已转办", "referred"),
    "case_rejected": _n("不予受理", "rejected"),
    "case_marked_duplicate": _n("并入重复件", "marked duplicate"),
    "case_rerouted": _n("已转派", "rerouted"),
    "case_reopened": _n("已重启", "reopened"),
    "emergency_declared": _n("启动联动处置", "emergency declared"),
    "emergency_review_missed": _n("联动超时复核", "emergency review missed"),
    "emergency_stood_down": _n("解除联动处置", "emergency stood down"),
    "note_added": _n("加备注", "note added"),
    "case_assigned": _n("已指派", "assigned"),
    "case_supervised": _n("已督办", "put under supervision"),
    "wait_reprojected": _n("时限重排", "dates computed again"),
    "put_on_agenda": _n("列为补充议题", "put on the agenda"),
    "photos_added": _n("已补充照片", "photographs added"),
    "signal_refused": _n("信号未受理", "signal refused"),
}

SITTING_STATUSES: dict[str, Name] = {
    "announced": _n("已预告", "announced"),
    "drafted": _n("议程已起草", "agenda drafted"),
    "frozen": _n("议程已定", "agenda frozen"),
    "in_session": _n("会议中", "in session"),
    "minutes": _n("待纪要", "minutes due"),
    "closed": _n("已结束", "closed"),
    "cancelled": _n("已取消", "cancelled"),
}

SITTING_WAITS: dict[str, Name] = {
    "draft": _n("等起草议程 → 届时自动起草", "the agenda's drafting → drafted by itself"),
    "freeze": _n("等议程定稿 → 届时定稿，其后只列补充议题", "the freeze → later cases are addenda"),
    "start": _n("等会议开始（{starts_at}）→ 届时开始", "the session ({starts_at}) → begins"),
    "end": _n("会议中 → 届时转入纪要", "in session → minutes"),
    "minutes": _n("等会议纪要 → 届时成稿，未决的自动结转", "the minutes → drawn; what is undecided is carried over"),
}

SITTING_EVENTS: dict[str, Name] = {
    "sitting_convened": _n("已召集", "convened"),
    "agenda_drafted": _n("议程已起草", "agenda drafted"),
    "agenda_frozen": _n("议程已定稿", "agenda frozen"),
    "session_opened": _n("会议开始", "session opened"),
    "session_ended": _n("会议结束", "session ended"),
    "decisions_ended": _n("议决截止", "decisions ended"),
    "sitting_closed": _n("纪要已成", "closed"),
    "sitting_rescheduled": _n("会议改期", "rescheduled"),
    "sitting_cancelled": _n("会议取消", "cancelled"),
    "addendum_added": _n("增补议题", "addendum added"),
    "attendance_recorded": _n("已记到会", "attendance recorded"),
    "other_business_added": _n("增列其他事项", "other business added"),
    "signal_refused": _n("信号未受理", "signal refused"),
}

TASK_STATUSES: dict[str, Name] = {
    "pending": _n("未到开始", "pending"),
    "open": _n("待签收", "to be signed for"),
    "signed": _n("办理中", "signed for"),
    "done": _n("已完成", "done"),
    "waived": _n("已免除", "waived"),
}

RESPONSE_STATUSES: dict[str, Name] = {
    "open": _n("处置中", "open"),
    "watch": _n("观察期", "being watched"),
    "closed": _n("已结束", "closed"),
}

OUTCOMES: dict[str, Name] = {
    "resolved": _n("已解决", "resolved"),
    "returned": _n("退回议事", "returned to a tier"),
}

TASK_ROLES: dict[str, Name] = {
    "lead": _n("牵头", "lead"),
    "support": _n("配合", "support"),
}

AUDIENCES: dict[str, Name] = {
    "party": _n("承办单位", "the party"),
    "lead": _n("牵头部门", "the lead"),
    "alliance": _n("联盟综合服务中心", "the alliance service centre"),
    "secretary": _n("联盟党委书记", "the alliance's party secretary"),
}
"""Who hears of a missed clock."""

RESPONSE_WAITS: dict[str, Name] = {
    "task_opens": _n("等“{task}”开始 → 届时{party}开始签收计时", "“{task}” to open → {party}'s time to sign begins"),
    "sign": _n("等{party}签收“{task}” → 逾时记录并逐级上报", "{party} to sign for “{task}” → else late, and it climbs"),
    "complete": _n(
        "等{party}完成“{task}” → 逾期记录并逐级上报", "{party} to finish “{task}” → else late, and it climbs"
    ),
    "remind": _n("等{party}办“{task}” → 届时提醒，{clock}", "{party} on “{task}” → reminder; {clock}"),
    "climb": _n("{party}逾时未办“{task}” → 届时上报下一级", "{party} is late with “{task}” → the next rung is told"),
    "situation_report": _n(
        "等第{number}期情况报告（{party}） → 未报记漏报", "situation report {number} ({party}) → else missed"
    ),
    "alarm": _n("预警“{task}” → 届时未办结即报", "alarm “{task}” → raised unless done by then"),
    "cap": _n("最长期限 → 届时报联盟党委书记", "the cap → the alliance's party secretary is told"),
    "watch": _n("观察期 → 届时结束", "the watch → then it is closed"),
}
"""What a joint response waits for, and what happens then."""

NOT_NEEDED = _n("已不需要，按预案免除", "no longer needed: waived by the playbook")
"""Why a task is waived by rule."""

CLOCKS: dict[str, Name] = {
    "sign": _n("须签收", "to be signed for"),
    "complete": _n("须完成", "to be completed"),
}

RESPONSE_COMMANDS: dict[str, Name] = {
    "declare": _n("启动联动处置", "declare"),
    "join_case": _n("并入诉求件", "join a case"),
    "link": _n("关联联动处置", "link"),
    "sign": _n("签收", "sign"),
    "progress": _n("进展", "progress"),
    "done": _n("完成", "done"),
    "object": _n("异议", "object"),
    "waive": _n("免除", "waive"),
    "situation_report": _n("情况报告", "situation report"),
}
"""What is asked of a joint response, beside ``stand_down`` and ``wait_expired``."""

RESPONSE_EVENTS: dict[str, Name] = {
    "response_declared": _n("已启动联动处置", "response declared"),
    "case_joined": _n("诉求件并入", "case joined"),
    "response_linked": _n("已关联", "linked"),
    "phase_entered": _n("进入阶段", "phase entered"),
    "task_opened": _n("任务开始", "task opened"),
    "task_signed": _n("已签收", "signed for"),
    "task_progressed": _n("进展已报", "progress reported"),
    "task_done": _n("任务完成", "task done"),
    "task_transferred": _n("异议移交", "transferred"),
    "task_waived": _n("任务免除", "task waived"),
    "task_reminded": _n("已提醒", "reminded"),
    "task_late": _n("逾时", "late"),
    "task_escalated": _n("逾时上报", "escalated"),
    "situation_reported": _n("情况报告", "situation reported"),
    "situation_report_missed": _n("情况漏报", "situation report missed"),
    "alarm_raised": _n("预警", "alarm raised"),
    "cap_reached": _n("已达最长期限", "cap reached"),
    "response_stood_down": _n("已解除", "stood down"),
    "watch_ended": _n("观察期结束", "watch ended"),
    "signal_refused": _n("信号未受理", "signal refused"),
}

CLOSED_AS: dict[str, Name] = {
    "settled": _n("已解决", "settled"),
    "no_word": _n("未参评", "no word"),
    "withdrawn": _n("已撤回", "withdrawn"),
    "referred": _n("已转办", "referred"),
    "rejected": _n("不予受理", "rejected"),
    "duplicate": _n("重复件", "duplicate"),
}

CHANNELS: dict[str, Name] = {
    "wechat": _n("我找红绣匠", "WeChat"),
    "counter": _n("民情速递", "counter"),
    "phone": _n("电话", "phone"),
    "officer": _n("走访", "officer"),
}

SEVERITIES: dict[str, Name] = {
    "low": _n("一般", "low"),
    "normal": _n("普通", "normal"),
    "high": _n("重要", "high"),
    "urgent": _n("紧急", "urgent"),
}

ROLES: dict[str, Name] = {
    "officer": _n("经办人", "officer"),
    "department": _n("部门", "department"),
    "supervisor": _n("督导", "supervisor"),
    "administrator": _n("管理员", "administrator"),
    "resident": _n("居民", "resident"),
    "system": _n("系统", "system"),
}

WAITS: dict[str, Name] = {
    "contact": _n("等小区首次联系居民", "the estate's first contact with the resident"),
    "sitting": _n("等{where}（{starts_at}）作出决定", "a decision at {where} ({starts_at})"),
    "plan": _n("等{who}按方案完成办理", "{who} to complete the plan"),
    "suspension": _n("挂起中，等外部条件", "an outside condition"),
    "stand_down": _n("等联动处置解除", "stand-down of the emergency"),
    "verification": _n("等居民回访答复", "the resident's word"),
}

EXPIRIES: dict[str, Name] = {
    "contact_missed": _n("逾时标记并转每周碰头", "marked missed; goes to the weekly check-in"),
    "carry_over": _n("届时未决则结转下次会议", "carried over to the next sitting"),
    "escalate": _n("届时未决则升级上一级", "escalates to the next tier"),
    "plan_overdue": _n("逾期转督办并回到下次会议", "overdue: back to the next sitting, supervised"),
    "resume": _n("届时恢复办理", "resumes where it was"),
    "review": _n("届时复核并提醒", "is reviewed and reminded"),
    "close_without_word": _n("届时按未参评办结", "closes without the resident's word"),
}

WHO_ACTS: dict[str, Name] = {
    "contact": _n("小区联系点", "the estate's officer"),
    "sitting": _n("{where}", "{where}"),
    "plan": _n("{who}", "{who}"),
    "suspension": _n("外部条件", "outside the ladder"),
    "stand_down": _n("联盟综合服务中心", "the alliance's officer"),
    "verification": _n("居民", "the resident"),
}
"""Who has to act for what a case waits for, by the kind of wait."""

EFFECTS: dict[str, Name] = {
    "contact": _n(
        "转到{estate}重新对接：{until} 前须联系居民，{then}。",
        "To {estate}, which has to contact the resident by {until}, or it is {then}.",
    ),
    "sitting": _n(
        "转至{where}（{starts_at} 开会{agenda}）；期限 {until}，{then}。",
        "To {where} ({starts_at}{agenda}); undecided by {until}: {then}.",
    ),
    "plan": _n("由{who}办理，{due}前（含当日）完成；{then}。", "{who} carries it out by the end of {due}; {then}."),
    "suspension": _n(
        "挂起，{until} 恢复办理；其间各项计时停止。", "Suspended; resumes at {until}. Its clocks stand still meanwhile."
    ),
    "stand_down": _n(
        "启动联动处置，议事阶梯暂停；{until} 前未解除，{then}。",
        "The joint response begins and the ladder pauses; not stood down by {until}, it {then}.",
    ),
    "verification": _n(
        "请居民回访：{until} 前未答复，{then}。", "The resident is asked; without a word by {until} it {then}."
    ),
    "closed": _n(
        "办结（{how}），居民可查到结果；{days} 天内可以重启。",
        "Closed as {how}, which the resident can see; may be reopened within {days} days.",
    ),
    "unchanged": _n("阶段和期限不变，记入办理经过。", "Stage and deadline stay; it is kept in the story."),
    "agenda": _n("，议程 {freezes_at} 定稿", ", agenda frozen {freezes_at}"),
    "carried_over": _n("记为第 {count} 次结转。", "Counts as carry-over number {count}."),
    "supervised": _n("标为督办，各处可见。", "It is marked as supervised everywhere."),
    "raised": _n("并拟上报区级。", "It is raised for the district."),
}
"""What a decision would bring about, by the kind of wait that it leads to."""

POLICY_EFFECTS: dict[str, Name] = {
    "waits": _n("{n} 件诉求的时限随 {sittings} 次会议变动", "{n} waits of cases move with {sittings} sittings"),
    "elsewhere": _n("{n} 件在办诉求随小区改属其他单位", "{n} open cases belong to other units with their estates"),
    "cancelled": _n("取消 {n} 次已撤销单位的会议", "{n} sittings of removed units are cancelled"),
    "astray": _n(
        "{n} 个岗位不复存在，持有人无法再以此履职", "{n} posts are no more; who holds them cannot act in them"
    ),
}
"""What policies bring about when they come into force."""

SIGNALS_REFUSED = _n(
    "\n另有 {count} 个信号未受理，未逐个入账。\n", "\n{count} more signals were refused, without an event each.\n"
)
"""Of those beyond ``signals.MOST_REFUSALS``, in a process's current details."""

REFUSALS: dict[str, Name] = {
    "unknown_case": _n("没有这个诉求件。", "There is no such case."),
    "case_exists": _n("编号 {number} 已被使用。", "The number {number} is taken."),
    "version_conflict": _n(
        "已有新进展（现为第 {current} 版），请刷新后再办。",
        "It has moved on (now at version {current}); read it again before you decide.",
    ),
    "forbidden": _n("您的岗位无权进行此操作。", "Your post has no right to do this."),
    "not_allowed_now": _n(
        "当前阶段（{stage}）不能“{decision}”。您现在可以：{allowed}。",
        "Stage {stage} does not take {decision}. You may now: {allowed}.",
    ),
    "carry_over_limit": _n(
        "本级已结转 {limit} 次，不能再暂缓；请解决、定方案、升级或转办。",
        "Already carried over {limit} time(s) at this tier; resolve, plan, escalate or refer it instead.",
    ),
    "reroute_needs_supervisor": _n(
        "已转派过 {reroutes} 次，再次转派须先由督导督办。",
        "Already rerouted {reroutes} time(s); a supervisor has to take it up before another reroute.",
    ),
    "already_there": _n("诉求件本来就在这个小区和类别。", "The case is already at that estate and category."),
    "no_tier_above": _n("已在最高一级，无法再升级。", "There is no tier above."),
    "no_tier_below": _n("已在最低一级，无法退回。", "There is no tier below."),
    "not_a_higher_tier": _n("“{tier}”不在更高一级。", "{tier} is not a higher tier."),
    "skips_a_tier": _n("不能越级升到“{tier}”，下一级是“{next}”。", "{tier} skips a tier; the next one is {next}."),
    "unknown_tier": _n("没有“{tier}”这一级。", "There is no tier {tier}."),
    "unknown_estate": _n("没有小区“{estate}”。", "There is no estate {estate}."),
    "unknown_category": _n("没有类别“{category}”。", "There is no category {category}."),
    "unknown_unit": _n("没有单位“{unit}”。", "There is no unit {unit}."),
    "unknown_department": _n("没有部门“{department}”。", "There is no department {department}."),
    "unknown_company": _n("没有物业企业“{company}”。", "There is no company {company}."),
    "unknown_forum": _n("没有议事会“{forum}”。", "There is no forum {forum}."),
    "unknown_sitting": _n("没有会议“{sitting}”。", "There is no sitting {sitting}."),
    "unknown_playbook": _n("没有预案“{playbook}”，可选：{known}。", "No playbook {playbook}; there are: {known}."),
    "unknown_emergency": _n("没有联动处置“{emergency}”。", "There is no emergency {emergency}."),
    "unknown_resident": _n("没有这位居民的记录。", "There is no such resident."),
    "not_in_emergency": _n("该诉求件不在联动处置“{emergency}”中。", "The case is not in emergency {emergency}."),
    "not_the_same_playbook": _n(
        "联动处置“{emergency}”用的是预案“{playbook}”。", "Emergency {emergency} is under the playbook {playbook}."
    ),
    "duplicate_of_itself": _n("不能与自身重复。", "A case is not a duplicate of itself."),
    "duplicate_of_unknown": _n("没有诉求件“{of}”，不能并入。", "There is no case {of} to follow."),
    "duplicate_of_duplicate": _n(
        "“{of}”本身已并入“{root}”，请并入“{root}”。", "{of} itself follows {root}; name {root} instead."
    ),
    "date_too_early": _n("日期太早，最早 {earliest}。", "The date is too early; the earliest is {earliest}."),
    "date_too_late": _n("日期太晚，最晚 {latest}。", "The date is too late; the latest is {latest}."),
    "date_out_of_range": _n("日期“{date}”超出范围。", "The date {date} is out of range."),
    "unknown_ladder": _n("没有议事规则“{ladder}”。", "There is no ladder policy {ladder}."),
    "not_before_this_sitting": _n(
        "会议“{sitting}”现在不审议该诉求件（未开始、已过期或不在其议程）。",
        "{sitting} does not have this case before it (not begun, over, or not on its agenda).",
    ),
    "not_waiting_for_this_forum": _n(
        "诉求件 {number} 现处“{stage}”，不在议事会“{forum}”待议。",
        "Case {number} is at {stage} and does not wait for forum {forum}.",
    ),
    "sitting_in_the_past": _n("会议时间 {starts_at} 已过。", "The sitting's time {starts_at} is past."),
    "sitting_already_then": _n("会议“{sitting}”本来就在此时。", "{sitting} is at that time already."),
    "sitting_not_there": _n(
        "会议“{sitting}”现为“{status}”，不能这样办。", "{sitting} is {status}; this cannot be done."
    ),
    "sitting_not_convened": _n(
        "会议“{sitting}”没有按时召集，已过开会时间，不能这样办。",
        "{sitting} was not convened in time, and its hour has passed; this cannot be done.",
    ),
    "already_on_the_agenda": _n(
        "诉求件 {case} 已在会议“{sitting}”的议程上。", "{case} is on {sitting}'s agenda already."
    ),
    "other_business_listed": _n(
        "会议“{sitting}”的其他事项中已有这一条。", "{sitting} has this line of other business already."
    ),
    "too_much_other_business": _n(
        "会议“{sitting}”的其他事项已满 {limit} 条。", "{sitting} has {limit} lines of other business already."
    ),
    "closed_takes_no_photos": _n("已办结，不能再补充照片。", "It is closed; no photographs can be added."),
    "too_many_photos": _n(
        "一件诉求最多 {limit} 张照片，已有 {there} 张。", "A case takes at most {limit} photographs; it has {there}."
    ),
    "unknown_photo": _n("没有这张照片。", "There is no such photograph."),
    "only_its_emergency": _n(
        "临时会议“{sitting}”只议本次联动处置，不列其他议题。",
        "{sitting} is an extraordinary sitting: it hears its emergency alone.",
    ),
    "reason_required": _n("请写明理由。", "A reason is required."),
    "reopen_too_late": _n("已过重启期限（{latest}）。", "Too late to reopen; the limit was {latest}."),
    "unknown_task": _n("没有任务“{task}”。", "There is no task {task}."),
    "unknown_party": _n("没有单位“{party}”，可选：{known}。", "There is no party {party}; there are: {known}."),
    "not_your_task": _n(
        "任务“{name}”由{party}承担，您的岗位不能代报。", "Task {name} is {party}'s; your post cannot report for them."
    ),
    "task_not_open": _n(
        "任务“{name}”尚未开始：尚待 {names}，最早 {earliest}。",
        "Task {name} has not opened: it waits for {names}, and opens at {earliest} at the earliest.",
    ),
    "task_finished": _n("任务“{name}”已了结（{status}）。", "Task {name} is finished ({status})."),
    "already_signed": _n("任务“{name}”已签收。", "Task {name} is signed for already."),
    "not_signed": _n("任务“{name}”尚未签收，请先签收。", "Task {name} is not signed for; sign for it first."),
    "objection_already_made": _n(
        "任务“{name}”已因异议移交过一次，再移交须由联盟决定。",
        "Task {name} was transferred once already; another transfer is the alliance's to decide.",
    ),
    "already_their_task": _n("任务“{name}”本来就由{party}承担。", "Task {name} is {party}'s already."),
    "provider_required": _n("任务“{name}”须写明临时物业企业。", "Task {name} has to name the provider."),
    "inventory_required": _n(
        "任务“{name}”须写明清单或拒交情况。", "Task {name} has to note the inventory, or its refusal."
    ),
    "filing_date_required": _n("任务“{name}”须写明备案日期。", "Task {name} has to name the date of filing."),
    "not_state_owned": _n("物业企业“{company}”不是国有企业。", "The company {company} is not state-owned."),
    "required_tasks_open": _n(
        "还有必办任务未了结：{names}。请完成，或写明理由免除。",
        "Required tasks are not finished: {names}. Have them done, or waive them with a reason.",
    ),
    "already_stood_down": _n(
        "联动处置“{emergency}”已解除，现为观察期。", "Emergency {emergency} has been stood down and is being watched."
    ),
    "response_over": _n("联动处置“{emergency}”已结束。", "Emergency {emergency} is over."),
    "policy_moved_on": _n(
        "在您检查之后，已有别的政策施行（{current}），未作任何改动。请重新核对变更。",
        "Something has come into force since you looked ({current}), and nothing was changed. Check again.",
    ),
    "policy_superseded": _n(
        "{policy} 曾经施行，已被 {in_force} 取代。要恢复它的内容，请以新的版本号提交。",
        "{policy} was in force before {in_force}. To have its text again, give it a new version.",
    ),
    "policies_of_another_place": _n(
        "这是另一地的政策，未作任何改动：本库施行的是 {in_force}，所给的是 {given}。"
        "请换用另一个数据目录（HONGXIU_DATA），或改用 {in_force} 的政策目录（HONGXIU_POLICIES）。",
        "These are another place's policies, and nothing was changed: {in_force} is in force here, {given} was given. "
        "Use another data folder (HONGXIU_DATA), or the policies of {in_force} (HONGXIU_POLICIES).",
    ),
    "unit_has_open_cases": _n(
        "不能撤销：{missing} 尚有 {count} 件诉求未办结（{open}）。请先办结或转派。",
        "{missing} cannot be removed: {count} cases are open there ({open}). Close or reroute them first.",
    ),
    "category_has_open_cases": _n(
        "不能删除：类别 {missing} 尚有 {count} 件诉求未办结（{open}）。请先办结或转派。",
        "The categories {missing} cannot be removed: {count} cases are open ({open}). Close or reroute them first.",
    ),
    "party_has_open_cases": _n(
        "不能撤销：{missing} 正在牵头或协办 {count} 件诉求（{open}）。请先办结，或另定方案。",
        "{missing} cannot be removed: it leads or helps in {count} open cases ({open}). Complete them, or plan anew.",
    ),
    "tier_has_open_cases": _n(
        "不能取消层级 {missing}：有 {count} 件诉求在该级或还可能升到该级（{open}）。请先办结，或升到更高一级。",
        "The tiers {missing} cannot be removed: {count} open cases are there or can still climb to it ({open}). "
        "Close them first, or take them to a higher tier.",
    ),
    "stage_has_open_cases": _n(
        "不能取消阶段 {missing}：有 {count} 件诉求正处该阶段（{open}）。请保留阶段的 id（名称可改），或先办结。",
        "The stages {missing} cannot be removed: {count} open cases are there ({open}). "
        "Keep the stage's id (its name may change), or close them first.",
    ),
    "forum_is_in_session": _n(
        "不能撤销 {missing}：其会议正在进行或待出纪要（{open}）。请在纪要成稿后再撤销。",
        "{missing} cannot be removed: {open} is in session or awaits its minutes. Wait until the minutes are done.",
    ),
    "session_would_move": _n(
        "会议 {open} 正在进行或待出纪要，不能改期。请在纪要成稿后再施行。",
        "{open} is in session or awaits its minutes, and would be moved. Wait until the minutes are done.",
    ),
    "party_has_open_tasks": _n(
        "不能撤销：{missing} 在 {count} 起联动处置中尚有任务（{open}）。请先完成、免除或移交，或解除联动。",
        "{missing} cannot be removed: it has unfinished tasks in {count} emergencies ({open}). "
        "Have them done, waived or transferred, or stand it down.",
    ),
    "unit_has_open_responses": _n(
        "不能撤销：{missing} 有 {count} 起联动处置尚未解除（{open}）。请先解除。",
        "{missing} cannot be removed: {count} emergencies there are not stood down ({open}). Stand them down first.",
    ),
    "unit_has_channels": _n(
        "不能撤销：{file} 还写着 {missing} 的通知去向。请先从中删去。",
        "{missing} cannot be removed: {file} says where its notices go. Take it out there first.",
    ),
    "unknown_policy": _n("没有这个政策版本：{policy}。", "There is no such policy: {policy}."),
    "unknown_account": _n("没有账号“{account}”。", "There is no account {account}."),
    "account_exists": _n("账号“{account}”已存在。", "There is an account {account} already."),
    "last_administrator": _n(
        "不能这样改：改后将没有任何可用的管理员账号。",
        "That would leave nobody who can administer.",
    ),
    "unknown_update": _n("没有“{update}”这种更新。", "There is no update {update}."),
    "unknown_signal": _n("没有这种信号。", "There is no such signal."),
    "not_by_signal": _n(
        "“{kind}”不以信号受理；可以的是：{taken}。", "{kind} is not taken as a signal; these are: {taken}."
    ),
    "not_by_this_update": _n(
        "“{update}”不能送达这种命令（{kind}）。", "{update} brings no command of the kind {kind}."
    ),
    "unreadable_command": _n("无法读懂这条命令：{fields}。", "The command cannot be read: {fields}."),
    "bad_post": _n("岗位不成立：{post}。", "There is no such post: {post}."),
}
"""Refusals of the rules, by code. The edge's own problems are in ``api/problems.py``."""


def text(name: Name, language: str, /, **params: object) -> str:
    """A sentence in ``language`` with its gaps filled; a missing value leaves its gap empty."""
    return name.in_(language).format_map(_Gaps(params))


class _Gaps(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


def refusal(code: str, language: str, params: dict[str, object]) -> str:
    """The sentence for a refusal's code; lists and known codes in it are put in words."""
    template = REFUSALS.get(code)
    if template is None:
        return code
    return text(template, language, **{key: _in_words(key, value, language) for key, value in params.items()})


_NOTHING = _n("无", "nothing")


def _in_words(key: str, value: object, language: str) -> str:
    if isinstance(value, list | tuple):
        if not value:
            return _NOTHING.in_(language)
        comma = ", " if language.startswith("en") else "、"
        return comma.join(_in_words(key, item, language) for item in value)
    # contact and others are both a stage and a decision
    if key == "status" and value in TASK_STATUSES:
        return TASK_STATUSES[str(value)].in_(language)
    known = STAGES.get(str(value)) if key == "stage" else DECISIONS.get(str(value)) or STAGES.get(str(value))
    return known.in_(language) if known else str(value)
