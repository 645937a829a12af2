"""The policies in force, as one: what kinds there are, what is in one, and whether it fits beside the others."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, TypeAlias

from domain.errors import Refusal
from domain.policy.calendar import CalendarYear, WorkingCalendar
from domain.policy.ladder import Ladder
from domain.policy.organisation import Organisation
from domain.policy.playbook import Playbook, misfits
from domain.policy.policy_file import PolicyProblem, parse_policy, problems_at
from domain.policy.rules import Rules
from domain.words.bilingual import Name
from domain.words.policy_words import Fault, fault
from domain.words.refusal_words import refusal

PolicyKind: TypeAlias = Literal["ladder", "organisation", "calendar", "playbook"]
PolicyValue: TypeAlias = Ladder | Organisation | CalendarYear | Playbook

KINDS: tuple[PolicyKind, ...] = ("organisation", "ladder", "calendar", "playbook")
_MODELS: dict[PolicyKind, type[PolicyValue]] = {
    "ladder": Ladder,
    "organisation": Organisation,
    "calendar": CalendarYear,
    "playbook": Playbook,
}

_NUMBERS = re.compile(r"[0-9]{1,40}(\.[0-9]{1,40}){0,9}")


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy's text and what it says. ``file`` is what messages call it."""

    kind: PolicyKind
    text: str
    value: PolicyValue
    file: str

    @property
    def name(self) -> str:
        """Which one of its kind: the ladder's name, the organisation's root, the year, the playbook's kind."""
        return _name(self.value)

    @property
    def version(self) -> str:
        """Its version."""
        return self.value.version

    @property
    def ref(self) -> str:
        """``nancheng@2``."""
        return f"{self.name}@{self.version}"


def read_policy(kind: PolicyKind, text: str, file: str) -> Policy:
    """A policy from its text. Raises PolicyError: every mistake at its line."""
    return Policy(kind, text, parse_policy(_MODELS[kind], text, file), file)


def _name(value: PolicyValue) -> str:
    if isinstance(value, Ladder):
        return value.ladder
    if isinstance(value, Organisation):
        return value.root.id
    return str(value.year) if isinstance(value, CalendarYear) else value.playbook


def is_older(version: str, other: str) -> bool:
    """Whether a version comes before another one: ``1.9`` before ``1.10``. False where one of them is not numbers with
    dots between, so that nobody can say."""
    if _NUMBERS.fullmatch(version) is None or _NUMBERS.fullmatch(other) is None:
        return False
    one, two = ([int(part) for part in each.split(".")] for each in (version, other))
    return one < two


def next_version(version: str) -> str:
    """The version after this one: ``2`` after ``1``, ``1.1`` after ``1.0``; else ``….2``."""
    head, dot, last = version.rpartition(".")
    return f"{head}{dot}{int(last) + 1}" if last.isdecimal() and last.isascii() else f"{version}.2"


# ---------------------------------------------------------------- in force together


