"""Where decisions lead: the places on the ladder that several rules move a case to."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from domain.case.commands import Command
from domain.case.events import CaseFact, Event, Fact, Place, Plan, Wait
from domain.case.state import CaseState, before_sitting
from domain.errors import Refusal
from domain.policy.calendar import SHANGHAI, add_duty_time
from domain.policy.forum import Sitting
from domain.policy.ladder import Tier
from domain.policy.rules import Rules
from domain.policy.span import later
from domain.words.names import Names


class Deciding:
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
        """The sitting that has the case before it."""
        return before_sitting(self.state, self.now)

    def event(
        self, record: type[CaseFact], *, place: Place | None = None, reason: str | None = None, **fields: Any
    ) -> Event:
        """An event of the command: ``fields`` are its record's; what is None is left out."""
        assert fields.keys() <= record.model_fields.keys(), fields
        if reason is None:
            reason = getattr(self.command.body, "reason", None)
        if self.command.actor.role == "officer":
            fields.setdefault("sitting", self.before_sitting)
        present = {name: value for name, value in fields.items() if value is not None}
        fact = record(at=self.now, place=place, words=self.command.words, **present)
        return Event(fact=cast(Fact, fact), actor=self.command.actor, reason=reason)

    def to_sitting(self, tier: Tier, *, carried_over: int = 0, estate: str | None = None) -> Place:
        """The next sitting of ``tier`` that still takes the case on."""
        return sitting_place(self.rules, tier, estate or self.state.estate, self.now, carried_over)

    def to_verification(self, watch_until: datetime | None = None) -> Place:
        """The resident has the ladder's days; after an emergency as long as that is watched, if that is longer."""
        until = self.now + timedelta(days=self.ladder.stages.verification.days)
        if watch_until is not None:
            until = max(until, watch_until)
        wait = Wait(kind="verification", until=until, on_expiry="close_without_word")
        return Place(stage="verification", tier=self.state.tier, wait=wait)

    def to_action(self, plan: Plan) -> Place:
        who = Names(self.rules, self.rules.ladder.language).unit(plan.lead)
        wait = Wait(kind="plan", until=end_of(plan.due_date), on_expiry="plan_overdue", who=who)
        return Place(stage="action", tier=self.state.tier, wait=wait)

    def to_closed(self) -> Place:
        return Place(stage="closed", tier=self.state.tier)

    def to_designation(self) -> Place:
        """The district has to say whose it is."""
        stage = self.ladder.stages.designation
        assert stage is not None  # a ladder that takes objections has it
        until = later(self.rules.calendar, self.now, stage.within)
        wait = Wait(kind="designation", until=until, on_expiry="designation_missed")
        return Place(stage="designation", tier=self.state.tier, wait=wait)

    def not_designated(self, decision: str) -> None:
        """What the district has designated stays where it is, where policy says so. Raises Refusal."""
        stage = self.ladder.stages.designation
        if self.state.designated is not None and stage is not None and stage.final:
            unit = Names(self.rules, self.rules.ladder.language).unit(self.state.designated)
            raise Refusal("designated_stays", decision=decision, unit=unit)

    def in_days(self, count: int) -> date:
        """The Shanghai date so many days on."""
        return self.today + timedelta(days=count)

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
    return Place(stage=tier.stage.id, tier=tier.id, wait=sitting_wait(rules, tier, sitting, carried_over))


def sitting_wait(rules: Rules, tier: Tier, sitting: Sitting, carried_over: int) -> Wait:
    stays = tier.then == "raise" or carried_over < tier.carry_overs
    return Wait(
        kind="sitting",
        until=sitting.minutes_due,
        on_expiry="carry_over" if stays else "escalate",
        sitting_id=sitting.id,
        forum=sitting.forum,
        starts_at=sitting.starts_at,
        where=rules.forums[sitting.forum].name.in_(rules.ladder.language),
        provisional=sitting.provisional,
    )


def end_of(day: date) -> datetime:
    """The end of a Shanghai day, as an instant."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def units_of(rules: Rules, estate: str) -> dict[str, str]:
    """The estate and every unit above it, by tier: part of the event, since the organisation can change."""
    return {unit.tier: unit.id for unit in rules.organisation.lineage(estate)}


def contact_place(rules: Rules, now: datetime) -> Place:
    """The first rung: the estate's first contact is due within the ladder's duty hours."""
    stage = rules.ladder.stages.contact
    until = add_duty_time(now, timedelta(hours=stage.duty_hours), rules.ladder.duty)
    wait = Wait(kind="contact", until=until, on_expiry="contact_missed")
    return Place(stage="contact", tier=rules.ladder.tiers[0].id, wait=wait)
