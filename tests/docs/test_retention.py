"""So long as the documents say that Temporal keeps a timeline, it is kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runtime.temporal import RETENTION

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("README.md", r"lets a timeline go (\d+) days"),
        ("README.zh.md", r"办结 (\d+) 天后不再保留时间线"),
        ("docs/operations.md", r"namespace's retention is over: (\d+) days"),
        ("deploy/temporal/namespace.sh", r"--retention (\d+)d"),
    ],
)
def test_a_timeline_is_kept_so_long_as_it_is_said(file: str, said: str) -> None:
    found = re.search(said, " ".join((ROOT / file).read_text("utf-8").split()))
    assert found is not None
    assert int(found[1]) == RETENTION.days
