"""What the case list and the board say."""

from __future__ import annotations

from domain.words.bilingual import Name


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


WORDS: dict[str, Name] = {
    "cases.case": _n("诉求", "Case"),
    "cases.place": _n("小区", "Estate"),
    "cases.ways": _n("列表或看板", "List or board"),
    "cases.list": _n("列表", "List"),
    "cases.board": _n("看板", "Board"),
    "cases.filter": _n("筛选", "Filter"),
    "cases.search": _n("搜索", "Search"),
    "cases.search_hint": _n("标题中的词，或编号", "Words of the title, or a number"),
    "cases.found": _n("符合条件的诉求件", "The cases that fit"),
    "cases.n": _n("{n} 件", "{n} cases"),
    "cases.n_late": _n("逾期 {n} 件", "{n} late"),
    "cases.late_short": _n("逾期 {n}", "{n} late"),
    "cases.by_tier": _n("按层级", "By tier"),
    "cases.by_stage": _n("按阶段", "By stage"),
    "cases.none": _n("没有符合条件的诉求件。", "No case fits."),
    "cases.off_ladder": _n("会外办理", "Between sittings"),
    "cases.all_of": _n("全部 {n} 件", "All {n}"),
    "cases.export_note": _n(
        "导出当前筛选的全部结果，最多 {most} 件；不含居民个人信息，每次导出留有记录。",
        "Exports everything that fits, up to {most} cases; without residents' personal data. Each export is recorded.",
    ),
    "filter.any_tier": _n("全部层级", "Any tier"),
    "filter.any_stage": _n("全部阶段", "Any stage"),
    "filter.any_community": _n("全部社区", "Any community"),
    "filter.any_estate": _n("全部小区", "Any estate"),
    "filter.any_category": _n("全部类别", "Any category"),
    "filter.any_company": _n("全部企业", "Any company"),
    "filter.any_lead": _n("全部单位", "Anybody"),
    "filter.any_answer": _n("不限", "Any"),
    "filter.answer_due": _n("待答复", "Promised"),
    "filter.answer_overdue": _n("答复逾期", "Missed"),
    "filter.answer_none": _n("无待答复", "None owed"),
    "filter.any_way": _n("不限", "Any"),
    "filter.tier": _n("层级", "Tier"),
    "filter.company": _n("物业企业", "Property company"),
    "filter.status": _n("状态", "Status"),
    "filter.closed_as": _n("办结方式", "Closed as"),
    "filter.open": _n("未办结", "Open"),
    "filter.closed": _n("已办结", "Closed"),
    "filter.all": _n("全部", "All"),
    "filter.sort": _n("排序", "Order"),
    "filter.due": _n("逾期和将到期的在前", "Late and due first"),
    "filter.newest": _n("最新登记的在前", "Newest first"),
    "filter.promised": _n("最先要答复居民的在前", "Whose resident is to hear first"),
    "filter.longest": _n("在本级最久的在前", "Longest at its tier first"),
    "filter.opened_from": _n("登记自", "Opened from"),
    "filter.opened_to": _n("登记至", "Opened until"),
    "filter.mine": _n("等我办理", "Waits for me"),
    "filter.overdue": _n("逾期", "Late"),
    "filter.supervised": _n("督办", "Supervised"),
    "filter.emergency": _n("涉联动", "Emergency"),
    "filter.more": _n("更多条件", "More"),
    "filter.clear": _n("清除", "Clear"),
    "views.title": _n("我的视图", "My views"),
    "views.keep": _n("存为视图", "Keep as a view"),
    "views.name": _n("视图名称", "Name"),
    "views.save": _n("保存", "Keep"),
    "views.remove": _n("删除", "Remove"),
    "views.remove_one": _n("删除视图“{name}”", "Remove the view {name}"),
    "views.remove_sure": _n("删除视图“{name}”？", "Remove the view {name}?"),
    "flash.view_kept": _n("已保存视图“{name}”。", "The view {name} is kept."),
    "flash.view_removed": _n("已删除视图。", "The view is removed."),
    "flash.too_many_views": _n(
        "视图已满（最多 30 个），请先删除不用的。", "You keep 30 views, which is the most; remove one first."
    ),
}
