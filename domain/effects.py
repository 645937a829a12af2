"""What a decision would bring about on a case, told before it is sent: ``decide`` on the state as it is, nothing kept.

The console says it beside each form, so that an officer sees where a case goes, and until when, while there is time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.case import AnyDecision, CaseState, Command, Event, Wait, decide, evolve
from domain.permission import Actor
from domain.policy.calendar import shanghai
from domain.policy.rules import Rules
from domain.telling import on_expiry
from domain.words.bilingual import text
from domain.words.case_words import CLOSED_AS, EFFECTS
from domain.words.dates import day, moment
from domain.words.names import Names

_NOT_SENT = "-"
"""The id of a command that is only tried; no log knows it."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a decision would bring about: its ``events``, and the case ``before`` and ``after`` them."""

    rules: Rules
    before: CaseState
    after: CaseState
    events: tuple[Event, ...]

    def told(self, language: str) -> str:
        """It in a sentence or two."""
        said = [_moved(self.rules, self.after, self.events, language), *_marks(self.before, self.after, language)]
        return (" " if language.startswith("en") else "").join(said)


def foresee(rules: Rules, state: CaseState, actor: Actor, decision: AnyDecision, now: datetime) -> Foreseen:
    """What ``decision`` would bring about. Raises Refusal as ``decide`` does."""
    events = decide(rules, state, Command(id=_NOT_SENT, actor=actor, body=decision), now)
    after = state
    for event in events:
        after = evolve(after, event.fact, number=state.number, command_id=_NOT_SENT)
    return Foreseen(rules, state, after, events)


def _moved(rules: Rules, after: CaseState, events: Sequence[Event], language: str) -> str:
    if all(event.fact.place is None for event in events):
        return EFFECTS["unchanged"].in_(language)
    if after.closing is not None:
        how = CLOSED_AS[after.closing.closed_as].in_(language)
        return text(EFFECTS["closed"], language, how=how, days=rules.ladder.stages.closed.reopen_days)
    wait = after.wait
    assert wait is not None
    return text(EFFECTS[wait.kind], language, **_gaps(rules, after, wait, language))


def _gaps(rules: Rules, after: CaseState, wait: Wait, language: str) -> dict[str, str]:
    """The gaps of a sentence about a wait: who or where, and its instants."""
    return {
        "until": moment(wait.until, language),
        "then": on_expiry(wait, language),
        "where": _forum(rules, wait, language),
        "starts_at": moment(wait.starts_at, language) if wait.starts_at else "",
        "agenda": _agenda(rules, wait, language),
        "estate": Names(rules, language).unit(after.estate) if wait.kind == "contact" else "",
        "who": wait.who or "",
        "due": day(after.plan.due_date, language) if after.plan else "",
    }


def _forum(rules: Rules, wait: Wait, language: str) -> str:
    forum = rules.forums.get(wait.forum or "")
    return forum.name.in_(language) if forum else wait.where or ""


def _agenda(rules: Rules, wait: Wait, language: str) -> str:
    """When the sitting's agenda is settled, where that is ahead of its beginning."""
    if wait.forum is None or wait.sitting_id is None or wait.starts_at is None:
        return ""
    freezes_at = rules.sitting(wait.forum, wait.sitting_id).freezes_at
    if shanghai(freezes_at) >= shanghai(wait.starts_at):
        return ""
    return text(EFFECTS["agenda"], language, freezes_at=moment(freezes_at, language))


def _marks(before: CaseState, after: CaseState, language: str) -> list[str]:
    """What the decision adds to the case beside its place."""
    marks = []
    if after.carried_over > before.carried_over:
        marks.append(text(EFFECTS["carried_over"], language, count=after.carried_over))
    if after.supervised and not before.supervised:
        marks.append(EFFECTS["supervised"].in_(language))
    if after.raised and not before.raised:
        marks.append(EFFECTS["raised"].in_(language))
    return [*marks, *_promises(before, after, language)]


def _promises(before: CaseState, after: CaseState, language: str) -> list[str]:
    """What the decision says to the resident, or promises that they hear."""
    told, owed = after.answer, after.acceptance
    said = []
    if owed is not None and owed != before.acceptance and owed.given_at is not None:
        said.append(EFFECTS["accepted"].in_(language))
    if told is None or told == before.answer:
        return said
    if told.given_at is not None:
        return [*said, EFFECTS["answered"].in_(language)]
    return [*said, text(EFFECTS["answer_due"], language, until=moment(told.term.until, language))]
