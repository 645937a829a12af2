"""What goes out: into spreadsheets, XML and Markdown. Whatever was let in, it does no harm there."""

from __future__ import annotations

import re
import unicodedata

from domain.text.characters import UNWRITABLE, without_unseen

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&$])")
_AT_START = re.compile(r"^(\d{1,9})([.)])|^([-+#=])")
_CAN_LINK = re.compile(r"(?i)(https?|ftp)://|(mailto|xmpp):|(www)\.|@")


def carried(text: str) -> str:
    """``text`` without what XML cannot hold and without what turns its direction; line ends stay."""
    return without_unseen(UNWRITABLE.sub("", text))


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate ``text``: what it begins with, in any width, spaces before it aside."""
    return unicodedata.normalize("NFKC", text[:40].lstrip(" \u00a0\u3000\ufeff") or text[:1]).startswith(_FORMULA)


def sheet_cell(text: str) -> str:
    """``text`` as a cell of a CSV file: an apostrophe before what would be a formula."""
    plain = carried(text)
    return f"'{plain}" if is_formula(plain) else plain


def markdown(text: str) -> str:
    """``text`` on one line of Markdown, in a table as well; nothing in it is read as markup or becomes a link."""
    line = _SPECIAL.sub(r"\\\1", " ".join(carried(text).split()))
    line = _CAN_LINK.sub(_unlinked, line)
    return _AT_START.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", line)


def _unlinked(found: re.Match[str]) -> str:
    """An address stays text: the marks that readers make links of are escaped."""
    return re.sub(r"([:.@])", r"\\\1", found[0])
