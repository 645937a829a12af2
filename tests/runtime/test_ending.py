"""A program ends with its own code and with all its words, whatever threads are left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def ended(program: str) -> subprocess.CompletedProcess[str]:
    text = f"import sys\nfrom runtime import ending\ndef program():\n    {program}\nending.run(program)\n"
    return subprocess.run([sys.executable, "-c", text], cwd=REPOSITORY, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("program", "code", "out", "err"),
    [
        ("print('done')", 0, "done\n", ""),
        ("print('half'); sys.exit(3)", 3, "half\n", ""),
        ("sys.exit()", 0, "", ""),
        ("sys.exit('why')", 1, "", "why\n"),
    ],
)
def test_what_it_says_and_its_code_are_as_without(program: str, code: int, out: str, err: str) -> None:
    done = ended(program)
    assert (done.returncode, done.stdout, done.stderr) == (code, out, err)


def test_an_exception_is_printed_and_is_a_failure() -> None:
    done = ended("raise ValueError('why')")
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("ValueError: why")


def test_nothing_is_taken_apart_under_a_thread_that_still_works() -> None:
    """As Temporal's client has them: with the interpreter's own end this waits for the thread for ever."""
    assert ended("import threading; threading.Thread(target=threading.Event().wait).start()").returncode == 0
