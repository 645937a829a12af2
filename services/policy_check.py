"""The one check of policies: read beside those in force, fitted together as a whole, held against what is open.

A check changes nothing. Whatever door policies come through, they come through here (`services.policy_desk`).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from domain.errors import Refusal
from domain.permission import PostLike
from domain.policy.organisation import Organisation
from domain.policy.organisation_changes import Changes, changes
from domain.policy.policy_file import PolicyError, PolicyProblem, problems_at
from domain.policy.policy_set import Policy, PolicyKind, PolicySet, is_older, next_version, read_policy
from domain.policy.under_way import Effects, Strand, astray, effects, of_another_place, refusals, stranded
from domain.words.policy_words import fault
from services.policy_folder import ChannelsFile, PolicyFolder
from store.policies import Enactment, Policies, PolicyVersion
from store.rulebook import NoRules
from store.under_way import read_under_way
from workflows.kinds import KINDS

if TYPE_CHECKING:
    from store.database import Connection

_CONTEXT = 3
State = Literal["new", "in_force", "superseded"]
"""``in_force``: this very version is. ``superseded``: another one came into force after it, or a folder's is older."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a door brings. ``whole``: a folder, which may lag behind what is in force; then that stands."""

    policies: tuple[Policy, ...]
    channels: ChannelsFile | None = None
    whole: bool = False

    @staticmethod
    def of_folder(folder: PolicyFolder) -> Offer:
        """Everything in a folder."""
        return Offer(folder.policies, folder.channels, whole=True)


@dataclass(frozen=True, slots=True)
class Item:
    """A policy that was offered. ``base``: what is in force in its place; ``changes``: of organisations, entry by
    entry; ``lines``: as ``diff -u`` shows them."""

    policy: Policy
    base: PolicyVersion | None
    state: State
    changes: Changes | None
    lines: tuple[str, ...]

    @property
    def summed(self) -> str:
        """What it changes, in short: entries ``+2 -1 ~5``, or lines added and taken away."""
        if self.changes is not None:
            added, removed, changed = (self.changes.counted(how) for how in ("added", "removed", "changed"))
            return f"+{added} -{removed} ~{changed}"
        added = sum(line.startswith("+") for line in self.lines)
        return f"lines +{added} -{sum(line.startswith('-') for line in self.lines)}"


@dataclass(frozen=True, slots=True)
class Draft:
    """Policies that have been checked, and are good. ``basis``: the digest of everything that was in force then;
    ``refusals``: why they cannot come into force now."""

    items: tuple[Item, ...]
    basis: str
    effects: Effects
    refusals: tuple[Refusal, ...]

    @property
    def new(self) -> tuple[Item, ...]:
        """What would come into force."""
        return tuple(item for item in self.items if item.state == "new")

    @property
    def superseded(self) -> tuple[Item, ...]:
        """What came too late: something newer is in force."""
        return tuple(item for item in self.items if item.state == "superseded")

    @property
    def one(self) -> Item:
        """The only policy, where one was offered."""
        (item,) = self.items
        return item


async def check(connection: Connection, offer: Offer) -> Draft:
    """What an offer would change and what would come of it, as a connection's transaction sees what is in force.

    Raises PolicyError (every mistake at its line: of a policy alone, or of all of them taken together); NoRules (what
    is there would still be no set: load a folder first); StoreUnavailable.
    """
    current = await Policies(connection).in_force()
    items = await _items(Policies(connection), current, offer)
    readable, _ = _read_all(current)
    new = [item.policy for item in items if item.state == "new"]
    before, after = PolicySet.of(readable), PolicySet.of([*readable, *new])
    if after is None:
        raise NoRules("ladder or organisation")
    elsewhere = of_another_place(before, after) if before is not None else None
    if elsewhere is not None:
        return Draft(items, basis_of(current), Effects(), (elsewhere,))
    _require_fit(after, offer)
    refused_for = [] if offer.whole else list(_superseded(items))
    if not new:
        return Draft(items, basis_of(current), Effects(), tuple(refused_for))
    under_way = await read_under_way(connection)
    refused_for += refusals(before, after, under_way)
    if before is None:
        return Draft(items, basis_of(current), Effects(), tuple(refused_for))
    refused_for += _unheard(before, after, offer)
    return Draft(items, basis_of(current), effects(before, after, under_way), tuple(refused_for))


@dataclass(frozen=True, slots=True)
class Standing:
    """How what is in force stands to what is open. ``problems``: where the policies do not fit together; ``strands``:
    what lacks something under them; ``astray``: open accounts with posts that there are not; ``unenforced``: what is
    under way has not been brought in line with it."""

    problems: Sequence[PolicyProblem]
    strands: Sequence[Strand]
    astray: Sequence[tuple[str, PostLike]]
    unenforced: Enactment | None


async def standing(connection: Connection) -> Standing:
    """For an audit: the check of what is in force already. Raises StoreUnavailable."""
    policies = Policies(connection)
    readable, problems = _read_all(await policies.in_force())
    together, unenforced = PolicySet.of(readable), await policies.unenforced()
    if together is None:
        return Standing(problems, (), (), unenforced)
    under_way = await read_under_way(connection)
    accounts = [account for account in under_way.accounts if not account.disabled]
    return Standing(
        [*problems, *together.problems(KINDS.sendable)],
        sorted(stranded(together, under_way)),
        tuple(astray(together.pair[0], accounts)),
        unenforced,
    )


