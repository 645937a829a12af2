"""The rules of a joint response: what a command brings about (MISSION, "Emergencies")."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.errors import Refusal
from domain.joint_response.commands import (
    Declare,
    JoinCase,
    LinkResponse,
    Report,
    ResponseCommand,
    ResponseWaitExpired,
    StandDownResponse,
    TaskCommand,
)
from domain.joint_response.events import (
    CalledSitting,
    CaseJoined,
    ResponseDeclared,
    ResponseEvent,
    ResponseLinked,
    ResponseStoodDown,
    SituationReported,
    TaskState,
)
from domain.joint_response.expiring import after_a_stretch, expire, next_report
from domain.joint_response.moves import Deciding, event_of, phase_of
from domain.joint_response.reports import report, require_right
from domain.joint_response.state import ResponseState, evolve
from domain.permission import Actor, commands_response, may_report, may_report_situation, may_waive
from domain.policy.playbook import Playbook
from domain.policy.playbook_parts import ExtraordinarySitting
from domain.policy.rules import Rules
from domain.policy.span import later
from domain.process import check_version


def decide(
    rules: Rules, state: ResponseState | None, command: ResponseCommand, now: datetime
) -> tuple[ResponseEvent, ...]:
    """The events that ``command`` brings about at ``now``. Raises ``Refusal``; then nothing changes.

    Declaring again, joining or linking again, and an expired wait that no longer applies bring about nothing.
    """
    body = command.body
    if isinstance(body, Declare):
        return () if state is not None else _declare(rules, command, body, now)
    if state is None:
        raise Refusal("unknown_emergency", emergency=command.id)
    d = Deciding(rules, state, command, now)
    _require_right(d)
    check_version(state, command)
    if isinstance(body, ResponseWaitExpired):
        expire(d, body)
    elif isinstance(body, JoinCase):
        _join(d, body)
    elif isinstance(body, LinkResponse):
        _link(d, body)
    elif isinstance(body, Report):
        _report_situation(d, body)
    elif isinstance(body, StandDownResponse):
        _stand_down(d, body)
    else:
        report(d, body)
    return tuple(d.events)


def _require_right(d: Deciding) -> None:
    """Asked first of all: who may not do a thing learns nothing of the response. Raises Refusal ``forbidden``,
    ``not_your_task``, ``unknown_task``."""
    body, actor = d.command.body, d.command.actor
    if isinstance(body, Report) and not may_report_situation(d.rules, actor, d.state):
        raise Refusal("forbidden", decision=body.kind)
    if isinstance(body, StandDownResponse) and not commands_response(d.rules, actor, d.state):
        raise Refusal("forbidden", decision=body.kind)
    if isinstance(body, TaskCommand):
        require_right(d, body)


def allowed_now(rules: Rules, actor: Actor, state: ResponseState) -> tuple[str, ...]:
    """The commands that this actor may send to this response now; those of tasks where any task takes one."""
    if state.closed:
        return ()
    kinds: list[str] = []
    if state.status == "open":
        unfinished = [task for task in state.tasks if not task.finished]
        own = [task.status for task in unfinished if may_report(rules, actor, state, task.party)]
        kinds += [kind for kind, status in (("sign", "open"), ("done", "signed")) if status in own]
        kinds += ["progress", "object"] if {"open", "signed"} & set(own) else []
        kinds += ["waive"] if any(may_waive(rules, actor, state, task.party) for task in unfinished) else []
    if may_report_situation(rules, actor, state):
        kinds.append("situation_report")
    if state.status == "open" and commands_response(rules, actor, state):
        kinds.append("stand_down")
    return tuple(kinds)


# ---------------------------------------------------------------- declare


def _declare(rules: Rules, command: ResponseCommand, body: Declare, now: datetime) -> tuple[ResponseEvent, ...]:
    """T0: the response with all its tasks, of which those open at once that wait for nothing.

    Who may declare has been decided where the emergency was: by its case.
    """
    now = max(now, body.declared_at)
    playbook = rules.playbook(body.playbook)
    declared = event_of(command, _as_declared(rules, playbook, body, now))
    state = evolve(None, declared.fact, response_id=body.case.number, command_id=command.id)
    d = Deciding(rules, state, command, now)
    d.go_on()
    return (declared, *d.events)


def _as_declared(rules: Rules, playbook: Playbook, body: Declare, now: datetime) -> ResponseDeclared:
    """Everything of the playbook that the state needs, in the response's language, with absolute instants."""
    language, t0 = rules.ladder.language, body.declared_at
    tasks = _planned(rules, playbook, t0, language)
    return ResponseDeclared(
        at=now,
        playbook=playbook.ref,
        name=playbook.name.in_(language),
        language=language,
        lead=playbook.lead,
        declared_at=t0,
        case=body.case,
        linked=body.linked,
        phase=phase_of(playbook, tasks),
        phases={phase.id: phase.name.in_(language) for phase in playbook.phases},
        tasks=tuple(tasks),
        parties=_parties(rules, playbook, language),
        reporters=_reporters(playbook, body.case.units),
        report_due=later(rules.calendar, t0, playbook.situation_reports.first),
        alarms_at={alarm.id: later(rules.calendar, t0, alarm.at) for alarm in playbook.alarms},
        alarm_names={alarm.id: alarm.name.in_(language) for alarm in playbook.alarms},
        cap_at=later(rules.calendar, t0, playbook.cap),
        sitting=_sitting(rules, playbook.sitting, t0) if playbook.sitting else None,
    )