@dataclass(frozen=True)
class PolicySet:
    """Everything that is in force at a time: the ladder and the organisation, a calendar each year, the playbooks."""

    ladder: Policy
    organisation: Policy
    years: Mapping[str, Policy] = field(default_factory=dict)
    playbooks: Mapping[str, Policy] = field(default_factory=dict)

    @staticmethod
    def of(policies: Iterable[Policy]) -> PolicySet | None:
        """The set that policies make, the last one of a kind and name; None without a ladder or an organisation."""
        found = list(policies)
        alone = {policy.kind: policy for policy in found}
        if "ladder" not in alone or "organisation" not in alone:
            return None
        return PolicySet(alone["ladder"], alone["organisation"]).with_all(found)

    def with_all(self, policies: Iterable[Policy]) -> PolicySet:
        """The set with each of the policies instead of its like."""
        together = self
        for policy in policies:
            together = together.with_(policy)
        return together

    def with_(self, policy: Policy) -> PolicySet:
        """The set with one policy instead of its like."""
        if policy.kind == "ladder":
            return replace(self, ladder=policy)
        if policy.kind == "organisation":
            return replace(self, organisation=policy)
        if policy.kind == "calendar":
            return replace(self, years={**self.years, policy.name: policy})
        return replace(self, playbooks={**self.playbooks, policy.name: policy})

    @cached_property
    def rules(self) -> Rules:
        """The rules that they make, without the playbooks. Its forums raise Refusal ``unknown_tier``."""
        organisation, ladder = self.pair
        years = [year.value for year in self.years.values() if isinstance(year.value, CalendarYear)]
        return Rules(ladder, organisation, WorkingCalendar.of(years))

    @property
    def names(self) -> str:
        """Whose policies they are: the ladder's name and the organisation's root."""
        return f"ladder {self.ladder.name}, organisation {self.organisation.name}"

    @property
    def pair(self) -> tuple[Organisation, Ladder]:
        """The organisation and the ladder, as ``misfits`` takes them."""
        ladder, organisation = self.ladder.value, self.organisation.value
        assert isinstance(ladder, Ladder)
        assert isinstance(organisation, Organisation)
        return organisation, ladder

    def problems(self, signals: Mapping[str, Collection[str]]) -> list[PolicyProblem]:
        """What is wrong only when the policies are taken together, each at its file and line. ``signals``: the commands
        that each kind of process can be sent, by the kind's id."""
        return self._problems_of_tiers() or [*self._problems_of_signals(signals), *self._problems_of_playbooks()]

    def _problems_of_signals(self, known: Mapping[str, Collection[str]]) -> list[PolicyProblem]:
        _, ladder = self.pair
        faults = [
            (("signals", kind), fault("not_sendable", command=command, kind=kind))
            for kind, commands in ladder.signals.items()
            for command in sorted(commands - set(known.get(kind, commands)))
        ]
        faults += [(("signals", kind), fault("no_kind", kind=kind)) for kind in ladder.signals if kind not in known]
        return problems_at(self.ladder.text, self.ladder.file, faults)

    def _problems_of_tiers(self) -> list[PolicyProblem]:
        organisation, ladder = self.pair
        if [tier.id for tier in ladder.tiers] != list(reversed(organisation.tiers)):
            up = ", ".join(reversed(organisation.tiers))
            return self._at_tiers(fault("other_tiers", tiers=up))
        try:
            len(self.rules.forums)
        except Refusal as error:
            zh, en = (refusal(error.code, language, error.params) for language in ("zh-CN", "en"))
            return self._at_tiers(Fault(code=error.code, zh=zh, en=en))
        except ValueError:  # the calendar's only one
            return [PolicyProblem("calendar-*.yaml", 1, "year", fault("year_twice"))]
        return []

    def _at_tiers(self, message: Fault) -> list[PolicyProblem]:
        return problems_at(self.ladder.text, self.ladder.file, [(("tiers",), message)])

    def _problems_of_playbooks(self) -> list[PolicyProblem]:
        organisation, ladder = self.pair
        return [
            problem
            for policy in self.playbooks.values()
            if isinstance(policy.value, Playbook)
            for problem in problems_at(policy.text, policy.file, misfits(policy.value, organisation, ladder))
        ]


# ---------------------------------------------------------------- in words


def said(value: PolicyValue) -> Name:
    """What is in a policy, for a person, in a line."""
    if isinstance(value, Ladder):
        zh, en = ("→".join(tier.name.in_(language) for tier in value.tiers) for language in ("zh-CN", "en"))
        return Name(zh=zh, en=en)
    if isinstance(value, Organisation):
        return _of_organisation(value)
    return _of_calendar(value) if isinstance(value, CalendarYear) else _of_playbook(value)


def _of_playbook(found: Playbook) -> Name:
    tasks, required = len(found.tasks), sum(task.required for task in found.tasks)
    return Name(
        zh=f"{found.name.zh}：任务 {tasks} 项，必办 {required} 项",
        en=f"{found.name.en}: {tasks} tasks, {required} of them required",
    )


def _of_calendar(year: CalendarYear) -> Name:
    off = sum(day.kind == "off" for day in year.days)
    works = len(year.days) - off
    return Name(zh=f"休 {off} 天，调休上班 {works} 天", en=f"{off} days off, {works} make-up workdays")


def _of_organisation(found: Organisation) -> Name:
    counts = "/".join(str(len(found.units_at(tier))) for tier in found.tiers)
    departments, categories = len(found.departments), len(found.categories)
    return Name(
        zh=f"单位 {counts}，部门 {departments}，类别 {categories}",
        en=f"units {counts}, {departments} departments, {categories} categories",
    )
