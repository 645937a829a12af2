"""My work: what waits for the viewer, the first due on top; their meetings, their unit's notices. For supervisors what
is late and why, for administrators how the system stands."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.cases.routes import teller
from api.cases.schemas import CaseItem
from api.edge.strict import StrictRoute
from api.process import Services, services_of
from api.views import Teller
from console.cases.story import LATE
from console.frame.pages import OnPage, page
from domain.acting import turn_of
from domain.joint_response.events import Clock, TaskState
from domain.permission import Actor
from domain.policy.calendar import SHANGHAI, shanghai
from domain.policy.forum import Sitting
from domain.policy.rules import Rules
from domain.words.case_words import EVENTS
from services.scope import scope_of
from store.attempts import SignInFailures
from store.cases import CaseQuery
from store.joint_responses import ResponseQuery, ResponseRow
from store.notices import Notice, Notices
from store.sittings import SittingRow

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_SHOWN = 60
_NOTICES = 5
_WEEK = timedelta(days=7)
_UNDER_WAY = timedelta(hours=4)
"""Today's meetings stay on the page for as long after they have begun."""


@router.get("/")
async def my_work(request: Request, viewer: OnPage) -> Response:
    """What the viewer's post has to do."""
    services, tells = services_of(request), await teller(request)
    now = services.clock.now()
    asked = _Asked(services, tells, viewer.actor, now)
    if viewer.actor.role == "administrator":
        meetings, notices, system = await asyncio.gather(asked.meetings(), asked.notices(), asked.system())
        return page(request, "work.html", meetings=meetings, notices=notices, system=system)
    if viewer.actor.role == "supervisor":
        meetings, notices, late = await asyncio.gather(asked.meetings(), asked.notices(), asked.late())
        return page(request, "work.html", meetings=meetings, notices=notices, late=late)
    mine, tasks, meetings, notices, duties = await asyncio.gather(
        asked.mine(), asked.tasks(), asked.meetings(), asked.notices(), asked.duties()
    )
    return page(request, "work.html", mine=mine, tasks=tasks, meetings=meetings, notices=notices, duties=duties)


# ---------------------------------------------------------------- what there is to do


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that are due within one stretch of time; ``key`` is its word's."""

    key: str
    cases: tuple[CaseItem, ...]


