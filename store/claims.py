"""Idempotency keys: the first request with a key takes it, and what it was about is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.errors import reaching_the_store

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
    with reaching_the_store():
        row = await executor.fetchrow(
            "SELECT subject, fresh, matches FROM hx_claim($1, $2, $3, $4)",
            key,
            fingerprint,
            subject,
            number_prefix,
        )
    assert row is not None
    return Claim(row["subject"], row["fresh"], row["matches"])


async def find(executor: Executor, key: str, fingerprint: str) -> Claim | None:
    """The claim on `key`, if anyone has taken it. Raises StoreUnavailable."""
    with reaching_the_store():
        row = await executor.fetchrow("SELECT subject, fingerprint FROM claims WHERE key = $1", key)
    return Claim(row["subject"], False, row["fingerprint"] == fingerprint) if row else None


async def claim_lightly(executor: Executor, key: str, fingerprint: str, *, subject: str) -> Claim:
    """Take `key` for a request whose effect is committed after it, in the log; the commit waits for no disk.

    The log's own commit flushes what came before it, so where the effect is durable, the claim is. A claim
    lost in a crash of PostgreSQL was about something that did not happen. Raises StoreUnavailable.
    """
    with reaching_the_store():
        row = await executor.fetchrow(
            "SELECT subject, fresh, matches, set_config('synchronous_commit', 'off', true) "
            "FROM hx_claim($1, $2, $3, NULL)",
            key,
            fingerprint,
            subject,
        )
    assert row is not None
    return Claim(row["subject"], row["fresh"], row["matches"])
