"""What the tests of the rules are told with: Nancheng's rules, people, and a case whose story they tell.

Clock times in the tests are Shanghai's: ``at("2026-03-02 10:00")``. In spring 2026 the ladder's dates for Mudan
Garden are: check-ins on Wednesdays at 16:00; the community's meeting on 4 March, 1 April and 6 May at 15:00;
the alliance's on 19 March, 16 April and 21 May at 09:00.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel, TypeAdapter

from domain.case import (
    SCHEMA,
    AnyCommand,
    CaseState,
    Command,
    Event,
    OpenCase,
    SealedRef,
    Wait,
    WaitExpired,
    decide,
    evolve,
    waits,
)
from domain.errors import Refusal
from domain.permission import RESIDENT, SYSTEM, Actor
from domain.policy.calendar import SHANGHAI, CalendarYear, WorkingCalendar
from domain.policy.ladder import Ladder
from domain.policy.organisation import Organisation
from domain.policy.playbook import Playbook
from domain.policy.policy_file import parse_policy
from domain.policy.rules import Rules

POLICIES = Path(__file__).parents[2] / "policies" / "nancheng"
NUMBER = "NC-2026-000001"
BODY: TypeAdapter[Any] = TypeAdapter(AnyCommand)
M = TypeVar("M", bound=BaseModel)


def policy_text(file: str) -> str:
    return (POLICIES / file).read_text(encoding="utf-8")


def read(model: type[M], file: str) -> M:
    return parse_policy(model, policy_text(file), file)


@cache
def nancheng(*years: int) -> Rules:
    """Nancheng's rules, with the calendars of these years published (2025 and 2026 unless told)."""
    published = [read(CalendarYear, f"calendar-{year}.yaml") for year in years or (2025, 2026)]
    return Rules(
        read(Ladder, "ladder.yaml"),
        read(Organisation, "organisation.yaml"),
        WorkingCalendar.of(published),
        playbooks=by_name(read_playbooks()),
    )


@cache
def read_playbooks() -> tuple[Playbook, ...]:
    """Nancheng's playbooks."""
    return tuple(read(Playbook, f"playbooks/{file.name}") for file in sorted((POLICIES / "playbooks").glob("*.yaml")))


def by_name(playbooks: Iterable[Playbook]) -> dict[str, Playbook]:
    """Playbooks as the rules have them: by kind, and by kind and version."""
    return {name: playbook for playbook in playbooks for name in (playbook.playbook, playbook.ref)}


def rules_with(ladder: str | None = None, organisation: str | None = None, years: Iterable[CalendarYear] = ()) -> Rules:
    """Nancheng's rules with another ladder or organisation (as text), and more published years."""
    base = nancheng()
    published = [read(CalendarYear, f"calendar-{year}.yaml") for year in (2025, 2026)]
    return Rules(
        parse_policy(Ladder, ladder, "ladder.yaml") if ladder else base.ladder,
        parse_policy(Organisation, organisation, "organisation.yaml") if organisation else base.organisation,
        WorkingCalendar.of([*published, *years]),
        playbooks=base.playbooks,
    )


def year_of(year: int, **days: str) -> CalendarYear:
    """A calendar year: ``year_of(2027, d0106="off")``."""
    entries = [
        {
            "date": f"{year}-{day[1:3]}-{day[3:]}",
            "kind": kind,
            "name": {"zh": "假", "en": "day"},
            "notice": "test",
        }
        for day, kind in days.items()
    ]
    return CalendarYear.model_validate({"version": "1", "year": year, "days": entries})


def at(clock: str) -> datetime:
    """An instant by Shanghai's clock."""
    return datetime.fromisoformat(clock).replace(tzinfo=SHANGHAI)


def clock(instant: datetime | None) -> str:
    """An instant as Shanghai's clock shows it."""
    assert instant is not None
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def officer(unit: str) -> Actor:
    return Actor(id=f"officer-{unit}", role="officer", unit=unit)


def department(code: str) -> Actor:
    return Actor(id=f"dept-{code}", role="department", unit=code)


