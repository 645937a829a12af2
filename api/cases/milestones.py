"""A case's story as its resident is told it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from api.cases.schemas import Milestone
from domain.case import Event
from domain.errors import Refusal
from domain.policy.rules import Rules
from domain.words.bilingual import text
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
    tiers = {tier.id: tier.name.in_(language) for tier in rules.ladder.tiers}
    said: dict[str, object] = {
        "tier": tiers.get(facts.get("to_tier", ""), ""),
        "stars": facts.get("stars"),
        "of": facts.get("of"),
        "to_whom": facts.get("to_whom"),
        "n": len(facts.get("photos", ())),
        "lead": _lead(rules, facts, language),
    }
    for gap, field in (("due", "due_date"), ("resume", "resume_date")):
        if field in facts:
            said[gap] = day(date.fromisoformat(facts[field]), language)
    if "estate" in facts:
        said["estate"] = _estate(rules, facts["estate"], language)
    return said


def _lead(rules: Rules, facts: dict[str, Any], language: str) -> str:
    lead: str = facts.get("lead", "")
    department = next((one for one in rules.organisation.departments if one.code == lead), None)
    return department.name.in_(language) if department else rules.party_name(lead) if lead else ""


def _estate(rules: Rules, estate: str, language: str) -> str:
    try:
        return rules.organisation.unit(estate).name.in_(language)
    except Refusal:
        return estate


def day(given: date, language: str) -> str:
    """``2026年3月4日``, ``4 March 2026``."""
    return f"{given.day} {given:%B %Y}" if language.startswith("en") else f"{given.year}年{given.month}月{given.day}日"
