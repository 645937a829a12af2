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
from domain.words.policy_words import Fault, fault


class Playbook(PlaybookAsWritten):
    """A playbook whose parts fit together. Raises Misplaced, with each fault at its field."""

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        faults = list(faults_of(self))
        if faults:
            raise Misplaced(faults)
        return self


def misfits(playbook: Playbook, organisation: Organisation, ladder: Ladder) -> Iterator[tuple[Location, Fault]]:
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
            yield ("tasks", index, "party"), fault("no_party", party=task.party, known=known)
    for index, external in enumerate(playbook.externals):
        if external.id in departments | set(tiers):
            yield ("externals", index, "id"), fault("external_taken", id=external.id)
        if external.reported_by is not None and external.reported_by not in departments:
            yield ("externals", index, "reported_by"), fault("no_department", department=external.reported_by)
    if playbook.lead not in departments:
        yield ("lead",), fault("no_department", department=playbook.lead)
    if playbook.returns_to is not None and playbook.returns_to not in tiers:
        yield ("returns_to",), fault("no_such_tier", tier=playbook.returns_to, known=", ".join(tiers))
    for department in organisation.departments:
        yield from _faults_of_branch(playbook, department.code)


def _faults_of_branch(playbook: Playbook, department: str) -> Iterator[tuple[Location, Fault]]:
    own = [task for task in playbook.tasks if task.party == department]
    if not own:
        yield ("tasks",), fault("department_without_task", department=department)
    elif not any(at_least(task.opens) == timedelta(0) and not task.after for task in own):
        yield ("tasks",), fault("department_waits", department=department)
