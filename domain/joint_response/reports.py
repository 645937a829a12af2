"""What parties report of their tasks: signed for, progress, done, objected to, waived."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.errors import Refusal
from domain.joint_response.commands import Done, Object, Progress, Sign, TaskCommand, TaskReport, Waive
from domain.joint_response.events import TaskDone, TaskProgressed, TaskSigned, TaskState, TaskTransferred, TaskWaived
from domain.joint_response.moves import Deciding, clocks_of
from domain.permission import commands_response, may_report, may_waive
from domain.policy.calendar import shanghai


def report(d: Deciding, body: TaskReport) -> None:
    """One report of one task, by one who has the right to it. Raises Refusal where it is not as the task stands."""
    task = d.task(body.task)
    if d.state.closed:
        raise Refusal("response_over", emergency=d.state.id)
    if d.state.status == "watch" and not isinstance(body, Progress):
        raise Refusal("already_stood_down", emergency=d.state.id)
    _RULES[type(body)](d, task, body)


def require_right(d: Deciding, body: TaskCommand) -> None:
    """Raises Refusal ``unknown_task``, ``not_your_task``, ``forbidden``."""
    task = d.task(body.task)
    allowed = may_waive if isinstance(body, Waive) else may_report
    if not allowed(d.rules, d.command.actor, d.state, task.party):
        raise _no_right(d, task)


def _no_right(d: Deciding, task: TaskState) -> Refusal:
    if d.command.actor.role in ("department", "officer"):
        return Refusal("not_your_task", task=task.id, name=task.name, party=d.state.parties[task.party])
    return Refusal("forbidden", decision=d.command.kind)


def _must_run(d: Deciding, task: TaskState) -> None:
    """Raises Refusal for a task that has not opened yet or is finished."""
    if task.finished:
        raise Refusal("task_finished", task=task.id, name=task.name, status=task.status)
    if task.status == "pending":
        before = [other for other in map(d.task, task.depends_on) if not other.finished]
        raise Refusal(
            "task_not_open",
            task=task.id,
            name=task.name,
            after=[other.id for other in before],
            names=[other.name for other in before],
            earliest=task.opens_at.isoformat(),
        )


def _sign(d: Deciding, task: TaskState, body: Sign) -> None:
    _must_run(d, task)
    if task.status == "signed":
        raise Refusal("already_signed", task=task.id, name=task.name)
    late = task.sign_by is not None and d.now > task.sign_by
    d.add(TaskSigned(at=d.now, task=task.id, party=task.party, note=body.note, late=late))


def _progress(d: Deciding, task: TaskState, body: Progress) -> None:
    if d.state.status == "open":
        _must_run(d, task)
    d.add(TaskProgressed(at=d.now, task=task.id, party=task.party, note=body.note))


def _done(d: Deciding, task: TaskState, body: Done) -> None:
    _must_run(d, task)
    if task.status != "signed":
        raise Refusal("not_signed", task=task.id, name=task.name)
    _check_records(d, task, body)
    late = task.complete_by is not None and d.now > task.complete_by
    done = TaskDone(
        at=d.now,
        task=task.id,
        party=task.party,
        note=body.note,
        provider=body.provider,
        filed_on=body.filed_on,
        late=late,
        alarms=d.settled_alarms(task.id),
    )
    d.add(done)
    d.go_on()


def _check_records(d: Deciding, task: TaskState, body: Done) -> None:
    """What the task's completion has to name, and that it names something that there is."""
    planned = d.playbook.task(task.id)
    if planned.records == "provider" and body.provider is None:
        raise Refusal("provider_required", task=task.id, name=task.name)
    if planned.records == "inventory" and body.note is None:
        raise Refusal("inventory_required", task=task.id, name=task.name)
    if planned.records == "contract" and body.filed_on is None:
        raise Refusal("filing_date_required", task=task.id, name=task.name)
    if body.provider is not None:
        company = d.rules.organisation.company(body.provider)
        if planned.state_owned and not company.state_owned:
            raise Refusal("not_state_owned", company=company.id)
    if body.filed_on is not None:
        _check_filing_date(d, body)


def _check_filing_date(d: Deciding, body: Done) -> None:
    assert body.filed_on is not None
    today, begun = shanghai(d.now).date(), shanghai(d.state.declared_at).date()
    if body.filed_on > today:
        raise Refusal("date_too_late", field="filed_on", latest=today.isoformat())
    if body.filed_on < begun:
        raise Refusal("date_too_early", field="filed_on", earliest=begun.isoformat())


def _object(d: Deciding, task: TaskState, body: Object) -> None:
    _must_run(d, task)
    alliance = commands_response(d.rules, d.command.actor, d.state)
    if task.objections and not alliance:
        raise Refusal("objection_already_made", task=task.id, name=task.name)
    to = body.to or d.playbook.lead
    if to not in d.state.parties:
        raise Refusal("unknown_party", party=to, known=sorted(d.state.parties))
    if to == task.party:
        raise Refusal("already_their_task", task=task.id, name=task.name, party=d.state.parties[to])
    # Whoever gets the task has as long as the task was planned to take.
    clocks = clocks_of(d.playbook, task.id, d.state.declared_at, d.now, d.rules.calendar)
    d.add(TaskTransferred(at=d.now, task=task.id, from_party=task.party, to_party=to, **clocks))


def _waive(d: Deciding, task: TaskState, body: Waive) -> None:
    if task.finished:
        raise Refusal("task_finished", task=task.id, name=task.name, status=task.status)
    late = task.complete_by is not None and d.now > task.complete_by
    alarms = d.settled_alarms(task.id)
    d.add(TaskWaived(at=d.now, task=task.id, party=task.party, late=late, alarms=alarms))
    d.go_on()


_RULES: dict[type[Any], Callable[[Deciding, TaskState, Any], None]] = {
    Sign: _sign,
    Progress: _progress,
    Done: _done,
    Object: _object,
    Waive: _waive,
}
