"""What is wrong with a policy, in Chinese. The checks themselves say it in English, as files do; here are the sentences
that an administrator meets. One that is not here is shown as it is."""

from __future__ import annotations

import re

from domain.words.bilingual import Name, both

_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"is missing", "缺少这一项"),
    (r"is not a field of this policy", "没有这个字段"),
    (r"Input should be (.+?) \(got (.+)\)", "应为 {0}（现为 {1}）"),
    (r"Input should be (.+)", "应为 {0}"),
    (r"String should match pattern '(.+)' \(got (.+)\)", "格式应为 {0}（现为 {1}）"),
    (r"String should have at (least|most) (\d+) characters?.*", "长度不符（{1} 个字符）"),
    (r"Tuple should have at least (\d+) items?.*", "至少 {0} 项"),
    (r"a time of day is written HH:MM \(got (.+)\)", "时刻写作 HH:MM（现为 {0}）"),
    (r"not YAML: (.+)", "不是有效的 YAML：{0}"),
    (r"the file is empty", "文件是空的"),
    (r"aliases \(\*name\) are not allowed", "不允许使用别名（*name）"),
    (r"the key is repeated; it is first on line (\d+)", "重复的键，首次出现在第 {0} 行"),
    (r"not a plain value: tags and very long numbers are not allowed", "不是普通的值：不允许标签和过长的数字"),
    (r"cannot be read: (.+)", "无法读取：{0}"),
    (r"neither UTF-8 nor GB 18030", "编码既不是 UTF-8 也不是 GB 18030"),
    (
        r"version (.+) is taken by another text; raise the version: the next free one is (.+)",
        "版本 {0} 已被占用；下一个可用版本是 {1}",
    ),
    (r"(.+) is already used by (.+)", "{0} 已在 {1} 使用"),
    (r"another unit has the id (.+)", "另有单位的 id 为 {0}"),
    (r"the tree is deeper than its tiers \((.+)\)", "层数超出 tiers（{0}）"),
    (r"a unit of the tier (.+) needs units of the tier (.+) below it", "{0} 之下须有 {1}"),
    (r"a unit of the tier (.+) has no (kind|company); only the lowest tier has", "{0} 没有 {1}，只有最低一级才有"),
    (r"a unit of the lowest tier needs a kind: (.+)", "最低一级须写 kind：{0}"),
    (r"there is no company (.+) in companies", "companies 中没有物业企业 {0}"),
    (r"an estate of the kind (.+) needs a company", "{0} 的小区须写 company"),
    (r"the tier (.+) is named twice", "层级 {0} 重复"),
    (r"the organisation's tiers are, from the lowest up: (.+)", "组织的层级自下而上为：{0}"),
    (r"(\d{4}-\d\d-\d\d) is not in (\d{4})", "{0} 不在 {1} 年"),
    (r"(\d{4}-\d\d-\d\d) is no weekend day: it needs no make-up entry", "{0} 不是周末，无须写调休"),
    (r"duty ends after it starts, on the same day", "值班结束须晚于开始，且在同一天"),
    (r"give either hours or workdays", "hours 与 workdays 只写一个"),
    (r"the first line names no table's columns; they are: (.+)", "首行不是任何表格的列名；列名为：{0}"),
    (r"the table (.+) is given twice; it is also in (.+)", "表格 {0} 给了两次，另一份是 {1}"),
    (r"the column is missing", "缺少这一列"),
    (r"is not a column of it", "没有这一列"),
    (r"the row has (\d+) cells, and there are (\d+) columns", "本行有 {0} 格，而列有 {1} 个"),
    (r"not CSV: (.+)", "不是有效的 CSV：{0}"),
    (r"is true or false \(got (.+)\)", "应为 true 或 false（现为 {0}）"),
    (r"(.+) is already on line (\d+)", "{0} 已在第 {1} 行"),
    (r"there is no unit (.+)", "没有单位 {0}"),
    (
        r"exactly one unit has no parent; (?:there are (\d+) \((.+)\)|there is none)",
        "有且只有一个单位没有上级（{0} {1}）",
    ),
    (r"(.+) belongs to itself, by way of (.+)", "{0} 经由 {1} 隶属于自己"),
    (r"by its parent it is of the tier (.+) \(got (.+)\)", "按其上级，层级应为 {0}（现为 {1}）"),
    (r"is written (.+) \(got (.+)\)", "写作 {0}（现为 {1}）"),
    (r"there is no (department|party|tier) (.+?)(?:; there are: (.+))?", "没有 {0} {1}；可选：{2}"),
    (r"the department (.+) has no task", "部门 {0} 没有任务"),
    (r"there is no kind of process (.+)", "没有流程种类 {0}"),
    (r"(.+) is nothing that can be sent to (.+)", "不能向 {1} 发送 {0}"),
)
_KNOWN = tuple((re.compile(pattern, re.DOTALL), zh) for pattern, zh in _SENTENCES)


def mistake_in(message: str, language: str) -> str:
    """A mistake's sentence in a language; as it is, where there is no other."""
    if language.startswith("en"):
        return message
    for pattern, zh in _KNOWN:
        found = pattern.fullmatch(message)
        if found is not None:
            said = zh.format(*(group or "" for group in found.groups()))
            return said.removesuffix("；可选：")
    return message


POLICY_EFFECTS: dict[str, Name] = {
    "waits": both("{n} 件诉求的时限随 {sittings} 次会议变动", "{n} waits of cases move with {sittings} sittings"),
    "elsewhere": both("{n} 件在办诉求随小区改属其他单位", "{n} open cases belong to other units with their estates"),
    "cancelled": both("取消 {n} 次已撤销单位的会议", "{n} sittings of removed units are cancelled"),
    "astray": both(
        "{n} 个岗位不复存在，持有人无法再以此履职", "{n} posts are no more; who holds them cannot act in them"
    ),
}
"""What policies bring about when they come into force."""
