"""The worker, which dies (or kills API and Temporal) once between a commit and its answer to the process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import worker
from activities import emergencies
from activities.record import Recorder, ResponseRecorder, StreamRecorder
from store.log import Appended
from tests.faults.dying import kill_once


class _Dying(StreamRecorder[Any, Any, Any]):
    """Records, and does not live to tell."""

    async def _append(self, number: str, state: Any, after: Any, command: Any, events: Sequence[Any]) -> Appended:
        appended = await super()._append(number, state, after, command, events)
        kill_once(getattr(command.body, "reason", None) or getattr(command.body, "note", None))
        return appended


class DyingRecorder(_Dying, Recorder):
    """Of cases."""


class DyingResponseRecorder(_Dying, ResponseRecorder):
    """Of joint responses."""


if __name__ == "__main__":
    worker.__dict__["Recorder"] = DyingRecorder
    emergencies.__dict__["ResponseRecorder"] = DyingResponseRecorder
    worker.main()
