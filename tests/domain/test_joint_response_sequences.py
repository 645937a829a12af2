"""Joint responses under any order of reports, objections, waivers and expiries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

from hypothesis import given, note
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.joint_response import ResponseState, ResponseWaitExpired, TaskState, summary, waits
from domain.joint_response.telling import details, timer_summary
from domain.permission import SYSTEM, Actor
from domain.policy.rules import Rules
from tests.domain.given import ADMINISTRATOR, ALLIANCE, SUPERVISOR, department, nancheng, officer, policy_text
from tests.domain.given import rules_with as with_ladder
from tests.domain.responses import BODY, DEPARTMENTS, Response, case_of

PLAYBOOKS = ("lift_entrapment", "water_power_cut", "mass_dispute", "property_withdrawal")
ACTORS = (
    ALLIANCE,
    SUPERVISOR,
    ADMINISTRATOR,
    officer("laocheng"),
    officer("mudan-garden"),
    officer("gulou-yuan"),
    *map(department, DEPARTMENTS),
)
KINDS = (
    "sign",
    "progress",
    "done",
    "object",
    "waive",
    "situation_report",
    "stand_down",
    "join_case",
    "link",
    "expire",
    "expire",
    "work",
    "work",
)


class Step(NamedTuple):
    kind: str
    choice: int
    by: Actor
    minutes: int


steps = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(KINDS),
        choice=st.integers(0, 1000),
        by=st.sampled_from(ACTORS),
        minutes=st.sampled_from((0, 0, 1, 7, 30, 120, 1500, 50_000)),
    ),
    max_size=40,
)


@cache
def english() -> Rules:
    return with_ladder(policy_text("ladder.yaml").replace("language: zh-CN", "language: en"))


def fields_of(step: Step, response: Response) -> dict[str, Any]:
    tasks = response.state.tasks
    task = {"task": tasks[step.choice % len(tasks)].id}
    parties = (None, "navy", *response.state.parties)
    fields: dict[str, dict[str, Any]] = {
        "sign": task,
        "progress": {**task, "note": "进展"},
        "done": {**task, "note": "完成", "provider": ("nancheng-gyzy", "mudan-jiayuan", None)[step.choice % 3]},
        "object": {**task, "reason": "非本单位", "to": parties[step.choice % len(parties)]},
        "waive": {**task, "reason": "无须办理"},
        "situation_report": {"text": "平稳"},
        "stand_down": {"outcome": ("resolved", "returned")[step.choice % 2], "reason": "完毕"},
        "join_case": {"case": case_of("gulou-yuan", f"NC-2026-00000{step.choice % 3}").model_dump()},
        "link": {"other": f"NC-2026-00000{step.choice % 3}-E1"},
    }
    return fields[step.kind]


def take(response: Response, step: Step) -> None:
    response.now += timedelta(minutes=step.minutes)
    if step.kind == "expire":
        _expire(response, step)
    elif step.kind == "work":
        _work(response, step)
    else:
        response.send(BODY.validate_python({"kind": step.kind, **fields_of(step, response)}), by=step.by)


def _expire(response: Response, step: Step) -> None:
    """Any wait's command, in its time, before it, or after others that were due before it."""
    waiting = waits(response.state)
    if waiting:
        wait = waiting[step.choice % len(waiting)]
        when = (None, max(response.now, wait.until))[step.choice % 3 > 0]
        response.send(ResponseWaitExpired(wait=wait.kind, task=wait.task, until=wait.until), by=SYSTEM, when=when)


def _work(response: Response, step: Step) -> None:
    """Something that goes on with the work, so that sequences go far."""
    running = response.open_tasks
    if running:
        task = running[step.choice % len(running)]
        kind = "sign" if response.task(task).status == "open" else "done"
        response.does(kind, task, by=ALLIANCE, **({} if kind == "sign" else response.recorded_by(task)))


def play(playbook: str, sequence: Sequence[Step], rules: Rules | None = None) -> Response:
    """Plays the steps and checks what holds at each of them; ``Response`` checks the waits and the clock."""
    response = Response(playbook, rules)
    for step in sequence:
        before, logged = response.state, len(response.log)
        try:
            take(response, step)
        except Refusal as refusal:
            note(f"{step.kind}: {refusal}")
            assert (response.state, len(response.log)) == (before, logged)
        check_tasks(before, response.state)
        for event, _ in response.log[logged:]:
            assert event.type != "response_stood_down" or not unfinished(before)
    return response


def unfinished(state: ResponseState) -> list[TaskState]:
    return [task for task in state.tasks if task.required and not task.finished]


def check_tasks(before: ResponseState, after: ResponseState) -> None:
    """No task is lost, each has one party that there is, and what was late or finished stays so."""
    assert [task.id for task in after.tasks] == [task.id for task in before.tasks]
    for earlier, task in zip(before.tasks, after.tasks, strict=True):
        assert task.party in after.parties
        assert task.sign_late >= earlier.sign_late
        assert task.complete_late >= earlier.complete_late
        assert not earlier.finished or task.status == earlier.status
        assert task.required == earlier.required


def end(response: Response) -> None:
    """The way out that there is from everywhere: what is required is waived, then stand-down, then the watch."""
    while response.state.status == "open" and unfinished(response.state):
        response.does("waive", unfinished(response.state)[0].id, by=ALLIANCE, reason="无须办理")
    if response.state.status == "open":
        response.does("stand_down", by=ALLIANCE, outcome="resolved", reason="完毕")
    if response.state.status == "watch":
        response.passes()


@given(st.sampled_from(PLAYBOOKS), steps)
def test_no_order_leaves_a_response_that_cannot_end(playbook: str, sequence: list[Step]) -> None:
    response = play(playbook, sequence)
    end(response)
    assert response.state.closed
    assert waits(response.state) == ()


@given(st.sampled_from(PLAYBOOKS), steps)
def test_left_alone_an_open_response_goes_on_asking(playbook: str, sequence: list[Step]) -> None:
    response = play(playbook, sequence)
    for _ in range(30):
        if response.state.closed:
            return
        assert response.passes() != []


@given(st.sampled_from(PLAYBOOKS), steps)
def test_worked_on_in_order_a_response_comes_to_its_stand_down(playbook: str, sequence: list[Step]) -> None:
    response = play(playbook, sequence)
    for _ in range(400):
        if response.state.status != "open" or not unfinished(response.state):
            break
        running = [task.id for task in unfinished(response.state) if task.status in ("open", "signed")]
        if not running:
            response.passes()
            continue
        for task in running:
            if response.task(task).status == "open":
                response.does("sign", task, by=ALLIANCE)
            response.does("done", task, by=ALLIANCE, **response.recorded_by(task))
    assert not unfinished(response.state)


@given(st.sampled_from(PLAYBOOKS), steps, st.booleans())
def test_every_state_can_be_told_in_words_and_kept_as_json(playbook: str, sequence: list[Step], zh: bool) -> None:
    response = play(playbook, sequence, nancheng() if zh else english())
    for wait in waits(response.state):
        assert 0 < len(timer_summary(response.state, wait).encode()) <= 200
    assert details(response.state, "https://example.org").count("\n") > 8
    assert ResponseState.model_validate_json(response.state.model_dump_json()) == response.state
    json.dumps(summary(response.state))


@given(st.sampled_from(PLAYBOOKS), steps)
def test_the_same_commands_give_the_same_events(playbook: str, sequence: list[Step]) -> None:
    assert play(playbook, sequence).log == play(playbook, sequence).log
