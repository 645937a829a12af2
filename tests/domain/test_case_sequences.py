"""Whatever happens, in any order: no case gets stuck, is lost or skips a tier (Hypothesis)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from domain.case import SCHEMA, CaseState, Event, Reproject, StandDown, WaitExpired, fold, summary, waits
from domain.errors import Refusal
from domain.permission import RESIDENT, SYSTEM, Actor, allowed_now
from domain.policy.ladder import DECISIONS
from domain.telling import current_details, timer_summary
from tests.domain.given import (
    ADMINISTRATOR,
    ALLIANCE,
    COMMUNITY,
    ESTATE,
    NUMBER,
    SEALED,
    SUPERVISOR,
    Case,
    after,
    clock,
    department,
    nancheng,
    officer,
    rules_with,
    year_of,
)

ACTORS = (
    ALLIANCE,
    ALLIANCE,
    ALLIANCE,
    COMMUNITY,
    ESTATE,
    SUPERVISOR,
    RESIDENT,
    ADMINISTRATOR,
    SYSTEM,
    department("urban"),
    officer("guangfu"),
    officer("gulou-yuan"),
)
LONGEST_CLIMB = 40
"""More expiries than it takes from anywhere to the alliance's table."""


class Step(NamedTuple):
    """Something comes ``minutes`` later: a decision, or what else ``kind`` says."""

    kind: str
    by: Actor
    minutes: int
    days: int
    choice: int


steps = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(
            ("passes",) * 8 + ("likely",) * 12 + ("reproject", "resolved", "returned", "late", *DECISIONS)
        ),
        by=st.sampled_from(ACTORS),
        minutes=st.integers(0, 3 * 24 * 60),
        days=st.integers(-1, 400),
        choice=st.integers(0, 10**6),
    ),
    max_size=25,
)


def fields_of(step: Step, case: Case, kind: str) -> dict[str, Any]:
    day = clock(case.now + timedelta(days=step.days % 40))[:10]
    choices: dict[str, dict[str, Any]] = {
        "plan": {"due_date": day, "lead": ("urban", "mudan-garden", "某公司")[step.choice % 3]},
        "extend": {"new_date": clock(case.now + timedelta(days=step.days))[:10]},
        "suspend": {"resume_date": clock(case.now + timedelta(days=step.days))[:10]},
        "escalate": {"to": (None, None, "community", "alliance", "estate", "heaven")[step.choice % 6]},
        "reroute": {"estate": ("gulou-yuan", "guangfu-huating", "mudan-garden", "atlantis")[step.choice % 4]},
        "emergency": {"playbook": ("fire", "gas_leak", "godzilla")[step.choice % 3]},
        "dispute": {"reason": (None, "仍漏水")[step.choice % 2]},
        "designate": {"unit": ("urban", "gulou-yuan", "laocheng", "guangfu", "mudan-garden")[step.choice % 5]},
    }
    return choices.get(kind, {})


def take(case: Case, step: Step) -> None:
    """Takes one step; the case checks itself on the way (see ``Case``)."""
    state = case.state
    if step.kind == "passes":
        if not state.closed:
            case.passes()
        return
    case.lives_until(after(case.now, minutes=step.minutes))
    state = case.state
    if step.kind == "likely":
        _likely(case, step)
    elif step.kind == "reproject":
        # The calendar of 2027 arrives, or goes; either way the waits move.
        years = [year_of(2027, d0106="off", d0121="off")] if step.choice % 2 else []
        case.rules = rules_with(years=years)
        case.send(Reproject(cause="公布"), by=SYSTEM)
    elif step.kind == "late":
        case.send(WaitExpired(wait="contact", until=state.opened_at), by=SYSTEM)
    elif step.kind in ("resolved", "returned"):
        tier = (None, "estate", "community", "alliance")[step.choice % 4]
        body = StandDown.model_validate(
            {"emergency_id": state.emergency_id or "E", "outcome": step.kind, "tier": tier, "reason": "已恢复"}
        )
        case.send(body, by=(SYSTEM, step.by)[step.choice % 2])
    else:
        case.does(step.kind, by=step.by, words=SEALED, **fields_of(step, case, step.kind))


def _likely(case: Case, step: Step) -> None:
    """Something that the stage accepts, so that sequences go far."""
    allowed = allowed_now(case.rules, ALLIANCE, case.state)
    kinds = [kind for kind in allowed if kind not in ("withdraw", "reject", "duplicate", "refer")] or allowed
    kind = kinds[step.choice % len(kinds)]
    case.does(kind, by=ALLIANCE, **fields_of(step, case, kind))


def rung(state: CaseState) -> int:
    return nancheng().ladder.rung(state.tier)


