"""The joint response 联动处置: what a declaration opens, and how it is signed for, done, stood down and watched."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from domain.errors import Refusal
from domain.joint_response import (
    SCHEMA,
    ResponseCommand,
    ResponseState,
    ResponseWaitExpired,
    allowed_now,
    decide,
    fold,
    summary,
    waits,
)
from domain.permission import SYSTEM, Actor
from domain.words import refusal_words
from tests.domain.given import ADMINISTRATOR, ALLIANCE, SUPERVISOR, at, clock, department, nancheng, officer
from tests.domain.responses import BODY, DEPARTMENTS, ID, Response, case_of

WITHDRAWAL = "property_withdrawal"
LIFT = "lift_entrapment"


def finished(playbook: str) -> Response:
    """A response whose required tasks are all done, in the order in which they opened."""
    response = Response(playbook)
    while any(task.required and not task.finished for task in response.state.tasks):
        _work(response)
    return response


def until_open(playbook: str, task: str) -> Response:
    """A response that has been worked on in order until ``task`` has opened."""
    response = Response(playbook)
    while response.task(task).status == "pending":
        _work(response)
    return response


def _work(response: Response) -> None:
    """Does the required tasks that are open; with none, the next instant comes."""
    running = [task for task in response.open_tasks if response.task(task).required]
    if running:
        response.finishes(*running)
    else:
        response.passes()


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
    sitting = response.log[0][0].fact.detail()["sitting"]
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
        refusal = response.refuses(kind, "command", **fields)
        assert refusal.code == "task_finished"
        assert (
            refusal_words.refusal(refusal.code, "zh-CN", refusal.params)
            == "任务“核实位置人数并统一调度”已了结（已完成）。"
        )


def test_a_task_that_waits_for_another_takes_no_report_yet() -> None:
    refusal = Response(LIFT).refuses("sign", "freed")
    assert refusal.code == "task_not_open"
    assert refusal.params["after"] == ["command"]
    assert refusal_words.refusal(refusal.code, "zh-CN", refusal.params) == (
        "任务“被困人员全部救出”尚未开始：尚待 核实位置人数并统一调度，最早 2026年3月2日 10:00。"
    )


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


# ---------------------------------------------------------------- what a completion has to name


def test_an_inventory_is_noted_or_its_refusal() -> None:
    response = Response(WITHDRAWAL)
    response.finishes("verify")
    response.passes_until("2026-03-02 14:00")
    response.does("sign", "inventory")
    assert response.refuses("done", "inventory").code == "inventory_required"
    response.does("done", "inventory", note="原企业拒不移交竣工图，已书面记录")


def test_a_contract_is_filed_on_a_day_between_the_declaration_and_today() -> None:
    response = until_open(WITHDRAWAL, "contract_filed")
    response.does("sign", "contract_filed")
    assert response.refuses("done", "contract_filed").code == "filing_date_required"
    assert response.refuses("done", "contract_filed", filed_on="2026-03-01").code == "date_too_early"
    assert response.refuses("done", "contract_filed", filed_on="2027-03-01").code == "date_too_late"
    response.does("done", "contract_filed", filed_on=response.now.date().isoformat())


def test_a_contract_is_to_be_filed_within_ten_days_of_the_choice_however_early_that_is() -> None:
    response = until_open(WITHDRAWAL, "contract_filed")
    task = response.task("contract_filed")
    assert task.opened_at is not None
    assert task.complete_by == task.opened_at + timedelta(days=10)


# ---------------------------------------------------------------- objections


def test_an_objection_hands_the_task_to_the_party_it_names_with_a_clock_of_its_own() -> None:
    response = Response(LIFT)
    happened = response.does(
        "object", "rescue_crew", by=department("fire"), to="emergency", reason="应急先到", when="2026-03-02 10:04"
    )
    assert happened == ["task_transferred"]
    crew = response.task("rescue_crew")
    assert (crew.party, crew.status, crew.objections) == ("emergency", "open", 1)
    assert (clock(crew.sign_by), clock(crew.complete_by)) == ("2026-03-02 10:09", "2026-03-02 10:24")
    assert response.last[0].reason == "应急先到"
    response.does("sign", "rescue_crew", by=department("emergency"))


def test_without_a_name_the_lead_takes_the_task() -> None:
    response = Response(LIFT)
    response.does("object", "rescue_crew", reason="非本部门职责")
    assert response.task("rescue_crew").party == "emergency"


def test_the_lead_cannot_hand_a_task_to_itself() -> None:
    assert Response(LIFT).refuses("object", "command", reason="非本部门职责").code == "already_their_task"


def test_a_task_is_handed_on_once_and_after_that_by_the_alliance_alone() -> None:
    response = Response(LIFT)
    response.does("object", "rescue_crew", to="police", reason="公安先到")
    refusal = response.refuses("object", "rescue_crew", by=department("police"), to="fire", reason="应由消防")
    assert refusal.code == "objection_already_made"
    response.does("object", "rescue_crew", by=ALLIANCE, to="fire", reason="应由消防")
    assert response.task("rescue_crew").party == "fire"


def test_a_task_is_not_handed_to_somebody_unknown() -> None:
    refusal = Response(LIFT).refuses("object", "rescue_crew", to="navy", reason="应由海军")
    assert refusal.code == "unknown_party"
    assert "police" in list(refusal.params["known"])  # type: ignore[call-overload]


def test_an_objection_against_a_late_task_keeps_the_record_and_begins_a_new_clock() -> None:
    response = Response(LIFT)
    response.passes_until("2026-03-02 10:12")
    assert response.task("rescue_crew").climbs_at is not None
    response.does("object", "rescue_crew", to="emergency", reason="应急在场")
    crew = response.task("rescue_crew")
    assert (crew.sign_late, crew.missed, crew.climbs_at) == (True, (), None)
    assert response.wait_of("rescue_crew") == ("sign", "2026-03-02 10:17")


def test_who_does_not_have_the_task_any_more_reports_it_no_more() -> None:
    response = Response(LIFT)
    response.does("object", "rescue_crew", to="police", reason="公安先到")
    assert response.refuses("sign", "rescue_crew", by=department("fire")).code == "not_your_task"


# ---------------------------------------------------------------- waivers


@pytest.mark.parametrize("by", [ALLIANCE, department("emergency"), department("fire")], ids=lambda by: by.id)
def test_a_task_is_waived_by_its_party_the_lead_or_the_alliance_with_a_reason(by: Actor) -> None:
    response = Response(LIFT)
    assert response.does("waive", "rescue_crew", by=by, reason="维保已到场") == ["task_waived"]
    assert response.task("rescue_crew").status == "waived"
    assert response.last[0].reason == "维保已到场"


def test_nobody_else_waives_it() -> None:
    for by in (department("police"), officer("laocheng")):
        assert Response(LIFT).refuses("waive", "rescue_crew", by=by, reason="免").code == "not_your_task"


def test_a_task_that_has_not_opened_can_be_waived_and_opens_what_waits_for_it() -> None:
    response = Response(LIFT)
    response.does("waive", "command", by=ALLIANCE, reason="已自行脱困")
    assert response.task("freed").status == "open"
    assert response.does("waive", "freed", by=ALLIANCE, reason="已自行脱困")[:2] == ["task_waived", "task_opened"]
    assert response.does("waive", "residents_told", by=ALLIANCE, reason="无须公示") == ["task_waived"]


def test_emergency_supply_is_waived_by_rule_once_the_water_is_back() -> None:
    response = Response("water_power_cut")
    response.finishes("utility_on_site", "restored")
    assert response.task("emergency_supply").status == "waived"
    by_rule = [event for event in response.last if event.fact.detail().get("by_rule")]
    assert {event.fact.detail()["task"] for event in by_rule} == {"emergency_supply", "water_brought"}
    assert {event.reason for event in by_rule} == {"已不需要，按预案免除"}


def test_emergency_supply_begins_after_24_hours_without_water() -> None:
    response = Response("water_power_cut")
    response.passes_until("2026-03-03 10:00")
    assert response.task("emergency_supply").status == "open"
    assert clock(response.task("emergency_supply").complete_by) == "2026-03-03 14:00"


# ---------------------------------------------------------------- late, and who hears of it


def told(response: Response, task: str) -> list[tuple[str, str]]:
    """Who heard of a task's missed clocks, and when."""
    heard = [
        event for event, _ in response.log if event.type == "task_escalated" and event.fact.detail()["task"] == task
    ]
    return [(event.fact.detail()["to"], clock(event.at)) for event in heard]


