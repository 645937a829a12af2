"""The console's vocabulary is in both languages, and nothing is said that it has not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from console.words import WORDS, say
from domain.words.bilingual import LANGUAGES

CONSOLE = Path(__file__).resolve().parents[2] / "console"
SOURCES = [*CONSOLE.rglob("*.html"), *(file for file in CONSOLE.rglob("*.py") if file.parent.name != "words")]
TEXT = "\n".join(file.read_text("utf-8") for file in SOURCES)
KEY = r"[a-z_]+(?:\.[a-z_]+)+"


@pytest.mark.parametrize("key", WORDS)
def test_every_word_is_in_both_languages(key: str) -> None:
    assert all(say(key, language).strip() for language in LANGUAGES)


def test_nothing_is_said_that_there_is_no_word_for() -> None:
    # A key that is put together (`"residents.call_" ~ number`) is only begun here.
    said = set(re.findall(rf'\b(?:say|flash)\((?:response, )?"({KEY})"(?! ~)', TEXT))
    assert said - WORDS.keys() == set()
