"""One stack for each data folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from stack.errors import FolderInUse


class FolderLock:
    """Held while a stack runs on a folder; the kernel lets go of it when the process ends in any way."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "stack.lock"
        self._handle: int | None = None

    def take(self) -> None:
        """Take the lock. Raises FolderInUse, naming the process that holds it."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(handle)
            raise FolderInUse(
                f"Another stack (process {holder}) runs on {self.file.parent}. "
                "Stop it, or choose another folder with HONGXIU_DATA."
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._handle = handle

    def release(self) -> None:
        """Let go of it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
