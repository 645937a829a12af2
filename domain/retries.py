"""Steps that were refused or that failed, and are tried again: how soon, how often, and in what words one reads of it.

A supervisor reads it in the Temporal UI: as a timer's summary, and as a table below a process's current details.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from domain.stream import Instant
from domain.telling import SUMMARY_BYTES, cut
from domain.text.leaving import markdown
from domain.words.bilingual import Name, text
from domain.words.dates import moment

WHY_BYTES = 120
"""So much of a reason is kept, in bytes of UTF-8."""
_WHAT_BYTES = 60


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long a step rests after each failure: ``first``, then twice as long each time, at most ``most``.

    ``goes``: after so many it is not tried again by itself; None for one that is never given up.
    """

    first: timedelta
    most: timedelta
    goes: int | None = None

    def after(self, times: int) -> timedelta:
        """The pause after the ``times``-th failure in a row, from 1."""
        pause = self.first
        for _ in range(times - 1):
            pause = min(pause * 2, self.most)
        return min(pause, self.most)


class Retry(BaseModel):
    """How a step stands that was not done. ``why``: in words; ``times``: how often in a row it was tried.

    ``again_at``: when it is tried next (UTC); None where it has been given up.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    why: str
    times: int
    again_at: Instant | None

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be tried by now."""
        return self.again_at is not None and self.again_at <= now

    def at_once(self, now: datetime) -> Retry:
        """The same, due now; its next pause grows all the same."""
        return self.model_copy(update={"again_at": now})


def put_off(before: Retry | None, why: str, now: datetime, pauses: Pauses, *, last: bool = False) -> Retry:
    """How a step stands after it failed once more at ``now``; ``last``: that was its last go."""
    times = (before.times if before else 0) + 1
    given_up = last or (pauses.goes is not None and times >= pauses.goes)
    return Retry(why=cut(why, WHY_BYTES), times=times, again_at=None if given_up else now + pauses.after(times))


# ---------------------------------------------------------------- in words

LOG_UNAVAILABLE = Name(zh="账本暂不可用", en="the log is unavailable")
NO_OUTCOME = Name(zh="到期未产生任何结果", en="nothing came of it")

_TIMER = Name(
    zh="{what}：{why}；已试 {times} 次，{again}再试", en="{what}: {why}; tried {times} time(s), again {again}"
)
_HEAD = Name(
    zh="\n**未办成**\n\n| 事项 | 原因 | 已试 | 再试 |\n|---|---|---|---|\n",
    en="\n**Not done**\n\n| What | Why | Tried | Again |\n|---|---|---|---|\n",
)
_GIVEN_UP = Name(zh="不再自试，待核对 audit", en="given up; the audit's")


def timer_words(what: str, retry: Retry, language: str) -> str:
    """One line of at most 200 bytes for the timer until ``what`` is tried again: why, how often, when."""
    again = moment(retry.again_at, language) if retry.again_at else ""
    what = cut(what, _WHAT_BYTES)
    rest = text(_TIMER, language, what=what, why="", times=retry.times, again=again)
    why = cut(retry.why, SUMMARY_BYTES - len(rest.encode()))
    return text(_TIMER, language, what=what, why=why, times=retry.times, again=again)


def retries_told(retries: Sequence[tuple[str, Retry]], language: str) -> str:
    """A Markdown table of what was not done, each thing with how it stands; nothing where there is none."""
    if not retries:
        return ""
    return _HEAD.in_(language) + "".join(_row(what, retry, language) for what, retry in retries)


def _row(what: str, retry: Retry, language: str) -> str:
    again = moment(retry.again_at, language) if retry.again_at else _GIVEN_UP.in_(language)
    return f"| {markdown(what)} | {markdown(retry.why)} | {retry.times}× | {again} |\n"
