"""The rules of the ladder: what a command brings about (MISSION, "The ladder")."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, cast

from domain.case.commands import (
    Accept,
    AddNote,
    AddPhotos,
    Assign,
    Command,
    Complete,
    Confirm,
    Contact,
    DeclareEmergency,
    Dispute,
    Escalate,
    Extend,
    GiveAnswer,
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
    SittingOver,
    StandDown,
    Supervise,
    Suspend,
    WaitExpired,
    Withdraw,
)
from domain.case.events import (
    AcceptanceMissed,
    AnswerGiven,
    AnswerMissed,
    CaseAccepted,
    CaseAssigned,
    CaseCarriedOver,
    CaseEscalated,
    CaseHeld,
    CaseOpened,
    CaseRaised,
    CaseReferred,
    CaseRejected,
    CaseReopened,
    CaseRerouted,
    CaseResolved,
    CaseResumed,
    CaseReturned,
    CaseSupervised,
    CaseSuspended,
    CaseWithdrawn,
    ClosedWithoutWord,
    ContactMissed,
    EmergencyDeclared,
    EmergencyReviewMissed,
    EmergencyStoodDown,
    Event,
    MarkedDuplicate,
    NoteAdded,
    OutcomeConfirmed,
    OutcomeDisputed,
    PassedOver,
    Place,
    Plan,
    PlanCompleted,
    PlanExtended,
    PlanMade,
    PlanOverdue,
    ResidentContacted,
    Suspension,
    SuspensionExtended,
    Wait,
    WaitKind,
)
from domain.case.following import follow_sitting, put_on_agenda, reproject
from domain.case.moves import Deciding, contact_place, sitting_place, units_of
from domain.case.objecting import designate, miss_designation, raise_objection
from domain.case.photographs import add_photos
from domain.case.promises import answering, opening
from domain.case.state import CaseState, Closing, waits
from domain.errors import Refusal
from domain.permission import Actor, allowed_now, may_decide, may_open, may_stand_down, takes_up_directly
from domain.policy.calendar import SHANGHAI
from domain.policy.ladder import DECISIONS, DecisionKind, Tier
from domain.policy.rules import Rules
from domain.policy.span import later
from domain.process import check_version
from domain.text.seeking import case_number_beside


def decide(rules: Rules, state: CaseState | None, command: Command, now: datetime) -> tuple[Event, ...]:
    """The events that ``command`` brings about at ``now``. Raises ``Refusal``; then nothing changes.

    An expired wait, or a re-projection, that no longer applies brings about nothing.
    """
    body = command.body
    if isinstance(body, OpenCase):
        return _open(rules, state, command, body, now)
    if state is None:
        raise Refusal("unknown_case")
    d = Deciding(rules, state, command, now)
    if isinstance(body, WaitExpired | Reproject | StandDown | SittingMoved | SittingOver | PutOnAgenda | AddPhotos):
        if isinstance(body, StandDown):
            _require_to_stand_down(d)
        check_version(state, command)
        by_system = cast("Callable[[Deciding, Any], tuple[Event, ...]]", _BY_SYSTEM[body.kind])
        return answering(rules, state, body, by_system(d, body))
    require_right(rules, state, command.actor, body.kind)
    if body.answer is not None:
        require_right(rules, state, command.actor, "answer")
    check_version(state, command)
    check_allowed(rules, state, command.actor, body.kind)
    if body.sitting is not None and body.sitting != d.before_sitting:
        raise Refusal("not_before_this_sitting", sitting=body.sitting, number=state.number)
    rule = cast("Callable[[Deciding, Any], tuple[Event, ...]]", _RULES[body.kind])
    return answering(rules, state, body, rule(d, body))


def require_right(rules: Rules, state: CaseState, actor: Actor, kind: DecisionKind) -> None:
    """Asked first of all: who may not decide learns nothing of the case. Raises Refusal ``forbidden``."""
    if not may_decide(rules, actor, state, kind):
        raise Refusal("forbidden", decision=kind, stage=state.stage, tier=state.tier)


def check_allowed(rules: Rules, state: CaseState, actor: Actor, kind: DecisionKind) -> None:
    """Raises Refusal ``forbidden`` (no right) or ``not_allowed_now`` (not at this stage; names what is)."""
    require_right(rules, state, actor, kind)
    if kind not in rules.ladder.accepted(state.stage):
        raise Refusal(
            "not_allowed_now",
            decision=kind,
            stage=state.stage,
            allowed=list(allowed_now(rules, actor, state)),
        )


def _open(rules: Rules, state: CaseState | None, command: Command, body: OpenCase, now: datetime) -> tuple[Event, ...]:
    if state is not None:
        raise Refusal("case_exists", number=state.number)
    estate = rules.organisation.estate(body.estate)
    category = rules.organisation.category(body.category)
    if not may_open(rules, command.actor, estate.id, emergency=body.emergency is not None):
        raise Refusal("forbidden", decision="open", estate=estate.id)
    ladder = rules.ladder
    opened = CaseOpened(
        at=now,
        words=body.words,
        place=contact_place(rules, now),
        ladder=ladder.ref,
        language=ladder.language,
        estate=estate.id,
        units=units_of(rules, estate.id),
        category=category.id,
        channel=body.channel,
        severity=body.severity,
        joint_names=body.joint_names,
        reporter_kind=body.reporter_kind,
        **opening(rules, now, body.joint_names, body.reporter_kind),
    )
    event = Event(fact=opened, actor=command.actor)
    if body.emergency is None:
        return (event,)
    own = f"{body.number}-E1"
    return (event, _emergency(rules, command.actor, body.emergency, ladder.tiers[0].id, now, 1, own))


def _contact(d: Deciding, body: Contact) -> tuple[Event, ...]:
    place = d.to_sitting(d.own_tier()) if d.state.stage == "contact" else None
    return (d.event(ResidentContacted, place=place, how=body.how, outcome=body.outcome),)


def _answer(d: Deciding, body: GiveAnswer) -> tuple[Event, ...]:
    return (d.event(AnswerGiven),)


def _accept(d: Deciding, body: Accept) -> tuple[Event, ...]:
    if not d.state.owes_acceptance:
        raise Refusal("nothing_to_accept", number=d.state.number)
    return (d.event(CaseAccepted, text=body.text),)


def _resolve(d: Deciding, body: Resolve) -> tuple[Event, ...]:
    return (d.event(CaseResolved, place=d.to_verification(), what_was_done=body.what_was_done),)


def _plan(d: Deciding, body: MakePlan) -> tuple[Event, ...]:
    d.date_ahead(body.due_date, field="due_date", max_days=d.ladder.stages.action.max_days, earliest=d.today)
    plan = Plan(
        lead=body.lead,
        co_handlers=body.co_handlers,
        deliverable=body.deliverable,
        due_date=body.due_date,
        made_at_tier=d.state.tier,
    )
    return (d.event(PlanMade, place=d.to_action(plan), plan=plan),)


def _complete(d: Deciding, body: Complete) -> tuple[Event, ...]:
    return (d.event(PlanCompleted, place=d.to_verification(), what_was_done=body.what_was_done),)


def _extend(d: Deciding, body: Extend) -> tuple[Event, ...]:
    if d.state.suspension is not None:
        return _extend_suspension(d, d.state.suspension, body)
    plan = cast(Plan, d.state.plan)
    later = max(plan.due_date + timedelta(days=1), d.today)
    d.date_ahead(body.new_date, field="new_date", max_days=d.ladder.stages.action.max_days, earliest=later)
    moved = plan.model_copy(update={"due_date": body.new_date, "extensions": plan.extensions + 1})
    return (d.event(PlanExtended, place=d.to_action(moved), plan=moved),)


def _extend_suspension(d: Deciding, suspension: Suspension, body: Extend) -> tuple[Event, ...]:
    later = max(suspension.resume_date, d.today) + timedelta(days=1)
    d.date_ahead(body.new_date, field="new_date", max_days=d.ladder.stages.suspended.max_days, earliest=later)
    extended = suspension.model_copy(update={"resume_date": body.new_date, "extensions": suspension.extensions + 1})
    place = _suspended_place(d, body.new_date)
    return (d.event(SuspensionExtended, place=place, suspension=extended),)


def _hold(d: Deciding, body: Hold) -> tuple[Event, ...]:
    tier = d.own_tier()
    if tier.then == "escalate" and d.state.carried_over >= tier.carry_overs:
        raise Refusal("carry_over_limit", limit=tier.carry_overs, tier=tier.id)
    return _carry_over(d, tier, CaseHeld)


def _carry_over(d: Deciding, tier: Tier, type_: type[PassedOver], reason: str | None = None) -> tuple[Event, ...]:
    """One sitting has passed without a decision: the same case waits for the next sitting of its tier."""
    count = d.state.carried_over + 1
    # The sitting that is being passed over has begun its freeze long ago, or is the one held at: never it again.
    after = max(d.now, d.state.wait.starts_at) if d.state.wait and d.state.wait.starts_at else d.now
    place = sitting_place(d.rules, tier, d.state.estate, after, count)
    missed = d.state.wait.sitting_id if d.state.wait else None
    carried = d.event(type_, place=place, reason=reason, sitting=missed, count=count, supervised=tier.marks or None)
    if tier.then == "raise" and count >= tier.carry_overs and not d.state.raised:
        return (carried, d.event(CaseRaised, count=count))
    return (carried,)


def _escalate(d: Deciding, body: Escalate) -> tuple[Event, ...]:
    above = d.ladder.above(d.state.tier)
    if above is None:
        raise Refusal("no_tier_above", tier=d.state.tier)
    target = above if body.to is None else d.ladder.tier(body.to)
    if d.ladder.rung(target.id) < d.ladder.rung(above.id):
        raise Refusal("not_a_higher_tier", tier=target.id)
    if target.id != above.id and not takes_up_directly(d.rules, d.command.actor):
        raise Refusal("skips_a_tier", tier=target.id, next=above.id)
    return (_escalated(d, target, "decision"),)


def _escalated(d: Deciding, target: Tier, cause: str, **detail: Any) -> Event:
    place = d.to_sitting(target)
    return d.event(CaseEscalated, place=place, from_tier=d.state.tier, to_tier=target.id, cause=cause, **detail)


def _return(d: Deciding, body: Return) -> tuple[Event, ...]:
    below = d.ladder.below(d.state.tier)
    if below is None:
        raise Refusal("no_tier_below", tier=d.state.tier)
    d.not_designated("return")
    place = d.to_sitting(below)
    return (d.event(CaseReturned, place=place, from_tier=d.state.tier, to_tier=below.id, ground=body.ground),)


def _suspended_place(d: Deciding, resume_date: date) -> Place:
    # Resumes as the duty day begins, so that whoever is to act again is there.
    until = datetime.combine(resume_date, d.ladder.duty.start, SHANGHAI)
    return Place(stage="suspended", tier=d.state.tier, wait=Wait(kind="suspension", until=until, on_expiry="resume"))


def _suspend(d: Deciding, body: Suspend) -> tuple[Event, ...]:
    tomorrow = d.today + timedelta(days=1)
    max_days = d.ladder.stages.suspended.max_days
    d.date_ahead(body.resume_date, field="resume_date", max_days=max_days, earliest=tomorrow)
    suspension = Suspension(since=d.now, condition=body.condition, resume_date=body.resume_date, back_to=d.state.place)
    place = _suspended_place(d, body.resume_date)
    return (d.event(CaseSuspended, place=place, suspension=suspension),)


def _resume(d: Deciding, body: Resume | WaitExpired) -> tuple[Event, ...]:
    suspension = cast(Suspension, d.state.suspension)
    days = (d.today - suspension.since.astimezone(SHANGHAI).date()).days
    if suspension.back_to.stage != "action":
        tier = d.ladder.tier(suspension.back_to.tier)
        place = d.to_sitting(tier, carried_over=d.state.carried_over)
        return (d.event(CaseResumed, place=place, days_suspended=days),)
    plan = cast(Plan, d.state.plan)
    # The plan's clock stood still: what was left of it when the case was suspended is left of it now.
    moved = plan.model_copy(update={"due_date": max(plan.due_date + timedelta(days=days), d.today)})
    place = d.to_action(moved)
    return (d.event(CaseResumed, place=place, days_suspended=days, plan=moved),)


def _refer(d: Deciding, body: Refer) -> tuple[Event, ...]:
    dates = d.ladder.petition
    told: dict[str, Any] = {}
    if body.petition:
        told = {"notice_by": d.in_days(dates.notice), "concluded_by": d.in_days(dates.concluded)}
    return (d.event(CaseReferred, place=d.to_closed(), to_whom=body.to_whom, reference=body.reference, **told),)


def _reject(d: Deciding, body: Reject) -> tuple[Event, ...]:
    return (d.event(CaseRejected, place=d.to_closed(), ground=body.ground),)


def _mark_duplicate(d: Deciding, body: MarkDuplicate) -> tuple[Event, ...]:
    of = case_number_beside(body.of, d.state.number)
    if of == d.state.number:
        raise Refusal("duplicate_of_itself", number=of)
    return (d.event(MarkedDuplicate, place=d.to_closed(), of=of),)


def _reroute(d: Deciding, body: Reroute) -> tuple[Event, ...]:
    estate = d.rules.organisation.estate(body.estate or d.state.estate)
    category = d.rules.organisation.category(body.category or d.state.category)
    if (estate.id, category.id) == (d.state.estate, d.state.category):
        raise Refusal("already_there", estate=estate.id, category=category.id)
    d.not_designated("reroute")
    if d.state.reroutes >= d.ladder.reroutes_without_supervisor and not d.state.taken_up:
        raise Refusal("reroute_needs_supervisor", reroutes=d.state.reroutes)
    place = contact_place(d.rules, d.now)
    return (
        d.event(
            CaseRerouted,
            place=place,
            estate=estate.id,
            units=units_of(d.rules, estate.id),
            category=category.id,
            from_estate=d.state.estate,
        ),
    )


def _withdraw(d: Deciding, body: Withdraw) -> tuple[Event, ...]:
    return (d.event(CaseWithdrawn, place=d.to_closed()),)


def _confirm(d: Deciding, body: Confirm) -> tuple[Event, ...]:
    return (d.event(OutcomeConfirmed, place=d.to_closed(), stars=body.stars),)


def _dispute(d: Deciding, body: Dispute) -> tuple[Event, ...]:
    if body.reason is None and d.command.words is None:
        raise Refusal("reason_required", decision="dispute")
    tier = d.own_tier()
    if d.state.disputes >= d.ladder.stages.verification.same_tier_disputes:
        tier = d.ladder.above(tier.id) or tier
    place = d.to_sitting(tier)
    return (d.event(OutcomeDisputed, place=place, count=d.state.disputes + 1, to_tier=tier.id),)


def _reopen(d: Deciding, body: Reopen) -> tuple[Event, ...]:
    closing = cast(Closing, d.state.closing)
    latest = closing.at + timedelta(days=d.ladder.stages.closed.reopen_days)
    if d.now > latest:
        raise Refusal("reopen_too_late", latest=latest.isoformat())
    return (d.event(CaseReopened, place=d.to_sitting(d.own_tier())),)


def _declare_emergency(d: Deciding, body: DeclareEmergency) -> tuple[Event, ...]:
    count = d.state.emergencies + 1
    emergency = body.response or f"{d.state.number}-E{count}"
    return (_emergency(d.rules, d.command.actor, body.playbook, d.state.tier, d.now, count, emergency, body.reason),)


def _emergency(
    rules: Rules,
    actor: Actor,
    kind: str,
    tier: str,
    now: datetime,
    count: int,
    emergency: str,
    reason: str | None = None,
) -> Event:
    """``emergency`` is the joint response that the case opens, or comes under."""
    until = later(rules.calendar, now, rules.playbook(kind).cap)
    place = _joint_response(tier, until)
    fact = EmergencyDeclared(at=now, place=place, playbook=kind, count=count, emergency=emergency)
    return Event(fact=fact, actor=actor, reason=reason)


def _joint_response(tier: str, until: datetime) -> Place:
    return Place(stage="joint_response", tier=tier, wait=Wait(kind="stand_down", until=until, on_expiry="review"))


def _require_to_stand_down(d: Deciding) -> None:
    """Raises Refusal ``forbidden``."""
    actor = d.command.actor
    covered = actor.unit is not None and d.rules.organisation.covers(actor.unit, d.state.estate)
    if actor.role != "system" and not (covered and may_stand_down(d.rules, actor)):
        raise Refusal("forbidden", decision="stand_down", stage=d.state.stage, tier=d.state.tier)


def _stand_down(d: Deciding, body: StandDown) -> tuple[Event, ...]:
    if d.state.stage != "joint_response" or d.state.emergency_id != body.emergency_id:
        raise Refusal("not_in_emergency", number=d.state.number, emergency=body.emergency_id)
    tier = d.ladder.tier(body.tier or d.state.tier)
    place = d.to_verification(body.watch_until) if body.outcome == "resolved" else d.to_sitting(tier)
    return (d.event(EmergencyStoodDown, place=place, outcome=body.outcome, emergency=body.emergency_id),)


def _note(d: Deciding, body: AddNote) -> tuple[Event, ...]:
    return (d.event(NoteAdded, text=body.text),)


def _assign(d: Deciding, body: Assign) -> tuple[Event, ...]:
    return (d.event(CaseAssigned, person=body.person),)


def _supervise(d: Deciding, body: Supervise) -> tuple[Event, ...]:
    return (d.event(CaseSupervised),)


_RULES: dict[DecisionKind, object] = {
    "contact": _contact,
    "answer": _answer,
    "accept": _accept,
    "resolve": _resolve,
    "plan": _plan,
    "complete": _complete,
    "extend": _extend,
    "hold": _hold,
    "escalate": _escalate,
    "return": _return,
    "object": raise_objection,
    "designate": designate,
    "suspend": _suspend,
    "resume": _resume,
    "refer": _refer,
    "reject": _reject,
    "duplicate": _mark_duplicate,
    "reroute": _reroute,
    "withdraw": _withdraw,
    "confirm": _confirm,
    "dispute": _dispute,
    "reopen": _reopen,
    "emergency": _declare_emergency,
    "note": _note,
    "assign": _assign,
    "supervise": _supervise,
}
assert set(_RULES) == set(DECISIONS)


def _expire(d: Deciding, body: WaitExpired) -> tuple[Event, ...]:
    meant = [wait for wait in waits(d.state) if (wait.kind, wait.until) == (body.wait, body.until)]
    if not meant or d.now < body.until:
        return ()  # something else came first: the wait that this was about is gone
    return _EXPIRIES[body.wait](d, body)


def _miss_answer(d: Deciding, body: WaitExpired) -> tuple[Event, ...]:
    return (d.event(AnswerMissed),)


def _miss_acceptance(d: Deciding, body: WaitExpired) -> tuple[Event, ...]:
    return (d.event(AcceptanceMissed),)


def _miss_contact(d: Deciding, body: WaitExpired) -> tuple[Event, ...]:
    return (d.event(ContactMissed, place=d.to_sitting(d.own_tier())),)


def _pass_sitting(d: Deciding, body: WaitExpired | SittingOver) -> tuple[Event, ...]:
    tier = d.own_tier()
    above = d.ladder.above(tier.id)
    reason = body.cause if isinstance(body, SittingOver) else None
    if tier.then == "escalate" and d.state.carried_over >= tier.carry_overs and above is not None:
        sitting = d.state.wait.sitting_id if d.state.wait else None
        return (_escalated(d, above, "carry_over_limit", sitting=sitting, reason=reason),)
    return _carry_over(d, tier, CaseCarriedOver, reason)


def _leave_sitting(d: Deciding, body: SittingOver) -> tuple[Event, ...]:
    """The same before the minutes were due, since the chair has closed the sitting."""
    wait = d.state.wait
    return _pass_sitting(d, body) if wait is not None and wait.sitting_id == body.sitting_id else ()


def _miss_due_date(d: Deciding, body: WaitExpired) -> tuple[Event, ...]:
    return (d.event(PlanOverdue, place=d.to_sitting(d.own_tier()), supervised=True),)


def _miss_stand_down(d: Deciding, body: WaitExpired) -> tuple[Event, ...]:
    until = d.now + timedelta(hours=d.ladder.stages.joint_response.review_hours)
    return (d.event(EmergencyReviewMissed, place=_joint_response(d.state.tier, until)),)


def _hear_nothing(d: Deciding, body: WaitExpired) -> tuple[Event, ...]:
    return (d.event(ClosedWithoutWord, place=d.to_closed()),)


_EXPIRIES: dict[WaitKind, Callable[[Deciding, WaitExpired], tuple[Event, ...]]] = {
    "contact": _miss_contact,
    "sitting": _pass_sitting,
    "plan": _miss_due_date,
    "suspension": _resume,
    "designation": miss_designation,
    "stand_down": _miss_stand_down,
    "verification": _hear_nothing,
    "answer": _miss_answer,
    "acceptance": _miss_acceptance,
}

_BY_SYSTEM: dict[str, object] = {
    "wait_expired": _expire,
    "reproject": reproject,
    "stand_down": _stand_down,
    "sitting_moved": follow_sitting,
    "sitting_over": _leave_sitting,
    "put_on_agenda": put_on_agenda,
    "add_photos": add_photos,
}
