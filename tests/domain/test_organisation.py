"""Who there is, and who belongs to whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import Refusal
from domain.policy.organisation import Organisation
from domain.policy.policy_file import PolicyError, parse_policy

FILE = Path(__file__).parents[2] / "policies" / "nancheng" / "organisation.yaml"
NANCHENG = parse_policy(Organisation, FILE.read_text(encoding="utf-8"), FILE.name)

FOUR_TIERS = """\
version: 7
name: {zh: 北城街道, en: Beicheng}
tiers: [alliance, area, community, estate]
companies:
  - {id: anju, name: {zh: 安居, en: Anju}}
departments:
  - {code: urban, name: {zh: 城建, en: Urban}}
categories:
  - {id: lift, name: {zh: 电梯, en: Lifts}}
root:
  id: beicheng
  name: {zh: 北城联盟, en: Alliance}
  units:
    - id: east
      name: {zh: 东片区, en: East}
      units:
        - id: qingnian
          name: {zh: 青年社区, en: Qingnian}
          units:
            - {id: yuan-1, name: {zh: 一号院, en: Court 1}, kind: market, company: anju}
            - {id: yuan-2, name: {zh: 二号院, en: Court 2}, kind: self_governed}
    - id: west
      name: {zh: 西片区, en: West}
      units:
        - id: laonian
          name: {zh: 老年社区, en: Laonian}
          units:
            - {id: yuan-3, name: {zh: 三号院, en: Court 3}, kind: self_governed}
