"""Residents' data, sealed: a key for each resident, wrapped by the master key. Destroying the key erases.

Everything is AES-256-GCM with a random nonce of 12 bytes before the ciphertext. A resident's key is bound to
the resident's id, a sealed record to the resident's id and its own, so neither can be moved elsewhere. The
digest covers the ciphertext and so still holds after erasure.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ScalarSelect, Table, delete, func, null, select, true, update
from sqlalchemy.dialects.postgresql import distinct_on

from store.cases import CaseList
from store.database import transaction
from store.errors import ResidentErased, SealBroken
from store.statements import Statement, given, inserted
from store.tables.people import CASE_TITLES, PHOTOS, RESIDENTS, SEALED

if TYPE_CHECKING:
    import asyncpg

    from store.database import Connection, Pool

_NONCE = 12
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class SealedRef:
    """What the log keeps of a sealed record. `digest` is the SHA-256 of the ciphertext, in hex."""

    id: str
    resident: str
    digest: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What erasing took away; the ciphertexts (`records`) stay, unreadable. `erased_at` is UTC."""

    resident: str
    known: bool
    before: bool
    records: int
    titles: tuple[str, ...]
    erased_at: datetime | None


def new_resident() -> str:
    """A fresh resident's id; it says nothing of the person."""
    return f"r-{secrets.token_hex(8)}"


