"""The figures of a time, on real cases of the domain in a real log; their definitions are in docs/statistics.md."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from domain.case import fold, summary
from domain.figures import GROUPINGS, Figures, Rate, Standing, Stay
from domain.permission import RESIDENT
from store.folding import CASES
from store.log import EventLog
from store.standings import longest_late, standings
from store.statistics import (
    MEASURES,
    NO_COMPANY,
    counted,
    statistics,
    statistics_by,
    survey,
)
from tests.domain.given import ALLIANCE, SUPERVISOR, Case, at, nancheng

if TYPE_CHECKING:
    from store.database import Pool

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
APRIL = (date(2026, 4, 1), date(2026, 4, 30))
LATER = at("2026-07-01 08:00")


class Book:
    """Cases that are lived in the domain and then written to the log."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._written = 0

    async def write(self, *cases: Case) -> None:
        log = EventLog(self._pool)
        for case in cases:
            self._written += 1
            number, head, past = f"NC-2026-{self._written:06d}", "", []
            for version, (event, command) in enumerate(case.log):
                past.append((event.fact, command))
                state = fold(number, past)
                assert state is not None
                done = await log.append(
                    number, version, head, f"{number}/{version}", [CASES.new(event)], summary(state), CASES.listing
                )
                head = done.events[-1].hash

    async def of(self, since: date, until: date, unit: str | None = None) -> Figures:
        return await statistics(self._pool, since, until, unit=unit, now=LATER)


@pytest.fixture
def book(pool: Pool) -> Book:
    return Book(pool)


def opened(when: str = "2026-03-02 10:00", **fields: Any) -> Case:
    return Case(opened=when, **fields)


def contacted(when: str = "2026-03-02 10:00", **fields: Any) -> Case:
    case = opened(when, **fields)
    case.does("contact")
    return case


def solved(stars: int | None = None, when: str = "2026-03-02 10:00", **fields: Any) -> Case:
    """Resolved at contact; with ``stars`` confirmed, without disputed."""
    case = opened(when, **fields)
    case.does("resolve")
    if stars is None:
        case.does("dispute", by=RESIDENT, reason="仍漏水")
    else:
        case.does("confirm", by=RESIDENT, stars=stars)
    return case


async def test_of_no_cases_everything_is_nothing_of_nothing(book: Book) -> None:
    assert await book.of(*MARCH) == Figures(since=MARCH[0], until=MARCH[1])
    assert (Rate(0, 0).share, Stay().mean_days) == (None, None)


# ---------------------------------------------------------------- 响应率


async def test_a_first_contact_in_its_time_is_a_response_and_a_missed_one_is_not(book: Book) -> None:
    missed = opened()
    missed.passes()
    await book.write(contacted(), contacted(), solved(5), missed)
    assert (await book.of(*MARCH)).response == Rate(3, 4)


async def test_a_contact_that_is_not_due_yet_counts_neither_way(book: Book) -> None:
    await book.write(contacted(), opened())
    assert (await book.of(*MARCH)).response == Rate(1, 1)


async def test_who_contacts_the_resident_after_the_time_has_missed_it_all_the_same(book: Book) -> None:
    late = opened()
    late.passes()
    late.does("resolve")
    await book.write(late)
    assert (await book.of(*MARCH)).response == Rate(0, 1)


async def test_a_case_that_was_not_the_estates_to_contact_does_not_count(book: Book) -> None:
    withdrawn, duplicate, rerouted = opened(), opened(), opened()
    withdrawn.does("withdraw", by=RESIDENT)
    duplicate.does("duplicate", of="NC-2026-000009")
    rerouted.does("reroute", estate="gulou-yuan")
    await book.write(withdrawn, duplicate, rerouted)
    assert (await book.of(*MARCH)).response == Rate(0, 0)


async def test_a_case_answered_with_a_no_has_been_answered(book: Book) -> None:
    rejected = opened()
    rejected.does("reject")
    await book.write(rejected)
    figures = await book.of(*MARCH)
    assert (figures.response, figures.closed) == (Rate(1, 1), {"rejected": 1})


