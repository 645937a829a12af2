"""A joint response told in words: what it waits for, and how its departments stand.

The words of tasks, parties and phases are in the state, in the response's language; nothing is looked up.
"""

from __future__ import annotations

from datetime import datetime

from domain.joint_response.events import ResponseWait, TaskState
from domain.joint_response.state import ResponseState, reporter, waits
from domain.telling import SUMMARY_BYTES, cut
from domain.text.leaving import markdown
from domain.words.bilingual import Name, text
from domain.words.dates import moment
from domain.words.response_words import CLOCKS, OUTCOMES, RESPONSE_STATUSES, RESPONSE_WAITS


def party_name(state: ResponseState, party: str) -> str:
    """Who has a task, in the response's language."""
    return state.parties.get(party, party)


def wait_reason(state: ResponseState, wait: ResponseWait) -> str:
    """What the response waits for there, and what happens when nothing comes."""
    language = state.language
    task = state.task(wait.task) if wait.task else None
    words = RESPONSE_WAITS["remind" if wait.reminder else wait.kind]
    return text(
        words,
        language,
        task=task.name if task else state.alarm_names.get(wait.task or "", ""),
        party=party_name(state, wait.party or ""),
        number=state.reports + 1,
        clock=_clock(task, wait, language) if task else "",
    )


def _clock(task: TaskState, wait: ResponseWait, language: str) -> str:
    """The clock that a reminder is for, and when it is over."""
    by = task.sign_by if wait.kind == "sign" else task.complete_by
    if by is None or wait.kind not in CLOCKS:
        return ""
    when, what = moment(by, language), CLOCKS[wait.kind].in_(language)
    return f"{what} by {when}" if language.startswith("en") else f"{when}前{what}"


def timer_summary(state: ResponseState, wait: ResponseWait) -> str:
    """The wait in one line of at most 200 bytes, for the timer that keeps it: who, what, until when, what then."""
    task = state.task(wait.task) if wait.task else None
    return cut(f"{_until(wait.until, task, state.language)} {wait_reason(state, wait)}", SUMMARY_BYTES)


def _until(instant: datetime, task: TaskState | None, language: str) -> str:
    provisional = task is not None and task.provisional
    mark = ("（日期待定）" if not language.startswith("en") else " (date provisional)") if provisional else ""
    return f"[{moment(instant, language)}]{mark}"


# ---------------------------------------------------------------- as a page of the Temporal UI


def details(state: ResponseState, link: str | None) -> str:
    """The response as a supervisor reads it in the Temporal UI (Markdown): how it stands, then each department."""
    zh = not state.language.startswith("en")
    head = "\n".join(f"| {key} | {markdown(value)} |" for key, value in _rows(state, zh))
    columns = _HEADINGS.zh if zh else _HEADINGS.en
    lines = "\n".join(f"| {' | '.join(map(markdown, row))} |" for row in _departments(state))
    page = f"### {state.id}\n\n|  |  |\n|---|---|\n{head}\n\n{columns}\n|---|---|---|---|---|\n{lines}\n"
    return page + (f"\n[{state.id}]({link})\n" if link else "")


_HEADINGS = Name(
    zh="| 单位 | 已签收 | 已完成 | 逾时 | 下一时限 |", en="| Party | Signed | Finished | Late | Next clock |"
)


def _rows(state: ResponseState, zh: bool) -> list[tuple[str, str]]:
    status = RESPONSE_STATUSES[state.status].in_(state.language)
    required = sum(task.required and not task.finished for task in state.tasks)
    rows = [
        (
            "预案" if zh else "Playbook",
            f"{state.name}（{state.playbook}）" if zh else f"{state.name} ({state.playbook})",
        ),
        ("状态" if zh else "Status", f"{status} · {state.phases.get(state.phase, state.phase)}"),
        ("诉求件" if zh else "Cases", "、".join(case.number for case in state.cases)),
        ("未了结必办任务" if zh else "Required tasks open", str(required)),
        ("情况报告" if zh else "Situation reports", str(state.reports)),
    ]
    if state.outcome is not None:
        rows.append(("结果" if zh else "Outcome", OUTCOMES[state.outcome].in_(state.language)))
    if state.provider is not None:
        rows.append(("物业企业" if zh else "Provider", state.provider))
    if state.linked:
        rows.append(("关联" if zh else "Linked", "、".join(state.linked)))
    waiting = min(waits(state), key=lambda wait: wait.until, default=None)
    if waiting is not None:
        rows.append(("下一时限" if zh else "Next", timer_summary(state, waiting)))
    return rows


def _departments(state: ResponseState) -> list[tuple[str, str, str, str, str]]:
    """One line a party that has a task, in the order in which the parties are known: the departments first."""
    clocks = {wait.task: wait for wait in waits(state) if wait.kind in ("task_opens", "sign", "complete", "climb")}
    lines: list[tuple[str, str, str, str, str]] = []
    for party in state.parties:
        own = [task for task in state.tasks if task.party == party]
        if not own:
            continue
        signed = sum(task.signed_at is not None or task.finished for task in own)
        finished, late = sum(task.finished for task in own), sum(task.sign_late or task.complete_late for task in own)
        following = min((clocks[task.id].until for task in own if task.id in clocks), default=None)
        until = moment(following, state.language) if following else "–"
        lines.append((_told(state, party), f"{signed}/{len(own)}", f"{finished}/{len(own)}", str(late or "–"), until))
    return lines


def _told(state: ResponseState, party: str) -> str:
    """A party with who reports for it, where that is another; a tier by its unit, whose name is the page's to show."""
    name, reports = party_name(state, party), reporter(state, party)
    return f"{name}（{state.parties[reports]}）" if reports != party and reports in state.parties else name
