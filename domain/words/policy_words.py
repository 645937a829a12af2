"""What can be wrong with a policy, by the fault's stable code, and what policies bring about."""

from __future__ import annotations

from collections.abc import Mapping

from domain.words.bilingual import Name, alternatives, both, text


class Fault(Name):
    """A mistake in words, in both languages. ``code``: of `FAULTS`, of a refusal, or pydantic's type of an error."""

    code: str


FAULTS: dict[str, Name] = {
    # ---- the file
    "unreadable": both("无法读取：{why}", "cannot be read: {why}"),
    "encoding": both("编码既不是 UTF-8 也不是 GB 18030", "neither UTF-8 nor GB 18030"),
    "not_yaml": both("不是有效的 YAML：{why}", "not YAML: {why}"),
    "aliases": both("不允许使用别名（*name）", "not YAML: aliases (*name) are not allowed"),
    "nested": both("不是政策：嵌套过深", "not a policy: nested too deeply"),
    "empty": both("文件是空的", "the file is empty"),
    "odd_key": both("键须是普通的词", "a key must be a plain word"),
    "key_repeated": both("重复的键，首次出现在第 {line} 行", "the key is repeated; it is first on line {line}"),
    "not_plain": both(
        "不是普通的值：不允许标签和过长的数字", "not a plain value: tags and very long numbers are not allowed"
    ),
    "missing": both("缺少这一项", "is missing"),
    "unprintable_text": both("含有无法书写的字符", "has characters that cannot be written down"),
    "extra_forbidden": both("没有这个字段", "is not a field of this policy"),
    "repeated": both("“{id}”已在 {where} 使用", "{id!r} is already used by {where}"),
    "version_taken": both(
        "版本 {version} 已被占用；下一个可用版本是 {free}",
        "version {version} is taken by another text; raise the version: the next free one is {free}",
    ),
    # ---- a folder
    "no_calendar": both("没有 calendar-*.yaml", "there is no calendar-*.yaml"),
    "no_playbook": both("没有预案（*.yaml）", "there is no playbook (*.yaml)"),
    "another_file": both("另一文件已有{called}“{name}”", "another file has the {kind} {name!r}"),
    "year_twice": both("同一年给了两次", "a year was given twice"),
    "no_unit_or_department": both(
        "组织中没有单位或部门“{unit}”", "the organisation has no unit or department {unit!r}"
    ),
    # ---- calendars, times
    "time_of_day": both("时刻写作 HH:MM（现为 {got!r}）", "a time of day is written HH:MM (got {got!r})"),
    "not_in_year": both("{date} 不在 {year} 年", "{date} is not in {year}"),
    "no_weekend_day": both("{date} 不是周末，无须写调休", "{date} is no weekend day: it needs no make-up entry"),
    "duty_ends": both("值班结束须晚于开始，且在同一天", "duty ends after it starts, on the same day"),
    "hours_or_workdays": both("hours 与 workdays 须写且只写一个", "give either hours or workdays"),
    # ---- the ladder
    "stage_taken": both(
        "“{stage}”已被占用：每一级的阶段须有自己的 id，且不能是 {taken}",
        "{stage!r} is taken: each tier's stage needs an id of its own, other than {taken}",
    ),
    "only_the_top_raises": both(
        "只有最高一级可以上报（raise），其他各级为升级（escalate）",
        "only the highest tier may raise; the others escalate",
    ),
    "nothing_above": both(
        "最高一级之上没有层级，请写 then: raise", "nothing stands above the highest tier; say 'then: raise'"
    ),
    "no_tier_to_escalate_to": both("最高一级无处升级（escalate）", "the highest tier has no tier to escalate to"),
    "no_tier_to_return_to": both("最低一级无处退回（return）", "the lowest tier has no tier to return to"),
    "must_accept": both("必须接受 {decisions}", "must accept {decisions}"),
    "cannot_accept": both("此阶段不能接受 {decisions}", "cannot accept {decisions} at this stage"),
    "no_kind": both("没有流程种类“{kind}”", "there is no kind of process {kind!r}"),
    "not_sendable": both("不能向“{kind}”发送“{command}”", "{command!r} is nothing that can be sent to {kind!r}"),
    "no_designation": both(
        "接受异议（object）须有 'stages: designation'，再次异议在此等待",
        "an objection needs 'stages: designation': a second one waits there",
    ),
    "no_tiers": both("没有层级 {tiers}", "there is no tier {tiers}"),
    "other_tiers": both("组织的层级自下而上为：{tiers}", "the organisation's tiers are, from the lowest up: {tiers}"),
    # ---- the organisation
    "unit_twice": both("另有单位的 id 为“{id}”", "another unit has the id {id!r}"),
    "too_deep": both("层数超出 tiers（{tiers}）", "the tree is deeper than its tiers ({tiers})"),
    "needs_units": both(
        "“{tier}”一级的单位之下须有“{below}”一级的单位",
        "a unit of the tier {tier!r} needs units of the tier {below!r} below it",
    ),
    "has_no": both(
        "“{tier}”一级的单位没有 {field}，只有最低一级才有",
        "a unit of the tier {tier!r} has no {field}; only the lowest tier has",
    ),
    "needs_kind": both(
        "最低一级的单位须写 kind：market、state_backstop 或 self_governed",
        "a unit of the lowest tier needs a kind: market, state_backstop or self_governed",
    ),
    "no_company": both("companies 中没有物业企业“{company}”", "there is no company {company!r} in companies"),
    "needs_company": both("“{kind}”类小区须写 company", "an estate of the kind {kind!r} needs a company"),
    "tier_twice": both("层级“{tier}”重复", "the tier {tier!r} is named twice"),
    # ---- playbooks
    "cap_after_t0": both("最长期限须晚于启动（T0）", "the cap is after T0"),
    "watch_length": both("观察期须大于零", "the watch is longer than nothing"),
    "no_phase": both("没有阶段“{phase}”", "there is no phase {phase!r}"),
    "no_task": both("没有任务“{task}”", "there is no task {task!r}"),
    "phase_without_task": both("阶段“{phase}”没有任务", "the phase {phase!r} has no task"),
    "circle": both("循环等待：{way}", "a circle: {way}"),
    "opens_too_late": both("无法完成：任务在 T0 后 {opens} 才开始", "it can't be met: the task opens {opens} after T0"),
    "earlier_too_late": both(
        "无法完成：前置任务“{task}”的期限是 {by}", "it can't be met: {task!r}, which comes before it, has {by}"
    ),
    "beyond_the_cap": both("超出最长期限（{cap}）", "it is beyond the cap ({cap})"),
    "no_plain_length": both("须是固定时长：分钟、小时、天或周", "it is a length: minutes, hours, days or weeks"),
    "no_length": both("须大于零", "it is longer than nothing"),
    "state_owned": both(
        "只有登记接管企业（records: provider）的任务才能要求国有企业",
        "only a task that records the provider can ask for a state-owned one",
    ),
    "signed_too_late": both(
        "来不及：任务从开始到完成只有 {window}",
        "it can't be met: the task has {window} from its opening to its completion",
    ),
    "over_before_signed": both(
        "来不及：未到签收时限，完成时限已过", "it can't be met: it is over before the task is to be signed for"
    ),
    "hangs_on_optional": both(
        "必办任务不能等待非必办的“{task}”", "a required task can't wait for {task!r}, which is not required"
    ),
    "rungs": both(
        "各级上报须一级晚于一级，首级晚于逾时",
        "the rungs come one after the other, the first after the missed clock",
    ),
    "last_rung": both("最后一级须是联盟党委书记（secretary）", "the last rung is the alliance's party secretary"),
    "due_before_the_sitting": both(
        "无法完成：“{task}”的期限早于会议结束", "it can't be met: {task!r} is due before the sitting ends"
    ),
    "sitting_after_t0": both("会议须晚于启动（T0）", "the sitting is after T0"),
    "sitting_before_the_cap": both("会议须早于最长期限（{cap}）", "the sitting is before the cap ({cap})"),
    "alarm_between": both("预警须在启动（T0）与最长期限（{cap}）之间", "an alarm is between T0 and the cap ({cap})"),
    "no_party": both("没有“{party}”这一方；可选：{known}", "there is no party {party!r}; there are: {known}"),
    "external_taken": both("“{id}”是部门或层级", "{id!r} is a department or a tier"),
    "no_department": both("没有部门“{department}”", "there is no department {department!r}"),
    "no_such_tier": both("没有层级“{tier}”；可选：{known}", "there is no tier {tier!r}; there are: {known}"),
    "department_without_task": both("部门“{department}”没有任务", "the department {department!r} has no task"),
    "department_waits": both(
        "部门“{department}”没有在启动（T0）时即开始、且无前置的任务",
        "the department {department!r} has no task that opens at T0 with nothing before it",
    ),
    # ---- the demo's script
    "not_filed": both("在此之前没有 key 为“{key}”的诉求件", "no case before this one has the key {key!r}"),
    "and_more": both("从这里起还有 {more} 处错误", "from here on there are {more} more mistakes"),
    # ---- an organisation's tables
    "no_table": both(
        "首行不是任何表格的列名；列名为：{known}", "the first line names no table's columns; they are: {known}"
    ),
    "table_twice": both(
        "表格 {table} 给了两次，另一份是 {file}", "the table {table} is given twice; it is also in {file}"
    ),
    "column_missing": both("缺少这一列", "the column is missing"),
    "column_unknown": both("没有这一列", "is not a column of it"),
    "too_many_cells": both(
        "本行有 {cells} 格，而列有 {columns} 个", "the row has {cells} cells, and there are {columns} columns"
    ),
    "not_csv": both("不是有效的 CSV：{why}", "not CSV: {why}"),
    "true_or_false": both("应为 true 或 false（现为 {got!r}）", "is true or false (got {got!r})"),
    "line_taken": both("“{id}”已在第 {line} 行", "{id!r} is already on line {line}"),
    "no_unit": both("没有单位“{unit}”", "there is no unit {unit!r}"),
    "many_tops": both(
        "有且只有一个单位没有上级；现有 {n} 个（{units}）",
        "exactly one unit has no parent; there are {n} ({units})",
    ),
    "no_top": both("有且只有一个单位没有上级；现在没有", "exactly one unit has no parent; there is none"),
    "belongs_to_itself": both("“{unit}”经由“{parent}”隶属于自己", "{unit!r} belongs to itself, by way of {parent!r}"),
    "tier_by_parent": both(
        "按其上级，层级应为“{tier}”（现为 {got!r}）", "by its parent it is of the tier {tier!r} (got {got!r})"
    ),
    "cadence_form": both("写作 {form}（现为 {got!r}）", "is written {form} (got {got!r})"),
}
"""What our own checks find; ``missing`` and ``extra_forbidden`` are pydantic's, said in fewer words."""

