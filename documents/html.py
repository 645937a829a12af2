"""The web page of an agenda or minutes: for the screen, the projector and A4 paper."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from documents.outline import Outline, outline
from documents.words import say
from domain.papers.agenda import Agenda, Minutes
from domain.text.leaving import carried
from domain.words.dates import full_day

_TEMPLATES = Path(__file__).with_name("templates")

STYLE = (_TEMPLATES / "document.css").read_text(encoding="utf-8")
"""The style sheet. It loads nothing and has no quotes or angle brackets that end a ``<style>`` element."""

STYLE_SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
"""The style sheet as a source of a Content-Security-Policy: ``style-src`` with it needs no nonce."""


def html(
    document: Agenda | Minutes, language: str | None = None, *, nonce: str | None = None, case_url: str | None = None
) -> str:
    """The document as one HTML page with its style sheet inside and no scripts.

    Every section and every case has an anchor: ``#supervised``, ``#NC-2026-000001``. ``nonce`` goes on the
    ``<style>`` element; without one, ``STYLE_SOURCE`` in the policy allows it. With ``case_url`` (a prefix such as
    ``/console/cases/``) case numbers are links.
    """
    told = outline(document, language)
    return _template().render(
        told=told,
        lang="en" if told.language.startswith("en") else "zh-CN",
        signed_on=full_day(told.signed_on, told.language),
        say=lambda key: say(key, told.language),
        style=STYLE,
        nonce=nonce,
        link=lambda case: None if case_url is None else case_url + quote(case, safe=""),
        anchors=_anchors(told),
    )


def _anchors(told: Outline) -> dict[tuple[str, str], str]:
    """In minutes, the row that carries a case's anchor, by section and case: the first that names it."""
    rows = [
        (section.anchor, row[section.table.case_column][0])
        for section in told.sections
        if section.table is not None
        for row in section.table.rows
    ]
    first: dict[str, tuple[str, str]] = {}
    for anchor, case in rows:
        first.setdefault(case, (anchor, case))
    return {place: case for case, place in first.items()}


def _written(value: object) -> object:
    """What people wrote, without what a page cannot hold and what turns its direction."""
    return carried(value) if type(value) is str else value


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_written,
    )
    return environment.get_template("document.html")
