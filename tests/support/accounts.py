"""Accounts of a test's own, so that what happens to them happens to nobody else."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Coroutine
from typing import Any, TypeVar

from store.accounts import Accounts, Post, hash_password
from store.database import connect
from tests.support.stack import Stack

Result = TypeVar("Result")


def apart(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs something asynchronous from a plain test, also one that has a browser open."""
    found: list[Result] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(work)))
    thread.start()
    thread.join()
    return found[0]


def added(stack: Stack, *posts: Post, prefix: str = "someone") -> str:
    """A new account with these posts and the samples' password."""
    name = f"{prefix}-{uuid.uuid4().hex[:8]}"

    async def add() -> None:
        pool = await connect(stack.settings.database())
        await Accounts(pool).put(name, hash_password("nancheng"), posts)
        await pool.close()

    apart(add())
    return name


def disabled(stack: Stack, name: str) -> None:
    """The account is shut."""

    async def disable() -> None:
        pool = await connect(stack.settings.database())
        await Accounts(pool).set_disabled(name, True)
        await pool.close()

    apart(disable())