async def test_a_rerouted_case_counts_where_it_is_contacted(book: Book) -> None:
    rerouted = opened()
    rerouted.does("reroute", estate="gulou-yuan")
    rerouted.does("contact")
    await book.write(rerouted)
    assert (await book.of(*MARCH, unit="gulou-yuan")).response == Rate(1, 1)
    assert (await book.of(*MARCH, unit="mudan-garden")).response == Rate(0, 0)


# ---------------------------------------------------------------- 解决率, 满意率


async def test_only_the_residents_word_says_that_a_case_is_solved(book: Book) -> None:
    silent, asked = opened(), opened()
    for case in (silent, asked):
        case.does("resolve")
    silent.passes()
    await book.write(solved(5), solved(2), solved(), silent, asked)
    figures = await book.of(*MARCH)
    assert (figures.solution, figures.disputed) == (Rate(2, 3), 1)
    assert (figures.closed, figures.open) == ({"settled": 2, "no_word": 1}, 2)


async def test_a_case_that_was_disputed_and_then_confirmed_has_both_words(book: Book) -> None:
    case = solved()
    case.does("resolve")
    case.does("confirm", by=RESIDENT, stars=4)
    await book.write(case)
    figures = await book.of(*MARCH)
    assert (figures.solution, figures.satisfaction) == (Rate(1, 2), Rate(1, 2))


@pytest.mark.parametrize(("stars", "satisfied"), [(5, 1), (4, 1), (3, 1), (2, 0), (1, 0)])
async def test_three_stars_and_more_are_satisfied(book: Book, stars: int, satisfied: int) -> None:
    await book.write(solved(stars))
    assert (await book.of(*MARCH)).satisfaction == Rate(satisfied, 1)


async def test_a_dispute_is_not_satisfied(book: Book) -> None:
    await book.write(solved(5), solved())
    assert (await book.of(*MARCH)).satisfaction == Rate(1, 2)


# ---------------------------------------------------------------- repeats, late, carried over, supervised


async def test_the_same_matter_filed_again_or_reopened_is_a_repeat(book: Book) -> None:
    duplicate, reopened = opened(), solved(4)
    duplicate.does("duplicate", of="NC-2026-000009")
    reopened.does("reopen")
    await book.write(duplicate, reopened, solved())
    figures = await book.of(*MARCH)
    assert (figures.repeats, figures.disputed) == (2, 1)


async def test_a_case_that_is_late_twice_is_one_late_case(book: Book) -> None:
    case = opened()
    case.passes()
    case.does("plan", due_date="2026-03-05")
    case.passes()
    await book.write(case, contacted())
    assert (await book.of(*MARCH)).late == 1


async def test_every_sitting_passed_without_a_decision_is_a_carry_over(book: Book) -> None:
    case = contacted()
    case.does("hold")
    escalated = contacted()
    escalated.does("escalate")
    escalated.passes()
    escalated.passes()
    await book.write(case, escalated)
    march, april = await book.of(*MARCH), await book.of(*APRIL)
    assert (march.carried_over, march.escalated) == (2, 1)
    assert (april.carried_over, april.escalated) == (0, 1)


async def test_a_supervisors_word_and_a_mark_by_rule_are_supervision(book: Book) -> None:
    by_word, by_rule = contacted(), contacted()
    by_word.does("supervise", by=SUPERVISOR)
    by_word.does("supervise", by=SUPERVISOR)
    by_rule.does("plan", due_date="2026-03-05")
    by_rule.passes()
    await book.write(by_word, by_rule, contacted())
    assert (await book.of(*MARCH)).supervised == 2


# ---------------------------------------------------------------- days at each tier


