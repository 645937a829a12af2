"""Problem details (RFC 9457): every error of the interface, with a stable code, in the caller's language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.places import wants_page
from domain.errors import Refusal
from domain.words import DECISIONS, LANGUAGES, SITTING_STATUSES, Name, refusal, text

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "1"


class Problem(HTTPException):
    """An error of the interface itself; ``code`` is a key of ``PROBLEMS``."""

    def __init__(
        self,
        code: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        said: Mapping[str, str] | None = None,
        **params: Any,
    ) -> None:
        super().__init__(status_of(code), code, dict(headers) if headers else None)
        self.code = code
        self.errors = errors
        self.said = said
        self.params = params


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


PROBLEMS: dict[str, tuple[int, Name, Name]] = {
    "not_json": (400, _n("不是 JSON", "Not JSON"), _n("请求正文不是有效的 JSON。", "The body is not valid JSON.")),
    "bad_form": (400, _n("表单有误", "Malformed form"), _n("无法读懂这份表单。", "The form cannot be read.")),
    "bad_request": (400, _n("请求有误", "Bad request"), _n("无法读懂这个请求。", "The request cannot be read.")),
    "bad_if_match": (
        400,
        _n("If-Match 有误", "Malformed If-Match"),
        _n('If-Match 应为版本号，如 "5"。', 'If-Match is a version, like "5".'),
    ),
    "bad_idempotency_key": (
        400,
        _n("Idempotency-Key 有误", "Malformed Idempotency-Key"),
        _n("Idempotency-Key 为 1 至 200 个 ASCII 字符。", "Idempotency-Key is 1 to 200 printable ASCII characters."),
    ),
    "unprintable_text": (
        422,
        _n("含无法书写的字符", "Unprintable text"),
        _n("内容含无法书写的字符。", "There are characters that cannot be written down."),
    ),
    "personal_data": (
        422,
        _n("含个人信息", "Personal data"),
        _n(
            "这里不能写手机号、固定电话或身份证号，请删去。",
            "A phone or identity-card number has no place here; leave it out.",
        ),
    ),
    "invalid": (
        422,
        _n("填写有误", "Not valid"),
        _n("请按 errors 所列改正。", "Correct what is listed in errors."),
    ),
    "idempotency_mismatch": (
        422,
        _n("Idempotency-Key 已用过", "Idempotency-Key was used before"),
        _n(
            "这个 Idempotency-Key 已用于另一内容的请求，请换一个。",
            "This Idempotency-Key was used for a request with another body; take a new one.",
        ),
    ),
    "unknown_capacity": (
        422,
        _n("没有这个岗位", "No such post"),
        _n("该账号没有岗位“{capacity}”，可选：{known}。", "The account has no post {capacity}; there are: {known}."),
    ),
    "range_too_long": (
        422,
        _n("时间段太长", "Range too long"),
        _n("时间段最长 {days} 天。", "A range is at most {days} days."),
    ),
    "bad_cursor": (422, _n("游标有误", "Bad cursor"), _n("cursor 有误，请从头查起。", "Start again without cursor.")),
    "unauthenticated": (401, _n("请先登录", "Sign in first"), _n("请先登录。", "Sign in first.")),
    "bad_credentials": (
        401,
        _n("登录失败", "Sign-in failed"),
        _n("账号或密码不对。", "The account or the password is not right."),
    ),
    "password_expired": (
        401,
        _n("一次性密码已过期", "The one-time password has expired"),
        _n("一次性密码已过期，请联系管理员重置。", "The one-time password has expired; ask the administrator for one."),
    ),
    "password_must_change": (
        403,
        _n("请先修改密码", "Change the password first"),
        _n(
            "这是一次性密码，请先在网页上修改密码再使用。",
            "This is a one-time password: sign in on the pages and change it first.",
        ),
    ),
    "policy_invalid": (
        422,
        _n("政策文件有误", "The policy has mistakes"),
        _n("请按 errors 所列逐行改正。", "Correct what is listed in errors, line by line."),
    ),
    "oidc_failed": (
        401,
        _n("统一认证未成功", "Single sign-on failed"),
        _n(
            "统一认证没有完成或已过期，请重新登录。",
            "The single sign-on was not completed, or took too long; sign in again.",
        ),
    ),
    "oidc_unknown_account": (
        403,
        _n("没有对应账号", "No such account"),
        _n(
            "您已通过统一认证，但本系统没有对应的账号，请联系管理员。",
            "The single sign-on knows you, but there is no account for you here; ask the administrator.",
        ),
    ),
    "cross_site": (
        403,
        _n("来源不明的请求", "From another site"),
        _n(
            "这个请求不是从本系统的页面发出的，未予办理。请回到页面重新操作。",
            "This request does not come from a page of ours and was not carried out. Go back and try again.",
        ),
    ),
    "not_found": (404, _n("没有找到", "Not found"), _n("没有这个地址。", "There is nothing at this address.")),
    "no_agenda_yet": (
        404,
        _n("还没有议程", "No agenda yet"),
        _n("议程将于 {drafts_at} 自动起草。", "The agenda is drafted by itself at {drafts_at}."),
    ),
    "agenda_due": (
        404,
        _n("正在召集会议", "The sitting is being convened"),
        _n(
            "议程已到起草时间，正在召集会议；请稍后再看。",
            "The agenda is due and the sitting is being convened; look again in a moment.",
        ),
    ),
    "no_minutes_yet": (
        404,
        _n("还没有纪要", "No minutes yet"),
        _n("纪要最迟于 {minutes_due} 成稿。", "The minutes are drawn by {minutes_due}."),
    ),
    "sitting_not_held": (
        404,
        _n("会议未举行", "Not held"),
        _n("会议“{sitting}”已取消，没有此文件。", "{sitting} is cancelled; there is no such paper."),
    ),
    "method_not_allowed": (
        405,
        _n("方法不适用", "Method not allowed"),
        _n("这个地址不接受此方法。", "This address does not take that method."),
    ),
    "not_running": (
        409,
        _n("流程未在运行", "Not running"),
        _n("这个流程没有在运行，时间无法推进。", "That process is not running; its time cannot be moved."),
    ),
    "erased": (
        409,
        _n("个人信息已删除", "Personal data erased"),
        _n("个人信息已按要求删除，不能再留言。", "The personal data has been erased; nothing can be added."),
    ),
    "too_large": (
        413,
        _n("正文太大", "Too large"),
        _n("请求正文最大 {limit} KB。", "A body is at most {limit} KB."),
    ),
    "photo_too_large": (
        413,
        _n("照片太大", "The photograph is too large"),
        _n("一张照片最大 {limit} MB。", "A photograph is at most {limit} MB."),
    ),
    "bad_photo": (
        422,
        _n("不是能识别的照片", "Not a photograph that we can read"),
        _n(
            "这个文件不是能识别的照片，或者尺寸过大。请用 JPEG、PNG 或 WebP 格式。",
            "This file is not a photograph that we can read, or it has too many pixels. JPEG, PNG and WebP are taken.",
        ),
    ),
    "no_photo": (
        422,
        _n("没有照片", "No photograph"),
        _n("请选择至少一张照片（字段 photo）。", "Send at least one photograph, in the field photo."),
    ),
    "too_many_requests": (
        429,
        _n("提交太频繁", "Too many requests"),
        _n("提交太频繁，请约 {minutes} 分钟后再试。", "That was too often; try again in some {minutes} minute(s)."),
    ),
    "unsupported_media_type": (
        415,
        _n("内容类型不对", "Unsupported content type"),
        _n(
            "请用 Content-Type: application/json；页面的表单除外。",
            "Send Content-Type: application/json; the pages' own forms aside.",
        ),
    ),
    "too_many_attempts": (
        429,
        _n("尝试太多", "Too many attempts"),
        _n("失败次数太多，请 {seconds} 秒后再试。", "Too many failures; try again in {seconds} seconds."),
    ),
    "internal": (
        500,
        _n("程序出错", "Internal error"),
        _n("程序出错，已记录。", "Something went wrong here; it has been recorded."),
    ),
    "unavailable": (
        503,
        _n("暂不可用", "Unavailable"),
        _n("系统暂时不可用，请稍后再试。", "Unavailable for a moment; try again."),
    ),
}
"""The interface's own problems: status, title, detail."""

