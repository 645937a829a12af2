"""One decision on a joint response being made: what it knows, and the moves that several rules share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from domain.errors import Refusal
from domain.joint_response.commands import ResponseCommand
from domain.joint_response.events import PhaseEntered, ResponseEvent, ResponseFact, TaskOpened, TaskState, TaskWaived
from domain.joint_response.state import ResponseState, evolve
from domain.policy.calendar import WorkingCalendar
from domain.policy.playbook import Playbook
from domain.policy.playbook_parts import Task
from domain.policy.rules import Rules
from domain.policy.span import at_least
from domain.words.response_words import NOT_NEEDED


class Deciding:
    """One decision: the state as it becomes with each event, the moment, and the events so far."""

    def __init__(self, rules: Rules, state: ResponseState, command: ResponseCommand, now: datetime) -> None:
        self.rules = rules
        self.state = state
        self.command = command
        # A response that was started again can find itself behind its own log's clock; time does not run back.
        self.now = max(now, state.at)
        self.playbook = rules.playbook(state.playbook)
        self.events: list[ResponseEvent] = []

    def add(self, fact: ResponseFact, *, reason: str | None = None) -> None:
        """One more event, folded at once: what follows in this decision sees the state with it."""
        event = event_of(self.command, fact, reason)
        self.events.append(event)
        self.state = evolve(self.state, event.fact, response_id=self.state.id, command_id=self.command.id)

    def task(self, task_id: str) -> TaskState:
        """A task as it stands. Raises Refusal ``unknown_task``."""
        found = self.state.task(task_id)
        if found is None:
            raise Refusal("unknown_task", task=task_id)
        return found

    def go_on(self) -> None:
        """Waives what is no longer needed, opens what can be opened, and enters the phase that comes next."""
        while (unneeded := next(self._unneeded(), None)) is not None:
            alarms, reason = self.settled_alarms(unneeded.id), NOT_NEEDED.in_(self.state.language)
            waived = TaskWaived(at=self.now, task=unneeded.id, party=unneeded.party, by_rule=True, alarms=alarms)
            self.add(waived, reason=reason)
        for task in self.state.tasks:
            if task.status == "pending" and self._ready(task):
                self._open(task)
        phase = phase_of(self.playbook, self.state.tasks)
        if phase != self.state.phase:
            self.add(PhaseEntered(at=self.now, phase=phase))

    def _unneeded(self) -> Iterator[TaskState]:
        """Tasks that have not opened, and that the playbook wants only unless others are finished, which they are."""
        finished = {task.id for task in self.state.tasks if task.finished}
        for task in self.state.tasks:
            unless = self.playbook.task(task.id).unless
            if task.status == "pending" and unless and finished.issuperset(unless):
                yield task

    def _ready(self, task: TaskState) -> bool:
        finished = {other.id for other in self.state.tasks if other.finished}
        return finished.issuperset(task.depends_on) and task.opens_at <= self.now

    def _open(self, task: TaskState) -> None:
        before = [self.task(earlier).ended_at for earlier in task.depends_on]
        opened = max([task.opens_at, *(ended for ended in before if ended is not None)])
        # A timer's own lag is not the party's; an outage that has used up the time to sign is not either.
        if opened + at_least(self.playbook.task(task.id).sign_within) <= self.now:
            opened = self.now
        clocks = clocks_of(self.playbook, task.id, self.state.declared_at, opened, self.rules.calendar)
        self.add(TaskOpened(at=self.now, task=task.id, party=task.party, opened_at=opened, **clocks))

    def settled_alarms(self, task_id: str) -> tuple[str, ...]:
        """The alarms that need not be raised once this task too is finished."""
        finished = {task.id for task in self.state.tasks if task.finished} | {task_id}
        return tuple(
            alarm.id
            for alarm in self.playbook.alarms
            if alarm.id not in self.state.alarms and alarm.unless and finished.issuperset(alarm.unless)
        )


def event_of(command: ResponseCommand, fact: ResponseFact, reason: str | None = None) -> ResponseEvent:
    """An event of ``command``, with its reason unless another is given.

    A command's reason is for what it asks, and not for what follows from that.
    """
    if reason is None and not isinstance(fact, TaskOpened | PhaseEntered):
        reason = getattr(command.body, "reason", None)
    return ResponseEvent(fact=fact, actor=command.actor, reason=reason)


def phase_of(playbook: Playbook, tasks: Iterable[TaskState]) -> str:
    """The phase that the response is in: the first with a required task that is not finished, else the last."""
    unfinished = {task.phase for task in tasks if task.required and not task.finished}
    return next((phase.id for phase in playbook.phases if phase.id in unfinished), playbook.phases[-1].id)


def clocks_of(
    playbook: Playbook, task_id: str, t0: datetime, opened: datetime, calendar: WorkingCalendar
) -> dict[str, Any]:
    """The clocks of a task that opened at ``opened``, as the fields of ``WithClocks``."""
    task = playbook.task(task_id)
    sign_by = opened + at_least(task.sign_within)
    complete_by, provisional = playbook.due(task, t0, opened, calendar)
    return {
        "sign_by": sign_by,
        "complete_by": complete_by,
        "provisional": provisional,
        "remind_sign_at": _reminder(playbook, task, opened, sign_by),
        "remind_complete_at": _reminder(playbook, task, opened, complete_by),
    }


def _reminder(playbook: Playbook, task: Task, opened: datetime, by: datetime) -> datetime | None:
    """When a clock is reminded of; None for a clock that is no longer than the time before which it would be."""
    before = task.remind_before or playbook.remind_before
    if before is None or at_least(before) <= timedelta(0) or by - at_least(before) <= opened:
        return None
    return by - at_least(before)
