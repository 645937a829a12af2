"""A joint response folded from its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import Field

from domain.joint_response.events import CaseOfIt, Clock, ResponseEventType, ResponseFact, ResponseWait
from domain.stream import Frozen, Instant, remembered

TaskStatus = Literal["pending", "open", "signed", "done", "waived"]
ResponseStatus = Literal["open", "watch", "closed"]
Outcome = Literal["resolved", "returned"]


class TaskState(Frozen):
    """A task as it stands. ``party`` is whose it is now: it changes with an objection.

    ``name``: in the response's language. ``opens_at``: the earliest instant of its own. ``sign_by``, ``complete_by``:
    its clocks, once it is open; ``remind_sign_at``, ``remind_complete_at``: the reminders that are still to come.
    ``missed``: clocks that have passed and are not made good; ``sign_late``, ``complete_late`` stay for the record.
    ``climbed``: how many rungs of the escalation chain have heard of what is missed; ``climbs_at``: when the next one
    does. ``provisional``: the working days of ``complete_by`` lie in an unpublished year.
    """

    id: str
    name: str
    phase: str
    party: str
    role: Literal["lead", "support"]
    required: bool
    depends_on: tuple[str, ...] = ()
    status: TaskStatus = "pending"
    opens_at: Instant
    sign_by: Instant | None = None
    complete_by: Instant | None = None
    provisional: bool = False
    remind_sign_at: Instant | None = None
    remind_complete_at: Instant | None = None
    opened_at: Instant | None = None
    signed_at: Instant | None = None
    ended_at: Instant | None = None
    sign_late: bool = False
    complete_late: bool = False
    missed: tuple[Clock, ...] = ()
    reminded: bool = False
    climbed: int = 0
    climbs_at: Instant | None = None
    objections: int = 0

    @property
    def finished(self) -> bool:
        return self.status in ("done", "waived")


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
    if "task" in fact.detail:
        change["tasks"] = tuple(
            task.model_copy(update=_of_task(task, fact)) if task.id == fact.detail["task"] else task
            for task in state.tasks
        )
    change.update(_of_response(state, fact))
    return state.model_copy(update=change)


def fold(
    response_id: str, facts: Iterable[tuple[ResponseFact, str]], state: ResponseState | None = None
) -> ResponseState | None:
    """Folds ``(fact, command id)`` pairs in order; None for an empty log."""
    for fact, command_id in facts:
        state = evolve(state, fact, response_id=response_id, command_id=command_id)
    return state


def _declared(fact: ResponseFact, response_id: str, command_id: str) -> ResponseState:
    assert fact.type == "response_declared"
    detail = fact.detail
    sitting = detail.get("sitting")
    return ResponseState.model_validate(
        {
            **{key: detail[key] for key in _AS_DECLARED},
            "id": response_id,
            "version": 1,
            "at": fact.at,
            "cases": [detail["case"]],
            "linked": detail.get("linked", ()),
            "commands": (command_id,),
            "sitting": f"{sitting['forum']}-X-{response_id}" if sitting else None,
        }
    )


_AS_DECLARED = (
    "language",
    "playbook",
    "name",
    "lead",
    "declared_at",
    "phase",
    "tasks",
    "parties",
    "reporters",
    "phases",
    "report_due",
    "alarms_at",
    "alarm_names",
    "cap_at",
)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _clocks_of(detail: Mapping[str, Any]) -> dict[str, Any]:
    """The clocks of a task that has just been opened for its party, or given to another."""
    clocks = ("sign_by", "complete_by", "remind_sign_at", "remind_complete_at")
    return {
        **{clock: _instant(detail.get(clock)) for clock in clocks},
        "provisional": detail.get("provisional", False),
        "status": "open",
        "missed": (),
        "reminded": False,
        "climbed": 0,
        "climbs_at": None,
    }


def _opened(task: TaskState, fact: ResponseFact) -> dict[str, Any]:
    return {**_clocks_of(fact.detail), "opened_at": _instant(fact.detail["opened_at"])}


def _transferred(task: TaskState, fact: ResponseFact) -> dict[str, Any]:
    given = {"party": fact.detail["to_party"], "signed_at": None, "objections": task.objections + 1}
    return {**_clocks_of(fact.detail), **given}


def _signed(task: TaskState, fact: ResponseFact) -> dict[str, Any]:
    change: dict[str, Any] = {"status": "signed", "signed_at": fact.at, "remind_sign_at": None, "reminded": False}
    change["missed"] = tuple(clock for clock in task.missed if clock != "sign")
    change["sign_late"] = task.sign_late or fact.detail.get("late", False)
    if not change["missed"]:
        change.update(climbed=0, climbs_at=None)
    return change


def _ended(task: TaskState, fact: ResponseFact) -> dict[str, Any]:
    late = task.complete_late or fact.detail.get("late", False)
    status = "done" if fact.type == "task_done" else "waived"
    return {
        "status": status,
        "ended_at": fact.at,
        "complete_late": late,
        "missed": (),
        "climbs_at": None,
        "remind_sign_at": None,
        "remind_complete_at": None,
    }


def _reminded(task: TaskState, fact: ResponseFact) -> dict[str, Any]:
    return {"reminded": True, f"remind_{fact.detail['clock']}_at": None}


def _late(task: TaskState, fact: ResponseFact) -> dict[str, Any]:
    clock = fact.detail["clock"]
    change: dict[str, Any] = {"missed": (*task.missed, clock), f"{clock}_late": True}
    if "climbs_at" in fact.detail:
        change["climbs_at"] = _instant(fact.detail["climbs_at"])
    return change


def _escalated(task: TaskState, fact: ResponseFact) -> dict[str, Any]:
    return {"climbed": task.climbed + 1, "climbs_at": _instant(fact.detail["climbs_at"])}


_TASK_CHANGES: dict[ResponseEventType, Callable[[TaskState, ResponseFact], dict[str, Any]]] = {
    "task_opened": _opened,
    "task_transferred": _transferred,
    "task_signed": _signed,
    "task_done": _ended,
    "task_waived": _ended,
    "task_reminded": _reminded,
    "task_late": _late,
    "task_escalated": _escalated,
}


def _of_task(task: TaskState, fact: ResponseFact) -> dict[str, Any]:
    change = _TASK_CHANGES.get(fact.type)
    return change(task, fact) if change else {}


def _of_response(state: ResponseState, fact: ResponseFact) -> dict[str, Any]:
    detail = fact.detail
    if fact.type in _CHANGES:
        return _CHANGES[fact.type](state, detail)
    change: dict[str, Any] = {}
    if "alarms" in detail:
        change["alarms"] = (*state.alarms, *detail["alarms"])
    if "provider" in detail:
        change["provider"] = detail["provider"]
    return change


def _stood_down(state: ResponseState, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": "watch",
        "outcome": detail["outcome"],
        "tier": detail.get("tier"),
        "report_due": None,
        "stood_down_at": _instant(detail["stood_down_at"]),
        "watch_until": _instant(detail["watch_until"]),
    }


_CHANGES: dict[ResponseEventType, Callable[[ResponseState, dict[str, Any]], dict[str, Any]]] = {
    "case_joined": lambda state, detail: {"cases": (*state.cases, CaseOfIt.model_validate(detail["case"]))},
    "response_linked": lambda state, detail: {"linked": (*state.linked, detail["other"])},
    "phase_entered": lambda state, detail: {"phase": detail["phase"]},
    "situation_reported": lambda state, detail: {
        "reports": detail["number"],
        "report_due": _instant(detail.get("due")),
    },
    "situation_report_missed": lambda state, detail: {"report_due": _instant(detail["due"])},
    "alarm_raised": lambda state, detail: {"alarms": (*state.alarms, detail["alarm"])},
    "cap_reached": lambda state, detail: {"cap_reached": True},
    "response_stood_down": _stood_down,
    "watch_ended": lambda state, detail: {"status": "closed"},
}


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
