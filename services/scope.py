"""Which processes an actor sees in lists: one pure function from the actor to the scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.permission import Actor, Audience


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
    """What is under one of ``units``, or led or shared by one of ``departments``; ``everything`` sees all."""

    everything: bool = False
    units: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is in it."""
        return not (self.everything or self.units or self.departments)

    def includes(self, audience: Audience) -> bool:
        """Whether what is shown to ``audience`` is in this scope."""
        if self.everything or (self.departments and audience.departments is None):
            return True
        theirs = audience.departments or ()
        return any(unit in audience.units for unit in self.units) or any(one in theirs for one in self.departments)

    def sees(self, case: Listed) -> bool:
        """Whether a case of the list is in this scope."""
        return self.includes(audience_of_case_row(case))

    def sees_response(self, response: Responding) -> bool:
        """Whether a joint response of the list is in this scope."""
        return self.includes(audience_of_response_row(response))


def audience_of_case_row(case: Listed) -> Audience:
    """Who may read a case of the list: as ``domain.permission.audience_of_case`` has it."""
    if case.stage == "joint_response":
        return Audience(case.units, None)
    return Audience(case.units, tuple(one for one in (case.lead, *case.co_handlers) if one is not None))


def audience_of_response_row(response: Responding) -> Audience:
    """Who may read a joint response of the list: as ``domain.permission.audience_of_response`` has it."""
    return Audience(response.units, response.departments)


def scope_of(actor: Actor) -> Scope:
    """Officers see what is their unit's, departments what is theirs, supervisors and administrators all.

    Residents see none here: they follow one case by its number and code.
    """
    if actor.role in ("supervisor", "administrator", "system"):
        return Scope(everything=True)
    if actor.role == "officer" and actor.unit is not None:
        return Scope(units=(actor.unit,))
    if actor.role == "department" and actor.unit is not None:
        return Scope(departments=(actor.unit,))
    return Scope()
