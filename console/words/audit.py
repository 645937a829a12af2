"""What the audit page says."""

from __future__ import annotations

from domain.words.bilingual import Name


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


WORDS: dict[str, Name] = {
    "nav.audit": _n("访问记录", "Access log"),
    "audit.title": _n("访问记录", "Access log"),
    "audit.lead": _n(
        "谁在何时登录、查看了居民信息、被拒绝了什么。只能增加，不能修改；诉求本身的办理经过在诉求页。",
        "Who signed in, read what residents said, or was refused what, and when. Only ever added to; what was decided "
        "is in each case's story.",
    ),
    "audit.at": _n("时间", "When"),
    "audit.who": _n("账号", "Account"),
    "audit.capacity": _n("岗位", "Post"),
    "audit.what": _n("事项", "What"),
    "audit.subject": _n("对象", "On"),
    "audit.outcome": _n("结果", "Outcome"),
    "audit.address": _n("地址", "From"),
    "audit.from": _n("自", "From day"),
    "audit.to": _n("至", "To day"),
    "audit.any": _n("全部", "All"),
    "audit.filter": _n("筛选", "Filter"),
    "audit.clear": _n("清除", "Clear"),
    "audit.empty": _n("没有符合条件的记录。", "Nothing fits."),
    "audit.nobody": _n("（不明）", "(not known)"),
    "audit.outcome.done": _n("已办", "done"),
    "audit.outcome.denied": _n("拒绝", "denied"),
    "audit.what.exported": _n("导出列表", "exported a list"),
    "audit.what.read_personal": _n("查看居民信息", "read what is sealed"),
    "audit.what.denied": _n("越权操作", "asked without a right"),
    "audit.what.sign_in": _n("登录", "signed in"),
    "audit.what.sign_in_failed": _n("登录失败", "sign-in failed"),
    "audit.what.sign_in_locked": _n("登录受限", "sign-in held back"),
    "audit.what.sign_out": _n("退出登录", "signed out"),
    "audit.what.sign_out_everywhere": _n("退出所有设备", "signed out everywhere"),
    "audit.what.capacity_changed": _n("切换岗位", "changed post"),
    "audit.what.password_changed": _n("修改密码", "changed the password"),
    "audit.what.account_created": _n("新建账号", "made an account"),
    "audit.what.posts_changed": _n("调整岗位", "changed posts"),
    "audit.what.account_disabled": _n("停用账号", "disabled an account"),
    "audit.what.account_enabled": _n("启用账号", "enabled an account"),
    "audit.what.password_reset": _n("重置密码", "reset a password"),
    "audit.what.account_unlocked": _n("解除锁定", "unlocked an account"),
    "audit.what.sessions_ended": _n("强制退出", "signed somebody out"),
    "audit.what.policy_loaded": _n("施行政策", "brought a policy into force"),
}
