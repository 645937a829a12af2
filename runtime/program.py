"""What this program is: an application run from its checkout, whose version is its project's."""

from __future__ import annotations

import tomllib
from pathlib import Path

_PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def version() -> str:
    """The version of this program, such as ``0.1.0``."""
    return str(tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["version"])
