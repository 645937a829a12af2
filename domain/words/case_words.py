"""Words that people read, in Chinese and in English. One term per thing (docs/glossary.md)."""

from __future__ import annotations

from domain.words.bilingual import Name, both

STAGES: dict[str, Name] = {
    "contact": both("实时对接", "first contact"),
    "action": both("办理", "action"),
    "suspended": both("挂起", "suspended"),
    "designation": both("指定管理", "designation"),
    "joint_response": both("联动处置", "joint response"),
    "verification": both("回访", "verification"),
    "closed": both("办结", "closed"),
}
"""The fixed stages; a tier's own stage is named by the ladder policy."""

DECISIONS: dict[str, Name] = {
    "contact": both("联系居民", "contact"),
    "answer": both("阶段答复", "answer"),
    "accept": both("告知受理", "accept"),
    "resolve": both("办结回访", "resolve"),
    "plan": both("制定方案", "plan"),
    "complete": both("完成办理", "complete"),
    "extend": both("延期", "extend"),
    "hold": both("暂缓", "hold"),
    "escalate": both("升级", "escalate"),
    "return": both("退回", "return"),
    "object": both("提出异议", "object"),
    "designate": both("登记指定管理", "designate"),
    "suspend": both("挂起", "suspend"),
    "resume": both("恢复", "resume"),
    "refer": both("转办", "refer"),
    "reject": both("不予受理", "reject"),
    "duplicate": both("重复件", "duplicate"),
    "reroute": both("转派", "reroute"),
    "withdraw": both("撤回", "withdraw"),
    "confirm": both("确认", "confirm"),
    "dispute": both("要求重办", "dispute"),
    "reopen": both("重启", "reopen"),
    "emergency": both("启动联动", "emergency"),
    "note": both("备注", "note"),
    "assign": both("指派", "assign"),
    "supervise": both("督办", "supervise"),
}

SYSTEM_COMMANDS: dict[str, Name] = {
    "open": both("登记", "open"),
    "wait_expired": both("到期", "wait expired"),
    "stand_down": both("解除联动", "stand down"),
    "reproject": both("重排时限", "reproject"),
    "sitting_moved": both("会议变更", "sitting moved"),
    "sitting_over": both("会议议决截止", "sitting over"),
    "put_on_agenda": both("列为补充议题", "put on the agenda"),
    "add_photos": both("补充照片", "add photographs"),
}

EVENTS: dict[str, Name] = {
    "case_opened": both("已登记", "opened"),
    "resident_contacted": both("已联系居民", "resident contacted"),
    "contact_missed": both("超时未联系", "first contact missed"),
    "answer_given": both("已阶段答复", "answered"),
    "answer_missed": both("阶段答复逾期", "answer missed"),
    "case_accepted": both("已告知受理", "accepted"),
    "acceptance_missed": both("告知受理逾期", "word of acceptance missed"),
    "case_held": both("会上暂缓", "held"),
    "case_carried_over": both("未决结转", "carried over"),
    "case_raised_to_district": both("拟上报区级", "raised for the district"),
    "case_escalated": both("已升级", "escalated"),
    "case_returned": both("已退回", "returned"),
    "case_objected": both("已提异议", "objected to"),
    "case_designated": both("已指定管理", "designated"),
    "designation_missed": both("指定管理逾期", "designation missed"),
    "plan_made": both("已定方案", "plan made"),
    "plan_extended": both("方案延期", "plan extended"),
    "plan_completed": both("方案完成", "plan completed"),
    "plan_overdue": both("方案逾期", "plan overdue"),
    "case_suspended": both("已挂起", "suspended"),
    "suspension_extended": both("挂起延期", "suspension extended"),
    "case_resumed": both("已恢复", "resumed"),
    "case_resolved": both("已解决待回访", "resolved"),
    "outcome_confirmed": both("居民确认", "confirmed by the resident"),
    "outcome_disputed": both("居民要求重办", "disputed by the resident"),
    "closed_without_word": both("未参评办结", "closed without word"),
    "case_withdrawn": both("居民撤回", "withdrawn"),
    "case_referred": both("已转办", "referred"),
    "case_rejected": both("不予受理", "rejected"),
    "case_marked_duplicate": both("并入重复件", "marked duplicate"),
    "case_rerouted": both("已转派", "rerouted"),
    "case_reopened": both("已重启", "reopened"),
    "emergency_declared": both("启动联动处置", "emergency declared"),
    "emergency_review_missed": both("联动超时复核", "emergency review missed"),
    "emergency_stood_down": both("解除联动处置", "emergency stood down"),
    "note_added": both("加备注", "note added"),
    "case_assigned": both("已指派", "assigned"),
    "case_supervised": both("已督办", "put under supervision"),
    "wait_reprojected": both("时限重排", "dates computed again"),
    "put_on_agenda": both("列为补充议题", "put on the agenda"),
    "photos_added": both("已补充照片", "photographs added"),
    "signal_refused": both("信号未受理", "signal refused"),
}

