"""What differs between two organisations, told entry by entry; and that the difference says all of it."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from domain.policy.organisation import Organisation
from domain.policy.organisation_changes import Changes, applied, changes
from domain.policy.policy_file import parse_policy
from tests.domain.organisations import organisations
from tests.domain.test_organisation import FOUR_TIERS, NANCHENG

BEICHENG = parse_policy(Organisation, FOUR_TIERS, "organisation.yaml")


def differing(*replaced: tuple[str, str]) -> Changes:
    text = FOUR_TIERS
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    return changes(BEICHENG, parse_policy(Organisation, text, "organisation.yaml"))


def told(difference: Changes) -> list[tuple[str, str, str, dict[str, tuple[Any, Any]]]]:
    return [
        (one.what, one.id, one.how, {it.field: (it.before, it.after) for it in one.fields})
        for one in difference.entries
    ]


@given(organisations(), organisations())
def test_the_difference_of_two_organisations_applied_to_the_first_gives_the_second(
    before: Organisation, after: Organisation
) -> None:
    difference = changes(before, after)
    assert applied(before, difference) == after
    assert bool(difference) == (before != after)


@given(organisations())
def test_an_organisation_does_not_differ_from_itself(one: Organisation) -> None:
    assert not changes(one, one)


def test_a_renamed_estate_is_one_changed_field() -> None:
    assert told(differing(("一号院", "壹号院"))) == [("unit", "yuan-1", "changed", {"name_zh": ("一号院", "壹号院")})]


def test_an_estate_that_moves_to_another_community_changes_its_parent() -> None:
    line = "            - {id: yuan-2, name: {zh: 二号院, en: Court 2}, kind: self_governed}\n"
    end = "            - {id: yuan-3, name: {zh: 三号院, en: Court 3}, kind: self_governed}\n"
    assert told(differing((line, ""), (end, end + line))) == [
        ("unit", "yuan-2", "changed", {"parent": ("qingnian", "laonian")})
    ]


def test_an_estate_that_is_gone_tells_all_that_it_was() -> None:
    line = "            - {id: yuan-2, name: {zh: 二号院, en: Court 2}, kind: self_governed}\n"
    (gone,) = differing((line, "")).of("unit", "removed")
    assert (gone.id, gone.name.zh) == ("yuan-2", "二号院")
    kind = gone.field("kind")
    assert kind is not None
    assert (kind.before, kind.after) == ("self_governed", None)


def test_a_company_that_takes_an_estate_over_is_two_entries() -> None:
    difference = differing(
        ("companies:\n", "companies:\n  - {id: xin, name: {zh: 新, en: New}}\n"),
        ("kind: market, company: anju", "kind: market, company: xin"),
    )
    assert [(one.what, one.id, one.how) for one in difference.entries] == [
        ("company", "xin", "added"),
        ("unit", "yuan-1", "changed"),
    ]
    assert difference.orders == {("company", ""): ("xin", "anju")}


def test_another_order_is_a_difference_too() -> None:
    first, second = (f"  - {{id: {id}, name: {{zh: 甲, en: A}}}}\n" for id in ("fees", "gas"))
    before = parse_policy(Organisation, FOUR_TIERS.replace("categories:\n", f"categories:\n{first}{second}"), "x")
    after = parse_policy(Organisation, FOUR_TIERS.replace("categories:\n", f"categories:\n{second}{first}"), "x")
    difference = changes(before, after)
    assert told(difference) == []
    assert difference.orders == {("category", ""): ("gas", "fees", "lift")}


def test_a_new_version_of_the_same_differs_in_nothing_else() -> None:
    difference = differing(("version: 7", "version: 8"))
    assert told(difference) == [("organisation", "", "changed", {"version": ("7", "8")})]
    assert not difference.beside_version
    assert differing(("version: 7", "version: 8"), ("一号院", "壹号院")).beside_version


def test_nancheng_differs_from_beicheng_in_everything() -> None:
    difference = changes(NANCHENG, BEICHENG)
    assert applied(NANCHENG, difference) == BEICHENG
    assert difference.counted("removed") > difference.counted("added") > 0
