"""The one door by which policies come into force, and where what is in force is read.

Console, administration over HTTP, an operator's commands, the demo and every start come here. What is offered is
checked as a whole (`services.policy_check`) and comes into force whole or not at all, against exactly what it was
checked against. Then the process `政策施行` brings what is under way in line with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import Refusal
from domain.policy.organisation import Organisation
from domain.policy.organisation_files import as_yaml, read_tables, table_of
from domain.policy.policy_set import Policy, PolicyKind, read_policy
from services.policy_check import Draft, Item, Offer, check, free_version, read_version
from services.policy_folder import read_channels
from store.database import transaction
from store.policies import Enactment, NewVersion, Policies, PolicyVersion, enact, enacting
from store.rulebook import NoRules, Rulebook
from workflows.client import Processes, ProcessGone
from workflows.messages import Enforced, EnforceOrder

if TYPE_CHECKING:
    from store.database import Pool


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of an offer. ``enactment``: what came into force; None where all of it was, or something newer is.
    ``begun``: what brings what is under way in line, where that was to do."""

    draft: Draft
    enactment: Enactment | None
    begun: EnforceOrder | None = None


class PolicyDesk:
    """The policies on a pool. ``processes`` gives the running processes, or raises ProcessUnavailable; ``folder`` is
    the stack's own, whose ``notices.yaml`` the workers read; ``rulebook`` is told of what comes into force. Calls may
    raise StoreUnavailable."""

    def __init__(
        self, pool: Pool, processes: Callable[[], Processes], folder: Path, rulebook: Rulebook | None = None
    ) -> None:
        self._pool = pool
        self._policies = Policies(pool)
        self._processes = processes
        self._rulebook = rulebook
        self._folder = folder

    # ---------------------------------------------------------------- reading

    async def versions(self, kind: PolicyKind) -> tuple[PolicyVersion, ...]:
        """Every version of a kind, in the order of their coming into force."""
        return await self._policies.versions(kind)

    async def in_force(self) -> tuple[PolicyVersion, ...]:
        """What is in force, kind by kind."""
        return await self._policies.in_force()

    async def version(self, kind: PolicyKind, name: str, version: str) -> PolicyVersion:
        """One version. Raises Refusal ``unknown_policy``."""
        found = await self._policies.get(kind, name, version)
        if found is None:
            raise Refusal("unknown_policy", policy=f"{kind} {name}@{version}")
        return found

    async def organisation(self) -> Organisation:
        """The organisation in force. Raises NoRules."""
        for version in await self.in_force():
            value = read_version(version).value if version.kind == "organisation" else None
            if isinstance(value, Organisation):
                return value
        raise NoRules("organisation")

    # ---------------------------------------------------------------- checking

    async def offered(self, kind: PolicyKind, files: Mapping[str, str]) -> Offer:
        """A policy's file, or an organisation's tables (text by name) as the organisation that they make.

        Raises PolicyError; NoRules.
        """
        name, text = next(iter(files.items()))
        if kind == "organisation" and (len(files) > 1 or table_of(text) is not None):
            return await self.offer(await self._from_tables(files))
        return await self.offer(await asyncio.to_thread(read_policy, kind, text, name))

    async def offer(self, policy: Policy) -> Offer:
        """A policy alone; the stack's own ``notices.yaml`` has to go with it. Raises PolicyError."""
        if policy.kind != "organisation":
            return Offer((policy,))
        return Offer((policy,), await asyncio.to_thread(read_channels, self._folder))

    async def _from_tables(self, files: Mapping[str, str]) -> Policy:
        known = await self.organisation()
        before = Policy("organisation", "", known, "organisation")
        version = await free_version(self._policies, before, known.version)
        return await asyncio.to_thread(_policy_of_tables, files, known, version)

    async def check(self, offer: Offer) -> Draft:
        """A dry run. Raises PolicyError: every mistake at its line; NoRules."""
        async with transaction(self._pool) as connection:
            return await check(connection, offer)

    # ---------------------------------------------------------------- into force

    async def load(self, offer: Offer, after: str | None = None) -> Loaded:
        """Brings what is new in an offer into force, whole or not at all, and begins to bring what is under way in line
        with it. See `enact`. Raises ProcessUnavailable before anything is changed."""
        self._processes()
        loaded = await self.enact(offer, after)
        return replace(loaded, begun=await self.begin())

    async def enact(self, offer: Offer, after: str | None = None) -> Loaded:
        """Brings what is new in an offer into force, whole or not at all. ``begin`` has to follow.

        ``after``: the basis of the dry run that somebody has looked at; anything else in force by now is refused.
        Raises PolicyError; NoRules; Refusal ``policy_moved_on``, ``policies_of_another_place``, ``policy_superseded``
        and those of `domain.policy.under_way.refusals`.
        """
        async with enacting(self._pool) as connection:
            draft = await check(connection, offer)
            if draft.new and after not in (None, draft.basis):
                raise await _moved_on(Policies(connection))
            if draft.refusals:
                raise draft.refusals[0]
            if not draft.new:
                return Loaded(draft, None)
            enactment = await enact(connection, map(_version, draft.new), enforced=not any(map(_moves, draft.new)))
        if self._rulebook is not None:
            await self._rulebook.refresh()
        return Loaded(draft, enactment)

    # ---------------------------------------------------------------- what follows

    async def begin(self) -> EnforceOrder | None:
        """Begins to bring what is under way in line with what is in force, where that has not been done: after an
        enactment, and after one that was cut off before this. What was begun; None where there is nothing to do.

        Raises ProcessUnavailable.
        """
        left = await self._policies.unenforced()
        if left is None:
            return None
        order = order_of(left)
        await self._processes().enforce(order)
        return order

    async def enforce(self, version: PolicyVersion) -> None:
        """Brings what is under way in line with what came into force with a version, once more. Raises
        ProcessUnavailable."""
        if _moves(version):
            await self._processes().enforce(order_of(await self._enactment(version)))

    async def enforcement(self, version: PolicyVersion) -> Enforced | None:
        """What a version's coming into force has moved, with those that came with it; None while that is going on.

        Raises ProcessGone where it never began, or was so long ago that nothing is kept of it; ProcessUnavailable.
        """
        if not _moves(version):
            raise ProcessGone(version.ref)
        return await self.progress(order_of(await self._enactment(version)))

    async def enforced_at(self, version: PolicyVersion) -> datetime | None:
        """Since when (UTC) what is under way is in line with a version; None where it is not known to be."""
        return (await self._enactment(version)).enforced_at

    async def progress(self, order: EnforceOrder) -> Enforced | None:
        """The same of what has been begun."""
        return await self._processes().enforcement(order)

    async def _enactment(self, version: PolicyVersion) -> Enactment:
        found = await self._policies.enactment(version.enactment)
        assert found is not None
        return found


def _policy_of_tables(files: Mapping[str, str], known: Organisation, version: str) -> Policy:
    text = as_yaml(read_tables(files, known, version))
    return read_policy("organisation", text, f"organisation@{version}")


def order_of(enactment: Enactment) -> EnforceOrder:
    """What brings what is under way in line with an enactment."""
    moving = tuple(f"{one.kind} {one.ref}" for one in enactment.versions if _moves(one))
    return EnforceOrder(enactment=enactment.id, policies=moving)


def _moves(policy: PolicyVersion | Item) -> bool:
    """Whether it moves what is under way: a response keeps the version of its playbook that it was declared under."""
    kind = policy.policy.kind if isinstance(policy, Item) else policy.kind
    return kind != "playbook"


def _version(item: Item) -> NewVersion:
    policy = item.policy
    return NewVersion(policy.kind, policy.name, policy.version, policy.text)


async def _moved_on(policies: Policies) -> Refusal:
    """Names what came into force last."""
    last = max((one.enactment for one in await policies.in_force()), default=0)
    enactment = await policies.enactment(last)
    named = [f"{one.kind} {one.ref}" for one in enactment.versions] if enactment is not None else []
    return Refusal("policy_moved_on", current=named)