def test_a_missed_clock_is_late_and_climbs_the_chain_rung_by_rung() -> None:
    response = Response(LIFT)
    assert "task_late" in response.passes_until("2026-03-02 10:25")
    assert told(response, "rescue_crew") == [
        ("lead", "2026-03-02 10:10"),
        ("alliance", "2026-03-02 10:15"),
        ("secretary", "2026-03-02 10:25"),
    ]
    crew = response.task("rescue_crew")
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


def test_a_clock_missed_while_the_other_climbs_goes_on_from_the_rung_where_that_is() -> None:
    response = Response(WITHDRAWAL)
    response.passes_until("2026-03-02 10:45")
    assert told(response, "verify") == [("lead", "2026-03-02 10:25")]
    assert response.wait_of("verify") == ("climb", "2026-03-02 11:10")
    response.does("sign", "verify")
    assert response.task("verify").missed == ("complete",)
    assert response.wait_of("verify") == ("climb", "2026-03-02 11:10")


def test_the_last_rung_hears_again_and_ever_more_rarely() -> None:
    response = Response(LIFT)
    response.passes_until("2026-03-05 10:25")
    again = [instant for to, instant in told(response, "rescue_crew") if to == "secretary"]
    assert again == ["2026-03-02 10:25", "2026-03-02 22:25", "2026-03-03 22:25"]


