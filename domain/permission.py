"""Who may do what: role × unit × stage, in one pure place (MISSION, "Who may").

The API asks it before it answers, and ``decide`` asks it again inside the case's own workflow, where the
stage can no longer change under the question.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from domain.errors import Refusal
from domain.policy.ladder import DECISIONS, DecisionKind
from domain.policy.organisation import Organisation
from domain.policy.rules import Rules

Role = Literal["officer", "department", "supervisor", "administrator", "resident", "system"]

RESIDENTS_OWN: frozenset[DecisionKind] = frozenset({"confirm", "dispute", "withdraw"})
LEADS_OWN: frozenset[DecisionKind] = frozenset({"contact", "answer", "complete", "extend", "object", "note"})
COVERING_OFFICERS: frozenset[DecisionKind] = frozenset({"contact", "answer", "note", "assign"})
THE_TOPS_OWN: frozenset[DecisionKind] = frozenset({"designate"})
"""What the highest tier alone records, since it is the one that the district writes to."""
DESIGNATED_NOT: frozenset[DecisionKind] = frozenset({"object", "reroute", "return"})
"""What is not done with a case that the district has designated, where that is final."""


class Actor(BaseModel):
    """Who decides, and in which one capacity (交叉任职: one post at a time).

    ``unit`` is the organisation unit of an officer, or the code of a department. ``id`` is an account or
    ``resident``, never a person's name. ``via``: how it came, where nobody has looked at who sent it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    role: Role
    unit: str | None = None
    via: Literal["signal"] | None = None


SYSTEM = Actor(id="system", role="system")
RESIDENT = Actor(id="resident", role="resident")


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may read a process: the officers of ``units``, and these ``departments``; None: every one of them.
    Supervisors and administrators may read all."""

    units: Collection[str]
    departments: Collection[str] | None = ()

    def includes(self, actor: Actor) -> bool:
        """Whether ``actor`` may read it."""
        if actor.role in ("supervisor", "administrator", "system"):
            return True
        if actor.role == "officer":
            return actor.unit in self.units
        if actor.role == "department":
            return self.departments is None or actor.unit in self.departments
        return False


class PostLike(Protocol):
    """A post that somebody holds: a role, at a unit or department where it has one."""

    @property
    def role(self) -> str: ...
    @property
    def unit(self) -> str | None: ...


class LedWork(Protocol):
    """A plan, as far as permission needs to know it."""

    @property
    def lead(self) -> str: ...
    @property
    def co_handlers(self) -> Sequence[str]: ...


class CaseLike(Protocol):
    """A case, as far as permission needs to know it."""

    @property
    def stage(self) -> str: ...
    @property
    def tier(self) -> str: ...
    @property
    def estate(self) -> str: ...
    @property
    def plan(self) -> LedWork | None: ...


class CaseNow(CaseLike, Protocol):
    """A case, as far as it matters which of its stage's decisions have a meaning now."""

    @property
    def owes_acceptance(self) -> bool: ...
    @property
    def designated(self) -> str | None: ...


class CaseOfResponse(Protocol):
    """A case of a joint response, as far as permission needs to know it."""

    @property
    def units(self) -> Mapping[str, str]: ...


class ResponseLike(Protocol):
    """A joint response, as far as permission needs to know it. ``reporters``: who reports for a party; ``working``:
    the parties that have a task."""

    @property
    def lead(self) -> str: ...
    @property
    def cases(self) -> Sequence[CaseOfResponse]: ...
    @property
    def reporters(self) -> Mapping[str, str]: ...
    @property
    def working(self) -> Collection[str]: ...


def is_post(organisation: Organisation, post: PostLike) -> bool:
    """Whether there is such a post: an officer has a unit, a department is one, the others have none."""
    if post.role == "officer":
        return post.unit is not None and _is_unit(organisation, post.unit)
    if post.role == "department":
        return post.unit in {one.code for one in organisation.departments}
    return post.role in ("supervisor", "administrator") and post.unit is None


def _is_unit(organisation: Organisation, unit: str) -> bool:
    try:
        return bool(organisation.unit(unit))
    except Refusal:
        return False


