"""An extraordinary sitting's papers, and how an emergency stands on an ordinary agenda (MISSION, "Emergencies").

An extraordinary sitting hears its emergency alone: how every task stands, and the decision that its playbook asks for.
Its minutes are what the response's own events record; nothing that anybody types again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.joint_response import (
    OfTask,
    ResponseEvent,
    ResponseFact,
    ResponseState,
    SituationReported,
    TaskDone,
    TaskState,
    TaskTransferred,
    TaskWaived,
)
from domain.joint_response.telling import party_name
from domain.papers.agenda import Agenda, AgendaItem, AgendaSection, Carried, Minutes, Resolution
from domain.papers.agenda_building import Tabled, by_law, item_for
from domain.papers.agenda_story import Voice
from domain.papers.agenda_words import SECTIONS
from domain.papers.minutes_building import Attendance
from domain.policy.forum import Sitting, meeting_name
from domain.policy.playbook_parts import ExtraordinarySitting
from domain.policy.rules import Rules
from domain.words.bilingual import Name
from domain.words.dates import full_moment
from domain.words.response_words import TASK_STATUSES


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


TASK = _n("{phase}·{task}（{party}）：{status}{clock}{late}", "{phase} · {task} ({party}): {status}{clock}{late}")
SIGN_BY = _n("，{by}前签收", ", to sign by {by}")
COMPLETE_BY = _n("，{by}前完成", ", to complete by {by}")
ENDED = _n("（{at}）", " ({at})")
LATE = _n("，逾时", ", late")
ASKED = _n("{title}：请作出决定，由{party}报“{task}”完成", "{title}: decide it; {party} then reports “{task}” done")
STANDS = _n(
    "联动阶段“{phase}”，必办任务未了结 {required} 项，情况报告 {reports} 期",
    "Phase {phase}; {required} required task(s) open; {reports} situation report(s)",
)
LATE_TASKS = _n("逾时任务：{tasks}", "Late: {tasks}")
ONE_LATE = _n("“{task}”（{party}）", "“{task}” ({party})")
UNDECIDED = _n("未议决：{task}", "Undecided: {task}")

DONE = _n("“{task}”完成{provider}", "“{task}” is done{provider}")
PROVIDER = _n("：由{provider}承接", ": {provider} takes it on")
RECORDED: dict[str, Name] = {
    "task_done": DONE,
    "task_waived": _n("“{task}”免除", "“{task}” is waived"),
    "task_transferred": _n("“{task}”由{from_party}移交{party}", "“{task}” goes from {from_party} to {party}"),
    "situation_reported": _n("第{number}期情况报告：{text}", "Situation report {number}: {text}"),
    "response_stood_down": _n("联动处置解除", "The emergency is stood down"),
}
"""What of a response counts as decided at its sitting, by the event."""


class ResponseStep(NamedTuple):
    """One event of a response's stream, with its version there and its hash."""

    event: ResponseEvent
    version: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """What an extraordinary sitting is about: the response as it stands, its cases, what its playbook asks of it."""

    state: ResponseState
    cases: Sequence[Tabled]
    asks: ExtraordinarySitting | None

    @property
    def decides(self) -> TaskState | None:
        """The task whose completion the sitting is to bring."""
        return self.state.task(self.asks.decides) if self.asks and self.asks.decides else None


# ---------------------------------------------------------------- the agenda