def play(sequence: Sequence[Step]) -> Case:
    """Plays the steps and checks what holds at each of them."""
    case = Case(opened="2026-11-20 10:00")
    for step in sequence:
        before = case.state
        logged = len(case.log)
        try:
            take(case, step)
        except Refusal as refusal:
            note(f"{step.kind}: {refusal}")
            if len(case.log) == logged:
                assert case.state == before
        check_climb(before, [event for event, _ in case.log[logged:]])
    return case


def check_climb(before: CaseState, happened: Sequence[Event]) -> None:
    """Upwards it goes rung by rung, unless the top officer took the case up, an emergency gave it back, or the district
    has designated whose it is."""
    ladder = nancheng().ladder
    at = before.tier
    for event in happened:
        if event.fact.place is None:
            continue
        rise = ladder.rung(event.fact.place.tier) - ladder.rung(at)
        taken_up = event.type == "case_escalated" and event.actor in (ALLIANCE, SYSTEM)
        given = event.type in ("emergency_stood_down", "case_designated")
        assert rise <= 1 or given or (taken_up and event.actor == ALLIANCE)
        at = event.fact.place.tier


@given(steps)
def test_an_open_case_always_waits_for_one_thing_and_never_skips_a_tier(sequence: list[Step]) -> None:
    case = play(sequence)
    for language in ("zh-CN", "en"):
        for wait in waits(case.state):
            assert 0 < len(timer_summary(wait, language).encode()) <= 200
    assert CaseState.model_validate_json(case.state.model_dump_json()) == case.state
    assert current_details(case.state, "x", None)
    json.dumps(summary(case.state))


@given(steps)
def test_left_alone_a_case_ends_closed_or_on_the_highest_table(sequence: list[Step]) -> None:
    case = play(sequence)
    for _ in range(LONGEST_CLIMB):
        if case.state.stage == "joint_response":
            emergency = case.state.emergency_id
            case.send(
                StandDown.model_validate({"emergency_id": emergency, "outcome": "returned", "reason": "已恢复"}),
                by=SYSTEM,
            )
        if case.state.stage == "designation":
            case.does("designate", unit="mudan-garden")
        if case.state.closed:
            assert case.state.closing is not None
            return
        assert case.passes() != []
    assert case.where == ("alliance", "alliance")
    assert case.then == "carry_over"
    assert case.state.raised


@given(steps)
def test_the_same_commands_give_the_same_events(sequence: list[Step]) -> None:
    one, other = play(sequence), play(sequence)
    assert one.log == other.log
    assert one.state == other.state


@given(steps)
def test_the_log_folds_to_the_live_state_and_so_does_an_older_schema(sequence: list[Step]) -> None:
    case = play(sequence)
    rows = [(event.type, json.dumps(SCHEMA.to_data(event)), event.actor, event.at, id) for event, id in case.log]

    def folded(version: int, old: bool) -> CaseState | None:
        read = []
        for type_, text, actor, instant, command in rows:
            data = json.loads(text)
            data = older(data) if old else data
            schema = replace(SCHEMA, upcasters={0: newer}) if old else SCHEMA
            event = schema.from_data(type_, version, data, actor.model_dump(), instant)
            read.append((event.fact, command))
        return fold(NUMBER, read)

    assert folded(1, old=False) == case.state
    assert folded(0, old=True) == case.state


def older(data: dict[str, Any]) -> dict[str, Any]:
    """As a schema 0 might have had it: the place flat, the facts under another name."""
    flat = dict(data)
    place = flat.pop("place", None)
    if place is not None:
        flat |= {"stage": place["stage"], "tier": place["tier"], "wait": place.get("wait")}
    if "detail" in flat:
        flat["facts"] = flat.pop("detail")
    return flat


def newer(_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """The upcaster from that schema 0 to today's."""
    body = dict(data)
    if "stage" in body:
        body["place"] = {"stage": body.pop("stage"), "tier": body.pop("tier"), "wait": body.pop("wait")}
    if "facts" in body:
        body["detail"] = body.pop("facts")
    return body


def test_a_newer_programs_event_and_one_of_a_forgotten_schema_are_not_guessed_at() -> None:
    case = Case()
    event = case.last[0]
    for version in (SCHEMA.version + 1, -1):
        with pytest.raises(LookupError):
            SCHEMA.from_data(event.type, version, SCHEMA.to_data(event), event.actor.model_dump(), event.at)


def test_a_state_remembers_its_last_commands_and_no_more() -> None:
    case = Case()
    for _ in range(100):
        case.does("note")
    assert len(case.state.commands) == 64
    assert case.state.commands[-1] == "c-100"
    assert case.state.version == 101
