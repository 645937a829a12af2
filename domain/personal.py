"""Finds personal data in text that officers write.

Officers' words are kept as written and read by supervisors, also in Temporal; a resident's phone
number or identity-card number has no place there (ARCHITECTURE, "Personal data").
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

PersonalData = Literal["phone", "identity_card"]

# People write numbers with spaces, dots and dashes between the digits, and in full-width digits.
_GAP = r"[\s.\-－–—·]?"
_MOBILE = re.compile(rf"(?<!\d)(?:(?:(?:\+|00){_GAP})?86{_GAP})?(?P<number>1{_GAP}[3-9](?:{_GAP}\d){{9}})(?!\d)")
_AREA = r"(?:0\d{2,3}[\s\-－–—]|[（(]0\d{2,3}[)）]\s?)"
_LANDLINE = re.compile(rf"(?<!\d){_AREA}[2-8]\d{{2,3}}[\s\-－–—]?\d{{4}}(?!\d)")
_IDENTITY_CARD = re.compile(rf"(?<!\d)[1-9](?:{_GAP}\d){{16}}{_GAP}[\dXx](?![\dXx])")
_BORN = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"  # GB 11643-1999, by remainder


def personal_data_in(text: str) -> PersonalData | None:
    """The kind of personal data that ``text`` contains, or None.

    Phone: mobile numbers (11 digits from 13 to 19, with or without +86) and area-coded landlines.
    Identity card: 18 characters with a birth date and the right check character (GB 11643-1999), so that an
    order number of 18 digits passes.
    """
    plain = text.translate(_FULL_WIDTH)
    for match in _IDENTITY_CARD.finditer(plain):
        if _is_identity_card(re.sub(r"[^\dXx]", "", match.group()).upper()):
            return "identity_card"
    if any(_is_mobile(match) for match in _MOBILE.finditer(plain)) or _LANDLINE.search(plain):
        return "phone"
    return None


def _is_mobile(match: re.Match[str]) -> bool:
    """True unless the digits only run together over a date, an amount or a number with dashes.

    A phone number is written in one piece, or with one kind of gap throughout, or as 3-4-4.
    """
    number = match["number"]
    pieces, gaps = re.findall(r"\d+", number), set(re.findall(r"\D", number))
    if not gaps:
        return True
    if re.search(r"\d[.\-]$", match.string[: match.start()]):
        return False
    return len(gaps) == 1 or [len(piece) for piece in pieces] == [3, 4, 4]


def _is_identity_card(number: str) -> bool:
    """True if it has a birth date where one belongs, and the right check character."""
    if not _BORN.fullmatch(number[6:14]):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECK[total % 11] == number[-1]


_FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘ", "0123456789X")


def clean(text: str) -> str:
    """Refuses what no log, page or document can carry: control characters and lone surrogates."""
    if any((ord(c) < 32 and c not in "\n\t") or ord(c) == 127 or 0xD800 <= ord(c) <= 0xDFFF for c in text):
        raise PydanticCustomError("unprintable_text", "the text has characters that cannot be written down")
    return text


def _free_of_personal_data(text: str) -> str:
    found = personal_data_in(text)
    if found:
        raise PydanticCustomError("personal_data", "the text contains a {found} number; leave it out", {"found": found})
    return text


Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(clean)]
"""A line: at most 80 characters."""
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(clean)]
"""A resident's own words: at most 4,000 characters; always sealed, so personal data is allowed."""
Line = Annotated[Short, AfterValidator(_free_of_personal_data)]
"""A line of an officer's, free of personal data."""
WorkingText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(clean),
    AfterValidator(_free_of_personal_data),
]
"""An officer's reason, note or finding: at most 2,000 characters, free of personal data."""