@dataclass(frozen=True, slots=True)
class Mine:
    """What waits for the viewer. ``cases``: how many; ``helped``: those that a department only helps with;
    ``others``: how many open cases of the viewer's wait for somebody else. ``owed``: those whose residents are to hear
    from the viewer by the end of the next working day, the first on top."""

    groups: tuple[Group, ...]
    cases: int
    helped: tuple[CaseItem, ...]
    others: int
    owed: tuple[CaseItem, ...] = ()

    @property
    def shown(self) -> int:
        """How many are on the page."""
        return sum(len(group.cases) for group in self.groups) + len(self.helped)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A sitting of the coming days; ``today``: whether it is held today; ``waiting``: open cases that wait for it."""

    id: str
    name: str
    starts_at: datetime
    today: bool
    waiting: int


@dataclass(frozen=True, slots=True)
class Duty:
    """What a sitting of the viewer's own unit needs: ``prepare`` its agenda by then, ``hold`` it, its ``minutes``."""

    kind: Literal["prepare", "hold", "minutes"]
    id: str
    name: str
    until: datetime
    waiting: int


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a joint response that is open to the viewer. ``clock``: to be signed for, or to be completed."""

    id: str
    emergency: str
    playbook: str
    name: str
    clock: Clock
    until: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class LateUnit:
    """How a unit stands: its open cases, those that are late, those under supervision."""

    unit: str
    cases: int
    late: int
    supervised: int


@dataclass(frozen=True, slots=True)
class LateCase:
    """A case that is late, with what was missed and when."""

    case: CaseItem
    why: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Late:
    """What is late, by unit and one by one; ``cases``: how many; ``unanswered``: of how many the resident was not told
    in time, and is still owed it."""

    units: tuple[LateUnit, ...]
    shown: tuple[LateCase, ...]
    cases: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class System:
    """How the system stands: what answers, the rules in force, names that are locked, cases."""

    checks: dict[str, bool]
    policies: tuple[str, ...]
    locked: int
    cases: int
    late: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """The questions of one page."""

    services: Services
    tells: Teller
    actor: Actor
    now: datetime

    @property
    def scope(self) -> CaseQuery:
        """The open cases that the viewer sees."""
        scope = scope_of(self.actor)
        return CaseQuery(
            units=scope.units or None, departments=scope.departments or None, open=True, sort="due", limit=_SHOWN
        )

    async def mine(self) -> Mine:
        """What waits for the viewer, and how much of theirs waits for others."""
        cases, turn = self.services.cases, turn_of(self.tells.rules, self.actor)
        if turn is None:
            return Mine((), 0, (), 0)
        query = replace(self.scope, turn=turn)
        promised = replace(self.scope, answers=turn, sort="promised")
        found, waiting, everything, owed = await asyncio.gather(
            cases.due(query), cases.count(query), cases.count(self.scope), cases.page(promised)
        )
        helped = {row.number for row in found if self.actor.role == "department" and row.lead != self.actor.unit}
        items = [self.tells.item(row) for row in found]
        led = tuple(item for item in items if item.number not in helped)
        rest = tuple(item for item in items if item.number in helped)
        soon = tuple(self.tells.item(row) for row in owed.items if row.answer_due and row.answer_due < self._soon)
        return Mine(grouped(led, self.now), waiting, rest, everything - waiting, soon)

    @property
    def _soon(self) -> datetime:
        """The end of the next working day."""
        day = self.tells.rules.calendar.add_workdays(shanghai(self.now).date(), 1)
        return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)

    async def meetings(self) -> tuple[Meeting, ...]:
        """The sittings of the next seven days that the viewer's unit holds or attends."""
        start = self.now - _UNDER_WAY
        forums = forums_of(self.tells.rules, self.actor)
        dated = await self.services.sittings.calendar(forums, start, self.now + _WEEK)
        held = [one.dates for one in dated if not one.moved_away and (one.row is None or not one.row.is_cancelled)]
        waiting = await self.services.cases.waiting_for([one.id for one in held])
        today = shanghai(self.now).date()
        return tuple(
            Meeting(
                one.id,
                self._called(one),
                one.starts_at,
                shanghai(one.starts_at).date() == today,
                waiting.get(one.id, 0),
            )
            for one in held
        )

    async def duties(self) -> tuple[Duty, ...]:
        """What the sittings that the viewer's unit runs need, the first due on top."""
        begun = [row for row in await self.services.sittings.list.open() if row.forum == self.actor.unit]
        waiting = await self.services.cases.waiting_for([row.id for row in begun])
        found = [self._duty(row, waiting.get(row.id, 0)) for row in begun]
        return tuple(sorted((duty for duty in found if duty is not None), key=lambda duty: duty.until))

    def _duty(self, row: SittingRow, waiting: int) -> Duty | None:
        name = self._called(row.dates)
        if row.status == "drafted":
            return Duty("prepare", row.id, name, row.freezes_at, waiting)
        if row.status in ("frozen", "in_session"):
            return Duty("hold", row.id, name, row.starts_at if row.status == "frozen" else row.ends_at, waiting)
        return Duty("minutes", row.id, name, row.minutes_due, waiting) if row.status == "minutes" else None

    def _called(self, sitting: Sitting) -> str:
        return self.tells.sitting_name(sitting).in_(self.tells.language)

    async def tasks(self) -> tuple[Task, ...]:
        """The viewer's own tasks in joint responses that run, the clock that ends first on top."""
        scope = scope_of(self.actor)
        query = ResponseQuery(units=scope.units or None, departments=scope.departments or None, status="open")
        page = await self.services.joint_responses.list.page(query)
        found = [task for row in page.items for task in own_tasks(self.tells, self.actor, row)]
        return tuple(sorted(found, key=lambda task: task.until))

    async def notices(self) -> tuple[Notice, ...]:
        """The unit's unread notices, newest first, one more than are shown."""
        if self.actor.unit is None:
            return ()
        return await Notices(self.services.pool).list(self.actor.unit, unread=True, limit=_NOTICES + 1)

    async def late(self) -> Late:
        """What is late in all units, why, and where there is most of it."""
        cases = self.services.cases
        overdue = replace(self.scope, overdue=True)
        by = "community" if "community" in self.tells.rules.organisation.tiers else "estate"
        found, count, unanswered, everything, late, supervised = await asyncio.gather(
            cases.due(overdue),
            cases.count(overdue),
            cases.count(replace(self.scope, answer="overdue")),
            cases.count_by(by, self.scope),
            cases.count_by(by, overdue),
            cases.count_by(by, replace(self.scope, supervised=True)),
        )
        missed = await self.services.log.last_of([row.number for row in found], sorted(LATE))
        units = [LateUnit(unit, n, late.get(unit, 0), supervised.get(unit, 0)) for unit, n in everything.items()]
        units.sort(key=lambda one: (-one.late, -one.supervised, one.unit))
        shown = tuple(self._late(self.tells.item(row), missed.get(row.number)) for row in found)
        return Late(tuple(units), shown, count, unanswered)

    def _late(self, case: CaseItem, missed: tuple[str, datetime] | None) -> LateCase:
        if missed is None:
            return LateCase(case, "", None)
        return LateCase(case, EVENTS[missed[0]].in_(self.tells.language), missed[1])

    async def system(self) -> System:
        """What an administrator looks at first."""
        checks, locked, cases, late = await asyncio.gather(
            self.services.checks(),
            SignInFailures(self.services.pool).locked(),
            self.services.cases.count(self.scope),
            self.services.cases.count(replace(self.scope, overdue=True)),
        )
        rules = self.tells.rules
        return System(
            {"temporal": self.services.temporal is not None, **checks},
            (rules.ladder.ref, rules.organisation.version, rules.calendar.version),
            locked,
            cases,
            late,
        )