def test_a_task_that_is_not_required_climbs_no_higher_than_the_lead() -> None:
    response = Response(LIFT)
    response.passes_until("2026-03-03 10:00")
    assert {to for to, _ in told(response, "standby_social")} == {"lead"}


def test_a_clock_is_reminded_of_before_it_is_over_unless_it_is_too_short_for_that() -> None:
    response = Response(WITHDRAWAL)
    happened = response.passes_until("2026-03-02 10:09")
    assert happened == []
    response.does("sign", "verify")
    assert response.wait_of("verify") == ("complete", "2026-03-02 10:20")
    response.passes_until("2026-03-02 10:21")
    assert response.task("verify").reminded
    assert response.wait_of("verify") == ("complete", "2026-03-02 10:30")


def test_what_comes_after_its_clock_and_before_its_timer_is_late_all_the_same() -> None:
    response = Response(LIFT)
    response.does("sign", "command", when="2026-03-02 10:06")
    response.does("done", "command", when="2026-03-02 10:11")
    assert (response.task("command").sign_late, response.task("command").complete_late) == (True, True)


def test_a_wait_that_no_longer_applies_or_is_not_over_brings_about_nothing() -> None:
    response = Response(LIFT)
    (wait,) = [wait for wait in waits(response.state) if wait.task == "command"]
    expired = ResponseWaitExpired(wait=wait.kind, task=wait.task, until=wait.until)
    assert response.send(expired, by=SYSTEM, when="2026-03-02 10:04") == []
    response.does("sign", "command")
    assert response.send(expired, by=SYSTEM, when="2026-03-02 10:05") == []


def test_working_days_over_an_unpublished_year_are_provisional() -> None:
    response = Response("mass_dispute", declared="2026-12-30 16:00")
    response.finishes("talk")
    task = response.task("written_answer")
    assert task.provisional
    assert clock(task.complete_by) == "2027-01-01 16:00"


