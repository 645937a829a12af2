"""A sitting's rules as sentences; and a forum's sittings and cases together, whatever comes in whatever order."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from domain.case import PutOnAgenda, SittingMoved, SittingOver, WaitExpired
from domain.errors import Refusal
from domain.permission import SYSTEM, Actor
from domain.policy.forum import Sitting
from domain.policy.rules import Rules
from domain.sitting import (
    MOST_OTHER_BUSINESS,
    SCHEMA,
    AddOtherBusiness,
    AddToAgenda,
    Cancel,
    CloseSitting,
    Convene,
    DocumentRef,
    RecordAttendance,
    Reschedule,
    SittingCommand,
    SittingEvent,
    SittingRescheduled,
    SittingState,
    SittingWaitExpired,
    allowed_now,
    check_addendum,
    decide,
    evolve,
    summary,
    waits,
)
from domain.telling import sitting_details, sitting_wait_reason
from tests.domain.given import (
    ALLIANCE,
    COMMUNITY,
    ESTATE,
    SUPERVISOR,
    Case,
    at,
    clock,
    department,
    nancheng,
    officer,
)

MARCH = "laocheng-2026-03"
PAPER = DocumentRef(id="paper", digest="0" * 64, cases=3)


class Held:
    """A sitting and its story; each step folds both the events and what the log would give back of them."""

    def __init__(self, rules: Rules | None = None, sitting_id: str = MARCH, now: str | datetime = "2026-02-20 10:00"):
        self.rules = rules or nancheng()
        self.now = at(now) if isinstance(now, str) else now
        self.log: list[SittingEvent] = []
        self._state: SittingState | None = None
        self._sent = 0
        forum = sitting_id.rsplit("-", 2)[0]
        self.send(Convene(sitting=self.rules.sitting(forum, sitting_id)), by=SYSTEM)

    @property
    def state(self) -> SittingState:
        assert self._state is not None
        return self._state

    @property
    def dates(self) -> Sitting:
        return self.state.dates

    def send(
        self, body: Any, *, by: Actor = COMMUNITY, when: str | datetime | None = None, if_version: int | None = None
    ) -> list[str]:
        self.now = at(when) if isinstance(when, str) else when or self.now
        self._sent += 1
        command = SittingCommand(id=f"s-{self._sent}", actor=by, body=body, if_version=if_version)
        events = decide(self.rules, self._state, command, self.now)
        for event in events:
            read = json.loads(json.dumps(SCHEMA.to_data(event)))
            again = SCHEMA.from_data(event.type, 1, read, json.loads(event.actor.model_dump_json()), event.at)
            # A process is told of what has just been decided as of what the log gives back.
            assert again.fact.model_dump_json() == event.fact.model_dump_json()
            assert evolve(self._state, again.fact, command_id=command.id) == (
                evolve(self._state, event.fact, command_id=command.id)
            )
            self._state = evolve(self._state, event.fact, command_id=command.id)
            self.log.append(event)
        assert len(waits(self.state)) == (0 if self.state.closed else 1)
        return [event.type for event in events]

    def passes(self, **prepared: Any) -> list[str]:
        """Nothing comes, and the wait's instant does."""
        (wait,) = waits(self.state)
        return self.send(SittingWaitExpired(wait=wait.kind, until=wait.until, **prepared), by=SYSTEM, when=wait.until)

    def until(self, status: str) -> Held:
        while self.state.status != status:
            self.passes(document=PAPER)
        return self

    def refuses(self, body: Any, **how: Any) -> Refusal:
        before = self.state
        with pytest.raises(Refusal) as caught:
            self.send(body, **how)
        assert self.state == before
        return caught.value


# ---------------------------------------------------------------- its life


def test_a_sitting_nobody_touches_goes_from_its_announcement_to_its_minutes() -> None:
    sitting = Held()
    seen = [(sitting.state.status, clock(waits(sitting.state)[0].until))]
    while not sitting.state.closed:
        sitting.passes(document=PAPER)
        seen += [(sitting.state.status, clock(wait.until)) for wait in waits(sitting.state)]
    assert seen == [
        ("announced", "2026-02-26 15:00"),
        ("drafted", "2026-03-02 15:00"),
        ("frozen", "2026-03-04 15:00"),
        ("in_session", "2026-03-04 17:00"),
        ("minutes", "2026-03-06 17:00"),
    ]
    assert [event.type for event in sitting.log][-1] == "sitting_closed"
    assert sitting.state.minutes == PAPER


def test_convening_again_changes_nothing() -> None:
    sitting = Held()
    assert sitting.send(Convene(sitting=sitting.dates), by=SYSTEM) == []


