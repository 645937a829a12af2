"""TCP ports on the loopback interface."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
import time
from pathlib import Path
from typing import IO

from stack.errors import PortTaken, StackError

# Below the range that Linux and macOS hand out for outgoing connections: a port chosen here is still free
# when its server is restarted.
_FIRST, _LAST = 20_000, 32_000
_LOOKS, _BETWEEN = 10, 0.1  # seconds
_ours: set[int] = set()
_locks: list[IO[bytes]] = []


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def require_free(port: int, what: str, variable: str | None = None, host: str = "127.0.0.1") -> None:
    """Raise PortTaken, naming `what` the port is for and the `variable` that changes it.

    Looks for a second: what a killed server had begun lets go of its port a moment after it.
    """
    for _ in range(_LOOKS):
        if is_free(port, host):
            return
        time.sleep(_BETWEEN)
    raise PortTaken(port, what, variable)


def free_port(preferred: int | None = None, host: str = "127.0.0.1") -> int:
    """`preferred` if it is free, otherwise a free port outside the range of outgoing connections, which no other
    process that asks here is given while this one lives."""
    if preferred is not None and is_free(preferred, host):
        return preferred
    for candidate in random.sample(range(_FIRST, _LAST), 200):
        if is_free(candidate, host) and _reserved(candidate):
            return candidate
    raise StackError("No free TCP port was found.")


def _reserved(port: int) -> bool:
    """Whether `port` is this process's from now on, for as long as it lives: what it is for listens only in a while,
    and another stack that is started meanwhile must not be given it."""
    if port in _ours:
        return False
    if not _locks:
        folder = Path(tempfile.gettempdir())
        _locks.append((folder / f"hongxiu-ports-{os.getuid()}.lock").open("ab"))
    try:
        fcntl.lockf(_locks[0], fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)  # one byte for each port
    except OSError:
        return False
    _ours.add(port)
    return True
