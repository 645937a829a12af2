"""What a resident is told of their own issue, in plain words: what has happened, what comes next, what if nothing does.

They are spoken to (您), hear dates, and are not troubled with notes, assignments and the office's own bookkeeping.
"""

from __future__ import annotations

from domain.words.bilingual import Name


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


MILESTONES: dict[str, Name] = {
    "case_opened": _n("您的诉求已登记", "Your issue was taken down"),
    "resident_contacted": _n("小区已与您联系", "The estate has been in touch with you"),
    "contact_missed": _n(
        "小区没有在规定时间内联系您，已转小区碰头会", "The estate did not contact you in time; its check-in takes it up"
    ),
    "answer_given": _n("经办单位答复您", "You were answered"),
    "answer_missed": _n(
        "没有按时答复您，已通知经办单位和上一级", "You were not answered in time; those above have been told"
    ),
    "acceptance_missed": _n(
        "没有按时告知您是否受理，已通知经办单位和上一级",
        "You were not told in time whether it is accepted; those above have been told",
    ),
    "case_accepted": _n("已书面告知：予以受理", "You were told that it is accepted"),
    "case_held": _n("会上讨论过，暂缓到下次会议", "It was discussed, and stays for the next meeting"),
    "case_carried_over": _n("会上没有议定，转到下次会议", "The meeting did not decide it; the next one will"),
    "case_raised_to_district": _n("多次未议定，拟上报区级", "It is to be raised with the district"),
    "case_escalated": _n("已升级到{tier}办理", "It went up to the {tier}"),
    "case_returned": _n("已交回{tier}办理", "It went back to the {tier}"),
    "case_objected": _n("经办单位认为不属其职责，正在确定由谁办理", "It is being settled whose it is"),
    "designation_missed": _n("区政府尚未指定办理单位，正在催办", "The district has not said yet whose it is"),
    "case_designated": _n("区政府已指定办理单位", "The district has said whose it is"),
    "plan_made": _n("办理方案已定：{lead}负责，{due}前完成", "A plan was made: {lead} is to finish by {due}"),
    "plan_extended": _n("完成日期改为{due}", "The plan's date moved to {due}"),
    "plan_completed": _n("已办理完成，请您评价", "The work is done; please say whether it is good"),
    "plan_overdue": _n("没有按期完成，已转督办", "It was not done in time and is now under supervision"),
    "case_suspended": _n("暂停办理，{resume}恢复", "It is paused until {resume}"),
    "suspension_extended": _n("暂停延长，{resume}恢复", "The pause was extended until {resume}"),
    "case_resumed": _n("恢复办理", "Work on it has been taken up again"),
    "case_resolved": _n("已办理，请您评价", "It was dealt with; please say whether it is good"),
    "outcome_confirmed": _n("您确认已解决，评了 {stars} 星", "You said that it is solved, with {stars} of 5 stars"),
    "outcome_disputed": _n("您认为没有解决，已重办", "You said that it is not solved; it is being done again"),
    "closed_without_word": _n("到期没有收到您的评价，已办结", "You were not heard from in time; it was closed"),
    "case_withdrawn": _n("您撤回了诉求", "You took it back"),
    "case_referred": _n("已转给{to_whom}办理", "It was passed on to {to_whom}"),
    "case_rejected": _n("不予受理", "It was not taken on"),
    "case_marked_duplicate": _n(
        "与 {of} 是同一件事，一并办理", "It is the same matter as {of} and is dealt with there"
    ),
    "case_rerouted": _n("已转到{estate}办理", "It was passed to {estate}"),
    "case_reopened": _n("重新开始办理", "It was opened again"),
    "emergency_declared": _n("已启动多部门联动处置", "A joint response of several departments has begun"),
    "emergency_stood_down": _n("联动处置已结束", "The joint response is over"),
    "photos_added": _n("补充了 {n} 张照片", "{n} photograph(s) were added"),
}
"""By the type of event. What is not here, a resident is not told."""

TOLD_IN_FULL: dict[str, str] = {
    "case_resolved": "what_was_done",
    "plan_completed": "what_was_done",
    "case_suspended": "condition",
    "plan_made": "deliverable",
    "case_accepted": "text",
}
"""Whose text a resident reads: what was done, what is planned, what it waits for; the key in the event's facts."""