ESTATE = officer("mudan-garden")
COMMUNITY = officer("laocheng")
ALLIANCE = officer("nancheng")
SUPERVISOR = Actor(id="supervisor", role="supervisor")
ADMINISTRATOR = Actor(id="admin", role="administrator")
WORDS = SealedRef(id="w-1", resident="r-1", digest="0" * 64)
SEALED = SealedRef(id="w-2", resident="r-1", digest="1" * 64)

FIELDS: dict[str, dict[str, Any]] = {
    "contact": {"how": "电话", "outcome": "已说明情况"},
    "answer": {"text": "已约电梯维保单位周三上门，周四告诉您结果"},
    "accept": {"text": "您们的诉求已受理，由社区牵头办理"},
    "resolve": {"what_was_done": "已更换门锁"},
    "plan": {"lead": "urban", "deliverable": "更换水泵", "due_date": "2026-04-30"},
    "complete": {"what_was_done": "水泵已更换"},
    "extend": {"new_date": "2026-05-20", "reason": "配件未到"},
    "hold": {"reason": "等业委会意见"},
    "escalate": {"reason": "需街道协调"},
    "return": {"reason": "小区可自行解决"},
    "object": {"ground": "not_our_duty", "reason": "管线归供水公司"},
    "designate": {"unit": "urban", "document": "牡政办字〔2026〕15号"},
    "suspend": {"condition": "等供电公司停电窗口", "resume_date": "2026-05-06"},
    "resume": {"reason": "停电窗口已定"},
    "refer": {"to_whom": "区住建局", "reference": "转2026-15", "reason": "属区级职权"},
    "reject": {"reason": "不属受理范围"},
    "duplicate": {"of": "NC-2026-000002"},
    "reroute": {"estate": "gulou-yuan"},
    "withdraw": {},
    "confirm": {"stars": 5},
    "dispute": {"reason": "仍然漏水"},
    "reopen": {"reason": "问题复发"},
    "emergency": {"playbook": "water_power_cut"},
    "note": {"text": "已看现场"},
    "assign": {"person": "officer-7"},
    "supervise": {"reason": "久拖不决"},
}
"""What each decision is sent with unless a test says otherwise."""


def decision(kind: str, **fields: Any) -> Any:
    return BODY.validate_python({"kind": kind, **FIELDS.get(kind, {}), **fields})


