"""A sitting that is held by its pages, over HTTP: its agenda, meeting mode, its decisions, its end."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from console.cases.offers import DECISIONS
from domain.forms.reading import questions_of
from tests.support.console import Visitor, fields_of, filled, text_of, visiting
from tests.support.meetings import Meeting, escalated, sitting_of, until
from tests.support.stack import Caller, Stack


@pytest.fixture(scope="module")
def stack(town: Stack) -> Stack:
    """The module's own, since it moves the time."""
    return town


@pytest.fixture
def chief(stack: Stack) -> Iterator[Caller]:
    """The alliance's officer at the API."""
    with stack.calling("alliance") as caller:
        yield caller


def test_an_agenda_is_for_its_own_forums_members(chief: Caller, stack: Stack, estate: Visitor) -> None:
    number = chief.open(estate="gulou-yuan")["number"]
    chief.decide(number, "contact", how="电话", outcome="已约定")
    meeting = Meeting(chief, sitting_of(chief, number))
    meeting.pass_to("drafts_at")
    until(lambda: meeting.read()["links"]["agenda"] is not None)
    with visiting(stack, "estate-gulou-yuan") as member:
        page = member.get(f"/sittings/{meeting.id}")
        assert number in page.text
        assert "须到会" in page.text
    elsewhere = estate.get(f"/sittings/{meeting.id}")
    assert elsewhere.status_code == 200
    assert number not in elsewhere.text
    assert "只对本议事会" in elsewhere.text
    assert estate.get(f"/sittings/{meeting.id}/meeting").status_code == 403
    assert estate.get(f"/sittings/{meeting.id}/minutes").status_code == 403


@pytest.fixture(scope="module")
def session(stack: Stack) -> Iterator[tuple[str, list[str], str]]:
    """A community's sitting in session: its cases, and one added late."""
    with stack.calling("alliance") as caller:
        numbers = [escalated(caller, "guangfu-huating") for _ in range(3)]
        meeting = Meeting(caller, sitting_of(caller, numbers[0]))
        meeting.pass_to("freezes_at")
        urgent = escalated(caller, "guangfu-huating")
        with visiting(stack, "community-guangfu") as officer:
            path = f"/sittings/{meeting.id}/addendum"
            form = officer.get(path)
            assert urgent in form.text
            assert numbers[0] not in form.text
            assert officer.post(path, fields_of(form, case=urgent, reason="")).status_code == 422
            added = officer.post(path, fields_of(form, case=urgent, reason="电梯困人，不能等"))
            assert added.status_code == 303
            until(lambda: sitting_of(caller, urgent) == meeting.id)
            moved = officer.post(f"/sittings/{meeting.id}/clock", {})
            assert moved.status_code == 303
        assert meeting.read()["status"] == "in_session"
        yield meeting.id, numbers, urgent


def test_the_rehearsals_clock_is_moved_by_who_runs_the_sitting(
    session: tuple[str, list[str], str], supervisor: Visitor
) -> None:
    assert supervisor.post(f"/sittings/{session[0]}/clock", {}).status_code == 403


def test_the_projector_shows_no_personal_data(session: tuple[str, list[str], str], alliance: Visitor) -> None:
    sitting, numbers, urgent = session
    for path in ("", "/end", *(f"/{number}" for number in (*numbers, urgent)), f"/{numbers[0]}?decide=plan"):
        page = alliance.get(f"/sittings/{sitting}/meeting{path}")
        assert page.status_code == 200
        for personal in ("王秀兰", "13805301234", "老人被困", "反复停在两层之间"):
            assert personal not in page.text, path


def test_every_decision_that_a_meeting_takes_asks_for_all_that_its_command_needs(
    session: tuple[str, list[str], str], stack: Stack, chief: Caller
) -> None:
    sitting, (number, *_), _ = session
    start = f"/sittings/{sitting}/meeting/{number}"
    with visiting(stack, "alliance") as officer:
        offered = re.findall(r"decide=([a-z]+)", officer.get(start).text)
        allowed = chief.case(number)["allowed"]
        assert offered == [kind for kind in DECISIONS if DECISIONS[kind].offer.meeting and kind in allowed]
        for kind in offered:
            form = officer.get(f"{start}?decide={kind}").text
            for question in questions_of(DECISIONS[kind]):
                if question.asked.offered and question.asked.when is None:
                    assert f'name="{question.name}"' in form, (kind, question.name)
                    assert question.label.zh in form
        playbooks = officer.get(f"{start}?decide=emergency").text
        kinds = [one["kind"] for one in chief.get("/playbooks").json()["items"]]
        assert len(kinds) == 10
        assert re.findall(r'<option value="([a-z_]+)"', playbooks.partition('name="playbook"')[2]) == kinds


