"""What a decision's form asks for: the fields of each kind, with their choices and the bounds of their dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from console.words import say
from domain.case import CaseState
from domain.permission import Actor, takes_up_directly
from domain.policy.calendar import shanghai
from domain.policy.ladder import DecisionKind
from domain.policy.organisation import Organisation, Unit
from domain.policy.rules import Rules
from domain.words.bilingual import Name
from domain.words.case_words import OBJECTION_GROUNDS, REJECTION_GROUNDS

Kind = Literal["area", "line", "date", "choice", "boxes", "stars"]
Options = tuple[tuple[str, str], ...]
Choices = tuple[tuple[str, Options], ...]
"""Options, each a value and its words, in groups; a group without a name stands by itself."""

_PLAN_DAYS, _SUSPEND_DAYS, _EXTEND_DAYS = 14, 30, 7
"""What a form's date is when it is shown first; the officer names the real one."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``hint``: its word's key; ``first`` and ``last``: a date's bounds; ``suggested``: pairs for a line."""

    name: str
    kind: Kind
    required: bool = True
    hint: str = ""
    choices: Choices = ()
    first: date | None = None
    last: date | None = None
    suggested: Options = ()

    @property
    def options(self) -> Options:
        """All choices, without their groups."""
        return tuple(option for _, options in self.choices for option in options)


