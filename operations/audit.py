"""Compares every stream in the log with its process, and says what differs; puts right what can be.

The log is the record, the process its clock: whatever is open, of whichever kind, must have a running process at the
log's version, with a timer for exactly what it waits for. What looks wrong is read once more before it is reported,
since processes move while they are looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError

from activities.notices import Notifier
from domain.permission import PostLike
from operations.following import STEPS, Done, Following, Missed, Step
from operations.sittings import retell, untold_cases
from runtime.clock import Clock
from services.policy_check import standing
from services.policy_desk import order_of
from store import rebuild
from store.database import transaction
from store.errors import reaching_the_store
from store.folding import kind_of
from store.log import EventLog, StoredEvent, chain_problems, count_streams, every_stream, snapshot
from store.policies import Policies
from store.sittings import Untold
from workflows import kinds
from workflows.client import AnyKind, Processes, ProcessGone, ProcessUnavailable
from workflows.messages import EnforceOrder, Standing

if TYPE_CHECKING:
    from store.database import Pool

Item = TypeVar("Item")
Difference = Literal[
    "missing",
    "lingering",
    "unopened",
    "behind",
    "ahead",
    "waits_differ",
    "unanswered",
    "overdue_wait",
    "projection_differs",
    "chain",
    "untold",
    "policy_misfit",
    "stranded",
    "account_astray",
    "unenforced",
]
FindingKind = Difference | Step
FINDINGS: tuple[FindingKind, ...] = (*get_args(Difference), *STEPS)
Repair = Literal["restarted", "nudged", "ended"] | Done

Progress = Callable[[str, int, int], None]
"""Called with what is looked at (``cases``, ``list``, ``repair``), how many are done, of how many (0: unknown)."""

_REPAIRS: dict[FindingKind, Repair] = {
    "missing": "restarted",
    "lingering": "nudged",
    "behind": "nudged",
    "ahead": "restarted",
    "waits_differ": "nudged",
    "overdue_wait": "nudged",
    "unopened": "ended",
}
_PAUSES = (0.2, 0.5, 1.0, 2.0)
_SILENT_AT_FIRST = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference. ``facts``: what its kind speaks of (versions, waits …); ``repair``: what was done about it."""

    number: str
    kind: FindingKind
    facts: dict[str, str | int] = field(default_factory=dict)
    repair: Repair | None = None


