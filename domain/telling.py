"""A case told in words: what it waits for, until when, and what happens then.

The Temporal UI's summaries, the API's ``wait`` and the console say it with these sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.case import CaseState, Promise, Wait
from domain.sitting import SittingState, SittingWait
from domain.sitting import waits as sitting_waits
from domain.text.leaving import markdown
from domain.words.bilingual import both, text
from domain.words.case_words import EXPIRIES, WAITS, WHO_ACTS
from domain.words.dates import full_day, moment
from domain.words.sitting_words import SITTING_STATUSES, SITTING_WAITS

SUMMARY_BYTES = 200
"""The Temporal server's limit for a summary, in bytes of UTF-8."""


def wait_reason(wait: Wait, language: str, where: str | None = None) -> str:
    """What the case waits for. ``where`` is the forum's name in ``language``; else as the event has it."""
    starts = moment(wait.starts_at, language) if wait.starts_at else ""
    return text(WAITS[wait.kind], language, where=where or wait.where or "", who=wait.who or "", starts_at=starts)


def who_acts(wait: Wait, language: str) -> str:
    """Who has to act."""
    return text(WHO_ACTS[wait.kind], language, where=wait.where or "", who=wait.who or "")


def on_expiry(wait: Wait, language: str) -> str:
    """What happens when nothing comes."""
    return EXPIRIES[wait.on_expiry].in_(language)


def timer_summary(wait: Wait, language: str) -> str:
    """The wait in one line of at most 200 bytes, for the timer that keeps it."""
    mark = ("（日期待定）" if not language.startswith("en") else " (date provisional)") if wait.provisional else ""
    line = f"{wait_reason(wait, language)}{mark} → {on_expiry(wait, language)}"
    return cut(line, SUMMARY_BYTES)


def cut(line: str, limit: int) -> str:
    """``line`` in at most ``limit`` bytes of UTF-8, ended with an ellipsis where it was cut."""
    raw = line.encode()
    if len(raw) <= limit:
        return line
    return raw[: limit - 3].decode(errors="ignore") + "…"


def current_details(state: CaseState, stage: str, link: str | None) -> str:
    """The case as a supervisor reads it in the Temporal UI (Markdown)."""
    zh = not state.language.startswith("en")
    wait = state.wait
    rows = [(("阶段" if zh else "Stage"), stage)]
    if wait is not None:
        rows += [
            ("等待" if zh else "Waits for", wait_reason(wait, state.language)),
            ("期限" if zh else "Until", moment(wait.until, state.language)),
            ("届时" if zh else "Then", on_expiry(wait, state.language)),
            ("经办" if zh else "Who acts", who_acts(wait, state.language)),
        ]
    rows += [(_PROMISED[one].in_(state.language), said) for one, said in promises_told(state, state.language)]
    marks = [mark for mark, shown in _marks(state, zh) if shown]
    if marks:
        rows.append(("标记" if zh else "Marks", "、".join(marks) if zh else ", ".join(marks)))
    if state.plan is not None:
        due = full_day(state.plan.due_date, state.language)
        rows.append(("方案" if zh else "Plan", f"{due} · {state.plan.deliverable}"))
    head = f"### {state.number}\n\n|  |  |\n|---|---|\n"
    body = "\n".join(f"| {key} | {markdown(value)} |" for key, value in rows)
    return f"{head}{body}\n" + (f"\n[{state.number}]({link})\n" if link else "")


_PROMISED = {"answer": both("阶段答复", "Answer"), "acceptance": both("告知受理", "Acceptance")}


def promises_told(state: CaseState, language: str) -> list[tuple[str, str]]:
    """What a case promises beside the wait of its place, by ``answer`` and ``acceptance``: by when, or since when it
    is kept or missed."""
    found = (("answer", state.answer), ("acceptance", state.acceptance))
    return [(kind, promise_told(promise, language)) for kind, promise in found if promise is not None]


def promise_told(promise: Promise, language: str) -> str:
    """A promise in words: kept, missed, or by when."""
    until = moment(promise.term.until, language)
    if promise.given_at is not None:
        return text(_GIVEN, language, at=moment(promise.given_at, language), until=until)
    return text(_MISSED if promise.missed else _DUE, language, until=until)


_GIVEN = both("{at} 已答复（期限 {until}）", "given {at} (promised by {until})")
_MISSED = both("逾期，应于 {until} 前", "missed; was promised by {until}")
_DUE = both("{until} 前", "by {until}")


def _marks(state: CaseState, zh: bool) -> list[tuple[str, bool]]:
    return [
        ("督办" if zh else "supervised", state.supervised),
        ("逾期" if zh else "overdue", state.overdue),
        ("答复逾期" if zh else "answer missed", state.misses_word),
        ("拟上报区级" if zh else "raised for the district", state.raised),
        (f"结转 {state.carried_over} 次" if zh else f"carried over {state.carried_over}×", state.carried_over > 0),
    ]


# ---------------------------------------------------------------- a sitting


def sitting_wait_reason(state: SittingState, wait: SittingWait, language: str | None = None) -> str:
    """What a sitting waits for, and what happens then; in its own language unless told."""
    language = language or state.language
    return text(SITTING_WAITS[wait.kind], language, starts_at=moment(state.dates.starts_at, language))


def sitting_details(state: SittingState, forum: str, link: str | None) -> str:
    """The sitting as a supervisor reads it in the Temporal UI (Markdown)."""
    zh = not state.language.startswith("en")
    rows = [
        ("议事会" if zh else "Forum", forum),
        ("状态" if zh else "Status", SITTING_STATUSES[state.status].in_(state.language)),
        ("时间" if zh else "Held", moment(state.dates.starts_at, state.language)),
    ]
    for wait in sitting_waits(state):
        rows.append(("等待" if zh else "Waits for", sitting_wait_reason(state, wait)))
        rows.append(("期限" if zh else "Until", moment(wait.until, state.language)))
    if state.sequence:
        rows.append(("变更次数" if zh else "Times changed", str(state.sequence)))
    if state.agenda is not None:
        rows.append(("议题" if zh else "Cases tabled", str(state.agenda.cases + len(state.addenda))))
    head = f"### {state.dates.id}\n\n|  |  |\n|---|---|\n"
    body = "\n".join(f"| {key} | {markdown(value)} |" for key, value in rows)
    return f"{head}{body}\n" + (f"\n[{state.dates.id}]({link})\n" if link else "")


# ---------------------------------------------------------------- a process of any kind


def plain_details(
    number: str, stage: str, waiting: Sequence[tuple[str, datetime]], language: str, link: str | None
) -> str:
    """A process as a supervisor reads it in the Temporal UI (Markdown), where its kind says nothing better: its stage,
    and what it waits for, each thing with its instant."""
    zh = not language.startswith("en")
    rows = [("阶段" if zh else "Stage", stage)]
    for reason, until in waiting:
        rows.append(("等待" if zh else "Waits for", reason))
        rows.append(("期限" if zh else "Until", moment(until, language)))
    body = "\n".join(f"| {key} | {markdown(value)} |" for key, value in rows)
    return f"### {number}\n\n|  |  |\n|---|---|\n{body}\n" + (f"\n[{number}]({link})\n" if link else "")
