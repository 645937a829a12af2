"""The shared host: a clock and a mailbox around a pure decider.

It takes commands as updates, has them decided and recorded by one local activity, folds what the log then
has, keeps one durable timer for each thing the state waits for, and continues as new when its history has
grown. It knows nothing of tiers, meetings or departments.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, NoReturn, Protocol, TypeVar

from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from domain.errors import Refusal
    from workflows import names
    from workflows.messages import LoadOrder, ProcessInput, Recorded, RecordOrder, Standing

RECORDING = RetryPolicy(
    initial_interval=timedelta(milliseconds=50), backoff_coefficient=2, maximum_interval=timedelta(seconds=2),
    maximum_attempts=15,
)  # fmt: skip
"""Fifteen attempts take RECORD_FOR when each fails at once. They are counted because the SDK does not end a local
activity that fails again and again at its schedule-to-close (seen with 1.35)."""
RECORD_ATTEMPT = timedelta(seconds=5)
RECORD_FOR = timedelta(seconds=20)
LOAD_AGAIN_AFTER = timedelta(seconds=15)
EXPIRE_AGAIN_AFTER = timedelta(minutes=10)
READING_AGAIN = "账本暂不可用，稍后再读 · the log is unavailable; reading it again"
TRYING_AGAIN = "未能办成，稍后再办 · not done; trying again"
TRY_AGAIN_AFTER = timedelta(minutes=1)

UPDATES_A_RUN = 1_500
"""A run takes 2,000 updates and warns of none (ARCHITECTURE); it is left well before."""

REFUSED = "Refused"
UNAVAILABLE = "Unavailable"


class Progress(Protocol):
    """A process's state, as far as the host needs to know it."""

    @property
    def version(self) -> int: ...
    @property
    def commands(self) -> Sequence[str]: ...
    @property
    def closed(self) -> bool: ...


class Waiting(Protocol):
    """One thing that a process waits for. Hashable: an equal wait is the same timer."""

    @property
    def until(self) -> datetime: ...
    def __hash__(self) -> int: ...


