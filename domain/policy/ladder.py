"""The ladder policy: tiers, windows, carry-over limits and what each stage accepts. Data, not code.

The seed's three tiers (三级议事协商) are one file under ``policies/``; another subdistrict writes
another file, with as many tiers as it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.errors import Refusal
from domain.policy.cadence import Cadence
from domain.policy.calendar import DutyHours
from domain.policy.forum import MinutesDue
from domain.policy.policy_file import Location, Misplaced, repeated
from domain.policy.span import SpanText
from domain.words.bilingual import Name
from domain.words.policy_words import Fault, fault

DecisionKind = Literal[
    "contact",
    "answer",
    "accept",
    "resolve",
    "plan",
    "complete",
    "extend",
    "hold",
    "escalate",
    "return",
    "object",
    "designate",
    "suspend",
    "resume",
    "refer",
    "reject",
    "duplicate",
    "reroute",
    "withdraw",
    "confirm",
    "dispute",
    "reopen",
    "emergency",
    "note",
    "assign",
    "supervise",
]
DECISIONS: tuple[DecisionKind, ...] = get_args(DecisionKind)

AT_ANY_OPEN_STAGE: tuple[DecisionKind, ...] = (
    "contact",
    "answer",
    "accept",
    "withdraw",
    "note",
    "assign",
    "supervise",
)
"""Accepted wherever a case is open, whatever the policy says (MISSION, the ladder)."""

FIXED_STAGES = ("contact", "action", "suspended", "designation", "joint_response", "verification", "closed")

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{1,31}$")]
Days = Annotated[int, Field(ge=1, le=366)]
Source = Annotated[str, StringConstraints(min_length=1, max_length=300)]
"""Where a figure is from: law, document or practice, with † where it is another place's or adopted."""


class Policy(BaseModel):
    """Base of everything in the file: immutable, and a field it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TierStage(Policy):
    """The stage of a case that waits for this tier's sitting."""

    id: Id
    name: Name


class Matter(Policy):
    """One of the matters that a meeting is for by law. ``categories``: the issues that are of it; ``playbooks``: the
    joint responses that are; ``emergencies``: whether the others are. The last matter takes what is of no other."""

    name: Name
    categories: frozenset[Id] = frozenset()
    playbooks: frozenset[Id] = frozenset()
    emergencies: bool = False


class Statute(Policy):
    """What a tier's meeting is by law: its ``name`` there, the ``basis`` that its papers cite, who attends it, and the
    matters that it is for."""

    name: Name
    basis: Name
    attendees: tuple[Name, ...]
    matters: Annotated[tuple[Matter, ...], Field(min_length=1, max_length=12)]

    def matter(self, category: str, playbook: str | None = None) -> Matter:
        """Which of its matters an issue is; ``playbook``: that of the joint response that it is under."""
        if playbook is None:
            found = [one for one in self.matters if category in one.categories]
        else:
            named = [one for one in self.matters if playbook in one.playbooks]
            found = named or [one for one in self.matters if one.emergencies]
        return found[0] if found else self.matters[-1]


class Tier(Policy):
    """One rung. ``carry_overs`` is how often a sitting may pass without a decision before ``then``.

    ``then``: ``escalate`` moves the case to the next tier; ``raise`` (only at the top) records that it is
    to be referred to the district, and it stays. ``marks``: each carry-over puts the case under
    supervision (督办). ``statute``: what its meeting is by law. ``draft_workdays`` and ``freeze_workdays``: how many
    working days before a sitting its agenda is drafted, and closed to newcomers.
    """

    id: Id
    name: Name
    stage: TierStage
    cadence: Cadence
    draft_workdays: Annotated[int, Field(ge=0, le=20)]
    freeze_workdays: Annotated[int, Field(ge=0, le=10)]
    minutes_due: MinutesDue
    carry_overs: Annotated[int, Field(ge=0, le=12)]
    then: Literal["escalate", "raise"]
    marks: bool = False
    statute: Statute | None = None
    decisions: frozenset[DecisionKind]


class ContactStage(Policy):
    """实时对接: the first contact is due within ``duty_hours`` hours of duty time."""

    duty_hours: Annotated[int, Field(ge=1, le=72)]
    decisions: frozenset[DecisionKind]


class ActionStage(Policy):
    """办理: a plan's due date lies at most ``max_days`` days ahead."""

    max_days: Days
    decisions: frozenset[DecisionKind]


class SuspendedStage(Policy):
    """挂起: the resume date lies at most ``max_days`` days ahead."""

    max_days: Days
    decisions: frozenset[DecisionKind]


class JointResponseStage(Policy):
    """联动处置: beyond its playbook's cap, a case without a stand-down is reviewed every ``review_hours`` hours."""

    review_hours: Annotated[int, Field(ge=1, le=744)]
    declared_by: frozenset[Id]


