"""Whose turn it is: which waits of which cases an actor is to end. The pages of one's own work show just these.

A case waits for its estate at first contact, for its forum's unit before a sitting, for its lead in action, for its
tier's unit while suspended, for those who declare emergencies in a joint response; in verification for the resident.
The word that it owes its resident beside that is its tier's unit's, and its lead's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.case.events import WaitKind
from domain.permission import Actor
from domain.policy.rules import Rules


class Owing(Protocol):
    """An open case that owes its resident a word. ``units``: the estate's and those of all tiers above."""

    @property
    def tier(self) -> str: ...
    @property
    def units(self) -> Sequence[str]: ...
    @property
    def lead(self) -> str | None: ...


class Waiting(Owing, Protocol):
    """An open case, as far as its turn goes."""

    @property
    def waits_for(self) -> WaitKind | None: ...
    @property
    def forum(self) -> str | None: ...
    @property
    def co_handlers(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """What an actor ends. ``unit``: an officer's unit, or a department; ``tier``: an officer's, None for others.

    ``contacts``: first contacts of the unit's own cases. ``declares``: joint responses in the unit. ``tops``: records
    what the district designates. ``parties``: who leads plans under a name of their own; a plan that somebody else
    leads is watched by the tier that made it.
    """

    unit: str
    tier: str | None = None
    contacts: bool = False
    declares: bool = False
    tops: bool = False
    parties: Collection[str] = ()

    def has(self, case: Waiting) -> bool:
        """Whether ``case`` waits for this actor."""
        if case.waits_for == "plan" and (case.lead == self.unit or self.unit in case.co_handlers):
            return True
        if self.tier is None or self.unit not in case.units:
            return False
        own_tier = case.tier == self.tier
        return {
            "contact": self.contacts,
            "sitting": case.forum == self.unit,
            "suspension": own_tier,
            "plan": own_tier and case.lead not in self.parties,
            "stand_down": self.declares,
            "designation": self.tops,
        }.get(case.waits_for or "", False)

    def answers(self, case: Owing) -> bool:
        """Whether the resident of ``case`` is to hear from this actor: who leads its plan, and the unit that has it."""
        return case.lead == self.unit or (case.tier == self.tier and self.unit in case.units)


def turn_of(rules: Rules, actor: Actor) -> Turn | None:
    """What ``actor`` ends; None for those who end nothing: supervisors, administrators, residents, the system."""
    if actor.unit is None or actor.role not in ("officer", "department"):
        return None
    if actor.role == "department":
        return Turn(actor.unit)
    tier = rules.organisation.unit(actor.unit).tier
    return Turn(
        actor.unit,
        tier,
        contacts=tier == rules.organisation.tiers[-1],
        declares=tier in rules.ladder.stages.joint_response.declared_by,
        tops=tier == rules.ladder.tiers[-1].id,
        parties=rules.parties,
    )
