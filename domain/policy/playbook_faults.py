"""What is wrong with a playbook taken by itself: ``(location, message)`` for each fault, by the file's own fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from domain.policy.playbook_parts import PlaybookAsWritten, Task
from domain.policy.policy_file import Location, repeated
from domain.policy.span import Span, at_least

Fault = tuple[Location, str]


def faults_of(playbook: PlaybookAsWritten) -> Iterator[Fault]:
    """Every fault that the playbook shows without organisation and ladder."""
    named = list(_faults_of_ids(playbook))
    yield from named
    if not named:  # what follows looks tasks up by their ids
        yield from _faults_of_clocks(playbook)
        yield from _faults_of_optional_chains(playbook)
    yield from _faults_of_the_chain(playbook)
    yield from _faults_of_reports(playbook)
    yield from _faults_of_sitting(playbook)
    yield from _faults_of_alarms(playbook)
    if at_least(playbook.cap) <= timedelta(0):
        yield ("cap",), "the cap is after T0"
    if at_least(playbook.watch) <= timedelta(0):
        yield ("watch",), "the watch is longer than nothing"


# ---------------------------------------------------------------- ids


def _faults_of_ids(playbook: PlaybookAsWritten) -> Iterator[Fault]:
    tasks = [task.id for task in playbook.tasks]
    phases = {phase.id for phase in playbook.phases}
    for field, ids in (
        ("externals", [external.id for external in playbook.externals]),
        ("phases", [phase.id for phase in playbook.phases]),
        ("tasks", tasks),
        ("alarms", [alarm.id for alarm in playbook.alarms]),
    ):
        yield from repeated(ids, field)
    for index, task in enumerate(playbook.tasks):
        if task.phase not in phases:
            yield ("tasks", index, "phase"), f"there is no phase {task.phase!r}"
        for field, named in (("after", task.after), ("unless", task.unless)):
            for place, other in enumerate(named):
                if other not in tasks:
                    yield ("tasks", index, field, place), f"there is no task {other!r}"
    for index, phase in enumerate(playbook.phases):
        if all(task.phase != phase.id for task in playbook.tasks):
            yield ("phases", index), f"the phase {phase.id!r} has no task"
    yield from _faults_of_circles(playbook)


def _faults_of_circles(playbook: PlaybookAsWritten) -> Iterator[Fault]:
    """One fault for each task that waits for itself."""
    after = {task.id: task.after + task.unless for task in playbook.tasks}
    for index, task in enumerate(playbook.tasks):
        circle = _way_back(task.id, after)
        if circle:
            yield ("tasks", index, "after"), f"a circle: {' → '.join(circle)}"


def _way_back(start: str, after: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The way from a task over what it waits for back to itself; empty if there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for earlier in after.get(way[-1], ()):
            if earlier == start:
                return (*way, start)
            if earlier not in seen:
                seen.add(earlier)
                ways.append((*way, earlier))
    return ()


# ---------------------------------------------------------------- clocks


def _faults_of_clocks(playbook: PlaybookAsWritten) -> Iterator[Fault]:
    for index, task in enumerate(playbook.tasks):
        for field, message in _faults_of_clock(playbook, task):
            yield ("tasks", index, field), message


def _faults_of_clock(playbook: PlaybookAsWritten, task: Task) -> Iterator[tuple[str, str]]:
    complete = at_least(task.complete_by)
    if complete <= at_least(task.opens):
        yield "complete_by", f"it can't be met: the task opens {task.opens} after T0"
    for earlier in map(playbook.task, task.after):
        if complete <= at_least(earlier.complete_by):
            yield "complete_by", f"it can't be met: {earlier.id!r}, which comes before it, has {earlier.complete_by}"
    if complete > at_least(playbook.cap):
        yield "complete_by", f"it is beyond the cap ({playbook.cap})"
    yield from _faults_of_signing(task, playbook.window(task))
    if task.remind_before is not None and not Span.parse(task.remind_before).plain:
        yield "remind_before", _PLAIN
    if task.state_owned and task.records != "provider":
        yield "state_owned", "only a task that records the provider can ask for a state-owned one"


def _faults_of_signing(task: Task, window: timedelta) -> Iterator[tuple[str, str]]:
    sign = at_least(task.sign_within)
    if not Span.parse(task.sign_within).plain:
        yield "sign_within", _PLAIN
    elif sign <= timedelta(0):
        yield "sign_within", "it is longer than nothing"
    elif timedelta(0) < window <= sign:
        yield "sign_within", f"it can't be met: the task has {_told(window)} from its opening to its completion"
    elif task.complete_within is not None and at_least(task.complete_within) <= sign:
        yield "complete_within", "it can't be met: it is over before the task is to be signed for"


_PLAIN = "it is a length: minutes, hours, days or weeks"


def _told(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}min"


def _faults_of_optional_chains(playbook: PlaybookAsWritten) -> Iterator[Fault]:
    """A required task that waits for one which is not: it would hang on what may be left undone."""
    for index, task in enumerate(playbook.tasks):
        for place, earlier in enumerate(map(playbook.task, task.after)):
            if task.required and not earlier.required:
                yield (
                    ("tasks", index, "after", place),
                    f"a required task can't wait for {earlier.id!r}, which is not required",
                )


# ---------------------------------------------------------------- escalation, reports, sitting, alarms


def _faults_of_the_chain(playbook: PlaybookAsWritten) -> Iterator[Fault]:
    last = timedelta(0)
    for index, rung in enumerate(playbook.escalation):
        span = Span.parse(rung.after)
        if not span.plain:
            yield ("escalation", index, "after"), _PLAIN
        elif span.at_least <= last:
            yield ("escalation", index, "after"), "the rungs come one after the other, the first after the missed clock"
        last = max(last, span.at_least)
    if playbook.escalation[-1].to != "secretary":
        yield ("escalation", len(playbook.escalation) - 1, "to"), "the last rung is the alliance's party secretary"
    for field, text in (
        ("escalation_repeats", playbook.escalation_repeats),
        ("remind_before", playbook.remind_before),
    ):
        if text is not None and (not Span.parse(text).plain or at_least(text) <= timedelta(0)):
            yield (field,), _PLAIN


def _faults_of_reports(playbook: PlaybookAsWritten) -> Iterator[Fault]:
    cadences: list[tuple[Location, str | None]] = [
        (("situation_reports", "first"), playbook.situation_reports.first),
        (("situation_reports", "every"), playbook.situation_reports.every),
        *((("phases", index, "reports_every"), phase.reports_every) for index, phase in enumerate(playbook.phases)),
    ]
    for where, text in cadences:
        if text is not None and at_least(text) <= timedelta(0):
            yield where, "it is longer than nothing"


def _faults_of_sitting(playbook: PlaybookAsWritten) -> Iterator[Fault]:
    sitting = playbook.sitting
    if sitting is None:
        return
    decided = next((task for task in playbook.tasks if task.id == sitting.decides), None)
    if sitting.decides is not None and decided is None:
        yield ("sitting", "decides"), f"there is no task {sitting.decides!r}"
    ends = at_least(sitting.at) + timedelta(minutes=sitting.minutes)
    if decided is not None and at_least(decided.complete_by) < ends:
        yield ("sitting", "decides"), f"it can't be met: {decided.id!r} is due before the sitting ends"
    if at_least(sitting.at) <= timedelta(0):
        yield ("sitting", "at"), "the sitting is after T0"
    if at_least(sitting.at) >= at_least(playbook.cap):
        yield ("sitting", "at"), f"the sitting is before the cap ({playbook.cap})"


def _faults_of_alarms(playbook: PlaybookAsWritten) -> Iterator[Fault]:
    tasks = {task.id for task in playbook.tasks}
    for index, alarm in enumerate(playbook.alarms):
        for place, task in enumerate(alarm.unless):
            if task not in tasks:
                yield ("alarms", index, "unless", place), f"there is no task {task!r}"
        if not timedelta(0) < at_least(alarm.at) < at_least(playbook.cap):
            yield ("alarms", index, "at"), f"an alarm is between T0 and the cap ({playbook.cap})"
