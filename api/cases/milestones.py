"""A case's story as its resident is told it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from api.cases.schemas import Milestone
from domain.case import Event
from domain.policy.rules import Rules
from domain.words.bilingual import text
from domain.words.dates import full_day
from domain.words.names import Names
from domain.words.resident_words import MILESTONES, TOLD_IN_FULL
from store.folding import event_of
from store.log import StoredEvent


def milestones(rules: Rules, rows: Iterable[StoredEvent], language: str) -> list[Milestone]:
    """What a resident is told has happened, oldest first."""
    events = map(event_of, rows)
    return [_milestone(rules, one, language) for one in events if one.type in MILESTONES or one.fact.answer is not None]


def _milestone(rules: Rules, event: Event, language: str) -> Milestone:
    detail = event.fact.detail()
    facts = {**detail, **detail.get("plan", {}), **detail.get("suspension", {})}
    said = text(MILESTONES.get(event.type, MILESTONES["answer_given"]), language, **_said(rules, facts, language))
    told = facts.get(TOLD_IN_FULL.get(event.type, ""))
    return Milestone(type=event.type, label=said, at=event.at, text=told, answer=event.fact.answer)


def _said(rules: Rules, facts: dict[str, Any], language: str) -> dict[str, object]:
    """The gaps of a milestone's sentence, filled."""
    names = Names(rules, language)
    said: dict[str, object] = {
        "tier": names.tier(facts.get("to_tier")),
        "stars": facts.get("stars"),
        "of": facts.get("of"),
        "to_whom": facts.get("to_whom"),
        "n": len(facts.get("photos", ())),
        "lead": names.unit(facts.get("lead")),
    }
    for gap, field in (("due", "due_date"), ("resume", "resume_date")):
        if field in facts:
            said[gap] = full_day(date.fromisoformat(facts[field]), language)
    if "estate" in facts:
        said["estate"] = names.unit(facts["estate"])
    return said
