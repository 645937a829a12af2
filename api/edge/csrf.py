"""A request that changes something and brings a cookie has to come from our own pages.

Browsers say where a request comes from (Fetch Metadata). Where one does not, the Origin has to be ours and the form
has to carry the session's token. Programs with a bearer token bring no cookie and are not asked.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from fastapi import Request

from api.edge.bodies import form_fields, is_form
from services.problems import Problem

FIELD = "csrf"
HEADER = "x-csrf-token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def require_own_page(request: Request, token: str | None) -> None:
    """Raises Problem ``cross_site`` for a request that changes something and does not come from a page of ours.

    ``token`` is the session's; None where nobody is signed in: then an Origin that is not ours is refused.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise Problem("cross_site")
        return
    origin = request.headers.get("origin")
    if origin is not None and not _is_ours(request, origin):
        raise Problem("cross_site")
    if token is not None and not await _carries(request, token, origin):
        raise Problem("cross_site")


def _is_ours(request: Request, origin: str) -> bool:
    """Whether an Origin is the host that was asked, or the public address (behind a proxy that renames the host)."""
    public = urlsplit(request.app.state.services.settings.public_url)
    return urlsplit(origin).netloc in (request.headers.get("host"), public.netloc)


async def _carries(request: Request, token: str, origin: str | None) -> bool:
    given = request.headers.get(HEADER)
    if given is None and is_form(request):
        given = next((value for key, value in await form_fields(request) if key == FIELD), None)
    if given is None:
        # A body that is streamed (photos) is not read for a token: there our own Origin will do.
        streamed: bool = request.scope["state"].get("streamed", False)
        return streamed and origin is not None
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())
