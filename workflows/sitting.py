"""A sitting's process: the shared host, with the papers that write themselves and what a supervisor sees."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.notices import notice_kind
    from domain.permission import SYSTEM
    from domain.policy.forum import meeting_name
    from domain.sitting import (
        CloseSitting,
        DocumentRef,
        SittingCommand,
        SittingFact,
        SittingState,
        SittingWait,
        SittingWaitExpired,
        SittingWaitKind,
    )
    from domain.telling import sitting_details
    from workflows import names
    from workflows.host import Host
    from workflows.kinds import SITTING
    from workflows.ledger import why_of
    from workflows.messages import Effect, LateCases, NoticeOrder, PaperOrder, ProcessInput, TellOrder, Told
    from workflows.notifying import notify
    from workflows.rules import AT_HAND

PAPERS = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=30),
    maximum_attempts=20,
)
"""Writing a paper fails only while the database is away."""
PAPER_ATTEMPT = timedelta(minutes=2)
PAPER_FOR = timedelta(minutes=15)

TELLING = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=10),
    maximum_attempts=12,
)
"""One go. Telling goes on over restarts of workers: what a case was told once it is not told again."""
TELL_ATTEMPT = timedelta(minutes=10)
TELL_FOR = timedelta(minutes=30)
TELL_HEARTBEAT = timedelta(seconds=20)

CLOSED_WITHIN = timedelta(minutes=1)
"""How long the answer to a closing waits for the minutes; whoever asked has gone by then."""

UNREACHED = "Unreached"
"""What a telling failed with that did not reach every case. The others are told."""

TELL = "tell_cases"
NOTIFY = "notify"
_TELLS = frozenset({"sitting_rescheduled", "sitting_cancelled", "addendum_added"})

CAUSES = {
    "sitting_rescheduled": ("会议改期", "the sitting was rescheduled"),
    "sitting_cancelled": ("会议取消", "the sitting was cancelled"),
    "decisions_ended": ("会议结束时未作出决定", "undecided when the sitting was closed"),
}
"""Why a case's wait changes with its sitting, in Chinese and in English."""
_PAPERS: dict[SittingWaitKind, tuple[str, str]] = {
    "draft": (names.DRAFT_AGENDA, "按现有待议诉求件起草议程 · drafts the agenda from the waiting cases"),
    "freeze": (names.FREEZE_AGENDA, "议程定稿，其后只列补充议题 · freezes the agenda; later cases are addenda"),
    "minutes": (names.DRAW_MINUTES, "据会上决定成稿会议纪要 · draws the minutes from what was decided"),
}
_LATE = "列出定稿期间转来的诉求件 · lists the cases that came while the agenda froze"
_CLOSING = "等案件结转、纪要成稿 · until the cases are carried over and the minutes drawn"
_NOTIFYING = "通知参会单位 · tells the members' units"
_TELLING = "逐件告知等待本次会议的诉求件 · tells every case that waits for this sitting"

_NAMED = 5

T = TypeVar("T")