async def test_days_at_a_tier_are_those_it_could_act_in(book: Book) -> None:
    case = contacted("2026-03-02 10:00")
    case.does("suspend", when="2026-03-03 10:00", resume_date="2026-03-13")
    case.does("resume", when="2026-03-06 10:00")
    case.does("escalate", when="2026-03-08 10:00")
    case.does("resolve", when="2026-03-12 10:00")
    case.does("confirm", by=RESIDENT, when="2026-03-15 10:00")
    await book.write(case)
    assert (await book.of(*MARCH)).at_tier == {
        "estate": Stay(1, timedelta(days=3)),
        "community": Stay(1, timedelta(days=4)),
    }


async def test_while_the_district_is_to_designate_no_tier_could_act(book: Book) -> None:
    case = contacted("2026-03-02 10:00")
    case.does("object", when="2026-03-03 10:00", ground="not_our_duty")
    case.does("return", when="2026-03-04 10:00")
    case.does("object", when="2026-03-05 10:00", ground="not_our_duty")
    case.does("designate", when="2026-03-07 10:00", unit="laocheng", document="牡政办字〔2026〕15号", by=ALLIANCE)
    case.does("resolve", when="2026-03-09 10:00")
    await book.write(case)
    assert (await book.of(*MARCH)).at_tier == {
        "estate": Stay(1, timedelta(days=2)),
        "community": Stay(1, timedelta(days=3)),
    }


async def test_a_stay_is_counted_in_the_time_that_it_falls_into(book: Book) -> None:
    case = contacted("2026-03-30 00:00")
    case.does("escalate", when="2026-03-30 00:00")
    case.does("resolve", when="2026-04-03 00:00")
    await book.write(case)
    march, april = await book.of(*MARCH), await book.of(*APRIL)
    assert (march.at_tier["community"].mean_days, april.at_tier["community"].mean_days) == (2, 2)
    assert (march.opened, april.opened) == (1, 0)
    assert (march.open, april.open) == (1, 1)


async def test_what_still_lasts_is_counted_until_now(pool: Pool, book: Book) -> None:
    await book.write(contacted("2026-03-30 00:00"))
    figures = await statistics(pool, *MARCH, now=at("2026-03-31 12:00"))
    assert figures.at_tier == {"estate": Stay(1, timedelta(days=1.5))}


# ---------------------------------------------------------------- grouped


async def test_figures_come_by_community_estate_company_and_category(pool: Pool, book: Book) -> None:
    organisation = nancheng().organisation
    await book.write(
        solved(5),
        solved(2, category="noise"),
        solved(estate="huadu-yayuan"),
        solved(4, estate="caozhou-li"),
        solved(1, estate="gulou-yuan"),
    )
    by = {
        group: await statistics_by(pool, group, *MARCH, organisation, now=LATER)
        for group in ("community", "estate", "company", "category")
    }
    assert {key: it.solution for key, it in by["community"].items()} == {
        "laocheng": Rate(4, 4),
        "tianxiang": Rate(0, 1),
    }
    assert by["estate"]["mudan-garden"].satisfaction == Rate(1, 2)
    assert {key: it.solution for key, it in by["company"].items()} == {
        NO_COMPANY: Rate(1, 1),
        "mudan-jiayuan": Rate(2, 3),
        "nancheng-gyzy": Rate(1, 1),
    }
    assert by["category"]["noise"].opened == 1
    whole = await book.of(*MARCH)
    for group in by.values():
        summed = sum(group.values(), Figures(since=MARCH[0], until=MARCH[1]))
        assert summed == whole


async def test_grouped_figures_are_of_one_unit_where_one_is_named(pool: Pool, book: Book) -> None:
    await book.write(solved(5), solved(5, estate="huadu-yayuan"))
    found = await statistics_by(pool, "estate", *MARCH, nancheng().organisation, unit="tianxiang", now=LATER)
    assert list(found) == ["huadu-yayuan"]


