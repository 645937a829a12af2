"""What should have followed from events and did not: found by the log, and done again.

Processes do these steps as their effects, each at least once; one that could not be done in all its goes, or by the
process's end, is found here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from activities.notices import Notifier
from domain.errors import Refusal
from operations.joint_responses import Apart, Linked, ResponsesCompared
from operations.lasting import PAUSES
from operations.notices import NoticesCompared
from runtime.clock import Clock
from workflows.client import Processes, ProcessGone, ProcessUnavailable

if TYPE_CHECKING:
    from store.database import Pool

Step = Literal[
    "response_unopened",
    "case_untold",
    "response_unlinked",
    "sitting_uncalled",
    "sitting_not_called_off",
    "notice_missing",
    "notice_unsent",
]
STEPS: tuple[Step, ...] = get_args(Step)
Done = Literal["opened", "told", "linked", "failed"]

_DONE: Mapping[Step, Done] = {
    "response_unopened": "opened",
    "case_untold": "told",
    "response_unlinked": "linked",
    "sitting_uncalled": "opened",
    "sitting_not_called_off": "told",
    "notice_missing": "told",
}


@dataclass(frozen=True, slots=True)
class Missed:
    """A step that was not done. ``number``: the stream that it is about; ``facts``: what the step's kind speaks of."""

    step: Step
    number: str
    facts: dict[str, str | int]


class Following:
    """The steps between cases, joint responses, sittings and units. Every call may raise StoreUnavailable, NoRules.

    ``pauses``: seconds between the looks after which a step counts as missed.
    """

    def __init__(
        self,
        pool: Pool,
        processes: Processes,
        notifier: Notifier,
        clock: Clock,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._pool = pool
        self._processes = processes
        self._pauses = pauses
        self._responses = ResponsesCompared(pool, processes)
        self._notices = NoticesCompared(pool, notifier, clock, pauses)

    async def missed(self) -> AsyncIterator[Missed]:
        """What was not done. Raises ProcessUnavailable."""
        for one in await self._responses.unopened():
            yield Missed("response_unopened", one.case, {"emergency": one.emergency})
        for one in await self._responses.untold():
            yield Missed("case_untold", one.case, {"emergency": one.emergency})
        for linked in await self._responses.unlinked():
            yield Missed("response_unlinked", linked.response, {"other": linked.other})
        for row in await self._responses.uncalled():
            yield Missed("sitting_uncalled", row.sitting or "", {"emergency": row.id})
        for row in await self._responses.not_called_off():
            yield Missed("sitting_not_called_off", row.sitting or "", {"emergency": row.id})
        async for missed in self._missed_notices():
            yield missed

    async def mend(self, missed: Missed) -> Done:
        """Does a step again; ``failed`` where it could not be done."""
        if missed.step == "notice_unsent":
            return await self._send(missed)
        emergency = str(missed.facts.get("emergency", missed.number))
        apart = Apart(missed.number, emergency)
        other = Linked(missed.number, str(missed.facts.get("other", "")))
        doing: Mapping[Step, Callable[[], Awaitable[None]]] = {
            "response_unopened": lambda: self._responses.open(apart),
            "case_untold": lambda: self._responses.tell(apart),
            "response_unlinked": lambda: self._responses.link(other),
            "sitting_uncalled": lambda: self._responses.call(emergency),
            "sitting_not_called_off": lambda: self._responses.call_off(emergency),
            "notice_missing": lambda: self._write(missed),
        }
        try:
            await doing[missed.step]()
        except (ProcessUnavailable, ProcessGone, Refusal):
            return "failed"
        return _DONE[missed.step]

    async def _missed_notices(self) -> AsyncIterator[Missed]:
        for one in await self._notices.unwritten():
            facts: dict[str, str | int] = {"version": one.version, "event": one.types[0], "command": one.command}
            yield Missed("notice_missing", one.stream, facts)
        for notice in await self._notices.unsent():
            facts = {"unit": notice.unit, "notice": notice.id, "failure": notice.failure or "-"}
            yield Missed("notice_unsent", notice.sitting or notice.emergency or notice.case_number or "", facts)

    async def _write(self, missed: Missed) -> None:
        await self._notices.write(
            missed.number, int(missed.facts["version"]), str(missed.facts["command"]), str(missed.facts["event"])
        )

    async def _send(self, missed: Missed) -> Done:
        return "told" if await self._notices.send(str(missed.facts["notice"])) else "failed"
