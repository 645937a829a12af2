"""Notices that their receivers did not take: sent again by an operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from activities.notices import Notifier, read_channels
from runtime.settings import Settings
from store.notices import Notice
from store.rulebook import Rulebook
from store.town import clock_on

if TYPE_CHECKING:
    from store.database import Pool


@dataclass(frozen=True, slots=True)
class Resent:
    """What was sent now, and what was not taken again."""

    sent: Sequence[Notice]
    failed: Sequence[Notice]


async def resend(pool: Pool, settings: Settings, *, days: int, unit: str | None = None) -> Resent:
    """Sends what was made in the last ``days`` and not taken everywhere once more, where it was not taken.

    The addresses come from this process's environment, by the names in ``notices.yaml``. Raises PolicyError,
    StoreUnavailable.
    """
    clock = clock_on(pool, rehearsal=settings.rehearsal)
    await clock.refresh()
    notifier = Notifier(pool, Rulebook(pool), read_channels(settings.policies), settings.public_url, clock)
    return Resent(*await notifier.resend(clock.now() - timedelta(days=days), unit))