# ---------------------------------------------------------------- situation reports


def test_situation_reports_are_numbered_and_each_is_due_so_long_after_the_last_was() -> None:
    response = Response(LIFT)
    response.does("situation_report", by=department("emergency"), text="维保已到场", when="2026-03-02 10:20")
    assert (response.state.reports, response.waits_for("situation_report")) == (1, ["2026-03-02 11:30"])
    response.does("situation_report", by=ALLIANCE, text="正在破拆", when="2026-03-02 11:00")
    assert (response.state.reports, response.waits_for("situation_report")) == (2, ["2026-03-02 12:30"])


def test_an_extra_report_does_not_put_the_next_one_off() -> None:
    response = Response(LIFT)
    for minute in (10, 11, 12):
        response.does("situation_report", text="平稳", when=f"2026-03-02 10:{minute}")
    assert (response.state.reports, response.waits_for("situation_report")) == (3, ["2026-03-02 11:30"])


def test_a_missed_report_is_an_event_and_the_next_is_due() -> None:
    response = Response(LIFT)
    assert "situation_report_missed" in response.passes_until("2026-03-02 10:30")
    assert response.waits_for("situation_report") == ["2026-03-02 11:30"]
    assert response.state.reports == 0


def test_reports_become_rarer_with_the_phase() -> None:
    response = Response(LIFT)
    response.finishes("command", "reassure", "maintainer_on_site", "rescue_crew", "company_on_site", "freed")
    response.does("situation_report", text="已救出")
    assert response.waits_for("situation_report") == ["2026-03-02 22:30"]


def test_the_lead_and_the_alliance_report_the_situation_and_nobody_else() -> None:
    response = Response(LIFT)
    for by in (department("fire"), officer("laocheng"), officer("mudan-garden")):
        assert response.refuses("situation_report", by=by, text="平稳").code == "forbidden"


# ---------------------------------------------------------------- alarms and the cap


def test_the_alarm_is_raised_at_three_months_and_the_cap_told_at_six() -> None:
    response = Response(WITHDRAWAL)
    response.passes_until("2026-06-02 10:00")
    assert response.state.alarms == ("no_successor",)
    response.passes_until("2026-09-02 10:00")
    assert response.state.cap_reached
    assert response.state.status == "open"
    assert response.waits_for("cap") == []
    assert waits(response.state)


def test_the_alarm_is_not_raised_once_a_successor_is_there() -> None:
    response = until_open(WITHDRAWAL, "contract_filed")
    assert response.state.alarms == ("no_successor",)
    assert "alarm_raised" not in [event.type for event, _ in response.log]
    assert response.waits_for("alarm") == []


# ---------------------------------------------------------------- cases and other responses


def test_a_further_estates_case_comes_under_the_same_response_once() -> None:
    response = Response(LIFT)
    case = case_of("gulou-yuan", "NC-2026-000002").model_dump()
    assert response.does("join_case", case=case) == ["case_joined"]
    assert response.does("join_case", case=case) == []
    assert [one.estate for one in response.state.cases] == ["mudan-garden", "gulou-yuan"]
    assert set(summary(response.state)["estates"]) == {"mudan-garden", "gulou-yuan"}
    response.does("sign", "reassure", by=officer("gulou-yuan"))


def test_another_response_on_the_estate_is_linked_once_and_not_merged() -> None:
    response = Response(LIFT, linked=("NC-2026-000009-E1",))
    assert response.does("link", other="NC-2026-000007-E1") == ["response_linked"]
    assert response.does("link", other="NC-2026-000007-E1") == []
    assert response.does("link", other=ID) == []
    assert response.state.linked == ("NC-2026-000009-E1", "NC-2026-000007-E1")


# ---------------------------------------------------------------- stand-down, watch, end


def test_stand_down_is_refused_while_a_required_task_is_open() -> None:
    response = Response(LIFT)
    refusal = response.refuses("stand_down", outcome="resolved", reason="已救出")
    assert refusal.code == "required_tasks_open"
    assert "freed" in list(refusal.params["tasks"])  # type: ignore[call-overload]