def may_decide(rules: Rules, actor: Actor, case: CaseLike, kind: DecisionKind) -> bool:
    """Whether ``actor`` has the right to ``kind`` on this case at its stage (not whether the stage takes it)."""
    if actor.role == "system":
        return True
    if actor.role == "resident":
        return kind in RESIDENTS_OWN
    if actor.role == "supervisor":
        return kind in ("supervise", "note")
    if actor.role == "department":
        return _department_may(actor, case, kind)
    if actor.role == "officer":
        return _officer_may(rules, actor, case, kind)
    return False  # administrators decide nothing


def _department_may(actor: Actor, case: CaseLike, kind: DecisionKind) -> bool:
    if case.plan is None:
        return False
    if actor.unit == case.plan.lead:
        return kind in LEADS_OWN
    return actor.unit in case.plan.co_handlers and kind == "note"


def _officer_may(rules: Rules, actor: Actor, case: CaseLike, kind: DecisionKind) -> bool:
    if not _covers(rules, actor, case.estate):
        return False
    if kind == "supervise":
        return False  # a supervisor's alone
    if _at_the_top(rules, actor):
        return True
    if kind == "emergency":
        return _tier_of(rules, actor) in rules.ladder.stages.joint_response.declared_by
    if kind in RESIDENTS_OWN or kind in THE_TOPS_OWN:
        return False
    if kind in COVERING_OFFICERS:
        return True
    if case.plan is not None and actor.unit == case.plan.lead and kind in LEADS_OWN:
        return True
    return rules.ladder.rung(_tier_of(rules, actor)) >= rules.ladder.rung(case.tier)


def may_add_photos(rules: Rules, actor: Actor, case: CaseLike) -> bool:
    """Whether ``actor`` may add photographs: the resident, and officers in whose scope the case is."""
    return actor.role == "resident" or (actor.role == "officer" and _covers(rules, actor, case.estate))


def may_file(actor: Actor) -> bool:
    """Whether ``actor`` takes issues down for residents at all: an officer of any tier."""
    return actor.role == "officer"


def may_open(rules: Rules, actor: Actor, estate: str, *, emergency: bool) -> bool:
    """Whether ``actor`` may file a case of ``estate``: a resident, of any; its officers of every tier; as an
    emergency, those who may declare one."""
    if actor.role == "resident":
        return not emergency
    if actor.role != "officer" or not _covers(rules, actor, estate):
        return False
    return not emergency or _tier_of(rules, actor) in rules.ladder.stages.joint_response.declared_by


def may_stand_down(rules: Rules, actor: Actor) -> bool:
    """Whether ``actor`` may stand an emergency down: who may declare one."""
    if actor.role != "officer" or actor.unit is None:
        return False
    return _tier_of(rules, actor) in rules.ladder.stages.joint_response.declared_by


def commands_response(rules: Rules, actor: Actor, response: ResponseLike) -> bool:
    """Whether ``actor`` is of those who declare and stand down emergencies, over any of the response's estates."""
    return may_stand_down(rules, actor) and any(actor.unit in case.units.values() for case in response.cases)


def may_report(rules: Rules, actor: Actor, response: ResponseLike, party: str) -> bool:
    """Whether ``actor`` signs, reports and objects for ``party``: a department for itself and for the externals that it
    reports for; officers for their own unit; the alliance's for everybody; the system where a sitting decides."""
    if actor.role == "system":
        return True
    if actor.role == "department":
        return actor.unit == response.reporters.get(party, party)
    if actor.role != "officer":
        return False
    own = any(actor.unit == case.units.get(party) for case in response.cases)
    return own or commands_response(rules, actor, response)


def may_waive(rules: Rules, actor: Actor, response: ResponseLike, party: str) -> bool:
    """Whether ``actor`` may say that ``party``'s task need not be done: the party, the lead, the alliance."""
    return _leads(actor, response) or may_report(rules, actor, response, party)


def may_report_situation(rules: Rules, actor: Actor, response: ResponseLike) -> bool:
    """Whether ``actor`` may report the situation as a whole: the playbook's lead and the alliance."""
    return _leads(actor, response) or commands_response(rules, actor, response)


