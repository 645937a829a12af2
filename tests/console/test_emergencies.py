"""The emergency room over HTTP: who sees and reports what, what is refused, declaring and standing down."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from domain.forms.reading import commands_of, questions_of
from domain.joint_response import ResponseCommand
from tests.api.test_emergencies import declared, shown, waive_what_is_required
from tests.support.console import Visitor, fields_of, filled, shared_weight, text_of, visiting
from tests.support.meetings import until
from tests.support.stack import Caller, Stack


@pytest.fixture
def chief(stack: Stack) -> Iterator[Caller]:
    """The alliance's officer at the API."""
    with stack.calling("alliance") as caller:
        yield caller


def task(caller: Caller, emergency: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in shown(caller, emergency)["tasks"] if one["id"] == name)
    return found


def test_an_emergency_is_declared_from_its_case_with_what_would_happen_shown_before(
    chief: Caller, alliance: Visitor, estate: Visitor
) -> None:
    number = chief.open()["number"]
    path = f"/cases/{number}/emergency"
    assert path in alliance.get(f"/cases/{number}").text
    assert path not in estate.get(f"/cases/{number}").text
    assert "选择预案" in text_of(alliance.get(path).text)
    looked = alliance.get(f"{path}?playbook=gas_leak")
    said = text_of(looked.text)
    for part in ("119", "先打这些电话", "如果现在启动", "燃气泄漏", "牡丹花园"):
        assert part in said, part
    assert "emergency_declared" not in chief.types(number)
    assert alliance.get(f"{path}?playbook=nonsense").status_code == 422
    sent = fields_of(looked)
    stale = alliance.post(path, {**sent, "version": "7", "key": "0" * 32})
    assert (stale.status_code, "已有新进展" in text_of(stale.text)) == (412, True)
    answer = alliance.post(path, sent)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/emergencies/{number}-E1")
    assert alliance.post(path, sent).status_code == 409  # a reload: it runs already
    assert chief.types(number).count("emergency_declared") == 1
    room = text_of(alliance.get(f"/emergencies/{number}-E1").text)
    for part in ("燃气泄漏", "七个部门", "119", "情况报告", "解除联动"):
        assert part in room, part


def test_an_extraordinary_sitting_leads_to_its_emergency_only_who_may_see_it(
    stack: Stack, chief: Caller, estate: Visitor
) -> None:
    _, emergency = declared(chief, "property_withdrawal")
    path = f"/sittings/nancheng-X-{emergency}"
    until(lambda: estate.get(path).status_code == 200)
    with visiting(stack, "community-guangfu") as elsewhere:
        assert "临时会议" in text_of(elsewhere.get(path).text)
        assert f"/emergencies/{emergency}" not in elsewhere.get(path).text
        assert elsewhere.get(f"/emergencies/{emergency}").status_code == 403
    assert f"/emergencies/{emergency}" in estate.get(path).text


def test_a_case_of_another_estate_comes_under_an_emergency_that_runs(chief: Caller, alliance: Visitor) -> None:
    _, running = declared(chief, "water_power_cut")
    number = chief.open(estate="gulou-yuan")["number"]
    path = f"/cases/{number}/emergency?playbook=water_power_cut"
    assert running in alliance.get(path).text
    answer = filled(alliance, path, response=running, reason="同一条供水管线")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/emergencies/{running}")
    assert shown(chief, running)["cases"][-1] == number
    assert "鼓楼苑" in text_of(alliance.get(f"/emergencies/{running}").text)


def test_a_department_is_shown_its_own_tasks_first_and_of_the_others_the_numbers(
    chief: Caller, department: Visitor, alliance: Visitor, stack: Stack
) -> None:
    _, emergency = declared(chief)
    own = department.get(f"/emergencies/{emergency}").text
    assert own.index('class="mine"') < own.index('class="branches"')
    assert "核实撤出情况" in own
    assert "tactions__sign" in own
    assert "门岗和治安排查" not in own
    assert len(re.findall(r'data-branch="', own)) == 7
    everybodys = alliance.get(f"/emergencies/{emergency}").text
    assert "门岗和治安排查" in everybodys
    assert emergency in department.get("/emergencies").text
    with visiting(stack, "estate-hepan-jinxiu") as elsewhere:
        assert elsewhere.get(f"/emergencies/{emergency}").status_code == 403
        assert emergency not in elsewhere.get("/emergencies").text


def test_a_task_is_signed_for_once_and_reported(chief: Caller, department: Visitor) -> None:
    _, emergency = declared(chief)
    path = f"/emergencies/{emergency}/tasks/verify"
    room = department.get(f"/emergencies/{emergency}")
    forms = re.findall(rf'action="{path}">(.*?)</form>', room.text, re.DOTALL)
    sent = dict(re.findall(r'name="([a-z]+)" value="([^"]*)"', forms[0]))
    assert department.post(path, sent).status_code == 303
    assert department.post(path, sent).status_code == 303
    assert task(chief, emergency, "verify")["status"] == "signed"
    again = department.post(path, {**sent, "key": "0" * 32})
    assert again.status_code == 409
    assert "alert" in again.text
    for kind in task(chief, emergency, "verify")["you_may"]:
        form = department.get(f"{path}?report={kind}").text
        for question in questions_of(commands_of(ResponseCommand)[kind]):
            if question.asked.offered and question.asked.when is None:
                assert f'name="{question.name}"' in form, (kind, question.name)
                assert question.label.zh in form
    unsaid = filled(department, f"{path}?report=progress", note="")
    assert unsaid.status_code == 422
    personal = filled(department, f"{path}?report=progress", note="请打13805301234")
    assert personal.status_code == 422
    assert "请打13805301234" in personal.text
    assert filled(department, f"{path}?report=progress", note="已到现场核实").status_code == 303
    assert "已到现场核实" in department.get(f"/emergencies/{emergency}").text
    assert filled(department, f"{path}?report=done", note="物业人员已全部离开").status_code == 303
    assert task(chief, emergency, "verify")["status"] == "done"
    assert "现在没有可报的" in text_of(department.get(path).text)


