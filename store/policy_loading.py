"""Puts a folder's policy files where the processes read them from."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from domain.calendar import CalendarYear
from domain.ladder import Ladder
from domain.organisation import Organisation
from domain.playbook import Playbook
from domain.policy_file import PolicyError, PolicyProblem, parse_policy
from store.policies import Kind, Policies

if TYPE_CHECKING:
    from store.database import Pool


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A file that has been found good."""

    kind: Kind
    name: str
    version: str
    content: str


async def load_policies(pool: Pool, folder: Path) -> tuple[PolicyFile, ...]:
    """Loads ``ladder.yaml``, ``organisation.yaml``, every ``calendar-*.yaml`` and ``playbooks/*.yaml``; a version
    that is there stays.

    All files are checked first. Raises PolicyError (file, line and reason of every mistake), Refusal
    ``policy_version_taken`` (a version that is loaded already was changed), StoreUnavailable.
    """
    files = await asyncio.to_thread(read_policies, folder)
    policies = Policies(pool)
    for file in files:
        await policies.put(file.kind, file.name, file.version, file.content)
    return files


def read_policies(folder: Path) -> tuple[PolicyFile, ...]:
    """The folder's policies, checked. Raises PolicyError."""
    files: list[PolicyFile] = []
    problems: list[PolicyProblem] = []
    playbooks = sorted((folder / "playbooks").glob("*.yaml"))
    calendars = sorted(folder.glob("calendar-*.yaml"))
    for path in (folder / "organisation.yaml", *calendars, folder / "ladder.yaml", *playbooks):
        try:
            files.append(_read(path))
        except PolicyError as error:
            problems.extend(error.problems)
    if not problems and not any(file.kind == "calendar" for file in files):
        problems.append(PolicyProblem(str(folder), 0, "", "there is no calendar-*.yaml"))
    if problems:
        raise PolicyError(problems)
    return tuple(files)


def _read(path: Path) -> PolicyFile:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError([PolicyProblem(str(path), 0, "", f"cannot be read: {error}")]) from None
    if path.name == "ladder.yaml":
        ladder = parse_policy(Ladder, text, str(path))
        return PolicyFile("ladder", ladder.ladder, ladder.version, text)
    if path.name == "organisation.yaml":
        known = parse_policy(Organisation, text, str(path))
        return PolicyFile("organisation", known.root.id, known.version, text)
    if path.parent.name == "playbooks":
        playbook = parse_policy(Playbook, text, str(path))
        return PolicyFile("playbook", playbook.playbook, playbook.version, text)
    year = parse_policy(CalendarYear, text, str(path))
    return PolicyFile("calendar", str(year.year), year.version, text)
