"""What the residents' pages say, and the counter's. Plain words; people are spoken to (您)."""

from __future__ import annotations

from domain.words.bilingual import Name


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


CONSENT_VERSION = "2026-1"
"""Raised with every change of the text: what a resident agreed to is kept with their words, by its version."""

CONSENT = _n(
    "为了办理这件诉求，南城街道红色物业联盟收集您填写的内容：事情经过、地点、照片，以及您愿意留下的姓名和电话。"
    "只有负责您所在小区、社区和联盟的工作人员能看到，标题会出现在议事会的议程上。"
    "内容加密保存，照片中的拍摄位置等信息会自动去除。"
    "您可以随时要求删除个人信息：删除后诉求的办理经过仍会保留，但不再能看出是谁反映的。",
    "To deal with this issue, Nancheng's Red Property Alliance takes down what you write: what happened, where, your "
    "photographs, and the name and telephone number that you choose to leave. Only the officers of your estate, "
    "community and the alliance see it; the title is on the agendas of meetings. It is kept encrypted, and where a "
    "photograph was taken is removed from it. You may have your personal data erased at any time: the course of the "
    "issue is kept, but nobody can see any more whose it was.",
)

WORDS: dict[str, Name] = {
    "nav.counter": _n("民情速递", "Counter"),
    "residents.title": _n("我找红绣匠", "Ask Hongxiu"),
    "residents.lead": _n(
        "小区里的烦心事，在这里说一声。有人办，有期限，看得见进展。",
        "Something wrong in your estate? Say so here. Somebody deals with it, by a date, and you can see how it goes.",
    ),
    "residents.raise": _n("我要反映", "Raise an issue"),
    "residents.raise_lead": _n("一分钟填完，不用注册", "A minute; no account needed"),
    "residents.follow": _n("查进展", "Follow an issue"),
    "residents.follow_lead": _n("输入编号和查询码", "By its number and code"),
    "residents.number": _n("诉求编号", "Number"),
    "residents.number_hint": _n("如 NC-2026-000001", "like NC-2026-000001"),
    "residents.code": _n("查询码", "Code"),
    "residents.code_hint": _n(
        "8 位字母和数字，登记时给您的", "8 letters and digits, given to you when it was taken down"
    ),
    "residents.open": _n("查看", "Show it"),
    "residents.wrong_code": _n(
        "编号或查询码不对，请对照凭证再输入一次。",
        "The number or the code is not right; please compare it with your slip.",
    ),
    "residents.needs_https": _n(
        "请改用 https 地址打开本页，否则查不到进展。",
        "Please open this page by its https address; following an issue needs it.",
    ),
    "residents.staff": _n("工作人员登录", "Staff sign-in"),
    "residents.ask": _n("居民：反映问题、查进展", "Residents: raise or follow an issue"),
    "residents.call_first": _n("有危险，先打电话", "In danger? Call first"),
    "residents.call_110": _n("治安、打架、人身危险", "crime, violence"),
    "residents.call_119": _n("着火、燃气泄漏、有人被困", "fire, gas, people trapped"),
    "residents.call_120": _n("有人受伤、突发疾病", "injury, sudden illness"),
    "residents.call": _n("拨打 {number}", "Call {number}"),
    "residents.call_after": _n(
        "打完电话，再到这里登记，由我们跟进。", "Afterwards, tell us here, and we follow it up."
    ),
    "residents.new_title": _n("我要反映", "Raise an issue"),
    "residents.estate": _n("哪个小区", "Which estate"),
    "residents.category": _n("哪方面的事", "What is it about"),
    "residents.description": _n("发生了什么事", "What happened"),
    "residents.description_hint": _n(
        "什么时候开始的、影响了谁、希望怎么解决", "Since when, whom it affects, what you would like"
    ),
    "residents.short_title": _n("一句话标题", "A title"),
    "residents.short_title_hint": _n(
        "会出现在议事会的议程上，请不要写姓名、电话、门牌号。不填就用类别和小区。",
        "It is read at meetings: no names, numbers or doors. Left empty, it is the category and the estate.",
    ),
    "residents.photos": _n("照片", "Photographs"),
    "residents.photos_hint": _n(
        "最多 {n} 张；拍摄位置等信息会自动去除", "At most {n}; where they were taken is removed from them"
    ),
    "residents.photos_again": _n(
        "请重新选择照片；其他内容都还在。", "Please choose the photographs again; all else is still here."
    ),
    "residents.place": _n("具体位置", "Where exactly"),
    "residents.place_hint": _n("如：3号楼2单元电梯", "like: building 3, entrance 2, the lift"),
    "residents.locate": _n("附上我现在的位置", "Add where I am"),
    "residents.located": _n("已附上现在的位置", "Where you are was added"),
    "residents.not_located": _n("没有取得位置，请用文字说明", "Your place could not be found; please describe it"),
    "residents.who": _n("怎么称呼您", "Who you are"),
    "residents.named": _n("留电话，方便联系我", "You may call me"),
    "residents.anonymous": _n("匿名", "Stay anonymous"),
    "residents.anonymous_note": _n(
        "匿名：不留姓名和电话，工作人员无法联系您，请保存编号和查询码自己查看进展。",
        "Anonymous: no name and no number is kept. Nobody can contact you; keep number and code to follow it yourself.",
    ),
    "residents.name": _n("称呼", "Name"),
    "residents.phone": _n("电话", "Telephone"),
    "residents.consent": _n("我同意按上述说明使用我填写的信息", "I agree that what I have written is used so"),
    "residents.consent_title": _n("信息怎么用", "How it is used"),
    "residents.consent_version": _n("说明版本 {version}", "Version {version} of this text"),
    "residents.consent_changed": _n(
        "说明有更新，请再读一遍并同意。", "The text has changed; please read it again and agree."
    ),
    "residents.send": _n("提交", "Send"),
    "residents.receipt_title": _n("已登记", "It was taken down"),
    "residents.receipt_lead": _n(
        "请保存下面的编号和查询码：截图、拍照或打印都可以。",
        "Please keep this number and code: a screenshot, a photograph or a print.",
    ),
    "residents.receipt_warning": _n(
        "查询码只给您本人。知道它的人可以查看这件诉求，也可以替您评价。",
        "The code is yours alone. Who knows it can look at this issue, and answer in your place.",
    ),
    "residents.qr": _n("用手机扫一扫，查看进展", "Scan to follow it"),
    "residents.or_open": _n("或打开 {address}，输入编号和查询码", "or open {address} and enter number and code"),
    "residents.to_case": _n("查看进展", "Follow it"),
    "residents.keep": _n("查看凭证（编号、查询码、二维码）", "Your slip (number, code, QR code)"),
    "residents.print": _n("打印", "Print"),
    "residents.stands": _n("办到哪一步了", "Where it stands"),
    "residents.stair_passed": _n("已经过", "passed"),
    "residents.stair_here": _n("现在在这里", "it is here now"),
    "residents.stair_ended": _n("在这里办结", "it was closed here"),
    "residents.stair_ahead": _n("需要时再上一级", "further up, if needed"),
    "residents.climbs": _n(
        "小事在小区解决；解决不了，会按期限自动逐级升级，不会不了了之。",
        "Small things are settled in the estate. What is not goes up by itself, by its date; nothing is left lying.",
    ),
    "residents.next": _n("接下来", "What comes next"),
    "residents.done_so_far": _n("办理经过", "What has been done"),
    "residents.plan": _n("办理方案", "The plan"),
    "residents.plan_lead": _n("负责", "Who"),
    "residents.plan_what": _n("做什么", "What"),
    "residents.plan_due": _n("完成日期", "By"),
    "residents.raised_at": _n("登记时间", "Taken down"),
    "residents.closed": _n("已办结", "Closed"),
    "residents.answer_title": _n("问题解决了吗？", "Is it solved?"),
    "residents.solved": _n("解决了", "It is solved"),
    "residents.stars": _n("您给这次办理打几星？", "How was it dealt with?"),
    "residents.star_1": _n("1 星 很不满意", "1 star, very bad"),
    "residents.star_2": _n("2 星 不满意", "2 stars, bad"),
    "residents.star_3": _n("3 星 一般", "3 stars, fair"),
    "residents.star_4": _n("4 星 满意", "4 stars, good"),
    "residents.star_5": _n("5 星 很满意", "5 stars, very good"),
    "residents.confirm": _n("确认解决", "Confirm"),
    "residents.not_solved": _n("没有解决", "It is not solved"),
    "residents.again_note": _n(
        "会重办：交{tier}的下一次会议重新处理，有新的期限。",
        "It is done again: the next meeting of the {tier} takes it up, with a new date.",
    ),
    "residents.reason": _n("哪里没有解决", "What is not solved"),
    "residents.dispute": _n("要求重办", "Have it done again"),
    "residents.withdraw_title": _n("不用办了？", "No longer needed?"),
    "residents.withdraw_note": _n(
        "撤回后诉求就办结了，不再继续办理。", "Taken back, it is closed, and nobody works on it any more."
    ),
    "residents.withdraw_reason": _n("原因", "Why"),
    "residents.sure": _n("我确定要撤回", "Yes, take it back"),
    "residents.withdraw": _n("撤回诉求", "Take it back"),
    "residents.add_photos": _n("补充照片", "Add photographs"),
    "residents.no_more_photos": _n("照片已满 {n} 张。", "It has {n} photographs, which is as many as it takes."),
    "residents.send_photos": _n("上传", "Send"),
    "residents.photo_n": _n("照片 {n}，点开看大图", "Photograph {n}, open it in full"),
    "residents.leave": _n("退出查看", "Leave"),
    "residents.leave_note": _n(
        "在别人的手机上查看，看完请退出。", "On somebody else's telephone? Leave when you are done."
    ),
    "residents.stars_missing": _n("请选 1 至 5 星。", "Choose 1 to 5 stars."),
    "residents.stars_elsewhere": _n("星级只用于确认解决。", "Stars come only with a confirmation."),
    "residents.reason_missing": _n("请写明哪里没有解决。", "Say what is not solved."),
    "residents.sure_missing": _n("请勾选“我确定要撤回”。", "Tick that you are sure."),
    "residents.erased": _n("（个人信息已删除）", "(personal data erased)"),
    "residents.ended_settled": _n("谢谢您的评价。", "Thank you for your answer."),
    "residents.ended_no_word": _n(
        "没有收到您的答复，按未参评办结。", "You were not heard from, so it was closed without your answer."
    ),
    "residents.ended_withdrawn": _n("您已撤回这件诉求。", "You took it back."),
    "residents.ended_referred": _n(
        "这件事由 {where} 办理，我们已经转过去。", "{where} deals with this; it was passed on."
    ),
    "residents.ended_rejected": _n("这件事没有受理，原因如下。", "It was not taken on, for this reason."),
    "residents.ended_duplicate": _n(
        "与 {of} 是同一件事，一并办理。那件现在：{stage}。", "It is the same matter as {of}, which is now at: {stage}."
    ),
    "residents.answer": _n("阶段答复", "What you were told"),
    "residents.acceptance": _n("是否受理", "Whether it is accepted"),
    "residents.answer_by": _n("最迟 {at} 答复您", "you will hear by {at}"),
    "residents.answer_late": _n(
        "应于 {at} 前答复您，已逾期，正在催办", "due by {at}; it is late, and is being asked for"
    ),
    "residents.ground": _n("不予受理情形", "Ground"),
    "residents.channel": _n("法定途径", "The lawful way"),
    "residents.why": _n("原因", "Why"),
    "residents.object_rejected": _n(
        "不同意？{day}前，带上编号到社区服务站提出异议，核实后会重新办理；也可以拨打 12345。",
        "You do not agree? Until {day}, object at your community's service station with this number; if you are right "
        "it is taken up again. You can also call 12345.",
    ),
    "residents.object_other": _n(
        "问题又出现？{day}前，带上编号找小区联系点或社区服务站，可以重新办理。",
        "Is it back? Until {day}, go to your estate's contact point or the community's service station with this "
        "number, and it can be opened again.",
    ),
    "counter.title": _n("民情速递", "Counter"),
    "counter.lead": _n(
        "替居民登记诉求。登记后打印凭证，交给居民。", "Take an issue down for a resident, then hand them the slip."
    ),
    "counter.issue": _n("诉求", "The issue"),
    "counter.resident": _n("居民", "The resident"),
    "counter.estate": _n("小区", "Estate"),
    "counter.category": _n("类别", "Category"),
    "counter.headline": _n("标题", "Title"),
    "counter.headline_hint": _n("不写姓名、电话、门牌号", "No names, numbers or doors"),
    "counter.description": _n("居民怎么说", "What the resident says"),
    "counter.channel": _n("来源", "Channel"),
    "counter.severity": _n("紧急程度", "Severity"),
    "counter.place": _n("具体位置", "Where exactly"),
    "counter.name": _n("姓名", "Name"),
    "counter.phone": _n("电话", "Telephone"),
    "counter.reporter_kind": _n("谁提出", "Raised by"),
    "counter.joint_names": _n("联名业主人数", "Owners jointly"),
    "counter.joint_names_hint": _n(
        "十名以上业主联名的，须书面告知是否受理", "Ten or more are told in writing whether it is accepted"
    ),
    "counter.identity": _n("身份", "Identity"),
    "counter.named": _n("实名", "Named"),
    "counter.anonymous": _n("匿名（不保存姓名和电话）", "Anonymous (neither name nor number is kept)"),
    "counter.consent": _n("已向居民说明信息用途，居民同意", "The resident was told how this is used, and agrees"),
    "counter.emergency": _n("紧急情况：启动联动处置", "Emergency: begin a joint response"),
    "counter.emergency_hint": _n(
        "先打电话，再登记。选了预案，登记后即启动。", "Call first. With a playbook chosen, it begins at once."
    ),
    "counter.no_emergency": _n("不启动", "None"),
    "counter.playbook": _n("预案", "Playbook"),
    "counter.send": _n("登记", "Take it down"),
    "counter.slip_title": _n("诉求凭证", "Slip"),
    "counter.slip_lead": _n(
        "打印后交给居民。查询码只给居民本人。", "Print it and hand it over. The code is the resident's alone."
    ),
    "counter.next": _n("登记下一件", "The next one"),
    "counter.to_case": _n("打开诉求件", "Open the case"),
    "counter.taken_down": _n("登记时间", "Taken down"),
    "counter.matter": _n("事项", "Matter"),
    "flash.photos_left_out": _n(
        "诉求已登记，但有照片没有收下：{why} 可在这里补充。",
        "It was taken down, but not every photograph: {why} You can add them here.",
    ),
    "flash.photos_added": _n("照片已收到。", "The photographs are here."),
    "flash.no_photo": _n("请先选择照片。", "Choose photographs first."),
    "flash.left": _n("已退出查看。", "You have left."),
    "flash.said_confirm": _n("谢谢，您的评价已记下。", "Thank you; your answer was taken down."),
    "flash.said_dispute": _n("已记下，将重办。", "It was taken down and will be done again."),
    "flash.said_withdraw": _n("诉求已撤回。", "It was taken back."),
}
