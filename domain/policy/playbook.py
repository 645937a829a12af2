"""Playbooks 预案: checked, each by itself and beside the organisation and the ladder. Data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Self

from pydantic import model_validator

from domain.policy.ladder import Ladder
from domain.policy.organisation import Organisation
from domain.policy.playbook_faults import faults_of
from domain.policy.playbook_parts import PlaybookAsWritten
from domain.policy.policy_file import Location, Misplaced
from domain.policy.span import at_least


class Playbook(PlaybookAsWritten):
    """A playbook whose parts fit together. Raises Misplaced, with each fault at its field."""

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        faults = list(faults_of(self))
        if faults:
            raise Misplaced(faults)
        return self


def misfits(playbook: Playbook, organisation: Organisation, ladder: Ladder) -> Iterator[tuple[Location, str]]:
    """What is wrong with a playbook only beside the organisation and the ladder: ``(location, message)`` each.

    Every department has a branch of its own that begins at once (七位一体); every party, the lead and who reports for
    an external are known; a case returns to a tier that there is.
    """
    departments = {department.code for department in organisation.departments}
    tiers = [tier.id for tier in ladder.tiers]
    externals = {external.id for external in playbook.externals}
    for index, task in enumerate(playbook.tasks):
        if task.party not in departments | externals | set(tiers):
            known = ", ".join([*sorted(departments), *sorted(externals), *tiers])
            yield ("tasks", index, "party"), f"there is no party {task.party!r}; there are: {known}"
    for index, external in enumerate(playbook.externals):
        if external.id in departments | set(tiers):
            yield ("externals", index, "id"), f"{external.id!r} is a department or a tier"
        if external.reported_by is not None and external.reported_by not in departments:
            yield ("externals", index, "reported_by"), f"there is no department {external.reported_by!r}"
    if playbook.lead not in departments:
        yield ("lead",), f"there is no department {playbook.lead!r}"
    if playbook.returns_to is not None and playbook.returns_to not in tiers:
        yield ("returns_to",), f"there is no tier {playbook.returns_to!r}; there are: {', '.join(tiers)}"
    for department in organisation.departments:
        yield from _faults_of_branch(playbook, department.code)


def _faults_of_branch(playbook: Playbook, department: str) -> Iterator[tuple[Location, str]]:
    own = [task for task in playbook.tasks if task.party == department]
    if not own:
        yield ("tasks",), f"the department {department!r} has no task"
    elif not any(at_least(task.opens) == timedelta(0) and not task.after for task in own):
        yield ("tasks",), f"the department {department!r} has no task that opens at T0 with nothing before it"
