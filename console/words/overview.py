"""What the overview says. What its figures mean is defined in docs/statistics.md, and said here in a sentence each."""

from __future__ import annotations

from domain.words.bilingual import Name


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


WORDS: dict[str, Name] = {
    "nav.overview": _n("统计概览", "Overview"),
    "overview.title": _n("统计概览", "Overview"),
    "overview.all": _n("全部单位", "All units"),
    "overview.as_of": _n("数据截至 {at}", "As of {at}"),
    "overview.lead": _n("{unit} · {since} 至 {until}", "{unit} · {since} to {until}"),
    "overview.compared": _n("与 {since} 至 {until} 相比", "Compared with {since} to {until}"),
    "overview.csv": _n("下载本表", "This table as CSV"),
    # ---- the time
    "overview.period": _n("时间段", "Time"),
    "overview.period.month": _n("本月", "This month"),
    "overview.period.last_month": _n("上月", "Last month"),
    "overview.period.quarter": _n("本季度", "This quarter"),
    "overview.period.year": _n("本年", "This year"),
    "overview.period.chosen": _n("自选", "Other dates"),
    "overview.from": _n("自", "From"),
    "overview.to": _n("至", "To"),
    "overview.show": _n("查看", "Show"),
    "overview.bad.unknown": _n("没有这个时间段。", "There is no such time."),
    "overview.bad.no_date": _n("请填写日期，如 2026-03-01。", "Give a date, such as 2026-03-01."),
    "overview.bad.backwards": _n("结束日期早于开始日期。", "It ends before it begins."),
    "overview.bad.too_long": _n("时间段最长五年。", "A time is five years at most."),
    # ---- the three rates, and the answers
    "overview.rates": _n("三率和答复", "The three rates, and answers"),
    "overview.rate.response": _n("响应率", "Response"),
    "overview.rate.solution": _n("解决率", "Solution"),
    "overview.rate.satisfaction": _n("满意率", "Satisfaction"),
    "overview.rate.answers": _n("按时答复率", "Answered in time"),
    "overview.of.response": _n("{whole} 次首次联系", "{whole} first contacts"),
    "overview.of.solution": _n("居民评价 {whole} 次", "{whole} words of residents"),
    "overview.of.satisfaction": _n("居民评价 {whole} 次", "{whole} words of residents"),
    "overview.of.answers": _n("阶段答复 {whole} 次", "{whole} answers"),
    "overview.points": _n("{n} 个百分点", "{n} points"),
    "overview.more": _n("较上期上升", "up on the time before:"),
    "overview.less": _n("较上期下降", "down on the time before:"),
    "overview.same": _n("与上期持平", "as in the time before"),
    "overview.before": _n("上期 {value}", "before {value}"),
    "overview.no_before": _n("上期无", "nothing before"),
    "overview.define": _n("“{what}”的口径", "What {what} means"),
    "overview.means.response": _n(
        "在这段时间内到期或完成的首次联系中，按时完成的占多少。居民撤回、重复和转派的不计。",
        "Of the first contacts whose clock ended in the time, those that were kept. Withdrawn, duplicate and rerouted "
        "cases do not count.",
    ),
    "overview.means.solution": _n(
        "在这段时间内居民的评价中，确认已解决的占多少。以居民的话为准，未参评的不计。",
        "Of the residents' words in the time, those that said it is solved. The resident's word counts; who said "
        "nothing is left out.",
    ),
    "overview.means.satisfaction": _n(
        "在这段时间内居民的评价中，确认已解决且给三星及以上的占多少。",
        "Of the same words, those that said it is solved with three stars or more.",
    ),
    "overview.means.answers": _n(
        "在这段时间内作出或逾期的阶段答复中，按时作出的占多少。办结、转办、不予受理时告知的结果也是答复。",
        "Of the answers given or missed in the time, those that were given in time. What a resident is told as a case "
        "is solved, referred or not taken on is an answer as well.",
    ),
    # ---- the counts
    "overview.counts": _n("本期情况", "In this time"),
    "overview.measure.opened": _n("受理", "Opened"),
    "overview.measure.closed": _n("办结", "Closed"),
    "overview.measure.open": _n("在办", "Open"),
    "overview.measure.late": _n("逾期", "Late"),
    "overview.measure.supervised": _n("督办", "Supervised"),
    "overview.measure.carried_over": _n("结转", "Carried over"),
    "overview.measure.escalated": _n("升级", "Escalated"),
    "overview.measure.disputed": _n("重办", "Disputed"),
    "overview.measure.repeats": _n("重复诉求", "Repeats"),
    "overview.measure.emergencies": _n("联动处置", "Emergencies"),
    "overview.measure.responded": _n("按时联系", "Contacted in time"),
    "overview.measure.missed": _n("超时未联系", "First contact missed"),
    "overview.measure.answered": _n("按时答复", "Answered in time"),
    "overview.measure.answer_missed": _n("答复逾期", "Answer missed"),
    "overview.measure.confirmed": _n("居民确认解决", "Confirmed as solved"),
    "overview.measure.satisfied": _n("居民满意", "Satisfied"),
    "overview.measure.settled": _n("已解决", "Settled"),
    "overview.measure.no_word": _n("未参评", "No word"),
    "overview.measure.withdrawn": _n("已撤回", "Withdrawn"),
    "overview.measure.referred": _n("已转办", "Referred"),
    "overview.measure.rejected": _n("不予受理", "Rejected"),
    "overview.measure.duplicate": _n("重复件", "Duplicate"),
    "overview.means.opened": _n("登记的诉求件。", "Cases opened."),
    "overview.means.closed": _n(
        "办结的诉求件，不论方式；重启后再办结的再计一次。",
        "Cases closed, in whatever way; closed again, counted again.",
    ),
    "overview.means.open": _n(
        "这段时间结束时（未结束的，为现在）尚未办结的诉求件。", "Cases not closed at the end of the time, or now."
    ),
    "overview.means.late": _n(
        "错过首次联系、方案期限或联动复核期限的诉求件；一件只计一次。",
        "Cases that missed a first contact, a plan's due date or an emergency's review; each once.",
    ),
    "overview.means.supervised": _n(
        "由督导提出或按规则转为督办的诉求件。", "Cases that a supervisor took up or a rule marked."
    ),
    "overview.means.carried_over": _n(
        "会议未作决定而顺延到下次会议的次数。", "How often a sitting passed without a decision on a case."
    ),
    "overview.means.escalated": _n(
        "由决定或按规则升到上一级的次数。", "How often a case went a tier up, by a decision or by rule."
    ),
    "overview.means.disputed": _n("居民表示没有解决的次数。", "How often a resident said that it is not solved."),
    "overview.means.repeats": _n(
        "同一事项再次提出：标为重复，或办结后重启。", "The same matter again: a duplicate, or reopened."
    ),
    "overview.means.emergencies": _n("启动联动处置的次数。", "How often a case became an emergency."),
    "overview.now": _n("现在 {n} 件", "{n} now"),
    # ---- charts
    "overview.flow": _n("每周受理与办结", "Opened and closed, week by week"),
    "overview.flow.monthly": _n("每月受理与办结", "Opened and closed, month by month"),
    "overview.flow.told": _n(
        "共 {n} 段：受理 {opened} 件，办结 {closed} 件；一段最多受理 {most} 件。",
        "{n} steps: {opened} opened, {closed} closed; at most {most} opened in one.",
    ),
    "overview.flow.up": _n("受理", "opened"),
    "overview.flow.down": _n("办结", "closed"),
    "overview.step": _n("起始", "Beginning"),
    "overview.figures": _n("数据表", "The figures"),
    "overview.trend": _n("{rate}走势", "{rate}: its course"),
    "overview.trend.told": _n("最低 {least}，最高 {most}，最近 {last}。", "From {least} to {most}; {last} at last."),
    "overview.days": _n("各级停留天数", "Days at each tier"),
    "overview.days.lead": _n(
        "这段时间内每件在该级停留的自然日，挂起、回访和办结后的时间不计。",
        "Calendar days of each case at the tier within the time; not while suspended, in verification, or closed.",
    ),
    "overview.spread.title": _n("{tier}停留天数的分布", "Days at the tier {tier}: how they spread"),
    "overview.spread.told": _n(
        "{cases} 件：一半不超过 {median} 天，九成不超过 {ninth} 天，最长 {longest} 天。",
        "{cases} cases: half of them within {median} days, nine in ten within {ninth}, the longest {longest}.",
    ),
    "overview.spread.median": _n("中位 {days} 天", "median {days} d"),
    "overview.spread.ninth": _n("九成以内 {days} 天", "nine in ten {days} d"),
    "overview.spread.longest": _n("最长 {days} 天", "longest {days} d"),
    "overview.spread.cases": _n("{n} 件", "{n} cases"),
    "overview.spread.row": _n("件数", "Cases"),
    "overview.spread.class": _n("天数", "Days"),
    "overview.standing": _n("现在在办", "Open now"),
    "overview.standing.lead": _n("按所在层级；斜线为逾期。", "By tier; what is late is hatched."),
    "overview.standing.late": _n("逾期 {n}", "{n} late"),
    "overview.standing.supervised": _n("督办 {n}", "{n} supervised"),
    "overview.standing.none": _n("没有在办的诉求件。", "No case is open."),
    "overview.ways": _n("怎样办结", "How they were closed"),
    "overview.ways.none": _n("这段时间没有办结的诉求件。", "No case was closed in this time."),
    "overview.nothing": _n("这段时间没有数据。", "There is nothing in this time."),
    # ---- tables
    "overview.tables": _n("分项", "Told apart"),
    "overview.by.community": _n("社区", "Community"),
    "overview.by.estate": _n("小区", "Estate"),
    "overview.by.company": _n("物业企业", "Property company"),
    "overview.by.category": _n("类别", "Category"),
    "overview.tab.community": _n("按社区", "By community"),
    "overview.tab.estate": _n("按小区", "By estate"),
    "overview.tab.company": _n("按物业企业", "By company"),
    "overview.tab.category": _n("按类别", "By category"),
    "overview.no_company": _n("无物业企业", "No company"),
    "overview.whole": _n("合计", "All"),
    "overview.days_at": _n("{tier}停留（天）", "Days at {tier}"),
    "overview.mean_days": _n("平均停留（天）", "Mean days at"),
    "overview.sort": _n("按“{what}”排序", "Sort by {what}"),
    "overview.file.part": _n("{rate}：分子", "{rate}: how many"),
    "overview.file.whole": _n("{rate}：分母", "{rate}: of how many"),
    "overview.file.days": _n("{tier}平均停留天数", "Mean days at the tier {tier}"),
    "overview.file.now_open": _n("现在在办", "Open now"),
    "overview.file.now_late": _n("现在逾期", "Late now"),
    "overview.file.now_supervised": _n("现在督办", "Supervised now"),
    # ---- what is late
    "overview.late": _n("现在逾期的", "Late now"),
    "overview.late.lead": _n("逾期最久的在前。", "The longest late on top."),
    "overview.late.all": _n("全部 {n} 件", "All {n}"),
    "overview.late.none": _n("没有逾期的诉求件。", "Nothing is late."),
    "overview.late.why": _n("逾期原因", "What was missed"),
    "overview.late.days": _n("已逾期 {n} 天", "{n} d late"),
    "overview.late.less": _n("逾期不到一天", "late for less than a day"),
    # ---- emergencies
    "overview.responses": _n("本期启动的联动处置", "Emergencies declared in this time"),
    "overview.responses.kind": _n("类型", "Kind"),
    "overview.responses.declared": _n("启动", "Declared"),
    "overview.responses.status": _n("状态", "Status"),
    "overview.responses.left": _n("必办任务未完 {n} 项", "{n} required tasks left"),
    # ---- a figure's cases
    "overview.cases.lead": _n("{since} 至 {until}", "{since} to {until}"),
    "overview.cases.n": _n("{n} 件", "{n} cases"),
    "overview.cases.times": _n("{times} 次，涉及 {n} 件", "{times} times, {n} cases"),
    "overview.cases.often": _n("以下各件不止一次：{list}", "More than once: {list}"),
    "overview.cases.none": _n("没有符合的诉求件。", "There is no such case."),
    "overview.cases.list": _n("{figure}的诉求件", "Cases: {figure}"),
}
