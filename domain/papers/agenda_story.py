"""A case as a sitting reads it: how it came, what was tried, what was promised, when it was tabled.

Told from the case's events. Officers' words are quoted as written; a resident's never, whoever recorded them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from domain.case.events import CaseEscalated, Event, EventType, PassedOver, Plan, plan_of
from domain.papers.agenda import Promise
from domain.papers.agenda_words import (
    ARRIVED,
    BY_RULE,
    CAME_OF,
    CLAUSE,
    ESCALATED_BY_RULE,
    EXTENDED,
    ITEM,
    LEFT_OUT,
    QUOTE,
    SINCE,
    TRIED,
    UNDER_WAY,
)
from domain.permission import Actor
from domain.policy.forum import Sitting
from domain.policy.rules import Rules
from domain.text.numbers import personal_data_in
from domain.words.bilingual import Name, text
from domain.words.case_words import OBJECTION_GROUNDS, REJECTION_GROUNDS
from domain.words.dates import full_day
from domain.words.names import Names

TRIED_LINES = 6
TRIED_CHARACTERS = 200
"""How long a line of what was tried may be; the whole text is in the case."""

RESIDENTS: frozenset[EventType] = frozenset({"outcome_confirmed", "outcome_disputed", "case_withdrawn"})
"""Events whose reason is a resident's, also where an officer has written it down."""

_SAID: dict[EventType, str] = {
    "resident_contacted": "outcome",
    "plan_completed": "what_was_done",
    "case_resolved": "what_was_done",
    "note_added": "text",
    "answer_given": "answer",
    "case_accepted": "text",
}
_OFFICIAL = ("officer", "department", "supervisor")


class Step(NamedTuple):
    """One event of a case's stream, with its version there and its hash."""

    event: Event
    version: int
    head: str


class Voice:
    """Says things in one language with the organisation's names."""

    def __init__(self, rules: Rules, language: str) -> None:
        self.rules = rules
        self.language = language
        self._names = Names(rules, language)

    def say(self, name: Name, **params: object) -> str:
        """A sentence of ours with its gaps filled."""
        return text(name, self.language, **params)

    def party(self, party: str | None) -> str:
        """A department, unit or company by its name, else as written."""
        return self.quoted(self._names.party(party))

    def category(self, category: str) -> str:
        """A category's name; one that is no longer there by its id."""
        return self._names.category(category)

    def stage(self, stage: str) -> str:
        """A stage's name: a tier's meeting (每周碰头) or a fixed stage."""
        return self._names.stage(stage)

    def meeting(self, tier: str | None) -> str:
        """The name of a tier's meeting; the tier's id where the ladder has no such tier any more."""
        return self._names.meeting(tier)

    def playbook(self, playbook: str | None) -> str:
        """A playbook's name, else its id."""
        return self._names.playbook(playbook)

    def by(self, actor: Actor) -> str:
        """In what capacity somebody acted; never who."""
        if actor.role == "system":
            return BY_RULE.in_(self.language)
        return self.party(actor.unit) if actor.unit else self._names.role(actor.role)

    def quoted(self, words: str | None) -> str:
        """An officer's words as written, unless a number got into them that no document may carry."""
        words = words or ""
        return LEFT_OUT.in_(self.language) if personal_data_in(words) else words

    def day(self, moment: date | str | None) -> str:
        """A date or instant as documents write it; ``moment`` may be as the log has it."""
        if isinstance(moment, str):
            moment = date.fromisoformat(moment)
        return full_day(moment, self.language) if moment else ""

    def item(self, estate: str, category: str, opened_at: datetime) -> str:
        """A case in one line without personal data."""
        params = {"estate": self.party(estate), "category": self.category(category), "opened": self.day(opened_at)}
        return self.say(ITEM, **params)

    def event(self, template: Name, event: Event, **more: object) -> str:
        """A sentence about an event, its gaps filled with what the event says."""
        return self.say(template, **{**self._gaps(event), **more})

    def _gaps(self, event: Event) -> dict[str, object]:
        detail = event.fact.detail()
        plan, suspension = detail.get("plan", {}), detail.get("suspension", {})
        return {
            "date": self.day(event.at),
            "by": self.by(event.actor),
            "how": self.quoted(detail.get("how")),
            "below": self.meeting(detail.get("from_tier")),
            "above": self.meeting(detail.get("from_tier")),
            "here": self.meeting(detail.get("to_tier")),
            "count": detail.get("count", ""),
            "days": detail.get("days_suspended", ""),
            "playbook": self.playbook(detail.get("playbook")),
            "from_estate": self.party(detail.get("from_estate")),
            "estate": self.party(detail.get("estate")),
            "category": self.category(detail.get("category", "")),
            "lead": self.party(plan.get("lead")),
            "deliverable": self.quoted(plan.get("deliverable")),
            "due": self.day(plan.get("due_date")),
            "condition": self.quoted(suspension.get("condition")),
            "resume": self.day(suspension.get("resume_date")),
            "to_whom": self.party(detail.get("to_whom")),
            "reference": self.quoted(detail.get("reference")),
            "done": self.quoted(detail.get("what_was_done")),
            "of": detail.get("of", ""),
            "ground": self._ground(detail.get("ground", "")),
            "unit": self.party(detail.get("unit")),
            "document": self.quoted(detail.get("document")),
        }

    def _ground(self, ground: str) -> str:
        name = OBJECTION_GROUNDS.get(ground) or REJECTION_GROUNDS.get(ground)
        return name.in_(self.language) if name else ""


