"""What the pages of meetings say: the calendar, a sitting, its forms, meeting mode, the inbox."""

from __future__ import annotations

from domain.words.bilingual import Name


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


_CALENDAR: dict[str, Name] = {
    "nav.meetings": _n("会议", "Meetings"),
    "nav.notices": _n("通知", "Notices"),
    "meetings.title": _n("会议日历", "Meetings"),
    "meetings.lead": _n(
        "小区每周碰头、社区和联盟每月例会；日期按工作日历自动排定，遇休假日顺延。",
        "Weekly check-ins and monthly meetings; dates follow the working calendar and move off holidays.",
    ),
    "meetings.subscribe": _n("订阅到手机或办公日历", "Subscribe"),
    "meetings.filter": _n("筛选会议", "Filter"),
    "meetings.scope": _n("范围", "Whose"),
    "meetings.scope.mine": _n("与我有关", "Mine"),
    "meetings.scope.all": _n("全部议事会", "All forums"),
    "meetings.tier": _n("层级", "Tier"),
    "meetings.community": _n("社区", "Community"),
    "meetings.any": _n("不限", "Any"),
    "meetings.show": _n("查看", "Show"),
    "meetings.coming": _n("近期会议", "Next"),
    "meetings.none_coming": _n("两个月内没有会议。", "No sitting within two months."),
    "meetings.none_in_month": _n("本月没有会议。", "No sitting in this month."),
    "meetings.months": _n("换月", "Months"),
    "meetings.earlier": _n("上月", "Earlier"),
    "meetings.later": _n("下月", "Later"),
    "meetings.today": _n("今天", "Today"),
    "meetings.views": _n("显示方式", "View"),
    "meetings.view.month": _n("月历", "Month"),
    "meetings.view.list": _n("列表", "List"),
    "meetings.folded": _n("{n} 场", "×{n}"),
    "meetings.cancelled": _n("已取消", "cancelled"),
    "meetings.moved_to": _n("已改至 {at}", "moved to {at}"),
    "meetings.moved_from": _n("改期，原定 {at}", "moved from {at}"),
    "meetings.extraordinary": _n("临时会议", "extraordinary"),
    "meetings.day.off": _n("休假日", "day off"),
    "meetings.day.workday": _n("调休上班", "make-up workday"),
    "meetings.day_short.off": _n("休", "off"),
    "meetings.day_short.workday": _n("班", "work"),
    "subscribe.title": _n("订阅会议日历", "Subscribe to the calendar"),
    "subscribe.lead": _n(
        "订阅一次，新会议、改期和取消会自动更新到您的日历。",
        "Subscribe once; new, moved and cancelled sittings then come by themselves.",
    ),
    "subscribe.which": _n("订阅哪些会议", "Which sittings"),
    "subscribe.mine": _n("与我有关的全部会议", "All that concern me"),
    "subscribe.address": _n("您的日历地址", "Your calendar link"),
    "subscribe.copy": _n("复制", "Copy"),
    "subscribe.copied": _n("已复制", "Copied"),
    "subscribe.open": _n("在本机日历中打开", "Open in the calendar here"),
    "subscribe.secret": _n(
        "地址含您个人的密钥：谁有它，谁就能看到会议日期。请勿转发；账号停用后地址即失效。",
        "The link carries your own secret: whoever has it sees the dates. Do not pass it on. "
        "It ends with your account.",
    ),
    "subscribe.iphone": _n("苹果手机", "iPhone"),
    "subscribe.iphone.steps": _n(
        "用手机打开本页，点“在本机日历中打开”。|在弹出的窗口点“订阅”。|"
        "或：设置 → 日历 → 账户 → 添加账户 → 其他 → 添加已订阅的日历，粘贴地址。",
        "Open this page on the phone and tap “Open in the calendar here”.|Tap Subscribe.|Or: Settings → Calendar → "
        "Accounts → Add Account → Other → Add Subscribed Calendar, and paste the link.",
    ),
    "subscribe.android": _n("安卓、鸿蒙手机", "Android and HarmonyOS"),
    "subscribe.android.steps": _n(
        "复制地址。|打开系统日历的“设置”，找“添加日历”或“订阅日历”，选“通过网址（URL）”。|"
        "粘贴地址并保存；没有此项时，用办公软件订阅（见右）。",
        "Copy the link.|In the calendar's settings find “Add calendar” or “Subscribe”, by address (URL).|"
        "Paste and save; "
        "where there is no such entry, subscribe in the office software.",
    ),
    "subscribe.outlook": _n("Outlook 和电脑日历", "Outlook and desktop calendars"),
    "subscribe.outlook.steps": _n(
        "复制地址。|Outlook：日历 → 添加日历 → 从 Internet（订阅）。|粘贴地址，起个名字，保存。",
        "Copy the link.|Outlook: Calendar → Add calendar → From Internet (Subscribe from web).|"
        "Paste the link, name it, "
        "save.",
    ),
    "subscribe.wecom": _n("企业微信、WPS 日历", "WeCom and WPS calendars"),
    "subscribe.wecom.steps": _n(
        "复制地址。|在日程（日历）的设置里找“订阅日历”或“通过链接添加日历”，粘贴地址。|"
        "版本里没有此项时：先在手机系统日历订阅，再在该软件里打开“显示手机日历”。",
        "Copy the link.|In the calendar's settings find “Subscribe” or “Add by link”, and paste it.|"
        "Where the version has "
        "no such entry: subscribe in the phone's own calendar and show that one there.",
    ),
    "subscribe.what": _n(
        "日历含过去 60 天和今后 180 天的会议，不含诉求内容和个人信息。",
        "The calendar has the sittings of the past 60 and the next 180 days, no cases and no personal data.",
    ),
}

