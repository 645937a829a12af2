"""What the interface does with photographs: keeps them sealed, has the case say that they came, gives them back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.case import MOST_PHOTOS, AddPhotos, CaseState, Command, PhotoRef, check_photos_taken
from domain.errors import Refusal
from domain.permission import Actor
from runtime.clock import Clock
from services import idempotency
from services.casework import Casework
from services.problems import Problem
from services.sending import Done
from store import claims
from store.errors import ResidentErased
from store.photos import NewPhoto, PhotoRow, Photos, Size
from store.residents import Residents

if TYPE_CHECKING:
    from store.database import Pool


class Photographs:
    """Photographs of cases. The code of a resident has been checked."""

    def __init__(self, pool: Pool, sealed: Residents, casework: Casework, clock: Clock) -> None:
        self._pool = pool
        self._photos = Photos(pool, sealed)
        self._casework = casework
        self._clock = clock

    async def check(self, number: str, actor: Actor) -> CaseState:
        """The case, if ``actor`` may add photographs to it now. Raises Refusal."""
        state = await self._casework.state(number)
        check_photos_taken(await self._casework.rules(state), state, actor)
        return state

    async def add(
        self, number: str, actor: Actor, photos: Sequence[NewPhoto], *, key: str | None = None
    ) -> tuple[CaseState, tuple[PhotoRow, ...]]:
        """Keeps photographs, and records that they came; a file that the case has already is that photograph.

        What breaks in between is finished by the caller's next try. Raises Refusal, Problem, ProcessUnavailable.
        """
        state = await self.check(number, actor)
        if key is not None:
            await self._claim(number, actor, photos, key)
        try:
            resident, at = state.words.resident, self._clock.now()
            rows = await self._photos.keep(number, resident, photos, at=at, at_most=MOST_PHOTOS)
        except ResidentErased:
            raise Problem("erased") from None
        done = await self._record(number, actor, rows)
        return done.state if done else await self._casework.state(number), rows

    async def _claim(self, number: str, actor: Actor, photos: Sequence[NewPhoto], key: str) -> None:
        claim_key = idempotency.claim_key(f"photos:{number}", actor, key)
        sent = hashlib.sha256(b"".join(photo.source for photo in photos)).hexdigest()
        claim = await claims.claim_lightly(self._pool, claim_key, sent, subject=number)
        if not claim.matches:
            raise Problem("idempotency_mismatch")

    async def _record(self, number: str, actor: Actor, rows: Sequence[PhotoRow]) -> Done[CaseState] | None:
        """The event for those that the log does not have yet; None where it has all of them."""
        _, story = await self._casework.story(number)
        added = (event.data["detail"]["photos"] for event in story if event.type == "photos_added")
        known = {photo["id"] for photos in added for photo in photos}
        fresh = {row.id: PhotoRef(id=row.id, digest=row.digest) for row in rows if row.id not in known}
        if not fresh:
            return None
        claim_key = idempotency.claim_key(f"photos:{number}", actor, ",".join(sorted(fresh)))
        command = Command(
            id=idempotency.command_id(claim_key), actor=actor, body=AddPhotos(photos=tuple(fresh.values()))
        )
        return await self._casework.send(number, command)

    async def of(self, state: CaseState) -> tuple[PhotoRow, ...]:
        """A case's photographs, oldest first; none once the resident is erased."""
        return await self._photos.of(state.number) if state.photos else ()

    async def read(self, number: str, photo_id: str, size: Size) -> bytes:
        """A photograph as JPEG. Who asks has been checked. Raises Refusal ``unknown_photo``."""
        found = await self._photos.read(number, photo_id, size)
        if found is None:
            raise Refusal("unknown_photo", photo=photo_id)
        return found
