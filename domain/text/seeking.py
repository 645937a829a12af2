"""What people look for: numbers, codes, names, words of a title. However it is typed, it is the same.

Width, case, spaces, dashes and brackets of another kind make no difference; what is looked in is read alike.
"""

from __future__ import annotations

import re
import unicodedata

from domain.text.characters import without_unseen

_SIGNS = {"Ps": "(", "Pe": ")", "Pi": '"', "Pf": '"', "Pd": "-", "Zs": " ", "Zl": " ", "Zp": " "}
_BARE = re.compile(r"(?<!\d)[^\w]+|[^\w]+(?!\d)|(?<=\d)\s+(?=\d)|_")
_ALIKE = str.maketrans({"・": "·", "•": "·", "。": ".", "、": ",", "'": '"', "~": "-", "\u2212": "-"})


def sought(text: str) -> str:
    """``text`` as it is compared: half width, lower case, one kind of dash, bracket, quote and space."""
    folded = unicodedata.normalize("NFKC", without_unseen(text)).casefold()
    signs = (_SIGNS.get(unicodedata.category(char), char) for char in unicodedata.normalize("NFKC", folded))
    return " ".join("".join(signs).translate(_ALIKE).split())


def bare(text: str) -> str:
    """The same without punctuation and spaces, but what stands between two digits: 3-2-501 is not 32501."""
    return _BARE.sub("", sought(text))


# ---------------------------------------------------------------- words of a title


def grams(title: str) -> list[str]:
    """What a title is found by: its characters and pairs of neighbours, with its punctuation and without, in order,
    each once."""
    found: set[str] = set()
    for text in (sought(title), bare(title)):
        found.update(text)
        found.update(text[i : i + 2] for i in range(len(text) - 1))
    return sorted(gram for gram in found if " " not in gram)


def asked_grams(q: str) -> list[str]:
    """The grams that a title must have to be found by ``q``: the pairs of each of its words."""
    found: set[str] = set()
    for word in sought(q).split():
        text = bare(word) if len(bare(word)) > 1 else word
        found.update([text] if len(text) == 1 else (text[i : i + 2] for i in range(len(text) - 1)))
    return sorted(found)


# ---------------------------------------------------------------- numbers, codes, accounts

_CASE = re.compile(r"([A-Z]{1,8})(\d{4})(\d{6,12})", re.ASCII)
_EMERGENCY = re.compile(r"([A-Z]{1,8}\d{10,16})(E\d{1,3})", re.ASCII)
_SERIAL_DIGITS = 6
_BEGUN = re.compile(r"([A-Z]{1,8})(\d{0,4})(\d{0,12})", re.ASCII)
_SHORT = re.compile(r"(?P<year>\d{4}(?=\D)|\d{4}(?=\d{6}))?\D?(?P<serial>\d{1,12})", re.ASCII)
_WRITTEN = re.compile(r"([A-Z]{1,8})-(\d{4})-", re.ASCII)


def _signs(text: str) -> str:
    """Letters and digits alone, as capitals."""
    folded = unicodedata.normalize("NFKC", without_unseen(text)).upper()
    return "".join(char for char in folded if char.isalnum())


def code(text: str) -> str:
    """A code as it was given out: capitals and digits, whatever stands between them."""
    return _signs(text)


def case_number(text: str) -> str | None:
    """The case's number that ``text`` is, written as it is kept: ``nc 2026 000057`` is ``NC-2026-000057``. None for
    what is none."""
    found = _CASE.fullmatch(_signs(text))
    return f"{found[1]}-{found[2]}-{found[3]}" if found else None


def emergency_id(text: str) -> str | None:
    """The same of an emergency's id: ``nc2026000057e1`` is ``NC-2026-000057-E1``."""
    found = _EMERGENCY.fullmatch(_signs(text))
    return f"{case_number(found[1])}-{found[2]}" if found else None


def case_number_beside(text: str, known: str) -> str:
    """The case that is meant by somebody who speaks of ``known``: the whole number, or the short one, which is of its
    year. What is neither comes back as it is."""
    whole = case_number(text)
    if whole is not None:
        return whole
    written, short = _WRITTEN.match(known), _SHORT.fullmatch(sought(text).strip("#-. "))
    if written is None or short is None:
        return text
    return f"{written[1]}-{short['year'] or written[2]}-{short['serial']:0>{_SERIAL_DIGITS}}"


def begun_number(text: str) -> str | None:
    """How the numbers begin that ``text`` is the beginning of: ``nc20260`` begins ``NC-2026-0``. None where it begins
    none: without a digit or a dash it is a word."""
    folded = sought(text).upper()
    found = _BEGUN.fullmatch(_signs(text))
    if found is None or not re.fullmatch(r"[A-Z]+[\s\-.]*[\d\s\-.]*", folded) or folded.isalpha():
        return None
    prefix, year, serial = found.groups()
    follows = "-" if serial or (len(year) == 4 and folded.endswith("-")) else ""
    return f"{prefix}-{year}{follows}{serial}"


def short_number(text: str) -> str | None:
    """How the numbers end that ``text`` is short for: ``000057`` ends ``-000057``, ``2026-000057`` ends
    ``-2026-000057``. None for what is none; fewer digits than a number has are a word."""
    short = _SHORT.fullmatch(sought(text).strip("#-. "))
    if short is None or len(short["serial"]) < _SERIAL_DIGITS:
        return None
    return f"-{short['year']}-{short['serial']}" if short["year"] else f"-{short['serial']}"


def account_name(text: str) -> str:
    """An account's name however it was typed."""
    return unicodedata.normalize("NFKC", without_unseen(text)).lower().strip()