"""


def ids(units: tuple[object, ...]) -> list[str]:
    return [getattr(unit, "id", "") for unit in units]


def mistakes(old: str, new: str) -> list[tuple[int, str, str]]:
    assert old in FOUR_TIERS
    with pytest.raises(PolicyError) as caught:
        parse_policy(Organisation, FOUR_TIERS.replace(old, new, 1), "organisation.yaml")
    return [(problem.line, problem.field, problem.message.en) for problem in caught.value.problems]


def mistake(old: str, new: str) -> tuple[int, str, str]:
    (only,) = mistakes(old, new)
    return only


def test_nancheng_has_one_alliance_six_communities_and_their_estates() -> None:
    assert NANCHENG.alliance.id == "nancheng"
    assert NANCHENG.alliance.name.zh == "南城街道“红色物业”联盟"
    communities = NANCHENG.units_at("community")
    assert len(communities) == 6
    assert all(4 <= len(NANCHENG.children(community.id)) <= 5 for community in communities)
    assert NANCHENG.estates == NANCHENG.units_at("estate")


def test_nancheng_has_the_seven_departments_of_the_joint_response() -> None:
    assert [(one.code, one.name.zh) for one in NANCHENG.departments] == [
        ("urban", "城建"),
        ("governance", "综治"),
        ("citymgmt", "城管"),
        ("police", "公安"),
        ("fire", "消防"),
        ("emergency", "应急"),
        ("social", "社会组织"),
    ]


def test_estates_are_of_three_kinds_and_the_state_backs_the_backstop_ones() -> None:
    assert {estate.kind for estate in NANCHENG.estates} == {"market", "state_backstop", "self_governed"}
    backstops = {estate.company for estate in NANCHENG.estates if estate.kind == "state_backstop"}
    assert backstops == {"nancheng-gyzy"}
    assert NANCHENG.company("nancheng-gyzy").state_owned
    assert [company.id for company in NANCHENG.companies if company.state_owned] == ["nancheng-gyzy"]


def test_every_company_of_nancheng_serves_an_estate() -> None:
    assert {company.id for company in NANCHENG.companies} == {
        estate.company for estate in NANCHENG.estates if estate.company
    }


def test_every_name_is_there_in_chinese_and_in_english() -> None:
    units = [unit for tier in NANCHENG.tiers for unit in NANCHENG.units_at(tier)]
    names = [unit.name for unit in units]
    names += [company.name for company in NANCHENG.companies]
    names += [department.name for department in NANCHENG.departments]
    names += [category.name for category in NANCHENG.categories]
    assert all(name.zh and name.en for name in names)


def test_an_estate_belongs_to_its_community_and_to_the_alliance() -> None:
    assert ids(NANCHENG.lineage("gulou-yuan")) == ["gulou-yuan", "laocheng", "nancheng"]
    assert NANCHENG.ancestor("gulou-yuan", "estate").id == "gulou-yuan"
    assert NANCHENG.ancestor("gulou-yuan", "community").id == "laocheng"
    assert NANCHENG.ancestor("gulou-yuan", "alliance").id == "nancheng"


def test_a_unit_covers_itself_and_what_is_below_it_and_nothing_else() -> None:
    assert NANCHENG.covers("gulou-yuan", "gulou-yuan")
    assert NANCHENG.covers("laocheng", "gulou-yuan")
    assert NANCHENG.covers("nancheng", "gulou-yuan")
    assert not NANCHENG.covers("guangfu", "gulou-yuan")
    assert not NANCHENG.covers("mudan-garden", "gulou-yuan")
    assert not NANCHENG.covers("nancheng", "nowhere")


def test_what_does_not_exist_is_refused_by_its_kind() -> None:
    for look_up, code in (
        (NANCHENG.unit, "unknown_unit"),
        (NANCHENG.lineage, "unknown_unit"),
        (NANCHENG.children, "unknown_unit"),
        (NANCHENG.estate, "unknown_estate"),
        (NANCHENG.category, "unknown_category"),
        (NANCHENG.department, "unknown_department"),
        (NANCHENG.company, "unknown_company"),
        (NANCHENG.units_at, "unknown_tier"),
    ):
        with pytest.raises(Refusal) as caught:
            look_up("nowhere")
        assert caught.value.code == code
        assert "nowhere" in caught.value.params.values()


def test_a_community_is_no_estate_and_has_none_above_it() -> None:
    with pytest.raises(Refusal, match="unknown_estate"):
        NANCHENG.estate("laocheng")
    with pytest.raises(Refusal, match="unknown_tier"):
        NANCHENG.ancestor("laocheng", "estate")


def test_another_subdistrict_has_four_tiers_by_writing_another_file() -> None:
    beicheng = parse_policy(Organisation, FOUR_TIERS, "organisation.yaml")
    assert beicheng.version == "7"
    assert ids(beicheng.lineage("yuan-3")) == ["yuan-3", "laonian", "west", "beicheng"]
    assert [unit.tier for unit in beicheng.lineage("yuan-3")] == ["estate", "community", "area", "alliance"]
    assert beicheng.ancestor("yuan-1", "area").id == "east"
    assert ids(beicheng.units_at("area")) == ["east", "west"]
    assert ids(beicheng.estates) == ["yuan-1", "yuan-2", "yuan-3"]


def test_an_organisation_survives_being_stored_as_json() -> None:
    assert Organisation.model_validate_json(NANCHENG.model_dump_json()) == NANCHENG


def test_a_tree_that_is_deeper_than_its_tiers_is_refused_where_it_is() -> None:
    found = mistakes("[alliance, area, community, estate]", "[alliance, area, community]")
    assert (20, "root.units[0].units[0].units[0].id") in [(line, field) for line, field, _ in found]
    assert any("deeper than its tiers" in message for _, _, message in found)


def test_a_tree_that_is_not_as_deep_as_its_tiers_is_refused_where_it_ends() -> None:
    found = mistakes("[alliance, area, community, estate]", "[alliance, district, area, community, estate]")
    assert [(line, field) for line, field, _ in found] == [
        (20, "root.units[0].units[0].units[0].units"),
        (21, "root.units[0].units[0].units[1].units"),
        (28, "root.units[1].units[0].units[0].units"),
    ]
    assert found[0][2] == "a unit of the tier 'community' needs units of the tier 'estate' below it"


def test_two_units_with_one_id_are_refused_at_the_second() -> None:
    assert mistake("id: yuan-3", "id: east") == (
        28,
        "root.units[1].units[0].units[0].id",
        "another unit has the id 'east'",
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("id: yuan-2", "id: Yuan_2", 21, "root.units[0].units[0].units[1].id"),
        ("id: yuan-2", "id: 二号院", 21, "root.units[0].units[0].units[1].id"),
        ("kind: market, company: anju", "company: anju", 20, "root.units[0].units[0].units[0].kind"),
        ("kind: market", "kind: private", 20, "root.units[0].units[0].units[0].kind"),
        (", company: anju", "", 20, "root.units[0].units[0].units[0].company"),
        ("company: anju", "company: anjv", 20, "root.units[0].units[0].units[0].company"),
        ("    - id: west\n", "    - id: west\n      kind: market\n", 23, "root.units[1].kind"),
        ("    - id: west\n", "    - id: west\n      chief: Li\n", 23, "root.units[1].chief"),
        ("name: {zh: 西片区, en: West}", "name: {zh: 西片区}", 23, "root.units[1].name.en"),
        ("tiers: [alliance, area,", "tiers: [area, area,", 3, "tiers[1]"),
        ("  id: beicheng", "  id: beicheng\n  id: beicheng", 12, "root.id"),
        ("code: urban", "code: 城建", 7, "departments[0].code"),
    ],
)
def test_a_mistake_is_named_by_line_and_field(old: str, new: str, line: int, field: str) -> None:
    assert mistake(old, new)[:2] == (line, field)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ("  - {id: anju, name: {zh: 安居, en: Anju}}\n", "companies[1].id"),
        ("  - {code: urban, name: {zh: 城建, en: Urban}}\n", "departments[1].code"),
        ("  - {id: lift, name: {zh: 电梯, en: Lifts}}\n", "categories[1].id"),
    ],
)
def test_a_list_names_nothing_twice(entry: str, field: str) -> None:
    assert mistake(entry, entry * 2)[1] == field
