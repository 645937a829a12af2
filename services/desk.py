"""What the interface does with processes of one kind, whichever that is: opens, reads and lists them, sends commands.

Every answer is computed from the log after the commit, so the same request again gives the same answer. Who may not
read a process learns nothing of it but that; what a command would break is said after that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import structlog

from domain.errors import Refusal
from domain.permission import Actor
from domain.policy.calendar import shanghai
from domain.policy.rules import Rules
from runtime.clock import Clock
from services import idempotency
from services.problems import Problem
from services.scope import scope_of
from services.sending import Done, Running, Sending
from store import claims
from store.log import EventLog, StoredEvent
from store.registry import Registered
from store.rulebook import Rulebook
from workflows.kind import Keeping, Sendable

if TYPE_CHECKING:
    from store.database import Pool

S = TypeVar("S", bound=Keeping)
C = TypeVar("C", bound=Sendable)

MOST = 200
_LOOKED_AT = 100
_LOOKS = 5
"""So many times so many processes are looked at for one page; one that is not full then says where to go on."""


@dataclass(frozen=True, slots=True)
class Page(Generic[S]):
    """Processes, those that began last first. ``next_cursor``: where to go on; None on the last page."""

    items: tuple[S, ...]
    next_cursor: str | None


class Desk(Generic[S, C]):
    """Processes of one kind, the ``entry`` of the registry, on the log and the running processes."""

    follows: ClassVar[Mapping[str, str]] = {}
    """The event that a command's last one brings by itself, and the answer waits for."""

    def __init__(
        self, pool: Pool, log: EventLog, running: Running, rulebook: Rulebook, clock: Clock, entry: Registered
    ) -> None:
        self.entry = entry
        self._process = entry.process
        self._pool = pool
        self._log = log
        self._running = running
        self._rulebook = rulebook
        self._clock = clock
        self._sending: Sending[S, C] = Sending(pool, log, running, entry, self._decides, self.missing, self.follows)

    def missing(self, number: str) -> Exception:
        """What is said of a process that is not there."""
        return Refusal("unknown_process", kind=self.entry.id, id=number)

    # ---------------------------------------------------------------- reading

    async def find(self, number: str) -> S | None:
        """A process as the log has it; None where there is none."""
        return await self._sending.state(number)

    async def rules_of(self, state: S | None) -> Rules:
        """The rules that a process is under; today's for one yet to begin."""
        under = self._process.under(state)
        return await self._rulebook.under(under.ladder, under.playbook)

    async def require_reader(self, actor: Actor, state: S) -> None:
        """Raises Refusal ``forbidden``."""
        if not self._process.audience(await self._rulebook.rules(), state).includes(actor):
            raise Refusal("forbidden")

    async def readable(self, number: str, actor: Actor) -> tuple[S, tuple[StoredEvent, ...]]:
        """A process that ``actor`` may read, with its events. Raises Refusal."""
        rows = await self._log.read(number)
        state: S | None = self.entry.streams.state(rows)
        if state is None:
            raise self.missing(number)
        await self.require_reader(actor, state)
        return state, rows

    async def page(
        self, actor: Actor, *, is_open: bool | None = None, stage: str | None = None, cursor: str | None, limit: int
    ) -> Page[S]:
        """Those that ``actor`` may read, the newest first; open ones or closed ones, at a stage. At most 200.

        Read from the log, so that it needs no list of the kind's own: a page takes time with what it passes over.
        Raises Problem ``bad_cursor``.
        """
        before, items, limit = _position(cursor), list[S](), max(1, min(limit, MOST))
        if scope_of(actor).is_empty:
            return Page((), None)
        for _ in range(_LOOKS):
            begun = await self._log.begun(self.entry.streams.opens, before, _LOOKED_AT)
            streams = await self._log.read_some([stream for stream, _ in begun])
            for stream, position in begun:
                before = position
                state: S | None = self.entry.streams.state(streams[stream])
                if state is not None and await self._fits(actor, state, is_open, stage):
                    items.append(state)
                if len(items) == limit:
                    return Page(tuple(items), str(position))
            if len(begun) < _LOOKED_AT:
                return Page(tuple(items), None)
        return Page(tuple(items), str(before))

    async def _fits(self, actor: Actor, state: S, is_open: bool | None, stage: str | None) -> bool:
        if is_open is not None and state.closed is is_open:
            return False
        if stage is not None and self._process.stage(state) != stage:
            return False
        return bool(self._process.audience(await self._rulebook.rules(), state).includes(actor))

    # ---------------------------------------------------------------- commanding

    async def open(self, actor: Actor, body: Any, *, key: str | None) -> Done[S]:
        """Begins a process by the command that opens one; the same key and body again is the same process.

        What would be refused takes no number. Raises Refusal, Problem, ProcessUnavailable.
        """
        claimed = idempotency.claim_key(f"open:{self.entry.id}", actor, key)
        command: C = self._process.ordered(body, actor, idempotency.command_id(claimed))
        fingerprint, now = idempotency.fingerprint(f"open:{self.entry.id}", body), self._clock.now()
        known = await claims.find(self._pool, claimed, fingerprint) if key is not None else None
        if known is None:
            self._process.decide(await self.rules_of(None), None, command, now)
        prefix = f"{self._process.prefix}-{shanghai(now).year}"
        claim = known or await claims.claim(self._pool, claimed, fingerprint, number_prefix=prefix)
        if not claim.matches:
            raise Problem("idempotency_mismatch")
        assert claim.subject is not None
        self._speak_of(claim.subject, command)
        done = None if claim.fresh else await self._sending.before(claim.subject, command.id)
        if done is None:
            await self._running.required().begin(claim.subject, command)
            done = await self._sending.committed(claim.subject, command.id)
        return done

    async def command(
        self, number: str, actor: Actor, body: Any, *, key: str | None, if_version: int | None = None
    ) -> Done[S]:
        """Sends a command; answers when it is committed. Raises Refusal, Problem, ProcessUnavailable."""
        claimed = idempotency.claim_key(self.entry.id, actor, key)
        command: C = self._process.ordered(body, actor, idempotency.command_id(claimed), if_version)
        self._speak_of(number, command)
        await self._require_readable(number, actor)
        if key is not None:
            fingerprint = idempotency.fingerprint(f"{number}:{command.kind}", body)
            done = await self._sending.claimed(number, claimed, fingerprint, command.id)
            if done is not None:
                return done
        return await self._sending.send(number, await self._prepared(number, command))

    async def _require_readable(self, number: str, actor: Actor) -> None:
        """Raises Refusal where there is no such process, or where ``actor`` may not read it."""
        state = await self.find(number)
        if state is None:
            raise self.missing(number)
        await self.require_reader(actor, state)

    async def _prepared(self, number: str, command: C) -> C:
        """The command as it is sent, once what it needs is there."""
        return command

    def _speak_of(self, number: str, command: C) -> None:
        """From here on, every line that this request logs says which process and command it is about."""
        structlog.contextvars.bind_contextvars(**{self.entry.id: number, "workflow": number, "command": command.id})

    async def _decides(self, state: S, command: C) -> None:
        self._process.decide(await self.rules_of(state), state, command, self._clock.now())


def _position(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit()) or len(cursor) > 18:
        raise Problem("bad_cursor")
    return int(cursor)