def test_a_waived_task_does_not_hold_the_stand_down_up() -> None:
    response = Response(LIFT)
    for task in response.state.tasks:
        if task.required:
            response.does("waive", task.id, by=ALLIANCE, reason="误报")
    response.does("stand_down", outcome="resolved", reason="误报")
    assert response.last[0].fact.detail()["unfinished"] == [
        "visited",
        "standby_police",
        "standby_governance",
        "standby_citymgmt",
        "standby_social",
    ]


def test_after_the_stand_down_only_the_watch_is_waited_for_and_then_it_is_over() -> None:
    response = finished(LIFT)
    assert response.does("stand_down", outcome="resolved", reason="已恢复") == ["response_stood_down"]
    assert response.state.status == "watch"
    (until,) = response.waits_for("watch")
    assert until == clock(response.now + timedelta(days=7))
    assert response.passes() == ["watch_ended"]
    assert response.state.closed


def test_during_the_watch_there_are_notes_and_no_more_work() -> None:
    response = finished(LIFT)
    response.does("stand_down", outcome="resolved", reason="已恢复")
    assert response.does("progress", "command", note="复查正常") == ["task_progressed"]
    assert response.does("situation_report", text="观察期平稳") == ["situation_reported"]
    assert response.does("link", other="NC-2026-000007-E1") == ["response_linked"]
    for kind, fields in (("sign", {}), ("done", {}), ("object", {"reason": "非"}), ("waive", {"reason": "免"})):
        assert response.refuses(kind, "visited", **fields).code == "already_stood_down"
    assert response.refuses("stand_down", outcome="resolved", reason="再").code == "already_stood_down"
    other = case_of("gulou-yuan", "NC-2026-000002").model_dump()
    assert response.refuses("join_case", case=other).code == "already_stood_down"
    assert len(response.waits_for("watch")) == 1


def test_after_the_watch_nothing_is_taken_any_more() -> None:
    response = finished(LIFT)
    response.does("stand_down", outcome="resolved", reason="已恢复")
    response.passes()
    assert response.refuses("progress", "command", note="补记").code == "response_over"
    assert response.refuses("situation_report", text="补报").code == "response_over"
    assert response.refuses("stand_down", outcome="resolved", reason="再").code == "response_over"
    assert response.does("link", other="NC-2026-000007-E1") == []


def test_a_returned_case_goes_to_the_tier_named_else_to_the_playbooks() -> None:
    for named, tier in ((None, "alliance"), ("community", "community")):
        response = finished(LIFT)
        assert response.refuses("stand_down", outcome="returned", tier="moon", reason="退").code == "unknown_tier"
        response.does("stand_down", outcome="returned", reason="退回议事", tier=named)
        assert (response.state.outcome, response.state.tier) == ("returned", tier)


@pytest.mark.parametrize("by", [department("emergency"), officer("laocheng"), SYSTEM], ids=lambda by: by.id)
def test_only_those_who_may_declare_stand_an_emergency_down(by: Actor) -> None:
    assert finished(LIFT).refuses("stand_down", by=by, outcome="resolved", reason="完").code == "forbidden"


# ---------------------------------------------------------------- every shipped playbook, from end to end


@pytest.mark.parametrize("kind", nancheng().playbook_kinds)
def test_a_shipped_playbook_runs_to_its_end_without_a_clock_missed(kind: str) -> None:
    response = finished(kind)
    assert not any(task.sign_late or task.complete_late for task in response.state.tasks if task.required)
    assert not response.state.cap_reached
    response.does("stand_down", outcome="resolved", reason="处置完毕")
    response.passes()
    assert response.state.closed


def test_past_the_cap_the_situation_is_reported_once_a_day() -> None:
    response = Response(LIFT)
    response.passes_until("2026-03-20 10:00")
    last = [event for event, _ in response.log if event.type == "situation_report_missed"][-2:]
    assert last[1].at - last[0].at == timedelta(days=1)


