"""What must be in place before workers and API start: the schema, and whatever else a fresh stack needs."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote, urlsplit

from runtime.settings import Settings
from store.migrate import upgrade


async def prepare(settings: Settings) -> None:
    """Bring the database up to date. PostgreSQL and Temporal are up. Called at every start: idempotent."""
    password = unquote(urlsplit(settings.database()).password or "")
    await asyncio.to_thread(upgrade, settings.owner_database(), app_password=password)
