"""A joint response folded from its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import Field

from domain.joint_response.events import (
    AlarmRaised,
    CapReached,
    CaseJoined,
    CaseOfIt,
    Clock,
    OfTask,
    Outcome,
    PhaseEntered,
    ResponseDeclared,
    ResponseFact,
    ResponseLinked,
    ResponseStoodDown,
    ResponseWait,
    SituationReported,
    SituationReportMissed,
    TaskDone,
    TaskEnded,
    TaskEscalated,
    TaskLate,
    TaskOpened,
    TaskReminded,
    TaskSigned,
    TaskState,
    TaskTransferred,
    TaskWaived,
    WatchEnded,
    WithClocks,
)
from domain.stream import Frozen, Instant, StreamFact, remembered

ResponseStatus = Literal["open", "watch", "closed"]


class ResponseState(Frozen):
    """A joint response 联动处置: everything that ``decide`` and ``waits`` need. Its id is the emergency's id.

    ``name`` and the words of ``parties`` (everyone who can have a task), ``phases`` and ``alarm_names`` are in its
    language: whoever tells of it needs no playbook. ``reporters``: who signs and reports for a party, as a unit's id or
    a department's code.
    """

    id: str
    version: int
    at: Instant
    language: str
    playbook: str
    """Kind and version: ``lift_entrapment@1``."""
    name: str
    lead: str
    declared_at: Instant
    cases: tuple[CaseOfIt, ...]
    status: ResponseStatus = "open"
    phase: str
    tasks: tuple[TaskState, ...]
    parties: dict[str, str]
    reporters: dict[str, str]
    phases: dict[str, str]
    reports: int = 0
    report_due: Instant | None = None
    linked: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    """Ids of the alarms that have been raised, or that need not be."""
    alarms_at: dict[str, Instant] = Field(default_factory=dict)
    alarm_names: dict[str, str] = Field(default_factory=dict)
    cap_at: Instant
    cap_reached: bool = False
    sitting: str | None = None
    provider: str | None = None
    outcome: Outcome | None = None
    tier: str | None = None
    stood_down_at: Instant | None = None
    watch_until: Instant | None = None
    commands: tuple[str, ...] = ()

    @property
    def closed(self) -> bool:
        return self.status == "closed"

    @property
    def kind(self) -> str:
        """The playbook's kind, without its version."""
        return self.playbook.partition("@")[0]

    @property
    def working(self) -> frozenset[str]:
        """The parties that have a task."""
        return frozenset(task.party for task in self.tasks)

    def task(self, task_id: str) -> TaskState | None:
        """A task by its id."""
        return next((task for task in self.tasks if task.id == task_id), None)


def reporter(state: ResponseState, party: str) -> str:
    """Who signs and reports for a party: a department's code or a unit's id."""
    return state.reporters.get(party, party)


# ---------------------------------------------------------------- waits


def waits(state: ResponseState) -> tuple[ResponseWait, ...]:
    """Everything that a response waits for: a clock for each task that is not finished, the next situation report,
    alarms, the cap; after the stand-down, the end of the watch. An open response always has at least one."""
    if state.status == "watch":
        assert state.watch_until is not None
        return (ResponseWait(kind="watch", until=state.watch_until),)
    return () if state.closed else tuple(_open_waits(state))


def _open_waits(state: ResponseState) -> Iterator[ResponseWait]:
    finished = {task.id for task in state.tasks if task.finished}
    for task in state.tasks:
        wait = _clock(task, finished)
        if wait is not None:
            yield wait
    if state.report_due is not None:
        yield ResponseWait(kind="situation_report", until=state.report_due, party=state.lead)
    for alarm, instant in state.alarms_at.items():
        if alarm not in state.alarms:
            yield ResponseWait(kind="alarm", until=instant, task=alarm)
    if not state.cap_reached:
        yield ResponseWait(kind="cap", until=state.cap_at)


def _clock(task: TaskState, finished: set[str]) -> ResponseWait | None:
    """The one thing that a task waits for: the earliest of what is to come; None if it is finished or others' turn."""
    if task.finished:
        return None
    if task.status == "pending":
        ready = finished.issuperset(task.depends_on)
        return ResponseWait(kind="task_opens", until=task.opens_at, task=task.id, party=task.party) if ready else None
    return min(_clocks(task), key=lambda wait: wait.until, default=None)