LAWFUL_CHANNELS: dict[str, Name] = {
    "litigation": _n(
        "请依法通过诉讼、仲裁、纪检监察、行政复议或政府信息公开等途径提出",
        "Please turn to the courts, arbitration, discipline, administrative review or information disclosure",
    ),
    "petition": _n(
        "该事项已在信访程序中，请向受理的信访机构查询", "It is a petition already: please ask the petitions office"
    ),
    "secrecy": _n(
        "涉及国家秘密、商业秘密、个人隐私的事项请向有权机关提出", "Please turn to the authority competent for it"
    ),
    "concluded": _n(
        "有新情况、新理由的，可以再次提出；不服处理结论的，可依法申请行政复议或提起诉讼",
        "You may raise it again with something new; the conclusion may be reviewed or sued against by law",
    ),
    "not_this_office": _n(
        "请向有权处理的部门提出，可拨打 12345 咨询", "Please turn to the office competent for it, or ask 12345"
    ),
    "other": _n("可拨打 12345 咨询办理途径", "You may ask 12345 where to turn"),
}
"""The lawful way that is open to a resident whose issue is not taken on, by its ground."""

PETITION = _n(
    "已作为信访事项转出：{notice}前书面告知您是否受理，预计{concluded}前办结，情况复杂的最多延长 {extended} 天；"
    "对处理意见不服的，收到答复后 {review} 天内可以请求复查、复核（《信访工作条例》）",
    "It went on as a petition: you are told in writing by {notice} whether it is taken on; it is concluded by about "
    "{concluded}, extended by {extended} days at most; within {review} days of the answer you may ask for a review",
)
"""What a resident is told of the dates of a matter that becomes a petition."""

NEXT: dict[str, Name] = {
    "contact": _n("小区联系点会与您联系", "Your estate's officer will contact you"),
    "sitting": _n("{where}将在{starts_at}讨论您的诉求", "{where} will discuss it on {starts_at}"),
    "plan": _n("{who}正在办理", "{who} is working on it"),
    "suspension": _n("等外部条件具备后继续办理", "It goes on when an outside condition is met"),
    "designation": _n("等区政府指定办理单位", "The district is to say whose it is"),
    "stand_down": _n("多个部门正在联动处置", "Several departments are dealing with it together"),
    "verification": _n("请您告诉我们：问题解决了吗？", "Please tell us: is it solved?"),
    "answer": _n("经办单位会答复您办理情况", "You will hear how it stands"),
    "acceptance": _n("会书面告知您是否受理", "You will be told in writing whether it is accepted"),
}
"""What happens next, by the kind of wait."""

BY_WHEN: dict[str, Name] = {
    "contact": _n("最迟 {until}", "by {until}"),
    "sitting": _n("最迟 {until} 有结果", "with a result by {until}"),
    "plan": _n("最迟 {until} 完成", "to be done by {until}"),
    "suspension": _n("{until} 恢复办理", "to go on from {until}"),
    "designation": _n("最迟 {until}", "by {until}"),
    "stand_down": _n("{until} 前复核一次进展", "progress is reviewed by {until}"),
    "verification": _n("请在 {until} 前答复", "please answer by {until}"),
    "answer": _n("最迟 {until}", "by {until}"),
    "acceptance": _n("最迟 {until}", "by {until}"),
}
"""Until when, by the kind of wait."""

OTHERWISE: dict[str, Name] = {
    "contact_missed": _n(
        "到时没有联系您，会记为超时，由小区碰头会处理", "If nobody does, that is marked, and the check-in takes it up"
    ),
    "carry_over": _n("到时没有议定，会转到下次会议", "If it is not decided there, the next meeting takes it up"),
    "escalate": _n("到时没有议定，会自动升级到上一级", "If it is not decided there, it goes one tier up by itself"),
    "plan_overdue": _n(
        "到期没有完成，会转为督办，并回到会上讨论", "If it is not, it comes under supervision and back to a meeting"
    ),
    "resume": _n("到时自动恢复办理", "It goes on by itself then"),
    "designation_missed": _n("到时没有指定，会记为逾期并继续催办", "If it does not, that is marked, and awaited on"),
    "review": _n("到时由联盟综合服务中心复核", "The alliance's service centre then looks at it again"),
    "close_without_word": _n("到时没有答复，会按未参评办结", "Without an answer it is closed then"),
    "answer_missed": _n(
        "到时没有答复您，会记为逾期并通知上一级", "If you do not, that is marked, and those above are told"
    ),
    "acceptance_missed": _n(
        "到时没有告知您，会记为逾期并通知上一级", "If not, that is marked, and those above are told"
    ),
}
"""What happens when nothing comes, by the wait's end."""
