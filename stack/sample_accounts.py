"""The accounts of the sample organisation, on the embedded stack only: one a post, all with one password."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from domain.policy.organisation import Organisation
from store.accounts import Accounts, Post, hash_password

if TYPE_CHECKING:
    from store.database import Pool

PASSWORD = "nancheng"


async def add_sample_accounts(pool: Pool, organisation: Organisation) -> None:
    """Creates those that are missing; the others stay as they are."""
    accounts = Accounts(pool)
    known = {account.id for account in await accounts.all()}
    missing = [(name, [post]) for name, post in sample_posts(organisation) if name not in known]
    if missing:
        await accounts.add_missing(missing, await asyncio.to_thread(hash_password, PASSWORD))


def sample_posts(organisation: Organisation) -> Iterator[tuple[str, Post]]:
    """``admin``, ``supervisor``, ``alliance``, ``community-<id>``, ``estate-<id>``, ``dept-<code>``."""
    yield "admin", Post("administrator", None)
    yield "supervisor", Post("supervisor", None)
    yield organisation.tiers[0], Post("officer", organisation.alliance.id)
    for tier in organisation.tiers[1:]:
        for unit in organisation.units_at(tier):
            yield f"{tier}-{unit.id}", Post("officer", unit.id)
    for department in organisation.departments:
        yield f"dept-{department.code}", Post("department", department.code)
