"""The rules of the ladder: what a command brings about (MISSION, "The ladder")."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from domain.calendar import SHANGHAI, add_duty_time
from domain.case.commands import (
    AddNote,
    Assign,
    Command,
    Complete,
    Confirm,
    Contact,
    DeclareEmergency,
    Dispute,
    Escalate,
    Extend,
    Hold,
    MakePlan,
    MarkDuplicate,
    OpenCase,
    PutOnAgenda,
    Refer,
    Reject,
    Reopen,
    Reproject,
    Reroute,
    Resolve,
    Resume,
    Return,
    SittingMoved,
    StandDown,
    Supervise,
    Suspend,
    WaitExpired,
    Withdraw,
)  # fmt: skip
from domain.case.events import Event, EventType, Place, Plan, Wait, WaitKind
from domain.case.state import CaseState, Closing, Suspension
from domain.errors import Refusal
from domain.forum import Sitting
from domain.ladder import DECISIONS, DecisionKind, Tier
from domain.permission import Actor, allowed_now, may_decide, may_open, may_stand_down, takes_up_directly
from domain.rules import Rules


def decide(rules: Rules, state: CaseState | None, command: Command, now: datetime) -> tuple[Event, ...]:
    """The events that ``command`` brings about at ``now``. Raises ``Refusal``; then nothing changes.

    An expired wait, or a re-projection, that no longer applies brings about nothing.
    """
    body = command.body
    if isinstance(body, OpenCase):
        return _open(rules, state, command, body, now)
    if state is None:
        raise Refusal("unknown_case")
    if command.if_version is not None and command.if_version != state.version:
        raise Refusal("version_conflict", expected=command.if_version, current=state.version)
    if isinstance(body, WaitExpired):
        return _expire(_Deciding(rules, state, command, now), body)
    if isinstance(body, Reproject):
        return _reproject(_Deciding(rules, state, command, now), body)
    if isinstance(body, StandDown):
        return _stand_down(_Deciding(rules, state, command, now), body)
    if isinstance(body, SittingMoved):
        return _follow_sitting(_Deciding(rules, state, command, now), body)
    if isinstance(body, PutOnAgenda):
        return _put_on_agenda(_Deciding(rules, state, command, now), body)
    check_allowed(rules, state, command.actor, body.kind)
    d = _Deciding(rules, state, command, now)
    if body.sitting is not None and body.sitting != d.before_sitting:
        raise Refusal("not_before_this_sitting", sitting=body.sitting, number=state.number)
    rule = cast("Callable[[_Deciding, Any], tuple[Event, ...]]", _RULES[body.kind])
    return rule(d, body)


def check_allowed(rules: Rules, state: CaseState, actor: Actor, kind: DecisionKind) -> None:
    """Raises Refusal ``forbidden`` (no right) or ``not_allowed_now`` (not at this stage; names what is)."""
    if not may_decide(rules, actor, state, kind):
        raise Refusal("forbidden", decision=kind, stage=state.stage, tier=state.tier)
    if kind not in rules.ladder.accepted(state.stage):
        raise Refusal(
            "not_allowed_now",
            decision=kind,
            stage=state.stage,
            allowed=list(allowed_now(rules, actor, state)),
        )


class _Deciding:
    """One decision being made: the state, the moment, and the moves that several rules share."""

    def __init__(self, rules: Rules, state: CaseState, command: Command, now: datetime) -> None:
        self.rules = rules
        self.ladder = rules.ladder
        self.state = state
        self.command = command
        # A case that was started again can find itself behind its own log's clock; time does not run back.
        self.now = max(now, state.at)

    @property
    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()

    @property
    def before_sitting(self) -> str | None:
        """The sitting that has the case before it: begun, and its minutes not yet due."""
        wait = self.state.wait
        if wait is None or wait.starts_at is None or not wait.starts_at <= self.now <= wait.until:
            return None
        return wait.sitting_id

    def event(self, type_: EventType, *, place: Place | None = None, reason: str | None = None, **detail: Any) -> Event:
        if reason is None:
            reason = getattr(self.command.body, "reason", None)
        if self.command.actor.role == "officer":
            detail.setdefault("sitting", self.before_sitting)
        return Event(
            type=type_, at=self.now, actor=self.command.actor, reason=reason, place=place,
            detail={key: value for key, value in detail.items() if value is not None},
            words=self.command.words,
        )  # fmt: skip

    def to_sitting(self, tier: Tier, *, carried_over: int = 0, estate: str | None = None) -> Place:
        """The next sitting of ``tier`` that still takes the case on."""
        return sitting_place(self.rules, tier, estate or self.state.estate, self.now, carried_over)

    def to_verification(self) -> Place:
        until = self.now + timedelta(days=self.ladder.stages.verification.days)
        wait = Wait(kind="verification", until=until, on_expiry="close_without_word")
        return Place(stage="verification", tier=self.state.tier, wait=wait)

    def to_action(self, plan: Plan) -> Place:
        who = self.rules.party_name(plan.lead)
        wait = Wait(kind="plan", until=end_of(plan.due_date), on_expiry="plan_overdue", who=who)
        return Place(stage="action", tier=self.state.tier, wait=wait)

    def to_closed(self) -> Place:
        return Place(stage="closed", tier=self.state.tier)

    def own_tier(self) -> Tier:
        return self.ladder.tier(self.state.tier)

    def date_ahead(self, day: date, *, field: str, max_days: int, earliest: date) -> date:
        if day < earliest:
            raise Refusal("date_too_early", field=field, earliest=earliest.isoformat())
        if day > self.today + timedelta(days=max_days):
            latest = (self.today + timedelta(days=max_days)).isoformat()
            raise Refusal("date_too_late", field=field, latest=latest)
        return day


def sitting_place(rules: Rules, tier: Tier, estate: str, now: datetime, carried_over: int = 0) -> Place:
    """A place at ``tier``'s stage, waiting for its next sitting that still takes a case on at ``now``."""
    sitting = rules.next_sitting(tier.id, estate, now)
    return Place(stage=tier.stage.id, tier=tier.id, wait=_sitting_wait(rules, tier, sitting, carried_over))


