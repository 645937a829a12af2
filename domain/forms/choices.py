"""What can be chosen by the rules in force, for forms of any kind of process: units, estates, departments, …"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.forms.asking import Choices, Options, Situation
from domain.policy.organisation import Organisation, Unit


def departments(situation: Situation[Any]) -> Choices:
    """Every department, by its code."""
    found = situation.rules.organisation.departments
    return (("", tuple((one.code, one.name.in_(situation.language)) for one in found)),)


def units(situation: Situation[Any]) -> Choices:
    """Every unit, in groups by tier."""
    organisation, ladder = situation.rules.organisation, situation.rules.ladder
    names = {tier.id: tier.name.in_(situation.language) for tier in ladder.tiers}
    return tuple((names.get(tier, tier), _named(organisation.units_at(tier), situation)) for tier in organisation.tiers)


def estates(situation: Situation[Any]) -> Choices:
    """Every estate, in groups by the unit above it."""
    found = estates_by_parent(situation.rules.organisation)
    return tuple((above.name.in_(situation.language), _named(below, situation)) for above, below in found)


def estates_by_parent(organisation: Organisation) -> Iterator[tuple[Unit, tuple[Unit, ...]]]:
    """The estates by the unit above them, in the organisation's order."""
    below: dict[str, list[Unit]] = {}
    for estate in organisation.estates:
        below.setdefault(estate.parent or estate.id, []).append(estate)
    for parent, found in below.items():
        yield organisation.unit(parent), tuple(found)


def categories(situation: Situation[Any]) -> Choices:
    """Every category of issues."""
    found = situation.rules.organisation.categories
    return (("", tuple((one.id, one.name.in_(situation.language)) for one in found)),)


def companies(situation: Situation[Any]) -> Choices:
    """Every property company."""
    found = situation.rules.organisation.companies
    return (("", tuple((one.id, one.name.in_(situation.language)) for one in found)),)


def playbooks(situation: Situation[Any]) -> Choices:
    """Every kind of emergency for which there is a playbook."""
    rules = situation.rules
    return (("", tuple((kind, rules.playbook(kind).name.in_(situation.language)) for kind in rules.playbook_kinds)),)


def tiers(situation: Situation[Any]) -> Choices:
    """Every tier of the ladder, the lowest first."""
    found = situation.rules.ladder.tiers
    return (("", tuple((one.id, one.name.in_(situation.language)) for one in found)),)


def without(choices: Choices, *values: str | None) -> Choices:
    """The same choices without some values."""
    return tuple((group, tuple(one for one in options if one[0] not in values)) for group, options in choices)


def _named(found: tuple[Unit, ...], situation: Situation[Any]) -> Options:
    return tuple((one.id, one.name.in_(situation.language)) for one in found)