class Order(Protocol):
    """A command in its envelope."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...


S = TypeVar("S", bound=Progress)
C = TypeVar("C", bound=Order)
W = TypeVar("W", bound=Waiting)


class Host(ABC, Generic[S, C, W]):
    """A process: one stream of events, its state, its waits, and its mailbox.

    The process itself says what is abstract here: its decider, its words, its messages' types.
    """

    command_type: ClassVar[type[Any]]
    recorded_type: ClassVar[type[Any]]
    updates: ClassVar[Mapping[str, str]]
    """The update that carries each kind of command, by kind (``workflows.names``)."""
    opens: ClassVar[str] = "open"
    """The kind of command that begins a stream."""
    loading: ClassVar[str] = names.LOAD
    """The local activity that reads the log."""

    def __init__(self, start: ProcessInput[S]) -> None:
        self.number = start.number
        self.state: S | None = start.state
        self._to_load = start.restore and start.state is None
        self._expects = start.expects
        self._lock = asyncio.Lock()
        self._timers: dict[W, asyncio.Task[None]] = {}
        self._catching_up: asyncio.Task[None] | None = None
        self._fault: Exception | None = None
        self._updates = 0
        self._effects: list[str] = []
        self._carrying: asyncio.Task[None] | None = None
        # One handler for all of them: registering each by its name costs every process some 30 KB and 1 ms.
        workflow.set_dynamic_update_handler(self._handle, validator=self._check)
        workflow.set_update_handler(names.NUDGE, self._nudged)
        workflow.set_query_handler(names.STANDING, self._standing)

    # ---------------------------------------------------------------- what the process says of itself

    @abstractmethod
    def refuse(self, state: S | None, command: C, now: datetime) -> None:
        """Raises Refusal for what the rules at hand refuse; runs the pure decide."""

    @abstractmethod
    def evolve(self, state: S | None, fact: Any, command_id: str) -> S:
        """The state after one fact of the log, which ``command_id`` brought about."""

    @abstractmethod
    def waits(self, state: S) -> Sequence[W]:
        """What the state waits for."""

    @abstractmethod
    def expiry(self, state: S, wait: W, prepared: Any) -> tuple[C, str]:
        """The command for when ``wait`` passes, with what was prepared for it; and the name of its recording."""

    @abstractmethod
    def summary(self, state: S, wait: W) -> str:
        """``wait`` in words for its timer, at most 200 bytes."""

    @abstractmethod
    def show(self, state: S) -> None:
        """Called after each change: search attributes and current details."""

    async def prepare(self, state: S, wait: W) -> Any:
        """What has to be there before the expiry of ``wait`` is recorded: a regular activity's answer. May raise
        ActivityError; then it is tried again."""
        return None

    async def complete(self, state: S | None, command: C) -> C:
        """``command`` with what an activity adds to it. May raise ActivityError; then the sender tries again."""
        return command

    async def follow_up(self, command: C) -> None:
        """What the answer to a recorded ``command`` waits for besides, outside the lock."""

    def effects(self, fact: Any) -> Sequence[str]:
        """What has to be done because of ``fact``, by name. Done at least once, one after the other."""
        return ()

    async def carry_out(self, effect: str) -> None:
        """Does one effect, as the state now is. May raise ActivityError; then it is tried again."""
        raise ValueError(f"{effect} is no effect of this process")

    # ---------------------------------------------------------------- its life

    async def live(self) -> S:
        """Runs until the process has ended; continues as new whenever its history is long."""
        async with self._lock:  # who nudges a process at its very start makes it read the log too: once is enough
            if self._to_load:
                await self._load_until_done()
        self._rearm()
        while True:
            await workflow.wait_condition(lambda: self._may_leave or self._fault is not None)
            await workflow.wait_condition(workflow.all_handlers_finished)
            async with self._lock:
                if self._fault is not None:
                    raise self._fault  # a bug: suspends the workflow until a worker without it comes
                if not workflow.all_handlers_finished() or self._is_carrying:
                    continue
                if self._ended:
                    assert self.state is not None
                    return self.state
                if self._is_long:
                    self._renew()

    @property
    def _may_leave(self) -> bool:
        return not self._is_carrying and (self._ended or self._is_long)

    @property
    def _is_carrying(self) -> bool:
        return self._carrying is not None and not self._carrying.done()

    @property
    def _ended(self) -> bool:
        return self.state is not None and not self._to_load and not self._expects and self.state.closed

    @property
    def _is_long(self) -> bool:
        info = workflow.info()
        grown = info.is_continue_as_new_suggested() or self._updates >= UPDATES_A_RUN
        return self.state is not None and grown and not self._is_catching_up

    @property
    def _is_catching_up(self) -> bool:
        return self._catching_up is not None and not self._catching_up.done()

    def _renew(self) -> NoReturn:
        for timer in self._timers.values():
            timer.cancel()
        workflow.continue_as_new(ProcessInput[Any](number=self.number, state=self.state))

    # ---------------------------------------------------------------- commands

    async def _handle(self, name: str, args: Sequence[RawValue]) -> int:
        return await self._take(self._command(args))

    def _check(self, name: str, args: Sequence[RawValue]) -> None:
        if name not in self.updates.values():
            raise ApplicationError(name, type="UnknownUpdate", non_retryable=True)
        self._validate(self._command(args))

    def _command(self, args: Sequence[RawValue]) -> C:
        command: C = workflow.payload_converter().from_payload(args[0].payload, self.command_type)
        return command

    def _validate(self, command: C) -> None:
        """Runs the pure decide, so that a refused command leaves no history."""
        state = self.state
        if self._to_load or self._is_catching_up:
            return  # we do not know where we stand: the activity, which asks the log, decides
        if state is None and command.kind != self.opens:
            return  # as after a reset to the very beginning: the log may know the process all the same
        if state is not None and command.id in state.commands:
            return
        try:
            self.refuse(state, command, workflow.now())
        except Refusal as refusal:
            raise _refused(refusal.code, refusal.params) from None

    async def _take(self, command: C) -> int:
        """Answers only after the commit, with the version that the log has then reached."""
        self._updates += 1
        await workflow.wait_condition(lambda: not self._to_load)
        try:
            version = await self._recorded(await self._completed(command))
        finally:
            self._expects = False
        await self.follow_up(command)
        return version

    async def _recorded(self, command: C) -> int:
        async with self._lock:
            state = self.state
            if state is not None and command.id in state.commands:
                return state.version
            try:
                recorded = await self._record(command, names.RECORD_PREFIX + self.updates[command.kind])
            except FailureError as error:
                self._catch_up()
                raise ApplicationError("the event log cannot be reached", type=UNAVAILABLE) from error
            if recorded.refused is not None:
                raise _refused(recorded.refused.code, recorded.refused.params)
            return self.state.version if self.state is not None else 0

    async def _completed(self, command: C) -> C:
        try:
            return await self.complete(self.state, command)
        except FailureError as error:
            raise ApplicationError("what the command needs cannot be had now", type=UNAVAILABLE) from error

    async def _record(self, command: C, name: str) -> Recorded[Any]:
        order = RecordOrder[Any, Any](number=self.number, state=self.state, command=command, now=workflow.now())
        # Out of attempts, a local activity raises its own error, not an ActivityError around it: callers catch
        # what the two have in common. Uncaught it would end the process.
        recorded: Recorded[Any] = await workflow.execute_local_activity(
            name, order, result_type=self.recorded_type, retry_policy=RECORDING,
            start_to_close_timeout=RECORD_ATTEMPT, schedule_to_close_timeout=RECORD_FOR,
        )  # fmt: skip
        self._fold(recorded, command.id)
        return recorded

    def _fold(self, recorded: Recorded[Any], command_id: str = "") -> None:
        for logged in recorded.facts:
            self.state = self.evolve(self.state, logged.fact, logged.command or command_id)
            self._effects += [effect for effect in self.effects(logged.fact) if effect not in self._effects]
        if self._effects and not self._is_carrying:
            self._carrying = self._in_background(self._carry_out_all())
        if self.state is not None:
            self._rearm()
            self.show(self.state)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Runs beside ``live``; what it raises is raised there, since nobody awaits it."""

        async def guarded() -> None:
            try:
                await work
            except Exception as fault:
                self._fault = fault

        return asyncio.create_task(guarded())

    async def _carry_out_all(self) -> None:
        while self._effects:
            effect = self._effects.pop(0)
            try:
                await self.carry_out(effect)
            except FailureError:
                await workflow.sleep(TRY_AGAIN_AFTER, summary=TRYING_AGAIN)
                self._effects.insert(0, effect)

    # ---------------------------------------------------------------- waits

    def _rearm(self) -> None:
        """Keeps the timers whose waits stand, cancels the others, starts the new ones.

        In the order that the state gives them: a set's order is another one in each program that replays this.
        """
        wanted = dict.fromkeys(self.waits(self.state)) if self.state is not None else {}
        for wait in [wait for wait in self._timers if wait not in wanted]:
            self._timers.pop(wait).cancel()
        for wait in sorted((wait for wait in wanted if wait not in self._timers), key=lambda wait: wait.until):
            self._timers[wait] = self._in_background(self._keep(wait))

    async def _keep(self, wait: W) -> None:
        assert self.state is not None
        left = max(wait.until - workflow.now(), timedelta(milliseconds=1))
        await workflow.sleep(left, summary=self.summary(self.state, wait))
        prepared = await self._prepared(wait)
        async with self._lock:
            if not self._is_mine(wait):
                return
            del self._timers[wait]  # from here on it is being acted on, and a change of waits must not cancel it
            await self._expire(wait, prepared)

    def _is_mine(self, wait: W) -> bool:
        return self._timers.get(wait) is asyncio.current_task()

    async def _prepared(self, wait: W) -> Any:
        # Outside the lock, so that the mailbox stays open. A cancelled activity raises ActivityError as well.
        while self._is_mine(wait):
            assert self.state is not None
            try:
                return await self.prepare(self.state, wait)
            except FailureError:
                if self._is_mine(wait):
                    await workflow.sleep(TRY_AGAIN_AFTER, summary=TRYING_AGAIN)
        return None

    async def _expire(self, wait: W, prepared: Any) -> None:
        assert self.state is not None
        command, name = self.expiry(self.state, wait, prepared)
        try:
            recorded = await self._record(command, name)
        except FailureError:
            self._catch_up()
            return
        if recorded.refused is not None:
            # Only a policy that took away what this process stands on can refuse an expiry: it must not stop
            # waiting for that, and takes the step as soon as the policy is mended.
            workflow.logger.error("an expired wait was refused: %s", recorded.refused.code)
            self._catch_up(EXPIRE_AGAIN_AFTER)

    # ---------------------------------------------------------------- for the auditor

    def _standing(self) -> Standing[Any]:
        """What this process knows and waits for."""
        return Standing[Any](version=self.state.version if self.state else 0, waits=tuple(self._timers))

    async def _nudged(self) -> int:
        """Reads what the log has beyond this process, and waits for what then stands."""
        self._updates += 1
        self._expects = False
        async with self._lock:
            await self._load_until_done()
            return self.state.version if self.state else 0

    # ---------------------------------------------------------------- when the log could not be reached

    def _catch_up(self, after: timedelta = LOAD_AGAIN_AFTER) -> None:
        """The log may be ahead of us, or an expiry is still to be recorded: read it again until it answers."""
        if not self._is_catching_up:
            self._catching_up = self._in_background(self._read_the_log(after))

    async def _read_the_log(self, after: timedelta) -> None:
        await workflow.sleep(after, summary=READING_AGAIN)
        async with self._lock:
            await self._load_until_done()

    async def _load_until_done(self) -> None:
        while not await self._load():
            await workflow.sleep(LOAD_AGAIN_AFTER, summary=READING_AGAIN)

    async def _load(self) -> bool:
        order = LoadOrder(number=self.number, version=self.state.version if self.state else 0)
        try:
            recorded: Recorded[Any] = await workflow.execute_local_activity(
                self.loading, order, result_type=self.recorded_type, retry_policy=RECORDING,
                start_to_close_timeout=RECORD_ATTEMPT, schedule_to_close_timeout=RECORD_FOR,
            )  # fmt: skip
        except FailureError:
            return False
        self._to_load = False
        self._fold(recorded)
        return True


def _refused(code: str, params: dict[str, Any]) -> ApplicationError:
    return ApplicationError(code, params, type=REFUSED, non_retryable=True)