def officers_reason(voice: Voice, event: Event) -> str | None:
    """Why, in the words of the officer who decided; None for a resident's own doing."""
    if event.reason is None or event.type in RESIDENTS or event.actor.role == "resident":
        return None
    return voice.quoted(event.reason)


def _said(voice: Voice, event: Event) -> str | None:
    if event.actor.role == "resident":
        return None
    field = _SAID.get(event.fact.type)
    return voice.quoted(event.fact.detail().get(field)) if field else officers_reason(voice, event)


def _with(voice: Voice, sentence: str, words: str | None) -> str:
    return f"{sentence}{QUOTE.in_(voice.language)}{words}" if words else sentence


def is_by_rule(event: Event) -> bool:
    """Whether a case climbed because nobody decided."""
    return isinstance(event.fact, CaseEscalated) and event.fact.cause == "carry_over_limit"


def arrival(steps: Sequence[Step]) -> int | None:
    """The place in ``steps`` of what brought the case to where it stands."""
    return next((i for i in range(len(steps) - 1, -1, -1) if _arrives(steps[i].event)), None)


def _arrives(event: Event) -> bool:
    """Whether it brings a case to a place; a contact with the resident later on does not."""
    return event.type in ARRIVED and event.fact.place is not None


def why_here(voice: Voice, steps: Sequence[Step]) -> str:
    """How and by whom the case came here and why, and what was added since."""
    found = arrival(steps)
    if found is None:
        return ""
    later = (step.event for step in steps[found + 1 :] if step.event.type in SINCE)
    added = [_with(voice, voice.event(SINCE[event.fact.type], event), officers_reason(voice, event)) for event in later]
    return CLAUSE.in_(voice.language).join([_arrived(voice, steps, found), *added])


def _arrived(voice: Voice, steps: Sequence[Step], found: int) -> str:
    event = steps[found].event
    if is_by_rule(event):
        return voice.event(ESCALATED_BY_RULE, event, missed=sittings_missed(steps[:found]))
    return _with(voice, voice.event(ARRIVED[event.fact.type], event), officers_reason(voice, event))


def sittings_missed(steps: Sequence[Step]) -> int:
    """How many sittings in a row have passed without a decision when one more does."""
    for step in reversed(steps):
        if isinstance(step.event.fact, PassedOver):
            return step.event.fact.count + 1
        if _arrives(step.event):
            break
    return 1


def tried(voice: Voice, steps: Sequence[Step]) -> tuple[str, ...]:
    """What officers did, dated, the last lines of it, newest last."""
    events = [step.event for step in steps if _is_tried(step.event)]
    return tuple(_line(voice, event) for event in events[-TRIED_LINES:])


def _is_tried(event: Event) -> bool:
    if event.type not in TRIED:
        return False
    return event.actor.role in _OFFICIAL or event.type == "emergency_stood_down"


def _line(voice: Voice, event: Event) -> str:
    line = _with(voice, voice.event(TRIED[event.fact.type], event), _said(voice, event))
    return line if len(line) <= TRIED_CHARACTERS else f"{line[: TRIED_CHARACTERS - 1]}…"


def last_plan(steps: Sequence[Step]) -> tuple[Plan, int] | None:
    """The last plan as it then stood, and the place in ``steps`` of the event that says so."""
    for i in range(len(steps) - 1, -1, -1):
        if (plan := plan_of(steps[i].event.fact)) is not None:
            return plan, i
    return None


def promised(voice: Voice, steps: Sequence[Step]) -> Promise | None:
    """What was promised for the case and what came of it; None if nothing ever was."""
    found = last_plan(steps)
    if found is None:
        return None
    plan, where = found
    after = [step.event for step in steps[where + 1 :] if step.event.type in CAME_OF]
    # Only what ended the plan, or the resident's word on its completion, is of the plan.
    of_it = after[:2] if [event.type for event in after[:2]] == ["plan_completed", "outcome_disputed"] else after[:1]
    came = [voice.event(CAME_OF[event.fact.type], event) for event in of_it] or [UNDER_WAY.in_(voice.language)]
    if plan.extensions:
        came.append(voice.say(EXTENDED, times=plan.extensions))
    return Promise(
        lead=voice.party(plan.lead),
        deliverable=voice.quoted(plan.deliverable),
        due_date=plan.due_date,
        actual=CLAUSE.in_(voice.language).join(came),
    )


def tablings(steps: Sequence[Step], tier: str, sitting: Sitting | None) -> list[datetime]:
    """The starts of the sittings of ``tier`` that had the case before them, in order, ``sitting`` the last of them.

    A sitting counts once it has begun while the case waited for it, under its last date; one that was cancelled,
    or that the case left before it began, does not.
    """
    had: dict[str, datetime] = {}
    waiting: tuple[str, datetime] | None = None
    for step in steps:
        place = step.event.fact.place
        if place is None:
            continue
        if waiting is not None and step.event.at >= waiting[1] and step.event.type != "wait_reprojected":
            had[waiting[0]] = waiting[1]
        wait = place.wait
        waiting = None
        if wait is not None and wait.sitting_id and wait.starts_at and place.tier == tier:
            waiting = (wait.sitting_id, wait.starts_at)
    if sitting is not None:
        had[sitting.id] = sitting.starts_at
    return sorted(had.values())
