"""Policy versions: ladders, organisations, calendar years and playbooks as they were loaded; none ever changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from domain.errors import Refusal
from domain.policy_set import PolicyKind
from store.errors import reaching_the_store

if TYPE_CHECKING:
    import asyncpg

    from store.database import Executor, Pool

Kind: TypeAlias = PolicyKind
_LOADING = 7359
"""The lock under which a version follows the one that it was made against."""

_COLUMNS = "kind, name, version, sha256, content, loaded_at"


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a policy; `content` is the file's text, `sha256` its digest in hex, `loaded_at` UTC."""

    kind: Kind
    name: str
    version: str
    sha256: str
    content: str
    loaded_at: datetime

    @property
    def ref(self) -> str:
        """``nancheng@2``."""
        return f"{self.name}@{self.version}"


class Policies:
    """The versions on a pool (or connection). Every call may raise StoreUnavailable."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def put(self, kind: Kind, name: str, version: str, content: str) -> PolicyVersion:
        """Keep a version; a new one becomes the current one of its kind and name.

        The same version with the same text is there already and stays as it is; with another text it is
        Refusal("policy_version_taken"), because cases may be open under it.
        """
        digest = hashlib.sha256(content.encode("utf-8")).hexdigest()
        with reaching_the_store():
            await self._executor.execute(
                "INSERT INTO policy_versions (kind, name, version, sha256, content) "
                "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kind, name, version) DO NOTHING",
                kind,
                name,
                version,
                digest,
                content,
            )
        kept = await self.get(kind, name, version)
        assert kept is not None
        if kept.sha256 != digest:
            raise Refusal("policy_version_taken", kind=kind, name=name, version=version)
        return kept

    async def get(self, kind: Kind, name: str, version: str) -> PolicyVersion | None:
        """One version."""
        with reaching_the_store():
            row = await self._executor.fetchrow(
                f"SELECT {_COLUMNS} FROM policy_versions WHERE kind = $1 AND name = $2 AND version = $3",
                kind,
                name,
                version,
            )
        return _policy(row) if row else None

    async def current(self, kind: Kind, name: str | None = None) -> PolicyVersion | None:
        """The version of a kind (and name) that was added last."""
        with reaching_the_store():
            row = await self._executor.fetchrow(
                f"SELECT {_COLUMNS} FROM policy_versions WHERE kind = $1 AND name = coalesce($2, name) "
                "ORDER BY id DESC LIMIT 1",
                kind,
                name,
            )
        return _policy(row) if row else None

    async def in_place(self, kind: Kind, name: str) -> PolicyVersion | None:
        """What is in force where a policy of that kind and name would be: of ladders and organisations there is one."""
        return await self.current(kind, None if kind in ("ladder", "organisation") else name)

    async def all_current(self, kind: Kind) -> tuple[PolicyVersion, ...]:
        """The newest version of each name of a kind, by name: of each year's calendar, of each kind of playbook."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                f"SELECT DISTINCT ON (name) {_COLUMNS} FROM policy_versions WHERE kind = $1 ORDER BY name, id DESC",
                kind,
            )
        return tuple(map(_policy, rows))

    async def last_loaded(self) -> datetime | None:
        """When a policy of any kind was added last, in UTC."""
        with reaching_the_store():
            loaded: datetime | None = await self._executor.fetchval("SELECT max(loaded_at) FROM policy_versions")
        return loaded

    async def versions(self, kind: Kind) -> tuple[PolicyVersion, ...]:
        """Every version of a kind, in the order of loading."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                f"SELECT {_COLUMNS} FROM policy_versions WHERE kind = $1 ORDER BY id", kind
            )
        return tuple(map(_policy, rows))


async def put_after(
    pool: Pool, kind: Kind, name: str, version: str, content: str, *, after: str | None
) -> PolicyVersion:  # fmt: skip
    """Keep a version, if what is in force in its place is still the text with the digest ``after`` (None: nothing is).

    The same again is what is there already. Raises Refusal ``policy_moved_on``, ``policy_version_taken``;
    StoreUnavailable.
    """
    with reaching_the_store():
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOADING)
            policies = Policies(connection)
            current = await policies.in_place(kind, name)
            if current is not None and (current.version, current.content) == (version, content):
                return current
            if (current.sha256 if current else None) != after:
                raise Refusal("policy_moved_on", kind=kind, current=current.ref if current else "")
            return await policies.put(kind, name, version, content)


def _policy(row: asyncpg.Record) -> PolicyVersion:
    return PolicyVersion(**dict(row))
