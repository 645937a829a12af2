"""What the tests of joint responses are told with: a response and its story, and a small playbook.

T0 is Monday, 2 March 2026, 10:00 by Shanghai's clock, unless a test says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from domain.errors import Refusal
from domain.joint_response import (
    SCHEMA,
    AnyResponseCommand,
    CaseOfIt,
    Declare,
    ResponseCommand,
    ResponseEvent,
    ResponseState,
    ResponseWait,
    ResponseWaitExpired,
    TaskState,
    decide,
    evolve,
    reporter,
    waits,
)
from domain.permission import SYSTEM, Actor
from domain.policy.rules import Rules
from tests.domain.given import ALLIANCE, at, clock, department, nancheng, officer

ID = "NC-2026-000001-E1"
T0 = "2026-03-02 10:00"
BODY: TypeAdapter[Any] = TypeAdapter(AnyResponseCommand)
DEPARTMENTS = ("urban", "governance", "citymgmt", "police", "fire", "emergency", "social")


def case_of(estate: str, number: str = "NC-2026-000001", rules: Rules | None = None) -> CaseOfIt:
    lineage = (rules or nancheng()).organisation.lineage(estate)
    return CaseOfIt(number=number, estate=estate, units={unit.tier: unit.id for unit in lineage})


class Response:
    """A response and its story. Each step folds both the events and what the log would give back of them."""

    def __init__(
        self,
        playbook: str,
        rules: Rules | None = None,
        declared: str = T0,
        estate: str = "mudan-garden",
        linked: tuple[str, ...] = (),
        begun: str | None = None,
    ) -> None:
        self.rules = rules or nancheng()
        self.now = at(begun or declared)
        self.log: list[tuple[ResponseEvent, str]] = []
        self.last: tuple[ResponseEvent, ...] = ()
        self._state: ResponseState | None = None
        self._rows: ResponseState | None = None
        case = case_of(estate, rules=self.rules)
        self.send(Declare(playbook=playbook, case=case, declared_at=at(declared), linked=linked), by=ALLIANCE)

    @property
    def state(self) -> ResponseState:
        assert self._state is not None
        return self._state

    @property
    def types(self) -> list[str]:
        """What the last step brought about."""
        return [event.type for event in self.last]

    @property
    def open_tasks(self) -> list[str]:
        return [task.id for task in self.state.tasks if task.status in ("open", "signed")]

    def task(self, task_id: str) -> TaskState:
        task = self.state.task(task_id)
        assert task is not None
        return task

    def wait_of(self, task_id: str) -> tuple[str, str]:
        """What a task waits for, and until when by Shanghai's clock."""
        (wait,) = [wait for wait in waits(self.state) if wait.task == task_id]
        return wait.kind, clock(wait.until)

    def waits_for(self, kind: str) -> list[str]:
        """Until when the response waits for things of a kind."""
        return [clock(wait.until) for wait in waits(self.state) if wait.kind == kind]

    def send(
        self, body: Any, *, by: Actor, when: str | datetime | None = None, if_version: int | None = None
    ) -> list[str]:
        """Any command; the types of what it brought about."""
        self.now = at(when) if isinstance(when, str) else when or self.now
        command = ResponseCommand(id=f"r-{len(self.log)}", actor=by, body=body, if_version=if_version)
        self.last = decide(self.rules, self._state, command, self.now)
        for event in self.last:
            self._fold(event, command.id)
        if self.last:
            check(self.state)
        return self.types

    def does(
        self,
        kind: str,
        task: str | None = None,
        *,
        by: Actor | None = None,
        when: str | None = None,
        if_version: int | None = None,
        **fields: Any,
    ) -> list[str]:
        """A report or another command; by default of whoever reports for the task, else the alliance's officer."""
        if task is not None:
            fields["task"] = task
            by = by or self.reporter_of(task)
        body = BODY.validate_python({"kind": kind, **fields})
        return self.send(body, by=by or ALLIANCE, when=when, if_version=if_version)

    def reporter_of(self, task_id: str) -> Actor:
        task = self.state.task(task_id)
        unit = reporter(self.state, task.party) if task else "urban"
        return department(unit) if unit in DEPARTMENTS else officer(unit)

    def finishes(self, *tasks: str, when: str | None = None, **fields: Any) -> list[str]:
        """Signs for tasks and does them; the types of what the last one brought about."""
        for task in tasks:
            if self.task(task).status == "open":
                self.does("sign", task, when=when)
            self.does("done", task, when=when, **{**self.recorded_by(task), **fields})
        return self.types

    def recorded_by(self, task_id: str) -> dict[str, Any]:
        """What the task's completion has to name."""
        records = self.rules.playbook(self.state.playbook).task(task_id).records
        return {
            "provider": {"provider": "nancheng-gyzy"},
            "inventory": {"note": "已移交清单，缺竣工图"},
            "contract": {"filed_on": self.now.date().isoformat()},
        }.get(records or "", {})

    def refuses(self, kind: str, task: str | None = None, **fields: Any) -> Refusal:
        """The refusal of a command, which must have changed nothing."""
        before = self.state
        with pytest.raises(Refusal) as caught:
            self.does(kind, task, **fields)
        assert self.state == before
        return caught.value

    def passes(self, wait: ResponseWait | None = None) -> list[str]:
        """Nothing comes, and the next instant (or that of ``wait``) does."""
        wait = wait or min(waits(self.state), key=lambda wait: wait.until)
        body = ResponseWaitExpired(wait=wait.kind, task=wait.task, until=wait.until)
        return self.send(body, by=SYSTEM, when=max(self.now, wait.until))

    def passes_until(self, when: str) -> list[str]:
        """Nothing comes until ``when``: everything that falls due happens in its order. All types of it."""
        happened: list[str] = []
        while waits(self.state) and min(wait.until for wait in waits(self.state)) <= at(when):
            happened += self.passes()
        self.now = at(when)
        return happened

    def _fold(self, event: ResponseEvent, command_id: str) -> None:
        if self.log:
            assert event.at >= self.log[-1][0].at
        self.log.append((event, command_id))
        self._state = evolve(self._state, event.fact, response_id=ID, command_id=command_id)
        read = as_read(event)
        # A process is told of what has just been decided as of what the log gives back.
        assert read.fact.model_dump_json() == event.fact.model_dump_json()
        self._rows = evolve(self._rows, read.fact, response_id=ID, command_id=command_id)
        assert self._rows == self._state


def as_read(event: ResponseEvent) -> ResponseEvent:
    """The event as it comes back out of the log."""
    data = json.loads(json.dumps(SCHEMA.to_data(event)))
    return SCHEMA.from_data(event.type, SCHEMA.version, data, json.loads(event.actor.model_dump_json()), event.at)


def check(state: ResponseState) -> None:
    """What holds of every state: an open response waits; no two waits are the same; each running task has one clock."""
    waiting = waits(state)
    keys = [(wait.kind, wait.task) for wait in waiting]
    assert len(set(keys)) == len(keys)
    if state.status == "closed":
        assert waiting == ()
    elif state.status == "watch":
        assert [wait.kind for wait in waiting] == ["watch"]
    else:
        assert waiting
        _check_clocks(state, waiting)


def _check_clocks(state: ResponseState, waiting: Iterable[ResponseWait]) -> None:
    finished = {task.id for task in state.tasks if task.finished}
    kinds = ("task_opens", "sign", "complete", "climb")
    clocks = [wait.task for wait in waiting if wait.kind in kinds]
    for task in state.tasks:
        has_one = not task.finished and (task.status != "pending" or finished.issuperset(task.depends_on))
        assert clocks.count(task.id) == has_one, task.id
