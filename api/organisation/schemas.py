"""The organisation over the wire."""

from __future__ import annotations

from api.edge.wire import Answer


class EstateView(Answer):
    """An estate; ``kind`` is market, state_backstop or self_governed."""

    id: str
    name: str
    kind: str | None
    company: str | None


class CommunityView(Answer):
    """A community and its estates."""

    id: str
    name: str
    estates: list[EstateView]


class NamedView(Answer):
    """Something with an id and a name."""

    id: str
    name: str


class DepartmentView(Answer):
    """A department of the joint response."""

    code: str
    name: str


class TierView(Answer):
    """One rung of the ladder, lowest first."""

    id: str
    name: str
    stage: NamedView


class OrganisationView(Answer):
    """The organisation in force."""

    version: str
    name: str
    alliance: NamedView
    communities: list[CommunityView]
    departments: list[DepartmentView]
    categories: list[NamedView]
    companies: list[NamedView]
    tiers: list[TierView]
