"""What the interface does with joint responses: reads them from the log, sends reports to their processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import structlog

from domain.errors import Refusal
from domain.joint_response import (
    Report,
    ResponseCommand,
    ResponseState,
    StandDownResponse,
    TaskReport,
    decide,
)
from domain.permission import Actor, may_read_response
from domain.policy.rules import Rules
from runtime.clock import Clock
from services import idempotency
from services.sending import Done, Running, Sending
from store.errors import StoreUnavailable
from store.folding import RESPONSES
from store.joint_responses import Responses
from store.log import EventLog, StoredEvent
from store.rulebook import Rulebook
from workflows.client import ProcessUnavailable

if TYPE_CHECKING:
    from store.database import Pool

log = structlog.get_logger()

Asked = TaskReport | Report | StandDownResponse
"""What a party, the lead or the alliance may ask of a response."""


class Steps(Protocol):
    """What joins responses to their cases; the processes' own effects do it again where it failed here."""

    async def opened(self, number: str, emergency: str) -> object:
        """Begins the response of a case's emergency. May raise Refusal, ProcessUnavailable, StoreUnavailable."""

    async def told(self, emergency: str) -> object:
        """Tells the cases that the response is stood down. May raise ProcessUnavailable, StoreUnavailable."""


class JointResponses:
    """Joint responses, on the log and the running processes. ``steps`` join them to their cases."""

    def __init__(
        self, pool: Pool, events: EventLog, running: Running, rulebook: Rulebook, clock: Clock, steps: Steps
    ) -> None:
        self._log = events
        self._clock = clock
        self._rulebook = rulebook
        self._sending: Sending[ResponseState, ResponseCommand] = Sending(
            pool,
            events,
            running,
            RESPONSES,
            self._decides,
            lambda emergency: Refusal("unknown_emergency", emergency=emergency),
        )
        self.list = Responses(pool)
        self._steps = steps

    # ---------------------------------------------------------------- reading

    async def state(self, emergency: str) -> ResponseState:
        """A response as the log has it. Raises Refusal ``unknown_emergency``."""
        state = await self._sending.state(emergency)
        if state is None:
            raise Refusal("unknown_emergency", emergency=emergency)
        return state

    async def find(self, emergency: str) -> ResponseState | None:
        """The same; None where there is none."""
        return await self._sending.state(emergency)

    async def readable(self, emergency: str, actor: Actor) -> tuple[ResponseState, tuple[StoredEvent, ...]]:
        """A response that ``actor`` may read, with its events. Raises Refusal."""
        rows = await self._log.read(emergency)
        state = RESPONSES.state(rows)
        if state is None:
            raise Refusal("unknown_emergency", emergency=emergency)
        if not may_read_response(actor, state):
            raise Refusal("forbidden")
        return state, rows

    async def rules(self, state: ResponseState) -> Rules:
        """Today's rules, with the version of the playbook that a response is under."""
        return await self._rulebook.with_playbook(state.playbook)

    # ---------------------------------------------------------------- commanding

    async def command(
        self, emergency: str, actor: Actor, body: Asked, *, key: str | None, if_version: int | None = None
    ) -> Done[ResponseState]:
        """Sends a command to a response; answers when it is committed. Raises Refusal, Problem, ProcessUnavailable."""
        claimed = idempotency.claim_key("emergency", actor, key)
        command = ResponseCommand(id=idempotency.command_id(claimed), actor=actor, body=body, if_version=if_version)
        structlog.contextvars.bind_contextvars(emergency=emergency, workflow=emergency, command=command.id)
        if key is not None:
            fingerprint = idempotency.fingerprint(f"{emergency}:{command.kind}", body)
            done = await self._sending.claimed(emergency, claimed, fingerprint, command.id)
            if done is not None:
                return done
        return await self._sending.send(emergency, command)

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

    async def _decides(self, state: ResponseState, command: ResponseCommand) -> None:
        decide(await self.rules(state), state, command, self._clock.now())
