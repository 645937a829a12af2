"""Over HTTP: what a case promises its resident, how that is kept, and what the resident reads of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.support.stack import Caller

SAID = "已约维保单位周三上门，周四告诉您结果"


def track(nobody: Caller, opened: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = nobody.get(f"/cases/{opened['number']}/track", code=opened["code"]).json()
    return told


def test_an_opened_case_says_by_when_its_resident_is_answered_and_the_list_finds_it(estate: Caller) -> None:
    opened = estate.open()
    answer = opened["answer"]
    assert (answer["given_at"], answer["text"], answer["missed"]) == (None, None, False)
    assert datetime.fromisoformat(answer["due"]) > datetime.fromisoformat(opened["opened_at"])
    assert opened["acceptance"] is None
    item = estate.get("/cases", answer="due").json()["items"][0]
    assert (item["number"], item["answer_due"]) == (opened["number"], answer["due"])
    assert estate.get("/cases", answer="overdue").json()["items"] == []
    assert estate.get("/cases", answer="perhaps").status_code == 422


def test_any_decision_carries_the_answer_and_the_resident_reads_it(estate: Caller, nobody: Caller) -> None:
    opened = estate.open()
    number = opened["number"]
    decided = estate.decide(number, "contact", how="电话", outcome="已约时间", answer={"text": SAID})
    assert decided["answer"]["text"] == SAID
    told = track(nobody, opened)
    assert told["answer"]["text"] == SAID
    assert [one["answer"] for one in told["milestones"]] == [None, SAID]
    assert number in [one["number"] for one in estate.get("/cases", answer="none").json()["items"]]
    assert estate.decide(number, "answer", text="配件已到")["events"][0]["type"] == "answer_given"


def test_ten_owners_are_told_whether_it_is_accepted(estate: Caller, nobody: Caller) -> None:
    opened = estate.open(joint_names=10)
    assert (opened["joint_names"], opened["reporter_kind"]) == (10, "person")
    assert opened["acceptance"]["given_at"] is None
    assert "accept" in opened["allowed"]
    estate.decide(opened["number"], "accept", text="予以受理，由小区联系点承办")
    assert track(nobody, opened)["acceptance"]["text"] == "予以受理，由小区联系点承办"
    refused = estate.post(f"/cases/{opened['number']}/decisions", {"kind": "accept", "text": "再次告知"})
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_accept")


def test_a_committee_is_told_as_well_and_few_owners_are_not(estate: Caller) -> None:
    reporter = {"name": "业委会", "phone": "0530-5550123", "kind": "owners_committee"}
    assert estate.open(reporter=reporter)["acceptance"] is not None
    assert estate.open(joint_names=9)["acceptance"] is None


def test_who_is_not_taken_on_is_told_the_lawful_way(estate: Caller, nobody: Caller) -> None:
    opened = estate.open()
    estate.decide(opened["number"], "reject", ground="litigation", reason="合同纠纷已起诉")
    closed = track(nobody, opened)["closed"]
    assert closed["ground"].startswith("依法应当通过诉讼")
    assert "诉讼" in closed["channel"]
    petition = estate.open()
    estate.decide(petition["number"], "refer", to_whom="区信访局", reference="转9", reason="已提信访", petition=True)
    assert "信访" in track(nobody, petition)["closed"]["channel"]


def test_the_second_objection_waits_for_the_district_and_what_it_designates_stays(
    estate: Caller, alliance: Caller
) -> None:
    number = estate.open()["number"]
    estate.decide(number, "object", ground="not_our_duty", reason="属市政道路")
    decided = alliance.decide(number, "return", reason="请小区再核实")
    assert decided["stage"] == "check_in"
    waiting = estate.decide(number, "object", ground="not_our_duty", reason="仍属市政道路")
    assert (waiting["stage"], waiting["wait"]["kind"]) == ("designation", "designation")
    done = alliance.decide(number, "designate", unit="mudan-garden", document="牡政办字〔2026〕15号")
    assert done["stage"] == "contact"
    refused = estate.post(
        f"/cases/{number}/decisions", {"kind": "object", "ground": "not_our_duty", "reason": "仍不是我们的"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "designated_stays")