def _sitting_wait(rules: Rules, tier: Tier, sitting: Sitting, carried_over: int) -> Wait:
    stays = tier.then == "raise" or carried_over < tier.carry_overs
    return Wait(
        kind="sitting", until=sitting.minutes_due, on_expiry="carry_over" if stays else "escalate",
        sitting_id=sitting.id, forum=sitting.forum, starts_at=sitting.starts_at,
        where=rules.forums[sitting.forum].name.in_(rules.ladder.language), provisional=sitting.provisional,
    )  # fmt: skip


def end_of(day: date) -> datetime:
    """The end of a Shanghai day, as an instant."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def _open(rules: Rules, state: CaseState | None, command: Command, body: OpenCase, now: datetime) -> tuple[Event, ...]:
    if state is not None:
        raise Refusal("case_exists", number=state.number)
    estate = rules.organisation.estate(body.estate)
    category = rules.organisation.category(body.category)
    if not may_open(rules, command.actor, estate.id, emergency=body.emergency is not None):
        raise Refusal("forbidden", decision="open", estate=estate.id)
    ladder = rules.ladder
    opened = Event(
        type="case_opened", at=now, actor=command.actor, words=body.words, place=contact_place(rules, now),
        detail={
            "ladder": ladder.ref, "language": ladder.language, "estate": estate.id, "units": _units(rules, estate.id),
            "category": category.id, "channel": body.channel, "severity": body.severity,
        },
    )  # fmt: skip
    if body.emergency is None:
        return (opened,)
    return (opened, _emergency(rules, command.actor, body.emergency, ladder.tiers[0].id, now, None))


def _units(rules: Rules, estate: str) -> dict[str, str]:
    """The estate and every unit above it, by tier: part of the event, since the organisation can change."""
    return {unit.tier: unit.id for unit in rules.organisation.lineage(estate)}


def contact_place(rules: Rules, now: datetime) -> Place:
    """The first rung: the estate's first contact is due within the ladder's duty hours."""
    stage = rules.ladder.stages.contact
    until = add_duty_time(now, timedelta(hours=stage.duty_hours), rules.ladder.duty)
    wait = Wait(kind="contact", until=until, on_expiry="contact_missed")
    return Place(stage="contact", tier=rules.ladder.tiers[0].id, wait=wait)


def _contact(d: _Deciding, body: Contact) -> tuple[Event, ...]:
    return (d.event("resident_contacted", place=d.to_sitting(d.own_tier()), how=body.how, outcome=body.outcome),)


def _resolve(d: _Deciding, body: Resolve) -> tuple[Event, ...]:
    return (d.event("case_resolved", place=d.to_verification(), what_was_done=body.what_was_done),)


def _plan(d: _Deciding, body: MakePlan) -> tuple[Event, ...]:
    d.date_ahead(body.due_date, field="due_date", max_days=d.ladder.stages.action.max_days, earliest=d.today)
    plan = Plan(
        lead=body.lead, co_handlers=body.co_handlers, deliverable=body.deliverable,
        due_date=body.due_date, made_at_tier=d.state.tier,
    )  # fmt: skip
    return (d.event("plan_made", place=d.to_action(plan), plan=plan.model_dump(mode="json")),)


def _complete(d: _Deciding, body: Complete) -> tuple[Event, ...]:
    return (d.event("plan_completed", place=d.to_verification(), what_was_done=body.what_was_done),)


def _extend(d: _Deciding, body: Extend) -> tuple[Event, ...]:
    if d.state.suspension is not None:
        return _extend_suspension(d, d.state.suspension, body)
    plan = cast(Plan, d.state.plan)
    later = max(plan.due_date + timedelta(days=1), d.today)
    d.date_ahead(body.new_date, field="new_date", max_days=d.ladder.stages.action.max_days, earliest=later)
    moved = plan.model_copy(update={"due_date": body.new_date, "extensions": plan.extensions + 1})
    return (d.event("plan_extended", place=d.to_action(moved), plan=moved.model_dump(mode="json")),)


def _extend_suspension(d: _Deciding, suspension: Suspension, body: Extend) -> tuple[Event, ...]:
    later = max(suspension.resume_date, d.today) + timedelta(days=1)
    d.date_ahead(body.new_date, field="new_date", max_days=d.ladder.stages.suspended.max_days, earliest=later)
    extended = suspension.model_copy(update={"resume_date": body.new_date, "extensions": suspension.extensions + 1})
    place = _suspended_place(d, body.new_date)
    return (d.event("suspension_extended", place=place, suspension=extended.model_dump(mode="json")),)


def _hold(d: _Deciding, body: Hold) -> tuple[Event, ...]:
    tier = d.own_tier()
    if tier.then == "escalate" and d.state.carried_over >= tier.carry_overs:
        raise Refusal("carry_over_limit", limit=tier.carry_overs, tier=tier.id)
    return _carry_over(d, tier, "case_held")


def _carry_over(d: _Deciding, tier: Tier, type_: EventType) -> tuple[Event, ...]:
    """One sitting has passed without a decision: the same case waits for the next sitting of its tier."""
    count = d.state.carried_over + 1
    # The sitting that is being passed over has begun its freeze long ago, or is the one held at: never it again.
    after = max(d.now, d.state.wait.starts_at) if d.state.wait and d.state.wait.starts_at else d.now
    place = sitting_place(d.rules, tier, d.state.estate, after, count)
    missed = d.state.wait.sitting_id if d.state.wait else None
    carried = d.event(type_, place=place, sitting=missed, count=count, supervised=tier.marks or None)
    if tier.then == "raise" and count >= tier.carry_overs and not d.state.raised:
        return (carried, d.event("case_raised_to_district", count=count))
    return (carried,)


def _escalate(d: _Deciding, body: Escalate) -> tuple[Event, ...]:
    above = d.ladder.above(d.state.tier)
    if above is None:
        raise Refusal("no_tier_above", tier=d.state.tier)
    target = above if body.to is None else d.ladder.tier(body.to)
    if d.ladder.rung(target.id) < d.ladder.rung(above.id):
        raise Refusal("not_a_higher_tier", tier=target.id)
    if target.id != above.id and not takes_up_directly(d.rules, d.command.actor):
        raise Refusal("skips_a_tier", tier=target.id, next=above.id)
    return (_escalated(d, target, "decision"),)


def _escalated(d: _Deciding, target: Tier, cause: str, **detail: Any) -> Event:
    place = d.to_sitting(target)
    return d.event("case_escalated", place=place, from_tier=d.state.tier, to_tier=target.id, cause=cause, **detail)


def _return(d: _Deciding, body: Return) -> tuple[Event, ...]:
    below = d.ladder.below(d.state.tier)
    if below is None:
        raise Refusal("no_tier_below", tier=d.state.tier)
    place = d.to_sitting(below)
    return (d.event("case_returned", place=place, from_tier=d.state.tier, to_tier=below.id),)


def _suspended_place(d: _Deciding, resume_date: date) -> Place:
    # Resumes as the duty day begins, so that whoever is to act again is there.
    until = datetime.combine(resume_date, d.ladder.duty.start, SHANGHAI)
    return Place(stage="suspended", tier=d.state.tier, wait=Wait(kind="suspension", until=until, on_expiry="resume"))


def _suspend(d: _Deciding, body: Suspend) -> tuple[Event, ...]:
    tomorrow = d.today + timedelta(days=1)
    max_days = d.ladder.stages.suspended.max_days
    d.date_ahead(body.resume_date, field="resume_date", max_days=max_days, earliest=tomorrow)
    suspension = Suspension(since=d.now, condition=body.condition, resume_date=body.resume_date, back_to=d.state.place)
    place = _suspended_place(d, body.resume_date)
    return (d.event("case_suspended", place=place, suspension=suspension.model_dump(mode="json", exclude_none=True)),)


def _resume(d: _Deciding, body: Resume | WaitExpired) -> tuple[Event, ...]:
    suspension = cast(Suspension, d.state.suspension)
    days = (d.today - suspension.since.astimezone(SHANGHAI).date()).days
    if suspension.back_to.stage != "action":
        tier = d.ladder.tier(suspension.back_to.tier)
        place = d.to_sitting(tier, carried_over=d.state.carried_over)
        return (d.event("case_resumed", place=place, days_suspended=days),)
    plan = cast(Plan, d.state.plan)
    # The plan's clock stood still: what was left of it when the case was suspended is left of it now.
    moved = plan.model_copy(update={"due_date": max(plan.due_date + timedelta(days=days), d.today)})
    place = d.to_action(moved)
    return (d.event("case_resumed", place=place, days_suspended=days, plan=moved.model_dump(mode="json")),)


def _refer(d: _Deciding, body: Refer) -> tuple[Event, ...]:
    return (d.event("case_referred", place=d.to_closed(), to_whom=body.to_whom, reference=body.reference),)


def _reject(d: _Deciding, body: Reject) -> tuple[Event, ...]:
    return (d.event("case_rejected", place=d.to_closed()),)


def _mark_duplicate(d: _Deciding, body: MarkDuplicate) -> tuple[Event, ...]:
    if body.of == d.state.number:
        raise Refusal("duplicate_of_itself", number=body.of)
    return (d.event("case_marked_duplicate", place=d.to_closed(), of=body.of),)


def _reroute(d: _Deciding, body: Reroute) -> tuple[Event, ...]:
    estate = d.rules.organisation.estate(body.estate or d.state.estate)
    category = d.rules.organisation.category(body.category or d.state.category)
    if (estate.id, category.id) == (d.state.estate, d.state.category):
        raise Refusal("already_there", estate=estate.id, category=category.id)
    if d.state.reroutes >= d.ladder.reroutes_without_supervisor and not d.state.taken_up:
        raise Refusal("reroute_needs_supervisor", reroutes=d.state.reroutes)
    place = contact_place(d.rules, d.now)
    return (
        d.event(
            "case_rerouted",
            place=place,
            estate=estate.id,
            units=_units(d.rules, estate.id),
            category=category.id,
            from_estate=d.state.estate,
        ),
    )


def _withdraw(d: _Deciding, body: Withdraw) -> tuple[Event, ...]:
    return (d.event("case_withdrawn", place=d.to_closed()),)


def _confirm(d: _Deciding, body: Confirm) -> tuple[Event, ...]:
    return (d.event("outcome_confirmed", place=d.to_closed(), stars=body.stars),)


def _dispute(d: _Deciding, body: Dispute) -> tuple[Event, ...]:
    if body.reason is None and d.command.words is None:
        raise Refusal("reason_required", decision="dispute")
    tier = d.own_tier()
    if d.state.disputes >= d.ladder.stages.verification.same_tier_disputes:
        tier = d.ladder.above(tier.id) or tier
    place = d.to_sitting(tier)
    return (d.event("outcome_disputed", place=place, count=d.state.disputes + 1, to_tier=tier.id),)


def _reopen(d: _Deciding, body: Reopen) -> tuple[Event, ...]:
    closing = cast(Closing, d.state.closing)
    latest = closing.at + timedelta(days=d.ladder.stages.closed.reopen_days)
    if d.now > latest:
        raise Refusal("reopen_too_late", latest=latest.isoformat())
    return (d.event("case_reopened", place=d.to_sitting(d.own_tier())),)


def _declare_emergency(d: _Deciding, body: DeclareEmergency) -> tuple[Event, ...]:
    return (_emergency(d.rules, d.command.actor, body.playbook, d.state.tier, d.now, d.state, body.reason),)


def _emergency(
    rules: Rules, actor: Actor, playbook: str, tier: str, now: datetime, state: CaseState | None,
    reason: str | None = None,
) -> Event:  # fmt: skip
    policy = rules.ladder.stages.joint_response
    if playbook not in policy.playbooks:
        raise Refusal("unknown_playbook", playbook=playbook, known=sorted(policy.playbooks))
    return Event(
        type="emergency_declared", at=now, actor=actor, reason=reason, place=_joint_response(rules, tier, now),
        detail={"playbook": playbook, "count": (state.emergencies if state else 0) + 1},
    )  # fmt: skip


def _joint_response(rules: Rules, tier: str, now: datetime) -> Place:
    until = now + timedelta(hours=rules.ladder.stages.joint_response.review_hours)
    return Place(stage="joint_response", tier=tier, wait=Wait(kind="stand_down", until=until, on_expiry="review"))


def _stand_down(d: _Deciding, body: StandDown) -> tuple[Event, ...]:
    actor = d.command.actor
    covered = actor.unit is not None and d.rules.organisation.covers(actor.unit, d.state.estate)
    if actor.role != "system" and not (covered and may_stand_down(d.rules, actor)):
        raise Refusal("forbidden", decision="stand_down", stage=d.state.stage, tier=d.state.tier)
    if d.state.stage != "joint_response" or d.state.emergency_id != body.emergency_id:
        raise Refusal("not_in_emergency", number=d.state.number, emergency=body.emergency_id)
    tier = d.ladder.tier(body.tier or d.state.tier)
    place = d.to_verification() if body.outcome == "resolved" else d.to_sitting(tier)
    return (d.event("emergency_stood_down", place=place, outcome=body.outcome, emergency=body.emergency_id),)


def _note(d: _Deciding, body: AddNote) -> tuple[Event, ...]:
    return (d.event("note_added", text=body.text),)


def _assign(d: _Deciding, body: Assign) -> tuple[Event, ...]:
    return (d.event("case_assigned", person=body.person),)


def _supervise(d: _Deciding, body: Supervise) -> tuple[Event, ...]:
    return (d.event("case_supervised"),)


_RULES: dict[DecisionKind, object] = {
    "contact": _contact, "resolve": _resolve, "plan": _plan, "complete": _complete, "extend": _extend,
    "hold": _hold, "escalate": _escalate, "return": _return, "suspend": _suspend, "resume": _resume,
    "refer": _refer, "reject": _reject, "duplicate": _mark_duplicate, "reroute": _reroute,
    "withdraw": _withdraw, "confirm": _confirm, "dispute": _dispute, "reopen": _reopen,
    "emergency": _declare_emergency, "note": _note, "assign": _assign, "supervise": _supervise,
}  # fmt: skip
assert set(_RULES) == set(DECISIONS)


def _expire(d: _Deciding, body: WaitExpired) -> tuple[Event, ...]:
    wait = d.state.wait
    if wait is None or (wait.kind, wait.until) != (body.wait, body.until) or d.now < wait.until:
        return ()  # something else came first: the wait that this was about is gone
    return _EXPIRIES[wait.kind](d, body)


def _miss_contact(d: _Deciding, body: WaitExpired) -> tuple[Event, ...]:
    return (d.event("contact_missed", place=d.to_sitting(d.own_tier())),)


def _pass_sitting(d: _Deciding, body: WaitExpired) -> tuple[Event, ...]:
    tier = d.own_tier()
    above = d.ladder.above(tier.id)
    if tier.then == "escalate" and d.state.carried_over >= tier.carry_overs and above is not None:
        return (_escalated(d, above, "carry_over_limit", sitting=d.state.wait.sitting_id if d.state.wait else None),)
    return _carry_over(d, tier, "case_carried_over")


def _miss_due_date(d: _Deciding, body: WaitExpired) -> tuple[Event, ...]:
    return (d.event("plan_overdue", place=d.to_sitting(d.own_tier()), supervised=True),)


def _miss_stand_down(d: _Deciding, body: WaitExpired) -> tuple[Event, ...]:
    return (d.event("emergency_review_missed", place=_joint_response(d.rules, d.state.tier, d.now)),)


def _hear_nothing(d: _Deciding, body: WaitExpired) -> tuple[Event, ...]:
    return (d.event("closed_without_word", place=d.to_closed()),)


_EXPIRIES: dict[WaitKind, Callable[[_Deciding, WaitExpired], tuple[Event, ...]]] = {
    "contact": _miss_contact, "sitting": _pass_sitting, "plan": _miss_due_date, "suspension": _resume,
    "stand_down": _miss_stand_down, "verification": _hear_nothing,
}  # fmt: skip


def _reproject(d: _Deciding, body: Reproject) -> tuple[Event, ...]:
    wait = d.state.wait
    if wait is None or wait.sitting_id is None or wait.forum is None:
        return ()
    try:
        sitting = d.rules.sitting(wait.forum, wait.sitting_id)
    except Refusal:  # a holiday has swallowed that sitting: the next one takes the case
        sitting = d.rules.next_sitting(d.state.tier, d.state.estate, d.now)
    moved = _sitting_wait(d.rules, d.own_tier(), sitting, d.state.carried_over)
    if _same_dates(moved, wait):
        return ()
    if moved.until <= d.now:  # its new date is over before anyone could table the case: the next one takes it
        sitting = d.rules.next_sitting(d.state.tier, d.state.estate, d.now)
        moved = _sitting_wait(d.rules, d.own_tier(), sitting, d.state.carried_over)
    place = d.state.place.model_copy(update={"wait": moved})
    return (d.event("wait_reprojected", place=place, reason=body.cause, was=wait.until.isoformat()),)


def _same_dates(one: Wait, other: Wait) -> bool:
    return (one.sitting_id, one.until, one.starts_at, one.provisional) == (
        other.sitting_id, other.until, other.starts_at, other.provisional,
    )  # fmt: skip


def _follow_sitting(d: _Deciding, body: SittingMoved) -> tuple[Event, ...]:
    """The sitting that the case waits for was moved or cancelled: the case waits for its new date, or the next one."""
    wait = d.state.wait
    if wait is None or wait.sitting_id != body.sitting_id:
        return ()
    sitting = body.sitting or _next_but(d, body.sitting_id)
    moved = _sitting_wait(d.rules, d.own_tier(), sitting, d.state.carried_over)
    if moved == wait:
        return ()
    place = d.state.place.model_copy(update={"wait": moved})
    return (d.event("wait_reprojected", place=place, reason=body.cause, was=wait.until.isoformat()),)


def _next_but(d: _Deciding, cancelled: str) -> Sitting:
    """The next sitting, where these rules may not have heard yet that one is cancelled."""
    rules = replace(d.rules, moved={**d.rules.moved, cancelled: None})
    return rules.next_sitting(d.state.tier, d.state.estate, d.now)


def _put_on_agenda(d: _Deciding, body: PutOnAgenda) -> tuple[Event, ...]:
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
    moved = _sitting_wait(d.rules, d.own_tier(), body.sitting, d.state.carried_over)
    place = d.state.place.model_copy(update={"wait": moved})
    return (d.event("put_on_agenda", place=place, sitting=body.sitting.id, instead_of=wait.sitting_id),)
