"""Tells a sitting's members, a response's parties and a case's units: into the inbox, and by Apprise to what a unit has
set up."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from apprise import Apprise
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.case import CaseState
from domain.joint_response.notices import response_notices
from domain.notices import CASE_KINDS, CaseNoticeKind, Channels, case_wording, members, notice_kind, who_hears, wording
from runtime.clock import Clock
from store.folding import CASES, RESPONSES, SITTINGS
from store.log import EventLog
from store.notices import About, Notice, Notices, Told
from store.rulebook import Rulebook
from workflows import names
from workflows.messages import CaseNoticeOrder, Noticed, NoticeOrder, ResponseNoticeOrder
from workflows.notifying import NOT_SENT

if TYPE_CHECKING:
    from store.database import Pool

log = structlog.get_logger()

TAKEN_WITHIN = 20.0
"""Seconds that an address is given."""


class Notifier:
    """Tells units. ``environ`` holds the addresses that ``channels`` names."""

    def __init__(
        self,
        pool: Pool,
        rulebook: Rulebook,
        channels: Channels,
        public_url: str,
        clock: Clock,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._notices = Notices(pool)
        self._log = EventLog(pool)
        self._rulebook = rulebook
        self._channels = channels
        self._public_url = public_url
        self._clock = clock
        self._environ = environ

    def activities(self) -> Sequence[Callable[..., Any]]:
        """What a worker registers."""
        return [self.notify, self.notify_of_response, self.notify_of_case]

    @activity.defn(name=names.NOTIFY)
    async def notify(self, order: NoticeOrder) -> Noticed:
        """Tells each member unit once; an address that has taken a notice is left out when this is tried again.

        Raises ApplicationError ``NotSent`` when an address did not take it.
        """
        return await self._tell(await self.written(order))

    @activity.defn(name=names.NOTIFY_OF_RESPONSE)
    async def notify_of_response(self, order: ResponseNoticeOrder) -> Noticed:
        """Tells whom it concerns what one command brought about, each unit once, however often this is tried.

        Raises ApplicationError ``NotSent`` when an address did not take it.
        """
        return await self._tell(await self.written_of_response(order))

    @activity.defn(name=names.NOTIFY_OF_CASE)
    async def notify_of_case(self, order: CaseNoticeOrder) -> Noticed:
        """Tells the unit that has a case, and the one above, what was missed; each once, however often this is tried.

        Raises ApplicationError ``NotSent`` when an address did not take it.
        """
        return await self._tell(await self.written_of_case(order))

    async def written(self, order: NoticeOrder) -> tuple[Notice, ...]:
        """What a sitting's event has its members told, as it is in their inboxes from now on. All of it, or nothing.

        Raises StoreUnavailable.
        """
        rules, rows = await self._rulebook.rules(), await self._log.read(order.sitting, to_version=order.version)
        state = SITTINGS.state(rows)
        assert state is not None
        event = SITTINGS.event(rows[-1])
        kind = notice_kind(event.fact.type, order.sitting)
        if kind is None or state.dates.forum not in rules.forums:  # the forum has been dissolved meanwhile
            return ()
        words = wording(rules, state, kind, self._public_url)
        told = [Told(unit, kind, *words) for unit in members(rules, state.dates.forum)]
        about = About(sitting=order.sitting)
        return await self._notices.put(f"{order.sitting}:{order.version}", about, told, event.at, self._outside(told))

    async def written_of_response(self, order: ResponseNoticeOrder) -> tuple[Notice, ...]:
        """What a command brought about, as it is in the inboxes of whom it concerns. All of it, or nothing.

        Raises StoreUnavailable.
        """
        rules, rows = await self._rulebook.rules(), await self._log.command(order.command)
        state = RESPONSES.fold(order.response, await self._log.read(order.response, to_version=rows[-1].version))
        assert state is not None
        facts = [RESPONSES.event(row).fact for row in rows]
        told = [
            Told(one.unit, one.kind, one.subject, one.body)
            for one in response_notices(state, facts, rules.organisation.alliance.id, self._public_url)
        ]
        event, about = f"{order.response}:{rows[0].version}", About(emergency=order.response)
        return await self._notices.put(event, about, told, facts[-1].at, self._outside(told))

    async def written_of_case(self, order: CaseNoticeOrder) -> tuple[Notice, ...]:
        """What a case's event has its units told, as it is in their inboxes from now on. All of it, or nothing.

        Raises StoreUnavailable.
        """
        rows = await self._log.read(order.case, to_version=order.version)
        state = CASES.state(rows)
        event = CASES.event(rows[-1])
        kind = CASE_KINDS.get(event.fact.type)
        if state is None or kind is None:
            return ()
        rules = await self._rulebook.rules(state.ladder)
        words = case_wording(state, kind, _missed(state, kind), self._public_url)
        told = [Told(unit, kind, *words) for unit in who_hears(rules, state)]
        about = About(case_number=order.case)
        return await self._notices.put(f"{order.case}:{order.version}", about, told, event.at, self._outside(told))

    def _outside(self, told: Sequence[Told]) -> frozenset[str]:
        return frozenset(one.unit for one in told if self._channels.of(one.unit))

    async def _tell(self, notices: Sequence[Notice]) -> Noticed:
        """Sends what goes outside and is not sent yet."""
        outside = [notice for notice in notices if notice.channel == "outside" and notice.status != "sent"]
        sent = await asyncio.gather(*(self._send(notice) for notice in outside))
        failed = [notice.unit for notice, was_sent in zip(outside, sent, strict=True) if not was_sent]
        if failed:
            raise ApplicationError(f"not sent to {', '.join(failed)}", type=NOT_SENT)
        return Noticed(units=len(notices))

    async def resend(self, since: datetime, unit: str | None = None) -> tuple[list[Notice], list[Notice]]:
        """Tries once more what was made since an instant and not taken everywhere: those sent now, and those not."""
        unsent = await self._notices.unsent(since, unit=unit)
        sent = await asyncio.gather(*(self._send(notice) for notice in unsent))
        pairs = list(zip(unsent, sent, strict=True))
        return [notice for notice, done in pairs if done], [notice for notice, done in pairs if not done]

    async def send_again(self, notice_id: str) -> bool:
        """Tries a notice once more, where it was not taken; whether every address has it now."""
        notice = await self._notices.get(notice_id)
        return notice is not None and (notice.status in ("inbox", "sent") or await self._send(notice))

    async def _send(self, notice: Notice) -> bool:
        """One attempt at each address that has not taken it."""
        failures = []
        for variable in self._channels.of(notice.unit):
            if variable in notice.delivered:
                continue
            failure = await self._deliver(notice, variable)
            if failure is None:
                await self._notices.delivered(notice.id, variable)
            else:
                failures.append(f"{variable}: {failure}")
        await self._notices.attempted(notice.id, self._clock.now(), "; ".join(failures) or None)
        if failures:
            log.warning("a notice was not sent", notice=notice.id, failures=failures)
        return not failures

    async def _deliver(self, notice: Notice, variable: str) -> str | None:
        """Why the address did not take it; None if it did. Never names the address, which holds a secret."""
        address = self._environ.get(variable)
        if not address:
            return "not set"
        target = Apprise.instantiate(address)
        if target is None:
            return "not an address that Apprise knows"
        # Apprise's own plug-ins block; most of their sockets time out after some seconds.
        try:
            async with asyncio.timeout(TAKEN_WITHIN):
                taken = await asyncio.to_thread(target.notify, body=notice.body, title=notice.subject)
        except TimeoutError:
            return "no answer"
        return None if taken else "not taken"


def _missed(state: CaseState, kind: CaseNoticeKind) -> datetime:
    promise = state.answer if kind == "answer_missed" else state.acceptance
    assert promise is not None
    return promise.term.until
