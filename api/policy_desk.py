"""Policies: read, checked beside those in force, compared with them, and brought into force as a new version.

A check changes nothing. It names the version that it was made against; loading is refused when another one has come
into force since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from typing import TYPE_CHECKING

from api.sending import Running
from domain.errors import Refusal
from domain.forum import Sitting, forum_of
from domain.organisation import Organisation
from domain.organisation_changes import Changes, changes
from domain.organisation_files import as_yaml, read_tables, table_of
from domain.policy_file import PolicyError, problems_at
from domain.policy_set import KINDS, Policy, PolicyKind, PolicySet, fitting, next_version, read_policy
from domain.rules import Rules
from store.accounts import Account, Accounts, Post
from store.cases import CaseList, CaseQuery
from store.policies import Policies, PolicyVersion, put_after
from store.rulebook import NoRules, Rulebook
from store.sittings import SittingRow, Sittings
from workflows.client import ProcessGone
from workflows.messages import Enforced, EnforceOrder

if TYPE_CHECKING:
    from store.database import Pool

_CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Moved:
    """A sitting that open cases wait for and that a policy dates otherwise; ``after`` is None where it is not held."""

    sitting: str
    cases: int
    before: Sitting
    after: Sitting | None


@dataclass(frozen=True, slots=True)
class Effects:
    """What a policy brings about when it comes into force.

    ``elsewhere``: open cases by estate, of estates that belong to other units then. ``cancelled``: sittings ahead of
    forums that are no more. ``stranded``: accounts with posts that nobody has any more.
    """

    moved: tuple[Moved, ...] = ()
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    cancelled: tuple[str, ...] = ()
    stranded: tuple[tuple[str, Post], ...] = ()

    @property
    def waits(self) -> int:
        """How many waits of open cases move with their sittings."""
        return sum(one.cases for one in self.moved)


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy that has been checked. ``base``: what is in force in its place; ``known``: this very version has been
    loaded. ``refusals``: why it cannot be brought into force now."""

    policy: Policy
    base: PolicyVersion | None
    known: bool
    changes: Changes | None
    lines: tuple[str, ...]
    effects: Effects
    refusals: tuple[Refusal, ...]

    @property
    def summed(self) -> str:
        """What it changes, in short: entries ``+2 -1 ~5``, or lines added and taken away."""
        if self.changes is not None:
            added, removed, changed = (self.changes.counted(how) for how in ("added", "removed", "changed"))
            return f"+{added} -{removed} ~{changed}"
        added = sum(line.startswith("+") for line in self.lines)
        return f"lines +{added} -{sum(line.startswith('-') for line in self.lines)}"


