"""What is wrong with a playbook taken by itself: ``(location, message)`` for each fault, by the file's own fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from domain.policy.playbook_parts import PlaybookAsWritten, Task
from domain.policy.policy_file import Location, repeated
from domain.policy.span import Span, at_least
from domain.words.policy_words import Fault, fault

Found = tuple[Location, Fault]


def faults_of(playbook: PlaybookAsWritten) -> Iterator[Found]:
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
        yield ("cap",), fault("cap_after_t0")
    if at_least(playbook.watch) <= timedelta(0):
        yield ("watch",), fault("watch_length")


# ---------------------------------------------------------------- ids


def _faults_of_ids(playbook: PlaybookAsWritten) -> Iterator[Found]:
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
            yield ("tasks", index, "phase"), fault("no_phase", phase=task.phase)
        for field, named in (("after", task.after), ("unless", task.unless)):
            for place, other in enumerate(named):
                if other not in tasks:
                    yield ("tasks", index, field, place), fault("no_task", task=other)
    for index, phase in enumerate(playbook.phases):
        if all(task.phase != phase.id for task in playbook.tasks):
            yield ("phases", index), fault("phase_without_task", phase=phase.id)
    yield from _faults_of_circles(playbook)


def _faults_of_circles(playbook: PlaybookAsWritten) -> Iterator[Found]:
    """One fault for each task that waits for itself."""
    after = {task.id: task.after + task.unless for task in playbook.tasks}
    for index, task in enumerate(playbook.tasks):
        circle = _way_back(task.id, after)
        if circle:
            yield ("tasks", index, "after"), fault("circle", way=" → ".join(circle))


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


def _faults_of_clocks(playbook: PlaybookAsWritten) -> Iterator[Found]:
    for index, task in enumerate(playbook.tasks):
        for field, message in _faults_of_clock(playbook, task):
            yield ("tasks", index, field), message


def _faults_of_clock(playbook: PlaybookAsWritten, task: Task) -> Iterator[tuple[str, Fault]]:
    complete = at_least(task.complete_by)
    if complete <= at_least(task.opens):
        yield "complete_by", fault("opens_too_late", opens=task.opens)
    for earlier in map(playbook.task, task.after):
        if complete <= at_least(earlier.complete_by):
            yield "complete_by", fault("earlier_too_late", task=earlier.id, by=earlier.complete_by)
    if complete > at_least(playbook.cap):
        yield "complete_by", fault("beyond_the_cap", cap=playbook.cap)
    yield from _faults_of_signing(task, playbook.window(task))
    if task.remind_before is not None and not Span.parse(task.remind_before).plain:
        yield "remind_before", _PLAIN
    if task.state_owned and task.records != "provider":
        yield "state_owned", fault("state_owned")


def _faults_of_signing(task: Task, window: timedelta) -> Iterator[tuple[str, Fault]]:
    sign = at_least(task.sign_within)
    if not Span.parse(task.sign_within).plain:
        yield "sign_within", _PLAIN
    elif sign <= timedelta(0):
        yield "sign_within", fault("no_length")
    elif timedelta(0) < window <= sign:
        yield "sign_within", fault("signed_too_late", window=_told(window))
    elif task.complete_within is not None and at_least(task.complete_within) <= sign:
        yield "complete_within", fault("over_before_signed")


_PLAIN = fault("no_plain_length")


def _told(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}min"


def _faults_of_optional_chains(playbook: PlaybookAsWritten) -> Iterator[Found]:
    """A required task that waits for one which is not: it would hang on what may be left undone."""
    for index, task in enumerate(playbook.tasks):
        for place, earlier in enumerate(map(playbook.task, task.after)):
            if task.required and not earlier.required:
                yield (
                    ("tasks", index, "after", place),
                    fault("hangs_on_optional", task=earlier.id),
                )


# ---------------------------------------------------------------- escalation, reports, sitting, alarms


def _faults_of_the_chain(playbook: PlaybookAsWritten) -> Iterator[Found]:
    last = timedelta(0)
    for index, rung in enumerate(playbook.escalation):
        span = Span.parse(rung.after)
        if not span.plain:
            yield ("escalation", index, "after"), _PLAIN
        elif span.at_least <= last:
            yield ("escalation", index, "after"), fault("rungs")
        last = max(last, span.at_least)
    if playbook.escalation[-1].to != "secretary":
        yield ("escalation", len(playbook.escalation) - 1, "to"), fault("last_rung")
    for field, text in (
        ("escalation_repeats", playbook.escalation_repeats),
        ("remind_before", playbook.remind_before),
    ):
        if text is not None and (not Span.parse(text).plain or at_least(text) <= timedelta(0)):
            yield (field,), _PLAIN


def _faults_of_reports(playbook: PlaybookAsWritten) -> Iterator[Found]:
    cadences: list[tuple[Location, str | None]] = [
        (("situation_reports", "first"), playbook.situation_reports.first),
        (("situation_reports", "every"), playbook.situation_reports.every),
        *((("phases", index, "reports_every"), phase.reports_every) for index, phase in enumerate(playbook.phases)),
    ]
    for where, text in cadences:
        if text is not None and at_least(text) <= timedelta(0):
            yield where, fault("no_length")


def _faults_of_sitting(playbook: PlaybookAsWritten) -> Iterator[Found]:
    sitting = playbook.sitting
    if sitting is None:
        return
    decided = next((task for task in playbook.tasks if task.id == sitting.decides), None)
    if sitting.decides is not None and decided is None:
        yield ("sitting", "decides"), fault("no_task", task=sitting.decides)
    ends = at_least(sitting.at) + timedelta(minutes=sitting.minutes)
    if decided is not None and at_least(decided.complete_by) < ends:
        yield ("sitting", "decides"), fault("due_before_the_sitting", task=decided.id)
    if at_least(sitting.at) <= timedelta(0):
        yield ("sitting", "at"), fault("sitting_after_t0")
    if at_least(sitting.at) >= at_least(playbook.cap):
        yield ("sitting", "at"), fault("sitting_before_the_cap", cap=playbook.cap)


def _faults_of_alarms(playbook: PlaybookAsWritten) -> Iterator[Found]:
    tasks = {task.id for task in playbook.tasks}
    for index, alarm in enumerate(playbook.alarms):
        for place, task in enumerate(alarm.unless):
            if task not in tasks:
                yield ("alarms", index, "unless", place), fault("no_task", task=task)
        if not timedelta(0) < at_least(alarm.at) < at_least(playbook.cap):
            yield ("alarms", index, "at"), fault("alarm_between", cap=playbook.cap)
