"""Who is told what of a joint response: each unit once for each command, in words."""

from __future__ import annotations

from domain.joint_response.notices import ResponseNotice, response_notices
from tests.domain.given import department
from tests.domain.responses import DEPARTMENTS, ID, Response

URL = "http://hongxiu.example"


def told(response: Response) -> dict[str, ResponseNotice]:
    """The notices of the last step, by unit."""
    notices = response_notices(response.state, [event.fact for event in response.last], "nancheng", URL)
    assert len({notice.unit for notice in notices}) == len(notices)
    return {notice.unit: notice for notice in notices}


def test_each_department_has_one_notice_with_all_its_tasks() -> None:
    response = Response("property_withdrawal")
    notices = told(response)
    assert set(notices) >= set(DEPARTMENTS)
    urban = notices["urban"]
    assert (urban.kind, urban.subject) == ("tasks", "联动任务：物业企业撤出")
    assert response.task("verify").name in urban.body
    assert response.task("convene").name in urban.body
    assert urban.body.endswith(f"{URL}/emergencies/{ID}")
    assert "laocheng" in notices  # the community's own task, by its unit


def test_a_missed_clock_is_told_to_its_party_and_each_rung_to_its_own() -> None:
    response = Response("property_withdrawal")
    heard: dict[str, list[str]] = {}
    while "secretary" not in [event.fact.detail().get("to") for event, _ in response.log]:
        response.passes()
        for unit, notice in told(response).items():
            if response.task("verify").name in notice.body:
                heard.setdefault(notice.kind, []).append(unit)
    assert heard["late"][0] == "urban"
    assert heard["escalated"][:2] == ["urban", "nancheng"]
    secretary = next(event for event, _ in response.log if event.fact.detail().get("to") == "secretary")
    notice = response_notices(response.state, [secretary.fact], "nancheng", URL)[0]
    assert "联盟党委书记" in notice.body


def test_a_transfer_is_told_to_both_and_the_end_to_everybody() -> None:
    response = Response("property_withdrawal")
    response.does("object", "sweep_gates", by=department("police"), reason="由街道保安负责", to="citymgmt")
    assert {unit: notice.kind for unit, notice in told(response).items()} == {
        "citymgmt": "transferred",
        "police": "transferred",
    }
    for task in response.state.tasks:
        if task.required and not response.task(task.id).finished:
            response.does("waive", task.id, reason="不再需要")
    response.does("stand_down", outcome="resolved", reason="新物业已进场")
    notices = told(response)
    assert set(notices) >= {*DEPARTMENTS, "nancheng"}
    assert {notice.kind for notice in notices.values()} == {"stood_down"}


def test_what_concerns_nobody_is_not_told() -> None:
    response = Response("property_withdrawal")
    response.does("sign", "verify")
    assert told(response) == {}