FIELDS: dict[str, str] = {
    "string_type": "应为文字",
    "string_pattern_mismatch": "格式应为 {pattern}",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "至多 {max_length} 个字",
    "literal_error": "可选：{expected}",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数，不能有小数",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "model_type": "应由若干字段组成",
    "model_attributes_type": "应由若干字段组成",
    "dict_type": "应由若干字段组成",
    "tuple_type": "应为列表",
    "frozen_set_type": "应为列表",
    "too_short": "至少 {min_length} 项，现有 {actual_length} 项",
    "too_long": "至多 {max_length} 项",
    "date_type": "应为日期，如 2026-10-01",
    "date_from_datetime_parsing": "应为日期，如 2026-10-01",
    "date_from_datetime_inexact": "应为日期，不带时刻",
    "time_parsing": "应为时刻，如 15:00",
    "union_tag_not_found": "缺少 {discriminator}，它说明是哪一种",
    "union_tag_invalid": "{discriminator} 可选：{expected_tags}",
}
"""What pydantic finds in a field, in Chinese, by its types of errors; their gaps are pydantic's, as is the English."""
_LISTS = ("expected", "expected_tags")
_OTHERWISE = "不合要求：{why}"
_GOT = both("（现为 {got!r}）", " (got {got!r})")


def fault(code: str, /, **params: object) -> Fault:
    """A mistake of `FAULTS`, its gaps filled."""
    words = FAULTS[code]
    return Fault(code=code, zh=text(words, "zh-CN", **params), en=text(words, "en", **params))


