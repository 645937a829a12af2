"""Who may read the processes that events are of: from their kind's list where that knows it, else from the log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TYPE_CHECKING, TypeAlias

from domain.permission import Audience, audience_of_forum
from domain.signals import ProcessKind
from services.scope import audience_of_case_row, audience_of_response_row
from store.cases import CaseList
from store.joint_responses import Responses
from store.log import EventLog
from store.registry import CASES, RESPONSES, SITTINGS, Registered
from store.rulebook import Rulebook
from store.sittings import Sittings

if TYPE_CHECKING:
    from store.database import Pool

Audiences: TypeAlias = Callable[[Collection[str]], Awaitable[Mapping[str, Audience]]]
"""Of those of some streams that are of one kind, who may read each as it now stands. May raise StoreUnavailable."""


def audiences_of(entry: Registered, pool: Pool, rulebook: Rulebook) -> Audiences:
    """Who may read processes of a kind."""
    listed = _LISTED.get(entry.id)
    return listed(pool, rulebook) if listed is not None else _by_the_log(entry, pool, rulebook)


def _by_the_log(entry: Registered, pool: Pool, rulebook: Rulebook) -> Audiences:
    async def of(streams: Collection[str]) -> Mapping[str, Audience]:
        rules, found = await rulebook.rules(), await EventLog(pool).read_some(list(streams))
        states = {stream: entry.streams.state(rows) for stream, rows in found.items()}
        return {stream: entry.process.audience(rules, state) for stream, state in states.items() if state is not None}

    return of


def _of_cases(pool: Pool, _: Rulebook) -> Audiences:
    async def of(streams: Collection[str]) -> Mapping[str, Audience]:
        found = await CaseList(pool).some(set(streams))
        return {number: audience_of_case_row(row) for number, row in found.items()}

    return of


def _of_sittings(pool: Pool, rulebook: Rulebook) -> Audiences:
    async def of(streams: Collection[str]) -> Mapping[str, Audience]:
        rules, found = await rulebook.rules(), await Sittings(pool).some(sorted(streams))
        return {sitting: audience_of_forum(rules, row.forum) for sitting, row in found.items()}

    return of


def _of_responses(pool: Pool, _: Rulebook) -> Audiences:
    async def of(streams: Collection[str]) -> Mapping[str, Audience]:
        found = await Responses(pool).some(streams)
        return {response: audience_of_response_row(row) for response, row in found.items()}

    return of


_LISTED: Mapping[ProcessKind, Callable[[Pool, Rulebook], Audiences]] = {
    CASES.id: _of_cases,
    SITTINGS.id: _of_sittings,
    RESPONSES.id: _of_responses,
}
"""The kinds whose lists are quicker than folding."""
