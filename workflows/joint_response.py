"""The joint response's process: the shared host, seven departments' clocks side by side, and what follows from them.

It is a peer of its cases, not their child (docs/decisions/0025): both find the other by its id, by activities.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from domain.joint_response import (
        ResponseCommand,
        ResponseFact,
        ResponseState,
        ResponseWait,
        ResponseWaitExpired,
    )
    from domain.joint_response.telling import details, timer_summary
    from domain.notices import RESPONSE_KINDS
    from domain.permission import SYSTEM
    from workflows import names
    from workflows.host import Host
    from workflows.kinds import RESPONSE
    from workflows.messages import Effect, ProcessInput, ResponseNoticeOrder, ResponseOrder
    from workflows.notifying import notify

DOING = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=10),
    maximum_attempts=12,
)
"""One go of a minute or two. What is done is found out anew at each attempt, and what has been done is not done
again; there are other goes after it (``workflows.lanes``)."""
DO_ATTEMPT = timedelta(minutes=2)
DO_FOR = timedelta(minutes=10)

NOTIFY = "notify:"
_NOTIFYING = "通知相关单位 · tells the parties"
_DOES: dict[str, str] = {
    names.CONVENE_EXTRAORDINARY: "召集临时联席会 · convenes the extraordinary sitting",
    names.CANCEL_EXTRAORDINARY: "联动已解除，取消尚未召开的临时会议 · cancels the sitting if it has not begun",
    names.LINK_RESPONSES: "与同小区的其他联动处置互相关联 · links the others on the same estate",
    names.TELL_ITS_CASES: "逐件告知诉求件：联动已解除 · tells each case that it is stood down",
}
"""What else is to be done, by activity, with its words."""
_LANES: dict[str, str] = {names.CONVENE_EXTRAORDINARY: "sitting", names.CANCEL_EXTRAORDINARY: "sitting"}
"""What must be done in order: the sitting is convened before it is cancelled."""


@workflow.defn(name=names.RESPONSE.workflow)
class ResponseWorkflow(Host[ResponseState, ResponseCommand, ResponseWait]):
    """One emergency's joint response from its declaration to the end of its watch. Its id is the emergency's."""

    kind = RESPONSE

    @workflow.init
    def __init__(self, start: ProcessInput[ResponseState]) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessInput[ResponseState]) -> str:
        """Ends when the watch is over, with how the emergency ended."""
        return (await self.live()).outcome or ""

    def expiry(self, state: ResponseState, wait: ResponseWait, prepared: object) -> tuple[ResponseCommand, str]:
        """See ``Host``. The command's id is the wait's own, so that it is recorded once whoever sends it."""
        body = ResponseWaitExpired(wait=wait.kind, task=wait.task, until=wait.until)
        name = f"{state.id}:{state.version}:{wait.kind}:{wait.task or '-'}"
        command = ResponseCommand(id=name, actor=SYSTEM, body=body)
        return command, RESPONSE.names.record(body.kind, wait.kind)

    def effects(self, fact: ResponseFact) -> Sequence[Effect]:
        """See ``Host``. What one command brought about is told in one go."""
        assert self.state is not None
        done: list[str] = []
        if fact.type in ("response_declared", "case_joined"):
            done.append(names.LINK_RESPONSES)
        if fact.type == "response_declared" and self.state.sitting is not None:
            done.append(names.CONVENE_EXTRAORDINARY)
        if fact.type == "response_stood_down":
            done.append(names.TELL_ITS_CASES)
            if self.state.sitting is not None:
                done.append(names.CANCEL_EXTRAORDINARY)
        asked = [Effect(name=name, lane=_LANES.get(name)) for name in done]
        if fact.type in RESPONSE_KINDS:
            asked.append(Effect(name=NOTIFY + self.state.commands[-1], first=True))
        return asked

    async def carry_out(self, effect: str) -> None:
        """See ``Host``."""
        if effect.startswith(NOTIFY):
            order = ResponseNoticeOrder(response=self.number, command=effect.removeprefix(NOTIFY))
            await notify(names.NOTIFY_OF_RESPONSE, order, _NOTIFYING)
            return
        await workflow.execute_activity(
            effect,
            ResponseOrder(response=self.number),
            retry_policy=DOING,
            summary=_DOES[effect],
            start_to_close_timeout=DO_ATTEMPT,
            schedule_to_close_timeout=DO_FOR,
        )

    def effect_words(self, effect: str) -> str:
        """See ``Host``."""
        return _DOES.get(effect, _NOTIFYING)

    def summary(self, state: ResponseState, wait: ResponseWait) -> str:
        """See ``Host``."""
        return timer_summary(state, wait)

    def details(self, state: ResponseState) -> str:
        """See ``Host``: the seven departments' state for the page."""
        return details(state, self.link)
