"""A folder's playbooks: read, fitted to organisation and ladder, shown as a table and as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from documents.timeline import due_in_words, timeline
from domain.errors import Refusal
from domain.policy.ladder import Ladder
from domain.policy.organisation import Organisation
from domain.policy.playbook import Playbook
from domain.policy.playbook_parts import Task
from domain.policy.policy_file import PolicyError, PolicyProblem
from domain.words import dates
from domain.words.bilingual import Name, text
from domain.words.response_words import AUDIENCES, TASK_ROLES
from operations.terminal import table
from services import policy_folder


@dataclass(frozen=True, slots=True)
class Folder:
    """The playbooks of a folder with what they have to fit."""

    organisation: Organisation
    ladder: Ladder
    playbooks: tuple[Playbook, ...]

    def playbook(self, kind: str) -> Playbook:
        """A playbook by its kind. Raises Refusal ``unknown_playbook``."""
        found = next((playbook for playbook in self.playbooks if playbook.playbook == kind), None)
        if found is None:
            known = [playbook.playbook for playbook in self.playbooks]
            raise Refusal("unknown_playbook", playbook=kind, known=known)
        return found

    def parties(self, playbook: Playbook) -> dict[str, Name]:
        """Everyone who can have a task in it: the departments, its externals, the tiers from the top down."""
        return {
            **{department.code: department.name for department in self.organisation.departments},
            **{external.id: external.name for external in playbook.externals},
            **{tier.id: tier.name for tier in reversed(self.ladder.tiers)},
        }

    def picture(self, playbook: Playbook, language: str) -> str:
        """Its timeline as an SVG document."""
        return timeline(playbook, self.parties(playbook), language)


def read_folder(folder: Path) -> Folder:
    """The playbooks in ``folder/playbooks``, each good by itself and beside the folder's other policies.

    Raises PolicyError with every problem of every file of the folder.
    """
    found = policy_folder.read_folder(folder)
    playbooks = [policy.value for policy in found.policies if isinstance(policy.value, Playbook)]
    if not playbooks:
        raise PolicyError([PolicyProblem(str(folder / "playbooks"), 0, "", "there is no playbook (*.yaml)")])
    return Folder(*found.together.pair, tuple(playbooks))


# ---------------------------------------------------------------- for people

_HEADS: dict[str, Name] = {
    "kind": Name(zh="种类", en="Kind"),
    "name": Name(zh="名称", en="Name"),
    "version": Name(zh="版本", en="Version"),
    "lead": Name(zh="牵头部门", en="Lead"),
    "tasks": Name(zh="任务", en="Tasks"),
    "required": Name(zh="必办", en="Required"),
    "first": Name(zh="首个时限", en="First clock"),
    "cap": Name(zh="最长期限", en="Cap"),
    "watch": Name(zh="观察期", en="Watch"),
    "phase": Name(zh="阶段", en="Phase"),
    "task": Name(zh="任务", en="Task"),
    "party": Name(zh="单位", en="Party"),
    "opens": Name(zh="开始", en="Opens"),
    "sign": Name(zh="签收", en="Sign within"),
    "complete": Name(zh="完成", en="Complete by"),
    "source": Name(zh="依据", en="Source"),
    "place": Name(zh="文件:行", en="File:line"),
    "field": Name(zh="字段", en="Field"),
    "problem": Name(zh="问题", en="Problem"),
}
_AFTER = Name(zh="待 {tasks}", en="after {tasks}")
_UNLESS = Name(zh="除非 {tasks} 已了结", en="unless {tasks} is finished")
_YES = Name(zh="是", en="yes")


def _heads(language: str, *keys: str, right: Sequence[str] = ()) -> Table:
    named = [_HEADS[key].in_(language) for key in keys]
    return table(*named, right=[_HEADS[key].in_(language) for key in right])


def problem_table(problems: Sequence[PolicyProblem], language: str) -> Table:
    """Every problem, by file and line."""
    shown = _heads(language, "place", "field", "problem")
    for problem in sorted(problems, key=lambda problem: (problem.path, problem.line)):
        shown.add_row(f"{problem.path}:{problem.line}", problem.field, problem.message)
    return shown


def overview(folder: Folder, language: str) -> Table:
    """One line a playbook."""
    figures = ("tasks", "required")
    shown = _heads(language, "kind", "version", "name", "lead", *figures, "first", "cap", "watch", right=figures)
    for playbook in folder.playbooks:
        shown.add_row(*_overview_row(folder, playbook, language))
    return shown


def _overview_row(folder: Folder, playbook: Playbook, language: str) -> list[str]:
    earliest = min(playbook.tasks, key=lambda task: playbook.opening_at_least(task) + playbook.window(task))
    return [
        playbook.playbook,
        playbook.version,
        playbook.name.in_(language),
        folder.parties(playbook)[playbook.lead].in_(language),
        str(len(playbook.tasks)),
        str(sum(task.required for task in playbook.tasks)),
        due_in_words(earliest, language),
        dates.span(playbook.cap, language),
        dates.span(playbook.watch, language),
    ]


def timeline_table(folder: Folder, playbook: Playbook, language: str) -> Table:
    """The playbook's tasks in the order in which they are planned to open, phase by phase."""
    shown = _heads(language, "phase", "task", "party", "opens", "sign", "complete", "required", "source")
    shown.title = f"{playbook.name.in_(language)} · {playbook.ref}"
    parties = folder.parties(playbook)
    for phase in playbook.phases:
        own = [task for task in playbook.tasks if task.phase == phase.id]
        for index, task in enumerate(sorted(own, key=playbook.opening_at_least)):
            name = phase.name.in_(language) if index == 0 else ""
            shown.add_row(name, *_timeline_row(playbook, task, parties, language))
    return shown


