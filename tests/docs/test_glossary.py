"""The glossary has every term, and what the documents link to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from domain import words
from domain.words import Name

REPOSITORY = Path(__file__).resolve().parents[2]
GLOSSARY = (REPOSITORY / "docs" / "glossary.md").read_text("utf-8")
DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
ROWS = frozenset(tuple(cell.strip() for cell in line.strip("|").split("|")) for line in GLOSSARY.splitlines())

VOCABULARIES: dict[str, dict[str, Name]] = {
    "stages": words.STAGES,
    "decisions": words.DECISIONS,
    "system commands": words.SYSTEM_COMMANDS,
    "events": words.EVENTS,
    "waits": words.WAITS,
    "expiries": words.EXPIRIES,
    "sitting statuses": words.SITTING_STATUSES,
    "sitting waits": words.SITTING_WAITS,
    "sitting events": words.SITTING_EVENTS,
    "response commands": words.RESPONSE_COMMANDS,
    "response events": words.RESPONSE_EVENTS,
    "response statuses": words.RESPONSE_STATUSES,
    "response waits": words.RESPONSE_WAITS,
    "task statuses": words.TASK_STATUSES,
    "task roles": words.TASK_ROLES,
    "task clocks": words.CLOCKS,
    "outcomes": words.OUTCOMES,
    "audiences": words.AUDIENCES,
    "closings": words.CLOSED_AS,
    "roles": words.ROLES,
    "channels": words.CHANNELS,
    "severities": words.SEVERITIES,
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