def test_an_expiry_that_is_early_or_stale_changes_nothing() -> None:
    sitting = Held()
    (wait,) = waits(sitting.state)
    early = SittingWaitExpired(wait=wait.kind, until=wait.until)
    assert sitting.send(early, by=SYSTEM) == []
    sitting.passes(document=PAPER)
    assert sitting.send(early, by=SYSTEM) == []


def test_a_command_before_it_is_convened_is_refused() -> None:
    command = SittingCommand(id="x", actor=COMMUNITY, body=Cancel(reason="没有议题"))
    with pytest.raises(Refusal, match="unknown_sitting"):
        decide(nancheng(), None, command, at("2026-03-01 10:00"))


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (COMMUNITY, True),
        (ALLIANCE, True),
        (ESTATE, False),
        (officer("guangfu"), False),
        (SUPERVISOR, False),
        (department("urban"), False),
    ],
)
def test_officers_of_its_unit_and_above_run_a_sitting(who: Actor, may: bool) -> None:
    sitting = Held()
    body = Reschedule(starts_at=at("2026-03-06 15:00"), reason="会场另有安排")
    if may:
        assert sitting.send(body, by=who) == ["sitting_rescheduled"]
    else:
        assert sitting.refuses(body, by=who).code == "forbidden"


def test_who_read_an_older_version_is_told_so() -> None:
    assert Held().refuses(Cancel(reason="没有议题"), if_version=7).code == "version_conflict"


def test_who_may_not_run_it_hears_that_before_anything_of_the_version() -> None:
    assert Held().refuses(Cancel(reason="没有议题"), by=department("social"), if_version=0).code == "forbidden"


# ---------------------------------------------------------------- moved and cancelled


def test_a_moved_sitting_keeps_its_id_and_length_and_has_its_other_dates_anew() -> None:
    sitting = Held()
    sitting.send(Reschedule(starts_at=at("2026-03-10 09:00"), reason="会场另有安排"))
    assert (sitting.dates.id, sitting.state.sequence) == (MARCH, 1)
    assert [
        clock(instant)
        for instant in (
            sitting.dates.freezes_at,
            sitting.dates.starts_at,
            sitting.dates.ends_at,
            sitting.dates.minutes_due,
        )
    ] == ["2026-03-06 09:00", "2026-03-10 09:00", "2026-03-10 11:00", "2026-03-12 11:00"]


def test_a_frozen_agenda_stays_frozen_when_the_sitting_moves() -> None:
    sitting = Held().until("frozen")
    frozen = sitting.dates.freezes_at
    sitting.send(Reschedule(starts_at=at("2026-03-20 15:00"), reason="会场另有安排"))
    assert (sitting.state.status, sitting.dates.freezes_at) == ("frozen", frozen)


def warning_of(sitting: Held) -> str | None:
    moved = sitting.log[-1].fact
    assert isinstance(moved, SittingRescheduled)
    return moved.warning


def test_a_sitting_moved_onto_a_holiday_is_moved_with_a_warning() -> None:
    sitting = Held()
    sitting.send(Reschedule(starts_at=at("2026-03-07 15:00"), reason="周末人齐"))
    assert warning_of(sitting) == "not_a_workday"
    sitting.send(Reschedule(starts_at=at("2026-03-09 15:00"), reason="还是工作日"))
    assert warning_of(sitting) is None


@pytest.mark.parametrize(
    ("starts_at", "code"),
    [
        ("2026-02-20 10:00", "sitting_in_the_past"),
        ("2026-06-20 10:00", "date_too_late"),
        ("2026-03-04 15:00", "sitting_already_then"),
    ],
)
def test_a_sitting_is_not_moved_into_the_past_far_away_or_to_where_it_is(starts_at: str, code: str) -> None:
    assert Held().refuses(Reschedule(starts_at=at(starts_at), reason="另有安排")).code == code


@pytest.mark.parametrize("status", ["in_session", "minutes", "closed"])
def test_a_sitting_that_has_begun_is_neither_moved_nor_cancelled(status: str) -> None:
    sitting = Held().until(status)
    assert sitting.refuses(Reschedule(starts_at=at("2026-04-20 15:00"), reason="太晚")).code == "sitting_not_there"
    assert sitting.refuses(Cancel(reason="太晚")).code == "sitting_not_there"


def test_a_cancelled_sitting_waits_for_nothing() -> None:
    sitting = Held().until("drafted")
    assert sitting.send(Cancel(reason="没有议题")) == ["sitting_cancelled"]
    assert (waits(sitting.state), sitting.state.closed, sitting.state.sequence) == ((), True, 1)


