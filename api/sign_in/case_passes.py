"""Passes: who has shown a case's code may look at it for two hours, by a cookie that says which cases, and no code.

The code itself is in no address and no cookie: an address goes to histories, logs and other sites.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.responses import Response

COOKIE = "__Host-hongxiu-pass"
LASTS = 2 * 3600
"""Seconds."""

_MOST = 8
_LONGEST = 1000


class Passes:
    """Gives and reads passes, signed with the process's secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hmac.digest(secret, b"passes", hashlib.sha256)

    def give(self, request: Request, response: Response, number: str) -> None:
        """A pass for one case more; the oldest go when there are many. The code has been checked."""
        held = {**self._held(request), number: int(time.time()) + LASTS}
        newest = dict(sorted(held.items(), key=lambda pair: pair[1])[-_MOST:])
        content = base64.urlsafe_b64encode(json.dumps(newest).encode()).decode()
        value = f"{content}.{self._signature(content)}"
        response.set_cookie(COOKIE, value, max_age=LASTS, path="/", secure=True, httponly=True, samesite="lax")

    def holds(self, request: Request, number: str) -> bool:
        """Whether the request comes with a pass for a case."""
        return number in self._held(request)

    def drop(self, response: Response) -> None:
        """All passes are over."""
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")

    def _held(self, request: Request) -> dict[str, int]:
        """Until when (seconds since 1970) there is a pass for which cases."""
        content, _, signature = request.cookies.get(COOKIE, "")[:_LONGEST].partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(content).encode()):
            return {}
        try:
            held: dict[str, int] = json.loads(base64.urlsafe_b64decode(content.encode()))
        except (ValueError, binascii.Error):
            return {}
        now = time.time()
        return {number: until for number, until in held.items() if until > now}

    def _signature(self, content: str) -> str:
        return hmac.digest(self._secret, content.encode("utf-8", "replace"), hashlib.sha256).hex()[:40]