def _clocks(task: TaskState) -> Iterator[ResponseWait]:
    if task.status == "open" and "sign" not in task.missed and task.sign_by is not None:
        yield _running(task, "sign", task.sign_by, task.remind_sign_at)
    if "complete" not in task.missed and task.complete_by is not None:
        yield _running(task, "complete", task.complete_by, task.remind_complete_at)
    if task.climbs_at is not None:
        yield ResponseWait(kind="climb", until=task.climbs_at, task=task.id, party=task.party, rung=task.climbed)


def _running(task: TaskState, clock: Clock, by: datetime, remind_at: datetime | None) -> ResponseWait:
    until = by if remind_at is None else remind_at
    return ResponseWait(kind=clock, until=until, task=task.id, party=task.party, reminder=remind_at is not None)


# ---------------------------------------------------------------- evolve


def evolve(state: ResponseState | None, fact: ResponseFact, *, response_id: str, command_id: str) -> ResponseState:
    """The state after ``fact``. Total and deterministic; looks nothing up."""
    if state is None:
        return _declared(fact, response_id, command_id)
    commands = remembered(state.commands, command_id)
    change: dict[str, Any] = {"version": state.version + 1, "at": fact.at, "commands": commands}
    if isinstance(fact, OfTask):
        changes = _TASK_CHANGES.get(type(fact))
        change["tasks"] = tuple(
            task.model_copy(update=changes(task, fact)) if changes and task.id == fact.task else task
            for task in state.tasks
        )
    happens = _CHANGES.get(type(fact))
    return state.model_copy(update={**change, **(happens(state, fact) if happens else {})})


def fold(
    response_id: str, facts: Iterable[tuple[ResponseFact, str]], state: ResponseState | None = None
) -> ResponseState | None:
    """Folds ``(fact, command id)`` pairs in order; None for an empty log."""
    for fact, command_id in facts:
        state = evolve(state, fact, response_id=response_id, command_id=command_id)
    return state


def _declared(fact: ResponseFact, response_id: str, command_id: str) -> ResponseState:
    assert isinstance(fact, ResponseDeclared)
    return ResponseState(
        id=response_id,
        version=1,
        at=fact.at,
        language=fact.language,
        playbook=fact.playbook,
        name=fact.name,
        lead=fact.lead,
        declared_at=fact.declared_at,
        cases=(fact.case,),
        phase=fact.phase,
        tasks=fact.tasks,
        parties=fact.parties,
        reporters=fact.reporters,
        phases=fact.phases,
        report_due=fact.report_due,
        linked=fact.linked,
        alarms_at=fact.alarms_at,
        alarm_names=fact.alarm_names,
        cap_at=fact.cap_at,
        sitting=f"{fact.sitting.forum}-X-{response_id}" if fact.sitting else None,
        commands=(command_id,),
    )


def _utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.astimezone(UTC)


def _clocks_of(fact: WithClocks) -> dict[str, Any]:
    """The clocks of a task that has just been opened for its party, or given to another."""
    return {
        "sign_by": _utc(fact.sign_by),
        "complete_by": _utc(fact.complete_by),
        "remind_sign_at": _utc(fact.remind_sign_at),
        "remind_complete_at": _utc(fact.remind_complete_at),
        "provisional": fact.provisional,
        "status": "open",
        "missed": (),
        "reminded": False,
        "climbed": 0,
        "climbs_at": None,
    }


def _opened(task: TaskState, fact: TaskOpened) -> dict[str, Any]:
    return {**_clocks_of(fact), "opened_at": _utc(fact.opened_at)}


def _transferred(task: TaskState, fact: TaskTransferred) -> dict[str, Any]:
    return {**_clocks_of(fact), "party": fact.to_party, "signed_at": None, "objections": task.objections + 1}


def _signed(task: TaskState, fact: TaskSigned) -> dict[str, Any]:
    change: dict[str, Any] = {"status": "signed", "signed_at": fact.at, "remind_sign_at": None, "reminded": False}
    change["missed"] = tuple(clock for clock in task.missed if clock != "sign")
    change["sign_late"] = task.sign_late or fact.late
    if not change["missed"]:
        change.update(climbed=0, climbs_at=None)
    return change


def _ended(task: TaskState, fact: TaskEnded) -> dict[str, Any]:
    return {
        "status": "done" if isinstance(fact, TaskDone) else "waived",
        "ended_at": fact.at,
        "complete_late": task.complete_late or fact.late,
        "missed": (),
        "climbs_at": None,
        "remind_sign_at": None,
        "remind_complete_at": None,
    }


