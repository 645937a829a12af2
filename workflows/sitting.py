"""A sitting's process: the shared host, with the papers that write themselves and what a supervisor sees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from domain.forum import emergency_of, meeting_name
    from domain.notices import KINDS, NoticeKind
    from domain.permission import SYSTEM
    from domain.sitting import (
        CloseSitting,
        DocumentRef,
        SittingCommand,
        SittingFact,
        SittingState,
        SittingWait,
        SittingWaitExpired,
        SittingWaitKind,
        decide,
        evolve,
        waits,
    )
    from domain.telling import sitting_details, sitting_timer_summary
    from workflows import attributes, names
    from workflows.host import Host
    from workflows.messages import LateCases, NoticeOrder, PaperOrder, ProcessInput, Recorded, TellOrder, Told
    from workflows.rules import AT_HAND

PAPERS = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_interval=timedelta(seconds=30),
    maximum_attempts=20,
)  # fmt: skip
"""Writing a paper fails only while the database is away."""
PAPER_ATTEMPT = timedelta(minutes=2)
PAPER_FOR = timedelta(minutes=30)

TELLING = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_interval=timedelta(seconds=10),
    maximum_attempts=50,
)  # fmt: skip
"""Telling goes on over restarts of workers: what a case was told once it is not told again."""
TELL_ATTEMPT = timedelta(minutes=30)
TELL_FOR = timedelta(hours=2)
TELL_HEARTBEAT = timedelta(seconds=20)

NOTIFYING = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(seconds=30),
    maximum_attempts=8,
)  # fmt: skip
"""A receiver that is away for longer is recorded as failed: a notice must not hold up what the cases are told."""
NOTIFY_ATTEMPT = timedelta(minutes=1)
NOTIFY_FOR = timedelta(minutes=5)

TELL = "tell_cases"
NOTIFY = "notify"
_TELLS = frozenset({"sitting_rescheduled", "sitting_cancelled", "addendum_added"})

CARRIES_OVER_FIRST = "close-carries-over-first"
"""The patch since which closing by hand has the cases carried over before the minutes are drawn."""

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
_NOTIFYING = "通知参会单位 · tells the members' units"
_TELLING = "逐件告知等待本次会议的诉求件 · tells every case that waits for this sitting"

T = TypeVar("T")


@workflow.defn(name=names.SITTING_WORKFLOW)
class SittingWorkflow(Host[SittingState, SittingCommand, SittingWait]):
    """One sitting of a forum from its announcement to its minutes. Its id is the sitting's."""

    command_type = SittingCommand
    recorded_type = Recorded[SittingFact]
    updates = names.SITTING_UPDATES
    opens = "convene"
    loading = names.LOAD_SITTING

    @workflow.init
    def __init__(self, start: ProcessInput[SittingState]) -> None:
        super().__init__(start)
        self._to_notify: dict[int, tuple[NoticeKind, SittingState]] = {}
        self._shown: attributes.Values = {
            pair.key: pair.value for pair in workflow.info().typed_search_attributes.search_attributes
        }
        if self.state is not None:
            self.show(self.state)

    @workflow.run
    async def run(self, start: ProcessInput[SittingState]) -> str:
        """Ends closed or cancelled."""
        return (await self.live()).status

    def refuse(self, state: SittingState | None, command: SittingCommand, now: datetime) -> None:
        """See ``Host``. Without rules at hand yet, the recording activity decides."""
        if AT_HAND.current is not None:
            decide(AT_HAND.current, state, command, now)

    def evolve(self, state: SittingState | None, fact: SittingFact, command_id: str) -> SittingState:
        """See ``Host``."""
        return evolve(state, fact, command_id=command_id)

    def waits(self, state: SittingState) -> Sequence[SittingWait]:
        """See ``Host``."""
        return waits(state)

    async def prepare(self, state: SittingState, wait: SittingWait) -> DocumentRef | LateCases | None:
        """See ``Host``: the paper that the wait's passing brings, or who came late."""
        if wait.kind == "start":
            return await _paper(names.LIST_LATE, LateCases, _LATE, PaperOrder(state=state, now=workflow.now()))
        if wait.kind not in _PAPERS:
            return None
        if state.decisions_ended_at is not None:
            await self._tell("decisions_ended", over=True)
        name, words = _PAPERS[wait.kind]
        order = PaperOrder(state=state, now=workflow.now(), dissent=state.dissent)
        return await _paper(name, DocumentRef, words, order)

    def expiry(
        self, state: SittingState, wait: SittingWait, prepared: DocumentRef | LateCases | None
    ) -> tuple[SittingCommand, str]:
        """See ``Host``. The command's id is the wait's own, so that it is recorded once whoever sends it."""
        body = SittingWaitExpired(
            wait=wait.kind, until=wait.until, document=prepared if isinstance(prepared, DocumentRef) else None,
            late=prepared.numbers if isinstance(prepared, LateCases) else (),
        )  # fmt: skip
        command = SittingCommand(id=f"{state.dates.id}:{state.version}:{wait.kind}", actor=SYSTEM, body=body)
        return command, names.sitting_record_name(body.kind, wait.kind)

    async def complete(self, state: SittingState | None, command: SittingCommand) -> SittingCommand:
        """See ``Host``: before a patch, minutes that were closed by hand were drawn as they stood."""
        body = command.body
        if state is None or state.status != "minutes" or not isinstance(body, CloseSitting) or body.document:
            return command
        if workflow.patched(CARRIES_OVER_FIRST):
            return command
        name, words = _PAPERS["minutes"]
        order = PaperOrder(state=state, now=workflow.now(), dissent=body.dissent)
        document = await _paper(name, DocumentRef, words, order)
        return command.model_copy(update={"body": body.model_copy(update={"document": document})})

    async def follow_up(self, command: SittingCommand) -> None:
        """See ``Host``: who closes the sitting is answered when its cases are carried over and its minutes drawn."""
        assert self.state is not None
        if isinstance(command.body, CloseSitting) and not self.state.closed:
            await workflow.wait_condition(lambda: self.state is not None and self.state.closed)

    def effects(self, fact: SittingFact) -> Sequence[str]:
        """See ``Host``."""
        assert self.state is not None
        told = (TELL,) if fact.type in _TELLS else ()
        kind = KINDS.get(fact.type)
        if fact.type == "sitting_convened" and emergency_of(self.state.dates.id) is not None:
            kind = "convened"  # there is no time to wait for the agenda
        if kind is not None:
            self._to_notify[self.state.version] = (kind, self.state)
            return (*told, f"{NOTIFY}:{self.state.version}")
        return told

    async def carry_out(self, effect: str) -> None:
        """See ``Host``: tells the cases, whatever the sitting's dates are by then; or its members, of one event."""
        assert self.state is not None
        if effect != TELL:
            await self._notify(int(effect.removeprefix(f"{NOTIFY}:")))
            return
        await self._tell("sitting_cancelled" if self.state.status == "cancelled" else "sitting_rescheduled")

    async def _tell(self, cause: str, *, over: bool = False) -> None:
        assert self.state is not None
        words = CAUSES[cause][1 if self.state.language.startswith("en") else 0]
        await workflow.execute_activity(
            names.TELL_CASES, TellOrder(sitting=self.number, cause=words, over=over), result_type=Told,
            retry_policy=TELLING, start_to_close_timeout=TELL_ATTEMPT, schedule_to_close_timeout=TELL_FOR,
            heartbeat_timeout=TELL_HEARTBEAT, summary=_TELLING,
        )  # fmt: skip

    async def _notify(self, version: int) -> None:
        kind, state = self._to_notify.pop(version)
        order = NoticeOrder(event=f"{self.number}:{version}", kind=kind, state=state, now=state.at)
        try:
            await workflow.execute_activity(
                names.NOTIFY, order, retry_policy=NOTIFYING, start_to_close_timeout=NOTIFY_ATTEMPT,
                schedule_to_close_timeout=NOTIFY_FOR, summary=_NOTIFYING,
            )  # fmt: skip
        except ActivityError:
            workflow.logger.error("a notice was not sent to everyone; the inbox says to whom")

    def summary(self, state: SittingState, wait: SittingWait) -> str:
        """See ``Host``."""
        return sitting_timer_summary(state, wait)

    def show(self, state: SittingState) -> None:
        """Search attributes for the list, current details for the page."""
        wanted = attributes.of_sitting(state)
        changed = attributes.changes(self._shown, wanted)
        if changed:
            workflow.upsert_search_attributes(changed)
            self._shown = wanted
        rules = AT_HAND.current
        forum = rules.forums.get(state.dates.forum) if rules else None
        name = meeting_name(forum, state.dates.id).in_(state.language) if forum else state.dates.forum
        link = f"{AT_HAND.public_url}/sittings/{state.dates.id}" if AT_HAND.public_url else None
        workflow.set_current_details(sitting_details(state, name, link))


async def _paper(name: str, result_type: type[T], words: str, order: PaperOrder) -> T:
    answer: T = await workflow.execute_activity(
        name, order, result_type=result_type, retry_policy=PAPERS, summary=words,
        start_to_close_timeout=PAPER_ATTEMPT, schedule_to_close_timeout=PAPER_FOR,
    )  # fmt: skip
    return answer
