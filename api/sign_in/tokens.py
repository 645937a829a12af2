"""Tokens: for a program what a session is for a browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from domain.permission import Actor
from services.problems import Problem
from store.accounts import Post

VALID_FOR = timedelta(hours=8)
_ALGORITHM = "HS256"
_CLAIMS = ["sub", "exp", "iat"]
_ROLES = frozenset({"officer", "department", "supervisor", "administrator"})


class Tokens:
    """Signs and reads tokens with the process's secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def issue(self, account: str, post: Post, generation: str = "") -> str:
        """A token for one capacity, valid for ``VALID_FOR`` and as long as the account's tokens are of that
        ``generation`` (`store.accounts.Account.generation`; empty where none has ever been made void)."""
        now = datetime.now(UTC)
        claims = {
            "sub": account,
            "role": post.role,
            "unit": post.unit,
            "gen": generation,
            "iat": now,
            "exp": now + VALID_FOR,
        }
        return jwt.encode(claims, self._secret, _ALGORITHM)

    def read(self, token: str) -> tuple[Actor, str]:
        """Who acts, and of which generation of the account's tokens it is. Raises Problem ``unauthenticated`` for
        anything that is not a valid token of ours."""
        try:
            claims: dict[str, Any] = jwt.decode(token, self._secret, [_ALGORITHM], options={"require": _CLAIMS})
            actor = Actor(id=claims["sub"], role=claims.get("role", ""), unit=claims.get("unit"))
        except (jwt.InvalidTokenError, ValueError):  # pydantic's error is a ValueError
            raise Problem("unauthenticated") from None
        if actor.role not in _ROLES:
            raise Problem("unauthenticated")
        return actor, str(claims.get("gen", ""))
