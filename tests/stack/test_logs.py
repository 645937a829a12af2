"""What a log line carries."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_REPOSITORY = Path(__file__).parents[2]
_SPEAK = """
import logging, structlog
from runtime import logs
from runtime.settings import Settings
logs.configure(Settings(log_format="json"))
with logs.bound(case="NC-2026-000001", command="c-1"):
    structlog.get_logger("ours").info("decided", kind="升级")
    logging.getLogger("theirs").warning("slow %s", "query")
    try:
        raise ValueError("坏")
    except ValueError:
        structlog.get_logger("ours").exception("failed")
logging.getLogger("temporalio.activity").warning("again", extra={"temporal_activity": {"workflow_id": "w-1"}})
"""


def _lines() -> list[dict[str, object]]:
    spoken = subprocess.run([sys.executable, "-c", _SPEAK], cwd=_REPOSITORY, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in spoken.stderr.splitlines()]


def test_our_lines_and_the_libraries_lines_carry_what_is_bound() -> None:
    ours, theirs, failed, temporal = _lines()
    assert ours["event"] == "decided"
    assert ours["kind"] == "升级"
    assert [line["case"] for line in (ours, theirs, failed)] == ["NC-2026-000001"] * 3
    assert theirs["event"] == "slow query"
    assert theirs["level"] == "warning"
    assert "ValueError: 坏" in str(failed["exception"])
    assert temporal["workflow"] == "w-1"
