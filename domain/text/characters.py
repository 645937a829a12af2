"""Characters that nobody sees, and characters that nothing can write down."""

from __future__ import annotations

import re
import unicodedata

UNWRITABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr((plane << 16) + 0xFFFE)}{chr((plane << 16) + 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
"""Controls other than tab and line ends, lone surrogates, and the code points that Unicode keeps from being
characters. XML holds some of them, no reader shows one."""

_FORMAT = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SELECTORS = "\U000e0100-\U000e01ef"
_JOINED = "\u0600-\u1aff\u2190-\u2bff\u3030\ua840-\ua87f\ufb50-\ufdff\ufe0f\ufe70-\ufefc\U0001f000-\U0001faff"
"""Arabic, Mongolian, Tibetan and India's scripts, and emoji: a joiner between two of these changes what is read."""
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

_MONGOLIAN = "\u1800-\u18af"
_UNSEEN = re.compile(
    f"[\u200c\u200d](?![{_JOINED}])|(?<![{_JOINED}])[\u200c\u200d]"
    f"|(?<![{_HAN}])[{_SELECTORS}]"
    f"|(?<![{_MONGOLIAN}])[\u180b-\u180f]"
    f"|(?![{_SELECTORS}\u180b-\u180f])[{_FORMAT}]"
)
_BLANK = "\u2800"
"""Braille's empty cell: an So to Unicode, a space to the eye."""


def without_unseen(text: str) -> str:
    """``text`` without format, bidirectional and filler characters.

    What changes how letters are read stays: joiners between Arabic or Indian letters and in emoji, Mongolian vowel
    forms, and the variants of Han characters that rare names are written with.
    """
    return _UNSEEN.sub("", text)


def is_seen(text: str) -> bool:
    """Whether anything in ``text`` leaves ink: not spaces, marks and controls alone."""
    return any(unicodedata.category(char)[0] not in "ZCM" and char != _BLANK for char in without_unseen(text)) or any(
        unicodedata.category(char) == "Co" for char in text
    )