async def test_two_times_that_meet_add_up(book: Book) -> None:
    case = contacted("2026-03-20 10:00")
    case.does("escalate")
    for _ in range(3):
        case.passes()
    await book.write(case, solved(5, "2026-04-02 10:00"))
    march, april, both = await book.of(*MARCH), await book.of(*APRIL), await book.of(MARCH[0], APRIL[1])
    for name in ("opened", "response", "solution", "carried_over", "escalated", "disputed", "repeats"):
        assert getattr(march, name) + getattr(april, name) == getattr(both, name), name


# ---------------------------------------------------------------- from all sides, and one by one


async def lived(book: Book) -> None:
    """Cases of many kinds, in two communities."""
    late, climbed, planned = opened(), contacted(estate="huadu-yayuan"), contacted(category="noise")
    late.passes()
    late.does("plan", due_date="2026-03-05")
    late.passes()
    climbed.does("escalate")
    climbed.passes()
    climbed.passes()
    planned.does("hold")
    planned.does("escalate")
    planned.passes()
    planned.does("supervise", by=SUPERVISOR)
    disputed, coming = solved(None, "2026-03-20 10:00"), opened("2026-04-02 09:00")
    await book.write(late, climbed, planned, solved(5), solved(1, estate="gulou-yuan"), disputed, coming)


async def test_a_survey_gives_the_same_figures_from_all_sides(pool: Pool, book: Book) -> None:
    await lived(book)
    organisation = nancheng().organisation
    for unit in (None, "laocheng", "mudan-garden"):
        seen = await survey(pool, *MARCH, organisation, unit=unit, now=LATER)
        assert seen.whole == await statistics(pool, *MARCH, unit=unit, now=LATER)
        for by in GROUPINGS:
            assert seen.by[by] == await statistics_by(pool, by, *MARCH, organisation, unit=unit, now=LATER)
            assert sum(seen.by[by].values(), Figures(since=MARCH[0], until=MARCH[1])) == seen.whole


async def test_a_times_steps_add_up_to_it(pool: Pool, book: Book) -> None:
    await lived(book)
    weeks = [date(2026, 3, 1) + timedelta(days=n) for n in (0, 1, 8, 15, 22, 29)]
    seen = await survey(pool, *MARCH, nancheng().organisation, steps=weeks, now=LATER)
    assert [step.since for step in seen.steps] == weeks
    assert (seen.steps[0].until, seen.steps[-1].until) == (date(2026, 3, 1), date(2026, 3, 31))
    assert [step.opened for step in seen.steps] == [0, 5, 0, 1, 0, 0]
    assert sum(step.closed for step in seen.steps) == seen.whole.closed_in_all == 2
    for name in ("response", "solution", "satisfaction"):
        assert sum((getattr(step, name) for step in seen.steps), Rate()) == getattr(seen.whole, name)


async def test_a_spread_says_how_long_the_middle_one_and_nine_in_ten_stood(pool: Pool, book: Book) -> None:
    cases = []
    for days in (1, 2, 3, 4, 20):
        case = contacted("2026-03-02 10:00")
        case.does("resolve", when=f"2026-03-{2 + days:02} 10:00")
        cases.append(case)
    await book.write(*cases)
    spread = (await survey(pool, *MARCH, nancheng().organisation, now=LATER)).spreads["estate"]
    assert (spread.cases, spread.median, spread.longest) == (5, timedelta(days=3), timedelta(days=20))
    assert spread.ninth == timedelta(days=4 + 0.6 * 16)
    assert spread.classes == (0, 2, 2, 0, 1, 0, 0)


async def test_every_figure_has_the_cases_that_it_counts(pool: Pool, book: Book) -> None:
    await lived(book)
    organisation = nancheng().organisation
    for unit in (None, "laocheng"):
        seen = await survey(pool, *MARCH, organisation, unit=unit, now=LATER)
        for measure in MEASURES:
            found = await counted(pool, measure, *MARCH, organisation, unit=unit)
            assert sum(found.values()) == as_counted(seen.whole, measure), measure
            assert list(found) == sorted(found, reverse=True)
            for by in GROUPINGS:
                for key, figures in seen.by[by].items():
                    some = await counted(pool, measure, *MARCH, organisation, unit=unit, of={by: key})
                    assert sum(some.values()) == as_counted(figures, measure), (measure, key)
                    assert some.keys() <= found.keys()


