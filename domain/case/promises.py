"""What a case promises beside the one wait of its place: 阶段答复, and word whether it is accepted (Heze's property
regulation, Art. 28; ``Promises`` in the ladder's policy says how long each has).

Neither moves a case. A promise is set by the event that makes somebody wait, kept by an officer's words, and missed by
its own timer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.case.commands import Decision, GiveAnswer
from domain.case.events import Event, EventType, Term, WaitReprojected
from domain.case.state import WITHOUT_PROMISES, CaseState
from domain.policy.ladder import ReporterKind
from domain.policy.rules import Rules
from domain.policy.span import Span

_ANEW: frozenset[EventType] = frozenset(
    {
        "case_opened",
        "case_held",
        "case_carried_over",
        "plan_made",
        "plan_extended",
        "case_suspended",
        "suspension_extended",
        "case_returned",
        "case_escalated",
    }
)
"""What begins the promise of an answer anew (MISSION, "What the law adds"); and so does coming back from a stage that
promises nothing."""

_SAYS_ALL: frozenset[EventType] = frozenset(
    {"case_resolved", "plan_completed", "case_referred", "case_rejected", "case_marked_duplicate"}
)
"""What the resident reads as the answer itself: what was done, or where it goes and why."""


def opening(rules: Rules, now: datetime, joint_names: int | None, reporter: ReporterKind) -> dict[str, Any]:
    """The promises that a case is opened with, as fields of its event."""
    promises, found = rules.ladder.promises, dict[str, Any]()
    if promises.answer is not None:
        found["answer_due"] = _term(rules, promises.answer.within, now)
    acceptance = promises.acceptance
    if acceptance is not None and acceptance.is_owed(joint_names, reporter):
        found["acceptance_due"] = _term(rules, acceptance.within, now)
    return found


def answering(rules: Rules, state: CaseState, body: object, events: Sequence[Event]) -> tuple[Event, ...]:
    """The events of one command, the first with what they mean for the promise of an answer."""
    if not events or isinstance(events[0].fact, WaitReprojected):
        return tuple(events)
    first, *others = events
    said = _said(body)
    change: dict[str, Any] = {} if said is None else {"answer": said}
    pending = state.answer is not None and state.answer.is_pending
    answer = rules.ladder.promises.answer
    if answer is not None and _begins_anew(state, first):
        change["answer_due"], pending = _term(rules, answer.within, first.at), True
    if pending and (said is not None or first.type in _SAYS_ALL):
        change["answer_kept"] = True
    return (first.model_copy(update={"fact": first.fact.model_copy(update=change)}), *others)


def projected(rules: Rules, state: CaseState) -> dict[str, Any]:
    """Promises whose working days have another end by today's calendar, as fields of an event."""
    promises, found = rules.ladder.promises, dict[str, Any]()
    for field, policy, promise in (
        ("answer_due", promises.answer, state.answer),
        ("acceptance_due", promises.acceptance, state.acceptance),
    ):
        if policy is None or promise is None or not promise.is_pending:
            continue
        term = _term(rules, policy.within, promise.term.since)
        if term != promise.term:
            found[field] = term
    return found


def _said(body: object) -> str | None:
    if isinstance(body, GiveAnswer):
        return body.text
    return body.answer if isinstance(body, Decision) else None


def _begins_anew(state: CaseState, event: Event) -> bool:
    if event.type in _ANEW:
        return True
    place = event.fact.place
    return place is not None and state.stage in WITHOUT_PROMISES and place.stage not in WITHOUT_PROMISES


def _term(rules: Rules, within: str, since: datetime) -> Term:
    span = Span.parse(within)
    until = span.after(since, rules.calendar)
    return Term(since=since, until=until, provisional=span.provisional(since, rules.calendar))
