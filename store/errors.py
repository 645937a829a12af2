"""What the store can raise besides the domain's own refusals. `StoreUnavailable` alone is worth a retry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg


class StoreError(Exception):
    """Root of the store's errors."""


class StoreUnavailable(StoreError):
    """PostgreSQL cannot be reached, is restarting or has lost the call; try again.

    Whether a write took effect is unknown. Every write of the store may be repeated: an append by its
    command id, a claim by its key.
    """


class NotCanonical(StoreError, ValueError):
    """The value would not survive the log: a float, NUL, lone surrogate, or something that JSON has not."""


class Diverged(StoreError):
    """The caller folded events that the log does not have. It must start again from the log."""

    def __init__(self, stream: str, version: int) -> None:
        super().__init__(f"{stream}: the log has no event {version} with the hash that the caller knows")
        self.stream = stream
        self.version = version


class CommandTaken(StoreError):
    """The command id was used in another stream; command ids are unique in the whole log."""

    def __init__(self, command_id: str, stream: str) -> None:
        super().__init__(f"command {command_id} was recorded in {stream}")
        self.command_id = command_id
        self.stream = stream


class SchemaUnknown(StoreError):
    """The database was made by another program: one from long before, or a later one."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at schema {revision}, which this program does not know: an early one's data, or a later "
            "one's. Start with the program that made it, or in a new data folder."
        )
        self.revision = revision


class ResidentErased(StoreError):
    """Something was to be sealed for a resident whose key has been destroyed."""


class SealBroken(StoreError):
    """A sealed record is not what was written, or the master key is not the one that it was sealed under."""


# What PostgreSQL says while it restarts, is cut off, or lacks room: the same call may work later.
_TEMPORARY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InternalClientError,
)
_CLOSED = ("closed", "closing", "not initialized")


def is_temporary(error: BaseException) -> bool:
    """Whether `error`, of asyncpg or the network, says that PostgreSQL cannot answer now."""
    if isinstance(error, _TEMPORARY):
        return not isinstance(error, asyncpg.QueryCanceledError)
    return type(error) is asyncpg.InterfaceError and any(word in str(error) for word in _CLOSED)


@contextmanager
def reaching_the_store() -> Iterator[None]:
    """Turn connection errors of the block into StoreUnavailable; everything else passes."""
    try:
        yield
    except Exception as error:
        if is_temporary(error):
            raise StoreUnavailable(f"{type(error).__name__}: {error}") from error
        raise