# ---------------------------------------------------------------- addenda, attendance, closing


def test_an_addendum_is_taken_once_and_only_once_the_agenda_is_frozen() -> None:
    body = AddToAgenda(case="NC-2026-000001", reason="电梯困人")
    assert Held().until("drafted").refuses(body).code == "sitting_not_there"
    sitting = Held().until("frozen")
    sitting.send(body)
    (addendum,) = sitting.state.addenda
    assert (addendum.case, addendum.reason, addendum.by) == ("NC-2026-000001", "电梯困人", "decision")
    assert sitting.refuses(body).code == "already_on_the_agenda"


def test_cases_that_came_while_the_agenda_froze_are_addenda_by_rule() -> None:
    sitting = Held().until("frozen")
    sitting.send(AddToAgenda(case="NC-2026-000001", reason="电梯困人"))
    sitting.passes(late=("NC-2026-000001", "NC-2026-000002"))
    assert [(it.case, it.by) for it in sitting.state.addenda] == [
        ("NC-2026-000001", "decision"),
        ("NC-2026-000002", "arrived_while_freezing"),
    ]


def test_other_business_is_taken_until_the_agenda_freezes_and_each_line_once() -> None:
    sitting = Held()
    assert sitting.send(AddOtherBusiness(text="通报消防演练")) == ["other_business_added"]
    assert sitting.refuses(AddOtherBusiness(text="通报消防演练")).code == "other_business_listed"
    sitting.until("drafted").send(AddOtherBusiness(text="通报物业费公示"))
    assert sitting.state.other == ("通报消防演练", "通报物业费公示")
    sitting.until("frozen")
    assert sitting.refuses(AddOtherBusiness(text="太晚")).code == "sitting_not_there"
    assert Held().refuses(AddOtherBusiness(text="不是我们的会"), by=ESTATE).code == "forbidden"


def test_other_business_has_an_end() -> None:
    sitting = Held()
    for number in range(MOST_OTHER_BUSINESS):
        sitting.send(AddOtherBusiness(text=f"第{number}项"))
    assert sitting.refuses(AddOtherBusiness(text="再一项")).code == "too_much_other_business"


def test_attendance_is_recorded_in_session_or_after_and_replaces_what_was_recorded() -> None:
    sitting = Held().until("frozen")
    body = RecordAttendance(chair="社区书记", recorder="社区专干", mode="both", present=("城建",), absent=("公安",))
    assert sitting.refuses(body).code == "sitting_not_there"
    sitting.until("in_session").send(body)
    sitting.send(RecordAttendance(chair="社区书记", recorder="社区专干", present=("城建", "公安")))
    assert (sitting.state.present, sitting.state.absent) == (("城建", "公安"), ())


def test_a_sitting_that_is_closed_by_hand_has_its_minutes_due_at_once() -> None:
    sitting = Held().until("minutes")
    closed_at = sitting.dates.ends_at + timedelta(minutes=10)
    assert sitting.send(CloseSitting(dissent=("物业企业保留意见",)), when=closed_at) == ["decisions_ended"]
    assert [(wait.kind, wait.until) for wait in waits(sitting.state)] == [("minutes", closed_at)]
    assert sitting.state.dissent == ("物业企业保留意见",)
    assert sitting.passes(document=PAPER) == ["sitting_closed"]
    assert (sitting.state.status, sitting.state.minutes) == ("closed", PAPER)


@pytest.mark.parametrize("body", [CloseSitting(), RecordAttendance(chair="社区书记", recorder="社区专干")])
def test_a_sitting_that_is_being_closed_takes_nothing_more(body: CloseSitting | RecordAttendance) -> None:
    sitting = Held().until("minutes")
    sitting.send(CloseSitting())
    refusal = sitting.refuses(body)
    assert (refusal.code, refusal.params["status"]) == ("sitting_not_there", "closed")


def test_what_it_waits_for_is_said_in_words_that_fit_a_timer() -> None:
    sitting = Held()
    while True:
        for wait in waits(sitting.state):
            assert 0 < len(sitting_wait_reason(sitting.state, wait).encode()) <= 200
        assert MARCH in sitting_details(sitting.state, "老城社区", "https://nancheng.example/s")
        assert summary(sitting.state)["version"] == sitting.state.version
        if sitting.state.closed:
            return
        sitting.passes(document=PAPER)


# ---------------------------------------------------------------- with the cases of its forum


class Step(NamedTuple):
    kind: str
    hours: int
    which: int
    days: int


