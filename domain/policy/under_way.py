"""What is open under the policies in force, and what of it other policies would strand.

A case needs its estate, its category, every tier that it can still climb to and who works on it; a sitting in session
its forum; a joint response whoever has a task in it. Where a policy takes one of these away, a process finds nothing to
go on by: its wait passes and the rules say no. So the check of policies asks here first, and the audit asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from domain.errors import Refusal
from domain.permission import PostLike, is_post
from domain.policy.forum import Sitting, forum_of
from domain.policy.ladder import FIXED_STAGES, Ladder
from domain.policy.organisation import Organisation
from domain.policy.policy_set import PolicySet
from domain.policy.rules import Rules


class Holder(Protocol):
    """An account, as far as its posts go."""

    @property
    def id(self) -> str: ...
    @property
    def posts(self) -> Sequence[PostLike]: ...
    @property
    def disabled(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that is not closed. ``ladder``: the version that it was opened under (``nancheng@1``)."""

    number: str
    ladder: str
    estate: str
    category: str
    tier: str
    stage: str
    lead: str | None = None
    co_handlers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenSitting:
    """A sitting that has begun and not ended. ``ahead``: it can still be moved or cancelled."""

    id: str
    forum: str
    ahead: bool


@dataclass(frozen=True, slots=True)
class OpenResponse:
    """A joint response that is not stood down. ``working``: its lead, and who signs and reports for its unfinished
    tasks; ``units``: those over its cases."""

    id: str
    working: frozenset[str]
    units: frozenset[str]


@dataclass(frozen=True)
class UnderWay:
    """Everything that is open. ``ladders``: those that its cases were opened under, by version; ``awaited``: how many
    open cases wait for each sitting; ``moved``: see ``Rules.moved``."""

    cases: Sequence[OpenCase] = ()
    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    awaited: Mapping[str, int] = field(default_factory=dict)
    moved: Mapping[str, Sitting | None] = field(default_factory=dict)
    sittings: Sequence[OpenSitting] = ()
    responses: Sequence[OpenResponse] = ()
    accounts: Sequence[Holder] = ()


# ---------------------------------------------------------------- what is stranded

Lack = Literal["estate", "category", "tier", "stage", "party", "forum", "session", "tasks", "units"]


@dataclass(frozen=True, slots=True, order=True)
class Strand:
    """Something that is open (a case, a sitting, a response, by its id) and that lacks what it goes on by."""

    lack: Lack
    missing: str
    what: str


def stranded(policies: PolicySet, under_way: UnderWay, parties: Collection[str] = ()) -> frozenset[Strand]:
    """What is open and lacks something under these policies.

    ``parties``: the names that are departments' or units'; a plan's lead that is none of them is a name as written, and
    lacks nothing.
    """
    known = _Known(policies, frozenset(parties))
    return frozenset(
        (
            *(strand for case in under_way.cases for strand in known.of_case(case, under_way.ladders)),
            *(strand for sitting in under_way.sittings for strand in known.of_sitting(sitting)),
            *(strand for response in under_way.responses for strand in known.of_response(response)),
        )
    )


class _Known:
    """Everything that policies have, by id."""

    def __init__(self, policies: PolicySet, parties: frozenset[str]) -> None:
        organisation, ladder = policies.pair
        self.estates = {unit.id for unit in organisation.estates}
        self.categories = {category.id for category in organisation.categories}
        self.units = set(units_of(organisation))
        self.working = self.units | {department.code for department in organisation.departments}
        self.tiers = {tier.id for tier in ladder.tiers}
        self.stages = {*FIXED_STAGES, *(tier.stage.id for tier in ladder.tiers)}
        self.lost_parties = parties - self.working

    def of_case(self, case: OpenCase, ladders: Mapping[str, Ladder]) -> Iterator[Strand]:
        if case.estate not in self.estates:
            yield Strand("estate", case.estate, case.number)
        if case.category not in self.categories:
            yield Strand("category", case.category, case.number)
        ahead = _tiers_ahead(case, ladders)
        yield from (Strand("tier", tier, case.number) for tier in ahead if tier not in self.tiers)
        if case.tier in self.tiers and case.stage not in self.stages:
            yield Strand("stage", case.stage, case.number)
        for party in {case.lead, *case.co_handlers} & self.lost_parties:
            yield Strand("party", str(party), case.number)

    def of_sitting(self, sitting: OpenSitting) -> Iterator[Strand]:
        if not sitting.ahead and sitting.forum not in self.units:
            yield Strand("forum", sitting.forum, sitting.id)

    def of_response(self, response: OpenResponse) -> Iterator[Strand]:
        yield from (Strand("tasks", party, response.id) for party in response.working - self.working)
        yield from (Strand("units", unit, response.id) for unit in response.units - self.units)


