"""Agendas and minutes as they were written: never changed, found by id, proved by digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from domain.sitting import DocumentRef
from store.database import is_text
from store.errors import reaching_the_store
from store.log import canonical

if TYPE_CHECKING:
    from store.database import Executor

Kind = Literal["agenda", "minutes"]
DocumentStatus = Literal["draft", "frozen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document with its content as JSON. ``digest`` is the SHA-256 of the canonical JSON."""

    id: str
    sitting: str
    kind: Kind
    version: int
    status: DocumentStatus
    content: dict[str, Any]
    digest: str
    cases: int
    made_at: datetime


class Documents:
    """The documents on a pool (or connection). Every call may raise StoreUnavailable."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def put(
        self,
        sitting: str,
        kind: Kind,
        status: DocumentStatus,
        content: Mapping[str, Any],
        cases: int,
        made_at: datetime,
    ) -> DocumentRef:
        """Keep a document; the same content again is the same document. Raises NotCanonical."""
        digest = hashlib.sha256(canonical(dict(content))).hexdigest()
        document_id = f"{sitting}-{kind}-{digest[:16]}"
        with reaching_the_store():
            await self._executor.execute(_PUT, document_id, sitting, kind, status, content, digest, cases, made_at)
        return DocumentRef(id=document_id, digest=digest, cases=cases)

    async def get(self, document_id: str) -> Document | None:
        """A document by its id."""
        if not is_text(document_id):
            return None
        with reaching_the_store():
            row = await self._executor.fetchrow("SELECT * FROM documents WHERE id = $1", document_id)
        return Document(**dict(row)) if row else None

    async def cases(self, document_ids: Sequence[str]) -> dict[str, int]:
        """How many cases each of the documents has, by id."""
        with reaching_the_store():
            rows = await self._executor.fetch("SELECT id, cases FROM documents WHERE id = ANY($1)", list(document_ids))
        return {row["id"]: row["cases"] for row in rows}

    async def of_sitting(self, sitting: str) -> tuple[Document, ...]:
        """Every document of a sitting, drafts too, oldest first."""
        with reaching_the_store():
            rows = await self._executor.fetch(
                "SELECT * FROM documents WHERE sitting = $1 ORDER BY made_at, version, id", sitting
            )
        return tuple(Document(**dict(row)) for row in rows)


# The same document written twice at once has the same id; its version only tells people the order.
_PUT = """
INSERT INTO documents (id, sitting, kind, version, status, content, digest, cases, made_at)
SELECT $1, $2, $3, coalesce(max(version), 0) + 1, $4, $5, $6, $7, $8 FROM documents WHERE sitting = $2 AND kind = $3
ON CONFLICT (id) DO NOTHING
"""
