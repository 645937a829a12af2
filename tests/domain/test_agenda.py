"""Agendas and minutes that write themselves: what is tabled, in what order, why, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case import PutOnAgenda, SittingMoved, StandDown, summary
from domain.errors import Refusal
from domain.figures import Figures, Rate
from domain.papers.agenda import Agenda, AgendaItem, LateItem, Minutes, Resolution, to_json
from domain.papers.agenda_building import Context, Quarter, Row, Step, Tabled, arrange, draft, item_for, proposed
from domain.papers.agenda_leads import BY_CATEGORY
from domain.papers.agenda_order import FORMAL, MINUTES, ORDER, as_it_waited, ends_quarter, quarter_start
from domain.papers.agenda_words import ARRIVED, DECIDED, SECTIONS, TRIED
from domain.papers.minutes_building import Attendance, SoFar, minutes, so_far
from domain.permission import RESIDENT, SYSTEM
from domain.policy.forum import Sitting
from domain.text.numbers import personal_data_in
from tests.domain.given import ALLIANCE, COMMUNITY, ESTATE, SEALED, SUPERVISOR, Case, at, case_at, nancheng
from tests.domain.test_case_sequences import Step as Move
from tests.domain.test_case_sequences import play, steps

CHECK_IN = "mudan-garden-2026-W10"
MARCH = "laocheng-2026-03"
APRIL = "laocheng-2026-04"
MAY = "laocheng-2026-05"
JOINT = "nancheng-2026-03"
JOINT_IN_APRIL = "nancheng-2026-04"
LONG_BEFORE = at("2026-03-01 09:00")


def sitting(sitting_id: str) -> Sitting:
    return nancheng().sitting(sitting_id[: -len(sitting_id.split("-20")[-1]) - 3], sitting_id)


def stream(case: Case) -> tuple[Step, ...]:
    return tuple(Step(event, version, f"hash-{version}") for version, (event, _) in enumerate(case.log, 1))


def tabled(case: Case, number: str | None = None) -> Tabled:
    """The case as the list and the log have it; under another number where a test needs several."""
    row: Any = dict(summary(case.state))
    for key in ("opened_at", "until"):
        row[key] = datetime.fromisoformat(row[key]) if row[key] else None
    listed: Row = SimpleNamespace(**{**row, "number": number or row["number"]})
    return Tabled.of(listed, stream(case))


def agenda_of(sitting_id: str, *cases: Case, language: str = "zh-CN", **context: Any) -> Agenda:
    rows = [tabled(case, f"NC-2026-{place:06d}") for place, case in enumerate(cases, 1)]
    return draft(nancheng(), sitting(sitting_id), rows, Context(language=language, **context), LONG_BEFORE, True)


def items(agenda: Agenda) -> list[AgendaItem]:
    return [item for section in agenda.sections for item in section.items]


def item_of(case: Case, sitting_id: str | None = None, language: str = "zh-CN") -> AgendaItem:
    where = sitting(sitting_id or case.wait.sitting_id or "")
    return item_for(nancheng(), where, tabled(case), 1, language)


NEXT = {MARCH: APRIL, APRIL: MAY, JOINT: JOINT_IN_APRIL, CHECK_IN: "mudan-garden-2026-W11"}


def minutes_of(sitting_id: str, case: Case, agenda: Agenda, who: Attendance | None = None) -> Minutes:
    streams = {case.state.number: stream(case)}
    following = sitting(NEXT[sitting_id])
    return minutes(nancheng(), sitting(sitting_id), agenda, streams, who or Attendance(), following, case.now)


def before_meeting(case: Case, sitting_id: str) -> Agenda:
    return draft(nancheng(), sitting(sitting_id), [tabled(case)], Context(), case.now, True)


def words_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, str):
        yield value
    elif isinstance(value, Iterable):
        for part in value:
            yield from words_in(part)


# ------------------------------------------------------------------ why a case is here


def test_an_item_says_who_escalated_it_and_in_whose_words() -> None:
    case = case_at("check_in")
    case.does("escalate", by=ESTATE, reason="需社区出面")
    item = item_of(case)
    assert item.why_here == "2026年3月2日 牡丹花园从“每周碰头”升级：需社区出面"
    assert item.summary == "牡丹花园：电梯（2026年3月2日登记）"


def test_an_item_says_after_how_many_sittings_without_a_decision_it_climbed_by_rule() -> None:
    case = case_at("check_in")
    case.passes()
    case.passes()
    assert item_of(case).why_here == "2026年3月12日 在“每周碰头”经 2 次会议未决，按规则升级"
    assert "after 2 sitting(s) of the weekly check-in" in item_of(case, language="en").why_here


@pytest.mark.parametrize(
    ("story", "says"),
    [
        (("contact",), "联系居民后提交"),
        (("contact", "escalate", "return"), "从“社区月度工作会议”退回：小区可自行解决"),
        (("contact", "suspend", "resume"), "挂起 0 天后恢复：停电窗口已定"),
        (("contact", "resolve", "dispute"), "居民回访要求重办（第 1 次）"),
        (("contact", "note"), "联系居民后提交"),
        (("contact", "escalate", "contact"), "从“每周碰头”升级：需街道协调"),
        (("contact", "object"), "提出异议（职责不符）后交回：管线归供水公司"),
        (("plan", "object", "plan", "object", "designate"), "区政府指定由城建办理（牡政办字〔2026〕15号）"),
    ],
)
def test_an_item_says_how_it_came(story: tuple[str, ...], says: str) -> None:
    case = Case()
    for kind in story:
        case.does(kind)
    assert says in item_of(case).why_here


def test_a_missed_contact_an_overdue_plan_a_reopening_and_a_stand_down_are_told_as_such() -> None:
    missed = Case()
    missed.passes()
    assert item_of(missed).why_here.endswith("超时未联系居民，按规则提交")
    late = case_at("action")
    late.passes()
    assert "方案逾期" in item_of(late).why_here
    again = case_at("closed")
    again.does("reopen")
    assert item_of(again).why_here.endswith("南城街道“红色物业”联盟重启：问题复发")
    over = case_at("joint_response")
    body = StandDown(emergency_id=over.state.emergency_id or "", outcome="returned", tier="community", reason="已供水")
    over.send(body, by=SYSTEM)
    assert item_of(over).why_here.endswith("联动处置解除后交回：已供水")
    assert item_of(over).asked.startswith("联动处置后续")


def test_a_supervisor_and_a_late_addition_are_added_to_the_way_here() -> None:
    case = case_at("check_in")
    case.does("escalate", when="2026-03-03 10:00")
    assert case.wait.sitting_id == APRIL
    case.does("supervise", by=SUPERVISOR)
    case.send(PutOnAgenda(sitting=sitting(MARCH), reason="电梯停运"), by=COMMUNITY)
    why = item_of(case).why_here
    assert "督导督办：久拖不决" in why
    assert why.endswith("老城社区列为补充议题：电梯停运")
    assert item_of(case).first_tabled == sitting(MARCH).starts_at
    assert item_of(case).times_tabled == 1


# ------------------------------------------------------------------ what was tried, promised, tabled


def test_what_officers_tried_is_dated_and_the_last_six_lines_of_it_newest_last() -> None:
    case = case_at("community", opened="2026-03-05 10:00")
    for day in range(6, 14):
        case.does("note", by=ESTATE, when=f"2026-03-{day:02d} 09:00", text=f"第 {day} 日看过")
    lines = item_of(case).tried
    assert len(lines) == 6
    assert lines[0] == "2026年3月8日 牡丹花园备注：第 8 日看过"
    assert lines[-1].endswith("第 13 日看过")


def test_a_residents_words_are_never_told_whoever_wrote_them_down() -> None:
    case = case_at("verification")
    case.does("dispute", by=ALLIANCE, reason="三楼老王说还是漏", words=SEALED)
    agenda = before_meeting(case, CHECK_IN)
    told = list(words_in(to_json(agenda)))
    case.does("withdraw", by=RESIDENT, reason="我不想说了")
    assert not any("老王" in line for line in told)
    drawn = minutes_of(CHECK_IN, case, agenda)
    assert not any("不想说" in line or "老王" in line for line in words_in(to_json(drawn)))


def test_a_promise_is_held_against_what_came_of_it() -> None:
    case = case_at("community")
    case.does("plan", co_handlers=("fire",), due_date="2026-03-20")
    case.does("extend", new_date="2026-03-27")
    due = item_of(case, APRIL)
    assert due.promised is not None
    assert due.promised.actual == "办理中；已延期 1 次"
    assert due.lead == "城建"
    assert due.attend == ("城建", "消防", "牡丹花园", "牡丹嘉园物业")
    assert due.asked == "听取城建进展汇报，确认能否在2026年3月27日前完成"
    case.passes()
    late = item_of(case)
    assert late.promised is not None
    assert (late.promised.lead, late.promised.due_date) == ("城建", date(2026, 3, 27))
    assert late.promised.actual == "到期未完成；已延期 1 次"
    assert late.supervised
    assert late.asked.startswith("请城建说明逾期原因")


def test_a_disputed_completion_is_what_came_of_the_promise() -> None:
    case = case_at("action")
    case.does("complete", when="2026-03-10 09:00")
    case.does("dispute", when="2026-03-12 09:00", words=SEALED)
    promise = item_of(case).promised
    assert promise is not None
    assert promise.actual == "2026年3月10日报告完成；2026年3月12日居民要求重办"
    assert item_of(case).asked.startswith("审议重办")


def test_a_case_carried_over_says_when_it_was_first_tabled_and_how_often() -> None:
    case = case_at("alliance")
    case.passes()
    case.passes()
    item = item_of(case)
    assert item.first_tabled == sitting(JOINT).starts_at
    assert (item.times_tabled, item.carried_over) == (3, 2)


def test_a_cancelled_sitting_and_one_that_was_left_before_it_began_do_not_count_as_tabled() -> None:
    case = case_at("community")
    case.send(SittingMoved(sitting_id=MARCH, cause="会场停电"), by=SYSTEM)
    assert case.wait.sitting_id == APRIL
    assert item_of(case).times_tabled == 1
    case.does("suspend", when="2026-03-25 10:00")
    case.does("resume", when="2026-04-07 10:00")
    assert case.wait.sitting_id == MAY
    assert item_of(case).first_tabled == sitting(MAY).starts_at


def test_a_rescheduled_sitting_is_tabled_at_its_new_time() -> None:
    case = case_at("community")
    moved = sitting(MARCH).model_copy(
        update={key: at(f"2026-03-1{day} 15:00") for day, key in enumerate(("starts_at", "ends_at", "minutes_due"))}
    )
    case.send(SittingMoved(sitting_id=MARCH, sitting=moved, cause="改期"), by=SYSTEM)
    case.passes()
    item = item_of(case)
    assert item.first_tabled == at("2026-03-10 15:00")
    assert item.times_tabled == 2


# ------------------------------------------------------------------ what is asked, of whom


def test_what_is_asked_follows_from_how_the_case_stands() -> None:
    fresh = case_at("community")
    assert item_of(fresh).asked == "请定牵头单位和完成时限（建议城建牵头：电梯维修资金归口，困人须救援）"
    assert item_of(fresh).attend == ("城建", "消防", "应急", "牡丹花园", "牡丹嘉园物业")
    fresh.passes()
    assert "是否升级联盟" in item_of(fresh).asked
    low = case_at("check_in")
    assert item_of(low).asked.startswith("能否就地解决")
    assert item_of(low).lead == "牡丹嘉园物业"
    low.does("supervise", by=SUPERVISOR)
    assert item_of(low).asked.startswith("请提出督办意见")
    top = case_at("alliance")
    assert "老城社区" in item_of(top).attend
    for _ in range(3):
        top.passes()
    assert item_of(top).asked.startswith("是否上报区级")
    assert "拟上报区级" in item_of(top).why_here


def test_an_emergency_brings_all_departments_of_the_joint_response_its_playbooks_lead_first() -> None:
    item = item_of(case_at("joint_response"), JOINT)
    assert item.attend[:7] == ("城建", "综治", "城管", "公安", "消防", "应急", "社会组织")
    assert item.lead == "城建"
    trapped = case_at("contact")
    trapped.does("emergency", playbook="lift_entrapment")
    assert item_of(trapped, JOINT).attend[:3] == ("应急", "城建", "综治")
    assert item.first_tabled is None
    assert item.asked == "听取联动处置进展，议定需协调的事项"


def test_whom_the_district_has_designated_is_proposed_to_lead() -> None:
    case = case_at("designation")
    case.does("designate", unit="police")
    item = item_of(case)
    assert (item.lead, "区政府指定" in item.asked) == ("公安", True)


def test_what_a_resident_was_told_is_told_to_the_meeting() -> None:
    case = case_at("community")
    case.does("answer", by=COMMUNITY, text="已约维保单位周三上门")
    assert item_of(case).tried[-1].endswith("老城社区答复居民：已约维保单位周三上门")


def test_every_category_has_a_proposed_lead_that_the_organisation_has() -> None:
    organisation = nancheng().organisation
    known = {department.code for department in organisation.departments}
    assert set(BY_CATEGORY) == {category.id for category in organisation.categories} - {"other"}
    assert {code for lead, others, _ in BY_CATEGORY.values() for code in (lead, *others)} <= known
    other = case_at("community", category="other")
    assert item_of(other).lead == "老城社区"
    own = case_at("check_in", estate="caozhou-li")
    assert item_of(own).lead == "曹州里"
    unknown = replace(tabled(case_at("community")), estate="gone", category="gone")
    assert item_for(nancheng(), sitting(MARCH), unknown, 1).lead is None


# ------------------------------------------------------------------ order and time

CLEAN = st.builds(
    Tabled,
    number=st.integers(1, 60).map(lambda n: f"NC-2026-{n:06d}"),
    version=st.just(1),
    tier=st.just("community"),
    stage=st.sampled_from(("community", "community", "action", "joint_response", "suspended")),
    estate=st.sampled_from(("mudan-garden", "gulou-yuan", "caozhou-li", "gone")),
    category=st.sampled_from(("lift", "gas", "gone")),
    severity=st.sampled_from((None, "low", "urgent", "odd")),
    opened_at=st.integers(1, 28).map(lambda day: at(f"2026-02-{day:02d} 10:00")),
    until=st.none() | st.integers(1, 28).map(lambda day: at(f"2026-03-{day:02d} 10:00")),
    carried_over=st.integers(0, 3),
    overdue=st.booleans(),
    supervised=st.booleans(),
)
PLACES = st.sampled_from((CHECK_IN, MARCH, APRIL, JOINT))


@given(st.lists(CLEAN, max_size=60), PLACES, st.integers(5, 200))
def test_every_case_is_on_the_agenda_or_named_as_not_fitting_once_and_the_time_suffices(
    rows: list[Tabled], where: str, length: int
) -> None:
    held = sitting(where)
    held = held.model_copy(update={"ends_at": held.starts_at + timedelta(minutes=length)})
    agenda = draft(nancheng(), held, rows, Context(), LONG_BEFORE, False)
    numbers = [item.case for item in items(agenda)]
    assert sorted([*numbers, *agenda.not_fitting]) == sorted({row.number for row in rows})
    assert [item.number for item in items(agenda)] == list(range(1, len(numbers) + 1))
    assert sum(section.minutes for section in agenda.sections) == arrange(nancheng(), held, rows).minutes <= length
    kinds = [section.kind for section in agenda.sections]
    assert kinds == [kind for kind in ORDER if kind in kinds]


@given(st.lists(CLEAN, max_size=30), PLACES, st.randoms())
def test_the_order_does_not_depend_on_the_order_of_the_list(rows: list[Tabled], where: str, chance: Any) -> None:
    unique = list({row.number: row for row in rows}.values())
    shuffled = chance.sample(unique, len(unique))
    assert arrange(nancheng(), sitting(where), unique) == arrange(nancheng(), sitting(where), shuffled)


def test_the_order_is_the_missions() -> None:
    late = Case()
    late.passes()
    late.does("escalate")
    carried, new, near = case_at("community"), case_at("community", estate="gulou-yuan"), case_at("community")
    carried.passes()
    near.does("plan", due_date="2026-03-31")
    agenda = agenda_of(APRIL, new, case_at("joint_response"), near, carried, case_at("community"))
    assert [section.kind for section in agenda.sections] == [
        "previous_minutes",
        "supervised",
        "overdue",
        "newly_escalated",
        "emergencies",
        "statistics",
        "other",
        "next_date",
    ]
    assert [item.case[-1] for item in items(agenda)] == ["4", "3", "5", "1", "2"]


def test_an_emergency_has_its_time_whatever_else_there_is() -> None:
    rows = [tabled(case_at("community"), f"NC-2026-{n:06d}") for n in range(2)]
    many = [replace(rows[0], number=f"NC-2026-{n:06d}", carried_over=1) for n in range(100)]
    fire = replace(rows[1], number="NC-2026-999999", stage="joint_response")
    arrangement = arrange(nancheng(), sitting(MARCH), [*many, fire])
    assert arrangement.fitting[-1] == fire.number
    assert arrangement.not_fitting[0] == f"NC-2026-{len(arrangement.fitting) - 1:06d}"


def test_at_a_quarters_end_the_upper_tiers_assess() -> None:
    def kinds(where: str) -> list[str]:
        return [section.kind for section in agenda_of(where).sections]

    assert "assessments" in kinds(JOINT)
    assert "assessments" not in kinds(APRIL)
    assert "assessments" not in kinds("mudan-garden-2026-W14")
    assert ends_quarter("x-2026-W14")
    assert not ends_quarter("x-2026-W10")
    assert not ends_quarter("nothing")


def test_the_assessments_have_the_quarters_facts_of_each_community_and_company() -> None:
    since, until = date(2026, 1, 1), date(2026, 3, 17)
    nothing = Figures(since=since, until=until)
    laocheng = Figures(
        since=since,
        until=until,
        opened=9,
        open=4,
        response=Rate(8, 9),
        solution=Rate(3, 4),
        satisfaction=Rate(1, 4),
        answers=Rate(5, 6),
        late=1,
        disputed=1,
    )
    facts = Quarter(since=since, until=until, communities={"laocheng": laocheng}, companies={"mudan-jiayuan": nothing})
    (section,) = [it for it in agenda_of(JOINT, quarter=facts).sections if it.kind == "assessments"]
    assert section.lines == (
        "评议事项：物业企业红黑榜、小区党支部星级评定、业主委员会评价",
        "评议参考（2026年1月1日至2026年3月17日，据办件记录）",
        (
            "老城社区：受理 9 件，在办 4 件，响应率 88.9%，解决率 75.0%，满意率 25.0%，按时答复率 83.3%，"
            "逾期 1 件，重办 1 件次"
        ),
        "牡丹嘉园物业：受理 0 件，在办 0 件，响应率 —，解决率 —，满意率 —，按时答复率 —，逾期 0 件，重办 0 件次",
    )


def test_a_quarters_last_sitting_says_when_the_quarter_began() -> None:
    assert [quarter_start(it) for it in ("x-2026-03", "x-2026-12", "x-2026-04", "x-2026-W14")] == [
        date(2026, 1, 1),
        date(2026, 10, 1),
        None,
        date(2026, 1, 1),
    ]


def test_ten_thousand_waiting_cases_are_arranged_and_drafted_with_the_ones_that_fit() -> None:
    row = tabled(case_at("community"))
    rows = [replace(row, number=f"NC-2026-{n:06d}", steps=(), carried_over=n % 2) for n in range(10_000)]
    arrangement = arrange(nancheng(), sitting(MARCH), rows)
    heard = set(arrangement.fitting)
    told = [replace(one, steps=row.steps) if one.number in heard else one for one in rows]
    agenda = draft(nancheng(), sitting(MARCH), told, Context(), LONG_BEFORE, True)
    assert tuple(item.case for item in items(agenda)) == arrangement.fitting
    assert len(agenda.not_fitting) == 10_000 - len(arrangement.fitting)


def test_a_forum_that_is_not_there_has_no_agenda() -> None:
    with pytest.raises(Refusal, match="unknown_forum"):
        arrange(nancheng(), sitting(MARCH).model_copy(update={"forum": "atlantis"}), [])


# ------------------------------------------------------------------ the formal sections, freezing, language


def test_the_formal_sections_tell_previous_minutes_statistics_and_the_next_date() -> None:
    previous = Minutes(
        sitting=sitting(MARCH),
        forum_name=nancheng().forums["laocheng"].name,
        language="zh-CN",
        made_at=LONG_BEFORE,
        resolutions=(
            Resolution(
                case="NC-1",
                number=1,
                summary="某",
                decision="制定方案",
                lead="城建",
                due_date=date(2026, 4, 1),
                version=3,
                head="h",
            ),
        ),
    )
    statistics = Figures(
        since=date(2026, 3, 1),
        until=date(2026, 3, 31),
        opened=12,
        response=Rate(11, 12),
        solution=Rate(0, 0),
        satisfaction=Rate(9, 10),
        answers=Rate(3, 4),
        repeats=2,
    )
    told: dict[str, Any] = {
        "previous": previous,
        "statistics": statistics,
        "next_sitting": sitting(MAY),
        "other": ("通报消防演练",),
    }
    agenda = agenda_of(APRIL, **told)
    lines = {section.kind: section.lines for section in agenda.sections}
    assert lines["previous_minutes"] == (
        "2026年3月4日会议：决定 1 项，结转 0 项",
        "NC-1 某——制定方案（城建，2026年4月1日前）",
    )
    assert lines["statistics"] == (
        "2026年3月1日至2026年3月31日：受理 12 件",
        "响应率 91.7%（11/12）",
        "解决率 —（0/0）",
        "满意率 90.0%（9/10）",
        "按时答复率 75.0%（3/4）",
        "重复诉求 2 件",
    )
    assert lines["next_date"] == ("2026年5月6日 15:00",)
    assert lines["other"] == ("通报消防演练",)
    bare = {section.kind: section.lines for section in agenda_of(APRIL, language="en").sections}
    assert bare["previous_minutes"] == ("No previous minutes",)
    assert bare["next_date"] == ("To be announced",)


def test_an_addendum_is_told_as_it_came_and_not_as_it_was_decided() -> None:
    case = Case(opened="2026-02-20 09:00")
    case.does("contact")
    case.does("escalate", when="2026-02-21 09:00", reason="存在安全隐患")
    before = item_for(nancheng(), sitting(MARCH), tabled(case), 1)
    case.does("plan", when="2026-03-04 15:10", due_date="2026-03-20")
    after = item_for(nancheng(), sitting(MARCH), as_it_waited(tabled(case), MARCH), 1)
    assert after == before
    assert "存在安全隐患" in after.why_here
    elsewhere = tabled(case)
    assert as_it_waited(elsewhere, APRIL) == elsewhere


def test_a_frozen_agenda_does_not_see_what_came_later() -> None:
    case = case_at("community")
    row = tabled(case)
    now = case.now
    frozen = draft(nancheng(), sitting(MARCH), [row], Context(), now, True)
    case.does("note", text="会后才写")
    case.does("plan", when="2026-03-04 15:10")
    later = draft(nancheng(), sitting(MARCH), [replace(row, steps=stream(case))], Context(), now, True)
    assert later == frozen
    assert frozen.frozen_at == now
    assert Agenda.model_validate(to_json(frozen)) == frozen


@given(steps, st.sampled_from(("zh-CN", "en")))
def test_whatever_a_case_has_been_through_it_is_told_without_personal_data(sequence: list[Move], language: str) -> None:
    case = play(sequence)
    row = tabled(case)
    for where in (CHECK_IN, MARCH, JOINT):
        agenda = draft(nancheng(), sitting(where), [row], Context(language=language), case.now, True)
        drawn = minutes(nancheng(), sitting(where), agenda, {row.number: row.steps}, Attendance(), None, case.now)
        assert len(drawn.resolutions) + len(drawn.carried_over) == 1
        told = [*words_in(to_json(agenda)), *words_in(to_json(drawn))]
        assert not [line for line in told if personal_data_in(line)]
        assert not [line for line in told if "{" in line]
        (item,) = items(agenda)
        assert item.asked
        assert len(item.tried) <= 6
        assert Minutes.model_validate(to_json(drawn)) == drawn


def test_a_number_that_slipped_into_an_officers_words_is_left_out() -> None:
    case = case_at("community")
    row = tabled(case)
    event = row.steps[-1].event.model_copy(update={"reason": "请打 13800138000"})
    spoilt = replace(row, steps=(*row.steps[:-1], row.steps[-1]._replace(event=event)))
    assert item_for(nancheng(), sitting(MARCH), spoilt, 1).why_here.endswith("（内容含个人信息，已略）")


def test_every_word_is_there_in_both_languages() -> None:
    assert set(SECTIONS) == set(ORDER) == set(MINUTES) | set(FORMAL)
    for names in (SECTIONS, ARRIVED, TRIED, DECIDED):
        assert all(name.zh and name.en for name in names.values())
    case = case_at("community")
    agenda = agenda_of(MARCH, case, language="en")
    written = ("需街道协调", "已说明情况", "电话")  # by officers, quoted as they are
    ours = [line for line in words_in(to_json(agenda)["sections"]) if not any(words in line for words in written)]
    assert not [line for line in ours if re.search("[一-鿿]", line)]


# ------------------------------------------------------------------ minutes


def test_a_plan_made_in_session_is_a_resolution_with_its_hash() -> None:
    case = case_at("community")
    agenda = before_meeting(case, MARCH)
    case.does("note", by=COMMUNITY, when="2026-03-04 15:05", text="已讨论")
    case.does("plan", by=COMMUNITY, when="2026-03-04 15:10", co_handlers=("fire",), reason="会议议定", sitting=MARCH)
    (resolution,) = minutes_of(MARCH, case, agenda).resolutions
    assert resolution == Resolution(
        case=case.state.number,
        number=1,
        summary="牡丹花园：电梯（2026年3月2日登记）",
        decision="制定方案",
        reason="会议议定",
        lead="城建",
        co_handlers=("消防",),
        deliverable="更换水泵",
        due_date=date(2026, 4, 30),
        version=len(case.log),
        head=f"hash-{len(case.log)}",
    )


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("resolve", "已解决，转居民回访：已更换门锁"),
        ("escalate", "升级至“联盟月度工作联席会”"),
        ("return", "退回“每周碰头”"),
        ("suspend", "挂起至2026年5月6日：等供电公司停电窗口"),
        ("refer", "转办区住建局（转2026-15）"),
        ("emergency", "启动联动处置（停水停电）"),
    ],
)
def test_each_decision_in_session_is_put_in_words(kind: str, says: str) -> None:
    case = case_at("community")
    agenda = before_meeting(case, MARCH)
    case.does(kind, when="2026-03-04 15:10")
    drawn = minutes_of(MARCH, case, agenda)
    assert [resolution.decision for resolution in drawn.resolutions] == [says]
    assert drawn.carried_over == ()


def test_an_objection_in_session_is_put_in_words_with_its_ground() -> None:
    case = case_at("check_in")
    agenda = before_meeting(case, CHECK_IN)
    case.does("object", by=ESTATE, when="2026-03-04 16:10")
    (resolution,) = minutes_of(CHECK_IN, case, agenda).resolutions
    assert (resolution.decision, resolution.reason) == ("提出异议：职责不符", "管线归供水公司")


def test_what_nobody_decided_is_carried_over_alike_just_before_and_just_after_the_case_does_it() -> None:
    for stage, where, following in (("community", MARCH, APRIL), ("alliance", JOINT, JOINT_IN_APRIL)):
        case = case_at(stage)
        agenda = before_meeting(case, where)
        early = minutes_of(where, case, agenda).carried_over
        case.passes()
        late = minutes_of(where, case, agenda).carried_over
        assert early == late
        assert (late[0].count, late[0].next_sitting) == (1, following)
        assert late[0].supervised == (where == JOINT)


def test_a_case_that_climbs_because_nobody_decided_is_carried_to_the_tier_above() -> None:
    case = case_at("community")
    case.passes()
    agenda = before_meeting(case, APRIL)
    early = minutes_of(APRIL, case, agenda).carried_over
    case.passes()
    late = minutes_of(APRIL, case, agenda).carried_over
    assert early == late
    assert (late[0].count, late[0].next_sitting) == (2, JOINT_IN_APRIL)


def test_a_case_held_in_session_is_carried_over_and_not_a_resolution() -> None:
    case = case_at("community")
    agenda = before_meeting(case, MARCH)
    case.does("hold", when="2026-03-04 15:10")
    drawn = minutes_of(MARCH, case, agenda)
    assert drawn.resolutions == ()
    assert [(one.count, one.next_sitting) for one in drawn.carried_over] == [(1, APRIL)]


def test_a_case_that_is_held_is_not_tabled_again_in_the_same_sitting() -> None:
    case = case_at("community")
    agenda = before_meeting(case, MARCH)
    case.does("hold", when="2026-03-04 15:10")
    with pytest.raises(Refusal, match="already_on_the_agenda"):
        case.send(PutOnAgenda(sitting=sitting(MARCH), reason="改变主意"), by=COMMUNITY)
    drawn = minutes_of(MARCH, case, agenda)
    assert drawn.resolutions == ()
    assert [carried.case for carried in drawn.carried_over] == [case.state.number]


def test_what_left_the_table_before_the_sitting_is_told_as_that() -> None:
    case = case_at("community")
    agenda = before_meeting(case, MARCH)
    case.does("withdraw", by=RESIDENT, reason="算了")
    (gone,) = minutes_of(MARCH, case, agenda).resolutions
    assert (gone.decision, gone.reason) == ("会外：居民撤回", None)
    moved = case_at("community")
    agenda = before_meeting(moved, MARCH)
    moved.send(SittingMoved(sitting_id=MARCH, cause="取消"), by=SYSTEM)
    (carried,) = minutes_of(MARCH, moved, agenda).carried_over
    assert (carried.count, carried.next_sitting) == (0, APRIL)


def test_a_case_that_was_only_heard_of_is_reported() -> None:
    case = case_at("action")
    agenda = before_meeting(case, MARCH)
    (heard,) = minutes_of(MARCH, case, agenda).resolutions
    assert heard.decision == "通报：制定方案"
    assert heard.lead == "城建"


def test_an_addendum_and_a_case_that_did_not_fit_are_in_the_minutes_and_strangers_are_not() -> None:
    case = case_at("community")
    item = item_of(case)
    bare = draft(nancheng(), sitting(MARCH), [], Context(), case.now, True)
    late = LateItem(item=item, reason="急", by="laocheng", at=case.now)
    case.does("resolve", when="2026-03-04 15:10")
    for agenda in (
        bare.model_copy(update={"addenda": (late, late)}),
        bare.model_copy(update={"not_fitting": (item.case,)}),
        bare,
    ):
        assert len(minutes_of(MARCH, case, agenda).resolutions) == 1
    drawn = minutes_of(APRIL, case, agenda=bare)
    assert (drawn.resolutions, drawn.carried_over) == ((), ())


def test_minutes_say_who_was_there_and_who_dissented() -> None:
    case = case_at("community")
    who = Attendance(
        chair="社区书记", recorder="社区文书", present=("城建",), absent=("消防",), dissent=("消防保留意见",)
    )
    drawn = minutes_of(MARCH, case, before_meeting(case, MARCH), who)
    assert (drawn.chair, drawn.recorder, drawn.present, drawn.absent) == ("社区书记", "社区文书", ("城建",), ("消防",))
    assert drawn.dissent == ("消防保留意见",)
    assert drawn.next_sitting == sitting(APRIL)


# ------------------------------------------------------------------ while the sitting is held


def stand(case: Case, sitting_id: str, language: str = "zh-CN") -> SoFar:
    return so_far(nancheng(), sitting(sitting_id), case.state.number, stream(case), 1, language)


def test_a_case_that_waits_for_the_sitting_is_still_to_be_decided_there() -> None:
    assert stand(case_at("community"), MARCH) == SoFar("left")


def test_what_the_sitting_has_decided_is_told_as_its_minutes_will_tell_it() -> None:
    case = case_at("community")
    agenda = before_meeting(case, MARCH)
    case.does("plan", when="2026-03-04 15:10")
    found = stand(case, MARCH)
    assert found.stand == "decided"
    assert (found.resolution,) == minutes_of(MARCH, case, agenda).resolutions
    case.does("complete", when="2026-03-06 09:00")
    assert stand(case, MARCH).stand == "decided"


def test_what_is_held_and_what_was_passed_over_are_told_apart() -> None:
    held, passed = case_at("community"), case_at("community")
    held.does("hold", when="2026-03-04 15:10")
    passed.passes()
    assert stand(held, MARCH).stand == "held"
    assert stand(passed, MARCH).stand == "carried"
    assert stand(held, APRIL).stand == "left"


def test_what_left_the_table_without_the_sitting_and_what_is_only_heard_of_are_told_so() -> None:
    gone = case_at("community")
    gone.does("resolve", when="2026-03-03 09:00")
    assert stand(gone, MARCH).stand == "elsewhere"
    assert stand(case_at("action"), JOINT).stand == "reported"


def test_who_is_proposed_to_lead_is_told_as_a_plan_names_them() -> None:
    case = case_at("community")
    lead, others = proposed(nancheng(), sitting(MARCH), tabled(case))
    assert (lead, others) == ("urban", ("fire", "emergency"))
    late = case_at("action")
    late.passes()
    assert late.state.plan is None
    lead, _ = proposed(nancheng(), sitting(APRIL), tabled(late))
    assert lead == next(event.fact.detail()["plan"]["lead"] for event, _ in late.log if "plan" in event.fact.detail())


def test_an_item_whose_resident_was_not_answered_in_time_says_so() -> None:
    case = case_at("alliance")
    assert not item_of(case).answer_missed
    case.lives_until("2026-03-16 10:00")
    assert item_of(case).answer_missed


def test_the_alliances_papers_cite_what_the_meeting_is_by_law_and_other_tiers_do_not() -> None:
    agenda = agenda_of(JOINT, case_at("alliance", category="owners-committee"))
    assert agenda.by_law is not None
    assert agenda.by_law.name == "物业管理联席会议"
    assert "第七十四条" in agenda.by_law.basis
    assert "公安派出所" in agenda.by_law.attendees
    (item,) = items(agenda)
    assert item.matter == "（一）业主委员会和有关部门履职"
    assert minutes_of(JOINT, case_at("alliance"), agenda).by_law == agenda.by_law
    lower = agenda_of(MARCH, case_at("community"))
    assert lower.by_law is None
    assert items(lower)[0].matter is None


@pytest.mark.parametrize(
    ("category", "matter"), [("fees", "（四）"), ("lift", "（五）"), ("owners-committee", "（一）")]
)
def test_an_issue_is_of_one_of_the_five_matters_by_its_category(category: str, matter: str) -> None:
    statute = nancheng().ladder.tiers[-1].statute
    assert statute is not None
    assert statute.matter(category).name.zh.startswith(matter)


@pytest.mark.parametrize(
    ("playbook", "matter"),
    [("property_withdrawal", "（二）"), ("property_withdrawal_planned", "（二）"), ("fire", "（三）")],
)
def test_an_issue_in_a_joint_response_is_of_the_matter_that_its_playbook_is_of(playbook: str, matter: str) -> None:
    case = case_at("check_in", category="owners-committee")
    case.does("emergency", playbook=playbook)
    told = item_for(nancheng(), sitting(JOINT), tabled(case), 1).matter
    assert (told or "").startswith(matter)


@pytest.mark.parametrize("kind", ["answer", "contact", "note"])
def test_a_word_to_the_resident_while_the_meeting_sits_decides_nothing(kind: str) -> None:
    case = case_at("community")
    agenda = agenda_of(MARCH, case)
    case.does(kind, by=COMMUNITY, when="2026-03-04 15:30")
    assert case.state.heard_at is None
    drawn = minutes_of(MARCH, case, agenda)
    assert (len(drawn.resolutions), len(drawn.carried_over)) == (0, 1)