def _tiers_ahead(case: OpenCase, ladders: Mapping[str, Ladder]) -> Sequence[str]:
    """The tiers that a case is at or can still come to by itself: those below are behind it."""
    ladder = ladders.get(case.ladder)
    if ladder is None:
        return (case.tier,)
    return [tier.id for tier in ladder.tiers[ladder.rung(case.tier) :]]


def units_of(organisation: Organisation) -> Iterator[str]:
    """Every unit's id, from the top down."""
    return (unit.id for tier in organisation.tiers for unit in organisation.units_at(tier))


def sessions_moved(before: Rules, after: Rules, under_way: UnderWay) -> Iterator[Strand]:
    """The sittings in session, or awaiting their minutes, that the later rules would hold at another time: their cases
    would leave a meeting that is going on."""
    for sitting in under_way.sittings:
        if sitting.ahead or sitting.forum not in after.forums:
            continue
        old, new = _dates(before, sitting.id), _dates(after, sitting.id)
        if old is not None and (new is None or new.starts_at != old.starts_at):
            yield Strand("session", sitting.id, sitting.id)


# ---------------------------------------------------------------- what is refused

_REFUSED: Mapping[Lack, Callable[[list[str], int, list[str]], Refusal]] = {
    "estate": lambda lost, n, named: Refusal("unit_has_open_cases", missing=lost, count=n, open=named),
    "category": lambda lost, n, named: Refusal("category_has_open_cases", missing=lost, count=n, open=named),
    "party": lambda lost, n, named: Refusal("party_has_open_cases", missing=lost, count=n, open=named),
    "tier": lambda lost, n, named: Refusal("tier_has_open_cases", missing=lost, count=n, open=named),
    "stage": lambda lost, n, named: Refusal("stage_has_open_cases", missing=lost, count=n, open=named),
    "forum": lambda lost, n, named: Refusal("forum_is_in_session", missing=lost, count=n, open=named),
    "session": lambda lost, n, named: Refusal("session_would_move", missing=lost, count=n, open=named),
    "tasks": lambda lost, n, named: Refusal("party_has_open_tasks", missing=lost, count=n, open=named),
    "units": lambda lost, n, named: Refusal("unit_has_open_responses", missing=lost, count=n, open=named),
}
_NAMED = 5
"""How many of what is open a refusal names."""


def refusals(before: PolicySet | None, after: PolicySet, under_way: UnderWay) -> list[Refusal]:
    """Why policies cannot come into force now instead of others: one refusal for each kind of thing that they would
    strand. What is stranded already is not held against them; where what is in force cannot be read, all of it is.

    ``missing``: what they take away; ``count``: how many cases, sittings or responses need it; ``open``: the first.
    """
    found = stranded(after, under_way) if before is None else _newly_stranded(before, after, under_way)
    by_lack = {lack: [one for one in found if one.lack == lack] for lack in _REFUSED}
    return [_refusal(lack, strands) for lack, strands in by_lack.items() if strands]


def _newly_stranded(before: PolicySet, after: PolicySet, under_way: UnderWay) -> frozenset[Strand]:
    earlier, later = (replace(one.rules, moved=under_way.moved) for one in (before, after))
    parties = set(earlier.parties)
    found = stranded(after, under_way, parties) - stranded(before, under_way, parties)
    return found | set(sessions_moved(earlier, later, under_way))