CLOSED_AS: dict[str, Name] = {
    "settled": both("已解决", "settled"),
    "no_word": both("未参评", "no word"),
    "withdrawn": both("已撤回", "withdrawn"),
    "referred": both("已转办", "referred"),
    "rejected": both("不予受理", "rejected"),
    "duplicate": both("重复件", "duplicate"),
}

CHANNELS: dict[str, Name] = {
    "wechat": both("我找红绣匠", "WeChat"),
    "counter": both("民情速递", "counter"),
    "phone": both("电话", "phone"),
    "officer": both("走访", "officer"),
}

SEVERITIES: dict[str, Name] = {
    "low": both("一般", "low"),
    "normal": both("普通", "normal"),
    "high": both("重要", "high"),
    "urgent": both("紧急", "urgent"),
}

WAITS: dict[str, Name] = {
    "contact": both("等小区首次联系居民", "the estate's first contact with the resident"),
    "sitting": both("等{where}（{starts_at}）作出决定", "a decision at {where} ({starts_at})"),
    "plan": both("等{who}按方案完成办理", "{who} to complete the plan"),
    "suspension": both("挂起中，等外部条件", "an outside condition"),
    "designation": both("等区政府指定管理单位", "the district to designate whose it is"),
    "stand_down": both("等联动处置解除", "stand-down of the emergency"),
    "verification": both("等居民回访答复", "the resident's word"),
    "answer": both("等向居民阶段答复", "an answer to the resident"),
    "acceptance": both("等书面告知是否受理", "written word whether it is accepted"),
}

EXPIRIES: dict[str, Name] = {
    "contact_missed": both("逾时标记并转每周碰头", "marked missed; goes to the weekly check-in"),
    "carry_over": both("届时未决则结转下次会议", "carried over to the next sitting"),
    "escalate": both("届时未决则升级上一级", "escalates to the next tier"),
    "plan_overdue": both("逾期转督办并回到下次会议", "overdue: back to the next sitting, supervised"),
    "resume": both("届时恢复办理", "resumes where it was"),
    "designation_missed": both("记为逾期，并继续等待指定", "is late, and is waited for again"),
    "review": both("届时复核并提醒", "is reviewed and reminded"),
    "close_without_word": both("届时按未参评办结", "closes without the resident's word"),
    "answer_missed": both("记为答复逾期，通知本级和上一级", "is marked missed; the unit and the one above are told"),
    "acceptance_missed": both(
        "记为告知逾期，通知本级和上一级", "is marked missed; the unit and the one above hear of it"
    ),
}

WHO_ACTS: dict[str, Name] = {
    "contact": both("小区联系点", "the estate's officer"),
    "sitting": both("{where}", "{where}"),
    "plan": both("{who}", "{who}"),
    "suspension": both("外部条件", "outside the ladder"),
    "designation": both("区政府", "the district"),
    "stand_down": both("联盟综合服务中心", "the alliance's officer"),
    "verification": both("居民", "the resident"),
    "answer": both("本级经办单位", "whoever has the case"),
    "acceptance": both("本级经办单位", "whoever has the case"),
}
"""Who has to act for what a case waits for, by the kind of wait."""

