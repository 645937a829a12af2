"""What the page of one's own account says."""

from __future__ import annotations

from domain.words.bilingual import Name


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


WORDS: dict[str, Name] = {
    "account.one_time": _n(
        "您用的是一次性密码（{until} 前有效），请先改成自己的密码，再办其他事。",
        "You signed in with a one-time password (good until {until}). Give yourself one of your own first.",
    ),
    "account.title": _n("我的账号", "My account"),
    "account.posts": _n("我的岗位", "My posts"),
    "account.posts_hint": _n(
        "交叉任职者一次只以一个岗位办理，每项决定都会记下岗位。",
        "Who holds several posts acts in one at a time; every decision says in which.",
    ),
    "account.now": _n("当前", "now"),
    "account.act": _n("以此岗位办理", "Act in this post"),
    "account.sessions": _n("登录设备", "Where you are signed in"),
    "account.this": _n("本次登录", "this one"),
    "account.device": _n("浏览器", "Browser"),
    "account.began": _n("登录时间", "Signed in"),
    "account.seen": _n("最近使用", "Last used"),
    "account.how.password": _n("密码", "password"),
    "account.how.oidc": _n("统一认证", "single sign-on"),
    "account.end": _n("结束", "End"),
    "account.end_all": _n("退出其他所有设备", "Sign out everywhere else"),
    "account.end_all_confirm": _n(
        "其他设备上的登录和程序令牌都会失效，继续吗？",
        "All other sessions and all programs' tokens end. Go on?",
    ),
    "account.password": _n("修改密码", "Change the password"),
    "account.old": _n("现在的密码", "The password now"),
    "account.new": _n("新密码", "The new password"),
    "account.new_hint": _n(
        "至少 {least} 个字符。可以是一句话；不用定期更换，也不必夹杂符号。",
        "At least {least} characters. A sentence will do; no need to change it from time to time, nor for signs in it.",
    ),
    "account.change": _n("修改密码", "Change it"),
    "account.change_note": _n(
        "修改后，其他设备上的登录和程序令牌都会失效。",
        "Every other session and every token ends with it.",
    ),
    "flash.password": _n("密码已修改，其他登录均已失效。", "The password is changed; all other sessions are over."),
    "flash.session_ended": _n("该登录已结束。", "That session is over."),
    "flash.sessions_ended": _n("其他登录均已结束。", "All other sessions are over."),
}
