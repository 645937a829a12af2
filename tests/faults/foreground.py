"""Runs a whole stack in the foreground, as `hongxiu up` does, without that command.

`--worker MODULE` and `--api MODULE` put another program in the place of the worker or the API.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from runtime.settings import load
from stack.prepare import prepare
from stack.supervisor import API_COMMAND, WORKER_COMMAND, Supervisor


def _main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--worker")
    parser.add_argument("--api")
    asked = parser.parse_args()
    worker = (sys.executable, "-m", asked.worker) if asked.worker else WORKER_COMMAND
    api = (sys.executable, "-m", asked.api) if asked.api else API_COMMAND
    return asyncio.run(Supervisor(load(attach=False), prepare, worker=worker, api=api).run())


if __name__ == "__main__":
    sys.exit(_main())