def as_counted(figures: Figures, measure: str) -> int:
    """A measure from the figures that it makes."""
    made = {
        "closed": figures.closed_in_all,
        "responded": figures.response.part,
        "confirmed": figures.solution.part,
        "missed": figures.response.whole - figures.response.part,
        "satisfied": figures.satisfaction.part,
        "answered": figures.answers.part,
        "answer_missed": figures.answers.whole - figures.answers.part,
    }
    return made.get(measure, figures.closed.get(measure, getattr(figures, measure, 0)))


async def test_a_case_that_was_carried_over_twice_counts_twice(pool: Pool, book: Book) -> None:
    await lived(book)
    found = await counted(pool, "carried_over", *MARCH, nancheng().organisation, of={"category": "noise"})
    assert list(found.values()) == [2]


async def test_two_estates_of_one_company_are_told_apart_from_those_without_one(pool: Pool, book: Book) -> None:
    await book.write(opened(), opened(estate="caozhou-li"), opened(estate="huadu-yayuan"))
    organisation = nancheng().organisation
    companies = {it.id: it.company or NO_COMPANY for it in organisation.estates}
    for company in set(companies.values()):
        found = await counted(pool, "opened", *MARCH, organisation, of={"company": company})
        mine = [estate for estate in ("mudan-garden", "caozhou-li", "huadu-yayuan") if companies[estate] == company]
        assert len(found) == len(mine)


# ---------------------------------------------------------------- now


async def test_what_is_open_now_is_counted_by_tier_and_by_group(pool: Pool, book: Book) -> None:
    await lived(book)
    found = await standings(pool, nancheng().organisation)
    assert found.whole == Standing(open=5, late=1, supervised=2, carried_over=1)
    assert found.at_tier["estate"] == Standing(open=3, late=1, supervised=1)
    assert found.by["community"]["tianxiang"].open == 1
    for groups in (found.at_tier, *found.by.values()):
        assert sum(it.open for it in groups.values()) == 5
    assert (await standings(pool, nancheng().organisation, unit="gulou-yuan")).whole == Standing()


async def test_the_longest_late_comes_first_with_what_was_missed(pool: Pool, book: Book) -> None:
    contact, plan = opened("2026-03-10 10:00"), opened("2026-03-02 10:00")
    contact.passes()
    plan.passes()
    plan.does("plan", due_date="2026-03-05")
    plan.passes()
    await book.write(contact, plan, contacted())
    late = await longest_late(pool)
    assert [(it.number, it.why) for it in late] == [
        ("NC-2026-000002", "plan_overdue"),
        ("NC-2026-000001", "contact_missed"),
    ]
    assert late[0].since == at("2026-03-06 00:00")
    assert await longest_late(pool, unit="gulou-yuan") == ()
    assert len(await longest_late(pool, limit=1)) == 1


# ---------------------------------------------------------------- 按时答复率


async def test_an_answer_in_its_time_is_kept_and_a_missed_one_is_not(book: Book) -> None:
    answered, carried, missed = contacted(), contacted(), contacted()
    answered.does("answer")
    carried.does("hold", answer="下周三会上再议")
    missed.does("escalate")
    missed.does("escalate")
    missed.lives_until("2026-03-12 10:00")
    missed.does("answer")  # too late to count
    await book.write(answered, carried, missed, solved(5))
    figures = await book.of(*MARCH)
    assert figures.answers == Rate(3, 4)
    assert figures.response == Rate(4, 4)


async def test_a_promise_that_began_anew_before_its_end_counts_neither_way(book: Book) -> None:
    case = contacted()
    case.does("hold")
    case.does("withdraw", by=RESIDENT)
    await book.write(case)
    assert (await book.of(*MARCH)).answers == Rate(0, 0)