def _planned(rules: Rules, playbook: Playbook, t0: datetime, language: str) -> list[TaskState]:
    return [
        TaskState(
            id=task.id,
            name=task.name.in_(language),
            phase=task.phase,
            party=task.party,
            role=task.role,
            required=task.required,
            depends_on=task.after,
            opens_at=later(rules.calendar, t0, task.opens),
        )
        for task in playbook.tasks
    ]


def _parties(rules: Rules, playbook: Playbook, language: str) -> dict[str, str]:
    """Everyone who can have a task, in words: the departments, the playbook's externals, the ladder's tiers."""
    return {
        **{department.code: department.name.in_(language) for department in rules.organisation.departments},
        **{external.id: external.name.in_(language) for external in playbook.externals},
        **{tier.id: tier.name.in_(language) for tier in rules.ladder.tiers},
    }


def _reporters(playbook: Playbook, units: dict[str, str]) -> dict[str, str]:
    """Who signs and reports for those who do not do it themselves; a tier is its unit over the first case."""
    return {**{external.id: playbook.reporter(external.id) for external in playbook.externals}, **units}


def _sitting(rules: Rules, sitting: ExtraordinarySitting, t0: datetime) -> CalledSitting:
    at = later(rules.calendar, t0, sitting.at)
    return CalledSitting(
        forum=rules.organisation.alliance.id,
        at=at,
        ends_at=at + timedelta(minutes=sitting.minutes),
        title=sitting.title,
        decides=sitting.decides or None,
    )


# ---------------------------------------------------------------- cases, other responses, reports, stand-down


def _join(d: Deciding, body: JoinCase) -> None:
    if any(case.number == body.case.number for case in d.state.cases):
        return
    if d.state.status != "open":
        raise Refusal("already_stood_down", emergency=d.state.id)
    d.add(CaseJoined(at=d.now, case=body.case))


def _link(d: Deciding, body: LinkResponse) -> None:
    if body.other not in (d.state.id, *d.state.linked) and not d.state.closed:
        d.add(ResponseLinked(at=d.now, other=body.other))


def _report_situation(d: Deciding, body: Report) -> None:
    if d.state.closed:
        raise Refusal("response_over", emergency=d.state.id)
    due = _due_after_report(d)
    d.add(SituationReported(at=d.now, number=d.state.reports + 1, text=body.text, due=due))


def _due_after_report(d: Deciding) -> datetime | None:
    """When the next report is due. One that is made while the last stretch still runs is an extra one."""
    due = d.state.report_due
    if due is None:
        return None
    if d.state.reports and due > after_a_stretch(d, d.now):
        return due
    return next_report(d, due)


def _stand_down(d: Deciding, body: StandDownResponse) -> None:
    """Ends the response's work, not its story: it is watched from now on."""
    if d.state.closed:
        raise Refusal("response_over", emergency=d.state.id)
    if d.state.status == "watch":
        raise Refusal("already_stood_down", emergency=d.state.id)
    unfinished = [task for task in d.state.tasks if not task.finished]
    required = [task for task in unfinished if task.required]
    if required:
        tasks, names = [task.id for task in required], [task.name for task in required]
        raise Refusal("required_tasks_open", tasks=tasks, names=names)
    tier = None
    if body.outcome == "returned":
        tier = body.tier or d.playbook.returns_to
        if tier is not None:
            d.rules.ladder.tier(tier)
    stood_down = ResponseStoodDown(
        at=d.now,
        outcome=body.outcome,
        tier=tier,
        stood_down_at=d.now,
        watch_until=later(d.rules.calendar, d.now, d.playbook.watch),
        unfinished=tuple(task.id for task in unfinished),
    )
    d.add(stood_down)