def extraordinary_agenda(rules: Rules, sitting: Sitting, about: Emergency, *, frozen: bool, now: datetime) -> Agenda:
    """The agenda of an extraordinary sitting: its emergency, with the tasks and their state.

    Raises Refusal ``unknown_forum``.
    """
    voice = Voice(rules, about.state.language)
    budget = int((sitting.ends_at - sitting.starts_at).total_seconds()) // 60
    items = tuple(
        _item(voice, sitting, about, case, place, budget // max(len(about.cases), 1))
        for place, case in enumerate(about.cases, 1)
    )
    section = AgendaSection(
        kind="emergencies",
        title=SECTIONS["emergencies"].in_(voice.language),
        items=items,
        lines=tuple(_task(voice, about.state, task) for task in about.state.tasks),
        minutes=budget,
    )
    return Agenda(
        sitting=sitting,
        forum_name=meeting_name(rules.forums[sitting.forum], sitting.id),
        language=voice.language,
        frozen_at=now if frozen else None,
        made_at=now,
        budget=budget,
        by_law=by_law(rules, sitting, voice.language),
        sections=(section,),
    )


def _item(voice: Voice, sitting: Sitting, about: Emergency, case: Tabled, place: int, minutes: int) -> AgendaItem:
    item = item_for(voice.rules, sitting, case, place, voice.language)
    state, decides = about.state, about.decides
    title = about.asks.title.in_(voice.language) if about.asks else state.name
    party = party_name(state, decides.party) if decides else None
    asked = voice.say(ASKED, title=title, party=party, task=decides.name) if decides else title
    parties = dict.fromkeys(party_name(state, task.party) for task in state.tasks)
    return item.model_copy(
        update={
            "emergency": state.id,
            "asked": asked,
            "lead": party,
            "minutes": minutes,
            "attend": tuple(dict.fromkeys((*parties, *item.attend))),
        }
    )


def _task(voice: Voice, state: ResponseState, task: TaskState) -> str:
    by = task.sign_by if task.status == "open" else task.complete_by
    clock = ""
    if task.finished and task.ended_at is not None:
        clock = voice.say(ENDED, at=full_moment(task.ended_at, voice.language))
    elif by is not None:
        clock = voice.say(SIGN_BY if task.status == "open" else COMPLETE_BY, by=full_moment(by, voice.language))
    late = LATE.in_(voice.language) if task.sign_late or task.complete_late else ""
    return voice.say(
        TASK,
        phase=state.phases.get(task.phase, task.phase),
        task=task.name,
        party=party_name(state, task.party),
        status=TASK_STATUSES[task.status].in_(voice.language),
        clock=clock,
        late=late,
    )


def how_it_stands(voice: Voice, state: ResponseState) -> tuple[str, ...]:
    """An open response on an ordinary agenda: its phase, and the tasks that are late."""
    unfinished = [task for task in state.tasks if not task.finished]
    required = sum(task.required for task in unfinished)
    phase = state.phases.get(state.phase, state.phase)
    lines = [voice.say(STANDS, phase=phase, required=required, reports=state.reports)]
    late = [
        voice.say(ONE_LATE, task=task.name, party=party_name(state, task.party)) for task in unfinished if task.missed
    ]
    if late:
        lines.append(voice.say(LATE_TASKS, tasks=("、" if voice.language.startswith("zh") else ", ").join(late)))
    return tuple(lines)


# ---------------------------------------------------------------- the minutes


def extraordinary_minutes(
    rules: Rules,
    sitting: Sitting,
    about: Emergency,
    steps: Sequence[ResponseStep],
    attendance: Attendance,
    next_sitting: Sitting | None,
    now: datetime,
) -> Minutes:
    """The minutes of an extraordinary sitting: what the response's events record while it sat, and what it was to
    decide whenever that came until now."""
    voice = Voice(rules, about.state.language)
    decided = [step for step in steps if _is_decided(sitting, about, step)]
    resolutions = tuple(_resolution(voice, about, step, place) for place, step in enumerate(decided, 1))
    return Minutes(
        sitting=sitting,
        forum_name=meeting_name(rules.forums[sitting.forum], sitting.id),
        language=voice.language,
        made_at=now,
        by_law=by_law(rules, sitting, voice.language),
        mode=attendance.mode,
        chair=attendance.chair,
        recorder=attendance.recorder,
        present=attendance.present,
        absent=attendance.absent,
        resolutions=resolutions,
        carried_over=tuple(_undecided(voice, about)),
        dissent=tuple(map(voice.quoted, attendance.dissent)),
        next_sitting=next_sitting,
    )


def _is_decided(sitting: Sitting, about: Emergency, step: ResponseStep) -> bool:
    event = step.event
    if event.type not in RECORDED or event.at < sitting.starts_at:
        return False
    fact = event.fact
    brings = about.decides is not None and isinstance(fact, OfTask) and fact.task == about.decides.id
    return brings or event.at <= sitting.ends_at


def _resolution(voice: Voice, about: Emergency, step: ResponseStep, place: int) -> Resolution:
    fact, state = step.event.fact, about.state
    task = state.task(fact.task) if isinstance(fact, OfTask) else None
    party = _party_of(fact)
    provider = fact.provider if isinstance(fact, TaskDone) else None
    report = fact if isinstance(fact, SituationReported) else None
    decision = voice.say(
        RECORDED[fact.type],
        task=task.name if task else "",
        number=report.number if report else "",
        text=voice.quoted(report.text) if report else "",
        party=party_name(state, party or ""),
        from_party=party_name(state, fact.from_party) if isinstance(fact, TaskTransferred) else "",
        provider=voice.say(PROVIDER, provider=voice.party(provider)) if provider else "",
    )
    note = fact.note if isinstance(fact, TaskDone) else None
    reason = note or step.event.reason
    return Resolution(
        case=state.cases[0].number,
        emergency=state.id,
        number=place,
        summary=task.name if task else state.name,
        decision=decision,
        reason=voice.quoted(reason) if reason else None,
        lead=party_name(state, party) if party else None,
        version=step.version,
        head=step.head,
    )


def _party_of(fact: ResponseFact) -> str | None:
    """Whose the task is that it is about."""
    if isinstance(fact, TaskTransferred):
        return fact.to_party
    return fact.party if isinstance(fact, TaskDone | TaskWaived) else None


def _undecided(voice: Voice, about: Emergency) -> Iterator[Carried]:
    """What the sitting was to decide and did not; it stays the party's task, with its clock running."""
    if about.decides is not None and not about.decides.finished:
        summary = voice.say(UNDECIDED, task=about.decides.name)
        yield Carried(case=about.state.cases[0].number, summary=summary, count=1, supervised=False)
