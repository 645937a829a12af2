"""The joint response 联动处置: what a declaration opens, and how it is signed for, done, stood down and watched."""

from __future__ import annotations

import pytest

from domain.joint_response import fold, summary
from tests.domain.given import ADMINISTRATOR, ALLIANCE, SUPERVISOR, clock, department, officer
from tests.domain.responses import DEPARTMENTS, ID, Response, case_of

WITHDRAWAL = "property_withdrawal"
LIFT = "lift_entrapment"


def finished(playbook: str) -> Response:
    """A response whose required tasks are all done, in the order in which they opened."""
    response = Response(playbook)
    while left := [task.id for task in response.state.tasks if task.required and not task.finished]:
        running = [task for task in left if task in response.open_tasks]
        if running:
            response.finishes(*running)
        else:
            response.passes()
    return response


# ---------------------------------------------------------------- T0


def test_a_declaration_opens_a_branch_for_each_of_the_seven_departments() -> None:
    response = Response(WITHDRAWAL)
    opened = {response.task(task).party for task in response.open_tasks}
    assert opened >= set(DEPARTMENTS)
    assert response.types[0] == "response_declared"
    assert set(response.types[1:]) == {"task_opened"}


def test_the_clocks_run_from_the_declaration() -> None:
    response = Response(WITHDRAWAL)
    verify = response.task("verify")
    assert (clock(verify.sign_by), clock(verify.complete_by)) == ("2026-03-02 10:10", "2026-03-02 10:30")
    assert clock(response.task("sweep_fire").complete_by) == "2026-03-02 12:00"
    assert response.task("interim_provider").status == "pending"
    assert clock(response.state.cap_at) == "2026-09-02 10:00"
    assert response.waits_for("alarm") == ["2026-06-02 10:00"]
    assert response.waits_for("situation_report") == ["2026-03-02 12:00"]


def test_a_process_that_begins_a_little_late_keeps_t0() -> None:
    response = Response(WITHDRAWAL, begun="2026-03-02 10:01")
    assert clock(response.state.declared_at) == "2026-03-02 10:00"
    assert clock(response.task("verify").sign_by) == "2026-03-02 10:10"


def test_a_process_that_begins_when_a_clock_is_over_gives_the_party_its_time() -> None:
    response = Response(WITHDRAWAL, begun="2026-03-02 11:00")
    verify = response.task("verify")
    assert (clock(verify.sign_by), clock(verify.complete_by)) == ("2026-03-02 11:10", "2026-03-02 11:30")


def test_declaring_again_brings_about_nothing() -> None:
    response = Response(LIFT)
    again = response.does("declare", playbook=LIFT, case=case_of("mudan-garden").model_dump(), declared_at=response.now)
    assert again == []


def test_the_extraordinary_sitting_is_the_alliances_and_named_after_the_response() -> None:
    response = Response(WITHDRAWAL)
    assert response.state.sitting == f"nancheng-X-{ID}"
    sitting = response.log[0][0].detail["sitting"]
    assert (sitting["forum"], sitting["decides"]) == ("nancheng", "interim_provider")
    assert Response(LIFT).state.sitting is None


# ---------------------------------------------------------------- sign → progress → done


def test_a_task_is_signed_for_reported_on_and_done() -> None:
    response = Response(LIFT)
    assert response.does("sign", "command") == ["task_signed"]
    assert response.wait_of("command") == ("complete", "2026-03-02 10:05")
    assert response.does("progress", "command", note="二人被困，状态平稳") == ["task_progressed"]
    assert response.does("done", "command") == ["task_done", "task_opened"]
    assert response.task("command").status == "done"
    assert response.task("freed").status == "open"


def test_a_task_is_not_done_before_it_is_signed_for() -> None:
    assert Response(LIFT).refuses("done", "command").code == "not_signed"


def test_a_task_is_signed_for_once() -> None:
    response = Response(LIFT)
    response.does("sign", "command")
    assert response.refuses("sign", "command").code == "already_signed"


def test_a_finished_task_takes_no_more_reports() -> None:
    response = Response(LIFT)
    response.finishes("command")
    for kind, fields in (("sign", {}), ("done", {}), ("progress", {"note": "又"}), ("waive", {"reason": "免"})):
        assert response.refuses(kind, "command", **fields).code == "task_finished"


def test_a_task_that_waits_for_another_takes_no_report_yet() -> None:
    refusal = Response(LIFT).refuses("sign", "freed")
    assert refusal.code == "task_not_open"
    assert refusal.params["after"] == ["command"]


def test_an_unknown_task_is_refused() -> None:
    assert Response(LIFT).refuses("sign", "dance", by=ALLIANCE).code == "unknown_task"


def test_a_task_opens_when_what_it_waits_for_is_done_or_waived_and_its_time_has_come() -> None:
    response = Response(WITHDRAWAL)
    response.finishes("verify")
    assert response.task("interim_provider").status == "open"
    assert response.wait_of("inventory") == ("task_opens", "2026-03-02 14:00")
    assert response.passes_until("2026-03-02 14:00").count("task_opened") == 2
    assert response.task("inventory").status == "open"


def test_a_task_that_opens_late_keeps_the_length_that_was_planned_for_it() -> None:
    response = Response(LIFT)
    response.finishes("command", when="2026-03-02 12:00")
    freed = response.task("freed")
    assert (clock(freed.sign_by), clock(freed.complete_by)) == ("2026-03-02 12:10", "2026-03-02 12:50")


