"""Ids by their names in both languages; what is not known goes by its id; and nobody else looks names up."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.permission import Actor
from domain.words import names
from domain.words.names import Names
from tests.domain.given import nancheng

ROOT = Path(__file__).parents[2]
RULES = nancheng()
NAMED = [
    ("unit", "mudan-garden", "牡丹花园", "Mudan Garden"),
    ("unit", "laocheng", "老城社区", "Laocheng Community"),
    ("unit", "urban", "城建", "Urban Construction"),
    ("party", "urban", "城建", "Urban Construction"),
    ("party", "mudan-garden", "牡丹花园", "Mudan Garden"),
    ("category", "lift", "电梯", "Lifts"),
    ("tier", "community", "社区", "community"),
    ("meeting", "estate", "每周碰头", "weekly check-in"),
    ("stage", "check_in", "每周碰头", "weekly check-in"),
    ("stage", "action", "办理", "action"),
    ("playbook", "fire", "火灾或火灾隐患", "fire or fire hazard"),
    ("role", "supervisor", "督导", "supervisor"),
    ("closing", "settled", "已解决", "settled"),
]


@pytest.mark.parametrize(("kind", "id", "zh", "en"), NAMED)
def test_an_id_has_a_name_in_both_languages(kind: str, id: str, zh: str, en: str) -> None:
    told = [getattr(Names(RULES, language), kind)(id) for language in ("zh-CN", "en")]
    assert told == [zh, en]


@pytest.mark.parametrize("kind", ["unit", "party", "company", "category", "tier", "meeting", "stage", "playbook"])
@pytest.mark.parametrize("rules", [RULES, None], ids=["known", "before any are loaded"])
def test_what_is_not_known_goes_by_its_id(kind: str, rules: object) -> None:
    assert getattr(Names(rules, "en"), kind)("no-such") == "no-such"  # type: ignore[arg-type]


def test_a_company_takes_part_by_its_name() -> None:
    company = RULES.organisation.companies[0]
    assert Names(RULES, "zh-CN").party(company.id) == company.name.zh


def test_a_playbook_of_any_version_is_called_as_its_kind() -> None:
    assert Names(RULES, "zh-CN").playbook("fire@0") == Names(RULES, "zh-CN").playbook("fire@1")


def test_a_post_is_a_unit_and_a_role() -> None:
    assert Names(RULES, "zh-CN").post(Actor(id="a", role="officer", unit="mudan-garden")) == "牡丹花园 · 经办人"
    assert Names(RULES, "en").post(Actor(id="b", role="supervisor")) == "supervisor"


def test_a_forum_has_a_name_or_there_is_none() -> None:
    assert Names(RULES, "en").forum("laocheng") == "Laocheng Community · community monthly meeting"
    assert Names(RULES, "en").forum("no-such") is None


# ---------------------------------------------------------------- nobody else

OTHERS = ("tests", "bench", "docs", "build")
LOOKED_UP = {"unit", "estate", "category", "company", "department", "tier", "playbook"}


def resolved(tree: ast.AST) -> Iterator[str]:
    """What looks a name up by hand: ``….unit(id).name.in_(…)``, or the first of some whose id is the one."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Attribute(ast.Attribute(ast.Call(ast.Attribute(attr=asked)), "name"), "in_")):
                if asked in LOOKED_UP:
                    yield ast.unparse(node)
            case ast.Call(ast.Name("next"), [first, *_]) if ".name.in_(" in ast.unparse(first):
                yield ast.unparse(node)


def test_nobody_else_looks_names_up() -> None:
    found: dict[str, list[str]] = {}
    for package in sorted(ROOT.iterdir()):
        if not package.is_dir() or package.name in OTHERS or package.name.startswith("."):
            continue
        for path in package.rglob("*.py"):
            if path != Path(names.__file__):
                found[str(path.relative_to(ROOT))] = list(resolved(ast.parse(path.read_text("utf-8"))))
    assert {path: by_hand for path, by_hand in found.items() if by_hand} == {}


@pytest.mark.parametrize(
    "source",
    [
        "o.unit(x).name.in_(lang)",
        "rules.o.category(x).name.in_('en')",
        "next((one.name.in_(lang) for one in units if one.id == x), x)",
    ],
)
def test_who_does_is_found(source: str) -> None:
    assert list(resolved(ast.parse(source)))


def test_what_pages_ask_for_there_is() -> None:
    pages = (path.read_text("utf-8") for path in (ROOT / "console" / "templates").rglob("*.html"))
    asked = {name for page in pages for name in re.findall(r"\bnames\.([a-z_]+)", page)}
    assert {"unit", "post"} <= asked
    assert {name for name in asked if not hasattr(Names, name)} == set()
