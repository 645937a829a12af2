"""An extraordinary sitting: explicit dates, its emergency alone, and minutes from what the response records."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import Refusal
from domain.papers.agenda_building import Tabled
from domain.papers.agenda_story import Voice
from domain.papers.emergency_papers import (
    Emergency,
    ResponseStep,
    extraordinary_agenda,
    extraordinary_minutes,
    how_it_stands,
)
from domain.papers.minutes_building import Attendance
from domain.permission import SYSTEM
from domain.policy.forum import (
    Sitting,
    at_new_time,
    emergency_of,
    extraordinary,
    extraordinary_id,
    forum_of,
    meeting_name,
)
from domain.sitting import AddToAgenda, Convene, SittingCommand, decide, evolve
from tests.domain.given import ALLIANCE, at, nancheng
from tests.domain.responses import ID, T0, Response

SITTING = extraordinary_id("nancheng", ID)
STARTS = at(T0) + timedelta(hours=3)


def called(starts: str | None = None) -> Sitting:
    rules, begins = nancheng(), at(starts) if starts else STARTS
    return extraordinary(rules.forums["nancheng"], rules.calendar, SITTING, at(T0), begins, begins + timedelta(hours=1))


def about(response: Response) -> Emergency:
    case = Tabled(
        number="NC-2026-000001",
        version=0,
        tier="estate",
        stage="joint_response",
        estate="mudan-garden",
        category="property",
        opened_at=at(T0),
    )
    asks = response.rules.playbook("property_withdrawal").sitting
    return Emergency(state=response.state, cases=[case], asks=asks)


def steps(response: Response) -> list[ResponseStep]:
    return [ResponseStep(event, version, f"h{version}") for version, (event, _) in enumerate(response.log, 1)]


# ---------------------------------------------------------------- dates


def test_its_id_names_its_forum_and_its_emergency() -> None:
    assert (SITTING, forum_of(SITTING), emergency_of(SITTING)) == (f"nancheng-X-{ID}", "nancheng", ID)
    assert emergency_of("nancheng-2026-03") is None
    assert meeting_name(nancheng().forums["nancheng"], SITTING).zh.endswith(" · 临时会议")


def test_it_is_drafted_as_it_is_called_and_frozen_shortly_before_it_begins() -> None:
    dates = called()
    assert (dates.drafts_at, dates.freezes_at) == (at(T0), STARTS - timedelta(minutes=30))
    assert dates.minutes_due == at("2026-03-04 14:00")  # two working days after its end, as the forum's
    at_once = called("2026-03-02 10:10")
    assert at_once.freezes_at == at(T0)


def test_moved_it_keeps_its_short_lead() -> None:
    rules = nancheng()
    moved = at_new_time(rules.forums["nancheng"], rules.calendar, called(), STARTS + timedelta(hours=2))
    assert (moved.drafts_at, moved.freezes_at) == (at(T0), moved.starts_at - timedelta(minutes=30))
    assert moved.ends_at - moved.starts_at == timedelta(hours=1)


def test_no_case_waits_for_it_even_when_it_is_moved() -> None:
    rules = nancheng()
    moved = type(rules)(
        rules.ladder, rules.organisation, rules.calendar, rules.forums_from, {SITTING: called()}, rules.playbooks
    )
    now = at("2026-03-02 10:05")
    assert moved.next_sitting("alliance", "mudan-garden", now) == rules.next_sitting("alliance", "mudan-garden", now)
    assert moved.sitting("nancheng", SITTING) == called()
    with pytest.raises(Refusal, match="unknown_sitting"):
        rules.sitting("nancheng", SITTING)


def test_it_takes_no_addendum() -> None:
    rules = nancheng()
    command = SittingCommand(id="c", actor=SYSTEM, body=Convene(sitting=called()))
    state = evolve(None, decide(rules, None, command, at(T0))[0].fact, command_id="c")
    frozen = state.model_copy(update={"status": "frozen"})
    late = SittingCommand(id="d", actor=ALLIANCE, body=AddToAgenda(case="NC-2026-000002", reason="紧急"))
    with pytest.raises(Refusal, match="only_its_emergency"):
        decide(rules, frozen, late, STARTS)


# ---------------------------------------------------------------- papers


def test_its_agenda_has_the_emergency_alone_with_every_task_and_what_is_asked() -> None:
    response = Response("property_withdrawal")
    agenda = extraordinary_agenda(response.rules, called(), about(response), frozen=True, now=STARTS)
    (section,) = agenda.sections
    (item,) = section.items
    assert (section.kind, item.case, item.emergency) == ("emergencies", "NC-2026-000001", ID)
    assert len(section.lines) == len(response.state.tasks)
    task = response.task("interim_provider")
    assert task.name in item.asked
    assert (item.lead, item.minutes, agenda.budget) == (response.state.parties["urban"], 60, 60)
    assert set(item.attend) >= {response.state.parties[code] for code in ("urban", "fire", "police")}
    assert "待签收" in section.lines[0]
    assert agenda.by_law is not None
    assert "第七十四条" in agenda.by_law.basis


def test_its_minutes_are_what_the_response_records_and_the_decision_whenever_it_comes() -> None:
    response = Response("property_withdrawal")
    response.finishes("verify")
    before = extraordinary_minutes(
        response.rules,
        called(),
        about(response),
        steps(response),
        Attendance(chair="联盟书记", mode="video"),
        None,
        STARTS,
    )
    assert before.by_law is not None
    assert (before.by_law.name, before.mode) == ("物业管理联席会议", "video")
    assert (before.resolutions, len(before.carried_over), before.chair) == ((), 1, "联盟书记")
    response.finishes("interim_provider", when="2026-03-02 13:20")
    drawn = extraordinary_minutes(
        response.rules, called(), about(response), steps(response), Attendance(), None, STARTS + timedelta(days=1)
    )
    (named,) = [it for it in drawn.resolutions if it.summary == response.task("interim_provider").name]
    assert response.rules.organisation.company(response.state.provider or "").name.zh in named.decision
    assert (named.emergency, named.case, drawn.carried_over) == (ID, "NC-2026-000001", ())
    assert named.head == f"h{named.version}"


def test_on_an_ordinary_agenda_it_stands_with_its_phase_and_what_is_late() -> None:
    response = Response("property_withdrawal")
    response.passes_until("2026-03-02 11:00")
    lines = how_it_stands(Voice(response.rules, "zh-CN"), response.state)
    assert response.state.phases["secure"] in lines[0]
    assert response.task("verify").name in lines[1]