def own_tasks(tells: Teller, actor: Actor, row: ResponseRow) -> Iterator[Task]:
    """An actor's tasks of a response: their own, and those of externals that they report for."""
    playbook = tells.rules.playbooks.get(row.playbook) or tells.rules.playbooks.get(row.playbook.partition("@")[0])
    own = {actor.unit}
    if actor.role == "officer" and actor.unit is not None:  # a unit's party is its tier
        own = {tells.rules.organisation.unit(actor.unit).tier}
    for told in row.tasks:
        task = TaskState.model_validate(told)
        party = playbook.reporter(task.party) if playbook is not None else task.party
        until = task.sign_by if task.status == "open" else task.complete_by
        if party not in own or task.status not in ("open", "signed") or until is None:
            continue
        name = task.name
        if playbook is not None and any(one.id == task.id for one in playbook.tasks):
            name = playbook.task(task.id).name.in_(tells.language)
        called = playbook.name.in_(tells.language) if playbook is not None else row.playbook
        clock: Clock = "sign" if task.status == "open" else "complete"
        yield Task(task.id, row.id, called, name, clock, until, bool(task.missed))


def forums_of(rules: Rules, actor: Actor) -> tuple[str, ...]:
    """The forums whose meetings are an actor's: an officer's own unit's, those above, and those right below; the
    highest for departments, and that with those right below for who sees everything."""
    organisation = rules.organisation
    unit = actor.unit if actor.role == "officer" and actor.unit is not None else organisation.alliance.id
    below = () if actor.role == "department" else organisation.children(unit)
    units = [*(one.id for one in organisation.lineage(unit)), *(one.id for one in below)]
    return tuple(unit for unit in units if unit in rules.forums)


def grouped(items: Sequence[CaseItem], now: datetime) -> tuple[Group, ...]:
    """Late, due today, within seven days, later; groups without a case are left out.

    A case is late that has missed a clock, whatever it waits for since.
    """
    midnight = shanghai(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    ends = (("work.late", now), ("work.today", midnight), ("work.week", now + _WEEK), ("work.later", None))
    groups: dict[str, list[CaseItem]] = {}
    for item in items:
        until = item.wait.until if item.wait else None
        key = next(key for key, end in ends if end is None or (until is not None and until < end))
        groups.setdefault("work.late" if item.overdue else key, []).append(item)
    return tuple(Group(key, tuple(groups[key])) for key, _ in ends if key in groups)