OBJECTION_GROUNDS: dict[str, Name] = {
    "not_our_duty": both("职责不符", "not our duty"),
    "not_our_area": both("属地不符", "not our area"),
    "incomplete": both("信息不全", "incomplete"),
    "duplicate": both("重复", "a repeat"),
    "not_acceptable": both("不予受理", "not acceptable"),
}
"""Why a case is handed back."""

REJECTION_GROUNDS: dict[str, Name] = {
    "litigation": both(
        "依法应当通过诉讼、仲裁、纪检监察、行政复议、政府信息公开等程序解决",
        "for the courts, arbitration, discipline, administrative review or information disclosure by law",
    ),
    "petition": both("已经进入信访程序", "already a petition"),
    "secrecy": both("涉及国家秘密、商业秘密、个人隐私或违反公序良俗", "secrets, privacy or public morals"),
    "concluded": both("已依法作出处理，没有新情况", "lawfully concluded, with nothing new"),
    "not_this_office": both("不属于本单位职责范围", "not this office's"),
    "other": both("其他依法不予受理的情形", "another lawful ground"),
}
"""Why a case is not taken on (Weifang's 12345 regulation, Art. 19; Beijing's, Art. 11: †)."""

REPORTERS: dict[str, Name] = {
    "person": both("居民", "a resident"),
    "owners_committee": both("业主委员会", "an owners' committee"),
    "residents_committee": both("社区居民委员会", "a residents' committee"),
    "company": both("物业服务人", "a property company"),
}
"""Who raises an issue."""

EFFECTS: dict[str, Name] = {
    "contact": both(
        "转到{estate}重新对接：{until} 前须联系居民，{then}。",
        "To {estate}, which has to contact the resident by {until}, or it is {then}.",
    ),
    "sitting": both(
        "转至{where}（{starts_at} 开会{agenda}）；期限 {until}，{then}。",
        "To {where} ({starts_at}{agenda}); undecided by {until}: {then}.",
    ),
    "plan": both("由{who}办理，{due}前（含当日）完成；{then}。", "{who} carries it out by the end of {due}; {then}."),
    "suspension": both(
        "挂起，{until} 恢复办理；其间各项计时停止。", "Suspended; resumes at {until}. Its clocks stand still meanwhile."
    ),
    "designation": both(
        "等区政府指定管理单位；{until} 前未指定，{then}。",
        "The district has to designate whose it is; not done by {until}, it {then}.",
    ),
    "stand_down": both(
        "启动联动处置，议事阶梯暂停；{until} 前未解除，{then}。",
        "The joint response begins and the ladder pauses; not stood down by {until}, it {then}.",
    ),
    "verification": both(
        "请居民回访：{until} 前未答复，{then}。", "The resident is asked; without a word by {until} it {then}."
    ),
    "closed": both(
        "办结（{how}），居民可查到结果；{days} 天内可以重启。",
        "Closed as {how}, which the resident can see; may be reopened within {days} days.",
    ),
    "unchanged": both("阶段和期限不变，记入办理经过。", "Stage and deadline stay; it is kept in the story."),
    "agenda": both("，议程 {freezes_at} 定稿", ", agenda frozen {freezes_at}"),
    "carried_over": both("记为第 {count} 次结转。", "Counts as carry-over number {count}."),
    "supervised": both("标为督办，各处可见。", "It is marked as supervised everywhere."),
    "raised": both("并拟上报区级。", "It is raised for the district."),
    "answered": both("居民会看到这次阶段答复。", "The resident reads the answer."),
    "answer_due": both("{until} 前要给居民阶段答复。", "The resident is to be answered by {until}."),
    "accepted": both("已书面告知受理。", "It is on record that it is accepted."),
}
"""What a decision would bring about, by the kind of wait that it leads to."""
