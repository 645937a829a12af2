"""Notices that were never written, or that their receivers did not take: found, and sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio.exceptions import ApplicationError

from activities.notices import Notifier
from domain.notices import CASE_KINDS, KINDS, RESPONSE_KINDS, notice_kind
from domain.policy.forum import forum_of
from operations.lasting import PAUSES, lasting
from runtime.clock import Clock
from runtime.settings import Settings
from services.policy_folder import read_channels
from store.notices import Notice, Notices, Unwritten
from store.rulebook import Rulebook
from store.sittings import Sittings
from store.town import clock_on
from workflows.messages import CaseNoticeOrder, NoticeOrder, ResponseNoticeOrder
from workflows.notifying import NOT_SENT

if TYPE_CHECKING:
    from store.database import Pool

RECENT = timedelta(days=7)
BEING_SENT = timedelta(minutes=10)
"""A process tries an address for so long; until then a notice may be on its way."""


@dataclass(frozen=True, slots=True)
class Resent:
    """What was sent now, and what was not taken again."""

    sent: Sequence[Notice]
    failed: Sequence[Notice]


def notifier_of(pool: Pool, settings: Settings, clock: Clock) -> Notifier:
    """Who tells units, with the addresses of this process's environment. Raises PolicyError."""
    channels = read_channels(settings.policies).channels
    return Notifier(pool, Rulebook(pool), channels, settings.public_url, clock)


async def resend(pool: Pool, settings: Settings, *, days: int, unit: str | None = None) -> Resent:
    """Sends what was made in the last ``days`` and not taken everywhere once more, where it was not taken.

    The addresses come from this process's environment, by the names in ``notices.yaml``. Raises PolicyError,
    StoreUnavailable.
    """
    clock = clock_on(pool, rehearsal=settings.rehearsal)
    await clock.refresh()
    return Resent(*await notifier_of(pool, settings, clock).resend(clock.now() - timedelta(days=days), unit))


class NoticesCompared:
    """Events that were to be told, and notices. Every call may raise StoreUnavailable, NoRules."""

    def __init__(self, pool: Pool, notifier: Notifier, clock: Clock, pauses: Sequence[float] = PAUSES) -> None:
        self._clock = clock
        self._notices = Notices(pool)
        self._sittings = Sittings(pool)
        self._rulebook = Rulebook(pool)
        self._notifier = notifier
        self._pauses = pauses

    async def unwritten(self) -> tuple[Unwritten, ...]:
        """What was to be told and nobody has in the inbox, though there has been time to write it."""
        found = await lasting(self._unwritten, self._pauses)
        return tuple(sorted(found, key=lambda one: (one.stream, one.version)))

    async def unsent(self) -> tuple[Notice, ...]:
        """The notices of the last days that an address did not take, or that nobody sent."""
        now = self._clock.now()
        return await self._notices.unsent(now - RECENT, now - BEING_SENT)

    async def write(self, stream: str, version: int, command: str, event: str) -> None:
        """Puts what a command brought about into the inboxes of whom it concerns, and sends it where it goes outside;
        what an address does not take is then found as unsent."""
        try:
            if event in CASE_KINDS:
                await self._notifier.notify_of_case(CaseNoticeOrder(case=stream, version=version))
            elif await self._sittings.get(stream) is not None:
                await self._notifier.notify(NoticeOrder(sitting=stream, version=version))
            else:
                await self._notifier.notify_of_response(ResponseNoticeOrder(response=stream, command=command))
        except ApplicationError as error:
            if error.type != NOT_SENT:
                raise

    async def send(self, notice: str) -> bool:
        """Sends a notice once more; whether every address has taken it."""
        return await self._notifier.send_again(notice)

    async def _unwritten(self) -> list[Unwritten]:
        await self._rulebook.refresh()
        forums = self._rulebook.current.forums
        of_sittings = await self._notices.unwritten((*KINDS, "sitting_convened"))
        return [
            *(one for one in of_sittings if _is_told(one) and forum_of(one.stream) in forums),
            *await self._notices.unwritten(RESPONSE_KINDS),
            *await self._notices.unwritten(CASE_KINDS),
        ]


def _is_told(one: Unwritten) -> bool:
    return any(notice_kind(type_, one.stream) is not None for type_ in one.types)  # type: ignore[arg-type]
