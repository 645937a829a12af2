"""The glossary has every term, and what the documents link to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from domain.words import case_words
from domain.words.bilingual import Name
from domain.words.response_words import (
    AUDIENCES,
    CLOCKS,
    OUTCOMES,
    RESPONSE_COMMANDS,
    RESPONSE_EVENTS,
    RESPONSE_STATUSES,
    RESPONSE_WAITS,
    TASK_ROLES,
    TASK_STATUSES,
)
from domain.words.role_words import ROLES
from domain.words.sitting_words import SITTING_EVENTS, SITTING_STATUSES, SITTING_WAITS

REPOSITORY = Path(__file__).resolve().parents[2]
GLOSSARY = (REPOSITORY / "docs" / "glossary.md").read_text("utf-8")
DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
ROWS = frozenset(tuple(cell.strip() for cell in line.strip("|").split("|")) for line in GLOSSARY.splitlines())

VOCABULARIES: dict[str, dict[str, Name]] = {
    "stages": case_words.STAGES,
    "decisions": case_words.DECISIONS,
    "system commands": case_words.SYSTEM_COMMANDS,
    "events": case_words.EVENTS,
    "waits": case_words.WAITS,
    "expiries": case_words.EXPIRIES,
    "sitting statuses": SITTING_STATUSES,
    "sitting waits": SITTING_WAITS,
    "sitting events": SITTING_EVENTS,
    "response commands": RESPONSE_COMMANDS,
    "response events": RESPONSE_EVENTS,
    "response statuses": RESPONSE_STATUSES,
    "response waits": RESPONSE_WAITS,
    "task statuses": TASK_STATUSES,
    "task roles": TASK_ROLES,
    "task clocks": CLOCKS,
    "outcomes": OUTCOMES,
    "audiences": AUDIENCES,
    "closings": case_words.CLOSED_AS,
    "roles": ROLES,
    "channels": case_words.CHANNELS,
    "severities": case_words.SEVERITIES,
}


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_the_glossary_has_every_word_in_both_languages(vocabulary: str) -> None:
    terms = VOCABULARIES[vocabulary]
    missing = [key for key, name in terms.items() if (name.zh, name.en, f"`{key}`") not in ROWS]
    assert not missing


def test_the_glossary_has_what_the_nancheng_ladder_names() -> None:
    ladder = yaml.safe_load((REPOSITORY / "policies" / "nancheng" / "ladder.yaml").read_text("utf-8"))
    named = {tier["stage"]["id"]: tier["stage"]["name"] for tier in ladder["tiers"]}
    missing = [key for key, name in named.items() if (name["zh"], name["en"], f"`{key}`") not in ROWS]
    assert not missing


def test_the_glossary_has_every_nancheng_playbook() -> None:
    files = (REPOSITORY / "policies" / "nancheng" / "playbooks").glob("*.yaml")
    named = {
        playbook["playbook"]: playbook["name"] for playbook in (yaml.safe_load(f.read_text("utf-8")) for f in files)
    }
    missing = [key for key, name in named.items() if (name["zh"], name["en"], f"`{key}`") not in ROWS]
    assert named
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(REPOSITORY)))
def test_what_a_document_links_to_is_there(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8"))
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(REPOSITORY)))
def test_a_document_names_only_files_that_are_there(document: Path) -> None:
    named = re.findall(
        r"`((?:domain|workflows|activities|services|store|api|documents|runtime|stack|operations|policies|tests|docs|deploy)"
        r"/[\w./@-]*)`",
        document.read_text("utf-8"),
    )
    assert [name for name in named if not (REPOSITORY / name).exists()] == []