def _refusal(lack: Lack, strands: Sequence[Strand]) -> Refusal:
    what = sorted({one.what for one in strands})
    missing = sorted({one.missing for one in strands})
    named = [*what[:_NAMED], *(["…"] if len(what) > _NAMED else [])]
    return _REFUSED[lack](missing, len(what), named)


def of_another_place(before: PolicySet, after: PolicySet) -> Refusal | None:
    """Why policies cannot come into force at all: their names are others than those in force. None where they are the
    same."""
    if before.names == after.names:
        return None
    return Refusal("policies_of_another_place", in_force=before.names, given=after.names)


# ---------------------------------------------------------------- what comes of them


@dataclass(frozen=True, slots=True)
class Moved:
    """A sitting that open cases wait for and that policies date otherwise; ``after`` is None where it is not held."""

    sitting: str
    cases: int
    before: Sitting
    after: Sitting | None


@dataclass(frozen=True, slots=True)
class Effects:
    """What policies bring about when they come into force.

    ``elsewhere``: open cases by estate, of estates that belong to other units then. ``cancelled``: sittings ahead of
    forums that are no more. ``astray``: accounts with posts that there are no longer.
    """

    moved: tuple[Moved, ...] = ()
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    cancelled: tuple[str, ...] = ()
    astray: tuple[tuple[str, PostLike], ...] = ()

    @property
    def waits(self) -> int:
        """How many waits of open cases move with their sittings."""
        return sum(one.cases for one in self.moved)


def effects(before: PolicySet, after: PolicySet, under_way: UnderWay) -> Effects:
    """What comes of policies that fit together, instead of others."""
    earlier, later = (replace(one.rules, moved=under_way.moved) for one in (before, after))
    strayed = {(id, post) for id, post in astray(earlier.organisation, under_way.accounts)}
    return Effects(
        moved=tuple(_moved(earlier, later, under_way)),
        elsewhere=_elsewhere(earlier.organisation, later.organisation, under_way),
        cancelled=tuple(one.id for one in under_way.sittings if one.ahead and one.forum not in later.forums),
        astray=tuple(one for one in astray(later.organisation, under_way.accounts) if one not in strayed),
    )


def astray(organisation: Organisation, accounts: Sequence[Holder]) -> Iterator[tuple[str, PostLike]]:
    """The posts that accounts hold and that there are not, each with its account."""
    return ((one.id, post) for one in accounts for post in one.posts if not is_post(organisation, post))


def _moved(before: Rules, after: Rules, under_way: UnderWay) -> Iterator[Moved]:
    """The sittings that cases wait for and that are dated otherwise by the later rules."""
    for sitting, cases in sorted(under_way.awaited.items()):
        old, new = _dates(before, sitting), _dates(after, sitting)
        if old is not None and (new is None or _told_apart(old) != _told_apart(new)):
            yield Moved(sitting, cases, old, new)


def _dates(rules: Rules, sitting: str) -> Sitting | None:
    try:
        return rules.sitting(forum_of(sitting), sitting)
    except Refusal:
        return None


def _told_apart(sitting: Sitting) -> tuple[object, ...]:
    return sitting.starts_at, sitting.freezes_at, sitting.minutes_due, sitting.provisional


def _elsewhere(before: Organisation, after: Organisation, under_way: UnderWay) -> dict[str, int]:
    """How many cases are open at each estate that belongs to other units."""
    moved = {unit.id for unit in before.estates if _above(after, unit.id) not in (None, _above(before, unit.id))}
    found: dict[str, int] = {}
    for case in under_way.cases:
        if case.estate in moved:
            found[case.estate] = found.get(case.estate, 0) + 1
    return dict(sorted(found.items()))


def _above(organisation: Organisation, unit: str) -> list[str] | None:
    try:
        return [one.id for one in organisation.lineage(unit)]
    except Refusal:  # it is no more
        return None
