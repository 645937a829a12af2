"""What people wrote turns no document around, in none of its forms."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest

from documents.docx import docx
from documents.html import html
from documents.markdown import markdown
from domain.papers.agenda import Agenda
from tests.documents.given import an_agenda, an_item

WRITTEN = "\u202e倒写\u202c\u200b电梯\u2066甲\u2069\uffff"
READ = "倒写电梯甲"


def _agenda() -> Agenda:
    section = an_agenda().sections[1].model_copy(update={"items": (an_item(1, summary=WRITTEN),)})
    return an_agenda(sections=(section,), addenda=())


def _docx(agenda: Agenda) -> str:
    return ZipFile(BytesIO(docx(agenda))).read("word/document.xml").decode()


@pytest.mark.parametrize("form", [markdown, html, _docx], ids=["md", "html", "docx"])
def test_what_turns_the_direction_is_on_no_agenda(form: object) -> None:
    assert callable(form)
    text = form(_agenda())
    assert READ in text
    assert not [sign for sign in text if sign in "\u202e\u202c\u200b\u2066\u2069\uffff"]
