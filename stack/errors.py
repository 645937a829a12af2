"""What can go wrong while a stack starts, with the exit code that a shell sees."""

from __future__ import annotations

from typing import ClassVar


class StackError(Exception):
    """A stack can't start or go on; the message is meant for the person at the terminal."""

    code: ClassVar[str] = "stack_failed"
    exit_code: ClassVar[int] = 1


class PortTaken(StackError):
    """Another process listens on a port that this stack was told to use."""

    code = "port_taken"
    exit_code = 3

    def __init__(self, port: int, what: str, variable: str | None = None) -> None:
        remedy = f" Stop it, or choose another port with {variable}." if variable else ""
        super().__init__(f"Port {port} ({what}) is taken by another process.{remedy}")
        self.port = port


class FolderInUse(StackError):
    """Another stack runs on the same data folder."""

    code = "folder_in_use"
    exit_code = 4


class ChildFailed(StackError):
    """A child process ended, or did not get ready, while the stack was starting."""

    code = "child_failed"
    exit_code = 5
