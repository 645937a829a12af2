"""What the page of one's own work says."""

from __future__ import annotations

from domain.words.bilingual import Name


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


WORDS: dict[str, Name] = {
    "work.title": _n("我的工作", "My work"),
    "work.late": _n("已逾期", "Late"),
    "work.today": _n("今天到期", "Due today"),
    "work.week": _n("七天内到期", "Due within seven days"),
    "work.later": _n("以后到期", "Later"),
    "work.owed": _n("待答复居民", "Residents to be answered"),
    "work.owed_by": _n("最迟答复", "To hear by"),
    "work.unanswered": _n("{n} 件没有按时答复居民", "{n} residents were not answered in time"),
    "work.helped": _n("协办的方案", "Plans that we help with"),
    "work.tasks": _n("联动处置任务", "Tasks of joint responses"),
    "work.task": _n("任务", "Task"),
    "work.what": _n("联动处置", "Response"),
    "work.empty": _n("目前没有等您办理的诉求件。", "Nothing waits for you."),
    "work.all_mine": _n("全部等我办理的 {n} 件", "All {n} that wait for me"),
    "work.others": _n("本岗位范围内另有 {n} 件，等其他单位或居民", "{n} more in your scope wait for others"),
    "work.duties": _n("我方会议待办", "Our sittings need"),
    "work.duty.prepare": _n(
        "准备议程（已有 {n} 件），定稿前可调整", "Prepare the agenda ({n} cases) before it is frozen"
    ),
    "work.duty.hold": _n("主持会议，审议 {n} 件", "Hold it; {n} cases"),
    "work.duty.minutes": _n("完成纪要，未决 {n} 件届时结转", "Finish the minutes; {n} undecided carry over"),
    "work.meetings": _n("七天内的会议", "Meetings within seven days"),
    "work.no_meeting": _n("七天内没有会议。", "No meeting within seven days."),
    "work.is_today": _n("今天", "today"),
    "work.waiting": _n("待议 {n} 件", "{n} cases wait for it"),
    "work.notices": _n("未读通知", "Unread notices"),
    "work.late_units": _n("各单位逾期情况", "What is late, by unit"),
    "work.late_cases": _n("逾期的诉求件", "The cases that are late"),
    "work.nothing_late": _n("没有逾期的诉求件。", "Nothing is late."),
    "work.unit": _n("单位", "Unit"),
    "work.why": _n("为何逾期", "Why"),
    "work.system": _n("系统状态", "The system"),
    "work.check.temporal": _n("流程服务", "Temporal"),
    "work.check.log": _n("事件账本", "Event log"),
    "work.check.rules": _n("议事规则", "Rules"),
    "work.check.worker": _n("工作进程", "Worker"),
    "work.answers": _n("正常", "answers"),
    "work.silent": _n("无应答", "does not answer"),
    "work.policies": _n("现行规则版本", "Rules in force"),
    "work.locked": _n("被锁定的账号名", "Names that are locked"),
}
