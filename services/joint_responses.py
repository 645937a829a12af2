"""What the interface does with joint responses beyond what it does with processes of any kind: joins them to cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import structlog

from domain.errors import Refusal
from domain.joint_response import AskedOfResponse, ResponseCommand, ResponseState, StandDownResponse
from domain.permission import Actor
from runtime.clock import Clock
from services.desk import Desk
from services.sending import Done, Running
from store.errors import StoreUnavailable
from store.joint_responses import Responses
from store.log import EventLog
from store.registry import RESPONSES
from store.rulebook import Rulebook
from workflows.client import ProcessUnavailable

if TYPE_CHECKING:
    from store.database import Pool

log = structlog.get_logger()


class Steps(Protocol):
    """What joins responses to their cases; the processes' own effects do it again where it failed here."""

    async def opened(self, number: str, emergency: str) -> object:
        """Begins the response of a case's emergency. May raise Refusal, ProcessUnavailable, StoreUnavailable."""

    async def told(self, emergency: str) -> object:
        """Tells the cases that the response is stood down. May raise ProcessUnavailable, StoreUnavailable."""


class JointResponses(Desk[ResponseState, ResponseCommand]):
    """Joint responses. ``steps`` join them to their cases."""

    def __init__(
        self, pool: Pool, events: EventLog, running: Running, rulebook: Rulebook, clock: Clock, steps: Steps
    ) -> None:
        super().__init__(pool, events, running, rulebook, clock, RESPONSES)
        self.list = Responses(pool)
        self._steps = steps

    def missing(self, number: str) -> Exception:
        """See ``Desk``."""
        return Refusal("unknown_emergency", emergency=number)

    async def command(
        self, number: str, actor: Actor, body: AskedOfResponse, *, key: str | None, if_version: int | None = None
    ) -> Done[ResponseState]:
        """See ``Desk``. The cases of a response that was stood down are told right away."""
        done = await super().command(number, actor, body, key=key, if_version=if_version)
        if isinstance(body, StandDownResponse):
            await self.told(number)
        return done

    async def opened(self, number: str, emergency: str) -> None:
        """Begins the response of a case's emergency right away; what fails here the case's own process does."""
        try:
            await self._steps.opened(number, emergency)
        except (Refusal, ProcessUnavailable, StoreUnavailable) as error:
            log.warning("a response was not begun at once", case=number, emergency=emergency, error=str(error))

    async def told(self, emergency: str) -> None:
        """Tells the cases right away that the response is stood down; what fails here the response's process does."""
        try:
            await self._steps.told(emergency)
        except (ProcessUnavailable, StoreUnavailable) as error:
            log.warning("cases were not told at once", emergency=emergency, error=str(error))
