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

from store.cases import CaseList
from store.database import transaction
from store.errors import ResidentErased, SealBroken, reaching_the_store

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
        with reaching_the_store():
            row = await self._pool.fetchrow(
                "SELECT s.id, s.resident, s.ciphertext, s.digest, r.key FROM sealed AS s "
                "JOIN residents AS r ON r.id = s.resident WHERE s.id = $1",
                ref.id,
            )
        if row is None or (row["resident"], row["digest"]) != (ref.resident, ref.digest):
            raise SealBroken(f"{ref.id} is not the record that was sealed")
        return self._opened(row)

    async def holds(self, ref: SealedRef) -> bool:
        """Whether the ciphertext is still there and is the one that `ref` speaks of; erased or not."""
        with reaching_the_store():
            found = await self._pool.fetchval("SELECT ciphertext FROM sealed WHERE id = $1", ref.id)
        return found is not None and digest_of(found) == ref.digest

    async def of(self, subject: str, kind: str | None = None) -> tuple[SealedRef, ...]:
        """The records about a case, oldest first; of one `kind`, when it is given."""
        with reaching_the_store():
            rows = await self._pool.fetch(
                "SELECT id, resident, digest FROM sealed WHERE subject = $1 AND kind = coalesce($2, kind) "
                "ORDER BY created_at, id",
                subject,
                kind,
            )
        return tuple(SealedRef(row["id"], row["resident"], row["digest"]) for row in rows)

    async def erase(self, resident: str) -> Erased:
        """Destroy a resident's key and the clear titles of their cases. Erasing again changes nothing."""
        async with transaction(self._pool) as connection:
            was = await connection.fetchrow("SELECT erased_at FROM residents WHERE id = $1 FOR UPDATE", resident)
            erased_at = await connection.fetchval(
                "UPDATE residents SET key = NULL, erased_at = coalesce(erased_at, clock_timestamp()) "
                "WHERE id = $1 RETURNING erased_at",
                resident,
            )
            records = await connection.fetchval(
                "SELECT (SELECT count(*) FROM sealed WHERE resident = $1) "
                "+ (SELECT count(*) FROM photos WHERE resident = $1)",
                resident,
            )
            titles = await connection.fetch("DELETE FROM case_titles WHERE resident = $1 RETURNING number", resident)
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
            await connection.execute(
                "DELETE FROM case_titles WHERE number IN (SELECT subject FROM sealed WHERE kind = $1)", kind
            )
            cursor = connection.cursor(
                "SELECT DISTINCT ON (s.subject) s.id, s.resident, s.subject, s.ciphertext, s.digest, r.key "
                "FROM sealed AS s JOIN residents AS r ON r.id = s.resident "
                "WHERE s.kind = $1 AND s.subject IS NOT NULL AND r.key IS NOT NULL "
                "ORDER BY s.subject, s.created_at DESC, s.id",
                kind,
                prefetch=500,
            )
            async for row in cursor:
                text = title(self._opened(row))
                if text is not None:
                    await CaseList(connection).put_title(row["subject"], row["resident"], text)
                    written += 1
        return written

    async def _seal(
        self, connection: Connection, resident: str, kind: str, obj: object, subject: str | None
    ) -> SealedRef:
        with reaching_the_store():
            key = await self.key_of(connection, resident)
            ref_id = f"s-{secrets.token_hex(10)}"
            text = json.dumps(obj, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
            ciphertext = encrypt(AESGCM(key), text, _record_context(resident, ref_id))
            ref = SealedRef(ref_id, resident, digest_of(ciphertext))
            await connection.execute(
                "INSERT INTO sealed (id, resident, kind, subject, ciphertext, digest) VALUES ($1, $2, $3, $4, $5, $6)",
                ref.id,
                resident,
                kind,
                subject,
                ciphertext,
                ref.digest,
            )
        return ref

    async def key_of(self, connection: Connection, resident: str) -> bytes:
        """The resident's key, made on first use; the row stays locked, so that no erasure comes between.

        For the store's own modules that seal. Raises ResidentErased.
        """
        fresh = secrets.token_bytes(KEY_BYTES)
        made = await connection.fetchval(
            "INSERT INTO residents (id, key) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING true",
            resident,
            encrypt(self._master, fresh, resident.encode()),
        )
        if made:
            return fresh
        wrapped = await connection.fetchval("SELECT key FROM residents WHERE id = $1 FOR NO KEY UPDATE", resident)
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
