"""The demo's proof finds what it is there to find."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from demo.proof import Papers, prove
from domain.case import Event
from domain.papers.agenda import Agenda, AgendaItem, AgendaSection, Carried, Minutes
from domain.sitting import Cancel, Reschedule, SittingEvent
from tests.domain.given import Case, at, nancheng
from tests.domain.test_sitting import MARCH, PAPER, Held


def carried_over() -> tuple[Held, Case]:
    """A sitting from its announcement to its minutes, and a case that it left undecided."""
    case = Case(opened="2026-02-20 09:00")
    case.does("contact")
    case.does("escalate")
    case.passes()
    return Held().until("closed"), case


def events_of(case: Case) -> list[Event]:
    return [event for event, _ in case.log]


def later(event: SittingEvent) -> SittingEvent:
    """The same three hours later."""
    fact = event.fact.model_copy(update={"at": event.at + timedelta(hours=3)})
    return event.model_copy(update={"fact": fact})


def papers_of(held: Held, tabled: int = 1, minuted: int = 1) -> Papers:
    item = AgendaItem(case="NC-1", number=1, summary="某", why_here="", asked="", minutes=6)
    name = nancheng().forums["laocheng"].name
    agenda = Agenda(
        sitting=held.dates,
        forum_name=name,
        language="zh-CN",
        made_at=held.now,
        budget=120,
        sections=(AgendaSection(kind="waiting", title="待议", items=(item,) * tabled),),
    )
    carried = Carried(case="NC-1", summary="某", count=1, supervised=False)
    minutes = Minutes(
        sitting=held.dates, forum_name=name, language="zh-CN", made_at=held.now, carried_over=(carried,) * minuted
    )
    return Papers(events=held.log, agenda=agenda, minutes=minutes)


def test_a_case_that_was_tabled_once_where_it_waited_leaves_no_fault() -> None:
    held, case = carried_over()
    proof = prove({MARCH: papers_of(held)}, {"NC-1": events_of(case)})
    assert (proof.faults, proof.waited) == ((), 1)
    (row,) = proof.rows
    assert (row.status, row.tabled, row.carried_over, row.on_time) == ("closed", 1, 1, True)
    assert row.drafted == (held.dates.drafts_at, held.dates.drafts_at)


@pytest.mark.parametrize(
    ("tabled", "minuted", "says"),
    [
        (0, 1, "0 times on its agenda"),
        (2, 1, "2 times on its agenda"),
        (1, 0, "0 times in its minutes"),
        (1, 2, "2 times in its minutes"),
    ],
)
def test_a_case_that_is_not_once_in_the_papers_is_a_fault(tabled: int, minuted: int, says: str) -> None:
    held, case = carried_over()
    proof = prove({MARCH: papers_of(held, tabled, minuted)}, {"NC-1": events_of(case)})
    assert any(says in fault for fault in proof.faults)


def test_a_case_that_a_sitting_dealt_with_twice_is_a_fault() -> None:
    held, case = carried_over()
    twice = [*events_of(case), events_of(case)[-1]]
    assert any("2 times with NC-1" in fault for fault in prove({MARCH: papers_of(held)}, {"NC-1": twice}).faults)


def test_a_case_that_waits_for_a_sitting_that_is_over_is_a_fault() -> None:
    held, case = carried_over()
    left = events_of(case)[:-1]
    assert any("still waits for" in fault for fault in prove({MARCH: papers_of(held)}, {"NC-1": left}).faults)


def test_an_agenda_that_is_late_is_a_fault() -> None:
    held, case = carried_over()
    papers = papers_of(held)
    late = [later(it) if it.type == "agenda_frozen" else it for it in papers.events]
    proof = prove({MARCH: replace(papers, events=late)}, {"NC-1": events_of(case)})
    assert proof.faults == (f"{MARCH}: its agenda was not on time",)


def test_a_moved_sitting_is_on_time_by_its_new_dates_and_a_cancelled_one_needs_no_agenda() -> None:
    moved = Held()
    moved.send(Reschedule(starts_at=at("2026-03-10 09:00"), reason="会场另有安排"))
    moved.until("closed")
    proof = prove({MARCH: papers_of(moved, tabled=0, minuted=0)}, {})
    assert (proof.faults, proof.rows[0].moved) == ((), True)
    cancelled = Held()
    cancelled.passes(document=PAPER)
    cancelled.send(Cancel(reason="没有议题"))
    proof = prove({MARCH: Papers(events=cancelled.log, agenda=None, minutes=None)}, {})
    assert (proof.faults, proof.rows[0].status) == ((), "cancelled")


def test_a_sitting_that_is_not_over_is_a_fault() -> None:
    assert prove({MARCH: papers_of(Held().until("minutes"), 0, 0)}, {}).faults == (
        f"{MARCH}: neither closed nor cancelled",
    )
