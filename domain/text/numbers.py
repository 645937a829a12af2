"""Numbers of telephones and identity cards: found where they have no place, and taken where they are asked for.

Between digits people put spaces, dots, dashes and commas, and programs put characters that nobody sees. Houses, lifts,
orders and dates are written with digits too, and often alike: what tells them apart is said at each rule.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

from domain.text.characters import without_unseen

PersonalData = Literal["phone", "identity_card"]

# ---------------------------------------------------------------- digits however they are written

_CHINESE = str.maketrans("〇○零一二三四五六七八九幺", "0001234567891")
_CHINESE_RUN = re.compile("[〇○零一二三四五六七八九幺]{10,}")
_DASH = re.compile("[\u2010-\u2015\u2212\u2e3a\u2e3b\u2043\ufe58~\u301c_]")
_SINGLE = re.compile(r"(?<!\d)\d(?:[^\w]{1,3}\d){9,}(?!\d)")


def plain_digits(text: str) -> str:
    """``text`` as numbers are read in it: digits of every script and width as ASCII, dashes as ``-``, spaces of every
    width as a space, nothing that is not seen. Its length may be another."""
    signs = []
    for char in without_unseen(text):
        category = unicodedata.category(char)
        if category == "No":  # ① before a number is no part of it
            signs.append(f" {unicodedata.normalize('NFKC', char)} ")
        elif category[0] != "M":
            signs.append(char)
    folded = unicodedata.normalize("NFKC", "".join(signs))
    ascii_digits = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in folded)
    one_kind = re.sub(r"\s", " ", _DASH.sub("-", without_unseen(ascii_digits)))
    return _CHINESE_RUN.sub(lambda run: run.group().translate(_CHINESE), one_kind)


def _read(text: str) -> str:
    """The same, a number that is written digit by digit in one piece."""
    return _SINGLE.sub(lambda found: re.sub(r"\D", "", found.group()), plain_digits(text))


# ---------------------------------------------------------------- to refuse

_GAP = r"[^\w]{0,4}"
_MOBILE = re.compile(rf"(?<!\d)(?:(?:\+|00)?{_GAP}86{_GAP})?(?P<number>1{_GAP}[3-9](?:{_GAP}\d){{9}})(?!\d)")
_AREA = r"(?:10|2\d|[3-9]\d{2})"
_ABROAD = r"(?:\+|(?<!\d)00)\s?86"
_LANDLINE = re.compile(
    rf"(?:{_ABROAD}{_GAP}0?{_AREA}{_GAP}|(?<!\d)86[^\w]{{1,3}}0?{_AREA}[^\w]{{1,3}}|(?<!\d)0{_AREA}{_GAP})"
    r"(?P<own>[2-8]\d{2,3}[^\w]{0,3}\d{4}|[2-8]\d{3}[^\w]{1,3}\d{3})(?!\d)"
)
_IDENTITY_CARD = re.compile(rf"(?<!\d)[1-9](?:{_GAP}\d){{16}}{_GAP}[\dXx](?![\dXx])")
_BORN = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"  # GB 11643-1999, by remainder

_USUAL = frozenset({(3, 4, 4), (3, 8), (7, 4)})
"""How a mobile number is grouped; so it is one whatever stands in its gaps."""
_OF_A_PHONE = re.compile(r"(?i)(?:tel|phone|ph|mobile|mob|cell|call|sms|wechat|wx|vx|v|qq|sj|dh|lxdh)$")
_LETTERS = re.compile(r"[A-Za-z]+[-#:/.]?$")
_LABEL = re.compile(
    r"(?i)(?:(?:编|序列|设备|出厂|产品|合同|订单|运单|发票|流水|工单|注册|登记|梯|户)号码?|[水电气热]表号?|编码|代码"
    r"|\bs/?n|\bno\.?)\s?[:#]?\s?$"
)
_LONGEST_LABEL = 24
_LONGER = re.compile(r"\d[^\w]$")
_ROOMS = re.compile(r"\s?(?:号楼|号院|栋|幢|单元|室(?![友内]))")
_SERVICE = re.compile(r"(?<!\d)[48]00[^\w]{1,3}$")


def personal_data_in(text: str) -> PersonalData | None:
    """The kind of personal data that ``text`` contains, or None.

    Phone: mobile numbers (11 digits from 13 to 19, with or without +86) and landlines with their area's code.
    Identity card: 18 characters with a birth date and the right check character (GB 11643-1999), so that an
    order number of 18 digits passes.
    """
    plain = _read(text)
    if any(_is_identity_card(re.sub(r"[^\dXx]", "", one.group()).upper()) for one in _each(_IDENTITY_CARD, plain)):
        return "identity_card"
    mobiles = any(_is_mobile(match) for match in _each(_MOBILE, plain))
    landlines = any(not _is_labelled(match) for match in _each(_LANDLINE, plain))
    return "phone" if mobiles or landlines else None


def _each(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Matches that may overlap: a house's number before a telephone's hides it from none."""
    match = pattern.search(text)
    while match is not None:
        yield match
        match = pattern.search(text, match.start() + 1)


