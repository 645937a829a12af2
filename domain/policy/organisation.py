"""Who there is: the units from the alliance down to the estates, companies, departments and categories.

A policy file: any number of tiers, named from the top down, and a tree of units that is exactly as deep.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, model_validator

from domain.errors import Refusal
from domain.policy.cadence import Cadence
from domain.policy.policy_file import Location, Misplaced, repeated
from domain.words.bilingual import Name
from domain.words.policy_words import Fault, fault

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
"""A short ASCII id: lower-case letters, digits and hyphens."""

CasePrefix = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,8}$")]
"""What the numbers of the organisation's cases begin with: NC-2026-000001."""

EstateKind = Literal["market", "state_backstop", "self_governed"]
"""市场化管理, 国有托底管理, 居民自治."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Unit(_Frozen):
    """A unit. Only an estate (a unit of the lowest tier) has a kind and, unless self-governed, a company."""

    id: str
    name: Name
    tier: str
    parent: str | None
    kind: EstateKind | None = None
    company: str | None = None
    cadence: Cadence | None = None


class Company(_Frozen):
    """A property company that serves estates; ``state_owned`` is the backstop (国有物业)."""

    id: Identifier
    name: Name
    state_owned: bool = False


class Department(_Frozen):
    """One of the departments of the joint response."""

    code: Identifier
    name: Name


class Category(_Frozen):
    """What an issue is about."""

    id: Identifier
    name: Name


class UnitEntry(_Frozen):
    """A unit as the policy file writes it, with the units below it."""

    id: Identifier
    name: Name
    kind: EstateKind | None = None
    company: Identifier | None = None
    cadence: Cadence | None = None
    units: tuple[UnitEntry, ...] = ()


class _Placed(NamedTuple):
    entry: UnitEntry
    parent: str | None
    depth: int
    location: Location


class Organisation(_Frozen):
    """The whole organisation, as its policy file says it. Immutable; look-ups are dictionary reads.

    ``tiers`` are named from the top down; ``name`` is the subdistrict's, the alliance is the root unit.
    """

    model_config = ConfigDict(coerce_numbers_to_str=True)

    version: str = Field(min_length=1, max_length=40)
    name: Name
    tiers: tuple[Identifier, ...] = Field(min_length=1)
    companies: tuple[Company, ...] = ()
    departments: tuple[Department, ...]
    categories: tuple[Category, ...] = Field(min_length=1)
    root: UnitEntry
    case_prefix: CasePrefix = "HX"

    _units: dict[str, Unit] = PrivateAttr(default_factory=dict)
    _lineages: dict[str, tuple[Unit, ...]] = PrivateAttr(default_factory=dict)
    _by_tier: dict[str, tuple[Unit, ...]] = PrivateAttr(default_factory=dict)
    _categories: dict[str, Category] = PrivateAttr(default_factory=dict)
    _departments: dict[str, Department] = PrivateAttr(default_factory=dict)
    _companies: dict[str, Company] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        faults = [
            *_repeated_tiers(self.tiers),
            *repeated((company.id for company in self.companies), "companies"),
            *repeated((department.code for department in self.departments), "departments", "code"),
            *repeated((category.id for category in self.categories), "categories"),
            *self._faults_of_units(),
        ]
        if faults:
            raise Misplaced(faults)
        self._index()
        return self

    def _faults_of_units(self) -> Iterator[tuple[Location, Fault]]:
        seen: set[str] = set()
        companies = {company.id for company in self.companies}
        for placed in _walk(self.root):
            if placed.entry.id in seen:
                yield (*placed.location, "id"), fault("unit_twice", id=placed.entry.id)
            seen.add(placed.entry.id)
            for field, message in _faults_of_unit(placed, self.tiers, companies):
                yield (*placed.location, field), message

    def _index(self) -> None:
        for entry, parent, depth, _ in _walk(self.root):
            fields = entry.model_dump(include={"id", "kind", "company"})
            unit = Unit(**fields, name=entry.name, cadence=entry.cadence, tier=self.tiers[depth], parent=parent)
            self._units[unit.id] = unit
            self._lineages[unit.id] = (unit, *(self._lineages[parent] if parent else ()))
        for tier in self.tiers:
            self._by_tier[tier] = tuple(unit for unit in self._units.values() if unit.tier == tier)
        self._categories.update((category.id, category) for category in self.categories)
        self._departments.update((department.code, department) for department in self.departments)
        self._companies.update((company.id, company) for company in self.companies)

    @property
    def alliance(self) -> Unit:
        """The unit at the top."""
        return self._units[self.root.id]

    @property
    def estates(self) -> tuple[Unit, ...]:
        """The units of the lowest tier, where issues are raised."""
        return self._by_tier[self.tiers[-1]]

    def unit(self, unit_id: str) -> Unit:
        """Any unit. Raises Refusal("unknown_unit")."""
        found = self._units.get(unit_id)
        if found is None:
            raise Refusal("unknown_unit", unit=unit_id)
        return found

    def estate(self, estate_id: str) -> Unit:
        """A unit of the lowest tier. Raises Refusal("unknown_estate")."""
        found = self._units.get(estate_id)
        if found is None or found.tier != self.tiers[-1]:
            raise Refusal("unknown_estate", estate=estate_id)
        return found

    def category(self, category_id: str) -> Category:
        """A category. Raises Refusal("unknown_category")."""
        found = self._categories.get(category_id)
        if found is None:
            raise Refusal("unknown_category", category=category_id)
        return found

    def department(self, code: str) -> Department:
        """A department. Raises Refusal("unknown_department")."""
        found = self._departments.get(code)
        if found is None:
            raise Refusal("unknown_department", department=code)
        return found

    def company(self, company_id: str) -> Company:
        """A property company. Raises Refusal("unknown_company")."""
        found = self._companies.get(company_id)
        if found is None:
            raise Refusal("unknown_company", company=company_id)
        return found

    def units_at(self, tier: str) -> tuple[Unit, ...]:
        """The units of a tier, in the file's order. Raises Refusal("unknown_tier")."""
        found = self._by_tier.get(tier)
        if found is None:
            raise Refusal("unknown_tier", tier=tier)
        return found

    def children(self, unit_id: str) -> tuple[Unit, ...]:
        """The units directly below one, in the file's order. Raises Refusal("unknown_unit")."""
        self.unit(unit_id)
        return tuple(unit for unit in self._units.values() if unit.parent == unit_id)

    def lineage(self, unit_id: str) -> tuple[Unit, ...]:
        """The unit and all above it, lowest first. Raises Refusal("unknown_unit")."""
        self.unit(unit_id)
        return self._lineages[unit_id]

    def ancestor(self, unit_id: str, tier: str) -> Unit:
        """The unit of ``tier`` that ``unit_id`` is or belongs to. Refuses unknown_unit and unknown_tier."""
        for unit in self.lineage(unit_id):
            if unit.tier == tier:
                return unit
        raise Refusal("unknown_tier", tier=tier)

    def covers(self, unit_id: str, estate_id: str) -> bool:
        """True if the estate is the unit or belongs to it; False for ids that do not exist."""
        return any(unit.id == unit_id for unit in self._lineages.get(estate_id, ()))


