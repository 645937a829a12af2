"""The words on paper, in Chinese and in English."""

from __future__ import annotations

from domain.words.bilingual import Name

WORDS: dict[str, Name] = {
    key: Name(zh=zh, en=en)
    for key, zh, en in (
        ("agenda", "议程", "Agenda"),
        ("agenda_draft", "议程（草案）", "Draft agenda"),
        ("minutes", "纪要", "Minutes"),
        ("time", "时间", "Time"),
        ("state", "议程", "Agenda"),
        ("draft", "草案，{freezes_at}定稿", "draft; frozen on {freezes_at}"),
        ("frozen", "{at}定稿，其后只作补充", "frozen on {at}; later cases are addenda"),
        ("cases", "诉求件", "Cases"),
        ("cases_on", "{count}件", "{count}"),
        ("cases_with_late", "{count}件，另补充{late}件", "{count}, and {late} added later"),
        ("length", "时长", "Length"),
        ("minutes_of", "安排{planned}分钟，共{budget}分钟", "{planned} of {budget} minutes"),
        ("dates", "日期", "Dates"),
        ("provisional", "暂定，待放假安排公布后确认", "provisional until the year's calendar is published"),
        ("chair", "主持", "Chair"),
        ("recorder", "记录", "Recorder"),
        ("made_at", "成稿", "Drawn up"),
        ("present", "出席", "Present"),
        ("absent", "请假", "Absent"),
        ("not_recorded", "未记录", "not recorded"),
        ("in_minutes", "{count}分钟", "{count} min"),
        ("in_cases", "{count}件", "{count} cases"),
        ("in_case", "{count}件", "{count} case"),
        ("supervised", "督办", "supervised"),
        ("overdue", "逾期", "overdue"),
        ("answer_missed", "答复逾期", "answer missed"),
        ("carried", "结转{count}次", "carried over: {count}"),
        ("late", "补充", "added"),
        ("basis", "依据", "Basis"),
        ("attendees", "法定参加单位", "To attend by law"),
        ("mode", "召开方式", "Held"),
        ("matter", "联席会议事项", "Matter"),
        ("why_here", "由来", "How it came here"),
        ("tabled", "上会情况", "Tabled"),
        ("tabled_times", "{first}首次上会，累计{times}次", "first on {first}, {times} time(s) in all"),
        ("tabled_only", "累计{times}次", "{times} time(s) in all"),
        ("tabled_first", "首次", "for the first time"),
        ("promised", "原定方案", "Promised"),
        (
            "promise",
            "{lead}应于{due}前完成：{deliverable}",
            "{deliverable}, by {lead}, due {due}",
        ),
        ("actual", "实际进展", "Actually"),
        ("tried", "已办", "Tried so far"),
        ("asked", "提请决定", "Decision asked for"),
        ("lead", "建议牵头", "Proposed lead"),
        ("attend", "请参会", "Must attend"),
        ("late_reason", "补充缘由", "Why added"),
        ("late_by", "{reason}（{by}，{at}）", "{reason} ({by}, {at})"),
        ("late_at", "{by}（{at}）", "{by} ({at})"),
        ("addenda", "补充议题", "Addenda"),
        ("not_fitting", "时间所限未列入", "Left out for want of time"),
        (
            "not_fitting_lead",
            "以下{count}件本次排不下，仍按时限待议：",
            "There is no time for {count} more, which keep waiting:",
        ),
        (
            "not_fitting_more",
            "……另有{count}件，见议程数据（JSON）。",
            "… and {count} more, in the agenda's data (JSON).",
        ),
        ("nothing", "无。", "None."),
        ("resolutions", "会议决定", "Decisions"),
        ("no_resolutions", "本次会议未对诉求件作出决定。", "No case was decided at this sitting."),
        ("carried_over", "结转事项", "Carried over"),
        ("other", "其他", "Other business"),
        ("dissent", "不同意见", "Dissent"),
        ("next", "下次会议", "Next sitting"),
        ("heads", "决定所据记录", "Records behind the decisions"),
        (
            "heads_lead",
            "每件诉求件作出决定时的记录版本及其校验值（SHA-256），可据以核对。",
            "Each case's record at the decision: its version and hash head (SHA-256), to check against.",
        ),
        ("col_number", "序号", "No."),
        ("col_case", "诉求件", "Case"),
        ("col_decision", "决定", "Decision"),
        ("col_who", "牵头与协办", "Lead and co-handlers"),
        ("col_what", "成果与时限", "Deliverable and due date"),
        ("col_count", "结转次数", "Times"),
        ("col_where", "待议会议", "Waits for"),
        ("col_version", "版本", "Version"),
        ("col_head", "校验值", "Hash head"),
        ("co_handlers", "协办：{who}", "with {who}"),
        ("due", "{due}前", "by {due}"),
        ("late_by_decision", "工作人员增补", "added by an officer"),
        ("late_by_arrived_while_freezing", "定稿时到达，自动列入", "came in as the agenda froze"),
        ("annex", "附件", "Annex"),
        ("contents", "目录", "Contents"),
        ("brand", "南城e家·红绣匠", "Nancheng e-Home · Hongxiu"),
        ("comma", "、", ", "),
        ("pause", "，", ", "),
        ("colon", "：", ": "),
    )
}
"""Every fixed word of a document, by key."""


def english(language: str) -> bool:
    """Whether a language tag reads English; everything else reads Chinese."""
    return language.startswith("en")


def say(key: str, language: str, **params: object) -> str:
    """The words for ``key`` with their gaps filled."""
    return WORDS[key].in_(language).format(**params)
