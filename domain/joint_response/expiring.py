"""What happens when a wait of a joint response passes: reminders, missed clocks, rungs, reports, alarms, the cap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from domain.joint_response.commands import ResponseWaitExpired
from domain.joint_response.events import (
    AlarmRaised,
    CapReached,
    Clock,
    ResponseWait,
    ResponseWaitKind,
    SituationReportMissed,
    TaskEscalated,
    TaskLate,
    TaskReminded,
    WatchEnded,
)
from domain.joint_response.moves import Deciding
from domain.joint_response.state import waits
from domain.policy.span import at_least, later

_DOUBLINGS = 8
"""How often the pause between two hearings of the last rung doubles: a day becomes half a year at most."""

_PAST_THE_CAP = timedelta(days=1)
"""By then it is no emergency of hours any more; what is wrong with it is told otherwise."""


def expire(d: Deciding, body: ResponseWaitExpired) -> None:
    """The wait that ``body`` names has passed; one that is no longer waited for, or not yet over, brings nothing."""
    named = (body.wait, body.task, body.until)
    wait = next((wait for wait in waits(d.state) if (wait.kind, wait.task, wait.until) == named), None)
    if wait is not None and d.now >= wait.until:
        _EXPIRIES[wait.kind](d, wait)


def _task_opens(d: Deciding, _wait: ResponseWait) -> None:
    d.go_on()


def _clock(d: Deciding, wait: ResponseWait) -> None:
    """A reminder's instant, or the clock's own: then the task is late, and its first rung is next."""
    assert wait.task is not None
    task, clock = d.task(wait.task), cast(Clock, wait.kind)
    if wait.reminder:
        d.add(TaskReminded(at=d.now, task=task.id, party=task.party, clock=clock))
        return
    # What is missed while the other clock's miss is climbing goes on from the rung where that is.
    first = d.playbook.rungs(required=task.required)[0]
    climbs_at = None if task.climbs_at else d.now + at_least(first.after)
    d.add(TaskLate(at=d.now, task=task.id, party=task.party, clock=clock, climbs_at=climbs_at))


def _climb(d: Deciding, wait: ResponseWait) -> None:
    """One rung hears of it, and the next is due; the last one hears again while nothing comes, ever more rarely."""
    assert wait.task is not None
    task = d.task(wait.task)
    rungs = d.playbook.rungs(required=task.required)
    rung, following = min(task.climbed, len(rungs) - 1), task.climbed + 1
    if following < len(rungs):
        pause = at_least(rungs[following].after) - at_least(rungs[rung].after)
    else:
        pause = at_least(d.playbook.escalation_repeats) * 2 ** min(following - len(rungs), _DOUBLINGS)
    escalated = TaskEscalated(
        at=d.now,
        task=task.id,
        party=task.party,
        clock=task.missed[-1],
        rung=rung,
        to=rungs[rung].to,
        climbs_at=d.now + pause,
    )
    d.add(escalated)


def _situation_report(d: Deciding, wait: ResponseWait) -> None:
    d.add(SituationReportMissed(at=d.now, number=d.state.reports + 1, due=next_report(d, wait.until)))


def next_report(d: Deciding, due: datetime) -> datetime:
    """When the report after the one due at ``due`` is due: in step with it, and ahead."""
    following = after_a_stretch(d, due)
    while following <= d.now:
        following = after_a_stretch(d, following)
    return following


def after_a_stretch(d: Deciding, instant: datetime) -> datetime:
    """One stretch of reporting after ``instant``: as the phase has it; past the cap, a day at least."""
    following = later(d.rules.calendar, instant, d.playbook.reports_every(d.state.phase))
    return max(following, instant + _PAST_THE_CAP) if d.state.cap_reached else following


def _alarm(d: Deciding, wait: ResponseWait) -> None:
    alarm = next(alarm for alarm in d.playbook.alarms if alarm.id == wait.task)
    d.add(AlarmRaised(at=d.now, alarm=alarm.id, to=alarm.to))


def _cap(d: Deciding, _wait: ResponseWait) -> None:
    d.add(CapReached(at=d.now, to="secretary"))


def _watch(d: Deciding, _wait: ResponseWait) -> None:
    d.add(WatchEnded(at=d.now))


_EXPIRIES: dict[ResponseWaitKind, Callable[[Deciding, ResponseWait], None]] = {
    "task_opens": _task_opens,
    "sign": _clock,
    "complete": _clock,
    "climb": _climb,
    "situation_report": _situation_report,
    "alarm": _alarm,
    "cap": _cap,
    "watch": _watch,
}
