"""The demo as it is played, on a real stack."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Stack, stack
from tests.support.meetings import Meeting, found

__all__ = ["stack"]  # the fixture


@pytest.mark.long
def test_the_whole_demo_plays_as_its_scripts_say(stack: Stack) -> None:
    ran = stack("demo", "--json")
    assert ran.code == 0, ran
    report = ran.json
    assert (report["problems"], report["faults"]) == ([], [])
    assert report["waited"] > 50
    assert all(row["on_time"] for row in report["sittings"])
    statuses = {row["status"] for row in report["sittings"]}
    assert statuses == {"closed", "cancelled"}
    assert [row for row in report["sittings"] if row["moved"] and row["status"] == "closed"]
    assert report["shifted"]
    papers = {file.name for file in Path(report["papers"]).iterdir()}
    held = [row["sitting"] for row in report["sittings"] if "-W" not in row["sitting"] and row["status"] == "closed"]
    assert {f"{sitting}-{kind}.html" for sitting in held for kind in ("agenda", "minutes")} <= papers
    assert report["cases"] == sum(report["outcomes"].values())
    assert [row["tier"] for row in report["settled"]] == ["estate", "community", "alliance"]
    medians = [row["median_days"] for row in report["settled"]]
    assert medians == sorted(medians)
    assert any(case["overdue"] for case in report["open"])
    assert any(case["raised"] for case in report["open"])
    assert all(case["number"] in case["links"]["temporal"] for case in report["open"])
    a_person_goes_on(stack)
    assert stack("audit", "--json").json["clean"]
    assert stack("rebuild", "--check").code == 0
    assert stack("verify").code == 0


def a_person_goes_on(stack: Stack) -> None:
    """Raise, contact, escalate, hold its meeting: in the town that the demo has left every date is in order."""
    with stack.calling("estate-mudan-garden") as estate, stack.calling("community-laocheng") as community:
        begun = estate.now()
        number = estate.open()["number"]
        estate.decide(number, "contact", how="电话", outcome="已约定现场查看")
        waits = estate.decide(number, "escalate", reason="须动用维修资金")["wait"]
        meeting = Meeting(community, waits["sitting_id"])
        assert begun < instant(meeting.read()["starts_at"]) < begun + timedelta(days=70)
        meeting.pass_to("starts_at")
        assert number in str(meeting.paper("agenda"))
        chair = "officer:laocheng"
        meeting.does("attendance", {"chair": chair, "recorder": chair, "present": [], "absent": []})
        due = (community.now() + timedelta(days=30)).date().isoformat()
        community.decide(number, "plan", sitting=meeting.id, lead="urban", deliverable="更换曳引机", due_date=due)
        meeting.pass_to("ends_at")
        assert meeting.does("close", {})["status"] == "closed"
        assert number in str(meeting.paper("minutes"))
        events = found(community.get(f"/cases/{number}/events"))["items"]
        times = [instant(event["at"]) for event in events]
        assert begun <= times[0]
        assert times == sorted(times)
        assert times[-1] <= community.now()


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.long
def test_it_plays_again_beside_what_is_there_and_ends_with_tables(stack: Stack) -> None:
    for language, word in (("zh-CN", "尚未办结"), ("en", "Still open")):
        ran = stack("demo", "--only", "silent-contact", "--only", "rusty-swing", "--lang", language)
        assert ran.code == 0, ran
        assert word in ran.out
        assert "/namespaces/default/workflows/NC-" in ran.out
        assert max(map(width, ran.out.splitlines())) <= 100


def width(line: str) -> int:
    """Columns on a terminal: a Chinese character takes two. Links may be longer than the screen."""
    from rich.cells import cell_len

    return 0 if "http" in line else cell_len(line)
