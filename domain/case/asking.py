"""What can be chosen for a case, and between which days: by its own units, plan and suspension."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from domain.case.state import CaseState
from domain.forms import choices
from domain.forms.asking import Choices, Days, Options, Situation
from domain.permission import may_decide, takes_up_directly
from domain.policy.calendar import shanghai
from domain.words.bilingual import Name, both, text
from domain.words.case_words import OBJECTION_GROUNDS, REJECTION_GROUNDS
from domain.words.dates import in_figures

_PLAN_DAYS, _SUSPEND_DAYS, _EXTEND_DAYS = 14, 30, 7
"""What a form's date is when it is shown first; the officer names the real one."""
_DEPARTMENTS, _UNITS = both("部门", "Departments"), both("本件所属单位", "The case's own units")
_COMPANIES = both("物业企业", "Property companies")


# ---------------------------------------------------------------- who


def co_handlers(situation: Situation[CaseState]) -> Choices:
    """Departments, and the case's own units."""
    organisation, language = situation.rules.organisation, situation.language
    units = tuple((one.id, one.name.in_(language)) for one in organisation.lineage(situation.state.estate))
    departments = choices.departments(situation)[0][1]
    return ((_DEPARTMENTS.in_(language), departments), (_UNITS.in_(language), units))


def leads(situation: Situation[CaseState]) -> Choices:
    """The same, and companies, the estate's first: named in the case's own language, as the plan will have it."""
    organisation, spoken = situation.rules.organisation, situation.rules.ladder.language
    serving = organisation.unit(situation.state.estate).company
    companies = sorted(organisation.companies, key=lambda one: one.id != serving)
    named = tuple((one.name.in_(spoken), one.name.in_(situation.language)) for one in companies)
    return (*co_handlers(situation), (_COMPANIES.in_(situation.language), named))


def anybody(situation: Situation[CaseState]) -> Choices:
    """Whom the district can designate: departments, and every unit by tier."""
    return ((_DEPARTMENTS.in_(situation.language), choices.departments(situation)[0][1]), *choices.units(situation))


# ---------------------------------------------------------------- to the resident


def may_answer(situation: Situation[CaseState]) -> bool:
    """Whether who fills the form in may answer the resident."""
    return may_decide(situation.rules, situation.actor, situation.state, "answer")


def answers(situation: Situation[CaseState]) -> Options:
    """A text to begin with: what is being done and when they hear next, as the case stands; in its own language, which
    is its resident's."""
    wait, language = situation.state.wait, situation.state.language
    if wait is None or wait.kind not in _ANSWERS:
        return ()
    starts = in_figures(wait.starts_at) if wait.starts_at else ""
    until = in_figures(wait.until)
    said = text(_ANSWERS[wait.kind], language, where=wait.where or "", who=wait.who or "", starts=starts, until=until)
    return ((said, said),)


_ANSWERS = {
    "contact": both(
        "您的诉求已登记，小区联系点{until}前与您联系。", "Your issue was taken down; your estate calls you by {until}."
    ),
    "sitting": both(
        "您的诉求已列入{where}（{starts}），会后{until}前告诉您结果。",
        "Your issue is before {where} ({starts}); you hear what came of it by {until}.",
    ),
    "plan": both(
        "您的诉求由{who}办理，计划{until}前完成，完成后请您评价。",
        "{who} is working on your issue, to be done by {until}; you will then be asked.",
    ),
    "suspension": both(
        "您的诉求需等外部条件具备，{until}恢复办理，届时再答复您。",
        "Your issue waits for an outside condition; it goes on at {until}, and you will hear again.",
    ),
    "designation": both(
        "您的诉求正由区政府确定办理单位，{until}前再答复您。",
        "The district is settling whose your issue is; you hear again by {until}.",
    ),
    "stand_down": both(
        "您的诉求正由多个部门联动处置，有进展即告诉您。",
        "Several departments are dealing with your issue together; you will hear how it goes.",
    ),
}


# ---------------------------------------------------------------- why


def objection_grounds(situation: Situation[CaseState]) -> Choices:
    """Why a case is handed back."""
    return _named(OBJECTION_GROUNDS, situation)


def rejection_grounds(situation: Situation[CaseState]) -> Choices:
    """Why a case is not taken on."""
    return _named(REJECTION_GROUNDS, situation)


def _named(names: Mapping[str, Name], situation: Situation[CaseState]) -> Choices:
    return (("", tuple((code, name.in_(situation.language)) for code, name in names.items())),)


# ---------------------------------------------------------------- where to


def takes_up(situation: Situation[CaseState]) -> bool:
    """Whether the actor may take the case up over the tiers between, and there is a tier to skip."""
    above = situation.rules.ladder.tiers[situation.rules.ladder.rung(situation.state.tier) + 1 :]
    return len(above) > 1 and takes_up_directly(situation.rules, situation.actor)


def tiers_above(situation: Situation[CaseState]) -> Choices:
    """The tiers over the case's own."""
    ladder = situation.rules.ladder
    above = ladder.tiers[ladder.rung(situation.state.tier) + 1 :]
    return (("", tuple((tier.id, tier.stage.name.in_(situation.language)) for tier in above)),)


def other_estates(situation: Situation[CaseState]) -> Choices:
    """Every estate but the case's own."""
    return choices.without(choices.estates(situation), situation.state.estate)


def other_categories(situation: Situation[CaseState]) -> Choices:
    """Every category but the case's own."""
    return choices.without(choices.categories(situation), situation.state.category)


def similar(situation: Situation[CaseState]) -> Options:
    """Cases that it may be a duplicate of."""
    return situation.found.get("of", ())


def some_run(situation: Situation[CaseState]) -> bool:
    """Whether a joint response runs under which the case may come."""
    return bool(situation.found.get("response"))


def running(situation: Situation[CaseState]) -> Choices:
    """The joint responses that run."""
    return (("", situation.found.get("response", ())),)


# ---------------------------------------------------------------- when


def plan_days(situation: Situation[CaseState]) -> Days:
    """From today to the longest that a plan may take."""
    today = _today(situation)
    last = today + timedelta(days=situation.rules.ladder.stages.action.max_days)
    return Days(today, last, today + timedelta(days=_PLAN_DAYS))


def suspension_days(situation: Situation[CaseState]) -> Days:
    """From tomorrow to the longest that a case may be suspended."""
    today = _today(situation)
    last = today + timedelta(days=situation.rules.ladder.stages.suspended.max_days)
    return Days(today + timedelta(days=1), last, today + timedelta(days=_SUSPEND_DAYS))


def extension_days(situation: Situation[CaseState]) -> Days:
    """After the day that is extended: the plan's, or the suspension's."""
    today, stages = _today(situation), situation.rules.ladder.stages
    extended = _extended(situation.state, today)
    longest = stages.action.max_days if situation.state.suspension is None else stages.suspended.max_days
    first, value = extended + timedelta(days=1), extended + timedelta(days=_EXTEND_DAYS)
    return Days(max(first, today), today + timedelta(days=longest), max(value, today))


def _today(situation: Situation[CaseState]) -> date:
    return shanghai(max(situation.now, situation.state.at)).date()


def _extended(state: CaseState, today: date) -> date:
    if state.suspension is not None:
        return max(state.suspension.resume_date, today)
    return state.plan.due_date if state.plan is not None else today