STEPS = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(
            ("time",) * 4 + ("move", "cancel", "addendum", "close", "hold", "plan", "suspend", "resume")
        ),
        hours=st.integers(0, 24 * 12),
        which=st.integers(0, 1000),
        days=st.integers(1, 60),
    ),
    max_size=30,
)


class Meeting:
    """Laocheng's forum: its sittings, three cases, and one clock. After every step everybody has been told."""

    def __init__(self) -> None:
        self.now = at("2026-02-20 10:00")
        self.sittings: dict[str, Held] = {}
        self.frozen: dict[str, set[str]] = {}
        self.tabled: Counter[tuple[str, int]] = Counter()
        self.minuted: dict[str, int] = {}
        self.rules = nancheng()
        self.cases = [Case(opened="2026-02-20 09:00") for _ in range(3)]
        for case in self.cases:
            case.now = self.now
            case.does("contact")
            case.does("escalate")
        self.turn()

    @property
    def forum(self) -> Any:
        return self.rules.forums["laocheng"]

    def turn(self) -> None:
        """Convenes what is waited for, tells the cases, and lets them see the rules of now."""
        for _ in range(4):
            moved = {
                key: None if held.state.status == "cancelled" else held.dates
                for key, held in self.sittings.items()
                if held.state.sequence
            }
            self.rules = replace(nancheng(), moved=moved)
            for case in self.cases:
                case.rules = self.rules
                wait = case.state.wait
                if wait is None or wait.sitting_id is None or wait.forum != "laocheng":
                    continue
                if wait.sitting_id not in self.sittings:
                    self.sittings[wait.sitting_id] = Held(self.rules, wait.sitting_id, self.now)
                self.tell(case, self.sittings[wait.sitting_id])
        for held in self.sittings.values():
            held.rules = self.rules

    def tell(self, case: Case, held: Held) -> None:
        cancelled = held.state.status == "cancelled"
        body = SittingMoved(sitting_id=held.dates.id, sitting=None if cancelled else held.dates, cause="会议变更")
        case.send(body, by=SYSTEM, when=self.now)
        assert case.send(body, by=SYSTEM) == []  # told twice, it happens once

    def pass_time(self, target: datetime) -> None:
        """Every timer in order; where a sitting's and a case's fall together, the case's own comes first or last."""
        while (due := min(self.due(), key=lambda one: one[0], default=None)) is not None and due[0] <= target:
            self.now = max(self.now, due[0])
            due[1]()
            self.turn()
        self.now = target

    def due(self) -> list[tuple[datetime, Any]]:
        timers: list[tuple[datetime, Any]] = []
        for held in self.sittings.values():
            timers += [(wait.until, lambda held=held: self.sitting_passes(held)) for wait in waits(held.state)]
        for number, case in enumerate(self.cases):
            if not case.state.closed:
                timers.append((case.wait.until, lambda case=case, number=number: self.case_passes(case, number)))
        return timers

    def sitting_passes(self, held: Held) -> None:
        (wait,) = waits(held.state)
        waiting = {
            str(number)
            for number, case in enumerate(self.cases)
            if case.state.wait and case.state.wait.sitting_id == held.dates.id
        }
        if wait.kind == "freeze":
            self.frozen[held.dates.id] = waiting
        listed = {addendum.case for addendum in held.state.addenda} | self.frozen.get(held.dates.id, set())
        late = tuple(sorted(waiting - listed)) if wait.kind == "start" else ()
        body = SittingWaitExpired(wait=wait.kind, until=wait.until, document=PAPER, late=late)
        held.send(body, by=SYSTEM, when=max(self.now, wait.until))

    def case_passes(self, case: Case, number: int) -> None:
        wait = case.wait
        if wait.sitting_id in self.sittings:
            self.tabled[(str(wait.sitting_id), number)] += 1
        case.send(WaitExpired(wait=wait.kind, until=wait.until), by=SYSTEM, when=max(self.now, wait.until))

    def take(self, step: Step) -> None:
        self.pass_time(self.now + timedelta(hours=step.hours))
        held = list(self.sittings.values())[step.which % len(self.sittings)] if self.sittings else None
        case = self.cases[step.which % len(self.cases)]
        case.now = self.now
        try:
            self.act(step, held, case, step.which % len(self.cases))
        except Refusal as refusal:
            note(f"refused: {refusal.code}")
        self.turn()

    def act(self, step: Step, held: Held | None, case: Case, number: int) -> None:
        if held is not None and step.kind == "move":
            moved = self.now + timedelta(days=step.days, hours=step.hours % 24)
            held.send(Reschedule(starts_at=moved, reason="另有安排"), when=self.now)
        elif held is not None and step.kind == "cancel":
            held.send(Cancel(reason="没有议题"), when=self.now)
        elif held is not None and step.kind == "addendum":
            self.add(held, case, number)
        elif held is not None and step.kind == "close":
            self.close(held)
        elif step.kind in ("hold", "plan", "suspend", "resume"):
            self.decision(step, case, number)

    def add(self, held: Held, case: Case, number: int) -> None:
        heard_at = [case.state.heard_at] if case.state.heard_at else []
        frozen = [str(number)] if str(number) in self.frozen.get(held.dates.id, set()) else []
        check_addendum(held.state, case.state.wait, str(number), frozen, heard_at)
        held.send(AddToAgenda(case=str(number), reason="紧急"), when=self.now)
        case.send(PutOnAgenda(sitting=held.dates, reason="紧急"), by=SYSTEM, when=self.now)

    def close(self, held: Held) -> None:
        """By hand: what is undecided is carried over, then the minutes are drawn."""
        held.send(CloseSitting(), when=self.now)
        for number, case in enumerate(self.cases):
            body = SittingOver(sitting_id=held.dates.id, cause="会议结束")
            if case.send(body, by=SYSTEM, when=self.now):
                self.tabled[(held.dates.id, number)] += 1
            assert case.send(body, by=SYSTEM) == []  # told twice, it happens once
        self.sitting_passes(held)
        self.minuted[held.dates.id] = self.named(held.dates.id)

    def named(self, sitting: str) -> int:
        """How many of the cases' events name a sitting."""
        return sum(event.fact.sitting == sitting for case in self.cases for event, _ in case.log)

    def decision(self, step: Step, case: Case, number: int) -> None:
        wait = case.state.wait
        day = clock(self.now + timedelta(days=step.days))[:10]
        fields: dict[str, Any] = {"plan": {"due_date": day}, "suspend": {"resume_date": day}}.get(step.kind, {})
        in_session = wait is not None and wait.starts_at is not None and wait.starts_at <= self.now <= wait.until
        case.does(step.kind, **fields)
        if wait is not None and in_session and wait.sitting_id in self.sittings:
            self.tabled[(str(wait.sitting_id), number)] += 1

    def check(self) -> None:
        for case in self.cases:
            wait = case.state.wait
            if wait is None or wait.sitting_id is None:
                continue
            assert wait.until > self.now or case.now >= wait.until
            held = self.sittings.get(wait.sitting_id)
            if held is None:
                continue
            assert held.state.status not in ("cancelled", "closed"), "a case waits for a sitting that is gone"
            assert (wait.starts_at, wait.until) == (held.dates.starts_at, held.dates.minutes_due)
        for sitting, events in self.minuted.items():
            assert self.named(sitting) == events, "something was decided at a sitting after its minutes"
        assert all(times == 1 for times in self.tabled.values()), "a case was tabled twice in one sitting"
        for held in self.sittings.values():
            listed = [addendum.case for addendum in held.state.addenda]
            assert len(listed) == len(set(listed))
            late = {addendum.case for addendum in held.state.addenda if addendum.by != "decision"}
            assert not late & self.frozen.get(held.dates.id, set())


