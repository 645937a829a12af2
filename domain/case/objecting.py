"""Objections 异议 and 指定管理: what was handed over is not handed on (Heze's property regulation, Art. 28).

Whoever it was handed to may say that it is not theirs. So many objections go back to whoever handed it over; the next
one waits, with a clock, for the county or district government to designate. What is designated stays (Weifang's 12345
regulation, Art. 22, †; by policy).
"""

from __future__ import annotations

from typing import Any

from domain.case.commands import Designate, RaiseObjection, WaitExpired
from domain.case.events import CaseDesignated, CaseObjected, DesignationMissed, Event, Place
from domain.case.moves import Deciding, contact_place, units_of
from domain.errors import Refusal


def raise_objection(d: Deciding, body: RaiseObjection) -> tuple[Event, ...]:
    """Back to whoever handed it over, or to the district. Raises Refusal."""
    d.not_designated("object")
    stage, count = d.ladder.stages.designation, d.state.objections + 1
    assert stage is not None  # a ladder that takes objections has it
    if count > stage.objections:
        return (d.event(CaseObjected, place=d.to_designation(), ground=body.ground, count=count),)
    place, moved = _back(d)
    return (d.event(CaseObjected, place=place, ground=body.ground, count=count, **moved),)


def _back(d: Deciding) -> tuple[Place, dict[str, Any]]:
    """A plan: to the tier that made it. A case that was rerouted or returned: to who did that. One that nobody handed
    over: to the tier above."""
    plan, by = d.state.plan, d.state.handed_over
    if plan is not None:
        return d.to_sitting(d.ladder.tier(plan.made_at_tier)), {}
    if by is not None and by.estate is not None:
        return contact_place(d.rules, d.now), _moved_to(d, by.estate)
    above = d.ladder.above(d.state.tier)
    tier = d.ladder.tier(by.tier) if by is not None and by.tier is not None else above
    if tier is None:
        raise Refusal("no_tier_above", tier=d.state.tier)
    return d.to_sitting(tier), {}


def designate(d: Deciding, body: Designate) -> tuple[Event, ...]:
    """To an estate: its first contact. To a unit above the case's estate: that unit's next sitting. To a department:
    the next sitting of the tier that the case is at, which makes the plan. Raises Refusal."""
    if body.unit in {one.code for one in d.rules.organisation.departments}:
        return (_designated(d, body, d.to_sitting(d.own_tier())),)
    unit = d.rules.organisation.unit(body.unit)
    if unit.tier == d.rules.organisation.tiers[-1]:
        return (_designated(d, body, contact_place(d.rules, d.now), _moved_to(d, unit.id)),)
    if not d.rules.organisation.covers(unit.id, d.state.estate):
        raise Refusal("not_over_its_estate", unit=unit.id, estate=d.state.estate)
    return (_designated(d, body, d.to_sitting(d.ladder.tier(unit.tier))),)


def _designated(d: Deciding, body: Designate, place: Place, moved: dict[str, Any] | None = None) -> Event:
    return d.event(CaseDesignated, place=place, unit=body.unit, document=body.document, **(moved or {}))


def _moved_to(d: Deciding, estate: str) -> dict[str, Any]:
    """The estate as an event has it, where it is another than the case's."""
    return {"estate": estate, "units": units_of(d.rules, estate)} if estate != d.state.estate else {}


def miss_designation(d: Deciding, body: WaitExpired) -> tuple[Event, ...]:
    """Nobody has designated: it is late, and is waited for again."""
    return (d.event(DesignationMissed, place=d.to_designation()),)