_SITTING: dict[str, Name] = {
    "sittings.stations": _n("会议进程", "The sitting's course"),
    "sittings.stands": _n("会议现状", "Where it stands"),
    "sittings.done": _n("已完成", "done"),
    "sittings.meeting_mode": _n("会议模式", "Meeting mode"),
    "sittings.cancelled_told": _n(
        "会议已取消，待议诉求件转下次会议。", "The sitting is not held; its cases wait for the next one."
    ),
    "sittings.because": _n("原因：{reason}", "Why: {reason}"),
    "sittings.is_closed": _n("会议已结束，纪要已成稿。", "It is closed; the minutes are drawn."),
    "sittings.never_convened": _n(
        "日期由日历推算；这次会议还没有召集，没有议程和纪要。",
        "By the calendar; it has not been convened and has no papers.",
    ),
    "sittings.move_clock": _n("演练：推进到下一步", "Rehearsal: to the next step"),
    "sittings.not_yours": _n(
        "议程和纪要只对本议事会及其上下级单位、部门和督导开放。",
        "Agenda and minutes are for the forum's unit, those above and below it, departments and supervisors.",
    ),
    "sittings.agenda": _n("议程", "Agenda"),
    "sittings.minutes": _n("纪要", "Minutes"),
    "sittings.minutes_told": _n("议决 {decided} 件，结转 {carried} 件。", "{decided} decided, {carried} carried over."),
    "sittings.read_minutes": _n("查看纪要", "Read the minutes"),
    "sittings.draft": _n("草稿", "draft"),
    "sittings.frozen_at": _n("{at} 定稿，其后只列补充议题。", "Frozen {at}; what came later are addenda."),
    "sittings.freezes_at": _n("{at} 定稿。", "Freezes {at}."),
    "sittings.no_agenda": _n("议程将于 {at} 自动起草。", "The agenda is drafted by itself at {at}."),
    "sittings.waiting": _n("目前有 {n} 件诉求等这次会议。", "{n} cases wait for this sitting."),
    "sittings.budget_told": _n("计划 {planned} 分钟，会议 {minutes} 分钟", "{planned} of {minutes} min planned"),
    "sittings.budget_over": _n("超出 {minutes} 分钟", "{minutes} min too much"),
    "sittings.not_fitting": _n("本次排不下的诉求件", "What does not fit"),
    "sittings.not_fitting_told": _n(
        "会议时间用完；会上仍可作决定，未决的结转下次会议。",
        "Beyond the meeting's time; it may still decide them, else they are carried over.",
    ),
    "sittings.do": _n("办理", "Do"),
    "sittings.attending": _n("须到会", "Must attend"),
    "sittings.items": _n("第 {n} 项", "item {n}"),
    "sittings.there": _n("到会", "Attendance"),
    "sittings.papers": _n("文件下载", "Papers"),
    "sittings.paper.docx": _n("Word 公文", "Word"),
    "sittings.paper.html": _n("打印版", "To print"),
    "sittings.paper.md": _n("纯文本", "Markdown"),
    "sittings.paper.ics": _n("加入日历", "To a calendar"),
    "sittings.process": _n("流程记录", "Its process"),
    "sittings.story": _n("经过", "Story"),
    "sittings.since": _n("您打开页面以后的新进展", "What has happened since you opened the page"),
    "reschedule.look": _n("查看影响", "See what follows"),
    "reschedule.look_again": _n("重新查看", "See again"),
    "reschedule.send": _n("确认改期", "Reschedule"),
    "reschedule.effects": _n("改期的影响（尚未提交）", "What follows (nothing is sent yet)"),
    "reschedule.held": _n("会议时间", "Held"),
    "reschedule.workday": _n("工作日", "workday"),
    "reschedule.day_off": _n("不是工作日", "not a workday"),
    "reschedule.cases": _n("待议诉求件", "Cases"),
    "reschedule.cases_told": _n("{n} 件的等待期限随之变动", "the dates of {n} cases move along"),
    "reschedule.freezes": _n("议程定稿", "Freeze"),
    "reschedule.stays_frozen": _n("已定稿，不变", "frozen already; stays"),
    "reschedule.freezes_at_once": _n("已过，改期后立即定稿", "past: it freezes at once"),
    "reschedule.minutes": _n("纪要截止", "Minutes due"),
    "reschedule.clash": _n("同日会议", "Same day"),
    "reschedule.clash_told": _n("本议事会当日另有会议：{at}", "the forum meets that day already: {at}"),
    "cancel.effects": _n("取消的影响", "What follows"),
    "cancel.cases_told": _n("{n} 件改等下次会议", "{n} cases wait for the next sitting"),
    "cancel.following": _n("下次会议", "Next sitting"),
    "cancel.told": _n("通知", "Told"),
    "cancel.members": _n(
        "成员单位收到取消通知，已订阅的日历随之更新", "the members, and every calendar that subscribes"
    ),
    "cancel.send": _n("确认取消会议", "Cancel the sitting"),
    "addendum.opened": _n("{at} 登记", "opened {at}"),
    "addendum.send": _n("列为补充议题", "Put on the agenda"),
    "addendum.none": _n("没有可增补的诉求件。", "There is no such case."),
    "other.listed": _n("已列入", "Listed"),
    "other.hint": _n(
        "一句话，印在议程和纪要上；{at} 议程定稿后不再增列。",
        "One line, printed on agenda and minutes; none are taken after the freeze at {at}.",
    ),
    "other.send": _n("列入议程", "Put on the agenda"),
    "attendance.members": _n("成员单位和须到会单位", "Members, and who must attend"),
    "attendance.all_present": _n("全部出席", "All present"),
    "attendance.others": _n("其他出席", "Others present"),
    "attendance.others_absent": _n("其他缺席", "Others absent"),
    "attendance.send": _n("记录到会", "Record attendance"),
    "close.effects": _n("关闭后", "What follows"),
    "close.left": _n("{n} 件没有决定，将结转或按规则升级：", "{n} cases are undecided and are carried over, or climb:"),
    "close.none_left": _n("全部诉求件都已有决定。", "Every case is decided."),
    "close.no_attendance": _n("还没有记录到会。", "Attendance is not recorded yet."),
    "close.send": _n("关闭会议并生成纪要", "Close, and draw the minutes"),
    "flash.rescheduled": _n(
        "会议已改至 {at}，待议诉求件和成员单位将得到通知。", "Moved to {at}; cases and members are told."
    ),
    "flash.sitting_cancelled": _n("会议已取消。", "The sitting is cancelled."),
    "flash.addendum": _n("{case} 已列为补充议题。", "{case} is on the agenda."),
    "flash.other_business": _n("已列入其他事项。", "It is under other business."),
    "flash.attendance": _n("已记录到会。", "Attendance is recorded."),
    "flash.sitting_closed": _n("会议已关闭，纪要已成稿。", "The sitting is closed; these are its minutes."),
    "flash.clock_moved": _n("演练时钟已推进：{status}。", "The clock has moved: {status}."),
    "flash.notices_read": _n("{n} 条已标为已读。", "{n} marked as read."),
}

