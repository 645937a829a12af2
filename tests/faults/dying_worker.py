"""The worker, which dies (or kills API and Temporal) once between a commit and its answer to the process."""

from __future__ import annotations

from collections.abc import Sequence

import worker
from activities.record import Recorder
from domain.case import CaseState, Command, Event
from store.log import Appended
from tests.faults.dying import kill_once


class DyingRecorder(Recorder):
    """Records, and does not live to tell."""

    async def _append(
        self, number: str, state: CaseState | None, command: Command, events: Sequence[Event]
    ) -> Appended:
        appended = await super()._append(number, state, command, events)
        kill_once(getattr(command.body, "reason", None))
        return appended


if __name__ == "__main__":
    worker.__dict__["Recorder"] = DyingRecorder
    worker.main()