def read_version(version: PolicyVersion) -> Policy:
    """A policy that is in the database. Raises PolicyError where a program before this one read it otherwise."""
    return _read_once(version.kind, version.content, f"{version.kind} {version.ref}")


def _read_all(versions: Iterable[PolicyVersion]) -> tuple[list[Policy], list[PolicyProblem]]:
    """What can be read of what is in force, and what is wrong with the rest: it must not keep out what mends it."""
    found: list[Policy] = []
    problems: list[PolicyProblem] = []
    for version in versions:
        try:
            found.append(read_version(version))
        except PolicyError as error:
            problems += error.problems
    return found, problems


@lru_cache(maxsize=64)
def _read_once(kind: PolicyKind, text: str, file: str) -> Policy:
    """All that is in force takes some tenths of a second to read, and is read for every check."""
    return read_policy(kind, text, file)


def basis_of(current: Iterable[PolicyVersion]) -> str:
    """The digest of everything that is in force: another one once anything else is."""
    named = sorted(f"{one.kind} {one.ref} {one.sha256}" for one in current)
    return hashlib.sha256("\n".join(named).encode()).hexdigest()


def difference_in_lines(before: str, after: str) -> list[str]:
    """Two texts line by line, as ``diff -u`` shows them, without the names of files."""
    compared = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=_CONTEXT)
    return [line for line in compared if not line.startswith(("---", "+++"))]


async def free_version(policies: Policies, kind_of: Policy, first: str) -> str:
    """The first version from ``first`` on that no policy of that kind and name has."""
    taken = {one.version for one in await policies.versions(kind_of.kind) if one.name == kind_of.name}
    while first in taken:
        first = next_version(first)
    return first


# ---------------------------------------------------------------- each by itself


async def _items(policies: Policies, current: Sequence[PolicyVersion], offer: Offer) -> tuple[Item, ...]:
    """Each policy beside what is in force in its place. Raises PolicyError where a version has another text already."""
    items: list[Item] = []
    problems: list[PolicyProblem] = []
    for policy in offer.policies:
        base = next((one for one in current if _is_in_place(one, policy)), None)
        there = await policies.get(policy.kind, policy.name, policy.version)
        if there is not None and there.content != policy.text:
            problems += await _taken(policies, policy)
            continue
        before = base.content if base is not None else ""
        lines = tuple(await asyncio.to_thread(difference_in_lines, before, policy.text))
        items.append(Item(policy, base, _state(policy, base, there, offer), _changes(base, policy), lines))
    if problems:
        raise PolicyError(problems)
    return tuple(items)


def _is_in_place(version: PolicyVersion, policy: Policy) -> bool:
    """Whether a version is in force where the policy would be: of ladders and organisations there is one."""
    return version.kind == policy.kind and (version.name == policy.name or policy.kind in ("ladder", "organisation"))


def _state(policy: Policy, base: PolicyVersion | None, there: PolicyVersion | None, offer: Offer) -> State:
    if there is not None:
        return "in_force" if there == base else "superseded"
    lags = offer.whole and base is not None and base.name == policy.name and is_older(policy.version, base.version)
    return "superseded" if lags else "new"


async def _taken(policies: Policies, policy: Policy) -> list[PolicyProblem]:
    free = await free_version(policies, policy, policy.version)
    message = fault("version_taken", version=policy.version, free=free)
    return problems_at(policy.text, policy.file, [(("version",), message)])


def _changes(base: PolicyVersion | None, policy: Policy) -> Changes | None:
    """The difference of two organisations; of other policies, only their lines are compared."""
    if base is None or not isinstance(policy.value, Organisation):
        return None
    readable, _ = _read_all([base])
    befores = (one.value for one in readable if isinstance(one.value, Organisation))
    return next((changes(before, policy.value) for before in befores), None)


# ---------------------------------------------------------------- all of them together


def _require_fit(after: PolicySet, offer: Offer) -> None:
    """Raises PolicyError where the set that would be in force does not fit together, or a folder's notices it."""
    problems = after.problems(KINDS.sendable)
    if offer.whole and offer.channels is not None:
        problems += offer.channels.strangers(after.pair[0])
    if problems:
        raise PolicyError(problems)


def _superseded(items: Iterable[Item]) -> Iterator[Refusal]:
    """A policy that is offered alone is meant to come into force: one that was is told how."""
    for item in items:
        if item.state == "superseded" and item.base is not None:
            policy, in_force = (f"{item.policy.kind} {ref}" for ref in (item.policy.ref, item.base.ref))
            yield Refusal("policy_superseded", policy=policy, in_force=in_force)


def _unheard(before: PolicySet, after: PolicySet, offer: Offer) -> Iterator[Refusal]:
    """Units that are taken away and that ``notices.yaml`` still has an address for."""
    if offer.channels is None:
        return
    known, left = (offer.channels.channels.strangers(one.pair[0]) for one in (before, after))
    lost = [unit for unit in left if unit not in known]
    if lost:
        yield Refusal("unit_has_channels", missing=lost, file=offer.channels.file)
