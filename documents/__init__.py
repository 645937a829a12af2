"""A sitting's documents on paper and in calendars: Markdown, HTML, DOCX and iCalendar from the values of the rules.

Pure: what goes in are ``domain.papers.agenda`` and ``domain.policy.forum`` values, what comes out is text or bytes. The
same value always gives the same bytes, so that a copy can be compared, cached and digested.
"""

from __future__ import annotations

import hashlib
import json

from domain.papers.agenda import Agenda, Minutes, to_json

MEDIA_TYPES = {
    "json": "application/json; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ics": "text/calendar; charset=utf-8; method=PUBLISH",
}
"""The ``Content-Type`` of each format, by its file name's ending."""


def canonical(document: Agenda | Minutes) -> bytes:
    """The document's canonical JSON: sorted keys, no spaces, UTF-8. It is what is kept and digested."""
    return json.dumps(to_json(document), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(document: Agenda | Minutes) -> str:
    """SHA-256 of ``canonical``, in hexadecimal."""
    return hashlib.sha256(canonical(document)).hexdigest()
