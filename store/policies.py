"""Policy versions: ladders, organisations, calendar years and playbooks as they came into force; none ever changes.

What comes into force together is one enactment: all of its versions are there, or none. Only `services.policy_desk`,
which checks them, writes here.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from domain.policy.policy_set import KINDS, PolicyKind
from store.database import transaction
from store.errors import reaching_the_store

if TYPE_CHECKING:
    import asyncpg

    from store.database import Connection, Executor, Pool

Kind: TypeAlias = PolicyKind
_ENACTING = 7359
"""The lock under which policies come into force: one enactment after the other."""

_COLUMNS = "kind, name, version, sha256, content, loaded_at, enactment"


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a policy; `content` is the file's text, `sha256` its digest in hex, `loaded_at` UTC;
    `enactment` is the number of the enactment that it came into force with."""

    kind: Kind
    name: str
    version: str
    sha256: str
    content: str
    loaded_at: datetime
    enactment: int

    @property
    def ref(self) -> str:
        """``nancheng@2``."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version that is to come into force."""

    kind: Kind
    name: str
    version: str
    content: str


@dataclass(frozen=True, slots=True)
class Enactment:
    """What came into force together, kind by kind. `enforced_at` (UTC): since when what is under way is in line with
    it; None until then."""

    id: int
    versions: tuple[PolicyVersion, ...]
    enforced_at: datetime | None


class Policies:
    """The versions on a pool (or connection). Every call may raise StoreUnavailable."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

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

    async def in_force(self) -> tuple[PolicyVersion, ...]:
        """What is in force, all of one moment, kind by kind: a ladder, an organisation, a calendar each year, the
        playbooks."""
        with reaching_the_store():
            rows = await self._executor.fetch(_IN_FORCE)
        return _in_order(rows)

    async def in_place(self, kind: Kind, name: str) -> PolicyVersion | None:
        """What is in force where a policy of that kind and name would be: of ladders and organisations there is one."""
        found = (one for one in await self.in_force() if one.kind == kind)
        return next((one for one in found if one.name == name or kind in _ALONE), None)

    async def last_loaded(self) -> datetime | None:
        """When a policy of any kind came into force last, in UTC."""
        with reaching_the_store():
            loaded: datetime | None = await self._executor.fetchval("SELECT max(loaded_at) FROM policy_versions")
        return loaded

    async def versions(self, kind: Kind) -> tuple[PolicyVersion, ...]:
        """Every version of a kind, in the order of their coming into force."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                f"SELECT {_COLUMNS} FROM policy_versions WHERE kind = $1 ORDER BY id", kind
            )
        return tuple(map(_policy, rows))

    async def enactment(self, id: int) -> Enactment | None:
        """What came into force together."""
        with reaching_the_store():
            row = await self._executor.fetchrow("SELECT enforced_at FROM policy_enactments WHERE id = $1", id)
            rows = await self._executor.fetch(f"SELECT {_COLUMNS} FROM policy_versions WHERE enactment = $1", id)
        return Enactment(id, _in_order(rows), row["enforced_at"]) if row else None

    async def unenforced(self) -> Enactment | None:
        """The last enactment with which what is under way has not been brought in line; None where all has. Bringing it
        in line with the last brings it in line with those before."""
        with reaching_the_store():
            id = await self._executor.fetchval("SELECT max(id) FROM policy_enactments WHERE enforced_at IS NULL")
        return await self.enactment(id) if id is not None else None

    async def mark_enforced(self, id: int) -> None:
        """What is under way is in line with this enactment, and with those before it."""
        with reaching_the_store():
            await self._executor.execute(
                "UPDATE policy_enactments SET enforced_at = now() WHERE id <= $1 AND enforced_at IS NULL", id
            )


_ALONE = ("ladder", "organisation")
_PLACE = "CASE WHEN kind IN ('ladder', 'organisation') THEN '' ELSE name END"
_IN_FORCE = f"SELECT DISTINCT ON (kind, {_PLACE}) {_COLUMNS} FROM policy_versions ORDER BY kind, {_PLACE}, id DESC"


@asynccontextmanager
async def enacting(pool: Pool) -> AsyncIterator[Connection]:
    """A transaction in which what is in force stays as it is, until it ends or `enact` adds to it: one at a time.

    Raises StoreUnavailable.
    """
    async with transaction(pool) as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _ENACTING)
        yield connection


async def enact(connection: Connection, versions: Iterable[NewVersion], *, enforced: bool = False) -> Enactment:
    """Brings versions into force together, within `enacting`. `enforced`: nothing has to be brought in line."""
    id = await connection.fetchval(
        "INSERT INTO policy_enactments (enforced_at) VALUES (CASE WHEN $1 THEN now() END) RETURNING id", enforced
    )
    for one in versions:
        await connection.execute(
            "INSERT INTO policy_versions (kind, name, version, sha256, content, enactment) "
            "VALUES ($1, $2, $3, $4, $5, $6)",
            one.kind,
            one.name,
            one.version,
            digest_of(one.content),
            one.content,
            id,
        )
    made = await Policies(connection).enactment(id)
    assert made is not None
    return made


def digest_of(content: str) -> str:
    """A text's SHA-256, in hex."""
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def _in_order(rows: Sequence[asyncpg.Record]) -> tuple[PolicyVersion, ...]:
    return tuple(sorted(map(_policy, rows), key=lambda one: (KINDS.index(one.kind), one.name)))


def _policy(row: asyncpg.Record) -> PolicyVersion:
    return PolicyVersion(**dict(row))
