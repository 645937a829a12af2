"""Which addresses are pages for people, and which are for programs."""

from __future__ import annotations

from fastapi import Request

_PROGRAMS = ("/api/", "/dev/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs")


def is_page(path: str) -> bool:
    """Whether an address belongs to the console: everything that is not a program's."""
    return not path.startswith(_PROGRAMS)


def wants_page(request: Request) -> bool:
    """Whether what goes wrong is told on a page: the console's address, asked by a browser."""
    return is_page(request.url.path) and "text/html" in request.headers.get("accept", "")
