"""Photographs of cases, sealed with the resident's key as their words are: erasing the resident erases them.

A photograph is a row that is never changed. The case's event names it with the digest of its ciphertext.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, select

from domain.errors import Refusal
from store.database import is_text, transaction
from store.errors import SealBroken
from store.residents import Residents, decrypt, digest_of, encrypt
from store.statements import Statement, given, inserted
from store.tables.people import PHOTOS, RESIDENTS

if TYPE_CHECKING:
    from store.database import Connection, Pool

Size = Literal["picture", "thumbnail"]


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """A photograph to be kept: JPEG in two sizes. `source` is the SHA-256 of the file as it came."""

    picture: bytes
    thumbnail: bytes
    width: int
    height: int
    source: bytes


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photograph of a case, without its picture. `digest` is the SHA-256 of the ciphertext, in hex."""

    id: str
    digest: str
    width: int
    height: int
    at: datetime


class Photos:
    """Photographs on a pool. Every call may raise StoreUnavailable."""

    def __init__(self, pool: Pool, sealed: Residents) -> None:
        self._pool = pool
        self._sealed = sealed

    async def keep(
        self, number: str, resident: str, photos: Sequence[NewPhoto], *, at: datetime, at_most: int
    ) -> tuple[PhotoRow, ...]:
        """Seal photographs of a case that came at ``at``, all or none; a file that the case has already is that
        photograph.

        Raises Refusal("too_many_photos") for more than `at_most` in all; ResidentErased.
        """
        async with transaction(self._pool) as connection:
            key = await self._sealed.key_of(connection, resident)  # and so one after the other for each resident
            before = await _count(connection, number)
            rows = tuple([await _keep(connection, number, resident, key, photo, at) for photo in photos])
            if await _count(connection, number) > at_most:
                raise Refusal("too_many_photos", limit=at_most, there=before)
        return rows

    async def of(self, number: str) -> tuple[PhotoRow, ...]:
        """A case's photographs, oldest first; none once the resident is erased."""
        rows = await _OF.rows(self._pool, number=number)
        return tuple(PhotoRow(*row) for row in rows)

    async def read(self, number: str, photo_id: str, size: Size) -> bytes | None:
        """A photograph as JPEG; None where the case has no such one, or its resident is erased. Raises SealBroken."""
        if not is_text(photo_id):
            return None
        row = await _READ[size].row(self._pool, id=photo_id, number=number)
        if row is None or row["key"] is None:
            return None
        if size == "picture" and digest_of(row["sealed"]) != row["digest"]:
            raise SealBroken(f"{photo_id} is not the photograph that was sealed")
        key = AESGCM(self._sealed.unwrap(row["resident"], row["key"]))
        return decrypt(key, row["sealed"], _context(row["resident"], photo_id, size), photo_id)


async def _count(connection: Connection, number: str) -> int:
    return int(await _COUNT.value(connection, number=number))


async def _keep(
    connection: Connection, number: str, resident: str, key: bytes, photo: NewPhoto, at: datetime
) -> PhotoRow:
    origin = hmac.digest(key, photo.source, hashlib.sha256).hex()
    there = await _FIND.row(connection, number=number, origin=origin)
    if there is None:
        photo_id, sealing = f"p-{secrets.token_hex(12)}", AESGCM(key)
        picture = encrypt(sealing, photo.picture, _context(resident, photo_id, "picture"))
        thumbnail = encrypt(sealing, photo.thumbnail, _context(resident, photo_id, "thumbnail"))
        there = await _KEEP.row(
            connection,
            id=photo_id,
            number=number,
            resident=resident,
            origin=origin,
            picture=picture,
            thumbnail=thumbnail,
            digest=digest_of(picture),
            width=photo.width,
            height=photo.height,
            created_at=at,
        )
    assert there is not None
    return PhotoRow(*there)


def _context(resident: str, photo_id: str, size: Size) -> bytes:
    return f"{resident}|{photo_id}|{size}".encode()


# ---------------------------------------------------------------- statements, each made once

_SHOWN = tuple(PHOTOS.c[name] for name in ("id", "digest", "width", "height", "created_at"))
_OF_ITS_CASE = PHOTOS.c.number == given(PHOTOS.c.number)
_WITH_RESIDENT = PHOTOS.join(RESIDENTS, RESIDENTS.c.id == PHOTOS.c.resident)

_OF = Statement(
    select(*_SHOWN)
    .select_from(_WITH_RESIDENT)
    .where(_OF_ITS_CASE, RESIDENTS.c.key.is_not(None))
    .order_by(PHOTOS.c.created_at, PHOTOS.c.id)
)
_SIZES: tuple[Size, ...] = ("picture", "thumbnail")
_READ: Mapping[Size, Statement] = {
    size: Statement(
        select(PHOTOS.c[size].label("sealed"), PHOTOS.c.digest, PHOTOS.c.resident, RESIDENTS.c.key)
        .select_from(_WITH_RESIDENT)
        .where(PHOTOS.c.id == given(PHOTOS.c.id), _OF_ITS_CASE)
    )
    for size in _SIZES
}
_COUNT = Statement(select(func.count()).select_from(PHOTOS).where(_OF_ITS_CASE))
_FIND = Statement(select(*_SHOWN).where(_OF_ITS_CASE, PHOTOS.c.origin == given(PHOTOS.c.origin)))
_KEEP = Statement(inserted(PHOTOS).returning(*_SHOWN))
