"""How a case follows its sitting: dates computed again, a sitting moved or cancelled, an agenda it is put on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.case.commands import PutOnAgenda, Reproject, SittingMoved
from domain.case.events import CasePutOnAgenda, Event, Wait, WaitReprojected
from domain.case.moves import Deciding, sitting_wait, units_of
from domain.case.promises import projected
from domain.errors import Refusal
from domain.policy.forum import Sitting


def reproject(d: Deciding, body: Reproject) -> tuple[Event, ...]:
    """The dates of a case's sitting and promises by today's calendar and cadence; and the units that its estate belongs
    to today."""
    wait = d.state.wait
    try:
        units = units_of(d.rules, d.state.estate)
    except Refusal:  # the estate is no more: what the case knows is what there was
        return ()
    moved = _sitting_today(d, wait) if wait is not None and wait.sitting_id is not None else wait
    changed: dict[str, Any] = {"units": units} if units != d.state.units else {}
    changed |= projected(d.rules, d.state)
    if wait is None or (moved == wait and not changed):
        return ()
    if moved == wait:
        return (d.event(WaitReprojected, reason=body.cause, **changed),)
    place = d.state.place.model_copy(update={"wait": moved})
    return (d.event(WaitReprojected, place=place, reason=body.cause, was=wait.until, **changed),)


def _sitting_today(d: Deciding, wait: Wait) -> Wait:
    """What the case waits for by today's rules; the same wait where its dates stand."""
    assert wait.sitting_id is not None
    try:
        if wait.forum is None or wait.forum != d.rules.forum(d.state.tier, d.state.estate).id:
            raise Refusal("unknown_forum", forum=wait.forum)
        sitting = d.rules.sitting(wait.forum, wait.sitting_id)
    except Refusal:  # a holiday has swallowed it, or the estate has another forum: the next one takes the case
        sitting = d.rules.next_sitting(d.state.tier, d.state.estate, d.now)
    moved = sitting_wait(d.rules, d.own_tier(), sitting, d.state.carried_over)
    if _same_dates(moved, wait):
        return wait
    if moved.until <= d.now:  # its new date is over before anyone could table the case: the next one takes it
        sitting = d.rules.next_sitting(d.state.tier, d.state.estate, d.now)
        moved = sitting_wait(d.rules, d.own_tier(), sitting, d.state.carried_over)
    return moved


def _same_dates(one: Wait, other: Wait) -> bool:
    return (one.sitting_id, one.until, one.starts_at, one.provisional) == (
        other.sitting_id,
        other.until,
        other.starts_at,
        other.provisional,
    )


def follow_sitting(d: Deciding, body: SittingMoved) -> tuple[Event, ...]:
    """The sitting that the case waits for was moved or cancelled: the case waits for its new date, or the next one."""
    wait = d.state.wait
    if wait is None or wait.sitting_id != body.sitting_id:
        return ()
    sitting = body.sitting or _next_but(d, body.sitting_id)
    moved = sitting_wait(d.rules, d.own_tier(), sitting, d.state.carried_over)
    if moved == wait:
        return ()
    place = d.state.place.model_copy(update={"wait": moved})
    return (d.event(WaitReprojected, place=place, reason=body.cause, was=wait.until),)


def _next_but(d: Deciding, cancelled: str) -> Sitting:
    """The next sitting, where these rules may not have heard yet that one is cancelled."""
    rules = replace(d.rules, moved={**d.rules.moved, cancelled: None})
    return rules.next_sitting(d.state.tier, d.state.estate, d.now)


def put_on_agenda(d: Deciding, body: PutOnAgenda) -> tuple[Event, ...]:
    wait = d.state.wait
    if wait is None or wait.forum != body.sitting.forum:
        raise Refusal(
            "not_waiting_for_this_forum", number=d.state.number, forum=body.sitting.forum, stage=d.state.stage
        )
    if body.sitting.minutes_due <= d.now:
        raise Refusal("sitting_in_the_past", starts_at=body.sitting.starts_at.isoformat())
    if wait.sitting_id == body.sitting.id:
        return ()
    if d.state.heard_at == body.sitting.id:  # held or passed over there: it is not tabled twice in one sitting
        raise Refusal("already_on_the_agenda", case=d.state.number, sitting=body.sitting.id)
    moved = sitting_wait(d.rules, d.own_tier(), body.sitting, d.state.carried_over)
    place = d.state.place.model_copy(update={"wait": moved})
    return (d.event(CasePutOnAgenda, place=place, sitting=body.sitting.id, instead_of=wait.sitting_id),)