def _reminded(task: TaskState, fact: TaskReminded) -> dict[str, Any]:
    return {"reminded": True, f"remind_{fact.clock}_at": None}


def _late(task: TaskState, fact: TaskLate) -> dict[str, Any]:
    climbs_at = task.climbs_at if fact.climbs_at is None else _utc(fact.climbs_at)
    return {"missed": (*task.missed, fact.clock), f"{fact.clock}_late": True, "climbs_at": climbs_at}


def _escalated(task: TaskState, fact: TaskEscalated) -> dict[str, Any]:
    return {"climbed": task.climbed + 1, "climbs_at": _utc(fact.climbs_at)}


_TASK_CHANGES: dict[type[StreamFact], Callable[[TaskState, Any], dict[str, Any]]] = {
    TaskOpened: _opened,
    TaskTransferred: _transferred,
    TaskSigned: _signed,
    TaskDone: _ended,
    TaskWaived: _ended,
    TaskReminded: _reminded,
    TaskLate: _late,
    TaskEscalated: _escalated,
}
"""What each type of event changes in its task."""


def _settled(state: ResponseState, fact: TaskEnded) -> dict[str, Any]:
    provider = fact.provider if isinstance(fact, TaskDone) else None
    return {"alarms": (*state.alarms, *fact.alarms), "provider": provider or state.provider}


def _stood_down(state: ResponseState, fact: ResponseStoodDown) -> dict[str, Any]:
    return {
        "status": "watch",
        "outcome": fact.outcome,
        "tier": fact.tier,
        "report_due": None,
        "stood_down_at": _utc(fact.stood_down_at),
        "watch_until": _utc(fact.watch_until),
    }


def _reported(state: ResponseState, fact: SituationReported) -> dict[str, Any]:
    return {"reports": fact.number, "report_due": _utc(fact.due)}


_CHANGES: dict[type[StreamFact], Callable[[ResponseState, Any], dict[str, Any]]] = {
    CaseJoined: lambda state, fact: {"cases": (*state.cases, fact.case)},
    ResponseLinked: lambda state, fact: {"linked": (*state.linked, fact.other)},
    PhaseEntered: lambda state, fact: {"phase": fact.phase},
    TaskDone: _settled,
    TaskWaived: _settled,
    SituationReported: _reported,
    SituationReportMissed: lambda state, fact: {"report_due": _utc(fact.due)},
    AlarmRaised: lambda state, fact: {"alarms": (*state.alarms, fact.alarm)},
    CapReached: lambda state, fact: {"cap_reached": True},
    ResponseStoodDown: _stood_down,
    WatchEnded: lambda state, fact: {"status": "closed"},
}
"""What each type of event changes in the response."""


# ---------------------------------------------------------------- the list


def summary(state: ResponseState) -> dict[str, Any]:
    """The response's row in the list (``store/joint_responses.py``), as JSON values; instants are ISO 8601.

    ``departments``: whose tasks they are, also the departments that report for externals. ``late``: any clock missed
    and not made good. ``required_open``: how many required tasks are not finished.
    """
    waiting, unfinished = waits(state), [task for task in state.tasks if not task.finished]
    units = {unit for case in state.cases for unit in case.units.values()}
    return {
        "id": state.id,
        "version": state.version,
        "playbook": state.playbook,
        "status": state.status,
        "phase": state.phase,
        "cases": [case.number for case in state.cases],
        "estates": sorted({case.estate for case in state.cases}),
        "units": sorted(units),
        "departments": sorted({reporter(state, task.party) for task in state.tasks} - units),
        "lead": state.lead,
        "declared_at": state.declared_at.isoformat(),
        "stood_down_at": _text(state.stood_down_at),
        "watch_until": _text(state.watch_until),
        "cap_at": state.cap_at.isoformat(),
        "late": state.status == "open" and any(task.missed for task in unfinished),
        "required_open": sum(task.required for task in unfinished) if state.status == "open" else 0,
        "next_until": _text(min((wait.until for wait in waiting), default=None)),
        "tasks": [task.model_dump(mode="json") for task in state.tasks],
        "linked": list(state.linked),
        "sitting": state.sitting,
        "provider": state.provider,
        "outcome": state.outcome,
        "reports": state.reports,
        "updated_at": state.at.isoformat(),
    }


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