@workflow.defn(name=names.SITTING.workflow)
class SittingWorkflow(Host[SittingState, SittingCommand, SittingWait]):
    """One sitting of a forum from its announcement to its minutes. Its id is the sitting's."""

    kind = SITTING

    @workflow.init
    def __init__(self, start: ProcessInput[SittingState]) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessInput[SittingState]) -> str:
        """Ends closed or cancelled."""
        return (await self.live()).status

    async def prepare(self, state: SittingState, wait: SittingWait) -> DocumentRef | LateCases | None:
        """See ``Host``: the paper that the wait's passing brings, or who came late."""
        if wait.kind == "start":
            return await _paper(names.LIST_LATE, LateCases, _LATE, PaperOrder(state=state, now=workflow.now()))
        if wait.kind not in _PAPERS:
            return None
        if state.decisions_ended_at is not None:
            await self._carry_over()
        name, words = _PAPERS[wait.kind]
        order = PaperOrder(state=state, now=workflow.now(), dissent=state.dissent)
        return await _paper(name, DocumentRef, words, order)

    def expiry(
        self, state: SittingState, wait: SittingWait, prepared: DocumentRef | LateCases | None
    ) -> tuple[SittingCommand, str]:
        """See ``Host``. The command's id is the wait's own, so that it is recorded once whoever sends it."""
        body = SittingWaitExpired(
            wait=wait.kind,
            until=wait.until,
            document=prepared if isinstance(prepared, DocumentRef) else None,
            late=prepared.numbers if isinstance(prepared, LateCases) else (),
        )
        command = SittingCommand(id=f"{state.dates.id}:{state.version}:{wait.kind}", actor=SYSTEM, body=body)
        return command, SITTING.names.record(body.kind, wait.kind)

    async def follow_up(self, command: SittingCommand) -> None:
        """See ``Host``: who closes the sitting is answered when its cases are carried over and its minutes drawn."""
        if not isinstance(command.body, CloseSitting) or self._is_closed:
            return
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: self._is_closed, timeout=CLOSED_WITHIN, timeout_summary=_CLOSING)

    @property
    def _is_closed(self) -> bool:
        return self.state is not None and self.state.closed

    def effects(self, fact: SittingFact) -> Sequence[Effect]:
        """See ``Host``."""
        assert self.state is not None
        asked = [Effect(name=TELL)] if fact.type in _TELLS else []
        if notice_kind(fact.type, self.state.dates.id) is not None:
            asked.append(Effect(name=f"{NOTIFY}:{self.state.version}", first=True))
        return asked

    async def carry_out(self, effect: str) -> None:
        """See ``Host``: tells the cases, whatever the sitting's dates are by then; or its members, of one event."""
        if effect != TELL:
            order = NoticeOrder(sitting=self.number, version=int(effect.removeprefix(f"{NOTIFY}:")))
            await notify(names.NOTIFY, order, _NOTIFYING)
            return
        told = await self._tell()
        if told.unreached:
            raise ApplicationError(_unreached(told), type=UNREACHED)

    def effect_words(self, effect: str) -> str:
        """See ``Host``."""
        return _TELLING if effect == TELL else _NOTIFYING

    async def _carry_over(self) -> None:
        """Has the cases that still wait for a sitting that was closed carry themselves over. One that does not answer
        does not hold up the minutes: it is told later, and the audit finds it until then."""
        try:
            told = await self._tell()
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            self.later(Effect(name=TELL), why_of(error))
            return
        if told.unreached:
            self.later(Effect(name=TELL), f"{UNREACHED}: {_unreached(told)}")

    async def _tell(self) -> Told:
        assert self.state is not None
        cause, over = _became(self.state)
        words = CAUSES[cause][1 if self.state.language.startswith("en") else 0]
        told: Told = await workflow.execute_activity(
            names.TELL_CASES,
            TellOrder(sitting=self.number, cause=words, over=over),
            result_type=Told,
            retry_policy=TELLING,
            start_to_close_timeout=TELL_ATTEMPT,
            schedule_to_close_timeout=TELL_FOR,
            heartbeat_timeout=TELL_HEARTBEAT,
            summary=_TELLING,
        )
        return told

    def details(self, state: SittingState) -> str:
        """See ``Host``."""
        rules = AT_HAND.current
        forum = rules.forums.get(state.dates.forum) if rules else None
        name = meeting_name(forum, state.dates.id).in_(state.language) if forum else state.dates.forum
        return sitting_details(state, name, self.link)


def _became(state: SittingState) -> tuple[str, bool]:
    """What of a sitting its cases are told, by its word in ``CAUSES``; and whether they carry themselves over."""
    if state.status == "cancelled":
        return "sitting_cancelled", False
    over = state.decisions_ended_at is not None
    return ("decisions_ended" if over else "sitting_rescheduled"), over


def _unreached(told: Told) -> str:
    more = len(told.unreached) - _NAMED
    return ", ".join(told.unreached[:_NAMED]) + (f" +{more}" if more > 0 else "")


async def _paper(name: str, result_type: type[T], words: str, order: PaperOrder) -> T:
    answer: T = await workflow.execute_activity(
        name,
        order,
        result_type=result_type,
        retry_policy=PAPERS,
        summary=words,
        start_to_close_timeout=PAPER_ATTEMPT,
        schedule_to_close_timeout=PAPER_FOR,
    )
    return answer
