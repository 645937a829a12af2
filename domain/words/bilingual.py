"""A name in both languages, and sentences with gaps."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

LANGUAGES = ("zh-CN", "en")


class Name(BaseModel):
    """What a thing is called in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """The name in ``language``; anything but English reads Chinese, the default."""
        return self.en if language.startswith("en") else self.zh


def both(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


def text(name: Name, language: str, /, **params: object) -> str:
    """A sentence in ``language`` with its gaps filled; a missing value leaves its gap empty."""
    return name.in_(language).format_map(_Gaps(params))


def alternatives(expected: str, language: str) -> str:
    """What can be chosen, as pydantic lists it (``'a', 'b' or 'c'``), in ``language``."""
    return expected if language.startswith("en") else expected.replace(", ", "、").replace(" or ", " 或 ")


class _Gaps(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""
