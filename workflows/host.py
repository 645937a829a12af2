"""The shared host: a clock and a mailbox around a pure decider.

It takes commands as updates and as signals, has them decided and recorded by one local activity, folds what the log
then has, keeps one durable timer for each thing the state waits for, has done what the facts ask for, and continues as
new when its history has grown. It knows nothing of tiers, meetings or departments.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, NoReturn, Protocol, TypeVar

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from domain.errors import Refusal
    from domain.permission import SYSTEM
    from domain.process import WaitOver, check_version
    from domain.retries import LOG_UNAVAILABLE, NO_OUTCOME, Pauses, Retry, retries_told, timer_words
    from domain.signals import NOBODY, RefuseSignal
    from domain.telling import SUMMARY_BYTES, cut, plain_details
    from domain.words.refusal_words import refusal
    from workflows import attributes, names
    from workflows.inbox import Inbox
    from workflows.kind import Kind
    from workflows.lanes import Lanes
    from workflows.ledger import Ledger, refused, unavailable, why_of
    from workflows.mailbox import Mailbox, Order
    from workflows.messages import Effect, ProcessInput, Recorded, Refused, Signal, Standing
    from workflows.rules import AT_HAND
    from workflows.timers import Timers, Waiting

REFUSED_EXPIRY = Pauses(first=timedelta(minutes=10), most=timedelta(hours=1))
"""Only a policy that took away what a process stands on refuses an expiry. It must not stop waiting for that."""
FAILED_PREPARING = Pauses(first=timedelta(minutes=1), most=timedelta(hours=1))
NO_LOG = Pauses(first=timedelta(seconds=15), most=timedelta(minutes=2))
READING_AGAIN = "账本暂不可用，稍后再读 · the log is unavailable; reading it again"
KNOWN_WITHIN = timedelta(minutes=1)
"""How long a command waits for a process that begins from the log to have read it."""
LEFT_WITHIN = timedelta(seconds=10)
"""How long a run that is to be left waits for effects that are under way: the next one would do them again."""

UPDATES_A_RUN = 1_500
"""A run takes 2,000 updates and warns of none (ARCHITECTURE); it is left well before."""
SIGNALS_A_RUN = 1_000
"""A run takes 10,000 signals and warns of none; each of them is an event of its history."""


class Progress(Protocol):
    """A process's state, as far as the host needs to know it."""

    @property
    def version(self) -> int: ...
    @property
    def commands(self) -> Sequence[str]: ...
    @property
    def closed(self) -> bool: ...
    @property
    def language(self) -> str: ...


S = TypeVar("S", bound=Progress)
C = TypeVar("C", bound=Order)
W = TypeVar("W", bound=Waiting)


