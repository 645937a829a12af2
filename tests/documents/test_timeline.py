"""A playbook's timeline as a picture: well-formed, in both languages, with everything on it and inside it."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from documents.timeline import WIDTH, due_in_words, timeline
from domain.policy.playbook import Playbook
from domain.words.bilingual import Name
from tests.domain.given import nancheng

SVG = "{http://www.w3.org/2000/svg}"
KINDS = nancheng().playbook_kinds


def parties(playbook: Playbook) -> dict[str, Name]:
    rules = nancheng()
    return {
        **{department.code: department.name for department in rules.organisation.departments},
        **{external.id: external.name for external in playbook.externals},
        **{tier.id: tier.name for tier in reversed(rules.ladder.tiers)},
    }


def drawn(kind: str, language: str) -> ET.Element:
    playbook = nancheng().playbook(kind)
    return ET.fromstring(timeline(playbook, parties(playbook), language))


def words(picture: ET.Element) -> list[str]:
    return [element.text or "" for element in picture.iter(f"{SVG}text")]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_task_and_every_department_is_on_the_picture(kind: str, language: str) -> None:
    playbook, told = nancheng().playbook(kind), words(drawn(kind, language))
    for task in playbook.tasks:
        label = f"{task.name.in_(language)} {due_in_words(task, language)}†"
        assert label in told, label
    for department in nancheng().organisation.departments:
        assert department.name.in_(language) in told


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_drawn_outside_the_picture(kind: str) -> None:
    picture = drawn(kind, "zh-CN")
    height = float(picture.attrib["height"])
    for element in picture.iter():
        for name, most in (("x", WIDTH), ("x1", WIDTH), ("x2", WIDTH), ("y", height), ("y1", height), ("y2", height)):
            if name in element.attrib:
                assert 0 <= float(element.attrib[name]) <= most
        if element.tag == f"{SVG}rect" and "%" not in element.attrib["width"]:
            assert float(element.attrib["x"]) + float(element.attrib["width"]) <= WIDTH


@pytest.mark.parametrize("kind", KINDS)
def test_a_bar_begins_at_its_opening_and_a_later_clock_ends_further_right(kind: str) -> None:
    picture = drawn(kind, "en")
    bars = [rect for rect in picture.iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None]
    playbook = nancheng().playbook(kind)
    assert len(bars) == len(playbook.tasks)
    starts = [float(bar.attrib["x"]) for bar in bars]
    assert min(starts) == 210.0


def test_the_english_picture_has_no_chinese_and_the_picture_is_white() -> None:
    playbook = nancheng().playbook("gas_leak")
    svg = timeline(playbook, parties(playbook), "en")
    assert not re.search(r"[\u4e00-\u9fff]", svg)
    assert '<rect width="100%" height="100%" fill="#ffffff"/>' in svg


def test_what_a_policy_writes_cannot_break_out_of_the_picture() -> None:
    playbook = nancheng().playbook("gas_leak")
    nasty = playbook.model_copy(update={"name": Name(zh="<script>&", en="<script>&")})
    picture = ET.fromstring(timeline(nasty, parties(playbook), "en"))
    assert "<script>& · gas_leak@1" in words(picture)


def test_the_picture_in_the_documents_is_the_playbooks() -> None:
    """Drawn anew by: hongxiu playbook draw property_withdrawal --lang en --out docs/pictures/property_withdrawal.svg"""
    playbook = nancheng().playbook("property_withdrawal")
    kept = Path(__file__).parents[2] / "docs" / "pictures" / "property_withdrawal.svg"
    assert kept.read_text("utf-8") == timeline(playbook, parties(playbook), "en")
