"""Recording: decides a command where the log is, and appends what comes of it in one transaction.

One recorder for every kind of process: what is particular to cases or sittings is their ``Stream``.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain import case, joint_response, sitting
from domain.case import CaseState, Command, DeclareEmergency, Fact, PutOnAgenda, SittingMoved
from domain.errors import Refusal
from domain.joint_response import ResponseCommand, ResponseFact, ResponseState
from domain.permission import SYSTEM, Actor
from domain.policy.rules import Rules
from domain.signals import SIGNAL_REFUSED, RefuseSignal, check_signal, refused_data
from domain.sitting import AddToAgenda, SittingCommand, SittingFact, SittingState
from domain.stream import StreamEvent, StreamFact
from store import folding
from store.folding import Kind
from store.log import Appended, EventLog, StoredEvent
from store.papers import Papers
from store.rulebook import Rulebook
from store.sittings import SittingRow
from workflows import kinds
from workflows.messages import LoadOrder, Logged, Recorded, RecordOrder, Refused
from workflows.sitting import CAUSES

log = structlog.get_logger()

_HEADS = 20_000
_TRIES = 5


class Versioned(Protocol):
    """A process's state, as far as recording needs to know it."""

    @property
    def version(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def language(self) -> str: ...


class Commanding(Protocol):
    """A command, as far as recording needs to know it."""

    @property
    def id(self) -> str: ...
    @property
    def actor(self) -> Actor: ...
    @property
    def kind(self) -> str: ...


S = TypeVar("S", bound=Versioned)
C = TypeVar("C", bound=Commanding)
F = TypeVar("F", bound=StreamFact)


@dataclass(frozen=True)
class Stream(Generic[S, C, F]):
    """What a kind of process is to its recorder: its names, its messages' types, its decider, its place in the store.

    ``rules``: those that a state is under, today's for one yet to begin. ``picks_a_sitting``: whether a decision
    rests on the sittings' dates, which must then be today's.
    """

    process: kinds.Kind[Any, Any, Any]
    kind: Kind[S, F]
    decide: Callable[[Rules, S | None, C, datetime], tuple[StreamEvent[F], ...]]
    rules: Callable[[Rulebook, S | None], Awaitable[Rules]]
    picks_a_sitting: Callable[[StreamEvent[F]], bool] = lambda _: False


CASES: Stream[CaseState, Command, Fact] = Stream(
    process=kinds.CASE,
    kind=folding.CASES,
    decide=case.decide,
    rules=lambda book, state: book.rules(state.ladder if state else None),
    picks_a_sitting=lambda event: (
        event.fact.place is not None
        and event.fact.place.wait is not None
        and event.fact.place.wait.sitting_id is not None
    ),
)

SITTINGS: Stream[SittingState, SittingCommand, SittingFact] = Stream(
    process=kinds.SITTING,
    kind=folding.SITTINGS,
    decide=sitting.decide,
    rules=lambda book, _: book.rules(),
)


RESPONSES: Stream[ResponseState, ResponseCommand, ResponseFact] = Stream(
    process=kinds.RESPONSE,
    kind=folding.RESPONSES,
    decide=joint_response.decide,
    rules=lambda book, state: book.with_playbook(state.playbook) if state else book.rules(),
)


class StreamRecorder(Generic[S, C, F]):
    """The recording and loading activities of one kind of process, on one event log and one rulebook."""

    def __init__(self, stream: Stream[S, C, F], events: EventLog, rulebook: Rulebook) -> None:
        self._stream = stream
        self._log = events
        self._rulebook = rulebook
        self._heads: OrderedDict[str, tuple[int, str]] = OrderedDict()

    def activities(self) -> Sequence[Callable[..., Any]]:
        """One activity for each name that a supervisor reads, and the loading."""
        kind = self._stream.process
        recordings = [self._named(name, kind.order) for name in kind.names.records]
        return [*recordings, self._named(kind.names.refuse, kind.refusal), self._loading()]

    def _named(self, name: str, order_type: type[Any]) -> Callable[..., Any]:
        async def record(order: Any) -> Any:
            return await self.record(order)

        # How the SDK learns what to read and write.
        record.__annotations__ = {"order": order_type, "return": self._stream.process.recorded}
        return activity.defn(name=name)(record)

    def _loading(self) -> Callable[..., Any]:
        async def load(order: LoadOrder) -> Any:
            rows = await self._log.read(order.number, order.version)
            return Recorded[Any](facts=tuple(self._logged(row) for row in rows))

        load.__annotations__ = {"order": LoadOrder, "return": self._stream.process.recorded}
        return activity.defn(name=self._stream.process.names.load)(load)

    async def record(self, order: RecordOrder[S, C]) -> Recorded[Any]:
        """What the log has beyond the order's state once the command is in it; or why it is not.

        Where the log is ahead (a process that was reset, or an append whose answer was lost), what it has is
        folded and the command decided again: nothing is written twice and nothing overwritten.
        """
        state, beyond = order.state, list[StoredEvent]()
        for _ in range(_TRIES):
            try:
                events = await self._decide(order.number, state, order.command, order.now)
            except Refusal as refusal:
                unknown = await self._log.read(order.number, state.version if state else 0)
                if not unknown:
                    return self._answer(order, beyond, Refused(code=refusal.code, params=refusal.params))
                beyond.extend(unknown)
                state = self._stream.kind.fold(order.number, unknown, state)
                if any(row.command_id == order.command.id for row in unknown):
                    return await self._committed(order, beyond)
                continue
            if not events:
                return self._answer(order, beyond)
            appended = await self._append(order.number, state, order.command, events)
            beyond.extend(appended.events)
            if appended.status != "behind":
                self._tell(order, appended)
                return await self._committed(order, beyond)
            state = self._stream.kind.fold(order.number, appended.events, state)
        raise RuntimeError(f"{order.number}: the log ran ahead {_TRIES} times")

    async def _decide(self, number: str, state: S | None, command: C, now: datetime) -> tuple[StreamEvent[F], ...]:
        stream, book = self._stream, self._rulebook
        if isinstance(command, RefuseSignal):
            return (self._refusal(state, command, now),)
        if command.actor.via is not None:
            check_signal((await stream.rules(book, state)).ladder, stream.process.id, command)
        await self._look(number, state, command)
        events = stream.decide(await stream.rules(book, state), state, command, now)
        if any(map(stream.picks_a_sitting, events)) and await book.refresh_sittings():
            events = stream.decide(await stream.rules(book, state), state, command, now)
        return events

    def _refusal(self, state: S | None, command: RefuseSignal, now: datetime) -> StreamEvent[F]:
        """The event that a signal was not taken, which every kind of stream has."""
        assert state is not None  # where there is no stream yet, signals wait
        kind, data = self._stream.kind, refused_data(command, state.language)
        actor = command.actor.model_dump(exclude_none=True)
        return kind.schema.from_data(SIGNAL_REFUSED, kind.schema.version, data, actor, max(now, state.at))

    async def _committed(self, order: RecordOrder[S, C], beyond: Sequence[StoredEvent]) -> Recorded[Any]:
        """The answer once the command is in the log, with what has to follow it there at once."""
        known = order.state.version if order.state else 0
        new = {row.version: row for row in beyond if row.version > known}
        state = self._stream.kind.fold(order.number, [new[version] for version in sorted(new)], order.state)
        followed = await self._follow(order, state) if state is not None else ()
        return self._answer(order, (*beyond, *followed))

    async def _follow(self, order: RecordOrder[S, C], state: S) -> Sequence[StoredEvent]:
        """What has to be recorded after ``order``, which has led to ``state``."""
        return ()

    async def _look(self, number: str, state: S | None, command: C) -> None:
        """What ``decide`` cannot see, being pure. Raises Refusal."""

    async def _append(self, number: str, state: S | None, command: C, events: Sequence[StreamEvent[F]]) -> Appended:
        kind, version, after = self._stream.kind, state.version if state else 0, state
        for event in events:
            after = kind.evolve(number, after, event.fact, command.id)
        assert after is not None
        appended = await self._log.append(
            number,
            version,
            await self._head(number, version),
            command.id,
            [kind.new(event) for event in events],
            kind.summary(after),
            kind.listing,
        )
        if appended.events:
            last = max(appended.events, key=lambda event: event.version)
            self._remember(number, last.version, last.hash)
        return appended

    async def _head(self, number: str, version: int) -> str:
        """The hash of the event at ``version``, from memory where this worker wrote it."""
        if version == 0:
            return ""
        known = self._heads.get(number)
        if known is not None and known[0] == version:
            return known[1]
        rows = await self._log.read(number, version - 1, version)
        if not rows:
            # PostgreSQL was restored from before what this process knows. Trying again cannot help: `hongxiu audit
            # --repair` starts it again from the log.
            raise ApplicationError(f"{number} is ahead of the log", type="AheadOfTheLog", non_retryable=True)
        return rows[0].hash

    def _remember(self, number: str, version: int, head: str) -> None:
        self._heads[number] = (version, head)
        self._heads.move_to_end(number)
        if len(self._heads) > _HEADS:
            self._heads.popitem(last=False)

    def _tell(self, order: RecordOrder[S, C], appended: Appended) -> None:
        for event in appended.events:
            log.info(
                "event recorded",
                case=order.number,
                workflow=activity.info().workflow_id,
                command=order.command.id,
                type=event.type,
                version=event.version,
                status=appended.status,
            )

    def _answer(
        self, order: RecordOrder[S, C], rows: Sequence[StoredEvent], refused: Refused | None = None
    ) -> Recorded[Any]:
        known = order.state.version if order.state else 0
        new = {row.version: row for row in rows if row.version > known}
        facts = tuple(self._logged(new[version], order.command.id) for version in sorted(new))
        return Recorded[Any](facts=facts, refused=refused)

    def _logged(self, row: StoredEvent, recording: str | None = None) -> Logged[Any]:
        """A row as a process folds it; the process knows the id of the command that it is ``recording``."""
        command = None if row.command_id == recording else row.command_id
        return Logged[Any](fact=self._stream.kind.event(row).fact, command=command)


class Recorder(StreamRecorder[CaseState, Command, Fact]):
    """The cases' recorder. A sitting that a decision names, or that a case is put on, must not have been closed; a
    response that a case comes under must still run."""

    def __init__(self, events: EventLog, rulebook: Rulebook) -> None:
        super().__init__(CASES, events, rulebook)

    async def _look(self, number: str, state: CaseState | None, command: Command) -> None:
        body = command.body
        if isinstance(body, DeclareEmergency) and body.response is not None:
            await self._look_at_response(body.response, body.playbook)
        named = body.sitting.id if isinstance(body, PutOnAgenda) else getattr(body, "sitting", None)
        row = await self._rulebook.sitting(named) if isinstance(named, str) else None
        if row is not None and row.status in ("closed", "cancelled"):
            raise Refusal("sitting_not_there", decision=command.kind, status=row.status, sitting=row.id)

    async def _follow(self, order: RecordOrder[CaseState, Command], state: CaseState) -> Sequence[StoredEvent]:
        """A sitting that was moved while this was decided: the case follows it at once.

        The sitting's own telling sweeps after its move is committed. What was committed before the sweep is found by
        that; what was committed after finds the move here. So nothing slips through between them.
        """
        wait = state.wait
        if wait is None or wait.sitting_id is None or (order.state is not None and order.state.wait == wait):
            return ()
        row = await self._rulebook.sitting(wait.sitting_id)
        if row is None or not is_outdated(row, wait.starts_at, wait.until):
            return ()
        cause = CAUSES["sitting_cancelled" if row.is_cancelled else "sitting_rescheduled"]
        command = moved(row, state.number, state.version, cause[state.language.startswith("en")])
        events = await self._decide(state.number, state, command, order.now)
        return (await self._append(state.number, state, command, events)).events if events else ()

    async def _look_at_response(self, emergency: str, playbook: str) -> None:
        """A case comes under a response of the same playbook that has not been stood down."""
        state = folding.RESPONSES.state(await self._log.read(emergency))
        if state is None:
            raise Refusal("unknown_emergency", emergency=emergency)
        if state.status != "open":
            raise Refusal("already_stood_down", emergency=emergency)
        if state.kind != playbook:
            raise Refusal("not_the_same_playbook", emergency=emergency, playbook=state.kind)


def is_outdated(row: SittingRow, starts_at: datetime | None, until: datetime | None) -> bool:
    """Whether a case that knows these dates of a sitting has to hear of others."""
    if row.is_cancelled:
        return True
    return row.sequence > 0 and (starts_at, until) != (row.starts_at, row.minutes_due)


def moved(row: SittingRow, number: str, version: int, cause: str) -> Command:
    """What tells a case, as it stands at ``version``, where its sitting now is. Sent twice it is the same command."""
    body = SittingMoved(sitting_id=row.id, sitting=None if row.is_cancelled else row.dates, cause=cause)
    return Command(id=f"{row.id}:{row.sequence}:{number}:{version}", actor=SYSTEM, body=body)


class SittingRecorder(StreamRecorder[SittingState, SittingCommand, SittingFact]):
    """The sittings' recorder. An addendum's case and the agenda's document are looked at before it is decided."""

    def __init__(self, events: EventLog, rulebook: Rulebook, papers: Papers) -> None:
        super().__init__(SITTINGS, events, rulebook)
        self._papers = papers

    async def _look(self, number: str, state: SittingState | None, command: SittingCommand) -> None:
        if isinstance(command.body, AddToAgenda) and state is not None:
            await self._papers.check_addendum(state, command.body.case)


class ResponseRecorder(StreamRecorder[ResponseState, ResponseCommand, ResponseFact]):
    """The joint responses' recorder."""

    def __init__(self, events: EventLog, rulebook: Rulebook) -> None:
        super().__init__(RESPONSES, events, rulebook)
