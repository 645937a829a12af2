"""Search attributes: what a supervisor filters the list of workflows by. One place for names and types."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

from domain.case import CaseState
from domain.joint_response import ResponseState
from domain.joint_response import waits as response_waits
from domain.sitting import SittingState
from domain.sitting import waits as sitting_waits

TIER = SearchAttributeKey.for_keyword("Tier")
STAGE = SearchAttributeKey.for_keyword("Stage")
ESTATE = SearchAttributeKey.for_keyword("Estate")
COMMUNITY = SearchAttributeKey.for_keyword("Community")
CATEGORY = SearchAttributeKey.for_keyword("Category")
EMERGENCY = SearchAttributeKey.for_bool("Emergency")
OVERDUE = SearchAttributeKey.for_bool("Overdue")
SUPERVISED = SearchAttributeKey.for_bool("Supervised")
FORUM = SearchAttributeKey.for_keyword("Forum")
NEXT_DEADLINE = SearchAttributeKey.for_datetime("NextDeadline")
ANSWER_DUE = SearchAttributeKey.for_datetime("AnswerDue")
PLAYBOOK = SearchAttributeKey.for_keyword("Playbook")

ALL: tuple[SearchAttributeKey[Any], ...] = (
    TIER,
    STAGE,
    ESTATE,
    COMMUNITY,
    CATEGORY,
    EMERGENCY,
    OVERDUE,
    SUPERVISED,
    NEXT_DEADLINE,
    ANSWER_DUE,
    FORUM,
    PLAYBOOK,
)

Values = dict[SearchAttributeKey[Any], Any]


def of_case(state: CaseState) -> Values:
    """The attributes of a case as it stands. An ended one has no deadline. ``AnswerDue``: the first word that it owes,
    also once that is missed."""
    values: Values = {
        ESTATE: state.estate,
        CATEGORY: state.category,
        STAGE: state.stage,
        TIER: state.tier,
        EMERGENCY: state.stage == "joint_response",
        OVERDUE: state.overdue,
        SUPERVISED: state.supervised,
        NEXT_DEADLINE: to_the_minute(state.wait.until) if state.wait else None,
        ANSWER_DUE: to_the_minute(state.owed_until) if state.owed_until else None,
    }
    if "community" in state.units:
        values[COMMUNITY] = state.units["community"]
    return values


def of_sitting(state: SittingState) -> Values:
    """The attributes of a sitting as it stands; its status is its stage."""
    wait = next(iter(sitting_waits(state)), None)
    return {
        FORUM: state.dates.forum,
        TIER: state.tier,
        STAGE: state.status,
        NEXT_DEADLINE: to_the_minute(wait.until) if wait else None,
    }


def of_response(state: ResponseState) -> Values:
    """The attributes of a joint response as it stands; its stage is its phase, then its status."""
    first, waits = state.cases[0], response_waits(state)
    working = state.status == "open"
    values: Values = {
        EMERGENCY: not state.closed,
        PLAYBOOK: state.kind,
        ESTATE: first.estate,
        STAGE: state.phase if working else state.status,
        OVERDUE: working and any(task.missed for task in state.tasks),
        NEXT_DEADLINE: to_the_minute(min(wait.until for wait in waits)) if waits else None,
    }
    if "community" in first.units:
        values[COMMUNITY] = first.units["community"]
    return values


def to_the_minute(until: datetime) -> datetime:
    """The first whole minute at which ``until`` is over, in UTC. A supervisor filters by no less; and what a start
    foretold to the minute costs no upsert when it comes so."""
    begun = until.astimezone(UTC).replace(second=0, microsecond=0)
    return begun if begun == until else begun + timedelta(minutes=1)


def typed(values: Values) -> TypedSearchAttributes:
    """For a start."""
    return TypedSearchAttributes([SearchAttributePair(key, value) for key, value in values.items()])


def changes(known: Values, wanted: Values) -> list[SearchAttributeUpdate[Any]]:
    """Only what differs: each upsert is an event that somebody has to read."""
    return [
        key.value_unset() if value is None else key.value_set(value)
        for key, value in wanted.items()
        if known.get(key) != value
    ]
