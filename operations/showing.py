"""Cases, events of any kind of process, and audits as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from domain.case import Wait
from domain.policy.policy_set import Policy
from domain.policy.policy_set import said as policy_said
from domain.policy.under_way import Effects
from domain.stream import StreamEvent
from domain.telling import on_expiry, wait_reason
from domain.words.bilingual import Name, text
from domain.words.case_words import CHANNELS, CLOSED_AS, SEVERITIES
from domain.words.dates import in_figures
from domain.words.names import Names
from domain.words.policy_words import POLICY_EFFECTS
from domain.words.role_words import ROLES
from operations.audit import Finding, Report
from operations.terminal import label, table
from services.policy_check import Draft, Item
from store.cases import CaseRow
from store.log import StoredEvent
from store.registry import REGISTRY

FINDINGS: dict[str, Name] = {
    "missing": Name(zh="流程缺失", en="missing"),
    "lingering": Name(zh="流程未结束", en="lingering"),
    "unopened": Name(zh="空流程", en="unopened"),
    "behind": Name(zh="流程落后", en="behind"),
    "ahead": Name(zh="流程超前", en="ahead"),
    "waits_differ": Name(zh="等待不符", en="waits differ"),
    "unanswered": Name(zh="流程无应答", en="unanswered"),
    "overdue_wait": Name(zh="等待超时未处理", en="overdue wait"),
    "projection_differs": Name(zh="列表不符", en="projection differs"),
    "chain": Name(zh="哈希链断裂", en="chain broken"),
    "untold": Name(zh="会议变更未告知", en="untold"),
    "response_unopened": Name(zh="联动未启动", en="response not opened"),
    "case_untold": Name(zh="未告知解除", en="case not told"),
    "response_unlinked": Name(zh="联动未关联", en="response not linked"),
    "sitting_uncalled": Name(zh="临时会议未召集", en="sitting not convened"),
    "sitting_not_called_off": Name(zh="临时会议未取消", en="sitting not cancelled"),
    "notice_missing": Name(zh="通知未写入", en="notice missing"),
    "notice_unsent": Name(zh="通知未送达", en="notice not sent"),
    "policy_misfit": Name(zh="政策互不相符", en="policies do not fit"),
    "stranded": Name(zh="失去依据", en="stranded"),
    "account_astray": Name(zh="岗位不存在", en="no such post"),
    "unenforced": Name(zh="未施行完毕", en="not brought about"),
}
LACKS: dict[str, Name] = {
    "estate": Name(zh="小区", en="estate"),
    "category": Name(zh="类别", en="category"),
    "tier": Name(zh="层级", en="tier"),
    "stage": Name(zh="阶段", en="stage"),
    "forum": Name(zh="议事会", en="forum"),
    "tasks": Name(zh="承担任务的单位", en="party of a task"),
    "units": Name(zh="所属单位", en="unit"),
}
DETAILS: dict[str, Name] = {
    "missing": Name(zh="账本中未办结（{stage}），没有流程在运行", en="open in the log ({stage}), no process runs"),
    "lingering": Name(
        zh="账本在第 {log} 版已办结，流程仍在运行（第 {process} 版）",
        en="closed in the log at version {log}, its process still runs at {process}",
    ),
    "unopened": Name(zh="有流程在运行，账本中没有此件", en="a process runs, the log has no such case"),
    "behind": Name(
        zh="账本第 {log} 版，流程第 {process} 版", en="the log is at version {log}, its process at {process}"
    ),
    "ahead": Name(
        zh="账本只到第 {log} 版，流程已是第 {process} 版",
        en="the log ends at version {log}, its process is at {process}",
    ),
    "waits_differ": Name(zh="应等 {log}，实等 {process}", en="should wait for {log}, waits for {process}"),
    "unanswered": Name(zh="流程没有应答：{why}", en="its process does not answer: {why}"),
    "overdue_wait": Name(zh="{wait} 已过，没有处理", en="{wait} has passed and nothing happened"),
    "projection_differs": Name(zh="列表中的一行与账本不符", en="the list's row is not what the log says"),
    "untold": Name(
        zh="仍等会议 {sitting}，该会议已变（{status}）", en="still waits for {sitting}, which has changed ({status})"
    ),
    "response_unopened": Name(
        zh="诉求件在联动处置“{emergency}”中，该联动处置未启动或没有它",
        en="the case is in emergency {emergency}, which was not opened or does not have it",
    ),
    "case_untold": Name(
        zh="联动处置“{emergency}”已解除，诉求件仍在等待", en="emergency {emergency} is stood down, the case still waits"
    ),
    "response_unlinked": Name(
        zh="与同小区的联动处置“{other}”未关联", en="does not know of emergency {other} on the same estate"
    ),
    "sitting_uncalled": Name(
        zh="联动处置“{emergency}”的临时会议没有召集", en="the sitting of emergency {emergency} was not convened"
    ),
    "sitting_not_called_off": Name(
        zh="联动处置“{emergency}”已解除，临时会议没有取消",
        en="emergency {emergency} is stood down, its sitting was not cancelled",
    ),
    "notice_missing": Name(
        zh="第 {version} 版事件（{event}）没有通知任何单位", en="nobody was told of event {version} ({event})"
    ),
    "notice_unsent": Name(zh="给 {unit} 的通知没有送达：{failure}", en="the notice to {unit} was not sent: {failure}"),
    "chain": Name(zh="第 {version} 版事件：{problem}", en="event {version}: {problem}"),
    "policy_misfit": Name(zh="{problem}", en="{problem}"),
    "stranded": Name(
        zh="现行政策中没有它的{lack}“{missing}”", en="its {lack} {missing} is not in the policies in force"
    ),
    "account_astray": Name(zh="账号的岗位 {post} 已不存在", en="the account's post {post} is no more"),
    "unenforced": Name(
        zh="已施行，在办事项尚未全部按它调整", en="in force, and what is under way has not been brought in line"
    ),
}
REPAIRS: dict[str, Name] = {
    "restarted": Name(zh="已重新启动", en="restarted"),
    "told": Name(zh="已告知", en="told"),
    "linked": Name(zh="已关联", en="linked"),
    "nudged": Name(zh="已核对", en="nudged"),
    "ended": Name(zh="已终止", en="ended"),
    "opened": Name(zh="已启动", en="opened"),
    "failed": Name(zh="未成功", en="failed"),
}
POLICIES: dict[str, Name] = {
    "ladder": Name(zh="议事规则", en="ladder"),
    "organisation": Name(zh="组织", en="organisation"),
    "calendar": Name(zh="工作日历", en="calendar"),
    "playbook": Name(zh="预案", en="playbook"),
}
_HEADS: dict[str, Name] = {
    "number": Name(zh="编号", en="Case"),
    "stage": Name(zh="阶段", en="Stage"),
    "estate": Name(zh="小区", en="Estate"),
    "category": Name(zh="类别", en="Category"),
    "title": Name(zh="标题", en="Title"),
    "until": Name(zh="期限", en="Until"),
    "marks": Name(zh="标记", en="Marks"),
    "version": Name(zh="版", en="V"),
    "at": Name(zh="时间", en="When"),
    "event": Name(zh="事项", en="What"),
    "actor": Name(zh="经办", en="Who"),
    "reason": Name(zh="说明", en="Why"),
    "finding": Name(zh="问题", en="Finding"),
    "detail": Name(zh="详情", en="Detail"),
    "repair": Name(zh="处理", en="Repair"),
    "kind": Name(zh="种类", en="Kind"),
    "name": Name(zh="名称", en="Name"),
    "policy_version": Name(zh="版本", en="Version"),
    "content": Name(zh="内容", en="Content"),
    "state": Name(zh="状态", en="State"),
    "changes": Name(zh="变更", en="Changes"),
}
POLICY_STATES: dict[str, Name] = {
    "new": Name(zh="新增", en="new"),
    "replaces": Name(zh="取代 {base}", en="replaces {base}"),
    "in_force": Name(zh="现行，未变", en="in force, unchanged"),
    "superseded": Name(zh="已被 {base} 取代", en="superseded by {base}"),
}


class Words(Names):
    """What ids are called, and both ways to say a thing, in one language."""

    def say(self, zh: str, en: str) -> str:
        """The one of both that is asked for."""
        return Name(zh=zh, en=en).in_(self.language)


def heads(language: str, *keys: str) -> list[str]:
    """The headings of a table."""
    return [_HEADS[key].in_(language) for key in keys]


def case_list(rows: Sequence[CaseRow], words: Words) -> Table:
    """Cases, newest first as they come."""
    made = table(*heads(words.language, "number", "stage", "estate", "title", "until", "marks"))
    for row in rows:
        made.add_row(
            row.number,
            _stage_of(row, words),
            words.unit(row.estate),
            escape(row.title or "—"),
            in_figures(row.until, year=False) if row.until else "",
            marks(row, words),
        )
    for column in (made.columns[0], made.columns[4]):
        column.no_wrap = True
    return made


def _stage_of(row: CaseRow, words: Words) -> str:
    if row.closed_as:
        return f"{words.stage(row.stage)} · {label(CLOSED_AS, row.closed_as, words.language)}"
    return words.stage(row.stage)


def marks(row: CaseRow, words: Words) -> str:
    """督办, overdue, emergency, carried over: what a supervisor looks for."""
    found = [
        (row.overdue, f"[red]{words.say('逾期', 'overdue')}[/]"),
        (row.supervised, f"[yellow]{words.say('督办', 'supervised')}[/]"),
        (row.stage == "joint_response", f"[red]{words.say('联动', 'emergency')}[/]"),
        (row.carried_over > 0, f"{words.say('结转', 'carried over')} {row.carried_over}"),
    ]
    return " ".join(mark for shown, mark in found if shown)


def case_page(row: CaseRow, events: Sequence[StoredEvent], words: Words, links: Mapping[str, str]) -> RenderableType:
    """One case: where it stands, and its whole story."""
    return Group(_facts(row, words, links), story(events, words))


def _facts(row: CaseRow, words: Words, links: Mapping[str, str]) -> Table:
    language = words.language
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    head = f"[bold]{escape(row.title or '—')}[/]  {marks(row, words)}"
    about = [words.unit(row.community), words.unit(row.estate), words.category(row.category)]
    came = [label(CHANNELS, row.channel, language), label(SEVERITIES, row.severity, language)]
    grid.add_row(row.number, head)
    grid.add_row(words.say("何处何事", "Where, what"), " · ".join(escape(part) for part in [*about, *came] if part))
    grid.add_row(words.say("阶段", "Stage"), f"{_stage_of(row, words)}  ({words.tier(row.tier)}, v{row.version})")
    if row.wait is not None:
        wait = Wait.model_validate(row.wait)
        grid.add_row(words.say("等待", "Waits for"), escape(wait_reason(wait, language, _forum(wait, words))))
        until = f"{in_figures(wait.until)} → {on_expiry(wait, language)}"
        grid.add_row(words.say("期限", "Until"), until + _provisional(wait, words))
    if row.lead is not None:
        helpers = "、".join(map(words.unit, row.co_handlers))
        grid.add_row(words.say("牵头", "Lead"), escape(words.unit(row.lead) + (f" ({helpers})" if helpers else "")))
    for name, url in links.items():
        grid.add_row(name, f"[link={url}]{escape(url)}[/]")
    return grid


def _forum(wait: Wait, words: Words) -> str | None:
    return words.forum(wait.forum)


def _provisional(wait: Wait, words: Words) -> str:
    return f"  [yellow]{words.say('日期待定', 'date provisional')}[/]" if wait.provisional else ""


def story(events: Iterable[StoredEvent], words: Words) -> Table:
    """The events of a process of any kind, oldest first."""
    made = table(
        *heads(words.language, "version", "at", "event", "actor", "reason"), right=heads(words.language, "version")
    )
    for row in events:
        event = REGISTRY.event(row)
        made.add_row(
            str(row.version),
            in_figures(event.at),
            REGISTRY.event_words(event.type, words.language),
            who(event, words),
            escape(said(event)),
        )
    for column in made.columns[:3]:
        column.no_wrap = True
    return made


def who(event: StreamEvent[Any], words: Words) -> str:
    """Who brought an event about, in what capacity."""
    unit = words.unit(event.actor.unit)
    role = label(ROLES, event.actor.role, words.language)
    return f"{unit} {role}".strip() if event.actor.role != "resident" else role


def said(event: StreamEvent[Any]) -> str:
    """What an event says in words: its reason, or what was done."""
    detail = event.fact.detail()
    plan = detail.get("plan")
    parts = [
        event.reason,
        detail.get("outcome"),
        detail.get("what_was_done"),
        detail.get("text"),
    ]
    if event.type in ("plan_made", "plan_extended") and isinstance(plan, dict):
        parts.append(f"{plan['deliverable']} → {plan['due_date']}")
    return " · ".join(str(part) for part in parts if part)


def audit_table(report: Report, words: Words, most: int = 40) -> Table:
    """What differs, ``most`` rows of it; and, after a repair, what was done."""
    language, repaired = words.language, bool(report.repaired)
    made = table(*heads(language, "number", "finding", "detail", *(["repair"] if repaired else [])))
    made.columns[0].no_wrap = True
    found = [*report.findings, *report.repaired]
    for finding in found[:most]:
        made.add_row(*_finding(finding, words, repaired))
    if len(found) > most:
        made.add_row(
            "…", words.say(f"还有 {len(found) - most} 件（--json 可见）", f"{len(found) - most} more (see --json)")
        )
    return made


def _finding(finding: Finding, words: Words, repaired: bool) -> list[str]:
    language = words.language
    facts = {key: _fact(key, value, words) for key, value in finding.facts.items()}
    detail = text(DETAILS[finding.kind], language, **facts)
    style = "yellow" if finding.repair else "red"
    cells = [finding.number, f"[{style}]{label(FINDINGS, finding.kind, language)}[/]", escape(detail)]
    if repaired:
        cells.append(label(REPAIRS, finding.repair, language) if finding.repair else "")
    return cells


def _fact(key: str, value: str | int, words: Words) -> str | int:
    if key == "stage":
        return words.stage(str(value))
    return label(LACKS, str(value), words.language) if key == "lack" else value


def folder_table(policies: Sequence[Policy], language: str) -> Table:
    """Policies that are good, by themselves."""
    made = table(*heads(language, "kind", "name", "policy_version", "content"))
    for policy in policies:
        made.add_row(*_policy(policy, language))
    return made


def draft_table(draft: Draft, language: str) -> Table:
    """Policies beside what is in force: what becomes of each, and what it changes."""
    made = table(*heads(language, "kind", "name", "policy_version", "content", "state", "changes"))
    for item in draft.items:
        changed = item.summed if item.state == "new" and item.base is not None else ""
        made.add_row(*_policy(item.policy, language), _state(item, language), changed)
    return made


def _policy(policy: Policy, language: str) -> list[str]:
    return [
        label(POLICIES, policy.kind, language),
        policy.name,
        policy.version,
        policy_said(policy.value).in_(language),
    ]


def _state(item: Item, language: str) -> str:
    base = item.base.ref if item.base is not None else ""
    return text(POLICY_STATES["replaces" if item.state == "new" and base else item.state], language, base=base)


def effect_lines(effects: Effects, language: str) -> list[str]:
    """What policies bring about, a line each; nothing is said of what they do not touch."""
    counts = {
        "waits": effects.waits,
        "elsewhere": sum(effects.elsewhere.values()),
        "cancelled": len(effects.cancelled),
        "astray": len(effects.astray),
    }
    return [text(POLICY_EFFECTS[key], language, n=n, sittings=len(effects.moved)) for key, n in counts.items() if n]


def event_line(row: StoredEvent, words: Words) -> str:
    """One event of any kind of process in one line, as ``process watch`` prints it."""
    event = REGISTRY.event(row)
    told = f"[bold]{row.stream}[/] [dim]v{row.version}[/]  {REGISTRY.event_words(event.type, words.language)}"
    why = said(event)
    return f"{in_figures(event.at)}  {told}  {escape(who(event, words))}" + (f"  {escape(why)}" if why else "")
