"""Calendars to subscribe to: their secret addresses, and what stands in them.

An address carries the account that asked for it and a code made with the process's secret: it is good as long as
the account is open, and nobody can make one for another forum or account.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from documents import ical
from domain.policy.forum import Sitting
from domain.policy.rules import Rules
from domain.words.bilingual import Name
from services.problems import Problem
from services.sittings import Known, SittingDesk
from store.accounts import Account, Accounts, Post
from store.documents import Documents
from store.log import EventLog
from store.policies import Policies
from store.sittings import SittingRow

if TYPE_CHECKING:
    from store.database import Pool

PAST, AHEAD = timedelta(days=60), timedelta(days=180)
"""How far a feed reaches."""

MINE = "*"
"""Stands in a code for all of a person's forums."""

_CODE_BYTES = 24
_OF_A_PERSON = Name(zh="我的会议", en="My sittings")


class Tells(Protocol):
    """Says what forums and sittings are called in one language, and where a sitting's page is."""

    @property
    def rules(self) -> Rules: ...
    @property
    def language(self) -> str: ...
    def forum_name(self, forum: str) -> Name: ...
    def sitting_name(self, sitting: Sitting) -> Name: ...
    def sitting_page(self, sitting: str) -> str: ...


class Calendars:
    """Feeds of forums and persons."""

    def __init__(self, pool: Pool, log: EventLog, meetings: SittingDesk, secret: bytes) -> None:
        self._accounts = Accounts(pool)
        self._documents = Documents(pool)
        self._policies = Policies(pool)
        self._log = log
        self._meetings = meetings
        self._secret = secret

    # ---------------------------------------------------------------- addresses

    def token(self, forum: str, account: str) -> str:
        """The secret part of an account's address for a forum, or for ``MINE``."""
        return f"{_encoded(account.encode())}.{_encoded(self._code(forum, account))}"

    async def holder(self, forum: str, token: str) -> Account:
        """Whose address it is. Raises Problem ``not_found`` for a wrong one and for that of a closed account."""
        name, _, given = token.partition(".")
        try:
            account_id = _decoded(name).decode()
            right = hmac.compare_digest(self._code(forum, account_id), _decoded(given))
        except (UnicodeError, ValueError, binascii.Error):
            raise Problem("not_found") from None
        account = await self._accounts.get(account_id) if right else None
        if account is None or account.disabled:
            raise Problem("not_found")
        return account

    def _code(self, forum: str, account: str) -> bytes:
        return hmac.digest(self._secret, f"calendar:{forum}:{account}".encode(), hashlib.sha256)[:_CODE_BYTES]

    # ---------------------------------------------------------------- feeds

    async def of_forum(self, tells: Tells, forum: str, now: datetime) -> bytes:
        """A forum's feed. Raises Refusal ``unknown_forum``."""
        known = await self._meetings.timetable(forum, now - PAST, now + AHEAD)
        return ical.calendar(tells.forum_name(forum), await self._entries(tells, known, now), tells.language)

    async def of_person(self, tells: Tells, account: Account, now: datetime) -> bytes:
        """The feed of all of a person's forums."""
        known: list[Known] = []
        for forum in forums_of(tells, account.posts):
            known += await self._meetings.timetable(forum, now - PAST, now + AHEAD)
        return ical.calendar(_OF_A_PERSON, await self._entries(tells, known, now), tells.language)

    async def of_sitting(self, tells: Tells, known: Known, now: datetime) -> bytes:
        """One sitting as a calendar."""
        name = tells.sitting_name(known[0])
        return ical.calendar(name, await self._entries(tells, [known], now), tells.language)

    async def _entries(self, tells: Tells, known: Sequence[Known], now: datetime) -> list[ical.Entry]:
        loaded = await self._policies.last_loaded() or now
        begun = [row for _, row in known if row is not None]
        cases = await self._documents.cases([row.agenda for row in begun if row.agenda is not None])
        reasons = await self._reasons(row.id for row in begun if row.sequence)
        return [
            ical.Entry(dates, tells.sitting_name(dates), "announced", 0, loaded)
            if row is None
            else _entry(tells, row, cases, reasons)
            for dates, row in known
        ]

    async def _reasons(self, sittings: Iterable[str]) -> dict[str, str]:
        """Why each of the sittings was moved or cancelled, last."""
        return {
            sitting: event.data["reason"]
            for sitting, events in (await self._log.read_some(tuple(sittings))).items()
            for event in events
            if event.type in ("sitting_rescheduled", "sitting_cancelled") and event.data.get("reason")
        }


def _entry(tells: Tells, row: SittingRow, cases: Mapping[str, int], reasons: Mapping[str, str]) -> ical.Entry:
    agenda = row.agenda
    return ical.Entry(
        row.dates,
        tells.sitting_name(row.dates),
        row.status,
        row.sequence,
        row.updated_at,
        url=tells.sitting_page(row.id) if agenda else None,
        cases=cases[agenda] + len(row.addenda) if agenda else None,
        reason=reasons.get(row.id),
    )


def forums_of(tells: Tells, posts: Iterable[Post]) -> tuple[str, ...]:
    """A person's forums, in the organisation's order: an officer's unit's and those above it; the alliance's for
    departments, supervisors and administrators."""
    organisation, theirs = tells.rules.organisation, set[str]()
    for post in posts:
        if post.role == "officer" and post.unit is not None:
            theirs |= {unit.id for unit in organisation.lineage(post.unit)}
        else:
            theirs.add(organisation.alliance.id)
    return tuple(forum for forum in tells.rules.forums if forum in theirs)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
