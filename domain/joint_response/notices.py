"""Notices 通知 of a joint response: one for each unit and command, whatever that brought about.

A notice names tasks, parties and instants, and where to read on; all of it the playbook's words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from domain.joint_response import ResponseFact, ResponseState, reporter
from domain.joint_response.events import (
    AlarmRaised,
    CapReached,
    OfParty,
    OfTask,
    ResponseStoodDown,
    SituationReportMissed,
    TaskEscalated,
    TaskLate,
    TaskReminded,
    TaskTransferred,
    WatchEnded,
    WithClocks,
)
from domain.joint_response.telling import party_name
from domain.notices import RESPONSE_KINDS, ResponseNoticeKind
from domain.words.bilingual import Name, text
from domain.words.dates import moment
from domain.words.response_words import AUDIENCES, CLOCKS, OUTCOMES


@dataclass(frozen=True, slots=True)
class ResponseNotice:
    """What one unit is told, in the response's language."""

    unit: str
    kind: ResponseNoticeKind
    subject: str
    body: str


class _Line(NamedTuple):
    unit: str
    kind: ResponseNoticeKind
    says: str


GRAVEST: Sequence[ResponseNoticeKind] = (
    "escalated",
    "alarm",
    "late",
    "transferred",
    "stood_down",
    "tasks",
    "reminder",
    "watch_ended",
)
"""Which kind a notice is of that speaks of several."""


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


SUBJECTS: dict[ResponseNoticeKind, Name] = {
    "tasks": _n("联动任务：{name}", "Tasks: {name}"),
    "transferred": _n("任务移交：{name}", "Task transferred: {name}"),
    "reminder": _n("任务提醒：{name}", "Reminder: {name}"),
    "late": _n("任务逾时：{name}", "Late: {name}"),
    "escalated": _n("逾时上报：{name}", "Escalated: {name}"),
    "alarm": _n("联动预警：{name}", "Alarm: {name}"),
    "stood_down": _n("联动解除：{name}", "Stood down: {name}"),
    "watch_ended": _n("观察期结束：{name}", "Watch ended: {name}"),
}
LINES: dict[str, Name] = {
    "task_opened": _n(
        "“{task}”（{party}）：{sign_by}前签收，{complete_by}前完成。",
        "“{task}” ({party}): sign for it by {sign_by}, complete it by {complete_by}.",
    ),
    "given": _n(
        "“{task}”由{from_party}移交{party}：{sign_by}前签收，{complete_by}前完成。",
        "“{task}” comes from {from_party} to {party}: sign for it by {sign_by}, complete it by {complete_by}.",
    ),
    "taken": _n("“{task}”已由{from_party}移交{party}。", "“{task}” has gone from {from_party} to {party}."),
    "task_reminded": _n("“{task}”（{party}）{clock}。", "“{task}” ({party}) {clock}."),
    "task_late": _n(
        "“{task}”（{party}）{clock}，已逾时并记录。", "“{task}” ({party}) {clock}; it is late, and recorded."
    ),
    "task_escalated": _n(
        "“{task}”（{party}）{clock}，仍未办；现报{to}。",
        "“{task}” ({party}) {clock}, and it still is not; this goes to {to}.",
    ),
    "situation_report_missed": _n(
        "第{number}期情况报告未报，{due}前补报。", "Situation report {number} was missed; the next is due by {due}."
    ),
    "alarm_raised": _n("预警：“{alarm}”；报{to}。", "Alarm: “{alarm}”; this goes to {to}."),
    "cap_reached": _n(
        "联动处置已达最长期限，仍未解除；报{to}。", "The emergency has reached its cap; this goes to {to}."
    ),
    "response_stood_down": _n(
        "联动处置已解除（{outcome}），观察至{watch_until}。",
        "It is stood down ({outcome}) and watched until {watch_until}.",
    ),
    "watch_ended": _n("观察期已满，联动处置结束。", "The watch is over; the emergency is closed."),
}
CLOCK_AT = _n("应于{by}前{clock}", "was {clock} by {by}")
DUE_AT = _n("{by}前{clock}", "is {clock} by {by}")


