"""The web page: valid, escaped, with an anchor a case and a style sheet that a strict policy lets in."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import html5lib
import pytest

from documents.html import STYLE, STYLE_SOURCE, html
from domain.papers.agenda import Agenda, Minutes
from tests.documents.given import HARD, an_agenda, an_item, some_minutes

DOCUMENTS = [
    pytest.param(an_agenda(), id="agenda"),
    pytest.param(an_agenda(frozen_at=None, sections=(), addenda=(), not_fitting=()), id="empty draft"),
    pytest.param(some_minutes(), id="minutes"),
    pytest.param(some_minutes(resolutions=(), carried_over=(), present=(), next_sitting=None), id="nothing decided"),
]


def page(text: str) -> Any:
    """The page's tree; an error of the parser is an error of the page."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def ids(tree: Any) -> list[str]:
    return [element.attrib["id"] for element in tree.iter() if "id" in element.attrib]


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_page_is_valid_and_every_anchor_is_one(document: Agenda | Minutes, language: str) -> None:
    tree = page(html(document, language, nonce="abc", case_url="/console/cases/"))
    anchors = ids(tree)
    assert len(anchors) == len(set(anchors))
    inside = [element.attrib["href"] for element in tree.iter("a") if element.attrib["href"].startswith("#")]
    assert {href[1:] for href in inside} <= set(anchors)
    assert tree.attrib["lang"] == language


def test_every_case_has_its_anchor_and_its_link() -> None:
    agenda, minutes = an_agenda(), some_minutes()
    tabled = [item.case for section in agenda.sections for item in section.items]
    decided = [one.case for one in minutes.resolutions] + [one.case for one in minutes.carried_over]
    documents: list[tuple[Agenda | Minutes, list[str]]] = [(agenda, tabled), (minutes, decided)]
    for document, cases in documents:
        tree = page(html(document, case_url="/console/cases/"))
        assert set(cases) <= set(ids(tree))
        links = {element.attrib["href"] for element in tree.iter("a")}
        assert {f"/console/cases/{case}" for case in cases} <= links


def test_two_sections_of_a_kind_have_anchors_of_their_own() -> None:
    section = an_agenda().sections[3]
    parts = tuple(
        section.model_copy(update={"title": title, "items": ()}) for title in ("鼓楼苑", "曹州里", "牡丹花园")
    )
    anchors = ids(page(html(an_agenda(sections=parts, addenda=(), not_fitting=()))))
    assert anchors == ["newly-escalated", "newly-escalated-2", "newly-escalated-3"]


def test_what_people_wrote_is_text() -> None:
    item = an_item(1, summary=HARD, why_here=HARD, tried=(HARD, HARD), asked=HARD, lead=HARD, attend=(HARD,))
    section = an_agenda().sections[1].model_copy(update={"items": (item,), "title": HARD, "lines": (HARD,)})
    text = html(an_agenda(sections=(section,), not_fitting=(HARD,)), case_url="/c/")
    tree = page(text)
    assert not list(tree.iter("script"))
    assert HARD in "".join(tree.find(".//article/h3").itertext())
    assert HARD in [element.text for element in tree.iter("dd")]


def test_a_case_number_cannot_leave_its_link() -> None:
    item = an_item(1, case='"><b>x')
    section = an_agenda().sections[1].model_copy(update={"items": (item,)})
    tree = page(html(an_agenda(sections=(section,)), case_url="/c/"))
    assert not list(tree.iter("b"))
    assert "/c/%22%3E%3Cb%3Ex" in {element.attrib["href"] for element in tree.iter("a")}


def test_it_needs_nothing_that_a_strict_policy_refuses() -> None:
    text = html(some_minutes(), nonce="n0nce")
    assert text.count("<style") == text.count('<style nonce="n0nce">') == 1
    assert not re.search(r"\sstyle=|\son\w+=|<script|<link|url\(|@import", text)
    inside = text.split('<style nonce="n0nce">')[1].split("</style>")[0]
    assert inside == STYLE
    digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
    assert f"'sha256-{digest}'" == STYLE_SOURCE
    assert "<style>" in html(some_minutes())


def test_it_prints_on_a4_with_the_tables_heading_on_every_page() -> None:
    assert "@page { size: A4;" in STYLE
    assert "table-header-group" in STYLE