def _walk(root: UnitEntry) -> Iterator[_Placed]:
    """The tree from the top down, each unit before those below it."""
    waiting = [_Placed(root, None, 0, ("root",))]
    while waiting:
        placed = waiting.pop()
        yield placed
        below = [
            _Placed(entry, placed.entry.id, placed.depth + 1, (*placed.location, "units", index))
            for index, entry in enumerate(placed.entry.units)
        ]
        waiting.extend(reversed(below))


def _faults_of_unit(placed: _Placed, tiers: tuple[str, ...], companies: set[str]) -> Iterator[tuple[str, Fault]]:
    entry, lowest = placed.entry, len(tiers) - 1
    if placed.depth > lowest:
        yield "id", fault("too_deep", tiers=", ".join(tiers))
    elif placed.depth < lowest:
        yield from _faults_of_upper(entry, tiers[placed.depth], tiers[placed.depth + 1])
    else:
        yield from _faults_of_estate(entry, companies)


def _faults_of_upper(entry: UnitEntry, tier: str, below: str) -> Iterator[tuple[str, Fault]]:
    if not entry.units:
        yield "units", fault("needs_units", tier=tier, below=below)
        return
    if entry.kind is not None:
        yield "kind", fault("has_no", tier=tier, field="kind")
    if entry.company is not None:
        yield "company", fault("has_no", tier=tier, field="company")


def _faults_of_estate(entry: UnitEntry, companies: set[str]) -> Iterator[tuple[str, Fault]]:
    if entry.kind is None:
        yield "kind", fault("needs_kind")
    if entry.company is not None and entry.company not in companies:
        yield "company", fault("no_company", company=entry.company)
    if entry.company is None and entry.kind in ("market", "state_backstop"):
        yield "company", fault("needs_company", kind=entry.kind)


def _repeated_tiers(tiers: tuple[str, ...]) -> list[tuple[Location, Fault]]:
    return [
        (("tiers", index), fault("tier_twice", tier=tier)) for index, tier in enumerate(tiers) if tier in tiers[:index]
    ]