class DesignationStage(Policy):
    """指定管理: after so many ``objections`` the case waits for the district to designate a unit, ``within`` a span of
    time that begins again when it is over. ``final``: what was designated is neither handed on, objected to nor
    returned. ``source``: where the rule is from (Heze's property regulation, Art. 28; ``final`` is Weifang's, †)."""

    within: SpanText
    objections: Annotated[int, Field(ge=0, le=9)] = 1
    final: bool = True
    source: Source
    decisions: frozenset[DecisionKind]


class VerificationStage(Policy):
    """回访: the resident has ``days`` days; ``same_tier_disputes`` disputes stay at the tier that solved it."""

    days: Days
    same_tier_disputes: Annotated[int, Field(ge=0, le=5)]
    decisions: frozenset[DecisionKind]


class ClosedStage(Policy):
    """办结: may be reopened within ``reopen_days`` days."""

    reopen_days: Days


class Stages(Policy):
    """The stages that every ladder has, whatever its tiers."""

    contact: ContactStage
    action: ActionStage
    suspended: SuspendedStage
    designation: DesignationStage | None = None
    joint_response: JointResponseStage
    verification: VerificationStage
    closed: ClosedStage


NO_SIGNALS_NAMED: Mapping[str, frozenset[str]] = {"case": frozenset({"note"}), "response": frozenset({"progress"})}
"""What a ladder that says nothing of signals takes: what moves nothing."""


ReporterKind = Literal["person", "owners_committee", "residents_committee", "company"]
"""Who raises an issue: one resident, or a body that the law names (Heze's property regulation, Art. 28)."""


class AnswerPromise(Policy):
    """阶段答复: the resident hears what is being done ``within`` a span of time, and again after each move that makes
    them wait. ``source``: Heze's property regulation, Art. 28, binds departments; for the ladder it is adopted (†)."""

    within: SpanText
    source: Source


class AcceptancePromise(Policy):
    """Word whether it is accepted, ``within`` a span of time: to ``joint_names`` owners or more jointly, and to these
    kinds of ``reporters`` (Heze's property regulation, Art. 28)."""

    within: SpanText
    joint_names: Annotated[int, Field(ge=2, le=1000)]
    reporters: frozenset[ReporterKind] = frozenset()
    source: Source

    def is_owed(self, joint_names: int | None, reporter: ReporterKind) -> bool:
        """Whether such a case is promised this word."""
        return reporter in self.reporters or (joint_names or 0) >= self.joint_names


class Promises(Policy):
    """What an open case promises beside the one wait of its place. None: nothing, as in ladders from before."""

    answer: AnswerPromise | None = None
    acceptance: AcceptancePromise | None = None


class PetitionDates(Policy):
    """What is told of the dates when a matter leaves as 信访 (信访工作条例 Arts 22, 34–36). All in days: until written
    ``notice``, until it is ``concluded``, by how much that is ``extended`` at most, and to ask for a ``review``."""

    notice: Days = 15
    concluded: Days = 60
    extended: Days = 30
    review: Days = 30


class Ladder(Policy):
    """A ladder policy as a case keeps it. ``tiers`` run from the lowest rung to the highest.

    ``signals``: which commands are taken as signals too, by kind of process: from senders who want no answer, and whose
    own word for who they are is all there is. Anything else that comes so is refused.
    """

    ladder: Id
    version: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9A-Za-z.\-]{0,15}$")]
    language: Literal["zh-CN", "en"] = "zh-CN"
    duty: DutyHours
    reroutes_without_supervisor: Annotated[int, Field(ge=0, le=9)]
    stages: Stages
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=8)]
    signals: Mapping[Id, frozenset[Id]] = NO_SIGNALS_NAMED
    promises: Promises = Promises()
    petition: PetitionDates = PetitionDates()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        faults = [
            *repeated((tier.id for tier in self.tiers), "tiers"),
            *_faults_of_stage_ids(self.tiers),
            *_faults_at_the_ends(self.tiers),
            *_faults_of_decisions(self),
        ]
        unknown = self.stages.joint_response.declared_by - {tier.id for tier in self.tiers}
        if unknown:
            where = ("stages", "joint_response", "declared_by")
            faults.append((where, fault("no_tiers", tiers=", ".join(map(repr, sorted(unknown))))))
        if faults:
            raise Misplaced(faults)
        return self

    @property
    def ref(self) -> str:
        """Name and version, as a case keeps them: ``nancheng@1``."""
        return f"{self.ladder}@{self.version}"

    @cached_property
    def _by_id(self) -> dict[str, int]:
        return {tier.id: index for index, tier in enumerate(self.tiers)}

    @cached_property
    def _by_stage(self) -> dict[str, Tier]:
        return {tier.stage.id: tier for tier in self.tiers}

    def rung(self, tier: str) -> int:
        """The tier's place from below, 0 for the lowest. Raises Refusal ``unknown_tier``."""
        if tier not in self._by_id:
            raise Refusal("unknown_tier", tier=tier)
        return self._by_id[tier]

    def tier(self, tier: str) -> Tier:
        """The tier by its id. Raises Refusal ``unknown_tier``."""
        return self.tiers[self.rung(tier)]

    def above(self, tier: str) -> Tier | None:
        """The next tier up, or None at the top."""
        rung = self.rung(tier) + 1
        return self.tiers[rung] if rung < len(self.tiers) else None

    def below(self, tier: str) -> Tier | None:
        """The next tier down, or None at the bottom."""
        rung = self.rung(tier) - 1
        return self.tiers[rung] if rung >= 0 else None

    def sitting_tier(self, stage: str) -> Tier | None:
        """The tier whose sitting a case at ``stage`` waits for; None for the fixed stages."""
        return self._by_stage.get(stage)

    def accepted(self, stage: str) -> frozenset[DecisionKind]:
        """The decisions that ``stage`` accepts from those who may take them."""
        if stage == "closed":
            return frozenset({"reopen"})
        return self._stage_decisions(stage) | frozenset(AT_ANY_OPEN_STAGE)

    def _stage_decisions(self, stage: str) -> frozenset[DecisionKind]:
        tier = self.sitting_tier(stage)
        if tier is not None:
            return tier.decisions
        if stage == "contact":
            return self.stages.contact.decisions
        if stage == "action":
            return self.stages.action.decisions
        if stage == "suspended":
            return self.stages.suspended.decisions
        if stage == "designation" and self.stages.designation is not None:
            return self.stages.designation.decisions
        if stage == "verification":
            return self.stages.verification.decisions
        return frozenset()  # joint_response: another process ends it


