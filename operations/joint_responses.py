"""Joint responses, their cases, their sittings and each other, compared: what the log says and no process carries, and
what one has not told the other. All of it is put right by doing the missing step again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from activities.emergencies import Emergencies
from domain.policy.forum import emergency_of, forum_of
from store.cases import CaseList, CaseQuery
from store.joint_responses import ResponseRow, Responses
from store.log import EventLog
from store.rulebook import Rulebook
from store.sittings import Sittings
from workflows.client import Processes

if TYPE_CHECKING:
    from store.database import Pool


@dataclass(frozen=True, slots=True)
class Apart:
    """A case and its joint response that do not know of each other."""

    case: str
    emergency: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A joint response that does not know of another one on the same estate."""

    response: str
    other: str


class ResponsesCompared:
    """Open joint responses, their processes and their cases. Every call may raise StoreUnavailable."""

    def __init__(self, pool: Pool, processes: Processes) -> None:
        self._log = EventLog(pool)
        self._cases = CaseList(pool)
        self._responses = Responses(pool)
        self._sittings = Sittings(pool)
        self._rulebook = Rulebook(pool)
        self._processes = processes
        self._steps = Emergencies(pool, self._rulebook, lambda: processes)

    async def unopened(self) -> tuple[Apart, ...]:
        """The cases in a joint response that does not have them, as when it was never begun."""
        waiting = await self._waiting()
        found = await self._responses.some(set(waiting.values()))
        apart = [
            Apart(number, emergency)
            for number, emergency in waiting.items()
            if emergency not in found or number not in found[emergency].cases
        ]
        return tuple([one for one in apart if await self._asks_for_it(one)])

    async def untold(self) -> tuple[Apart, ...]:
        """The cases that still wait for the stand-down of a response that has been stood down, or is closed by now."""
        waiting = await self._waiting()
        found = await self._responses.some(set(waiting.values()))
        return tuple(
            Apart(number, emergency)
            for number, emergency in waiting.items()
            if emergency in found and found[emergency].status != "open" and number in found[emergency].cases
        )

    async def unlinked(self) -> tuple[Linked, ...]:
        """The open responses that do not know of another one on an estate of theirs."""
        rows = await self._responses.open()
        return tuple(
            Linked(one.id, other.id)
            for one in rows
            for other in rows
            if one.id != other.id and other.id not in one.linked and not set(one.estates).isdisjoint(other.estates)
        )

    async def uncalled(self) -> tuple[ResponseRow, ...]:
        """The responses that run and whose extraordinary sitting was never convened."""
        rows = [row for row in await self._responses.open() if row.status == "open" and row.sitting is not None]
        begun = await self._sittings.some([row.sitting for row in rows if row.sitting is not None])
        await self._rulebook.refresh()
        forums = self._rulebook.current.forums
        return tuple(row for row in rows if row.sitting not in begun and forum_of(row.sitting or "") in forums)

    async def not_called_off(self) -> tuple[ResponseRow, ...]:
        """The responses that are over and whose extraordinary sitting is still to be held."""
        ahead = [row for row in await self._sittings.open() if row.is_ahead and emergency_of(row.id) is not None]
        rows = [await self._responses.of_sitting(row.id) for row in ahead]
        return tuple(row for row in rows if row is not None and row.status != "open")

    # ---------------------------------------------------------------- putting right; may raise ProcessUnavailable

    async def open(self, apart: Apart) -> None:
        """Begins the response of a case's emergency, or brings the case under it."""
        await self._steps.opened(apart.case, apart.emergency)

    async def tell(self, apart: Apart) -> None:
        """Tells a response's cases that it is stood down."""
        await self._steps.told(apart.emergency)

    async def link(self, linked: Linked) -> None:
        """Links a response and every other on its estates, both ways."""
        await self._steps.linked(linked.response)

    async def call(self, emergency: str) -> None:
        """Convenes a response's extraordinary sitting."""
        await self._steps.convened(emergency)

    async def call_off(self, emergency: str) -> None:
        """Cancels a response's extraordinary sitting."""
        await self._steps.called_off(emergency)

    async def _waiting(self) -> dict[str, str]:
        """The open cases in a joint response, each with its emergency."""
        rows = await self._cases.all(CaseQuery(stage="joint_response", open=True))
        return {row.number: row.emergency_id for row in rows if row.emergency_id is not None}

    async def _asks_for_it(self, apart: Apart) -> bool:
        """Whether the case's event names the response: an emergency of before there were any has none."""
        rows = await self._log.read(apart.case)
        return any(
            row.type == "emergency_declared" and row.data.get("detail", {}).get("emergency") == apart.emergency
            for row in rows
        )
