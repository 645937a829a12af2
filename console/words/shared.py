"""What every page says: the frame, the clocks, problems, flashes, and sign-in."""

from __future__ import annotations

from domain.words.bilingual import Name


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


WORDS: dict[str, Name] = {
    "brand.name": _n("红绣匠", "Hongxiu"),
    "brand.place": _n("南城e家", "Nancheng"),
    "brand.motto": _n("小事不出小区，大事不出社区，难事不出联盟", "Every issue has a next step, and a date for it"),
    "frame.skip": _n("跳到正文", "Skip to the content"),
    "frame.navigation": _n("主导航", "Main navigation"),
    "frame.crumbs": _n("所在位置", "You are here"),
    "frame.rehearsal": _n(
        "演练环境：时间可以快进，内容均为演练数据，请勿登记真实诉求。",
        "Rehearsal: time can be skipped and nothing here is real. Do not file real issues.",
    ),
    "frame.rehearsal_short": _n("演练", "Rehearsal"),
    "frame.rehearsal_now": _n("演练时钟 {now}", "The town's clock: {now}"),
    "frame.clock.hour": _n("进 1 小时", "1 hour on"),
    "frame.clock.day": _n("进 1 天", "1 day on"),
    "frame.clock.week": _n("进 7 天", "7 days on"),
    "frame.clock.next": _n("到下一件到期", "to what is due next"),
    "flash.town_moved": _n("演练时钟已到 {now}。", "The town's clock has come to {now}."),
    "frame.language": _n("语言", "Language"),
    "frame.account": _n("账号", "Account"),
    "frame.capacity": _n("当前岗位", "Acting as"),
    "frame.switch": _n("切换岗位", "Act in another post"),
    "frame.sign_out": _n("退出登录", "Sign out"),
    "frame.footer": _n("一三五七工作法 · 三级议事协商", "One-three-five-seven · deliberation on three tiers"),
    "frame.more": _n("更多", "More"),
    "frame.next_page": _n("下一页", "Next page"),
    "frame.first_page": _n("回到第一页", "First page"),
    "frame.pages": _n("翻页", "Pages"),
    "frame.cancel": _n("取消", "Cancel"),
    "frame.confirm": _n("确定", "Confirm"),
    "frame.back": _n("返回", "Back"),
    "frame.print": _n("打印", "Print"),
    "frame.none": _n("—", "—"),
    "nav.work": _n("我的工作", "My work"),
    "form.required": _n("必填", "required"),
    "form.optional": _n("选填", "optional"),
    "form.choose": _n("请选择", "Choose"),
    "form.begin": _n("采用", "Begin with it"),
    "form.suggested": _n("参考用语：{words}", "Words to begin with: {words}"),
    "form.time": _n("开始时间", "Starts at"),
    "form.errors": _n("请改正下列各项后再提交", "Correct these, then send again"),
    "clock.left": _n("剩 {span}", "{span} left"),
    "clock.late": _n("逾期 {span}", "{span} late"),
    "clock.provisional": _n("日期待定", "date provisional"),
    "mark.supervised": _n("督办", "supervised"),
    "mark.answer_missed": _n("答复逾期", "answer missed"),
    "mark.overdue": _n("逾期", "overdue"),
    "mark.emergency": _n("联动", "emergency"),
    "mark.carried_over": _n("结转 {n} 次", "carried over {n}×"),
    "problem.home": _n("回到首页", "To the start"),
    "problem.code": _n("代码", "Code"),
    "sign_in.title": _n("登录", "Sign in"),
    "sign_in.username": _n("账号", "Account"),
    "sign_in.password": _n("密码", "Password"),
    "sign_in.submit": _n("登录", "Sign in"),
    "sign_in.single": _n("统一认证登录", "Single sign-on"),
    "sign_in.or": _n("或用本系统账号", "or with an account of this system"),
    "sign_in.needs_https": _n(
        "浏览器只在安全连接上保存登录状态。请改用 https 地址打开本系统（本机可用 127.0.0.1）。",
        "A browser keeps a sign-in on a secure connection only. Open this system by its https address "
        "(on this machine, 127.0.0.1 will do).",
    ),
    "flash.sign_in_again": _n(
        "登录已失效，刚才的内容没有提交。请重新登录后再办。",
        "Your session is over, and what you sent was not carried out. Sign in, then send it again.",
    ),
    "flash.signed_out": _n("您已退出登录。", "You are signed out."),
    "flash.capacity": _n("已切换岗位。", "You now act in the other post."),
}
