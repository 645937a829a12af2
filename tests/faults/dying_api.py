"""The API, which dies once between a commit and its answer to the officer."""

from __future__ import annotations

from api.__main__ import main
from api.casework import Casework, Done
from domain.case import Command
from tests.faults.dying import kill_once

_send = Casework._send


async def _send_and_die(self: Casework, number: str, command: Command) -> Done:
    done = await _send(self, number, command)
    kill_once(getattr(command.body, "reason", None))
    return done


if __name__ == "__main__":
    Casework._send = _send_and_die  # type: ignore[method-assign]
    main()
