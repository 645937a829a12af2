"""What the next page says once: that something was done. Kept in a cookie of its own until then."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from console.words import WORDS, say

COOKIE = "__Host-hongxiu-flash"
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Flash:
    """A sentence; ``bad`` where something was not done."""

    words: str
    bad: bool = False


def flash(response: Response, key: str, *, bad: bool = False, **params: object) -> None:
    """Has the next page say ``key`` (a word ``flash.…``)."""
    content = json.dumps([key, bad, {name: str(value) for name, value in params.items()}], ensure_ascii=False)
    value = base64.urlsafe_b64encode(content.encode()).decode()
    response.set_cookie(COOKIE, value, max_age=60, path="/", secure=True, httponly=True, samesite="lax")


def flashed(request: Request, language: str) -> Flash | None:
    """What is to be said on this page."""
    value = request.cookies.get(COOKIE, "")
    if not value or len(value) > _LONGEST:
        return None
    try:
        key, bad, params = json.loads(base64.urlsafe_b64decode(value.encode()))
        if not key.startswith("flash.") or key not in WORDS:
            return None
        return Flash(say(key, language, **{str(name): str(said) for name, said in params.items()}), bool(bad))
    except (ValueError, TypeError, AttributeError, binascii.Error):
        return None


def said(response: Response) -> None:
    """It has been said."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
