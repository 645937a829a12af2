"""What the page of one's own work says."""

from __future__ import annotations

from domain.words import Name


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


WORDS: dict[str, Name] = {
    "work.title": _n("我的工作", "My work"),
    "work.lead": _n("您岗位范围内未办结的诉求，按期限先后排列。", "Open cases in your scope, first due on top."),
    "work.late": _n("已逾期", "Late"),
    "work.today": _n("今天到期", "Due today"),
    "work.week": _n("七天内到期", "Due within seven days"),
    "work.later": _n("以后到期", "Later"),
    "work.empty": _n("目前没有等待处理的诉求。", "Nothing waits."),
    "work.case": _n("诉求", "Case"),
    "work.waits_for": _n("等待", "Waits for"),
    "work.then": _n("届时", "Then"),
    "work.until": _n("期限", "Until"),
    "work.stage": _n("阶段", "Stage"),
    "work.place": _n("小区", "Estate"),
}
