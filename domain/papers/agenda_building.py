"""Builds a sitting's agenda from the case list and the log, with nobody asking (MISSION, "Working time and meetings").

In two steps: ``arrange`` orders and budgets by the list's rows alone; ``draft`` then tells the story of those that
fit, from their events. The minutes are in ``domain/papers/minutes_building.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.case import CaseDesignated, EmergencyDeclared
from domain.figures import Figures, Rate
from domain.papers.agenda import Agenda, AgendaItem, AgendaSection, ByLaw, Minutes, Resolution, SectionKind
from domain.papers.agenda_leads import proposal
from domain.papers.agenda_order import MINUTES, ORDER, Arrangement, Row, Tabled, arrange, forum_at, section_of
from domain.papers.agenda_story import Step, Voice, arrival, last_plan, promised, tablings, tried, why_here
from domain.papers.agenda_words import (
    ASKED,
    ASSESSED,
    ASSESSMENTS,
    DESIGNATED,
    FOR_ASSESSMENTS,
    LED_UNTIL,
    LIST,
    NO_NEXT_SITTING,
    NO_PREVIOUS,
    PERIOD,
    PREVIOUS,
    PREVIOUS_RESOLUTION,
    PROPOSED,
    RATES,
    REPEATS,
    SECTIONS,
    TO_ASSESS,
)
from domain.policy.forum import Sitting
from domain.policy.ladder import Tier
from domain.policy.rules import Rules
from domain.words.dates import full_moment

__all__ = ["Arrangement", "Context", "Quarter", "Row", "Step", "Tabled", "arrange", "draft", "item_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """What the log says for a quarter's assessments: figures by the ids of communities and property companies."""

    since: date
    until: date
    communities: Mapping[str, Figures]
    companies: Mapping[str, Figures]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a sitting's agenda says beside its cases. ``language``: the ladder's, unless told.

    ``other``: what officers have put under other business.
    """

    language: str | None = None
    previous: Minutes | None = None
    next_sitting: Sitting | None = None
    statistics: Figures | None = None
    quarter: Quarter | None = None
    other: tuple[str, ...] = ()


# ---------------------------------------------------------------- the agenda


def draft(
    rules: Rules, sitting: Sitting, cases: Sequence[Tabled], context: Context, now: datetime, frozen: bool
) -> Agenda:
    """The agenda of ``sitting`` over ``cases``: all of their rows, with the events of those that fit."""
    arrangement = arrange(rules, sitting, cases)
    voice = Voice(rules, context.language or rules.ladder.language)
    by_number = {case.number: case for case in cases}
    numbered = {number: place for place, number in enumerate(arrangement.fitting, 1)}
    sections = []
    for kind in ORDER:
        items = tuple(
            _item(voice, sitting, by_number[number], numbered[number], MINUTES[kind])
            for number in arrangement.sections.get(kind, ())
        )
        if not items and kind not in arrangement.formal:
            continue
        sections.append(
            AgendaSection(
                kind=kind,
                title=SECTIONS[kind].in_(voice.language),
                items=items,
                lines=_lines(voice, kind, context),
                minutes=arrangement.formal.get(kind, 0) + sum(item.minutes for item in items),
            )
        )
    return Agenda(
        sitting=sitting,
        forum_name=forum_at(rules, sitting).name,
        language=voice.language,
        frozen_at=now if frozen else None,
        made_at=now,
        budget=arrangement.budget,
        by_law=by_law(rules, sitting, voice.language),
        sections=tuple(sections),
        not_fitting=arrangement.not_fitting,
    )


def item_for(rules: Rules, sitting: Sitting, case: Tabled, number: int, language: str | None = None) -> AgendaItem:
    """One case as an item of ``sitting``, for an addendum. ``number``: its place among the items."""
    lowest = forum_at(rules, sitting).tier == rules.ladder.tiers[0].id
    voice = Voice(rules, language or rules.ladder.language)
    return _item(voice, sitting, case, number, MINUTES[section_of(case, lowest=lowest)])


def _item(voice: Voice, sitting: Sitting, case: Tabled, number: int, minutes: int) -> AgendaItem:
    tier = voice.rules.ladder.tier(forum_at(voice.rules, sitting).tier)
    story = case.story
    decides = case.stage not in ("action", "joint_response")  # the others are only heard of
    tabled = tablings(story, tier.id, sitting if decides else None)
    lead, others, why = _proposed(voice, case, tier)
    return AgendaItem(
        case=case.number,
        number=number,
        summary=voice.item(case.estate, case.category, case.opened_at),
        matter=_matter(voice, case, tier),
        why_here=why_here(voice, story),
        tried=(*case.stands, *tried(voice, story)),
        first_tabled=tabled[0] if tabled else None,
        times_tabled=len(tabled),
        carried_over=case.carried_over,
        supervised=case.supervised,
        overdue=case.overdue,
        answer_missed=case.answer_missed,
        promised=promised(voice, story),
        asked=_asked(voice, case, tier, lead, why),
        lead=voice.party(lead) or None,
        attend=_attend(voice, case, tier, (lead, *others)),
        minutes=minutes,
    )


def _matter(voice: Voice, case: Tabled, tier: Tier) -> str | None:
    """Which of the matters that the meeting is for by law."""
    if tier.statute is None:
        return None
    playbook = _playbook(case) if case.stage == "joint_response" else None
    return tier.statute.matter(case.category, playbook).name.in_(voice.language)


def _playbook(case: Tabled) -> str:
    """The kind of playbook of the emergency that the case is in."""
    declared = (step.event.fact for step in reversed(case.story))
    named = next((fact.playbook for fact in declared if isinstance(fact, EmergencyDeclared)), "")
    return named.partition("@")[0]


def by_law(rules: Rules, sitting: Sitting, language: str) -> ByLaw | None:
    """What a sitting is by law, as its papers cite it."""
    statute = rules.ladder.tier(forum_at(rules, sitting).tier).statute
    if statute is None:
        return None
    attendees = tuple(one.in_(language) for one in statute.attendees)
    return ByLaw(name=statute.name.in_(language), basis=statute.basis.in_(language), attendees=attendees)


def proposed(rules: Rules, sitting: Sitting, case: Tabled) -> tuple[str | None, tuple[str, ...]]:
    """Who is proposed to lead a case at ``sitting``, and who else is needed: ids, as a plan names them."""
    tier = rules.ladder.tier(forum_at(rules, sitting).tier)
    lead, others, _ = _proposed(Voice(rules, rules.ladder.language), case, tier)
    return lead, others


def _arrived_by(case: Tabled) -> str | None:
    found = arrival(case.story)
    return None if found is None else case.story[found].event.type


def _proposed(voice: Voice, case: Tabled, tier: Tier) -> tuple[str | None, tuple[str, ...], str]:
    """Who should lead, who else is needed, and why: whoever has promised it or is designated, else by category.

    An emergency has its lead by its playbook; all departments of the joint response come.
    """
    if case.stage == "joint_response":
        departments = tuple(department.code for department in voice.rules.organisation.departments)
        return _lead_of_emergency(voice, case), departments, ""
    if case.stage == "action" and case.lead is not None:
        return case.lead, case.co_handlers, ""
    plan = last_plan(case.story)
    if plan is not None and _arrived_by(case) == "plan_overdue":
        return plan[0].lead, plan[0].co_handlers, ""
    lowest = tier.id == voice.rules.ladder.tiers[0].id
    found = proposal(voice.rules.organisation, case.category, case.estate, lowest=lowest)
    designated = _designated(voice, case)
    if designated is not None:
        others = (found.lead, *found.others) if found else ()
        return designated, tuple(one for one in others if one != designated), DESIGNATED.in_(voice.language)
    return (found.lead, found.others, found.why.in_(voice.language)) if found else (None, (), "")


def _designated(voice: Voice, case: Tabled) -> str | None:
    """The department that the district has designated."""
    facts = (step.event.fact for step in reversed(case.story))
    unit = next((fact.unit for fact in facts if isinstance(fact, CaseDesignated)), None)
    return unit if unit in {one.code for one in voice.rules.organisation.departments} else None


def _lead_of_emergency(voice: Voice, case: Tabled) -> str | None:
    """The lead by the playbook of the emergency that the case is in."""
    found = voice.rules.playbooks.get(_playbook(case))
    return found.lead if found else None


def _attend(voice: Voice, case: Tabled, tier: Tier, parties: Iterable[str | None]) -> tuple[str, ...]:
    """Who must come: the lead and co-handlers, the estate, the unit between, the property company."""
    must = [*parties, case.estate]
    if case.community is not None and tier.id == voice.rules.ladder.tiers[-1].id:
        must.append(case.community)
    if case.estate in {unit.id for unit in voice.rules.organisation.estates}:
        must.append(voice.rules.organisation.estate(case.estate).company)
    return tuple(dict.fromkeys(voice.party(party) for party in must if party))


def _asked(voice: Voice, case: Tabled, tier: Tier, lead: str | None, why: str) -> str:
    above = voice.rules.ladder.above(tier.id)
    question = voice.say(
        ASKED[_question(voice, case, tier)],
        lead=voice.party(lead),
        due=voice.day(_due(case)),
        above=above.name.in_(voice.language) if above else "",
    )
    if not why:
        return question
    return question + voice.say(PROPOSED, lead=voice.party(lead), why=why)


def _due(case: Tabled) -> date | None:
    plan = last_plan(case.story)
    return plan[0].due_date if plan else None


_BY_ARRIVAL = {
    "outcome_disputed": "redo",
    "case_returned": "returned",
    "contact_missed": "contact_missed",
    "emergency_stood_down": "after_emergency",
}


def _question(voice: Voice, case: Tabled, tier: Tier) -> str:
    if case.stage in ("joint_response", "action"):
        return "emergency" if case.stage == "joint_response" else "progress"
    if tier.then == "escalate" and case.carried_over >= tier.carry_overs:
        return "last"
    if tier.then == "raise" and case.carried_over >= max(tier.carry_overs, 1):
        return "raise"
    arrived = _arrived_by(case)
    if arrived == "plan_overdue":
        return "overdue_plan"
    if case.supervised:
        return "supervised"
    lowest = tier.id == voice.rules.ladder.tiers[0].id
    return _BY_ARRIVAL.get(arrived or "", "lowest" if lowest else "plan")


# ---------------------------------------------------------------- the formal sections


def _lines(voice: Voice, kind: SectionKind, context: Context) -> tuple[str, ...]:
    if kind == "previous_minutes":
        return _previous(voice, context.previous)
    if kind == "assessments":
        return _assessments(voice, context.quarter)
    if kind == "statistics":
        return _statistics(voice, context.statistics)
    if kind == "other":
        return tuple(map(voice.quoted, context.other))
    if kind == "next_date":
        following = context.next_sitting
        return (full_moment(following.starts_at, voice.language) if following else NO_NEXT_SITTING.in_(voice.language),)
    return ()


def _previous(voice: Voice, previous: Minutes | None) -> tuple[str, ...]:
    if previous is None:
        return (NO_PREVIOUS.in_(voice.language),)
    head = voice.say(
        PREVIOUS,
        date=voice.day(previous.sitting.starts_at),
        decided=len(previous.resolutions),
        carried=len(previous.carried_over),
    )
    return (head, *(_decided_before(voice, resolution) for resolution in previous.resolutions))


def _decided_before(voice: Voice, it: Resolution) -> str:
    by = voice.say(LED_UNTIL, lead=it.lead, due=voice.day(it.due_date)) if it.lead and it.due_date else ""
    return voice.say(PREVIOUS_RESOLUTION, case=it.case, summary=it.summary, decision=it.decision, by=by)


def _assessments(voice: Voice, quarter: Quarter | None) -> tuple[str, ...]:
    """What is to be assessed, and the quarter's facts of each community and company for it."""
    named = LIST.in_(voice.language).join(name.in_(voice.language) for name in ASSESSMENTS)
    head = voice.say(TO_ASSESS, assessments=named)
    if quarter is None:
        return (head,)
    facts = {**quarter.communities, **quarter.companies}
    return (
        head,
        voice.say(FOR_ASSESSMENTS, since=voice.day(quarter.since), until=voice.day(quarter.until)),
        *(_assessed(voice, party, figures) for party, figures in facts.items()),
    )


def _assessed(voice: Voice, party: str, it: Figures) -> str:
    return voice.say(
        ASSESSED,
        party=voice.party(party),
        opened=it.opened,
        open=it.open,
        response=_percent(it.response),
        solution=_percent(it.solution),
        satisfaction=_percent(it.satisfaction),
        answers=_percent(it.answers),
        late=it.late,
        disputed=it.disputed,
    )


def _statistics(voice: Voice, statistics: Figures | None) -> tuple[str, ...]:
    if statistics is None:
        return ()
    rates = {key: getattr(statistics, key) for key in RATES}
    period = {"since": voice.day(statistics.since), "until": voice.day(statistics.until), "opened": statistics.opened}
    return (
        voice.say(PERIOD, **period),
        *(voice.say(RATES[key], rate=_percent(rate), part=rate.part, whole=rate.whole) for key, rate in rates.items()),
        voice.say(REPEATS, repeats=statistics.repeats),
    )


def _percent(rate: Rate) -> str:
    return f"{100 * rate.part / rate.whole:.1f}%" if rate.whole else "—"
