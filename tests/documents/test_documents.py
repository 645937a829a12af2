"""What holds of all formats: the same document is the same bytes, in any process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from documents import canonical, digest
from documents.docx import docx
from documents.html import html
from documents.markdown import markdown
from domain.papers.agenda import Agenda, Minutes, to_json
from store.log import canonical as stored
from tests.documents.given import an_agenda, some_minutes

ROOT = Path(__file__).parents[2]
ANEW = """
import hashlib
from documents import digest
from documents.docx import docx
from tests.documents.given import an_agenda, some_minutes
for one in (an_agenda(), some_minutes()):
    print(digest(one), hashlib.sha256(docx(one)).hexdigest())
"""


@pytest.mark.parametrize("document", [an_agenda(), some_minutes()], ids=["agenda", "minutes"])
def test_a_document_read_back_has_the_same_digest(document: Agenda | Minutes) -> None:
    again = type(document).model_validate_json(canonical(document))
    assert digest(again) == digest(document)
    assert canonical(document) == stored(to_json(document))
    assert (docx(again), html(again), markdown(again)) == (docx(document), html(document), markdown(document))


def test_another_process_at_another_time_makes_the_same_bytes() -> None:
    runs = {
        subprocess.run(
            [sys.executable, "-c", ANEW],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "TZ": zone},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "America/New_York"))
    }
    assert len(runs) == 1


def test_any_change_changes_the_digest() -> None:
    assert digest(an_agenda()) != digest(an_agenda(budget=121))
    assert digest(some_minutes()) != digest(some_minutes(dissent=()))