def fault_of_field(code: str, said: str, params: Mapping[str, object], got: object = ...) -> Fault:
    """A mistake that pydantic found, and ``said`` so. ``got``: what stands there, to be shown."""
    if code in FAULTS:
        return fault(code)
    known = {name: alternatives(str(value), "zh-CN") if name in _LISTS else value for name, value in params.items()}
    zh = text(both(FIELDS.get(code, _OTHERWISE), ""), "zh-CN", **{"why": said, **known})
    shown = ("", "") if got is ... else (text(_GOT, language, got=got) for language in ("zh-CN", "en"))
    after_zh, after_en = shown
    return Fault(code=code, zh=zh + after_zh, en=said + after_en)


POLICY_EFFECTS: dict[str, Name] = {
    "waits": both("{n} 件诉求的时限随 {sittings} 次会议变动", "{n} waits of cases move with {sittings} sittings"),
    "elsewhere": both("{n} 件在办诉求随小区改属其他单位", "{n} open cases belong to other units with their estates"),
    "cancelled": both("取消 {n} 次已撤销单位的会议", "{n} sittings of removed units are cancelled"),
    "astray": both(
        "{n} 个岗位不复存在，持有人无法再以此履职", "{n} posts are no more; who holds them cannot act in them"
    ),
}
"""What policies bring about when they come into force."""

POLICY_KINDS: dict[str, Name] = {
    "ladder": both("议事规则", "ladder"),
    "organisation": both("组织", "organisation"),
    "calendar": both("工作日历", "calendar"),
    "playbook": both("预案", "playbook"),
}
