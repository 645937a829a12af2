"""Who is proposed to lead what: a default for each category, as data, with the reason.

A proposal only: the sitting decides. Departments that an organisation does not have are left out.
"""

from __future__ import annotations

from typing import NamedTuple

from domain.policy.organisation import Organisation
from domain.words.bilingual import Name


class Proposal(NamedTuple):
    """A lead (department code, unit id, company id), who else is needed, and why this one."""

    lead: str
    others: tuple[str, ...]
    why: Name


def _p(lead: str, others: str, zh: str, en: str) -> Proposal:
    return Proposal(lead, tuple(others.split()), Name(zh=zh, en=en))


BY_CATEGORY: dict[str, Proposal] = {
    "property-service": _p("urban", "social", "物业服务监管归口", "supervises property services"),
    "fees": _p("urban", "governance", "物业收费监管归口，争议须调处", "supervises charges; disputes need mediation"),
    "lift": _p("urban", "fire emergency", "电梯维修资金归口，困人须救援", "renewal funds; entrapment needs rescue"),
    "water": _p("urban", "citymgmt", "供排水设施归口，路面由城管配合", "water and drainage works"),
    "power": _p("urban", "citymgmt", "照明和供电设施归口", "lighting and power works"),
    "heating": _p("urban", "governance", "供暖设施归口，停供易生纠纷", "heating works; failures breed disputes"),
    "gas": _p("urban", "fire emergency", "燃气设施归口，泄漏须消防应急到场", "gas works; leaks need fire and rescue"),
    "fire-safety": _p("fire", "police emergency", "消防安全监管归口", "supervises fire safety"),
    "structure": _p("urban", "emergency", "房屋安全归口，险情须应急处置", "building safety; danger needs response"),
    "illegal-building": _p("citymgmt", "police urban", "违建执法归口", "enforces against illegal construction"),
    "parking": _p("citymgmt", "police fire", "停车秩序归口，充电涉消防", "parking order; charging is a fire risk"),
    "noise": _p("police", "citymgmt", "社会生活噪声处置归口", "deals with noise of daily life"),
    "refuse": _p("citymgmt", "social", "环境卫生归口", "public cleansing"),
    "greening": _p("citymgmt", "social", "绿化管护归口", "keeps the green"),
    "security": _p("police", "governance", "治安防范归口", "public security"),
    "owners-committee": _p("social", "urban", "业委会组建和指导归口", "guides owners' committees"),
    "neighbours": _p("governance", "social police", "矛盾调处归口", "mediates disputes"),
}

_COMPANYS = Name(zh="物业企业先行处理", en="the property company acts first")
_ESTATES = Name(zh="无物业企业，小区自行处理", en="no property company; the estate's own")
_COMMUNITYS = Name(zh="无归口部门，由社区统筹", en="no department's own; the community coordinates")


def proposal(organisation: Organisation, category: str, estate: str, *, lowest: bool) -> Proposal | None:
    """Who should lead a case: at the lowest tier the estate's company or itself, above it the category's department.

    None only where the organisation no longer has the estate.
    """
    known = {department.code for department in organisation.departments}
    found = BY_CATEGORY.get(category)
    if found is not None and found.lead in known and not lowest:
        return found._replace(others=tuple(code for code in found.others if code in known))
    if estate not in {unit.id for unit in organisation.estates}:
        return None
    if not lowest:
        lineage = organisation.lineage(estate)
        return Proposal(lineage[min(1, len(lineage) - 1)].id, (), _COMMUNITYS)
    company = organisation.estate(estate).company
    return Proposal(company, (), _COMPANYS) if company else Proposal(estate, (), _ESTATES)
