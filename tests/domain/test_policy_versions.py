"""A shipped policy's version stands for its text: a database that has it refuses the same version with another one."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.domain.given import POLICIES, policy_text

KEPT: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "policy_versions.json").read_text("utf-8"))
FILES = sorted(str(file.relative_to(POLICIES)) for file in POLICIES.rglob("*.yaml") if file.name != "notices.yaml")


@pytest.mark.parametrize("file", FILES)
def test_who_changes_a_shipped_policy_raises_its_version(file: str) -> None:
    text = policy_text(file)
    version = re.search(r'(?m)^version: "([^"]+)"', text)
    assert version is not None
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert KEPT.get(file, {}).get(version[1]) == digest, f"raise the version, and keep the new one's digest: {digest}"


def test_what_is_no_longer_shipped_is_not_kept() -> None:
    assert sorted(KEPT) == FILES
