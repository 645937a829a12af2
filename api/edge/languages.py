"""The language to answer in."""

from __future__ import annotations

from fastapi import Request

from api.edge.addresses import wants_page
from domain.words.bilingual import LANGUAGES


def language_of(header: str | None) -> str:
    """The best of ``zh-CN`` and ``en`` for an Accept-Language header; zh-CN by default."""
    best, language = 0.0, "zh-CN"
    for part in (header or "").split(","):
        tag, _, rest = part.partition(";")
        name = tag.strip().lower()
        known = "en" if name == "en" or name.startswith("en-") else "zh-CN" if name.startswith("zh") else None
        if known is not None and (quality := _quality(rest)) > best:
            best, language = quality, known
    return language


def _quality(rest: str) -> float:
    key, _, value = rest.strip().partition("=")
    if key.strip().lower() != "q":
        return 1.0
    try:
        return float(value) if float(value) == float(value) else 0.0
    except ValueError:
        return 0.0


LANGUAGE_COOKIE = "hongxiu-language"


def language(request: Request) -> str:
    """The language to answer a request in: the one chosen on our pages; else, pages speak Chinese, and the API what
    Accept-Language asks."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return LANGUAGES[0] if wants_page(request) else language_of(request.headers.get("accept-language"))