def response_notices(
    state: ResponseState, facts: Iterable[ResponseFact], alliance: str, public_url: str
) -> tuple[ResponseNotice, ...]:
    """Who is told what of ``facts``, which one command brought about; ``state`` is the response after them.

    ``alliance``: the unit that the alliance's officer and its party secretary read the notices of.
    """
    told: dict[str, list[_Line]] = {}
    for fact in facts:
        for line in _lines(state, fact, alliance):
            told.setdefault(line.unit, []).append(line)
    return tuple(_notice(state, unit, lines, public_url) for unit, lines in told.items())


def _notice(state: ResponseState, unit: str, lines: Sequence[_Line], public_url: str) -> ResponseNotice:
    kind = min((line.kind for line in lines), key=GRAVEST.index)
    says = dict.fromkeys(line.says for line in lines)
    body = "\n".join([*says, f"{public_url}/emergencies/{state.id}"])
    return ResponseNotice(unit, kind, text(SUBJECTS[kind], state.language, name=state.name), body)


def _lines(state: ResponseState, fact: ResponseFact, alliance: str) -> Iterator[_Line]:
    kind = RESPONSE_KINDS.get(fact.type)
    if kind is None:
        return
    if isinstance(fact, TaskTransferred):
        yield _Line(reporter(state, fact.to_party), kind, _says(state, "given", fact))
        yield _Line(reporter(state, fact.from_party), kind, _says(state, "taken", fact))
        return
    for unit in _units(state, fact, alliance):
        yield _Line(unit, kind, _says(state, fact.type, fact))


def _units(state: ResponseState, fact: ResponseFact, alliance: str) -> Iterable[str]:
    if isinstance(fact, TaskEscalated | AlarmRaised | CapReached):
        party = fact.party if isinstance(fact, OfParty) else state.lead
        return ({"party": reporter(state, party), "lead": state.lead}.get(fact.to, alliance),)
    if isinstance(fact, OfParty):
        return (reporter(state, fact.party),)
    if isinstance(fact, ResponseStoodDown | WatchEnded):
        return dict.fromkeys((*(reporter(state, task.party) for task in state.tasks), alliance))
    return (state.lead,)


def _says(state: ResponseState, words: str, fact: ResponseFact) -> str:
    return text(LINES[words], state.language, **_of_task(state, fact), **_of_response(state, fact))


def _of_task(state: ResponseState, fact: ResponseFact) -> dict[str, str]:
    if not isinstance(fact, OfTask):
        return {}
    task = state.task(fact.task)
    said = {"task": task.name if task else ""}
    if isinstance(fact, OfParty):
        said["party"] = party_name(state, fact.party)
    if isinstance(fact, TaskTransferred):
        said["party"], said["from_party"] = party_name(state, fact.to_party), party_name(state, fact.from_party)
    if isinstance(fact, WithClocks):
        said["sign_by"] = moment(fact.sign_by, state.language)
        said["complete_by"] = moment(fact.complete_by, state.language)
    if isinstance(fact, TaskReminded | TaskLate | TaskEscalated):
        said["clock"] = _clock(state, fact)
    return said


def _of_response(state: ResponseState, fact: ResponseFact) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if isinstance(fact, TaskEscalated | AlarmRaised | CapReached):
        said["to"] = AUDIENCES[fact.to].in_(state.language)
    if isinstance(fact, AlarmRaised):
        said["alarm"] = state.alarm_names.get(fact.alarm, "")
    if isinstance(fact, SituationReportMissed):
        said.update(number=fact.number, due=moment(fact.due, state.language))
    if isinstance(fact, ResponseStoodDown):
        said["outcome"] = OUTCOMES[fact.outcome].in_(state.language)
        said["watch_until"] = moment(fact.watch_until, state.language)
    return said


def _clock(state: ResponseState, fact: TaskReminded | TaskLate | TaskEscalated) -> str:
    """Which of a task's clocks it is about, and when that is or was over."""
    task = state.task(fact.task)
    if task is None:
        return ""
    by = task.sign_by if fact.clock == "sign" else task.complete_by
    words = DUE_AT if isinstance(fact, TaskReminded) else CLOCK_AT
    what = CLOCKS[fact.clock].in_(state.language)
    return text(words, state.language, clock=what.removeprefix("须"), by=moment(by, state.language) if by else "")
