"""Ports that are chosen are chosen once, though nobody listens on them yet."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from stack import ports
from stack.errors import StackError

REPOSITORY = Path(__file__).parents[2]
ASKS = "from stack import ports\nports._FIRST, ports._LAST = {first}, {first} + 200\nprint(ports.free_port())"


def chosen_elsewhere(first: int) -> int:
    """What another process is given, of 200 ports."""
    program = ASKS.format(first=first)
    told = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return int(told.stdout)


def test_two_processes_are_never_given_the_same_port(monkeypatch: pytest.MonkeyPatch) -> None:
    first = random.randrange(10_000, 18_000)
    monkeypatch.setattr(ports, "_FIRST", first)
    monkeypatch.setattr(ports, "_LAST", first + 200)
    ours = []
    with pytest.raises(StackError, match="No free TCP port"):  # noqa: PT012 - until there is none left
        while True:
            ours.append(ports.free_port())
    assert len(ours) == len(set(ours)) > 100
    with pytest.raises(subprocess.CalledProcessError):
        chosen_elsewhere(first)
    assert 18_500 <= chosen_elsewhere(18_500) < 18_700


def test_a_port_that_is_asked_for_is_given_again_while_it_is_free() -> None:
    port = ports.free_port()
    assert ports.free_port(port) == port