def _is_mobile(match: re.Match[str]) -> bool:
    """False where the digits are a serial number, or only run together over houses, dates or amounts."""
    number, before, after = match["number"], _before(match, "number"), match.string[match.end() : match.end() + 4]
    pieces, gaps = re.findall(r"\d+", number), set(re.findall(r"[^\d]+", number))
    if not gaps:
        return not _is_labelled(match)
    is_counted = _ROOMS.match(after) and not any(piece.startswith("0") for piece in pieces)
    if is_counted or _SERVICE.search(before) or _is_labelled(match):
        return False
    shape = tuple(map(len, pieces))
    if shape in _USUAL:
        return not re.search(r"\d[.\-]$", before) or before.endswith(("86-", "86."))
    if len(gaps) > 1 or not gaps <= {" ", "-", ".", "·", "  "}:
        return False
    is_part = _LONGER.search(before) or re.match(r"[^\w]\d", after)
    return not is_part and not _are_houses(pieces)


def _are_houses(pieces: list[str]) -> bool:
    """Whether the digits are a row of numbers, as of houses: none begins with 0, and they rise, or none is long."""
    numbers = [int(piece) for piece in pieces]
    if len(pieces) < 4 or any(piece.startswith("0") for piece in pieces):
        return False
    return numbers == sorted(set(numbers)) or max(map(len, pieces)) <= 2


def _before(match: re.Match[str], group: str | int = 0) -> str:
    """The few characters before a number, which say what it is."""
    start = match.start(group)
    return match.string[max(0, start - _LONGEST_LABEL) : start]


def _is_labelled(match: re.Match[str]) -> bool:
    """Whether the number is said to be another: SN13805301234, 编号：13805301234."""
    before = _before(match)
    if _LABEL.search(before):
        return True
    letters = _LETTERS.search(before)
    return letters is not None and _OF_A_PHONE.search(letters.group().rstrip("-#:/.")) is None


def _is_identity_card(number: str) -> bool:
    """True if it has a birth date where one belongs, and the right check character."""
    if not _BORN.fullmatch(number[6:14]):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECK[total % 11] == number[-1]


# ---------------------------------------------------------------- to take

_CALLED = re.compile(r"(?i)^(?:tel|电话|手机)?\s?:?\s?(?=[+(\d])")
_TELEPHONE = re.compile(
    r"(?i)(?P<number>\(?\+?[0-9(][-0-9 ().·/,]{4,36}[0-9])"
    r"(?:[ ,]?(?:转|分机|ext\.?|x|#|\*)\s?:?(?P<extension>[0-9]{1,8}))?"
)


def telephone(text: str) -> str | None:
    """A telephone number as it is kept and called, or None for what is none: ``0530-5550123转8012``.

    Taken however a keyboard or an address book writes it: full width, spaces and dashes of every kind, an extension.
    """
    plain = " ".join(_CALLED.sub("", plain_digits(text).strip()).split())
    found = _TELEPHONE.fullmatch(plain)
    if found is None or not 5 <= len(re.sub(r"\D", "", found["number"])) <= 16:
        return None
    number = re.sub(r"\s?[-/,]\s?", "-", found["number"].replace("·", " "))
    return f"{number}转{found['extension']}" if found["extension"] else number


def telephone_digits(text: str) -> str:
    """What makes two numbers the same one: the digits, without 86 before and extension behind."""
    number = (telephone(text) or plain_digits(text)).partition("转")[0]
    return re.sub(r"^(?:00)?86(?=\d{10})", "", re.sub(r"\D", "", number))
