"""A folder of policies, read and fitted together: ``ladder.yaml``, ``organisation.yaml``, every ``calendar-*.yaml``,
``playbooks/*.yaml``; and beside them ``notices.yaml``, which has no versions and is read when a worker starts."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.notices import Channels
from domain.policy.organisation import Organisation
from domain.policy.policy_file import PolicyError, PolicyProblem, parse_policy, problems_at
from domain.policy.policy_set import Policy, PolicyKind, PolicySet, read_policy
from domain.text.writing import with_plain_line_ends
from domain.words.policy_words import POLICY_KINDS, fault
from workflows.kinds import KINDS

NOTICES = "notices.yaml"


@dataclass(frozen=True, slots=True)
class ChannelsFile:
    """A folder's ``notices.yaml``. ``text`` is empty where there is none."""

    file: str
    text: str
    channels: Channels

    def strangers(self, organisation: Organisation) -> list[PolicyProblem]:
        """The units that it names and the organisation does not have, by line."""
        faults = [
            (("units", unit), fault("no_unit_or_department", unit=unit))
            for unit in self.channels.strangers(organisation)
        ]
        return problems_at(self.text, self.file, faults) if faults else []


@dataclass(frozen=True, slots=True)
class PolicyFolder:
    """A folder whose policies are good, and fit together."""

    policies: tuple[Policy, ...]
    together: PolicySet
    channels: ChannelsFile

    def strangers(self) -> list[PolicyProblem]:
        """The units of its ``notices.yaml`` that its own organisation does not have, by line."""
        return self.channels.strangers(self.together.pair[0])


def read_channels(folder: Path) -> ChannelsFile:
    """A folder's ``notices.yaml``; without one, no channels. Raises PolicyError."""
    path = folder / NOTICES
    if not path.exists():
        return ChannelsFile(str(path), "", Channels())
    text = read_text(path)
    return ChannelsFile(str(path), text, parse_policy(Channels, text, str(path)))


def read_folder(folder: Path) -> PolicyFolder:
    """The folder's policies. Raises PolicyError: every mistake of every file at its line."""
    problems: list[PolicyProblem] = []
    policies = _each_once(_read_all(folder, problems), problems)
    together = PolicySet.of(policies)
    if together is not None:
        problems += together.problems(KINDS.sendable)
    if together is not None and not together.years and not problems:
        problems.append(PolicyProblem(str(folder), 0, "", fault("no_calendar")))
    channels = _channels(folder, problems)
    if problems or together is None or channels is None:
        raise PolicyError(problems)
    return PolicyFolder(tuple(policies), together, channels)


def _channels(folder: Path, problems: list[PolicyProblem]) -> ChannelsFile | None:
    try:
        return read_channels(folder)
    except PolicyError as error:
        problems += error.problems
        return None


def read_file(kind: PolicyKind, path: Path) -> Policy:
    """A policy's file. Raises PolicyError."""
    return read_policy(kind, read_text(path), str(path))


def decoded(data: bytes) -> str:
    """A file's text: UTF-8, or as spreadsheets write it in China; lines end in ``\\n``. Raises UnicodeDecodeError."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # Excel's "Unicode text"
        text = data.decode("utf-16")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030")
    return with_plain_line_ends(text)


def read_text(path: Path) -> str:
    """A file's text. Raises PolicyError."""
    try:
        return decoded(path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError([PolicyProblem(str(path), 1, "", fault("unreadable", why=error))]) from None


def _read_all(folder: Path, problems: list[PolicyProblem]) -> list[Policy]:
    """Every policy that can be read; what is wrong with the others is added to ``problems``."""
    found: list[Policy] = []
    for kind, path in _files(folder):
        try:
            found.append(read_file(kind, path))
        except PolicyError as error:
            problems += error.problems
    return found


def _files(folder: Path) -> Iterator[tuple[PolicyKind, Path]]:
    yield "organisation", folder / "organisation.yaml"
    yield "ladder", folder / "ladder.yaml"
    for path in sorted(folder.glob("calendar-*.yaml")):
        yield "calendar", path
    for path in sorted((folder / "playbooks").glob("*.yaml")):
        yield "playbook", path


_FIELDS: dict[PolicyKind, str] = {
    "ladder": "ladder",
    "organisation": "root",
    "calendar": "year",
    "playbook": "playbook",
}
"""The field that names a policy of a kind."""


def _each_once(policies: Iterable[Policy], problems: list[PolicyProblem]) -> list[Policy]:
    """Each policy's first file; another one of the same calendar year, or kind of emergency, is a problem."""
    found: dict[tuple[str, str], Policy] = {}
    for policy in policies:
        if found.setdefault((policy.kind, policy.name), policy) is not policy:
            message = fault("another_file", kind=policy.kind, called=POLICY_KINDS[policy.kind].zh, name=policy.name)
            problems += problems_at(policy.text, policy.file, [((_FIELDS[policy.kind],), message)])
    return list(found.values())
