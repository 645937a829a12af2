"""What can go wrong, by its stable code: the HTTP status, and its words."""

from __future__ import annotations

from typing import Any

from domain.words.bilingual import Name, text
from domain.words.refusal_words import refusal


def both(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


PROBLEMS: dict[str, tuple[int, Name, Name]] = {
    "not_json": (400, both("不是 JSON", "Not JSON"), both("请求正文不是有效的 JSON。", "The body is not valid JSON.")),
    "bad_form": (400, both("表单有误", "Malformed form"), both("无法读懂这份表单。", "The form cannot be read.")),
    "bad_request": (400, both("请求有误", "Bad request"), both("无法读懂这个请求。", "The request cannot be read.")),
    "bad_if_match": (
        400,
        both("If-Match 有误", "Malformed If-Match"),
        both('If-Match 应为版本号，如 "5"。', 'If-Match is a version, like "5".'),
    ),
    "bad_idempotency_key": (
        400,
        both("Idempotency-Key 有误", "Malformed Idempotency-Key"),
        both("Idempotency-Key 为 1 至 200 个 ASCII 字符。", "Idempotency-Key is 1 to 200 printable ASCII characters."),
    ),
    "unprintable_text": (
        422,
        both("含无法书写的字符", "Unprintable text"),
        both("内容含无法书写的字符。", "There are characters that cannot be written down."),
    ),
    "personal_data": (
        422,
        both("含个人信息", "Personal data"),
        both(
            "这里不能写手机号、固定电话或身份证号，请删去。",
            "A phone or identity-card number has no place here; leave it out.",
        ),
    ),
    "invalid": (
        422,
        both("填写有误", "Not valid"),
        both("请按 errors 所列改正。", "Correct what is listed in errors."),
    ),
    "idempotency_mismatch": (
        422,
        both("Idempotency-Key 已用过", "Idempotency-Key was used before"),
        both(
            "这个 Idempotency-Key 已用于另一内容的请求，请换一个。",
            "This Idempotency-Key was used for a request with another body; take a new one.",
        ),
    ),
    "unknown_capacity": (
        422,
        both("没有这个岗位", "No such post"),
        both("该账号没有岗位“{capacity}”，可选：{known}。", "The account has no post {capacity}; there are: {known}."),
    ),
    "range_too_long": (
        422,
        both("时间段太长", "Range too long"),
        both("时间段最长 {days} 天。", "A range is at most {days} days."),
    ),
    "bad_cursor": (
        422,
        both("游标有误", "Bad cursor"),
        both("cursor 有误，请从头查起。", "Start again without cursor."),
    ),
    "unauthenticated": (401, both("请先登录", "Sign in first"), both("请先登录。", "Sign in first.")),
    "bad_credentials": (
        401,
        both("登录失败", "Sign-in failed"),
        both("账号或密码不对。", "The account or the password is not right."),
    ),
    "password_expired": (
        401,
        both("一次性密码已过期", "The one-time password has expired"),
        both(
            "一次性密码已过期，请联系管理员重置。", "The one-time password has expired; ask the administrator for one."
        ),
    ),
    "password_must_change": (
        403,
        both("请先修改密码", "Change the password first"),
        both(
            "这是一次性密码，请先在网页上修改密码再使用。",
            "This is a one-time password: sign in on the pages and change it first.",
        ),
    ),
    "policy_invalid": (
        422,
        both("政策文件有误", "The policy has mistakes"),
        both("请按 errors 所列逐行改正。", "Correct what is listed in errors, line by line."),
    ),
    "oidc_failed": (
        401,
        both("统一认证未成功", "Single sign-on failed"),
        both(
            "统一认证没有完成或已过期，请重新登录。",
            "The single sign-on was not completed, or took too long; sign in again.",
        ),
    ),
    "oidc_unknown_account": (
        403,
        both("没有对应账号", "No such account"),
        both(
            "您已通过统一认证，但本系统没有对应的账号，请联系管理员。",
            "The single sign-on knows you, but there is no account for you here; ask the administrator.",
        ),
    ),
    "cross_site": (
        403,
        both("来源不明的请求", "From another site"),
        both(
            "这个请求不是从本系统的页面发出的，未予办理。请回到页面重新操作。",
            "This request does not come from a page of ours and was not carried out. Go back and try again.",
        ),
    ),
    "not_found": (404, both("没有找到", "Not found"), both("没有这个地址。", "There is nothing at this address.")),
    "no_agenda_yet": (
        404,
        both("还没有议程", "No agenda yet"),
        both("议程将于 {drafts_at} 自动起草。", "The agenda is drafted by itself at {drafts_at}."),
    ),
    "agenda_due": (
        404,
        both("正在召集会议", "The sitting is being convened"),
        both(
            "议程已到起草时间，正在召集会议；请稍后再看。",
            "The agenda is due and the sitting is being convened; look again in a moment.",
        ),
    ),
    "no_minutes_yet": (
        404,
        both("还没有纪要", "No minutes yet"),
        both("纪要最迟于 {minutes_due} 成稿。", "The minutes are drawn by {minutes_due}."),
    ),
    "sitting_not_held": (
        404,
        both("会议未举行", "Not held"),
        both("会议“{sitting}”已取消，没有此文件。", "{sitting} is cancelled; there is no such paper."),
    ),
    "method_not_allowed": (
        405,
        both("方法不适用", "Method not allowed"),
        both("这个地址不接受此方法。", "This address does not take that method."),
    ),
    "not_running": (
        409,
        both("流程未在运行", "Not running"),
        both("这个流程没有在运行，时间无法推进。", "That process is not running; its time cannot be moved."),
    ),
    "erased": (
        409,
        both("个人信息已删除", "Personal data erased"),
        both("个人信息已按要求删除，不能再留言。", "The personal data has been erased; nothing can be added."),
    ),
    "too_large": (
        413,
        both("正文太大", "Too large"),
        both("请求正文最大 {limit} KB。", "A body is at most {limit} KB."),
    ),
    "photo_too_large": (
        413,
        both("照片太大", "The photograph is too large"),
        both("一张照片最大 {limit} MB。", "A photograph is at most {limit} MB."),
    ),
    "bad_photo": (
        422,
        both("不是能识别的照片", "Not a photograph that we can read"),
        both(
            "这个文件不是能识别的照片，或者尺寸过大。请用 JPEG、PNG 或 WebP 格式。",
            "This file is not a photograph that we can read, or it has too many pixels. JPEG, PNG and WebP are taken.",
        ),
    ),
    "no_photo": (
        422,
        both("没有照片", "No photograph"),
        both("请选择至少一张照片（字段 photo）。", "Send at least one photograph, in the field photo."),
    ),
    "too_many_requests": (
        429,
        both("提交太频繁", "Too many requests"),
        both("提交太频繁，请约 {minutes} 分钟后再试。", "That was too often; try again in some {minutes} minute(s)."),
    ),
    "unsupported_media_type": (
        415,
        both("内容类型不对", "Unsupported content type"),
        both(
            "请用 Content-Type: application/json；页面的表单除外。",
            "Send Content-Type: application/json; the pages' own forms aside.",
        ),
    ),
    "too_many_attempts": (
        429,
        both("尝试太多", "Too many attempts"),
        both("失败次数太多，请 {seconds} 秒后再试。", "Too many failures; try again in {seconds} seconds."),
    ),
    "internal": (
        500,
        both("程序出错", "Internal error"),
        both("程序出错，已记录。", "Something went wrong here; it has been recorded."),
    ),
    "unavailable": (
        503,
        both("暂不可用", "Unavailable"),
        both("系统暂时不可用，请稍后再试。", "Unavailable for a moment; try again."),
    ),
}
"""The interface's own problems: status, title, detail."""

_GROUPS: dict[int, tuple[Name, frozenset[str]]] = {
    403: (both("无权操作", "Not permitted"), frozenset({"forbidden", "not_your_task"})),
    404: (
        both("没有找到", "Not found"),
        frozenset(
            {
                "unknown_case",
                "unknown_policy",
                "unknown_account",
                "unknown_forum",
                "unknown_sitting",
                "unknown_emergency",
                "unknown_process",
                "unknown_resident",
                "unknown_task",
                "unknown_photo",
            }
        ),
    ),
    409: (
        both("现在不能这样办", "Not possible now"),
        frozenset(
            {
                "not_allowed_now",
                "carry_over_limit",
                "designated_stays",
                "nothing_to_accept",
                "no_tier_above",
                "no_tier_below",
                "skips_a_tier",
                "reroute_needs_supervisor",
                "already_there",
                "not_in_emergency",
                "reopen_too_late",
                "case_exists",
                "duplicate_of_duplicate",
                "not_before_this_sitting",
                "not_waiting_for_this_forum",
                "sitting_not_there",
                "sitting_already_then",
                "already_on_the_agenda",
                "sitting_not_convened",
                "only_its_emergency",
                "not_the_same_playbook",
                "task_not_open",
                "task_finished",
                "not_signed",
                "already_signed",
                "already_their_task",
                "objection_already_made",
                "required_tasks_open",
                "already_stood_down",
                "response_over",
                "too_much_other_business",
                "other_business_listed",
                "unit_has_open_cases",
                "category_has_open_cases",
                "party_has_open_cases",
                "tier_has_open_cases",
                "stage_has_open_cases",
                "forum_is_in_session",
                "session_would_move",
                "party_has_open_tasks",
                "unit_has_open_responses",
                "unit_has_channels",
                "policy_superseded",
                "policies_of_another_place",
                "account_exists",
                "last_administrator",
                "closed_takes_no_photos",
                "too_many_photos",
            }
        ),
    ),
    412: (both("已有新进展", "Moved on"), frozenset({"version_conflict", "policy_moved_on"})),
    422: (
        both("内容不适用", "Not acceptable"),
        frozenset(
            {
                "unknown_estate",
                "unknown_category",
                "unknown_unit",
                "unknown_department",
                "unknown_company",
                "unknown_tier",
                "unknown_playbook",
                "duplicate_of_itself",
                "duplicate_of_unknown",
                "not_a_higher_tier",
                "not_over_its_estate",
                "date_too_early",
                "date_too_late",
                "date_out_of_range",
                "reason_required",
                "bad_cursor",
                "sitting_in_the_past",
                "unknown_party",
                "provider_required",
                "inventory_required",
                "filing_date_required",
                "not_state_owned",
                "bad_post",
                "unknown_update",
                "unknown_signal",
                "not_by_signal",
                "not_by_this_update",
                "unreadable_command",
            }
        ),
    ),
    503: (both("暂不可用", "Unavailable"), frozenset({"unknown_ladder"})),
}
"""The rules' refusals by status."""

_REFUSALS: dict[str, tuple[int, Name]] = {
    code: (status, title) for status, (title, codes) in _GROUPS.items() for code in codes
}

_DEPENDS_ON_NOTHING = 409


def status_of(code: str) -> int:
    """The HTTP status of a problem's or a refusal's code."""
    if code in PROBLEMS:
        return PROBLEMS[code][0]
    return _REFUSALS[code][0] if code in _REFUSALS else _DEPENDS_ON_NOTHING


def title_of(code: str) -> Name:
    return PROBLEMS[code][1] if code in PROBLEMS else _REFUSALS.get(code, (0, both("不能办理", "Not possible")))[1]


def detail_in(code: str, spoken: str, params: dict[str, Any]) -> str:
    if code in PROBLEMS:
        return text(PROBLEMS[code][2], spoken, **{key: _listed(value) for key, value in params.items()})
    return refusal(code, spoken, params)


def _listed(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