def test_a_task_that_opens_early_keeps_its_date() -> None:
    response = Response(LIFT)
    response.finishes("command", when="2026-03-02 10:02")
    assert clock(response.task("freed").complete_by) == "2026-03-02 11:00"


def test_the_next_phase_is_entered_when_the_required_tasks_before_it_are_finished() -> None:
    response = Response(LIFT)
    response.finishes("command", "reassure", "maintainer_on_site", "rescue_crew", "company_on_site")
    assert response.state.phase == "rescue"
    assert response.finishes("freed")[-1] == "phase_entered"
    assert response.state.phase == "restore"


def test_the_interim_provider_is_a_state_owned_company_of_the_organisation() -> None:
    response = Response(WITHDRAWAL)
    response.finishes("verify")
    response.does("sign", "interim_provider")
    assert response.refuses("done", "interim_provider").code == "provider_required"
    assert response.refuses("done", "interim_provider", provider="nobody").code == "unknown_company"
    assert response.refuses("done", "interim_provider", provider="mudan-jiayuan").code == "not_state_owned"
    response.does("done", "interim_provider", provider="nancheng-gyzy")
    assert response.state.provider == "nancheng-gyzy"


# ---------------------------------------------------------------- who may report


def test_a_department_reports_its_own_tasks_and_those_of_the_externals_it_stands_for() -> None:
    response = Response(LIFT)
    response.does("sign", "command", by=department("emergency"))
    response.does("sign", "maintainer_on_site", by=department("emergency"))
    assert response.refuses("sign", "rescue_crew", by=department("police")).code == "not_your_task"


def test_units_report_their_own_tasks_and_the_alliance_any() -> None:
    response = Response(LIFT)
    assert response.refuses("sign", "reassure", by=officer("laocheng")).code == "not_your_task"
    assert response.refuses("sign", "reassure", by=officer("gulou-yuan")).code == "not_your_task"
    response.does("sign", "reassure", by=officer("mudan-garden"))
    response.does("sign", "rescue_crew", by=ALLIANCE)


@pytest.mark.parametrize("actor", [SUPERVISOR, ADMINISTRATOR], ids=lambda actor: actor.role)
def test_supervisors_and_administrators_report_nothing(actor: object) -> None:
    response = Response(LIFT)
    for kind, fields in (("sign", {}), ("waive", {"reason": "免"}), ("object", {"reason": "非本部门"})):
        assert response.refuses(kind, "command", by=actor, **fields).code == "forbidden"
    assert response.refuses("situation_report", by=actor, text="平稳").code == "forbidden"
    assert response.refuses("stand_down", by=actor, outcome="resolved", reason="完").code == "forbidden"


# ---------------------------------------------------------------- late, and who hears of it


def test_a_missed_clock_is_late_and_climbs_the_chain_until_it_is_signed_for() -> None:
    response = Response(LIFT)
    happened = response.passes_until("2026-03-02 10:25")
    assert "task_late" in happened
    told = [event.detail for event, _ in response.log if event.type == "task_escalated"]
    assert [one["to"] for one in told if one["task"] == "rescue_crew"] == ["lead", "alliance", "secretary"]
    crew = response.task("rescue_crew")
    assert crew.sign_late
    assert crew.missed == ("sign", "complete")
    response.finishes("rescue_crew")
    crew = response.task("rescue_crew")
    assert (crew.status, crew.missed, crew.climbs_at) == ("done", (), None)
    assert (crew.sign_late, crew.complete_late) == (True, True)


def test_signing_late_ends_the_climbing_as_long_as_the_other_clock_runs() -> None:
    response = Response(WITHDRAWAL)
    response.passes_until("2026-03-02 10:20")
    assert response.task("sweep_fire").climbs_at is not None
    response.does("sign", "sweep_fire")
    assert response.wait_of("sweep_fire") == ("complete", "2026-03-02 11:30")
    assert response.task("sweep_fire").sign_late


# ---------------------------------------------------------------- stand-down, watch, end


def test_stand_down_is_refused_while_a_required_task_is_open() -> None:
    response = Response(LIFT)
    refusal = response.refuses("stand_down", outcome="resolved", reason="已救出")
    assert refusal.code == "required_tasks_open"
    assert "freed" in list(refusal.params["tasks"])  # type: ignore[call-overload]


def test_after_the_stand_down_only_the_watch_is_waited_for_and_then_it_is_over() -> None:
    response = finished(LIFT)
    assert response.does("stand_down", outcome="resolved", reason="已恢复") == ["response_stood_down"]
    assert response.state.status == "watch"
    assert len(response.waits_for("watch")) == 1
    assert response.passes() == ["watch_ended"]
    assert response.state.closed
    assert response.refuses("progress", "command", note="补记").code == "response_over"


def test_the_list_row_says_what_is_late_and_what_is_open() -> None:
    response = Response(LIFT)
    row = summary(response.state)
    assert (row["late"], row["required_open"], row["lead"]) == (False, 9, "emergency")
    assert row["departments"] == sorted(DEPARTMENTS)
    response.passes_until("2026-03-02 10:06")
    assert summary(response.state)["late"]


def test_the_log_folds_to_the_live_state() -> None:
    response = finished(WITHDRAWAL)
    assert fold(ID, [(event, command) for event, command in response.log]) == response.state