_REASON = Field("reason", "area", hint="hint.personal")
_DONE = (Field("what_was_done", "area"),)
_PLAIN: dict[str, tuple[Field, ...]] = {
    "contact": (Field("how", "line", hint="hint.how"), Field("outcome", "area", hint="hint.personal")),
    "answer": (Field("text", "area", hint="hint.personal"),),
    "accept": (Field("text", "area", hint="hint.personal"),),
    "resolve": _DONE,
    "complete": _DONE,
    "hold": (_REASON,),
    "return": (_REASON,),
    "resume": (_REASON,),
    "refer": (Field("to_whom", "line"), Field("reference", "line"), _REASON),
    "confirm": (Field("stars", "stars"),),
    "dispute": (_REASON,),
    "reopen": (_REASON,),
    "withdraw": (),
    "note": (Field("text", "area", hint="hint.personal"),),
    "assign": (Field("person", "line", hint="hint.person"),),
    "supervise": (_REASON,),
}
"""The decisions whose fields are the same for every case."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields for one case and viewer. ``similar``: cases that it may be a duplicate of."""

    rules: Rules
    state: CaseState
    actor: Actor
    now: datetime
    language: str
    similar: Options = ()

    def of(self, kind: DecisionKind) -> tuple[Field, ...]:
        """A decision's fields, in order."""
        return _PLAIN[kind] if kind in _PLAIN else tuple(_FOR_A_CASE[kind](self))

    def first_values(self, kind: str) -> dict[str, str]:
        """What a decision's form holds when it is shown first."""
        if kind == "plan":
            return {"due_date": self._ahead(_PLAN_DAYS).isoformat()}
        if kind == "suspend":
            return {"resume_date": self._ahead(_SUSPEND_DAYS).isoformat()}
        if kind == "extend":
            return {"new_date": max(self._extended_from + timedelta(days=_EXTEND_DAYS), self._today).isoformat()}
        return {}

    def plan(self) -> Iterator[Field]:
        """Who, until when, what, with whose help."""
        last = self._ahead(self.rules.ladder.stages.action.max_days)
        yield Field("lead", "choice", choices=(*self._parties(), self._companies()))
        yield Field("due_date", "date", first=self._today, last=last)
        yield Field("deliverable", "area")
        yield Field("co_handlers", "boxes", required=False, choices=self._parties())

    def extend(self) -> Iterator[Field]:
        """The new date of the plan, or of the suspension."""
        stages, suspended = self.rules.ladder.stages, self.state.suspension is not None
        last = self._ahead(stages.suspended.max_days if suspended else stages.action.max_days)
        first = max(self._extended_from + timedelta(days=1), self._today)
        yield Field("new_date", "date", first=first, last=last)
        yield _REASON

    def suspend(self) -> Iterator[Field]:
        """What has to come first, and when it goes on."""
        yield Field("condition", "area")
        last = self._ahead(self.rules.ladder.stages.suspended.max_days)
        yield Field("resume_date", "date", first=self._ahead(1), last=last)

    def escalate(self) -> Iterator[Field]:
        """Over the tiers between: only for who may take a case up directly, where there is a tier to skip."""
        ladder = self.rules.ladder
        higher = ladder.tiers[ladder.rung(self.state.tier) + 1 :]
        if len(higher) > 1 and takes_up_directly(self.rules, self.actor):
            tiers = tuple((tier.id, tier.stage.name.in_(self.language)) for tier in higher)
            yield Field("to", "choice", required=False, choices=(("", tiers),))
        yield _REASON

    def object(self) -> Iterator[Field]:
        """Why it is not theirs."""
        yield Field("ground", "choice", choices=self._grounds(OBJECTION_GROUNDS))
        yield _REASON

    def reject(self) -> Iterator[Field]:
        """Why it is not taken on."""
        yield Field("ground", "choice", choices=self._grounds(REJECTION_GROUNDS))
        yield _REASON

    def designate(self) -> Iterator[Field]:
        """Whose it is, by which paper."""
        organisation, language = self.rules.organisation, self.language
        departments = tuple((one.code, one.name.in_(language)) for one in organisation.departments)
        above = [unit for tier in organisation.tiers[:-1] for unit in organisation.units_at(tier)]
        units = tuple((unit.id, unit.name.in_(language)) for unit in above)
        yield Field("unit", "choice", choices=(("", departments), ("", units), *self._estates()))
        yield Field("document", "line")

    def _grounds(self, grounds: Mapping[str, Name]) -> Choices:
        return (("", tuple((code, name.in_(self.language)) for code, name in grounds.items())),)

    def duplicate(self) -> Iterator[Field]:
        """Of which case."""
        yield Field("of", "line", hint="hint.of", suggested=self.similar)

    def reroute(self) -> Iterator[Field]:
        """Where it belongs."""
        yield Field("estate", "choice", required=False, choices=self._estates())
        others = [one for one in self.rules.organisation.categories if one.id != self.state.category]
        categories = tuple((one.id, one.name.in_(self.language)) for one in others)
        yield Field("category", "choice", required=False, choices=(("", categories),))

    def emergency(self) -> Iterator[Field]:
        """By which playbook."""
        yield Field("playbook", "choice", choices=(("", self._playbooks()),))
        yield Field("reason", "area", required=False, hint="hint.personal")

    # ---------------------------------------------------------------- dates

    @property
    def _today(self) -> date:
        return shanghai(max(self.now, self.state.at)).date()

    def _ahead(self, days: int) -> date:
        return self._today + timedelta(days=days)

    @property
    def _extended_from(self) -> date:
        """The day that an extension moves."""
        if self.state.suspension is not None:
            return max(self.state.suspension.resume_date, self._today)
        return self.state.plan.due_date if self.state.plan is not None else self._today

    # ---------------------------------------------------------------- choices

    def _parties(self) -> Choices:
        """Departments, and the case's own units."""
        organisation = self.rules.organisation
        departments = tuple((one.code, one.name.in_(self.language)) for one in organisation.departments)
        units = tuple((one.id, one.name.in_(self.language)) for one in organisation.lineage(self.state.estate))
        return ((say("group.departments", self.language), departments), (say("group.units", self.language), units))

    def _companies(self) -> tuple[str, Options]:
        """Companies, the estate's first; named in words, in the case's own language, as the plan will have it."""
        organisation, spoken = self.rules.organisation, self.rules.ladder.language
        serving = organisation.unit(self.state.estate).company
        companies = sorted(organisation.companies, key=lambda one: one.id != serving)
        named = tuple((one.name.in_(spoken), one.name.in_(self.language)) for one in companies)
        return say("group.companies", self.language), named

    def _estates(self) -> Choices:
        """Every estate but the case's own, by the unit above it."""
        groups = []
        for above, estates in by_parent(self.rules.organisation):
            others = [one for one in estates if one.id != self.state.estate]
            groups.append(
                (above.name.in_(self.language), tuple((one.id, one.name.in_(self.language)) for one in others))
            )
        return tuple(groups)

    def _playbooks(self) -> Options:
        kinds = self.rules.playbook_kinds
        return tuple((kind, self.rules.playbook(kind).name.in_(self.language)) for kind in kinds)


_FOR_A_CASE: dict[str, Callable[[Fields], Iterator[Field]]] = {
    "plan": Fields.plan,
    "extend": Fields.extend,
    "suspend": Fields.suspend,
    "escalate": Fields.escalate,
    "object": Fields.object,
    "reject": Fields.reject,
    "designate": Fields.designate,
    "duplicate": Fields.duplicate,
    "reroute": Fields.reroute,
    "emergency": Fields.emergency,
}

NAMES = frozenset(field.name for fields in _PLAIN.values() for field in fields) | {
    "lead",
    "due_date",
    "deliverable",
    "co_handlers",
    "new_date",
    "condition",
    "resume_date",
    "to",
    "of",
    "estate",
    "category",
    "playbook",
    "ground",
    "unit",
    "document",
}
"""Every field that a decision's form can have; each has a word ``field.…``."""


def by_parent(organisation: Organisation) -> Iterator[tuple[Unit, list[Unit]]]:
    """The estates by the unit above them, in the organisation's order."""
    below: dict[str, list[Unit]] = {}
    for estate in organisation.estates:
        below.setdefault(estate.parent or estate.id, []).append(estate)
    for parent, estates in below.items():
        yield organisation.unit(parent), estates
