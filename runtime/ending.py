"""How a program that speaks to Temporal ends.

The client has threads of its own, which call into Python when an answer comes. One that calls while the interpreter is
being taken apart aborts the process (temporalio/sdk-python#300): work that was done well, and orderly closed, then ends
with SIGABRT. So the interpreter is not taken apart: what is written is flushed, and the process ends.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

FAILED = 1


def run(program: Callable[[], object]) -> NoReturn:
    """Runs ``program``, which has closed what it opened when it returns or raises, and ends this process: with 0, with
    the code of its SystemExit, or with 1 for any other exception, which is printed."""
    code = 0
    try:
        program()
    except SystemExit as exit:
        code = _code_of(exit)
    except BaseException:
        traceback.print_exc()
        code = FAILED
    with contextlib.suppress(OSError, ValueError):  # nobody reads any more
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _code_of(exit: SystemExit) -> int:
    if exit.code is None or isinstance(exit.code, int):
        return exit.code or 0
    print(exit.code, file=sys.stderr)
    return FAILED