class Case:
    """A case and its story. Each step folds both the events and what the log would give back of them."""

    def __init__(self, rules: Rules | None = None, opened: str = "2026-03-02 10:00", **fields: Any) -> None:
        self.rules = rules or nancheng()
        self.now = at(opened)
        self.log: list[tuple[Event, str]] = []
        self.last: tuple[Event, ...] = ()
        self._state: CaseState | None = None
        self._rows: CaseState | None = None
        by = fields.pop("by", None) or officer(fields.get("estate", "mudan-garden"))
        given = {"estate": "mudan-garden", "category": "lift", "channel": "phone", "words": WORDS, **fields}
        self.send(OpenCase.model_validate(given), by=by)

    @property
    def state(self) -> CaseState:
        assert self._state is not None
        return self._state

    @property
    def wait(self) -> Wait:
        """What its place waits for, which alone moves it."""
        assert self.state.wait is not None
        return self.state.wait

    @property
    def where(self) -> tuple[str, str]:
        return self.state.tier, self.state.stage

    @property
    def waits_for(self) -> str:
        return self.wait.kind

    @property
    def then(self) -> str:
        """What happens when nothing comes."""
        return self.wait.on_expiry

    def is_provisional(self) -> bool:
        return self.wait.provisional

    @property
    def types(self) -> list[str]:
        """What the last step brought about."""
        return [event.type for event in self.last]

    def send(
        self,
        body: Any,
        *,
        by: Actor,
        when: str | datetime | None = None,
        if_version: int | None = None,
        words: SealedRef | None = None,
        id: str | None = None,
    ) -> list[str]:
        """Any command; the types of what it brought about."""
        self.now = at(when) if isinstance(when, str) else when or self.now
        command = Command(id=id or f"c-{len(self.log)}", actor=by, body=body, if_version=if_version, words=words)
        self.last = decide(self.rules, self._state, command, self.now)
        for event in self.last:
            self._fold(event, command.id)
        return self.types

    def does(
        self,
        kind: str,
        *,
        by: Actor = ALLIANCE,
        when: str | None = None,
        if_version: int | None = None,
        words: SealedRef | None = None,
        **fields: Any,
    ) -> list[str]:
        """A decision, by default the alliance officer's, which may do nearly anything anywhere."""
        return self.send(decision(kind, **fields), by=by, when=when, if_version=if_version, words=words)

    def refuses(self, kind: str, *, by: Actor = ALLIANCE, when: str | None = None, **fields: Any) -> Refusal:
        """The refusal of a decision, which must have changed nothing."""
        before = self.state
        with pytest.raises(Refusal) as caught:
            self.does(kind, by=by, when=when, **fields)
        assert self.state == before
        return caught.value

    def passes(self) -> list[str]:
        """Nothing comes, and the wait's instant does; what was promised until then is missed before."""
        wait = self.wait
        while (first := first_of(waits(self.state))) != wait:
            self.expires(first)
        return self.expires(wait)

    def expires(self, wait: Wait) -> list[str]:
        """The instant of one of its waits comes."""
        return self.send(WaitExpired(wait=wait.kind, until=wait.until), by=SYSTEM, when=wait.until)

    def lives_until(self, when: str | datetime) -> None:
        """Nobody does anything until then: whatever is due comes, as durable timers do, in order."""
        now = at(when) if isinstance(when, str) else when
        while not self.state.closed and (first := first_of(waits(self.state))).until <= now:
            self.expires(first)
        self.now = max(now, self.now)

    def _fold(self, event: Event, command_id: str) -> None:
        self.log.append((event, command_id))
        self._state = evolve(self._state, event.fact, number=NUMBER, command_id=command_id)
        read = as_read(event)
        # A process is told of what has just been decided as of what the log gives back.
        assert read.fact.model_dump_json() == event.fact.model_dump_json()
        self._rows = evolve(self._rows, read.fact, number=NUMBER, command_id=command_id)
        assert self._rows == self._state
        check_waits(self._state)


def first_of(waiting: Iterable[Wait]) -> Wait:
    """What is over first; of two at one instant, that of the place."""
    return min(waiting, key=lambda wait: wait.until)


def as_read(event: Event) -> Event:
    """The event as it comes back out of the log."""
    data = json.loads(json.dumps(SCHEMA.to_data(event)))
    actor = json.loads(event.actor.model_dump_json())
    return SCHEMA.from_data(event.type, SCHEMA.version, data, actor, event.at)


def check_waits(state: CaseState) -> None:
    """An open case waits for exactly one thing of its place, ahead of it, and beside it for at most one answer and one
    word of acceptance; a closed one for nothing."""
    if state.closed:
        assert waits(state) == ()
        assert state.closing is not None
        return
    first, *beside = waits(state)
    assert first == state.wait
    assert first.until > state.at
    assert [wait.kind for wait in beside] in ([], ["answer"], ["acceptance"], ["answer", "acceptance"])
    assert state.stage != "verification" or not beside


STAGES = (
    "contact",
    "check_in",
    "community",
    "alliance",
    "action",
    "suspended",
    "designation",
    "joint_response",
    "verification",
    "closed",
)


def case_at(stage: str, **fields: Any) -> Case:
    """A case of Mudan Garden that stands at ``stage``, on the way most of them take there."""
    case = Case(**fields)
    ways: dict[str, tuple[str, ...]] = {
        "contact": (),
        "check_in": ("contact",),
        "community": ("contact", "escalate"),
        "alliance": ("contact", "escalate", "escalate"),
        "action": ("contact", "plan"),
        "suspended": ("contact", "suspend"),
        "designation": ("plan", "object", "plan", "object"),
        "joint_response": ("contact", "emergency"),
        "verification": ("contact", "resolve"),
        "closed": ("contact", "resolve", "confirm"),
    }
    for kind in ways[stage]:
        case.does(kind, by=RESIDENT if kind == "confirm" else ALLIANCE)
    assert case.state.stage == stage
    return case


def after(instant: datetime, **length: float) -> datetime:
    return instant + timedelta(**length)
