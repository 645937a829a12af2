"""How commands reach the processes of one kind, and how what they brought about is read from the log.

The same for every kind: every answer is computed from the log after the commit, so the same
request again gives the same answer; a process that has fallen behind its log is nudged, one that is gone starts again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from domain.errors import Refusal
from services.problems import Problem
from store import claims
from store.folding import Streams
from store.log import EventLog, StoredEvent
from store.registry import Registered
from workflows.client import Processes, ProcessGone, ProcessUnavailable
from workflows.kind import Keeping, Sendable

if TYPE_CHECKING:
    from store.database import Pool

_REMEMBERED = 10_000


S = TypeVar("S", bound=Keeping)
C = TypeVar("C", bound=Sendable)


@dataclass(frozen=True, slots=True)
class Done(Generic[S]):
    """What a command brought about: its events, and the state right after them."""

    state: S
    events: tuple[StoredEvent, ...]


class Running:
    """The running processes, once Temporal has answered."""

    def __init__(self) -> None:
        self.processes: Processes | None = None

    def required(self) -> Processes:
        """Raises ProcessUnavailable before Temporal has answered."""
        if self.processes is None:
            raise ProcessUnavailable("Temporal has not answered yet")
        return self.processes


class Folded(Generic[S]):
    """States as they were folded last: events are never changed, so only what came after has to be folded.

    The last event is read again and its hash compared, in case the log was restored from a backup.
    """

    def __init__(self, log: EventLog, kind: Streams[S, Any]) -> None:
        self._log = log
        self._kind = kind
        self._known: OrderedDict[str, tuple[S, str]] = OrderedDict()

    async def read(self, number: str) -> tuple[S | None, S | None, tuple[StoredEvent, ...]]:
        """The state as remembered, as it now is, and the events between. Both are None where there is no stream."""
        before, head = self._known.get(number, (None, ""))
        rows = await self._log.read(number, before.version - 1 if before else 0)
        if before is not None:
            if not rows or rows[0].hash != head:
                del self._known[number]
                return await self.read(number)
            rows = rows[1:]
        elif not self._kind.owns(rows):
            return None, None, ()
        after = self._kind.fold(number, rows, before)
        if after is not None and rows:
            self._remember(number, after, rows[-1].hash)
        return before, after, rows

    def _remember(self, number: str, state: S, head: str) -> None:
        self._known[number] = (state, head)
        self._known.move_to_end(number)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


class Sending(Generic[S, C]):
    """Commands to the processes of one kind, the ``entry`` of the registry.

    ``decides``: runs the pure decide on the log's state; raises Refusal. ``missing``: what is raised for a stream
    that is not there. ``follows``: the event that a command's last one brings by itself, and the answer waits for.
    """

    def __init__(
        self,
        pool: Pool,
        log: EventLog,
        running: Running,
        entry: Registered,
        decides: Callable[[S, C], Awaitable[object]],
        missing: Callable[[str], Exception],
        follows: Mapping[str, str] | None = None,
    ) -> None:
        self._pool = pool
        self._log = log
        self._running = running
        self._process = entry.process
        self._kind: Streams[S, Any] = entry.streams
        self._decides = decides
        self._missing = missing
        self._follows = follows or {}
        self._folded: Folded[S] = Folded(log, entry.streams)

    async def state(self, number: str) -> S | None:
        """As the log has it; None where there is no such stream."""
        return (await self._folded.read(number))[1]

    async def claimed(self, number: str, claim_key: str, fingerprint: str, command_id: str) -> Done[S] | None:
        """What the same request brought about before, if it did. Raises Problem ``idempotency_mismatch``."""
        claim = await claims.claim_lightly(self._pool, claim_key, fingerprint, subject=number)
        if not claim.matches:
            raise Problem("idempotency_mismatch")
        return None if claim.fresh else await self.before(number, command_id)

    async def before(self, number: str, command_id: str) -> Done[S] | None:
        """What a command brought about before; its process then knows of it too."""
        done = await self.done(number, command_id)
        if done is not None:
            await self._make_known(number, done.state)
        return done

    async def send(self, number: str, command: C) -> Done[S]:
        """Sends a command; answers when it is committed. Raises Refusal, ProcessUnavailable, what ``missing`` gives."""
        running = self._running.required()
        try:
            await running.send(number, command)
        except ProcessGone:
            return await self._send_without_process(number, command)
        except Refusal:
            if not await self._log_would_take(number, command):
                raise
            await running.nudge(number)
            await running.send(number, command)
        return await self.committed(number, command.id)

    async def committed(self, number: str, command_id: str) -> Done[S]:
        """What a command that has just been recorded brought about: what is new in the log, read and folded once."""
        before, after, rows = await self._folded.read(number)
        # Where another request has read these events meanwhile, the whole story is read.
        done = self._done(number, rows, command_id, before, after) or await self.done(number, command_id)
        if done is None:
            raise ProcessUnavailable(f"{number}: the command is not in the log")
        return done

    async def done(self, number: str, command_id: str) -> Done[S] | None:
        """What a command brought about, by the whole stream; None if nothing."""
        return self._done(number, await self._log.read(number), command_id)

    def _done(
        self,
        number: str,
        rows: Sequence[StoredEvent],
        command_id: str,
        before: S | None = None,
        after: S | None = None,
    ) -> Done[S] | None:
        """What a command brought about, by ``rows``. ``before`` them and ``after`` them, where these are known."""
        ours = tuple(row for row in rows if row.command_id == command_id)
        if not ours:
            return None
        last = ours[-1].version
        following = self._follows.get(ours[-1].type)
        if following is not None:
            ours += tuple(row for row in rows if row.version > last and row.type == following)
            if ours[-1].version == last:
                return None
            last = ours[-1].version
        known = after is not None and after.version == last
        state = after if known else self._kind.fold(number, [row for row in rows if row.version <= last], before)
        assert state is not None
        return Done(state, ours)

    async def _make_known(self, number: str, done: S) -> None:
        running = self._running.required()
        try:
            await running.make_known(done)
        except ProcessGone:
            state = await self.state(number)
            if state is not None and not state.closed:
                await running.restart(state)

    async def _log_would_take(self, number: str, command: C) -> bool:
        """Whether a refused command is possible as the log stands: then the process has fallen behind it."""
        state = await self.state(number)
        if state is None:
            return False
        try:
            await self._decides(state, command)
        except Refusal:
            return False
        return True

    async def _send_without_process(self, number: str, command: C) -> Done[S]:
        """No process runs: it has ended, never began, or Temporal has lost it."""
        done = await self.done(number, command.id)
        if done is not None:
            return done
        state, running = await self.state(number), self._running.required()
        if state is None:
            raise self._missing(number)
        if state.closed:
            await self._decides(state, command)  # raises all but what starts it again (a case's reopening)
            await running.restart(state, command)
        else:
            await running.restart(state)
            await running.send(number, command)
        return await self.committed(number, command.id)