class Residents:
    """Seals and opens under `master_key` (32 bytes). Every call may raise StoreUnavailable."""

    def __init__(self, pool: Pool, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"the master key has {KEY_BYTES} bytes")
        self._pool = pool
        self._master = AESGCM(master_key)

    async def seal(
        self,
        resident: str,
        kind: str,
        obj: object,
        *,
        subject: str | None = None,
        connection: Connection | None = None,
    ) -> SealedRef:
        """Seal `obj` (JSON) for a resident, whose key is made on first use; `subject` is a case's number.

        On an open `connection` it is part of that transaction. Raises ResidentErased.
        """
        if connection is None:
            async with transaction(self._pool) as own:
                return await self._seal(own, resident, kind, obj, subject)
        return await self._seal(connection, resident, kind, obj, subject)

    async def open(self, ref: SealedRef) -> Any | None:
        """What was sealed; None once the resident is erased. Raises SealBroken, also for unknown records."""
        row = await _OPEN.row(self._pool, id=ref.id)
        if row is None or (row["resident"], row["digest"]) != (ref.resident, ref.digest):
            raise SealBroken(f"{ref.id} is not the record that was sealed")
        return self._opened(row)

    async def holds(self, ref: SealedRef) -> bool:
        """Whether the ciphertext is still there and is the one that `ref` speaks of; erased or not."""
        found = await _CIPHERTEXT.value(self._pool, id=ref.id)
        return found is not None and digest_of(found) == ref.digest

    async def of(self, subject: str, kind: str | None = None) -> tuple[SealedRef, ...]:
        """The records about a case, oldest first; of one `kind`, when it is given."""
        rows = await (_OF if kind is None else _OF_KIND).rows(self._pool, subject=subject, kind=kind)
        return tuple(SealedRef(row["id"], row["resident"], row["digest"]) for row in rows)

    async def erase(self, resident: str) -> Erased:
        """Destroy a resident's key and the clear titles of their cases. Erasing again changes nothing."""
        async with transaction(self._pool) as connection:
            was = await _LOCK.row(connection, id=resident)
            erased_at = await _ERASE.value(connection, id=resident)
            records = await _RECORDS.value(connection, resident=resident)
            titles = await _ERASE_TITLES.rows(connection, resident=resident)
        return Erased(
            resident=resident,
            known=was is not None,
            before=was is not None and was["erased_at"] is not None,
            records=records,
            titles=tuple(sorted(row["number"] for row in titles)),
            erased_at=erased_at,
        )

    async def rebuild_titles(self, kind: str, title: Callable[[Any], str | None]) -> int:
        """Write the clear titles anew from the sealed records of `kind` (each case's newest); how many.

        `title` takes a record's content and gives the title, None for none. Records of the erased give none;
        a title without a sealed record stays as it is.
        """
        written = 0
        async with transaction(self._pool) as connection:
            await connection.execute("LOCK TABLE case_titles IN SHARE ROW EXCLUSIVE MODE")
            await _FORGET_TITLES.run(connection, kind=kind)
            cursor = connection.cursor(_NEWEST.sql, *_NEWEST.arguments({"kind": kind}), prefetch=500)
            async for row in cursor:
                text = title(self._opened(row))
                if text is not None:
                    await CaseList(connection).put_title(row["subject"], row["resident"], text)
                    written += 1
        return written

    async def _seal(
        self, connection: Connection, resident: str, kind: str, obj: object, subject: str | None
    ) -> SealedRef:
        key = await self.key_of(connection, resident)
        ref_id = f"s-{secrets.token_hex(10)}"
        text = json.dumps(obj, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        ciphertext = encrypt(AESGCM(key), text, _record_context(resident, ref_id))
        ref = SealedRef(ref_id, resident, digest_of(ciphertext))
        await _SEAL.run(
            connection,
            id=ref.id,
            resident=resident,
            kind=kind,
            subject=subject,
            ciphertext=ciphertext,
            digest=ref.digest,
        )
        return ref

    async def key_of(self, connection: Connection, resident: str) -> bytes:
        """The resident's key, made on first use; the row stays locked, so that no erasure comes between.

        For the store's own modules that seal. Raises ResidentErased.
        """
        fresh = secrets.token_bytes(KEY_BYTES)
        wrapped = encrypt(self._master, fresh, resident.encode())
        if await _MAKE_KEY.value(connection, id=resident, key=wrapped):
            return fresh
        wrapped = await _KEY.value(connection, id=resident)
        if wrapped is None:
            raise ResidentErased(resident)
        return self.unwrap(resident, wrapped)

    def unwrap(self, resident: str, wrapped: bytes) -> bytes:
        """A resident's key as its row has it, opened with the master key. Raises SealBroken."""
        return decrypt(self._master, wrapped, resident.encode(), f"the key of {resident}")

    def _opened(self, row: asyncpg.Record) -> Any | None:
        if digest_of(row["ciphertext"]) != row["digest"]:
            raise SealBroken(f"{row['id']} is not the record that was sealed")
        if row["key"] is None:
            return None
        key = AESGCM(self.unwrap(row["resident"], row["key"]))
        context = _record_context(row["resident"], row["id"])
        return json.loads(decrypt(key, row["ciphertext"], context, row["id"]))


def _record_context(resident: str, ref_id: str) -> bytes:
    return f"{resident}|{ref_id}".encode()


def encrypt(key: AESGCM, text: bytes, context: bytes) -> bytes:
    """AES-256-GCM, the nonce before the ciphertext; ``context`` is what it is bound to."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + key.encrypt(nonce, text, context)


def decrypt(key: AESGCM, sealed: bytes, context: bytes, what: str) -> bytes:
    """What ``encrypt`` sealed. Raises SealBroken, which names ``what``."""
    try:
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], context)
    except InvalidTag as error:
        raise SealBroken(f"{what} cannot be opened: another master key, or it was changed") from error


def digest_of(ciphertext: bytes) -> str:
    """The SHA-256 of a ciphertext, in hex."""
    return hashlib.sha256(ciphertext).hexdigest()


# ---------------------------------------------------------------- statements, each made once

_RECORD = SEALED.c.id == given(SEALED.c.id)
_WITH_KEY = SEALED.join(RESIDENTS, RESIDENTS.c.id == SEALED.c.resident)
_SEALED = select(
    SEALED.c.id, SEALED.c.resident, SEALED.c.subject, SEALED.c.ciphertext, SEALED.c.digest, RESIDENTS.c.key
)
_SEALED = _SEALED.select_from(_WITH_KEY)
_REFS = (
    select(SEALED.c.id, SEALED.c.resident, SEALED.c.digest)
    .where(SEALED.c.subject == given(SEALED.c.subject))
    .order_by(SEALED.c.created_at, SEALED.c.id)
)
_IS_OF_KIND = SEALED.c.kind == given(SEALED.c.kind)

_OPEN = Statement(_SEALED.where(_RECORD))
_CIPHERTEXT = Statement(select(SEALED.c.ciphertext).where(_RECORD))
_OF = Statement(_REFS)
_OF_KIND = Statement(_REFS.where(_IS_OF_KIND))
_NEWEST = Statement(
    _SEALED.ext(distinct_on(SEALED.c.subject))
    .where(_IS_OF_KIND, SEALED.c.subject.is_not(None), RESIDENTS.c.key.is_not(None))
    .order_by(SEALED.c.subject, SEALED.c.created_at.desc(), SEALED.c.id)
)
_SEAL = Statement(inserted(SEALED, "id", "resident", "kind", "subject", "ciphertext", "digest"))

_RESIDENT = RESIDENTS.c.id == given(RESIDENTS.c.id)
_MAKE_KEY = Statement(
    inserted(RESIDENTS, "id", "key").on_conflict_do_nothing(index_elements=[RESIDENTS.c.id]).returning(true())
)
_KEY = Statement(select(RESIDENTS.c.key).where(_RESIDENT).with_for_update(key_share=True))
_LOCK = Statement(select(RESIDENTS.c.erased_at).where(_RESIDENT).with_for_update())
_ERASE = Statement(
    update(RESIDENTS)
    .where(_RESIDENT)
    .values(key=null(), erased_at=func.coalesce(RESIDENTS.c.erased_at, func.clock_timestamp()))
    .returning(RESIDENTS.c.erased_at)
)


def _count_of(table: Table) -> ScalarSelect[int]:
    """How many of its rows are a resident's."""
    return select(func.count()).select_from(table).where(table.c.resident == given(table.c.resident)).scalar_subquery()


_RECORDS = Statement(select(_count_of(SEALED) + _count_of(PHOTOS)))
_ERASE_TITLES = Statement(
    delete(CASE_TITLES).where(CASE_TITLES.c.resident == given(CASE_TITLES.c.resident)).returning(CASE_TITLES.c.number)
)
_FORGET_TITLES = Statement(
    delete(CASE_TITLES).where(CASE_TITLES.c.number.in_(select(SEALED.c.subject).where(_IS_OF_KIND)))
)