class PolicyDesk:
    """The policies on a pool. Calls may raise StoreUnavailable."""

    def __init__(self, pool: Pool, running: Running, rulebook: Rulebook) -> None:
        self._pool = pool
        self._policies = Policies(pool)
        self._rulebook = rulebook
        self._cases = CaseList(pool)
        self._sittings = Sittings(pool)
        self._accounts = Accounts(pool)
        self._running = running

    # ---------------------------------------------------------------- reading

    async def versions(self, kind: PolicyKind) -> tuple[PolicyVersion, ...]:
        """Every version of a kind, in the order of loading."""
        return await self._policies.versions(kind)

    async def in_force(self) -> tuple[PolicyVersion, ...]:
        """What is in force, kind by kind."""
        found: list[PolicyVersion] = []
        for kind in KINDS:
            current = await self._policies.all_current(kind)
            if kind in ("ladder", "organisation"):
                last = await self._policies.current(kind)
                current = (last,) if last is not None else ()
            found.extend(current)
        return tuple(found)

    async def version(self, kind: PolicyKind, name: str, version: str) -> PolicyVersion:
        """One version. Raises Refusal ``unknown_policy``."""
        found = await self._policies.get(kind, name, version)
        if found is None:
            raise Refusal("unknown_policy", policy=f"{kind} {name}@{version}")
        return found

    async def organisation(self) -> Organisation:
        """The organisation in force. Raises NoRules."""
        value = (await self._in_force()).organisation.value
        assert isinstance(value, Organisation)
        return value

    async def _in_force(self) -> PolicySet:
        found = [_read(version) for version in await self.in_force()]
        by_kind = {kind: [policy for policy in found if policy.kind == kind] for kind in KINDS}
        for kind in ("ladder", "organisation"):
            if not by_kind[kind]:
                raise NoRules(kind)
        return PolicySet(
            by_kind["ladder"][0], by_kind["organisation"][0],
            {policy.name: policy for policy in by_kind["calendar"]},
            {policy.name: policy for policy in by_kind["playbook"]},
        )  # fmt: skip

    # ---------------------------------------------------------------- checking

    async def check(self, kind: PolicyKind, files: Mapping[str, str]) -> Draft:
        """A policy's file, or an organisation's tables (text by name), as it would come into force.

        Raises PolicyError: every mistake at its line.
        """
        before = await self._in_force()
        policy = await self._drafted(kind, files, before)
        after = fitting(policy, before)
        base = await self._policies.in_place(kind, policy.name)
        there = await self._policies.get(kind, policy.name, policy.version)
        if there is not None and there.content != policy.text:
            await self._taken(policy)
        old = _read(base) if base is not None else None
        difference = _difference(old, policy)
        effects, refusals = await self._effects(before, after, difference)
        return Draft(
            policy, base, there is not None, difference, tuple(_lines(base, policy)), effects, tuple(refusals)
        )  # fmt: skip

    async def _drafted(self, kind: PolicyKind, files: Mapping[str, str], before: PolicySet) -> Policy:
        name, text = next(iter(files.items()))
        if kind == "organisation" and (len(files) > 1 or table_of(text) is not None):
            known = before.organisation
            assert isinstance(known.value, Organisation)
            version = await self._next(kind, known.name, known.version)
            became = read_tables(files, known.value, version)
            return read_policy(kind, as_yaml(became), f"organisation@{version}")
        return read_policy(kind, text, name)

    async def _next(self, kind: PolicyKind, name: str, version: str) -> str:
        taken = {one.version for one in await self._policies.versions(kind) if one.name == name}
        while version in taken:
            version = next_version(version)
        return version

    async def _taken(self, policy: Policy) -> None:
        free = await self._next(policy.kind, policy.name, policy.version)
        message = f"version {policy.version} is taken by another text; the next free one is {free}"
        raise PolicyError(problems_at(policy.text, policy.file, [(("version",), message)]))

    async def _effects(
        self, before: PolicySet, after: PolicySet, difference: Changes | None
    ) -> tuple[Effects, list[Refusal]]:
        moved = await self._moved(before.rules, after.rules)
        if difference is None:
            return Effects(moved), []
        gone = {one.id for one in difference.of("unit", "removed")}
        ahead = await self._sittings.open()
        open_cases = await self._cases.count_by("estate", CaseQuery(open=True))
        elsewhere = _elsewhere(before.rules, after.rules)
        effects = Effects(
            moved=moved, elsewhere={estate: open_cases[estate] for estate in elsewhere if estate in open_cases},
            cancelled=tuple(row.id for row in ahead if row.forum in gone and row.is_ahead),
            stranded=tuple(_stranded(after.rules.organisation, await self._accounts.all())),
        )  # fmt: skip
        by_category = await self._cases.count_by("category", CaseQuery(open=True))
        return effects, list(_refused(difference, open_cases, by_category, [row for row in ahead if row.forum in gone]))

    async def _moved(self, before: Rules, after: Rules) -> tuple[Moved, ...]:
        """The sittings that cases wait for and that are dated otherwise by the later rules."""
        moves = self._rulebook.current.moved
        before, after = replace(before, moved=moves), replace(after, moved=moves)
        found = []
        for id, cases in sorted((await self._sittings.awaited()).items()):
            old, new = _dates(before, id), _dates(after, id)
            if old is not None and (new is None or _told_apart(old) != _told_apart(new)):
                found.append(Moved(id, cases, old, new))
        return tuple(found)

    # ---------------------------------------------------------------- into force

    async def load(self, kind: PolicyKind, text: str, after: str | None) -> tuple[PolicyVersion, Draft]:
        """Brings a policy into force, if what it was checked against (its digest) still is, and begins to bring what is
        under way in line with it.

        Raises PolicyError; Refusal ``policy_moved_on``, ``unit_has_open_cases``, …; ProcessUnavailable.
        """
        draft = await self.check(kind, {kind: text})
        if draft.refusals:
            raise draft.refusals[0]
        self._running.required()
        policy = draft.policy
        kept = await put_after(self._pool, kind, policy.name, policy.version, policy.text, after=after)
        await self._rulebook.refresh()
        await self.enforce(kept)
        return kept, draft

    async def enforce(self, version: PolicyVersion) -> None:
        """Begins to bring what is under way in line with a policy (again). Raises ProcessUnavailable."""
        if version.kind == "playbook":  # what is under way keeps its own version
            return
        await self._running.required().enforce(_order(version))

    async def enforcement(self, version: PolicyVersion) -> Enforced | None:
        """What its coming into force has moved; None while that is going on.

        Raises ProcessGone where it never began, or was so long ago that nothing is kept of it; ProcessUnavailable.
        """
        if version.kind == "playbook":
            raise ProcessGone(version.ref)
        return await self._running.required().enforcement(_order(version))