@pytest.mark.parametrize("kind", nancheng().playbook_kinds)
def test_a_shipped_playbook_that_nobody_follows_stays_open_and_tells_the_secretary(kind: str) -> None:
    response = Response(kind)
    response.passes_until("2026-12-02 10:00")
    assert response.state.cap_reached
    assert waits(response.state)
    heard = {event.fact.detail()["to"] for event, _ in response.log if event.type == "task_escalated"}
    assert heard == {"lead", "alliance", "secretary"}
    assert len(response.log) < 2000


# ---------------------------------------------------------------- versions, the log, the list


def test_a_report_on_an_older_version_is_refused_when_it_asks_to_be() -> None:
    response = Response(LIFT)
    assert response.refuses("sign", "command", if_version=1).code == "version_conflict"
    response.does("sign", "command", if_version=response.state.version)


def test_who_has_no_right_hears_that_before_anything_of_the_version() -> None:
    response, social = Response(LIFT), department("social")
    down = response.refuses("stand_down", by=social, if_version=0, outcome="resolved", reason="已解除")
    assert (down.code, down.params) == ("forbidden", {"decision": "stand_down"})
    assert response.refuses("situation_report", by=social, if_version=0, text="正常").code == "forbidden"
    assert response.refuses("sign", "command", by=social, if_version=0).code == "not_your_task"


def test_a_response_that_was_never_declared_is_unknown() -> None:
    command = ResponseCommand.model_validate({"id": "x", "actor": ALLIANCE, "body": {"kind": "link", "other": "y"}})
    with pytest.raises(Refusal, match="unknown_emergency"):
        decide(nancheng(), None, command, at("2026-03-02 10:00"))


def test_the_list_row_says_what_is_late_and_what_is_open() -> None:
    response = Response(LIFT)
    row = summary(response.state)
    assert (row["late"], row["required_open"], row["lead"]) == (False, 9, "emergency")
    assert row["departments"] == sorted(DEPARTMENTS)
    response.passes_until("2026-03-02 10:06")
    assert summary(response.state)["late"]


def test_the_log_folds_to_the_live_state_and_the_state_survives_json() -> None:
    response = finished(WITHDRAWAL)
    assert fold(ID, [(event.fact, command) for event, command in response.log]) == response.state
    assert ResponseState.model_validate_json(response.state.model_dump_json()) == response.state
    json.dumps(summary(response.state))


def test_a_newer_programs_event_is_not_guessed_at() -> None:
    event = Response(LIFT).log[0][0]
    with pytest.raises(LookupError):
        SCHEMA.from_data(event.type, 2, SCHEMA.to_data(event), event.actor.model_dump(), event.at)


@pytest.mark.parametrize("by", [ALLIANCE, department("fire"), department("police"), SUPERVISOR], ids=lambda by: by.id)
@pytest.mark.parametrize("signed", [False, True])
def test_what_an_actor_is_told_that_a_response_takes_it_takes(by: Actor, signed: bool) -> None:
    response = Response("lift_entrapment")
    for task in response.open_tasks if signed else ():
        response.does("sign", task)
    rest = {"sign": {}, "done": {"note": "已办妥"}, "progress": {"note": "在办"}}
    reasons = {kind: {"reason": "另有缘由"} for kind in ("object", "waive")}
    bodies = [
        *(
            {"kind": kind, "task": task.id, **more}
            for kind, more in {**rest, **reasons}.items()
            for task in response.state.tasks
        ),
        {"kind": "situation_report", "text": "现场稳定"},
    ]
    taken = set()
    for body in bodies:
        command = ResponseCommand(id="asked", actor=by, body=BODY.validate_python(body))
        try:
            decide(response.rules, response.state, command, response.now)
        except Refusal:
            continue
        taken.add(body["kind"])
    assert set(allowed_now(response.rules, by, response.state)) - {"stand_down"} == taken
