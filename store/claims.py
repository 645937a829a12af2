"""Idempotency keys: the first request with a key takes it, and what it was about is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Text, func, select, true

from store.statements import Statement, given
from store.tables.town import CLAIMS

if TYPE_CHECKING:
    from store.database import Executor


@dataclass(frozen=True, slots=True)
class Claim:
    """`fresh`: this call took the key. `matches`: the key was taken by the same request.

    `subject` is what the key's first request was about: a case's number. A key that is neither fresh nor
    matching is refused by the caller; one that matches is carried on to the end, which may be a second time.
    """

    subject: str | None
    fresh: bool
    matches: bool


async def claim(
    executor: Executor,
    key: str,
    fingerprint: str,
    *,
    number_prefix: str | None = None,
    subject: str | None = None,
) -> Claim:
    """Take `key` for the request whose body has the SHA-256 `fingerprint`, in one call.

    With `number_prefix` ("NC-2026") a fresh claim draws the next case number ("NC-2026-000123") as its
    subject; no number is skipped. On an open connection, sealed records and the title can be written in the
    same transaction; another request with the key waits for its end. Raises StoreUnavailable.
    """
    if number_prefix is not None and subject is not None:
        raise ValueError("a claim has a subject or draws a number, not both")
    row = await _CLAIM.row(executor, key=key, fingerprint=fingerprint, subject=subject, prefix=number_prefix)
    assert row is not None
    return Claim(row["subject"], row["fresh"], row["matches"])


async def find(executor: Executor, key: str, fingerprint: str) -> Claim | None:
    """The claim on `key`, if anyone has taken it. Raises StoreUnavailable."""
    row = await _FIND.row(executor, key=key)
    return Claim(row["subject"], False, row["fingerprint"] == fingerprint) if row else None


async def claim_lightly(executor: Executor, key: str, fingerprint: str, *, subject: str) -> Claim:
    """Take `key` for a request whose effect is committed after it, in the log; the commit waits for no disk.

    The log's own commit flushes what came before it, so where the effect is durable, the claim is. A claim
    lost in a crash of PostgreSQL was about something that did not happen. Raises StoreUnavailable.
    """
    row = await _CLAIM_LIGHTLY.row(executor, key=key, fingerprint=fingerprint, subject=subject, prefix=None)
    assert row is not None
    return Claim(row["subject"], row["fresh"], row["matches"])


# ---------------------------------------------------------------- statements, each made once

_TAKEN = func.hx_claim(*(given(name, Text()) for name in ("key", "fingerprint", "subject", "prefix"))).table_valued(
    "subject", "fresh", "matches", name="taken"
)
_CLAIM = Statement(select(_TAKEN))
_NO_DISK = func.set_config("synchronous_commit", "off", true())
_CLAIM_LIGHTLY = Statement(select(_TAKEN, _NO_DISK))
_FIND = Statement(select(CLAIMS.c.subject, CLAIMS.c.fingerprint).where(CLAIMS.c.key == given(CLAIMS.c.key)))
