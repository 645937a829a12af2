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

from sqlalchemy import Boolean, case, func, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from domain.policy.policy_set import KINDS, PolicyKind
from store.database import transaction
from store.statements import Statement, given, inserted, is_one_of
from store.tables.base import constant
from store.tables.town import POLICY_ENACTMENTS, POLICY_VERSIONS

if TYPE_CHECKING:
    import asyncpg

    from store.database import Connection, Executor, Pool

Kind: TypeAlias = PolicyKind
_ENACTING = 7359
"""The lock under which policies come into force: one enactment after the other."""


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
        row = await _GET.row(self._executor, kind=kind, name=name, version=version)
        return _policy(row) if row else None

    async def in_force(self) -> tuple[PolicyVersion, ...]:
        """What is in force, all of one moment, kind by kind: a ladder, an organisation, a calendar each year, the
        playbooks."""
        return _in_order(await _IN_FORCE.rows(self._executor))

    async def in_place(self, kind: Kind, name: str) -> PolicyVersion | None:
        """What is in force where a policy of that kind and name would be: of ladders and organisations there is one."""
        found = (one for one in await self.in_force() if one.kind == kind)
        return next((one for one in found if one.name == name or kind in _ALONE), None)

    async def last_loaded(self) -> datetime | None:
        """When a policy of any kind came into force last, in UTC."""
        loaded: datetime | None = await _LAST_LOADED.value(self._executor)
        return loaded

    async def versions(self, kind: Kind) -> tuple[PolicyVersion, ...]:
        """Every version of a kind, in the order of their coming into force."""
        return tuple(map(_policy, await _VERSIONS.rows(self._executor, kind=kind)))

    async def enactment(self, id: int) -> Enactment | None:
        """What came into force together."""
        row = await _ENACTMENT.row(self._executor, id=id)
        rows = await _ENACTED.rows(self._executor, enactment=id)
        return Enactment(id, _in_order(rows), row["enforced_at"]) if row else None

    async def unenforced(self) -> Enactment | None:
        """The last enactment with which what is under way has not been brought in line; None where all has. Bringing it
        in line with the last brings it in line with those before."""
        id = await _UNENFORCED.value(self._executor)
        return await self.enactment(id) if id is not None else None

    async def mark_enforced(self, id: int) -> None:
        """What is under way is in line with this enactment, and with those before it."""
        await _ENFORCED.run(self._executor, id=id)


_ALONE = ("ladder", "organisation")

# ---------------------------------------------------------------- statements, each made once

_KEPT = POLICY_VERSIONS.c
_SHOWN = select(*(_KEPT[name] for name in ("kind", "name", "version", "sha256", "content", "loaded_at", "enactment")))
_OF_ITS_KIND = _KEPT.kind == given(_KEPT.kind)
_PLACE = case((is_one_of(_KEPT.kind, _ALONE), constant("")), else_=_KEPT.name)
_PENDING = POLICY_ENACTMENTS.c.enforced_at.is_(None)
_ID = POLICY_ENACTMENTS.c.id

_GET = Statement(_SHOWN.where(_OF_ITS_KIND, _KEPT.name == given(_KEPT.name), _KEPT.version == given(_KEPT.version)))
_IN_FORCE = Statement(_SHOWN.ext(distinct_on(_KEPT.kind, _PLACE)).order_by(_KEPT.kind, _PLACE, _KEPT.id.desc()))
_LAST_LOADED = Statement(select(func.max(_KEPT.loaded_at)))
_VERSIONS = Statement(_SHOWN.where(_OF_ITS_KIND).order_by(_KEPT.id))
_ENACTED = Statement(_SHOWN.where(_KEPT.enactment == given(_KEPT.enactment)))
_ENACTMENT = Statement(select(POLICY_ENACTMENTS.c.enforced_at).where(given(_ID) == _ID))
_UNENFORCED = Statement(select(func.max(_ID)).where(_PENDING))
_ENFORCED = Statement(update(POLICY_ENACTMENTS).where(given(_ID) >= _ID, _PENDING).values(enforced_at=func.now()))
_ENACT = Statement(
    insert(POLICY_ENACTMENTS).values(enforced_at=case((given("enforced", Boolean()), func.now()))).returning(_ID)
)
_ADD = Statement(inserted(POLICY_VERSIONS, "kind", "name", "version", "sha256", "content", "enactment"))


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
    id = await _ENACT.value(connection, enforced=enforced)
    for one in versions:
        await _ADD.run(
            connection,
            kind=one.kind,
            name=one.name,
            version=one.version,
            sha256=digest_of(one.content),
            content=one.content,
            enactment=id,
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
