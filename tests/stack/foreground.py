"""Runs the supervisor in the foreground, as `hongxiu up` does, with the stand-in programs."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from runtime.settings import Settings, load
from stack.supervisor import Supervisor


async def _nothing_to_prepare(_settings: Settings) -> tuple[str, ...]:
    return ()


async def _main() -> int:
    programs = str(Path(__file__).with_name("programs.py"))
    api = sys.argv[1] if len(sys.argv) > 1 else "api"
    return await Supervisor(
        load(attach=False),
        _nothing_to_prepare,
        worker=(sys.executable, programs, "worker"),
        api=(sys.executable, programs, api),
    ).run()


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