@dataclass(slots=True)
class Report:
    """What an audit saw: the ``cases``, what is ``open`` of every kind, and the processes that are ``running``.
    ``findings`` is what differs now; ``repaired`` what differed before the repair."""

    cases: int = 0
    open: int = 0
    running: int = 0
    findings: list[Finding] = field(default_factory=list)
    repaired: list[Finding] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing differs."""
        return not self.findings


class Auditor:
    """One audit. ``clock``: the one that waits are expected to fire by.

    ``grace``: how long a wait may be overdue, and a process without a case may run, before it counts.
    ``at_once``: how many processes are asked at the same time. ``notifier`` tells whom nobody has told.
    """

    def __init__(
        self,
        pool: Pool,
        client: Client,
        processes: Processes,
        notifier: Notifier,
        clock: Clock,
        *,
        grace: timedelta = timedelta(minutes=1),
        at_once: int = 16,
        progress: Progress | None = None,
    ) -> None:
        self._pool = pool
        self._log = EventLog(pool)
        self._client = client
        self._processes = processes
        self._following = Following(pool, processes, notifier, clock)
        self._clock = clock
        self._grace = grace
        self._at_once = at_once
        self._progress = progress or (lambda what, done, total: None)
        self._report = Report()
        self._answered = 0
        self._open: set[str] = set()

    async def audit(self) -> Report:
        """Look at everything. Raises StoreUnavailable, ProcessUnavailable (no process answers at all)."""
        self._report = report = Report()
        self._open.clear()
        await _each(self._states(), self._look_at_open, self._at_once)
        await _each(self._running(), self._look_at_running, self._at_once)
        differing = await rebuild.compare(self._pool, progress=lambda n: self._progress("list", n, report.cases))
        self._find(Finding(number, "projection_differs") for numbers in differing.values() for number in numbers)
        self._find(_untold(one) for one in await untold_cases(self._pool))
        await self._look_at_steps()
        await self._look_at_policies()
        report.findings.sort(key=lambda finding: (FINDINGS.index(finding.kind), finding.number))
        return report

    async def repair(self, report: Report) -> Report:
        """Start what is missing, nudge what is behind, start again what is ahead; then look at those again, and tell
        cases what became of their sittings.

        The list and the chain stay as they are.
        """
        untold = [finding for finding in report.findings if finding.kind == "untold"]
        wrong = {finding.number: finding for finding in report.findings if finding.kind in _REPAIRS}
        missed = [finding for finding in report.findings if finding.kind in STEPS]
        kept = [it for it in report.findings if it not in (*wrong.values(), *untold, *missed)]
        after = Report(cases=report.cases, open=report.open, running=report.running, findings=kept)
        self._report = after

        async def one(finding: Finding) -> None:
            done = await self._put_right(finding)
            after.repaired.append(replace(finding, repair=done))
            self._find(await self._again(finding.number, first_after=_PAUSES[0]))
            self._progress("repair", len(after.repaired), len(wrong))

        await self._enforce(after)
        # Most of a repair is waiting for processes to have read the log.
        await _each(_through(wrong.values()), one, 4 * self._at_once)
        for finding in missed:
            after.repaired.append(replace(finding, repair=await self._do_again(finding)))
        if untold:
            await self._tell(untold)
        if missed:
            await self._look_at_steps()
        after.repaired.sort(key=lambda finding: finding.number)
        return after

    # ---------------------------------------------------------------- looking

    async def _look_at_steps(self) -> None:
        """What should have followed from events, and did not."""
        self._find([Finding(one.number, one.step, one.facts) async for one in self._following.missed()])

    async def _look_at_policies(self) -> None:
        """Policies in force that do not fit together, or that what is open and who works lack something under."""
        async with transaction(self._pool) as connection:
            found = await standing(connection)
        self._find(Finding(problem.path, "policy_misfit", {"problem": str(problem)}) for problem in found.problems)
        self._find(Finding(it.what, "stranded", {"lack": it.lack, "missing": it.missing}) for it in found.strands)
        self._find(Finding(id, "account_astray", {"post": _named_post(post)}) for id, post in found.astray)
        order = order_of(found.unenforced) if found.unenforced is not None else None
        if order is not None and not await self._is_under_way(order):
            self._find([Finding(order.cause, "unenforced")])

    async def _is_under_way(self, order: EnforceOrder) -> bool:
        try:
            return await self._processes.enforcement(order) is None
        except ProcessGone:
            return False

    async def _states(self) -> AsyncIterator[Found]:
        """Everything that is open in the log, stream by stream; cases are counted, chains checked on the way."""
        report = self._report
        with reaching_the_store():
            async with self._pool.acquire() as connection, snapshot(connection):
                total = await count_streams(connection)
                async for events in every_stream(connection):
                    self._find(
                        Finding(problem.stream, "chain", {"version": problem.version, "problem": problem.kind})
                        for problem in chain_problems(events)
                    )
                    found = _found(events)
                    if found is None:
                        continue
                    if found.kind is kinds.CASE:
                        report.cases += 1
                        self._progress("cases", report.cases, total)
                    if not found.state.closed:
                        report.open += 1
                        self._open.add(found.number)
                        yield found

    async def _running(self) -> AsyncIterator[str]:
        for kind in kinds.KINDS:
            async for number in self._processes.running(kind):
                yield number

    async def _look_at_open(self, found: Found) -> None:
        if list(await self._compared(found)):
            self._find(await self._again(found.number))

    async def _look_at_running(self, number: str) -> None:
        self._report.running += 1
        if number not in self._open:  # those have been looked at from the log's side
            self._find(await self._again(number))

    async def _again(self, number: str, first_after: float = 0.0) -> list[Finding]:
        """What still differs after the log and the process have been read once more, a few times if need be."""
        findings: list[Finding] = []
        for pause in (first_after, *_PAUSES):
            await asyncio.sleep(pause)
            found = _found(await self._log.read(number))
            if found is None or found.state.closed:
                findings = await self._superfluous(number, found)
            else:
                findings = await self._compared(found)
            if not findings or findings[0].kind in ("missing", "unanswered"):
                break  # these do not pass by themselves
        return findings

    async def _compared(self, found: Found) -> list[Finding]:
        """What differs between what is open and its process."""
        try:
            standing = await self._standing(found.kind, found.number)
        except ProcessGone:
            return [Finding(found.number, "missing", {"stage": found.kind.stage(found.state)})]
        except (ProcessUnavailable, WorkflowQueryFailedError) as error:
            return [self._unanswered(found.number, error)]
        return list(differences(found, standing, self._latest_due()))

    async def _superfluous(self, number: str, found: Found | None) -> list[Finding]:
        """A process that runs though it is closed in the log, or was never opened there."""
        if found is None:
            started = await self._started(number)
            being_opened = started is None or started > datetime.now(UTC) - self._grace
            return [] if being_opened else [Finding(number, "unopened")]
        try:
            standing = await self._standing(found.kind, number)
        except ProcessGone:
            return []
        except (ProcessUnavailable, WorkflowQueryFailedError) as error:
            return [self._unanswered(number, error)]
        return [Finding(number, "lingering", {"log": found.state.version, "process": standing.version})]

    async def _standing(self, kind: AnyKind, number: str) -> Standing[Any]:
        standing = await self._processes.standing(kind, number)
        self._answered += 1
        return standing

    async def _started(self, number: str) -> datetime | None:
        """When a process began; None where none runs. Of another's program it is not asked: it may not answer."""
        try:
            description = await self._client.get_workflow_handle(number).describe()
        except RPCError:
            return None
        return description.start_time if description.status == WorkflowExecutionStatus.RUNNING else None

    def _unanswered(self, number: str, error: Exception) -> Finding:
        """A process that runs and does not answer. If none does, there is nothing to audit by."""
        silent = sum(finding.kind == "unanswered" for finding in self._report.findings)
        if not self._answered and silent >= _SILENT_AT_FIRST:
            raise ProcessUnavailable("no process answers; is a worker running?") from error
        return Finding(number, "unanswered", {"why": str(error)})

    def _latest_due(self) -> datetime:
        """A wait that ends before this should have been acted on."""
        return self._clock.now() - self._grace

    def _find(self, findings: Iterable[Finding]) -> None:
        self._report.findings.extend(findings)

    # ---------------------------------------------------------------- putting right

    async def _enforce(self, after: Report) -> None:
        """Begins again what was not brought about; it goes on by itself."""
        left = [finding for finding in after.findings if finding.kind == "unenforced"]
        enactment = await Policies(self._pool).unenforced() if left else None
        if enactment is not None:
            await self._processes.enforce(order_of(enactment))
        after.findings = [finding for finding in after.findings if finding not in left]
        after.repaired += [replace(finding, repair="restarted") for finding in left]

    async def _tell(self, untold: Sequence[Finding]) -> None:
        """Those that a sitting which was brought back has told meanwhile are told as well."""
        await retell(self._pool, self._processes, await untold_cases(self._pool))
        left = await untold_cases(self._pool)
        numbers = {one.number for one in left}
        self._report.repaired += [
            replace(finding, repair="failed" if finding.number in numbers else "told") for finding in untold
        ]
        self._find(map(_untold, left))

    async def _do_again(self, finding: Finding) -> Repair:
        step = next(step for step in STEPS if step == finding.kind)
        return await self._following.mend(Missed(step, finding.number, finding.facts))

    async def _put_right(self, finding: Finding) -> Repair:
        action = _REPAIRS[finding.kind]
        try:
            if finding.kind == "ahead":
                await self._client.get_workflow_handle(finding.number).terminate("audit: ahead of the log")
            if action == "restarted":
                found = _found(await self._log.read(finding.number))
                if found is not None and not found.state.closed:
                    await self._processes.restart(found.state)
            elif action == "nudged":
                await self._processes.nudge(finding.number)
            else:
                await self._client.get_workflow_handle(finding.number).terminate("audit: no such case in the log")
        except ProcessGone:
            return action  # it ended meanwhile: what was wanted
        except (ProcessUnavailable, RPCError):
            return "failed"
        return action


