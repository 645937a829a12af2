"""Signals as they come: kept in order until they are done with, over a new run and while the log is away.

Nobody waits for an answer, so what cannot be taken must not be lost by raising; and what anybody sends must neither
stop the process nor make it grow without end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.permission import Actor
    from domain.retries import Pauses
    from domain.signals import Refusals
    from workflows.mailbox import Mailbox
    from workflows.messages import ProcessInput, Refused, Signal
    from workflows.timers import Begin

MOST_KEPT = 256 * 1024
"""So many bytes of commands are kept while the log is away; a run's input takes 2 MB."""
GOES = 5
"""So often a signal fails while the log can be read; then it is the signal that is at fault, and it is refused."""
AGAIN = Pauses(first=timedelta(seconds=1), most=timedelta(minutes=1))
_AGAIN = "信号未能入账，稍后再办 · a signal could not be recorded; trying it again"
_UNRECORDABLE = Signal(refused=Refused(code="unreadable_command"))


class Signed(Protocol):
    """A command that says who sends it."""

    @property
    def actor(self) -> Actor: ...
    @property
    def kind(self) -> str: ...
    def model_copy(self, *, update: dict[str, Any]) -> Any: ...
    def model_dump(self, *, mode: str, exclude_none: bool) -> dict[str, Any]: ...


class Inbox:
    """The signals that are not done with, and how many were refused.

    ``mailbox`` reads them; ``done`` does one, and says whether it is done with; ``ready``: whether it can be tried;
    ``seen`` is called when something changes that the current details tell. ``taken`` counts those of this run.
    """

    def __init__(
        self,
        mailbox: Mailbox[Any],
        done: Callable[[Signal], Awaitable[bool]],
        ready: Callable[[], bool],
        begin: Begin,
        seen: Callable[[], None],
        start: ProcessInput[Any],
    ) -> None:
        self._mailbox = mailbox
        self._done = done
        self._ready = ready
        self._begin = begin
        self._seen = seen
        self._kept = list(start.signals)
        self._bytes = sum(map(_size, self._kept))
        self._reading: asyncio.Task[None] | None = None
        self.refusals = start.refusals
        self.taken = 0
        workflow.set_dynamic_signal_handler(self._handle)

    @property
    def is_empty(self) -> bool:
        """Whether every signal is done with."""
        return not self._kept

    def carried(self) -> tuple[Signal, ...]:
        """What the next run has to do."""
        return tuple(self._kept)

    def refused(self) -> None:
        """One was refused: it is told as an event, or there are many and it is counted."""
        self.refusals = self.refusals.one_more()
        self._seen()

    def hear_again(self) -> None:
        """A command has been taken: refusals are told as events again."""
        if self.refusals != Refusals():
            self.refusals = Refusals()
            self._seen()

    def go_on(self) -> None:
        """What has come is done, in order, beside the rest."""
        if self._kept and (self._reading is None or self._reading.done()):
            self._reading = self._begin(self._read_on())

    async def _read_on(self) -> None:
        goes = 0
        while self._kept:
            await workflow.wait_condition(self._ready)
            if await self._done(self._kept[0] if goes < GOES else _UNRECORDABLE):
                self._bytes -= _size(self._kept.pop(0))
                goes = 0
            else:
                goes += 1
                await workflow.sleep(AGAIN.after(goes), summary=_AGAIN)

    def _handle(self, name: str, args: Sequence[RawValue]) -> None:
        self.taken += 1
        signal = self._signal(name, args)
        if self._bytes + _size(signal) > MOST_KEPT:
            self.refusals = self.refusals.not_kept()
            self._seen()
            return
        self._kept.append(signal)
        self._bytes += _size(signal)
        self.go_on()

    def _signal(self, name: str, args: Sequence[RawValue]) -> Signal:
        named = name if self._mailbox.knows(name) else None
        try:
            command: Signed = self._mailbox.read(name, args)
        except ApplicationError as no:
            # What was sent is not quoted: it can be anything.
            return Signal(name=named, refused=Refused(code=no.message if named else "unknown_signal"))
        claimed = command.actor.model_copy(update={"via": "signal"})
        sent = command.model_copy(update={"actor": claimed})
        refused = None
        if claimed.role == "system":
            refused = Refused(code="not_by_signal", params={"kind": command.kind, "taken": []})
        return Signal(name=named, command=sent.model_dump(mode="json", exclude_none=True), refused=refused)


def _size(signal: Signal) -> int:
    return len(signal.model_dump_json().encode())
