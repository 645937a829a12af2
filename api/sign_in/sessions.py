"""Sessions: a cookie for a browser, as a token is for a program. Both give the same actor (`api.sign_in.signed_in`)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.responses import Response

from api.edge.accesses import address_of
from services.sign_ins import SESSION_IDLE, SESSION_LASTS
from store.sessions import Session, SessionTable

if TYPE_CHECKING:
    from store.accounts import Account, Post
    from store.database import Pool
    from store.sessions import How

COOKIE = "__Host-hongxiu"
"""Browsers take a name like this only with Secure, without a Domain, for the path /."""

_AGENT_LENGTH = 160


class Sessions:
    """Begins, finds and ends sessions. Every call may raise StoreUnavailable."""

    def __init__(self, pool: Pool, secret: bytes) -> None:
        self.table = SessionTable(pool)
        self._secret = secret

    async def begin(self, request: Request, response: Response, account: Account, post: Post, how: How) -> Session:
        """A new session for who has just signed in, with a new id whatever cookie came; the old one's is over."""
        await self.end(request, response)
        token = secrets.token_urlsafe(32)
        agent = request.headers.get("user-agent", "").encode("ascii", "replace").decode()[:_AGENT_LENGTH]
        session = await self.table.begin(
            _digest(token), account.id, post, how, lasts=SESSION_LASTS, agent=agent, address=address_of(request)
        )
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(SESSION_LASTS.total_seconds()),
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return session

    async def of(self, request: Request) -> Session | None:
        """The session that the request's cookie names; None without one, or when it is over."""
        token = request.cookies.get(COOKIE)
        if not token or len(token) > 100:
            return None
        return await self.table.find(_digest(token), idle=SESSION_IDLE)

    async def end(self, request: Request, response: Response) -> None:
        """The request's session is over, and its cookie goes."""
        token = request.cookies.get(COOKIE)
        if token:
            await self.table.end(_digest(token))
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")

    def csrf_token(self, session: Session) -> str:
        """What the session's forms carry, for browsers that do not say where a request comes from."""
        return hmac.digest(self._secret, f"csrf:{session.digest}".encode(), hashlib.sha256).hex()[:32]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