@dataclass(frozen=True, slots=True)
class Found:
    """A stream of the log: of which kind it is, the state that it folds to, and when it last moved (UTC)."""

    kind: AnyKind
    state: kinds.Keeping
    moved_at: datetime

    @property
    def number(self) -> str:
        """The id of its process."""
        return self.kind.number(self.state)


def _found(rows: Sequence[StoredEvent]) -> Found | None:
    streams = kind_of(rows)
    state = streams.state(rows) if streams is not None else None
    return Found(kinds.of_state(state), state, rows[-1].occurred_at) if state is not None else None


def differences(found: Found, standing: Standing[Any], due_before: datetime) -> Iterable[Finding]:
    """What differs between the log and what a process says; a wait that should have been acted on ``due_before``.

    What was due before the process came to it (a sitting that is begun late) is due from then on.
    """
    number, known, waits = found.number, found.state.version, found.kind.waits(found.state)
    if standing.version > known:
        yield Finding(number, "ahead", {"log": known, "process": standing.version})
    elif standing.version < known:
        yield Finding(number, "behind", {"log": known, "process": standing.version})
    elif set(standing.waits) != set(waits):
        yield Finding(number, "waits_differ", {"log": _named(waits), "process": _named(standing.waits)})
    for wait in waits:
        if max(wait.until, found.moved_at) < due_before:
            yield Finding(number, "overdue_wait", {"wait": _named([wait])})


def _named_post(post: PostLike) -> str:
    return f"{post.role}:{post.unit}" if post.unit else post.role


def _untold(one: Untold) -> Finding:
    return Finding(one.number, "untold", {"sitting": one.sitting, "status": one.status})


def _named(found: Iterable[kinds.Expiring]) -> str:
    return ", ".join(f"{wait.kind} until {wait.until:%Y-%m-%d %H:%M}Z" for wait in found) or "–"


async def _through(findings: Iterable[Finding]) -> AsyncIterator[Finding]:
    for finding in findings:
        yield finding


async def _each(items: AsyncIterator[Item], work: Callable[[Item], Coroutine[Any, Any, None]], at_once: int) -> None:
    """Do ``work`` for each item, ``at_once`` at a time, taking no more items than that; the first error ends it."""
    busy: set[asyncio.Task[None]] = set()
    try:
        async for item in items:
            busy.add(asyncio.create_task(work(item)))
            if len(busy) >= at_once:
                busy = _still_busy(*await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED))
        while busy:
            busy = _still_busy(*await asyncio.wait(busy))
    finally:
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)


def _still_busy(done: set[asyncio.Task[None]], pending: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    for task in done:
        task.result()
    return pending
