"""What an exported list has as its heads."""

from __future__ import annotations

from domain.words.bilingual import Name


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


WORDS: dict[str, Name] = {
    "export.number": _n("编号", "Number"),
    "export.title": _n("标题", "Title"),
    "export.tier": _n("层级", "Tier"),
    "export.stage": _n("阶段", "Stage"),
    "export.community": _n("社区", "Community"),
    "export.estate": _n("小区", "Estate"),
    "export.category": _n("类别", "Category"),
    "export.channel": _n("来源", "Channel"),
    "export.severity": _n("紧急程度", "Severity"),
    "export.opened_at": _n("登记时间", "Opened"),
    "export.waits_for": _n("等待", "Waits for"),
    "export.until": _n("期限", "Until"),
    "export.then": _n("届时", "Then"),
    "export.answer_due": _n("答复期限", "Answer due"),
    "export.answer_missed": _n("答复逾期", "Answer missed"),
    "export.overdue": _n("逾期", "Late"),
    "export.supervised": _n("督办", "Supervised"),
    "export.carried_over": _n("结转次数", "Carried over"),
    "export.lead": _n("牵头单位", "Lead"),
    "export.closed_as": _n("办结方式", "Closed as"),
    "export.closed_at": _n("办结时间", "Closed"),
    "export.yes": _n("是", "yes"),
}
