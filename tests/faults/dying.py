"""Kills at a chosen point, once in a stack's life, when a decision asks for it."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

ITSELF = "断电演练"
"""A decision with these words in its reason kills the process that it is in."""
OTHERS = "断网演练"
"""A decision with these words in its reason kills the API and Temporal."""


def kill_once(reason: str | None) -> None:
    """kill -9, if the reason asks for it and nobody has died of it yet."""
    if reason is None or (ITSELF not in reason and OTHERS not in reason):
        return
    data = Path(os.environ["HONGXIU_DATA"])
    try:
        (data / "died").touch(exist_ok=False)
    except FileExistsError:
        return
    for pid in [os.getpid()] if ITSELF in reason else _api_and_temporal(data):
        os.kill(pid, signal.SIGKILL)


def _api_and_temporal(data: Path) -> list[int]:
    processes = json.loads((data / "stack.json").read_text("utf-8"))["processes"]
    return [int(processes[part]["pid"]) for part in ("api", "temporal")]
