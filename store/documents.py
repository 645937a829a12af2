"""Agendas and minutes as they were written: never changed, found by id, proved by digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import func, select

from domain.sitting import DocumentRef
from store.database import is_text
from store.log import canonical
from store.statements import Statement, among, given, inserted
from store.tables.town import DOCUMENTS

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
        await _PUT.run(
            self._executor,
            id=document_id,
            sitting=sitting,
            kind=kind,
            status=status,
            content=content,
            digest=digest,
            cases=cases,
            made_at=made_at,
        )
        return DocumentRef(id=document_id, digest=digest, cases=cases)

    async def get(self, document_id: str) -> Document | None:
        """A document by its id."""
        if not is_text(document_id):
            return None
        row = await _GET.row(self._executor, id=document_id)
        return Document(**dict(row)) if row else None

    async def cases(self, document_ids: Sequence[str]) -> dict[str, int]:
        """How many cases each of the documents has, by id."""
        rows = await _CASES.rows(self._executor, ids=list(document_ids))
        return {row["id"]: row["cases"] for row in rows}

    async def of_sitting(self, sitting: str) -> tuple[Document, ...]:
        """Every document of a sitting, drafts too, oldest first."""
        rows = await _OF_SITTING.rows(self._executor, sitting=sitting)
        return tuple(Document(**dict(row)) for row in rows)


# ---------------------------------------------------------------- statements, each made once

_SHOWN = select(DOCUMENTS)
_GET = Statement(_SHOWN.where(DOCUMENTS.c.id == given(DOCUMENTS.c.id)))
_CASES = Statement(select(DOCUMENTS.c.id, DOCUMENTS.c.cases).where(among(DOCUMENTS.c.id, "ids")))
_OF_SITTING = Statement(
    _SHOWN.where(DOCUMENTS.c.sitting == given(DOCUMENTS.c.sitting)).order_by(
        DOCUMENTS.c.made_at, DOCUMENTS.c.version, DOCUMENTS.c.id
    )
)
# The same document written twice at once has the same id; its version only tells people the order.
_NEXT = (
    select(func.coalesce(func.max(DOCUMENTS.c.version), 0) + 1)
    .where(DOCUMENTS.c.sitting == given(DOCUMENTS.c.sitting), DOCUMENTS.c.kind == given(DOCUMENTS.c.kind))
    .scalar_subquery()
)
_PUT = Statement(inserted(DOCUMENTS).values(version=_NEXT).on_conflict_do_nothing(index_elements=[DOCUMENTS.c.id]))
