"""The headers that every answer carries (OWASP ASVS 5.0, chapter 3.4), unless it has stricter ones of its own."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""For the console's pages: their own script and style, from files; nothing inline, nothing from elsewhere."""

BARE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For everything else: data, which no browser has to show with anything."""

_EVERYWHERE = {
    "x-content-type-options": "nosniff",
    # Not no-referrer: a form's Origin would then be "null", and we could not tell our own.
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": BARE_POLICY,
    # Nearly everything here is somebody's: what may be kept, such as the pages' own style sheet, says so.
    "cache-control": "no-store",
}
_HSTS = "max-age=31536000"


def secure(headers: MutableHeaders, *, https: bool) -> None:
    """Adds what is not there yet."""
    for name, value in _EVERYWHERE.items():
        headers.setdefault(name, value)
    if https:
        headers.setdefault("strict-transport-security", _HSTS)