_MODE: dict[str, Name] = {
    "mode.leave": _n("退出", "Leave"),
    "mode.follow": _n("跟随", "Follow"),
    "mode.following": _n("正在跟随", "Following"),
    "mode.fullscreen": _n("全屏", "Full screen"),
    "mode.progress": _n("议程进度", "Progress"),
    "mode.earlier": _n("上一项", "Back"),
    "mode.later": _n("下一项", "Next"),
    "mode.end": _n("结束", "End"),
    "mode.begin": _n("开始", "Begin"),
    "mode.go_on": _n("继续", "Go on"),
    "mode.count": _n("已决 {decided} · 暂缓 {held} · 待议 {left}", "{decided} decided · {held} held · {left} left"),
    "mode.keys": _n(
        "翻页：← → 或翻页笔；选决定：数字键；返回：Esc。", "Pages: ← → or a presenter; decisions: digits; back: Esc."
    ),
    "mode.not_yet": _n("会议尚未开始。{at} 起可以记录决定。", "Not begun. Decisions count from {at}."),
    "mode.over": _n("会议已结束，不再记录决定。", "It is over; no more decisions are recorded."),
    "mode.only_read": _n("旁听模式：由会议主持单位记录决定。", "You follow; the forum's officers record."),
    "mode.clock.meeting": _n("会议", "Meeting"),
    "mode.clock.start": _n("开始计时", "Start the clock"),
    "mode.clock.again": _n("重新计时", "Start again"),
    "mode.clock.ahead": _n("提前 {n} 分钟", "{n} min ahead"),
    "mode.clock.behind": _n("落后 {n} 分钟", "{n} min behind"),
    "mode.clock.even": _n("按计划", "on time"),
    "mode.late": _n("补充议题", "addendum"),
    "mode.late_why": _n("增补理由", "Added because"),
    "mode.matter": _n("联席会议事项", "Matter"),
    "mode.why_here": _n("为何上会", "Why here"),
    "mode.tried": _n("已做工作", "What was tried"),
    "mode.promised": _n("原先承诺", "Promised"),
    "mode.actual": _n("实际", "Actual"),
    "mode.asked": _n("请会议决定", "Asked"),
    "mode.lead": _n("牵头单位", "Lead"),
    "mode.attend": _n("到会单位", "Attend"),
    "mode.tabled": _n("第 {n} 次上会，首次 {first}", "tabled {n} times since {first}"),
    "mode.nothing": _n("无。", "None."),
    "mode.decision": _n("决定", "Decision"),
    "mode.choose": _n("会议决定", "Decide"),
    "mode.more": _n("其他决定", "More"),
    "mode.skip": _n("不作决定就翻到下一项，可稍后再议。", "Turn the page to leave it for later."),
    "mode.record": _n("记录决定", "Record"),
    "mode.recorded": _n("第 {n} 项已记录：", "Item {n} is recorded:"),
    "mode.see": _n("回看", "See it"),
    "mode.led_by": _n("{lead}牵头", "led by {lead}"),
    "mode.with": _n("{who}协办", "with {who}"),
    "mode.by": _n("{due} 前", "by {due}"),
    "mode.reported_told": _n(
        "这一项是听取进展，不在本次会议待议之列；决定照常生效，纪要中列为通报。",
        "This one is only reported on; a decision holds, and the minutes tell of it as reported.",
    ),
    "mode.stand.decided": _n("已决定", "decided"),
    "mode.stand.held": _n("暂缓", "held"),
    "mode.stand.carried": _n("已结转", "carried over"),
    "mode.stand.left": _n("待议", "to decide"),
    "mode.stand.elsewhere": _n("会外处理", "settled elsewhere"),
    "mode.stand.reported": _n("听取进展", "to hear"),
    "mode.end_title": _n("会议小结", "Where the meeting stands"),
    "mode.still_left": _n("还没有决定的", "Still to be decided"),
    "mode.left_told": _n(
        "散会后没有决定的，将结转下次会议或按规则升级。", "What is left is carried over, or climbs by rule."
    ),
    "mode.resolutions": _n("本次会议的决定", "Decided here"),
    "mode.close_from": _n("{at} 散会后可关闭会议", "It can be closed from {at}"),
    "propose.deliverable": _n("{category}问题处理到位，并向居民反馈", "{category}: settled, and the resident told"),
    "propose.done": _n("会上答复并当场解决", "Answered and settled at the meeting"),
    "propose.hold": _n("情况尚需核实，下次会议再议", "To be looked into; again at the next sitting"),
    "propose.escalate": _n("本级难以解决，提请{above}研究", "Beyond this tier; to the {above}"),
}

_NOTICES: dict[str, Name] = {
    "notices.title": _n("通知", "Notices"),
    "notices.lead": _n(
        "发给本单位的会议和联动处置通知，未读在前。",
        "What your unit was told of meetings and emergencies, unread first.",
    ),
    "notices.lead_all": _n("发给各单位的会议和联动处置通知。", "What every unit was told of meetings and emergencies."),
    "notices.unread": _n("未读", "Unread"),
    "notices.read": _n("已读", "Read"),
    "notices.all": _n("全部通知", "All notices"),
    "notices.none": _n("没有通知。", "There is no notice."),
    "notices.mark": _n("标为已读", "Mark as read"),
    "notices.mark_all": _n("全部标为已读", "Mark all as read"),
    "notices.read_at": _n("{at} 已读", "read {at}"),
    "notices.status.inbox": _n("站内", "inbox"),
    "notices.status.pending": _n("正在外发", "being sent"),
    "notices.status.sent": _n("已外发", "sent"),
    "notices.status.failed": _n("外发失败", "not sent"),
}

WORDS: dict[str, Name] = {**_CALENDAR, **_SITTING, **_MODE, **_NOTICES}