def _faults_of_stage_ids(tiers: Sequence[Tier]) -> Iterator[tuple[Location, Fault]]:
    seen = set(FIXED_STAGES)
    for index, tier in enumerate(tiers):
        if tier.stage.id in seen:
            taken = ", ".join(FIXED_STAGES)
            yield (
                ("tiers", index, "stage", "id"),
                fault("stage_taken", stage=tier.stage.id, taken=taken),
            )
        seen.add(tier.stage.id)


def _faults_at_the_ends(tiers: Sequence[Tier]) -> Iterator[tuple[Location, Fault]]:
    top = len(tiers) - 1
    for index, tier in enumerate(tiers):
        if index < top and tier.then == "raise":
            yield ("tiers", index, "then"), fault("only_the_top_raises")
    if tiers[top].then == "escalate":
        yield ("tiers", top, "then"), fault("nothing_above")
    if "escalate" in tiers[top].decisions:
        yield ("tiers", top, "decisions"), fault("no_tier_to_escalate_to")
    if "return" in tiers[0].decisions:
        yield ("tiers", 0, "decisions"), fault("no_tier_to_return_to")


def _faults_of_decisions(ladder: Ladder) -> Iterator[tuple[Location, Fault]]:
    """What a stage must accept so that a case finds its way on, and what has no meaning there."""
    stages = ladder.stages
    accepting: list[tuple[Location, str, frozenset[DecisionKind]]] = [
        (("tiers", index), "sitting", tier.decisions) for index, tier in enumerate(ladder.tiers)
    ]
    accepting += [
        (("stages", "contact"), "contact", stages.contact.decisions),
        (("stages", "action"), "action", stages.action.decisions),
        (("stages", "suspended"), "suspended", stages.suspended.decisions),
        (("stages", "verification"), "verification", stages.verification.decisions),
    ]
    if stages.designation is not None:
        accepting.append((("stages", "designation"), "designation", stages.designation.decisions))
    for place, stage, accepted in accepting:
        if "object" in accepted and stages.designation is None:
            yield (*place, "decisions"), fault("no_designation")
        must, may = _MUST[stage], _MUST[stage] | _MAY[stage] | frozenset(AT_ANY_OPEN_STAGE)
        if must - accepted:
            yield (*place, "decisions"), fault("must_accept", decisions=", ".join(sorted(must - accepted)))
        if accepted - may:
            yield (*place, "decisions"), fault("cannot_accept", decisions=", ".join(sorted(accepted - may)))


_MUST: dict[str, frozenset[DecisionKind]] = {
    "contact": frozenset({"contact"}),
    "sitting": frozenset({"resolve", "plan"}),
    "action": frozenset({"complete"}),
    "suspended": frozenset({"resume"}),
    "designation": frozenset({"designate"}),
    "verification": frozenset({"confirm"}),
}
_MAY: dict[str, frozenset[DecisionKind]] = {
    "contact": frozenset(
        {"resolve", "plan", "escalate", "emergency", "reject", "duplicate", "reroute", "refer", "object"}
    ),
    "sitting": frozenset(
        {"hold", "escalate", "return", "suspend", "emergency", "refer", "duplicate", "reroute", "object"}
    ),
    "action": frozenset({"extend", "escalate", "suspend", "emergency", "refer", "object"}),
    "suspended": frozenset({"extend", "emergency", "refer"}),
    "designation": frozenset({"emergency", "refer", "duplicate"}),
    "verification": frozenset({"dispute"}),
}