class Host(Generic[S, C, W]):
    """A process: one stream of events, its state, its waits, its effects, and its mailbox.

    Its declaration in the registry says what it decides and in what words; the process itself, whatever it does better
    than plainly.
    """

    kind: ClassVar[Kind[Any, Any, Any]]
    """Its declaration in the registry."""

    def __init__(self, start: ProcessInput[S]) -> None:
        self.number = start.number
        self.state: S | None = start.state
        self._behind = start.restore  # the log may have more than we know
        self._expects = start.expects
        self._lock = asyncio.Lock()
        self._fault: Exception | None = None
        self._catching_up: asyncio.Task[None] | None = None
        self._ledger = Ledger(self.number, self.kind.names.load, self.kind.recorded)
        put_off = {self.kind.wait.model_validate(one.wait): one.retry for one in start.put_off}
        self._timers: Timers[W] = Timers(self._act, self._timer_words, self._in_background, put_off)
        self._lanes = Lanes(
            self.carry_out, self._lane_words, self._in_background, lambda: self._ended, self._changed, start.effects
        )
        self._mailbox: Mailbox[C] = Mailbox(self.kind.command, self.kind.names.updates, self._validate, self._take)
        self._inbox = Inbox(
            self._mailbox, self._done, lambda: self._is_abreast, self._in_background, self._changed, start
        )
        workflow.set_update_handler(names.NUDGE, self._nudged)
        workflow.set_query_handler(names.STANDING, self._standing)
        self._shown: attributes.Values = {
            pair.key: pair.value for pair in workflow.info().typed_search_attributes.search_attributes
        }
        self._is_shown = False
        self._show()

    # ---------------------------------------------------------------- what the process says of itself

    def expiry(self, state: S, wait: W, prepared: Any) -> tuple[C, str]:
        """The command for when ``wait`` passes, with what was prepared for it; and the name of its recording. The
        command's id is the wait's own, so that it is recorded once whoever sends it."""
        body = WaitOver(wait=wait.kind, until=wait.until)
        command: C = self.kind.ordered(body, SYSTEM, f"{self.number}:{state.version}:{wait.kind}")
        return command, self.kind.names.record(body.kind, wait.kind)

    def refuse(self, state: S | None, command: C, now: datetime) -> None:
        """Raises Refusal for what the rules at hand refuse; runs the pure decide. Without the policies' versions at
        hand yet, the recording activity decides."""
        under = self.kind.under(state)
        rules = AT_HAND.under(under.ladder, under.playbook)
        if rules is not None:
            self.kind.decide(rules, state, command, now)
            check_version(state, command)

    def evolve(self, state: S | None, fact: Any, command_id: str) -> S:
        """The state after one fact of the log, which ``command_id`` brought about."""
        evolved: S = self.kind.evolve(self.number, state, fact, command_id)
        return evolved

    def summary(self, state: S, wait: W) -> str:
        """``wait`` in words for its timer, at most 200 bytes."""
        return cut(self.kind.reason(state, wait, state.language), SUMMARY_BYTES)

    def details(self, state: S) -> str:
        """The state as a supervisor reads it in the Temporal UI (Markdown)."""
        waiting = [(self.summary(state, wait), wait.until) for wait in self.kind.waits(state)]
        stage = self.kind.words.stage(self.kind.stage(state), state.language)
        return plain_details(self.number, stage, waiting, state.language, self.link)

    @property
    def link(self) -> str | None:
        """Where its page is."""
        return f"{AT_HAND.public_url}/{self.kind.path}/{self.number}" if AT_HAND.public_url else None

    async def prepare(self, state: S, wait: W) -> Any:
        """What has to be there before the expiry of ``wait`` is recorded: a regular activity's answer. May raise
        ActivityError; then it is tried again."""
        return None

    async def follow_up(self, command: C) -> None:
        """What the answer to a recorded ``command`` waits for besides, outside the lock. Bounded."""

    def effects(self, fact: Any) -> Sequence[Effect]:
        """What has to be done because of ``fact``; the state is the one after it. Each is done at least once."""
        return ()

    async def carry_out(self, effect: str) -> None:
        """Does one effect, as the state now is, in bounded time. May raise FailureError; then it is tried again."""
        raise ValueError(f"{effect} is no effect of this process")

    def effect_words(self, effect: str) -> str:
        """An effect in words."""
        return effect

    # ---------------------------------------------------------------- its life

    async def live(self) -> S:
        """Runs until the process has ended; continues as new whenever its history is long."""
        if self._behind or self._began_alone:
            self._catch_up(at_once=True)
        self._settle()
        self._lanes.go_on()
        self._inbox.go_on()
        while True:
            await workflow.wait_condition(lambda: self._may_leave or self._may_show or self._fault is not None)
            self._show()
            if not self._may_leave and self._fault is None:
                continue
            if self._is_long:
                await self._lanes.rest(LEFT_WITHIN)
            await workflow.wait_condition(lambda: workflow.all_handlers_finished() or self._fault is not None)
            async with self._lock:
                if self._fault is not None:  # a bug: suspends the workflow until a worker without it comes
                    raise RuntimeError(f"{self.number}: {self._fault!r}") from self._fault
                if workflow.all_handlers_finished():
                    self._show()
                    if self._has_done_all:
                        assert self.state is not None
                        return self.state
                    if self._is_long:
                        self._renew()
            self._lanes.go_on()

    @property
    def _began_alone(self) -> bool:
        """Whether no command came with the beginning. In a rehearsal it comes after it; else a server that went down
        has lost it while it was being recorded, and the log may have it all the same."""
        return self.state is None and not self._mailbox.taken

    @property
    def _may_leave(self) -> bool:
        return self._has_done_all or self._is_long

    @property
    def _has_done_all(self) -> bool:
        return self._ended and self._lanes.is_idle and self._inbox.is_empty

    @property
    def _ended(self) -> bool:
        return self.state is not None and not self._behind and not self._expects and self.state.closed

    @property
    def _is_long(self) -> bool:
        full = self._mailbox.taken >= UPDATES_A_RUN or self._inbox.taken >= SIGNALS_A_RUN
        return self.state is not None and (full or workflow.info().is_continue_as_new_suggested())

    def _renew(self) -> NoReturn:
        self._timers.stop()
        workflow.continue_as_new(
            ProcessInput[Any](
                number=self.number,
                state=self.state,
                restore=self._behind,
                expects=self._expects,
                put_off=self._timers.carried(),
                effects=self._lanes.carried(),
                signals=self._inbox.carried(),
                refusals=self._inbox.refusals,
            )
        )

    def _in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Runs beside ``live``; what it raises is raised there, since nobody awaits it."""

        async def guarded() -> None:
            try:
                await work
            except Exception as fault:
                self._fault = fault

        return asyncio.create_task(guarded())

    # ---------------------------------------------------------------- commands

    def _validate(self, command: C) -> None:
        """Runs the pure decide, so that a refused command leaves no history."""
        state = self.state
        if self._behind:
            return  # we do not know where we stand: the activity, which asks the log, decides
        if state is None and command.kind != self.kind.opens:
            return  # as after a reset to the very beginning: the log may know the process all the same
        if state is not None and command.id in state.commands:
            return
        try:
            self.refuse(state, command, workflow.now())
        except Refusal as no:
            raise refused(no.code, no.params) from None

    async def _take(self, command: C) -> int:
        """Answers only after the commit, with the version that the log has then reached."""
        if self._is_unknown:
            try:
                await workflow.wait_condition(
                    lambda: not self._is_unknown, timeout=KNOWN_WITHIN, timeout_summary=READING_AGAIN
                )
            except TimeoutError:
                raise unavailable("the event log has not been read yet") from None
        try:
            async with self._lock:
                version = await self._recorded(command)
        finally:
            self._expects = False
        await self.follow_up(command)
        return version

    @property
    def _is_abreast(self) -> bool:
        """Whether there is a stream, and it is known as far as it goes."""
        return self.state is not None and not self._behind

    @property
    def _is_unknown(self) -> bool:
        return self._behind and self.state is None

    async def _recorded(self, command: C) -> int:
        state = self.state
        if state is not None and command.id in state.commands:
            return state.version
        try:
            recorded = await self._record(command, self.kind.names.record(command.kind))
        except FailureError as error:
            self._catch_up()
            raise unavailable("the event log cannot be reached") from error
        if recorded.refused is None:
            self._taken(recorded)
        self._settle()
        if recorded.refused is not None:
            raise refused(recorded.refused.code, recorded.refused.params)
        return self.state.version if self.state is not None else 0

    def _taken(self, recorded: Recorded[Any]) -> None:
        """A command has been taken: the rules may be others now, and if it was a new one, signals are heard again."""
        self._timers.hurry()
        if recorded.facts:
            self._inbox.hear_again()

    async def _record(self, command: C, name: str) -> Recorded[Any]:
        recorded = await self._ledger.record(self.state, command, name)
        self._fold(recorded, command.id)
        return recorded

    def _fold(self, recorded: Recorded[Any], command_id: str = "") -> None:
        """Takes in what the log has beyond the state. ``_settle`` follows."""
        asked: list[Effect] = []
        for logged in recorded.facts:
            self.state = self.evolve(self.state, logged.fact, logged.command or command_id)
            asked += self.effects(logged.fact)
        if recorded.facts:
            self._timers.hurry()
        if recorded.facts or recorded.refused is not None:  # the log was looked at, and had no more than this
            self._behind = False
        self._lanes.ask(asked)

    def _settle(self) -> None:
        """Waits for what the state now waits for, and shows it."""
        if self.state is not None:
            self._timers.arm(self.kind.waits(self.state))
            self._changed()

    # ---------------------------------------------------------------- signals

    async def _done(self, signal: Signal) -> bool:
        """Whether a signal is done with: taken, refused, or known already; not while the log is away."""
        async with self._lock:
            try:
                no = await self._decided(signal)
                if no is not None:
                    await self._refuse(no)
            except FailureError:
                self._catch_up()
                return False
        return True

    async def _decided(self, signal: Signal) -> RefuseSignal | None:
        """How a signal is refused; None where its command is in the log. Raises FailureError."""
        actor, kind, no = NOBODY, None, signal.refused
        if signal.command is not None:
            command: C = self.kind.command.model_validate(signal.command)
            assert self.state is not None
            if command.id in self.state.commands:
                return None
            actor, kind = command.actor, command.kind
            no = no or await self._of_signal(command)
        if no is None:
            return None
        return RefuseSignal(id="", actor=actor, signal=signal.name, command=kind, code=no.code, params=no.params)

    async def _of_signal(self, command: C) -> Refused | None:
        recorded = await self._record(command, self.kind.names.record(command.kind))
        if recorded.refused is None:
            self._taken(recorded)
        self._settle()
        return recorded.refused

    async def _refuse(self, refusal: RefuseSignal) -> None:
        """Records a refusal, if there are not many of them. Raises FailureError."""
        if not self._inbox.refusals.are_many:
            assert self.state is not None
            known_by = refusal.model_copy(update={"id": f"{self.number}:{self.state.version}:{refusal.kind}"})
            self._fold(await self._ledger.record(self.state, known_by, self.kind.names.refuse), known_by.id)
            self._settle()
        self._inbox.refused()

    # ---------------------------------------------------------------- waits

    async def _act(self, wait: W) -> None:
        """What the passing of ``wait`` brings. Preparing is outside the lock, so that the mailbox stays open."""
        assert self.state is not None
        failed, prepared = "", None
        try:
            prepared = await self.prepare(self.state, wait)
        except FailureError as failure:
            failed = why_of(failure)
        async with self._lock:
            if not self._timers.take(wait):
                return
            if failed:
                self._timers.put_off(wait, failed, FAILED_PREPARING)
            else:
                await self._expire(wait, prepared)
            self._settle()

    async def _expire(self, wait: W, prepared: Any) -> None:
        assert self.state is not None
        command, name = self.expiry(self.state, wait, prepared)
        try:
            recorded = await self._record(command, name)
        except FailureError as failure:
            self._behind = True  # it may have been recorded all the same: the next try will tell
            self._timers.put_off(wait, f"{LOG_UNAVAILABLE.in_(self.state.language)}: {why_of(failure)}", NO_LOG)
            return
        if recorded.refused is not None:
            workflow.logger.error("an expired wait was refused: %s", recorded.refused.code)
            self._timers.put_off(wait, self._sentence(recorded.refused), REFUSED_EXPIRY)
        elif wait in self.kind.waits(self.state):
            workflow.logger.error("nothing came of an expired wait: %s", name)
            self._timers.put_off(wait, NO_OUTCOME.in_(self.state.language), REFUSED_EXPIRY)
        else:
            self._timers.acted(wait)

    def _sentence(self, no: Refused) -> str:
        assert self.state is not None
        return f"{no.code}: {refusal(no.code, self.state.language, no.params)}"

    # ---------------------------------------------------------------- effects

    def later(self, effect: Effect, why: str) -> None:
        """To be done once more after a pause, since it did not succeed wholly."""
        self._lanes.later(effect, why)

    # ---------------------------------------------------------------- for supervisors, operators and the auditor

    def _changed(self) -> None:
        """What is shown of the process is to be shown anew."""
        self._is_shown = False

    @property
    def _may_show(self) -> bool:
        """Whether there is news, and nothing more of it on its way: an upsert costs the server as much as a decision,
        so that what one workflow task brings is shown once."""
        return self.state is not None and not self._is_shown and not self._lock.locked()

    def _show(self) -> None:
        """Search attributes for the list; for the page, how the process stands, and what could not be done."""
        state = self.state
        if state is None or self._is_shown:
            return
        self._is_shown = True
        wanted = self.kind.shows(state)
        changed = attributes.changes(self._shown, wanted)
        if changed:
            workflow.upsert_search_attributes(changed)
            self._shown = wanted
        undone = [(self.summary(state, wait), retry) for wait, retry in self._timers.retries.items()]
        undone += [(self.effect_words(name), retry) for name, retry in self._lanes.retries.items()]
        told = (
            self.details(state) + retries_told(undone, state.language) + self._inbox.refusals.in_words(state.language)
        )
        workflow.set_current_details(told)

    def _timer_words(self, wait: W) -> str:
        assert self.state is not None
        words, retry = self.summary(self.state, wait), self._timers.retries.get(wait)
        return timer_words(words, retry, self.state.language) if retry else words

    def _lane_words(self, effect: str, retry: Retry) -> str:
        assert self.state is not None
        return timer_words(self.effect_words(effect), retry, self.state.language)

    def _standing(self) -> Standing[Any]:
        """What this process knows and waits for."""
        return Standing[Any](version=self.state.version if self.state else 0, waits=self._timers.waits)

    async def _nudged(self) -> int:
        """Reads what the log has beyond this process, and tries at once what was put off."""
        self._mailbox.taken += 1
        self._expects = False
        async with self._lock:
            if not await self._load():
                self._catch_up()
                raise unavailable("the event log cannot be reached")
            self._timers.hurry()
            self._lanes.hurry()
            return self.state.version if self.state else 0

    # ---------------------------------------------------------------- when the log could not be reached

    def _catch_up(self, *, at_once: bool = False) -> None:
        """The log may be ahead of us: it is read until it answers."""
        self._behind = True
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = self._in_background(self._read_until_known(0 if at_once else 1))

    async def _read_until_known(self, times: int) -> None:
        while True:
            if times:
                await workflow.sleep(NO_LOG.after(times), summary=READING_AGAIN)
            async with self._lock:
                if not self._behind or await self._load():
                    return
            times += 1

    async def _load(self) -> bool:
        try:
            recorded = await self._ledger.load(self.state.version if self.state else 0)
        except FailureError:
            return False
        self._behind = False
        self._fold(recorded)
        self._settle()
        return True