def _read(version: PolicyVersion) -> Policy:
    return read_policy(version.kind, version.content, f"{version.kind} {version.ref}")


def _order(version: PolicyVersion) -> EnforceOrder:
    return EnforceOrder(kind=version.kind, policy=version.ref)


def _difference(before: Policy | None, after: Policy) -> Changes | None:
    """The difference of two organisations; of other policies, only their lines are compared."""
    if before is None or not isinstance(before.value, Organisation) or not isinstance(after.value, Organisation):
        return None
    return changes(before.value, after.value)


def _lines(base: PolicyVersion | None, policy: Policy) -> Iterator[str]:
    return difference_in_lines(base.content if base is not None else "", policy.text)


def difference_in_lines(before: str, after: str) -> Iterator[str]:
    """Two texts line by line, as ``diff -u`` shows them, without the names of files."""
    compared = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=_CONTEXT)
    return (line for line in compared if not line.startswith(("---", "+++")))


def _dates(rules: Rules, sitting_id: str) -> Sitting | None:
    try:
        return rules.sitting(forum_of(sitting_id), sitting_id)
    except Refusal:
        return None


def _told_apart(sitting: Sitting) -> tuple[object, ...]:
    return sitting.starts_at, sitting.freezes_at, sitting.minutes_due, sitting.provisional


def _elsewhere(before: Rules, after: Rules) -> list[str]:
    """The estates that belong to other units."""
    found = []
    for estate in before.organisation.estates:
        try:
            lineage = after.organisation.lineage(estate.id)
        except Refusal:  # it is no more
            continue
        if [unit.id for unit in lineage] != [unit.id for unit in before.organisation.lineage(estate.id)]:
            found.append(estate.id)
    return found


def _stranded(organisation: Organisation, accounts: Sequence[Account]) -> Iterator[tuple[str, Post]]:
    for account in accounts:
        yield from ((account.id, post) for post in account.posts if not is_post(organisation, post))


def is_post(organisation: Organisation, post: Post) -> bool:
    """Whether there is such a post: an officer has a unit, a department is one, the others have none."""
    if post.role == "officer":
        return post.unit is not None and _known(organisation, post.unit)
    if post.role == "department":
        return post.unit in {one.code for one in organisation.departments}
    return post.role in ("supervisor", "administrator") and post.unit is None


def _known(organisation: Organisation, unit: str) -> bool:
    try:
        return bool(organisation.unit(unit))
    except Refusal:
        return False


def _refused(
    difference: Changes, open_cases: Mapping[str, int], by_category: Mapping[str, int], sittings: Sequence[SittingRow]
) -> Iterator[Refusal]:  # fmt: skip
    units = [one.id for one in difference.of("unit", "removed") if one.id in open_cases]
    if units:
        yield Refusal("unit_has_open_cases", units=units, cases=sum(open_cases[id] for id in units))
    categories = [one.id for one in difference.of("category", "removed") if one.id in by_category]
    if categories:
        yield Refusal("category_has_open_cases", categories=categories, cases=sum(by_category[id] for id in categories))
    begun = [row.id for row in sittings if not row.is_ahead]
    if begun:
        yield Refusal("forum_is_in_session", sittings=begun)
