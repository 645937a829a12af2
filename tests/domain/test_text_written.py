"""What people write: taken however it was typed, without what nobody sees; refused where nothing can write it down."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.text.characters import UNWRITABLE, is_seen
from domain.text.writing import Line, Short, Words, WorkingText, as_written, on_a_line, writable

LINE, WORKING, WORDS = TypeAdapter[str](Line), TypeAdapter[str](WorkingText), TypeAdapter[str](Words)
ANY = st.text(st.characters(exclude_categories=()), max_size=60)


def _refused(adapter: TypeAdapter[str], text: str) -> str:
    with pytest.raises(ValidationError) as refused:
        adapter.validate_python(text)
    return str(refused.value.errors()[0]["type"])


@pytest.mark.parametrize("adapter", [LINE, WORKING, WORDS])
@pytest.mark.parametrize("odd", ["\uffff", "\ufffe", "\ufdd0", "\U0001ffff", "\x00", "\x1b", "\x9b", "\ud800"])
def test_what_nothing_can_write_down_is_refused(adapter: TypeAdapter[str], odd: str) -> None:
    assert _refused(adapter, f"标题{odd}尾") == "unprintable_text"


@pytest.mark.parametrize("adapter", [LINE, WORKING, WORDS])
@pytest.mark.parametrize(
    "unseen",
    [
        "",
        " ",
        "\u3000",
        "\u200b",
        "\u3164",
        "\u2060",
        "\ufeff",
        "\u2800",
        "\u115f",
        "\u00ad",
        "\u202e\u202c",
        "\u034f",
        "\u200d",
        "\ufe0f",
        "\U000e0041",
        "\uffa0",
        "\u180e",
        "\u200b \u3164\n\u2060",
    ],
)
def test_what_nobody_can_see_is_empty(adapter: TypeAdapter[str], unseen: str) -> None:
    assert _refused(adapter, unseen) == "string_too_short"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_line_ends_are_of_one_kind_whatever_program_wrote_them(end: str) -> None:
    assert WORDS.validate_python(f"第一行{end}第二行") == "第一行\n第二行"
    assert WORKING.validate_python(f"第一行{end}第二行") == "第一行\n第二行"
    assert LINE.validate_python(f"第一行{end}第二行") == "第一行 第二行"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("\u202e3号楼\u202c电梯", "3号楼电梯"),
        ("张\u200b三\u2066丰\u2069", "张三丰"),
        ("电\u00ad梯\ufeff", "电梯"),
        ("３号楼（北）Ａ座，电梯", "３号楼（北）Ａ座，电梯"),  # full width is read as it is
        ("①号门 ㎡ ½", "①号门 ㎡ ½"),
        ("葛\U000e0100城", "葛\U000e0100城"),  # the variant of a Han character, in a name
        ("👨‍👩‍👧一家", "👨‍👩‍👧一家"),
        ("می‌خواهم", "می‌خواهم"),
        ("ᠮᠣᠩᠭᠣᠯ᠎ᠠ", "ᠮᠣᠩᠭᠣᠯ᠎ᠠ"),
        ("x\U000e0100", "x"),
        ("138‍0013", "1380013"),
        ("❤️ 感谢", "❤️ 感谢"),
    ],
)
def test_what_is_not_seen_goes_and_what_is_read_stays(written: str, kept: str) -> None:
    assert as_written(written) == kept


def test_length_is_counted_in_what_is_kept() -> None:
    assert len(WORKING.validate_python("行\r\n" * 999 + "完")) == 1999
    assert len(TypeAdapter[str](Short).validate_python("\u200b" * 400 + "楼" * 80)) == 80
    assert _refused(LINE, "楼" * 81) == "string_too_long"


@given(ANY)
def test_what_is_kept_can_be_kept_again_and_is_seen(text: str) -> None:
    if UNWRITABLE.search(text):
        return
    kept = as_written(text)
    assert as_written(kept) == kept
    assert not kept or is_seen(kept)
    assert not any(
        unicodedata.bidirectional(sign) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI") for sign in kept
    )
    assert "\r" not in kept
    line = on_a_line(text)
    assert on_a_line(line) == line
    assert "\n" not in line


@given(st.text(st.characters(categories=("L", "N", "P"), max_codepoint=0xFFFF, exclude_characters="\u3164\uffa0")))
def test_letters_digits_and_punctuation_are_kept_as_they_are(text: str) -> None:
    kept = as_written(f"楼{text}楼")
    assert kept == f"楼{text}楼" or any(ord(sign) in (0x115F, 0x1160) for sign in text)


@given(ANY)
def test_a_file_keeps_everything_but_its_line_ends(text: str) -> None:
    if not UNWRITABLE.search(text):
        assert writable(text).replace("\n", "") == "".join(
            sign for sign in text if sign not in "\r\n\v\f\x85\u2028\u2029"
        )


# ---------------------------------------------------------------- nowhere else

ROOMS = ("activities", "api", "cli", "console", "documents", "domain", "operations", "services", "store", "workflows")
NORMALISES = re.compile(
    r"unicodedata\.normalize|\.casefold\(|replace\([^)]*\\r|\.strip\(\)\.(?:upper|lower)\(\)|\b1\W{0,3}\[3-9\]"
)
HEADERS = ("api/edge/",)
"""What HTTP has in headers is read as HTTP says, in no case."""


def test_text_is_normalised_nowhere_else() -> None:
    top = Path(__file__).parents[2]
    files = [file for room in ROOMS for file in (top / room).rglob("*.py")]
    assert len(files) > 100
    named = {str(file.relative_to(top)): file.read_text("utf-8") for file in files}
    elsewhere = {
        name
        for name, source in named.items()
        if NORMALISES.search(source) and not name.startswith(("domain/text/", *HEADERS))
    }
    assert elsewhere == set()