def _timeline_row(playbook: Playbook, task: Task, parties: Mapping[str, Name], language: str) -> list[str]:
    role = TASK_ROLES[task.role].in_(language)
    return [
        task.name.in_(language),
        f"{parties[task.party].in_(language)} · {role}",
        _opens(playbook, task, language),
        dates.span(task.sign_within, language),
        due_in_words(task, language),
        _YES.in_(language) if task.required else "–",
        task.source.in_(language) if task.source else "",
    ]


def _opens(playbook: Playbook, task: Task, language: str) -> str:
    """From when, after what, unless what."""
    start = dates.span(task.opens, language)
    told = ["T0" if task.opens.rstrip("abcdefghijklmnopqrstuvwxyz") == "0" else f"T0+{start}"] if not task.after else []
    if task.after and not task.opens.startswith("0"):
        told.append(f"T0+{start}")
    for words, named in ((_AFTER, task.after), (_UNLESS, task.unless)):
        if named:
            comma = ", " if language.startswith("en") else "、"
            tasks = comma.join(playbook.task(other).name.in_(language) for other in named)
            told.append(text(words, language, tasks=tasks))
    return "\n".join(told)


def facts(playbook: Playbook, language: str) -> list[str]:
    """What a playbook says beside its tasks, a line each."""
    lines = [
        text(_FACTS["call"], language, number=one.number, why=one.why.in_(language)) for one in playbook.call_first
    ]
    if playbook.sitting is not None:
        at = dates.span(playbook.sitting.at, language)
        lines.append(text(_FACTS["sitting"], language, at=at, title=playbook.sitting.title.in_(language)))
    rungs = [f"{dates.span(rung.after, language)} {AUDIENCES[rung.to].in_(language)}" for rung in playbook.escalation]
    lines.append(text(_FACTS["chain"], language, rungs=" → ".join(rungs)))
    reports = playbook.situation_reports
    first, every = dates.span(reports.first, language), dates.span(reports.every, language)
    lines.append(text(_FACTS["reports"], language, first=first, every=every))
    lines += [
        text(_FACTS["alarm"], language, at=dates.span(alarm.at, language), name=alarm.name.in_(language))
        for alarm in playbook.alarms
    ]
    cap, watch = dates.span(playbook.cap, language), dates.span(playbook.watch, language)
    return [*lines, text(_FACTS["cap"], language, cap=cap, watch=watch)]


_FACTS: dict[str, Name] = {
    "call": Name(zh="先报 {number}：{why}", en="{number} first: {why}"),
    "sitting": Name(zh="T0+{at} {title}", en="T0+{at} {title}"),
    "chain": Name(zh="逾时上报：{rungs}", en="a missed clock climbs: {rungs}"),
    "reports": Name(
        zh="情况报告：首次 T0+{first}，其后每 {every}", en="situation reports: T0+{first}, then every {every}"
    ),
    "alarm": Name(zh="预警 T0+{at}：{name}", en="alarm T0+{at}: {name}"),
    "cap": Name(
        zh="最长期限 T0+{cap}，解除后观察 {watch}", en="cap T0+{cap}; watched for {watch} after the stand-down"
    ),
}


def as_json(folder: Folder) -> list[dict[str, Any]]:
    """The playbooks as values, each with its file's fields."""
    return [playbook.model_dump(mode="json", exclude_none=True) for playbook in folder.playbooks]