def test_who_only_follows_is_shown_no_decision_to_take(
    session: tuple[str, list[str], str], department: Visitor, supervisor: Visitor
) -> None:
    sitting, numbers, _ = session
    for visitor in (department, supervisor):
        page = visitor.get(f"/sittings/{sitting}/meeting/{numbers[0]}?decide=plan")
        assert page.status_code == 200
        shown = page.text.partition("<main")[2]
        assert "data-deciding" not in shown
        assert "decide=" not in shown
        body = {"key": "k" * 32, "version": "3", "kind": "hold", "reason": "等"}
        assert visitor.post(f"/sittings/{sitting}/meeting/{numbers[0]}", body).status_code == 403


def test_decisions_are_recorded_as_the_sittings_and_the_minutes_have_them(
    session: tuple[str, list[str], str], stack: Stack, chief: Caller
) -> None:
    sitting, (planned, held, left), urgent = session
    start = f"/sittings/{sitting}/meeting"
    with visiting(stack, "community-guangfu") as officer:
        form = officer.get(f"{start}/{planned}?decide=plan")
        sent = fields_of(
            form, lead="urban", co_handlers="fire", deliverable="更换曳引机", due_date=_value(form, "due_date")
        )
        # The stale, the unfinished and the refused are told on the form.
        stale = officer.post(f"{start}/{planned}", {**sent, "version": "1", "key": "0" * 32})
        assert stale.status_code == 412
        assert "已升级" in text_of(stale.text)
        assert "更换曳引机" in stale.text
        late = officer.post(f"{start}/{planned}", {**sent, "due_date": "2020-01-01", "key": "1" * 32})
        assert (late.status_code, "更换曳引机" in late.text) == (422, True)
        answer = officer.post(f"{start}/{planned}", sent)
        assert answer.status_code == 303
        assert answer.headers["location"].endswith(f"?after={planned}")
        twice = officer.post(f"{start}/{planned}", sent)
        assert twice.status_code == 303
        assert chief.types(planned).count("plan_made") == 1
        event = chief.get(f"/cases/{planned}/events").json()["items"][-1]
        assert (event["data"]["sitting"], event["data"]["plan"]["co_handlers"]) == (sitting, ["fire"])
        following = officer.get(answer.headers["location"])
        assert "制定方案" in text_of(following.text)
        assert "已决 1" in text_of(following.text)
        hold = officer.get(f"{start}/{held}?decide=hold")
        assert officer.post(f"{start}/{held}", fields_of(hold, reason="等鉴定报告")).status_code == 303
        resolve = officer.get(f"{start}/{urgent}?decide=resolve")
        assert officer.post(f"{start}/{urgent}", fields_of(resolve, what_was_done="当场修复")).status_code == 303
        end = text_of(officer.get(f"{start}/end").text)
        assert "已决 2 · 暂缓 1 · 待议 1" in end
        attended = filled(
            officer,
            f"/sittings/{sitting}/attendance",
            chair="广福社区党委书记",
            recorder="社区专干",
            **{"there.guangfu": "present", "there.guangfu-huating": "absent"},
            others="燃气公司\n街道办",
        )
        assert attended.status_code == 303, text_of(attended.text)
        assert officer.get(f"/sittings/{sitting}/close").status_code == 409
        assert officer.post(f"/sittings/{sitting}/clock", {}).status_code == 303
        closing = officer.get(f"/sittings/{sitting}/close")
        assert left in closing.text
        closed = officer.post(f"/sittings/{sitting}/close", fields_of(closing, dissent="物业企业保留意见"))
        assert (closed.status_code, closed.headers["location"]) == (303, f"/sittings/{sitting}/minutes")
        minutes = text_of(officer.get(f"/sittings/{sitting}/minutes").text)
        for part in (planned, held, left, urgent, "更换曳引机", "广福社区党委书记", "燃气公司", "物业企业保留意见"):
            assert part in minutes, part
        head = chief.get(f"/cases/{planned}/events").json()["items"][-1]["hash"]
        assert head in minutes
        over = officer.get(f"{start}/{left}")
        assert "会议已结束" in text_of(over.text)
        assert "decide=" not in over.text.partition("<main")[2]


def _value(page: httpx.Response, name: str) -> str:
    (found,) = re.findall(rf'name="{name}" type="date" value="([^"]+)"', page.text)
    return str(found)