def test_a_task_that_is_anothers_is_given_to_them(chief: Caller, stack: Stack, department: Visitor) -> None:
    _, emergency = declared(chief)
    with visiting(stack, "dept-police") as police, visiting(stack, "dept-citymgmt") as citymgmt:
        path = f"/emergencies/{emergency}/tasks/sweep_gates"
        assert department.get(path).status_code == 403
        unsaid = filled(police, f"{path}?report=object", to="citymgmt", reason="")
        assert unsaid.status_code == 422
        assert filled(police, f"{path}?report=object", to="citymgmt", reason="门岗属市容管理").status_code == 303
        assert "sweep_gates" in citymgmt.get(f"/emergencies/{emergency}").text
        assert police.get(path).status_code == 403
        assert police.get("/emergencies/NC-2026-999999-E1").status_code == 404
    assert task(chief, emergency, "sweep_gates")["department"] == "citymgmt"


def test_situation_reports_are_numbered_and_written_by_the_lead_and_the_alliance(
    chief: Caller, department: Visitor, alliance: Visitor, estate: Visitor, supervisor: Visitor
) -> None:
    _, emergency = declared(chief)
    path = f"/emergencies/{emergency}/situation-reports"
    room = f"/emergencies/{emergency}"
    for number, visitor in enumerate((department, alliance), 1):
        page = visitor.get(room)
        sent = fields_of(page, text=f"第{number}次：门岗已有人值守")
        sent.pop("kind", None)
        assert visitor.post(path, sent).status_code == 303
        assert f"第 {number} 期" in text_of(visitor.get(room).text)
    empty = alliance.post(path, {"key": "1" * 32, "version": "1", "text": ""})
    assert empty.status_code == 422
    for visitor in (estate, supervisor):
        assert "situation-reports" not in visitor.get(room).text
        assert visitor.post(path, {"key": "2" * 32, "version": "1", "text": "不是我的"}).status_code == 403
        assert visitor.post(path, {"key": "3" * 32, "version": "1", "text": ""}).status_code == 403


def test_standing_down_names_what_is_still_open_before_it_is_sent(
    chief: Caller, alliance: Visitor, department: Visitor
) -> None:
    number, emergency = declared(chief)
    path = f"/emergencies/{emergency}/stand-down"
    assert department.get(path).status_code == 403
    shown_first = alliance.get(path)
    said = text_of(shown_first.text)
    assert "须先完成或免除" in said
    assert "城建 · 核实撤出情况" in said
    refused = alliance.post(path, fields_of(shown_first, outcome="resolved", reason="新物业已进驻"))
    assert refused.status_code == 409
    assert "新物业已进驻" in refused.text
    waive_what_is_required(chief, emergency)
    stale = alliance.post(path, fields_of(shown_first, outcome="resolved", reason="新物业已进驻", key="0" * 32))
    assert stale.status_code == 412
    assert "您打开页面以后的新进展" in text_of(stale.text)
    done = alliance.post(path, fields_of(stale, outcome="resolved", reason="新物业已进驻"))
    assert (done.status_code, done.headers["location"]) == (303, f"/emergencies/{emergency}")
    room = text_of(alliance.get(f"/emergencies/{emergency}").text)
    assert "观察" in room
    assert "已解决" in room
    assert alliance.get(path).status_code == 409
    assert chief.case(number)["stage"] == "verification"


def test_who_may_not_stand_it_down_is_told_nothing_else_and_it_is_on_the_access_log(
    chief: Caller, department: Visitor, supervisor: Visitor
) -> None:
    _, emergency = declared(chief)
    path = f"/emergencies/{emergency}/stand-down"
    for sent in (
        {"key": "0" * 32, "version": "0", "outcome": "resolved", "reason": "已解除"},
        {"key": "1" * 32, "version": "0"},
        {"version": "nonsense"},
    ):
        refused = department.post(path, sent)
        assert refused.status_code == 403
        assert "须先完成或免除" not in refused.text
    log = supervisor.get(f"/audit?subject={emergency}&outcome=denied").text
    assert log.count(f"POST {path.replace(emergency, '{emergency_id}')}") == 3


def test_a_report_of_anothers_task_by_a_form_is_on_the_access_log(
    chief: Caller, supervisor: Visitor, estate: Visitor
) -> None:
    _, emergency = declared(chief)
    path = f"/emergencies/{emergency}/tasks/verify"
    assert estate.post(path, {"kind": "sign", "key": uuid.uuid4().hex, "version": "0"}).status_code == 403
    assert "tasks/{task}" in supervisor.get(f"/audit?subject={emergency}&outcome=denied").text


def test_a_room_is_light(chief: Caller, alliance: Visitor) -> None:
    _, emergency = declared(chief)
    for path in (f"/emergencies/{emergency}", f"/emergencies/{emergency}/stand-down"):
        page = alliance.get(path)
        assert len(page.content) + shared_weight() < 150_000, (path, len(page.content))
