"""Reads everything that is open under the policies in force (`domain.policy.under_way`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import Text, and_, func, select

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
from store.statements import Statement
from store.tables.base import constant
from store.tables.lists import CASES, IS_OPEN
from store.tables.log import EVENTS

if TYPE_CHECKING:
    from store.database import Connection

_FIRST = EVENTS.alias("first")
_LADDER = func.coalesce(_FIRST.c.data.op("#>>", return_type=Text())(constant("{detail,ladder}")), "")
_SHOWN = (CASES.c[name] for name in ("number", "estate", "category", "tier", "stage", "lead", "co_handlers"))
_OPEN_CASES = Statement(
    select(*_SHOWN, _LADDER.label("ladder"))
    .outerjoin(_FIRST, and_(_FIRST.c.stream == CASES.c.number, _FIRST.c.version == 1))
    .where(IS_OPEN)
    .order_by(CASES.c.number)
)


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
    rows = await _OPEN_CASES.rows(connection)
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
