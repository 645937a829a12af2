"""The case's process: the shared host, with what a supervisor sees of a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from domain.case import CaseState, Command, EmergencyDeclared, Fact, Wait, WaitExpired
    from domain.notices import CASE_KINDS
    from domain.permission import SYSTEM
    from domain.telling import current_details, timer_summary
    from domain.words.names import Names
    from workflows import names
    from workflows.host import Host
    from workflows.kinds import CASE
    from workflows.lanes import URGENT
    from workflows.messages import CaseNoticeOrder, Effect, EmergencyOrder, ProcessInput
    from workflows.notifying import notify
    from workflows.rules import AT_HAND


OPENING = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=10),
    maximum_attempts=12,
)
"""One go of a minute; there are others after it (``workflows.lanes``)."""
OPEN_ATTEMPT = timedelta(minutes=1)
OPEN_FOR = timedelta(minutes=5)
NOTIFY = "notify:"
_NOTIFYING = "通知本级和上一级：答复逾期 · tells the unit and the one above of a missed word"
_OPENING = "启动七部门联动处置 · opens the joint response of seven departments"


@workflow.defn(name=names.CASE.workflow)
class CaseWorkflow(Host[CaseState, Command, Wait]):
    """One resident's issue from its opening to its closing. Its id is the case's number."""

    kind = CASE

    @workflow.init
    def __init__(self, start: ProcessInput[CaseState]) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessInput[CaseState]) -> str:
        """Ends with the way the case was closed."""
        state = await self.live()
        assert state.closing is not None
        return state.closing.closed_as

    def expiry(self, state: CaseState, wait: Wait, prepared: object) -> tuple[Command, str]:
        """See ``Host``. The command's id is the wait's own, so that it is recorded once whoever sends it."""
        body = WaitExpired(wait=wait.kind, until=wait.until)
        command = Command(id=f"{state.number}:{state.version}:{wait.kind}", actor=SYSTEM, body=body)
        return command, CASE.names.record(body.kind, wait.on_expiry)

    def effects(self, fact: Fact) -> Sequence[Effect]:
        """See ``Host``: an emergency has its joint response opened; of a missed word the units are told."""
        if isinstance(fact, EmergencyDeclared):
            return (Effect(name=fact.emergency, first=True),)
        assert self.state is not None
        return (Effect(name=f"{NOTIFY}{self.state.version}", first=True),) if fact.type in CASE_KINDS else ()

    async def carry_out(self, effect: str) -> None:
        """See ``Host``: tells the units; or opens the joint response, or brings the case under it."""
        if effect.startswith(NOTIFY):
            order = CaseNoticeOrder(case=self.number, version=int(effect.removeprefix(NOTIFY)))
            await notify(names.NOTIFY_OF_CASE, order, _NOTIFYING)
            return
        await workflow.execute_activity(
            names.OPEN_RESPONSE,
            EmergencyOrder(case=self.number, emergency=effect),
            retry_policy=OPENING,
            start_to_close_timeout=OPEN_ATTEMPT,
            schedule_to_close_timeout=OPEN_FOR,
            summary=_OPENING,
            priority=URGENT,
        )

    def effect_words(self, effect: str) -> str:
        """See ``Host``."""
        return _NOTIFYING if effect.startswith(NOTIFY) else f"{_OPENING} ({effect})"

    def summary(self, state: CaseState, wait: Wait) -> str:
        """See ``Host``."""
        return timer_summary(wait, state.language)

    def details(self, state: CaseState) -> str:
        """See ``Host``."""
        rules = AT_HAND.under(state.ladder)
        stage = Names(rules, state.language).stage(state.stage)
        return current_details(state, stage, self.link)
