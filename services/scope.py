"""Which cases and joint responses an actor sees: one pure function from the actor to the scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.permission import Actor


class Listed(Protocol):
    """A row of the case list, as far as scope needs it."""

    @property
    def stage(self) -> str: ...
    @property
    def units(self) -> Sequence[str]: ...
    @property
    def lead(self) -> str | None: ...
    @property
    def co_handlers(self) -> Sequence[str]: ...


class Responding(Protocol):
    """A row of the list of joint responses, as far as scope needs it."""

    @property
    def units(self) -> Sequence[str]: ...
    @property
    def departments(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Cases under one of ``units``, or led or shared by one of ``departments``; ``everything`` sees all."""

    everything: bool = False
    units: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()

    def sees(self, case: Listed) -> bool:
        """Whether a case of the list is in this scope."""
        if self.everything:
            return True
        if not self.departments:
            return not set(self.units).isdisjoint(case.units)
        theirs = {case.lead, *case.co_handlers}
        return case.stage == "joint_response" or not theirs.isdisjoint(self.departments)

    def sees_response(self, response: Responding) -> bool:
        """Whether a joint response of the list is in this scope."""
        if self.everything:
            return True
        within = {*response.units} if self.units else {*response.departments}
        return not within.isdisjoint(self.units or self.departments)


def scope_of(actor: Actor) -> Scope:
    """Officers see their unit's cases, departments those of their plans, supervisors and administrators all.

    Residents see none here: they follow one case by its number and code.
    """
    if actor.role in ("supervisor", "administrator", "system"):
        return Scope(everything=True)
    if actor.role == "officer" and actor.unit is not None:
        return Scope(units=(actor.unit,))
    if actor.role == "department" and actor.unit is not None:
        return Scope(departments=(actor.unit,))
    return Scope()