@given(STEPS)
def test_no_case_waits_for_a_sitting_that_is_gone_or_is_tabled_twice_in_one(steps: list[Step]) -> None:
    meeting = Meeting()
    for step in steps:
        note(f"{clock(meeting.now)} {step}")
        meeting.take(step)
        meeting.check()
    meeting.pass_time(meeting.now + timedelta(days=120))
    meeting.check()


@pytest.mark.parametrize("status", ["announced", "drafted", "frozen", "in_session", "minutes", "closed"])
@pytest.mark.parametrize("by", [COMMUNITY, ESTATE, SUPERVISOR], ids=lambda actor: actor.role)
def test_what_an_actor_is_told_that_a_sitting_takes_it_takes(status: str, by: Actor) -> None:
    bodies = {
        "reschedule": Reschedule(starts_at=at("2026-03-11 15:00"), reason="会场另用"),
        "cancel": Cancel(reason="遇防汛"),
        "addendum": AddToAgenda(case="NC-2026-000009", reason="不能等"),
        "other_business": AddOtherBusiness(text="通报清雪安排"),
        "attendance": RecordAttendance(chair="书记", recorder="专干"),
        "close": CloseSitting(),
    }
    taken = set()
    for kind, body in bodies.items():
        sitting = Held().until(status)
        allowed = allowed_now(sitting.rules, by, sitting.state)
        try:
            sitting.send(body, by=by)
        except Refusal:
            continue
        taken.add(kind)
    assert set(allowed) == taken
