"""Reads everything that is open under the policies in force (`domain.policy.under_way`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from domain.joint_response import ResponseState, reporter
from domain.policy.ladder import Ladder
from domain.policy.policy_file import parse_policy
from domain.policy.under_way import OpenCase, OpenResponse, OpenSitting, UnderWay
from store.accounts import every_account
from store.errors import reaching_the_store
from store.folding import RESPONSES
from store.joint_responses import Responses
from store.log import some_streams
from store.policies import Policies
from store.sittings import Sittings

if TYPE_CHECKING:
    from store.database import Connection

_OPEN_CASES = """
SELECT c.number, coalesce(e.data #>> '{detail,ladder}', '') AS ladder, c.estate, c.category, c.tier, c.stage, c.lead,
       c.co_handlers
FROM cases AS c LEFT JOIN events AS e ON e.stream = c.number AND e.version = 1
WHERE c.closed_at IS NULL ORDER BY c.number
"""


async def read_under_way(connection: Connection) -> UnderWay:
    """What is open now, as a connection's transaction sees it. Raises StoreUnavailable."""
    cases = await _cases(connection)
    sittings = Sittings(connection)
    return UnderWay(
        cases=cases,
        ladders=await _ladders(connection, {case.ladder for case in cases}),
        awaited=await sittings.awaited(),
        moved=await sittings.moved(),
        sittings=[OpenSitting(row.id, row.forum, row.is_ahead) for row in await sittings.open()],
        responses=await _responses(connection),
        accounts=await every_account(connection),
    )


async def _cases(connection: Connection) -> list[OpenCase]:
    with reaching_the_store():
        rows = await connection.fetch(_OPEN_CASES)
    return [OpenCase(**{**dict(row), "co_handlers": tuple(row["co_handlers"])}) for row in rows]


async def _ladders(connection: Connection, refs: Iterable[str]) -> Mapping[str, Ladder]:
    """The ladders that cases were opened under; one that is not in the database is left out."""
    found: dict[str, Ladder] = {}
    for ref in refs:
        name, _, version = ref.partition("@")
        kept = await Policies(connection).get("ladder", name, version)
        if kept is not None:
            found[ref] = parse_policy(Ladder, kept.content, f"ladder {ref}")
    return found


async def _responses(connection: Connection) -> list[OpenResponse]:
    working = [row.id for row in await Responses(connection).open() if row.status == "open"]
    with reaching_the_store():
        streams = await some_streams(connection, working)
    states = (RESPONSES.state(rows) for rows in streams)
    return [_response(state) for state in states if state is not None]


def _response(state: ResponseState) -> OpenResponse:
    reporters = {reporter(state, task.party) for task in state.tasks if not task.finished}
    units = {unit for case in state.cases for unit in case.units.values()}
    return OpenResponse(state.id, frozenset({state.lead, *reporters}), frozenset(units))
