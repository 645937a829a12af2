"""A folder of policies: read, checked as a whole, kept as versions in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from activities.notices import misnamed
from domain.policy_file import PolicyError, PolicyProblem
from domain.policy_set import PolicyKind, PolicySet, read_policy, said
from domain.words import Name
from operations.playbooks import read_playbooks
from store.policies import Policies
from store.policy_loading import PolicyFile, read_policies

if TYPE_CHECKING:
    from store.database import Pool


@dataclass(frozen=True, slots=True)
class Checked:
    """A policy file that can be used. ``says``: what is in it, for a person."""

    file: PolicyFile
    says: Name


@dataclass(frozen=True, slots=True)
class Kept:
    """A policy in the database; ``new`` when this loading brought it."""

    policy: Checked
    new: bool


def check_folder(folder: Path) -> tuple[Checked, ...]:
    """Every policy of a folder, read and fitted together. Raises PolicyError naming file, line and field."""
    files = read_policies(folder)
    read = [read_policy(file.kind, file.content, str(folder / _FILES[file.kind])) for file in files]
    together = PolicySet(
        next(policy for policy in read if policy.kind == "ladder"),
        next(policy for policy in read if policy.kind == "organisation"),
        {policy.name: policy for policy in read if policy.kind == "calendar"},
    )
    _, problems = read_playbooks(folder, *together.pair)
    problems += together.problems()
    problems += misnamed(folder, together.pair[0])
    if problems:
        raise PolicyError(problems)
    return tuple(Checked(file, said(policy.value)) for file, policy in zip(files, read, strict=True))


_FILES: dict[PolicyKind, str] = {
    "ladder": "ladder.yaml", "organisation": "organisation.yaml", "calendar": "calendar-*.yaml",
    "playbook": "playbooks/*.yaml",
}  # fmt: skip


def check_calendar(path: Path) -> Checked:
    """One calendar's file. Raises PolicyError."""
    text = _text(path)
    year = read_policy("calendar", text, str(path))
    return Checked(PolicyFile("calendar", year.name, year.version, text), said(year.value))


async def publish_calendar(pool: Pool, file: Path) -> Kept:
    """Keep a new version of a year's calendar. Raises PolicyError, Refusal ``policy_version_taken``."""
    return (await keep(pool, [check_calendar(file)]))[0]


async def keep(pool: Pool, checked: Sequence[Checked]) -> tuple[Kept, ...]:
    """Put checked policies into the database; what is there already stays.

    Raises Refusal ``policy_version_taken`` (the version is there with another text), StoreUnavailable.
    """
    policies = Policies(pool)
    kept: list[Kept] = []
    for policy in checked:
        file = policy.file
        there = await policies.get(file.kind, file.name, file.version)
        await policies.put(file.kind, file.name, file.version, file.content)
        kept.append(Kept(policy, there is None))
    return tuple(kept)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError([PolicyProblem(str(path), 1, "", f"cannot be read: {error}")]) from None
