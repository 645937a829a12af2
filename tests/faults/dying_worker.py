"""The worker, which dies (or kills API and Temporal) once between a commit and its answer to the process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import worker
from activities.record import RECORDERS, Recorder, StreamRecorder
from store.log import Appended, EventLog
from store.registry import CASES, RESPONSES
from tests.faults.dying import kill_once


class _Dying(StreamRecorder[Any, Any, Any]):
    """Records, and does not live to tell."""

    async def _append(self, number: str, state: Any, after: Any, command: Any, events: Sequence[Any]) -> Appended:
        appended = await super()._append(number, state, after, command, events)
        kill_once(getattr(command.body, "reason", None) or getattr(command.body, "note", None))
        return appended


class DyingRecorder(_Dying, Recorder):
    """Of cases."""


if __name__ == "__main__":
    worker.main(
        recorders={
            **RECORDERS,
            CASES.id: lambda pool, book: DyingRecorder(EventLog(pool), book),
            RESPONSES.id: lambda pool, book: _Dying(RESPONSES, EventLog(pool), book),
        }
    )
