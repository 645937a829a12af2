"""Joint responses over HTTP: what a war room reads, what departments report, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.test_stream import events as streamed
from tests.api.test_stream import taken
from tests.support.stack import Caller, Stack

SEVEN = ["urban", "governance", "citymgmt", "police", "fire", "emergency", "social"]


@pytest.fixture
def departments(stack: Stack) -> Iterator[dict[str, Caller]]:
    with ExitStack() as calls:
        yield {code: calls.enter_context(stack.calling(f"dept-{code}")) for code in SEVEN}


def declared(alliance: Caller, playbook: str = "property_withdrawal", **case: Any) -> tuple[str, str]:
    """A case in an emergency, and the emergency."""
    number = alliance.open(**case)["number"]
    alliance.decide(number, "emergency", playbook=playbook, reason="物业昨夜撤走")
    emergency = alliance.case(number)["emergency_id"]
    assert emergency == f"{number}-E1"
    return number, emergency


def shown(caller: Caller, emergency: str, **headers: str) -> dict[str, Any]:
    answer = caller.get(f"/emergencies/{emergency}", headers or None)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def task_of(view: dict[str, Any], task: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in view["tasks"] if one["id"] == task)
    return found


def report(caller: Caller, emergency: str, task: str, kind: str, status: int = 200, **fields: Any) -> dict[str, Any]:
    answer = caller.post(f"/emergencies/{emergency}/tasks/{task}/reports", {"kind": kind, **fields})
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def waive_what_is_required(alliance: Caller, emergency: str) -> None:
    for task in shown(alliance, emergency)["tasks"]:
        if task["required"] and task["status"] not in ("done", "waived"):
            report(alliance, emergency, task["id"], "waive", reason="不再需要")


# ---------------------------------------------------------------- playbooks


def test_playbooks_are_told_with_their_tasks_and_whom_to_call_first(alliance: Caller) -> None:
    items = alliance.get("/playbooks").json()["items"]
    assert {"property_withdrawal", "lift_entrapment"} <= {item["kind"] for item in items}
    withdrawal = next(item for item in items if item["kind"] == "property_withdrawal")
    assert withdrawal["lead"] == "urban"
    assert "110" in [call["number"] for call in withdrawal["call_first"]]
    assert {task["party"] for task in withdrawal["tasks"]} >= set(SEVEN)
    whole = alliance.get("/playbooks/property_withdrawal", {"accept-language": "en"}).json()
    assert (whole["name"], whole["sitting"]["decides"]) == ("property company withdrawal", "interim_provider")
    assert alliance.get("/playbooks/nonsense").json()["code"] == "not_found"


# ---------------------------------------------------------------- declared, read


def test_the_response_is_there_with_its_tasks_when_the_decision_is_answered(alliance: Caller) -> None:
    number, emergency = declared(alliance)
    view = shown(alliance, emergency)
    assert (view["id"], view["cases"], view["playbook"]) == (emergency, [number], "property_withdrawal")
    assert (view["status"], view["phase"], view["version"] > 7) == ("open", "secure", True)
    verify = task_of(view, "verify")
    assert (verify["department"], verify["role"], verify["status"], verify["required"]) == (
        "urban",
        "lead",
        "open",
        True,
    )
    opened, by = (datetime.fromisoformat(verify[key]) for key in ("opened_at", "complete_by"))
    assert by - opened == timedelta(minutes=30)
    assert [branch["department"] for branch in view["branches"]] == SEVEN
    assert all(branch["open"] for branch in view["branches"])
    assert {wait["party"] for wait in view["waits"] if wait["kind"] == "sign"} >= set(SEVEN)
    assert (view["you_may"], view["sitting_id"]) == (["situation_report", "stand_down"], f"nancheng-X-{emergency}")
    assert alliance.case(number)["links"]["emergency"] == view["links"]["self"]


def test_a_case_filed_as_an_emergency_has_its_response_at_once(alliance: Caller) -> None:
    opened = alliance.open(emergency="lift_entrapment")
    assert opened["emergency_id"] == f"{opened['number']}-E1"
    assert opened["stage"] == "joint_response"
    assert shown(alliance, opened["emergency_id"])["cases"] == [opened["number"]]


def test_an_external_partys_task_is_its_departments_to_report(alliance: Caller, departments: dict[str, Caller]) -> None:
    _, emergency = declared(alliance)
    task = next(task for task in shown(alliance, emergency)["tasks"] if task["external"])
    assert task["external"]["id"] == task["party"]
    assert task["department"] in SEVEN
    assert report(departments[task["department"]], emergency, task["id"], "sign")["task"]["status"] == "signed"


def test_a_department_is_shown_its_own_tasks_and_the_other_branches_in_numbers(
    alliance: Caller, departments: dict[str, Caller]
) -> None:
    _, emergency = declared(alliance)
    view = shown(departments["fire"], emergency)
    assert {task["department"] for task in view["tasks"]} == {"fire"}
    assert len(view["branches"]) == 7
    assert {wait["party"] for wait in view["waits"]} <= {"fire", None}
    told = departments["fire"].get(f"/emergencies/{emergency}/events").json()["items"]
    opened = {event["data"]["task"] for event in told if event["type"] == "task_opened"}
    assert opened <= {task["id"] for task in view["tasks"]}
    assert "tasks" not in told[0]["data"]
    assert emergency in [item["id"] for item in departments["fire"].get("/emergencies", limit=200).json()["items"]]


def test_it_is_told_in_the_callers_language(alliance: Caller) -> None:
    _, emergency = declared(alliance)
    zh, en = shown(alliance, emergency), shown(alliance, emergency, **{"accept-language": "en"})
    assert (zh["name"], en["name"]) == ("物业企业撤出", "property company withdrawal")
    assert task_of(en, "verify")["name"] == "verify the withdrawal"
    assert "verify the withdrawal" in next(wait["reason"] for wait in en["waits"] if wait["task"] == "verify")


def test_the_list_has_those_that_run_first_and_pages(alliance: Caller, estate: Caller, other_estate: Caller) -> None:
    _, first = declared(alliance, "lift_entrapment", estate="gulou-yuan")
    _, second = declared(alliance, "lift_entrapment", estate="gulou-yuan")
    page = alliance.get("/emergencies", limit=1).json()
    assert [item["id"] for item in page["items"]] == [second]
    following = alliance.get("/emergencies", limit=1, cursor=page["next_cursor"]).json()
    assert [item["id"] for item in following["items"]] == [first]
    assert first in [item["id"] for item in other_estate.get("/emergencies", limit=200).json()["items"]]
    assert first not in [item["id"] for item in estate.get("/emergencies", limit=200).json()["items"]]
    assert estate.get(f"/emergencies/{first}").status_code == 403
    assert alliance.get("/emergencies", cursor="nonsense").json()["code"] == "bad_cursor"
    assert second in shown(alliance, first)["linked"] or first in shown(alliance, second)["linked"]


# ---------------------------------------------------------------- reports


def test_a_department_signs_reports_and_finishes_its_task(alliance: Caller, departments: dict[str, Caller]) -> None:
    _, emergency = declared(alliance)
    urban = departments["urban"]
    signed = report(urban, emergency, "verify", "sign")
    assert [event["type"] for event in signed["events"]] == ["task_signed"]
    assert (signed["task"]["status"], signed["task"]["you_may"]) == ("signed", ["done", "progress", "object", "waive"])
    report(urban, emergency, "verify", "progress", note="已到场，正在清点")
    done = report(urban, emergency, "verify", "done", note="属实，影响 812 户")
    assert [event["type"] for event in done["events"]] == ["task_done", "task_opened"]
    assert (done["task"]["status"], task_of(shown(alliance, emergency), "interim_provider")["status"]) == (
        "done",
        "open",
    )


def test_reports_that_are_not_to_be_are_refused_with_stable_codes(
    alliance: Caller, estate: Caller, departments: dict[str, Caller], supervisor: Caller
) -> None:
    _, emergency = declared(alliance)
    urban, fire = departments["urban"], departments["fire"]
    assert report(fire, emergency, "verify", "sign", 403)["code"] == "not_your_task"
    assert report(estate, emergency, "verify", "sign", 403)["code"] == "not_your_task"
    assert report(supervisor, emergency, "verify", "sign", 403)["code"] == "forbidden"
    assert report(urban, emergency, "verify", "done", 409)["code"] == "not_signed"
    assert report(urban, emergency, "nonsense", "sign", 404)["code"] == "unknown_task"
    assert report(urban, emergency, "handover", "sign", 409)["code"] == "task_not_open"
    assert report(urban, emergency, "verify", "object", 422)["errors"][0]["field"] == "reason"
    assert report(urban, emergency, "verify", "progress", 422)["errors"][0]["code"] == "missing"
    assert report(urban, emergency, "verify", "sign", 422, to="fire")["errors"][0]["field"] == "to"
    assert report(urban, emergency, "verify", "nonsense", 422)["code"] == "invalid"
    report(urban, emergency, "verify", "sign")
    assert report(urban, emergency, "verify", "sign", 409)["code"] == "already_signed"
    assert report(urban, emergency, "verify", "progress", 422, note="电话 13805301234")["code"] == "personal_data"
    assert report(urban, "NC-2026-999999-E1", "verify", "sign", 404)["code"] == "unknown_emergency"
    answer = alliance.post(f"/cases/{alliance.open()['number']}/decisions", {"kind": "emergency", "playbook": "moon"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_playbook")


def test_the_same_report_again_is_one_report(alliance: Caller, departments: dict[str, Caller]) -> None:
    _, emergency = declared(alliance)
    path, body = f"/emergencies/{emergency}/tasks/verify/reports", {"kind": "sign"}
    first, again = (departments["urban"].post(path, body, idempotency_key="one-key-" + emergency) for _ in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    other = departments["urban"].post(path, {"kind": "sign", "note": "另"}, idempotency_key="one-key-" + emergency)
    assert other.json()["code"] == "idempotency_mismatch"
    behind = departments["urban"].post(path, {"kind": "progress", "note": "在办"}, if_match='"1"')
    assert (behind.status_code, behind.json()["code"]) == (412, "version_conflict")


def test_an_objection_gives_the_task_to_another(alliance: Caller, departments: dict[str, Caller]) -> None:
    _, emergency = declared(alliance)
    own = shown(departments["citymgmt"], emergency)["tasks"][0]["id"]
    given = report(departments["citymgmt"], emergency, own, "object", reason="该路段属街道管养", to="police")
    assert (given["task"]["department"], given["task"]["status"]) == ("police", "open")
    assert own not in [task["id"] for task in shown(departments["citymgmt"], emergency)["tasks"]]
    assert report(departments["police"], emergency, own, "object", 409, reason="也不是我们")["code"] == (
        "objection_already_made"
    )


def test_situation_reports_are_numbered_and_everybody_reads_them(
    alliance: Caller, departments: dict[str, Caller]
) -> None:
    _, emergency = declared(alliance)
    path = f"/emergencies/{emergency}/situation-reports"
    assert alliance.post(path, {"text": "七部门已到位"}).json()["reports"] == 1
    assert departments["urban"].post(path, {"text": "电梯、供水正常"}).json()["reports"] == 2
    assert departments["fire"].post(path, {"text": "消防正常"}).json()["code"] == "forbidden"
    read = shown(departments["fire"], emergency)["situation_reports"]
    assert [(one["number"], one["text"]) for one in read] == [(1, "七部门已到位"), (2, "电梯、供水正常")]


# ---------------------------------------------------------------- stand-down


def test_what_is_required_has_to_be_finished_before_it_is_stood_down_and_then_once(
    alliance: Caller, estate: Caller
) -> None:
    number, emergency = declared(alliance, "lift_entrapment")
    path = f"/emergencies/{emergency}/stand-down"
    down = {"outcome": "returned", "tier": "community", "reason": "人已救出，余下由社区协调"}
    early = alliance.post(path, down).json()
    assert (early["code"], bool(early["params"]["tasks"])) == ("required_tasks_open", True)
    waive_what_is_required(alliance, emergency)
    assert estate.post(path, down).json()["code"] == "forbidden"
    denied = estate.post(path, down, if_match='"0"')
    assert (denied.status_code, denied.json()["params"]) == (403, {"decision": "stand_down"})
    key = f"stand-down-{emergency}"
    answer = alliance.post(path, down, idempotency_key=key)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["number"], body["stage"], body["emergency_status"]) == (number, "community", "watch")
    assert [event["type"] for event in body["events"]] == ["emergency_stood_down"]
    assert alliance.post(path, down, idempotency_key=key).json()["stage"] == "community"
    assert alliance.post(path, down).json()["code"] == "already_stood_down"
    assert (alliance.types(number)).count("emergency_stood_down") == 1
    view = shown(alliance, emergency)
    assert (view["status"], view["outcome"], view["you_may"]) == ("watch", "returned", ["situation_report"])


def test_an_emergency_over_two_estates_has_one_response_and_two_cases(alliance: Caller, other_estate: Caller) -> None:
    first, emergency = declared(alliance, "water_power_cut")
    second = alliance.open(estate="gulou-yuan")["number"]
    other = {"kind": "emergency", "playbook": "fire", "response": emergency, "reason": "同一管线"}
    assert alliance.post(f"/cases/{second}/decisions", other).json()["code"] == "not_the_same_playbook"
    alliance.decide(second, "emergency", playbook="water_power_cut", response=emergency, reason="同一管线")
    assert alliance.case(second)["emergency_id"] == emergency
    assert shown(other_estate, emergency)["cases"] == [first, second]


def test_the_stream_carries_a_responses_events_to_who_may_read_it(
    alliance: Caller, departments: dict[str, Caller], stack: Stack
) -> None:
    before = stack.logged("")[1]
    _, emergency = declared(alliance, "lift_entrapment")
    told = taken(streamed(departments["fire"], before), emergency, 3)
    assert (told[0]["event"], told[0]["label"], told[0]["emergency"]) == (
        "response_declared",
        "已启动联动处置",
        emergency,
    )
