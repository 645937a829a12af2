"""The API, which dies once between a commit and its answer to the officer."""

from __future__ import annotations

from typing import Any

from server.__main__ import main
from services.sending import Done, Sending
from tests.faults.dying import kill_once

_send = Sending.send


async def _send_and_die(self: Sending[Any, Any], number: str, command: Any) -> Done[Any]:
    done: Done[Any] = await _send(self, number, command)
    kill_once(getattr(command.body, "reason", None))
    return done


if __name__ == "__main__":
    Sending.send = _send_and_die  # type: ignore[method-assign]
    main()
