"""Sign-in at another provider by OpenID Connect: authorization code with PKCE, state and nonce, by discovery.

Authlib speaks the protocol. What it has to remember between the two requests is in a cookie that only we can write
and that is good for ten minutes. A claim of the ID token names the account, which has to exist here: who a person is
comes from the provider, what they may do never does.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import jwt
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from fastapi import Request
from joserfc.errors import JoseError
from starlette.responses import Response

from runtime.settings import Settings
from services.problems import Problem

log = structlog.get_logger()

COOKIE = "__Host-hongxiu-oidc"
CALLBACK = "/sign-in/oidc/callback"
_VALID_FOR = timedelta(minutes=10)
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""What an ID token may be signed with: never with nothing, never with a secret that we share."""
_SECONDS = 10.0


class SingleSignOn:
    """One provider. Every call may raise Problem ``oidc_failed``, ``unavailable``."""

    def __init__(self, settings: Settings, secret: bytes) -> None:
        assert settings.oidc_issuer is not None
        self._issuer = settings.oidc_issuer.rstrip("/")
        self._claim = settings.oidc_claim
        self._callback = f"{settings.public_url}{CALLBACK}"
        self._secret = secret
        registry = OAuth()
        registry.register(
            "provider",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret(),
            server_metadata_url=f"{self._issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": settings.oidc_scope,
                "code_challenge_method": "S256",
                "timeout": _SECONDS,
                "token_endpoint_auth_method": "client_secret_basic" if settings.oidc_client_secret() else "none",
            },
        )
        self._provider: Any = registry.create_client("provider")

    async def begin(self, request: Request, next_path: str) -> Response:
        """Sends the browser to the provider; ``next_path`` is where it goes on afterwards."""
        request.scope["session"] = {}
        await self._metadata()
        try:
            response: Response = await self._provider.authorize_redirect(request, self._callback)
        except (httpx2.HTTPError, OAuthError, RuntimeError, ValueError) as error:
            raise self._failed(error) from None
        response.headers["cache-control"] = "no-store"
        self._remember(response, request.scope["session"], next_path)
        return response

    async def finish(self, request: Request) -> tuple[str, str]:
        """Who the provider says it is, as the account's id, and where to go on."""
        remembered = self._remembered(request)
        request.scope["session"] = remembered["session"]
        await self._metadata()
        claims_options = {"iss": {"essential": True, "values": [self._provider.server_metadata["issuer"]]}}
        try:
            token = await self._provider.authorize_access_token(request, claims_options=claims_options)
        except (httpx2.HTTPError, OAuthError, JoseError, RuntimeError, ValueError, KeyError) as error:
            raise self._failed(error) from None
        account = token.get("userinfo", {}).get(self._claim)  # of the ID token, when that was sound
        if not isinstance(account, str) or not account:
            log.warning("sign-in by another provider", failed="no claim", claim=self._claim)
            raise Problem("oidc_failed")
        return account, remembered["next"]

    async def _metadata(self) -> None:
        """Reads what the provider says of itself, once, and holds it to what we asked for."""
        try:
            found = await self._provider.load_server_metadata()
        except (httpx2.HTTPError, ValueError) as error:
            raise self._failed(error) from None
        if str(found.get("issuer", "")).rstrip("/") != self._issuer:
            log.warning("sign-in by another provider", failed="issuer")
            raise Problem("oidc_failed")
        signed = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        found["id_token_signing_alg_values_supported"] = [one for one in signed if one in _ALGORITHMS]

    def _failed(self, error: Exception) -> Problem:
        """A provider that does not answer is away; anything else is no sign-in. What it said may quote the code."""
        log.warning("sign-in by another provider", failed=type(error).__name__)
        return Problem("unavailable" if isinstance(error, httpx2.TransportError) else "oidc_failed")

    def _remember(self, response: Response, session: dict[str, Any], next_path: str) -> None:
        claims = {"session": session, "next": next_path, "exp": datetime.now(UTC) + _VALID_FOR, "aud": COOKIE}
        value = jwt.encode(claims, self._secret, "HS256")
        response.set_cookie(
            COOKIE,
            value,
            max_age=int(_VALID_FOR.total_seconds()),
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )

    def _remembered(self, request: Request) -> dict[str, Any]:
        try:
            return jwt.decode(
                request.cookies.get(COOKIE, ""),
                self._secret,
                ["HS256"],
                audience=COOKIE,
                options={"require": ["exp", "session", "next"]},
            )
        except jwt.InvalidTokenError:
            raise Problem("oidc_failed") from None


def forget(response: Response) -> None:
    """What was remembered has done its work."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