_GROUPS: dict[int, tuple[Name, frozenset[str]]] = {
    403: (_n("无权操作", "Not permitted"), frozenset({"forbidden", "not_your_task"})),
    404: (
        _n("没有找到", "Not found"),
        frozenset(
            {
                "unknown_case",
                "unknown_policy",
                "unknown_account",
                "unknown_forum",
                "unknown_sitting",
                "unknown_emergency",
                "unknown_resident",
                "unknown_task",
                "unknown_photo",
            }
        ),
    ),
    409: (
        _n("现在不能这样办", "Not possible now"),
        frozenset(
            {
                "not_allowed_now",
                "carry_over_limit",
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
    412: (_n("已有新进展", "Moved on"), frozenset({"version_conflict", "policy_moved_on"})),
    422: (
        _n("内容不适用", "Not acceptable"),
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
    503: (_n("暂不可用", "Unavailable"), frozenset({"unknown_ladder"})),
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


# ---------------------------------------------------------------- languages


def language_of(header: str | None) -> str:
    """The best of ``zh-CN`` and ``en`` for an Accept-Language header; zh-CN by default."""
    best, language = 0.0, "zh-CN"
    for part in (header or "").split(","):
        tag, _, rest = part.partition(";")
        name = tag.strip().lower()
        known = "en" if name == "en" or name.startswith("en-") else "zh-CN" if name.startswith("zh") else None
        if known is not None and (quality := _quality(rest)) > best:
            best, language = quality, known
    return language


def _quality(rest: str) -> float:
    key, _, value = rest.strip().partition("=")
    if key.strip().lower() != "q":
        return 1.0
    try:
        return float(value) if float(value) == float(value) else 0.0
    except ValueError:
        return 0.0


LANGUAGE_COOKIE = "hongxiu-language"


def language(request: Request) -> str:
    """The language to answer a request in: the one chosen on our pages; else, pages speak Chinese, and the API what
    Accept-Language asks."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return LANGUAGES[0] if wants_page(request) else language_of(request.headers.get("accept-language"))


# ---------------------------------------------------------------- answers


def problem_response(
    request: Request,
    code: str,
    *,
    params: Mapping[str, Any] | None = None,
    said: Mapping[str, str] | None = None,
    errors: Iterable[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    plain: bool = False,
) -> Response:
    """The answer for ``code``: a problem of ``PROBLEMS`` or a refusal of the rules; on a page where a browser asks
    for one (``app.state.problem_page``), unless it is to be ``plain``.

    ``said``: what the detail calls some of the params, where that is another word.
    """
    spoken = language(request)
    params = dict(params or {})
    status = status_of(code)
    body: dict[str, Any] = {
        "type": f"urn:hongxiu:problem:{code}",
        "title": _title(code).in_(spoken),
        "status": status,
        "detail": _detail(code, spoken, {**params, **(said or {})}),
        "code": code,
        "instance": _printable(request.url.path),
    }
    if "allowed" in params:
        body["allowed"] = params.pop("allowed")
    if params:
        body["params"] = params
    listed = list(errors)
    if listed:
        body["errors"] = listed
    sent = {**(headers or {}), **_headers_of(status), "content-language": spoken}
    page = getattr(request.app.state, "problem_page", None) if "app" in request.scope else None
    if page is not None and not plain and wants_page(request):
        told: Response = page(request, _clean(body), sent)
        return told
    return Response(json.dumps(_clean(body), ensure_ascii=False).encode(), status, sent, MEDIA_TYPE)


def refusal_response(request: Request, refused: Refusal) -> Response:
    """The answer for a refusal of the rules."""
    return problem_response(request, refused.code, params=refused.params, said=_names(request, refused.params))


def detail_of(request: Request, refused: Refusal | Problem) -> str:
    """What a refusal or a problem says, in the caller's language."""
    said = _names(request, refused.params) if isinstance(refused, Refusal) else refused.said
    return _detail(refused.code, language(request), {**refused.params, **(said or {})})


def _names(request: Request, params: Mapping[str, Any]) -> dict[str, str]:
    """A tier's stage by its name in the ladder in force; the fixed stages have theirs in ``domain.words``."""
    said, spoken = dict[str, str](), language(request)
    services = getattr(request.app.state, "services", None)
    ladder = services.rulebook.ladder if services is not None else None
    tier = ladder.sitting_tier(params.get("stage", "")) if ladder is not None else None
    if tier is not None:
        said["stage"] = tier.stage.name.in_(spoken)
    if params.get("status") in SITTING_STATUSES:
        said["status"] = SITTING_STATUSES[params["status"]].in_(spoken)
    return said


def validation_response(request: Request, error: RequestValidationError) -> Response:
    """The answer for fields that are not as they should be; personal data gives the problem its own code."""
    errors = field_errors(error.errors(), language(request))
    codes = {one["code"] for one in errors}
    code = next((special for special in ("personal_data", "unprintable_text") if special in codes), "invalid")
    return problem_response(request, code, errors=errors)


def http_response(request: Request, error: HTTPException) -> Response:
    """The answer for a problem of ours, or one that the framework raises (404, 405, 400)."""
    if isinstance(error, Problem):
        return problem_response(
            request, error.code, params=error.params, said=error.said, errors=error.errors, headers=error.headers
        )
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
    return problem_response(request, code, headers=error.headers)


def _title(code: str) -> Name:
    return PROBLEMS[code][1] if code in PROBLEMS else _REFUSALS.get(code, (0, _n("不能办理", "Not possible")))[1]


def _detail(code: str, spoken: str, params: dict[str, Any]) -> str:
    if code in PROBLEMS:
        return text(PROBLEMS[code][2], spoken, **{key: _listed(value) for key, value in params.items()})
    return refusal(code, spoken, params)


def _listed(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _headers_of(status: int) -> dict[str, str]:
    if status == 401:
        return {"www-authenticate": "Bearer"}
    return {"retry-after": RETRY_AFTER} if status == 503 else {}


# ---------------------------------------------------------------- fields

_MESSAGES: dict[str, Name] = {
    "missing": _n("必填。", "This is required."),
    "extra_forbidden": _n("没有这个字段。", "There is no such field."),
    "string_type": _n("应为文字。", "This is text."),
    "string_too_short": _n("不能为空。", "This cannot be empty."),
    "string_too_long": _n("太长，最多 {max_length} 个字符。", "Too long: at most {max_length} characters."),
    "string_pattern_mismatch": _n("格式不对。", "This is not in the right form."),
    "literal_error": _n("可选：{expected}。", "One of {expected}."),
    "enum": _n("可选：{expected}。", "One of {expected}."),
    "union_tag_invalid": _n("没有这个 kind，可选：{expected_tags}。", "No such kind; there are: {expected_tags}."),
    "union_tag_not_found": _n("请写明 kind。", "Say which kind."),
    "int_type": _n("应为整数。", "This is a whole number."),
    "int_parsing": _n("应为整数。", "This is a whole number."),
    "int_from_float": _n("应为整数。", "This is a whole number."),
    "float_type": _n("应为数字。", "This is a number."),
    "float_parsing": _n("应为数字。", "This is a number."),
    "finite_number": _n("应为有限的数字。", "This is a finite number."),
    "bool_type": _n("应为 true 或 false。", "This is true or false."),
    "bool_parsing": _n("应为 true 或 false。", "This is true or false."),
    "greater_than": _n("应大于 {gt}。", "This is more than {gt}."),
    "greater_than_equal": _n("不小于 {ge}。", "This is at least {ge}."),
    "less_than_equal": _n("不大于 {le}。", "This is at most {le}."),
    "too_long": _n("太多，最多 {max_length} 个。", "Too many: at most {max_length}."),
    "date_type": _n("应为日期，如 2026-03-04。", "This is a date, like 2026-03-04."),
    "date_parsing": _n("应为日期，如 2026-03-04。", "This is a date, like 2026-03-04."),
    "date_from_datetime_parsing": _n("应为日期，如 2026-03-04。", "This is a date, like 2026-03-04."),
    "date_from_datetime_inexact": _n("应为日期，如 2026-03-04。", "This is a date, like 2026-03-04."),
    "model_type": _n("应为对象。", "This is an object."),
    "model_attributes_type": _n("应为对象。", "This is an object."),
    "dict_type": _n("应为对象。", "This is an object."),
    "tuple_type": _n("应为列表。", "This is a list."),
    "list_type": _n("应为列表。", "This is a list."),
    "string_unicode": PROBLEMS["unprintable_text"][2],
    "unprintable_text": PROBLEMS["unprintable_text"][2],
    "personal_data": PROBLEMS["personal_data"][2],
    "password_short": _n("太短，至少 {least} 个字符。", "Too short: at least {least} characters."),
    "password_easy": _n(
        "太容易被猜到，请换一个（可以是一句只有自己知道的话）。",
        "Too easy to guess; take another (a sentence that only you know will do).",
    ),
    "password_wrong": _n("现在的密码不对。", "This is not the password now."),
    "phone_or_anonymous": _n("请留下电话，或者选择匿名。", "Leave a telephone number, or stay anonymous."),
    "days_or_hours": _n("请给出 days 或 hours。", "Give days, hours, or both."),
    "not_with_this_kind": _n("to 只用于 object；provider、filed_on 只用于 done。", "Not with this kind of report."),
    "note_required": _n("请写明进展（note）。", "Say how it stands, in note."),
    "where_to": _n("请写明正确的小区、类别或两者。", "Name the right estate, the right category, or both."),
}
_CODES = {"string_unicode": "unprintable_text"}
"""What pydantic calls otherwise."""
_UNKNOWN_FIELD = _n("填写有误。", "This is not valid.")


def field_error(field: str, code: str, spoken: str, **params: object) -> dict[str, str]:
    """One entry of a problem's ``errors``."""
    return {"field": field, "code": code, "message": text(_MESSAGES.get(code, _UNKNOWN_FIELD), spoken, **params)}


def field_errors(errors: Iterable[Mapping[str, Any]], spoken: str) -> list[dict[str, str]]:
    """What pydantic finds wrong, as entries of a problem's ``errors``."""
    return [_field_error(error, spoken) for error in errors]


def _field_error(error: Mapping[str, Any], spoken: str) -> dict[str, str]:
    kind = str(error["type"])
    field = "kind" if kind.startswith("union_tag") else _field(error["loc"])
    return field_error(field, _CODES.get(kind, kind), spoken, **(error.get("ctx") or {}))


def _field(location: Sequence[str | int]) -> str:
    steps = list(location)
    if steps and steps[0] in ("body", "query", "path", "header"):
        steps = steps[1:]
    if len(steps) > 1 and steps[0] in DECISIONS:  # the union's tag, not a field
        steps = steps[1:]
    return _printable(".".join(map(str, steps)))[:200]


def _printable(value: str) -> str:
    return value.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def _clean(value: Any) -> Any:
    """What a caller sent may come back in a problem; lone surrogates cannot be written, so they are spelled out."""
    if isinstance(value, str):
        return _printable(value)[:4000]
    if isinstance(value, dict):
        return {_printable(str(key)): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