def _leads(actor: Actor, response: ResponseLike) -> bool:
    return actor.role == "department" and actor.unit == response.lead


def audience_of_response(response: ResponseLike) -> Audience:
    """Officers over or in one of its estates, departments that have a task in it (their own tasks alone)."""
    units = {unit for case in response.cases for unit in case.units.values()}
    return Audience(units, {response.reporters.get(party, party) for party in response.working})


def may_read_response(actor: Actor, response: ResponseLike) -> bool:
    """Whether ``actor`` may read this joint response."""
    return audience_of_response(response).includes(actor)


def may_run(rules: Rules, actor: Actor, forum: str) -> bool:
    """Whether ``actor`` may prepare and run this forum's sittings: officers of its unit or of one above it."""
    if actor.role == "system":
        return True
    if actor.role != "officer" or actor.unit is None:
        return False
    return any(unit.id == actor.unit for unit in rules.organisation.lineage(forum))


def audience_of_forum(rules: Rules, forum: str) -> Audience:
    """Of a forum's sittings with their agendas and minutes: officers of its unit and of those above and below it,
    every department."""
    organisation = rules.organisation
    every = (unit.id for tier in organisation.tiers for unit in organisation.units_at(tier))
    return Audience({*_over(rules, forum), *(unit for unit in every if organisation.covers(forum, unit))}, None)


def may_read_papers(rules: Rules, actor: Actor, forum: str) -> bool:
    """Whether ``actor`` may read this forum's agendas and minutes."""
    return audience_of_forum(rules, forum).includes(actor)


def audience_of_case(rules: Rules, case: CaseLike) -> Audience:
    """Officers of its estate and of the units above, the departments of its plan; in an emergency every department."""
    units = _over(rules, case.estate)
    if case.stage == "joint_response":
        return Audience(units, None)
    return Audience(units, (case.plan.lead, *case.plan.co_handlers) if case.plan is not None else ())


def may_read(rules: Rules, actor: Actor, case: CaseLike) -> bool:
    """Whether ``actor`` may read this case."""
    return audience_of_case(rules, case).includes(actor)


def may_administer(actor: Actor) -> bool:
    """Whether ``actor`` may change the organisation, policies and accounts."""
    return actor.role == "administrator"


def may_audit(actor: Actor) -> bool:
    """Whether ``actor`` may read who saw and did what."""
    return actor.role in ("administrator", "supervisor")


def may_oversee(actor: Actor) -> bool:
    """Whether ``actor`` may look at figures, of their scope; a department's tasks are of many units, and have none."""
    return actor.role in ("officer", "administrator", "supervisor")


def allowed_now(rules: Rules, actor: Actor, case: CaseNow) -> tuple[DecisionKind, ...]:
    """The decisions that this actor may take on this case at this moment, in MISSION's order."""
    accepted, designation = rules.ladder.accepted(case.stage), rules.ladder.stages.designation
    if rules.ladder.above(case.tier) is None:
        accepted -= {"escalate"}
    if not case.owes_acceptance:
        accepted -= {"accept"}
    if case.designated is not None and designation is not None and designation.final:
        accepted -= DESIGNATED_NOT
    return tuple(kind for kind in DECISIONS if kind in accepted and may_decide(rules, actor, case, kind))


def _over(rules: Rules, unit: str) -> frozenset[str]:
    """A unit and all above it; none for one that does not exist."""
    try:
        return frozenset(above.id for above in rules.organisation.lineage(unit))
    except Refusal:
        return frozenset()


def _covers(rules: Rules, actor: Actor, estate: str) -> bool:
    return actor.unit is not None and rules.organisation.covers(actor.unit, estate)


def _tier_of(rules: Rules, actor: Actor) -> str:
    assert actor.unit is not None
    return rules.organisation.unit(actor.unit).tier


def _at_the_top(rules: Rules, actor: Actor) -> bool:
    return _tier_of(rules, actor) == rules.ladder.tiers[-1].id


def takes_up_directly(rules: Rules, actor: Actor) -> bool:
    """Whether ``actor`` may take a case up over the tiers between: the highest tier's officer alone."""
    return actor.role == "officer" and actor.unit is not None and _at_the_top(rules, actor)
