"""Notices 通知 of sittings and of cases: who gets one, what it says, where it goes. Those of joint responses are in
``domain/joint_response/notices.py``.

A notice names the meeting, its time and where to read on. It never speaks of what a resident said, so that it has no
personal data, wherever it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.case import CaseState, EventType
from domain.joint_response.events import ResponseEventType
from domain.policy.forum import emergency_of, meeting_name
from domain.policy.organisation import Organisation
from domain.policy.rules import Rules
from domain.sitting import SittingEventType, SittingState
from domain.words.bilingual import Name, both, text
from domain.words.dates import moment

NoticeKind = Literal["agenda", "rescheduled", "cancelled", "minutes", "convened"]
CaseNoticeKind = Literal["answer_missed", "acceptance_missed"]
ResponseNoticeKind = Literal[
    "tasks",
    "transferred",
    "reminder",
    "late",
    "escalated",
    "alarm",
    "stood_down",
    "watch_ended",
]

KINDS: Mapping[SittingEventType, NoticeKind] = {
    "agenda_frozen": "agenda",
    "sitting_rescheduled": "rescheduled",
    "sitting_cancelled": "cancelled",
    "sitting_closed": "minutes",
}
"""What of a sitting is told to its members, by the event; of an extraordinary one also that it is convened."""

CASE_KINDS: Mapping[EventType, CaseNoticeKind] = {
    "answer_missed": "answer_missed",
    "acceptance_missed": "acceptance_missed",
}
"""What of a case is told to the unit that has it and to the one above, by the event."""

RESPONSE_KINDS: Mapping[ResponseEventType, ResponseNoticeKind] = {
    "task_opened": "tasks",
    "task_transferred": "transferred",
    "task_reminded": "reminder",
    "task_late": "late",
    "task_escalated": "escalated",
    "situation_report_missed": "late",
    "alarm_raised": "alarm",
    "cap_reached": "alarm",
    "response_stood_down": "stood_down",
    "watch_ended": "watch_ended",
}
"""What of a joint response is told to whom it concerns, by the event."""


def notice_kind(event: SittingEventType, sitting: str) -> NoticeKind | None:
    """What of a sitting's event its members are told, if anything. An extraordinary one is told of as it is convened:
    there is no time to wait for its agenda."""
    if event == "sitting_convened" and emergency_of(sitting) is not None:
        return "convened"
    return KINDS.get(event)


Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,99}$")]
"""The name of an environment variable. An address itself, which holds a secret, is none."""


class Channels(BaseModel):
    """Where notices go besides the inbox: ``policies/*/notices.yaml``. ``units``: by unit's id or department's code,
    the environment variables that hold an address each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = "1"
    units: dict[str, tuple[Variable, ...]] = Field(default_factory=dict)

    def of(self, unit: str) -> tuple[str, ...]:
        """A unit's variables, each once."""
        return tuple(dict.fromkeys(self.units.get(unit, ())))

    def strangers(self, organisation: Organisation) -> tuple[str, ...]:
        """The units that it names and the organisation does not have: their notices would go nowhere."""
        known = {unit.id for tier in organisation.tiers for unit in organisation.units_at(tier)}
        known |= {department.code for department in organisation.departments}
        return tuple(unit for unit in self.units if unit not in known)


def members(rules: Rules, forum: str) -> tuple[str, ...]:
    """Who belongs to a forum: its unit, the units right below it, and at the highest tier the departments."""
    organisation = rules.organisation
    unit = organisation.unit(rules.forums[forum].unit)
    tiers = [tier.id for tier in rules.ladder.tiers]
    below = tiers[: tiers.index(unit.tier)][-1:]
    units = [one.id for tier in below for one in organisation.units_at(tier) if one.parent == unit.id]
    departments = [department.code for department in organisation.departments] if unit.tier == tiers[-1] else []
    return (unit.id, *units, *departments)


def who_hears(rules: Rules, state: CaseState) -> tuple[str, ...]:
    """The unit that has a case, the lead of its plan where that is a department, and the unit one tier above."""
    above = rules.ladder.above(state.tier)
    tiers = [state.tier, *([above.id] if above is not None else [])]
    units = [unit for tier in tiers if (unit := state.units.get(tier)) is not None]
    departments = {department.code for department in rules.organisation.departments}
    lead = [state.plan.lead] if state.plan is not None and state.plan.lead in departments else []
    return (*units, *lead)


def case_wording(state: CaseState, kind: CaseNoticeKind, until: datetime, public_url: str) -> tuple[str, str]:
    """Subject and body of a notice of a case, in the case's language; ``until`` is the instant that was missed."""
    subject, line = _OF_A_CASE[kind]
    said = {"number": state.number, "until": moment(until, state.language)}
    body = f"{text(line, state.language, **said)}\n{public_url}/cases/{state.number}"
    return text(subject, state.language, **said), body


_OF_A_CASE: Mapping[CaseNoticeKind, tuple[Name, Name]] = {
    "answer_missed": (
        both("阶段答复逾期：{number}", "Answer missed: {number}"),
        both(
            "应于{until}前答复居民，尚未答复。请尽快答复；诉求件仍在原处办理。",
            "The resident was to be answered by {until} and was not. Please do; the case stays where it is.",
        ),
    ),
    "acceptance_missed": (
        both("告知受理逾期：{number}", "Word of acceptance missed: {number}"),
        both(
            "应于{until}前书面告知是否受理，尚未告知。请尽快告知。",
            "Whether it is accepted was to be told in writing by {until} and was not. Please do.",
        ),
    ),
}


def wording(rules: Rules, state: SittingState, kind: NoticeKind, public_url: str) -> tuple[str, str]:
    """Subject and body in the sitting's language. Instants are Shanghai's."""
    language, dates = state.language, state.dates
    name, when = meeting_name(rules.forums[dates.forum], dates.id).in_(language), moment(dates.starts_at, language)
    day = when.rpartition(" ")[0]
    agenda, minutes = state.agenda.cases if state.agenda else 0, state.minutes.cases if state.minutes else 0
    link = f"{public_url}/sittings/{dates.id}" + ("/minutes" if kind == "minutes" else "")
    if language.startswith("en"):
        what, line = {
            "agenda": ("Agenda", f"{when}. The agenda is frozen, with {agenda} cases."),
            "rescheduled": ("Rescheduled", f"The sitting is now on {when}."),
            "cancelled": ("Cancelled", f"The sitting of {when} is not held; its cases wait for the next."),
            "convened": ("Extraordinary sitting", f"{when}, on an emergency. It hears that alone."),
            "minutes": ("Minutes", f"The minutes of {when} are done, with {minutes} cases."),
        }[kind]
        return f"{what}: {name}, {day}", f"{line}\n{link}"
    what, line = {
        "agenda": ("议程", f"{when}召开，议程已定稿，共{agenda}件。"),
        "rescheduled": ("改期", f"会议改于{when}召开。"),
        "cancelled": ("取消", f"原定{when}的会议取消，待议诉求件转下次会议。"),
        "convened": ("临时会议", f"{when}召开临时会议，只议本次联动处置。"),
        "minutes": ("纪要", f"{when}会议的纪要已成稿，共{minutes}件。"),
    }[kind]
    return f"{what}：{name}（{day}）", f"{line}\n{link}"
