"""What the pages of cases say."""

from __future__ import annotations

from domain.words import Name


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


WORDS: dict[str, Name] = {
    "cases.title": _n("诉求件", "Cases"),
    "cases.erased": _n("（居民信息已删除）", "(the resident was erased)"),
    "cases.waits_for": _n("等待", "Waits for"),
    "cases.then": _n("届时", "Then"),
    "cases.until": _n("期限", "Until"),
    "cases.stage": _n("阶段", "Stage"),
    "cases.estate": _n("小区", "Estate"),
    "cases.community": _n("社区", "Community"),
    "cases.category": _n("类别", "Category"),
    "cases.channel": _n("来源", "Channel"),
    "cases.severity": _n("紧急程度", "Severity"),
    "cases.opened_at": _n("登记时间", "Opened"),
    "cases.facts": _n("基本情况", "Facts"),
    "cases.resident": _n("居民反映", "What the resident says"),
    "cases.reporter": _n("反映人", "Reporter"),
    "cases.address": _n("地点", "Where"),
    "cases.story": _n("办理经过", "Story"),
    "cases.closed": _n("已办结", "Closed"),
}
