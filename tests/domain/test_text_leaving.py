"""What goes out does no harm where it comes in: spreadsheets, XML, Markdown."""

from __future__ import annotations

import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from domain.text.leaving import carried, is_formula, markdown, sheet_cell

ANY = st.text(st.characters(exclude_categories=()), max_size=40)


@pytest.mark.parametrize(
    "head", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹢", "﹣", "\t", "\r", " =", "\u3000＝", "\u200b="]
)
def test_no_cell_is_a_formula_in_any_width(head: str) -> None:
    cell = sheet_cell(f"{head}1+1")
    assert cell.startswith("'")
    assert not is_formula(cell)


@pytest.mark.parametrize("plain", ["", "电梯", "3-2-501", "a=b", "1+1", "'"])
def test_a_cell_that_is_none_stays_as_it_is(plain: str) -> None:
    assert sheet_cell(plain) == plain


@given(ANY)
def test_whatever_was_let_in_xml_holds_what_goes_out(text: str) -> None:
    kept = ET.fromstring(f"<a>{carried(text).replace('&', '').replace('<', '')}</a>").text or ""
    assert not any(
        unicodedata.bidirectional(sign) in ("LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI") for sign in kept
    )


@given(ANY)
def test_no_cell_begins_with_what_is_calculated(text: str) -> None:
    head = unicodedata.normalize("NFKC", sheet_cell(text).lstrip())[:1]
    assert head not in ("=", "+", "-", "@")


@pytest.mark.parametrize(
    "text",
    [
        "![看](http://x.cn/a.png)",
        "<b>急</b>",
        "[点此](https://x.cn)",
        "https://x.cn",
        "www.x.cn",
        "a|b\nc",
        "*急*",
        "`x`",
    ],
)
def test_nothing_is_markup_in_markdown(text: str) -> None:
    reader = MarkdownIt("gfm-like", {"linkify": False})
    (paragraph,) = [token for token in reader.parse(markdown(text)) if token.type == "inline"]
    assert {child.type for child in paragraph.children or ()} <= {"text", "text_special"}
    assert "".join(child.content for child in paragraph.children or ()) == " ".join(text.split())
    assert "\n" not in markdown(text)
