"""Recording: decides a command where the log is, and appends what comes of it in one transaction."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.case import CaseState, Command, Event, Fact, decide, evolve, summary
from domain.errors import Refusal
from domain.rules import Rules
from store.folding import event_of, fold_rows, row_of
from store.log import Appended, EventLog, StoredEvent
from store.rulebook import Rulebook
from workflows import names
from workflows.messages import LoadOrder, Logged, Recorded, RecordOrder, Refused

log = structlog.get_logger()

_HEADS = 20_000
_TRIES = 5


class Recorder:
    """The recording and loading activities, on one event log and one rulebook."""

    def __init__(self, events: EventLog, rulebook: Rulebook) -> None:
        self._log = events
        self._rulebook = rulebook
        self._heads: OrderedDict[str, tuple[int, str]] = OrderedDict()

    def activities(self) -> Sequence[Callable[..., Any]]:
        """One activity for each name that a supervisor reads, and the loading."""
        return [*(self._named(name) for name in names.RECORDS), self._loading()]

    def _named(self, name: str) -> Callable[..., Any]:
        @activity.defn(name=name)
        async def record(order: RecordOrder[CaseState, Command]) -> Recorded[Fact]:
            return await self.record(order)

        return record

    def _loading(self) -> Callable[..., Any]:
        @activity.defn(name=names.LOAD)
        async def load(order: LoadOrder) -> Recorded[Fact]:
            rows = await self._log.read(order.number, order.version)
            return Recorded[Fact](facts=tuple(logged(row) for row in rows))

        return load

    async def record(self, order: RecordOrder[CaseState, Command]) -> Recorded[Fact]:
        """What the log has beyond the order's state once the command is in it; or why it is not.

        Where the log is ahead (a process that was reset, or an append whose answer was lost), what it has is
        folded and the command decided again: nothing is written twice and nothing overwritten.
        """
        state, beyond = order.state, list[StoredEvent]()
        for _ in range(_TRIES):
            try:
                events = decide(await self._rules(state), state, order.command, order.now)
            except Refusal as refusal:
                unknown = await self._log.read(order.number, state.version if state else 0)
                if not unknown:
                    return _answer(order, beyond, Refused(code=refusal.code, params=refusal.params))
                beyond.extend(unknown)
                state = fold_rows(order.number, unknown, state)
                if any(row.command_id == order.command.id for row in unknown):
                    return _answer(order, beyond)
                continue
            if not events:
                return _answer(order, beyond)
            appended = await self._append(order.number, state, order.command, events)
            beyond.extend(appended.events)
            if appended.status != "behind":
                self._tell(order, appended)
                return _answer(order, beyond)
            state = fold_rows(order.number, appended.events, state)
        raise RuntimeError(f"{order.number}: the log ran ahead {_TRIES} times")

    async def _rules(self, state: CaseState | None) -> Rules:
        return await self._rulebook.rules(state.ladder if state else None)

    async def _append(
        self, number: str, state: CaseState | None, command: Command, events: Sequence[Event]
    ) -> Appended:
        version = state.version if state else 0
        after = state
        for event in events:
            after = evolve(after, event, number=number, command_id=command.id)
        assert after is not None
        appended = await self._log.append(
            number, version, await self._head(number, version), command.id,
            [row_of(event) for event in events], summary(after),
        )  # fmt: skip
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

    def _tell(self, order: RecordOrder[CaseState, Command], appended: Appended) -> None:
        for event in appended.events:
            log.info(
                "event recorded", case=order.number, workflow=activity.info().workflow_id, command=order.command.id,
                type=event.type, version=event.version, status=appended.status,
            )  # fmt: skip


def _answer(
    order: RecordOrder[CaseState, Command], rows: Sequence[StoredEvent], refused: Refused | None = None
) -> Recorded[Fact]:
    known = order.state.version if order.state else 0
    new = {row.version: row for row in rows if row.version > known}
    facts = tuple(logged(new[version], order.command.id) for version in sorted(new))
    return Recorded[Fact](facts=facts, refused=refused)


def logged(row: StoredEvent, recording: str | None = None) -> Logged[Fact]:
    """A row as a process folds it; the process knows the id of the command that it is ``recording``."""
    command = None if row.command_id == recording else row.command_id
    return Logged[Fact](fact=event_of(row).fact(), command=command)
